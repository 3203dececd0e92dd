/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source ports for connections: sockets by source address, who shares them, when they close. */
#include "probe/ports.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "probe/tuples.h"

/* How many ports the kernel may propose that have met the destination before. */
#define PROPOSALS 8

/* After so many takes without a new socket it is worth asking again whether one can be had. */
#define ASK_AGAIN 256

struct ports_socket {
    struct ports_group *group;
    struct guard guard;
    unsigned leases; /* that are out */
    unsigned served; /* in all */
    bool shared;     /* among those that serve whoever comes; else closed with its last lease */
    bool fixed;      /* its port was the caller's choice */
    struct ports_socket *next, *previous; /* all of the group but fixed ones */
    UT_hash_handle hh;                    /* fixed ones by port */
};

/* The sockets of a source address. */
struct ports_group {
    struct ports_source {
        uint8_t bytes[16];
        uint32_t scope, family;
    } key;
    struct address source;
    uint64_t number;
    struct ports_socket *sockets, *fixed;
    struct ports_socket *shared[PORTS_SHARED];
    unsigned shared_count, turn;
    size_t leases;
    UT_hash_handle hh;
};

struct ports {
    enum ports_kind kind;
    struct ports_group *groups;
    struct ports_group *last; /* the one that was asked for last */
    struct tuples tuples;
    struct ports_counts counts;
    bool exhausted;       /* no more sockets could be opened, and none has been closed since */
    unsigned since_asked; /* takes since then */
};

struct ports *ports_new(enum ports_kind kind, struct fault *fault)
{
    struct ports *ports = calloc(1, sizeof *ports);

    if (!ports) {
        fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        return NULL;
    }
    ports->kind = kind;
    return ports;
}

struct ports_counts ports_count(const struct ports *ports)
{
    return ports->counts;
}

/* ---- who has met whom -------------------------------------------------------------------------
 */

/* The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every bit of the result depends on every
 * bit of the value. */
static uint64_t mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

/* What all ports of a source have in common on the way to a destination. */
static uint64_t hash_way(const struct ports_group *group, const struct address *destination,
                         uint16_t destination_port)
{
    uint64_t half[2];
    uint32_t scope = address_is_link_local(destination) ? destination->scope : 0;

    memcpy(half, destination->bytes, sizeof half);
    uint64_t hash = mix(half[0] + group->number * UINT64_C(0x9e3779b97f4a7c15));
    hash = mix(hash ^ half[1]);
    return mix(hash ^ ((uint64_t)scope << 16 | destination_port));
}

static uint64_t fingerprint_of(uint64_t way, uint16_t port)
{
    return mix(way + (uint64_t)(port + 1U) * UINT64_C(0x9e3779b97f4a7c15));
}

static enum tuple_state state_of(const struct ports *ports, const struct ports_socket *socket,
                                 uint64_t way)
{
    return tuples_find(&ports->tuples, fingerprint_of(way, socket->guard.port));
}

/* ---- groups and sockets
 * ------------------------------------------------------------------------- */

static struct ports_group *find_group(struct ports *ports, const struct address *source,
                                      struct fault *fault)
{
    struct ports_source key;
    struct ports_group *group = ports->last;

    memset(&key, 0, sizeof key);
    memcpy(key.bytes, source->bytes, source->family == IP_FAMILY_V4 ? 4 : 16);
    key.scope = address_is_link_local(source) ? source->scope : 0;
    key.family = (uint32_t)source->family;
    if (group && memcmp(&group->key, &key, sizeof key) == 0)
        return group;
    HASH_FIND(hh, ports->groups, &key, sizeof key, group);
    if (!group) {
        group = calloc(1, sizeof *group);
        if (!group) {
            fault_set(fault, FAULT_MEMORY, 0, "out of memory");
            return NULL;
        }
        group->key = key;
        group->source = *source;
        group->number = HASH_COUNT(ports->groups) + 1;
        HASH_ADD(hh, ports->groups, key, sizeof key, group);
    }
    ports->last = group;
    return group;
}

/* Whether a refusal means that there are no more sockets to be had for now. */
static bool is_exhaustion(const struct fault *fault)
{
    return fault->code == FAULT_SYSTEM &&
           (fault->sys == EMFILE || fault->sys == ENFILE || fault->sys == ENOBUFS ||
            fault->sys == ENOMEM || fault->sys == EADDRINUSE);
}

static int socket_open(struct ports *ports, struct ports_group *group, uint16_t port,
                       struct ports_socket **ret_socket, struct fault *fault)
{
    struct ports_socket *socket = calloc(1, sizeof *socket);
    int error;

