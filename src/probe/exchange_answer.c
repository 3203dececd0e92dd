/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes back for a SYN, and what it says of the probe. */
#include "probe/pinger.h"

static bool left(const struct exchange *exchange)
{
    for (unsigned i = 0; i < exchange->opening.copy_count; i++)
        if (exchange->opening.copies[i].stamped)
            return true;
    return false;
}

static struct outcome_verdict verdict_of(const struct exchange *exchange)
{
    const struct pinger *pinger = exchange->pinger;

    if (exchange->answer == ANSWER_NONE && !left(exchange))
        return (struct outcome_verdict){OUTCOME_UNSENT, LOSS_NONE, OPENING_UNKNOWN,
                                        "the capture never saw the SYN leave"};
    return outcome_judge(&exchange->opening, exchange->answer,
                         pinger->engine->options->spec->timeout,
                         pinger_usual(pinger, exchange->flow));
}

static struct pinger_probe probe_of(const struct exchange *exchange,
                                    const struct outcome_verdict *verdict)
{
    unsigned answers = exchange->opening.answers, copies = exchange->opening.copy_count;

    return (struct pinger_probe){
        .number = exchange->number,
        .flow = exchange->flow,
        .source_port = exchange->lease.port,
        .verdict = *verdict,
        .answer = exchange->answer,
        .from = &exchange->from,
        .ttl = exchange->ttl,
        .flags = exchange->flags,
        .icmp = &exchange->icmp,
        .copies = copies,
        .duplicates = answers > copies ? answers - copies : 0,
        .sent_at = exchange->opening.copies[0].at,
    };
}

void exchange_judge(struct exchange *exchange)
{
    struct outcome_verdict verdict = verdict_of(exchange);
    struct pinger_probe probe = probe_of(exchange, &verdict);

    exchange->judged = true;
    exchange->outcome = verdict.outcome;
    pinger_count(exchange->pinger, &probe);
    pingers_unblock(exchange->pinger->engine); /* another may have its flow now */
}

void exchange_stop(struct exchange *exchange)
{
    if (exchange->judged)
        return;
    turn_withdraw(exchange->pinger->engine, &exchange->turn);
    if (exchange->opening.copy_count > 1) { /* the time of the first SYN is over */
        exchange_judge(exchange);
        return;
    }
    exchange->judged = true;
    exchange->outcome = OUTCOME_UNSENT;
    pinger_drop(exchange->pinger);
}

/* Our own SYN, seen by the capture as it left: the copy whose timestamp it carries, or the first
 * that has no stamp yet. */
static void take_own(struct exchange *exchange, const struct segment *segment, int64_t at)
{
    struct opening *opening = &exchange->opening;
    struct option_summary summary;

    if (!(segment->flags & TCP_SYN))
        return; /* the kernel's RST, which ends the peer's half-open connection */
    options_summarize(&segment->options, &summary);
    for (unsigned i = 0; i < opening->copy_count; i++) {
        struct syn_copy *copy = &opening->copies[i];

        if (copy->stamped || (opening->offered_timestamps && summary.ts_val != copy->ts_val))
            continue;
        copy->at = at;
        copy->stamped = true;
        break;
    }
    /* An adapter's stamp of the SYN may come behind the answer. */
    if (exchange->answer != ANSWER_NONE && !exchange->judged && opening->copy_count == 1 &&
        opening->copies[0].stamped)
        exchange_judge(exchange);
}

static void note_answer(struct exchange *exchange, const struct packet *packet,
                        const struct segment *segment, enum answer answer, int64_t at)
{
    struct opening *opening = &exchange->opening;
    struct option_summary summary;

    opening->answers++;
    if (opening->has_answer)
        return;
    options_summarize(&segment->options, &summary);
    opening->has_answer = true;
    opening->copies_before = opening->copy_count;
    opening->answer_has_timestamps = summary.has_timestamps;
    opening->answer_ts_ecr = summary.ts_ecr;
    opening->answer_at = at;
    exchange->answer = answer;
    exchange->from = packet->source;
    exchange->ttl = packet->hop_limit;
    exchange->flags = segment->flags;
}

