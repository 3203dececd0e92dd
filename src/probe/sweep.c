/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series over a range of source ports. */
#include "probe/sweep.h"

#include <stdlib.h>

#include "probe/pinger.h"
#include "stat/flows.h"

/* Probes for each flow in the second phase, at least. */
#define CONFIRM_LEAST 20
/* Good flows that the bad ones are compared with in the second phase, at most. */
#define REFERENCES_MAX 16

enum phase { PHASE_SURVEY, PHASE_CONFIRM };

struct flow {
    uint16_t port;
    uint64_t sent, answered, lost, unsent; /* of both phases */
    uint64_t confirm_sent, confirm_lost;
    int64_t usual; /* ns: the shortest round trip so far; 0: none */
    struct series samples, confirm_samples;
    struct flow_finding finding;
    bool confirming; /* it takes part in the second phase */
};

struct sweep {
    enum phase phase;
    size_t count;
    struct flow *flows;
    uint64_t rounds, round; /* of this phase: how many, and which */
    size_t at;              /* within the round: index into `order` or `flows` */
    size_t *order;          /* the second phase: bad and good in turn */
    size_t order_count;
    uint64_t surveyed; /* probes of the first phase */
};

int sweep_new(uint16_t first, uint16_t last, uint64_t count, struct sweep **ret_sweep,
              struct fault *fault)
{
    struct sweep *sweep = calloc(1, sizeof *sweep);

    if (!sweep)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    sweep->count = (size_t)(last - first) + 1;
    sweep->rounds = count;
    sweep->flows = calloc(sweep->count, sizeof *sweep->flows);
    sweep->order = calloc(sweep->count, sizeof *sweep->order);
    if (!sweep->flows || !sweep->order) {
        sweep_free(sweep);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    for (size_t i = 0; i < sweep->count; i++) {
        sweep->flows[i].port = (uint16_t)(first + i);
        series_init(&sweep->flows[i].samples);
        series_init(&sweep->flows[i].confirm_samples);
    }
    *ret_sweep = sweep;
    return 0;
}

void sweep_free(struct sweep *sweep)
{
    if (!sweep)
        return;
    for (size_t i = 0; sweep->flows && i < sweep->count; i++) {
        series_release(&sweep->flows[i].samples);
        series_release(&sweep->flows[i].confirm_samples);
    }
    free(sweep->flows);
    free(sweep->order);
    free(sweep);
}

/* ---- whose turn it is ---- */

static size_t round_length(const struct sweep *sweep)
{
    return sweep->phase == PHASE_SURVEY ? sweep->count : sweep->order_count;
}

uint16_t sweep_next(const struct sweep *sweep, size_t *ret_flow)
{
    *ret_flow = sweep->phase == PHASE_SURVEY ? sweep->at : sweep->order[sweep->at];
    return sweep->flows[*ret_flow].port;
}

void sweep_begun(struct sweep *sweep)
{
    sweep->surveyed += sweep->phase == PHASE_SURVEY;
    if (++sweep->at == round_length(sweep)) {
        sweep->at = 0;
        sweep->round++;
    }
}

bool sweep_within_round(const struct sweep *sweep)
{
    return sweep->at > 0;
}

bool sweep_all_begun(const struct sweep *sweep)
{
    return sweep->rounds > 0 && sweep->round >= sweep->rounds;
}

size_t sweep_flow(const struct sweep *sweep, uint16_t source_port)
{
    return (size_t)(source_port - sweep->flows[0].port);
}

/* ---- what is found ---- */

static struct flow_counts counts_of(const struct flow *flow, enum phase phase)
{
    const struct series *samples = phase == PHASE_SURVEY ? &flow->samples : &flow->confirm_samples;
    struct flow_counts counts = {
        .source_port = flow->port,
        .sent = phase == PHASE_SURVEY ? flow->sent : flow->confirm_sent,
        .lost = phase == PHASE_SURVEY ? flow->lost : flow->confirm_lost,
    };

