/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/ladder/front: whole climbs against made-up stacks and proxies, with losses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "probe/ladder/front.h"

#define MS      INT64_C(1000000)
#define SECOND  (1000 * MS)
#define RUNGS   60
#define BLOCKS  4
#define SAMES   (BLOCKS * 4)
#define MOST    (RUNGS + SAMES)
#define PORT    40000
#define CARRIES 3 /* later segments in each connection */

enum isn_kind {
    ISN_CLOCK,    /* RFC 6528: a hash of the tuple, and a clock */
    ISN_COOKIE,   /* Linux' cookies */
    ISN_CLEAR,    /* FreeBSD's */
    ISN_HASH,     /* a hash of tuple and our ISN */
    ISN_TUPLE,    /* a hash of the tuple */
    ISN_CONSTANT, /* ns-3 */
    ISN_COUNTER,  /* 4.4BSD: 64000 a connection and a half second */
    ISN_TICKS,    /* lwIP: the same within a tick */
    ISN_RANDOM,
    ISN_OURS,     /* ours and a constant, for all tuples */
    ISN_AT_TIMES, /* cookies in the second half only */
};

enum stamps {
    STAMPS_TUPLE,  /* milliseconds, with an offset for each tuple */
    STAMPS_SHARED, /* one offset for all: tcp_timestamps 2 */
    STAMPS_NONE,
    STAMPS_ZERO,   /* 0 in the SYN,ACK, milliseconds later */
    STAMPS_RANDOM, /* another offset for each connection */
    STAMPS_MICRO,  /* a tick a microsecond */
    STAMPS_COARSE, /* milliseconds, in steps of 64: no cookies */
};

/* Who answers. */
struct stack {
    const char *name;
    enum isn_kind isn;
    enum stamps stamps;
    bool frozen; /* low six bits of TSval */
    uint16_t window;
    uint8_t ttl;
    unsigned repeats; /* of a SYN,ACK within the patience */
    int64_t reset;    /* ns: an RST comes then; 0: none */
    /* After the handshake. */
    bool silent; /* says nothing */
    uint8_t ttl_later;
    bool updates;
    uint32_t jump; /* by which TSval is off */
    enum front_says cookies, proxy;
};

#define Y FRONT_SAYS_YES
#define N FRONT_SAYS_NO
#define I FRONT_SAYS_INCONCLUSIVE

