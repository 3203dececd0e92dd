/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel's routing table says of a destination: source address, interface, MTU. */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include "wire/ip.h"

#define INTERFACE_NAME_SIZE 16

struct route {
    struct address source;
    struct address next_hop;             /* the gateway, or the destination itself */
    unsigned index; /* of the interface that packets leave by */
    char interface[INTERFACE_NAME_SIZE];
    uint32_t mtu;      /* of the route, or of the interface; bytes of IP packet */
    bool local;        /* the destination is an address of this machine: over loopback */
    uint8_t hop_limit; /* of the route, or the system's default: for a SYN like the kernel's */
};

/*
 * Asks the kernel (rtnetlink). `interface` restricts to one (NULL: any), `source` asks for that
 * source address (NULL: the kernel's choice; it must be an address of this machine). A link-local
 * IPv6 destination needs its scope or an interface. Each destination is a question of its own, a
 * few microseconds; only the same one asked again within 10 ms has the same answer. The socket for
 * it stays open. 0; -FAULT_ROUTE (no route, unreachable,
 * prohibited, source not ours, interface does not exist or is down: words say which),
 * -FAULT_SYSTEM.
 */
int route_find(const struct address *destination, const char *interface,
               const struct address *source, struct route *ret_route, struct fault *fault);

/* Closes the socket; the next question opens another. */
void route_forget(void);

/* The index of an interface by name, 0 if there is none; and its name by index (false if there is
 * none). */
unsigned interface_index(const char *name);
bool interface_name(unsigned index, char name[INTERFACE_NAME_SIZE]);

/* What the kernel says of an interface now. */
struct interface_facts {
    unsigned index;
    uint32_t mtu;
    bool up, loopback;
};
/* False if there is none of that name. */
bool interface_facts(const char *name, struct interface_facts *ret_facts);

#endif
