/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What guessing an ISN costs: closed forms, and what a sample of so many ISNs can certify. */
#include "stat/isn/cost.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define Z95_ONE_SIDED 1.6448536269514722
/* Collisions up to which their limit is found exactly. */
#define EXACT_MOST 1000

double isn_cost_attempts(double hit)
{
    if (!(hit > 0))
        return INFINITY;
    if (hit >= 0.5)
        return 1;
    return ceil(log(0.5) / log1p(-hit));
}

double isn_cost_repeated(double guesses, double hit)
{
    return (guesses + 1) * isn_cost_attempts(hit);
}

double isn_cost_acceptable(double space, double acceptable)
{
    return space * -expm1(log(0.5) / acceptable);
}

double isn_cost_in_window(double span, double window)
{
    return fmax(1, ceil(span / window));
}

double isn_cost_seconds(double packets, double rate)
{
    return rate > 0 ? packets / rate : INFINITY;
}

double isn_cost_begun(double n50, double rate, double life)
{
    /* What a life has room for hits in proportion: half of the chance is in n50 packets. */
    return isn_cost_attempts(0.5 * fmin(1, rate * life / n50));
}

/* The upper 95 % limit of a Poisson mean of which so many were seen. */
static double upper_limit(double seen)
{
    double n = seen + 1;

    if (n <= EXACT_MOST)
        return gsl_cdf_chisq_Pinv(0.95, 2 * n) / 2;
    /* Wilson and Hilferty's; of so many, gsl's iteration does not always end well. */
    return n * pow(1 - 1 / (9 * n) + Z95_ONE_SIDED / (3 * sqrt(n)), 3);
}

double isn_cost_certified_bits(size_t count, double collisions)
{
    double n = (double)count;
    double limit = upper_limit(collisions);

    return count < 2 ? 0 : fmax(0, log2(n * (n - 1) / 2 / limit));
}

double isn_cost_collisions(const uint32_t *sorted, size_t count)
{
    double pairs = 0;
    size_t equal = 0;

    for (size_t i = 1; i < count; i++) {
        equal = sorted[i] == sorted[i - 1] ? equal + 1 : 0;
        pairs += (double)equal;
    }
    return pairs;
}

double isn_cost_rule_of_three(size_t trials)
{
    return trials < 3 ? 1 : 3 / (double)trials;
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

uint32_t isn_cost_lattice(const uint32_t *errors, size_t count)
{
    uint64_t divisor = 0;
    int64_t largest = 0;

    for (size_t i = 1; i < count; i++) {
        int64_t difference = (int32_t)(errors[i] - errors[0]);
        int64_t size = difference < 0 ? -difference : difference;

        divisor = greatest_divisor(divisor, (uint64_t)size);
        largest = size > largest ? size : largest;
    }
    if (largest >= (int64_t)1 << 30)
        divisor = greatest_divisor(divisor, (uint64_t)1 << 32);
    return divisor == 0 ? 1 : (uint32_t)divisor;
}
