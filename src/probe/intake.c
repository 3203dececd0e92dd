/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Targets taken up: from the feed, through name and route, to where they may begin. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "net/clock.h"
#include "probe/climber.h"
#include "probe/dry.h"
#include "probe/sampler.h"

/* How long a name may take to be resolved: 5 s. */
#define RESOLVE_TIMEOUT INT64_C(5000000000)

/* A name that is being resolved. */
struct lookup {
    struct engine *engine;
    struct subject subject; /* without an address yet */
    char scope[TARGET_SCOPE_SIZE];
    struct lookup *next, *previous;
};

/* A target with a route, that waits for its turn. */
struct start {
    struct subject subject;
    struct start *next, *previous;
};

static void fail_memory(struct engine *engine)
{
    struct fault fault;

    engine_fail(engine, fault_set(&fault, FAULT_MEMORY, 0, "out of memory"), &fault);
}

/* ---- the first packet, made and not sent ---- */

static int make_only(struct engine *engine, const struct subject *subject, struct fault *fault)
{
    const struct engine_calls *calls = &engine->options->calls;
    struct craft *craft = links_craft(&engine->links, subject->address.family, fault);
    struct dry_run dry = {.spec = engine->options->spec,
                          .route = &subject->route,
                          .destination = &subject->address,
                          .port = subject->port,
                          .command = engine->options->series ? "rtt" : "handshake"};
    struct packet_record record;
    int error;

    if (!craft)
        return -FAULT_INTERNAL;
    if (!engine_random(engine, &dry.random, sizeof dry.random)) {
        *fault = engine->fault;
        return -FAULT_SYSTEM;
    }
    error = dry_run_packet(&dry, craft, subject->text, &engine->memory, &record, fault);
    if (!error && calls->packet) {
        error = calls->packet(calls->data, &record, subject->item->index, fault);
        if (error)
            engine_fail(engine, error, fault);
        error = 0;
    }
    arena_clear(&engine->memory);
    return error;
}

static void dry_start(struct engine *engine, struct subject *subject)
{
    struct fault fault;
    const struct engine_options *options = engine->options;
    int error = options->sampling   ? sampler_dry(engine, subject, &fault)
                : options->climbing ? climber_dry(engine, subject, &fault)
                                    : make_only(engine, subject, &fault);

    if (error) {
        subject_failed(engine, subject, error, &fault);
        return;
    }
    engine->opening--;
    engine->active--;
    subject_release(engine, subject);
}

/* ---- routes ---- */

static void queue_start(struct engine *engine, struct subject *subject)
{
    struct start *start = malloc(sizeof *start);

    if (!start) {
        fail_memory(engine);
        engine->opening--;
        engine->active--;
        subject_release(engine, subject);
        return;
    }
    start->subject = *subject;
    DL_APPEND2(engine->starts, start, previous, next);
}

void intake_put_back(struct engine *engine, struct subject *subject)
{
    engine->blocked = true;
    queue_start(engine, subject);
}

void intake_start(struct engine *engine)
{
    struct start *start = engine->starts;
    struct subject subject = start->subject;

    DL_DELETE2(engine->starts, start, previous, next);
    free(start);
    if (engine->options->dry_run)
        dry_start(engine, &subject);
    else if (engine->options->sampling)
        sampler_start(engine, &subject);
    else if (engine->options->climbing)
        climber_start(engine, &subject);
    else if (engine->options->series)
        pinger_start(engine, &subject);
    else
        job_start(engine, &subject);
}

/* Whether the user's wishes let this address be used. */
static bool wanted(const struct spec *spec, const struct address *address)
{
    return (spec->family == IP_FAMILY_NONE || spec->family == address->family) &&
           (spec->source.family == IP_FAMILY_NONE || spec->source.family == address->family);
}

static int find_route(struct engine *engine, struct subject *subject, const struct address *address,
                      const char *scope, struct fault *fault)
{
    const struct spec *spec = engine->options->spec;
    const char *interface = scope[0] ? scope : spec->interface[0] ? spec->interface : NULL;
    const struct address *source = spec->source.family != IP_FAMILY_NONE ? &spec->source : NULL;

    subject->address = *address;
    return route_find(address, interface, source, &subject->route, fault);
}