/* Hosts that answer for themselves, as they were seen in the lab. */
static const struct stack hosts[] = {
    {"Linux", ISN_CLOCK, STAMPS_TUPLE, false, 65160, 64, 3, 0, false, 64, false, 0, N, N},
    {"Linux, tcp_timestamps 2", ISN_CLOCK, STAMPS_SHARED, false, 65160, 64, 3, 0, false, 64, false,
     0, N, N},
    {"Linux, tcp_timestamps 0", ISN_CLOCK, STAMPS_NONE, false, 64240, 64, 3, 0, false, 64, false, 0,
     N, N},
    {"Linux, timestamps in microseconds", ISN_CLOCK, STAMPS_MICRO, false, 65160, 64, 3, 0, false,
     64, false, 0, N, N},
    {"Linux, tcp_synack_retries 0", ISN_CLOCK, STAMPS_TUPLE, false, 65160, 64, 0, 0, false, 64,
     false, 0, N, N},
    {"Linux, tcp_synack_retries 1", ISN_CLOCK, STAMPS_TUPLE, false, 65160, 64, 1, 0, false, 64,
     false, 0, N, N},
    {"Linux far away, its connections with a TTL of their own", ISN_CLOCK, STAMPS_TUPLE, false,
     65160, 50, 3, 0, false, 241, false, 0, N, I},
    {"Linux, tcp_syncookies 2", ISN_COOKIE, STAMPS_TUPLE, true, 65160, 64, 0, 0, false, 64, false,
     0, Y, N},
    {"Linux, tcp_syncookies 2, tcp_timestamps 2", ISN_COOKIE, STAMPS_SHARED, true, 65160, 64, 0, 0,
     false, 64, false, 0, Y, N},
    {"Linux, tcp_syncookies 2, tcp_timestamps 0", ISN_COOKIE, STAMPS_NONE, false, 64240, 64, 0, 0,
     false, 64, false, 0, Y, N},
    {"libslirp", ISN_COUNTER, STAMPS_NONE, false, 65535, 64, 1, 0, false, 64, false, 0, N, N},
    {"passt", ISN_CLOCK, STAMPS_NONE, false, 65535, 255, 0, 0, false, 255, false, 0, N, N},
    {"passt, held for long", ISN_CLOCK, STAMPS_NONE, false, 65535, 255, 0, 10 * SECOND, false, 255,
     true, 0, N, I},
    {"lwIP", ISN_TICKS, STAMPS_NONE, false, 8192, 255, 2, 0, false, 255, false, 0, N, N},
    {"ns-3", ISN_CONSTANT, STAMPS_ZERO, false, 32768, 64, 2, 0, true, 64, false, 0, N, N},
    {"ns-3 that speaks", ISN_CONSTANT, STAMPS_ZERO, false, 32768, 64, 2, 0, false, 64, false, 0, N,
     N},
    {"gVisor", ISN_CLOCK, STAMPS_TUPLE, false, 29184, 64, 3, 0, false, 64, false, 0, N, N},
    {"gVisor with an offset for each connection", ISN_CLOCK, STAMPS_RANDOM, false, 29184, 64, 3, 0,
     false, 64, false, 0, N, N},
    {"random numbers", ISN_RANDOM, STAMPS_TUPLE, false, 65535, 64, 3, 0, false, 64, false, 0, N, N},
    {"a hash of the tuple", ISN_TUPLE, STAMPS_NONE, false, 65535, 64, 3, 0, false, 64, false, 0, N,
     N},
    {"the same, and no repeats", ISN_TUPLE, STAMPS_NONE, false, 65535, 64, 0, 0, false, 64, false,
     0, N, N},
    {"ours and a constant", ISN_OURS, STAMPS_NONE, false, 65535, 64, 0, 0, false, 64, false, 0, N,
     N},
    {"a coarse clock", ISN_CLOCK, STAMPS_COARSE, true, 65535, 64, 3, 0, false, 64, false, 0, I, N},
    {"FreeBSD", ISN_CLEAR, STAMPS_TUPLE, false, 65535, 64, 2, 0, false, 64, false, 0, Y, N},
    {"a hash of the SYN", ISN_HASH, STAMPS_NONE, false, 65535, 64, 2, 0, false, 64, false, 0, I, N},
    {"a hash of the SYN, and no repeats", ISN_HASH, STAMPS_NONE, false, 65535, 64, 0, 0, false, 64,
     false, 0, Y, N},
    {"Linux that begins to send cookies", ISN_AT_TIMES, STAMPS_TUPLE, false, 65160, 64, 0, 0, false,
     64, false, 0, I, N},
    {"window 0", ISN_CLOCK, STAMPS_TUPLE, false, 0, 64, 3, 0, false, 64, false, 0, N, I},
    {"another clock afterwards", ISN_CLOCK, STAMPS_TUPLE, false, 65535, 64, 3, 0, false, 64, false,
     3000000000, N, I},
};

static const struct stack proxies[] = {
    {"nft SYNPROXY", ISN_COOKIE, STAMPS_SHARED, true, 0, 64, 0, 0, false, 63, true, 0, Y, Y},
    {"the same, without timestamps", ISN_COOKIE, STAMPS_NONE, false, 0, 64, 0, 0, false, 63, true,
     0, Y, Y},
    {"the same beside the server", ISN_COOKIE, STAMPS_SHARED, true, 0, 64, 0, 0, false, 64, true, 0,
     Y, Y},
    {"one with a window, whose clock is not the server's", ISN_HASH, STAMPS_TUPLE, false, 5840, 60,
     0, 0, false, 57, false, 2000000000, Y, Y},
    {"one that keeps state", ISN_CLOCK, STAMPS_TUPLE, false, 5840, 60, 3, 0, false, 57, true, 0, N,
     Y},
};

static struct ladder_shot shots[MOST];
static size_t count;
static struct ladder_hold hold;
static struct check connections[CHECK_SCRIPT_COUNT];
static const struct check *checks[CHECK_SCRIPT_COUNT];
static struct tsclock_sample samples[SAMES];
static struct tsclock clock_seen;
static struct ladder_front front;
static uint64_t chance_state;

static uint32_t mix(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ value >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ value >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(value >> 32);
}

static uint32_t chance(void)
{
    return mix(chance_state++);
}

