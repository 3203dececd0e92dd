/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gaps between a SYN,ACK and its repeats, and how they grow. */
#include "probe/ladder/repeats.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
/* RFC 6298 2.1 has the first repeat after 1 s, RFC 1122 had it after 3 s. */
#define NONE_AFTER (SECOND * 7 / 2)
/* 4.4BSD waits 6 s, the longest that is known: twice that is the end. */
#define NONE_EVER (12 * SECOND)
/* What timers of 500 ms make of twice, and of the same. */
#define TWICE_LOW  1.6
#define TWICE_HIGH 2.5
#define EVEN_LOW   0.8
#define EVEN_HIGH  1.25

static const char *const words[REPEATS_COUNT] = {
#define X(id, word, meaning) [REPEATS_##id] = (word),
    REPEATS_TABLE(X)
#undef X
};

const char *repeats_word(enum repeats_growth growth)
{
    assert(growth < REPEATS_COUNT);
    return words[growth];
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(const double *values, size_t count)
{
    double sorted[LADDER_HOLD_REPEATS];

    if (count == 0)
        return NAN;
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, by_size);
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}

/* Of each gap to the one before. */
static size_t ratios_of(const int64_t *gaps, size_t count, double ratios[LADDER_HOLD_REPEATS])
{
    size_t found = 0;

    for (size_t i = 1; i < count; i++)
        if (gaps[i - 1] > 0)
            ratios[found++] = (double)gaps[i] / (double)gaps[i - 1];
    return found;
}

static bool all_within(const int64_t *gaps, size_t count, double low, double high)
{
    double ratios[LADDER_HOLD_REPEATS];
    size_t found = ratios_of(gaps, count, ratios);

    for (size_t i = 0; i < found; i++)
        if (ratios[i] < low || ratios[i] > high)
            return false;
    return found > 0 && found + 1 == count;
}

/* Whether the gaps double, or do so where one repeat within a gap was lost: three ratios at least
 * must then bear it out. */
static bool doubles(const int64_t *gaps, size_t count)
{
    if (all_within(gaps, count, TWICE_LOW, TWICE_HIGH))
        return true;
    for (size_t lost = 0; count >= 3 && count < LADDER_HOLD_REPEATS && lost < count; lost++) {
        int64_t whole[LADDER_HOLD_REPEATS];

        memcpy(whole, gaps, lost * sizeof *gaps);
        whole[lost] = gaps[lost] / 3;
        whole[lost + 1] = gaps[lost] - gaps[lost] / 3;
        memcpy(whole + lost + 2, gaps + lost + 1, (count - lost - 1) * sizeof *gaps);
        if (all_within(whole, count + 1, TWICE_LOW, TWICE_HIGH))
            return true;
    }
    return false;
}

static enum repeats_growth growth_of(const struct ladder_hold *hold,
                                     const struct ladder_repeats *repeats)
{
    if (repeats->gap_count == 0)
        return hold->held >= NONE_AFTER ? REPEATS_NONE : REPEATS_UNKNOWN;
    if (repeats->gap_count == 1)
        return REPEATS_UNKNOWN;
    if (doubles(repeats->gaps, repeats->gap_count))
        return REPEATS_DOUBLING;
    if (all_within(repeats->gaps, repeats->gap_count, EVEN_LOW, EVEN_HIGH))
        return REPEATS_EVEN;
    return REPEATS_OTHER;
}

static bool is_finished(const struct ladder_hold *hold, const struct ladder_repeats *repeats)
{
    int64_t due, waited;

    if (repeats->reset)
        return true;
    if (repeats->gap_count == 0)
        return hold->held > NONE_EVER;
    /* What is not kept came later than what is. */
    if (repeats->count > repeats->gap_count)
        return false;
    due = repeats->gaps[repeats->gap_count - 1] * (repeats->growth == REPEATS_EVEN ? 1 : 2);
    waited = hold->held - (hold->repeats[repeats->gap_count - 1].at - hold->first.at);
    return waited > 2 * due;
}

static void look_at_each(const struct ladder_hold *hold, struct ladder_repeats *repeats)
{
    struct option_summary first, again;
    bool frozen = false;

    options_summarize(&hold->first.segment.options, &first);
    frozen = first.has_timestamps && repeats->gap_count > 0;
    for (size_t i = 0; i < repeats->gap_count; i++) {
        options_summarize(&hold->repeats[i].segment.options, &again);
        repeats->isn_changed |= hold->repeats[i].segment.seq != hold->first.segment.seq;
        frozen &= again.has_timestamps && again.ts_val == first.ts_val;
    }
    repeats->ts_frozen = frozen;
}

void repeats_judge(const struct ladder_hold *hold, struct ladder_repeats *ret_repeats)
{
    double ratios[LADDER_HOLD_REPEATS];
    int64_t before;

    *ret_repeats = (struct ladder_repeats){.growth = REPEATS_UNKNOWN, .ratio = NAN};
    if (hold == NULL || !hold->answered)
        return;
    ret_repeats->count = hold->repeat_count;
    ret_repeats->gap_count =
        hold->repeat_count < LADDER_HOLD_REPEATS ? hold->repeat_count : LADDER_HOLD_REPEATS;
    before = hold->first.at;
    for (size_t i = 0; i < ret_repeats->gap_count; i++) {
        ret_repeats->gaps[i] = hold->repeats[i].at - before;
        before = hold->repeats[i].at;
    }
    ret_repeats->ratio =
        median(ratios, ratios_of(ret_repeats->gaps, ret_repeats->gap_count, ratios));
    ret_repeats->reset = hold->reset;
    if (hold->reset)
        ret_repeats->reset_after = hold->rst.at - hold->first.at;
    ret_repeats->growth = growth_of(hold, ret_repeats);
    ret_repeats->finished = is_finished(hold, ret_repeats);
    look_at_each(hold, ret_repeats);
}
