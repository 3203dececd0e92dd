/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One TCP connection of somebody else's, followed segment by segment as they were captured. */
#ifndef PROBE_FOLLOW_FOLLOW_H
#define PROBE_FOLLOW_FOLLOW_H

#include "probe/follow/follow_words.h"
#include "probe/follow/holes.h"
#include "probe/opening.h"
#include "probe/server.h"
#include "wire/icmp.h"
#include "wire/tcp.h"

/* One segment as it passed the capture point. Times are ns of one clock; they may go backwards. */
struct follow_input {
    int64_t at;
    const struct segment *segment;
    uint8_t from;      /* which of the two ends sent it, 0 or 1, as the caller counts them */
    bool checksum_bad; /* for certain: not PARTIAL, not UNKNOWN */
    bool giant;        /* the caller knows it for one; what exceeds the MSS is found out here */
    uint8_t hop_limit; /* TTL or hop limit */
    bool has_ip_id;
    uint16_t ip_id;
};

#define FOLLOW_UNKNOWN (-1)
#define FOLLOW_COPIES  8

/* One copy of a SYN or SYN,ACK. */
struct follow_copy {
    int64_t at;
    uint32_t ts_val; /* 0 without timestamps */
};

/* Counts of one end; none wraps, they stay at the largest value. */
struct follow_counts {
    uint64_t bytes;    /* data bytes on the wire, repeats included */
    uint64_t repeated; /* of them those that had been seen before */
    uint64_t acked;    /* acknowledged by the other end, as far as seen; without SYN and FIN */
    uint64_t unseen;   /* of them those that are not in the capture */
    uint32_t segments, data_segments;
    uint32_t retransmissions, fast, spurious, twins, out_of_order, gaps;
    uint32_t duplicate_acks, keep_alives, probes, zero_windows, window_updates, window_full;
    uint32_t resets, challenges, bad; /* bad: wrong checksum or malformed */
    uint32_t ignored;                 /* wrong checksum, or no SYN, RST or ACK: not in `segments` */
};

/* One end. What is not spoken of here is private: `counts`, `isn`, `copies`, `rtt_min`, `hop_limit`,
 * `window_bytes`, `last_events`, `all_events`, what its SYN said, and the bits. */
struct follow_end {
    struct follow_counts counts;
    int64_t next_at;      /* when `next` was last moved */
    int64_t last_ack_at;  /* of its last segment with an ACK */
    int64_t timed_at;     /* when the byte before timed_end was sent */
    int64_t rtt_min;      /* capture point to the other end and back, by data and FINs; 0: none */
    int64_t window_bytes; /* last advertised, scaled; FOLLOW_UNKNOWN */
    uint64_t last_events; /* of its last segment */
    uint64_t all_events;  /* of all its segments together */
    uint32_t copy_count; /* of its SYN, or SYN,ACK; those beyond FOLLOW_COPIES replace the last */
    uint32_t isn;
    uint32_t next; /* behind the highest byte seen */
    uint32_t una;  /* highest acknowledgment that it has got */
    uint32_t fin_end;
    uint32_t last_ack; /* in its last segment */
    uint32_t timed_end, probe_end;
    uint32_t stray_seq;  /* of a SYN in the middle */
    uint32_t duplicates; /* of last_ack */
    uint32_t silent;     /* segments sent again since the other end was last heard */
    uint16_t window;     /* as in the header */
    uint16_t mss;        /* 0: none told */
    uint16_t ip_id;
    uint8_t hop_limit;
    uint8_t ids_near,
        ids_far; /* steps of the IP identification that were small, and that were not */
    uint8_t wscale;
    uint8_t options_length;
    uint16_t syn_flags;
    bool has_isn : 1, has_next : 1, has_una : 1, has_ack : 1, has_window : 1, has_ip_id : 1,
        hop_limit_varies : 1;
    bool has_wscale : 1, has_timestamps : 1, has_sack : 1, has_mptcp : 1;
    bool syn_sent : 1; /* seen, or certain by what followed */
    bool syn_seen : 1; /* in the capture */
    bool sent_syn_ack : 1, syn_acked : 1;
    bool asks_again : 1; /* its SYN came again since the other's SYN,ACK */
    bool has_fin : 1; /* it sent its FIN */
    bool fin_acked : 1;
    bool passive : 1;    /* it had the other's FIN before it sent its own */
    bool crossed : 1;    /* its FIN left before it had the other's */
    bool took_early : 1; /* acknowledged data in the SYN */
    bool joined : 1;     /* it was first seen in the middle */
    bool closed : 1;     /* by a reset */
    bool challenged : 1; /* an RST or SYN came that it should answer with a challenge ACK */
    bool reset_open : 1; /* a reset came that it may have believed */
    bool has_timed : 1, has_probe : 1, has_stray : 1;
    bool odd_flags : 1, reserved_bits : 1; /* flags that cannot be; reserved ones */
    bool lacks_timestamps : 1;             /* a segment without, though they were agreed on */
    bool shut_syn : 1;                     /* its SYN announced a window of zero */
    bool syn_cut : 1;                      /* of its SYN the capture lacks options */
    struct holes holes;
    uint8_t options[OPTIONS_MAX]; /* of its SYN */
    struct follow_copy copies[FOLLOW_COPIES];
};

