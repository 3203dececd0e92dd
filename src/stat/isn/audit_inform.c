/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit tells for information: the battery, nmap's words, the phase space, SP 800-90B. */
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/audit_parts.h"

/* Numbers that the phase space looks at, the first ones: more make it slow, not better. */
#define PHASE_MOST 16384
/* The same of the estimators of SP 800-90B, half of what they would take. */
#define ENTROPIES_MOST (ISN_SP800_90B_MOST / 2)
/* Beginnings that are tried for nmap's six numbers, and samples that are passed over on the way: of
 * very many in a short time a few beginnings do. */
#define NMAP_TRIES 4096
#define NMAP_STEPS 10000000

static size_t numbers(const struct isn_samples *samples, size_t most, uint32_t *isns)
{
    size_t count = samples->count < most ? samples->count : most;

    for (size_t i = 0; i < count; i++)
        isns[i] = samples->rows[i].isn;
    return count;
}

/* ---- nmap ---- */

/* Six numbers of ever new ports as nmap would take them, from the samples that come nearest to its
 * intervals. */
struct choice {
    size_t rows[ISN_NMAP_PROBES];
    size_t steps; /* samples that were passed over, of all choices */
    double off;   /* ns: sum of what the intervals are off by */
};

/* From the `first` of the varying ones on; false if there are not enough after it. */
static bool choose(const struct isn_samples *samples, size_t first, struct choice *choice)
{
    size_t at = first;

    choice->rows[0] = samples->varying[first];
    choice->off = 0;
    for (size_t k = 1; k < ISN_NMAP_PROBES; k++) {
        int64_t wanted = samples->rows[choice->rows[k - 1]].time + ISN_NMAP_INTERVAL;
        int64_t off;

        do {
            at++;
            choice->steps++;
            if (at >= samples->varying_count)
                return false;
            off = samples->rows[samples->varying[at]].time - wanted;
        } while (off < 0);
        /* The last one before it may be nearer. */
        if (at - 1 > first && samples->varying[at - 1] > choice->rows[k - 1]) {
            int64_t early = wanted - samples->rows[samples->varying[at - 1]].time;

            if (early < off) {
                at--;
                off = early;
            }
        }
        choice->rows[k] = samples->varying[at];
        choice->off += (double)off;
    }
    return true;
}

static void ask_nmap(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct choice best = {.off = INFINITY};
    struct choice choice = {.steps = 0};
    int64_t times[ISN_NMAP_PROBES];
    uint32_t isns[ISN_NMAP_PROBES];

    for (size_t i = 0; i < samples->varying_count && i < NMAP_TRIES && choice.steps < NMAP_STEPS;
         i++) {
        if (!choose(samples, i, &choice))
            break;
        if (choice.off < best.off)
            best = choice;
    }
    if (best.off == INFINITY)
        return;
    for (size_t k = 0; k < ISN_NMAP_PROBES; k++) {
        const struct isn_sample *row = &samples->rows[best.rows[k]];

        times[k] = row->time - row->rtt;
        isns[k] = row->isn;
    }
    audit->has_nmap = true;
    audit->nmap = isn_nmap_judge(times, isns, ISN_NMAP_PROBES);
    audit->nmap_old = isn_nmap_judge_old(isns, ISN_NMAP_PROBES);
}

/* ---- all of it ---- */

static int inform(const struct isn_samples *samples, uint32_t *isns, struct isn_audit *audit)
{
    size_t count = numbers(samples, PHASE_MOST, isns);
    int status = isn_phase_measure(isns, count, ISN_PHASE_BUDGET, 0, &audit->phase);

    audit->has_phase = status == 0;
    if (status != 0 && status != -FAULT_RANGE)
        return status;
    count = numbers(samples, ENTROPIES_MOST, isns);
    if (count < ISN_SP800_90B_LEAST)
        return 0;
    status = isn_sp800_90b(isns, count, audit->entropies);
    audit->has_entropies = status == 0;
    audit->entropy_count = status == 0 ? ISN_SP800_90B_ROWS : 0;
    return status;
}

int isn_audit_inform(const struct isn_samples *samples, struct isn_audit *audit)
{
    uint32_t *isns;
    int status;

    ask_nmap(samples, audit);
    status = isn_audit_test(samples, audit);
    if (status != 0)
        return status;
    isns = malloc((samples->count + 1) * sizeof *isns);
    if (isns == NULL)
        return -FAULT_MEMORY;
    status = inform(samples, isns, audit);
    free(isns);
    return status;
}
