/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a shadow takes the very steps of the machine whose packets it sees: a live client
 * talks to a server over a pipe that loses, and what passes its own end is the story. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/track/shadow.h"
#include "shadow_script.h"

#define MS     INT64_C(1000000)
#define SECOND (1000 * MS)

enum { PIPE_MAX = 256, STEPS_MAX = 4000, DATA_MAX = 60000 };

static uint8_t data[DATA_MAX];

struct pipe {
    struct {
        int64_t at;
        struct segment segment;
    } packets[PIPE_MAX];
    unsigned count;
};

struct world {
    struct tcb ends[2]; /* client, server */
    struct stream streams[2];
    uint32_t effects[2];
    struct pipe ways[2]; /* to each end */
    int64_t now, delay, close_at, close_by;
    unsigned loss, late; /* of 100 */
    unsigned drop_servers_syn;
    uint32_t seed;
    bool abort;
    struct tale tale;
    struct traced_step steps[STEPS_MAX];
    size_t count;
};

static unsigned chance(struct world *world)
{
    world->seed = world->seed * 1664525 + 1013904223;
    return (world->seed >> 16) % 100;
}

static void take(struct world *world, unsigned end, enum event event, const struct segment *segment,
                 size_t seen)
{
    struct step step = tcb_step(&world->ends[end], event, segment, world->now);

    world->effects[end] |= step.effects & ~(uint32_t)EFFECTS_OUTCOME;
    if (end == 0 && world->count < STEPS_MAX)
        world->steps[world->count++] = (struct traced_step){.step = step, .seen = seen};
}

/* In the order of arrival. */
static void send_way(struct pipe *way, int64_t at, const struct segment *segment)
{
    unsigned place = way->count++;

    for (; place > 0 && way->packets[place - 1].at > at; place--)
        way->packets[place] = way->packets[place - 1];
    way->packets[place].at = at;
    way->packets[place].segment = *segment;
}

static void pump(struct world *world, unsigned end, const struct segment *answered)
{
    struct segment segment;

    while (tcb_send(&world->ends[end], &world->effects[end], answered, world->now, &segment)) {
        struct pipe *way = &world->ways[!end];
        bool lost = chance(world) < world->loss;

        if (end == 0)
            tale_put(&world->tale, world->now, 0, &segment);
        else if (world->drop_servers_syn > 0 && !(segment.flags & TCP_ACK))
            lost = world->drop_servers_syn-- > 0;
        if (lost || way->count == PIPE_MAX)
            continue;
        send_way(way, world->now + world->delay + (chance(world) < world->late ? world->delay : 0),
                 &segment);
    }
}

static void arrive(struct world *world, unsigned end)
{
    struct pipe *way = &world->ways[end];
    struct segment segment = way->packets[0].segment;
    enum event events[TCB_EVENTS_MAX];
    size_t seen = TRACE_NONE;
    unsigned count;

    way->count--;
    memmove(&way->packets[0], &way->packets[1], way->count * sizeof way->packets[0]);
    if (end == 0)
        seen = tale_put(&world->tale, world->now, 1, &segment);
    if (end == 1 && world->ends[1].state == STATE_CLOSED)
        return;
    count = tcb_classify(&world->ends[end], &segment, events);
    for (unsigned i = 0; i < count; i++)
        take(world, end, events[i], &segment, seen);
}

/* As probe.c has it. */
static void plan(struct world *world)
{
    struct tcb *tcb = &world->ends[0];

    if ((tcb->state == STATE_ESTABLISHED || tcb->state == STATE_CLOSE_WAIT) && tcb_data_done(tcb) &&
        (world->now >= world->close_at || tcb->state == STATE_CLOSE_WAIT)) {
        world->close_by = world->now + 20 * SECOND;
        take(world, 0, world->abort ? EVENT_USER_ABORT : EVENT_USER_CLOSE, NULL, TRACE_NONE);
    } else if (tcb->state != STATE_CLOSED && tcb->state != STATE_TIME_WAIT && tcb->fin_queued &&
               world->now >= world->close_by) {
        take(world, 0, EVENT_USER_ABORT, NULL, TRACE_NONE);
    }
}