/* Who opened it, and what is in effect; about 1 KiB. No member owns memory. */
struct follow {
    struct follow_end ends[2];
    int64_t first_at, last_at;
    int64_t opened_at; /* when the handshake was complete; of one that began late: when it did */
    int64_t answer_at; /* of the first SYN,ACK, or the RST that refused */
    int64_t ack_at;    /* of the handshake's ACK */
    int64_t whole_rtt; /* first_rtt of both sides of the capture point; 0: none */
    uint32_t answer_ts_ecr, ack_ts_ecr;
    uint32_t copies_before;  /* SYNs before the answer */
    uint32_t answers_before; /* SYN,ACKs before the handshake's ACK */
    uint32_t last_rst_seq;
    uint8_t client; /* index of the end that opened it, or probably did */
    uint8_t last_from;
    uint8_t reset_from; /* of the reset that counted */
    uint8_t reset_who;  /* enum follow_who */
    uint8_t answer_hop_limit, reset_hop_limit; /* of the first SYN,ACK, of the reset that counted */
    uint8_t icmp_kind;  /* enum icmp_class that answered the SYN */
    uint8_t hint;       /* enum follow_hint */
    uint32_t hint_copy;
    bool stamped; /* first_at is set */
    bool begun, client_known, has_answer, has_ack, answer_has_timestamps, ack_has_timestamps;
    bool ack_has_mptcp; /* the handshake's ACK: without keys in it there is none (RFC 8684 3.1) */
    bool refused, reset, reset_after_fin, opened, split, simultaneous;
};

_Static_assert(sizeof(struct follow) <= 1024, "100,000 of them may be open at once");

/* What a first pass over the capture found out about the answer to the SYN. */
enum follow_hint { FOLLOW_HINT_NONE, FOLLOW_HINT_ANSWERED, FOLLOW_HINT_REFUSED, FOLLOW_HINT_COUNT };

/* The state of an end: what it is, or what it is at least where there is a doubt. */
struct follow_state {
    uint8_t state; /* enum server_state: the names of RFC 9293, and UNKNOWN */
    uint8_t doubt; /* enum follow_doubt */
};

#define FOLLOW_RANGES 4

/*
 * How far an end's windows are shifted; FOLLOW_UNKNOWN: the capture does not show it. A SYN,ACK has
 * the option only where the SYN had it (RFC 7323 section 2.2), so that it tells enough of its own
 * end, and any SYN without it tells of both.
 */
int follow_window_shift(const struct follow_end *end, const struct follow_end *peer);

