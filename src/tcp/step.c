/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One step through the state machine: variables, state and timers, but nothing sent. */
#include <assert.h>

#include "tcp/rtt.h"
#include "tcp/tcb.h"
#include "tcp/tcb_parts.h"

/* RFC 5961 7: at most so many answers to segments that were not acceptable within that time, its
 * own example. */
#define CHALLENGES_MAX  10
#define CHALLENGES_TIME INT64_C(5000000000)

/* RFC 6298 5.7: the time-out for data after a SYN was lost and nothing could be measured. */
#define RTO_AFTER_LOSS INT64_C(3000000000)

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/*
 * One round trip, if the acknowledgment tells it: of the timed segment, or by the echoed timestamp,
 * which is unambiguous for a repeated segment too (RFC 7323 4.1); otherwise none (Karn: RFC 6298
 * 3).
 */
static bool take_sample(struct tcb *tcb, const struct segment *segment, int64_t now)
{
    struct option_summary options;

    if (tcb->timing && seq_before(tcb->timed_seq, segment->ack)) {
        tcb->timing = false;
        rtt_sample(tcb, now - tcb->timed_at);
        return true;
    }
    if (!tcb->ts_on)
        return false;
    options_summarize(&segment->options, &options);
    if (!options.has_timestamps || options.ts_ecr == 0 ||
        seq_before(tcb->ts_val_last, options.ts_ecr))
        return false;
    /* Two copies within a millisecond: the later one's TSval is ahead of the clock. */
    int32_t elapsed = (int32_t)(tcb_ts_at(tcb, now) - options.ts_ecr);
    rtt_sample(tcb, elapsed > 0 ? (int64_t)elapsed * 1000000 : 1);
    return true;
}

/* RFC 5681 equation 4: half of what is in flight. */
static void halve(struct tcb *tcb)
{
    tcb->ssthresh = larger((tcb->snd_nxt - tcb->snd_una) / 2, 2u * tcb->snd_mss);
    tcb->cwnd = tcb->ssthresh;
    tcb->recover = tcb->snd_max;
}

/* Slow start and congestion avoidance (RFC 5681 3.1, equations 2 and 3). */
static void grow(struct tcb *tcb, uint32_t acked)
{
    uint32_t mss = tcb->snd_mss;

    if (tcb->cwnd < tcb->ssthresh)
        tcb->cwnd += smaller(acked, mss);
    else if (tcb->cwnd < TCB_DATA_MAX)
        tcb->cwnd += larger((uint32_t)((uint64_t)mss * mss / tcb->cwnd), 1);
}

static void advance(struct tcb *tcb, uint32_t ack)
{
    uint32_t acked = ack - tcb->snd_una;

    tcb->snd_una = ack;
    if (seq_before(tcb->snd_nxt, ack))
        tcb->snd_nxt = ack;
    tcb->backoff = 0;
    tcb->persist_backoff = 0;
    tcb->duplicate_acks = 0;
    grow(tcb, acked);
}

/* The ACK of a connection that stands (RFC 9293 3.10.7.4, fifth check). */
static void take_ack(struct tcb *tcb, const struct segment *segment, int64_t now)
{
    uint32_t ack = tcb_ack_cut(tcb, segment->ack);
    bool duplicate = tcb_is_duplicate(tcb, segment);

    /* RFC 3168 6.1.2: once for each window of data. */
    if (tcb->ecn_on && segment->flags & TCP_ECE && !seq_before(segment->ack, tcb->recover)) {
        halve(tcb);
        tcb->cwr_due = true;
    }
    if (seq_before(tcb->snd_una, ack)) {
        take_sample(tcb, segment, now);
        advance(tcb, ack);
    } else if (duplicate) {
        tcb->duplicate_acks++;
    }
    if (tcb_updates_window(tcb, segment))
        tcb_take_window(tcb, segment);
    tcb->probes_unanswered = 0;
}

