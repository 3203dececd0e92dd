/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges servers that always send the same number. */
#include <math.h>

#include "stat/isn/audit.h"
#include "stat/isn/increments.h"

/* Three in a row the same: 2^-64 by chance. */
#define LEAST 3U

int isn_judge_constant(const struct isn_samples *samples, struct isn_audit *audit)
{
    double log10_p;

    if (samples->count < LEAST)
        return 0;
    for (size_t i = 1; i < samples->count; i++) {
        if (samples->rows[i].isn != samples->rows[0].isn)
            return 0;
    }
    log10_p = -(double)(samples->count - 1) * log10(4294967296.0);
    /* Of one tuple alone, it may be a hash as well. */
    if (samples->fixed_count == samples->count) {
        isn_audit_note(audit, false, "one number for all", (double)samples->count, log10_p,
                       "%08x in all %zu samples, but all of one tuple", samples->rows[0].isn,
                       samples->count);
        return 0;
    }
    audit->increment = (struct isn_increment){.found = true,
                                              .lattice = 1,
                                              .q05 = 0,
                                              .q50 = 0,
                                              .q95 = 0,
                                              .mean = 0,
                                              .deviation = 0,
                                              .arc50 = 0,
                                              .arc98 = 0,
                                              .tick_rate = NAN,
                                              .uptime = NAN};
    isn_increments_conclude(audit, ISN_CLASS_CONSTANT, log10_p);
    isn_audit_note(audit, true, "one number for all", (double)samples->count, log10_p,
                   "%08x in all %zu samples, of any tuple and at any time", samples->rows[0].isn,
                   samples->count);
    return 1;
}
