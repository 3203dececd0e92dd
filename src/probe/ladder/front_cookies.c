/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SYN cookies: by the same SYN again, by our ISN shifted, by TSval's low bits, by missing repeats.
 */
#include <math.h>
#include <stdlib.h>

#include "probe/ladder/front_parts.h"
#include "stat/isn/cookies.h"

#define SECOND INT64_C(1000000000)
/* SYNs of one block (probe/climb.h), and as many of one 4-tuple as are looked at. */
#define BLOCK     4
#define SAME_MOST 64
/* What the first repeat is waited for, at least: RFC 1122 had it after 3 s. */
#define REPEAT_DUE (SECOND * 7 / 2)
/* 4.4BSD's comes after 6 s: nothing until here is as good as nothing ever. */
#define REPEAT_SURE (7 * SECOND)
/* Steps of TSval that must all be multiples, for six bits to stand still by no chance: 64^-4. */
#define STEPS_LEAST 4
/* Low bits that Linux' cookies hold still; fewer make one wonder. */
#define FROZEN_BITS 6
#define WONDER_BITS 4
/* Ticks that a step may be off what the time says. */
#define STEP_NOISE 4.0
#define RATE_USUAL 1000.0
/* Different ISNs whose flags must agree in seven bits, to be FreeBSD's cookies. */
#define FLAGS_LEAST 5
/* Answers on different ports that show whether the tuple is in the ISN. */
#define ECHO_LEAST 3

/* The SYNs of the one 4-tuple, in the order of leaving; NULL: it brought no SYN,ACK. */
struct same {
    const struct ladder_shot *shots[SAME_MOST];
    size_t count;
};

static void gather(const struct front_case *judged, struct same *same)
{
    same->count = 0;
    for (size_t i = 0; i < judged->count && same->count < SAME_MOST; i++)
        if (judged->shots[i].part == LADDER_PART_SAME)
            same->shots[same->count++] =
                front_answered(&judged->shots[i]) ? &judged->shots[i] : NULL;
}

/* What two answers in a block say. */
struct pair {
    bool identical, told;  /* the SYNs were; both were answered */
    uint32_t ours, theirs; /* by how much the ISNs differ */
    int64_t gap;           /* ns from the one SYN to the other */
};

static struct pair compare(const struct ladder_shot *a, const struct ladder_shot *b)
{
    struct pair pair = {0};

    if (a == NULL || b == NULL || a->port != b->port)
        return pair;
    pair.told = true;
    pair.ours = b->syn.seq - a->syn.seq;
    pair.theirs = b->answer.segment.seq - a->answer.segment.seq;
    pair.identical = pair.ours == 0;
    pair.gap = b->sent_at - a->sent_at;
    return pair;
}

/* All that the pairs say: of equal SYNs, and of those with another ISN by blocks. */
struct numbers {
    unsigned pairs, same;
    double rate_low, rate_high; /* by how much the ISN goes up a second, of equal SYNs */
    unsigned shifted, exact, still;
    unsigned blocks, wholly, partly; /* shifted by as much in all of a block's pairs, in some */
};

static void add_block(const struct same *same, size_t first, struct numbers *numbers)
{
    unsigned shifted = numbers->shifted, exact = numbers->exact;

    for (size_t i = first; i < first + BLOCK && i < same->count; i++) {
        for (size_t j = i + 1; j < first + BLOCK && j < same->count; j++) {
            struct pair pair = compare(same->shots[i], same->shots[j]);

            if (!pair.told)
                continue;
            if (pair.identical) {
                double rate =
                    pair.gap > 0 ? (double)pair.theirs / ((double)pair.gap / 1e9) : INFINITY;

                numbers->pairs++;
                numbers->same += pair.theirs == 0;
                numbers->rate_low = fmin(numbers->rate_low, rate);
                numbers->rate_high = fmax(numbers->rate_high, rate);
            } else {
                numbers->shifted++;
                numbers->exact += pair.theirs == pair.ours;
                numbers->still += pair.theirs == 0;
            }
        }
    }
    shifted = numbers->shifted - shifted;
    exact = numbers->exact - exact;
    numbers->blocks += shifted > 0;
    numbers->wholly += shifted > 0 && exact == shifted;
    numbers->partly += exact > 0 && exact < shifted;
}

/* One pair, or one block, may have had a change of the cookies' secret in it: Linux has one a
 * minute. */
