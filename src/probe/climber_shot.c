/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SYNs of a ladder of options: sent, reset, and done with. */
#include <stdlib.h>
#include <utlist.h>

#include "probe/climber.h"

#define MILLISECOND INT64_C(1000000)

/*
 * Who ends the peer's half-open connection: the kernel, which knows nothing of our SYN and answers
 * the SYN,ACK with exactly the RST that is wanted (RFC 9293 section 3.10.7.1). Where the capture
 * has not seen it leave after so long, ours follows.
 */
#define RESET_GRACE (5 * MILLISECOND)
/* After so many that the kernel left to us, no more time is lost with waiting for it. */
#define RESETS_WANTED 3

/* So long a SYN,ACK that comes again, after a second as a rule, is still known for what it is. */
#define LISTENED (4000 * MILLISECOND)

/* Ports that are tried before it is given up. */
#define PORT_TRIES 16

struct ladder_shot *climber_row(const struct climber_shot *shot)
{
    return &shot->climber->shots[shot->row];
}

/* ---- away ---- */

static bool is_held(const struct climber_shot *shot)
{
    return shot->part == LADDER_PART_HOLD;
}

void climber_shot_free(struct climber_shot *shot)
{
    struct climber *climber = shot->climber;

    if (climber->link)
        links_forget(climber->link, &shot->contact);
    contact_remove(&climber->engine->contacts, &shot->contact);
    if (shot->settled)
        DL_DELETE2(climber->resting, shot, previous, next);
    else
        DL_DELETE2(climber->flying, shot, previous, next);
    climber->flying_count -= !shot->settled && !is_held(shot);
    if (climber->same == shot)
        climber->same = NULL;
    if (climber->held == shot)
        climber->held = NULL;
    ports_return(shot->ports, &shot->lease);
    free(shot);
}

void climber_shot_settle(struct climber_shot *shot)
{
    struct climber *climber = shot->climber;

    if (shot->settled)
        return;
    shot->settled = true;
    shot->until = engine_now() + LISTENED;
    DL_DELETE2(climber->flying, shot, previous, next);
    DL_APPEND2(climber->resting, shot, previous, next);
    climber->flying_count -= !is_held(shot);
    /* The kernel answers what still comes for it also without the socket. */
    ports_return(shot->ports, &shot->lease);
}

static int make_packet(struct climber *climber, const struct craft_header *header,
                       const struct segment *segment, uint8_t packet[LINK_PACKET_MAX],
                       struct fault *fault)
{
    struct craft *craft = links_craft(&climber->engine->links, header->destination.family, fault);

    return craft ? craft_packet(craft, header, segment, packet, LINK_PACKET_MAX, fault)
                 : -FAULT_INTERNAL;
}

static void send_rst(struct climber_shot *shot, uint32_t seq)
{
    struct climber *climber = shot->climber;
    struct segment rst = {
        .source_port = shot->port,
        .destination_port = climber->subject.port,
        .seq = seq,
        .flags = TCP_RST,
    };
    uint8_t packet[LINK_PACKET_MAX];
    struct fault fault;
    int length;

    shot->header.identification++;
    length = make_packet(climber, &shot->header, &rst, packet, &fault);
    if (length > 0)
        links_queue(climber->link, packet, (size_t)length, NULL);
}

/* What the peer wants to see next is the only number that every stack takes an RST with. Where it
 * has not said what that is, it may have taken the data in the SYN, or not. */
void climber_shot_reset(struct climber_shot *shot)
{
    uint32_t behind;

    shot->reset = true;
    if (!shot->climber->link || shot->forgotten)
        return;
    if (shot->answered) {
        send_rst(shot, climber_row(shot)->answer.segment.ack);
        return;
    }
    behind = climber_row(shot)->syn.seq + 1;
    send_rst(shot, behind);
    if (shot->data_length > 0)
        send_rst(shot, behind + (uint32_t)shot->data_length);
}

/* ---- out ---- */

static bool grow(struct climber *climber)
{
    size_t wanted = climber->count < 64 ? 64 : climber->count * 2;
    struct ladder_shot *grown;

    if (climber->count < climber->room)
        return true;
    grown = realloc(climber->shots, wanted * sizeof *grown);
    if (!grown)
        return false;
    climber->shots = grown;
    climber->room = wanted;
    return true;
}

