/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SYNs that ask for initial sequence numbers: sent, reset, and done with. */
#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "probe/sampler.h"

#define MILLISECOND INT64_C(1000000)

/*
 * Who ends the peer's half-open connection: the kernel, which knows nothing of our SYN and answers
 * the SYN,ACK with exactly the RST that is wanted (RFC 9293 section 3.10.7.1), at once, also where
 * it comes a second time or an ACK of an older SYN comes in its place. Where the capture has not
 * seen it leave after so long, ours follows.
 */
#define RESET_GRACE (5 * MILLISECOND)
/* After so many that the kernel left to us, no more time is lost with waiting for it. */
#define RESETS_WANTED 3

/* So long a SYN,ACK that comes again, after a second as a rule, is still known for what it is. */
#define LISTENED (4000 * MILLISECOND)

/* Ports that are tried before it is given up. */
#define PORT_TRIES 16

/* ---- away ---- */

void shot_free(struct shot *shot)
{
    struct sampler *sampler = shot->sampler;
    struct engine *engine = sampler->engine;

    if (sampler->link)
        links_forget(sampler->link, &shot->contact);
    contact_remove(&engine->contacts, &shot->contact);
    if (shot->settled)
        DL_DELETE2(sampler->resting, shot, previous, next);
    else
        DL_DELETE2(sampler->flying, shot, previous, next);
    sampler->flying_count -= !shot->settled;
    if (sampler->fixed == shot)
        sampler->fixed = NULL;
    ports_return(shot->step.stage == ISN_STAGE_WHOLE ? engine->guarded : engine->reserved,
                 &shot->lease);
    free(shot);
}

void shot_settle(struct shot *shot)
{
    struct sampler *sampler = shot->sampler;

    if (shot->settled)
        return;
    shot->settled = true;
    shot->until = engine_now() + LISTENED;
    DL_DELETE2(sampler->flying, shot, previous, next);
    DL_APPEND2(sampler->resting, shot, previous, next);
    sampler->flying_count--;
    /* The kernel answers what still comes for it also without the socket. */
    ports_return(shot->step.stage == ISN_STAGE_WHOLE ? sampler->engine->guarded
                                                     : sampler->engine->reserved,
                 &shot->lease);
}

void shot_transmit(struct shot *shot, const struct segment *segment)
{
    struct sampler *sampler = shot->sampler;
    struct craft_header header = sampler->patterns[shot->step.src][0]->header;
    uint8_t packet[LINK_PACKET_MAX];
    struct craft *craft;
    struct fault fault;
    int length;

    if (!sampler->link)
        return;
    header.destination = sampler->subject.address;
    craft = links_craft(&sampler->engine->links, header.destination.family, &fault);
    length = craft ? craft_packet(craft, &header, segment, packet, sizeof packet, &fault) : 0;
    if (length > 0)
        links_queue(sampler->link, packet, (size_t)length, NULL);
}

/* One beyond our SYN: the only number that every stack takes an RST with. */
void shot_reset(struct shot *shot)
{
    struct segment rst = {
        .source_port = shot->step.port,
        .destination_port = shot->sampler->subject.port,
        .seq = shot->step.cseq + (shot->established ? 2 : 1),
        .flags = TCP_RST,
    };

    shot_transmit(shot, &rst);
    shot->reset = true;
}

/* ---- out ---- */

static bool is_taken(const struct fault *fault)
{
    return fault->code == FAULT_SYSTEM && fault->sys == EADDRINUSE;
}

int sampler_reserve(struct sampler *sampler, struct fault *fault)
{
    const struct subject *subject = &sampler->subject;
    struct engine *engine = sampler->engine;
    int error = PORTS_BUSY;

    if (!engine->reserved)
        engine->reserved = ports_new(PORTS_RESERVED, fault);
    if (!engine->reserved)
        return -(int)fault->code;
    for (unsigned i = 0; i < PORT_TRIES; i++) {
        if (i > 0)
            isn_plan_move(&sampler->plan);
        error =
            ports_take_fixed(engine->reserved, &sampler->routes[0].source, sampler->plan.fixed_port,
                             &subject->address, subject->port, &sampler->fixed_lease, fault);
        if (error != PORTS_BUSY && !(error && is_taken(fault)))
            return error;
    }
    return fault_set(fault, FAULT_SYSTEM, 0, "no source port could be had");
}

