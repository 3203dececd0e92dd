/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this machine keeps for itself: the ports of its own connections, and the other addresses of
 * an interface. */
#ifndef NET_LOCALS_H
#define NET_LOCALS_H

#include "net/route.h"

/* The range of ports that the kernel takes for connections of this machine's programs, both ends
 * included (net.ipv4.ip_local_port_range); the usual one where it cannot be read. */
void locals_ports(uint16_t *ret_first, uint16_t *ret_last);

/*
 * Another address of the route's interface, of its source's family and network, that answers could
 * come back to as well: not link-local, and of IPv6 neither temporary, deprecated nor still being
 * checked for duplicates. False if there is none, or the destination is this machine itself.
 */
bool locals_second_source(const struct route *route, struct address *ret_address);

#endif
