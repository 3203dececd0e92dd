/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of our connections a packet belongs to. */
#ifndef PROBE_CONTACT_H
#define PROBE_CONTACT_H

#include <uthash.h>

#include "base/err.h"
#include "wire/ip.h"

/* Who is at our end of it. */
enum contact_kind {
    CONTACT_JOB,      /* a whole connection: probe/job */
    CONTACT_EXCHANGE, /* a SYN and its answer: probe/exchange */
    CONTACT_SHOT,     /* a SYN that asks for a sequence number: probe/sampler */
    CONTACT_CLIMB,    /* a SYN of the ladder of options: probe/climber */
    CONTACT_CHECK,    /* a whole connection beside it: probe/climber_check */
};

/* What tells the connections apart in a stream of frames. All bytes count. */
struct contact_key {
    uint8_t local[16], remote[16];
    uint16_t local_port, remote_port;
    uint16_t family;
};

/* The first member of whatever is to be found. */
struct contact {
    enum contact_kind kind;
    bool listed;
    struct contact_key key;
    UT_hash_handle hh;
};

/* Lists it in a table (NULL: an empty one). There must be none with the same ends. */
void contact_add(struct contact **table, struct contact *contact, const struct address *local,
                 uint16_t local_port, const struct address *remote, uint16_t remote_port);
/* Takes it out, if it is in. */
void contact_remove(struct contact **table, struct contact *contact);
/* The one with these ends; NULL if there is none. */
struct contact *contact_find(struct contact *table, const struct address *local,
                             uint16_t local_port, const struct address *remote,
                             uint16_t remote_port);

/* A packet of its could not be sent (probe/frames). */
void contact_unsent(struct contact *contact, const struct fault *fault);

#endif
