/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Votes of pairs of numbers for a pace, and the pace that least squares make of them. */
#include <math.h>
#include <string.h>

#include "stat/isn/clock_pairs.h"

#define NUMBERS 4294967296.0 /* 2^32 */

size_t isn_pairs_make(const struct isn_track *track, size_t first, size_t last,
                      struct isn_pair *pairs)
{
    size_t anchors = track->count < ISN_PAIRS_ANCHORS ? track->count : ISN_PAIRS_ANCHORS;
    size_t count = 0;

    for (size_t i = 0; i < anchors; i++) {
        size_t from = i * track->count / anchors;

        for (size_t to = from + first; to <= from + last && to < track->count; to++) {
            double time = track->times[to] - track->times[from];

            /* Answers overtook each other. */
            if (time < 0)
                continue;
            pairs[count++] =
                (struct isn_pair){.time = time,
                                  .contacts = track->contacts[to] - track->contacts[from],
                                  .up = track->isns[to] - track->isns[from]};
        }
    }
    return count;
}

static int32_t pair_off(const struct isn_pair *pair, const struct isn_pace *pace)
{
    return (int32_t)isn_pace_rest(pace, pair->up, pair->time, pair->contacts);
}

static uint32_t magnitude(int32_t x)
{
    return x < 0 ? -(uint32_t)x : (uint32_t)x;
}

/* ---- votes: a histogram of what pairs are off by, four bins an octave ---- */

enum { BINS = 124 };

static unsigned bin_of(uint32_t size)
{
    unsigned top;

    if (size < 4)
        return size;
    top = 31 - (unsigned)__builtin_clz(size);
    return 4 * (top - 1) + (size >> (top - 2) & 3);
}

/* The greatest size in the bin. */
static uint32_t bin_end(unsigned bin)
{
    unsigned top = bin / 4 + 1;

    if (bin < 4)
        return bin;
    return (uint32_t)((((uint64_t)5 + bin % 4) << (top - 2)) - 1);
}

/* log P[Bin(m, p) >= q m] is no more than this. */
static double chernoff(double m, double q, double p)
{
    if (q <= p)
        return 0;
    return -m * (q * log(q / p) + (q < 1 ? (1 - q) * log((1 - q) / (1 - p)) : 0));
}

/* Numbers drawn are the track's own, so that there is no other randomness in it. */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static size_t tally_drawn(const struct isn_pair *pairs, size_t count, const struct isn_pace *pace,
                          const struct isn_track *drawn, size_t bins[BINS])
{
    size_t rounds = count < 512 ? 8 : 4;
    uint64_t state = count;

    for (size_t i = 0; i < rounds * count; i++) {
        struct isn_pair pair = pairs[i % count];
        size_t from = draw(&state) % drawn->count, to = draw(&state) % (drawn->count - 1);

        pair.up = drawn->isns[to < from ? to : to + 1] - drawn->isns[from];
        bins[bin_of(magnitude(pair_off(&pair, pace)))]++;
    }
    return rounds * count;
}

struct isn_vote isn_pairs_vote(const struct isn_pair *pairs, size_t count,
                               const struct isn_pace *pace, uint32_t limit,
                               const struct isn_track *drawn)
{
    struct isn_vote vote = {.pace = *pace, .pairs = count};
    size_t bins[BINS] = {0}, chance[BINS] = {0}, trials = 0;
    double votes = 0, hits = 0;

    if (!count)
        return vote;
    for (size_t i = 0; i < count; i++)
        bins[bin_of(magnitude(pair_off(&pairs[i], pace)))]++;
    if (drawn)
        trials = tally_drawn(pairs, count, pace, drawn, chance);
    for (unsigned bin = 0; bin < BINS && bin_end(bin) <= limit; bin++) {
        double p = (2.0 * bin_end(bin) + 1) / NUMBERS, log_p;

        votes += (double)bins[bin];
        hits += (double)chance[bin];
        /* The upper limit of so many hits. */
        if (trials)
            p = fmax(p, (hits + 3 * sqrt(hits) + 3) / (double)trials);
        log_p = p < 1 ? chernoff((double)count, votes / (double)count, p) : 0;
        if (log_p < vote.log_p) {
            vote.log_p = log_p;
            vote.tolerance = bin_end(bin);
            vote.share = votes / (double)count;
        }
    }
    votes = 0;
    for (unsigned bin = 0; bin < BINS && votes * 4 < vote.share * (double)count; bin++) {
        votes += (double)bins[bin];
        vote.quarter = bin_end(bin);
    }
    return vote;
}

/* ---- least squares through the origin ---- */

struct sums {
    double tt, tc, cc, te, ce, ee;
    size_t count;
};

static struct sums sums_of(const struct isn_pair *pairs, size_t count, uint32_t tolerance,
                           double within, const struct isn_pace *pace)
{
    struct sums sums = {0};

    for (size_t i = 0; i < count; i++) {
        double t = pairs[i].time, c = pairs[i].contacts, e = pair_off(&pairs[i], pace);

        if (fabs(e) > tolerance || t > within)
            continue;
        sums.tt += t * t;
        sums.tc += t * c;
        sums.cc += c * c;
        sums.te += t * e;
        sums.ce += c * e;
        sums.ee += e * e;
        sums.count++;
    }
    return sums;
}

/* How much of tt * cc is not shared; near 0, rate and connections cannot be told apart. */
static double determinant(const struct sums *sums)
{
    double whole = sums->tt * sums->cc, part = whole - sums->tc * sums->tc;

    return part > 1e-4 * whole ? part : 0;
}

bool isn_pairs_refine(const struct isn_pair *pairs, size_t count, uint32_t tolerance,
                      bool with_each, struct isn_pace *pace)
{
    struct sums sums = sums_of(pairs, count, tolerance, INFINITY, pace);
    double rate, each = 0;

    if (!(sums.tt > 0))
        return false;
    if (with_each) {
        double both = determinant(&sums);

        if (!(both > 0))
            return false;
        rate = (sums.te * sums.cc - sums.ce * sums.tc) / both;
        each = (sums.ce * sums.tt - sums.te * sums.tc) / both;
    } else {
        rate = sums.te / sums.tt;
    }
    if (pace->rate + rate < 0)
        rate = -pace->rate;
    pace->rate += rate;
    pace->each += each;
    return true;
}

struct isn_each isn_pairs_each(const struct isn_pair *pairs, size_t count, uint32_t tolerance,
                               double within, const struct isn_pace *pace)
{
    struct sums sums = sums_of(pairs, count, tolerance, within, pace);
    double both = determinant(&sums);
    struct isn_each each = {.each = NAN, .error = NAN, .pairs = sums.count};

    if (sums.count < 8 || !(both > 0))
        return each;

    double rate = (sums.te * sums.cc - sums.ce * sums.tc) / both;
    double k = (sums.ce * sums.tt - sums.te * sums.tc) / both;
    double left = fmax(sums.ee - rate * sums.te - k * sums.ce, 0);
    double alone = sums.ee - sums.te * sums.te / sums.tt;

    each.each = pace->each + k;
    each.deviation = sqrt(left / (double)(sums.count - 2));
    each.error = sqrt(left / (double)(sums.count - 2) * sums.tt / both);
    each.gain = alone > 0 ? 1 - left / alone : 0;
    return each;
}