/* It was given up as lost, who knows where, and an answer comes after all. */
static void judge_again(struct exchange *exchange)
{
    struct outcome_verdict verdict = verdict_of(exchange);
    struct pinger_probe probe;

    if (verdict.outcome != OUTCOME_LOST) /* else it is known now on which side */
        verdict = (struct outcome_verdict){OUTCOME_LATE, LOSS_NONE, OPENING_UNKNOWN,
                                           "the answer came after the time-out"};
    probe = probe_of(exchange, &verdict);
    exchange->outcome = verdict.outcome;
    pinger_recount(exchange->pinger, &probe);
}

/* Its turn to be repeated was just coming, so that it waits in no queue. */
static void wait_for_more(struct exchange *exchange)
{
    if (!exchange->queue)
        exchange_wait(exchange, engine_now());
}

/* Something counts as an answer: with a single SYN that settles it. Where there are copies, the
 * answers to come tell which side loses. */
static void answered(struct exchange *exchange, bool was_answered)
{
    if (exchange->judged && !was_answered && exchange->outcome == OUTCOME_LOST)
        judge_again(exchange);
    else if (!exchange->judged && exchange->opening.copy_count == 1 &&
             exchange->opening.copies[0].stamped)
        exchange_judge(
            exchange); /* it stays listed until its time is over: a second answer is a duplicate */
    else if (exchange->judged && was_answered &&
             exchange->opening.answers > exchange->opening.copy_count)
        exchange->pinger->duplicates++;
    turn_withdraw(exchange->pinger->engine, &exchange->turn);
    wait_for_more(exchange);
}

void exchange_packet(struct exchange *exchange, const struct packet *packet, int64_t at)
{
    bool was_answered = exchange->answer != ANSWER_NONE;
    struct segment segment;
    uint32_t effects;

    if (packet->is_fragment || segment_read(packet, &segment))
        return;
    /* On loopback both ends may have one address: the ports tell the direction. */
    if (segment.source_port == exchange->lease.port &&
        address_equal(&packet->source, &exchange->pinger->subject.route.source) &&
        address_equal(&packet->destination, &exchange->pinger->subject.address)) {
        take_own(exchange, &segment, at);
        return;
    }
    if (packet->checksum == CHECKSUM_BAD || checksum_check(packet, TCP_CHECKSUM_AT) == CHECKSUM_BAD)
        return;
    effects = pattern_answer(exchange->pinger->pattern, exchange->iss, &segment, at);
    if (effects & EFFECT_OPENED)
        note_answer(exchange, packet, &segment, ANSWER_SYN_ACK, at);
    else if (effects & EFFECT_REFUSED)
        note_answer(exchange, packet, &segment, ANSWER_RST, at);
    else
        return;
    answered(exchange, was_answered);
}

void exchange_icmp(struct exchange *exchange, const struct packet *packet, const struct icmp *icmp,
                   int64_t at)
{
    uint16_t source_port, destination_port;
    uint32_t seq;

    if (exchange->answer != ANSWER_NONE || exchange->judged || icmp->checksum == CHECKSUM_BAD ||
        icmp_quoted_tcp(icmp, &source_port, &destination_port, &seq) || seq != exchange->iss ||
        (icmp->kind != ICMP_CLASS_SOFT && icmp->kind != ICMP_CLASS_HARD))
        return;
    exchange->answer = ANSWER_ICMP;
    exchange->opening.answer_at = at;
    exchange->from = packet->source;
    exchange->ttl = packet->hop_limit;
    exchange->icmp = *icmp;
    turn_withdraw(exchange->pinger->engine, &exchange->turn);
    exchange_judge(exchange);
    wait_for_more(exchange);
}
