/* SPDX-License-Identifier: GPL-3.0-or-later */
/* F linear over GF(2), seen through a clock's noise in the upper bits of its values. */
#include <math.h>
#include <string.h>

#include "stat/isn/tuple.h"

enum { TOP_BITS = 3, ROWS_MOST = 64, COLUMNS = 17, EARLY = 8, STARTS = 3 };

#define LEVEL_STEP (1u << 21) /* numbers: half of it spoils an upper bit of one value in 256 */
#define LEVELS     2048u

/* The rows' columns reduced once and for all: which earlier rows each is the sum of. */
struct scheme {
    size_t count; /* rows */
    unsigned rank;
    uint64_t sums[ROWS_MOST]; /* the rows (bits) whose values cancel; of dependent rows */
    size_t sum_count;
};

static void scheme_make(const struct isn_ports *ports, size_t at, struct scheme *scheme)
{
    uint32_t columns[COLUMNS] = {0};
    uint64_t parts[COLUMNS] = {0};

    memset(scheme, 0, sizeof *scheme);
    scheme->count = ports->count < ROWS_MOST ? ports->count : ROWS_MOST;
    for (size_t i = 0; i < scheme->count; i++) {
        uint32_t row = (uint32_t)1 << 16 | ports->ports[(at + i) % ports->count];
        uint64_t part = (uint64_t)1 << i;

        for (unsigned pivot = COLUMNS; pivot-- > 0;) {
            if (row >> pivot & 1 && columns[pivot]) {
                row ^= columns[pivot];
                part ^= parts[pivot];
            }
        }
        if (row) {
            unsigned pivot = 31 - (unsigned)__builtin_clz(row);

            columns[pivot] = row;
            parts[pivot] = part;
            scheme->rank++;
        } else {
            scheme->sums[scheme->sum_count++] = part;
        }
    }
}

static bool cancels(const uint8_t *tops, uint64_t sum)
{
    uint8_t left = 0;

    for (; sum; sum &= sum - 1)
        left ^= tops[__builtin_ctzll(sum)];
    return left == 0;
}

/* How many sums cancel when the values stand on this level. */
static size_t hits_at(const struct isn_ports *ports, size_t at, const struct scheme *scheme,
                      uint32_t level)
{
    uint8_t tops[ROWS_MOST];
    size_t hits = 0;

    for (size_t i = 0; i < scheme->count; i++)
        tops[i] = (uint8_t)((ports->values[(at + i) % ports->count] - level) >> (32 - TOP_BITS));
    for (size_t i = 0; i < scheme->sum_count; i++) {
        if (i == EARLY && hits < EARLY / 2)
            break;
        hits += cancels(tops, scheme->sums[i]);
    }
    return hits;
}

struct isn_formula isn_ports_linear_top(const struct isn_ports *ports, unsigned *ret_rank)
{
    struct isn_formula best = {.found = false};

    *ret_rank = 0;
    for (size_t start = 0; start < STARTS && ports->count > COLUMNS; start++) {
        size_t at = start * ports->count / STARTS;
        struct scheme scheme;

        scheme_make(ports, at, &scheme);
        for (uint32_t i = 0; i < LEVELS; i++) {
            size_t hits = hits_at(ports, at, &scheme, i * LEVEL_STEP);

            if (best.checked > 0 && hits <= best.hits)
                continue;
            best.hits = hits;
            best.checked = scheme.sum_count;
            *ret_rank = scheme.rank;
        }
    }
    /* Levels near each other are hardly different trials; all are counted all the same. */
    best.log10_p = isn_binomial_log10_p(best.checked, best.hits, 1.0 / (1 << TOP_BITS));
    best.log10_p = fmin(0, best.log10_p + log10((double)LEVELS * STARTS));
    best.found = best.hits * 2 > best.checked && best.log10_p < -11;
    return best;
}
