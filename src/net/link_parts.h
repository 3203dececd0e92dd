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
    struct link_batch *batch;
    const char *stamp_words;
    /* Of net/link_clock: what was sent comes from the raw sockets, with their stamps. */
    bool sent_stamps;
    int watcher; /* readable when the capture or a raw socket has a frame; -1: none */
    uint8_t *sent_frame;
};

/* Opens the raw sockets of both families; one that the system refuses is an error only when used.
 */
void link_out_open(struct link *link);
void link_out_close(struct link *link);

/* An empty batch, or NULL without memory; free() is its end. */
struct link_batch *link_batch_new(void);

/* What sending refuses with the errno `sys`, in words. Returns the fault's negative code. */
int link_out_refused(struct link *link, int sys, size_t length, struct fault *fault);
/* That a family cannot be sent at all: 0, or -FAULT_SYSTEM. */
int link_out_check(const struct link *link, enum ip_family family, struct fault *fault);
/* A full queue: these may be tried again after a pause. */
bool link_out_again(int sys);
void link_out_pause(void);
#define LINK_SEND_TRIES 8

#endif
