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
};

struct links {
    struct links_entry *entry[LINKS_MAX];
    unsigned count;
    bool busy; /* those opened from now on are for many connections or much data */
    struct craft *craft[IP_FAMILY_COUNT];
};

/*
 * The entry for an interface, opened if need be, its filter letting through what passes between
 * `local` and `remote`. The caller starts `readable` of a new one (*ret_new). 0 or a fault.
 */
int links_find(struct links *links, const char *interface, const struct address *local,
               const struct address *remote, struct links_entry **ret_entry, bool *ret_new,
               struct fault *fault);

/* The craft context of a family, made when first asked for; NULL with `fault` filled. */
struct craft *links_craft(struct links *links, enum ip_family family, struct fault *fault);

/* Closes one that has failed, or all. */
void links_remove(struct links *links, struct links_entry *entry);
void links_close(struct links *links);

#endif
