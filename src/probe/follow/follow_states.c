/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The states of both ends of a connection that is followed: what the packets leave possible. */
#include "probe/follow/parts.h"

static bool knows_fin(const struct follow_end *end, const struct follow_end *peer)
{
    if (!peer->has_fin)
        return false;
    if (peer->fin_acked)
        return true;
    /* Behind a hole a FIN does not count, nor does one that this end's own has crossed. */
    return !end->crossed &&
           (!peer->has_una || holes_within(&peer->holes, peer->una, peer->fin_end) == 0);
}

static void take_fin(struct follow_work *work)
{
    struct follow_end *end = work->end;
    const struct follow_end *peer = work->peer;

    work->step->events |= FOLLOW(FIN);
    if (end->has_fin)
        return;
    end->has_fin = true;
    end->fin_end = work->seq_end;
    if (!peer->has_fin)
        return;
    end->passive = work->has_ack && seq_upto(peer->fin_end, work->segment->ack);
    end->crossed = !end->passive;
    if (end->crossed)
        work->step->events |= FOLLOW(SIMULTANEOUS_CLOSE);
}

void follow_close(struct follow_work *work)
{
    struct follow_end *peer = work->peer;

    if (work->segment->flags & TCP_FIN)
        take_fin(work);
    if (!work->has_ack || !peer->has_fin || peer->fin_acked ||
        !seq_upto(peer->fin_end, work->segment->ack))
        return;
    peer->fin_acked = true;
    if (peer->counts.acked > 0)
        peer->counts.acked--;
}

static enum server_state closing_state(const struct follow_end *end, bool knows)
{
    if (end->passive)
        return end->fin_acked ? SERVER_CLOSED : SERVER_LAST_ACK;
    if (knows)
        return end->fin_acked ? SERVER_TIME_WAIT : SERVER_CLOSING;
    return end->fin_acked ? SERVER_FIN_WAIT_2 : SERVER_FIN_WAIT_1;
}

/* Nothing has come from it: only a hint from later packets can tell. */
static enum server_state silent_state(const struct follow *follow, const struct follow_end *peer)
{
    if (follow->hint == FOLLOW_HINT_REFUSED)
        return SERVER_CLOSED;
    if (follow->hint != FOLLOW_HINT_ANSWERED)
        return SERVER_UNKNOWN;
    return follow->hint_copy > 0 && peer->copy_count >= follow->hint_copy ? SERVER_SYN_RECEIVED
                                                                          : SERVER_LISTEN;
}

/* A SYN,ACK that is sent again and drew nothing may never have arrived. */
static bool may_wait(const struct follow_end *end, const struct follow_end *peer)
{
    return end->syn_acked && !end->sent_syn_ack && !end->asks_again && peer->sent_syn_ack &&
           peer->copy_count > 1 && !peer->syn_acked;
}

static enum server_state state_of(const struct follow *follow, const struct follow_end *end,
                                  const struct follow_end *peer)
{
    bool knows = knows_fin(end, peer);

    if (end->closed)
        return SERVER_CLOSED;
    if (end->has_fin)
        return closing_state(end, knows);
    if (!end->syn_sent)
        return peer->syn_sent ? silent_state(follow, peer) : SERVER_UNKNOWN;
    if (!peer->syn_sent)
        return SERVER_SYN_SENT;
    /* That it sends its SYN again shows that no answer has reached it. */
    if (end->asks_again && !end->sent_syn_ack && !peer->syn_acked)
        return SERVER_SYN_SENT;
    if (may_wait(end, peer))
        return SERVER_SYN_SENT;
    if (!end->syn_acked)
        return SERVER_SYN_RECEIVED;
    return knows ? SERVER_CLOSE_WAIT : SERVER_ESTABLISHED;
}

/* Bytes that were acknowledged and never seen at its end: a FIN may be among them, also where only
 * an ACK without data came behind them. */
static bool lacks_tail(const struct follow_end *end)
{
    const struct holes *holes = &end->holes;

    if (!end->has_next)
        return false;
    return (end->has_una && seq_before(end->next, end->una)) ||
           (holes->count > 0 && holes->hole[holes->count - 1].right == end->next);
}

static enum follow_doubt doubt_of(const struct follow *follow, const struct follow_end *end,
                                  const struct follow_end *peer)
{
    bool hinted = follow->hint != FOLLOW_HINT_NONE;

    if (end->closed)
        return follow->reset_who == FOLLOW_WHO_SOMEBODY ? FOLLOW_DOUBT_RESET : FOLLOW_DOUBT_NONE;
    if (end->reset_open)
        return FOLLOW_DOUBT_RESET;
    if (end->counts.segments == 0 && !end->syn_sent)
        return hinted ? FOLLOW_DOUBT_NONE : FOLLOW_DOUBT_UNANSWERED;
    if (end->joined && !(end->has_fin && peer->has_fin))
        return end->counts.segments == 0 ? FOLLOW_DOUBT_ONE_WAY : FOLLOW_DOUBT_BEGAN_LATE;
    if (end->counts.segments == 0 || (peer->counts.segments == 0 && end->syn_acked))
        return FOLLOW_DOUBT_ONE_WAY;
    if (may_wait(end, peer))
        return FOLLOW_DOUBT_UNANSWERED;
    if (lacks_tail(end) || lacks_tail(peer))
        return FOLLOW_DOUBT_GAP;
    return FOLLOW_DOUBT_NONE;
}

void follow_states(const struct follow *follow, struct follow_step *step)
{
    const struct follow_end *client = &follow->ends[follow->client];
    const struct follow_end *server = &follow->ends[!follow->client];

    step->client.state = (uint8_t)state_of(follow, client, server);
    step->client.doubt = (uint8_t)doubt_of(follow, client, server);
    step->server.state = (uint8_t)state_of(follow, server, client);
    step->server.doubt = (uint8_t)doubt_of(follow, server, client);
}

enum follow_phase follow_phase(const struct follow *follow)
{
    const struct follow_end *ends = follow->ends;

    if (ends[0].closed || ends[1].closed)
        return FOLLOW_PHASE_OVER;
    if (ends[0].has_fin && ends[1].has_fin)
        return ends[0].fin_acked && ends[1].fin_acked ? FOLLOW_PHASE_OVER : FOLLOW_PHASE_CLOSING;
    if (follow->opened)
        return FOLLOW_PHASE_OPEN;
    if (follow->icmp_kind == ICMP_CLASS_NONE || ends[!follow->client].syn_sent)
        return FOLLOW_PHASE_OPENING;
    return FOLLOW_PHASE_UNREACHABLE;
}
