/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of sampling a target, and what would be sent to it. */
#include <string.h>

#include "base/text.h"
#include "net/clock.h"
#include "net/neighbour.h"
#include "probe/dry.h"
#include "probe/sampler.h"

static enum verdict verdict_of(const struct sampler *sampler)
{
    if (sampler->count > 0)
        return VERDICT_OPEN;
    if (sampler->has_answer && sampler->flags & TCP_RST)
        return VERDICT_REFUSED;
    if (sampler->unreachable > 0)
        return VERDICT_UNREACHABLE;
    if (sampler->ended || sampler->sent == 0)
        return VERDICT_INCONCLUSIVE;
    /* A next hop that does not answer keeps SYNs from leaving. */
    if (neighbour_ask(&sampler->subject.route) == NEIGHBOUR_SILENT)
        return VERDICT_UNREACHABLE;
    return VERDICT_FILTERED;
}

static const char *reason_of(const struct sampler *sampler, enum verdict verdict,
                             struct arena *memory)
{
    const char *target = sampler->subject.text, *plural = sampler->sent == 1 ? "" : "s";
    char text[ADDRESS_TEXT_SIZE], words[64];

    switch (verdict) {
    case VERDICT_OPEN:
        arena_print(memory, "%s gave %zu number%s for %zu SYN%s", target, sampler->count,
                    sampler->count == 1 ? "" : "s", sampler->sent, plural);
        break;
    case VERDICT_REFUSED:
        arena_print(memory, "%s refused %zu SYN%s with an RST", target, sampler->sent, plural);
        break;
    case VERDICT_UNREACHABLE:
        if (sampler->has_icmp)
            arena_print(
                memory, "%s is unreachable: %s says '%s'", target,
                address_show(&sampler->from, text),
                icmp_words(sampler->icmp.family, sampler->icmp.type, sampler->icmp.code, words));
        else
            arena_print(memory,
                        "%s is unreachable: the next hop %s does not answer ARP or neighbour "
                        "discovery",
                        target, address_show(&sampler->subject.route.next_hop, text));
        break;
    case VERDICT_FILTERED:
        arena_print(memory, "%s did not answer %zu SYN%s", target, sampler->sent, plural);
        break;
    case VERDICT_RESET:
    case VERDICT_INCONCLUSIVE:
    case VERDICT_COUNT:
        arena_print(memory, "%s was not measured: %s", target,
                    sampler->ended ? sampler->ended : "no SYN left");
        break;
    }
    if (sampler->ended && verdict != VERDICT_INCONCLUSIVE)
        arena_print(memory, "; %s", sampler->ended);
    return arena_finish(memory);
}

/* How long it takes: on the fixed tuple, a SYN often has to wait for the answer to the one before.
 */
static int64_t duration_of(const struct sampler *sampler)
{
    const struct isn_plan *plan = &sampler->plan;

    return plan->takes + (int64_t)plan->fixed_count * (sampler->usual_rtt / 4 * 3);
}

void sampler_show(const struct sampler *sampler, struct arena *memory, char time[40],
                  struct isn_sampling *ret_sampling)
{
    const struct subject *subject = &sampler->subject;
    const struct isn_plan *plan = &sampler->plan;
    struct isn_sampling *sampling = ret_sampling;
    size_t at = sampler->at > 0 ? sampler->at - 1 : 0;

    *sampling = (struct isn_sampling){
        .target = subject->text,
        .host = subject->host,
        .time = clock_iso8601(subject->began_realtime, time),
        .port = subject->port,
        .addresses = subject->addresses,
        .dns_ns = subject->dns_ns,
        .address = subject->address,
        .source = subject->route.source,
        .interface = subject->route.interface,
        .stamp_words = sampler->stamp_words,
        .most = plan->most,
        .takes = duration_of(sampler),
        .stage = sampler->part == SAMPLER_FORETOLD ? ISN_STAGE_FORETOLD
                 : sampler->part == SAMPLER_WHOLE  ? ISN_STAGE_WHOLE
                                                   : plan->steps[at].stage,
        .to_come = plan->count - sampler->at,
        .verdict = verdict_of(sampler),
        .from = sampler->from,
        .ttl = sampler->ttl,
        .sent = sampler->sent,
        .lost = sampler->lost,
        .repeats = sampler->repeats,
        .dropped = sampler->link ? links_dropped(sampler->link, engine_now()) : RECORD_UNKNOWN,
        .lasted = clock_realtime() - subject->began_realtime,
        .ended = sampler->ended,
        .rows = sampler->rows,
        .count = sampler->count,
        .looks = sampler->looks,
        .look_count = sampler->look_count,
        .foretold_count = sampler->foretold_count,
        .same_tuple = sampler->same_tuple,
    };
    if (sampler->sources > 1)
        sampling->second = sampler->routes[1].source;
    memcpy(sampling->foretold, sampler->foretold, sizeof sampling->foretold);
    sampling->reason = reason_of(sampler, sampling->verdict, memory);
}

void sampler_unmeasured(const struct result_context *context, const struct fault *fault,
                        struct arena *memory, struct isn_sampling *ret_sampling)
{
    arena_print(memory, "%s was not measured: %s", context->target, fault->what);
    *ret_sampling = (struct isn_sampling){
        .target = context->target,
        .host = context->host,
        .time = context->time,
        .port = context->port,
        .addresses = context->addresses,
        .dns_ns = context->dns_ns,
        .dropped = RECORD_UNKNOWN,
        .verdict = VERDICT_INCONCLUSIVE,
        .reason = arena_finish(memory),
    };
}

static int packet_of(struct sampler *sampler, const struct isn_step *step,
                     struct packet_record *ret_record, struct fault *fault)
{
    struct engine *engine = sampler->engine;
    const struct subject *subject = &sampler->subject;
    struct craft *craft = links_craft(&engine->links, subject->address.family, fault);
    struct spec spec = *engine->options->spec;
    struct dry_run dry = {.spec = &spec,
                          .route = &sampler->routes[step->src],
                          .destination = &subject->address,
                          .port = subject->port,
                          .command = "isn",
                          .mss = step->mss};

    if (!craft)
        return -FAULT_INTERNAL;
    if (!engine_random(engine, &dry.random, sizeof dry.random)) {
        *fault = engine->fault;
        return -FAULT_SYSTEM;
    }
    spec.has_seq = true;
    spec.seq = step->cseq;
    spec.source_port = step->port;
    return dry_run_packet(&dry, craft, subject->text, &engine->memory, ret_record, fault);
}

/* The first SYN of each stage. */
int sampler_packets(struct sampler *sampler, struct fault *fault)
{
    struct engine *engine = sampler->engine;
    const struct engine_calls *calls = &engine->options->calls;
    const struct subject *subject = &sampler->subject;
    enum isn_stage shown = ISN_STAGE_COUNT;
    int error = 0;

    for (size_t i = 0; i < sampler->plan.count && !error && calls->packet; i++) {
        const struct isn_step *step = &sampler->plan.steps[i];
        struct packet_record record;

        if (step->stage == shown)
            continue;
        shown = step->stage;
        error = packet_of(sampler, step, &record, fault);
        if (!error) {
            error = calls->packet(calls->data, &record, subject->item->index, fault);
            if (error) { /* no fault of the target's */
                engine_fail(engine, error, fault);
                return 0;
            }
        }
        arena_clear(&engine->memory);
    }
    return error;
}
