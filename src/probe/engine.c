/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event loop: frames to their probes, signals, deadline, refilling. */
#include "probe/engine.h"

#include <signal.h>
#include <string.h>
#include <utlist.h>

#include "base/bytes.h"
#include "net/clock.h"
#include "net/descriptors.h"
#include "net/privilege.h"
#include "probe/job.h"

/* A difference between the clocks that grew by more than this was a step, not a drift: 1 ms. */
#define CLOCK_STEP INT64_C(1000000)

/* Descriptors that a run needs beside its guards: loop, signals, capture, sockets, file, questions
 * to the kernel. */
#define RUN_DESCRIPTORS 12

/* Frames read from a link before signals and timers have their turn again: no ring has more slots.
 */
#define FRAMES_AT_ONCE 4096

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
    struct fault fault;

    /* While more targets may come, raw sockets may still have to be opened. */
    bool all_open = engine->exhausted && engine->opening == 0;
    int error;

    if (!all_open && engine->reduced)
        return;
    engine->reduced = true;
    error = all_open ? privilege_drop(&fault) : privilege_keep_sockets(&fault);
    if (error)
        engine_fail(engine, error, &fault);
}

static void keep_frame(struct engine *engine, const struct frame *frame)
{
    struct fault fault;
    int error;

    if (!engine->dump)
        return;
    error = dump_frame(engine->dump, frame, &fault);
    if (error)
        engine_fail(engine, error, &fault);
}

/* The ports stand in the first four bytes, whatever else is wrong with the segment. */
static struct job *find_by_packet(struct engine *engine, const struct packet *packet)
{
    struct reader reader = reader_of(packet->payload, packet->payload_length);
    uint16_t source = reader_u16(&reader), destination = reader_u16(&reader);
    struct job *job = job_find(engine, &packet->destination, destination, &packet->source, source);

    return job ? job : job_find(engine, &packet->source, source, &packet->destination, destination);
}

static void take_tcp(struct engine *engine, const struct frame *frame, const struct packet *packet)
{
    struct job *job = packet->payload_length >= 4 && packet->fragment_offset == 0
                          ? find_by_packet(engine, packet)
                          : NULL;

    if (!job)
        return;
    keep_frame(engine, frame);
    probe_packet(job->probe, packet, frame->stamp_ns - engine->clock_shift, engine_now());
    job_pump(job);
}

static void take_icmp(struct engine *engine, const struct frame *frame, const struct packet *packet)
{
    uint16_t source_port, destination_port;
    struct icmp icmp;
    struct job *job;
    uint32_t seq;

    if (icmp_read(packet, &icmp) || !icmp.has_quote ||
        icmp_quoted_tcp(&icmp, &source_port, &destination_port, &seq))
        return;
    job = job_find(engine, &icmp.quote.source, source_port, &icmp.quote.destination,
                   destination_port);
    if (!job)
        return;
    keep_frame(engine, frame);
    probe_icmp(job->probe, packet, &icmp, frame->stamp_ns - engine->clock_shift, engine_now());
    job_pump(job);
}

static void take_frame(struct engine *engine, const struct frame *frame)
{
    int offset = link_ip_offset(frame->link_type, frame->bytes, frame->length);
    struct packet packet;

    if (offset < 0 ||
        packet_read(frame->bytes + offset, frame->length - (size_t)offset, false, &packet))
        return;
    if (packet.protocol == IP_PROTOCOL_TCP)
        take_tcp(engine, frame, &packet);
    else if (packet.protocol == IP_PROTOCOL_ICMP || packet.protocol == IP_PROTOCOL_ICMPV6)
        take_icmp(engine, frame, &packet);
}

/* Keeps the shift between the clocks fixed, so that differences of stamps stay exact, unless the
 * system's time was set. */
static void follow_clock(struct engine *engine)
{
    int64_t shift = clock_realtime() - clock_monotonic();
    int64_t moved = shift - engine->clock_shift;

    if (moved > CLOCK_STEP || moved < -CLOCK_STEP)
        engine->clock_shift = shift;
}