/* Takes the subject over: it begins at the first address that has a route. */
static void try_addresses(struct engine *engine, struct subject *subject, const char *scope,
                          const struct address *addresses, size_t count)
{
    struct fault fault;
    int error = -FAULT_NAME;

    fault_set(&fault, FAULT_NAME, 0, "'%s' has no address of the wanted family", subject->host);
    for (size_t i = 0; i < count; i++) {
        if (!wanted(engine->options->spec, &addresses[i]))
            continue;
        error = find_route(engine, subject, &addresses[i], scope, &fault);
        if (error)
            continue;
        queue_start(engine, subject);
        return;
    }
    subject_failed(engine, subject, error, &fault);
}

/* Each address is a target of its own; they share the item. */
static void try_each(struct engine *engine, struct subject *subject, const char *scope,
                     const struct address *addresses, size_t count)
{
    size_t left = 0;

    for (size_t i = 0; i < count; i++)
        left += wanted(engine->options->spec, &addresses[i]);
    if (left == 0) {
        try_addresses(engine, subject, scope, addresses, count);
        return;
    }
    for (size_t i = 0; i < count && left > 0 && !engine->error; i++) {
        struct subject one = *subject;

        if (!wanted(engine->options->spec, &addresses[i]))
            continue;
        if (--left > 0) {
            if (!subject_init(engine, &one, subject->item, subject->text, subject->host))
                break;
            one.port = subject->port;
            one.addresses = subject->addresses;
            one.dns_ns = subject->dns_ns;
            engine->active++;
            engine->opening++;
        } else {
            memset(subject, 0, sizeof *subject);
        }
        try_addresses(engine, &one, scope, &addresses[i], 1);
        if (left == 0)
            return;
    }
    engine->opening--;
    engine->active--;
    subject_release(engine, subject);
}

/* ---- names ---- */

static void lookup_free(struct lookup *lookup)
{
    DL_DELETE2(lookup->engine->lookups, lookup, previous, next);
    free(lookup);
}

static void on_resolved(void *data, int error, const struct resolve_answer *answer,
                        const struct fault *fault)
{
    struct lookup *lookup = data;
    struct engine *engine = lookup->engine;
    struct subject subject = lookup->subject;
    char scope[TARGET_SCOPE_SIZE];

    memcpy(scope, lookup->scope, sizeof scope);
    lookup_free(lookup);
    if (error) {
        subject_failed(engine, &subject, error, fault);
        return;
    }
    subject.dns_ns = answer->took_ns;
    subject.addresses = (unsigned)answer->count;
    if (engine->options->all_addresses)
        try_each(engine, &subject, scope, answer->addresses, answer->count);
    else
        try_addresses(engine, &subject, scope, answer->addresses, answer->count);
    engine_wake(engine);
}

static void resolve(struct engine *engine, struct subject *subject, const char *scope)
{
    struct lookup *lookup = malloc(sizeof *lookup);
    struct fault fault;
    int error = 0;

    if (!lookup) {
        subject_failed(engine, subject, fault_set(&fault, FAULT_MEMORY, 0, "out of memory"),
                       &fault);
        return;
    }
    lookup->engine = engine;
    lookup->subject = *subject;
    memcpy(lookup->scope, scope, sizeof lookup->scope);
    DL_APPEND2(engine->lookups, lookup, previous, next);
    if (!engine->resolver) {
        engine->resolver = resolver_new(engine->loop, &fault);
        error = engine->resolver ? 0 : -(int)fault.code;
    }
    if (!error)
        error = resolver_start(engine->resolver, subject->host, engine->options->spec->family,
                               RESOLVE_TIMEOUT, on_resolved, lookup, &fault);
    if (error) {
        lookup_free(lookup);
        subject_failed(engine, subject, error, &fault);
    }
}

/* ---- the feed ---- */