    counts.times = series_samples(samples, &counts.n);
    return counts;
}

/* The first phase's opinion on each flow. Without memory there is none. */
static bool survey(struct sweep *sweep)
{
    struct flow_counts *counts = calloc(sweep->count, sizeof *counts);
    struct flow_finding *findings = calloc(sweep->count, sizeof *findings);
    bool done = counts && findings;

    for (size_t i = 0; done && i < sweep->count; i++)
        counts[i] = counts_of(&sweep->flows[i], PHASE_SURVEY);
    done = done && flows_suspect(counts, sweep->count, findings) == 0;
    for (size_t i = 0; done && i < sweep->count; i++)
        sweep->flows[i].finding = findings[i];
    free(counts);
    free(findings);
    return done;
}

/* The next flow with this verdict from `at` on; `count` if there is none. */
static size_t find(const struct sweep *sweep, size_t at, enum flow_verdict verdict)
{
    while (at < sweep->count && sweep->flows[at].finding.verdict != verdict)
        at++;
    return at;
}

/* Suspects and good flows in turn, as many of these as there are suspects, at least a few. */
static void choose(struct sweep *sweep)
{
    size_t suspects = 0, wanted, good = 0, suspect = 0, references = 0;

    for (size_t i = 0; i < sweep->count; i++)
        suspects += sweep->flows[i].finding.verdict == FLOW_SUSPECT;
    wanted = suspects < 4 ? 4 : suspects > REFERENCES_MAX ? REFERENCES_MAX : suspects;
    sweep->order_count = 0;
    for (;;) {
        suspect = find(sweep, suspect, FLOW_SUSPECT);
        good = references < wanted ? find(sweep, good, FLOW_GOOD) : sweep->count;
        if (suspect == sweep->count && good == sweep->count)
            return;
        if (suspect < sweep->count)
            sweep->order[sweep->order_count++] = suspect++;
        if (good < sweep->count) {
            sweep->order[sweep->order_count++] = good++;
            references++;
        }
    }
}

/* The second phase's word on the suspects. */
static void conclude(struct sweep *sweep)
{
    struct flow_counts *others = calloc(sweep->order_count, sizeof *others);
    size_t count = 0;

    for (size_t i = 0; others && i < sweep->order_count; i++) {
        const struct flow *flow = &sweep->flows[sweep->order[i]];

        if (flow->finding.verdict == FLOW_GOOD)
            others[count++] = counts_of(flow, PHASE_CONFIRM);
    }
    for (size_t i = 0; others && i < sweep->order_count; i++) {
        struct flow *flow = &sweep->flows[sweep->order[i]];
        struct flow_counts counts = counts_of(flow, PHASE_CONFIRM);
        struct flow_finding finding;

        if (flow->finding.verdict == FLOW_SUSPECT &&
            flows_confirm(&flow->finding, &counts, others, count, &finding) == 0)
            flow->finding = finding;
    }
    free(others);
}

bool sweep_confirm(struct sweep *sweep)
{
    if (sweep->phase == PHASE_CONFIRM) {
        conclude(sweep);
        return false;
    }
    if (!survey(sweep) || find(sweep, 0, FLOW_SUSPECT) == sweep->count)
        return false;
    choose(sweep);
    sweep->phase = PHASE_CONFIRM;
    sweep->rounds = sweep->rounds > CONFIRM_LEAST ? sweep->rounds : CONFIRM_LEAST;
    sweep->round = 0;
    sweep->at = 0;
    for (size_t i = 0; i < sweep->order_count; i++)
        sweep->flows[sweep->order[i]].confirming = true;
    return true;
}

/* ---- counting ---- */

/* Chance enough for a choice among more samples than a flow will ever have (Knuth's
 * multiplicative hash). */
static uint64_t scattered(uint64_t number)
{
    return number * UINT64_C(0x9e3779b97f4a7c15);
}

/* Without memory a flow has fewer samples; its counts are right all the same. */
static void keep_time(struct flow *flow, const struct pinger_probe *probe, bool confirm)
{
    if (probe->verdict.rtt == OPENING_UNKNOWN)
        return;
    if (flow->usual == 0 || probe->verdict.rtt < flow->usual)
        flow->usual = probe->verdict.rtt > 0 ? probe->verdict.rtt : 1;
    (void)series_add(&flow->samples, probe->verdict.rtt, scattered(probe->number));
    if (confirm)
        (void)series_add(&flow->confirm_samples, probe->verdict.rtt, scattered(probe->number));
}

void sweep_count(struct sweep *sweep, const struct pinger_probe *probe)
{
    struct flow *flow = &sweep->flows[probe->flow];
    enum outcome outcome = probe->verdict.outcome;
    bool confirm = sweep->phase == PHASE_CONFIRM;

    if (outcome == OUTCOME_UNSENT) {
        flow->unsent++;
        return;
    }
    flow->sent++;
    flow->lost += outcome == OUTCOME_LOST;
    flow->answered += outcome == OUTCOME_ANSWERED || outcome == OUTCOME_REFUSED;
    keep_time(flow, probe, confirm);
    flow->confirm_sent += confirm;
    flow->confirm_lost += confirm && outcome == OUTCOME_LOST;
}

void sweep_recount(struct sweep *sweep, const struct pinger_probe *probe)
{
    struct flow *flow = &sweep->flows[probe->flow];

    if (probe->verdict.outcome == OUTCOME_LOST)
        return;
    flow->lost--;
    flow->confirm_lost -= probe->number > sweep->surveyed;
}

int64_t sweep_usual(const struct sweep *sweep, size_t flow)
{
    return sweep->flows[flow].usual;
}

/* ---- records ---- */

static const char *why(const struct flow *flow, struct arena *memory)
{
    const struct flow_finding *finding = &flow->finding;

    if (finding->verdict == FLOW_UNKNOWN && flow->sent == 0)
        return "no probe could be sent from this port";
    if (finding->verdict != FLOW_SUSPECT && finding->verdict != FLOW_BAD)
        return NULL;
    if (finding->lossy)
        arena_print(memory, "lost %llu of %llu, the others %llu of %llu, p = %.2g",
                    (unsigned long long)finding->lost, (unsigned long long)finding->sent,
                    (unsigned long long)finding->others_lost,
                    (unsigned long long)finding->others_sent, finding->loss_p);
    if (finding->slow)
        arena_print(memory, "%smedian %.3f ms, the others' %.3f ms, p = %.2g",
                    finding->lossy ? "; " : "", finding->p50 / 1e6, finding->others_p50 / 1e6,
                    finding->slow_p);
    return arena_finish(memory);
}

static void fill(struct flow *flow, struct arena *memory, struct flow_record *record)
{
    struct series_summary summary;

    *record = (struct flow_record){
        .source_port = flow->port,
        .sent = (int64_t)flow->sent,
        .answered = (int64_t)flow->answered,
        .lost = (int64_t)flow->lost,
        .loss_percent = flow->sent ? 100.0 * (double)flow->lost / (double)flow->sent : NAN,
        .n = (int64_t)flow->samples.n,
        .min_ms = NAN,
        .p50_ms = NAN,
        .max_ms = NAN,
        .verdict = flow_word(flow->finding.verdict),
        .why = why(flow, memory),
        .confirm_sent = flow->confirming ? (int64_t)flow->confirm_sent : RECORD_UNKNOWN,
        .confirm_lost = flow->confirming ? (int64_t)flow->confirm_lost : RECORD_UNKNOWN,
    };
    if (series_summarize(&flow->samples, &summary) == 0 && summary.n > 0) {
        record->min_ms = summary.min / 1e6;
        record->p50_ms = summary.p50 / 1e6;
        record->max_ms = summary.max / 1e6;
    }
}

struct record_list sweep_records(struct sweep *sweep, struct arena *memory, int64_t *ret_bad)
{
    struct flow_record *rows = arena_take(memory, sweep->count, sizeof *rows);

    if (sweep->phase == PHASE_SURVEY) /* ended early, or endless: what can be said by now */
        survey(sweep);
    *ret_bad = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        fill(&sweep->flows[i], memory, &rows[i]);
        *ret_bad += sweep->flows[i].finding.verdict == FLOW_BAD;
    }
    return (struct record_list){.items = rows, .count = sweep->count};
}