/* Reads the frames that wait on a link and hands them to their jobs: all of them, but not those
 * that a fast peer goes on to send. */
static void read_link(struct engine *engine, struct links_entry *entry)
{
    struct frame frame;
    int got = 0;

    if (entry->failed)
        return;
    follow_clock(engine);
    for (unsigned read = 0; read < FRAMES_AT_ONCE && !engine->error; read++) {
        got = link_next(entry->link, &frame, &entry->fault);
        if (got <= 0)
            break;
        take_frame(engine, &frame);
    }
    if (got < 0) {
        entry->failed = true;
        ev_io_stop(engine->loop, &entry->readable);
    }
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct links_entry *entry = watcher->data;

    (void)loop;
    (void)events;
    read_link(entry->engine, entry);
}

void engine_watch(struct engine *engine, struct links_entry *entry)
{
    entry->engine = engine;
    ev_io_init(&entry->readable, on_readable, link_descriptor(entry->link), EV_READ);
    entry->readable.data = entry;
    ev_io_start(engine->loop, &entry->readable);
}

/* The interface is gone: so are its probes. */
static void lose_link(struct engine *engine, struct links_entry *entry)
{
    struct job *job;

    DL_FOREACH2 (engine->jobs, job, next)
        if (job->link == entry)
            job_lost(job, entry->fault.what);
    links_remove(&engine->links, entry);
}

/* Reports the jobs whose connections have ended. */
static void reap(struct engine *engine)
{
    struct job *job, *next;

    /* The copies of their last segments are in the capture by now: they want their stamps, and the
     * file wants them. */
    for (unsigned i = 0; i < engine->links.count; i++)
        read_link(engine, engine->links.entry[i]);
    DL_FOREACH_SAFE2 (engine->jobs, job, next, next)
        if (job->over && !engine->error)
            job_report(job, NULL);
}

static bool any_failed(const struct links *links)
{
    bool failed = false;

    for (unsigned i = 0; i < links->count; i++)
        failed = failed || links->entry[i]->failed;
    return failed;
}

/* Whether a target waits that could be taken up now. */
static bool may_refill(const struct engine *engine)
{
    return !engine->stopping && engine->has_next && engine->active < engine->parallel;
}

/* Takes new targets up, no more than run at once: each may be over before the next. */
static void refill(struct engine *engine)
{
    const struct engine_options *options = engine->options;

    for (unsigned started = 0; started < engine->parallel && may_refill(engine); started++) {
        struct engine_target target = engine->next;

        engine->has_next = options->source(options->data, &engine->next);
        engine->exhausted = !engine->has_next;
        engine->links.busy = engine->links.busy || engine->has_next ||
                             options->spec->data_length > 0 || options->spec->wait > 0;
        job_start(engine, &target);
        /* What the first are answered must not overrun the ring while the others start. */
        for (unsigned i = 0; i < engine->links.count; i++)
            read_link(engine, engine->links.entry[i]);
    }
}

static void on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)timer;
    (void)events;
}

/*
 * Before the loop sleeps: what has ended is reported, what is gone is given up, and new targets
 * take their places. Where that leaves more of the same to do, the loop does not sleep, but has a
 * look at signals and timers first.
 */
static void on_prepare(struct ev_loop *loop, ev_prepare *prepare, int events)
{
    struct engine *engine = prepare->data;

    (void)events;
    for (unsigned i = engine->links.count; i > 0; i--)
        if (engine->links.entry[i - 1]->failed)
            lose_link(engine, engine->links.entry[i - 1]);
    if (engine->over > 0)
        reap(engine);
    refill(engine);
    if (engine->over > 0 || any_failed(&engine->links) || may_refill(engine)) {
        ev_now_update(loop);
        ev_timer_set(&engine->again, 0.0, 0.0);
        ev_timer_start(loop, &engine->again);
    } else if (engine->active == 0) {
        ev_break(loop, EVBREAK_ALL);
    }
}

