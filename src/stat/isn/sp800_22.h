/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tests of NIST SP 800-22 revision 1a (2010) on ISNs as a stream of bits, where there are
 * enough of them. */
#ifndef STAT_ISN_SP800_22_H
#define STAT_ISN_SP800_22_H

#include <stddef.h>
#include <stdint.h>

#include "stat/isn/battery.h"

/*
 * Their p values belong into the family of the battery, and its alpha holds; the publication's own
 * 0.01 for each test would be a false alarm every few audits. They find bias, not predictability:
 * Mersenne Twister and most congruential generators pass.
 */

/* From so many ISNs on (the publication's least lengths, over 32). */
#define ISN_SP800_22_SHORT     4     /* frequency, block frequency, runs, longest run, cusum */
#define ISN_SP800_22_SPECTRUM  128   /* spectral, serial (m = 5), approximate entropy (m = 4) */
#define ISN_SP800_22_RANK      1216  /* 38 matrices */
#define ISN_SP800_22_UNIVERSAL 12120 /* 387840 bits */
#define ISN_SP800_22_LONG                                                                          \
    31250 /* 10^6 bits: templates, linear complexity, excursions; also                             \
           * serial with m = 16 and approximate entropy with m = 10 */

/* Of a longer series the first so many are tested: 2 million bits, half a second, some 80 MB. */
#define ISN_SP800_22_MOST 65536

/*
 * Adds to the battery all tests that `count` ISNs are enough for, under names that begin with
 * "SP 800-22"; each ISN gives 32 bits, the highest first. None below ISN_SP800_22_SHORT. 0 or
 * -FAULT_MEMORY (a part may have been added).
 */
int isn_sp800_22_add(struct isn_battery *battery, const char *series, const uint32_t *isns,
                     size_t count);

/* `bits`, 32 * count bytes of 0 or 1, gets the bits of the ISNs in that order. */
void isn_sp800_22_bits(const uint32_t *isns, size_t count, uint8_t *bits);

#endif
