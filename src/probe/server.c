/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server's state must be. */
#include "probe/server.h"

#include <assert.h>

static const char *const names[SERVER_STATE_COUNT] = {
#define X(id, name) [SERVER_##id] = name,
    SERVER_STATE_TABLE(X)
#undef X
};

const char *server_state_name(enum server_state state)
{
    assert(state < SERVER_STATE_COUNT);
    return names[state];
}

void server_begin(struct server *server, bool answered, bool refused, unsigned arrived)
{
    *server = (struct server){.state = SERVER_UNKNOWN, .arrived = arrived};
    if (answered)
        server->state = SERVER_LISTEN;
    else if (refused)
        server->state = SERVER_CLOSED;
}

/* Our ACK reaches it: of its SYN, or of its FIN. */
static void take_our_ack(struct server *server, uint32_t ack)
{
    if (server->state == SERVER_SYN_RECEIVED)
        server->state = SERVER_ESTABLISHED;
    if (!server->has_its_fin || seq_before(ack, server->its_fin_end))
        return;
    if (server->state == SERVER_FIN_WAIT_1)
        server->state = SERVER_FIN_WAIT_2;
    else if (server->state == SERVER_CLOSING)
        server->state = SERVER_TIME_WAIT;
    else if (server->state == SERVER_LAST_ACK)
        server->state = SERVER_CLOSED;
}

static void take_our_fin(struct server *server, uint32_t end)
{
    server->has_our_fin = true;
    server->our_fin_end = end;
    if (server->state == SERVER_ESTABLISHED)
        server->state = SERVER_CLOSE_WAIT;
    else if (server->state == SERVER_FIN_WAIT_1)
        server->state = SERVER_CLOSING;
    else if (server->state == SERVER_FIN_WAIT_2)
        server->state = SERVER_TIME_WAIT;
}

static void follow_ours(struct server *server, const struct seen *seen)
{
    const struct segment *segment = &seen->segment;

    if (segment->flags & TCP_RST) {
        if (server->state != SERVER_UNKNOWN && server->state != SERVER_LISTEN)
            server->state = SERVER_CLOSED;
        return;
    }
    if (segment->flags & TCP_SYN) {
        bool here = server->arrived > 0 && seen->copy >= server->arrived;

        server->our_first = segment->seq + 1;
        if (server->state == SERVER_LISTEN && here)
            server->state = SERVER_SYN_RECEIVED;
        if (server->state == SERVER_SYN_SENT && segment->flags & TCP_ACK)
            server->state = SERVER_SYN_RECEIVED;
        return;
    }
    if (segment->flags & TCP_ACK)
        take_our_ack(server, segment->ack);
    if (segment->flags & TCP_FIN)
        take_our_fin(server, segment->seq + segment_length(segment));
}

/* Its FIN: has it had ours by then? The acknowledgment number tells. */
static void follow_its_fin(struct server *server, const struct segment *segment)
{
    bool knows_ours = server->has_our_fin && segment->flags & TCP_ACK &&
                      seq_upto(server->our_fin_end, segment->ack);

    server->has_its_fin = true;
    server->its_fin_end = segment->seq + segment_length(segment);
    server->state = knows_ours ? SERVER_LAST_ACK : SERVER_FIN_WAIT_1;
}

static void follow_its(struct server *server, const struct segment *segment)
{
    if (segment->flags & TCP_RST) {
        server->state = SERVER_CLOSED;
    } else if (segment->flags & TCP_SYN) {
        if (server->state == SERVER_LISTEN || server->state == SERVER_UNKNOWN ||
            server->state == SERVER_SYN_SENT)
            server->state = segment->flags & TCP_ACK ? SERVER_SYN_RECEIVED : SERVER_SYN_SENT;
        server->took_early =
            segment->flags & TCP_ACK && seq_before(server->our_first, segment->ack);
    } else if (segment->flags & TCP_FIN && !server->has_its_fin) {
        follow_its_fin(server, segment);
    } else if (server->state == SERVER_FIN_WAIT_1 && server->has_our_fin &&
               segment->flags & TCP_ACK && seq_upto(server->our_fin_end, segment->ack)) {
        server->state = SERVER_CLOSING;
    } else if (server->state == SERVER_SYN_RECEIVED && segment->payload_total > 0 &&
               !server->took_early) {
        server->state = SERVER_ESTABLISHED;
    }
}

enum server_state server_follow(struct server *server, const struct seen *seen)
{
    /* What does not belong to the connection says nothing about its other end. */
    if (seen->is_icmp || seen->remarks & (REMARK(STRAY) | REMARK(CHECKSUM)))
        return server->state;
    if (seen->outgoing)
        follow_ours(server, seen);
    else
        follow_its(server, &seen->segment);
    return server->state;
}
