/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target on its way through the engine. */
#include "probe/job.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "net/clock.h"
#include "net/neighbour.h"
#include "probe/dry.h"

#define SECOND INT64_C(1000000000)

/* How long a name may take to be resolved. */
#define RESOLVE_TIMEOUT (5 * SECOND)

static void release(struct job *job)
{
    struct engine *engine = job->engine;

    ev_timer_stop(engine->loop, &job->timer);
    if (job->hashed)
        HASH_DEL(engine->by_key, job);
    if (job->probe) {
        probe_release(job->probe);
        free(job->probe);
    }
    guard_close(&job->guard);
    echo_close(job->echo);
    DL_DELETE2(engine->jobs, job, previous, next);
    engine->active--;
    if (job->opening)
        engine->opening--;
    if (job->over)
        engine->over--;
    free(job);
}

/* Room for the texts that a context points to. */
struct context_texts {
    char time[40], guard[32], next_hop[ADDRESS_TEXT_SIZE];
};

static void context_of(struct job *job, struct context_texts *texts, struct result_context *ret_context)
{
    const struct route *route = job->probe ? &job->probe->route : NULL;
    bool unanswered = route && !job->probe->has_speaker;

    *ret_context = (struct result_context){
        .target = job->text,
        .host = job->target.host,
        .port = job->port,
        .began_realtime = job->began_realtime,
        .time = clock_iso8601(job->began_realtime, texts->time),
        .dns_ns = job->dns_ns,
        .guard = guard_words(job->guard.methods, texts->guard),
        .guard_weak = (job->guard.methods & (GUARD_FILTER | GUARD_MD5)) == 0,
        .stamp_words = job->link ? link_stamp_words(job->link->link) : "",
        .next_hop_silent = unanswered && neighbour_ask(route) == NEIGHBOUR_SILENT,
        .next_hop = route ? address_show(&route->next_hop, texts->next_hop) : "",
        .dropped = job->link ? link_dropped(job->link->link) : 0,
    };
}

/* Reports and frees; `fault` is why it was never probed, or NULL. */
static void finish(struct job *job, const struct fault *fault)
{
    struct engine *engine = job->engine;
    const struct engine_options *options = engine->options;
    struct handshake_record record;
    struct result_context context;
    struct fault sink_fault;
    struct arena memory;
    struct context_texts texts;
    enum verdict verdict = VERDICT_INCONCLUSIVE;
    int error;

    arena_init(&memory);
    context_of(job, &texts, &context);
    if (job->probe) {
        verdict = result_verdict(job->probe, &context);
        result_handshake(job->probe, &context, &memory, &record);
    } else {
        result_unmeasured(&context, fault, &memory, &record);
    }
    fault_clear(&sink_fault);
    error = options->sink(options->data, &record, verdict, &sink_fault);
    arena_release(&memory);
    release(job);
    if (error)
        engine_fail(engine, error, &sink_fault);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct job *job = timer->data;
    const struct engine_options *options = job->engine->options;
    unsigned copies = job->probe->opening.copy_count;

    (void)loop;
    (void)events;
    probe_timer(job->probe, engine_now());
    job_pump(job);
    if (options->progress && job->probe->opening.copy_count > copies)
        options->progress(options->data, job->text, job->probe->opening.copy_count, options->spec->retries + 1);
}

static void set_timer(struct job *job, int64_t now)
{
    int64_t deadline = probe_deadline(job->probe);
    struct ev_loop *loop = job->engine->loop;

    ev_timer_stop(loop, &job->timer);
    if (deadline == TCB_NEVER)
        return;
    ev_now_update(loop);
    ev_timer_set(&job->timer, deadline > now ? (double)(deadline - now) / 1e9 : 0.0, 0.0);
    ev_timer_start(loop, &job->timer);
}

