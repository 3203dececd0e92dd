/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The class of a host's IP identification field, by how little chance explains what is seen. */
#include "stat/ipid.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define LEAST 5
#define RANGE 65536.0
/* Random numbers that look as much like a counter, this seldom. */
#define CHANCE -4.0
/* Share of the steps that may be a counter's; the others are of packets that overtook each other,
 * or of another host. */
#define SHARE 0.75
/* Steps that are looked at: of more packets, the first. */
#define STEPS_MAX 1024

static const char *const classes[IPID_COUNT] = {
#define X(id, word, meaning) [IPID_##id] = (word),
    IPID_TABLE(X)
#undef X
};

const char *ipid_word(enum ipid_class class)
{
    assert(class < IPID_COUNT);
    return classes[class];
}

/* The steps from packet to packet, taken in one order of bytes. */
struct steps {
    size_t count;
    uint16_t forward[STEPS_MAX];
    uint16_t sorted[STEPS_MAX]; /* how far from one to the next, either way */
    uint16_t limit;             /* steps up to here are the counter's */
    double log10_chance;
};

static int by_size(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static uint16_t distance(uint16_t step)
{
    return step < 0x8000 ? step : (uint16_t)-step;
}

/* log10 of a bound (Chernoff's) of the probability that `agree` or more of `tries` come out, each
 * with probability p. */
static double log10_tail(double agree, double tries, double p)
{
    double q = agree / tries;

    if (q <= p)
        return 0;
    return -tries * (q * log10(q / p) + (q < 1 ? (1 - q) * log10((1 - q) / (1 - p)) : 0));
}

/* The limit below which the most steps are that chance would not put there. No step at all is none
 * of a counter's. */
static void weigh(struct steps *steps)
{
    size_t least = (size_t)ceil(SHARE * (double)steps->count);

    steps->log10_chance = 0;
    steps->limit = 0;
    for (size_t i = least; i <= steps->count; i++) {
        uint16_t limit = steps->sorted[i - 1];
        size_t zero = 0;
        double chance;

        while (zero < i && steps->sorted[zero] == 0)
            zero++;
        if (i - zero < least)
            continue;
        chance = log10_tail((double)(i - zero), (double)steps->count, fmin(1, 2.0 * limit / RANGE));
        if (chance < steps->log10_chance) {
            steps->log10_chance = chance;
            steps->limit = limit;
        }
    }
    /* So many limits were tried, in both orders of bytes. */
    steps->log10_chance += log10(2.0 * (double)(steps->count - least + 1));
    steps->log10_chance = fmin(0, steps->log10_chance);
}

static void take_steps(const struct ipid_sample *samples, size_t count, bool swap,
                       struct steps *steps)
{
    steps->count = count - 1 < STEPS_MAX ? count - 1 : STEPS_MAX;
    for (size_t i = 0; i < steps->count; i++) {
        uint16_t from = samples[i].id, to = samples[i + 1].id;

        steps->forward[i] =
            (uint16_t)(swap ? __builtin_bswap16(to) - __builtin_bswap16(from) : to - from);
        steps->sorted[i] = distance(steps->forward[i]);
    }
    qsort(steps->sorted, steps->count, sizeof steps->sorted[0], by_size);
    weigh(steps);
}

static void measure(const struct ipid_sample *samples, struct steps *steps, struct ipid *ipid)
{
    uint16_t median[STEPS_MAX];
    size_t count = 0;
    double foreign = 0;
    int64_t lasted = 0;

    for (size_t i = 0; i < steps->count; i++) {
        if (distance(steps->forward[i]) > steps->limit)
            continue;
        /* One that overtook another is put right by the next. */
        foreign += (double)(int16_t)steps->forward[i] - 1;
        lasted += samples[i + 1].at - samples[i].at;
        if (steps->forward[i] < 0x8000)
            median[count++] = steps->forward[i];
    }
    if (count > 0) {
        size_t below = (count - 1) / 2, above = count / 2;

        qsort(median, count, sizeof median[0], by_size);
        ipid->median_step = (median[below] + median[above]) / 2.0;
    }
    if (lasted > 0)
        ipid->foreign_per_s = fmax(0, foreign) / ((double)lasted / 1e9);
}

/* Most steps of a counter go forward; random ones as often back. */
static bool goes_up(const struct steps *steps)
{
    size_t up = 0, small = 0;

    for (size_t i = 0; i < steps->count; i++) {
        if (distance(steps->forward[i]) > steps->limit)
            continue;
        small++;
        up += steps->forward[i] > 0 && steps->forward[i] < 0x8000;
    }
    return (double)up >= SHARE * (double)small;
}

static void judge_counter(const struct ipid_sample *samples, struct ipid *ipid)
{
    struct steps plain, swapped, *better;

    take_steps(samples, ipid->n, false, &plain);
    take_steps(samples, ipid->n, true, &swapped);
    better = swapped.log10_chance < plain.log10_chance ? &swapped : &plain;
    ipid->class = IPID_RANDOM;
    if (better->log10_chance > CHANCE || !goes_up(better))
        return;
    ipid->class = better == &swapped ? IPID_SWAPPED : IPID_COUNTER;
    ipid->log10_chance = better->log10_chance;
    measure(samples, better, ipid);
}

void ipid_judge(const struct ipid_sample *samples, size_t count, struct ipid *ret_ipid)
{
    size_t zero = 0, same = 0, echoed = 0, different = 0;

    *ret_ipid =
        (struct ipid){.class = IPID_FEW, .n = count, .median_step = NAN, .foreign_per_s = NAN};
    if (count < LEAST)
        return;
    for (size_t i = 0; i < count; i++) {
        zero += samples[i].id == 0;
        same += samples[i].id == samples[0].id;
        echoed += samples[i].id == samples[i].ours && samples[i].ours != 0;
        different += samples[i].ours != samples[0].ours;
    }
    if (zero == count) {
        ret_ipid->class = IPID_ZERO;
        ret_ipid->log10_chance = -(double)count * log10(RANGE);
    } else if (echoed == count && different > 0) {
        ret_ipid->class = IPID_ECHOED;
        ret_ipid->log10_chance = -(double)count * log10(RANGE);
    } else if (same == count) {
        ret_ipid->class = IPID_CONSTANT;
        ret_ipid->log10_chance = -(double)(count - 1) * log10(RANGE);
    } else {
        judge_counter(samples, ret_ipid);
    }
}
