/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of following one connection. Private to probe/follow. */
#ifndef PROBE_FOLLOW_PARTS_H
#define PROBE_FOLLOW_PARTS_H

#include "probe/follow/follow.h"

/* One segment at work. */
struct follow_work {
    struct follow *follow;
    const struct follow_input *input;
    const struct segment *segment;
    struct follow_end *end, *peer; /* who sent it, and who gets it */
    struct follow_step *step;
    struct option_summary options;
    uint32_t length;  /* of data */
    uint32_t seq_end; /* behind data, SYN and FIN */
    bool plain;       /* neither SYN, FIN nor RST */
    bool has_ack;
};

/* Sequence numbers farther apart than this are not of the same connection, or of another time: no
 * window is larger (RFC 7323 section 2.3). */
#define FOLLOW_FAR (UINT32_C(1) << 30)

static inline uint32_t seq_distance(uint32_t a, uint32_t b)
{
    return seq_before(a, b) ? b - a : a - b;
}

/* Systems that count their packets up move the IP identification by less between two of them. */
#define FOLLOW_ID_STEP 1024

/* No system repeats a segment within this without being asked to (RFC 6298 section 2.4; Linux'
 * least is 0.2 s), and the same IP identification comes again only after 65535 others. */
#define FOLLOW_TWIN_WITHIN INT64_C(100000000)

/* Counts that do not wrap. */
static inline void count_up(uint32_t *count)
{
    if (*count < UINT32_MAX)
        (*count)++;
}
static inline void count_bytes(uint64_t *count, uint64_t bytes)
{
    *count = bytes > UINT64_MAX - *count ? UINT64_MAX : *count + bytes;
}

/* follow_opening.c: SYNs, SYN,ACKs and the ACK of the handshake. */
bool follow_is_reuse(const struct follow_work *work);
void follow_opening(struct follow_work *work);
/* The two halves of the handshake as opening_judge() wants them. */
void follow_server_half(const struct follow *follow, struct opening *ret_opening);
void follow_client_half(const struct follow *follow, struct opening *ret_opening);

/* What one half says; a time that ran backwards is none. */
struct opening_verdict follow_half(const struct opening *opening);
void follow_tell_half(const struct opening *opening, struct follow_step *step);

/* follow_data.c: what its sequence numbers say. */
/* Whether it carries the IP identification of the last segment of its end. */
bool follow_same_id(const struct follow_work *work);
/* And comes so soon behind it that it is the same packet; not for SYNs. */
bool follow_is_twin(const struct follow_work *work);
void follow_data(struct follow_work *work);

/* follow_acks.c: what its acknowledgment, window and SACK blocks say. */
void follow_acks(struct follow_work *work);

/* follow_reset.c */
void follow_reset(struct follow_work *work);
/* Another segment came from an end: was a reset in its name somebody else's? Before it is taken. */
void follow_reset_doubt(struct follow_work *work);

/* follow_states.c; and see follow_states() */
void follow_close(struct follow_work *work); /* FINs and what acknowledges them */

#endif
