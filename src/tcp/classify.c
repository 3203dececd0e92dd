/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Turns one segment into the events that it means for the control block. */
#include <assert.h>

#include "tcp/tcb.h"
#include "tcp/tcb_parts.h"

#define DUPLICATES_TO_RESEND 3 /* RFC 5681 3.2 */

struct facts {
    enum event *events;
    unsigned count;
};

static void add(struct facts *facts, enum event event)
{
    assert(facts->count < TCB_EVENTS_MAX);
    facts->events[facts->count++] = event;
}

/* How the control block will stand when the segment's acknowledgment has been taken. */
struct outlook {
    enum state state;
    uint32_t snd_una, rcv_nxt, rcv_wnd;
    bool fresh; /* nothing of the peer's stream is here */
};

static void add_window(const struct tcb *tcb, const struct segment *segment,
                       const struct outlook *outlook, struct facts *facts)
{
    bool opening = tcb->state == STATE_SYN_SENT || tcb->state == STATE_SYN_RECEIVED;
    uint32_t window = tcb_window_of(tcb, segment);

    if (outlook->snd_una == tcb_end(tcb))
        return; /* nothing waits for it */
    if (!opening && !tcb_updates_window(tcb, segment))
        return;
    if (window == 0 && (tcb->snd_wnd != 0 || opening))
        add(facts, EVENT_RX_WINDOW_ZERO);
    else if (window != 0 && tcb->snd_wnd == 0 && !opening)
        add(facts, EVENT_RX_WINDOW_OPEN);
}

/* Data and FIN (RFC 9293 3.10.7.4, seventh and eighth check). */
static void add_text(const struct tcb *tcb, const struct segment *segment,
                     const struct outlook *outlook, struct facts *facts)
{
    bool taking = !tcb_peer_is_done(outlook->state);
    bool waiting = taking && !outlook->fresh && tcb_fin_waits(tcb);
    struct text text = tcb_text(tcb, segment, outlook->rcv_nxt, outlook->rcv_wnd, waiting);
    uint32_t next = outlook->rcv_nxt;

    if (text.refused) {
        add(facts, EVENT_RX_PROBE);
        return;
    }
    if (text.length && text.seq == next) {
        add(facts, EVENT_RX_DATA);
        if (taking)
            next = outlook->fresh ? next + text.length
                                  : stream_next_after(tcb->stream, next, text.length);
    } else if (text.length || (text.fin && text.fin_seq != next)) {
        add(facts, EVENT_RX_GAP);
    }
    if ((text.fin && text.fin_seq == next) ||
        (waiting && next != outlook->rcv_nxt && tcb->peer_fin_seq == next))
        add(facts, EVENT_RX_FIN);
}

/* RFC 9293 3.10.7.3. */
static void classify_syn_sent(const struct tcb *tcb, const struct segment *segment,
                              struct facts *facts)
{
    bool acks = segment->flags & TCP_ACK;
    bool acceptable = acks && tcb_ack_is_ours(tcb, segment->ack);
    struct option_summary ours, theirs;

    if (segment->flags & TCP_RST) {
        add(facts, acceptable ? EVENT_RX_RST : EVENT_RX_RST_BAD);
        return;
    }
    if (acks && !acceptable) {
        add(facts, EVENT_RX_ACK_BAD);
        return;
    }
    if (!(segment->flags & TCP_SYN)) {
        add(facts, EVENT_RX_NO_SYN);
        return;
    }
    if (!acks) {
        /* Its data may be queued; it is not, and comes again, for only the SYN will be
         * acknowledged. */
        add(facts, EVENT_RX_SYN);
        return;
    }
    options_summarize(&tcb->parameters.syn_options, &ours);
    options_summarize(&segment->options, &theirs);
    uint8_t shift = ours.has_wscale && theirs.has_wscale ? tcb_shift(ours.wscale) : 0;
    struct outlook outlook = {
        .state = STATE_ESTABLISHED,
        .snd_una = tcb_ack_cut(tcb, segment->ack),
        .rcv_nxt = segment->seq + 1,
        .rcv_wnd = tcb_open_window(&tcb->parameters, shift),
        .fresh = true,
    };
    add(facts, EVENT_RX_SYN_ACK);
    add_window(tcb, segment, &outlook, facts);
    add_text(tcb, segment, &outlook, facts);
}

/* RFC 5961 3.2. */
static enum event classify_rst(const struct tcb *tcb, const struct segment *segment)
{
    uint32_t ahead = segment->seq - tcb->rcv_nxt;

    if (ahead == 0)
        return EVENT_RX_RST;
    return ahead < tcb->rcv_wnd ? EVENT_RX_RST_INEXACT : EVENT_RX_RST_BAD;
}

/*
 * RFC 7323 5.3 R1. A segment without timestamps is let through although RFC 7323 3.2 would drop it
 * silently: middleboxes strip them, and Linux and the BSDs take such segments.
 */
static bool fails_paws(const struct tcb *tcb, const struct segment *segment)
{
    struct option_summary options;

    if (!tcb->ts_on)
        return false;
    options_summarize(&segment->options, &options);
    return options.has_timestamps && seq_before(options.ts_val, tcb->ts_recent);
}

/* Before or behind the window (RFC 9293 3.4, table of the acceptance test); EVENT_COUNT for
 * acceptable. */
static enum event classify_position(const struct tcb *tcb, const struct segment *segment)
{
    uint32_t length = segment_length(segment), end = segment->seq + length;

