/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Says which segments the effects of a step amount to. */
#include <assert.h>
#include <string.h>

#include "tcp/tcb.h"
#include "tcp/tcb_parts.h"

#define ECT_0 2 /* the ECN bits of new data (RFC 3168 5) */

#define SENDING                                                                                    \
    ((uint32_t)(EFFECT_SYN | EFFECT_SYN_ACK | EFFECT_ACK | EFFECT_FIN | EFFECT_RST |               \
                EFFECT_REPLY | EFFECT_SEND | EFFECT_RESEND | EFFECT_PROBE))

/*
 * The sequence number of a bare ACK: SND.NXT as it was before a time-out took it back. Where the
 * peer has all of that, nothing else would be acceptable to it; where it has not, what is repeated
 * from SND.UNA on brings it the same acknowledgment.
 */
static uint32_t sequence_of_ack(const struct tcb *tcb)
{
    /* Before our SYN is acknowledged its data may not have been taken, nor fit the window. */
    return tcb->snd_una == tcb->iss ? tcb->iss + 1 : tcb->snd_max;
}

/* That of an RST: the same, as far as the peer's window lets it count, as Linux does it. */
static uint32_t sequence_of_reset(const struct tcb *tcb)
{
    uint32_t edge = tcb->snd_una + tcb->snd_wnd;
    uint32_t seq = seq_before(edge, tcb->snd_max) ? edge : tcb->snd_max;

    return seq == tcb->iss ? seq + 1 : seq; /* behind our SYN, whatever window its answer had */
}

/* An option that has been counted before: there is room. */
static void add_option(struct options *options, uint8_t kind, const void *value, size_t length)
{
    int added = options_add(options, kind, value, length);

    assert(added == 0);
    (void)added;
}

