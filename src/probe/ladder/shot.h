/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one SYN of a climb was and what it brought, as the climber hands it to those who judge. */
#ifndef PROBE_LADDER_SHOT_H
#define PROBE_LADDER_SHOT_H

#include "probe/ladder/matrix.h"
#include "wire/icmp.h"
#include "wire/ip.h"

/* What a SYN is sent for: enumerator, word, for people. */
/* clang-format off */
#define LADDER_PART_TABLE(X) \
    X(RUNGS,   "rungs",   "a rung of the ladder") \
    X(SAME,    "same",    "the same SYN again on one 4-tuple, or shifted by a known number") \
    X(HOLD,    "hold",    "one half-open connection, to see the SYN,ACK come again") \
    X(LIMITED, "limited", "a SYN that expires on the way, to be quoted by a router")
/* clang-format on */
enum ladder_part {
#define X(id, word, words) LADDER_PART_##id,
    LADDER_PART_TABLE(X)
#undef X
        LADDER_PART_COUNT
};

/* Of a packet of the peer's, the parts of the IP header that it is known by, and the segment. */
struct ladder_look {
    int64_t at; /* ns, engine's time line: when the capture saw it */
    uint8_t ttl, traffic_class;
    bool has_ip_id, dont_fragment; /* IPv4 */
    uint16_t ip_id;
    uint32_t flow_label;    /* IPv6 */
    struct segment segment; /* payload NULL; payload_length stays */
};

/* `segment` is what the packet holds. */
static inline struct ladder_look ladder_look_of(const struct packet *packet,
                                                const struct segment *segment, int64_t at)
{
    struct ladder_look look = {
        .at = at,
        .ttl = packet->hop_limit,
        .traffic_class = packet->traffic_class,
        .has_ip_id = packet->family == IP_FAMILY_V4,
        .dont_fragment = packet->family == IP_FAMILY_V4 && packet->dont_fragment,
        .ip_id = packet->identification,
        .flow_label = packet->flow_label,
        .segment = *segment,
    };

    look.segment.payload = NULL;
    return look;
}

/* One SYN that left, in the order of leaving. */
struct ladder_shot {
    enum ladder_part part;
    enum rung_id rung; /* LIMITED: see limited.h */
    unsigned repeat;
    uint16_t port;      /* ours */
    uint8_t hop_limit;  /* it left with */
    uint16_t ip_id;     /* it was seen leaving with, IPv4; 0: not known */
    int64_t sent_at;    /* ns: seen leaving by the capture, else when it was handed over */
    struct segment syn; /* as it was sent; payload NULL; payload_length stays */
    bool settled;       /* its outcome is known; else it was still under way when all was ended */
    enum matrix_came came;
    bool has_answer;
    struct ladder_look answer; /* the SYN,ACK, or the RST */
    /* An ICMP error that quoted it, whatever else came. */
    bool has_icmp;
    struct icmp icmp; /* its pointers are void */
    struct address icmp_from;
    uint32_t quote_lacks, quote_differs; /* ladder_quote(); 0 where the quote is too short */
    bool quote_whole; /* the quote held all options of ours, or what became of them */
};

#define LADDER_HOLD_REPEATS 32

/* One half-open connection that was left alone. */
struct ladder_hold {
    int64_t patience; /* ns that it was wanted to be held */
    bool asked;       /* its SYN left */
    bool answered;    /* with a SYN,ACK: */
    struct ladder_look first;
    struct ladder_look repeats[LADDER_HOLD_REPEATS]; /* that SYN,ACK again, in order */
    size_t repeat_count;                             /* may be more than are kept */
    bool reset;                                      /* the peer ended it with an RST, `reset_at` */
    struct ladder_look rst;
    int64_t held;   /* ns from the SYN,ACK until the end: patience, or less where it was ended */
    bool cut_short; /* it was ended from outside before its time */
};

#endif
