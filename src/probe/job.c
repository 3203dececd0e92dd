/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One whole connection in the engine: what is sent and when, and its report. */
#include "probe/job.h"

#include <stdlib.h>
#include <utlist.h>

#include "net/clock.h"
#include "net/neighbour.h"
#include "probe/frames.h"
#include "probe/pinger.h"

static void job_release(struct job *job)
{
    struct engine *engine = job->engine;

    ev_timer_stop(engine->loop, &job->timer);
    turn_withdraw(engine, &job->turn);
    if (job->link)
        links_forget(job->link, &job->contact);
    contact_remove(&engine->contacts, &job->contact);
    if (job->probe) {
        probe_release(job->probe);
        free(job->probe);
    }
    ports_return(engine->guarded, &job->lease);
    if (job->over)
        DL_DELETE2(engine->over, job, previous, next);
    else
        DL_DELETE2(engine->jobs, job, previous, next);
    engine->blocked = false;
    pingers_unblock(engine);
    if (!job->pinger) {
        subject_release(engine, &job->own);
        engine->active--;
    }
    free(job);
}

static void report(struct job *job)
{
    struct engine *engine = job->engine;
    const struct engine_calls *calls = &engine->options->calls;
    const struct route *route = &job->subject->route;
    char time[40], guard[32], next_hop[ADDRESS_TEXT_SIZE];
    struct handshake_record record;
    struct result_context context;
    struct engine_result result = {.index = job->subject->item->index, .handshake = &record};
    struct fault fault;
    int error = 0;

    subject_context(job->subject, time, &context);
    context.guard = guard_words(job->lease.methods, guard);
    context.guard_weak = (job->lease.methods & (GUARD_FILTER | GUARD_MD5)) == 0;
    context.stamp_words = job->stamp_words;
    context.next_hop_silent = !job->probe->has_speaker && neighbour_ask(route) == NEIGHBOUR_SILENT;
    context.next_hop = address_show(&route->next_hop, next_hop);
    context.dropped = job->link ? links_dropped(job->link, engine_now()) : RECORD_UNKNOWN;
    context.without = engine->options->without;
    fault_clear(&fault);
    result.verdict = result_verdict(job->probe, &context);
    result_handshake(job->probe, &context, &engine->memory, &record);
    if (calls->result)
        error = calls->result(calls->data, &result, &fault);
    arena_clear(&engine->memory);
    if (error)
        engine_fail(engine, error, &fault);
}

void job_reap(struct engine *engine)
{
    struct job *job, *next;

    DL_FOREACH_SAFE2 (engine->over, job, next, next) {
        if (engine->error)
            return;
        if (job->pinger)
            pinger_take_job(job->pinger, job);
        else
            report(job);
        job_release(job);
    }
}

/* The connection has ended. */
static void finish(struct job *job)
{
    struct engine *engine = job->engine;

    if (job->over)
        return;
    ev_timer_stop(engine->loop, &job->timer);
    turn_withdraw(engine, &job->turn);
    DL_DELETE2(engine->jobs, job, previous, next);
    DL_APPEND2(engine->over, job, previous, next);
    job->over = true;
}

static void pass_time(struct engine *engine, void *owner)
{
    const struct engine_calls *calls = &engine->options->calls;
    struct job *job = owner;
    unsigned copies = job->probe->opening.copy_count;

    probe_timer(job->probe, engine_now());
    job_pump(job);
    if (calls->repeated && job->probe->opening.copy_count > copies)
        calls->repeated(calls->data, job->subject->text, job->probe->opening.copy_count,
                        engine->options->spec->retries + 1);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct job *job = timer->data;

    (void)loop;
    (void)events;
    if (job->probe->phase == PHASE_OPENING)
        turn_ask(job->engine, &job->turn); /* it is a SYN, which the rate counts */
    else
        pass_time(job->engine, job);
}

static void set_timer(struct job *job, int64_t now)
{
    int64_t deadline = probe_deadline(job->probe);
    struct ev_loop *loop = job->engine->loop;

    ev_timer_stop(loop, &job->timer);
    if (deadline == TCB_NEVER)
        return;
    ev_now_update(loop);
    ev_timer_set(&job->timer, deadline > now ? (double)(deadline - now) / 1e9 : 0.0, 0.0);
    ev_timer_start(loop, &job->timer);
}

/* A first SYN that cannot leave ends the probe, and so does an interface that is gone. What fails
 * later (a full queue, a firewall of this machine's) is lost like any packet. */
void job_unsent(struct job *job, const struct fault *fault)
{
    bool first = job->probe->opening.copy_count <= 1 && job->probe->opened_at == 0;

    if (job->pinger && job->pinger->fault.code == FAULT_NONE)
        job->pinger->fault = *fault;
    if (job->over || !(fault->code == FAULT_LINK || first))
        return;
    probe_lost(job->probe, fault->what, engine_now());
    finish(job);
}

