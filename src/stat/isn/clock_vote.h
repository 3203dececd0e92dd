/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A clock found in the numbers of one 4-tuple by the votes of pairs of them: new keys, several
 * servers, losses and late answers only take votes away. */
#ifndef STAT_ISN_CLOCK_VOTE_H
#define STAT_ISN_CLOCK_VOTE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of one tuple, in the server's order. */
struct isn_track {
    size_t count;
    double *times;    /* s since the first sample of all */
    double *contacts; /* our connections until then, of all tuples */
    uint32_t *isns;
};

/* What the numbers go up by: rate * time + each * connections. */
struct isn_pace {
    double rate; /* numbers a second, 0 or more */
    double each; /* numbers a connection of ours; 0: none that could be told */
};

/* What the pace leaves of a number, modulo 2^32. */
static inline uint32_t isn_pace_rest(const struct isn_pace *pace, uint32_t isn, double time,
                                     double contacts)
{
    double going = pace->rate * time + pace->each * contacts;

    /* Times may lie so far apart that 64 bits do not hold it: 68 years at 2^32 numbers a second. */
    if (!(fabs(going) < 0x1p63))
        going = isfinite(going) ? fmod(going, 0x1p32) : 0;
    return isn - (uint32_t)(int64_t)going;
}

struct isn_vote {
    struct isn_pace pace;
    double log_p;       /* natural logarithm: of as many votes by chance, for all paces tried */
    uint32_t tolerance; /* numbers: pairs that are off by no more have voted for it */
    uint32_t quarter;   /* numbers: a quarter of those who voted for it are off by no more */
    double share;       /* of the pairs that voted for it */
    size_t pairs;
};

/* Above this log_p there is no clock: 10^-11. */
#define ISN_VOTE_LOG_P (-25.0)

/*
 * The pace that most pairs of neighbours (one to three apart; of at most 2048 numbers) agree with,
 * of these: none, the known clocks, the commonest quotients of difference and time, the peaks of
 * the pairs' periodogram. Pairs vote for it by how far they are off, e = difference - pace;
 *     log p = min over k of log P[Bin(m, p0(k)) >= k],  p0(k) = (2 |e|_(k) + 1) / 2^32,
 * with Chernoff's bound (Annals of Mathematical Statistics 23, 1952); p0 is at least what pairs of
 * numbers drawn from the whole track in place of neighbours reach, so that numbers which are only
 * of few values make no clock. Then the pace is refined with the pairs that voted, of neighbours
 * and of ever more distant ones. log_p is 0 with fewer than eight numbers. 0 or -FAULT_MEMORY.
 */
int isn_clock_vote(const struct isn_track *track, struct isn_vote *ret_vote);

/* The same with these rates (numbers a second) alone, and without numbers drawn from the track. */
int isn_clock_choose(const struct isn_track *track, const double *rates, size_t count,
                     struct isn_vote *ret_vote);

#endif