static void open_self(struct engine *engine, struct subject *subject)
{
    enum ip_family family =
        engine->options->spec->family == IP_FAMILY_V6 ? IP_FAMILY_V6 : IP_FAMILY_V4;
    struct address address;
    struct fault fault;
    int error = echo_open(engine->loop, family, &subject->echo, &fault);

    if (error) {
        subject_failed(engine, subject, error, &fault);
        return;
    }
    subject->port = echo_port(subject->echo);
    subject->addresses = 1;
    address = *echo_address(subject->echo);
    try_addresses(engine, subject, "", &address, 1);
}

static struct item *new_item(struct engine *engine)
{
    struct item *item = calloc(1, sizeof *item);

    if (!item) {
        fail_memory(engine);
        return NULL;
    }
    item->index = engine->item_count++;
    DL_APPEND2(engine->items, item, previous, next);
    return item;
}

static void take_up(struct engine *engine, const struct target_item *given)
{
    char text[TARGET_TEXT_SIZE], host[ADDRESS_TEXT_SIZE];
    struct item *item = new_item(engine);
    struct subject subject;

    if (!item)
        return;
    target_item_show(given, text);
    if (!subject_init(engine, &subject, item, text,
                      given->host ? given->host : address_show(&given->address, host))) {
        DL_DELETE2(engine->items, item, previous, next);
        free(item);
        return;
    }
    subject.port = given->port;
    engine->active++;
    engine->opening++;
    switch (given->kind) {
    case TARGET_ADDRESS:
        subject.addresses = 1;
        try_addresses(engine, &subject, given->scope, &given->address, 1);
        break;
    case TARGET_NAME:
        resolve(engine, &subject, given->scope);
        break;
    case TARGET_SELF:
        open_self(engine, &subject);
        break;
    case TARGET_KIND_COUNT:
        break;
    }
}

bool intake_open(const struct engine *engine)
{
    uint64_t window = engine->options->window;

    if (engine->stopping || engine->exhausted || engine->feed_waits)
        return false;
    if (window > 0 && engine->items && engine->item_count - engine->items->index >= window)
        return false;
    return engine->active < engine->parallel;
}

static void on_feed_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct engine *engine = watcher->data;

    (void)events;
    ev_io_stop(loop, watcher);
    engine->feed_waits = false; /* it is looked at before the loop sleeps again */
}

static void end_feed(struct engine *engine)
{
    engine->exhausted = true;
    engine_privilege(engine);
}

void intake_look_ahead(struct engine *engine)
{
    if (intake_open(engine) && feed_ended(engine->options->feed))
        end_feed(engine);
}

bool intake_next(struct engine *engine)
{
    struct target_item given;

    switch (feed_next(engine->options->feed, &given)) {
    case FEED_ITEM:
        take_up(engine, &given);
        return true;
    case FEED_WAIT:
        engine->feed_waits = true;
        ev_io_init(&engine->feed_readable, on_feed_readable, feed_descriptor(engine->options->feed),
                   EV_READ);
        engine->feed_readable.data = engine;
        ev_io_start(engine->loop, &engine->feed_readable);
        return false;
    case FEED_END:
    case FEED_STATE_COUNT:
        break;
    }
    end_feed(engine);
    return false;
}

void intake_stop(struct engine *engine, const char *why)
{
    struct lookup *lookup, *next_lookup;
    struct start *start, *next_start;
    struct fault fault;

    fault_set(&fault, FAULT_NAME, 0, "%s", why);
    if (engine->feed_waits)
        ev_io_stop(engine->loop, &engine->feed_readable);
    /* Their answers are no longer wanted, and those who wait for them are about to go. */
    resolver_free(engine->resolver);
    engine->resolver = NULL;
    DL_FOREACH_SAFE2 (engine->lookups, lookup, next_lookup, next) {
        struct subject subject = lookup->subject;

        lookup_free(lookup);
        subject_failed(engine, &subject, -FAULT_NAME, &fault);
    }
    DL_FOREACH_SAFE2 (engine->starts, start, next_start, next) {
        struct subject subject = start->subject;

        DL_DELETE2(engine->starts, start, previous, next);
        free(start);
        subject_failed(engine, &subject, -FAULT_NAME, &fault);
    }
}
