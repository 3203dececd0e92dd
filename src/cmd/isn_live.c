/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `isn TARGET…`: initial sequence numbers sampled from servers. */
#include "cmd/isn_live.h"

#include <string.h>

#include "base/text.h"
#include "cmd/isn_watch.h"
#include "net/clock.h"
#include "probe/result.h"
#include "report/isn_record.h"

/* Targets at once, and SYNs a second to each, unless the user says otherwise. */
#define PARALLEL 4
#define RATE     50.0

/* What the engine takes up targets with. */
#define STARTS 1000.0

static const char *show(struct arena *memory, const struct address *address)
{
    char text[ADDRESS_TEXT_SIZE];

    return address->family == IP_FAMILY_NONE ? NULL
                                             : arena_copy(memory, address_show(address, text));
}

static void fill_target(struct isn_record *record, const struct isn_sampling *sampling,
                        struct arena *memory)
{
    record->time = sampling->time;
    record->target = sampling->target;
    record->host = sampling->host;
    record->addresses = sampling->addresses ? (int64_t)sampling->addresses : RECORD_UNKNOWN;
    record->address = show(memory, &sampling->address);
    record->port = sampling->port ? sampling->port : RECORD_UNKNOWN;
    record->family = sampling->address.family == IP_FAMILY_V4   ? "IPv4"
                     : sampling->address.family == IP_FAMILY_V6 ? "IPv6"
                                                                : NULL;
    record->source = show(memory, &sampling->source);
    record->second_source = show(memory, &sampling->second);
    record->interface = sampling->interface;
    record->from = show(memory, &sampling->from);
    if (record->from) {
        record->ttl = sampling->ttl;
        record->hops = result_hops(sampling->ttl);
    }
    if (sampling->dns_ns >= 0)
        record->dns_ms = (double)sampling->dns_ns / 1e6;
    record->sent = (int64_t)sampling->sent;
    record->lost = (int64_t)sampling->lost;
    record->capture_dropped = sampling->dropped;
}

static void fill_predicted(struct isn_record *record, const struct isn_sampling *sampling,
                           struct arena *memory)
{
    struct isn_foretold_record *numbers;
    struct isn_predicted_record *predicted;
    size_t count = sampling->foretold_count;

    if (count == 0)
        return;
    predicted = arena_take(memory, 1, sizeof *predicted);
    numbers = arena_take(memory, count, sizeof *numbers);
    *predicted = (struct isn_predicted_record){
        .of = (int64_t)count,
        .same_tuple = sampling->same_tuple,
        .numbers = {.items = numbers, .count = count},
    };
    for (size_t i = 0; i < count; i++) {
        const struct isn_foretold *foretold = &sampling->foretold[i];

        numbers[i] = (struct isn_foretold_record){
            .foretold = foretold->answered ? (int64_t)foretold->foretold : RECORD_UNKNOWN,
            .isn = foretold->answered ? (int64_t)foretold->isn : RECORD_UNKNOWN,
            .hit = foretold->hit,
        };
        predicted->hits += foretold->hit;
    }
    record->predicted = predicted;
}

static void fill_front(struct isn_record *record, const struct isn_sampling *sampling,
                       const struct isn_audit *audit, struct arena *memory)
{
    struct isn_front_record *rows;
    struct isn_front front;

    isn_front_judge(sampling->looks, sampling->look_count, audit, &front);
    rows = arena_take(memory, front.count, sizeof *rows);
    for (size_t i = 0; i < front.count; i++)
        rows[i] = (struct isn_front_record){
            .kind = isn_front_word(front.rows[i].kind),
            .detail = arena_copy(memory, front.rows[i].detail),
        };
    record->front = (struct record_list){.items = rows, .count = front.count};
    record->whose = arena_copy(memory, front.whose);
}

/* There was nothing to audit: no class. */
static void fill_unmeasured(struct isn_record *record, const struct isn_sampling *sampling)
{
    record->verdict = verdict_word(sampling->verdict);
    record->reason = sampling->reason;
    record->n = 0;
}

/* That it ended early, and what else its reader ought to know of the sampling. */
static void fill_findings(struct isn_record *record, const struct isn_sampling *sampling,
                          struct arena *memory)
{
    if (!sampling->ended || sampling->count == 0)
        return;
    arena_print(memory, "sampling was ended after %zu of %zu SYNs: %s", sampling->sent,
                sampling->most, sampling->ended);
    isn_record_add_finding(record, FINDING_AUDIT_ENDED, arena_finish(memory), memory);
}

static int report(struct isn_run *isn, const struct engine_result *result,
                  const struct isn_samples *samples, const struct isn_audit *audit,
                  struct fault *fault)
{
    const struct isn_sampling *sampling = result->isn;
    struct isn_record record;
    char source[64];
    size_t at = 0;
    struct isn_report report = {
        .record = &record,
        .samples = samples,
        .audit = audit,
        .source = source,
        .date = clock_realtime(),
        .index = result->index,
    };

    isn_record_init(&record);
    fill_target(&record, sampling, &isn->memory);
    if (audit) {
        fill_predicted(&record, sampling, &isn->memory);
        fill_front(&record, sampling, audit, &isn->memory);
    } else {
        fill_unmeasured(&record, sampling);
    }
    fill_findings(&record, sampling, &isn->memory);
    record.took_ms = (double)sampling->lasted / 1e6;
    text_append(source, sizeof source, &at, "capture on %s",
                sampling->interface ? sampling->interface : "no interface");
    return isn_report(isn, &report, fault);
}

static int take_result(void *data, struct engine_result *result, struct fault *fault)
{
    struct isn_run *isn = data;
    const struct isn_sampling *sampling = result->isn;
    struct isn_samples samples;
    struct isn_audit audit;
    int error;

    if (isn->run.settings->dry_run) { /* no packet could be made of it */
        run_take_unmade(&isn->run, sampling->reason);
        return 0;
    }
    run_hide_progress(&isn->run);
    if (sampling->count == 0)
        return report(isn, result, NULL, NULL, fault);
    if (isn_samples_make(sampling->rows, sampling->count, true, &samples))
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    error = isn_examine(isn, &samples, &audit, fault);
    if (!error)
        error = report(isn, result, &samples, &audit, fault);
    isn_audit_release(&audit);
    isn_samples_release(&samples);
    return error;
}

int isn_live(struct isn_run *isn, struct fault *fault)
{
    const struct settings *settings = isn->run.settings;
    struct engine_options options = run_engine(&isn->run, PARALLEL);
    double rate = RATE;

    if (settings->source_port_last)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--source-port': one port, which is used again and again; the others "
                         "are new ones");
    options.sampling = true;
    options.rate = STARTS;
    options.spacing = settings->interval > 0 ? settings->interval : 0;
    /* What the user says is for the whole run, and for each moment of it. */
    if (settings->rate > 0)
        rate = settings->rate / run_at_once(&isn->run, options.parallel);
    options.plan = (struct isn_plan_options){
        .count = settings->count,
        .slow = !settings->isn.quick,
        .long_pause = settings->isn.slowly,
        .deep = settings->isn.deep,
        .rate = rate,
        .least_gap = settings->rate > 0 ? (int64_t)(1e9 / rate) : 0,
        .fixed_port = settings->spec.source_port,
    };
    options.second_source = settings->isn.second_source;
    options.one_source = settings->isn.one_source;
    options.writes_files = options.writes_files || settings->isn.save_path;
    options.calls.result = take_result;
    options.calls.packet = run_take_packet;
    isn_watch(isn, &options.calls);
    return run_engine_run(&isn->run, &options, fault);
}
