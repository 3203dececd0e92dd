/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a climb has come, all that came of it, and what would be sent. */
#include <string.h>

#include "net/clock.h"
#include "net/neighbour.h"
#include "probe/climber.h"
#include "probe/dry.h"

/* About how long a whole connection takes, ns. */
#define CHECK_TAKES INT64_C(2000000000)

/* Of a cookie that is made up. */
#define COOKIE_LENGTH 8

static const char *doing(const struct climber *climber)
{
    switch (climber->stage) {
    case CLIMBER_RUNGS:
        break;
    case CLIMBER_LIMITED:
        return "asking the routers";
    case CLIMBER_CHECKS:
        return "opening connections";
    case CLIMBER_HOLDING:
    case CLIMBER_DONE:
        return "waiting for SYN,ACKs that come again";
    }
    return "climbing the ladder";
}

void climber_show(const struct climber *climber, int64_t now, struct climb_state *ret_state)
{
    const struct climb_options *options = &climber->engine->options->climb;
    unsigned checks = climber_checks_left(climber) + (climber->checking != NULL);
    size_t rungs = climber->turn_count - climber->at + (CLIMB_SAME - climber->same_at);
    int64_t lasted = clock_realtime() - climber->subject.began_realtime, takes, held = 0;

    if (climber->stage == CLIMBER_LIMITED && !climber->arrived)
        rungs += climber->hops * LIMITED_REPEAT - climber->limited_at;
    if (climber->stage == CLIMBER_DONE)
        rungs = checks = 0;
    takes = (int64_t)((double)rungs * climber->pace.period) + checks * CHECK_TAKES;
    if (climber->hold_state == CLIMBER_HOLD_NONE && climber->stage != CLIMBER_DONE)
        held = options->patience;
    else if (climber->hold_state == CLIMBER_HOLD_HELD)
        held = climber->hold.first.at + options->patience - now;
    *ret_state = (struct climb_state){
        .target = climber->subject.text,
        .sent = climber->count,
        .to_come = rungs + checks,
        .lost = climber->lost,
        .lasted = lasted,
        .takes = lasted + (takes > held ? takes : held),
        .doing = doing(climber),
    };
}

void climber_sum_up(const struct climber *climber, char time[40], char next_hop[ADDRESS_TEXT_SIZE],
                    struct climb *ret_climb)
{
    const struct subject *subject = &climber->subject;
    struct result_context *context = &ret_climb->context;
    bool spoken = false;

    for (size_t i = 0; i < climber->count; i++)
        spoken = spoken || climber->shots[i].has_answer || climber->shots[i].has_icmp;
    *ret_climb = (struct climb){
        .route = subject->route,
        .address = subject->address,
        .options = &climber->engine->options->climb,
        .shots = climber->shots,
        .count = climber->count,
        .hold = climber->hold.asked ? &climber->hold : NULL,
        .unsent = climber->turn_count - climber->at,
        .ended = climber->ended,
        .lasted = clock_realtime() - subject->began_realtime,
    };
    for (unsigned script = 0; script < CHECK_SCRIPT_COUNT; script++)
        ret_climb->checks[script] = climber->checks[script];
    subject_context(subject, time, context);
    context->stamp_words = climber->stamp_words;
    context->next_hop = address_show(&subject->route.next_hop, next_hop);
    context->next_hop_silent = !spoken && neighbour_ask(&subject->route) == NEIGHBOUR_SILENT;
    context->dropped = climber->link ? links_dropped(climber->link, engine_now()) : RECORD_UNKNOWN;
}

/* ---- what would be sent ---- */

static int packet_of(struct climber *climber, enum rung_id rung, struct packet_record *ret_record,
                     struct fault *fault)
{
    struct engine *engine = climber->engine;
    const struct subject *subject = &climber->subject;
    struct craft *craft = links_craft(&engine->links, subject->address.family, fault);
    struct rung_values values = climber->values;
    struct spec spec = *engine->options->spec;
    struct dry_run dry = {.spec = &spec,
                          .route = &subject->route,
                          .destination = &subject->address,
                          .port = subject->port,
                          .command = "options",
                          .on_ladder = true,
                          .rung = rung};

    if (!craft)
        return -FAULT_INTERNAL;
    if (!engine_random(engine, &dry.random, sizeof dry.random)) {
        *fault = engine->fault;
        return -FAULT_SYSTEM;
    }
    rung_values_draw(climber->seed, rung, &values);
    if (rung_needs_cookie(rung)) {
        values.cookie_length = COOKIE_LENGTH;
        memcpy(values.cookie, values.nonce, COOKIE_LENGTH);
    }
    rung_spec(rung, &values, &spec);
    return dry_run_packet(&dry, craft, subject->text, &engine->memory, ret_record, fault);
}

/* Each rung of the plan once. */
int climber_packets(struct climber *climber, struct fault *fault)
{
    struct engine *engine = climber->engine;
    const struct engine_calls *calls = &engine->options->calls;
    const struct climb_options *options = &engine->options->climb;
    const struct rungs_plan_options plan = {.features = options->features,
                                            .repeat = options->repeat};
    int error = 0;

    for (unsigned id = 0; id < RUNG_COUNT && !error && calls->packet; id++) {
        struct packet_record record;

        if (!rungs_plan_has(&plan, (enum rung_id)id))
            continue;
        error = packet_of(climber, (enum rung_id)id, &record, fault);
        if (!error) {
            error = calls->packet(calls->data, &record, climber->subject.item->index, fault);
            if (error) { /* no fault of the target's */
                engine_fail(engine, error, fault);
                return 0;
            }
        }
        arena_clear(&engine->memory);
    }
    return error;
}
