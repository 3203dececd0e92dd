/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client's captured segment says of its user and of its timers. */
#include <string.h>

#include "probe/track/shadow_parts.h"
#include "tcp/witness.h"

#define MILLISECOND INT64_C(1000000)

/* A machine repeats at once what duplicate ACKs ask for. */
#define AT_ONCE (5 * MILLISECOND)

/* The shortest time-out in use is 200 ms; recovery by SACK goes on with each ACK. */
#define STANDSTILL (150 * MILLISECOND)

/* Stamps are not the client's clock: a time-out may be seen a part of itself too early. */
static bool timed_out(const struct shadow_work *work, enum tcb_timer timer)
{
    int64_t due = work->tcb.due[timer];

    return due != TCB_NEVER && work->now >= due - work->tcb.rto / 4;
}

/* The same packet once more, by the capture or on the way: no system sends it again so soon. */
static bool is_twin(const struct shadow_work *work, size_t index)
{
    const struct story_segment *one, *other = shadow_entry(work, index);
    uint64_t apart;

    if (work->before == TRACE_NONE)
        return false;
    one = shadow_entry(work, work->before);
    apart = one->input.at < other->input.at ? (uint64_t)other->input.at - (uint64_t)one->input.at
                                            : (uint64_t)one->input.at - (uint64_t)other->input.at;
    return apart < (uint64_t)SHADOW_TWIN && one->segment.seq == other->segment.seq &&
           one->segment.ack == other->segment.ack && one->segment.flags == other->segment.flags &&
           one->segment.payload_total == other->segment.payload_total &&
           one->input.has_ip_id == other->input.has_ip_id &&
           one->input.ip_id == other->input.ip_id && segment_length(&other->segment) > 0 &&
           one->segment.options.length == other->segment.options.length &&
           memcmp(one->segment.options.bytes, other->segment.options.bytes,
                  one->segment.options.length) == 0;
}

/* Whether an RST is what the machine itself sends for a segment that it got. */
static bool is_reply(struct shadow_work *work, const struct segment *segment)
{
    const struct segment *answered = &work->answered;

    if (!(work->effects & EFFECT_REPLY))
        return false;
    if (answered->flags & TCP_ACK ? segment->seq != answered->ack
                                  : segment->ack != answered->seq + segment_length(answered))
        return false;
    work->effects &= ~(uint32_t)EFFECT_REPLY;
    return true;
}

/* Whether it is just the time of a timer: not so much earlier, nor later, that a user is likelier.
 */
static bool just_timed_out(const struct shadow_work *work, enum tcb_timer timer)
{
    int64_t due = work->tcb.due[timer], about = work->tcb.rto / 32 + 5 * MILLISECOND;

    return due != TCB_NEVER && work->now >= due - about && work->now <= due + about;
}

/* Whether it had waited in vain once more when it sent its RST. */
static bool gave_up(const struct shadow_work *work)
{
    const struct tcb *tcb = &work->tcb;

    if (tcb->state == STATE_SYN_SENT && tcb->syn_copies == 1)
        return work->now - tcb->timed_at >= SHADOW_TWIN;
    if (tcb->state == STATE_SYN_SENT || tcb->state == STATE_SYN_RECEIVED)
        return timed_out(work, TCB_TIMER_RESEND);
    return (tcb->backoff > 0 && just_timed_out(work, TCB_TIMER_RESEND)) ||
           (tcb->probes_unanswered > 0 && just_timed_out(work, TCB_TIMER_PERSIST));
}

static void take_rst(struct shadow_work *work, size_t index, int64_t at)
{
    const struct segment *segment = &shadow_entry(work, index)->segment;

    /* One behind which the client goes on is not its machine's. */
    if (is_reply(work, segment) || work->tcb.state == STATE_CLOSED || index < work->alive)
        return;
    shadow_own(work, gave_up(work) ? EVENT_TIMER_GIVE_UP : EVENT_USER_ABORT, at);
    tcb_witness(&work->tcb, segment, work->now);
}

