/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SYN, its copies and what answers it. */
#include "probe/exchange.h"

#include <stdlib.h>
#include <utlist.h>

#include "probe/pinger.h"

/* How long an answer that comes after all is waited for, while the series goes on. */
#define LINGER INT64_C(30000000000)

#define MILLISECOND INT64_C(1000000)
#define CHECKSUM_AT 16

/* ---- queues: in each all wait equally long, so that the last to come is the last to go ---- */

static void leave(struct exchange *exchange)
{
    if (exchange->queue)
        DL_DELETE2(*exchange->queue, exchange, previous, next);
    exchange->queue = NULL;
}

static void enter(struct exchange *exchange, struct exchange **queue, int64_t due)
{
    leave(exchange);
    exchange->queue = queue;
    exchange->due = due;
    DL_APPEND2(*queue, exchange, previous, next);
}

static int64_t patience(const struct spec *spec, unsigned copies)
{
    return spec->timeout << (copies - 1);
}

/* ---- its end ---- */

void exchange_free(struct exchange *exchange)
{
    struct pinger *pinger = exchange->pinger;
    struct engine *engine = pinger->engine;

    leave(exchange);
    if (pinger->link)
        links_forget(pinger->link, &exchange->contact);
    turn_withdraw(engine, &exchange->turn);
    contact_remove(&engine->contacts, &exchange->contact);
    DL_DELETE2(pinger->exchanges, exchange, previous_of, next_of);
    ports_return(engine->reserved, &exchange->lease);
    free(exchange);
    pingers_unblock(engine);
}

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

static void judge(struct exchange *exchange)
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
        judge(exchange);
        return;
    }
    exchange->judged = true;
    exchange->outcome = OUTCOME_UNSENT;
    pinger_drop(exchange->pinger);
}

/* ---- sending ---- */

static void send_copy(struct exchange *exchange, int64_t now)
{
    struct pinger *pinger = exchange->pinger;
    const struct pattern *pattern = pinger->pattern;
    struct opening *opening = &exchange->opening;
    struct syn_copy *copy = &opening->copies[opening->copy_count];
    uint8_t packet[CRAFT_TEMPLATE_SIZE];
    size_t length;

    *copy = (struct syn_copy){
        .at = now,
        .ts_val = exchange->ts_offset + (uint32_t)(now / MILLISECOND),
    };
    if (pattern->has_ts_first)
        copy->ts_val = pattern->ts_first +
                       (uint32_t)((now - opening->copies[0].at) / MILLISECOND);
    exchange->syn.ts_val = copy->ts_val;
    exchange->syn.identification = (uint16_t)(exchange->syn.identification + 1);
    if (exchange->syn.identification == 0) /* the kernel would put another in place of 0 */
        exchange->syn.identification = 1;
    opening->copy_count++;
    enter(exchange, &pinger->engine->waiting[opening->copy_count - 1],
          now + patience(pinger->engine->options->spec, opening->copy_count));
    length = craft_template_fill(&pattern->template, &exchange->syn, packet);
    links_queue(pinger->link, packet, length, &exchange->contact);
}

void exchange_unsent(struct exchange *exchange, const struct fault *fault)
{
    struct pinger *pinger = exchange->pinger;

    if (pinger->fault.code == FAULT_NONE)
        pinger->fault = *fault;
    /* A copy that cannot be sent is one the less; without the first there is no probe. */
    if (exchange->opening.copy_count > 1 || exchange->judged)
        return;
    judge(exchange);
    exchange_free(exchange);
}

static void send_again(struct engine *engine, void *owner)
{
    const struct engine_calls *calls = &engine->options->calls;
    struct exchange *exchange = owner;

    if (!exchange->pinger->link)
        return;
    send_copy(exchange, engine_now());
    if (calls->repeated)
        calls->repeated(calls->data, exchange->pinger->subject.text, exchange->opening.copy_count,
                        engine->options->spec->retries + 1);
}

/*
 * No answer has come. If the SYN arrived all the same the peer is half-open, and would meet the next
 * SYN of the flow with an ACK of the old one (RFC 9293 section 3.10.7.4): one loss would count as
 * two.
 */
static void reset_peer(const struct exchange *exchange)
{
    const struct pinger *pinger = exchange->pinger;
    const struct tcb *tcb = &pinger->pattern->tcb;
    struct craft_header header = pinger->pattern->header;
    struct segment rst = {
        .source_port = exchange->lease.port,
        .destination_port = pinger->subject.port,
        .seq = exchange->iss + (tcb->snd_max - tcb->iss),
        .flags = TCP_RST,
    };
    uint8_t packet[LINK_PACKET_MAX];
    struct fault fault;
    struct craft *craft;
    int length;

    header.destination = pinger->subject.address;
    craft = links_craft(&pinger->engine->links, header.destination.family, &fault);
    length = craft ? craft_packet(craft, &header, &rst, packet, sizeof packet, &fault) : 0;
    if (length > 0)
        links_queue(pinger->link, packet, (size_t)length, NULL);
}

/* An earlier probe of this flow that has its outcome, and is only listened for, makes room. */
static void make_room(struct engine *engine, const struct pinger *pinger, uint16_t source_port)
{
    const struct subject *subject = &pinger->subject;
    struct contact *contact = contact_find(engine->contacts, &subject->route.source, source_port,
                                           &subject->address, subject->port);
    struct exchange *earlier;

    if (!contact || contact->kind != CONTACT_EXCHANGE)
        return;
    earlier = (struct exchange *)contact;
    if (!earlier->judged)
        return;
    if (earlier->answer == ANSWER_NONE && earlier->pinger->link)
        reset_peer(earlier);
    exchange_free(earlier);
}