static uint32_t isn_of(const struct stack *stack, uint16_t port, uint32_t ours, int64_t at,
                       unsigned turn)
{
    uint64_t minute = (uint64_t)(at / (60 * SECOND)), period = (uint64_t)(at / (15 * SECOND));
    enum isn_kind kind = stack->isn;
    uint32_t hash;

    if (kind == ISN_AT_TIMES)
        kind = turn < MOST / 2 ? ISN_CLOCK : ISN_COOKIE;
    switch (kind) {
    case ISN_CLOCK:
        return mix(port) + (uint32_t)(at / 64);
    case ISN_COOKIE:
        return mix(port) + ours + (uint32_t)(minute << 24) +
               ((mix(port ^ minute << 20) + 3) & 0xffffff);
    case ISN_CLEAR:
        hash = mix((uint64_t)port << 32 ^ ours ^ period << 50);
        return (hash & ~0xffU) | (((uint32_t)(period & 1) | 0x9a) ^ hash >> 24);
    case ISN_HASH:
        return mix((uint64_t)port << 32 ^ ours);
    case ISN_TUPLE:
        return mix(port);
    case ISN_CONSTANT:
        return 0;
    case ISN_COUNTER:
        return turn * 64000 + (uint32_t)(at / (500 * MS)) * 64000;
    case ISN_TICKS:
        return 6510 + (uint32_t)(at / (500 * MS));
    case ISN_RANDOM:
        return chance();
    case ISN_OURS:
        return ours + 99;
    case ISN_AT_TIMES:
        break;
    }
    return 0;
}

static uint32_t stamp_of(const struct stack *stack, uint16_t port, int64_t at, bool later)
{
    uint32_t now = (uint32_t)(at / MS), offset = 0;

    switch (stack->stamps) {
    case STAMPS_TUPLE:
        offset = mix(port + 7u);
        break;
    case STAMPS_ZERO:
        return later ? now : 0;
    case STAMPS_RANDOM:
        offset = chance();
        break;
    case STAMPS_MICRO:
        now = (uint32_t)(at / 1000);
        offset = mix(port + 7u);
        break;
    case STAMPS_COARSE:
    case STAMPS_SHARED:
    case STAMPS_NONE:
        break;
    }
    if (stack->frozen && !later) {
        uint32_t bits = 0x1a;

        now = (now & ~63u) | bits;
        if (now > (uint32_t)(at / MS))
            now -= 64;
    }
    return now + offset + (later ? stack->jump : 0);
}

static void answer(const struct stack *stack, uint16_t port, uint32_t ours, int64_t at,
                   unsigned turn, struct ladder_look *look)
{
    char text[120];

    *look = (struct ladder_look){.at = at, .ttl = stack->ttl, .has_ip_id = true};
    if (stack->stamps == STAMPS_NONE)
        snprintf(text, sizeof text, "mss 1460,nop,nop,sackOK,nop,wscale 7");
    else
        snprintf(text, sizeof text, "mss 1460,sackOK,TS val %u ecr 1,nop,wscale 7",
                 stamp_of(stack, port, at, false));
    look->segment.flags = TCP_SYN | TCP_ACK;
    look->segment.window = stack->window;
    look->segment.seq = isn_of(stack, port, ours, at, turn);
    look->segment.ack = ours + 1;
    assert_int_equal(options_read(text, "test", &look->segment.options, NULL), 0);
}

static void fire(const struct stack *stack, enum ladder_part part, uint16_t port, uint32_t ours,
                 int64_t at)
{
    struct ladder_shot *shot = &shots[count];

    *shot = (struct ladder_shot){.part = part,
                                 .rung = RUNG_LINUX,
                                 .port = port,
                                 .sent_at = at,
                                 .settled = true,
                                 .came = MATRIX_SYN_ACK,
                                 .has_answer = true};
    shot->syn.seq = ours;
    shot->syn.flags = TCP_SYN;
    answer(stack, port, ours, at + 3 * MS + chance() % MS, (unsigned)count, &shot->answer);
    count++;
}