/* Whether a SYN of this climb has left from the port. The guarded ports and the others do not know
 * of each other. */
static bool has_used(const struct climber *climber, uint16_t port)
{
    for (size_t i = 0; i < climber->count; i++)
        if (climber->shots[i].port == port)
            return true;
    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++)
        if (climber->checks[i] && climber->checks[i]->tcb.parameters.source_port == port)
            return true;
    return false;
}

int climber_take_port(struct climber *climber, struct ports *ports, struct ports_lease *ret_lease,
                      struct fault *fault)
{
    const struct subject *subject = &climber->subject;
    const struct address *source = &subject->route.source;

    for (unsigned i = 0; i < PORT_TRIES; i++) {
        int error = ports_take(ports, source, &subject->address, subject->port, ret_lease, fault);

        if (error)
            return error == PORTS_BUSY ? fault_set(fault, FAULT_SYSTEM, 0, "no source port is free")
                                       : error;
        if (!has_used(climber, ret_lease->port) &&
            !contact_find(climber->engine->contacts, source, ret_lease->port, &subject->address,
                          subject->port))
            return 0;
        ports_return(ports, ret_lease);
    }
    return fault_set(fault, FAULT_SYSTEM, 0, "no source port could be had");
}

/* A port for the shot: the kernel answers what comes to it, but for the one that is held. */
static int take_port(struct climber_shot *shot, struct fault *fault)
{
    struct climber *climber = shot->climber;
    struct engine *engine = climber->engine;
    int error;

    shot->ports = is_held(shot) ? engine->guarded : engine->reserved;
    if (shot->part == LADDER_PART_SAME) {
        shot->port = climber->same_lease.port;
        return 0;
    }
    error = climber_take_port(climber, shot->ports, &shot->lease, fault);
    shot->port = shot->lease.port;
    return error;
}

/* The SYN as the rung and the user want it. Its length as a packet, or a fault. */
static int make_syn(struct climber_shot *shot, const struct climber_syn *what, int64_t now,
                    struct segment *ret_syn, uint8_t packet[LINK_PACKET_MAX], struct fault *fault)
{
    struct climber *climber = shot->climber;
    const struct subject *subject = &climber->subject;
    struct spec spec = *climber->engine->options->spec;
    struct tcb_parameters parameters;
    struct craft_header header;
    struct step step;
    int length;

    if (what->part == LADDER_PART_LIMITED)
        limited_spec(&what->values, what->repeat, &spec);
    else
        rung_spec(what->rung, &what->values, &spec);
    spec_apply(&spec, &subject->route, &subject->address, shot->port, subject->port, &what->random,
               &parameters, &header);
    shot->header = header;
    if (what->part == LADDER_PART_LIMITED) /* the RST, should it be due, is to arrive */
        header.hop_limit = what->hop_limit;
    stream_init(&climber->stream, NULL, 0);
    tcb_init(&shot->tcb, &parameters, &climber->stream);
    step = tcb_step(&shot->tcb, EVENT_USER_OPEN, NULL, now);
    if (!tcb_send(&shot->tcb, &step.effects, NULL, now, ret_syn))
        return fault_set(fault, FAULT_INTERNAL, 0, "the state machine opens without a SYN");
    rung_mark(what->rung, ret_syn);
    length = make_packet(climber, &header, ret_syn, packet, fault);
    if (length > 0)
        rung_spoil(what->rung, packet, (size_t)length);
    shot->data_length = ret_syn->payload_length;
    ret_syn->payload = NULL;
    climber->shots[climber->count] = (struct ladder_shot){
        .part = what->part,
        .rung = what->rung,
        .repeat = what->repeat,
        .port = shot->port,
        .hop_limit = header.hop_limit,
        .sent_at = now,
        .syn = *ret_syn,
        .came = MATRIX_NOTHING,
    };
    return length;
}

