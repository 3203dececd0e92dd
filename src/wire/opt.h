/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP options: their bytes, an index over them, and packetdrill's notation for people. */
#ifndef WIRE_OPT_H
#define WIRE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * The option kinds known by name (IANA's registry of TCP parameters): enumerator, kind number, word in
 * packetdrill's notation, name in the registry, RFC. Their rules are rows of opt_table.c.
 */
/* clang-format off */
#define OPTION_TABLE(X) \
    X(EOL,            0,   "eol",      "End of Option List",            "RFC 9293") \
    X(NOP,            1,   "nop",      "No-Operation",                  "RFC 9293") \
    X(MSS,            2,   "mss",      "Maximum Segment Size",          "RFC 9293") \
    X(WSCALE,         3,   "wscale",   "Window Scale",                  "RFC 7323") \
    X(SACK_PERMITTED, 4,   "sackOK",   "SACK Permitted",                "RFC 2018") \
    X(SACK,           5,   "sack",     "SACK",                          "RFC 2018") \
    X(TIMESTAMPS,     8,   "TS",       "Timestamps",                    "RFC 7323") \
    X(MD5,            19,  "md5",      "MD5 Signature Option",          "RFC 2385") \
    X(UTO,            28,  "uto",      "User Timeout Option",           "RFC 5482") \
    X(AO,             29,  "ao",       "TCP Authentication Option",     "RFC 5925") \
    X(MPTCP,          30,  "mptcp",    "Multipath TCP",                 "RFC 8684") \
    X(FASTOPEN,       34,  "FO",       "TCP Fast Open Cookie",          "RFC 7413") \
    X(ACCECN0,        172, "accecn0",  "Accurate ECN Order 0",          "RFC 9768") \
    X(ACCECN1,        174, "accecn1",  "Accurate ECN Order 1",          "RFC 9768") \
    X(EDO,            237, "edo",      "Extended Data Offset",          "draft-ietf-tcpm-tcp-edo") \
    X(EXP1,           253, "exp1",     "RFC3692-style Experiment 1",    "RFC 6994") \
    X(EXP2,           254, "exp2",     "RFC3692-style Experiment 2",    "RFC 6994")
/* clang-format on */
enum option_kind {
#define X(id, kind, word, name, reference) OPTION_##id = (kind),
    OPTION_TABLE(X)
#undef X
};

#define OPTIONS_MAX 40

/* What is wrong with one option of a list. A peer's oddities are findings, not errors. */
enum option_health {
    OPTION_HEALTH_GOOD,
    OPTION_HEALTH_LENGTH,    /* the length is not one that this kind may have; the bytes are there */
    OPTION_HEALTH_CUT,       /* length below 2 or past the end: the rest of the list is this entry */
    OPTION_HEALTH_DUPLICATE, /* a second one of a kind that may come once */
    OPTION_HEALTH_AFTER_EOL, /* bytes other than zero behind End of Option List (one entry for all of them) */
    OPTION_HEALTH_COUNT
};
const char *option_health_words(enum option_health health);

/* One entry of the index: where it lies in the bytes. */
struct option {
    uint8_t kind;
    uint8_t at;     /* offset of the kind byte */
    uint8_t length; /* whole length, kind and length bytes included; 1 for EOL and NOP */
    uint8_t health; /* enum option_health */
};

/* A list of options. The bytes are the truth, the index is derived. */
struct options {
    uint8_t bytes[OPTIONS_MAX];
    uint8_t length; /* bytes used, 0 … 40, as on the wire: padding included */
    uint8_t count;
    struct option list[OPTIONS_MAX];
};

/* What the options of one segment say, the first good one of each kind. */
struct option_summary {
    bool has_mss, has_wscale, has_sack_permitted, has_timestamps, has_fastopen, has_mptcp, has_md5, has_ao,
        has_uto, has_accecn, has_edo;
    uint16_t mss;
    uint8_t wscale;          /* as sent: may be above 14 (RFC 7323 2.3) */
    uint32_t ts_val, ts_ecr;
    uint8_t fastopen_cookie[16];
    uint8_t fastopen_length; /* 0: a request for a cookie */
    bool fastopen_experimental; /* kind 254 with ExID 0xF989 */
    uint8_t mptcp_subtype;   /* RFC 8684 section 8 */
    uint8_t mptcp_version;   /* of MP_CAPABLE */
    uint8_t sack_count;      /* 0 … 4 */
    struct { uint32_t left, right; } sack[4];
};

/* Indexes up to 40 raw bytes. Never fails: what is malformed is so marked. `length` above 40 is cut. */
void options_parse(const uint8_t *bytes, size_t length, struct options *ret_options);

/* The summary of a parsed list. */
void options_summarize(const struct options *options, struct option_summary *ret_summary);

/* How many entries have a health other than GOOD. */
size_t options_unhealthy(const struct options *options);

/* Room for any list of options as text. */
#define OPTIONS_TEXT_SIZE 320

/*
 * packetdrill's notation: "mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7"; EOL padding as one "eol" for each
 * byte; kinds that it cannot say exactly, malformed ones and unknown ones as "raw:6304beef". Never loses a byte:
 * options_read() of it gives the same bytes. "" for none. Returns text.
 */
const char *options_show(const struct options *options, char text[OPTIONS_TEXT_SIZE]);

/*
 * Reads the notation above (names in any case; also "mss=1460", "ws 7", "sack 1:2 3:4", "mptcp" with
 * subtype words or hex, "FO" or "FO abcd…", "raw:HEX", "none") into bytes, without padding. Illegal values that
 * fit the field are accepted on purpose ("wscale 15"). 0, -FAULT_SYNTAX, or -FAULT_RANGE (more than 40 bytes).
 */
int options_read(const char *text, const char *what, struct options *ret_options, struct fault *fault);

/* Appends one option by value at the end of the list; -FAULT_RANGE where it does not fit. */
int options_add(struct options *options, uint8_t kind, const void *value, size_t value_length);
int options_add_timestamps(struct options *options, uint32_t val, uint32_t ecr);
/* Replaces TSval and TSecr in place in the first Timestamps option, if there is one. */
void options_set_timestamps(struct options *options, uint32_t val, uint32_t ecr);
/* Pads with NOP in front-of-end or EOL at the end: appends EOL (0) bytes to a multiple of four. */
void options_pad(struct options *options);

/* One row for `describe options`: kind, word, registry name, reference, lengths in words. Static storage. */
struct option_row {
    uint8_t kind;
    const char *word, *name, *reference, *lengths;
};
const struct option_row *option_rows(size_t *ret_count);
/* The registry's name of a kind, or "kind 99". */
const char *option_name(uint8_t kind, char text[16]);

#endif
