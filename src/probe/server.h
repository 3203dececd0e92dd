/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server's state must be: the other side of the connection, followed through the same
 * packets. */
#ifndef PROBE_SERVER_H
#define PROBE_SERVER_H

#include "probe/trace.h"

/* The states of RFC 9293 section 3.3.2 that a server can be seen in; enumerator, name. */
/* clang-format off */
#define SERVER_STATE_TABLE(X) \
    X(UNKNOWN,      "?") \
    X(CLOSED,       "CLOSED") \
    X(LISTEN,       "LISTEN") \
    X(SYN_SENT,     "SYN-SENT") \
    X(SYN_RECEIVED, "SYN-RECEIVED") \
    X(ESTABLISHED,  "ESTABLISHED") \
    X(FIN_WAIT_1,   "FIN-WAIT-1") \
    X(FIN_WAIT_2,   "FIN-WAIT-2") \
    X(CLOSING,      "CLOSING") \
    X(TIME_WAIT,    "TIME-WAIT") \
    X(CLOSE_WAIT,   "CLOSE-WAIT") \
    X(LAST_ACK,     "LAST-ACK")
/* clang-format on */
enum server_state {
#define X(id, name) SERVER_##id,
    SERVER_STATE_TABLE(X)
#undef X
        SERVER_STATE_COUNT
};
const char *server_state_name(enum server_state state);

/* One server, followed. */
struct server {
    enum server_state state;
    unsigned arrived; /* the first copy of our SYN that reached it, from 1; 0: not known */
    bool has_our_fin, has_its_fin;
    bool took_early;    /* the data in our SYN: it may answer them before the handshake is complete
                         * (RFC 7413 section 4.2.2) */
    uint32_t our_first; /* number of our first byte of data */
    uint32_t our_fin_end; /* the acknowledgment that covers our FIN */
    uint32_t its_fin_end;
};

/*
 * Begins before the first packet. `answered`: a SYN or SYN,ACK will come, so that somebody listens;
 * `refused`: nobody does; neither: nothing is known. `arrived` as above.
 */
void server_begin(struct server *server, bool answered, bool refused, unsigned arrived);

/* Takes the next packet, in the order of their times; returns the state after it: of one of ours,
 * once it has arrived. */
enum server_state server_follow(struct server *server, const struct seen *seen);

#endif
