/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of whether one group is worse than another: of losses, and of times. */
#include "stat/compare.h"

#include <float.h>
#include <gsl/gsl_sf_erf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

double compare_ln_choose(uint64_t n, uint64_t k)
{
    if (k == 0 || k == n)
        return 0;
    return gsl_sf_lngamma((double)n + 1) - gsl_sf_lngamma((double)k + 1) -
           gsl_sf_lngamma((double)(n - k) + 1);
}

/* Of `all`, of which `marked` are marked, `drawn` are drawn: how many marked ones are among them.
 */
struct draw {
    uint64_t all;
    uint64_t marked;
    uint64_t drawn;
};

static double ln_mass(const struct draw *draw, uint64_t x)
{
    return compare_ln_choose(draw->marked, x) +
           compare_ln_choose(draw->all - draw->marked, draw->drawn - x) -
           compare_ln_choose(draw->all, draw->drawn);
}

/* mass(x + 1) / mass(x); 0 at the upper end. Above the mode it falls and is below 1. */
static double growth(const struct draw *draw, uint64_t x)
{
    double marked = (double)draw->marked;
    double drawn = (double)draw->drawn;
    double place = (double)x;

    return (marked - place) * (drawn - place) /
           ((place + 1) * ((double)draw->all - marked - drawn + place + 1));
}

/* ln P(X >= x) for x above the mean. */
static double ln_upper(const struct draw *draw, uint64_t x)
{
    double sum = 1;
    double term = 1;

    for (uint64_t at = x; term > sum * DBL_EPSILON; at++) {
        term *= growth(draw, at);
        sum += term;
    }
    return ln_mass(draw, x) + log(sum);
}

/* P(X <= x) for x below the mean; `least` is the smallest possible X. */
static double lower(const struct draw *draw, uint64_t x, uint64_t least)
{
    double sum = 1;
    double term = 1;

    for (uint64_t at = x; at > least && term > sum * DBL_EPSILON; at--) {
        term /= growth(draw, at - 1);
        sum += term;
    }
    return exp(ln_mass(draw, x)) * sum;
}

double compare_losses(uint64_t lost_a, uint64_t sent_a, uint64_t lost_b, uint64_t sent_b)
{
    struct draw draw = {sent_a + sent_b, lost_a + lost_b, sent_a};
    uint64_t answered = draw.all - draw.marked;
    uint64_t least = sent_a > answered ? sent_a - answered : 0;
    uint64_t most = sent_a < draw.marked ? sent_a : draw.marked;

    if (lost_a <= least || least == most)
        return 0;
    /* The tail that is away from the mean is summed up: it converges, and nothing cancels out. */
    if ((double)lost_a * (double)draw.all > (double)sent_a * (double)draw.marked)
        return fmin(0, ln_upper(&draw, lost_a));
    return log1p(-fmin(1, lower(&draw, lost_a - 1, least)));
}

/* How many of the sorted times are below `time`; with `equal`, below or equal. */
static size_t count_below(const int64_t *sorted, size_t count, int64_t time, int equal)
{
    size_t from = 0;

    while (count > 0) {
        size_t half = count / 2;
        int64_t middle = sorted[from + half];

        if (middle < time || (equal && middle == time)) {
            from += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return from;
}

double compare_times_u(const int64_t *a, size_t count_a, const int64_t *sorted_b, size_t count_b)
{
    double u = 0;

    for (size_t i = 0; i < count_a; i++)
        u += ((double)count_below(sorted_b, count_b, a[i], 0) +
              (double)count_below(sorted_b, count_b, a[i], 1)) /
             2;
    return u;
}

double compare_times(double u, size_t count_a, size_t count_b)
{
    double a = (double)count_a;
    double b = (double)count_b;

    if (count_a == 0 || count_b == 0)
        return 0;
    double z = (u - a * b / 2 - 0.5) / sqrt(a * b * (a + b + 1) / 12);
    double ln_p = fmin(0, gsl_sf_log_erfc(z / sqrt(2)) - log(2));

    return u < a * b ? ln_p : fmin(ln_p, -compare_ln_choose(count_a + count_b, count_a));
}
