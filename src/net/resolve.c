/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names to addresses with c-ares, on the caller's event loop. */
#include "net/resolve.h"

#include <ares.h>
#include <assert.h>
#include <ev.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/clock.h"

/* One lost datagram must not cost the whole of a usual time limit. */
#define TRY_TIMEOUT_MS 1500
#define TRIES          4

/* A socket of c-ares' that the loop watches for it. */
struct watched {
    struct watched *next;
    ev_io watcher;
    struct resolver *resolver;
};

struct query {
    struct query *next, *previous;
    struct resolver *resolver;
    ev_timer timer; /* the time limit; once there is a result, the next turn of the loop */
    bool finished;  /* c-ares has called back: it will not touch this any more */
    bool delivered; /* ours has been called */
    int error;
    int64_t started_ns;
    resolve_done *done;
    void *data;
    struct fault fault;
    struct resolve_answer answer;
    char name[256]; /* the longest that DNS can say */
};

struct resolver {
    struct ev_loop *loop;
    ares_channel channel;
    ev_timer timer; /* c-ares' own time-outs */
    struct watched *watched;
    struct query *queries;
    size_t waiting; /* queries whose caller has not been told yet */
    bool closing;
};

/* ---- the loop's side of c-ares
 * ------------------------------------------------------------------- */

static void rearm(struct resolver *resolver)
{
    struct timeval left;

    ev_timer_stop(resolver->loop, &resolver->timer);
    if (!ares_timeout(resolver->channel, NULL, &left))
        return;
    ev_timer_set(&resolver->timer, (double)left.tv_sec + (double)left.tv_usec / 1e6, 0);
    ev_timer_start(resolver->loop, &resolver->timer);
}

static void socket_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
    const struct watched *watched = watcher->data;
    struct resolver *resolver = watched->resolver;
    int descriptor = watcher->fd; /* the watcher may go while c-ares works */

    (void)loop;
    ares_process_fd(resolver->channel, events & EV_READ ? descriptor : ARES_SOCKET_BAD,
                    events & EV_WRITE ? descriptor : ARES_SOCKET_BAD);
    rearm(resolver);
}

static void timer_ready(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct resolver *resolver = timer->data;

    (void)loop;
    (void)events;
    ares_process_fd(resolver->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    rearm(resolver);
}

/* c-ares says what it waits for at a socket; nothing any more before it closes it. */
static void socket_wanted(void *data, ares_socket_t descriptor, int readable, int writable)
{
    struct resolver *resolver = data;
    struct watched **at = &resolver->watched, *watched;
    int events = (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0);

    while (*at && (*at)->watcher.fd != descriptor)
        at = &(*at)->next;
    watched = *at;
    if (watched)
        ev_io_stop(resolver->loop, &watched->watcher);
    if (!events) {
        if (watched) {
            *at = watched->next;
            free(watched);
        }
        return;
    }
    if (!watched) {
        watched = calloc(1, sizeof(*watched));
        if (!watched)
            return; /* its time-outs go on: the query ends with one */
        watched->resolver = resolver;
        ev_io_init(&watched->watcher, socket_ready, descriptor, events);
        watched->watcher.data = watched;
        watched->next = resolver->watched;
        resolver->watched = watched;
    }
    ev_io_set(&watched->watcher, descriptor, events);
    ev_io_start(resolver->loop, &watched->watcher);
}

struct resolver *resolver_new(struct ev_loop *loop, struct fault *fault)
{
    struct resolver *resolver = calloc(1, sizeof(*resolver));
    struct ares_options options = {
        .timeout = TRY_TIMEOUT_MS,
        .tries = TRIES,
        .sock_state_cb = socket_wanted,
        .sock_state_cb_data = resolver,
    };

    if (!resolver) {
        fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        return NULL;
    }
    resolver->loop = loop;
    ev_timer_init(&resolver->timer, timer_ready, 0, 0);
    resolver->timer.data = resolver;
    int status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status == ARES_SUCCESS) {
        status = ares_init_options(&resolver->channel, &options,
                                   ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
        if (status == ARES_SUCCESS)
            return resolver;
        ares_library_cleanup();
    }
    fault_set(fault, FAULT_SYSTEM, 0, "cannot start the resolver: %s", ares_strerror(status));
    free(resolver);
    return NULL;
}

void resolver_free(struct resolver *resolver)
{
    if (!resolver)
        return;
    resolver->closing = true;
    ares_destroy(resolver->channel); /* calls back for all that is under way, and for its sockets */
    ares_library_cleanup();
    ev_timer_stop(resolver->loop, &resolver->timer);
    while (resolver->queries) {
        struct query *query = resolver->queries;
        resolver->queries = query->next;
        ev_timer_stop(resolver->loop, &query->timer);
        free(query);
    }
    while (resolver->watched) {
        struct watched *watched = resolver->watched;
        resolver->watched = watched->next;
        ev_io_stop(resolver->loop, &watched->watcher);
        free(watched);
    }
    free(resolver);
}

/* ---- one query
 * ----------------------------------------------------------------------------------- */

static void query_free(struct query *query)
{
    ev_timer_stop(query->resolver->loop, &query->timer);
    if (query->previous)
        query->previous->next = query->next;
    else
        query->resolver->queries = query->next;
    if (query->next)
        query->next->previous = query->previous;
    free(query);
}

/* Tells the caller; the query lives on only while c-ares still has it. */
static void query_deliver(struct query *query)
{
    struct resolver *resolver = query->resolver;
    resolve_done *done = query->done;
    void *data = query->data;
    int error = query->error;
    struct fault fault = query->fault;
    struct resolve_answer answer = query->answer;

    query->delivered = true;
    resolver->waiting--;
    if (query->finished)
        query_free(query);
    /* c-ares can only give up all at once: not before nobody waits for any. */
    if (resolver->waiting == 0) {
        ares_cancel(resolver->channel);
        rearm(resolver);
    }
    /* Last, as the caller may free the resolver here. */
    done(data, error, &answer, &fault);
}

static void query_ready(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct query *query = timer->data;

    (void)loop;
    (void)events;
    if (!query->finished) {
        query->answer.took_ns = clock_monotonic() - query->started_ns;
        query->error = fault_set(&query->fault, FAULT_NAME, 0,
                                 "no answer from the name servers for '%s' in time", query->name);
    }
    query_deliver(query);
}

static int query_failed(struct query *query, int status)
{
    struct fault *fault = &query->fault;
    const char *name = query->name;

    switch (status) {
    case ARES_ENOTFOUND:
        return fault_set(fault, FAULT_NAME, 0, "there is no name '%s'", name);
    case ARES_ENODATA:
        return fault_set(fault, FAULT_NAME, 0,
                         "name '%s' has no address of the kind that is wanted", name);
    case ARES_EBADNAME:
        return fault_set(fault, FAULT_NAME, 0, "'%s' is no name that can be looked up", name);
    case ARES_ETIMEOUT:
        return fault_set(fault, FAULT_NAME, 0, "no answer from the name servers for '%s'", name);
    case ARES_ECONNREFUSED:
        return fault_set(fault, FAULT_NAME, 0,
                         "no name server can be reached, or none will answer, for '%s'", name);
    case ARES_ESERVFAIL:
        return fault_set(fault, FAULT_NAME, 0, "the name server failed at '%s'", name);
    case ARES_ENOMEM:
        return fault_set(fault, FAULT_NAME, 0, "out of memory while '%s' was looked up", name);
    default:
        return fault_set(fault, FAULT_NAME, 0, "cannot look up '%s': %s", name,
                         ares_strerror(status));
    }
}

static bool node_address(const struct ares_addrinfo_node *node, struct address *ret_address)
{
    *ret_address = (struct address){.family = IP_FAMILY_NONE};
    if (node->ai_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)node->ai_addr;
        ret_address->family = IP_FAMILY_V4;
        memcpy(ret_address->bytes, &in->sin_addr, 4);
    } else if (node->ai_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)node->ai_addr;
        ret_address->family = IP_FAMILY_V6;
        ret_address->scope = in6->sin6_scope_id;
        memcpy(ret_address->bytes, &in6->sin6_addr, 16);
    }
    return ret_address->family != IP_FAMILY_NONE;
}