static void take_syn(struct shadow_work *work, size_t index, int64_t at)
{
    const struct segment *segment = &shadow_entry(work, index)->segment;
    bool opening = work->tcb.state == STATE_SYN_SENT || work->tcb.state == STATE_SYN_RECEIVED;
    bool answer = segment->flags & TCP_ACK;

    if (segment->seq != work->tcb.iss || work->tcb.state == STATE_CLOSED ||
        segment->payload_total > work->tcb.parameters.data_length ||
        (answer && work->tcb.state == STATE_SYN_SENT)) {
        shadow_stop(work, SHADOW_END_DEPARTED, index);
        return;
    }
    if (!opening || (!answer && work->tcb.state == STATE_SYN_RECEIVED))
        return; /* late, or twice on the way */
    if (answer && work->effects & EFFECT_SYN_ACK)
        work->effects &= ~(uint32_t)EFFECT_SYN_ACK;
    else
        shadow_own(work, EVENT_TIMER_RESEND, at);
    tcb_witness(&work->tcb, segment, work->now);
}

/* Whether what lies between the client's highest number and this segment follows in the capture. */
static bool comes_later(const struct shadow_work *work, size_t index)
{
    uint32_t from = work->tcb.snd_max, seq = shadow_entry(work, index)->segment.seq;

    for (size_t i = index + 1; i < work->story->count && i - index <= SHADOW_AHEAD; i++) {
        const struct segment *segment = &shadow_entry(work, i)->segment;

        if (shadow_is_client(work, i) && segment_length(segment) > 0 &&
            !(segment->flags & (TCP_SYN | TCP_RST)) && seq_upto(segment->seq, from) &&
            seq_before(from, segment->seq + segment_length(segment)) &&
            seq_before(segment->seq, seq))
            return true;
    }
    return false;
}

/* Nothing, or what lies where nothing is: it asks whether somebody is there, or whether the window
 * is still closed. */
static bool take_inquiry(struct shadow_work *work, const struct segment *segment, int64_t at)
{
    const struct tcb *tcb = &work->tcb;

    if (segment->payload_total > 1 || segment->flags & TCP_FIN ||
        !seq_before(segment->seq, tcb->snd_una))
        return false;
    if (tcb->snd_wnd == 0 && segment->seq + 1 == tcb->snd_una && tcb->snd_una == tcb->snd_nxt)
        shadow_own(work, EVENT_TIMER_PERSIST, at);
    return true;
}

/*
 * Whether a timer has sent this again: the machine's own was due, or nothing had happened for so
 * long that nothing else can have. Other systems' timers run differently.
 */
static bool sent_by_timer(const struct shadow_work *work, const struct segment *segment)
{
    const struct tcb *tcb = &work->tcb;

    if (timed_out(work, TCB_TIMER_RESEND))
        return true;
    return work->now - work->stirred >= STANDSTILL &&
           seq_before(tcb->snd_una, segment->seq + segment_length(segment));
}

/* What was sent before: by duplicate ACKs, by a timer, or as the client's own recovery has it. */
static void take_repeat(struct shadow_work *work, const struct segment *segment, int64_t at)
{
    struct tcb *tcb = &work->tcb;
    bool late = sent_by_timer(work, segment);

    if (tcb->snd_wnd == 0) {
        shadow_own(work, EVENT_TIMER_PERSIST, at);
    } else if (!seq_before(segment->seq, tcb->snd_nxt)) {
        return; /* everything behind a time-out goes out again */
    } else if (work->effects & EFFECT_RESEND &&
               (!late || work->now - work->resend_since < AT_ONCE)) {
        work->effects &= ~(uint32_t)EFFECT_RESEND;
    } else if (late) {
        work->effects &= ~(uint32_t)EFFECT_RESEND;
        shadow_own(work, EVENT_TIMER_RESEND, at);
    }
}

