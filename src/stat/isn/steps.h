/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The steps from one initial sequence number to the next as whole numbers, not modulo 2^32. */
#ifndef STAT_ISN_STEPS_H
#define STAT_ISN_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stat/isn/sample.h"

/* A plane through the levels: level = constant + rate * time + each * index. */
struct isn_plane {
    double rate, rate_error; /* numbers a second, and its standard error */
    double each, each_error; /* numbers a sample, and its standard error */
    double deviation;        /* standard deviation of the levels about it */
    double step_deviation;   /* the same of their steps */
    /* deviation / (step_deviation * sqrt(length)): 0.1 and more for a random walk, less for levels
     * that stay near the plane. */
    double walk;
    double turning; /* correlation of a step's residual with the next one's: 0, a walk; -0.5, noise
                     * that is new at each level */
    double pairs;   /* of such steps */
    bool inseparable; /* time and index go together: each is held at 0 */
};

/* Of more samples only the first so many are looked at: they tell as much. */
#define ISN_STEPS_MOST ((size_t)1 << 15)

struct isn_steps {
    size_t count;                    /* of steps: one less than of samples */
    double *time;                    /* s since the first sample; of each sample */
    double *gap;                     /* s, of each step */
    int64_t *step;                   /* numbers, exact */
    int64_t *level;                  /* numbers since the first sample; of each sample */
    bool *open;                      /* a probe in between was not answered */
    double *scratch, *other_scratch; /* room for a number for each sample */
    int64_t *whole, *other_whole;    /* the same, whole ones */
    /* step is about middle + rate * gap for all gaps up to reach. */
    double rate, middle, reach;
    double brief;  /* s: a quarter of the gaps are no longer */
    double common; /* s: two thirds of the gaps are no longer */
    double usual;  /* s: longer ones are pauses of the sampling */
    double
        arc98; /* numbers: the shortest arc with 98 % of step - rate * gap, of gaps up to reach */
    double share;   /* of the steps so short that are in the half circle around middle */
    double log10_p; /* of such an arc in random numbers, all rates tried counted */
    bool family;    /* reach is the longest gap, and arc98 below half a circle */
};

/*
 * Unwraps the steps: a rate is found out of the shortest gaps, where no clock turns round, and
 * mended on gaps twice as long each time. The sums are exact: a step rounded about a rate would
 * make a random walk of a clock. 0 or -FAULT_MEMORY; to be released also after a fault.
 */
int isn_steps_make(const struct isn_samples *samples, struct isn_steps *ret_steps);
void isn_steps_release(struct isn_steps *steps);

/* Whether the levels stay near the plane, or walk away; and whether neighbours turn back to it. */
bool isn_plane_stays(const struct isn_plane *plane);
bool isn_plane_turns(const struct isn_plane *plane);

/* The correlation of neighbouring steps, less rate * gap, both of gaps up to `longest` and without
 * a lost probe; *ret_pairs: how many there are. */
double isn_steps_turning(struct isn_steps *steps, double longest, double rate, size_t *ret_pairs);

/* The plane by least squares, `longest` the gap that still joins two samples; those after a longer
 * one have a constant of their own. */
void isn_steps_plane(const struct isn_steps *steps, double longest, bool with_index,
                     struct isn_plane *ret_plane);
/* The same of levels other than the steps' own, and of counts in place of the index unless NULL. */
void isn_steps_plane_of(const struct isn_steps *steps, const int64_t *levels, const int64_t *counts,
                        double longest, bool with_index, struct isn_plane *ret_plane);

/* step = *middle + *rate * gap by least squares without the outliers, of gaps up to `longest`;
 * returns the rate's standard error. */
double isn_steps_line(struct isn_steps *steps, double longest, double *ret_rate,
                      double *ret_middle);

/* The commonest of the steps that took no longer than `brief` and in which no probe was lost, and
 * how many of them have it; *ret_count: how many such steps there are. */
size_t isn_steps_mode(struct isn_steps *steps, int64_t *ret_mode, size_t *ret_count);

/* Whether the fixed tuple's numbers are nearer to the plane than those of changing ones, 2.5 times
 * of many, 8 times of few: then they depend on the tuple. */
bool isn_steps_by_tuple(const struct isn_samples *samples, struct isn_steps *steps, double rate,
                        double each);

#endif
