/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to the kernel's routing table over one netlink socket. Private to route_find(). */
#ifndef NET_ROUTE_ASK_H
#define NET_ROUTE_ASK_H

#include "wire/ip.h"

/* What is wanted of an answer. */
struct route_reply {
    unsigned char type; /* RTN_… */
    unsigned index;
    bool has_source;
    uint8_t source[16];
    bool has_gateway;
    uint8_t gateway[16];
    uint32_t mtu, hop_limit; /* 0: not said */
};

/*
 * Asks for the route to `destination` through the interface of that index (0: any) from `source`
 * (NULL: any). The socket stays open for the next question. 0; an errno of the kernel's answer; -1
 * with errno set if there was none.
 */
int route_ask(const struct address *destination, unsigned index, const struct address *source,
              struct route_reply *ret_reply);

/* Whether an interface or an address of this machine may have changed since the last call: the
 * kernel tells on the same socket. True the first time. */
bool route_changed(void);

/* Bytes of an address. */
static inline size_t address_size(enum ip_family family)
{
    return family == IP_FAMILY_V4 ? 4 : 16;
}

#endif