/* Data that its user had not given it before. False where there can be none. */
static bool take_send(struct shadow_work *work, size_t index, uint32_t end, int64_t at)
{
    struct tcb *tcb = &work->tcb;
    uint32_t known = tcb->iss + 1 + (uint32_t)tcb->parameters.data_length;
    uint32_t most = tcb->iss + 1 + TCB_DATA_MAX, write;

    if (seq_upto(end, known))
        return true;
    if (tcb->state != STATE_ESTABLISHED && tcb->state != STATE_CLOSE_WAIT)
        return false;
    write = shadow_write_end(work, index);
    if (seq_before(write, end))
        write = end;
    if (end - known > TCB_DATA_MAX - (uint32_t)tcb->parameters.data_length ||
        (!tcb_witness_data(tcb, write) && !tcb_witness_data(tcb, most))) {
        shadow_stop(work, SHADOW_END_TOO_MANY, index);
        return true;
    }
    return shadow_own(work, EVENT_USER_SEND, at);
}

/* Data and FIN that were not sent before. */
static void take_new(struct shadow_work *work, size_t index, int64_t at)
{
    const struct segment *segment = &shadow_entry(work, index)->segment;
    uint32_t data_end = segment->seq + (uint32_t)segment->payload_total;
    struct tcb *tcb = &work->tcb;
    bool waited = timed_out(work, TCB_TIMER_PERSIST) && tcb->snd_una == tcb->snd_nxt;

    if (!take_send(work, index, data_end, at) ||
        (segment->flags & TCP_FIN && !tcb->fin_queued && !shadow_own(work, EVENT_USER_CLOSE, at)) ||
        (tcb->state == STATE_SYN_RECEIVED) || tcb->state == STATE_SYN_SENT) {
        shadow_stop(work, SHADOW_END_DEPARTED, index);
        return;
    }
    if (tcb->snd_wnd == 0 || waited)
        shadow_own(work, EVENT_TIMER_PERSIST, at);
}

/* The window that it tells. Its right edge never goes back (RFC 9293 3.8.6), so that what is under
 * way still fits. */
static void take_window(struct shadow_work *work, const struct segment *segment)
{
    struct tcb *tcb = &work->tcb;
    uint32_t edge = segment->ack + ((uint32_t)segment->window << tcb->rcv_wscale);

    if (!(segment->flags & TCP_ACK) || tcb->rcv_nxt - segment->ack > SHADOW_FAR)
        return;
    if (!work->has_edge || seq_before(work->edge, edge))
        work->edge = edge;
    work->has_edge = true;
    tcb_witness_window(tcb, seq_before(tcb->rcv_nxt, work->edge) ? work->edge - tcb->rcv_nxt : 0);
}

static void take_text(struct shadow_work *work, size_t index, int64_t at)
{
    const struct segment *segment = &shadow_entry(work, index)->segment;
    uint32_t length = segment_length(segment), end = segment->seq + length;
    struct tcb *tcb = &work->tcb;

    if (segment->seq - tcb->snd_max + SHADOW_FAR >= 2 * SHADOW_FAR ||
        segment->payload_total > SHADOW_FAR ||
        (seq_before(tcb->snd_max, segment->seq) && !comes_later(work, index))) {
        shadow_stop(work, SHADOW_END_HOLES, index);
        return;
    }
    take_window(work, segment);
    if (take_inquiry(work, segment, at) || length == 0) {
        struct segment bare = *segment;

        bare.payload_total = 0;
        tcb_witness(tcb, &bare, work->now);
        return;
    }
    if (seq_before(segment->seq, tcb->snd_max))
        take_repeat(work, segment, at);
    if (seq_before(tcb->snd_max, end) || (segment->flags & TCP_FIN && !tcb->fin_queued))
        take_new(work, index, at);
    if (!work->over)
        tcb_witness(tcb, segment, work->now);
    work->stirred = work->now;
}

void shadow_client(struct shadow_work *work, size_t index)
{
    const struct segment *segment = &shadow_entry(work, index)->segment;
    int64_t at = shadow_clock(work, index);

    if (is_twin(work, index))
        return;
    if (segment->flags & TCP_RST) {
        take_rst(work, index, at);
    } else if (segment->flags & TCP_SYN) {
        take_syn(work, index, at);
    } else if (work->tcb.state == STATE_CLOSED ||
               (!work->tcb.has_irs && !(segment->flags & TCP_ACK))) {
        shadow_stop(work, SHADOW_END_DEPARTED, index);
    } else {
        take_text(work, index, at);
    }
}
