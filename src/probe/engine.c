/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event loop: its beginning and its end, and what is done before it sleeps. */
#include "probe/engine.h"

#include <string.h>
#include <utlist.h>

#include "net/clock.h"
#include "net/descriptors.h"
#include "net/privilege.h"
#include "probe/climber.h"
#include "probe/frames.h"
#include "probe/pinger.h"
#include "probe/sampler.h"

/* A difference between the clocks that grew by more than this was a step, not a drift: 1 ms. */
#define CLOCK_STEP INT64_C(1000000)

/* Descriptors that a run needs at least: loop, signals, capture, sockets, file, questions to the
 * kernel, a port. libev would end the program where it gets none. */
#define RUN_DESCRIPTORS 13

/* The rate is upheld by a loop that may wake this late, ns. */
#define RATE_SLACK INT64_C(2000000)

/* Who sends faster than this wants frames in blocks; more than so many targets at once, too. */
#define RATE_MANY     20000.0
#define PARALLEL_MANY 256

int64_t engine_now(void)
{
    return clock_monotonic();
}

void engine_fail(struct engine *engine, int error, const struct fault *fault)
{
    if (!engine->error) {
        engine->error = error;
        engine->fault = *fault;
    }
    engine->stopping = true;
    ev_break(engine->loop, EVBREAK_ALL);
}

void engine_privilege(struct engine *engine)
{
    const struct engine_options *options = engine->options;
    /* While more targets may come, raw sockets may still have to be opened, and so may guards for
     * as long as handshakes and climbs do; a chosen port may be a privileged one each time. */
    bool all_open = engine->exhausted && engine->opening == 0 && !engine->climbers &&
                    (!engine->pingers || (!options->full && options->spec->source_port == 0));
    struct fault fault;
    int error;

    if ((!all_open && engine->reduced) || options->dry_run)
        return;
    engine->reduced = true;
    error = all_open ? privilege_drop(options->writes_files, &fault)
                     : privilege_keep_sockets(options->writes_files, &fault);
    if (error)
        engine_fail(engine, error, &fault);
}

bool engine_random(struct engine *engine, void *bytes, size_t length)
{
    struct fault fault;
    int error;

    if (engine->entropy_left < length) {
        error = entropy_fill(engine->entropy, sizeof engine->entropy, &fault);
        if (error) {
            engine_fail(engine, error, &fault);
            return false;
        }
        engine->entropy_left = sizeof engine->entropy;
    }
    engine->entropy_left -= length;
    memcpy(bytes, engine->entropy + engine->entropy_left, length);
    return true;
}

/* Keeps the shift between the clocks fixed, so that differences of stamps stay exact, unless the
 * system's time was set. */
void engine_follow_clock(struct engine *engine)
{
    int64_t shift = clock_realtime() - clock_monotonic();
    int64_t moved = shift - engine->clock_shift;

    if (moved > CLOCK_STEP || moved < -CLOCK_STEP)
        engine->clock_shift = shift;
}

/* ---- before the loop sleeps ---- */

/* The interface is gone: so is what went over it. */
static void lose_link(struct engine *engine, struct links_entry *entry)
{
    struct pinger *pinger, *next_pinger;
    struct sampler *sampler, *next_sampler;
    struct climber *climber, *next_climber;
    struct job *job, *next_job;

    engine_unwatch(engine, entry);
    DL_FOREACH_SAFE2 (engine->jobs, job, next_job, next)
        if (job->link == entry)
            job_lost(job, entry->fault.what);
    DL_FOREACH2 (engine->over, job, next)
        if (job->link == entry)
            job->link = NULL;
    DL_FOREACH_SAFE2 (engine->pingers, pinger, next_pinger, next)
        if (pinger->link == entry)
            pinger_lost(pinger, &entry->fault);
    DL_FOREACH2 (engine->ended, pinger, next)
        if (pinger->link == entry)
            pinger->link = NULL;
    DL_FOREACH_SAFE2 (engine->samplers, sampler, next_sampler, next_of)
        if (sampler->link == entry)
            sampler_lost(sampler, &entry->fault);
    DL_FOREACH2 (engine->sampled, sampler, next_of)
        if (sampler->link == entry)
            sampler->link = NULL;
    DL_FOREACH_SAFE2 (engine->climbers, climber, next_climber, next_of)
        if (climber->link == entry)
            climber_lost(climber, &entry->fault);
    DL_FOREACH2 (engine->climbed, climber, next_of)
        if (climber->link == entry)
            climber->link = NULL;
    links_remove(&engine->links, entry);
}

static void lose_links(struct engine *engine)
{
    for (unsigned i = engine->links.count; i > 0; i--)
        if (engine->links.entry[i - 1]->failed)
            lose_link(engine, engine->links.entry[i - 1]);
}

static bool any_failed(const struct links *links)
{
    bool failed = false;

    for (unsigned i = 0; i < links->count; i++)
        failed = failed || links->entry[i]->failed;
    return failed;
}

/* Reports what has ended. */
static void reap(struct engine *engine)
{
    if (engine->over) {
        /* The copies of their last segments are in the capture by now: they want their stamps, and
         * the file wants them. */
        engine_read_links(engine);
        job_reap(engine);
    }
    pingers_reap(engine);
    samplers_reap(engine);
    climbers_reap(engine);
}

static void rest(struct engine *engine)
{
    const struct engine_calls *calls = &engine->options->calls;
    struct fault fault;
    int error = 0;

    fault_clear(&fault);
    if (calls->rest && !engine->error)
        error = calls->rest(calls->data, &fault);
    if (error)
        engine_fail(engine, error, &fault);
}

