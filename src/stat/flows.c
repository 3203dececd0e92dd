/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which flows of many are bad: they lose more than the others, or are slower. */
#include "stat/flows.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/compare.h"
#include "stat/series.h"

/* One flow's place in an order, and what it adds to the flows above a cut. */
struct place {
    double key; /* share lost, or median */
    size_t flow;
    double rank_sum; /* of its times among all */
};

/* A time in the pool of all. */
struct pooled {
    int64_t time;
    size_t place;
};

/* Between which places the best cut is, if it is significant. */
struct cut {
    size_t above; /* how many places are above it; 0: none is significant */
    double ln_p;
};

static int worst_first(const void *left, const void *right)
{
    double a = ((const struct place *)left)->key;
    double b = ((const struct place *)right)->key;

    return (a < b) - (a > b);
}

static int shortest_first(const void *left, const void *right)
{
    int64_t a = ((const struct pooled *)left)->time;
    int64_t b = ((const struct pooled *)right)->time;

    return (a > b) - (a < b);
}

/* Takes the cut if it is better than the one so far, corrected for having been picked. */
static void cut_try(struct cut *cut, size_t count, size_t above, double ln_p)
{
    double k = (double)above;

    ln_p += compare_ln_choose(count, above) + log(k * (k + 1));
    if (ln_p <= log(FLOWS_SIGNIFICANT) && (cut->above == 0 || ln_p < cut->ln_p))
        *cut = (struct cut){above, ln_p};
}

static bool is_slower(double p50, double others_p50)
{
    return p50 - others_p50 >= fmax(FLOWS_SLOWER_LEAST, FLOWS_SLOWER_SHARE * others_p50);
}

/* ---- losses
 * -------------------------------------------------------------------------------------- */

struct losses {
    uint64_t lost;
    uint64_t sent;
};

static struct losses losses_sum(const struct flow_counts *flows, const struct place *places,
                                size_t count)
{
    struct losses sum = {0, 0};

    for (size_t i = 0; i < count; i++) {
        sum.lost += flows[places[i].flow].lost;
        sum.sent += flows[places[i].flow].sent;
    }
    return sum;
}

static void suspect_losses(const struct flow_counts *flows, struct place *places, size_t count,
                           struct flow_finding *findings)
{
    struct losses above = {0, 0};
    struct losses all = losses_sum(flows, places, count);
    struct cut cut = {0, 0};

    qsort(places, count, sizeof(*places), worst_first);
    for (size_t i = 0; i + 1 < count; i++) {
        above.lost += flows[places[i].flow].lost;
        above.sent += flows[places[i].flow].sent;
        if (places[i].key > places[i + 1].key)
            cut_try(&cut, count, i + 1,
                    compare_losses(above.lost, above.sent, all.lost - above.lost,
                                   all.sent - above.sent));
    }
    if (cut.above == 0)
        return;

    struct losses others = losses_sum(flows, places + cut.above, count - cut.above);

    for (size_t i = 0; i < cut.above; i++) {
        struct flow_finding *finding = &findings[places[i].flow];
        double ln_p = compare_losses(finding->lost, finding->sent, others.lost, others.sent);

        finding->others_lost = others.lost;
        finding->others_sent = others.sent;
        finding->loss_p = exp(ln_p);
        finding->lossy = ln_p <= log(FLOWS_PLAUSIBLE);
    }
}

/* ---- times
 * --------------------------------------------------------------------------------------- */

/* All times, sorted, each with the place of its flow. */
struct pool {
    struct pooled *times;
    size_t count;
};

static int pool_make(const struct flow_counts *flows, const struct place *places, size_t count,
                     struct pool *ret_pool)
{
    struct pool pool = {NULL, 0};

    for (size_t i = 0; i < count; i++)
        pool.count += flows[places[i].flow].n;
    pool.times = calloc(pool.count, sizeof(*pool.times));
    if (!pool.times)
        return -FAULT_MEMORY;
    size_t at = 0;

    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < flows[places[i].flow].n; j++)
            pool.times[at++] = (struct pooled){flows[places[i].flow].times[j], i};
    qsort(pool.times, pool.count, sizeof(*pool.times), shortest_first);
    *ret_pool = pool;
    return 0;
}

