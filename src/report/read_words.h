/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words for what is read from a capture, in tables: those who follow connections make their
 * enumerations of them, those who report their schemas and pages. */
#ifndef REPORT_READ_WORDS_H
#define REPORT_READ_WORDS_H

/* Enumerator, word for scripts, meaning, section of RFC 9293 unless another RFC is named. */
/* clang-format off */
#define FOLLOW_EVENT_TABLE(X) \
    X(SYN,               "syn",               "asks for a connection", "3.5") \
    X(SYN_REPEATED,      "syn-repeated",      "the same SYN again", "3.8.1") \
    X(SYN_ACK,           "syn-ack",           "answers the SYN", "3.5") \
    X(SYN_ACK_REPEATED,  "syn-ack-repeated",  "the same SYN,ACK again", "3.8.1") \
    X(HANDSHAKE_ACK,     "handshake-ack",     "completes the handshake", "3.5") \
    X(SIMULTANEOUS_OPEN, "simultaneous-open", "a SYN that crosses the other end's", "3.5 figure 7") \
    X(SPLIT,             "split-handshake",   "SYN and ACK come apart from each other", "3.5") \
    X(EARLY_DATA,        "early-data",        "data with the SYN", "RFC 7413 2") \
    X(STRAY_SYN,         "stray-syn",         "a SYN in the middle of the connection", "RFC 5961 4") \
    X(PORT_REUSE,        "port-reuse",        "a new connection on the same addresses and ports", "3.4.1") \
    X(DATA,              "data",              "brings data", "3.10.7.4") \
    X(RETRANSMISSION,    "retransmission",    "sent again", "3.8.1") \
    X(FAST,              "fast",              "sent again because of duplicate ACKs", "RFC 5681 3.2") \
    X(SPURIOUS,          "spurious",          "sent again although it was acknowledged", "RFC 5682 1") \
    X(TWIN,              "twin",              "the same packet twice: duplicated on the way, or by the capture", "3.4") \
    X(OUT_OF_ORDER,      "out-of-order",      "comes behind what was sent after it", "3.4") \
    X(GAP,               "gap",               "bytes before it are missing", "3.4") \
    X(ACKED_UNSEEN,      "acked-unseen",      "acknowledges what is not in the capture", "3.4") \
    X(OUTSIDE,           "outside",           "a sequence or acknowledgment number far from all others", "3.4") \
    X(KEEP_ALIVE,        "keep-alive",        "asks whether the other end is still there", "3.8.4") \
    X(KEEP_ALIVE_ACK,    "keep-alive-ack",    "answers a keep-alive", "3.8.4") \
    X(WINDOW_PROBE,      "window-probe",      "asks whether the window is still closed", "3.8.6.1") \
    X(WINDOW_PROBE_ACK,  "window-probe-ack",  "answers a window probe", "3.8.6.1") \
    X(DUPLICATE_ACK,     "duplicate-ack",     "the same ACK again", "RFC 5681 2") \
    X(WINDOW_UPDATE,     "window-update",     "changes the window and nothing else", "3.8.6") \
    X(ZERO_WINDOW,       "zero-window",       "closes the window", "3.8.6.1") \
    X(WINDOW_FULL,       "window-full",       "fills the window of the other end", "3.8.6.2.1") \
    X(SACK,              "sack",              "tells what came behind a hole", "RFC 2018 3") \
    X(DSACK,             "d-sack",            "tells what came twice", "RFC 2883 4") \
    X(CHALLENGE_ACK,     "challenge-ack",     "an ACK that asks whether an RST or SYN was meant", "RFC 5961 3.2, 4.2") \
    X(URGENT,            "urgent",            "has an urgent pointer", "3.8.5") \
    X(RST,               "rst",               "resets the connection", "3.5.2") \
    X(RST_EXACT,         "rst-exact",         "exactly where it counts", "3.5.3") \
    X(RST_INEXACT,       "rst-inexact",       "inside the window but not at its edge", "RFC 5961 3.2") \
    X(RST_IMPOSSIBLE,    "rst-impossible",    "proves nothing: no end would believe it", "3.5.3") \
    X(FIN,               "fin",               "no more data from here", "3.6") \
    X(SIMULTANEOUS_CLOSE, "simultaneous-close", "a FIN that crosses the other end's", "3.6 figure 13") \
    X(CONGESTION,        "congestion",        "marked by a router that is congested", "RFC 3168 5") \
    X(GIANT,             "giant",             "larger than the other end takes: cut or joined by the network card", "3.7.1") \
    X(CHECKSUM,          "checksum",          "wrong checksum: no end takes it", "3.1") \
    X(MALFORMED,         "malformed",         "flags or options that cannot be", "3.1")

/* Why a state is not certain. Enumerator, word, what it means; the state is then what it is at
 * least. */
#define FOLLOW_DOUBT_TABLE(X) \
    X(NONE,       "certain",    "the packets leave no doubt") \
    X(UNANSWERED, "unanswered", "nothing has come from this end yet") \
    X(BEGAN_LATE, "began-late", "the capture began in the middle of the connection") \
    X(ONE_WAY,    "one-way",    "the other direction is not in the capture") \
    X(GAP,        "gap",        "segments of the connection are missing in the capture") \
    X(RESET,      "reset",      "a reset came that this end may have believed or not")

/* Who probably sent a reset. */
#define FOLLOW_WHO_TABLE(X) \
    X(UNKNOWN,  "unknown",       "nothing to compare it with, or the signs disagree") \
    X(END,      "end",           "it looks like the other segments of the end that it claims to be from") \
    X(SOMEBODY, "somebody else", "it differs from the other segments of that end, or that end went on as if nothing was")

/* How a connection ended, as far as the capture goes. Enumerator, word, the word for it among
 * CLOSED_WORDS of report/records.h (NULL: it was never open), meaning. */
#define FOLLOW_ENDING_TABLE(X) \
    X(UNANSWERED, "unanswered",  NULL,           "the SYN was not answered") \
    X(REFUSED,    "refused",     NULL,           "the SYN was answered with an RST") \
    X(HALF_OPEN,  "half-open",   NULL,           "the SYN,ACK was not answered") \
    X(ABANDONED,  "abandoned",   NULL,           "the client answered the SYN,ACK with an RST") \
    X(UNREACHABLE, "unreachable", NULL,          "an ICMP error answered the SYN") \
    X(OPEN,       "open",        "none",         "still open where the capture ends") \
    X(HALF_CLOSED, "half-closed", "none",        "one end has sent its FIN where the capture ends") \
    X(CLOSED,     "closed",      "both",         "both ends sent their FIN") \
    X(RST_CLIENT, "rst-client",  "rst_sent",     "reset by the client") \
    X(RST_SERVER, "rst-server",  "rst_received", "reset by the server") \
    X(RST_FORGED, "rst-forged",  "rst_received", "reset, probably by somebody else") \
    X(TIMED_OUT,  "timed-out",   "timeout",      "sent again and again without an answer")
/* clang-format on */

/* The states that an end of a connection is seen in; "?" where nothing tells. */
#define READ_STATE_WORDS                                                                           \
    "?,CLOSED,LISTEN,SYN-SENT,SYN-RECEIVED,ESTABLISHED,FIN-WAIT-1,FIN-WAIT-2,CLOSING,TIME-WAIT,"   \
    "CLOSE-WAIT,LAST-ACK"

/* What may be wrong with a file behind what could be read of it; that of a segment's checksum. */
#define READ_DAMAGE_WORDS   "none,cut,length,block,read"
#define READ_CHECKSUM_WORDS "good,bad,partial,unknown"

#endif
