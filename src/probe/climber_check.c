/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole connections with a script, one after the other, at the end of a climb. */
#include "probe/climber.h"

#include <stdlib.h>

/* A script that has not ended after so long does not end by itself. */
#define CHECK_MOST INT64_C(60000000000)

/* The features that a script shows something of: without them it is not run. */
static const uint32_t shown[CHECK_SCRIPT_COUNT] = {
    [CHECK_SCRIPT_HOLES] = 1u << RUNG_FEATURE_WSCALE | 1u << RUNG_FEATURE_TIMESTAMPS |
                           1u << RUNG_FEATURE_SACK | 1u << RUNG_FEATURE_ECN,
    [CHECK_SCRIPT_BYTES] = 1u << RUNG_FEATURE_MSS | 1u << RUNG_FEATURE_TIMESTAMPS,
    [CHECK_SCRIPT_WINDOW] = 1u << RUNG_FEATURE_WSCALE,
};

static bool is_wanted(const struct climber *climber, unsigned script)
{
    const struct climb_options *options = &climber->engine->options->climb;

    return !options->no_checks &&
           (options->features == 0 || (options->features & shown[script]) != 0);
}

unsigned climber_checks_left(const struct climber *climber)
{
    unsigned left = 0;

    for (unsigned script = climber->script; script < CHECK_SCRIPT_COUNT; script++)
        left += is_wanted(climber, script);
    return left;
}

static void leave(struct climber *climber)
{
    struct climber_check *checking = climber->checking;

    climber->checking = NULL;
    contact_remove(&climber->engine->contacts, &checking->contact);
    ports_return(climber->engine->guarded, &checking->lease);
    free(checking);
}

/* A first SYN that cannot leave ends it, and so does an interface that is gone. What fails later is
 * lost like any packet. */
static bool send_segment(struct climber_check *checking, const struct craft_header *header,
                         const struct segment *segment)
{
    struct climber *climber = checking->climber;
    uint8_t packet[CRAFT_PACKET_MAX];
    struct fault fault;
    struct craft *craft = links_craft(&climber->engine->links, header->destination.family, &fault);
    int length = craft ? craft_packet(craft, header, segment, packet, sizeof packet, &fault)
                       : -FAULT_INTERNAL;
    int error =
        length < 0 ? length : link_send(climber->link->link, packet, (size_t)length, &fault);

    if (error && climber->fault.code == FAULT_NONE)
        climber->fault = fault;
    return !error || (fault.code != FAULT_LINK && checking->check->opened);
}

/* Sends what it wants sent; done with it when it is over. */
static void pump(struct climber_check *checking)
{
    struct climber *climber = checking->climber;
    struct check *check = checking->check;
    struct craft_header header;
    struct segment segment;
    bool works = true;

    while (check_next(check, engine_now(), &segment, &header))
        works = works && climber->link && send_segment(checking, &header, &segment);
    if (!works && !check_over(check)) {
        check_stop(check, engine_now());
        while (check_next(check, engine_now(), &segment, &header))
            continue;
        leave(climber);
        engine_wake(climber->engine);
        return;
    }
    if (check_over(check))
        leave(climber);
    engine_wake(climber->engine); /* its timer, or what comes next */
}

/* All that can fail but memory: entropy, a port. */
static int prepare(struct climber *climber, struct spec_random *ret_random,
                   struct ports_lease *ret_lease, struct fault *fault)
{
    struct engine *engine = climber->engine;

    if (!engine_random(engine, ret_random, sizeof *ret_random)) {
        *fault = engine->fault;
        return -FAULT_SYSTEM;
    }
    return climber_take_port(climber, engine->guarded, ret_lease, fault);
}

/* What shows SACK and timestamps as well is not lost to a path that drops SYNs with ECN. */
static bool ecn_fails(const struct climber *climber)
{
    uint32_t features = climber->engine->options->climb.features;

    return (features == 0 || features >> RUNG_FEATURE_ECN & 1) && climber->opened[RUNG_ECN] == 0 &&
           climber->opened[RUNG_ECN_LINUX] == 0;
}

