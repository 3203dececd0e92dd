/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target's series of round trips: what is sent when, and what is counted. */
#include "probe/pinger.h"

#include <stdlib.h>
#include <utlist.h>

#include "probe/doubt.h"
#include "probe/frames.h"
#include "probe/sweep.h"

/* Points that are kept of an endless series. */
#define POINTS_MAX ((size_t)1 << 20)

/* ---- when ---- */

static void leave_cadence(struct pinger *pinger)
{
    if (pinger->in_cadence)
        DL_DELETE2(pinger->engine->cadence, pinger, previous_due, next_due);
    pinger->in_cadence = false;
}

/* All have the same interval, so that whoever comes last is nearly always the last to go. */
static void enter_cadence(struct pinger *pinger)
{
    struct engine *engine = pinger->engine;
    struct pinger *last = engine->cadence ? engine->cadence->previous_due : NULL;

    while (last && last->next_at > pinger->next_at)
        last = last == engine->cadence ? NULL : last->previous_due;
    if (last)
        DL_APPEND_ELEM2(engine->cadence, last, pinger, previous_due, next_due);
    else
        DL_PREPEND2(engine->cadence, pinger, previous_due, next_due);
    pinger->in_cadence = true;
}

void pingers_due(struct engine *engine, int64_t now)
{
    while (engine->cadence && engine->cadence->next_at <= now) {
        struct pinger *pinger = engine->cadence;

        leave_cadence(pinger);
        turn_ask(engine, &pinger->turn);
    }
}

int64_t pingers_next(const struct engine *engine, int64_t now)
{
    if (!engine->cadence)
        return TCB_NEVER;
    return engine->cadence->next_at > now ? engine->cadence->next_at - now : 0;
}

/* It waits until a port comes back, whosever that is. */
static void keep_back(struct pinger *pinger)
{
    pinger->blocked = true;
    DL_APPEND2(pinger->engine->kept_back, pinger, previous_due, next_due);
}

static void let_go(struct pinger *pinger)
{
    if (pinger->blocked)
        DL_DELETE2(pinger->engine->kept_back, pinger, previous_due, next_due);
    pinger->blocked = false;
}

void pingers_unblock(struct engine *engine)
{
    while (engine->kept_back) {
        struct pinger *pinger = engine->kept_back;

        let_go(pinger);
        turn_ask(engine, &pinger->turn);
    }
}

static bool all_begun(const struct pinger *pinger)
{
    const struct engine_options *options = pinger->engine->options;

    if (pinger->sweep)
        return sweep_all_begun(pinger->sweep);
    return options->count > 0 && pinger->begun >= options->count;
}

/* It has ended: reported when the loop comes round. */
static void finish(struct pinger *pinger)
{
    struct engine *engine = pinger->engine;

    if (pinger->over)
        return;
    leave_cadence(pinger);
    let_go(pinger);
    turn_withdraw(engine, &pinger->turn);
    DL_DELETE2(engine->pingers, pinger, previous, next);
    DL_APPEND2(engine->ended, pinger, previous, next);
    pinger->over = true;
}

static void check_end(struct pinger *pinger)
{
    if (pinger->over || pinger->pending > 0 || (!pinger->stopped && !all_begun(pinger)))
        return;
    if (!pinger->stopped && pinger->sweep && sweep_confirm(pinger->sweep)) {
        turn_ask(pinger->engine, &pinger->turn); /* bad and good flows in turn */
        return;
    }
    finish(pinger);
}

/* What comes next: another flow of this round at once, the next round after the interval. */
static void plan(struct pinger *pinger, int64_t now)
{
    if (pinger->over || pinger->stopped || all_begun(pinger) || pinger->turn.waiting)
        return;
    if (pinger->sweep && sweep_within_round(pinger->sweep)) {
        turn_ask(pinger->engine, &pinger->turn);
        return;
    }
    pinger->next_at += pinger->engine->options->interval;
    if (pinger->next_at < now) /* the rate does not allow more; nothing is made up for */
        pinger->next_at = now;
    enter_cadence(pinger);
}

/* ---- sending ---- */

static void count_unsent(struct pinger *pinger, size_t flow, uint16_t source_port, int64_t now)
{
    struct pinger_probe probe = {
        .number = pinger->begun,
        .flow = flow,
        .source_port = source_port,
        .verdict = {OUTCOME_UNSENT, LOSS_NONE, OPENING_UNKNOWN, pinger->fault.what},
        .sent_at = now,
    };

    pinger_count(pinger, &probe);
}

static int send_one(struct pinger *pinger, uint16_t source_port, size_t flow, struct fault *fault)
{
    struct engine *engine = pinger->engine;

    if (engine->options->full)
        return job_open(engine, &pinger->subject, pinger, pinger->begun, source_port, fault);
    return exchange_open(pinger, pinger->begun, source_port, flow, fault);
}

