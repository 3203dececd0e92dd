/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A target from its name to its first SYN: resolved, routed, guarded, connected. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "net/clock.h"
#include "probe/dry.h"
#include "probe/job.h"

/* How long a name may take to be resolved: 5 s. */
#define RESOLVE_TIMEOUT INT64_C(5000000000)

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
        error = links_find(&engine->links, route->interface, &route->source, destination,
                           &job->link, &is_new, fault);
    if (error)
        return error;
    if (is_new) {
        job->link->engine = engine;
        engine_watch(engine, job->link);
    }
    job->stamp_words = link_stamp_words(job->link->link);
    job->probe = malloc(sizeof *job->probe);
    if (!job->probe)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    probe_init(job->probe, engine->options->spec, route, destination, job->port, job->guard.port,
               &random);
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
static int make_only(struct job *job, const struct route *route, const struct address *destination,
                     struct fault *fault)
{
    struct engine *engine = job->engine;
    const struct engine_options *options = engine->options;
    struct dry_run dry = {
        .spec = options->spec, .route = route, .destination = destination, .port = job->port};
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
        job_release(job);
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
        job_release(job);
        return;
    }
    /* The target is reported as not measured; that this was our system's doing is said at the end.
     */
    if (error == -FAULT_SYSTEM && engine->impaired.code == FAULT_NONE)
        engine->impaired = *fault;
    job_report(job, fault);
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
        error = route_find(&addresses[i], job->target.scope[0] ? job->target.scope : interface,
                           source, &route, &fault);
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

static void on_resolved(void *data, int error, const struct resolve_answer *answer,
                        const struct fault *fault)
{
    struct job *job = data;

    if (error) {
        job_report(job, fault);
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
    return resolver_start(engine->resolver, job->target.host, engine->options->spec->family,
                          RESOLVE_TIMEOUT, on_resolved, job, fault);
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
    job_init_timer(job);
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
            job_report(job, &fault);
        break;
    case TARGET_SELF:
        start_self(job);
        break;
    case TARGET_KIND_COUNT:
        break;
    }
}
