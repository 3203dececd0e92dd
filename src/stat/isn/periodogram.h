/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A clock found in numbers modulo 2^32 by their circular periodogram. */
#ifndef STAT_ISN_PERIODOGRAM_H
#define STAT_ISN_PERIODOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ISN_PERIODOGRAM_TOP 4.3e9 /* numbers a second: the fastest clock looked for */

struct isn_peak {
    double rate;    /* numbers a second */
    double power;   /* n R^2, 0 … n */
    double log10_p; /* of a peak of this height anywhere in the grid, for uniform numbers */
};

/*
 * The peaks of
 *     R(r) = | 1/n sum exp(2 pi i (y_j - r t_j) / 2^32) |
 * (Rayleigh's statistic; Mardia and Jupp, Directional Statistics, 6.3.1) from r = 0 to the top in
 * steps of an eighth of the resolution 2^32 / T, T the time from the first to the last; n R^2 is
 * exponentially distributed with mean 1 for uniform numbers. `centred`: the numbers are
 * differences, which a clock leaves near 0: only the real part counts, and power is its square's
 * part of that, n R^2 where R > 0, half as much a normal square.
 *
 * Fills up to `most` peaks, the highest first, one step's neighbours left out, and refines each.
 * Time: count * (8 T + 30) steps of about 2 ns. Returns their number or -FAULT_MEMORY.
 */
int isn_periodogram(const double *times, const uint32_t *isns, size_t count, bool centred,
                    size_t most, struct isn_peak *peaks);

#endif
