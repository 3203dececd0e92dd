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
    X(ACK_BAD,              "TP-SEG-ACK-BAD",          MEDIUM, "a segment acknowledged something that was never sent", "RFC 9293 3.10.7.3") \
    X(NO_SYN,               "TP-SEG-NO-SYN",           MEDIUM, "a segment without SYN came where a SYN,ACK was due (split handshake?)", "RFC 9293 3.10.7.3") \
    X(RST_INEXACT,          "TP-SEG-RST-INEXACT",      MEDIUM, "an RST fell inside the window but not on its edge: forged, or by a careless middlebox", "RFC 5961 3.2") \
    X(RST_BLIND,            "TP-SEG-RST-BLIND",        MEDIUM, "an RST proved nothing: no acknowledgment of our SYN, or outside the window", "RFC 9293 3.10.7.3") \
    X(PAWS,                 "TP-SEG-PAWS",             LOW,    "a segment carried an older timestamp than the one before it", "RFC 7323 5.3") \
    X(BEYOND,               "TP-SEG-BEYOND",           MEDIUM, "a segment lay ahead of our window", "RFC 9293 3.10.7.4") \
    X(SYN_BAD,              "TP-SEG-SYN-BAD",          MEDIUM, "a SYN that is not the connection's own came on an open connection", "RFC 5961 4.2") \
    X(NO_ACK,               "TP-SEG-NO-ACK",           LOW,    "a segment without ACK came on an open connection", "RFC 9293 3.10.7.4") \
    X(ACK_OLD,              "TP-SEG-ACK-OLD",          LOW,    "a segment acknowledged the distant past", "RFC 5961 5.2") \
    X(ACK_UNSENT,           "TP-SEG-ACK-UNSENT",       MEDIUM, "a segment acknowledged what was not yet sent", "RFC 9293 3.10.7.4") \
    X(AFTER_FIN,            "TP-SEG-AFTER-FIN",        MEDIUM, "data or a second FIN came behind the peer's FIN", "RFC 9293 3.10.7.4") \
    X(CHECKSUM,             "TP-SEG-CHECKSUM",         MEDIUM, "a segment with a wrong checksum was ignored", "RFC 9293 3.1") \
    X(IP_CHECKSUM,          "TP-SEG-IP-CHECKSUM",      MEDIUM, "a packet with a wrong IP header checksum was ignored", "RFC 791 3.1") \
    X(IP_LENGTH,            "TP-SEG-IP-LENGTH",        MEDIUM, "an IP header claims more bytes than its frame had on the wire", "RFC 791 3.1") \
    X(MALFORMED,            "TP-SEG-MALFORMED",        MEDIUM, "a packet with an impossible TCP header was ignored", "RFC 9293 3.1") \
    X(FRAGMENT,             "TP-SEG-FRAGMENT",         LOW,    "a fragment of a segment was ignored", "RFC 791 3.2") \
    X(TRUNCATED,            "TP-SEG-TRUNCATED",        INFO,   "a segment was captured only in part", "") \
    X(DUPLICATE,            "TP-SEG-DUPLICATE",        INFO,   "a segment came more than once", "RFC 9293 3.10.7.4") \
    X(LATE,                 "TP-SEG-LATE",             INFO,   "a segment came after the connection had ended", "RFC 9293 3.10.7.1") \
    X(RESERVED,             "TP-SEG-RESERVED",         LOW,    "reserved header bits were set", "RFC 9293 3.1") \
    X(URGENT,               "TP-SEG-URGENT",           INFO,   "urgent data came", "RFC 6093") \
    X(RST_DATA,             "TP-SEG-RST-DATA",         INFO,   "an RST carried data", "RFC 9293 3.5.3") \
    X(RST_TTL,              "TP-SEG-RST-TTL",          MEDIUM, "the RST's TTL differs from the SYN,ACK's: somebody else may have sent it", "") \
    X(ISN_CHANGED,          "TP-SYN-ISN-CHANGED",      MEDIUM, "the SYN,ACK came again with another initial sequence number", "RFC 9293 3.4.1") \
    X(SYN_CROSSED,          "TP-SYN-CROSSED",          INFO,   "the peer's SYN crossed ours: a simultaneous open", "RFC 9293 3.5 figure 7") \
    X(SYN_DATA,             "TP-SYN-DATA",             INFO,   "the SYN,ACK carried data", "RFC 9293 3.4") \
    X(SYN_LATE,             "TP-SYN-LATE",             INFO,   "the SYN,ACK took far longer than later round trips: an earlier one was probably lost", "RFC 6298 3") \
    X(SYN_WINDOW,           "TP-SYN-WINDOW-ZERO",      LOW,    "the SYN,ACK announced a window of zero, as SYN proxies do", "RFC 9293 3.8.6") \
    X(OPT_MALFORMED,        "TP-OPT-MALFORMED",        MEDIUM, "an option was malformed", "RFC 9293 3.1") \
    X(OPT_UNOFFERED,        "TP-OPT-UNOFFERED",        MEDIUM, "the SYN,ACK answered with an option that was not offered", "RFC 7323 1.3") \
    X(OPT_WSCALE,           "TP-OPT-WSCALE",           LOW,    "a window scale above 14 was announced; 14 is used", "RFC 7323 2.3") \
    X(OPT_TSECR,            "TP-OPT-TSECR",            LOW,    "the SYN,ACK echoed a timestamp that we did not send", "RFC 7323 3.2") \
    X(OPT_NO_MSS,           "TP-OPT-NO-MSS",           INFO,   "the SYN,ACK had no MSS option: the default of 536 (IPv4) or 1220 (IPv6) bytes holds", "RFC 9293 3.7.1") \
    X(OPT_MSS,              "TP-OPT-MSS-TINY",         MEDIUM, "a useless maximum segment size was announced", "RFC 9293 3.7.1") \
    X(OPT_TS_MISSING,       "TP-OPT-TS-MISSING",       LOW,    "timestamps were agreed on, but a later segment had none", "RFC 7323 3.2") \
    X(OPT_FLAGS,            "TP-OPT-FLAGS",            LOW,    "the SYN,ACK had FIN or URG set", "RFC 9293 3.5") \
    X(OPT_WSCALE_UNOFFERED, "TP-OPT-WSCALE-UNOFFERED", MEDIUM, "the SYN,ACK had a window scale, and the SYN had none", "RFC 7323 2.2") \
    X(OPT_TS_UNOFFERED,     "TP-OPT-TS-UNOFFERED",     MEDIUM, "the SYN,ACK had timestamps, and the SYN had none", "RFC 7323 3.2") \
    X(OPT_SACK_UNOFFERED,   "TP-OPT-SACK-UNOFFERED",   LOW,    "the SYN,ACK permitted SACK, and the SYN had not", "RFC 2018 2") \
    X(OPT_SACK_BLOCKS,      "TP-OPT-SACK-BLOCKS",      LOW,    "the SYN,ACK had SACK blocks, with nothing there to acknowledge", "RFC 2018 3") \
    X(OPT_TFO_UNASKED,      "TP-OPT-TFO-UNASKED",      MEDIUM, "the SYN,ACK had a Fast Open option, and the SYN had none", "RFC 7413 4.1.2") \
    X(OPT_TFO_EMPTY,        "TP-OPT-TFO-EMPTY",        LOW,    "the SYN,ACK had a Fast Open option without a cookie", "RFC 7413 4.1.2") \
    X(OPT_TFO_OURS,         "TP-OPT-TFO-OURS",         MEDIUM, "the SYN,ACK gave the cookie back that our SYN had invented", "RFC 7413 4.2.2") \
    X(OPT_DATA_TAKEN,       "TP-OPT-DATA-TAKEN",       MEDIUM, "the SYN,ACK acknowledged data that came without a valid Fast Open cookie", "RFC 7413 4.2.2") \
    X(OPT_DATA_SENT,        "TP-OPT-DATA-SENT",        LOW,    "the SYN,ACK carried data, though Fast Open was not in use", "RFC 7413 4.2.2") \
    X(OPT_ECN_UNOFFERED,    "TP-OPT-ECN-UNOFFERED",    MEDIUM, "the SYN,ACK agreed to ECN, which the SYN had not asked for", "RFC 3168 6.1.1") \
    X(OPT_ECN_ECHO,         "TP-OPT-ECN-ECHO",         MEDIUM, "the SYN,ACK had the ECN flags of our SYN, as if reflected", "RFC 3168 6.1.1") \
    X(OPT_ECN_FLAGS,        "TP-OPT-ECN-FLAGS",        LOW,    "the SYN,ACK had ECN flags that answer nothing that the SYN asked for", "RFC 3168 6.1.1") \
    X(OPT_ECN_MARK,         "TP-OPT-ECN-MARK",         MEDIUM, "our SYN arrived with other ECN bits in its IP header than it left with", "RFC 9768 3.2.2.3") \
    X(OPT_ACCECN_UNOFFERED, "TP-OPT-ACCECN-UNOFFERED", LOW,    "the SYN,ACK had an AccECN option without accurate ECN agreed on", "RFC 9768 3.2.3") \
    X(OPT_MPTCP_UNOFFERED,  "TP-OPT-MPTCP-UNOFFERED",  MEDIUM, "the SYN,ACK had an MPTCP option, and the SYN had none", "RFC 8684 3.1") \
    X(OPT_MPTCP_OURS,       "TP-OPT-MPTCP-OURS",       MEDIUM, "the SYN,ACK gave our own MP_CAPABLE back: same key, or none", "RFC 8684 3.1") \
    X(OPT_MPTCP_FORM,       "TP-OPT-MPTCP-FORM",       LOW,    "the SYN,ACK's MPTCP option is no MP_CAPABLE with one key and a version up to ours", "RFC 8684 3.1") \
    X(OPT_MD5_UNOFFERED,    "TP-OPT-MD5-UNOFFERED",    LOW,    "the SYN,ACK was signed, and the SYN was not", "RFC 2385 2.0") \
    X(OPT_ECHO,             "TP-OPT-ECHO",             HIGH,   "an option or value that nobody knows came back as it was sent", "RFC 9293 3.1") \
    X(OPT_UNKNOWN,          "TP-OPT-UNKNOWN",          LOW,    "the SYN,ACK had an option that the SYN had not, and that is not known", "RFC 9293 3.1") \
    X(OPT_CHECKSUM,         "TP-OPT-CHECKSUM",         HIGH,   "a SYN with a wrong checksum was answered: not by a host, but by something on the way", "RFC 9293 3.1") \
    X(OPT_STRIPPED,         "TP-OPT-STRIPPED",         MEDIUM, "an option went missing between here and there, with a sign of who took it", "") \
    X(OPT_REWRITTEN,        "TP-OPT-REWRITTEN",        MEDIUM, "something on the way gave a part of our SYN another value", "") \
    X(OPT_CLAMPED,          "TP-OPT-CLAMPED",          LOW,    "something on the way changed the MSS of our SYN, as boxes before a tunnel do", "") \
    X(OPT_BREAKS,           "TP-OPT-BREAKS",           HIGH,   "a SYN as current systems send it goes unanswered or is refused, where a plainer one is answered", "RFC 9293 3.1") \
    X(OPT_BREAKS_SOME,      "TP-OPT-BREAKS-SOME",      MEDIUM, "a SYN that asks for Fast Open, accurate ECN or Multipath TCP goes unanswered or is refused, where others are answered", "RFC 9293 3.1") \
    X(OPT_BREAKS_SELDOM,    "TP-OPT-BREAKS-SELDOM",    LOW,    "a SYN as it is seldom sent goes unanswered or is refused, where others are answered", "RFC 9293 3.1") \
    X(OPT_ONE_SIDED,        "TP-OPT-ONE-SIDED",        HIGH,   "the peer does what its SYN,ACK did not agree to: it was taken out of the SYN,ACK on its way, and both sides disagree now", "") \
    X(OPT_NOT_IN_EFFECT,    "TP-OPT-NOT-IN-EFFECT",    MEDIUM, "what was agreed on in the handshake is not in effect on the open connection", "") \
    X(OPT_COOKIES,          "TP-OPT-COOKIES",          INFO,   "the peer answers with SYN cookies", "RFC 4987 3.6") \
    X(OPT_PROXY,            "TP-OPT-PROXY",            INFO,   "a SYN proxy answers for the peer", "RFC 4987 3.8") \
    X(OPT_UPTIME,           "TP-OPT-UPTIME",           LOW,    "the timestamps of all connections come from one clock: they tell how long the host has been up", "RFC 7323 7.1") \
    X(OPT_IP_ID,            "TP-OPT-IP-ID",            LOW,    "the IP identification is a counter: it may tell how much the host sends to others", "RFC 6274 3.5") \
    X(OPT_SEVERAL,          "TP-OPT-SEVERAL",          INFO,   "the same SYN drew answers of different kinds: several hosts may answer for the address", "") \
    X(OPT_ENDED,            "TP-OPT-ENDED",            LOW,    "the ladder was not climbed to its end: there are fewer answers than were wanted", "") \
    X(CMP_PAYLOAD,          "TP-CMP-PAYLOAD",          HIGH,   "the same bytes of data have other values in the two captures", "RFC 3234 2") \
    X(CMP_INJECTED,         "TP-CMP-INJECTED",         HIGH,   "data came out between the two captures that never went in", "RFC 3234 2") \
    X(CMP_ONE_SIDED,        "TP-CMP-ONE-SIDED",        HIGH,   "the openings were changed so that the two ends disagree on what is in effect", "RFC 7323 2.2") \
    X(CMP_SACK,             "TP-CMP-SACK",             HIGH,   "sequence numbers were shifted, and those in SACK blocks were not shifted along", "RFC 2018 3") \
    X(CMP_RESET,            "TP-CMP-RESET",            MEDIUM, "an RST was put in between: the end that it claims to be from did not send it", "RFC 3360 2.1") \
    X(CMP_BLOCKED,          "TP-CMP-BLOCKED",          MEDIUM, "what one end sends does not come through", "") \
    X(CMP_STRIPPED,         "TP-CMP-STRIPPED",         MEDIUM, "an option was taken out between the two captures", "RFC 9293 3.1") \
    X(CMP_OPTION,           "TP-CMP-OPTION",           MEDIUM, "an option was added or given another value between the two captures", "RFC 9293 3.1") \
    X(CMP_CLAMPED,          "TP-CMP-CLAMPED",          LOW,    "the MSS was lowered between the two captures, as boxes before a tunnel do", "RFC 9293 3.7.1") \
    X(CMP_WINDOW,           "TP-CMP-WINDOW",           MEDIUM, "the window was changed between the two captures", "RFC 9293 3.8.6") \
    X(CMP_FLAGS,            "TP-CMP-FLAGS",            MEDIUM, "flags of the TCP header were changed between the two captures", "RFC 9293 3.1") \
    X(CMP_ECN,              "TP-CMP-ECN",              MEDIUM, "what ECN needs was cleared or changed between the two captures", "RFC 3168 18") \
    X(CMP_TIMESTAMPS,       "TP-CMP-TIMESTAMPS",       LOW,    "timestamps were changed between the two captures", "RFC 7323 5.4") \
    X(CMP_ISN,              "TP-CMP-ISN",              LOW,    "sequence numbers are shifted between the two captures, as firewalls that randomize them do", "RFC 6528 3") \
    X(CMP_LOST,             "TP-CMP-LOST",             LOW,    "segments were lost between the two captures", "") \
    X(CMP_FRAGMENT,         "TP-CMP-FRAGMENT",         LOW,    "Don't Fragment or the IP identification was changed between the two captures", "RFC 6864 4.1") \
    X(CMP_HOLES,            "TP-CMP-HOLES",            LOW,    "a capture misses segments that passed it: they are not counted as lost on the way", "") \
    X(CMP_DSCP,             "TP-CMP-DSCP",             INFO,   "the DSCP was changed between the two captures", "RFC 2474 3") \
    X(CMP_PROXY,            "TP-CMP-PROXY",            INFO,   "something between the two captures answers for the server", "RFC 3135 2") \
    X(CMP_PART,             "TP-CMP-PART",             INFO,   "not all segments could be compared", "") \
    X(ICMP_NOTE,            "TP-ICMP-NOTE",            INFO,   "an ICMP error about the connection came and did not end it", "RFC 5927 4") \
    X(ICMP_FOREIGN,         "TP-ICMP-FOREIGN",         MEDIUM, "an ICMP error quoted a packet that is not ours and was ignored", "RFC 5927 4.1") \
    X(STREAM,               "TP-DATA-CONFLICT",        HIGH,   "a byte came again with another value", "RFC 9293 3.10.7.4") \
    X(CLOSE_NONE,           "TP-CLOSE-NONE",           INFO,   "the peer did not close in time and was reset", "RFC 9293 3.6") \
    X(CLOSE_RESET,          "TP-CLOSE-RESET",          INFO,   "the peer answered our FIN with an RST", "RFC 9293 3.6.1") \
    X(SYN_REPEATED,         "TP-SYN-REPEATED",         LOW,    "a SYN was sent again", "RFC 9293 3.8.1") \
    X(SYN_ACK_REPEATED,     "TP-SYN-ACK-REPEATED",     LOW,    "a SYN,ACK was sent again", "RFC 9293 3.8.1") \
    X(SYN_SPLIT,            "TP-SYN-SPLIT",            MEDIUM, "a server sent its ACK and its SYN apart: firewalls and captures may take it for the client", "RFC 9293 3.5") \
    X(SYN_EARLY,            "TP-SYN-EARLY-DATA",       INFO,   "a SYN carried data", "RFC 7413 2") \
    X(SYN_HALF_OPEN,        "TP-SYN-HALF-OPEN",        LOW,    "a SYN,ACK was never acknowledged: the connection stayed half-open", "RFC 4987 2") \
    X(SYN_REUSED,           "TP-SYN-REUSED",           INFO,   "the same addresses and ports served a new connection", "RFC 9293 3.4.1") \
    X(RST_FORGED,           "TP-SEG-RST-FORGED",       HIGH,   "a reset was probably sent by somebody else than the end whose address it has", "RFC 5961 1") \
    X(CHALLENGE,            "TP-SEG-CHALLENGE",        INFO,   "an ACK asked whether an RST or a SYN was meant", "RFC 5961 3.2") \
    X(OUTSIDE,              "TP-SEG-OUTSIDE",          LOW,    "a sequence or acknowledgment number lay far from all others", "RFC 9293 3.4") \
    X(FLAGS,                "TP-SEG-FLAGS",            MEDIUM, "flags were set that no end sends together", "RFC 9293 3.10.7.4") \
    X(CONGESTION,           "TP-SEG-CONGESTION",       INFO,   "routers marked packets, as they are congested", "RFC 3168 5") \
    X(OPT_STRANGE,          "TP-OPT-STRANGE",          LOW,    "a SYN or SYN,ACK had an option that is not known", "RFC 9293 3.1") \
    X(WINDOW_ZERO,          "TP-WIN-ZERO",             LOW,    "an end closed its window: what it got is not read fast enough", "RFC 9293 3.8.6.1") \
    X(WINDOW_FULL,          "TP-WIN-FULL",             INFO,   "a window was filled to its edge: it held the sender up", "RFC 9293 3.8.6") \
    X(DATA_RESENT,          "TP-DATA-RESENT",          LOW,    "segments were sent again", "RFC 9293 3.8.1") \
    X(DATA_SPURIOUS,        "TP-DATA-SPURIOUS",        LOW,    "segments were sent again although they had been acknowledged", "RFC 5682 1") \
    X(DATA_DISORDER,        "TP-DATA-DISORDER",        INFO,   "segments came behind what was sent after them", "RFC 9293 3.4") \
    X(DATA_TIMED_OUT,       "TP-DATA-TIMED-OUT",       MEDIUM, "segments were sent again and again, and nothing came back", "RFC 9293 3.8.3") \
    X(KEEP_ALIVE,           "TP-DATA-KEEP-ALIVE",      LOW,    "a keep-alive was not answered", "RFC 9293 3.8.4") \
    X(CAP_LATE,             "TP-CAP-BEGAN-LATE",       INFO,   "the capture began when the connection was under way", "") \
    X(CAP_ONE_WAY,          "TP-CAP-ONE-WAY",          LOW,    "only one direction of the connection is in the capture", "") \
    X(CAP_MISSING,          "TP-CAP-MISSING",          LOW,    "data were acknowledged that are not in the capture", "") \
    X(CAP_TWINS,            "TP-CAP-TWINS",            INFO,   "packets are in the capture twice", "") \
    X(CAP_CUT,              "TP-CAP-CUT",              INFO,   "the snapshot length cut packets short", "") \
    X(CAP_FRAGMENTS,        "TP-CAP-FRAGMENTS",        INFO,   "segments came in IP fragments and were put together", "RFC 791 3.2") \
    X(CAP_INCOMPLETE,       "TP-CAP-INCOMPLETE",       LOW,    "fragments came whose rest is not in the capture", "RFC 791 3.2") \
    X(CAP_CONFLICT,         "TP-CAP-CONFLICT",         HIGH,   "fragments of one packet contradicted each other: an attack, or a broken sender", "RFC 1858 4") \
    X(CAP_BACKWARDS,        "TP-CAP-BACKWARDS",        LOW,    "time stamps go backwards: times and round trips may be wrong", "") \
    X(CAP_NO_TIME,          "TP-CAP-NO-TIME",          LOW,    "packets have no time stamp", "") \
    X(CAP_OFFLOAD,          "TP-CAP-OFFLOAD",          INFO,   "checksums were not filled in yet: they were left to the network card", "") \
    X(CAP_GIANT,            "TP-CAP-GIANT",            INFO,   "segments are larger than the MSS allows: cut or joined by the network card", "RFC 9293 3.7.1") \
    X(CAP_ROOM,             "TP-CAP-ROOM",             LOW,    "connections were given up, as more were open than are followed at once", "") \
    X(CAP_LEFT_OUT,         "TP-CAP-LEFT-OUT",         INFO,   "a connection has too many segments to list them all", "") \
    X(CAP_UNREAD,           "TP-CAP-UNREAD",           LOW,    "TCP segments have a header that is cut off or impossible", "RFC 9293 3.1") \
    X(CAP_LINK,             "TP-CAP-LINK",             LOW,    "frames have a link type that is not known", "") \
    X(CAP_DAMAGE,           "TP-CAP-DAMAGE",           MEDIUM, "the file is damaged behind what could be read", "") \
    X(CAP_DROPPED,          "TP-CAP-DROPPED",          LOW,    "the file tells of frames that its capture lost", "") \
    X(AUDIT_WORSE,          "TP-ISN-WORSE",            HIGH,   "the initial sequence numbers are weaker than in an earlier audit", "") \
    X(AUDIT_CHANGED,        "TP-ISN-CHANGED",          INFO,   "the initial sequence numbers are made in another way than in an earlier audit", "") \
    X(AUDIT_LINES,          "TP-ISN-LINES",            LOW,    "lines of the file hold no sample and were passed over", "") \
    X(AUDIT_ENDED,          "TP-ISN-ENDED",            LOW,    "sampling was ended early: there are fewer numbers than were wanted", "") \
    X(LOCAL_SEGMENT,        "TP-LOCAL-SEGMENT",        HIGH,   "a segment left this machine for our connection that we did not send", "") \
    X(LOCAL_UNSEEN,         "TP-LOCAL-UNSEEN",         LOW,    "a segment of ours was not seen leaving: times come from the sending call", "") \
    X(LOCAL_TRACE,          "TP-LOCAL-TRACE",          INFO,   "there were too many packets to list them all", "") \
    X(LOCAL_DROPPED,        "TP-LOCAL-DROPPED",        LOW,    "the capture lost packets", "") \
    X(LOCAL_GUARD,          "TP-LOCAL-GUARD",          LOW,    "the guard is weak: a segment with TTL 255 could draw an RST from this machine's kernel", "") \
    X(LOCAL_LINK,           "TP-LOCAL-LINK",           MEDIUM, "the interface was lost while the connection was open", "")
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