/* Equal times share the mean of their ranks. */
static void sum_ranks(const struct pool *pool, struct place *places)
{
    for (size_t from = 0, to; from < pool->count; from = to) {
        for (to = from + 1; to < pool->count; to++)
            if (pool->times[to].time != pool->times[from].time)
                break;
        for (size_t i = from; i < to; i++)
            places[pool->times[i].place].rank_sum += (double)(from + 1 + to) / 2;
    }
}

static struct cut cut_times(const struct flow_counts *flows, const struct place *places,
                            size_t count, size_t times)
{
    struct cut cut = {0, 0};
    double rank_sum = 0;
    size_t above = 0;

    for (size_t i = 0; 3 * (i + 1) <= 2 * count; i++) {
        rank_sum += places[i].rank_sum;
        above += flows[places[i].flow].n;
        if (places[i].key > places[i + 1].key)
            cut_try(&cut, count, i + 1,
                    compare_times(rank_sum - (double)above * ((double)above + 1) / 2, above,
                                  times - above));
    }
    return cut;
}

/* The times of the flows below the cut, in rising order; returns how many. */
static size_t pool_below(const struct pool *pool, const struct cut *cut, int64_t *ret_times)
{
    size_t count = 0;

    for (size_t i = 0; i < pool->count; i++)
        if (pool->times[i].place >= cut->above)
            ret_times[count++] = pool->times[i].time;
    return count;
}

static int suspect_times(const struct flow_counts *flows, struct place *places, size_t count,
                         struct flow_finding *findings)
{
    struct pool pool;

    if (count < 2)
        return 0;
    qsort(places, count, sizeof(*places), worst_first);
    if (pool_make(flows, places, count, &pool))
        return -FAULT_MEMORY;
    sum_ranks(&pool, places);

    struct cut cut = cut_times(flows, places, count, pool.count);
    int64_t *others = calloc(pool.count, sizeof(*others));

    if (others && cut.above > 0) {
        size_t others_n = pool_below(&pool, &cut, others);
        double others_p50 = series_quantile(others, others_n, 0.5);

        for (size_t i = 0; i < cut.above; i++) {
            struct flow_finding *finding = &findings[places[i].flow];
            const struct flow_counts *flow = &flows[places[i].flow];
            double u = compare_times_u(flow->times, flow->n, others, others_n);
            double ln_p = compare_times(u, flow->n, others_n);

            finding->others_n = others_n;
            finding->others_p50 = others_p50;
            finding->slow_p = exp(ln_p);
            finding->slow = ln_p <= log(FLOWS_PLAUSIBLE) && is_slower(finding->p50, others_p50);
        }
    }
    int result = others ? 0 : -FAULT_MEMORY;

    free(others);
    free(pool.times);
    return result;
}

/* ---- step one
 * ------------------------------------------------------------------------------------ */

/* A finding with the counts of the flow alone, nothing compared. */
static int finding_begin(const struct flow_counts *flow, struct flow_finding *ret_finding)
{
    assert(flow->lost <= flow->sent);
    *ret_finding = (struct flow_finding){
        .source_port = flow->source_port,
        .sent = flow->sent,
        .lost = flow->lost,
        .n = flow->n,
        .loss_p = (double)NAN,
        .p50 = (double)NAN,
        .others_p50 = (double)NAN,
        .slow_p = (double)NAN,
    };
    if (flow->n > 0) {
        int64_t *sorted = series_sorted(flow->times, flow->n);

        if (!sorted)
            return -FAULT_MEMORY;
        ret_finding->p50 = series_quantile(sorted, flow->n, 0.5);
        free(sorted);
    }
    return 0;
}

static enum flow_verdict verdict_one(const struct flow_finding *finding, size_t sent_on)
{
    if (finding->lossy || finding->slow)
        return FLOW_SUSPECT;
    return sent_on < 2 || finding->lost == finding->sent ? FLOW_UNKNOWN : FLOW_GOOD;
}

