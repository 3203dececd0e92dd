/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One target on its way through the engine: what is sent and when, and its report. */
#include "probe/job.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "net/clock.h"
#include "net/neighbour.h"

void job_release(struct job *job)
{
    struct engine *engine = job->engine;

    ev_timer_stop(engine->loop, &job->timer);
    if (job->hashed)
        HASH_DEL(engine->by_key, job);
    if (job->probe) {
        probe_release(job->probe);
        free(job->probe);
    }
    guard_close(&job->guard);
    echo_close(job->echo);
    DL_DELETE2(engine->jobs, job, previous, next);
    engine->active--;
    if (job->opening) {
        engine->opening--;
        if (engine->reduced) /* it may have been the last that needed what was kept */
            engine_privilege(engine);
    }
    if (job->over)
        engine->over--;
    free(job);
}

/* Room for the texts that a context points to. */
struct context_texts {
    char time[40], guard[32], next_hop[ADDRESS_TEXT_SIZE];
};

static void context_of(struct job *job, struct context_texts *texts,
                       struct result_context *ret_context)
{
    const struct route *route = job->probe ? &job->probe->route : NULL;
    bool unanswered = route && !job->probe->has_speaker;

    *ret_context = (struct result_context){
        .target = job->text,
        .host = job->target.host,
        .port = job->port,
        .time = clock_iso8601(job->began_realtime, texts->time),
        .dns_ns = job->dns_ns,
        .guard = guard_words(job->guard.methods, texts->guard),
        .guard_weak = (job->guard.methods & (GUARD_FILTER | GUARD_MD5)) == 0,
        .stamp_words = job->stamp_words,
        .next_hop_silent = unanswered && neighbour_ask(route) == NEIGHBOUR_SILENT,
        .next_hop = route ? address_show(&route->next_hop, texts->next_hop) : "",
        .dropped = job->link ? link_dropped(job->link->link) : RECORD_UNKNOWN,
    };
}

void job_report(struct job *job, const struct fault *fault)
{
    struct engine *engine = job->engine;
    const struct engine_options *options = engine->options;
    struct handshake_record record;
    struct result_context context;
    struct fault sink_fault;
    struct arena memory;
    struct context_texts texts;
    enum verdict verdict = VERDICT_INCONCLUSIVE;
    int error;

    arena_init(&memory);
    context_of(job, &texts, &context);
    if (job->probe) {
        verdict = result_verdict(job->probe, &context);
        result_handshake(job->probe, &context, &memory, &record);
    } else {
        result_unmeasured(&context, fault, &memory, &record);
    }
    fault_clear(&sink_fault);
    error = options->sink(options->data, &record, verdict, &sink_fault);
    arena_release(&memory);
    job_release(job);
    if (error)
        engine_fail(engine, error, &sink_fault);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct job *job = timer->data;
    const struct engine_options *options = job->engine->options;
    unsigned copies = job->probe->opening.copy_count;

    (void)loop;
    (void)events;
    probe_timer(job->probe, engine_now());
    job_pump(job);
    if (options->progress && job->probe->opening.copy_count > copies)
        options->progress(options->data, job->text, job->probe->opening.copy_count,
                          options->spec->retries + 1);
}

void job_init_timer(struct job *job)
{
    ev_init(&job->timer, on_timer);
    job->timer.data = job;
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

void job_pump(struct job *job)
{
    struct engine *engine = job->engine;
    uint8_t packet[CRAFT_PACKET_MAX];
    struct segment segment;
    struct craft_header header;
    int64_t now = engine_now();

    while (job->link && probe_next(job->probe, now, &segment, &header)) {
        struct fault fault;
        struct craft *craft = links_craft(&engine->links, header.destination.family, &fault);
        int length = craft ? craft_packet(craft, &header, &segment, packet, sizeof packet, &fault)
                           : -FAULT_INTERNAL;
        int error =
            length < 0 ? length : link_send(job->link->link, packet, (size_t)length, &fault);

        bool first = job->probe->opening.copy_count <= 1 && job->probe->opened_at == 0;

        /* A first SYN that cannot leave ends the probe, and so does an interface that is gone. What
         * fails later (a full queue, a firewall of this machine's) is lost like any packet. */
        if (error == -FAULT_LINK || (error && first)) {
            probe_lost(job->probe, fault.what, now);
            break;
        }
    }
    if (!probe_over(job->probe)) {
        set_timer(job, now);
    } else if (!job->over) {
        ev_timer_stop(engine->loop, &job->timer);
        job->over = true;
        engine->over++;
    }
}

void job_discard(struct job *job)
{
    if (job->probe && job->link) {
        probe_stop(job->probe, "the run has ended", engine_now());
        job_pump(job);
    }
    job_release(job);
}

void job_stop(struct job *job, const char *why)
{
    struct fault fault;

    if (job->probe) {
        probe_stop(job->probe, why, engine_now());
        job_pump(job);
        return;
    }
    fault_set(&fault, FAULT_NAME, 0, "%s", why);
    job_report(job, &fault);
}

void job_lost(struct job *job, const char *why)
{
    job->link = NULL;
    probe_lost(job->probe, why, engine_now());
    if (!job->over) {
        job->over = true;
        job->engine->over++;
    }
}
