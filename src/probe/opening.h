/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which copy of the SYN was answered, what the round trip took, and on which side copies were lost.
 */
#ifndef PROBE_OPENING_H
#define PROBE_OPENING_H

#include <stdbool.h>
#include <stdint.h>

#define OPENING_COPIES 24 /* more than --retries can ask for */

/* One SYN that left. */
struct syn_copy {
    int64_t at;      /* ns */
    bool stamped;    /* by the capture; else by the sending call */
    uint32_t ts_val; /* each copy has its own */
};

/* What was seen of the opening. */
struct opening {
    struct syn_copy copies[OPENING_COPIES];
    unsigned copy_count;
    struct syn_copy crossed; /* our last SYN,ACK, where the peer's SYN crossed ours; else at is 0 */
    bool offered_timestamps; /* the SYNs carried TSvals */
    bool has_answer;
    int64_t answer_at;      /* ns: the first acceptable SYN,ACK (or RST, without timestamps) */
    unsigned copies_before; /* SYNs sent before it came */
    bool answer_has_timestamps;
    uint32_t answer_ts_ecr;
    unsigned answers;  /* SYN,ACKs in all, duplicates and repeats counted */
    int64_t later_rtt; /* ns: a round trip measured later on the same connection; 0 if none was */
};

/* Why there is a round-trip time, or none. */
enum rtt_source {
    RTT_SINGLE_COPY, /* one SYN, one answer */
    RTT_ECHOED_COPY, /* several SYNs; the echoed timestamp names the last, so nothing is in doubt */
    RTT_CROSSED,     /* the SYNs crossed; the echoed timestamp names our SYN,ACK */
    RTT_NO_ANSWER,
    RTT_AMBIGUOUS,    /* several SYNs and no timestamp to tell them apart (Karn) */
    RTT_EARLIER_COPY, /* the echo names a copy before the last: this may be the repeat of a lost
                         SYN,ACK */
    RTT_LATE_ANSWER, /* one SYN, but later round trips were far shorter: this may be the repeat of a
                        lost SYN,ACK */
    RTT_NOT_CAPTURED, /* the SYN was not seen leaving: no stamp of the same clock */
    RTT_SOURCE_COUNT
};
const char *rtt_source_words(enum rtt_source source);

#define OPENING_UNKNOWN (-1)

struct opening_verdict {
    enum rtt_source source;
    int64_t rtt; /* ns; OPENING_UNKNOWN without an unambiguous pair (RFC 6298 section 3, Karn) */
    int answered_copy; /* from 1, or OPENING_UNKNOWN */
    int lost_forward;  /* SYNs that never arrived, or OPENING_UNKNOWN */
    int lost_reverse;  /* SYN,ACKs that never arrived, or OPENING_UNKNOWN */
    bool foreign_echo; /* TSecr is of no SYN or SYN,ACK of ours */
};

/* Pure. TSecr names the copy that reached the server first (RFC 7323 section 4.3 keeps the earliest
 * unacknowledged). */
struct opening_verdict opening_judge(const struct opening *opening);

#endif
