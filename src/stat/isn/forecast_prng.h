/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a number is as foretold by a recovered generator that leaves something open. */
#ifndef STAT_ISN_FORECAST_PRNG_H
#define STAT_ISN_FORECAST_PRNG_H

#include "stat/isn/recover.h"

/*
 * `recovery` is as it was when it foretold the number. Of a timed generator, any time within 25 ms
 * will do; of an approximate one, either value of the hidden bit.
 */
bool isn_recovery_met(const struct isn_recovery *recovery, uint32_t foretold, uint32_t isn);

#endif