static void test_identical(struct front_case *judged, const struct numbers *numbers)
{
    unsigned pairs = numbers->pairs, same = numbers->same;

    if (pairs == 0)
        front_say(judged, FRONT_IDENTICAL, FRONT_SAYS_INCONCLUSIVE,
                  "no two SYNs that are the same were both answered");
    else if (same > 0 && same + 1 >= pairs && 2 * same > pairs)
        front_say(judged, FRONT_IDENTICAL, FRONT_SAYS_YES,
                  "the same ISN came back in %u of %u pairs of the same SYN", same, pairs);
    else if (same > 0)
        front_say(judged, FRONT_IDENTICAL, FRONT_SAYS_INCONCLUSIVE,
                  "the same ISN came back in %u of %u pairs of the same SYN only", same, pairs);
    else if (pairs == 1)
        front_say(judged, FRONT_IDENTICAL, FRONT_SAYS_INCONCLUSIVE,
                  "another ISN came back in the only pair of the same SYN");
    else if (numbers->rate_high <= 1.02 * numbers->rate_low)
        front_say(judged, FRONT_IDENTICAL, FRONT_SAYS_NO,
                  "another ISN came back in all %u pairs of the same SYN, higher by %.4g a "
                  "second: a clock, as RFC 6528 wants it",
                  pairs, (numbers->rate_low + numbers->rate_high) / 2);
    else
        front_say(judged, FRONT_IDENTICAL, FRONT_SAYS_NO,
                  "another ISN came back in all %u pairs of the same SYN", pairs);
}

static void test_shifted(struct front_case *judged, const struct numbers *numbers)
{
    unsigned others = numbers->blocks - numbers->wholly;
    unsigned never = others - numbers->partly;

    if (numbers->shifted == 0)
        front_say(judged, FRONT_SHIFTED, FRONT_SAYS_INCONCLUSIVE,
                  "no two SYNs of one block, with another ISN of ours each, were both answered");
    else if (numbers->wholly > 0 && others <= 1 && (never == 0 || numbers->wholly > 1))
        front_say(judged, FRONT_SHIFTED, FRONT_SAYS_YES,
                  "the peer's ISN moved by exactly as much as ours in %u of %u pairs",
                  numbers->exact, numbers->shifted);
    else if (numbers->exact > 0)
        front_say(judged, FRONT_SHIFTED, FRONT_SAYS_INCONCLUSIVE,
                  "the peer's ISN moved by exactly as much as ours in %u of %u pairs only",
                  numbers->exact, numbers->shifted);
    else if (numbers->still > 0)
        front_say(judged, FRONT_SHIFTED, FRONT_SAYS_NO,
                  "the peer's ISN was the same in %u of %u pairs though ours was another: a static "
                  "one",
                  numbers->still, numbers->shifted);
    else
        front_say(
            judged, FRONT_SHIFTED, numbers->blocks > 1 ? FRONT_SAYS_NO : FRONT_SAYS_INCONCLUSIVE,
            "the peer's ISN moved by something else than ours in all %u pairs", numbers->shifted);
}

/* ---- timestamps ---- */

static uint32_t divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

struct stamp {
    int64_t at;
    uint32_t value;
};