int climber_shot_send(struct climber *climber, const struct climber_syn *syn, struct fault *fault)
{
    struct engine *engine = climber->engine;
    const struct subject *subject = &climber->subject;
    struct climber_shot *shot = grow(climber) ? calloc(1, sizeof *shot) : NULL;
    uint8_t packet[LINK_PACKET_MAX];
    struct segment segment;
    int length, error;

    if (!shot)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    shot->contact.kind = CONTACT_CLIMB;
    shot->climber = climber;
    shot->part = syn->part;
    shot->sent_at = engine_now();
    error = take_port(shot, fault);
    if (error) {
        free(shot);
        return error;
    }
    length = make_syn(shot, syn, shot->sent_at, &segment, packet, fault);
    if (length < 0) {
        ports_return(shot->ports, &shot->lease);
        free(shot);
        return length;
    }
    if (syn->part == LADDER_PART_SAME && climber->same)
        climber_shot_free(climber->same);
    if (syn->part == LADDER_PART_SAME)
        climber->same = shot;
    if (is_held(shot))
        climber->held = shot;
    shot->row = climber->count++;
    DL_APPEND2(climber->flying, shot, previous, next);
    climber->flying_count += !is_held(shot);
    contact_add(&engine->contacts, &shot->contact, &subject->route.source, shot->port,
                &subject->address, subject->port);
    links_queue(climber->link, packet, (size_t)length, &shot->contact);
    return 0;
}

/* It is none that left: those behind it move up. */
static void take_out(struct climber_shot *gone)
{
    struct climber *climber = gone->climber;
    struct climber_shot *shot;

    for (size_t i = gone->row; i + 1 < climber->count; i++)
        climber->shots[i] = climber->shots[i + 1];
    climber->count--;
    DL_FOREACH2 (climber->flying, shot, next)
        shot->row -= shot->row > gone->row;
    DL_FOREACH2 (climber->resting, shot, next)
        shot->row -= shot->row > gone->row;
}

void climber_shot_unsent(struct climber_shot *shot, const struct fault *fault)
{
    struct climber *climber = shot->climber;

    if (climber->fault.code == FAULT_NONE)
        climber->fault = *fault;
    if (is_held(shot))
        climber->hold_state = CLIMBER_HOLD_OVER;
    climber->at -= shot->part == LADDER_PART_RUNGS && climber->at > 0; /* it is counted as unsent */
    take_out(shot);
    shot->over = shot->forgotten = true;
    climber_shot_settle(shot);
    climber_end(climber, climber->fault.what);
}

/* ---- time ---- */

/* When a flying one is to be looked at again, ns. */
static int64_t due_of(const struct climber_shot *shot)
{
    const struct climber *climber = shot->climber;

    if (!shot->answered)
        return shot->sent_at + climber->engine->options->spec->timeout;
    if (is_held(shot))
        return climber->hold.first.at + climber->hold.patience;
    return shot->answered_at + (climber->resets_wanted < RESETS_WANTED ? RESET_GRACE : 0);
}

static void look_after(struct climber_shot *shot)
{
    struct climber *climber = shot->climber;

    if (shot->answered && is_held(shot)) {
        climber_hold_end(climber, false);
        return;
    }
    if (shot->answered)
        climber->resets_wanted++;
    else
        climber_shot_lost(shot);
    climber_shot_reset(shot);
    climber_shot_settle(shot);
}

static struct climber_shot *find_due(const struct climber *climber, int64_t now)
{
    struct climber_shot *shot;

    DL_FOREACH2 (climber->flying, shot, next)
        if (due_of(shot) <= now)
            return shot;
    return NULL;
}

void climber_shots_due(struct climber *climber, int64_t now)
{
    struct climber_shot *shot, *next;

    /* From the beginning each time: what is sent may tell that others cannot be. */
    while ((shot = find_due(climber, now)))
        look_after(shot);
    DL_FOREACH_SAFE2 (climber->resting, shot, next, next) {
        if (shot->until > now)
            break;
        climber_shot_free(shot);
    }
}

int64_t climber_shots_next(const struct climber *climber, int64_t now)
{
    const struct climber_shot *shot;
    int64_t next = TCB_NEVER;

    DL_FOREACH2 (climber->flying, shot, next) {
        int64_t wait = due_of(shot) - now;

        wait = wait > 0 ? wait : 0;
        next = wait < next ? wait : next;
    }
    return next;
}
