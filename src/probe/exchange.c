/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SYN and its copies: sent, and done with. */
#include "probe/exchange.h"

#include <stdlib.h>
#include <utlist.h>

#include "probe/pinger.h"

#define MILLISECOND INT64_C(1000000)

void exchange_free(struct exchange *exchange)
{
    struct pinger *pinger = exchange->pinger;
    struct engine *engine = pinger->engine;

    exchange_leave(exchange);
    if (pinger->link)
        links_forget(pinger->link, &exchange->contact);
    turn_withdraw(engine, &exchange->turn);
    contact_remove(&engine->contacts, &exchange->contact);
    DL_DELETE2(pinger->exchanges, exchange, previous_of, next_of);
    ports_return(engine->reserved, &exchange->lease);
    free(exchange);
    pingers_unblock(engine);
}

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
        copy->ts_val = pattern->ts_first + (uint32_t)((now - opening->copies[0].at) / MILLISECOND);
    exchange->syn.ts_val = copy->ts_val;
    exchange->syn.identification = (uint16_t)(exchange->syn.identification + 1);
    if (exchange->syn.identification == 0) /* the kernel would put another in place of 0 */
        exchange->syn.identification = 1;
    opening->copy_count++;
    exchange_wait(exchange, now);
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
    exchange_judge(exchange);
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
 * No answer has come. If the SYN arrived all the same the peer is half-open, and would meet the
 * next SYN of the flow with an ACK of the old one (RFC 9293 section 3.10.7.4): one loss would count
 * as two.
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
    return ports_take_fixed(engine->reserved, source, source_port, &subject->address, subject->port,
                            ret_lease, fault);
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