static void add_address(struct resolve_answer *answer, const struct address *address)
{
    for (size_t i = 0; i < answer->count; i++)
        if (address_equal(&answer->addresses[i], address))
            return;
    if (answer->count < RESOLVE_MAX)
        answer->addresses[answer->count++] = *address;
}

/* c-ares' answer, perhaps from within resolver_start(): kept for the next turn of the loop. */
static void query_finished(void *data, int status, int timeouts, struct ares_addrinfo *info)
{
    struct query *query = data;
    struct resolver *resolver = query->resolver;

    (void)timeouts;
    query->finished = true;
    query->answer.took_ns = clock_monotonic() - query->started_ns;
    if (status == ARES_SUCCESS) {
        struct address address;
        for (const struct ares_addrinfo_node *node = info->nodes; node; node = node->ai_next)
            if (node_address(node, &address))
                add_address(&query->answer, &address);
        if (query->answer.count == 0)
            status = ARES_ENODATA;
    }
    if (info)
        ares_freeaddrinfo(info);
    if (resolver->closing)
        return;
    if (query->delivered) {
        query_free(query);
        return;
    }
    if (status != ARES_SUCCESS)
        query->error = query_failed(query, status);
    ev_timer_stop(resolver->loop, &query->timer);
    ev_timer_set(&query->timer, 0, 0);
    ev_timer_start(resolver->loop, &query->timer);
}

int resolver_start(struct resolver *resolver, const char *name, enum ip_family family,
                   int64_t timeout_ns, resolve_done *done, void *data, struct fault *fault)
{
    struct ares_addrinfo_hints hints = {.ai_socktype = SOCK_STREAM};

    if (strlen(name) >= sizeof(((struct query *)NULL)->name))
        return fault_set(fault, FAULT_NAME, 0, "'%.64s…' is too long for a name", name);
    struct query *query = calloc(1, sizeof(*query));
    if (!query)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");

    query->resolver = resolver;
    query->done = done;
    query->data = data;
    query->started_ns = clock_monotonic();
    memcpy(query->name, name, strlen(name) + 1);
    query->next = resolver->queries;
    if (query->next)
        query->next->previous = query;
    resolver->queries = query;
    resolver->waiting++;

    ev_now_update(resolver->loop); /* the limit runs from now, not from the loop's last turn */
    ev_timer_init(&query->timer, query_ready, (double)timeout_ns / 1e9, 0);
    query->timer.data = query;
    ev_timer_start(resolver->loop, &query->timer);

    hints.ai_family = family == IP_FAMILY_V4   ? AF_INET
                      : family == IP_FAMILY_V6 ? AF_INET6
                                               : AF_UNSPEC;
    ares_getaddrinfo(resolver->channel, name, NULL, &hints, query_finished, query);
    rearm(resolver);
    return 0;
}
