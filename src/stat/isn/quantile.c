/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Order statistics of numbers and of points on a circle. */
#include "stat/isn/quantile.h"

#include <math.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

void isn_sort(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
}

/* Hoare's selection, as Wirth gives it. */
double isn_quantile(double *values, size_t count, double share)
{
    ptrdiff_t low = 0;
    ptrdiff_t high = (ptrdiff_t)count - 1;
    ptrdiff_t rank;

    if (count == 0)
        return NAN;
    rank = (ptrdiff_t)llround(share * (double)high);
    while (low < high) {
        double pivot = values[rank];
        ptrdiff_t i = low;
        ptrdiff_t j = high;

        do {
            while (values[i] < pivot)
                i++;
            while (pivot < values[j])
                j--;
            if (i <= j) {
                double swap = values[i];

                values[i++] = values[j];
                values[j--] = swap;
            }
        } while (i <= j);
        if (j < rank)
            low = i;
        if (rank < i)
            high = j;
    }
    return values[rank];
}

static size_t wanted(size_t count, double share)
{
    size_t inside = (size_t)ceil(share * (double)count - 1e-9);

    return inside < 1 ? 1 : inside < count ? inside : count;
}

double isn_interval(const double *sorted, size_t count, double share, double *ret_middle)
{
    size_t inside = wanted(count, share);
    double best = INFINITY;

    *ret_middle = 0;
    for (size_t i = 0; i + inside <= count; i++) {
        double width = sorted[i + inside - 1] - sorted[i];

        if (width < best) {
            best = width;
            *ret_middle = sorted[i] + width / 2;
        }
    }
    return count ? best : 0;
}

double isn_arc(const double *sorted, size_t count, double share, double circle, double *ret_middle)
{
    size_t inside = wanted(count, share);
    double best = INFINITY;

    *ret_middle = 0;
    for (size_t i = 0; i < count; i++) {
        size_t last = i + inside - 1;
        double end = last < count ? sorted[last] : sorted[last - count] + circle;
        double width = end - sorted[i];

        if (width < best) {
            best = width;
            *ret_middle = fmod(sorted[i] + width / 2, circle);
        }
    }
    return count ? best : 0;
}

double isn_arc_log10_p(size_t count, size_t inside, double part)
{
    double n = (double)count, k = (double)inside;
    double ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
    /* The arc may as well begin at any of the points, which is then in it. */
    double log_p = log(fmax(n, 1)) + ways + (k - 1) * log(fmin(part, 1));

    return count && log_p < 0 ? log_p / log(10) : 0;
}

uint64_t isn_gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}