    if (!socket)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    error = ports->kind == PORTS_GUARDED
                ? guard_open(&group->source, port, &socket->guard, fault)
                : guard_reserve(&group->source, port, &socket->guard, fault);
    if (error) {
        free(socket);
        return error;
    }
    socket->group = group;
    socket->fixed = port != 0;
    if (socket->fixed)
        HASH_ADD(hh, group->fixed, guard.port, sizeof socket->guard.port, socket);
    else
        DL_APPEND2(group->sockets, socket, previous, next);
    ports->counts.sockets++;
    ports->counts.opened++;
    *ret_socket = socket;
    return 0;
}

static void socket_close(struct ports *ports, struct ports_socket *socket)
{
    struct ports_group *group = socket->group;

    guard_close(&socket->guard);
    if (socket->fixed)
        HASH_DEL(group->fixed, socket);
    else
        DL_DELETE2(group->sockets, socket, previous, next);
    free(socket);
    ports->counts.sockets--;
    ports->exhausted = false;
}

/* Takes a socket out of those that serve whoever comes. */
static void retire(struct ports *ports, struct ports_socket *socket)
{
    struct ports_group *group = socket->group;
    unsigned at = 0;

    assert(socket->shared);
    while (group->shared[at] != socket)
        at++;
    group->shared_count--;
    /* The others keep their order, so that the first is always the oldest. */
    memmove(&group->shared[at], &group->shared[at + 1],
            (group->shared_count - at) * sizeof group->shared[0]);
    socket->shared = false;
    if (socket->leases == 0)
        socket_close(ports, socket);
}

/*
 * A new socket with a port that has not met the destination. What the kernel proposes in vain stays
 * open meanwhile, so that it is not proposed again.
 */
static int open_fresh(struct ports *ports, struct ports_group *group, uint64_t way,
                      struct ports_socket **ret_socket, struct fault *fault)
{
    struct ports_socket *proposed[PROPOSALS];
    unsigned count = 0;
    int error = 0;

    while (count < PROPOSALS) {
        error = socket_open(ports, group, 0, &proposed[count], fault);
        if (error)
            break;
        count++;
        if (state_of(ports, proposed[count - 1], way) == TUPLE_NEW)
            break;
    }
    if (error && is_exhaustion(fault)) {
        ports->exhausted = true;
        ports->since_asked = 0;
    }
    if (count == 0)
        return error;
    /* The last one: if it has met the destination too, that was long ago for a run that used them
     * all up. */
    *ret_socket = proposed[count - 1];
    for (unsigned i = 0; i + 1 < count; i++)
        socket_close(ports, proposed[i]);
    return 0;
}

/* ---- who serves whom
 * ---------------------------------------------------------------------------- */

/* One of the shared sockets that has not met the destination, in turn. */
static struct ports_socket *find_shared(const struct ports *ports, struct ports_group *group,
                                        uint64_t way)
{
    for (unsigned i = 0; i < group->shared_count; i++) {
        unsigned at = (group->turn + i) % group->shared_count;

        if (state_of(ports, group->shared[at], way) == TUPLE_NEW) {
            group->turn = at + 1;
            return group->shared[at];
        }
    }
    return NULL;
}

/* Any socket at all whose connection with the destination is in this state. */
static struct ports_socket *find_any(const struct ports *ports, const struct ports_group *group,
                                     uint64_t way, enum tuple_state state)
{
    struct ports_socket *socket;

    DL_FOREACH2 (group->sockets, socket, next)
        if (state_of(ports, socket, way) == state)
            return socket;
    return NULL;
}

static int join_shared(struct ports *ports, struct ports_group *group, uint64_t way,
                       struct ports_socket **ret_socket, struct fault *fault)
{
    *ret_socket = group->shared_count == PORTS_SHARED ? find_shared(ports, group, way) : NULL;
    if (*ret_socket)
        return 0;
    int error = open_fresh(ports, group, way, ret_socket, fault);
    if (error)
        return error;
    if (group->shared_count == PORTS_SHARED)
        retire(ports, group->shared[0]);
    (*ret_socket)->shared = true;
    group->shared[group->shared_count++] = *ret_socket;
    return 0;
}

/* No more sockets can be opened: `fault` says why. */
static int make_do(struct ports *ports, struct ports_group *group, uint64_t way,
                   struct ports_socket **ret_socket)
{
    *ret_socket = find_shared(ports, group, way);
    if (!*ret_socket)
        *ret_socket = find_any(ports, group, way, TUPLE_NEW);
    if (!*ret_socket)
        *ret_socket = find_any(ports, group, way, TUPLE_USED);
    return *ret_socket ? 0 : PORTS_BUSY;
}

