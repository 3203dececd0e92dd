/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tests of NIST SP 800-22 on the random walk's cycles: excursions and visits. */
#include <gsl/gsl_cdf.h>
#include <math.h>

#include "stat/isn/sp800_22_tests.h"

#define VISITS_MOST 5 /* the last class: so many or more */

/* The walk's cycles from 0 to 0; what is left at the end counts as one. */
size_t isn_sp_cycles(const uint8_t *bits, size_t count)
{
    size_t cycles = 0;
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += bits[i] ? 1 : -1;
        cycles += sum == 0;
    }
    return cycles + (sum != 0);
}

/* Of a cycle, the probability of so many visits to the state (3.14). */
static double visits_probability(unsigned visits, int state)
{
    double twice = 2 * fabs((double)state);
    double stay = 1 - 1 / twice;

    if (visits == 0)
        return stay;
    if (visits == VISITS_MOST)
        return pow(stay, VISITS_MOST - 1) / twice;
    return pow(stay, visits - 1.0) / (twice * twice);
}

struct isn_score isn_sp_excursions(const uint8_t *bits, size_t count, int state)
{
    size_t seen[VISITS_MOST + 1] = {0};
    double cycles = (double)isn_sp_cycles(bits, count);
    double square = 0;
    size_t visits = 0;
    int64_t sum = 0;

    if (count == 0)
        return (struct isn_score){0, 1};
    for (size_t i = 0; i < count; i++) {
        sum += bits[i] ? 1 : -1;
        visits += sum == state;
        if (sum == 0 || i + 1 == count) {
            seen[visits < VISITS_MOST ? visits : VISITS_MOST]++;
            visits = 0;
        }
    }
    for (unsigned k = 0; k <= VISITS_MOST; k++) {
        double expected = cycles * visits_probability(k, state);
        double excess = (double)seen[k] - expected;

        square += excess * excess / expected;
    }
    return (struct isn_score){square, gsl_cdf_chisq_Q(square, VISITS_MOST)};
}

struct isn_score isn_sp_visits(const uint8_t *bits, size_t count, int state)
{
    double cycles = (double)isn_sp_cycles(bits, count);
    size_t visits = 0;
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        sum += bits[i] ? 1 : -1;
        visits += sum == state;
    }
    double excess = fabs((double)visits - cycles);

    if (count == 0)
        return (struct isn_score){0, 1};
    return (struct isn_score){(double)visits,
                              erfc(excess / sqrt(2 * cycles * (4 * fabs((double)state) - 2)))};
}