static int by_time(const void *a, const void *b)
{
    const struct stamp *x = a, *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

/* Steps of TSval: all of them, and those that a clock would hardly have made multiples of `grain`
 * by the time that lay between: even gaps in time make even steps. */
static unsigned steps_of(const struct stamp *stamps, size_t count, uint32_t *ret_grain)
{
    unsigned moved = 0;

    *ret_grain = 0;
    for (size_t i = 1; i < count; i++) {
        int32_t step = (int32_t)(stamps[i].value - stamps[i - 1].value);

        moved += step != 0;
        *ret_grain = divisor(*ret_grain, step < 0 ? 0u - (uint32_t)step : (uint32_t)step);
    }
    return moved;
}

static unsigned telling_steps(const struct stamp *stamps, size_t count, uint32_t grain, double rate)
{
    unsigned telling = 0;

    for (size_t i = 1; i < count; i++) {
        double ticks = (double)(stamps[i].at - stamps[i - 1].at) / 1e9 * rate;

        telling += stamps[i].value != stamps[i - 1].value &&
                   fabs(remainder(ticks, (double)grain)) > STEP_NOISE;
    }
    return telling;
}

static void test_low_bits(struct front_case *judged, const struct same *same)
{
    struct stamp stamps[SAME_MOST];
    size_t count = 0;
    unsigned moved, bits;
    uint32_t grain;
    double rate = RATE_USUAL;

    for (size_t i = 0; i < same->count; i++) {
        struct option_summary summary;

        if (same->shots[i] == NULL)
            continue;
        options_summarize(&same->shots[i]->answer.segment.options, &summary);
        if (summary.has_timestamps)
            stamps[count++] =
                (struct stamp){.at = same->shots[i]->answer.at, .value = summary.ts_val};
    }
    if (count == 0) {
        front_say(judged, FRONT_LOW_BITS, FRONT_SAYS_INCONCLUSIVE,
                  "no SYN,ACK of the one 4-tuple had timestamps");
        return;
    }
    qsort(stamps, count, sizeof stamps[0], by_time);
    moved = steps_of(stamps, count, &grain);
    if (moved == 0) {
        front_say(judged, FRONT_LOW_BITS, FRONT_SAYS_INCONCLUSIVE,
                  "TSval did not move in %zu SYN,ACKs", count);
        return;
    }
    bits = (unsigned)__builtin_ctz(grain);
    if (bits < WONDER_BITS) {
        front_say(judged, FRONT_LOW_BITS, moved > 1 ? FRONT_SAYS_NO : FRONT_SAYS_INCONCLUSIVE,
                  "TSval's steps between %zu SYN,ACKs are multiples of %u", count, grain);
        return;
    }
    if (judged->clock != NULL && judged->clock->kind == TSCLOCK_RUNS)
        rate = judged->clock->rate;
    if (bits < FROZEN_BITS || grain >> bits != 1)
        front_say(judged, FRONT_LOW_BITS, FRONT_SAYS_INCONCLUSIVE,
                  "TSval's steps between %zu SYN,ACKs are multiples of %u: a coarse clock, or "
                  "cookies of a kind that is not known",
                  count, grain);
    else if (telling_steps(stamps, count, grain, rate) < STEPS_LEAST)
        front_say(judged, FRONT_LOW_BITS, FRONT_SAYS_INCONCLUSIVE,
                  "TSval's %u steps are multiples of %u, too few to rule out chance", moved, grain);
    else
        front_say(judged, FRONT_LOW_BITS, FRONT_SAYS_YES,
                  "the low %u bits of TSval stood still in %zu SYN,ACKs, as in Linux' cookies",
                  bits, count);
}

/* ---- repeats ---- */

static void test_repeats(struct front_case *judged)
{
    const struct ladder_hold *hold = judged->hold;
    double held;

    if (hold == NULL || !hold->asked || !hold->answered) {
        front_say(judged, FRONT_REPEATS, FRONT_SAYS_INCONCLUSIVE,
                  hold != NULL && hold->asked ? "the SYN to be held was not answered"
                                              : "no connection was left half-open");
        return;
    }
    held = (double)hold->held / 1e9;
    if (hold->repeat_count > 0)
        front_say(judged, FRONT_REPEATS, FRONT_SAYS_NO, "it came again %zu times in %.1f s",
                  hold->repeat_count, held);
    else if (hold->reset)
        front_say(judged, FRONT_REPEATS, FRONT_SAYS_INCONCLUSIVE,
                  "it did not come again, but an RST came after %.1f s: who sent it remembered the "
                  "connection",
                  (double)(hold->rst.at - hold->first.at) / 1e9);
    else if (hold->cut_short || hold->held < REPEAT_DUE)
        front_say(judged, FRONT_REPEATS, FRONT_SAYS_INCONCLUSIVE,
                  "it did not come again, but was waited for %.1f s only", held);
    else
        front_say(judged, FRONT_REPEATS, FRONT_SAYS_YES,
                  "it did not come again in %.1f s: no state is kept, or none is to come "
                  "(tcp_synack_retries 0)",
                  held);
}

void front_test_cookies(struct front_case *judged)
{
    struct same same;
    struct numbers numbers = {.rate_low = INFINITY};

    gather(judged, &same);
    for (size_t i = 0; i < same.count; i += BLOCK)
        add_block(&same, i, &numbers);
    test_identical(judged, &numbers);
    test_shifted(judged, &numbers);
    test_low_bits(judged, &same);
    test_repeats(judged);
    judged->still = numbers.still;
    judged->parts_of_time = numbers.exact > 0 || numbers.same > 0;
}

/* ---- the verdict ---- */

/* The ISN is ours and a constant, for whatever port: nothing secret is in it, so it is no cookie.
 */
static bool only_ours(const struct front_case *judged)
{
    const struct ladder_shot *before = NULL;
    unsigned pairs = 0, alike = 0;

    for (size_t i = 0; i < judged->count; i++) {
        const struct ladder_shot *shot = &judged->shots[i];

        if (shot->part != LADDER_PART_RUNGS || !front_answered(shot))
            continue;
        if (before != NULL && before->port != shot->port && before->syn.seq != shot->syn.seq) {
            pairs++;
            alike += shot->answer.segment.seq - before->answer.segment.seq ==
                     shot->syn.seq - before->syn.seq;
        }
        before = shot;
    }
    return pairs >= ECHO_LEAST && 2 * alike > pairs;
}

/* FreeBSD's layout, of pf as well: the options in clear, in seven bits that are the same for the
 * same options (the lowest is the secret's), while the highest byte is a hash. */
static bool options_in_clear(const struct front_case *judged)
{
    uint32_t seen[SAME_MOST];
    size_t count = 0, tops = 0;

    for (size_t i = 0; i < judged->count && count < SAME_MOST; i++) {
        uint32_t isn = judged->shots[i].answer.segment.seq;
        bool new = true, new_top = true;

        if (judged->shots[i].part != LADDER_PART_SAME || !front_answered(&judged->shots[i]))
            continue;
        for (size_t j = 0; j < count; j++) {
            new = new &&seen[j] != isn;
            new_top = new_top && seen[j] >> 24 != isn >> 24;
        }
        if (!new)
            continue;
        if (count > 0 && isn_cookie_flags(isn) >> 1 != isn_cookie_flags(seen[0]) >> 1)
            return false;
        seen[count++] = isn;
        tops += new_top;
    }
    return count >= FLAGS_LEAST && 2 * tops > count;
}

/* The same SYN has the same ISN, and another of ours another. */
static enum front_says judge_hash(struct front_case *judged, char *why)
{
    bool silent = front_is(judged, FRONT_REPEATS, FRONT_SAYS_YES);

    if (options_in_clear(judged)) {
        front_why(why, "the ISN is a function of the SYN with its options in clear, as FreeBSD and "
                       "pf make their cookies; state may be kept beside them");
        return FRONT_SAYS_YES;
    }
    if (front_is(judged, FRONT_LOW_BITS, FRONT_SAYS_YES)) {
        front_why(why, "the ISN is a function of the SYN, and the low bits of TSval stand still");
        return FRONT_SAYS_YES;
    }
    if (silent && judged->hold->held >= REPEAT_SURE) {
        front_why(why, "the ISN is a function of the SYN, ours in it too, and the SYN,ACK does not "
                       "come again: who answers keeps no state");
        return FRONT_SAYS_YES;
    }
    front_why(why, "the ISN is a function of the SYN, ours in it too, as of some stacks' cookies; "
                   "a hash without a clock looks the same");
    return FRONT_SAYS_INCONCLUSIVE;
}

static enum front_says judge_sum(struct front_case *judged, char *why)
{
    if (only_ours(judged)) {
        front_why(why, "the ISN is ours plus a constant, whatever the port: nothing secret is in "
                       "it, so it is no cookie");
        return FRONT_SAYS_NO;
    }
    if (front_is(judged, FRONT_REPEATS, FRONT_SAYS_NO)) {
        front_why(why, "the ISN goes with ours as that of cookies does, and yet the SYN,ACK came "
                       "again, which takes state");
        return FRONT_SAYS_INCONCLUSIVE;
    }
    front_why(
        why,
        "the ISN is ours plus a hash that time does not move, as Linux makes its "
        "cookies%s%s",
        front_is(judged, FRONT_LOW_BITS, FRONT_SAYS_YES) ? "; the low bits of TSval stand still"
                                                         : "",
        front_is(judged, FRONT_REPEATS, FRONT_SAYS_YES) ? "; the SYN,ACK does not come again" : "");
    return FRONT_SAYS_YES;
}

enum front_says front_judge_cookies(struct front_case *judged)
{
    char *why = judged->front->cookies_why;

    if (front_is(judged, FRONT_IDENTICAL, FRONT_SAYS_YES)) {
        if (front_is(judged, FRONT_SHIFTED, FRONT_SAYS_YES))
            return judge_sum(judged, why);
        if (judged->still > 0) {
            front_why(why, "the ISN is the same whatever ours is: a static one, which holds "
                           "nothing of our SYN, and no cookie");
            return FRONT_SAYS_NO;
        }
        if (front_is(judged, FRONT_SHIFTED, FRONT_SAYS_NO))
            return judge_hash(judged, why);
    } else if (front_is(judged, FRONT_IDENTICAL, FRONT_SAYS_NO)) {
        if (front_is(judged, FRONT_LOW_BITS, FRONT_SAYS_YES)) {
            front_why(why, "the low bits of TSval stand still as in Linux' cookies, but the same "
                           "SYN has another ISN each time: a firewall may rewrite it");
            return FRONT_SAYS_INCONCLUSIVE;
        }
        if (!front_is(judged, FRONT_SHIFTED, FRONT_SAYS_YES)) {
            front_why(why, "the same SYN has another ISN each time");
            return FRONT_SAYS_NO;
        }
    }
    if (judged->parts_of_time)
        front_why(why, "some of the ISNs are as those of cookies, some are not: they may be sent "
                       "for a part of the time only");
    else
        front_why(why, "too few of the SYNs of one 4-tuple were answered");
    return FRONT_SAYS_INCONCLUSIVE;
}
