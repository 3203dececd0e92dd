/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What interrupts a run, or looks at it: signals, the deadline, the tick of progress. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <utlist.h>

#include "probe/climber.h"
#include "probe/frames.h"
#include "probe/interrupt.h"
#include "probe/pinger.h"
#include "probe/sampler.h"

/* How often progress is told, s. */
#define TICK 0.25

static void on_wake(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)timer;
    (void)events;
}

static void stop_all(struct engine *engine, const char *why)
{
    struct pinger *pinger, *next_pinger;
    struct sampler *sampler, *next_sampler;
    struct climber *climber, *next_climber;
    struct job *job, *next_job;

    if (engine->stopping)
        return;
    engine->stopping = true;
    snprintf(engine->stop_why, sizeof engine->stop_why, "%s", why);
    /* What has come already counts: an end that is here need not be forced by an RST. */
    engine_read_links(engine);
    links_flush(&engine->links); /* whose first SYN cannot leave ends here, not within the lists */
    intake_stop(engine, why);
    DL_FOREACH_SAFE2 (engine->pingers, pinger, next_pinger, next)
        pinger_stop(pinger, engine->stop_why);
    DL_FOREACH_SAFE2 (engine->samplers, sampler, next_sampler, next_of)
        sampler_stop(sampler, engine->stop_why);
    DL_FOREACH_SAFE2 (engine->climbers, climber, next_climber, next_of)
        climber_stop(climber, engine->stop_why);
    DL_FOREACH_SAFE2 (engine->jobs, job, next_job, next)
        job_stop(job, why);
}

/* The loop sees to a signal when it comes round, which it does not while the report waits for a
 * reader that does not read. Whoever asks again need not wait any longer. */
static void feed_signal(int number)
{
    int sys = errno;

    interrupt_again(number, engine_now());
    ev_feed_signal(number);
    errno = sys;
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    stop_all(watcher->data, "interrupted");
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    stop_all(timer->data, "the deadline has passed");
}

static void look_at_samplers(struct engine *engine,
                             void (*look)(void *data, const struct isn_sampling *sampling))
{
    struct isn_sampling sampling;
    struct sampler *sampler;
    char time[40];

    DL_FOREACH2 (engine->samplers, sampler, next_of) {
        sampler_show(sampler, &engine->memory, time, &sampling);
        look(engine->options->calls.data, &sampling);
        arena_clear(&engine->memory);
    }
}

static void look_at_climbers(struct engine *engine,
                             void (*look)(void *data, const struct climb_state *state))
{
    struct climb_state state;
    struct climber *climber;

    DL_FOREACH2 (engine->climbers, climber, next_of) {
        climber_show(climber, engine_now(), &state);
        look(engine->options->calls.data, &state);
    }
}

static void on_quit(struct ev_loop *loop, ev_signal *watcher, int events)
{
    struct engine *engine = watcher->data;
    const struct engine_calls *calls = &engine->options->calls;
    struct rtt_record record;
    struct pinger *pinger;

    (void)loop;
    (void)events;
    if (calls->look_isn) {
        look_at_samplers(engine, calls->look_isn);
        calls->look_isn(calls->data, NULL);
    }
    if (calls->look_climb) {
        look_at_climbers(engine, calls->look_climb);
        calls->look_climb(calls->data, NULL);
    }
    if (!calls->look)
        return;
    DL_FOREACH2 (engine->pingers, pinger, next) {
        pinger_record(pinger, &engine->memory, &record);
        calls->look(calls->data, &record);
        arena_clear(&engine->memory);
    }
    calls->look(calls->data, NULL);
}

static void on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct engine *engine = timer->data;
    const struct engine_calls *calls = &engine->options->calls;
    uint64_t total;

    (void)loop;
    (void)events;
    if (!feed_total(engine->options->feed, &total))
        total = UINT64_MAX;
    calls->progress(calls->data, engine->item_count, total);
    if (calls->watch)
        look_at_samplers(engine, calls->watch);
    if (calls->watch_climb)
        look_at_climbers(engine, calls->watch_climb);
}

void engine_listen(struct engine *engine)
{
    static const int numbers[ENGINE_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction feeding = {.sa_handler = feed_signal, .sa_flags = SA_RESTART};
    struct ev_loop *loop = engine->loop;

    sigfillset(&feeding.sa_mask);
    for (size_t i = 0; i < ENGINE_SIGNALS; i++) {
        ev_signal_init(&engine->signals[i], on_signal, numbers[i]);
        engine->signals[i].data = engine;
        ev_signal_start(loop, &engine->signals[i]);
        sigaction(numbers[i], &feeding, NULL); /* in place of libev's own handler */
    }
    ev_signal_init(&engine->quit, on_quit, SIGQUIT);
    engine->quit.data = engine;
    ev_signal_start(loop, &engine->quit);
    if (engine->options->deadline > 0) {
        ev_timer_init(&engine->deadline, on_deadline, (double)engine->options->deadline / 1e9, 0.0);
        engine->deadline.data = engine;
        ev_timer_start(loop, &engine->deadline);
    }
    ev_init(&engine->wake, on_wake);
    if (engine->options->calls.progress) {
        ev_timer_init(&engine->tick, on_tick, TICK, TICK);
        engine->tick.data = engine;
        ev_timer_start(loop, &engine->tick);
    }
}