/* Offers what is answered, where Linux' set is not. */
static void offer_base(const struct climber *climber, struct check *check)
{
    enum rung_id base = climber_base(climber);
    struct rung_values values = climber->values;
    struct options options;

    if (base == RUNG_LINUX)
        return;
    rung_values_draw(climber->seed, climber->turn_count + climber->drawn, &values);
    rung_options(base, &values, &options);
    check_offer(check, &options);
}

static int open_check(struct climber *climber, unsigned script, struct fault *fault)
{
    struct engine *engine = climber->engine;
    const struct subject *subject = &climber->subject;
    struct ports_lease lease = {.port = 0};
    struct climber_check *checking;
    struct spec_random random;
    struct check *check;
    int error = prepare(climber, &random, &lease, fault);

    if (error)
        return error;
    checking = calloc(1, sizeof *checking);
    check = calloc(1, sizeof *check);
    if (!checking || !check) {
        ports_return(engine->guarded, &lease);
        free(checking);
        free(check);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    checking->contact.kind = CONTACT_CHECK;
    checking->climber = climber;
    checking->check = check;
    checking->lease = lease;
    checking->until = engine_now() + CHECK_MOST;
    climber->checking = checking;
    climber->checks[script] = check;
    contact_add(&engine->contacts, &checking->contact, &subject->route.source, lease.port,
                &subject->address, subject->port);
    check_init(check, (enum check_script)script, engine->options->spec, &subject->route,
               &subject->address, subject->port, lease.port, &random);
    offer_base(climber, check);
    if (ecn_fails(climber))
        check_without_ecn(check);
    return 0;
}

bool climber_check_next(struct climber *climber)
{
    struct engine *engine = climber->engine;
    unsigned script = climber->script;
    struct fault fault;
    int error;

    while (script < CHECK_SCRIPT_COUNT && !is_wanted(climber, script))
        script++;
    climber->script = script < CHECK_SCRIPT_COUNT ? script + 1 : script;
    if (script == CHECK_SCRIPT_COUNT)
        return true;
    error = open_check(climber, script, &fault);
    if (error && engine_fatal(error)) {
        engine_fail(engine, error, &fault);
        return false;
    }
    if (error) { /* it does without */
        if (error == -FAULT_SYSTEM && engine->impaired.code == FAULT_NONE)
            engine->impaired = fault;
        climber->script = CHECK_SCRIPT_COUNT;
        return true;
    }
    check_start(climber->checking->check, engine_now());
    pump(climber->checking);
    return true;
}

void climber_check_packet(struct climber_check *checking, const struct packet *packet, int64_t at)
{
    check_packet(checking->check, packet, at, engine_now());
    pump(checking);
}

void climber_check_due(struct climber *climber, int64_t now)
{
    struct climber_check *checking = climber->checking;

    if (!checking)
        return;
    if (now >= checking->until) {
        climber_check_stop(climber);
    } else if (check_deadline(checking->check) <= now) {
        check_timer(checking->check, now);
        pump(checking);
    }
}

int64_t climber_check_wait(const struct climber *climber, int64_t now)
{
    const struct climber_check *checking = climber->checking;
    int64_t due;

    if (!checking)
        return TCB_NEVER;
    due = check_deadline(checking->check);
    due = due < checking->until ? due : checking->until;
    return due > now ? due - now : 0;
}

void climber_check_stop(struct climber *climber)
{
    struct climber_check *checking = climber->checking;

    if (!checking)
        return;
    check_stop(checking->check, engine_now());
    pump(checking);
    if (climber->checking) /* it is to go, whether it says that it is over or not */
        leave(climber);
}

void climber_checks_free(struct climber *climber)
{
    if (climber->checking)
        leave(climber);
    for (unsigned script = 0; script < CHECK_SCRIPT_COUNT; script++)
        free(climber->checks[script]);
}
