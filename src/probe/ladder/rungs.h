/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rungs of the ladder of options: which SYNs are sent to learn what a peer and a path make of
 * them. Pure: no packet, no clock, no entropy of its own. */
#ifndef PROBE_LADDER_RUNGS_H
#define PROBE_LADDER_RUNGS_H

#include "probe/spec.h"
#include "report/matrix_words.h"

/* clang-format off */
/*
 * What stands in braces in a rung's options, to be filled in for each SYN: enumerator, name, what
 * is put in its place. The name of a profile ("{linux}") stands for that profile's options.
 */
#define RUNG_HOLE_TABLE(X) \
    X(MSS,     "mss",     "the MSS of the route") \
    X(TS,      "ts",      "our TSval, never 0") \
    X(ECHO,    "echo",    "a random number, never 0") \
    X(EXID,    "exid",    "a random experiment identifier of four bytes") \
    X(KIND,    "kind",    "a random kind between 79 and 171, none of which is assigned") \
    X(COOKIE,  "cookie",  "the Fast Open cookie that the peer gave") \
    X(NONCE,   "nonce",   "16 random bytes") \
    X(NONCE14, "nonce14", "14 random bytes") \
    X(NONCE8,  "nonce8",  "8 random bytes") \
    X(NONCE4,  "nonce4",  "4 random bytes") \
    X(NONCE2,  "nonce2",  "2 random bytes")
/* clang-format on */
enum rung_feature {
#define X(id, name, words, reference) RUNG_FEATURE_##id,
    RUNG_FEATURE_TABLE(X)
#undef X
        RUNG_FEATURE_COUNT
};
enum rung_role {
#define X(id, name, meaning) RUNG_ROLE_##id,
    RUNG_ROLE_TABLE(X)
#undef X
        RUNG_ROLE_COUNT
};
enum rung_id {
#define RUNG_HEADER(id, ...) RUNG_##id,
#include "probe/ladder/rungs.def"
    RUNG_COUNT
};

/* A row of rungs.def. Static storage throughout. */
struct rung {
    enum rung_feature feature;
    enum rung_role role;
    enum rung_id beside; /* to be held against this one; a control is beside RUNG_BARE */
    enum profile like;   /* whose window and hop limit it has */
    const char *name;
    const char *options; /* with holes, for documents: rung_options() fills them */
    const char *purpose, *reference;
    uint16_t flags;      /* of the SYN, TCP_… */
    uint8_t ecn;         /* of the IP header: 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE (RFC 3168 5) */
    const char *data;    /* that the SYN carries, a line's end: a server may take it; NULL: none */
    bool wrong_checksum; /* rung_spoil() is to be called */
};

const struct rung *rung_of(enum rung_id id);
enum rung_id rung_find(const char *name); /* RUNG_COUNT if there is none */

const char *rung_feature_name(enum rung_feature feature);
const char *rung_feature_words(enum rung_feature feature);
const char *rung_feature_reference(enum rung_feature feature);
enum rung_feature rung_feature_find(const char *name); /* RUNG_FEATURE_COUNT if there is none */
const char *rung_role_name(enum rung_role role);

#define RUNG_COOKIE_MAX 16 /* bytes: RFC 7413 4.1.1 */

/* What differs from SYN to SYN. */
struct rung_values {
    /* The caller's. */
    uint16_t mss;                    /* spec_route_mss() */
    uint8_t cookie[RUNG_COOKIE_MAX]; /* what the peer gave to this source address */
    uint8_t cookie_length;           /* 4 … 16 and even; 0: it gave none, or not yet */
    /* Of rung_values_draw(). */
    uint32_t seq;
    uint32_t ts_val;   /* not 0 */
    uint32_t echo;     /* not 0 */
    uint32_t exid;     /* not Fast Open's, RFC 7413 9 */
    uint8_t kind;      /* 79 … 171 */
    uint8_t nonce[16]; /* keys, signatures, values */
};

/* The next number of a sequence that begins with any state: splitmix64 (Steele, Lea, Flood 2014),
 * small, and good enough where nobody bets on the numbers. */
uint64_t rung_draw(uint64_t *state);

/* Draws the values of one SYN; leaves those that are the caller's. `seed` is entropy of the
 * caller's, for the whole run; the same seed and turn give the same values. */
void rung_values_draw(uint64_t seed, uint64_t turn, struct rung_values *values);

/* Whether the rung's options have a place for the peer's cookie; whether it can be sent now: not
 * without the cookie. */
bool rung_needs_cookie(enum rung_id id);
bool rung_ready(enum rung_id id, const struct rung_values *values);

/* The rung's options with all holes filled, not padded to a word. It must be ready (assert). */
void rung_options(enum rung_id id, const struct rung_values *values, struct options *ret_options);

/*
 * From rung to wire, as the engine makes each of its SYNs:
 *
 *   spec_init(&spec); … what the user wants: family, interface, time-out …
 *   rung_spec(id, &values, &spec);
 *   spec_apply(&spec, route, destination, …, &parameters, &header);
 *   tcb_init(…); tcb_step(…, EVENT_USER_OPEN, …); tcb_send(…, &syn);
 *   rung_mark(id, &syn);
 *   craft_packet(craft, &header, &syn, packet, …)   or a template; its seq and ts_val are ours then
 *   rung_spoil(id, packet, length);
 *
 * Every SYN wants a source port of its own: TSvals and sequence numbers jump. No copies are sent: a
 * copy would have no data (tcb_send()), and repeats are turns of the plan (rungs_plan.h).
 */

/*
 * Puts a rung into a spec: profile, options, flags, sequence number, data, and no retries. The rest
 * stays as it is. spec_check() has nothing against it. With the options' TSval not being 0, the
 * first SYN goes out with that very value. The rung must be ready (assert).
 */
void rung_spec(enum rung_id id, const struct rung_values *values, struct spec *spec);

/* For ladder_read() (rules.h): a SYN's cookie is valid where rung_needs_cookie(), and its checksum
 * is wrong where rung_of(id)->wrong_checksum. */

/* Gives the SYN the rung's mark in the IP header's ECN field, which no spec can say. */
void rung_mark(enum rung_id id, struct segment *syn);

/*
 * Makes the TCP checksum of a finished packet wrong where the rung wants that: off by one bit,
 * which keeps it wrong whatever a NAT adds to it. `packet` is one that net/craft made: IPv4, or
 * IPv6 without extension headers.
 */
void rung_spoil(enum rung_id id, uint8_t *packet, size_t length);

#endif
