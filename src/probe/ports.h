/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source ports for connections: kernel sockets that hold them, shared when there are many. */
#ifndef PROBE_PORTS_H
#define PROBE_PORTS_H

#include "net/guard.h"
#include "wire/ip.h"

/* What holds a port. */
enum ports_kind {
    PORTS_GUARDED,  /* a guard: what comes is swallowed, the kernel says nothing */
    PORTS_RESERVED, /* bound only: the kernel answers what comes with an RST */
    PORTS_KIND_COUNT
};

/* While no more leases than this are out at a source address, each has a socket of its own. */
#define PORTS_OWN_MAX 64
/* Beyond that, so many sockets are open for all that come: */
#define PORTS_SHARED 16
/* each for as many connections as this, one after the other or at once. */
#define PORTS_SERVED_MAX 4096

/* The result of taking where nothing is wrong, but the caller has to wait for a lease to come back.
 */
#define PORTS_BUSY 1

struct ports;
struct ports_socket;

/* A port on loan, for one connection. The caller's; it may be copied. */
struct ports_lease {
    uint16_t port;
    unsigned methods;            /* what keeps the kernel silent: GUARD_… bits; 0: nothing does */
    struct ports_socket *socket; /* NULL: none; all zero is no lease */
    uint64_t fingerprint;
};

/* NULL with fault filled (memory). */
struct ports *ports_new(enum ports_kind kind, struct fault *fault);
/* Closes all sockets, also those whose leases are out: these are void. NULL is fine. */
void ports_free(struct ports *ports);

/*
 * A port at `source` for a connection to `destination` and its port. The pair of ends has no living
 * lease and has not been used before in this run, as far as that is remembered (the last 65,536 at
 * least). Where no more sockets can be opened, the open ones are shared, and a pair whose
 * connection is over is used again if need be. 0; PORTS_BUSY (all that could be had is alive: wait
 * until a lease comes back); the faults of guard_open() when not a single socket can be opened;
 * -FAULT_MEMORY.
 */
int ports_take(struct ports *ports, const struct address *source, const struct address *destination,
               uint16_t destination_port, struct ports_lease *ret_lease, struct fault *fault);

/*
 * The same with the port of the caller's choice: one socket for all its connections, open while one
 * of them lives. Pairs may be used again. 0; PORTS_BUSY (this pair is alive, or no more sockets can
 * be opened just now); the faults of guard_open(); -FAULT_MEMORY.
 */
int ports_take_fixed(struct ports *ports, const struct address *source, uint16_t port,
                     const struct address *destination, uint16_t destination_port,
                     struct ports_lease *ret_lease, struct fault *fault);

/* The connection is over. Clears the lease; none is fine. */
void ports_return(struct ports *ports, struct ports_lease *lease);

/* What there is now, and what there was. */
struct ports_counts {
    size_t leases;  /* that are out */
    size_t sockets; /* that are open */
    size_t opened;  /* in all */
};
struct ports_counts ports_count(const struct ports *ports);

#endif
