/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of net/link share. */
#ifndef NET_LINK_PARTS_H
#define NET_LINK_PARTS_H

#include <libnet.h>
#include <pcap/pcap.h>

#include "net/link.h"

/* A raw socket in a libnet context, or the errno of why there is none. */
struct link_out {
    libnet_t *libnet;
    int refused;
};

struct link {
    char interface[INTERFACE_NAME_SIZE];
    unsigned index;
    pcap_t *pcap;
    bool nanoseconds, loopback;
    struct link_out out[IP_FAMILY_COUNT];
};

/* Opens the raw sockets of both families; one that the system refuses is an error only when used.
 */
void link_out_open(struct link *link);
void link_out_close(struct link *link);

#endif
