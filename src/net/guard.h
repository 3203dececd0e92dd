/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guard: a kernel socket that owns the probe's port and swallows what comes, so that the kernel
 * sends no RST. */
#ifndef NET_GUARD_H
#define NET_GUARD_H

#include "wire/ip.h"

/* What holds the kernel back; each is set before listen() and checked. */
enum guard_method {
    GUARD_FILTER = 1 << 0,  /* SO_ATTACH_FILTER with one `ret #0` */
    GUARD_MD5 = 1 << 1,     /* TCP_MD5SIG_EXT with a key for prefix 0/0 */
    GUARD_MIN_TTL = 1 << 2, /* IP_MINTTL, IPV6_MINHOPCOUNT 255 */
};

struct guard {
    int descriptor; /* -1: none */
    unsigned methods;
    uint16_t port;
};

/*
 * Binds to `source` (scope: interface index for link-local) and `port` (0: the kernel chooses a
 * free one) and listens. Fails when no method could be set. With GUARD_MIN_TTL alone, packets
 * that arrive with TTL 255 would be answered: that succeeds, and the caller may warn. 0;
 * -FAULT_SYSTEM (port in use: said so with the port), -FAULT_ROUTE (not our address),
 * -FAULT_PERMISSION (port below 1024).
 */
int guard_open(const struct address *source, uint16_t port, struct guard *ret_guard,
               struct fault *fault);
/* The same with only the `allowed` methods (GUARD_… bits): for tests of each one alone. */
int guard_open_with(const struct address *source, uint16_t port, unsigned allowed,
                    struct guard *ret_guard, struct fault *fault);
/*
 * Binds to them only: the port is ours, so that neither the kernel nor another program takes it,
 * but nobody listens, and the kernel answers what comes with an RST (RFC 9293, 3.10.7.1). The same
 * faults.
 */
int guard_reserve(const struct address *source, uint16_t port, struct guard *ret_guard,
                  struct fault *fault);
void guard_close(struct guard *guard);

/* "filter,md5,minttl", "none". Returns text. */
const char *guard_words(unsigned methods, char text[32]);

#endif