/* Makes a packet and sends it, or queues it where very many are under way. */
static void send_segment(struct job *job, const struct craft_header *header,
                         const struct segment *segment)
{
    struct engine *engine = job->engine;
    uint8_t packet[CRAFT_PACKET_MAX];
    struct fault fault;
    struct craft *craft = links_craft(&engine->links, header->destination.family, &fault);
    int length = craft ? craft_packet(craft, header, segment, packet, sizeof packet, &fault)
                       : -FAULT_INTERNAL;
    int error = length < 0 ? length : 0;

    if (!error && engine->links.load == LINK_MANY && length <= LINK_PACKET_MAX)
        links_queue(job->link, packet, (size_t)length, &job->contact);
    else if (!error)
        error = link_send(job->link->link, packet, (size_t)length, &fault);
    if (error)
        job_unsent(job, &fault);
}

void job_pump(struct job *job)
{
    struct segment segment;
    struct craft_header header;
    int64_t now = engine_now();

    while (job->link && !job->over && probe_next(job->probe, now, &segment, &header))
        send_segment(job, &header, &segment);
    if (job->over)
        return;
    if (probe_over(job->probe))
        finish(job);
    else
        set_timer(job, now);
}

void job_packet(struct job *job, const struct packet *packet, int64_t at)
{
    probe_packet(job->probe, packet, at, engine_now());
    job_pump(job);
}

void job_icmp(struct job *job, const struct packet *packet, const struct icmp *icmp, int64_t at)
{
    probe_icmp(job->probe, packet, icmp, at, engine_now());
    job_pump(job);
}

void job_stop(struct job *job, const char *why)
{
    probe_stop(job->probe, why, engine_now());
    job_pump(job);
}

void job_lost(struct job *job, const char *why)
{
    job->link = NULL;
    probe_lost(job->probe, why, engine_now());
    finish(job);
}

void job_discard(struct job *job)
{
    if (job->link && !job->over)
        job_stop(job, "the run has ended");
    job_release(job);
}

static int take_port(struct engine *engine, const struct subject *subject, uint16_t source_port,
                     struct ports_lease *ret_lease, struct fault *fault)
{
    const struct address *source = &subject->route.source;

    if (!engine->guarded)
        engine->guarded = ports_new(PORTS_GUARDED, fault);
    if (!engine->guarded)
        return -(int)fault->code;
    return source_port ? ports_take_fixed(engine->guarded, source, source_port, &subject->address,
                                          subject->port, ret_lease, fault)
                       : ports_take(engine->guarded, source, &subject->address, subject->port,
                                    ret_lease, fault);
}

/* All that can fail: entropy, guard, capture, memory. */
static int prepare(struct job *job, const struct subject *subject, uint16_t source_port,
                   struct fault *fault)
{
    struct engine *engine = job->engine;
    struct spec_random random;
    int error = take_port(engine, subject, source_port, &job->lease, fault);

    if (error)
        return error;
    error = links_find(&engine->links, subject->route.interface, &subject->route.source,
                       &subject->address, &job->link, fault);
    if (error)
        return error;
    engine_watch(engine, job->link);
    job->probe = malloc(sizeof *job->probe);
    if (!job->probe)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    if (!engine_random(engine, &random, sizeof random)) {
        *fault = engine->fault;
        free(job->probe);
        return -FAULT_SYSTEM;
    }
    job->stamp_words = link_stamp_words(job->link->link);
    probe_init(job->probe, engine->options->spec, &subject->route, &subject->address, subject->port,
               job->lease.port, &random);
    return 0;
}

int job_open(struct engine *engine, struct subject *subject, struct pinger *pinger, uint64_t number,
             uint16_t source_port, struct fault *fault)
{
    struct job *job = calloc(1, sizeof *job);
    int error;

    if (!job)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    job->engine = engine;
    error = prepare(job, subject, source_port, fault);
    if (error) {
        ports_return(engine->guarded, &job->lease);
        free(job);
        return error;
    }
    job->pinger = pinger;
    job->number = number;
    job->subject = subject;
    if (!pinger) {
        job->own = *subject;
        job->subject = &job->own;
    }
    job->contact.kind = CONTACT_JOB;
    job->turn = (struct turn){.take = pass_time, .owner = job};
    ev_init(&job->timer, on_timer);
    job->timer.data = job;
    DL_APPEND2(engine->jobs, job, previous, next);
    contact_add(&engine->contacts, &job->contact, &job->subject->route.source, job->lease.port,
                &job->subject->address, job->subject->port);
    if (!pinger)
        engine->opening--;
    engine_privilege(engine);
    probe_start(job->probe, engine_now());
    job_pump(job);
    return 0;
}

void job_start(struct engine *engine, struct subject *subject)
{
    uint16_t source_port = engine->options->spec->source_port;
    struct fault fault;
    int error = job_open(engine, subject, NULL, 0, source_port, &fault);

    if (error == PORTS_BUSY)
        intake_put_back(engine, subject);
    else if (error)
        subject_failed(engine, subject, error, &fault);
}
