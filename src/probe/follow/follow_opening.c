/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The opening of a connection that is followed: SYNs, SYN,ACKs, their copies, and the ACK. */
#include <string.h>

#include "probe/follow/parts.h"

static bool is_over(const struct follow *follow)
{
    return follow->reset || follow->refused || follow->icmp_kind != ICMP_CLASS_NONE ||
           (follow->ends[0].has_fin && follow->ends[1].has_fin);
}

/* Whether an acknowledgment number covers the SYN of an end, and nothing that it never sent. */
static bool covers_syn(const struct follow_end *end, uint32_t ack)
{
    return end->has_isn && seq_before(end->isn, ack) &&
           (!end->has_next || seq_upto(ack, end->next));
}

bool follow_is_reuse(const struct follow_work *work)
{
    const struct segment *segment = work->segment;
    const struct follow_end *end = work->end, *peer = work->peer;
    bool over = is_over(work->follow);

    if (!(segment->flags & TCP_SYN) || segment->flags & TCP_RST)
        return false;
    if (end->syn_seen && segment->seq == end->isn)
        return false; /* a late copy */
    if (work->has_ack) {
        if (peer->has_stray && segment->ack == peer->stray_seq + 1)
            return true; /* what ended the old one is not in the capture */
        return over && (end->syn_seen || end->joined) && !covers_syn(peer, segment->ack);
    }
    if (over)
        return true;
    /* Another attempt while the first is in the air: scanners, and clients that give up early. */
    return !work->follow->opened && end->syn_seen;
}

static void keep_options(struct follow_work *work)
{
    const struct option_summary *options = &work->options;
    struct follow_end *end = work->end;

    memcpy(end->options, work->segment->options.bytes, work->segment->options.length);
    end->options_length = work->segment->options.length;
    end->syn_flags = work->segment->flags;
    end->mss = options->has_mss ? options->mss : 0;
    end->has_wscale = options->has_wscale;
    end->syn_cut = work->segment->options_cut;
    /* RFC 7323 section 2.3: a larger one is taken for 14. */
    end->wscale = options->wscale > 14 ? 14 : options->wscale;
    end->has_timestamps = options->has_timestamps;
    end->has_sack = options->has_sack_permitted;
    end->has_mptcp = options->has_mptcp;
}

/*
 * The same copy once more: duplicated on the way, or captured on two interfaces. It is none to be
 * counted, or it would leave no pair for a round trip.
 */
static bool is_twin(const struct follow_work *work)
{
    const struct follow_end *end = work->end;
    const struct follow_input *input = work->input;
    unsigned at = end->copy_count < FOLLOW_COPIES ? end->copy_count : FOLLOW_COPIES;
    bool named = input->has_ip_id && input->ip_id != 0;

    if (at == 0 || (named && !follow_same_id(work)))
        return false;
    /* Linux' SYN,ACKs have no identification, and one that answers a repeated SYN may meet one that
     * its timer sends. */
    if (!named && work->has_ack && (end->copy_count > 1 || work->peer->copy_count > 1))
        return false;
    int64_t since = input->at - end->copies[at - 1].at;
    return since >= 0 && since < FOLLOW_TWIN_WITHIN &&
           end->copies[at - 1].ts_val == work->options.ts_val;
}

static void take_twin(struct follow_work *work)
{
    work->step->events |= FOLLOW(TWIN);
    work->step->copy = work->end->copy_count;
    count_up(&work->end->counts.twins);
}

static void keep_copy(struct follow_work *work)
{
    struct follow_end *end = work->end;
    unsigned at = end->copy_count < FOLLOW_COPIES ? end->copy_count : FOLLOW_COPIES - 1;

    end->copies[at] = (struct follow_copy){work->input->at, work->options.ts_val};
    count_up(&end->copy_count);
    work->step->copy = end->copy_count;
}

static void begin_end(struct follow_work *work)
{
    struct follow_end *end = work->end;

    end->syn_sent = end->syn_seen = true;
    end->isn = work->segment->seq;
    end->has_isn = true;
    keep_options(work);
    keep_copy(work);
}

static void take_stray(struct follow_work *work)
{
    work->step->events |= FOLLOW(STRAY_SYN);
    work->end->has_stray = true;
    work->end->stray_seq = work->segment->seq;
    work->peer->challenged = true;
}

/* The capture holds it behind what followed from it: several queues of a network card do that. */
static bool comes_late(const struct follow_work *work)
{
    const struct follow_end *end = work->end;
    uint32_t seq = work->segment->seq;

    return end->syn_sent && !end->syn_seen && !end->joined && (!end->has_isn || seq == end->isn) &&
           (!end->has_una || seq_before(seq, end->una)) &&
           (!end->has_next || seq_before(seq, end->next));
}

