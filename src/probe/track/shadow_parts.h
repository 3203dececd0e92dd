/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a client's shadow. Private to probe/track. */
#ifndef PROBE_TRACK_SHADOW_PARTS_H
#define PROBE_TRACK_SHADOW_PARTS_H

#include "probe/track/shadow.h"

/* How far ahead in the story what is missing is looked for: captures of several queues or
 * interfaces are a little out of order. */
#define SHADOW_AHEAD 64

/* Copies within this are of the capture, or of the way; no timer is that fast. */
#define SHADOW_TWIN INT64_C(100000000)

/* Sequence numbers farther apart than this are not of one connection (RFC 7323 section 2.3). */
#define SHADOW_FAR (UINT32_C(1) << 30)

struct shadow_work {
    const struct story *story;
    uint8_t client;
    struct shadow *shadow;
    struct tcb tcb;
    struct stream stream;
    size_t first; /* the client's first SYN */
    size_t next;  /* the first entry that the server or the network may have sent and the client has
                   * not got yet */
    size_t alive; /* the client's last segment that is no RST */
    size_t before;   /* the client's segment before this one; TRACE_NONE */
    int64_t now;     /* the machine's clock: never backwards */
    int64_t last_at; /* of the last step */
    /* What the machine would send by itself and has not been seen yet: SYN_ACK, RESEND, REPLY. */
    uint32_t effects;
    int64_t resend_since;
    int64_t stirred; /* when it last got something, or sent data or FIN */
    uint32_t edge;   /* one past what the client's windows ever let in */
    bool has_edge;
    struct segment answered; /* REPLY */
    bool over;               /* the end is told */
    bool no_memory;
};

static inline const struct story_segment *shadow_entry(const struct shadow_work *work, size_t index)
{
    return &work->story->segments[index];
}

/* A segment of the client's, or of the server's, that an end would read. */
bool shadow_is_client(const struct shadow_work *work, size_t index);
bool shadow_is_server(const struct shadow_work *work, size_t index);

/* Brings the machine's clock to an entry's time; returns the time for its steps. */
int64_t shadow_clock(struct shadow_work *work, size_t index);

/* Keeps a step; its time is `at`, or that of the step before if that is later. */
void shadow_keep(struct shadow_work *work, struct step step, int64_t at, size_t seen);

/* Takes a step of the client's own, if the machine may; false where it may not. */
bool shadow_own(struct shadow_work *work, enum event event, int64_t at);

/* Ends it: this segment is not explained. */
void shadow_stop(struct shadow_work *work, enum shadow_end end, size_t index);

/* shadow_set.c: the block in the client's place, as its SYN and what follows tell. */
void shadow_set(struct shadow_work *work);
/* One past the last byte of what its user gave it at once, as far as segments from `index` on tell:
 * up to the one that is pushed. Behind that, where there is none. */
uint32_t shadow_write_end(const struct shadow_work *work, size_t index);

/*
 * shadow_server.c: the client gets what came before its segment `index`, as far as that segment
 * shows; all the rest for story->count.
 */
void shadow_receive(struct shadow_work *work, size_t index);

/* shadow_client.c: what the client's segment says of its user and its timers. */
void shadow_client(struct shadow_work *work, size_t index);

#endif
