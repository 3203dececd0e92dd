/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which SYN of a sampler leaves when, and whether any more shall. */
#include <stdlib.h>
#include <utlist.h>

#include "probe/frames.h"
#include "probe/sampler.h"

/* An early look at the numbers takes its time: so long must there be nothing else to do. */
#define READING_IDLE INT64_C(150000000)
#define READING_STEP 1024

/* After so many SYNs the answers are read, so that they do not overrun the ring, which has but 64
 * slots on loopback. */
#define SENT_A_READ 8

/* So many SYNs of a burst without an answer: bursts are not welcome, and there is a pause. */
#define BURST_LOST_MOST ISN_PLAN_HALF_OPEN
#define BURST_PAUSE     INT64_C(1000000000)

/* Of the first SYNs, so many whose SYN,ACKs come again after our RST are too many. */
#define FIRST_REPEATS_MOST 2

/* So many from the second source without an answer while none had one: nothing comes back there. */
#define SECOND_LOST_MOST 3

/* ---- which SYN is next ---- */

/* The proof of cookies, once all its answers are here, is repeated where its time was not right. */
static bool wants_block(struct sampler *sampler)
{
    const struct isn_plan *plan = &sampler->plan;

    if (sampler->block_repeated || sampler->at == 0 ||
        plan->steps[sampler->at - 1].stage != ISN_STAGE_COOKIES ||
        (sampler->at < plan->count && plan->steps[sampler->at].stage == ISN_STAGE_COOKIES))
        return false;
    sampler->block_repeated = true;
    if (sampler->block_answers == ISN_PLAN_BLOCK &&
        !isn_plan_block_torn(sampler->block_isn, sampler->block_cseq))
        return false;
    isn_plan_block(&sampler->plan, sampler->block);
    return true;
}

/* The part is over, and all its SYNs have been dealt with. */
static void next_part(struct sampler *sampler)
{
    switch (sampler->part) {
    case SAMPLER_PLANNED:
    case SAMPLER_BLOCK:
        if (sampler->part == SAMPLER_PLANNED && wants_block(sampler)) {
            sampler->part = SAMPLER_BLOCK;
            sampler->block_at = 0;
        } else if (sampler->at < sampler->plan.count) {
            sampler->part = SAMPLER_PLANNED;
        } else {
            sampler->part = sampler_foresees(sampler) ? SAMPLER_FORETOLD : SAMPLER_WHOLE;
        }
        break;
    case SAMPLER_FORETOLD:
        if (sampler->foretold_count == ISN_FORETOLD)
            sampler->part = SAMPLER_WHOLE;
        break;
    case SAMPLER_WHOLE:
    case SAMPLER_DONE:
        sampler->part = SAMPLER_DONE;
        break;
    }
    sampler->has_next = false;
    if (sampler->part == SAMPLER_FORETOLD || sampler->part == SAMPLER_WHOLE) {
        bool foretold = sampler->part == SAMPLER_FORETOLD;

        sampler->next =
            isn_plan_more(&sampler->plan, foretold ? ISN_STAGE_FORETOLD : ISN_STAGE_WHOLE,
                          foretold && sampler->same_tuple);
        sampler->has_next = true;
    }
}

/* Whether the plan's SYNs go on, or what the last ones have brought is to be looked at first. */
static bool plan_goes_on(const struct sampler *sampler)
{
    const struct isn_plan *plan = &sampler->plan;

    if (sampler->at == plan->count)
        return false;
    return sampler->at == 0 || sampler->block_repeated ||
           plan->steps[sampler->at - 1].stage != ISN_STAGE_COOKIES ||
           plan->steps[sampler->at].stage == ISN_STAGE_COOKIES;
}

/* The next SYN; NULL where there is none before all have been dealt with. */
static const struct isn_step *peek(const struct sampler *sampler)
{
    switch (sampler->part) {
    case SAMPLER_PLANNED:
        return plan_goes_on(sampler) ? &sampler->plan.steps[sampler->at] : NULL;
    case SAMPLER_BLOCK:
        return sampler->block_at < ISN_PLAN_BLOCK ? &sampler->block[sampler->block_at] : NULL;
    case SAMPLER_FORETOLD:
    case SAMPLER_WHOLE:
        return sampler->has_next ? &sampler->next : NULL;
    case SAMPLER_DONE:
        break;
    }
    return NULL;
}

static void step_taken(struct sampler *sampler)
{
    sampler->at += sampler->part == SAMPLER_PLANNED;
    sampler->block_at += sampler->part == SAMPLER_BLOCK;
    sampler->has_next = false;
}

/* Whether it has to wait for an answer. */
static bool held_up(const struct sampler *sampler, const struct isn_step *step)
{
    return sampler->flying_count >= ISN_PLAN_HALF_OPEN ||
           (step->settled && sampler->flying_count > 0) ||
           (step->fixed && sampler->fixed && !sampler->fixed->settled);
}

/* ---- whether it should go on ---- */

static bool in_burst(const struct sampler *sampler)
{
    const struct isn_step *step = peek(sampler);

    return step && step->stage == ISN_STAGE_BURST;
}

static void leave_burst(struct sampler *sampler)
{
    while (in_burst(sampler))
        sampler->at++;
    sampler->burst_lost = 0;
    sampler->last_sent += BURST_PAUSE;
    strain_forgive(&sampler->strain);
}

