/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of the probes of a series: counted, reported, and put right when more is known. */
#include <stdlib.h>

#include "probe/doubt.h"
#include "probe/sweep.h"

/* Points that are kept of an endless series. */
#define POINTS_MAX ((size_t)1 << 20)

static void keep_point(struct pinger *pinger, const struct pinger_probe *probe)
{
    struct engine_point *point, *grown;
    size_t room;

    if (pinger->point_count == POINTS_MAX)
        return;
    if (pinger->point_count == pinger->point_room) {
        room = pinger->point_room ? pinger->point_room * 2 : 16;
        grown = realloc(pinger->points, room * sizeof *grown);
        if (!grown)
            return; /* a picture with fewer points is better than none */
        pinger->points = grown;
        pinger->point_room = room;
    }
    point = &pinger->points[pinger->point_count++];
    *point = (struct engine_point){
        .number = probe->number,
        .at = probe->sent_at - pinger->first_at,
        .rtt = probe->verdict.rtt,
        .outcome = probe->verdict.outcome,
    };
}

/* What is known of a probe now is other than what was first thought. */
static void correct_point(struct pinger *pinger, const struct pinger_probe *probe)
{
    for (size_t i = pinger->point_count; i > 0; i--)
        if (pinger->points[i - 1].number == probe->number) {
            pinger->points[i - 1].rtt = probe->verdict.rtt;
            pinger->points[i - 1].outcome = probe->verdict.outcome;
            return;
        }
}

static void note_speaker(struct pinger *pinger, const struct pinger_probe *probe)
{
    if (probe->answer == ANSWER_NONE || (pinger->answered_open && probe->answer != ANSWER_SYN_ACK))
        return;
    pinger->answered_open = probe->answer == ANSWER_SYN_ACK;
    pinger->from = *probe->from;
    pinger->ttl = probe->ttl;
    pinger->flags = probe->flags;
    pinger->has_icmp = probe->answer == ANSWER_ICMP;
    if (pinger->has_icmp)
        pinger->icmp = *probe->icmp;
}

static void tell(struct pinger *pinger, const struct pinger_probe *probe)
{
    struct engine *engine = pinger->engine;
    const struct engine_calls *calls = &engine->options->calls;
    struct rtt_probe_record record;
    struct arena memory;
    struct fault fault;
    int error;

    if (!calls->probe || engine->error)
        return;
    fault_clear(&fault);
    arena_init(&memory);
    pinger_probe_record(pinger, probe, &memory, &record);
    error = calls->probe(calls->data, &record, pinger->subject.item->index, &fault);
    arena_release(&memory);
    if (error)
        engine_fail(engine, error, &fault);
}

void pinger_count(struct pinger *pinger, const struct pinger_probe *probe)
{
    struct engine *engine = pinger->engine;
    int64_t rtt = probe->verdict.rtt;
    uint64_t random = 0;

    if (pinger->first_at == 0 || probe->sent_at < pinger->first_at)
        pinger->first_at = probe->sent_at;
    pinger->last_at = engine_now();
    pinger->pending--;
    pinger->counts[probe->verdict.outcome]++;
    pinger->losses[probe->verdict.loss]++;
    pinger->duplicates += probe->duplicates;
    note_speaker(pinger, probe);
    if (rtt != OPENING_UNKNOWN) {
        doubt_note(pinger, probe);
        if (pinger->samples.n >= SERIES_KEPT_MAX)
            engine_random(engine, &random, sizeof random);
        if (series_add(&pinger->samples, rtt, random)) {
            struct fault fault;

            engine_fail(engine, fault_set(&fault, FAULT_MEMORY, 0, "out of memory"), &fault);
        }
    }
    if (pinger->sweep)
        sweep_count(pinger->sweep, probe);
    if (engine->options->keep_points)
        keep_point(pinger, probe);
    tell(pinger, probe);
    if (rtt != OPENING_UNKNOWN && (pinger->usual == 0 || rtt < pinger->usual)) {
        pinger->usual = rtt > 0 ? rtt : 1;
        doubt_settle(pinger);
    }
    pinger_check_end(pinger);
}

