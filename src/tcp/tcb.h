/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The transmission control block: classifies segments, takes steps through the state machine, and
 * says what to send. */
#ifndef TCP_TCB_H
#define TCP_TCB_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp/fsm.h"
#include "tcp/stream.h"
#include "wire/tcp.h"

/* All times are nanoseconds of one clock of the caller's; there is no clock in here. */
#define TCB_NEVER INT64_MAX

/* How the caller wants the connection handled, where it departs from a normal client. */
enum tcb_manner {
    TCB_MANNER_NO_ACK =
        1 << 0, /* the handshake's final ACK is not sent (a half-open measurement) */
    TCB_MANNER_NO_SACK = 1 << 1, /* no SACK blocks even where they were negotiated */
};

/* The most data that one connection sends: all of it must lie within half the sequence space. */
#define TCB_DATA_MAX (1u << 30)

/* What a connection is to be. Copied into the tcb; `data` stays the caller's and must outlive it.
 */
struct tcb_parameters {
    uint16_t source_port, destination_port;
    uint32_t iss;
    uint16_t syn_flags;  /* SYN and what the user wants with it (ECE|CWR for ECN); never ACK */
    uint16_t syn_window; /* the window field of the SYN */
    uint32_t
        receive_window; /* bytes that we are ready to take once open; 0 keeps the peer's data out */
    struct options syn_options; /* unpadded or padded as the user wants; TSval in it is replaced for
                                   each copy */
    uint32_t ts_offset;         /* TSval at time 0; it advances by one a millisecond */
    bool has_ts_first;          /* the first SYN's TSval is to be ts_first, and ts_offset follows */
    uint32_t ts_first;
    uint16_t mss_default; /* what holds where a peer announces no MSS: 536 (IPv4), 1220 (IPv6), RFC
                             9293 3.7.1 */
    uint16_t mss_limit;   /* largest payload the path takes, from the route's MTU: 1 … 65495 */
    int64_t rto_initial;  /* > 0: time-out of the first SYN (RFC 6298 2.1: 1 s) */
    int64_t rto_min, rto_max; /* bounds of later time-outs */
    unsigned syn_retries;     /* copies of the SYN after the first, 0 … 255 */
    unsigned data_retries;    /* the same for data and FIN */
    int64_t msl;              /* maximum segment lifetime; 0 leaves TIME-WAIT at once */
    uint32_t manners;         /* enum tcb_manner */
    const uint8_t *data;      /* what is to be sent once open */
    size_t data_length;       /* 0 … TCB_DATA_MAX */
    bool data_in_syn;         /* put as much of it as fits into the SYN (RFC 7413) */
};

enum tcb_timer { TCB_TIMER_RESEND, TCB_TIMER_PERSIST, TCB_TIMER_2MSL, TCB_TIMER_COUNT };

/*
 * One connection. Names as in RFC 9293 section 3.3.1, RFC 7323, RFC 6298, RFC 5681. Readers may
 * look at all of it; only the functions below write.
 */
struct tcb {
    struct tcb_parameters parameters;
    enum state state;
    uint32_t outcome; /* the EFFECT_… bit that brought it to CLOSED, 0 before */

    uint32_t iss, snd_una, snd_nxt, snd_wl1, snd_wl2;
    uint32_t snd_max;     /* one past the highest sequence number ever sent */
    uint32_t snd_wnd;     /* scaled, bytes */
    uint32_t max_snd_wnd; /* the largest seen (RFC 5961 5.2) */
    uint8_t snd_wscale,
        rcv_wscale;   /* Snd.Wind.Shift, Rcv.Wind.Shift; 0 unless both sides offered */
    uint16_t snd_mss; /* payload of our largest segment without options' room deducted */
    uint32_t irs, rcv_nxt, rcv_wnd;
    bool has_irs;
    struct stream *stream;

    bool ts_on, sack_on, wscale_on, ecn_on;
    bool ecn_echo; /* a CE mark waits to be answered with ECE until CWR comes (RFC 3168 6.1.3) */
    bool cwr_due;  /* an ECE came: the next new data carries CWR */
    uint32_t ts_recent, last_ack_sent;
    uint32_t ts_val_last; /* TSval of our last segment: never decreases */

    bool fin_queued, fin_sent; /* FIN is behind the last byte of data */
    bool peer_fin_seen;        /* a FIN beyond a hole, waiting */
    uint32_t peer_fin_seq;     /* sequence number of the peer's FIN */

