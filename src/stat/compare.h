/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of whether one group is worse than another: of losses, and of times. */
#ifndef STAT_COMPARE_H
#define STAT_COMPARE_H

#include <stddef.h>
#include <stdint.h>

/*
 * All return the natural logarithm of a one-sided p value (0 down to -INFINITY): the probability of
 * what was seen, or worse, when group a is no worse than group b. As a logarithm, because those of
 * many probes are smaller than a double can be.
 */

/*
 * Fisher's exact test: a lost `lost_a` of `sent_a` (lost <= sent), b `lost_b` of `sent_b`; the
 * upper tail of the hypergeometric distribution with the sums given (Fisher 1935; Agresti,
 * Categorical Data Analysis, 3.5). 0 when either group is empty.
 */
double compare_losses(uint64_t lost_a, uint64_t sent_a, uint64_t lost_b, uint64_t sent_b);

/*
 * Mann and Whitney's U of group a (Annals of Mathematical Statistics 18, 1947): how many of the
 * count_a * count_b pairs have the larger time in a; a tie is half a pair. `sorted_b` in rising
 * order.
 */
double compare_times_u(const int64_t *a, size_t count_a, const int64_t *sorted_b, size_t count_b);

/*
 * The test that goes with U: exact where every time of a is above every time of b, otherwise the
 * normal approximation with continuity correction. Its variance is not reduced for ties, and the
 * far tail of U is lighter than the normal one: p is rather too large than too small. 0 when either
 * group is empty.
 */
double compare_times(double u, size_t count_a, size_t count_b);

/* ln of the binomial coefficient, 0 <= k <= n. */
double compare_ln_choose(uint64_t n, uint64_t k);

#endif
