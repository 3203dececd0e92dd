/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judge: SYN cookies. */
#include "stat/isn/audit.h"

int isn_judge_cookies(const struct isn_samples *samples, struct isn_audit *audit)
{
    (void)samples;
    (void)audit;
    return 0;
}
