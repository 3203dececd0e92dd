/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a server that is being sampled suffers from it. */
#include "probe/strain.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Too many of the latest SYNs. A path that loses 5 % gets there once in five million. */
#define LOST_MOST     11
#define LOST_IN_ROW   8
#define REPEATED_MOST 10

/* Slower by this factor and by this much, ns: a queue that our few SYNs fill is a long one. */
#define SLOWER_TIMES 5
#define SLOWER_BY    INT64_C(50000000)

/* By how much a cookie may move beyond our own number: it holds an index of few values of MSS. */
#define COOKIE_INDEX 7

static unsigned ones(uint32_t bits)
{
    unsigned count = 0;

    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

static void next(struct strain *strain, bool lost)
{
    strain->lost = strain->lost << 1 | lost;
    strain->repeated <<= 1;
    strain->sent++;
    strain->lost_in_row = lost ? strain->lost_in_row + 1 : 0;
}

void strain_answered(struct strain *strain, int64_t rtt)
{
    next(strain, false);
    if (rtt <= 0)
        return;
    if (strain->times < STRAIN_TIMES)
        strain->first[strain->times] = rtt;
    strain->latest[strain->times++ % STRAIN_TIMES] = rtt;
}

void strain_lost(struct strain *strain)
{
    next(strain, true);
}

void strain_repeated(struct strain *strain)
{
    /* Of which SYN does not matter; each counts. */
    strain->repeated |= strain->repeated + 1;
}

bool strain_number(struct strain *strain, uint32_t isn, uint32_t cseq)
{
    uint32_t asked = cseq - strain->cseq;
    int32_t moved = (int32_t)(isn - strain->isn - asked);
    bool cookie = strain->has_fixed && moved >= -COOKIE_INDEX && moved <= COOKIE_INDEX;

    if (strain->has_fixed && asked != 0) {
        strain->cookies = (uint8_t)(strain->cookies << 1 | cookie);
        if (++strain->pairs == STRAIN_PAIRS)
            strain->began_without = ones(strain->cookies) == 0;
    }
    strain->has_fixed = true;
    strain->isn = isn;
    strain->cseq = cseq;
    return cookie;
}

void strain_forgive(struct strain *strain)
{
    strain->lost = 0;
    strain->lost_in_row = 0;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static int64_t median(const int64_t times[STRAIN_TIMES])
{
    int64_t sorted[STRAIN_TIMES];

    memcpy(sorted, times, sizeof sorted);
    qsort(sorted, STRAIN_TIMES, sizeof sorted[0], compare);
    return sorted[STRAIN_TIMES / 2];
}

static bool slower(const struct strain *strain, int64_t *ret_first, int64_t *ret_latest)
{
    if (strain->times < 2 * STRAIN_TIMES)
        return false;
    *ret_first = median(strain->first);
    *ret_latest = median(strain->latest);
    return *ret_latest > SLOWER_TIMES * *ret_first && *ret_latest - *ret_first > SLOWER_BY;
}

bool strain_cookies(const struct strain *strain)
{
    return strain->began_without && ones(strain->cookies) >= STRAIN_PAIRS - 1;
}

static void say_slower(struct strain *strain, int64_t first, int64_t latest, size_t *at)
{
    char before[32], now[32];

    text_show_duration(first, "µ", before, sizeof before);
    text_show_duration(latest, "µ", now, sizeof now);
    text_append(strain->words, sizeof strain->words, at,
                "the server showed strain: its round trips went from %s to %s", before, now);
}

const char *strain_words(struct strain *strain)
{
    unsigned lost = ones(strain->lost), repeated = ones(strain->repeated);
    int64_t first, latest;
    size_t at = 0;

    if (strain->lost_in_row >= LOST_IN_ROW)
        text_append(strain->words, sizeof strain->words, &at,
                    "the server fell silent: %zu SYNs one after the other had no answer",
                    strain->lost_in_row);
    else if (lost >= LOST_MOST)
        text_append(strain->words, sizeof strain->words, &at,
                    "the server showed strain: %u of the last %d SYNs had no answer", lost,
                    STRAIN_RECENT);
    else if (repeated >= REPEATED_MOST)
        text_append(strain->words, sizeof strain->words, &at,
                    "the server went on to repeat its SYN,ACKs (%u times lately): our RSTs do not "
                    "reach it, or it does not heed them",
                    repeated);
    else if (strain_cookies(strain))
        text_append(
            strain->words, sizeof strain->words, &at,
            "the server began to send SYN cookies in the middle, as when its backlog is full; "
            "the numbers since then were left out");
    else if (slower(strain, &first, &latest))
        say_slower(strain, first, latest, &at);
    return at > 0 ? strain->words : NULL;
}
