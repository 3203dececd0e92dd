/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target whose initial sequence numbers are sampled: its life. */
#include "probe/sampler.h"

#include <stdlib.h>
#include <utlist.h>

#include "net/locals.h"
#include "probe/frames.h"

static const uint16_t offered[SAMPLER_MSS] = {1460, 1440, 1300, 536};

void sampler_end(struct sampler *sampler, const char *why)
{
    if (sampler->part == SAMPLER_DONE)
        return;
    sampler->part = SAMPLER_DONE;
    sampler->ended = why;
    engine_wake(sampler->engine);
}

void sampler_finish(struct sampler *sampler)
{
    struct engine *engine = sampler->engine;

    if (sampler->over)
        return;
    DL_DELETE2(engine->samplers, sampler, previous_of, next_of);
    DL_APPEND2(engine->sampled, sampler, previous_of, next_of);
    sampler->over = true;
}

static void release(struct sampler *sampler)
{
    struct engine *engine = sampler->engine;

    while (sampler->flying)
        shot_free(sampler->flying);
    while (sampler->resting)
        shot_free(sampler->resting);
    ports_return(engine->reserved, &sampler->fixed_lease);
    for (unsigned src = 0; src < SAMPLER_SOURCES; src++)
        for (unsigned i = 0; i < SAMPLER_MSS; i++)
            pattern_free_all(&sampler->patterns[src][i]);
    isn_plan_release(&sampler->plan);
    if (sampler->has_audit) {
        isn_audit_release(&sampler->audit);
        isn_samples_release(&sampler->samples);
    }
    free(sampler->forecast);
    free(sampler->rows);
    free(sampler->numbers);
    free(sampler->looks);
    free(sampler);
}

static void leave(struct sampler *sampler)
{
    struct engine *engine = sampler->engine;

    if (sampler->over)
        DL_DELETE2(engine->sampled, sampler, previous_of, next_of);
    else
        DL_DELETE2(engine->samplers, sampler, previous_of, next_of);
    subject_release(engine, &sampler->subject);
    engine->active--;
    release(sampler);
}

static void report(struct sampler *sampler)
{
    struct engine *engine = sampler->engine;
    const struct engine_calls *calls = &engine->options->calls;
    struct isn_sampling sampling;
    struct engine_result result = {.index = sampler->subject.item->index, .isn = &sampling};
    struct fault fault;
    char time[40];
    int error;

    if (!calls->result)
        return;
    fault_clear(&fault);
    sampler_show(sampler, &engine->memory, time, &sampling);
    result.verdict = sampling.verdict;
    error = calls->result(calls->data, &result, &fault);
    arena_clear(&engine->memory);
    if (error)
        engine_fail(engine, error, &fault);
}

void samplers_reap(struct engine *engine)
{
    while (engine->sampled && !engine->error) {
        report(engine->sampled);
        leave(engine->sampled);
    }
}

static int make_plan(struct sampler *sampler, struct fault *fault)
{
    struct engine *engine = sampler->engine;
    struct isn_plan_options options = engine->options->plan;

    locals_ports(&options.own_first, &options.own_last);
    options.second_source = sampler->sources > 1;
    if (!engine_random(engine, &options.random, sizeof options.random)) {
        *fault = engine->fault;
        return -FAULT_SYSTEM;
    }
    return isn_plan_make(&options, &sampler->plan)
               ? fault_set(fault, FAULT_MEMORY, 0, "out of memory")
               : 0;
}

/* The second source address: the user's, or another one of the interface. */
static int find_sources(struct sampler *sampler, struct fault *fault)
{
    const struct engine_options *options = sampler->engine->options;
    const struct subject *subject = &sampler->subject;
    struct address second = options->second_source;
    const struct route *first = &sampler->routes[0];
    bool chosen = second.family != IP_FAMILY_NONE;
    char text[ADDRESS_TEXT_SIZE];
    int error;

    sampler->routes[0] = subject->route;
    sampler->sources = 1;
    if (options->one_source || (chosen && second.family != subject->address.family))
        return 0;
    if (!chosen && !locals_second_source(first, &second))
        return 0;
    error = route_find(&subject->address, first->local ? NULL : first->interface, &second,
                       &sampler->routes[1], fault);
    if (!error &&
        (sampler->routes[1].index != first->index || address_equal(&second, &first->source)))
        error = fault_set(fault, FAULT_ROUTE, 0,
                          "'%s' is no second source address: it is the first, or leads over "
                          "another interface",
                          address_show(&second, text));
    if (error)
        return chosen ? error : 0;
    sampler->sources = 2;
    return 0;
}