/* The first SYNs have been dealt with: is there anything to sample? */
static void check_first(struct sampler *sampler)
{
    if (sampler->count == 0)
        sampler_end(sampler, NULL);
    else if (sampler->first_repeats >= FIRST_REPEATS_MOST)
        sampler_end(sampler, "the server repeats its SYN,ACKs: our RSTs do not reach it, or it "
                             "does not heed them, and more SYNs would fill its backlog");
}

static void check(struct sampler *sampler)
{
    const char *why;

    if (sampler->part == SAMPLER_DONE)
        return;
    if (sampler->burst_lost > BURST_LOST_MOST && in_burst(sampler))
        leave_burst(sampler);
    if (sampler->second_lost >= SECOND_LOST_MOST && sampler->second_answers == 0) {
        isn_plan_one_source(&sampler->plan, sampler->at);
        sampler->second_lost = 0;
    }
    why = in_burst(sampler) ? NULL : strain_words(&sampler->strain);
    if (!why)
        return;
    if (strain_cookies(&sampler->strain)) { /* another generator's, which we have called up */
        sampler->count = sampler->plain;
        sampler->look_count = sampler->plain;
    }
    sampler_end(sampler, why);
}

/* ---- sending ---- */

/* One SYN; false if that went wrong. */
static bool send_step(struct sampler *sampler, const struct isn_step *step)
{
    struct engine *engine = sampler->engine;
    struct fault fault;
    int error;

    if (step->stage == ISN_STAGE_BURST && step->settled) {
        check_first(sampler);
        if (sampler->part == SAMPLER_DONE)
            return true;
    }
    error = shot_send(sampler, step, &fault);
    if (!error) {
        sampler->last_sent = engine_now();
        step_taken(sampler);
        return true;
    }
    if (step->stage == ISN_STAGE_WHOLE && !engine_fatal(error)) { /* it does without */
        sampler->part = SAMPLER_DONE;
        return true;
    }
    if (engine_fatal(error)) {
        engine_fail(engine, error, &fault);
        return false;
    }
    if (error == -FAULT_SYSTEM && engine->impaired.code == FAULT_NONE)
        engine->impaired = fault;
    sampler->fault = fault;
    sampler_end(sampler, sampler->fault.what);
    return true;
}

/* All that may leave now. */
static void go(struct sampler *sampler, int64_t now)
{
    const struct isn_step *step;

    while (!sampler->over && !sampler->engine->error && sampler->link) {
        step = peek(sampler);
        if (!step && sampler->flying_count > 0)
            return;
        if (!step && sampler->part == SAMPLER_DONE) {
            sampler_finish(sampler);
            return;
        }
        if (!step) {
            next_part(sampler);
            continue;
        }
        /* Nobody has answered the first ones: there is no use in waiting for their SYN,ACKs. */
        if (step->stage == ISN_STAGE_BURST && step->settled && sampler->count == 0 &&
            sampler->flying_count == 0) {
            check_first(sampler);
            continue;
        }
        if (held_up(sampler, step) || now < sampler->last_sent + step->gap ||
            !send_step(sampler, step))
            return;
    }
}

/* How long there is nothing to do but wait, ns. */
static int64_t idle(const struct sampler *sampler, int64_t now)
{
    const struct isn_step *step = peek(sampler);
    int64_t due;

    if (!step || sampler->flying_count > 0)
        return 0;
    due = sampler->last_sent + step->gap;
    return due > now ? due - now : 0;
}

static void tell_reading(struct sampler *sampler)
{
    struct engine *engine = sampler->engine;
    const struct engine_calls *calls = &engine->options->calls;
    struct isn_sampling sampling;
    char time[40];

    if (!calls->reading || sampler->count < sampler->read_at)
        return;
    while (sampler->read_at <= sampler->count)
        sampler->read_at += sampler->read_at < READING_STEP ? sampler->read_at : READING_STEP;
    sampler_show(sampler, &engine->memory, time, &sampling);
    calls->reading(calls->data, &sampling);
    arena_clear(&engine->memory);
}

void samplers_due(struct engine *engine, int64_t now)
{
    struct sampler *sampler, *next;
    uint64_t sent = 0, before;

    /* An audit of another target may have taken its time, while answers came. */
    if (engine->samplers)
        engine_read_links(engine);
    DL_FOREACH_SAFE2 (engine->samplers, sampler, next, next_of) {
        shots_due(sampler, now);
        check(sampler);
        before = sampler->number;
        go(sampler, engine_now());
        sent += sampler->number - before;
        if (sent >= SENT_A_READ) {
            links_flush(&engine->links);
            engine_read_links(engine);
            sent = 0;
        }
        if (!sampler->over && idle(sampler, engine_now()) >= READING_IDLE)
            tell_reading(sampler);
    }
}

int64_t samplers_next(struct engine *engine, int64_t now)
{
    const struct sampler *sampler;
    int64_t next = TCB_NEVER;

    DL_FOREACH2 (engine->samplers, sampler, next_of) {
        const struct isn_step *step = peek(sampler);
        int64_t wait = shots_next(sampler, now), due;

        if (step && !held_up(sampler, step)) {
            due = sampler->last_sent + step->gap - now;
            due = due > 0 ? due : 0;
            wait = due < wait ? due : wait;
        } else if (!step && sampler->flying_count == 0) {
            wait = 0;
        }
        next = wait < next ? wait : next;
    }
    return next;
}
