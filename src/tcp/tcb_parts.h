/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the control block share with one another and with nobody else. */
#ifndef TCP_TCB_PARTS_H
#define TCP_TCB_PARTS_H

#include "tcp/tcb.h"

/*
 * The least MSS that is believed, so that options (40 bytes at most) leave room for data: without a
 * floor an MSS of 0 would stop all sending. Linux has the same one (TCP_MIN_SND_MSS).
 */
#define TCB_MSS_MIN 48

/* The states after the peer's FIN: more data from it breaks the protocol. */
bool tcb_peer_is_done(enum state state);

/* One past the caller's last byte, and one past all that there is to send (a queued FIN counts). */
uint32_t tcb_data_end(const struct tcb *tcb);
uint32_t tcb_end(const struct tcb *tcb);

/* `ack` as far as it can mean anything of ours: a user's SYN,FIN may be acknowledged one too far.
 */
uint32_t tcb_ack_cut(const struct tcb *tcb, uint32_t ack);

/* Whether something is outstanding: sent (again, after a time-out) and not acknowledged. */
bool tcb_outstanding(const struct tcb *tcb);

/* The segment's window in bytes; never scaled in a SYN (RFC 7323 2.2). */
uint32_t tcb_window_of(const struct tcb *tcb, const struct segment *segment);
/* Whether the segment may update SND.WND (RFC 9293 3.10.7.4, SND.WL1 and SND.WL2). */
bool tcb_updates_window(const struct tcb *tcb, const struct segment *segment);
/* Whether the segment is a duplicate ACK as RFC 5681 section 2 has it. */
bool tcb_is_duplicate(const struct tcb *tcb, const struct segment *segment);

/* The window that we keep open with this scale: receive_window in units that the field can say. */
uint32_t tcb_open_window(const struct tcb_parameters *parameters, uint8_t shift);

/* The scale that a Window Scale option means: above 14 counts as 14 (RFC 7323 2.3). */
uint8_t tcb_shift(uint8_t wscale);

/* Starts the persist timer where something waits that no other timer watches (RFC 9293 3.8.6.1). */
void tcb_persist(struct tcb *tcb, int64_t now);

/* The milliseconds of TSval at a time. */
uint32_t tcb_ts_at(const struct tcb *tcb, int64_t now);

/* What a segment brings, cut to the window: its data and its FIN. */
struct text {
    uint32_t seq,
        length;    /* what is not before RCV.NXT nor beyond the window (or a FIN that waits) */
    uint32_t skip; /* bytes in front of it that are here already */
    bool refused;  /* the window is zero, and it brings data at RCV.NXT */
    bool fin;      /* a FIN in the window, at fin_seq */
    uint32_t fin_seq;
};
/* `waiting` tells whether a FIN waits beyond a hole, at tcb->peer_fin_seq. */
struct text tcb_text(const struct tcb *tcb, const struct segment *segment, uint32_t rcv_nxt,
                     uint32_t window, bool waiting);

/* Whether a FIN waits beyond a hole. */
bool tcb_fin_waits(const struct tcb *tcb);

/* SND.WND from an acceptable segment (RFC 9293 3.10.7.4). */
void tcb_take_window(struct tcb *tcb, const struct segment *segment);
/* The peer's SYN (RFC 9293 3.10.7.3), and its SYN,ACK when its SYN came before (figure 7). */
void tcb_take_syn(struct tcb *tcb, const struct segment *segment);
void tcb_take_crossing(struct tcb *tcb, const struct segment *segment);
/* Data in the window, a FIN in order, data that is old (for a D-SACK); and the marks beside them.
 */
void tcb_take_text(struct tcb *tcb, const struct segment *segment);
void tcb_take_fin(struct tcb *tcb);
void tcb_take_old(struct tcb *tcb, const struct segment *segment);
void tcb_take_marks(struct tcb *tcb, const struct segment *segment);

/* A segment of ours with nothing in it. */
void tcb_begin(const struct tcb *tcb, struct segment *segment, uint32_t seq, uint16_t flags);
/* TSval for now: it never decreases; `distinct`: nor is it the same again (a copy of the SYN). */
uint32_t tcb_next_ts(struct tcb *tcb, int64_t now, bool distinct);
/* SND.NXT and SND.MAX are at least at `end`. */
void tcb_sent_upto(struct tcb *tcb, uint32_t end);
/* A copy of our SYN; once the peer's is here, a SYN,ACK. */
void tcb_build_syn(struct tcb *tcb, int64_t now, struct segment *segment);

#endif
