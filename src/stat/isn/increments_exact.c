/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact generators that look like increments: numbers that are narrow, or increments that a weak
 * generator draws. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/increments.h"

#define RUN_LEAST 16U
/* Increments narrower than that are not told from chance; and bits foretold in all. */
#define BITS_LEAST  20.0
#define PROOF_LEAST 100.0

int isn_increments_exact(const struct isn_samples *samples)
{
    struct isn_recovery *recovery = malloc(sizeof *recovery);
    int ret;

    if (!recovery)
        return -FAULT_MEMORY;
    ret = isn_recover_samples(samples, recovery);
    free(recovery);
    return ret;
}

static void note(struct isn_audit *audit, const struct isn_recovery *recovery, uint32_t lattice)
{
    isn_increments_conclude(audit, ISN_CLASS_WEAK_PRNG, recovery->log10_chance);
    isn_audit_note(audit, true, "generator of the increments", (double)recovery->verified,
                   recovery->log10_chance, "%s gives the increments divided by %u, %zu foretold",
                   recovery->name, lattice, recovery->verified);
    isn_audit_note(audit, true, "its state", NAN, NAN, "%08x after the last increment followed",
                   recovery->word_count ? recovery->words[0] : 0);
}

int isn_increments_generated(const struct isn_samples *samples, const struct isn_steps *steps,
                             struct isn_audit *audit)
{
    uint32_t lattice = audit->increment.lattice ? audit->increment.lattice : 1;
    struct isn_recovery *recovery;
    uint32_t *increments;
    size_t at = 0;
    size_t first = 0;
    size_t count = isn_samples_run(samples, RUN_LEAST, &at, &first);
    double bits;
    int ret = 0;

    if (count < RUN_LEAST || first + count > steps->count + 1)
        return 0;
    recovery = malloc(sizeof *recovery);
    increments = calloc(count, sizeof *increments);
    if (!recovery || !increments) {
        free(recovery);
        free(increments);
        return -FAULT_MEMORY;
    }
    for (size_t i = 0; i + 1 < count; i++)
        increments[i] = (uint32_t)(steps->step[first + i] / lattice);
    ret = isn_recover_run(increments, NULL, count - 1, recovery);
    /* Its odds are those of 32 bits. */
    bits = log2(audit->increment.arc98 / lattice + 1);
    if (ret > 0 && (bits < BITS_LEAST || bits * (double)recovery->verified < PROOF_LEAST))
        ret = 0;
    if (ret > 0)
        note(audit, recovery, lattice);
    free(recovery);
    free(increments);
    return ret;
}
