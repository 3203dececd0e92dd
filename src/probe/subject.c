/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is probed, and the report where that was not possible. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "net/clock.h"
#include "probe/pinger.h"
#include "probe/sampler.h"

bool subject_init(struct engine *engine, struct subject *subject, struct item *item,
                  const char *text, const char *host)
{
    size_t text_size = strlen(text) + 1, host_size = strlen(host) + 1;
    struct fault fault;

    memset(subject, 0, sizeof *subject);
    subject->text = malloc(text_size + host_size);
    if (!subject->text) {
        engine_fail(engine, fault_set(&fault, FAULT_MEMORY, 0, "out of memory"), &fault);
        return false;
    }
    memcpy(subject->text, text, text_size);
    subject->host = subject->text + text_size;
    memcpy(subject->host, host, host_size);
    subject->dns_ns = -1;
    subject->began_realtime = clock_realtime();
    subject->item = item;
    item->users++;
    return true;
}

void subject_release(struct engine *engine, struct subject *subject)
{
    echo_close(subject->echo);
    free(subject->text);
    if (subject->item)
        item_leave(engine, subject->item);
    memset(subject, 0, sizeof *subject);
}

void item_leave(struct engine *engine, struct item *item)
{
    const struct engine_calls *calls = &engine->options->calls;
    struct fault fault;
    int error = 0;

    if (--item->users > 0)
        return;
    fault_clear(&fault);
    if (calls->item_done && !engine->error)
        error = calls->item_done(calls->data, item->index, &fault);
    DL_DELETE2(engine->items, item, previous, next);
    free(item);
    if (error)
        engine_fail(engine, error, &fault);
}

void subject_context(const struct subject *subject, char time[40],
                     struct result_context *ret_context)
{
    *ret_context = (struct result_context){
        .target = subject->text,
        .host = subject->host,
        .addresses = subject->addresses,
        .port = subject->port,
        .time = clock_iso8601(subject->began_realtime, time),
        .dns_ns = subject->dns_ns,
        .guard = "none",
        .next_hop = "",
        .dropped = RECORD_UNKNOWN,
    };
}

bool engine_fatal(int error)
{
    return error == -FAULT_PERMISSION || error == -FAULT_MEMORY || error == -FAULT_INTERNAL;
}

static int report_failed(struct engine *engine, const struct subject *subject,
                         const struct fault *fault, struct fault *ret_fault)
{
    const struct engine_calls *calls = &engine->options->calls;
    struct engine_result result = {.index = subject->item->index, .verdict = VERDICT_INCONCLUSIVE};
    struct handshake_record handshake;
    struct result_context context;
    struct matrix_record matrix;
    struct isn_sampling isn;
    struct rtt_record rtt;
    char time[40];

    if (!calls->result)
        return 0;
    subject_context(subject, time, &context);
    if (engine->options->sampling) {
        sampler_unmeasured(&context, fault, &engine->memory, &isn);
        result.isn = &isn;
    } else if (engine->options->climbing) {
        climb_unmeasured(&context, fault, &engine->memory, &matrix);
        result.matrix = &matrix;
    } else if (engine->options->series) {
        pinger_unmeasured(&context, engine->options->full, fault, &engine->memory, &rtt);
        result.rtt = &rtt;
    } else {
        result_unmeasured(&context, fault, &engine->memory, &handshake);
        result.handshake = &handshake;
    }
    return calls->result(calls->data, &result, ret_fault);
}

void subject_failed(struct engine *engine, struct subject *subject, int error,
                    const struct fault *fault)
{
    struct fault sink_fault;

    engine->opening--;
    engine->active--;
    if (engine_fatal(error)) {
        engine_fail(engine, error, fault);
    } else if (!engine->error) {
        /* The target is reported as not measured; that this was our system's doing is said at the
         * end. */
        if (error == -FAULT_SYSTEM && engine->impaired.code == FAULT_NONE)
            engine->impaired = *fault;
        fault_clear(&sink_fault);
        error = report_failed(engine, subject, fault, &sink_fault);
        arena_clear(&engine->memory);
        if (error)
            engine_fail(engine, error, &sink_fault);
    }
    subject_release(engine, subject);
    if (engine->reduced) /* it may have been the last that needed what was kept */
        engine_privilege(engine);
}
