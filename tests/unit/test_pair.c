/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two control blocks talk through a pipe that loses, repeats, reorders and marks: all data arrives,
 * both ends close. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tcb_lab.h"

#define DATA_MAX  20000u
#define PIPE_MAX  4096
#define TURNS_MAX 60000
#define SEEDS     1500

struct parcel {
    int64_t at; /* when it arrives */
    int to;
    struct segment segment;
    uint8_t payload[1500];
};

struct end {
    struct tcb tcb;
    struct stream stream;
    uint8_t data[DATA_MAX], received[DATA_MAX];
    uint32_t effects;
    bool listens;     /* its SYN never leaves, so that it plays a server */
    bool closes_soon; /* closes as soon as it may; else when its data is through and the peer has
                         closed or is to wait */
    bool stalls;      /* its window closes now and then */
    uint32_t window;  /* when it is open */
    bool reset;       /* an RST ended it */
};

struct pair {
    uint64_t random;
    int64_t now;
    unsigned lost, repeated, late, marked; /* of 100 packets */
    struct end ends[2];
    struct parcel *pipe[PIPE_MAX];
    unsigned in_pipe;
    unsigned turns;
};

/* xorshift64*: the same packets are lost wherever the test runs. */
static uint32_t random_below(struct pair *pair, uint32_t limit)
{
    pair->random ^= pair->random >> 12;
    pair->random ^= pair->random << 25;
    pair->random ^= pair->random >> 27;
    return (uint32_t)((pair->random * UINT64_C(2685821657736338717)) >> 33) % limit;
}

static bool chance(struct pair *pair, unsigned of_100)
{
    return random_below(pair, 100) < of_100;
}

static void put_in_pipe(struct pair *pair, int to, const struct segment *segment)
{
    struct parcel *packet = malloc(sizeof(*packet));

    REQUIRE(packet && pair->in_pipe < PIPE_MAX &&
            segment->payload_length <= sizeof(packet->payload));
    packet->to = to;
    packet->at = pair->now + 10 * MS;
    if (chance(pair, pair->late))
        packet->at += random_below(pair, 40) * MS;
    packet->segment = *segment;
    if (segment->payload_length)
        memcpy(packet->payload, segment->payload, segment->payload_length);
    packet->segment.payload = packet->payload;
    if (segment->ecn == 2 && chance(pair, pair->marked))
        packet->segment.ecn = 3;
    pair->pipe[pair->in_pipe++] = packet;
}

static void drain(struct pair *pair, int from, const struct segment *answered)
{
    struct end *end = &pair->ends[from];
    struct segment segment;
    unsigned count = 0;

    while (tcb_send(&end->tcb, &end->effects, answered, pair->now, &segment)) {
        REQUIRE(++count <= LAB_SENT_MAX);
        REQUIRE(segment.payload_length + segment.options.length <= end->tcb.parameters.mss_limit ||
                segment.payload_length <= 1 || segment.flags & TCP_SYN);
        if (end->listens && !(segment.flags & TCP_ACK) && segment.flags & TCP_SYN)
            continue;
        for (unsigned copies = chance(pair, pair->repeated) ? 2 : 1; copies > 0; copies--)
            if (!chance(pair, pair->lost))
                put_in_pipe(pair, !from, &segment);
    }
    end->effects = 0;
    lab_check(&end->tcb);
}

static void act(struct pair *pair, int which, enum event event)
{
    struct end *end = &pair->ends[which];

    REQUIRE(tcb_may(&end->tcb, event));
    end->effects |= tcb_step(&end->tcb, event, NULL, pair->now).effects;
    drain(pair, which, NULL);
}

static void arrive(struct pair *pair, const struct parcel *packet)
{
    struct end *end = &pair->ends[packet->to];
    enum event events[TCB_EVENTS_MAX];
    unsigned count = tcb_classify(&end->tcb, &packet->segment, events);

    for (unsigned i = 0; i < count; i++) {
        struct step step = tcb_step(&end->tcb, events[i], &packet->segment, pair->now);

        end->effects |= step.effects;
        end->reset = end->reset || events[i] == EVENT_RX_RST;
        /* The pipe delays and repeats, but neither end breaks the protocol. */
        if (step.action == FSM_ODD)
            REQUIRE(events[i] == EVENT_RX_PAWS || events[i] == EVENT_RX_NO_SYN ||
                    events[i] == EVENT_RX_RST_BAD || events[i] == EVENT_RX_ACK_OLD || end->stalls);
    }
    drain(pair, packet->to, &packet->segment);
}