/* A port for the shot: the step's, or another where that is somebody else's. */
static int take_port(struct shot *shot, struct fault *fault)
{
    struct sampler *sampler = shot->sampler;
    const struct subject *subject = &sampler->subject;
    struct engine *engine = sampler->engine;
    const struct address *source = &sampler->routes[shot->step.src].source;
    int error = PORTS_BUSY;

    if (shot->step.fixed)
        return 0;
    if (shot->step.stage == ISN_STAGE_WHOLE) {
        if (!engine->guarded)
            engine->guarded = ports_new(PORTS_GUARDED, fault);
        if (!engine->guarded)
            return -(int)fault->code;
        error = ports_take(engine->guarded, source, &subject->address, subject->port, &shot->lease,
                           fault);
        shot->step.port = shot->lease.port;
        return error == PORTS_BUSY ? fault_set(fault, FAULT_SYSTEM, 0, "no source port is free")
                                   : error;
    }
    for (unsigned i = 0; i < PORT_TRIES; i++) {
        if (i > 0)
            shot->step.port = isn_plan_port(&sampler->plan);
        if (contact_find(engine->contacts, source, shot->step.port, &subject->address,
                         subject->port))
            continue;
        error = ports_take_fixed(engine->reserved, source, shot->step.port, &subject->address,
                                 subject->port, &shot->lease, fault);
        if (error != PORTS_BUSY && !(error && is_taken(fault)))
            return error;
    }
    return fault_set(fault, FAULT_SYSTEM, 0, "no source port could be had");
}

static const struct pattern *pattern_of(const struct sampler *sampler, const struct isn_step *step)
{
    for (unsigned i = 0; i < SAMPLER_MSS; i++)
        if (sampler->patterns[step->src][i]->mss == step->mss)
            return sampler->patterns[step->src][i];
    return sampler->patterns[step->src][0];
}

static void transmit_syn(struct shot *shot)
{
    struct sampler *sampler = shot->sampler;
    const struct pattern *pattern = pattern_of(sampler, &shot->step);
    struct craft_values syn = {
        .destination = sampler->subject.address,
        .source_port = shot->step.port,
        .destination_port = sampler->subject.port,
        .identification = ++sampler->identification ? sampler->identification : 1,
        .seq = shot->step.cseq,
        .ts_val = shot->ts_val,
    };
    uint8_t packet[CRAFT_TEMPLATE_SIZE];

    shot->step.mss = pattern->mss;
    links_queue(sampler->link, packet, craft_template_fill(&pattern->template, &syn, packet),
                &shot->contact);
}

int shot_send(struct sampler *sampler, const struct isn_step *step, struct fault *fault)
{
    struct engine *engine = sampler->engine;
    struct shot *shot = calloc(1, sizeof *shot);
    int64_t now = engine_now();
    int error;

    if (!shot)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    shot->contact.kind = CONTACT_SHOT;
    shot->sampler = sampler;
    shot->step = *step;
    error = take_port(shot, fault);
    if (error) {
        free(shot);
        return error;
    }
    if (step->fixed && sampler->fixed)
        shot_free(sampler->fixed);
    shot->number = ++sampler->number;
    shot->ts_val = sampler->ts_offset + (uint32_t)(now / MILLISECOND);
    shot->sent_at = now;
    if (step->fixed)
        sampler->fixed = shot;
    DL_APPEND2(sampler->flying, shot, previous, next);
    sampler->flying_count++;
    sampler->sent++;
    contact_add(&engine->contacts, &shot->contact, &sampler->routes[step->src].source,
                shot->step.port, &sampler->subject.address, sampler->subject.port);
    transmit_syn(shot);
    return 0;
}

void shot_unsent(struct shot *shot, const struct fault *fault)
{
    struct sampler *sampler = shot->sampler;

    sampler->sent--;
    shot->over = shot->forgotten = true;
    if (sampler->fault.code == FAULT_NONE)
        sampler->fault = *fault;
    shot_settle(shot);
    sampler_end(sampler, sampler->fault.what);
}

/* ---- time ---- */

/* When a flying one is to be looked at again, ns. */
static int64_t due_of(const struct shot *shot)
{
    const struct sampler *sampler = shot->sampler;

    if (shot->established)
        return shot->until;
    if (!shot->answered)
        return shot->sent_at + sampler->engine->options->spec->timeout;
    return shot->answered_at + (sampler->resets_wanted < RESETS_WANTED ? RESET_GRACE : 0);
}

static void look_after(struct shot *shot)
{
    struct sampler *sampler = shot->sampler;

    if (shot->answered && !shot->established)
        sampler->resets_wanted++;
    else if (!shot->answered)
        shot_lost(shot);
    shot_reset(shot);
    shot_settle(shot);
}

static struct shot *find_due(const struct sampler *sampler, int64_t now)
{
    struct shot *shot;

    DL_FOREACH2 (sampler->flying, shot, next)
        if (due_of(shot) <= now)
            return shot;
    return NULL;
}

void shots_due(struct sampler *sampler, int64_t now)
{
    struct shot *shot, *next;

    /* From the beginning each time: what is sent may tell that others cannot be. */
    while ((shot = find_due(sampler, now)))
        look_after(shot);
    DL_FOREACH_SAFE2 (sampler->resting, shot, next, next) {
        if (shot->until > now)
            break;
        shot_free(shot);
    }
}

int64_t shots_next(const struct sampler *sampler, int64_t now)
{
    const struct shot *shot;
    int64_t next = TCB_NEVER;

    DL_FOREACH2 (sampler->flying, shot, next) {
        int64_t wait = due_of(shot) - now;

        wait = wait > 0 ? wait : 0;
        next = wait < next ? wait : next;
    }
    return next;
}
