/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The segments of one connection kept, so that it can be told once its end is known. */
#ifndef PROBE_TRACK_STORY_H
#define PROBE_TRACK_STORY_H

#include "probe/track/track.h"

/* Of more segments the later ones are counted and not kept. */
#define STORY_MAX     20000
#define STORY_PAYLOAD 48 /* first bytes of data that are kept */

struct story_segment {
    struct follow_input input; /* `segment` is NULL: see below */
    uint64_t frame;
    uint32_t interface;
    unsigned notes; /* enum track_note */
    enum checksum_state checksum;
    bool is_icmp;
    uint8_t quoted, icmp_type, icmp_code; /* is_icmp: then `segment` is empty */
    bool icmp_counted;
    uint32_t icmp_seq, icmp_mtu; /* sequence number that it quotes; next-hop MTU, 0: none told */
    enum icmp_class icmp_class;
    struct address from;    /* of the ICMP error */
    struct segment segment; /* payload is NULL and its length 0; payload_total is as it was */
    uint8_t sample[STORY_PAYLOAD];
    uint8_t sample_length;
    uint8_t traffic_class; /* DSCP and ECN; 0 for an ICMP error */
    bool dont_fragment;
};

/* Memory that several stories share. Once they have it all, those that would grow only count; each
 * begins with room for STORY_FEW all the same. */
#define STORY_FEW 8
struct story_room {
    size_t bytes; /* that they take by now */
    size_t most;
};

struct story {
    struct story_segment *segments;
    size_t count, room;
    size_t lost;               /* not kept */
    struct story_room *shared; /* NULL: STORY_MAX is the only bound */
};

void story_init(struct story *story);
/* For a story that is empty yet; `shared` must outlive it. */
void story_share(struct story *story, struct story_room *shared);
void story_release(struct story *story);
/* 0 or -FAULT_MEMORY. Of very many the later ones are only counted. */
int story_add(struct story *story, const struct tracked *tracked);
int story_add_icmp(struct story *story, const struct tracked_icmp *tracked);
/* An ICMP error as a story keeps it. */
void story_icmp(const struct tracked_icmp *tracked, struct story_segment *ret_kept);

#endif
