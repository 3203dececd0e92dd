/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resets on a connection that is followed: would they be believed, and who probably sent them. */
#include "probe/follow/parts.h"

/* The distance to the next of the values that systems start from. */
static unsigned hops(uint8_t hop_limit)
{
    return (hop_limit <= 64 ? 64U : hop_limit <= 128 ? 128U : 255U) - hop_limit;
}

/* The largest window that the end which gets it may have open (RFC 7323 section 2.3). */
static uint32_t widest(const struct follow_end *peer)
{
    if (!peer->has_window)
        return UINT16_MAX;
    if (peer->window_bytes != FOLLOW_UNKNOWN)
        return (uint32_t)peer->window_bytes;
    return (uint32_t)peer->window << 14;
}

/*
 * RFC 9293 section 3.10.7.3 while the other end has sent no more than its SYN, RFC 5961 section 3.2
 * afterwards. What the receiver expects next lies between what it has acknowledged and what was
 * sent: both count as exact.
 */
static enum follow_event judge_place(const struct follow_work *work)
{
    const struct follow_end *end = work->end, *peer = work->peer;
    uint32_t seq = work->segment->seq, ack = work->segment->ack;

    if (!end->syn_sent) {
        bool answers = work->has_ack && peer->has_isn && seq_before(peer->isn, ack) &&
                       (!peer->has_next || seq_upto(ack, peer->next));

        return answers ? FOLLOW_EVENT_RST_EXACT : FOLLOW_EVENT_RST_IMPOSSIBLE;
    }
    if (!end->has_next && !end->has_una)
        return FOLLOW_EVENT_RST_EXACT; /* nothing is known that speaks against it */
    if ((end->has_next && seq == end->next) || (end->has_una && seq == end->una))
        return FOLLOW_EVENT_RST_EXACT;
    uint32_t edge = end->has_una ? end->una : end->next;
    if (seq_before(edge, seq) && seq - edge < widest(peer))
        return FOLLOW_EVENT_RST_INEXACT;
    return FOLLOW_EVENT_RST_IMPOSSIBLE;
}

/*
 * Weaver, Sommer and Paxson, "Detecting Forged TCP Reset Packets" (NDSS 2009): another distance,
 * or another place in the sequence of IP identifications, than the end's own segments have.
 */
static enum follow_who judge_sender(const struct follow_work *work)
{
    const struct follow_end *end = work->end;
    const struct follow_input *input = work->input;

    if (end->hop_limit == 0)
        return FOLLOW_WHO_UNKNOWN;
    if (input->hop_limit != end->hop_limit) {
        /* Some systems send resets with another initial value, and some paths change. */
        bool other_way = end->hop_limit_varies || hops(input->hop_limit) == hops(end->hop_limit);

        return other_way ? FOLLOW_WHO_UNKNOWN : FOLLOW_WHO_SOMEBODY;
    }
    /* Systems that count take 0 where they answer without a socket: no sign. */
    if (input->has_ip_id && input->ip_id != 0 && end->ids_near >= 2 && end->ids_far == 0 &&
        (uint16_t)(input->ip_id - end->ip_id) > FOLLOW_ID_STEP)
        return FOLLOW_WHO_UNKNOWN;
    return FOLLOW_WHO_END;
}

/* Whether its sender had seen the receiver's FIN, or sent its own: the connection was over. */
static bool came_after_fin(const struct follow_work *work)
{
    const struct follow_end *end = work->end, *peer = work->peer;

    return end->has_fin || peer->fin_acked ||
           (peer->has_fin && (!work->has_ack || seq_upto(peer->fin_end, work->segment->ack)));
}

static void believe(struct follow_work *work, enum follow_who who)
{
    struct follow *follow = work->follow;
    bool first = !follow->reset && !follow->refused;

    /* Where nothing is known of an end, nothing is reset: a listener drops it (RFC 9293 section
     * 3.10.7.2). */
    if (work->peer->syn_sent)
        work->peer->closed = true;
    if (who != FOLLOW_WHO_SOMEBODY)
        work->end->closed = true;
    if (!first)
        return;
    follow->reset_from = work->input->from & 1;
    follow->reset_who = (uint8_t)who;
    follow->last_rst_seq = work->segment->seq;
    follow->reset_hop_limit = work->input->hop_limit;
    follow->reset_after_fin = came_after_fin(work);
    if (work->end->syn_sent) {
        follow->reset = true;
        return;
    }
    follow->refused = true;
    follow->answer_at = work->input->at;
    follow->copies_before = work->peer->copy_count;
    follow->answer_has_timestamps = false;
    follow->has_answer = true;

    struct opening opening;

    follow_server_half(follow, &opening);
    follow_tell_half(&opening, work->step);
}

void follow_reset(struct follow_work *work)
{
    enum follow_event place = judge_place(work);
    enum follow_who who = judge_sender(work);
    struct follow_step *step = work->step;

    step->events |= FOLLOW(RST) | UINT64_C(1) << place;
    step->who = (uint8_t)who;
    count_up(&work->end->counts.resets);
    work->peer->silent = 0;
    if (place == FOLLOW_EVENT_RST_EXACT) {
        believe(work, who);
        return;
    }
    work->peer->challenged = true;
    /* Systems without RFC 5961 believe one anywhere in the window. */
    if (place == FOLLOW_EVENT_RST_INEXACT && !work->peer->closed)
        work->peer->reset_open = true;
}

void follow_reset_doubt(struct follow_work *work)
{
    struct follow *follow = work->follow;
    struct follow_end *end = work->end;
    uint32_t ack = work->segment->ack;
    unsigned from = work->input->from & 1;

    bool believed = follow->reset || follow->refused;

    if ((!believed && !end->closed) || follow->reset_after_fin)
        return;
    /* What was sent before the reset may have been overtaken by it. */
    bool news = work->segment->flags & TCP_SYN ||
                (end->has_next && seq_before(end->next, work->seq_end)) ||
                (work->has_ack && end->has_ack && seq_before(end->last_ack, ack));
    if (!news)
        return;
    end->closed = false;
    if (!believed)
        return; /* the other end went on already */
    if (from == follow->reset_from) {
        follow->reset_who = FOLLOW_WHO_SOMEBODY;
        follow->refused = false;
        follow->reset = true;
        if (work->segment->flags & TCP_SYN)
            follow->has_answer = false;
    } else if (work->input->at - follow->last_at > work->end->rtt_min) {
        follow->reset = false; /* the end that got it went on */
    }
}