int flows_suspect(const struct flow_counts *flows, size_t count, struct flow_finding *ret_findings)
{
    struct place *sent = calloc(count + 1, sizeof(*sent));
    struct place *timed = calloc(count + 1, sizeof(*timed));
    size_t sent_count = 0;
    size_t timed_count = 0;
    int result = sent && timed ? 0 : -FAULT_MEMORY;

    for (size_t i = 0; i < count && !result; i++) {
        result = finding_begin(&flows[i], &ret_findings[i]);
        if (flows[i].sent > 0)
            sent[sent_count++] =
                (struct place){(double)flows[i].lost / (double)flows[i].sent, i, 0};
        if (flows[i].n > 0)
            timed[timed_count++] = (struct place){ret_findings[i].p50, i, 0};
    }
    if (!result) {
        suspect_losses(flows, sent, sent_count, ret_findings);
        result = suspect_times(flows, timed, timed_count, ret_findings);
    }
    for (size_t i = 0; i < count && !result; i++)
        ret_findings[i].verdict = verdict_one(&ret_findings[i], sent_count);
    free(sent);
    free(timed);
    return result;
}

/* ---- step two
 * ------------------------------------------------------------------------------------ */

static enum flow_verdict confirm_losses(const struct flow_finding *before,
                                        const struct flow_finding *now, double ln_p)
{
    if (ln_p <= log(FLOWS_SIGNIFICANT))
        return FLOW_BAD;
    if (!before->lossy)
        return FLOW_GOOD;
    if (ln_p <= log(FLOWS_PLAUSIBLE))
        return FLOW_SUSPECT;
    return compare_losses(before->lost, before->sent, now->lost, now->sent) <= log(FLOWS_PLAUSIBLE)
               ? FLOW_GOOD
               : FLOW_SUSPECT;
}

static enum flow_verdict confirm_times(const struct flow_finding *before,
                                       const struct flow_finding *now, double ln_p)
{
    bool slower = now->n > 0 && now->others_n > 0 && is_slower(now->p50, now->others_p50);

    if (slower && ln_p <= log(FLOWS_SIGNIFICANT))
        return FLOW_BAD;
    if (!before->slow)
        return FLOW_GOOD;
    return !slower && now->n >= FLOWS_TIMES_LEAST && now->others_n > 0 ? FLOW_GOOD : FLOW_SUSPECT;
}

/* All times of the others, sorted, for the caller to free; NULL: out of memory. */
static int64_t *others_sorted(const struct flow_counts *others, size_t count)
{
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        n += others[i].n;
    int64_t *times = calloc(n + 1, sizeof(*times));
    int64_t *sorted = NULL;
    size_t at = 0;

    for (size_t i = 0; i < count && times; i++)
        for (size_t j = 0; j < others[i].n; j++)
            times[at++] = others[i].times[j];
    if (times)
        sorted = series_sorted(times, n > 0 ? n : 1);
    free(times);
    return sorted;
}

int flows_confirm(const struct flow_finding *before, const struct flow_counts *flow,
                  const struct flow_counts *others, size_t others_count,
                  struct flow_finding *ret_finding)
{
    struct flow_finding finding;
    int64_t *times = others_sorted(others, others_count);

    if (!times || finding_begin(flow, &finding)) {
        free(times);
        return -FAULT_MEMORY;
    }
    for (size_t i = 0; i < others_count; i++) {
        assert(others[i].lost <= others[i].sent);
        finding.others_sent += others[i].sent;
        finding.others_lost += others[i].lost;
        finding.others_n += others[i].n;
    }
    double ln_loss_p =
        compare_losses(finding.lost, finding.sent, finding.others_lost, finding.others_sent);
    double ln_slow_p = compare_times(compare_times_u(flow->times, flow->n, times, finding.others_n),
                                     flow->n, finding.others_n);

    if (finding.sent > 0 && finding.others_sent > 0)
        finding.loss_p = exp(ln_loss_p);
    if (finding.others_n > 0)
        finding.others_p50 = series_quantile(times, finding.others_n, 0.5);
    if (finding.n > 0 && finding.others_n > 0)
        finding.slow_p = exp(ln_slow_p);
    free(times);

    enum flow_verdict losses = confirm_losses(before, &finding, ln_loss_p);
    enum flow_verdict slowness = confirm_times(before, &finding, ln_slow_p);

    finding.verdict = losses > slowness ? losses : slowness; /* the worse one */
    finding.lossy = losses == finding.verdict && losses != FLOW_GOOD;
    finding.slow = slowness == finding.verdict && slowness != FLOW_GOOD;
    *ret_finding = finding;
    return 0;
}