/* Our SYN is acknowledged: the connection stands. */
static void take_opening(struct tcb *tcb, const struct segment *segment, int64_t now)
{
    bool lost = tcb->backoff > 0;
    uint32_t mss = tcb->snd_mss;

    if (!take_sample(tcb, segment, now) && lost)
        tcb->rto = rtt_bounded(tcb, RTO_AFTER_LOSS);
    advance(tcb, tcb_ack_cut(tcb, segment->ack));
    /* Data of the SYN that it did not take counts as not sent (RFC 7413 4.2.2). */
    tcb->snd_nxt = tcb->snd_max = tcb->snd_una;
    tcb->timing = false;
    tcb_take_window(tcb, segment);
    /* RFC 6928 2: ten segments, but one where the SYN was lost. */
    tcb->cwnd = lost ? mss : smaller(10 * mss, larger(2 * mss, 14600));
}

/* Everything outstanding counts as lost and goes out again from SND.UNA. */
static void go_back(struct tcb *tcb)
{
    tcb->snd_nxt = tcb->snd_una;
    tcb->timing = false;
    tcb->duplicate_acks = 0;
}

static void time_out(struct tcb *tcb)
{
    bool first = tcb->backoff++ == 0;

    rtt_back_off(tcb);
    tcb->timing = false;
    if (tcb->state == STATE_SYN_SENT || tcb->state == STATE_SYN_RECEIVED)
        return;
    if (first) /* RFC 5681 3.1: ssthresh stays when the same segment is lost again */
        halve(tcb);
    tcb->cwnd = tcb->snd_mss;
    tcb->recover = tcb->snd_max;
    go_back(tcb);
}

/* The window stays closed: what was sent before it closed counts as not sent, too. */
static void probe_window(struct tcb *tcb)
{
    tcb->persist_backoff++;
    tcb->probes_unanswered++;
    go_back(tcb);
    tcb->due[TCB_TIMER_RESEND] = TCB_NEVER;
}

static void update(struct tcb *tcb, enum event event, const struct segment *segment, int64_t now)
{
    switch (event) {
    case EVENT_USER_CLOSE:
        tcb->fin_queued = true;
        break;
    case EVENT_TIMER_RESEND:
        time_out(tcb);
        break;
    case EVENT_TIMER_PERSIST:
        probe_window(tcb);
        break;
    case EVENT_RX_SYN:
        tcb_take_syn(tcb, segment);
        break;
    case EVENT_RX_SYN_ACK:
        if (tcb->state == STATE_SYN_SENT)
            tcb_take_syn(tcb, segment);
        else
            tcb_take_crossing(tcb, segment);
        take_opening(tcb, segment, now);
        break;
    case EVENT_RX_ACK_SYN:
        tcb_take_marks(tcb, segment);
        take_opening(tcb, segment, now);
        break;
    case EVENT_RX_ACK_SAME:
    case EVENT_RX_ACK_NEW:
    case EVENT_RX_ACK_FIN:
        tcb_take_marks(tcb, segment);
        take_ack(tcb, segment, now);
        break;
    case EVENT_RX_ACK_DUP:
        tcb_take_marks(tcb, segment);
        take_ack(tcb, segment, now);
        halve(tcb);
        break;
    case EVENT_RX_WINDOW_ZERO:
        tcb->persist_backoff = 0;
        break;
    case EVENT_RX_WINDOW_OPEN:
        tcb->due[TCB_TIMER_PERSIST] = TCB_NEVER;
        tcb->persist_backoff = 0;
        break;
    case EVENT_RX_OLD:
        tcb_take_old(tcb, segment);
        break;
    case EVENT_RX_FIN:
        tcb_take_fin(tcb);
        break;
    case EVENT_ICMP_TOO_BIG:
        if (tcb->shrunk && tcb->state != STATE_SYN_SENT && tcb->state != STATE_SYN_RECEIVED)
            go_back(tcb);
        break;
    case EVENT_USER_OPEN:
    case EVENT_USER_SEND:
    case EVENT_USER_ABORT:
    case EVENT_USER_LEAVE:
    case EVENT_TIMER_GIVE_UP:
    case EVENT_TIMER_2MSL:
    case EVENT_RX_ACK_BAD:
    case EVENT_RX_NO_SYN:
    case EVENT_RX_STRAY:
    case EVENT_RX_RST:
    case EVENT_RX_RST_INEXACT:
    case EVENT_RX_RST_BAD:
    case EVENT_RX_PAWS:
    case EVENT_RX_SYN_AGAIN:
    case EVENT_RX_FIN_AGAIN:
    case EVENT_RX_BEYOND:
    case EVENT_RX_SYN_BAD:
    case EVENT_RX_NO_ACK:
    case EVENT_RX_ACK_OLD:
    case EVENT_RX_ACK_UNSENT:
    case EVENT_RX_DATA: /* taken by its effect */
    case EVENT_RX_GAP:
    case EVENT_RX_PROBE:
    case EVENT_ICMP_HARD:
    case EVENT_ICMP_SOFT:
    case EVENT_LINK_LOST:
    case EVENT_COUNT:
        break;
    }
}

