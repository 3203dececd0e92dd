/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An audit's prices and information. */
#include "stat/isn/audit_parts.h"

int isn_audit_price(const struct isn_samples *samples, const struct isn_audit_options *options,
                    struct isn_audit *audit)
{
    (void)samples;
    (void)options;
    (void)audit;
    return 0;
}
