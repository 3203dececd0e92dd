/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series of measured times, taken in one by one and summed up. */
#ifndef STAT_SERIES_H
#define STAT_SERIES_H

#include <stddef.h>
#include <stdint.h>

/* So many samples are kept as they are; of a longer series, a random choice of as many. */
#define SERIES_KEPT_MAX 1048576U

/*
 * A sweep holds very many of these with one sample each: up to one sample needs no memory beyond
 * this struct, and the room grows with the samples up to 8 MiB.
 */
struct series_body;
struct series {
    uint64_t n; /* samples taken in */
    union {
        int64_t only;             /* n is 1 */
        struct series_body *body; /* n is 2 or more */
    };
};

/*
 * All times in nanoseconds; NAN is unknown. With n = 0 all times are unknown.
 *
 * Quantiles are those of Hyndman and Fan's definition 7 ("Sample Quantiles in Statistical
 * Packages", The American Statistician 50, 1996): with the samples in rising order x[0] … x[n-1]
 * and h = (n - 1) * p, x[floor h] + (h - floor h) * (x[floor h + 1] - x[floor h]). It is what R,
 * NumPy, spreadsheets and GSL compute unless told otherwise, so that anybody gets the same number
 * out of the samples, and its median of an even number is the usual one, half way between the
 * middle two. It never goes beyond the samples: p99 of ten is nearly their maximum and says no more
 * than that, which is why quantile_n belongs beside it.
 */
struct series_summary {
    uint64_t n;
    double min;
    double mean;
    double max;
    /* As ping's: sqrt(mean of the squares - square of the mean), the deviation of these n samples
     * (divisor n, not n - 1); computed as sqrt(M2 / n) after Welford (Technometrics 4, 1962), which
     * does not subtract two large numbers. 0 with one sample. */
    double mdev;
    /* The estimator of RFC 3550 6.4.1 and A.8: J += (|D| - J) / 16, from J = 0, for each of the
     * jitter_n differences D between one sample and the next. RFC 3550 defines D as the change of
     * the one-way transit time between two packets; here the round-trip time stands in its place,
     * so that the variation of both directions and of the peer's answer is in it. Lost probes are
     * passed over, as they are there. It starts from 0 and comes within 5 % of a steady mean |D|
     * only after some 47 differences. Unknown with fewer than two samples. */
    double jitter;
    uint64_t jitter_n;
    uint64_t quantile_n; /* what p50 … p99 and the interval rest on: at most SERIES_KEPT_MAX */
    double p50;
    double p90;
    double p95;
    double p99;
    /* 95 % confidence interval of the median: the samples of rank l and n + 1 - l with the largest
     * l that leaves P(B < l) <= 2.5 %, B binomial with n and 1/2 (David and Nagaraja, Order
     * Statistics, section 7.1). It supposes independent samples but no distribution, and covers at
     * least 95 %. Unknown for fewer than six samples: even their whole range covers less. */
    double p50_low;
    double p50_high;
};

/* An empty series; needs no release until a second sample is in it. */
void series_init(struct series *series);

/*
 * Takes in one sample (ns, any value; jitter wants them in order of sending). `random` is a fresh
 * value, uniform over all 64 bits; it is used only beyond SERIES_KEPT_MAX samples, where each
 * sample so far is kept with the same probability (algorithm R in Vitter, ACM TOMS 11, 1985; the
 * remainder of the division favours none by more than n / 2^64). n, min, max, mean, mdev and jitter
 * stay exact. Returns 0, or -FAULT_MEMORY with the series as it was before.
 */
int series_add(struct series *series, int64_t sample, uint64_t random);

/* Frees what it holds and leaves it empty. */
void series_release(struct series *series);

/*
 * The samples that are kept, `ret_count` of them, in the order they came in as long as that is all
 * of them (up to SERIES_KEPT_MAX). The series owns them; valid until it is changed, moved or
 * released. NULL when there are none.
 */
const int64_t *series_samples(const struct series *series, size_t *ret_count);

/* Sums the series up, which does not change. Returns 0 or -FAULT_MEMORY (it sorts a copy). */
int series_summarize(const struct series *series, struct series_summary *ret_summary);

/* The quantile of p (0 … 1) of `count` samples in rising order, as above. NAN when count is 0. */
double series_quantile(const int64_t *sorted, size_t count, double p);

/* A sorted copy of `count` (1 or more) samples for the caller to free; NULL: out of memory. */
int64_t *series_sorted(const int64_t *samples, size_t count);

/*
 * The rank l (1 … n/2) of the interval above: samples l and n + 1 - l, counted from 1, hold the
 * median between them with a probability of at least 95 %. 0 when n < 6.
 */
uint64_t series_median_rank(uint64_t n);

#endif