/*
 * Whether the ACK of this event answers something that a peer out of step could send for ever: two
 * such peers would answer one another without end. Data is always answered, for its sender needs
 * that to get on.
 */
static bool is_challenge(enum event event, const struct segment *segment)
{
    if (event == EVENT_RX_OLD || event == EVENT_RX_BEYOND || event == EVENT_RX_PAWS)
        return segment_length(segment) == 0;
    return event == EVENT_RX_RST_INEXACT || event == EVENT_RX_SYN_BAD ||
           event == EVENT_RX_SYN_AGAIN || event == EVENT_RX_ACK_OLD || event == EVENT_RX_ACK_UNSENT;
}

static bool may_challenge(struct tcb *tcb, int64_t now)
{
    if (tcb->challenges == 0 || now - tcb->challenges_since >= CHALLENGES_TIME) {
        tcb->challenges = 0;
        tcb->challenges_since = now;
    }
    if (tcb->challenges >= CHALLENGES_MAX)
        return false;
    tcb->challenges++;
    return true;
}

/* The cell's effects without those that manners or limits forbid. */
static uint32_t effects_of(struct tcb *tcb, enum event event, const struct segment *segment,
                           uint32_t effects, int64_t now)
{
    /* A repeated SYN,ACK asks for the same final ACK. */
    if (tcb->parameters.manners & TCB_MANNER_NO_ACK &&
        (event == EVENT_RX_SYN_ACK || event == EVENT_RX_SYN_AGAIN))
        effects &= ~(uint32_t)EFFECT_ACK;
    if (effects & EFFECT_ACK && is_challenge(event, segment) && !may_challenge(tcb, now))
        effects &= ~(uint32_t)EFFECT_ACK;
    if (event == EVENT_ICMP_TOO_BIG) {
        if (!tcb->shrunk)
            effects &= ~(uint32_t)(EFFECT_SHRINK | EFFECT_RESEND);
        tcb->shrunk = false;
    }
    return effects;
}

static void run_timers(struct tcb *tcb, uint32_t effects, int64_t now)
{
    if (tcb->state == STATE_CLOSED || effects & EFFECT_LINGER)
        for (unsigned i = 0; i < TCB_TIMER_COUNT; i++)
            tcb->due[i] = TCB_NEVER;
    if (effects & EFFECT_LINGER)
        tcb->due[TCB_TIMER_2MSL] = now + 2 * tcb->parameters.msl;
    if (effects & EFFECT_ARM)
        tcb->due[TCB_TIMER_RESEND] = now + tcb->rto;
    if (effects & EFFECT_REARM)
        tcb->due[TCB_TIMER_RESEND] = tcb_outstanding(tcb) ? now + tcb->rto : TCB_NEVER;
    if (effects & EFFECT_PERSIST)
        tcb_persist(tcb, now);
    if (tcb->snd_una == tcb_end(tcb))
        tcb->due[TCB_TIMER_PERSIST] = TCB_NEVER;
}

struct step tcb_step(struct tcb *tcb, enum event event, const struct segment *segment, int64_t now)
{
    const struct fsm_cell *cell = fsm_cell(event, tcb->state);
    struct step step = {
        .at = now,
        .from = tcb->state,
        .event = event,
        .to = cell->action == FSM_GO ? (enum state)cell->next : tcb->state,
        .action = (enum fsm_action)cell->action,
    };

    assert(tcb_may(tcb, event));
    update(tcb, event, segment, now);
    step.effects = effects_of(tcb, event, segment, cell->effects, now);
    if (step.effects & EFFECT_TAKE)
        tcb_take_text(tcb, segment);
    tcb->state = step.to;
    run_timers(tcb, step.effects, now);
    if (step.to == STATE_CLOSED && step.from != STATE_CLOSED)
        tcb->outcome = step.effects & EFFECTS_OUTCOME;
    return step;
}
