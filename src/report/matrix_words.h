/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of a matrix of options, in tables: those who judge make their enumerations of them,
 * those who report their schemas and pages. */
#ifndef REPORT_MATRIX_WORDS_H
#define REPORT_MATRIX_WORDS_H

/* clang-format off */
/*
 * What is asked about, a row of the matrix each: enumerator, name for people and scripts (that of
 * the ladder_offer, where there is one: rules.h), what it is, where it is defined.
 */
#define RUNG_FEATURE_TABLE(X) \
    X(BARE,       "bare",      "a SYN without options",                     "RFC 9293 3.5") \
    X(MSS,        "mss",       "maximum segment size",                      "RFC 9293 3.7.1") \
    X(WSCALE,     "wscale",    "window scale",                              "RFC 7323 2") \
    X(SACK,       "sack",      "selective acknowledgments",                 "RFC 2018") \
    X(TIMESTAMPS, "timestamps", "timestamps",                               "RFC 7323 3") \
    X(SETS,       "sets",      "the sets of options of current systems",    "RFC 9293 3.2") \
    X(ORDER,      "order",     "options in an order that is seldom seen",   "RFC 9293 3.2") \
    X(PADDING,    "padding",   "NOP and EOL around options",                "RFC 9293 3.2") \
    X(FULL,       "full",      "all 40 bytes of options",                   "RFC 9293 3.1") \
    X(FASTOPEN,   "fastopen",  "Fast Open",                                 "RFC 7413") \
    X(ECN,        "ecn",       "explicit congestion notification",          "RFC 3168") \
    X(ACCECN,     "accecn",    "accurate ECN",                              "RFC 9768") \
    X(MPTCP,      "mptcp",     "Multipath TCP",                             "RFC 8684") \
    X(MD5,        "md5",       "MD5 signatures",                            "RFC 2385") \
    X(UTO,        "uto",       "user timeout",                              "RFC 5482") \
    X(EDO,        "edo",       "extended data offset",                      "draft-ietf-tcpm-tcp-edo") \
    X(UNKNOWN,    "unknown",   "options that nobody implements",            "RFC 9293 3.1") \
    X(MALFORMED,  "malformed", "options of an impossible length or place",  "RFC 9293 3.1") \
    X(RESERVED,   "reserved",  "the header's reserved bits",                "RFC 9293 3.1") \
    X(DATA,       "data",      "data in a SYN",                             "RFC 9293 3.10.7.2") \
    X(CHECKSUM,   "checksum",  "a wrong checksum",                          "RFC 9293 3.1")

/*
 * What a conforming peer, behind a path that touches nothing, does with a SYN: enumerator, name,
 * meaning. It is about listening peers.
 */
#define RUNG_ROLE_TABLE(X) \
    X(CONTROL,   "control",   "it is answered; the others are compared with it") \
    X(ASKING,    "asking",    "it is answered, and what it offers is taken up or left out") \
    X(ECHO,      "echo",      "it is answered as if its last option were not there: nobody implements that") \
    X(DOUBTFUL,  "doubtful",  "it is answered or not: the standards allow both, or it breaks them") \
    X(FORBIDDEN, "forbidden", "it is not answered by any host")

/*
 * What a SYN can offer and a SYN,ACK answer: enumerator, word for scripts, name for people, what
 * ladder_fact.number is.
 */
#define LADDER_OFFER_TABLE(X) \
    X(MSS,        "mss",        "maximum segment size",   "bytes announced") \
    X(WSCALE,     "wscale",     "window scale",           "shift announced") \
    X(SACK,       "sack",       "SACK permitted",         "0") \
    X(TIMESTAMPS, "timestamps", "timestamps",             "TSval") \
    X(FASTOPEN,   "fastopen",   "Fast Open",              "bytes of the cookie that was given") \
    X(ECN,        "ecn",        "ECN",                    "AE, CWR, ECE as one number") \
    X(ACCECN,     "accecn",     "accurate ECN",           "ECN bits that our SYN arrived with, by the answer") \
    X(MPTCP,      "mptcp",      "Multipath TCP",          "version") \
    X(MD5,        "md5",        "MD5 signature",          "0") \
    X(UTO,        "uto",        "user timeout",           "0") \
    X(EDO,        "edo",        "extended data offset",   "0") \
    X(UNKNOWN,    "unknown",    "options that nobody knows", "how many came back") \
    X(RESERVED,   "reserved",   "reserved header bits",   "the bits that came back, R9 lowest") \
    X(DATA,       "data",       "data in the SYN",        "bytes acknowledged")

/*
 * The verdicts: enumerator, word, what was seen, what it proves and what it cannot. From one end
 * nobody sees what became of a SYN on its way; the last column is for the man page.
 */