static int make_patterns(struct sampler *sampler, struct fault *fault)
{
    struct engine *engine = sampler->engine;
    const struct subject *subject = &sampler->subject;
    struct craft *craft = links_craft(&engine->links, subject->address.family, fault);
    struct spec_random random;
    int error = craft ? 0 : -FAULT_INTERNAL;

    if (!error && !engine_random(engine, &random, sizeof random)) {
        *fault = engine->fault;
        error = -FAULT_SYSTEM;
    }
    if (error)
        return error;
    sampler->ts_offset = random.ts_offset;
    sampler->identification = random.identification;
    for (unsigned src = 0; src < sampler->sources; src++)
        for (unsigned i = 0; i < SAMPLER_MSS && !error; i++)
            error = pattern_make(engine->options->spec, &sampler->routes[src], &subject->address,
                                 &random, offered[i], craft, &sampler->patterns[src][i], fault);
    return error;
}

/* All that needs no socket. */
static int make_ready(struct sampler *sampler, struct fault *fault)
{
    int error = find_sources(sampler, fault);

    if (!error)
        error = make_plan(sampler, fault);
    if (!error)
        error = make_patterns(sampler, fault);
    return error;
}

static int open_link(struct sampler *sampler, struct fault *fault)
{
    struct engine *engine = sampler->engine;
    const struct subject *subject = &sampler->subject;
    int error = 0;

    for (unsigned src = 0; src < sampler->sources && !error; src++)
        error = links_find(&engine->links, sampler->routes[src].interface,
                           &sampler->routes[src].source, &subject->address, &sampler->link, fault);
    if (error)
        return error;
    engine_watch(engine, sampler->link);
    sampler->stamp_words = link_stamp_words(sampler->link->link);
    return sampler_reserve(sampler, fault);
}

static void announce(struct sampler *sampler)
{
    struct engine *engine = sampler->engine;
    const struct engine_calls *calls = &engine->options->calls;
    struct isn_sampling sampling;
    char time[40];

    if (!calls->announce)
        return;
    sampler_show(sampler, &engine->memory, time, &sampling);
    calls->announce(calls->data, &sampling, &sampler->plan);
    arena_clear(&engine->memory);
}

void sampler_start(struct engine *engine, struct subject *subject)
{
    struct sampler *sampler = calloc(1, sizeof *sampler);
    struct fault fault;
    int error;

    if (!sampler) {
        subject_failed(engine, subject, fault_set(&fault, FAULT_MEMORY, 0, "out of memory"),
                       &fault);
        return;
    }
    sampler->engine = engine;
    sampler->subject = *subject;
    sampler->read_at = SAMPLER_READING;
    error = make_ready(sampler, &fault);
    if (!error)
        error = open_link(sampler, &fault);
    if (error) {
        release(sampler);
        subject_failed(engine, subject, error, &fault);
        return;
    }
    DL_APPEND2(engine->samplers, sampler, previous_of, next_of);
    engine->opening--;
    engine_privilege(engine);
    announce(sampler);
}

int sampler_dry(struct engine *engine, const struct subject *subject, struct fault *fault)
{
    struct sampler *sampler = calloc(1, sizeof *sampler);
    int error;

    if (!sampler)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    sampler->engine = engine;
    sampler->subject = *subject;
    error = make_ready(sampler, fault);
    if (!error) {
        announce(sampler);
        error = sampler_packets(sampler, fault);
    }
    release(sampler);
    return error;
}

/* Whose answers are not waited for any more. */
static void drop_flying(struct sampler *sampler)
{
    while (sampler->flying) {
        struct shot *shot = sampler->flying; /* a full batch may settle it on its own */

        shot_reset(shot);
        shot_settle(shot);
    }
}

void sampler_stop(struct sampler *sampler, const char *why)
{
    if (sampler->over)
        return;
    sampler_end(sampler, why);
    drop_flying(sampler);
    sampler_finish(sampler);
}

void sampler_lost(struct sampler *sampler, const struct fault *fault)
{
    sampler->link = NULL;
    if (sampler->fault.code == FAULT_NONE)
        sampler->fault = *fault;
    sampler_stop(sampler, sampler->fault.what);
}

void sampler_discard(struct sampler *sampler)
{
    if (sampler->link)
        drop_flying(sampler);
    leave(sampler);
}
