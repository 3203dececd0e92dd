/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in front of an audited server, and so whose initial sequence numbers the audit saw.
 */
#ifndef PROBE_ISN_FRONT_H
#define PROBE_ISN_FRONT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stat/isn/audit.h"
#include "wire/opt.h"

/* Enumerator, word in the records, whether it names something between us and the server (the others
 * tell about the server), what it says. */
/* clang-format off */
#define ISN_FRONT_TABLE(X) \
    X(COOKIES,    "syn-cookies",   true,  "SYN cookies: who answers keeps no state") \
    X(PROXY,      "syn-proxy",     true,  "a proxy answers the SYNs in the server's place") \
    X(BALANCER,   "load-balancer", true,  "several servers behind one address") \
    X(REWRITER,   "isn-rewriter",  true,  "a firewall may put numbers of its own in the server's place") \
    X(NAT,        "source-nat",    true,  "our source port may be rewritten on the way") \
    X(CHANGE,     "change",        true,  "the path, or who answers, changed in the middle") \
    X(IP_ID,      "ip-id",         false, "the IP ID counts the packets of the host") \
    X(TIMESTAMPS, "timestamps",    false, "what clock the timestamps follow")
/* clang-format on */
enum isn_front_kind {
#define X(id, word, between, meaning) ISN_FRONT_##id,
    ISN_FRONT_TABLE(X)
#undef X
        ISN_FRONT_COUNT
};
const char *isn_front_word(enum isn_front_kind kind);    /* "syn-proxy" */
const char *isn_front_meaning(enum isn_front_kind kind); /* a few words */
bool isn_front_between(enum isn_front_kind kind);

/* What a peer's segment looked like: of every SYN,ACK one, in the order in which they came, and of
 * the segments after the handshake where one connection, on a port of its own, was completed. */
struct isn_look {
    int64_t time;   /* ns, of the samples' clock */
    uint32_t src;   /* which of our addresses: 0, 1, … */
    uint16_t port;  /* ours */
    bool fixed;     /* of the fixed tuple */
    bool later;     /* no SYN,ACK but a segment after the handshake, other than a RST */
    uint32_t asked; /* stands for the options of our SYN (its MSS, say): only answers to the same
                     * question are compared */
    uint8_t ttl;    /* TTL or hop limit */
    bool has_ip_id; /* IPv4 */
    uint16_t ip_id;
    uint16_t window; /* as in the header, not scaled */
    bool has_timestamps;
    uint32_t ts_val;
    uint32_t layout;  /* isn_look_layout() of its options */
    bool linux_order; /* isn_look_linux() of its options; SYN,ACKs */
};

/* Order and kinds of the options and the window scale, but no other value, in one number. */
uint32_t isn_look_layout(const struct options *options);
/* Linux's order, its alone of the stacks known: mss, sackOK, TS, nop, wscale. */
bool isn_look_linux(const struct options *options);

struct isn_front_row {
    enum isn_front_kind kind;
    char detail[240]; /* a clause without a full stop: what was seen, with its figures */
};

/* How the timestamps behave. */
enum isn_front_clock {
    ISN_FRONT_CLOCK_UNKNOWN, /* none, or too few */
    ISN_FRONT_CLOCK_GLOBAL,  /* one clock for all tuples */
    ISN_FRONT_CLOCK_TUPLE,   /* a clock for each tuple, with an offset of its own (RFC 7323 5.4) */
    ISN_FRONT_CLOCK_LINES,   /* several clocks that take turns on one tuple */
    ISN_FRONT_CLOCK_RANDOM,  /* another offset for each connection, also of the same tuple */
    ISN_FRONT_CLOCK_STILL    /* it does not advance */
};

#define ISN_FRONT_ROWS 12
struct isn_front {
    struct isn_front_row rows[ISN_FRONT_ROWS]; /* what stands between comes first */
    size_t count;
    char whose[256]; /* a sentence without a full stop */

    enum isn_front_clock clock;
    double clock_rate;       /* Hz; NAN: not known */
    bool counts_packets;     /* the IP ID does, for all destinations together */
    uint64_t foreign;        /* packets of the host to others between our samples, where it does */
    double foreign_a_second; /* hence connections of others a second, at most */
};

/*
 * Judges what was seen, `looks` in the order in which they came (none for numbers out of a file:
 * `looks` may then be NULL), and what the audit found. Never fails. What is named was seen:
 * of a host that answers for itself nothing of the kind "between" is said.
 */
void isn_front_judge(const struct isn_look *looks, size_t count, const struct isn_audit *audit,
                     struct isn_front *ret_front);

#endif