static void wake_in(struct engine *engine, int64_t wait)
{
    ev_timer_stop(engine->loop, &engine->wake);
    if (wait == TCB_NEVER)
        return;
    ev_now_update(engine->loop);
    ev_timer_set(&engine->wake, (double)wait / 1e9, 0.0);
    ev_timer_start(engine->loop, &engine->wake);
}

void engine_wake(struct engine *engine)
{
    if (!engine->draining) /* else it is looked at anyway */
        wake_in(engine, 0);
}

/*
 * What has ended is reported, what is gone is given up, and whoever's turn it is may send. Where
 * that leaves more of the same to do, the loop does not sleep, but has a look at signals and timers
 * first.
 */
static void on_prepare(struct ev_loop *loop, ev_prepare *prepare, int events)
{
    struct engine *engine = prepare->data;
    int64_t wait;

    (void)events;
    lose_links(engine);
    reap(engine);
    wait = turns_take(engine);
    if (engine->over || engine->ended || engine->sampled || engine->climbed ||
        any_failed(&engine->links))
        wait = 0;
    if (engine->active == 0 && (engine->stopping || engine->exhausted)) {
        ev_break(loop, EVBREAK_ALL);
        return;
    }
    if (wait != 0)
        rest(engine);
    wake_in(engine, wait);
}

/* ---- its beginning and its end ---- */

static int check_descriptors(struct fault *fault)
{
    int sys;
    unsigned room = descriptors_free(RUN_DESCRIPTORS, &sys);

    if (room < RUN_DESCRIPTORS)
        return fault_set(fault, FAULT_SYSTEM, sys,
                         "%d file descriptors are needed, and %u can be opened", RUN_DESCRIPTORS,
                         room);
    return 0;
}

static enum link_load load(const struct engine_options *options)
{
    uint64_t total;
    bool one = feed_total(options->feed, &total) && total <= 1;

    if (options->rate > RATE_MANY && options->parallel > PARALLEL_MANY)
        return LINK_MANY;
    if (!one || options->sampling || options->climbing || options->spec->data_length > 0 ||
        options->spec->wait > 0 || options->port_last)
        return LINK_BUSY;
    return LINK_QUIET;
}

static int set_up(struct engine *engine, struct fault *fault)
{
    const struct engine_options *options = engine->options;
    bool quiet;
    int error;

    if (!options->dry_run && !privilege_has_raw())
        return privilege_missing(fault);
    error = check_descriptors(fault);
    if (error)
        return error;
    if (options->write_path) {
        error = dump_open(options->write_path, &engine->dump, fault);
        if (error)
            return error;
    }
    engine->links.load = load(options);
    engine->links.clock = options->adapter_time ? LINK_CLOCK_ADAPTER : LINK_CLOCK_HOST;
    quiet = engine->links.load == LINK_QUIET;
    engine->parallel = options->parallel;
    pace_init(&engine->rate, 1e9 / options->rate, RATE_SLACK);
    pace_init(&engine->spacing, (double)options->spacing, 0);
    /* For one probe the short waits matter, and select's are exact: epoll rounds up to
     * milliseconds. */
    engine->loop = ev_default_loop(quiet ? EVBACKEND_SELECT : EVFLAG_AUTO);
    if (!engine->loop) {
        if (engine->dump)
            dump_close(engine->dump, NULL);
        return fault_set(fault, FAULT_SYSTEM, 0, "the event loop cannot be set up");
    }
    engine->clock_shift = clock_realtime() - clock_monotonic();
    arena_init(&engine->memory);
    return 0;
}

/* What a fault has left under way is ended politely, without a report. */
static void discard_all(struct engine *engine)
{
    intake_stop(engine, "the run has ended");
    while (engine->jobs)
        job_discard(engine->jobs);
    while (engine->over)
        job_discard(engine->over);
    while (engine->pingers)
        pinger_discard(engine->pingers);
    while (engine->ended)
        pinger_discard(engine->ended);
    while (engine->samplers)
        sampler_discard(engine->samplers);
    while (engine->sampled)
        sampler_discard(engine->sampled);
    while (engine->climbers)
        climber_discard(engine->climbers);
    while (engine->climbed)
        climber_discard(engine->climbed);
    links_flush(&engine->links); /* their last segments may be queued */
}

static void close_all(struct engine *engine)
{
    struct fault fault;
    int error = engine->dump ? dump_close(engine->dump, &fault) : 0;

    if (error && !engine->error) {
        engine->error = error;
        engine->fault = fault;
    }
    for (unsigned i = 0; i < engine->links.count; i++)
        engine_unwatch(engine, engine->links.entry[i]);
    links_close(&engine->links);
    pattern_free_all(&engine->patterns);
    ports_free(engine->guarded);
    ports_free(engine->reserved);
    arena_release(&engine->memory);
    ev_loop_destroy(engine->loop);
}

int engine_run(const struct engine_options *options, bool *ret_stopped, struct fault *fault)
{
    struct engine engine = {.options = options};
    ev_prepare prepare;
    int error = set_up(&engine, fault);

    if (error)
        return error;
    engine_listen(&engine);
    ev_prepare_init(&prepare, on_prepare);
    prepare.data = &engine;
    ev_prepare_start(engine.loop, &prepare);
    ev_run(engine.loop, 0);
    *ret_stopped = engine.stopping;
    rest(&engine);
    discard_all(&engine);
    close_all(&engine);
    if (!engine.error && engine.impaired.code != FAULT_NONE) {
        engine.error = -(int)engine.impaired.code;
        engine.fault = engine.impaired;
    }
    if (engine.error)
        *fault = engine.fault;
    return engine.error;
}
