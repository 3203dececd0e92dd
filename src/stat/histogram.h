/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bins with round edges for a picture of how times are distributed. */
#ifndef STAT_HISTOGRAM_H
#define STAT_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BINS_MAX 64U

/* Times from which an edge could overflow, 10^18 ns (31 years), count as just below this. */
#define HISTOGRAM_TIME_MAX INT64_C(1000000000000000000)

/* How the edges follow each other: equal steps; equal factors, nearly; equal steps where most of
 * the samples are and factors beyond. */
enum histogram_scale {
    HISTOGRAM_LINEAR,
    HISTOGRAM_LOGARITHMIC,
    HISTOGRAM_TAILED,
    HISTOGRAM_SCALE_COUNT
};

struct histogram_bin {
    int64_t from; /* ns; from <= time < to */
    int64_t to;
    uint64_t count;
};

/*
 * The bins in rising order without gaps: each begins where the one before ends. The first and the
 * last one are not empty, those between may be. The counts sum to the number of samples.
 */
struct histogram {
    enum histogram_scale scale;
    size_t count;
    struct histogram_bin bins[HISTOGRAM_BINS_MAX];
};

/*
 * Makes 1 … bins_max bins (bins_max in 1 … HISTOGRAM_BINS_MAX) of `count` samples, ns, in any
 * order; negative ones count as 0. No bins when count is 0. How many bins: up to twice the cube
 * root of count (the Rice rule: Lane, Online Statistics, "Histograms"), but at least five may be
 * used, so that few samples are not scattered over many bins.
 *
 * Linear, with a step of 1, 2 or 5 times a power of ten, where the largest is less than ten times
 * the smallest; logarithmic otherwise, with edges as fine as the number of bins allows: ten to the
 * decade (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), six, three (1, 2, 5), one, or fewer. Below 100 ns
 * all is one bin there.
 *
 * Where either scale would put the middle half of the samples (or, these being equal, the middle 80
 * or 90 %) into one bin or two neighbours, and a few distant ones are squeezing them so: the
 * samples within three spreads of that middle part (Tukey's outer fences, Exploratory Data
 * Analysis, 1977) get linear bins, and what is beyond, on either side, logarithmic ones, a quarter
 * of the bins at most.
 *
 * Returns 0, or -FAULT_MEMORY with no bins (it sorts a copy).
 */
int histogram_make(const int64_t *samples, size_t count, size_t bins_max,
                   struct histogram *ret_histogram);

#endif