void job_pump(struct job *job)
{
    struct engine *engine = job->engine;
    uint8_t packet[CRAFT_PACKET_MAX];
    struct segment segment;
    struct craft_header header;
    int64_t now = engine_now();

    while (job->link && probe_next(job->probe, now, &segment, &header)) {
        struct fault fault;
        struct craft *craft = links_craft(&engine->links, header.destination.family, &fault);
        int length = craft ? craft_packet(craft, &header, &segment, packet, sizeof packet, &fault) : -FAULT_INTERNAL;
        int error = length < 0 ? length : link_send(job->link->link, packet, (size_t)length, &fault);

        if (error) {
            probe_lost(job->probe, fault.what, now); /* where it is over already, an RST could not be sent: no matter */
            break;
        }
    }
    if (!probe_over(job->probe)) {
        set_timer(job, now);
    } else if (!job->over) {
        ev_timer_stop(engine->loop, &job->timer);
        job->over = true;
        engine->over++;
    }
}

void job_finish(struct job *job)
{
    finish(job, NULL);
}

void job_discard(struct job *job)
{
    if (job->probe && job->link) {
        probe_stop(job->probe, "the run has ended", engine_now());
        job_pump(job);
    }
    release(job);
}

void job_stop(struct job *job, const char *why)
{
    struct fault fault;

    if (job->probe) {
        probe_stop(job->probe, why, engine_now());
        job_pump(job);
        return;
    }
    fault_set(&fault, FAULT_NAME, 0, "'%s' was not measured: %s", job->text, why);
    finish(job, &fault);
}

void job_lost(struct job *job, const char *why)
{
    job->link = NULL;
    probe_lost(job->probe, why, engine_now());
    if (!job->over) {
        job->over = true;
        job->engine->over++;
    }
}

static void make_key(struct job_key *key, const struct address *local, uint16_t local_port,
                     const struct address *remote, uint16_t remote_port)
{
    memset(key, 0, sizeof *key);
    memcpy(key->local, local->bytes, sizeof key->local);
    memcpy(key->remote, remote->bytes, sizeof key->remote);
    key->local_port = local_port;
    key->remote_port = remote_port;
    key->family = (uint16_t)local->family;
}

struct job *job_find(struct engine *engine, const struct address *local, uint16_t local_port,
                     const struct address *remote, uint16_t remote_port)
{
    struct job_key key;
    struct job *job;

    make_key(&key, local, local_port, remote, remote_port);
    HASH_FIND(hh, engine->by_key, &key, sizeof key, job);
    return job;
}

/* Guard, capture, SYN. */
static int connect_to(struct job *job, const struct route *route, const struct address *destination,
                      struct fault *fault)
{
    struct engine *engine = job->engine;
    struct spec_random random;
    bool is_new;
    int error;

    error = entropy_fill(&random, sizeof random, fault);
    if (!error)
        error = guard_open(&route->source, engine->options->spec->source_port, &job->guard, fault);
    if (!error)
        error = links_find(&engine->links, route->interface, &route->source, destination, &job->link, &is_new, fault);
    if (error)
        return error;
    if (is_new) {
        job->link->engine = engine;
        engine_watch(engine, job->link);
    }
    job->probe = malloc(sizeof *job->probe);
    if (!job->probe)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    probe_init(job->probe, engine->options->spec, route, destination, job->port, job->guard.port, &random);
    make_key(&job->key, &route->source, job->guard.port, destination, job->port);
    HASH_ADD(hh, engine->by_key, key, sizeof job->key, job);
    job->hashed = true;
    job->opening = false;
    engine->opening--;
    engine_privilege(engine);
    probe_start(job->probe, engine_now());
    job_pump(job);
    return 0;
}

/* Makes the first packet, hands it over, and that was all. */
static int make_only(struct job *job, const struct route *route, const struct address *destination, struct fault *fault)
{
    struct engine *engine = job->engine;
    const struct engine_options *options = engine->options;
    struct dry_run dry = {.spec = options->spec, .route = route, .destination = destination, .port = job->port};
    struct craft *craft = links_craft(&engine->links, destination->family, fault);
    struct packet_record record;
    struct arena memory;
    int error = craft ? entropy_fill(&dry.random, sizeof dry.random, fault) : -FAULT_INTERNAL;

    if (error)
        return error;
    arena_init(&memory);
    error = dry_run_packet(&dry, craft, job->text, &memory, &record, fault);
    if (!error) {
        error = options->packet_sink(options->data, &record, fault);
        if (error)
            engine_fail(engine, error, fault);
        error = 0;
        release(job);
    }
    arena_release(&memory);
    return error;
}

