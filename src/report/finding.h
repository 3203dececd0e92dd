/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The findings that a report may hold: stable ids, severities, meanings, references. */
#ifndef REPORT_FINDING_H
#define REPORT_FINDING_H

#include "report/records.h"

/*
 * Enumerator, id, severity, what it means, reference. Ids are API: scripts match on them.
 * The first block has one row for each event that the state machine can call ODD.
 */
/* clang-format off */
#define FINDING_TABLE(X) \
    X(ACK_BAD,        "TP-SEG-ACK-BAD",      MEDIUM, "a segment acknowledged something that was never sent", "RFC 9293 3.10.7.3") \
    X(NO_SYN,         "TP-SEG-NO-SYN",       MEDIUM, "a segment without SYN came where a SYN,ACK was due (split handshake?)", "RFC 9293 3.10.7.3") \
    X(RST_INEXACT,    "TP-SEG-RST-INEXACT",  MEDIUM, "an RST fell inside the window but not on its edge: forged, or by a careless middlebox", "RFC 5961 3.2") \
    X(RST_BLIND,      "TP-SEG-RST-BLIND",    MEDIUM, "an RST proved nothing: no acknowledgment of our SYN, or outside the window", "RFC 9293 3.10.7.3") \
    X(PAWS,           "TP-SEG-PAWS",         LOW,    "a segment carried an older timestamp than the one before it", "RFC 7323 5.3") \
    X(BEYOND,         "TP-SEG-BEYOND",       MEDIUM, "a segment lay ahead of our window", "RFC 9293 3.10.7.4") \
    X(SYN_BAD,        "TP-SEG-SYN-BAD",      MEDIUM, "a SYN that is not the connection's own came on an open connection", "RFC 5961 4.2") \
    X(NO_ACK,         "TP-SEG-NO-ACK",       LOW,    "a segment without ACK came on an open connection", "RFC 9293 3.10.7.4") \
    X(ACK_OLD,        "TP-SEG-ACK-OLD",      LOW,    "a segment acknowledged the distant past", "RFC 5961 5.2") \
    X(ACK_UNSENT,     "TP-SEG-ACK-UNSENT",   MEDIUM, "a segment acknowledged what was not yet sent", "RFC 9293 3.10.7.4") \
    X(AFTER_FIN,      "TP-SEG-AFTER-FIN",    MEDIUM, "data or a second FIN came behind the peer's FIN", "RFC 9293 3.10.7.4") \
    X(CHECKSUM,       "TP-SEG-CHECKSUM",     MEDIUM, "a segment with a wrong checksum was ignored", "RFC 9293 3.1") \
    X(IP_CHECKSUM,    "TP-SEG-IP-CHECKSUM",  MEDIUM, "a packet with a wrong IP header checksum was ignored", "RFC 791 3.1") \
    X(MALFORMED,      "TP-SEG-MALFORMED",    MEDIUM, "a packet with an impossible TCP header was ignored", "RFC 9293 3.1") \
    X(FRAGMENT,       "TP-SEG-FRAGMENT",     LOW,    "a fragment of a segment was ignored", "RFC 791 3.2") \
    X(TRUNCATED,      "TP-SEG-TRUNCATED",    INFO,   "a segment was captured only in part", "") \
    X(DUPLICATE,      "TP-SEG-DUPLICATE",    INFO,   "a segment came more than once", "RFC 9293 3.10.7.4") \
    X(LATE,           "TP-SEG-LATE",         INFO,   "a segment came after the connection had ended", "RFC 9293 3.10.7.1") \
    X(RESERVED,       "TP-SEG-RESERVED",     LOW,    "reserved header bits were set", "RFC 9293 3.1") \
    X(URGENT,         "TP-SEG-URGENT",       INFO,   "urgent data came", "RFC 6093") \
    X(RST_DATA,       "TP-SEG-RST-DATA",     INFO,   "an RST carried data", "RFC 9293 3.5.3") \
    X(RST_TTL,        "TP-SEG-RST-TTL",      MEDIUM, "the RST's TTL differs from the SYN,ACK's: somebody else may have sent it", "") \
    X(ISN_CHANGED,    "TP-SYN-ISN-CHANGED",  MEDIUM, "the SYN,ACK came again with another initial sequence number", "RFC 9293 3.4.1") \
    X(SYN_CROSSED,    "TP-SYN-CROSSED",      INFO,   "the peer's SYN crossed ours: a simultaneous open", "RFC 9293 3.5 figure 7") \
    X(SYN_DATA,       "TP-SYN-DATA",         INFO,   "the SYN,ACK carried data", "RFC 9293 3.4") \
    X(SYN_LATE,       "TP-SYN-LATE",         INFO,   "the SYN,ACK took far longer than later round trips: an earlier one was probably lost", "RFC 6298 3") \
    X(SYN_WINDOW,     "TP-SYN-WINDOW-ZERO",  LOW,    "the SYN,ACK announced a window of zero, as SYN proxies do", "RFC 9293 3.8.6") \
    X(OPT_MALFORMED,  "TP-OPT-MALFORMED",    MEDIUM, "an option was malformed", "RFC 9293 3.1") \
    X(OPT_UNOFFERED,  "TP-OPT-UNOFFERED",    MEDIUM, "the SYN,ACK answered with an option that was not offered", "RFC 7323 1.3") \
    X(OPT_WSCALE,     "TP-OPT-WSCALE",       LOW,    "a window scale above 14 was announced; 14 is used", "RFC 7323 2.3") \
    X(OPT_TSECR,      "TP-OPT-TSECR",        LOW,    "the SYN,ACK echoed a timestamp that we did not send", "RFC 7323 3.2") \
    X(OPT_NO_MSS,     "TP-OPT-NO-MSS",       INFO,   "the SYN,ACK had no MSS option: the default of 536 (IPv4) or 1220 (IPv6) bytes holds", "RFC 9293 3.7.1") \
    X(OPT_MSS,        "TP-OPT-MSS-TINY",     MEDIUM, "a useless maximum segment size was announced", "RFC 9293 3.7.1") \
    X(OPT_TS_MISSING, "TP-OPT-TS-MISSING",   LOW,    "timestamps were agreed on, but a later segment had none", "RFC 7323 3.2") \
    X(ICMP_NOTE,      "TP-ICMP-NOTE",        INFO,   "an ICMP error about the connection came and did not end it", "RFC 5927 4") \
    X(ICMP_FOREIGN,   "TP-ICMP-FOREIGN",     MEDIUM, "an ICMP error quoted a packet that is not ours and was ignored", "RFC 5927 4.1") \
    X(STREAM,         "TP-DATA-CONFLICT",    HIGH,   "a byte came again with another value", "RFC 9293 3.10.7.4") \
    X(CLOSE_NONE,     "TP-CLOSE-NONE",       INFO,   "the peer did not close in time and was reset", "RFC 9293 3.6") \
    X(CLOSE_RESET,    "TP-CLOSE-RESET",      INFO,   "the peer answered our FIN with an RST", "RFC 9293 3.6.1") \
    X(AUDIT_WORSE,    "TP-ISN-WORSE",        HIGH,   "the initial sequence numbers are weaker than in an earlier audit", "") \
    X(AUDIT_CHANGED,  "TP-ISN-CHANGED",      INFO,   "the initial sequence numbers are made in another way than in an earlier audit", "") \
    X(AUDIT_LINES,    "TP-ISN-LINES",        LOW,    "lines of the file hold no sample and were passed over", "") \
    X(AUDIT_ENDED,    "TP-ISN-ENDED",        LOW,    "sampling was ended early: there are fewer numbers than were wanted", "") \
    X(LOCAL_SEGMENT,  "TP-LOCAL-SEGMENT",    HIGH,   "a segment left this machine for our connection that we did not send", "") \
    X(LOCAL_UNSEEN,   "TP-LOCAL-UNSEEN",     LOW,    "a segment of ours was not seen leaving: times come from the sending call", "") \
    X(LOCAL_TRACE,    "TP-LOCAL-TRACE",      INFO,   "there were too many packets to list them all", "") \
    X(LOCAL_DROPPED,  "TP-LOCAL-DROPPED",    LOW,    "the capture lost packets", "") \
    X(LOCAL_GUARD,    "TP-LOCAL-GUARD",      LOW,    "the guard is weak: a segment with TTL 255 could draw an RST from this machine's kernel", "") \
    X(LOCAL_LINK,     "TP-LOCAL-LINK",       MEDIUM, "the interface was lost while the connection was open", "")
/* clang-format on */
enum finding {
#define X(name, id, severity, meaning, reference) FINDING_##name,
    FINDING_TABLE(X)
#undef X
        FINDING_COUNT
};

/* One row for `describe findings`. */
struct finding_row {
    const char *id;
    enum severity severity;
    const char *meaning, *reference;
};
const struct finding_row *finding_row(enum finding finding);

#endif
