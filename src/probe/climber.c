/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target whose ladder of options is climbed: its life. */
#include "probe/climber.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "probe/frames.h"

/* The rate is upheld by a loop that may wake this late, ns. */
#define RATE_SLACK INT64_C(2000000)

/* Whose answers are not waited for any more. */
static void drop_flying(struct climber *climber)
{
    climber_hold_end(climber, true);
    while (climber->flying) {
        struct climber_shot *shot = climber->flying; /* a full batch may settle it on its own */

        climber_shot_reset(shot);
        climber_shot_settle(shot);
    }
}

void climber_end(struct climber *climber, const char *why)
{
    if (climber->stage == CLIMBER_DONE)
        return;
    climber->stage = CLIMBER_DONE;
    climber->ended = why;
    climber_hold_end(climber, true);
    climber_check_stop(climber);
    engine_wake(climber->engine);
}

void climber_finish(struct climber *climber)
{
    struct engine *engine = climber->engine;

    if (climber->over)
        return;
    DL_DELETE2(engine->climbers, climber, previous_of, next_of);
    DL_APPEND2(engine->climbed, climber, previous_of, next_of);
    climber->over = true;
}

static void release(struct climber *climber)
{
    struct engine *engine = climber->engine;

    while (climber->flying)
        climber_shot_free(climber->flying);
    while (climber->resting)
        climber_shot_free(climber->resting);
    ports_return(engine->reserved, &climber->same_lease);
    climber_checks_free(climber);
    arena_release(&climber->memory);
    free(climber->shots);
    free(climber);
}

static void leave(struct climber *climber)
{
    struct engine *engine = climber->engine;

    if (climber->over)
        DL_DELETE2(engine->climbed, climber, previous_of, next_of);
    else
        DL_DELETE2(engine->climbers, climber, previous_of, next_of);
    subject_release(engine, &climber->subject);
    engine->active--;
    release(climber);
}

static enum verdict verdict_of(const struct matrix_record *record)
{
    for (unsigned i = 0; record->verdict && i < VERDICT_COUNT; i++)
        if (strcmp(record->verdict, verdict_word((enum verdict)i)) == 0)
            return (enum verdict)i;
    return VERDICT_INCONCLUSIVE;
}

static void report(struct climber *climber)
{
    struct engine *engine = climber->engine;
    const struct engine_calls *calls = &engine->options->calls;
    struct matrix_record record;
    struct engine_result result = {.index = climber->subject.item->index, .matrix = &record};
    char time[40], next_hop[ADDRESS_TEXT_SIZE];
    struct climb climb;
    struct fault fault;
    int error;

    if (!calls->result)
        return;
    fault_clear(&fault);
    climber_sum_up(climber, time, next_hop, &climb);
    climb_record(&climb, &engine->memory, &record);
    result.verdict = verdict_of(&record);
    error = calls->result(calls->data, &result, &fault);
    arena_clear(&engine->memory);
    if (error)
        engine_fail(engine, error, &fault);
}

void climbers_reap(struct engine *engine)
{
    if (engine->climbed) /* the copies of their last segments: the file wants them */
        engine_read_links(engine);
    while (engine->climbed && !engine->error) {
        report(engine->climbed);
        leave(engine->climbed);
    }
}

/* All that needs no socket. */
static int make_ready(struct climber *climber, struct fault *fault)
{
    struct engine *engine = climber->engine;
    const struct climb_options *options = &engine->options->climb;
    const struct subject *subject = &climber->subject;
    struct rungs_plan_options plan = {.features = options->features, .repeat = options->repeat};

    if (!engine_random(engine, &climber->seed, sizeof climber->seed) ||
        !engine_random(engine, &plan.seed, sizeof plan.seed) ||
        !engine_random(engine, &climber->same_random, sizeof climber->same_random)) {
        *fault = engine->fault;
        return -FAULT_SYSTEM;
    }
    if (!links_craft(&engine->links, subject->address.family, fault))
        return -FAULT_INTERNAL;
    climber->turns = rungs_plan(&plan, &climber->memory, &climber->turn_count);
    climber->values.mss = spec_route_mss(&subject->route, subject->address.family);
    climber->same_values.mss = climber->values.mss;
    rung_values_draw(climber->seed, climber->turn_count + climber->drawn++, &climber->same_values);
    climber->hold.patience = options->patience;
    pace_init(&climber->pace, 1e9 / options->rate, RATE_SLACK);
    return 0;
}

static int open_link(struct climber *climber, struct fault *fault)
{
    struct engine *engine = climber->engine;
    const struct subject *subject = &climber->subject;
    int error = links_find(&engine->links, subject->route.interface, &subject->route.source,
                           &subject->address, &climber->link, fault);

    if (error)
        return error;
    engine_watch(engine, climber->link);
    climber->stamp_words = link_stamp_words(climber->link->link);
    if (!engine->reserved)
        engine->reserved = ports_new(PORTS_RESERVED, fault);
    if (engine->reserved && !engine->guarded)
        engine->guarded = ports_new(PORTS_GUARDED, fault);
    if (!engine->reserved || !engine->guarded)
        return -(int)fault->code;
    error = ports_take(engine->reserved, &subject->route.source, &subject->address, subject->port,
                       &climber->same_lease, fault);
    return error == PORTS_BUSY ? fault_set(fault, FAULT_SYSTEM, 0, "no source port is free")
                               : error;
}

static struct climber *new_climber(struct engine *engine, const struct subject *subject,
                                   struct fault *fault)
{
    struct climber *climber = calloc(1, sizeof *climber);

    if (!climber) {
        fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        return NULL;
    }
    climber->engine = engine;
    climber->subject = *subject;
    arena_init(&climber->memory);
    return climber;
}

static void announce(struct climber *climber)
{
    const struct engine_calls *calls = &climber->engine->options->calls;
    struct climb_state state;

    if (!calls->announce_climb)
        return;
    climber_show(climber, engine_now(), &state);
    calls->announce_climb(calls->data, &state);
}

void climber_start(struct engine *engine, struct subject *subject)
{
    struct fault fault;
    struct climber *climber = new_climber(engine, subject, &fault);
    int error;

    if (!climber) {
        subject_failed(engine, subject, -FAULT_MEMORY, &fault);
        return;
    }
    error = make_ready(climber, &fault);
    if (!error)
        error = open_link(climber, &fault);
    if (error) {
        release(climber);
        subject_failed(engine, subject, error, &fault);
        return;
    }
    DL_APPEND2(engine->climbers, climber, previous_of, next_of);
    engine->opening--;
    engine_privilege(engine);
    announce(climber);
    engine_wake(engine);
}

int climber_dry(struct engine *engine, const struct subject *subject, struct fault *fault)
{
    struct climber *climber = new_climber(engine, subject, fault);
    int error;

    if (!climber)
        return -FAULT_MEMORY;
    error = make_ready(climber, fault);
    if (!error) {
        announce(climber);
        error = climber_packets(climber, fault);
    }
    release(climber);
    return error;
}

void climber_stop(struct climber *climber, const char *why)
{
    if (climber->over)
        return;
    climber_end(climber, why);
    drop_flying(climber);
    climber_finish(climber);
}

void climber_lost(struct climber *climber, const struct fault *fault)
{
    climber->link = NULL;
    if (climber->fault.code == FAULT_NONE)
        climber->fault = *fault;
    climber_stop(climber, climber->fault.what);
}

void climber_discard(struct climber *climber)
{
    if (climber->link && !climber->over) {
        climber_end(climber, NULL);
        drop_flying(climber);
    }
    leave(climber);
}
