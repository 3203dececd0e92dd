/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The battery for "no structure": all tests of an audit in one family that keeps its promise. */
#ifndef STAT_ISN_BATTERY_H
#define STAT_ISN_BATTERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The probability that a perfect generator has any test of the family rejected (whole audit). */
#define ISN_BATTERY_ALPHA 1e-4
/* The same of all collision tests together, which are judged apart: theirs is proof enough. */
#define ISN_COLLISION_ALPHA 2e-5
/* Shorter series get the collision test only. */
#define ISN_BATTERY_LEAST 32

/* One test of one series. */
struct isn_test {
    const char *series; /* the caller's word: "all", "fixed", … */
    char name[48];      /* "bit 31", "byte 0, chi-square", … */
    double statistic;   /* what the name says: z, chi-square, g, a count */
    double p;       /* 0 … 1, of this or a worse statistic by chance; two-sided where it can be */
    bool collision; /* counted in the collisions' share, not in Holm's family */
    bool rejected;  /* set by isn_battery_judge */
};

/* A growing list of tests. All zero is an empty one; isn_battery_release empties it. */
struct isn_battery {
    struct isn_test *tests;
    size_t count;
    size_t room;
};

/*
 * Adds all tests of one series of ISNs (the functions are in battery_tests.h), each
 * with its smallest sample: the 32 bits one by one, the bytes (1280 ISNs; below that the nibbles,
 * from 128) of the ISNs and the outer ones of their differences, serial correlation at lags 1 … 16,
 * Fisher's g, runs about the median, runs up and down, Rao's spacings, the commonest increment of
 * each byte, and collisions. `series` is kept as a pointer. 0 or -FAULT_MEMORY (the list may then
 * hold a part of the tests).
 */
int isn_battery_add_series(struct isn_battery *battery, const char *series, const uint32_t *isns,
                           size_t count);

/* Adds one test to the family, named by a printf format. 0 or -FAULT_MEMORY. */
int isn_battery_add(struct isn_battery *battery, const char *series, double statistic, double p,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

/*
 * Sets `rejected` of all tests, and returns how many are. The family by Holm's step-down method
 * (Scandinavian Journal of Statistics 6, 1979), which holds for dependent tests: `alpha` bounds the
 * probability of any false rejection. Collision tests where p < ISN_COLLISION_ALPHA / their number.
 */
size_t isn_battery_judge(struct isn_battery *battery, double alpha);

void isn_battery_release(struct isn_battery *battery);

#endif
