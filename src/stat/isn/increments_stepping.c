/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Servers whose clock is so slow that it stands still between most connections, with or without a
 * counter of them: uIP, 4.4BSD, Solaris, EDK2. */
#include <math.h>

#include "stat/isn/increments.h"
#include "stat/isn/ticks.h"

/* Of the shortest gaps so many have no tick. */
#define STILL_LEAST 8U
#define STILL_SHARE 0.6
/* Ticks, and the width of their strip while they are few, see ticks.h. */
#define TICKS_LEAST 2
/* One will do, if it is that small, where the number is the same otherwise. */
#define SMALL     65536
#define FEW       8
#define FEW_WIDTH 1.3
#define WIDTH     2.8

bool isn_increments_stepping(struct isn_steps *steps, struct isn_audit *audit)
{
    struct isn_ticks ticks;
    int64_t each = 0;
    size_t short_count;
    size_t most = isn_steps_mode(steps, &each, &short_count);
    uint32_t unit;
    bool few;
    double rate;

    if (short_count < STILL_LEAST || (double)most < STILL_SHARE * (double)short_count || each < 0)
        return false;
    unit = isn_increments_lattice(steps, each);
    if (unit == 0)
        return false;
    isn_ticks_split(steps->time, steps->step, steps->open, steps->count, each, unit,
                    steps->other_whole);
    isn_ticks_judge(steps->time, steps->other_whole, steps->count + 1, &ticks);
    /* Two ticks will do where connections do not count, or a tick is worth several of them. */
    few = each == 0 || (unit % each == 0 && unit / each > 1);
    if (ticks.rate <= 0 || ticks.count < (each == 0 && unit <= SMALL ? 1 : TICKS_LEAST) ||
        (!ticks.regular && (!few || ticks.width > (ticks.count < FEW ? FEW_WIDTH : WIDTH))))
        return false;
    rate = ticks.rate * unit;
    isn_increments_quantiles(steps, 0, audit);
    audit->increment.lattice = isn_increments_lattice(steps, 0);
    isn_increments_clock(audit, rate, ticks.rate_error * unit, 1 / (sqrt(12) * ticks.rate), unit,
                         steps->log10_p);
    if (each > 0) {
        audit->connection = (struct isn_per_connection){.found = true,
                                                        .exact = true,
                                                        .k = (double)each,
                                                        .low = (double)each,
                                                        .high = (double)each,
                                                        .foreign = 0,
                                                        .foreign_log10_p = NAN};
    }
    isn_increments_conclude(audit, each > 0 ? ISN_CLASS_CLOCK_COUNTER : ISN_CLASS_CLOCK,
                            steps->log10_p);
    isn_audit_note(audit, true, "ticks at regular times", ticks.rate, steps->log10_p,
                   "%lld ticks of %u numbers, %.5g a second, never off by more than %.2f ticks",
                   (long long)ticks.count, unit, ticks.rate, ticks.width);
    if (each > 0)
        isn_audit_note(audit, true, "numbers a connection", (double)each, NAN,
                       "%zu of the %zu shortest gaps have a step of %lld exactly", most,
                       short_count, (long long)each);
    else
        isn_audit_note(audit, false, "numbers a connection", 0, NAN,
                       "none, %zu of the %zu shortest gaps have the same number again", most,
                       short_count);
    return true;
}
