/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges servers that add the same to their number with each connection. */
#include "stat/isn/audit.h"

int isn_judge_counter(const struct isn_samples *samples, struct isn_audit *audit)
{
    (void)samples;
    (void)audit;
    return 0;
}