    unsigned syn_copies; /* sent so far */
    unsigned backoff;    /* time-outs in a row of what is outstanding now */
    unsigned duplicate_acks;
    uint32_t cwnd, ssthresh, recover; /* bytes (RFC 5681) */
    int64_t srtt, rttvar, rto;        /* srtt 0: no sample yet */
    bool timing;                      /* a segment is being timed (Karn: never a repeated one) */
    uint32_t timed_seq;
    int64_t timed_at;
    unsigned persist_backoff;
    unsigned probes_unanswered; /* window probes since the peer was last heard */
    bool shrunk; /* tcb_shrink() made segments smaller: the next ICMP_TOO_BIG repeats what was too
                    big */
    unsigned challenges; /* answers to unacceptable segments (RFC 5961 7) since challenges_since */
    int64_t challenges_since;
    int64_t due[TCB_TIMER_COUNT]; /* TCB_NEVER: stopped */
};

/* One step, as the trace shows it. */
struct step {
    int64_t at;
    enum state from;
    enum event event;
    enum state to;
    enum fsm_action action;
    uint32_t effects;
};

/* A new block in CLOSED. `stream` is initialised by the caller and belongs to it. */
void tcb_init(struct tcb *tcb, const struct tcb_parameters *parameters, struct stream *stream);

/* The same block as if its ISS had been another: for one that stands for many connections. Only in
 * SYN-SENT (assert). */
void tcb_rebase(struct tcb *tcb, uint32_t iss);

#define TCB_EVENTS_MAX 4

/*
 * Turns one received segment into one to four facts in the order of RFC 9293 3.10.7; to be fed to
 * tcb_step() in that order (later ones count for the state that the earlier ones lead to). Pure.
 * Any segment whatever gives at least one.
 */
unsigned tcb_classify(const struct tcb *tcb, const struct segment *segment,
                      enum event events[TCB_EVENTS_MAX]);

/*
 * Takes one step: moves the state, updates variables from `segment` (NULL for events without one),
 * starts and stops timers. Sends nothing: the returned effects say what tcb_send() will give. They
 * are the cell's, without the ACK that a manner or the limit of RFC 5961 7 forbids, and without
 * SHRINK and RESEND where tcb_shrink() changed nothing. The event must not be DENY or NEVER here
 * (assert); ask tcb_may() first for what a user wants.
 */
struct step tcb_step(struct tcb *tcb, enum event event, const struct segment *segment, int64_t now);

/* Whether the caller's event is allowed in this state. */
bool tcb_may(const struct tcb *tcb, enum event event);

/*
 * The next segment to send for the effects in *effects (gathered with | over the steps of one
 * cause), or false when there is nothing more: call until then. Bits that are done with are
 * cleared. ACKs that data or FIN carry along are not sent apart, and several ACK effects make one
 * ACK. Updates SND.NXT, timers, TSval. `answered` is the segment that REPLY answers (RFC
 * 9293 3.10.7.1: <SEQ=SEG.ACK> or <SEQ=0><ACK=SEG.SEQ+SEG.LEN>), else NULL. An RST is never
 * answered (assert). The payload of *ret_segment points into parameters.data. Options are padded to
 * a multiple of four.
 */
bool tcb_send(struct tcb *tcb, uint32_t *effects, const struct segment *answered, int64_t now,
              struct segment *ret_segment);

/* When the next timer is due, TCB_NEVER if none runs. */
int64_t tcb_deadline(const struct tcb *tcb);
/* The event of a timer that is due now, or EVENT_COUNT. Ask again after the step. */
enum event tcb_due(const struct tcb *tcb, int64_t now);

/* For ICMP_TOO_BIG, before its step: the largest payload for the next-hop MTU. A value that is not
 * smaller than now, or absurd (RFC 5927 7), changes nothing. */
void tcb_shrink(struct tcb *tcb, uint16_t mss);

/* Whether all of the caller's data has been acknowledged. */
bool tcb_data_done(const struct tcb *tcb);
/* Bytes of the caller's data that the peer has acknowledged. */
size_t tcb_data_acked(const struct tcb *tcb);

/* Whether an acknowledgment number proves that the sender saw one of our segments: after ISS, not
 * above the highest sent. */
bool tcb_ack_is_ours(const struct tcb *tcb, uint32_t ack);

/* The window field for our next segment: rcv_wnd scaled. */
uint16_t tcb_window_field(const struct tcb *tcb);

#endif