static void take_turn(struct engine *engine, void *owner)
{
    struct pinger *pinger = owner;
    uint16_t source_port = engine->options->spec->source_port;
    int64_t now = engine_now();
    struct fault fault;
    size_t flow = 0;
    int error;

    if (!pinger->link || pinger->over)
        return;
    if (pinger->sweep)
        source_port = sweep_next(pinger->sweep, &flow);
    pinger->begun++;
    pinger->pending++;
    error = send_one(pinger, source_port, flow, &fault);
    if (error == PORTS_BUSY) { /* that flow's turn is kept until its earlier probe is over */
        pinger->begun--;
        pinger->pending--;
        pace_return(&engine->rate);
        keep_back(pinger);
        return;
    }
    if (pinger->sweep)
        sweep_begun(pinger->sweep);
    if (error && engine_fatal(error)) {
        engine_fail(engine, error, &fault);
        return;
    }
    if (error) {
        if (pinger->fault.code == FAULT_NONE)
            pinger->fault = fault;
        if (error == -FAULT_SYSTEM && engine->impaired.code == FAULT_NONE)
            engine->impaired = fault;
        count_unsent(pinger, flow, source_port, now);
    }
    plan(pinger, now);
    check_end(pinger); /* the last may have its outcome already */
}

/* ---- counting ---- */

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
    check_end(pinger);
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
        .duplicates = opening->answers > opening->copy_count
                          ? opening->answers - opening->copy_count
                          : 0,
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

/* ---- its life ---- */

static void release(struct pinger *pinger)
{
    struct engine *engine = pinger->engine;

    let_go(pinger);
    while (pinger->exchanges)
        exchange_free(pinger->exchanges);
    leave_cadence(pinger);
    turn_withdraw(engine, &pinger->turn);
    if (pinger->over)
        DL_DELETE2(engine->ended, pinger, previous, next);
    else
        DL_DELETE2(engine->pingers, pinger, previous, next);
    series_release(&pinger->samples);
    doubt_free(pinger);
    sweep_free(pinger->sweep);
    free(pinger->points);
    subject_release(engine, &pinger->subject);
    engine->active--;
    free(pinger);
}

static void report(struct pinger *pinger)
{
    struct engine *engine = pinger->engine;
    const struct engine_calls *calls = &engine->options->calls;
    struct rtt_record record;
    struct engine_result result = {
        .index = pinger->subject.item->index,
        .verdict = pinger_verdict(pinger),
        .rtt = &record,
        .first_at = pinger->first_at,
        .points = pinger->points,
        .point_count = pinger->point_count,
    };
    struct fault fault;
    int error = 0;

    if (!calls->result)
        return;
    fault_clear(&fault);
    pinger_record(pinger, &engine->memory, &record);
    error = calls->result(calls->data, &result, &fault);
    arena_clear(&engine->memory);
    if (error)
        engine_fail(engine, error, &fault);
}

void pingers_reap(struct engine *engine)
{
    while (engine->ended && !engine->error) {
        report(engine->ended);
        release(engine->ended);
    }
}

/* Interface and pattern. */
static int prepare(struct pinger *pinger, struct fault *fault)
{
    struct engine *engine = pinger->engine;
    const struct subject *subject = &pinger->subject;
    struct spec_random random;
    struct craft *craft;
    int error = links_find(&engine->links, subject->route.interface, &subject->route.source,
                           &subject->address, &pinger->link, fault);

    if (error)
        return error;
    engine_watch(engine, pinger->link);
    pinger->stamp_words = link_stamp_words(pinger->link->link);
    if (engine->options->port_last) {
        error = sweep_new(engine->options->spec->source_port, engine->options->port_last,
                          engine->options->count, &pinger->sweep, fault);
        if (error)
            return error;
    }
    if (engine->options->full)
        return 0;
    craft = links_craft(&engine->links, subject->address.family, fault);
    if (!craft || !engine_random(engine, &random, sizeof random))
        return craft ? engine->error : -FAULT_INTERNAL;
    return pattern_find(&engine->patterns, engine->options->spec, &subject->route,
                        &subject->address, &random, craft, &pinger->pattern, fault);
}

void pinger_start(struct engine *engine, struct subject *subject)
{
    struct pinger *pinger = calloc(1, sizeof *pinger);
    struct fault fault;
    int error;

    if (!pinger) {
        subject_failed(engine, subject, fault_set(&fault, FAULT_MEMORY, 0, "out of memory"),
                       &fault);
        return;
    }
    pinger->engine = engine;
    pinger->subject = *subject;
    series_init(&pinger->samples);
    error = prepare(pinger, &fault);
    if (error) {
        sweep_free(pinger->sweep);
        free(pinger);
        subject_failed(engine, subject, error, &fault);
        return;
    }
    pinger->turn = (struct turn){.take = take_turn, .owner = pinger};
    pinger->next_at = engine_now();
    DL_APPEND2(engine->pingers, pinger, previous, next);
    engine->opening--;
    engine_privilege(engine);
    take_turn(engine, pinger);
}

void pinger_stop(struct pinger *pinger, const char *why)
{
    struct exchange *exchange, *next;

    if (pinger->over || pinger->stopped)
        return;
    pinger->stopped = why;
    leave_cadence(pinger);
    let_go(pinger);
    turn_withdraw(pinger->engine, &pinger->turn);
    DL_FOREACH_SAFE2 (pinger->exchanges, exchange, next, next_of)
        exchange_stop(exchange);
    check_end(pinger);
}

void pinger_lost(struct pinger *pinger, const struct fault *fault)
{
    pinger->link = NULL;
    if (pinger->fault.code == FAULT_NONE)
        pinger->fault = *fault;
    pinger_stop(pinger, pinger->fault.what);
}

void pinger_discard(struct pinger *pinger)
{
    release(pinger);
}
