/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which flows of many are bad: they lose more than the others, or are slower. */
#ifndef STAT_FLOWS_H
#define STAT_FLOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Routers that balance load (ECMP, LAG) choose the path by a hash of addresses and ports, so that
 * one bad path of M shows in about one flow of M, always the same ones. Flows are found suspect in
 * a first round and then confirmed in a second one, in which suspect and good flows are probed in
 * turn.
 *
 * All tests take probes for exchangeable: the caller mixes the flows in time (one probe of each,
 * then the next of each), for otherwise an outage of a second, in which one flow was being probed,
 * would look like a bad flow.
 */

/* A p value at or below it: flows differ (step one, all flows together); confirmed (step two). */
#define FLOWS_SIGNIFICANT 0.01
/* A p value at or below it: this flow is one of the bad ones. Above it: nothing is to be seen. */
#define FLOWS_PLAUSIBLE 0.05
/* Slower than the others is a flow whose median exceeds theirs by this share of it and this time,
 * ns: paths of slightly different length are no fault. */
#define FLOWS_SLOWER_SHARE 0.1
#define FLOWS_SLOWER_LEAST 50000.0
/* So many round trips at least, before a flow is acquitted of being slow. */
#define FLOWS_TIMES_LEAST 5U

enum flow_verdict {
    FLOW_UNKNOWN, /* not sent, none to compare with, or nothing came through on it nor on others */
    FLOW_GOOD,    /* not worse than the others */
    FLOW_SUSPECT,
    FLOW_BAD, /* by flows_confirm only */
    FLOW_VERDICT_COUNT
};

/* What one flow did in one round. */
struct flow_counts {
    uint16_t source_port;
    uint64_t sent;
    uint64_t lost;        /* lost <= sent */
    const int64_t *times; /* round trips, ns, in any order: series_samples(); NULL when n is 0 */
    size_t n;
};

/*
 * What is thought of a flow, and the numbers behind it: "lost 12 of 20, the others 0 of 40,
 * p = 2e-08". The others are those that it was compared with; where a test was not made, its counts
 * are 0, its times and p NAN. Each p is one-sided and of this flow alone.
 */
struct flow_finding {
    uint16_t source_port;
    enum flow_verdict verdict;
    bool lossy; /* suspect or bad for its losses */
    bool slow;  /* suspect or bad for its times */
    uint64_t sent;
    uint64_t lost;
    uint64_t others_sent;
    uint64_t others_lost;
    double loss_p; /* 0 … 1: Fisher's exact test */
    size_t n;
    size_t others_n;
    double p50; /* ns; NAN when n is 0 */
    double others_p50;
    double slow_p; /* 0 … 1: Mann and Whitney's test */
};

/*
 * Step one: an opinion on each flow (UNKNOWN, GOOD, SUSPECT) into ret_findings[count], in the order
 * of `flows`, on which nothing else depends.
 *
 * Flows are ordered by their loss, and each cut between two different values is tried: the k flows
 * above it, taken together, against all below it, by Fisher's exact test. Since those k were picked
 * for their loss, p is multiplied by the number of ways to pick them, C(K, k), and by k (k + 1),
 * the sum of whose inverses is 1, for having tried every k: a Bonferroni correction over all
 * subsets, which favours few bad flows. However high the loss, if it is the same on all flows, that
 * product falls to FLOWS_SIGNIFICANT or below in at most 1 % of runs, and without this nobody is
 * suspect. The cut with the least product parts suspects from reference; that reference is sound
 * even when most flows are bad, where "the rest taken together" would not be. Suspect is each flow
 * above the cut whose own loss exceeds that of the reference with p at most FLOWS_PLAUSIBLE.
 *
 * Times alike, with the flows ordered by their median, Mann and Whitney's test, and at most two
 * thirds of the flows above the cut; in addition the suspect's median exceeds the reference's by
 * FLOWS_SLOWER_SHARE and FLOWS_SLOWER_LEAST. Ranks are as robust against outliers as median and
 * MAD, but also take account of how few probes a median may rest on. That is another 1 % at most;
 * but both bounds are far from sharp, and in simulations with even loss and equal paths fewer than
 * 1 % of runs had a suspect of either kind.
 *
 * 16 flows, 5 probes each, two of them losing everything: found. One of 8 losing 3 of 3: found.
 * Returns 0, or -FAULT_MEMORY with the findings in no defined state.
 */
int flows_suspect(const struct flow_counts *flows, size_t count, struct flow_finding *ret_findings);

/*
 * Step two: a suspect flow, `before` being what step one found, against `others`, good flows that
 * were probed in turn with it in a second round, of which alone `flow` and `others` are the counts.
 *
 * BAD: it loses more, or is slower (by the margins of step one), with p at most FLOWS_SIGNIFICANT
 * in these fresh data, which need no correction. Otherwise a suspicion is dropped: of loss, when p
 * is above FLOWS_PLAUSIBLE and it also lost less than before (Fisher's test of both rounds, p at
 * most FLOWS_PLAUSIBLE); of slowness, when the median of FLOWS_TIMES_LEAST round trips or more
 * exceeds the others' by less than those margins. GOOD: none remains. SUSPECT: one does; more
 * probes would tell. `lossy` and `slow` say what was confirmed (BAD) or remains (SUSPECT).
 *
 * Returns 0 or -FAULT_MEMORY.
 */
int flows_confirm(const struct flow_finding *before, const struct flow_counts *flow,
                  const struct flow_counts *others, size_t others_count,
                  struct flow_finding *ret_finding);

#endif
