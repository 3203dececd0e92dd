/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a number is as foretold by a recovered generator that leaves something open: when exactly
 * it was asked, or a hidden bit. */
#include "stat/isn/forecast_prng.h"

#include <math.h>
#include <string.h>

/* ns about the time of the foretold number: the way there and back is not the same each time. */
#define SLACK INT64_C(25000000)
/* ns after the last number in which it may have been foretold. */
#define AHEAD  INT64_C(60000000000)
#define SECOND INT64_C(1000000000)
/* ns: so fine a tick is none that could be tried out, whatever rate a server made us believe. */
#define TICK_LEAST 1e5

static uint32_t asked_at(const struct isn_recovery *recovery, int64_t time)
{
    struct isn_recovery copy = *recovery;

    return isn_recovery_step(&copy, time);
}

/* time() is not known to the second, and the number that it multiplies may be one more. */
static bool met_time_rand(const struct isn_recovery *recovery, uint32_t isn)
{
    for (int64_t passed = -1; passed <= AHEAD / SECOND; passed++) {
        uint32_t time = (uint32_t)(int64_t)recovery->tick + (uint32_t)passed;
        uint32_t value = asked_at(recovery, recovery->time + passed * SECOND);

        if (isn == value || isn == value + time)
            return true;
    }
    return false;
}

/* The time it was foretold for is found by the number itself. */
static bool met_timed(const struct isn_recovery *recovery, uint32_t foretold, uint32_t isn)
{
    int64_t tick =
        recovery->tick_rate > 1 ? (int64_t)fmax(1e9 / recovery->tick_rate, TICK_LEAST) : SECOND;
    int64_t found = -1;

    for (int64_t passed = 0; passed <= AHEAD && found < 0; passed += tick)
        if (asked_at(recovery, recovery->time + passed) == foretold)
            found = passed;
    for (int64_t passed = found - SLACK - tick; found >= 0 && passed <= found + SLACK + tick;
         passed += tick)
        if (asked_at(recovery, recovery->time + passed) == isn)
            return true;
    return false;
}

bool isn_recovery_met(const struct isn_recovery *recovery, uint32_t foretold, uint32_t isn)
{
    if (((foretold ^ isn) & recovery->next_mask) == 0)
        return true;
    if (recovery->generator == ISN_GENERATOR_TIME_RAND)
        return met_time_rand(recovery, isn);
    if (recovery->timed)
        return met_timed(recovery, foretold, isn);
    return recovery->approximate && isn - foretold == 1;
}