/* All SYNs: three rungs, a SYN of the one tuple, and so on, in blocks. */
static void climb(const struct stack *stack, int64_t start)
{
    static const uint32_t shifts[] = {0, 0, 7777, 1007780};
    int64_t at = start;
    uint32_t ours = chance();

    count = 0;
    for (unsigned block = 0; block < BLOCKS; block++) {
        for (unsigned i = 0; i < RUNGS / BLOCKS; i++) {
            fire(stack, LADDER_PART_RUNGS, (uint16_t)(20000 + count * 7), chance(), at);
            shots[count - 1].rung = i % 2 == 0 ? RUNG_MSS : RUNG_BARE;
            at += 200 * MS;
        }
        for (unsigned i = 0; i < 4; i++) {
            at += 200 * MS + (int64_t)(chance() % 800) * MS;
            fire(stack, LADDER_PART_SAME, PORT, ours + shifts[i], at);
        }
    }
}

static void leave_open(const struct stack *stack, int64_t patience)
{
    memset(&hold, 0, sizeof hold);
    hold.asked = hold.answered = true;
    hold.patience = hold.held = patience;
    answer(stack, 45000, 5, 1000 * SECOND, 1, &hold.first);
    for (unsigned i = 0; i < stack->repeats; i++) {
        hold.repeats[i] = hold.first;
        hold.repeats[i].at += ((INT64_C(2) << i) - 1) * SECOND;
    }
    hold.repeat_count = stack->repeats;
    if (stack->reset != 0 && stack->reset <= patience) {
        hold.reset = true;
        hold.rst = (struct ladder_look){.at = hold.first.at + stack->reset};
        hold.held = stack->reset;
    }
}

static void open_connections(const struct stack *stack)
{
    memset(connections, 0, sizeof connections);
    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++) {
        struct check *check = &connections[i];
        uint16_t port = (uint16_t)(46000 + i);
        int64_t at = 2000 * SECOND + i * SECOND;
        unsigned segments = stack->silent ? 0 : CARRIES;

        checks[i] = check;
        check->script = (enum check_script)i;
        check->opened = check->over = true;
        answer(stack, port, 77, at, 90 + i, &check->syn_ack);
        for (unsigned j = 0; j < segments; j++) {
            struct ladder_look *look = &check->looks[check->look_count++];
            struct option_summary first;

            *look = check->syn_ack;
            look->at = at + (int64_t)(j + 1) * 40 * MS;
            look->ttl = stack->ttl_later;
            look->segment.flags = TCP_ACK;
            look->segment.seq++;
            look->segment.window = 501;
            options_summarize(&check->syn_ack.segment.options, &first);
            options_set_timestamps(&look->segment.options,
                                   stack->stamps == STAMPS_RANDOM
                                       ? first.ts_val + (j + 1) * 40
                                       : stamp_of(stack, port, look->at, true),
                                   1);
        }
        check->provoked = stack->updates ? 1 : 0;
    }
}

/* What tsclock_judge() says of the SYNs of the one tuple. */
static void read_clock(void)
{
    size_t taken = 0;

    for (size_t i = 0; i < count; i++) {
        struct option_summary summary;

        options_summarize(&shots[i].answer.segment.options, &summary);
        if (shots[i].part == LADDER_PART_SAME && shots[i].has_answer && summary.has_timestamps)
            samples[taken++] = (struct tsclock_sample){
                .sent = shots[i].sent_at, .received = shots[i].answer.at, .value = summary.ts_val};
    }
    assert_int_equal(tsclock_judge(samples, taken, &clock_seen), 0);
}

static void lose(unsigned percent)
{
    for (size_t i = 0; i < count; i++) {
        if (chance() % 100 >= percent)
            continue;
        shots[i].has_answer = false;
        shots[i].settled = chance() % 2;
        shots[i].came = shots[i].settled ? MATRIX_NOTHING : MATRIX_SYN_ACK;
        memset(&shots[i].answer, 0, sizeof shots[i].answer);
    }
}

static void show(const char *name)
{
    print_message("# %s: cookies %s (%s), proxy %s (%s)\n", name, front_says_word(front.cookies),
                  front.cookies_why, front_says_word(front.proxy), front.proxy_why);
    for (unsigned i = 0; i < FRONT_TEST_COUNT; i++)
        print_message("#   %s: %s, %s\n", front_test_word((enum front_test)i),
                      front_says_word(front.tests[i].says), front.tests[i].detail);
}

