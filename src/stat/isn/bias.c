/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judge: random but not uniform. */
#include "stat/isn/audit.h"

int isn_judge_bias(const struct isn_samples *samples, struct isn_audit *audit)
{
    (void)samples;
    (void)audit;
    return 0;
}
