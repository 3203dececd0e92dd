/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SYN and the SYN,ACK to it: what was answered to each offer, and which rules the answer
 * breaks. */
#ifndef PROBE_LADDER_RULES_H
#define PROBE_LADDER_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "report/finding.h"
#include "report/matrix_words.h"
#include "wire/tcp.h"

enum ladder_offer {
#define X(id, word, name, number) LADDER_OFFER_##id,
    LADDER_OFFER_TABLE(X)
#undef X
        LADDER_OFFER_COUNT
};
const char *ladder_offer_word(enum ladder_offer offer);
const char *ladder_offer_name(enum ladder_offer offer);

enum ladder_answer {
    LADDER_ABSENT, /* nothing about it in the SYN,ACK */
    LADDER_GOOD,   /* what one who supports it answers */
    LADDER_ECHO,   /* our own bytes, where an answer would differ from them */
    LADDER_BAD,    /* there, but not by the rules; a breach says which one */
    LADDER_ANSWER_COUNT
};

/* `offered`: the SYN held it, in a form that is legal to answer. `same`: what came is to the byte
 * what was offered, so that an echo and a true answer look alike; with ECHO always. */
struct ladder_fact {
    bool offered, same;
    enum ladder_answer answer;
    uint32_t number; /* LADDER_OFFER_TABLE says what; 0 where ABSENT */
};

/*
 * The rules: enumerator, and the finding that an answer is which breaks it; its id, severity,
 * meaning and reference are in report/finding.h. What a probe finds too has the same id there.
 */
/* clang-format off */
#define LADDER_RULE_TABLE(X) \
    X(ACK,              ACK_BAD) \
    X(FLAGS,            OPT_FLAGS) \
    X(MALFORMED,        OPT_MALFORMED) \
    X(MSS_NONE,         OPT_NO_MSS) \
    X(MSS_TINY,         OPT_MSS) \
    X(WSCALE_UNOFFERED, OPT_WSCALE_UNOFFERED) \
    X(WSCALE_HIGH,      OPT_WSCALE) \
    X(TS_UNOFFERED,     OPT_TS_UNOFFERED) \
    X(TS_ECHO,          OPT_TSECR) \
    X(SACK_UNOFFERED,   OPT_SACK_UNOFFERED) \
    X(SACK_BLOCKS,      OPT_SACK_BLOCKS) \
    X(COOKIE_UNASKED,   OPT_TFO_UNASKED) \
    X(COOKIE_EMPTY,     OPT_TFO_EMPTY) \
    X(COOKIE_OURS,      OPT_TFO_OURS) \
    X(DATA_TAKEN,       OPT_DATA_TAKEN) \
    X(DATA_SENT,        OPT_DATA_SENT) \
    X(ECN_UNOFFERED,    OPT_ECN_UNOFFERED) \
    X(ECN_ECHO,         OPT_ECN_ECHO) \
    X(ECN_FLAGS,        OPT_ECN_FLAGS) \
    X(ECN_MARK,         OPT_ECN_MARK) \
    X(ACCECN_UNOFFERED, OPT_ACCECN_UNOFFERED) \
    X(MPTCP_UNOFFERED,  OPT_MPTCP_UNOFFERED) \
    X(MPTCP_OURS,       OPT_MPTCP_OURS) \
    X(MPTCP_FORM,       OPT_MPTCP_FORM) \
    X(MD5_UNOFFERED,    OPT_MD5_UNOFFERED) \
    X(ECHO,             OPT_ECHO) \
    X(UNKNOWN,          OPT_UNKNOWN) \
    X(RESERVED,         RESERVED) \
    X(CHECKSUM,         OPT_CHECKSUM)
/* clang-format on */
enum ladder_rule {
#define X(name, finding) LADDER_RULE_##name,
    LADDER_RULE_TABLE(X)
#undef X
        LADDER_RULE_COUNT
};

enum finding ladder_rule_finding(enum ladder_rule rule);

/* The SYN as it was sent: of several copies, the one that was answered (by TSecr), else the first.
 */
struct ladder_syn {
    const struct segment *segment;
    bool cookie_valid;   /* its Fast Open cookie was given by this peer before */
    bool checksum_wrong; /* on purpose */
};

struct ladder_facts {
    struct ladder_fact facts[LADDER_OFFER_COUNT];
    uint64_t breaches; /* bit n: the rule n is broken */
    uint8_t nops; /* in the SYN,ACK's longest row of NOP; nobody needs more than three to align */
    char layout[OPTIONS_TEXT_SIZE]; /* of the SYN,ACK: ladder_answer_layout() */
};

/*
 * Reads a SYN,ACK (SYN and ACK set, ports and addresses already found to be the probe's) as the
 * answer to this SYN. Pure. AccECN: RFC 9768 table 2; a SYN with AE, CWR, ECE neither 000 nor 011
 * offers it (3.1.3).
 */
void ladder_read(const struct ladder_syn *syn, const struct segment *syn_ack,
                 struct ladder_facts *ret_facts);

/* What of a broken rule was seen, for people, as "wscale 15; offered was none": both option lists
 * in the program's notation, flags where they matter. Returns text. */
#define LADDER_BREACH_SIZE (2 * OPTIONS_TEXT_SIZE + 160)
const char *ladder_breach_show(enum ladder_rule rule, const struct ladder_syn *syn,
                               const struct segment *syn_ack, char text[LADDER_BREACH_SIZE]);

/*
 * The layout of an option list: the kinds in order without values, "mss,sackOK,TS,nop,wscale"; a
 * kind that is not known as "kind 99", padding with its number of bytes as "eol+2", a malformed one
 * with
 * "?" behind. "none" for none. Returns text.
 */
const char *ladder_answer_layout(const struct options *options, char text[OPTIONS_TEXT_SIZE]);

static inline bool ladder_breaks(const struct ladder_facts *facts, enum ladder_rule rule)
{
    return facts->breaches >> rule & 1;
}

#endif