/* Closes where the time has come. */
static void maybe_close(struct pair *pair, int which)
{
    struct end *end = &pair->ends[which];
    bool open = end->tcb.state == STATE_ESTABLISHED || end->tcb.state == STATE_CLOSE_WAIT;
    bool asked = end->closes_soon || end->tcb.state == STATE_CLOSE_WAIT;

    if (open && (asked || (tcb_data_done(&end->tcb) && which == 0)))
        act(pair, which, EVENT_USER_CLOSE);
}

/* The window closes or opens again, and the peer is told. */
static void maybe_stall(struct pair *pair, int which)
{
    struct end *end = &pair->ends[which];

    if (!end->stalls || !chance(pair, 5) || end->tcb.state < STATE_ESTABLISHED)
        return;
    if (end->tcb.rcv_wnd)
        end->window = end->tcb.rcv_wnd;
    end->tcb.rcv_wnd = end->tcb.rcv_wnd ? 0 : end->window;
    end->effects |= EFFECT_ACK;
    drain(pair, which, NULL);
}

static struct parcel *next_packet(struct pair *pair)
{
    unsigned first = 0;

    for (unsigned i = 1; i < pair->in_pipe; i++)
        if (pair->pipe[i]->at < pair->pipe[first]->at)
            first = i;
    struct parcel *packet = pair->pipe[first];
    pair->in_pipe--;
    memmove(&pair->pipe[first], &pair->pipe[first + 1],
            (pair->in_pipe - first) * sizeof(pair->pipe[0]));
    return packet;
}

static int64_t deadline(const struct pair *pair, int which)
{
    const struct tcb *tcb = &pair->ends[which].tcb;

    if (pair->ends[which].listens && tcb->state == STATE_SYN_SENT)
        return TCB_NEVER;
    return tcb_deadline(tcb);
}

/* The next thing that happens; false when nothing is left to happen. */
static bool turn(struct pair *pair)
{
    int64_t arrival = TCB_NEVER, timers[2] = {deadline(pair, 0), deadline(pair, 1)};
    int which = timers[1] < timers[0];

    for (unsigned i = 0; i < pair->in_pipe; i++)
        if (pair->pipe[i]->at < arrival)
            arrival = pair->pipe[i]->at;
    if (arrival == TCB_NEVER && timers[which] == TCB_NEVER)
        return false;
    if (arrival <= timers[which]) {
        struct parcel *packet = next_packet(pair);

        pair->now = packet->at;
        arrive(pair, packet);
        free(packet);
    } else {
        pair->now = timers[which];
        act(pair, which, tcb_due(&pair->ends[which].tcb, pair->now));
    }
    for (int i = 0; i < 2; i++) {
        maybe_stall(pair, i);
        maybe_close(pair, i);
    }
    return true;
}

