/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes and ranges of them as words of a lesson. */
#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "probe/track/lesson_parts.h"

/* Positions in a direction's stream count from 1; without its ISN they are sequence numbers. */
static void put_range(int64_t first, int64_t behind, bool known, char *text, size_t size)
{
    const char *name = known ? "byte" : "sequence number";

    if (behind - first == 1)
        snprintf(text, size, "%s %" PRId64, name, first);
    else
        snprintf(text, size, "%ss %" PRId64 "–%" PRId64, name, first, behind - 1);
}

bool lesson_word_range(const struct lesson_work *work, char *text, size_t size)
{
    int64_t relative = work->what->step->relative_seq;
    bool known = relative != FOLLOW_UNKNOWN;
    int64_t first =
        (known ? relative : (int64_t)work->segment->seq) + (work->segment->flags & TCP_SYN ? 1 : 0);

    if (work->segment->payload_total == 0) {
        snprintf(text, size, "its FIN");
        return work->segment->flags & TCP_FIN;
    }
    put_range(first, first + (int64_t)work->segment->payload_total, known, text, size);
    return true;
}

/* The last byte that is acknowledged; not where there is none, nor where it is a FIN. */
bool lesson_word_upto(const struct lesson_work *work, char *text, size_t size)
{
    int64_t relative = work->what->step->relative_ack;

    if (!(work->segment->flags & TCP_ACK) || relative < 2)
        return false;
    if (work->peer->has_fin && work->segment->ack == work->peer->fin_end)
        snprintf(text, size, "the FIN");
    else
        snprintf(text, size, "byte %" PRId64, relative - 1);
    return true;
}

/* Ranges of what the other end sent. */
static bool put_holes(const struct lesson_work *work, const struct hole *holes, unsigned count,
                      char *text, size_t size)
{
    bool known = work->peer->has_isn;
    size_t at = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        int64_t first = known ? (int64_t)(holes[i].left - work->peer->isn) : (int64_t)holes[i].left;
        char range[64];

        put_range(first, first + (int64_t)(holes[i].right - holes[i].left), known, range,
                  sizeof range);
        text_append(text, size, &at, "%s%s", i == 0 ? "" : i + 1 == count ? " and " : ", ", range);
    }
    return count > 0;
}

bool lesson_word_have(const struct lesson_work *work, char *text, size_t size)
{
    return put_holes(work, work->what->step->have, work->what->step->have_count, text, size);
}

bool lesson_word_lacking(const struct lesson_work *work, char *text, size_t size)
{
    return put_holes(work, work->what->step->lacking, work->what->step->lacking_count, text, size);
}

bool lesson_word_twice(const struct lesson_work *work, char *text, size_t size)
{
    return put_holes(work, &work->what->step->twice, 1, text, size);
}