static void judge(bool with_clock)
{
    if (with_clock)
        read_clock();
    memset(&front, 0xff, sizeof front);
    front_judge(shots, count, &hold, checks, with_clock ? &clock_seen : NULL, &front);
    for (unsigned i = 0; i < FRONT_TEST_COUNT; i++) {
        assert_true(front.tests[i].says < FRONT_SAYS_COUNT);
        assert_true(strlen(front.tests[i].detail) > 5);
        assert_true(strlen(front.tests[i].detail) + 1 < FRONT_DETAIL_SIZE);
    }
    assert_true(front.cookies < FRONT_SAYS_COUNT && front.proxy < FRONT_SAYS_COUNT);
    assert_true(strlen(front.cookies_why) > 10 && strlen(front.proxy_why) > 10);
    assert_true(strlen(front.cookies_why) + 1 < FRONT_DETAIL_SIZE);
    assert_true(strlen(front.proxy_why) + 1 < FRONT_DETAIL_SIZE);
}

static void meet(const struct stack *stack, int64_t start)
{
    climb(stack, start);
    leave_open(stack, stack->reset != 0 ? 12 * SECOND : 8 * SECOND);
    open_connections(stack);
}

static void expect(const struct stack *stack)
{
    if (front.cookies != stack->cookies || front.proxy != stack->proxy) {
        show(stack->name);
        fail();
    }
}

static bool may_be(enum front_says seen, enum front_says truth)
{
    return seen == truth || seen == FRONT_SAYS_INCONCLUSIVE;
}

static void test_stacks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        chance_state = i * 1000000;
        meet(&hosts[i], 500 * SECOND);
        judge(true);
        expect(&hosts[i]);
        judge(false);
        expect(&hosts[i]);
    }
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++) {
        chance_state = i * 1000000;
        meet(&proxies[i], 500 * SECOND);
        judge(true);
        expect(&proxies[i]);
    }
}

/* Cookies change once a minute, wherever in a block that falls; of a host nothing is made up. */
static void test_minutes(void **state)
{
    (void)state;
    for (unsigned phase = 0; phase < 240; phase++) {
        for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
            chance_state = phase * 1000 + i * 1000000;
            meet(&hosts[i], 500 * SECOND + phase * 250 * MS);
            judge(true);
            expect(&hosts[i]);
        }
    }
}

/* Losses make less certain, but nothing wrong. */
static void test_losses(void **state)
{
    static const unsigned percents[] = {2, 10, 30, 60, 90, 100};
    unsigned sure[sizeof percents / sizeof percents[0]] = {0}, tries = 0;

    (void)state;
    for (unsigned seed = 0; seed < 60; seed++) {
        for (size_t k = 0; k < sizeof percents / sizeof percents[0]; k++) {
            for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
                const struct stack *stack = &hosts[i];

                chance_state = seed * 100000 + k * 1000 + i * 10000000;
                meet(stack, 500 * SECOND + seed * SECOND);
                lose(percents[k]);
                judge(true);
                /* What it is at times may be all that is left to be seen. */
                if (stack->isn != ISN_AT_TIMES && stack->stamps != STAMPS_COARSE &&
                    !may_be(front.cookies, stack->cookies) &&
                    !(stack->isn == ISN_HASH && front.cookies == FRONT_SAYS_YES)) {
                    show(stack->name);
                    fail();
                }
                if (!may_be(front.proxy, stack->proxy) && front.proxy == FRONT_SAYS_YES) {
                    show(stack->name);
                    fail();
                }
                if (stack->isn == ISN_COOKIE) {
                    tries += k == 0;
                    sure[k] += front.cookies == FRONT_SAYS_YES;
                }
            }
        }
    }
    assert_true(sure[0] * 100 >= tries * 95);
    assert_true(sure[1] * 100 >= tries * 70);
    assert_int_equal(sure[5], 0);
}

static void test_reordered(void **state)
{
    (void)state;
    /* Answers that overtake each other: their stamps do not rise with the order of leaving. */
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        chance_state = i * 77777;
        meet(&hosts[i], 500 * SECOND);
        for (size_t j = 0; j < count; j++)
            shots[j].answer.at += (int64_t)(chance() % 5) * 300 * MS;
        read_clock();
        judge(false);
        assert_true(may_be(front.cookies, hosts[i].cookies));
        assert_true(may_be(front.proxy, hosts[i].proxy));
    }
}