void pinger_drop(struct pinger *pinger)
{
    pinger->pending--;
    pinger->counts[OUTCOME_UNSENT]++;
}

void pinger_recount(struct pinger *pinger, const struct pinger_probe *probe)
{
    pinger->counts[OUTCOME_LOST]--;
    pinger->losses[LOSS_UNKNOWN]--;
    pinger->counts[probe->verdict.outcome]++;
    pinger->losses[probe->verdict.loss]++;
    note_speaker(pinger, probe);
    if (pinger->sweep)
        sweep_recount(pinger->sweep, probe);
    correct_point(pinger, probe);
    tell(pinger, probe);
}

/* The samples without one. */
static void drop_sample(struct pinger *pinger, int64_t rtt)
{
    struct series samples;
    const int64_t *kept;
    bool dropped = false;
    size_t count;

    kept = series_samples(&pinger->samples, &count);
    series_init(&samples);
    for (size_t i = 0; i < count; i++) {
        struct fault fault;

        if (kept[i] == rtt && !dropped) {
            dropped = true;
        } else if (series_add(&samples, kept[i], 0)) {
            engine_fail(pinger->engine, fault_set(&fault, FAULT_MEMORY, 0, "out of memory"),
                        &fault);
            break;
        }
    }
    series_release(&pinger->samples);
    pinger->samples = samples;
}

void pinger_take_back(struct pinger *pinger, const struct pinger_probe *probe)
{
    struct pinger_probe corrected = *probe;

    if (pinger->samples.n > SERIES_KEPT_MAX)
        return; /* one of so many does not matter any more */
    corrected.verdict = outcome_repeat();
    drop_sample(pinger, probe->verdict.rtt);
    pinger->counts[probe->verdict.outcome]--;
    pinger->losses[LOSS_NONE]--;
    pinger->counts[corrected.verdict.outcome]++;
    pinger->losses[corrected.verdict.loss]++;
    correct_point(pinger, &corrected);
    tell(pinger, &corrected);
}

int64_t pinger_usual(const struct pinger *pinger, size_t flow)
{
    return pinger->sweep ? sweep_usual(pinger->sweep, flow) : pinger->usual;
}

static enum answer answer_of(const struct probe *probe)
{
    if (probe->icmp_decided)
        return ANSWER_ICMP;
    if (probe->has_syn_ack)
        return ANSWER_SYN_ACK;
    return probe->opening.has_answer ? ANSWER_RST : ANSWER_NONE;
}

void pinger_take_job(struct pinger *pinger, const struct job *job)
{
    const struct opening *opening = &job->probe->opening;
    int64_t timeout = pinger->engine->options->spec->timeout;
    enum answer answer = answer_of(job->probe);
    bool left = false;
    struct pinger_probe probe = {
        .number = job->number,
        .flow = pinger->sweep ? sweep_flow(pinger->sweep, job->lease.port) : 0,
        .source_port = job->lease.port,
        .answer = answer,
        .from = &job->probe->speaker,
        .ttl = job->probe->speaker_ttl,
        .flags = job->probe->speaker_flags,
        .icmp = &job->probe->icmp,
        .copies = opening->copy_count,
        .duplicates =
            opening->answers > opening->copy_count ? opening->answers - opening->copy_count : 0,
        .sent_at = opening->copies[0].at,
    };

    for (unsigned i = 0; i < opening->copy_count; i++)
        left = left || opening->copies[i].stamped;
    pinger->methods = job->lease.methods;
    if (answer == ANSWER_NONE && (job->probe->stopped || !left))
        probe.verdict = (struct outcome_verdict){
            OUTCOME_UNSENT, LOSS_NONE, OPENING_UNKNOWN,
            job->probe->stopped ? job->probe->stopped : "the capture never saw the SYN leave"};
    else
        probe.verdict = outcome_judge(opening, answer, timeout, pinger_usual(pinger, probe.flow));
    pinger_count(pinger, &probe);
}
