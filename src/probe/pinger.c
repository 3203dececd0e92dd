/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target's series of round trips: what is sent when, and its life. */
#include "probe/pinger.h"

#include <stdlib.h>
#include <utlist.h>

#include "probe/doubt.h"
#include "probe/frames.h"
#include "probe/sweep.h"

/* A probe that left later than its time by no more than this leaves the next one's time alone, ns.
 */
#define CADENCE_SLACK INT64_C(2000000)

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

void pinger_check_end(struct pinger *pinger)
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
    int64_t interval = pinger->engine->options->interval;

    if (pinger->over || pinger->stopped || all_begun(pinger) || pinger->turn.waiting)
        return;
    if (pinger->sweep && sweep_within_round(pinger->sweep)) {
        turn_ask(pinger->engine, &pinger->turn);
        return;
    }
    pinger->next_at += interval;
    /* Whoever was late does not make up for it by coming too soon the next time. */
    if (pinger->next_at < now + interval - CADENCE_SLACK)
        pinger->next_at = now + interval - CADENCE_SLACK;
    if (pinger->next_at < now)
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
    pinger_check_end(pinger); /* the last may have its outcome already */
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
    if (!craft)
        return -FAULT_INTERNAL;
    if (!engine_random(engine, &random, sizeof random)) {
        *fault = engine->fault;
        return -FAULT_SYSTEM;
    }
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
    pinger_check_end(pinger);
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
