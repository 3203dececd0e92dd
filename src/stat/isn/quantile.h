/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Order statistics of numbers and of points on the circle of 2^32. */
#ifndef STAT_ISN_QUANTILE_H
#define STAT_ISN_QUANTILE_H

#include <stddef.h>
#include <stdint.h>

/* The value below which `share` of the values lie, 0 … 1. Reorders them; NAN of none. */
double isn_quantile(double *values, size_t count, double share);

void isn_sort(double *values, size_t count);

/* The width of the shortest interval with `share` of the sorted values; *ret_middle: its middle.
 * 0 of none. */
double isn_interval(const double *sorted, size_t count, double share, double *ret_middle);

/* The same of the shortest arc, of values from 0 to below `circle`. */
double isn_arc(const double *sorted, size_t count, double share, double circle, double *ret_middle);

/* log10 of the probability that of `count` points on a circle at random so many are in some arc of
 * this part of the circle. 0 at most. */
double isn_arc_log10_p(size_t count, size_t inside, double part);

uint64_t isn_gcd(uint64_t a, uint64_t b);

#endif