static void begin_late(struct follow_work *work)
{
    work->step->events |= FOLLOW(OUT_OF_ORDER);
    count_up(&work->end->counts.out_of_order);
    begin_end(work);
}

static void take_syn(struct follow_work *work)
{
    struct follow_end *end = work->end, *peer = work->peer;

    if (end->syn_seen && work->segment->seq == end->isn && is_twin(work)) {
        work->step->events |= FOLLOW(SYN);
        take_twin(work);
        return;
    }
    if (end->syn_seen && work->segment->seq == end->isn) {
        work->step->events |= FOLLOW(SYN) | FOLLOW(SYN_REPEATED);
        end->asks_again = true;
        keep_copy(work);
        return;
    }
    if (comes_late(work)) {
        work->step->events |= FOLLOW(SYN);
        begin_late(work);
        return;
    }
    if (end->syn_sent) {
        take_stray(work);
        return;
    }
    work->step->events |= FOLLOW(SYN);
    begin_end(work);
    if (peer->syn_sent) {
        work->step->events |= FOLLOW(SIMULTANEOUS_OPEN);
        work->follow->simultaneous = true;
        /* An ACK of the other's SYN came before: that is what splits a handshake. */
        if (peer->syn_acked)
            work->step->events |= FOLLOW(SPLIT);
    }
}

struct opening_verdict follow_half(const struct opening *opening)
{
    struct opening_verdict verdict = opening_judge(opening);

    if (verdict.rtt < 0)
        verdict.rtt = OPENING_UNKNOWN; /* the capture's clock went backwards */
    return verdict;
}

void follow_tell_half(const struct opening *opening, struct follow_step *step)
{
    struct opening_verdict verdict = follow_half(opening);

    step->rtt = verdict.rtt;
    step->answered = verdict.answered_copy == OPENING_UNKNOWN ? 0 : (uint32_t)verdict.answered_copy;
}

static void note_answer(struct follow_work *work)
{
    struct follow *follow = work->follow;
    bool first = !follow->has_answer;
    struct opening opening;

    if (first) {
        follow->has_answer = true;
        follow->answer_at = work->input->at;
        follow->copies_before = work->peer->copy_count;
        follow->answer_has_timestamps = work->options.has_timestamps;
        follow->answer_ts_ecr = work->options.ts_ecr;
        follow->answer_hop_limit = work->input->hop_limit;
    }
    follow_server_half(follow, &opening);
    opening.answer_ts_ecr = work->options.ts_ecr;
    opening.answer_has_timestamps = work->options.has_timestamps;
    follow_tell_half(&opening, work->step);
    if (!first)
        work->step->rtt = FOLLOW_UNKNOWN;
}

static void take_syn_ack(struct follow_work *work)
{
    struct follow_end *end = work->end, *peer = work->peer;
    const struct segment *segment = work->segment;
    bool again = end->syn_seen && segment->seq == end->isn;

    bool late = comes_late(work);

    if ((end->syn_sent && !again && !late) || (peer->has_isn && !covers_syn(peer, segment->ack))) {
        take_stray(work);
        return;
    }
    work->step->events |= FOLLOW(SYN_ACK);
    peer->asks_again = false;
    if (!peer->syn_sent) {
        peer->syn_sent = true;
        peer->isn = segment->ack - 1;
        peer->has_isn = true;
    }
    if (again && end->sent_syn_ack && is_twin(work)) {
        take_twin(work);
        return;
    }
    if (again && end->sent_syn_ack)
        work->step->events |= FOLLOW(SYN_ACK_REPEATED);
    if (late)
        begin_late(work);
    else if (!again)
        begin_end(work);
    else if (end->sent_syn_ack)
        keep_copy(work);
    end->sent_syn_ack = true;
    if (peer->syn_seen && seq_before(peer->isn + 1, segment->ack))
        peer->took_early = true;
    if (work->end != &work->follow->ends[work->follow->client] && !work->follow->simultaneous &&
        peer->syn_seen)
        note_answer(work);
}

/* An end that goes on behind its SYN has had the other's, whether or not that is in the capture;
 * true where this segment is what acknowledges it. */
static bool infer_syn(struct follow_work *work)
{
    struct follow_end *end = work->end, *peer = work->peer;
    bool acknowledges = false;

    if (work->has_ack && end->syn_seen && work->segment->seq != end->isn && !peer->syn_sent) {
        peer->syn_sent = peer->syn_acked = true;
        end->syn_acked = true;
        acknowledges = true;
    }
    /* Data before the ACK of the handshake: only a server that took data in the SYN may (RFC 7413
     * section 4.2.2); any other has had that ACK. */
    if (end->sent_syn_ack && !end->syn_acked && work->length > 0 && !peer->took_early)
        end->syn_acked = true;
    return acknowledges;
}

