/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SYN and the SYN,ACK to it: what was answered to each offer, and which rules the answer
 * breaks. */
#ifndef PROBE_LADDER_RULES_H
#define PROBE_LADDER_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "report/matrix_words.h"
#include "report/records.h"
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
 * The rules: enumerator, id, severity, meaning, reference. Ids that report/finding.h has too mean
 * the same there.
 */
/* clang-format off */
#define LADDER_RULE_TABLE(X) \
    X(ACK,              "TP-SEG-ACK-BAD",          MEDIUM, "a segment acknowledged something that was never sent", "RFC 9293 3.10.7.3") \
    X(FLAGS,            "TP-OPT-FLAGS",            LOW,    "the SYN,ACK had FIN or URG set", "RFC 9293 3.5") \
    X(MALFORMED,        "TP-OPT-MALFORMED",        MEDIUM, "an option was malformed", "RFC 9293 3.1") \
    X(MSS_NONE,         "TP-OPT-NO-MSS",           INFO,   "the SYN,ACK had no MSS option: the default of 536 (IPv4) or 1220 (IPv6) bytes holds", "RFC 9293 3.7.1") \
    X(MSS_TINY,         "TP-OPT-MSS-TINY",         MEDIUM, "a useless maximum segment size was announced", "RFC 9293 3.7.1") \
    X(WSCALE_UNOFFERED, "TP-OPT-WSCALE-UNOFFERED", MEDIUM, "the SYN,ACK had a window scale, and the SYN had none", "RFC 7323 2.2") \
    X(WSCALE_HIGH,      "TP-OPT-WSCALE",           LOW,    "a window scale above 14 was announced; 14 is used", "RFC 7323 2.3") \
    X(TS_UNOFFERED,     "TP-OPT-TS-UNOFFERED",     MEDIUM, "the SYN,ACK had timestamps, and the SYN had none", "RFC 7323 3.2") \
    X(TS_ECHO,          "TP-OPT-TSECR",            LOW,    "the SYN,ACK echoed a timestamp that we did not send", "RFC 7323 3.2") \
    X(SACK_UNOFFERED,   "TP-OPT-SACK-UNOFFERED",   LOW,    "the SYN,ACK permitted SACK, and the SYN had not", "RFC 2018 2") \
    X(SACK_BLOCKS,      "TP-OPT-SACK-BLOCKS",      LOW,    "the SYN,ACK had SACK blocks, with nothing there to acknowledge", "RFC 2018 3") \
    X(COOKIE_UNASKED,   "TP-OPT-TFO-UNASKED",      MEDIUM, "the SYN,ACK had a Fast Open option, and the SYN had none", "RFC 7413 4.1.2") \
    X(COOKIE_EMPTY,     "TP-OPT-TFO-EMPTY",        LOW,    "the SYN,ACK had a Fast Open option without a cookie", "RFC 7413 4.1.2") \
    X(COOKIE_OURS,      "TP-OPT-TFO-OURS",         MEDIUM, "the SYN,ACK gave the cookie back that our SYN had invented", "RFC 7413 4.2.2") \
    X(DATA_TAKEN,       "TP-OPT-DATA-TAKEN",       MEDIUM, "the SYN,ACK acknowledged data that came without a valid Fast Open cookie", "RFC 7413 4.2.2") \
    X(DATA_SENT,        "TP-OPT-DATA-SENT",        LOW,    "the SYN,ACK carried data, though Fast Open was not in use", "RFC 7413 4.2.2") \
    X(ECN_UNOFFERED,    "TP-OPT-ECN-UNOFFERED",    MEDIUM, "the SYN,ACK agreed to ECN, which the SYN had not asked for", "RFC 3168 6.1.1") \
    X(ECN_ECHO,         "TP-OPT-ECN-ECHO",         MEDIUM, "the SYN,ACK had the ECN flags of our SYN, as if reflected", "RFC 3168 6.1.1") \
    X(ECN_FLAGS,        "TP-OPT-ECN-FLAGS",        LOW,    "the SYN,ACK had ECN flags that answer nothing that the SYN asked for", "RFC 3168 6.1.1") \
    X(ECN_MARK,         "TP-OPT-ECN-MARK",         MEDIUM, "our SYN arrived with other ECN bits in its IP header than it left with", "RFC 9768 3.2.2.3") \
    X(ACCECN_UNOFFERED, "TP-OPT-ACCECN-UNOFFERED", LOW,    "the SYN,ACK had an AccECN option without accurate ECN agreed on", "RFC 9768 3.2.3") \
    X(MPTCP_UNOFFERED,  "TP-OPT-MPTCP-UNOFFERED",  MEDIUM, "the SYN,ACK had an MPTCP option, and the SYN had none", "RFC 8684 3.1") \
    X(MPTCP_OURS,       "TP-OPT-MPTCP-OURS",       MEDIUM, "the SYN,ACK gave our own MP_CAPABLE back: same key, or none", "RFC 8684 3.1") \
    X(MPTCP_FORM,       "TP-OPT-MPTCP-FORM",       LOW,    "the SYN,ACK's MPTCP option is no MP_CAPABLE with one key and a version up to ours", "RFC 8684 3.1") \
    X(MD5_UNOFFERED,    "TP-OPT-MD5-UNOFFERED",    LOW,    "the SYN,ACK was signed, and the SYN was not", "RFC 2385 2.0") \
    X(ECHO,             "TP-OPT-ECHO",             HIGH,   "an option or value that nobody knows came back as it was sent", "RFC 9293 3.1") \
    X(UNKNOWN,          "TP-OPT-UNKNOWN",          LOW,    "the SYN,ACK had an option that the SYN had not, and that is not known", "RFC 9293 3.1") \
    X(RESERVED,         "TP-SEG-RESERVED",         LOW,    "reserved header bits were set", "RFC 9293 3.1") \
    X(CHECKSUM,         "TP-OPT-CHECKSUM",         HIGH,   "a SYN with a wrong checksum was answered: not by a host, but by something on the way", "RFC 9293 3.1")
/* clang-format on */
enum ladder_rule {
#define X(name, id, severity, meaning, reference) LADDER_RULE_##name,
    LADDER_RULE_TABLE(X)
#undef X
        LADDER_RULE_COUNT
};

struct ladder_rule_row {
    const char *id;
    enum severity severity;
    const char *meaning, *reference;
};
const struct ladder_rule_row *ladder_rule_row(enum ladder_rule rule);

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