    if (length ? seq_upto(end, tcb->rcv_nxt) : seq_before(segment->seq, tcb->rcv_nxt)) {
        bool fin = segment->flags & TCP_FIN && tcb_peer_is_done(tcb->state);

        return fin && end == tcb->peer_fin_seq + 1 ? EVENT_RX_FIN_AGAIN : EVENT_RX_OLD;
    }
    if (seq_upto(segment->seq, tcb->rcv_nxt))
        return EVENT_COUNT; /* with our window closed too: its ACK counts, its data does not */
    uint32_t ahead = segment->seq - tcb->rcv_nxt;
    /*
     * A bare ACK at the window's right edge is taken: a peer that filled the window and lost a part
     * of it has to acknowledge from there. RFC 9293 would answer it and drop it; Linux takes it.
     */
    if (ahead < tcb->rcv_wnd || (ahead == tcb->rcv_wnd && length == 0))
        return EVENT_COUNT;
    return EVENT_RX_BEYOND;
}

/* The first four checks of RFC 9293 3.10.7.4; EVENT_COUNT for a segment that passes them. */
static enum event classify_header(const struct tcb *tcb, const struct segment *segment)
{
    const uint16_t syn_ack = TCP_SYN | TCP_ACK;

    if (segment->flags & TCP_RST)
        return classify_rst(tcb, segment);
    if (fails_paws(tcb, segment))
        return EVENT_RX_PAWS;
    if (segment->flags & TCP_SYN) {
        if (segment->seq != tcb->irs)
            return EVENT_RX_SYN_BAD; /* wherever it lies (RFC 5961 4.2) */
        /* Figure 7: the crossing SYN,ACK is old, and yet it is what completes the handshake. */
        if (tcb->state == STATE_SYN_RECEIVED && (segment->flags & syn_ack) == syn_ack &&
            tcb_ack_is_ours(tcb, segment->ack))
            return EVENT_RX_SYN_ACK;
        return EVENT_RX_SYN_AGAIN;
    }
    enum event position = classify_position(tcb, segment);
    if (position != EVENT_COUNT)
        return position;
    return segment->flags & TCP_ACK ? EVENT_COUNT : EVENT_RX_NO_ACK;
}

/* RFC 9293 3.10.7.4, fifth check, with the limits of RFC 5961 5.2. */
static enum event classify_ack(const struct tcb *tcb, const struct segment *segment)
{
    uint32_t ack = segment->ack;

    if (tcb->state == STATE_SYN_RECEIVED)
        return tcb_ack_is_ours(tcb, ack) ? EVENT_RX_ACK_SYN : EVENT_RX_ACK_BAD;
    if (seq_before(tcb->snd_max, ack))
        return EVENT_RX_ACK_UNSENT;
    if (seq_before(ack, tcb->snd_una))
        return tcb->snd_una - ack > tcb->max_snd_wnd ? EVENT_RX_ACK_OLD : EVENT_RX_ACK_SAME;
    if (ack == tcb->snd_una || tcb_ack_cut(tcb, ack) == tcb->snd_una) {
        /* RFC 6582 3.2 step 2: repeats that a time-out made cause such ACKs too. */
        bool third = tcb_is_duplicate(tcb, segment) &&
                     tcb->duplicate_acks + 1 == DUPLICATES_TO_RESEND &&
                     !seq_before(tcb->snd_una, tcb->recover);

        return third ? EVENT_RX_ACK_DUP : EVENT_RX_ACK_SAME;
    }
    return tcb->fin_sent && ack == tcb_end(tcb) ? EVENT_RX_ACK_FIN : EVENT_RX_ACK_NEW;
}

static enum state state_after(const struct tcb *tcb, enum event event)
{
    const struct fsm_cell *cell = fsm_cell(event, tcb->state);

    return cell->action == FSM_GO ? (enum state)cell->next : tcb->state;
}

/* RFC 9293 3.10.7.4. */
static void classify_rest(const struct tcb *tcb, const struct segment *segment, struct facts *facts)
{
    enum event event = classify_header(tcb, segment);
    struct outlook outlook = {.rcv_nxt = tcb->rcv_nxt, .rcv_wnd = tcb->rcv_wnd};

    bool stops = event != EVENT_COUNT && event != EVENT_RX_SYN_ACK;

    if (event == EVENT_COUNT)
        event = classify_ack(tcb, segment);
    add(facts, event);
    if (stops)
        return;
    if (event == EVENT_RX_SYN_ACK) {
        struct option_summary theirs;

        options_summarize(&segment->options, &theirs);
        outlook.rcv_wnd =
            tcb_open_window(&tcb->parameters, theirs.has_wscale ? tcb->rcv_wscale : 0);
    }
    outlook.state = state_after(tcb, event);
    outlook.snd_una = tcb_ack_cut(tcb, segment->ack);
    if (seq_before(outlook.snd_una, tcb->snd_una))
        outlook.snd_una = tcb->snd_una;
    if (event == EVENT_RX_ACK_BAD || event == EVENT_RX_ACK_OLD || event == EVENT_RX_ACK_UNSENT ||
        outlook.state == STATE_CLOSED)
        return;
    add_window(tcb, segment, &outlook, facts);
    add_text(tcb, segment, &outlook, facts);
}

unsigned tcb_classify(const struct tcb *tcb, const struct segment *segment,
                      enum event events[TCB_EVENTS_MAX])
{
    struct facts facts = {.events = events};

    if (tcb->state == STATE_CLOSED)
        add(&facts, segment->flags & TCP_RST ? EVENT_RX_RST_BAD : EVENT_RX_STRAY);
    else if (tcb->state == STATE_SYN_SENT)
        classify_syn_sent(tcb, segment, &facts);
    else
        classify_rest(tcb, segment, &facts);
    return facts.count;
}
