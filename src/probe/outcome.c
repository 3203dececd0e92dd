/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of one probe of a series. */
#include "probe/outcome.h"

#include <assert.h>

/* As in probe/opening: no server repeats its SYN,ACK sooner. */
#define REPEAT_MIN INT64_C(200000000)

const char *loss_word(enum loss loss)
{
    static const char *const words[LOSS_COUNT] = {
        [LOSS_FORWARD] = "forward", [LOSS_REVERSE] = "reverse", [LOSS_UNKNOWN] = "unknown"};

    assert(loss < LOSS_COUNT);
    return words[loss];
}

static struct outcome_verdict lost(enum loss loss, const char *because)
{
    return (struct outcome_verdict){OUTCOME_LOST, loss, OPENING_UNKNOWN, because};
}

static struct outcome_verdict without_sample(enum outcome outcome, const char *because)
{
    return (struct outcome_verdict){outcome, LOSS_NONE, OPENING_UNKNOWN, because};
}

bool outcome_is_repeat(int64_t rtt, int64_t usual)
{
    return usual > 0 && rtt > REPEAT_MIN && rtt / 5 > usual;
}

struct outcome_verdict outcome_repeat(void)
{
    return lost(LOSS_REVERSE, "other round trips are far shorter, so a first answer was lost");
}

/* One SYN, one answer. */
static struct outcome_verdict judge_single(const struct opening_verdict *pair, enum answer answer,
                                           int64_t timeout)
{
    enum outcome outcome = answer == ANSWER_RST ? OUTCOME_REFUSED : OUTCOME_ANSWERED;
    const char *because = rtt_source_words(pair->source);

    if (pair->source == RTT_LATE_ANSWER)
        return outcome_repeat();
    if (pair->rtt == OPENING_UNKNOWN)
        return without_sample(OUTCOME_AMBIGUOUS, because);
    if (pair->rtt > timeout)
        return without_sample(OUTCOME_LATE, "the answer came after the time-out");
    return (struct outcome_verdict){outcome, LOSS_NONE, pair->rtt, because};
}

/* The first SYN had no answer in time, and was repeated. */
static struct outcome_verdict judge_repeated(const struct opening *opening,
                                             const struct opening_verdict *pair)
{
    int64_t since_first = opening->answer_at - opening->copies[0].at;

    if (pair->answered_copy > 1)
        return lost(LOSS_FORWARD, "the echoed timestamp names a later SYN");
    if (pair->answered_copy == 1 && pair->lost_reverse > 0)
        return lost(LOSS_REVERSE,
                    "the echoed timestamp names the first SYN, whose answer was lost");
    if (pair->answered_copy == 1)
        return without_sample(OUTCOME_LATE, "the answer to the first SYN came after the time-out");
    if (outcome_is_repeat(since_first, opening->later_rtt))
        return lost(LOSS_UNKNOWN, "no timestamp tells which SYN was answered");
    return without_sample(OUTCOME_AMBIGUOUS, rtt_source_words(RTT_AMBIGUOUS));
}

struct outcome_verdict outcome_judge(const struct opening *opening, enum answer answer,
                                     int64_t timeout, int64_t usual)
{
    struct opening with_usual;
    struct opening_verdict pair;

    if (answer == ANSWER_NONE || (answer != ANSWER_ICMP && !opening->has_answer))
        return lost(LOSS_UNKNOWN, rtt_source_words(RTT_NO_ANSWER));
    if (answer == ANSWER_ICMP)
        return without_sample(OUTCOME_UNREACHABLE, rtt_source_words(RTT_NO_ANSWER));
    with_usual = *opening;
    if (usual > 0 && (usual < with_usual.later_rtt || with_usual.later_rtt == 0))
        with_usual.later_rtt = usual;
    pair = opening_judge(&with_usual);
    if (opening->copy_count == 1)
        return judge_single(&pair, answer, timeout);
    return judge_repeated(&with_usual, &pair);
}