static int find_socket(struct ports *ports, struct ports_group *group, uint64_t way,
                       struct ports_socket **ret_socket, struct fault *fault)
{
    int error;

    if (ports->exhausted && ports->counts.leases > 0 && ++ports->since_asked < ASK_AGAIN)
        return make_do(ports, group, way, ret_socket);
    if (group->leases < PORTS_OWN_MAX)
        error = open_fresh(ports, group, way, ret_socket, fault);
    else
        error = join_shared(ports, group, way, ret_socket, fault);
    if (!error || !is_exhaustion(fault) || ports->counts.leases == 0)
        return error;
    return make_do(ports, group, way, ret_socket);
}

static int lend(struct ports *ports, struct ports_socket *socket, uint64_t way,
                struct ports_lease *ret_lease, struct fault *fault)
{
    struct ports_group *group = socket->group;
    uint64_t fingerprint = fingerprint_of(way, socket->guard.port);
    int error = tuples_take(&ports->tuples, fingerprint, fault);

    if (error) {
        if (socket->leases == 0 && !socket->shared)
            socket_close(ports, socket);
        return error;
    }
    socket->leases++;
    socket->served++;
    group->leases++;
    ports->counts.leases++;
    if (socket->shared && socket->served >= PORTS_SERVED_MAX)
        retire(ports, socket);
    *ret_lease = (struct ports_lease){.port = socket->guard.port,
                                      .methods = socket->guard.methods,
                                      .socket = socket,
                                      .fingerprint = fingerprint};
    return 0;
}

int ports_take(struct ports *ports, const struct address *source, const struct address *destination,
               uint16_t destination_port, struct ports_lease *ret_lease, struct fault *fault)
{
    struct ports_group *group = find_group(ports, source, fault);
    struct ports_socket *socket;
    uint64_t way;
    int error;

    if (!group)
        return -FAULT_MEMORY;
    way = hash_way(group, destination, destination_port);
    error = find_socket(ports, group, way, &socket, fault);
    return error ? error : lend(ports, socket, way, ret_lease, fault);
}

int ports_take_fixed(struct ports *ports, const struct address *source, uint16_t port,
                     const struct address *destination, uint16_t destination_port,
                     struct ports_lease *ret_lease, struct fault *fault)
{
    struct ports_group *group = find_group(ports, source, fault);
    struct ports_socket *socket;
    uint64_t way;
    int error;

    assert(port != 0);
    if (!group)
        return -FAULT_MEMORY;
    way = hash_way(group, destination, destination_port);
    if (tuples_find(&ports->tuples, fingerprint_of(way, port)) == TUPLE_LIVE)
        return PORTS_BUSY;
    HASH_FIND(hh, group->fixed, &port, sizeof port, socket);
    if (!socket) {
        error = socket_open(ports, group, port, &socket, fault);
        /* A port that somebody else has does not come free by waiting for us. */
        if (error && is_exhaustion(fault) && fault->sys != EADDRINUSE && ports->counts.leases > 0)
            return PORTS_BUSY;
        if (error)
            return error;
    }
    return lend(ports, socket, way, ret_lease, fault);
}

void ports_return(struct ports *ports, struct ports_lease *lease)
{
    struct ports_socket *socket = lease->socket;

    if (!socket)
        return;
    struct ports_group *group = socket->group;
    assert(socket->leases > 0);
    tuples_return(&ports->tuples, lease->fingerprint);
    *lease = (struct ports_lease){0};
    socket->leases--;
    group->leases--;
    ports->counts.leases--;
    if (socket->leases == 0 && !socket->shared)
        socket_close(ports, socket);
    /* Nobody is left whom they could serve. */
    while (group->leases == 0 && group->shared_count > 0)
        retire(ports, group->shared[group->shared_count - 1]);
}

static void free_socket(struct ports_socket *socket)
{
    guard_close(&socket->guard);
    free(socket);
}

static void free_group(struct ports_group *group)
{
    struct ports_socket *socket, *next, *fixed = group->fixed;

    for (socket = group->sockets; socket; socket = next) {
        next = socket->next;
        free_socket(socket);
    }
    HASH_CLEAR(hh, group->fixed); /* the table, not what stood in it */
    for (socket = fixed; socket; socket = next) {
        next = socket->hh.next;
        free_socket(socket);
    }
    free(group);
}

void ports_free(struct ports *ports)
{
    struct ports_group *group, *next;

    if (!ports)
        return;
    group = ports->groups;
    HASH_CLEAR(hh, ports->groups);
    for (; group; group = next) {
        next = group->hh.next;
        free_group(group);
    }
    tuples_release(&ports->tuples);
    free(ports);
}