static void stop_all(struct engine *engine, const char *why)
{
    struct job *job, *next;

    engine->stopping = true;
    /* What has come already counts: an end that is here need not be forced by an RST. */
    for (unsigned i = 0; i < engine->links.count; i++)
        read_link(engine, engine->links.entry[i]);
    /* Their answers are no longer wanted, and the jobs that wait for them are about to go. */
    resolver_free(engine->resolver);
    engine->resolver = NULL;
    DL_FOREACH_SAFE2 (engine->jobs, job, next, next)
        job_stop(job, why);
}

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    struct engine *engine = watcher->data;

    (void)loop;
    (void)events;
    stop_all(engine, "interrupted");
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
    (void)loop;
    (void)events;
    stop_all(timer->data, "the deadline has passed");
}

static void start(struct engine *engine, ev_prepare *prepare)
{
    static const int numbers[ENGINE_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    struct ev_loop *loop = engine->loop;

    for (size_t i = 0; i < ENGINE_SIGNALS; i++) {
        ev_signal_init(&engine->signals[i], on_signal, numbers[i]);
        engine->signals[i].data = engine;
        ev_signal_start(loop, &engine->signals[i]);
    }
    if (engine->options->deadline > 0) {
        ev_timer_init(&engine->deadline, on_deadline, (double)engine->options->deadline / 1e9, 0.0);
        engine->deadline.data = engine;
        ev_timer_start(loop, &engine->deadline);
    }
    ev_init(&engine->again, on_again);
    ev_prepare_init(prepare, on_prepare);
    prepare->data = engine;
    ev_prepare_start(loop, prepare);
}

static void close_all(struct engine *engine)
{
    resolver_free(engine->resolver);
    for (unsigned i = 0; i < engine->links.count; i++)
        ev_io_stop(engine->loop, &engine->links.entry[i]->readable);
    links_close(&engine->links);
    ev_loop_destroy(engine->loop);
}

/* No more probes at once than there can be guards. libev would end the program where it gets no
 * descriptors. */
static int measure_room(struct engine *engine, struct fault *fault)
{
    unsigned wanted = engine->options->parallel;
    unsigned room;
    int sys;

    if (wanted > DESCRIPTORS_MAX - RUN_DESCRIPTORS)
        wanted = DESCRIPTORS_MAX - RUN_DESCRIPTORS;
    room = descriptors_free(wanted + RUN_DESCRIPTORS, &sys);
    if (room <= RUN_DESCRIPTORS)
        return fault_set(fault, FAULT_SYSTEM, sys,
                         "%u file descriptors are needed, and %u can be opened",
                         RUN_DESCRIPTORS + 1, room);
    engine->parallel = room - RUN_DESCRIPTORS;
    return 0;
}

int engine_run(const struct engine_options *options, struct fault *fault)
{
    struct engine engine = {.options = options};
    ev_prepare prepare;
    int error;

    if (!options->dry_run && !privilege_has_raw())
        return privilege_missing(fault);
    error = measure_room(&engine, fault);
    if (error)
        return error;
    if (options->write_path) {
        error = dump_open(options->write_path, &engine.dump, fault);
        if (error)
            return error;
    }
    /* For one probe the short waits matter, and select's are exact: epoll rounds up to
     * milliseconds. */
    engine.loop = ev_default_loop(options->parallel > 1 ? EVFLAG_AUTO : EVBACKEND_SELECT);
    if (!engine.loop)
        return fault_set(fault, FAULT_SYSTEM, 0, "the event loop cannot be set up");
    engine.clock_shift = clock_realtime() - clock_monotonic();
    engine.has_next = options->source(options->data, &engine.next);
    engine.exhausted = !engine.has_next;
    start(&engine, &prepare);
    ev_run(engine.loop, 0);
    while (engine.jobs)
        job_discard(engine.jobs);

    if (engine.dump) {
        struct fault close_fault;

        error = dump_close(engine.dump, &close_fault);
        if (error && !engine.error) {
            engine.error = error;
            engine.fault = close_fault;
        }
    }
    close_all(&engine);
    if (!engine.error && engine.impaired.code != FAULT_NONE) {
        engine.error = -(int)engine.impaired.code;
        engine.fault = engine.impaired;
    }
    if (engine.error)
        *fault = engine.fault;
    return engine.error;
}
