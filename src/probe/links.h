/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interfaces in use, one capture each, and the filters that let through what concerns our
 * probes. */
#ifndef PROBE_LINKS_H
#define PROBE_LINKS_H

#include <ev.h>

#include "net/craft.h"
#include "net/link.h"

#define LINKS_MAX   16
#define LINK_LOCALS 8

struct contact;
struct engine;

/* One interface in use. */
struct links_entry {
    struct engine *engine;
    struct link *link;
    ev_io readable;
    struct address locals[LINK_LOCALS]; /* our addresses on it */
    unsigned local_count;               /* more than LINK_LOCALS: any address */
    struct address remote;              /* the only peer so far; family NONE: several */
    bool failed; /* it is gone, and so will be its probes when the loop comes round */
    struct fault fault;
    struct contact *batch[LINK_BATCH]; /* whose packets are queued; NULL: nobody's any more */
    unsigned batch_count;
    int64_t dropped, dropped_at; /* as the capture last said, and when */
};

struct links {
    struct links_entry *entry[LINKS_MAX];
    unsigned count;
    enum link_load load; /* of those opened from now on */
    enum link_clock clock;
    struct craft *craft[IP_FAMILY_COUNT];
};

/*
 * The entry for an interface, opened if need be, its filter letting through what passes between
 * `local` and `remote`. The caller sees to it that `readable` is started. 0 or a fault.
 */
int links_find(struct links *links, const char *interface, const struct address *local,
               const struct address *remote, struct links_entry **ret_entry, struct fault *fault);

/* Queues a packet of at most LINK_PACKET_MAX bytes. Where it cannot be sent, contact_unsent() tells
 * its owner; NULL: nobody wants to know. */
void links_queue(struct links_entry *entry, const uint8_t *packet, size_t length,
                 struct contact *owner);
/* Sends what is queued. */
void links_flush(struct links *links);
/* The owner is going, and wants to hear no more of what it has queued. */
void links_forget(struct links_entry *entry, const struct contact *owner);

/* Frames that the capture has lost so far; asked for a few times a second at most. `now` in ns. */
int64_t links_dropped(struct links_entry *entry, int64_t now);

/* The craft context of a family, made when first asked for; NULL with `fault` filled. */
struct craft *links_craft(struct links *links, enum ip_family family, struct fault *fault);

/* Closes one that has failed, or all. */
void links_remove(struct links *links, struct links_entry *entry);
void links_close(struct links *links);

#endif