static void begin_end(struct pair *pair, int which)
{
    static const uint16_t limits[] = {1, 48, 100, 536, 1460};
    struct end *end = &pair->ends[which];
    struct tcb_parameters parameters = lab_parameters();
    struct options *options = &parameters.syn_options;
    uint8_t mss[2] = {(uint8_t)random_below(pair, 6), (uint8_t)random_below(pair, 256)}, wscale;
    bool tiny = chance(pair, 10);

    parameters.iss =
        random_below(pair, 2) ? 0u - random_below(pair, 9000) : random_below(pair, UINT32_MAX);
    parameters.mss_limit = limits[random_below(pair, 4) + (tiny ? 0 : 1)];
    parameters.data_length = random_below(pair, chance(pair, 30)             ? 3
                                                : parameters.mss_limit < 100 ? 500
                                                                             : DATA_MAX);
    for (uint32_t i = 0; i < DATA_MAX; i++)
        end->data[i] = (uint8_t)random_below(pair, 256);
    parameters.data = end->data;
    parameters.data_in_syn = chance(pair, 30);
    parameters.data_retries = parameters.syn_retries = 60;
    parameters.rto_max = 4 * SECOND;
    parameters.msl = random_below(pair, 3) * SECOND;
    parameters.receive_window = 1 + random_below(pair, chance(pair, 20) ? 10 : 70000);
    parameters.syn_window =
        parameters.receive_window < 65535 ? (uint16_t)parameters.receive_window : 65535;
    if (chance(pair, 50))
        parameters.syn_flags |= TCP_ECE | TCP_CWR;
    if (chance(pair, 20))
        parameters.manners = TCB_MANNER_NO_SACK;
    if (chance(pair, 80))
        REQUIRE(options_add(options, OPTION_MSS, mss, 2) == 0);
    if (chance(pair, 60))
        REQUIRE(options_add(options, OPTION_SACK_PERMITTED, NULL, 0) == 0);
    if (chance(pair, 60))
        REQUIRE(options_add_timestamps(options, 0, 0) == 0);
    wscale = (uint8_t)random_below(pair, 16);
    if (chance(pair, 60))
        REQUIRE(options_add(options, OPTION_WSCALE, &wscale, 1) == 0);
    end->closes_soon = chance(pair, 30);
    end->stalls = chance(pair, 20);
    stream_init(&end->stream, end->received, sizeof(end->received));
    tcb_init(&end->tcb, &parameters, &end->stream);
}

static void check_arrived(const struct end *from, const struct end *to)
{
    REQUIRE(from->tcb.outcome == EFFECT_DONE);
    /* Where the last ACK was lost and the other end has left TIME-WAIT, its RST ends this one. */
    REQUIRE(tcb_data_done(&from->tcb) || from->reset);
    REQUIRE(to->stream.received == from->tcb.parameters.data_length);
    REQUIRE(to->stream.islands == 0 && !to->stream.conflict);
    REQUIRE(memcmp(to->received, from->data, from->tcb.parameters.data_length) == 0);
}

static void play(uint64_t seed, bool simultaneous)
{
    struct pair *pair = calloc(1, sizeof(*pair));

    REQUIRE(pair);
    pair->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    pair->now = SECOND;
    pair->lost = random_below(pair, 4) * 8;
    pair->repeated = random_below(pair, 3) * 10;
    pair->late = random_below(pair, 3) * 25;
    pair->marked = random_below(pair, 2) * 10;
    for (int i = 0; i < 2; i++)
        begin_end(pair, i);
    for (int i = 0; i < 2; i++) /* a peer that takes a byte at a time is not sent much */
        if (pair->ends[!i].tcb.parameters.receive_window < 1000)
            pair->ends[i].tcb.parameters.data_length %= 300;
    pair->ends[1].listens = !simultaneous;
    if (!simultaneous) /* a SYN that never left carried nothing */
        pair->ends[1].tcb.parameters.data_in_syn = false;
    act(pair, 1, EVENT_USER_OPEN);
    act(pair, 0, EVENT_USER_OPEN);
    while (turn(pair)) {
        if (++pair->turns > TURNS_MAX)
            print_message("# seed %llu: no end\n", (unsigned long long)seed);
        REQUIRE(pair->turns <= TURNS_MAX);
    }
    for (int i = 0; i < 2; i++) {
        if (pair->ends[i].tcb.state != STATE_CLOSED || pair->ends[i].tcb.outcome != EFFECT_DONE ||
            pair->turns > TURNS_MAX / 4)
            print_message("# seed %llu: end %d in %s, outcome %x\n", (unsigned long long)seed, i,
                          fsm_state_name(pair->ends[i].tcb.state), pair->ends[i].tcb.outcome);
        check_arrived(&pair->ends[i], &pair->ends[!i]);
    }
    free(pair);
}

static void test_client_and_server(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        play(seed, false);
}

static void test_simultaneous_open(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        play(seed, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_and_server),
        cmocka_unit_test(test_simultaneous_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