static int take_port(struct pinger *pinger, uint16_t source_port, struct ports_lease *ret_lease,
                     struct fault *fault)
{
    struct engine *engine = pinger->engine;
    const struct subject *subject = &pinger->subject;
    const struct address *source = &subject->route.source;
    int error;

    if (!engine->reserved)
        engine->reserved = ports_new(PORTS_RESERVED, fault);
    if (!engine->reserved)
        return -(int)fault->code;
    if (!source_port) {
        error = ports_take(engine->reserved, source, &subject->address, subject->port, ret_lease,
                           fault);
        if (error != PORTS_BUSY || !engine->lingering)
            return error;
        exchange_free(engine->lingering); /* the oldest that is only listened for makes room */
        return ports_take(engine->reserved, source, &subject->address, subject->port, ret_lease,
                          fault);
    }
    make_room(engine, pinger, source_port);
    return ports_take_fixed(engine->reserved, source, source_port, &subject->address,
                            subject->port, ret_lease, fault);
}

int exchange_open(struct pinger *pinger, uint64_t number, uint16_t source_port, size_t flow,
                  struct fault *fault)
{
    struct engine *engine = pinger->engine;
    struct exchange *exchange;
    struct ports_lease lease = {0};
    struct spec_random random;
    int error = take_port(pinger, source_port, &lease, fault);

    if (error)
        return error;
    exchange = calloc(1, sizeof *exchange);
    if (!exchange || !engine_random(engine, &random, sizeof random)) {
        ports_return(engine->reserved, &lease);
        free(exchange);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    exchange->contact.kind = CONTACT_EXCHANGE;
    exchange->pinger = pinger;
    exchange->number = number;
    exchange->flow = flow;
    exchange->lease = lease;
    exchange->iss = engine->options->spec->has_seq ? engine->options->spec->seq : random.iss;
    exchange->ts_offset = random.ts_offset;
    exchange->opening.offered_timestamps = pinger->pattern->has_timestamps;
    exchange->syn = (struct craft_values){
        .destination = pinger->subject.address,
        .source_port = lease.port,
        .destination_port = pinger->subject.port,
        .seq = exchange->iss,
        .identification = random.identification,
        .flow_label = random.flow_label & 0xfffff,
    };
    exchange->turn = (struct turn){.take = send_again, .owner = exchange};
    DL_APPEND2(pinger->exchanges, exchange, previous_of, next_of);
    contact_add(&engine->contacts, &exchange->contact, &pinger->subject.route.source, lease.port,
                &pinger->subject.address, pinger->subject.port);
    send_copy(exchange, engine_now());
    return 0;
}

/* ---- time ---- */

/* The last copy was not answered either, or the answers that were to come have had their time. */
static void give_up(struct exchange *exchange, int64_t now)
{
    judge(exchange);
    enter(exchange, &exchange->pinger->engine->lingering, now + LINGER);
}

static void wait_over(struct exchange *exchange, int64_t now)
{
    struct engine *engine = exchange->pinger->engine;

    leave(exchange);
    if (exchange->judged)
        exchange_free(exchange); /* a second answer would have been here by now */
    else if (exchange->answer == ANSWER_NONE && !engine->stopping &&
             exchange->opening.copy_count <= engine->options->spec->retries)
        turn_ask(engine, &exchange->turn);
    else
        give_up(exchange, now);
}

void exchanges_due(struct engine *engine, int64_t now)
{
    struct exchange *exchange, *after;

    for (unsigned i = 0; i < ENGINE_ATTEMPTS; i++)
        DL_FOREACH_SAFE2 (engine->waiting[i], exchange, after, next) {
            if (exchange->due > now)
                break;
            wait_over(exchange, now);
        }
    DL_FOREACH_SAFE2 (engine->lingering, exchange, after, next) {
        if (exchange->due > now)
            break;
        exchange_free(exchange);
    }
}

static int64_t wait_of(const struct exchange *exchange, int64_t now)
{
    if (!exchange)
        return TCB_NEVER;
    return exchange->due > now ? exchange->due - now : 0;
}

int64_t exchanges_next(const struct engine *engine, int64_t now)
{
    /* What is only listened for may end whenever the loop comes round, unless its port is missed. */
    int64_t next = engine->kept_back ? wait_of(engine->lingering, now) : TCB_NEVER;

    for (unsigned i = 0; i < ENGINE_ATTEMPTS; i++) {
        int64_t wait = wait_of(engine->waiting[i], now);

        next = wait < next ? wait : next;
    }
    return next;
}

/* ---- what comes ---- */

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
        judge(exchange);
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
    struct engine *engine = exchange->pinger->engine;
    unsigned copies = exchange->opening.copy_count;

    if (!exchange->queue)
        enter(exchange, &engine->waiting[copies - 1],
              engine_now() + patience(engine->options->spec, copies));
}

/* Something counts as an answer: with a single SYN that settles it. Where there are copies, the
 * answers to come tell which side loses. */
static void answered(struct exchange *exchange, bool was_answered)
{
    if (exchange->judged && !was_answered && exchange->outcome == OUTCOME_LOST)
        judge_again(exchange);
    else if (!exchange->judged && exchange->opening.copy_count == 1 &&
             exchange->opening.copies[0].stamped)
        judge(exchange); /* it stays listed until its time is over: a second answer is a duplicate */
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
    if (packet->checksum == CHECKSUM_BAD || checksum_check(packet, CHECKSUM_AT) == CHECKSUM_BAD)
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
    judge(exchange);
    wait_for_more(exchange);
}
