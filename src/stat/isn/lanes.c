/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bias, transitions and linear complexity of each bit of initial sequence numbers. */
#include "stat/isn/lanes.h"

#include <math.h>
#include <string.h>

#define WORDS (ISN_LANES_MOST / 64 + 1)

static unsigned bit_of(uint32_t isn, unsigned lane)
{
    return isn >> lane & 1;
}

/* to ^= from << shift, in the first `words` words. */
static void add_shifted(uint64_t *to, const uint64_t *from, size_t shift, size_t words)
{
    size_t skip = shift / 64;
    unsigned bits = shift % 64;

    for (size_t i = skip; i < words; i++) {
        to[i] ^= from[i - skip] << bits;
        if (bits != 0 && i > skip)
            to[i] ^= from[i - skip - 1] >> (64 - bits);
    }
}

/* Berlekamp and Massey: c[0] = 1, and the sum of c[i] s[n - i] is 0 for each n met so far. */
static size_t complexity_of(const uint32_t *isns, size_t count, unsigned lane)
{
    uint64_t c[WORDS] = {1}, other[WORDS] = {1}, before[WORDS], newest_first[WORDS] = {0};
    size_t length = 0, since = 1, words = count / 64 + 1;

    for (size_t n = 0; n < count; n++, since++) {
        uint64_t sum = 0;

        for (size_t i = n / 64 + 1; i-- > 0;)
            newest_first[i] = newest_first[i] << 1 | (i > 0 ? newest_first[i - 1] >> 63 : 0);
        newest_first[0] |= bit_of(isns[n], lane);
        for (size_t i = 0; i <= length / 64; i++)
            sum ^= c[i] & newest_first[i];
        if (!__builtin_parityll(sum))
            continue;
        if (2 * length > n) {
            add_shifted(c, other, since, words);
            continue;
        }
        memcpy(before, c, sizeof before);
        add_shifted(c, other, since, words);
        memcpy(other, before, sizeof other);
        length = n + 1 - length;
        since = 0;
    }
    return length;
}

/* Standard deviations from half of the trials. */
static double deviations(size_t hits, size_t trials)
{
    double n = (double)trials;

    return trials > 0 ? (2 * (double)hits - n) / sqrt(n) : (double)NAN;
}

static void measure_lane(const uint32_t *isns, size_t count, unsigned lane, struct isn_lane *ret)
{
    struct isn_lane found = {0};

    for (size_t i = 0; i < count; i++) {
        found.ones += bit_of(isns[i], lane);
        found.transitions += i > 0 && bit_of(isns[i] ^ isns[i - 1], lane);
    }
    found.ones_z = deviations(found.ones, count);
    found.transitions_z = deviations(found.transitions, count > 0 ? count - 1 : 0);
    found.complexity = complexity_of(isns, count, lane);
    *ret = found;
}

void isn_lanes_measure(const uint32_t *isns, size_t count, struct isn_lanes *ret_lanes)
{
    double n;

    if (count > ISN_LANES_MOST)
        count = ISN_LANES_MOST;
    n = (double)count;
    memset(ret_lanes, 0, sizeof *ret_lanes);
    ret_lanes->count = count;
    ret_lanes->expected =
        n / 2 + (count % 2 == 1 ? 10.0 : 8.0) / 36 - (n / 3 + 2.0 / 9) * pow(2, -n);
    for (unsigned lane = 0; lane < ISN_LANES; lane++)
        measure_lane(isns, count, lane, &ret_lanes->lane[lane]);
}