static void note_ack(struct follow_work *work)
{
    struct follow *follow = work->follow;
    struct opening opening;

    work->step->events |= FOLLOW(HANDSHAKE_ACK);
    if (!work->peer->sent_syn_ack || follow->simultaneous)
        return;
    follow->has_ack = true;
    follow->ack_at = work->input->at;
    follow->answers_before = work->peer->copy_count;
    follow->ack_has_timestamps = work->options.has_timestamps;
    follow->ack_ts_ecr = work->options.ts_ecr;
    follow->ack_has_mptcp = work->options.has_mptcp;
    follow_client_half(follow, &opening);
    follow_tell_half(&opening, work->step);
    follow_server_half(follow, &opening);

    int64_t server = follow_half(&opening).rtt;

    if (work->step->rtt > 0 && server > 0)
        follow->whole_rtt = server + work->step->rtt;
}

/* The first ACK of an end's SYN; false where it is none. */
static bool take_first_ack(struct follow_work *work)
{
    struct follow *follow = work->follow;
    struct follow_end *end = work->end, *peer = work->peer;

    if (!work->has_ack || peer->syn_acked || !covers_syn(peer, work->segment->ack))
        return false;
    peer->syn_acked = true;
    /* Of SYNs that crossed, an ACK alone completes what the client's SYN,ACK began. */
    if (!(work->segment->flags & TCP_SYN) && end != &follow->ends[follow->client] &&
        !end->sent_syn_ack && !(end->syn_seen && peer->sent_syn_ack) && work->length == 0) {
        work->step->events |= FOLLOW(SPLIT);
        follow->split = true;
    }
    return true;
}

void follow_opening(struct follow_work *work)
{
    struct follow *follow = work->follow;
    uint16_t flags = work->segment->flags;
    bool acknowledges = false;

    if (flags & TCP_SYN && work->length > 0)
        work->step->events |= FOLLOW(EARLY_DATA);
    if (flags & TCP_SYN && flags & TCP_ACK)
        take_syn_ack(work);
    else if (flags & TCP_SYN)
        take_syn(work);
    else
        acknowledges = infer_syn(work);
    if (work->step->events & FOLLOW(STRAY_SYN))
        return;
    if (take_first_ack(work))
        acknowledges = true;
    if (follow->opened || !follow->ends[0].syn_acked || !follow->ends[1].syn_acked)
        return;
    follow->opened = true;
    follow->opened_at = work->input->at;
    if (acknowledges && !(flags & TCP_SYN))
        note_ack(work);
}

static void fill_copies(const struct follow_end *end, uint32_t before, struct opening *opening)
{
    opening->copy_count = before < FOLLOW_COPIES ? before : FOLLOW_COPIES;
    opening->copies_before = opening->copy_count;
    opening->offered_timestamps = end->has_timestamps;
    for (unsigned i = 0; i < opening->copy_count; i++)
        opening->copies[i] = (struct syn_copy){end->copies[i].at, true, end->copies[i].ts_val};
}

void follow_server_half(const struct follow *follow, struct opening *ret_opening)
{
    const struct follow_end *client = &follow->ends[follow->client];
    const struct follow_end *server = &follow->ends[!follow->client];

    memset(ret_opening, 0, sizeof *ret_opening);
    fill_copies(client, follow->copies_before, ret_opening);
    ret_opening->has_answer = follow->has_answer;
    ret_opening->answer_at = follow->answer_at;
    ret_opening->answer_has_timestamps = follow->answer_has_timestamps;
    ret_opening->answer_ts_ecr = follow->answer_ts_ecr;
    ret_opening->answers = server->copy_count;
    ret_opening->later_rtt = client->rtt_min;
}

void follow_client_half(const struct follow *follow, struct opening *ret_opening)
{
    const struct follow_end *client = &follow->ends[follow->client];
    const struct follow_end *server = &follow->ends[!follow->client];

    memset(ret_opening, 0, sizeof *ret_opening);
    fill_copies(server, follow->answers_before, ret_opening);
    ret_opening->offered_timestamps = client->has_timestamps && server->has_timestamps;
    ret_opening->has_answer = follow->has_ack;
    ret_opening->answer_at = follow->ack_at;
    ret_opening->answer_has_timestamps = follow->ack_has_timestamps;
    ret_opening->answer_ts_ecr = follow->ack_ts_ecr;
    ret_opening->answers = follow->has_ack;
    ret_opening->later_rtt = server->rtt_min;
}