static void plan_server(struct world *world)
{
    struct tcb *tcb = &world->ends[1];

    if (tcb->state == STATE_CLOSE_WAIT && tcb_data_done(tcb))
        take(world, 1, EVENT_USER_CLOSE, NULL, TRACE_NONE);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void run(struct world *world)
{
    take(world, 0, EVENT_USER_OPEN, NULL, TRACE_NONE);
    pump(world, 0, NULL);
    for (unsigned turns = 0; turns < 3000 && world->ends[0].state != STATE_CLOSED; turns++) {
        int64_t next = world->now + SECOND;

        for (unsigned i = 0; i < 2; i++) {
            next = earlier(next, tcb_deadline(&world->ends[i]));
            if (world->ways[i].count > 0)
                next = earlier(next, world->ways[i].packets[0].at);
        }
        if (world->now < world->close_at)
            next = earlier(next, world->close_at);
        world->now = next > world->now ? next : world->now;
        for (unsigned i = 0; i < 2; i++) {
            const struct segment *answered = NULL;
            struct segment segment;
            enum event event;

            if (world->ways[i].count > 0 && world->ways[i].packets[0].at <= world->now) {
                segment = world->ways[i].packets[0].segment;
                answered = segment.flags & TCP_RST ? NULL : &segment;
                arrive(world, i);
            } else {
                event = tcb_due(&world->ends[i], world->now);
                if (event != EVENT_COUNT)
                    take(world, i, event, NULL, TRACE_NONE);
            }
            if (i == 0)
                plan(world);
            else
                plan_server(world);
            pump(world, i, answered);
        }
        world->now += MS / 20;
    }
}

static struct tcb_parameters parameters_of(struct world *world, unsigned end, size_t length)
{
    struct tcb_parameters parameters = {
        .source_port = end ? 80 : 40000,
        .destination_port = end ? 40000 : 80,
        .iss = end ? 0xfffff000u : 0xffffff00u,
        .syn_flags = TCP_SYN,
        .syn_window = 8000,
        .receive_window = chance(world) < 50 ? 20000 : 3000,
        .ts_offset = world->seed,
        .mss_default = 536,
        .mss_limit = 1460,
        .rto_initial = SECOND,
        .rto_min = 200 * MS,
        .rto_max = 60 * SECOND,
        .syn_retries = 3,
        .data_retries = 3,
        .data = data,
        .data_length = length,
    };

    assert_int_equal(options_add(&parameters.syn_options, OPTION_MSS, "\x05\xb4", 2), 0);
    if (chance(world) < 60)
        assert_int_equal(options_add(&parameters.syn_options, OPTION_SACK_PERMITTED, "", 0), 0);
    if (chance(world) < 60)
        assert_int_equal(options_add_timestamps(&parameters.syn_options, 0, 0), 0);
    if (chance(world) < 60)
        assert_int_equal(options_add(&parameters.syn_options, OPTION_WSCALE, "\x03", 1), 0);
    return parameters;
}

static void tell(const char *name, const struct traced_step *step)
{
    char effects[FSM_EFFECTS_TEXT_SIZE];

    print_message("# %s %s -> %s %s by %zd at %.3f\n", name, fsm_event_name(step->step.event),
                  fsm_state_name(step->step.to), fsm_effects_show(step->step.effects, effects),
                  (ssize_t)step->seen, (double)step->step.at / 1e6);
}

static void compare(const struct world *world, uint32_t seed)
{
    struct shadow shadow;
    size_t same = 0;

    assert_int_equal(shadow_run(&world->tale.story, 0, &shadow), 0);
    while (same < world->count && same < shadow.count) {
        const struct traced_step *one = &world->steps[same], *other = &shadow.steps[same];

        if (one->step.event != other->step.event || one->step.from != other->step.from ||
            one->step.to != other->step.to || one->step.effects != other->step.effects ||
            one->step.action != other->step.action || one->seen != other->seen)
            break;
        same++;
    }
    if (same < world->count || same < shadow.count || shadow.end != SHADOW_END_WHOLE) {
        tale_print(&world->tale);
        for (size_t i = same > 3 ? same - 3 : 0; i < world->count && i < same + 4; i++)
            tell("live  ", &world->steps[i]);
        for (size_t i = same > 3 ? same - 3 : 0; i < shadow.count && i < same + 4; i++)
            tell("shadow", &shadow.steps[i]);
        print_message("# end: %s at %zd\n", shadow_end_words(shadow.end), (ssize_t)shadow.end_at);
        fail_msg("seed %u: step %zu differs", seed, same);
    }
    assert_true(shadow.end_at == TRACE_NONE);
    shadow_release(&shadow);
}

static void play(uint32_t seed)
{
    static struct world world;
    struct tcb_parameters parameters;

    memset(&world, 0, sizeof world);
    world.seed = seed;
    world.now = 1000 * SECOND;
    world.loss = chance(&world) < 40 ? 0 : chance(&world) % 25;
    world.late = chance(&world) < 60 ? 0 : chance(&world) % 20;
    world.delay = MS + (int64_t)chance(&world) * MS / (chance(&world) < 50 ? 20 : 1);
    world.close_at = world.now + (int64_t)chance(&world) * 10 * MS;
    world.abort = chance(&world) < 15;
    tale_begin(&world.tale);
    for (unsigned i = 0; i < 2; i++) {
        size_t length = chance(&world) < 40 ? 0 : chance(&world) * (chance(&world) < 70 ? 50 : 500);

        parameters = parameters_of(&world, i, length);
        parameters.data_in_syn = i == 0 && chance(&world) < 20;
        /* A FIN that waits for the window shows only when it is sent: then the close comes late. */
        if (i == 1 && world.ends[0].parameters.data_length > 0 && chance(&world) < 15)
            parameters.receive_window = 0;
        stream_init(&world.streams[i], NULL, 0);
        tcb_init(&world.ends[i], &parameters, &world.streams[i]);
    }
    /* A server is an end whose own SYN is lost before the client's arrives. */
    world.drop_servers_syn = chance(&world) < 90 ? 1 : 0;
    take(&world, 1, EVENT_USER_OPEN, NULL, TRACE_NONE);
    pump(&world, 1, NULL);
    run(&world);
    compare(&world, seed);
    tale_end(&world.tale);
}

static void test_live(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 400; seed++)
        play(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_live),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