static void put_u32(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* SACK blocks (RFC 2018 4): as many as fit, the pending D-SACK first. The stream's own is cleared
 * when it was sent. */
static void add_sack(const struct tcb *tcb, struct options *options)
{
    struct stream stream = *tcb->stream;
    struct stream_block blocks[4];
    uint8_t value[sizeof(blocks)];
    unsigned count = stream_sack(&stream, blocks, tcb->ts_on ? 3 : 4);

    if (count == 0)
        return;
    for (unsigned i = 0; i < count; i++) {
        put_u32(value + 8 * i, blocks[i].left);
        put_u32(value + 8 * i + 4, blocks[i].right);
    }
    add_option(options, OPTION_NOP, NULL, 0);
    add_option(options, OPTION_NOP, NULL, 0);
    add_option(options, OPTION_SACK, value, 8 * count);
}

/* The options of a segment after the handshake, laid out as Linux does: words begin at multiples of
 * four. */
static void add_options(struct tcb *tcb, struct segment *segment, int64_t now)
{
    if (tcb->ts_on) {
        int added;

        add_option(&segment->options, OPTION_NOP, NULL, 0);
        add_option(&segment->options, OPTION_NOP, NULL, 0);
        added =
            options_add_timestamps(&segment->options, tcb_next_ts(tcb, now, false), tcb->ts_recent);
        assert(added == 0);
        (void)added;
    }
    if (tcb->sack_on && !(tcb->parameters.manners & TCB_MANNER_NO_SACK))
        add_sack(tcb, &segment->options);
    options_pad(&segment->options);
}

/* Any segment of the connection that stands: ACK, window, options, the answer to a CE mark. */
static void begin_segment(struct tcb *tcb, struct segment *segment, uint32_t seq, uint16_t flags,
                          int64_t now)
{
    tcb_begin(tcb, segment, seq, flags | TCP_ACK);
    segment->ack = tcb->rcv_nxt;
    segment->window = tcb_window_field(tcb);
    if (tcb->ecn_on && tcb->ecn_echo)
        segment->flags |= TCP_ECE;
    add_options(tcb, segment, now);
}

/* The segment is as good as sent: what it acknowledges needs no other. */
static void acknowledged(struct tcb *tcb, uint32_t *effects)
{
    tcb->last_ack_sent = tcb->rcv_nxt;
    tcb->stream->has_dsack = false;
    *effects &= ~(uint32_t)EFFECT_ACK;
}

/* RFC 9293 3.10.7.1 and the resets of 3.10.7.3 and 3.10.7.4. */
static void build_reply(const struct tcb *tcb, const struct segment *answered,
                        struct segment *segment)
{
    assert(answered && !(answered->flags & TCP_RST));
    if (answered->flags & TCP_ACK) {
        tcb_begin(tcb, segment, answered->ack, TCP_RST);
    } else {
        tcb_begin(tcb, segment, 0, TCP_RST | TCP_ACK);
        segment->ack = answered->seq + segment_length(answered);
    }
}

/*
 * RFC 9293 3.10.5: <SEQ=SND.NXT><CTL=RST>. With the ACK it counts for a peer in SYN-SENT too
 * (3.10.7.3), and others do not look at it; Linux sends the same. In SYN-SENT there is nothing to
 * acknowledge, and ISS+1 is what the peer expects.
 */
static void build_reset(const struct tcb *tcb, struct segment *segment)
{
    if (!tcb->has_irs) {
        tcb_begin(tcb, segment, tcb->iss + 1, TCP_RST);
        return;
    }
    tcb_begin(tcb, segment, sequence_of_reset(tcb), TCP_RST | TCP_ACK);
    segment->ack = tcb->rcv_nxt;
}

/* How many bytes go into a segment beside these options; never 0. */
static uint32_t room_beside(const struct tcb *tcb, const struct segment *segment)
{
    return tcb->snd_mss > segment->options.length ? tcb->snd_mss - (uint32_t)segment->options.length
                                                  : 1;
}

/* Fills a segment that has been begun with `length` bytes from its sequence number on, and FIN. */
static void fill(struct tcb *tcb, struct segment *segment, uint32_t length, bool fin, int64_t now)
{
    uint32_t end = segment->seq + length;
    bool fresh = !seq_before(segment->seq, tcb->snd_max);

    if (length) {
        segment->payload = tcb->parameters.data + (segment->seq - tcb->iss - 1);
        segment->payload_length = segment->payload_total = length;
        if (end == tcb_data_end(tcb))
            segment->flags |= TCP_PSH;
        if (tcb->ecn_on && fresh) { /* RFC 3168 6.1.5: never a repeat */
            segment->ecn = ECT_0;
            if (tcb->cwr_due)
                segment->flags |= TCP_CWR;
            tcb->cwr_due = false;
        }
    }
    if (fin) {
        segment->flags |= TCP_FIN;
        tcb->fin_sent = true;
        end++;
    }
    if (fresh && !tcb->timing) {
        tcb->timing = true;
        tcb->timed_seq = segment->seq;
        tcb->timed_at = now;
    }
}

static uint32_t smallest(uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Bytes of data at a sequence number and behind it. */
static uint32_t data_from(const struct tcb *tcb, uint32_t seq)
{
    return seq_before(seq, tcb_data_end(tcb)) ? tcb_data_end(tcb) - seq : 0;
}

static void watch(struct tcb *tcb, int64_t now)
{
    if (tcb->due[TCB_TIMER_RESEND] == TCB_NEVER)
        tcb->due[TCB_TIMER_RESEND] = now + tcb->rto;
    tcb->due[TCB_TIMER_PERSIST] = TCB_NEVER;
}

/* Whether data and FIN may go out in this state. */
static bool may_send(const struct tcb *tcb)
{
    return tcb->state == STATE_ESTABLISHED || tcb->state == STATE_CLOSE_WAIT ||
           tcb->state == STATE_FIN_WAIT_1 || tcb->state == STATE_CLOSING ||
           tcb->state == STATE_LAST_ACK;
}

/*
 * The next segment from SND.NXT on, as the windows allow. `force` is the persist timer's: then a
 * small part of a small window is used too (RFC 9293 3.8.6.2.1, where the override time-out ends
 * the sender's silly window avoidance).
 */
static bool send_next(struct tcb *tcb, bool force, int64_t now, struct segment *segment)
{
    uint32_t seq = tcb->snd_nxt;
    uint32_t used = seq - tcb->snd_una, waiting = data_from(tcb, seq);

    if (!may_send(tcb) || seq == tcb_end(tcb))
        return false;
    if (seq == tcb->iss) { /* closed before our SYN was acknowledged, and it was lost */
        tcb_build_syn(tcb, now, segment);
        watch(tcb, now);
        return true;
    }
    uint32_t limit = tcb->cwnd < tcb->snd_wnd ? tcb->cwnd : tcb->snd_wnd;
    begin_segment(tcb, segment, seq, 0, now);
    uint32_t room = room_beside(tcb, segment);
    uint32_t length = smallest(room, waiting, limit > used ? limit - used : 0);
    bool fin = tcb->fin_queued && length == waiting && used + length < tcb->snd_wnd;

    if (length == 0 && !fin)
        return false;
    if (!force && !fin && length < room && length < waiting && length < tcb->max_snd_wnd / 2)
        return false;
    fill(tcb, segment, length, fin, now);
    tcb_sent_upto(tcb, seq + length + (fin ? 1 : 0));
    watch(tcb, now);
    return true;
}

/* The oldest segment that is not acknowledged, once more (RFC 6298 5.4, RFC 5681 3.2). */
static bool resend(struct tcb *tcb, int64_t now, struct segment *segment)
{
    uint32_t seq = tcb->snd_una, sent = tcb->snd_max - seq;

    if (tcb->state == STATE_SYN_SENT || tcb->state == STATE_SYN_RECEIVED ||
        (may_send(tcb) && sent && seq == tcb->iss)) {
        tcb_build_syn(tcb, now, segment);
        return true;
    }
    /* Into a closed window only probes go. */
    if (!may_send(tcb) || tcb->snd_wnd == 0 || sent == 0 || seq == tcb_end(tcb))
        return false;
    begin_segment(tcb, segment, seq, 0, now);
    uint32_t length = smallest(room_beside(tcb, segment), data_from(tcb, seq), tcb->snd_wnd);
    if (length > sent)
        length = sent;
    bool fin = tcb->fin_sent && seq + length == tcb_data_end(tcb) && length < tcb->snd_wnd;
    assert(length || fin);
    fill(tcb, segment, length, fin, now);
    tcb->timing = false; /* Karn */
    tcb_sent_upto(tcb, seq + length + (fin ? 1 : 0));
    watch(tcb, now);
    return true;
}

/* One byte, or a lone FIN, into the closed window (RFC 9293 3.8.6.1). SND.NXT stays: it will be
 * sent again. */
static bool probe(struct tcb *tcb, int64_t now, struct segment *segment)
{
    uint32_t seq = tcb->snd_una;

    if (tcb_outstanding(tcb) || !may_send(tcb) || seq == tcb_end(tcb))
        return false;
    if (tcb->snd_wnd > 0 || seq == tcb->iss)
        return send_next(tcb, true, now, segment);
    bool data = data_from(tcb, seq) > 0;
    begin_segment(tcb, segment, seq, 0, now);
    fill(tcb, segment, data ? 1 : 0, !data, now);
    segment->ecn = 0; /* RFC 3168 6.1.6 */
    tcb->timing = false;
    if (seq_before(tcb->snd_max, seq + 1))
        tcb->snd_max = seq + 1;
    return true;
}

static bool send_data(struct tcb *tcb, uint32_t *effects, int64_t now, struct segment *segment)
{
    if (*effects & EFFECT_RESEND) {
        *effects &= ~(uint32_t)EFFECT_RESEND;
        if (resend(tcb, now, segment))
            return true;
    }
    if (*effects & EFFECT_PROBE) {
        *effects &= ~(uint32_t)EFFECT_PROBE;
        if (probe(tcb, now, segment))
            return true;
    }
    if (*effects & (EFFECT_SEND | EFFECT_FIN)) {
        if (send_next(tcb, false, now, segment))
            return true;
        *effects &= ~(uint32_t)(EFFECT_SEND | EFFECT_FIN);
        /* What waits and is watched by no timer waits for the window. */
        if (may_send(tcb) && tcb->due[TCB_TIMER_PERSIST] == TCB_NEVER &&
            tcb->due[TCB_TIMER_RESEND] == TCB_NEVER)
            tcb_persist(tcb, now);
    }
    return false;
}

bool tcb_send(struct tcb *tcb, uint32_t *effects, const struct segment *answered, int64_t now,
              struct segment *ret_segment)
{
    if (*effects & EFFECT_REPLY) {
        *effects &= ~(uint32_t)EFFECT_REPLY;
        build_reply(tcb, answered, ret_segment);
        return true;
    }
    if (*effects & EFFECT_RST) {
        *effects &= ~SENDING; /* nothing comes behind it */
        build_reset(tcb, ret_segment);
        return true;
    }
    if (tcb->state == STATE_CLOSED) {
        *effects &= ~SENDING;
        return false;
    }
    if (*effects & (EFFECT_SYN | EFFECT_SYN_ACK)) {
        *effects &= ~(uint32_t)(EFFECT_SYN | EFFECT_SYN_ACK);
        tcb_build_syn(tcb, now, ret_segment);
    } else if (!send_data(tcb, effects, now, ret_segment)) {
        if (!(*effects & EFFECT_ACK)) {
            *effects &= ~SENDING;
            return false;
        }
        begin_segment(tcb, ret_segment, sequence_of_ack(tcb), 0, now);
    }
    if (ret_segment->flags & TCP_ACK)
        acknowledged(tcb, effects);
    return true;
}
