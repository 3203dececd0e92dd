/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which copy of the SYN was answered, and where copies were lost. */
#include "probe/opening.h"

#include <assert.h>

static const char *const words[RTT_SOURCE_COUNT] = {
    [RTT_SINGLE_COPY] = "one SYN, one answer",
    [RTT_ECHOED_COPY] = "the echoed timestamp names the last SYN",
    [RTT_CROSSED] = "the SYNs crossed; the echoed timestamp names our SYN,ACK",
    [RTT_NO_ANSWER] = "no answer",
    [RTT_AMBIGUOUS] = "several SYNs, and no timestamp tells which was answered",
    [RTT_EARLIER_COPY] =
        "the echoed timestamp names a SYN before the last, so a SYN,ACK may have been lost",
    [RTT_LATE_ANSWER] = "later round trips were far shorter, so a first SYN,ACK was probably lost",
    [RTT_NOT_CAPTURED] = "the SYN was not captured as it left",
};

const char *rtt_source_words(enum rtt_source source)
{
    assert(source < RTT_SOURCE_COUNT);
    return words[source];
}

/* The copy that carried this TSval, from 1; 0 if none did. */
static unsigned copy_of(const struct opening *opening, uint32_t ts_val)
{
    for (unsigned i = 0; i < opening->copy_count; i++)
        if (opening->copies[i].ts_val == ts_val)
            return i + 1;
    return 0;
}

/*
 * A server repeats its SYN,ACK after 200 ms at the earliest. An answer that took that long, and
 * five times as long as a later round trip, is more likely such a repeat than a slow first one.
 */
static bool answered_late(const struct opening *opening, int64_t rtt)
{
    return opening->later_rtt > 0 && rtt > INT64_C(200000000) && rtt / 5 > opening->later_rtt;
}

static void judge_pair(const struct opening *opening, const struct syn_copy *syn,
                       enum rtt_source source, struct opening_verdict *verdict)
{
    verdict->source = source;
    if (!syn->stamped) {
        verdict->source = RTT_NOT_CAPTURED;
    } else if (answered_late(opening, opening->answer_at - syn->at)) {
        verdict->source = RTT_LATE_ANSWER;
        if (verdict->lost_reverse == 0)
            verdict->lost_reverse = 1;
    } else {
        verdict->rtt = opening->answer_at - syn->at;
    }
}

/* Whether the answer echoes a SYN,ACK of ours, the last or one before it. */
static bool echoes_crossed(const struct opening *opening)
{
    uint32_t first = opening->copies[opening->copies_before - 1].ts_val + 1;

    return opening->crossed.at != 0 &&
           opening->answer_ts_ecr - first <= opening->crossed.ts_val - first;
}

/*
 * SYNs that arrived and whose answers would have been here before the first that came, if a later
 * round trip is any guide. The server's own repeats may make up for them in number, so that
 * counting answers alone would miss them.
 */
static unsigned overdue(const struct opening *opening, unsigned copy)
{
    unsigned count = 0;

    for (unsigned i = copy; i <= opening->copies_before; i++)
        if (answered_late(opening, opening->answer_at - opening->copies[i - 1].at))
            count++;
    return count;
}

struct opening_verdict opening_judge(const struct opening *opening)
{
    struct opening_verdict verdict = {
        .source = RTT_NO_ANSWER,
        .rtt = OPENING_UNKNOWN,
        .answered_copy = OPENING_UNKNOWN,
        .lost_forward = OPENING_UNKNOWN,
        .lost_reverse = OPENING_UNKNOWN,
    };
    unsigned copy = 0;
    bool crossed = false;

    if (!opening->has_answer || opening->copies_before == 0)
        return verdict;
    if (opening->offered_timestamps && opening->answer_has_timestamps) {
        copy = copy_of(opening, opening->answer_ts_ecr);
        crossed = copy == 0 && echoes_crossed(opening);
        verdict.foreign_echo = copy == 0 && !crossed;
    }

    if (copy > 0) {
        /* Copies before the named one did not arrive; each from it on was answered, and what did
         * not come back was lost there. */
        unsigned arrived = opening->copies_before - (copy - 1);
        unsigned missing = arrived > opening->answers ? arrived - opening->answers : 0;
        unsigned late = overdue(opening, copy);

        verdict.answered_copy = (int)copy;
        verdict.lost_forward = (int)(copy - 1);
        verdict.lost_reverse = (int)(missing > late ? missing : late);
        if (copy == opening->copies_before)
            judge_pair(opening, &opening->copies[copy - 1],
                       opening->copies_before == 1 ? RTT_SINGLE_COPY : RTT_ECHOED_COPY, &verdict);
        else
            verdict.source = RTT_EARLIER_COPY;
    } else if (crossed && opening->answer_ts_ecr == opening->crossed.ts_val) {
        /* What became of the SYNs themselves does not matter any more. */
        judge_pair(opening, &opening->crossed, RTT_CROSSED, &verdict);
    } else if (opening->copies_before == 1 && !crossed) {
        verdict.answered_copy = 1;
        verdict.lost_forward = 0;
        verdict.lost_reverse = 0;
        judge_pair(opening, &opening->copies[0], RTT_SINGLE_COPY, &verdict);
    } else {
        verdict.source = RTT_AMBIGUOUS;
    }
    return verdict;
}