#define MATRIX_VERDICT_TABLE(X) \
    X(SUPPORTED,    "supported", "it was answered as the standard says", \
      "something that answers for the address supports it: the host, or a proxy in front of it") \
    X(DECLINED,     "declined",  "the SYNs with it opened, and nothing came back of it", \
      "it is not in effect; a box that takes an option out of the SYN and leaves no trace looks the same") \
    X(STRIPPED,     "stripped",  "it went missing with a sign of who took it: an ICMP quote of our SYN lacks it, only NOP are left in its place, or it is gone only beside other options", \
      "a quote proves that it was taken before the router that quoted; the other two signs are strong, for stacks do neither, but a host short of room for options may do the last") \
    X(REWRITTEN,    "rewritten", "it came back, but not as an answer to what was sent, or unasked; or an ICMP quote shows another value", \
      "a quote proves it for the way there; else the peer's own stack may be wrong") \
    X(ECHOED,       "echoed",    "our own bytes came back where an answer would differ from them", \
      "nobody there understands it; a box or a stack returns what it does not know, and what looks supported may be no more than that") \
    X(BREAKS,       "breaks",    "SYNs with it go unanswered, or are refused, where those without it are answered", \
      "chance is ruled out (Fisher's exact test, 5 % for all rungs together), but not whether host or path does it") \
    X(INCONCLUSIVE, "inconclusive", "too few answers, answers that disagree, or nothing to compare with", \
      "nothing")

/*
 * What is found out: enumerator, word (that of the matrix' feature where it is one), feature of the
 * matrix that it belongs to, what it is, reference.
 */
#define CHECK_TABLE(X) \
    X(WSCALE,     "wscale",      WSCALE,     "the peer scales the windows that it announces", "RFC 7323 2.3") \
    X(OUR_WSCALE, "our-wscale",  WSCALE,     "the peer scales the windows that we announce", "RFC 7323 2.3") \
    X(TIMESTAMPS, "timestamps",  TIMESTAMPS, "every segment of the peer's has timestamps", "RFC 7323 3.2") \
    X(SACK,       "sack",        SACK,       "data beyond a hole are acknowledged with a SACK block", "RFC 2018 4") \
    X(DSACK,      "dsack",       SACK,       "data that came twice are reported with a D-SACK block", "RFC 2883 4") \
    X(MSS,        "mss",         MSS,        "no segment of the peer's is larger than our MSS", "RFC 9293 3.7.1") \
    X(FASTOPEN,   "fastopen",    FASTOPEN,   "data that came with the cookie are acknowledged with the SYN", "RFC 7413 4.2.2") \
    X(ECN,        "ecn",         ECN,        "a CE mark is answered with ECE until CWR comes", "RFC 3168 6.1.3")

/* How it turned out: enumerator, word, meaning. */
#define CHECK_OUTCOME_TABLE(X) \
    X(WORKS,        "works",        "it was negotiated, and is in effect") \
    X(FAILS,        "fails",        "it was negotiated, and is not in effect") \
    X(ONE_SIDED,    "one-sided",    "the SYN,ACK that reached us had none of it, and yet the peer does it: it was taken out of the SYN,ACK on its way") \
    X(ABSENT,       "absent",       "it was not negotiated, and the peer does not do it") \
    X(INCONCLUSIVE, "inconclusive", "the peer gave no occasion to see it")

/* The tests: enumerator, word, what it looks at. */
#define FRONT_TEST_TABLE(X) \
    X(IDENTICAL,   "identical-syn",  "the same SYN again: does the same ISN come back") \
    X(SHIFTED,     "shifted-isn",    "our ISN shifted by a known number: is the peer's shifted by as much") \
    X(LOW_BITS,    "low-bits",       "the low bits of TSval: do they stand still, as where options are hidden in them") \
    X(REPEATS,     "repeats",        "the SYN,ACK of a connection left half-open: does it come again") \
    X(ZERO_WINDOW, "zero-window",    "the SYN,ACK's window: is it 0") \
    X(UPDATE,      "window-update",  "what follows our ACK: is it a window update, as from somebody who has only now met the server") \
    X(CLOCKS,      "two-clocks",     "timestamps and TTL before and after the handshake: are they of one host")

/* Enumerator, word, meaning: of a test, and of all together. */
#define FRONT_SAYS_TABLE(X) \
    X(YES,          "yes",          "it is so") \
    X(NO,           "no",           "it is not so") \
    X(INCONCLUSIVE, "inconclusive", "it could not be tested, or stacks differ in it")

/* How the gaps grow: enumerator, word, meaning. */
#define REPEATS_TABLE(X) \
    X(UNKNOWN,  "unknown",  "too few repeats to tell") \
    X(NONE,     "none",     "it does not come again while it was waited for") \
    X(DOUBLING, "doubling", "each gap is about twice the one before (RFC 6298 5.5)") \
    X(EVEN,     "even",     "all gaps are about the same") \
    X(OTHER,    "other",    "the gaps grow in another way")
/* clang-format on */

#endif
