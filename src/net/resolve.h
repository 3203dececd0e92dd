/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names to addresses with c-ares, on the caller's event loop. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "wire/ip.h"

struct ev_loop;
struct resolver;

#define RESOLVE_MAX 64

/* Questions that are out at once; more wait for their turn. */
#define RESOLVE_AT_ONCE 256
/* Names whose addresses, or whose lack of any, are remembered until the resolver is freed. */
#define RESOLVE_REMEMBERED 4096

struct resolve_answer {
    struct address addresses[RESOLVE_MAX]; /* in the resolver's order of preference (RFC 6724 as far
                                              as c-ares sorts) */
    size_t count;
    int64_t took_ns; /* from when the question went out, be it asked for somebody else before */
};

/* Called once, from the loop: `error` is 0 or -FAULT_NAME with `fault` filled ('name': no such
 * name, time-out, server failure). */
typedef void resolve_done(void *data, int error, const struct resolve_answer *answer,
                          const struct fault *fault);

/* NULL with fault filled. The loop is the caller's. */
struct resolver *resolver_new(struct ev_loop *loop, struct fault *fault);
/* Ends what is under way without calling back; NULL is fine. */
void resolver_free(struct resolver *resolver);

/*
 * Starts resolving; `family` NONE asks for both. Never calls back before it returns. Bounded: at
 * most `timeout_ns` from when the question goes out, which may be later where very many names are
 * wanted at once. What is being asked or was answered (addresses, or that there are none; no
 * failures) is not asked again. /etc/hosts is honoured. Numeric names are not for here:
 * address_read() and interface scopes are the target's business. 0 or a fault.
 */
int resolver_start(struct resolver *resolver, const char *name, enum ip_family family,
                   int64_t timeout_ns, resolve_done *done, void *data, struct fault *fault);

#endif