/* What one segment was. */
struct follow_step {
    uint64_t events; /* FOLLOW(…) */
    struct follow_state client, server;
    bool from_client;
    uint32_t copy;       /* SYN, SYN,ACK: which copy of it, from 1 */
    uint32_t answered;   /* SYN,ACK and its ACK: which copy they answer; 0: cannot be told */
    uint8_t who;         /* RST: enum follow_who */
    int64_t rtt;         /* ns, FOLLOW_UNKNOWN: of the pair that it ends, if that is unambiguous */
    uint32_t missing;    /* GAP: bytes before it; ACKED_UNSEEN: bytes acknowledged unseen */
    uint32_t repeated;   /* sequence numbers in it that had been seen */
    uint32_t duplicates; /* DUPLICATE_ACK: the how-manieth */
    int64_t window;      /* bytes; FOLLOW_UNKNOWN: the scale was not seen */
    int64_t relative_seq, relative_ack; /* to the ISNs; FOLLOW_UNKNOWN */
    /* SACK: what the receiver has, and what it misses below; in rising order. D-SACK apart. What
     * the counts and events do not speak of is not set. */
    uint8_t have_count, lacking_count;
    struct hole have[FOLLOW_RANGES], lacking[FOLLOW_RANGES];
    struct hole twice; /* DSACK */
};

/* Begins a connection. */
void follow_init(struct follow *follow);
/*
 * The same where it is known what will become of the SYN: the server's state behind each copy of
 * the SYN is then certain, as it is in the ladder of `handshake`. `copy`: the first that arrived.
 */
void follow_init_hint(struct follow *follow, enum follow_hint hint, uint32_t copy);

/*
 * Takes the next segment, in the order of the capture. The state of the end that gets it is the one
 * once it has arrived. PORT_REUSE: it belongs to a new connection; nothing has been taken, and the
 * caller begins that one with this same segment.
 */
void follow_segment(struct follow *follow, const struct follow_input *input,
                    struct follow_step *ret_step);

/* Where it stands as a whole. */
enum follow_phase {
    FOLLOW_PHASE_OPENING,
    FOLLOW_PHASE_UNREACHABLE, /* an ICMP error is all that answered the SYN */
    FOLLOW_PHASE_OPEN,        /* or half-closed */
    FOLLOW_PHASE_CLOSING,     /* both ends sent their FIN, and not both were acknowledged */
    FOLLOW_PHASE_OVER,        /* closed, refused, reset (unless that turns out forged) */
    FOLLOW_PHASE_COUNT
};
enum follow_phase follow_phase(const struct follow *follow);

/* Sets the states of both ends as they are now; follow_segment() does so for its step. */
void follow_states(const struct follow *follow, struct follow_step *step);

/* Takes an ICMP error that quotes a segment of end `quoted` with this sequence number; false where
 * that does not belong to the opening. */
bool follow_icmp(struct follow *follow, uint8_t quoted, uint32_t seq, enum icmp_class kind);

/* The SYN's options of one end as they were; an empty list where it was not seen. */
void follow_options(const struct follow_end *end, struct options *ret_options);

/* What both agreed on; only where both SYNs were seen. */
struct follow_effect {
    bool known;
    uint16_t mss[2];   /* that each end may send: what the other told; 536 if none (RFC 9293 3.7.1)
                        */
    int16_t wscale[2]; /* shift for each end's windows; FOLLOW_UNKNOWN without scaling */
    bool sack, timestamps, ecn, mptcp;
    bool fastopen; /* data in the SYN was taken */
};

/* The connection, judged where the capture ends, or when it is over. */
struct follow_verdict {
    enum verdict verdict;
    const char *reason; /* a sentence without a full stop */
    enum follow_ending ending;
    enum follow_who reset_who;
    bool began_late, one_way;
    struct opening_verdict server_half; /* SYN to SYN,ACK: capture point to server and back */
    struct opening_verdict client_half; /* SYN,ACK to ACK: capture point to client and back */
    int64_t rtt;                        /* their sum; FOLLOW_UNKNOWN */
    struct follow_effect effect;
};

/* `end_at`: the time of the capture's last packet. Pure. */
void follow_judge(const struct follow *follow, int64_t end_at, struct follow_verdict *ret_verdict);

#endif