static void test_nothing(void **state)
{
    (void)state;
    front_judge(NULL, 0, NULL, (const struct check *const[CHECK_SCRIPT_COUNT]){NULL}, NULL, &front);
    for (unsigned i = 0; i < FRONT_TEST_COUNT; i++) {
        assert_int_equal(front.tests[i].says, FRONT_SAYS_INCONCLUSIVE);
        assert_true(front.tests[i].detail[0] != '\0');
    }
    assert_int_equal(front.cookies, FRONT_SAYS_INCONCLUSIVE);
    assert_int_equal(front.proxy, FRONT_SAYS_INCONCLUSIVE);

    /* Nothing but what was still under way. */
    chance_state = 5;
    meet(&hosts[0], 500 * SECOND);
    lose(100);
    front_judge(shots, count, NULL, NULL, NULL, &front);
    assert_int_equal(front.cookies, FRONT_SAYS_INCONCLUSIVE);
    assert_int_equal(front.proxy, FRONT_SAYS_INCONCLUSIVE);
}

static const struct stack *host(const char *name)
{
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        if (strcmp(hosts[i].name, name) == 0)
            return &hosts[i];
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++)
        if (strcmp(proxies[i].name, name) == 0)
            return &proxies[i];
    fail();
    return NULL;
}

static void test_rows(void **state)
{
    (void)state;
    chance_state = 9;
    meet(host("Linux, tcp_syncookies 2"), 500 * SECOND);
    judge(true);
    assert_int_equal(front.tests[FRONT_IDENTICAL].says, FRONT_SAYS_YES);
    assert_int_equal(front.tests[FRONT_SHIFTED].says, FRONT_SAYS_YES);
    assert_int_equal(front.tests[FRONT_LOW_BITS].says, FRONT_SAYS_YES);
    assert_int_equal(front.tests[FRONT_REPEATS].says, FRONT_SAYS_YES);
    assert_int_equal(front.tests[FRONT_ZERO_WINDOW].says, FRONT_SAYS_NO);
    assert_int_equal(front.tests[FRONT_UPDATE].says, FRONT_SAYS_NO);
    assert_int_equal(front.tests[FRONT_CLOCKS].says, FRONT_SAYS_NO);

    meet(host("Linux"), 500 * SECOND);
    judge(true);
    for (unsigned i = 0; i < FRONT_TEST_COUNT; i++)
        assert_int_equal(front.tests[i].says, FRONT_SAYS_NO);
    assert_non_null(strstr(front.tests[FRONT_IDENTICAL].detail, "15.6 MHz"));

    meet(host("nft SYNPROXY"), 500 * SECOND);
    judge(true);
    for (unsigned i = 0; i < FRONT_TEST_COUNT; i++)
        assert_int_equal(front.tests[i].says, FRONT_SAYS_YES);

    meet(host("ns-3"), 500 * SECOND);
    judge(true);
    assert_int_equal(front.tests[FRONT_IDENTICAL].says, FRONT_SAYS_YES);
    assert_int_equal(front.tests[FRONT_SHIFTED].says, FRONT_SAYS_NO);
    assert_int_equal(front.tests[FRONT_LOW_BITS].says, FRONT_SAYS_INCONCLUSIVE);
    assert_int_equal(front.tests[FRONT_CLOCKS].says, FRONT_SAYS_INCONCLUSIVE);
}

static void test_repeats(void **state)
{
    (void)state;
    chance_state = 11;
    meet(host("Linux, tcp_syncookies 2"), 500 * SECOND);
    hold.held = 3 * SECOND; /* 1122's first repeat would just be due */
    judge(true);
    assert_int_equal(front.tests[FRONT_REPEATS].says, FRONT_SAYS_INCONCLUSIVE);
    assert_int_equal(front.cookies, FRONT_SAYS_YES);
    hold.held = 4 * SECOND;
    judge(true);
    assert_int_equal(front.tests[FRONT_REPEATS].says, FRONT_SAYS_YES);
    hold.cut_short = true;
    judge(true);
    assert_int_equal(front.tests[FRONT_REPEATS].says, FRONT_SAYS_INCONCLUSIVE);
    hold.cut_short = false;
    hold.answered = false;
    judge(true);
    assert_int_equal(front.tests[FRONT_REPEATS].says, FRONT_SAYS_INCONCLUSIVE);
    /* Who sends it again keeps state, whatever the numbers are; but Linux does so for as many as
     * its queue has room, and makes cookies for the rest. */
    meet(host("Linux, tcp_syncookies 2, tcp_timestamps 0"), 500 * SECOND);
    hold.repeat_count = 1;
    judge(true);
    assert_int_equal(front.tests[FRONT_REPEATS].says, FRONT_SAYS_NO);
    assert_int_equal(front.cookies, FRONT_SAYS_INCONCLUSIVE);
    meet(host("Linux, tcp_syncookies 2"), 500 * SECOND);
    hold.repeat_count = 1;
    judge(true);
    assert_int_equal(front.tests[FRONT_REPEATS].says, FRONT_SAYS_NO);
    assert_int_equal(front.cookies, FRONT_SAYS_YES);
    /* 4.4BSD's first repeat comes after six seconds. */
    meet(host("a hash of the SYN, and no repeats"), 500 * SECOND);
    hold.held = 5 * SECOND;
    judge(true);
    assert_int_equal(front.cookies, FRONT_SAYS_INCONCLUSIVE);
}

