/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judge: a weak generator, whose state the numbers give away. */
#include <inttypes.h>

#include "stat/isn/audit_parts.h"

void isn_audit_recovered(struct isn_audit *audit, const struct isn_recovery *recovery)
{
    audit->class = ISN_CLASS_WEAK_PRNG;
    audit->log10_p = recovery->log10_chance;
    audit->recovered = true;
    audit->prng = *recovery;
    isn_audit_note(audit, true, "generator's state", (double)recovery->verified,
                   recovery->log10_chance,
                   "%s: state from %zu numbers, %zu more were as foretold, %zu passed over",
                   recovery->name, recovery->used, recovery->verified, recovery->skipped);
}

int isn_judge_generator(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct isn_recovery recovery;
    int result = isn_recover_samples(samples, &recovery);

    if (result > 0)
        isn_audit_recovered(audit, &recovery);
    return result;
}
