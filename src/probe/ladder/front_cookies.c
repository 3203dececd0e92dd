/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SYN cookies: by the same SYN again, our ISN shifted, TSval's low bits, repeats that do not come.
 */
#include <math.h>
#include <stdlib.h>

#include "probe/ladder/front_parts.h"

/* SYNs of one block (probe/climb.h), and as many of one 4-tuple as are looked at. */
#define BLOCK     4
#define SAME_MOST 64
/* What the first repeat is waited for, at least, ns: RFC 1122 had it after 3 s. */
#define REPEAT_DUE INT64_C(3500000000)
/* Steps of TSval that must all be multiples, for six bits to stand still by no chance: 64^-4. */
#define STEPS_LEAST 4
/* Low bits that Linux' cookies hold still; fewer make one wonder. */
#define FROZEN_BITS 6
#define WONDER_BITS 4
/* Ticks that a step may be off what the time says. */
#define STEP_NOISE 4.0
#define RATE_USUAL 1000.0

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
                  "another ISN came back in all %u pairs of the same SYN, by a "
                  "clock of about %.3g MHz, as RFC 6528 wants it",
                  pairs, (numbers->rate_low + numbers->rate_high) / 2e6);
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
                  "the low bits of TSval moved in %zu SYN,ACKs", count);
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
        front_say(judged, FRONT_REPEATS, FRONT_SAYS_NO, "it came again %zu time%s in %.1f s",
                  hold->repeat_count, hold->repeat_count == 1 ? "" : "s", held);
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
    judged->changed = numbers.pairs - numbers.same;
    judged->parts_of_time = numbers.exact > 0 || numbers.same > 0;
}