/* Half-open only: a proxy's SYN,ACKs speak for themselves, a host's do not. */
static void test_no_connections(void **state)
{
    (void)state;
    chance_state = 13;
    meet(host("nft SYNPROXY"), 500 * SECOND);
    memset(checks, 0, sizeof checks);
    judge(true);
    assert_int_equal(front.proxy, FRONT_SAYS_YES);
    meet(host("Linux"), 500 * SECOND);
    memset(checks, 0, sizeof checks);
    judge(true);
    assert_int_equal(front.proxy, FRONT_SAYS_INCONCLUSIVE);
    /* Never opened. */
    meet(host("Linux"), 500 * SECOND);
    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++)
        connections[i].opened = false;
    judge(true);
    assert_int_equal(front.proxy, FRONT_SAYS_INCONCLUSIVE);
}

/* Several ways, and one connection that differs: no proof. */
static void test_ttls(void **state)
{
    (void)state;
    chance_state = 17;
    meet(host("one that keeps state"), 500 * SECOND);
    for (size_t i = 0; i < count; i += 2)
        shots[i].answer.ttl = 57;
    judge(true);
    assert_int_equal(front.tests[FRONT_CLOCKS].says, FRONT_SAYS_INCONCLUSIVE);
    assert_int_not_equal(front.proxy, FRONT_SAYS_YES);
    meet(host("Linux"), 500 * SECOND);
    connections[0].looks[1].ttl = 60;
    judge(true);
    assert_int_equal(front.tests[FRONT_CLOCKS].says, FRONT_SAYS_INCONCLUSIVE);
    assert_int_not_equal(front.proxy, FRONT_SAYS_YES);
}

/* An RST or a SYN,ACK that comes again, data, a keep-alive: none is a window update. */
static void test_updates(void **state)
{
    static const uint16_t flags[] = {TCP_ACK | TCP_RST, TCP_ACK | TCP_SYN, TCP_ACK | TCP_FIN};

    (void)state;
    chance_state = 19;
    for (unsigned k = 0; k < 6; k++) {
        meet(host("passt, held for long"), 500 * SECOND);
        for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++) {
            struct ladder_look *look = &connections[i].looks[0];

            if (k < 3)
                look->segment.flags = flags[k];
            else if (k == 3)
                look->segment.payload_total = 5;
            else if (k == 4)
                look->segment.seq--;
            else
                connections[i].provoked = 0;
        }
        judge(true);
        assert_int_equal(front.tests[FRONT_UPDATE].says, FRONT_SAYS_NO);
        assert_int_equal(front.proxy, FRONT_SAYS_NO);
    }
}

static void test_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FRONT_TEST_COUNT; i++) {
        assert_true(strlen(front_test_word((enum front_test)i)) > 5);
        assert_true(strlen(front_test_words((enum front_test)i)) > 10);
    }
    assert_string_equal(front_says_word(FRONT_SAYS_YES), "yes");
    assert_string_equal(front_says_word(FRONT_SAYS_INCONCLUSIVE), "inconclusive");
}

int main(void)
{
    const struct CMUnitTest front_tests[] = {
        cmocka_unit_test(test_stacks),  cmocka_unit_test(test_minutes),
        cmocka_unit_test(test_losses),  cmocka_unit_test(test_reordered),
        cmocka_unit_test(test_nothing), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_repeats), cmocka_unit_test(test_no_connections),
        cmocka_unit_test(test_ttls),    cmocka_unit_test(test_updates),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(front_tests, NULL, NULL);
}
