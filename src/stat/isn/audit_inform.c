/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An audit's prices and information. */
#include "stat/isn/audit_parts.h"

int isn_audit_inform(const struct isn_samples *samples, struct isn_audit *audit)
{
    (void)samples;
    (void)audit;
    return 0;
}