/* Faults that are not the target's but this machine's: the run cannot go on. */
static bool fatal(int error)
{
    return error == -FAULT_PERMISSION || error == -FAULT_MEMORY || error == -FAULT_INTERNAL;
}

static void fail(struct job *job, int error, const struct fault *fault)
{
    struct engine *engine = job->engine;

    if (fatal(error)) {
        engine_fail(engine, error, fault);
        release(job);
        return;
    }
    finish(job, fault);
}

/* Tries the addresses in turn until one has a route. */
static void try_addresses(struct job *job, const struct address *addresses, size_t count)
{
    const struct spec *spec = job->engine->options->spec;
    const char *interface = spec->interface[0] ? spec->interface : NULL;
    const struct address *source = spec->source.family != IP_FAMILY_NONE ? &spec->source : NULL;
    struct fault fault;
    int error = 0;

    fault_set(&fault, FAULT_NAME, 0, "'%s' has no address of the wanted family", job->target.host);
    for (size_t i = 0; i < count; i++) {
        struct route route;

        if (spec->family != IP_FAMILY_NONE && addresses[i].family != spec->family)
            continue;
        if (source && source->family != addresses[i].family)
            continue;
        error = route_find(&addresses[i], job->target.scope[0] ? job->target.scope : interface, source, &route, &fault);
        if (error)
            continue;
        error = job->engine->options->dry_run ? make_only(job, &route, &addresses[i], &fault)
                                              : connect_to(job, &route, &addresses[i], &fault);
        if (!error)
            return;
        break;
    }
    fail(job, error, &fault);
}

static void on_resolved(void *data, int error, const struct resolve_answer *answer, const struct fault *fault)
{
    struct job *job = data;

    if (error) {
        finish(job, fault);
        return;
    }
    job->dns_ns = answer->took_ns;
    try_addresses(job, answer->addresses, answer->count);
}

static int start_resolving(struct job *job, struct fault *fault)
{
    struct engine *engine = job->engine;

    if (!engine->resolver) {
        engine->resolver = resolver_new(engine->loop, fault);
        if (!engine->resolver)
            return -(int)fault->code;
    }
    return resolver_start(engine->resolver, job->target.host, engine->options->spec->family, RESOLVE_TIMEOUT,
                          on_resolved, job, fault);
}

static void start_self(struct job *job)
{
    struct engine *engine = job->engine;
    enum ip_family family =
        engine->options->spec->family == IP_FAMILY_V6 ? IP_FAMILY_V6 : IP_FAMILY_V4;
    struct address address;
    struct fault fault;
    int error = echo_open(engine->loop, family, &job->echo, &fault);

    if (error) {
        fail(job, error, &fault);
        return;
    }
    job->port = echo_port(job->echo);
    address = *echo_address(job->echo);
    try_addresses(job, &address, 1);
}

void job_start(struct engine *engine, const struct engine_target *target)
{
    struct job *job = calloc(1, sizeof *job);
    struct fault fault;

    if (!job) {
        fault_set(&fault, FAULT_MEMORY, 0, "out of memory");
        engine_fail(engine, -FAULT_MEMORY, &fault);
        return;
    }
    job->engine = engine;
    job->target = target->target;
    job->port = target->port;
    job->guard.descriptor = -1;
    job->dns_ns = -1;
    job->began_realtime = clock_realtime();
    target_show(&job->target, job->port, job->text);
    ev_init(&job->timer, on_timer);
    job->timer.data = job;
    DL_APPEND2(engine->jobs, job, previous, next);
    engine->active++;
    job->opening = true;
    engine->opening++;

    switch (job->target.kind) {
    case TARGET_ADDRESS:
        try_addresses(job, &job->target.address, 1);
        break;
    case TARGET_NAME:
        if (start_resolving(job, &fault))
            finish(job, &fault);
        break;
    case TARGET_SELF:
        start_self(job);
        break;
    case TARGET_KIND_COUNT:
        break;
    }
}
