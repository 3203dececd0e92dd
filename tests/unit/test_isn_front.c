/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/isn_front: what is in front is named by what was seen, and a plain host is left in
 * peace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "probe/isn_front.h"

#define COUNT 240
#define MS    INT64_C(1000000)

static struct isn_look looks[COUNT + 8];
static size_t count;
static struct isn_audit audit;
static struct isn_front front;

/* Repeatable chance (Marsaglia's xorshift). */
static uint32_t chance(void)
{
    static uint64_t state = 88172645463325252;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static uint32_t layout(const char *text)
{
    struct options options;
    struct fault fault;

    assert_int_equal(options_read(text, "test", &options, &fault), 0);
    return isn_look_layout(&options);
}

/* A keyed offset for each port, as Linux has one. */
static uint32_t offset_of(uint16_t port)
{
    return (port * 2654435761u) ^ ((uint32_t)port << 20);
}

/* A plain Linux host behind one router: every other SYN is of the fixed tuple, 25 ms apart. */
static void plain_linux(enum isn_class class)
{
    memset(&audit, 0, sizeof(audit));
    audit.class = class;
    count = COUNT;
    for (size_t i = 0; i < COUNT; i++) {
        uint16_t port = i % 2 == 0 ? 40000 : (uint16_t)(20000 + i);
        int64_t time = (int64_t)i * 25 * MS + chance() % (2 * MS);

        looks[i] = (struct isn_look){
            .time = time,
            .port = port,
            .fixed = i % 2 == 0,
            .asked = i % 5 == 0 ? 536 : 1460,
            .ttl = 63,
            .has_ip_id = true,
            .window = 65160,
            .has_timestamps = true,
            .ts_val = offset_of(port) + (uint32_t)(time / MS),
            .layout = layout("mss 1460,sackOK,TS val 1 ecr 1,nop,wscale 7"),
            .linux_order = true,
        };
    }
}

static bool names(enum isn_front_kind kind)
{
    for (size_t i = 0; i < front.count; i++) {
        if (front.rows[i].kind == kind) {
            return true;
        }
    }
    return false;
}

/* Exactly this one thing is named (ISN_FRONT_COUNT: nothing is). */
static void only(enum isn_front_kind kind)
{
    isn_front_judge(looks, count, &audit, &front);
    for (size_t i = 0; i < front.count; i++) {
        if (isn_front_between(front.rows[i].kind) && front.rows[i].kind != kind) {
            fail_msg("named: %s, %s", isn_front_word(front.rows[i].kind), front.rows[i].detail);
        }
        assert_true(front.rows[i].detail[0] != '\0');
    }
    assert_true(kind == ISN_FRONT_COUNT || names(kind));
    assert_true(front.whose[0] != '\0');
    if (kind != ISN_FRONT_COUNT) {
        assert_int_equal(front.rows[0].kind, kind); /* before what merely tells */
    }
}

static void test_words(void **state)
{
    (void)state;
    for (int i = 0; i < ISN_FRONT_COUNT; i++) {
        assert_true(strlen(isn_front_word((enum isn_front_kind)i)) > 3);
        assert_true(strlen(isn_front_meaning((enum isn_front_kind)i)) > 10);
    }
    assert_false(isn_front_between(ISN_FRONT_IP_ID));
}

static void test_layouts(void **state)
{
    struct options options;
    struct fault fault;
    uint32_t linux_one = layout("mss 1460,sackOK,TS val 1 ecr 2,nop,wscale 7");

    (void)state;
    assert_int_equal(linux_one, layout("mss 536,sackOK,TS val 9 ecr 8,nop,wscale 7"));
    assert_int_not_equal(linux_one, layout("mss 1460,sackOK,TS val 1 ecr 2,nop,wscale 8"));
    assert_int_not_equal(linux_one, layout("mss 1460,nop,wscale 7,sackOK,TS val 1 ecr 2"));
    assert_int_not_equal(layout("mss 1460"), layout("none"));
    options_read("mss 1460,sackOK,TS val 1 ecr 2,nop,wscale 7", "test", &options, &fault);
    assert_true(isn_look_linux(&options));
    options_read("mss 1460,nop,wscale 7,sackOK,TS val 1 ecr 2", "test", &options, &fault);
    assert_false(isn_look_linux(&options)); /* FreeBSD's */
    options_read("mss 1460", "test", &options, &fault);
    assert_false(isn_look_linux(&options));
}

static void test_plain_linux(void **state)
{
    (void)state;
    plain_linux(ISN_CLASS_RFC6528);
    only(ISN_FRONT_COUNT);
    assert_int_equal(front.clock, ISN_FRONT_CLOCK_TUPLE);
    assert_true(fabs(front.clock_rate - 1000) < 2);
    assert_false(front.counts_packets);
    assert_non_null(strstr(front.whose, "TTL 63"));
}

/* Stray answers, and what depends on our SYN, are no second host. */
static void test_plain_with_strays(void **state)
{
    (void)state;
    plain_linux(ISN_CLASS_RFC6528);
    looks[100].ttl = 61;
    looks[170].ttl = 255;
    for (size_t i = 0; i < COUNT; i += 5) {
        looks[i].layout = layout("mss 536"); /* to another question */
    }
    only(ISN_FRONT_COUNT);
}

static void test_global_clock(void **state)
{
    (void)state;
    plain_linux(ISN_CLASS_RFC6528);
    for (size_t i = 0; i < COUNT; i++) {
        looks[i].ts_val = 4294967000u + (uint32_t)(looks[i].time / (10 * MS)); /* wraps */
        looks[i].linux_order = false;
    }
    only(ISN_FRONT_COUNT);
    assert_int_equal(front.clock, ISN_FRONT_CLOCK_GLOBAL);
    assert_true(fabs(front.clock_rate - 100) < 1);
}

static void test_other_clocks(void **state)
{
    (void)state;
    plain_linux(ISN_CLASS_RANDOM);
    for (size_t i = 0; i < COUNT; i++) {
        looks[i].linux_order = false; /* OpenBSD's timestamps and numbers are like this */
        looks[i].ts_val = chance();
    }
    only(ISN_FRONT_COUNT);
    assert_int_equal(front.clock, ISN_FRONT_CLOCK_RANDOM);
    for (size_t i = 0; i < COUNT; i++) {
        looks[i].ts_val = 0;
    }
    only(ISN_FRONT_COUNT);
    assert_int_equal(front.clock, ISN_FRONT_CLOCK_STILL);
    for (size_t i = 0; i < COUNT; i++) {
        looks[i].has_timestamps = false;
    }
    only(ISN_FRONT_COUNT);
    assert_int_equal(front.clock, ISN_FRONT_CLOCK_UNKNOWN);
    assert_true(isnan(front.clock_rate));
}

static void test_ip_id(void **state)
{
    uint64_t foreign = 0;

    (void)state;
    for (int swap = 0; swap < 2; swap++) {
        uint16_t id = 65400; /* wraps */

        plain_linux(ISN_CLASS_CLOCK_COUNTER);
        foreign = 0;
        for (size_t i = 0; i < COUNT; i++) {
            uint16_t others = i == 0 ? 0 : (uint16_t)(chance() % 4);

            id = (uint16_t)(id + 1 + others);
            foreign += others;
            looks[i].ip_id = swap ? __builtin_bswap16(id) : id;
        }
        only(ISN_FRONT_COUNT);
        assert_true(front.counts_packets);
        assert_int_equal(front.foreign, foreign);
        assert_true(fabs(front.foreign_a_second - (double)foreign / 5.975) < 0.1);
        assert_true(names(ISN_FRONT_IP_ID));
    }
    for (size_t i = 0; i < COUNT; i++) {
        looks[i].ip_id = (uint16_t)chance();
    }
    only(ISN_FRONT_COUNT);
    assert_false(front.counts_packets);
    for (size_t i = 0; i < COUNT; i++) {
        looks[i].ip_id = (uint16_t)(500 + i);
    }
    only(ISN_FRONT_COUNT);
    assert_true(front.counts_packets);
    assert_int_equal(front.foreign, 0);
}

static void test_cookies(void **state)
{
    static const enum isn_class classes[] = {
        ISN_CLASS_SYN_COOKIE_LINUX, ISN_CLASS_SYN_COOKIE_FREEBSD, ISN_CLASS_SYN_COOKIE_BERNSTEIN};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        plain_linux(classes[i]);
        audit.cookie.found = true;
        audit.cookie.proved = true;
        for (size_t k = 0; k < COUNT; k++) {
            looks[k].ts_val = (looks[k].ts_val & ~63u) | 23; /* Linux's hold six bits of ours */
        }
        only(ISN_FRONT_COOKIES);
        assert_int_equal(front.clock, ISN_FRONT_CLOCK_TUPLE);
        assert_non_null(strstr(front.whose, "SYN cookies"));
    }
}

/* nft's SYNPROXY: window 0 and cookies. */
static void test_proxy_by_window(void **state)
{
    (void)state;
    plain_linux(ISN_CLASS_SYN_COOKIE_LINUX);
    for (size_t i = 0; i < COUNT; i++) {
        looks[i].window = 0;
    }
    isn_front_judge(looks, count, &audit, &front);
    assert_int_equal(front.rows[0].kind, ISN_FRONT_PROXY);
    assert_true(names(ISN_FRONT_COOKIES));
    assert_non_null(strstr(front.whose, "SYN proxy"));
}

/* One connection, at the end, that was completed. */
static struct isn_look *completed(void)
{
    struct isn_look *later;

    plain_linux(ISN_CLASS_RFC6528);
    looks[COUNT] = looks[COUNT - 1];
    looks[COUNT].port = 33333;
    looks[COUNT].ts_val = offset_of(33333) + (uint32_t)(looks[COUNT].time / MS);
    looks[COUNT + 1] = looks[COUNT];
    later = &looks[COUNT + 1];
    later->later = true;
    later->time += 40 * MS;
    later->ts_val += 40;
    later->window = 509; /* scaled now, which is as it should be */
    later->layout = layout("nop,nop,TS val 1 ecr 1");
    later->linux_order = false;
    later->ip_id = 4711;
    count = COUNT + 2;
    return later;
}

static void test_proxy_by_later_segments(void **state)
{
    (void)state;
    completed();
    only(ISN_FRONT_COUNT);
    completed()->ttl = 62;
    only(ISN_FRONT_PROXY);
    assert_non_null(strstr(front.rows[0].detail, "63"));
    completed()->has_timestamps = false;
    only(ISN_FRONT_PROXY);
    completed()->ts_val += 3000000;
    only(ISN_FRONT_PROXY);
    completed()->port = 33334; /* its SYN,ACK was not looked at, but all others are alike */
    only(ISN_FRONT_COUNT);
    looks[COUNT + 1].ttl = 9;
    only(ISN_FRONT_PROXY);
    for (size_t i = 0; i < COUNT; i += 2) {
        looks[i].ttl = 64; /* no longer: it may be another server */
    }
    only(ISN_FRONT_BALANCER);
}

static void test_balancer(void **state)
{
    (void)state;
    /* by the audit alone */
    plain_linux(ISN_CLASS_MIXTURE);
    audit.backend_count = 2;
    audit.backends[0].share = 0.5;
    only(ISN_FRONT_BALANCER);
    assert_non_null(strstr(front.whose, "2 servers"));

    /* by options and TTLs that take turns */
    plain_linux(ISN_CLASS_RFC6528);
    for (size_t i = 0; i < COUNT; i++) {
        if (chance() % 3 == 0) {
            looks[i].ttl = 127;
            looks[i].layout = layout("mss 1460,nop,wscale 8,nop,nop,sackOK");
        }
    }
    only(ISN_FRONT_BALANCER);
    assert_non_null(strstr(front.rows[1].detail, "different systems"));

    /* by timestamp clocks that take turns on one tuple */
    plain_linux(ISN_CLASS_RFC6528);
    for (size_t i = 0; i < COUNT; i++) {
        looks[i].ts_val += chance() % 2 == 0 ? 0 : 123456789u;
    }
    only(ISN_FRONT_BALANCER);
    assert_int_equal(front.clock, ISN_FRONT_CLOCK_LINES);
    assert_non_null(strstr(front.rows[0].detail, "2 timestamp clocks"));
}

static void test_change(void **state)
{
    (void)state;
    plain_linux(ISN_CLASS_RFC6528);
    for (size_t i = 150; i < COUNT; i++) {
        looks[i].ttl = 61;
    }
    only(ISN_FRONT_CHANGE);
}

static void test_source_nat(void **state)
{
    (void)state;
    plain_linux(ISN_CLASS_RANDOM);
    for (size_t i = 0; i < COUNT; i++) {
        looks[i].ts_val = offset_of((uint16_t)chance()) + (uint32_t)(looks[i].time / MS);
    }
    only(ISN_FRONT_NAT);
    assert_int_equal(front.clock, ISN_FRONT_CLOCK_RANDOM);
    assert_non_null(strstr(front.rows[0].detail, "the source port may be rewritten"));
}

/* Timestamps show that the tuple is one, but its numbers follow no clock: not Linux's own. */
static void test_rewriter(void **state)
{
    (void)state;
    plain_linux(ISN_CLASS_RANDOM);
    only(ISN_FRONT_REWRITER);
}

/* Numbers out of a file: the audit's word alone. */
static void test_no_looks(void **state)
{
    (void)state;
    plain_linux(ISN_CLASS_RFC6528);
    isn_front_judge(NULL, 0, &audit, &front);
    assert_int_equal(front.count, 0);
    assert_non_null(strstr(front.whose, "cannot be told"));
    audit.class = ISN_CLASS_SYN_COOKIE_LINUX;
    isn_front_judge(NULL, 0, &audit, &front);
    assert_int_equal(front.count, 1);
    count = 3; /* too few */
    audit.class = ISN_CLASS_INCONCLUSIVE;
    only(ISN_FRONT_COUNT);
}

/* Nothing that comes may break it. */
static void test_noise(void **state)
{
    (void)state;
    for (int round = 0; round < 300; round++) {
        plain_linux((enum isn_class)(chance() % ISN_CLASS_COUNT));
        audit.backend_count = chance() % (ISN_BACKENDS_MOST + 1);
        for (size_t i = 0; i < COUNT; i++) {
            struct isn_look *look = &looks[chance() % COUNT];

            look->time = chance() % 4 == 0 ? (int64_t)chance() << 20 : look->time;
            look->later = chance() % 9 == 0;
            look->ttl = (uint8_t)chance();
            look->ts_val = chance();
            look->layout = chance() % 12;
            look->ip_id = (uint16_t)chance();
            look->window = (uint16_t)(chance() % 2);
            look->has_ip_id = chance() % 2 == 0;
            look->has_timestamps = chance() % 2 == 0;
        }
        isn_front_judge(looks, chance() % COUNT, &audit, &front);
        assert_true(front.count <= ISN_FRONT_ROWS);
        assert_true(front.whose[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),           cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_plain_linux),     cmocka_unit_test(test_plain_with_strays),
        cmocka_unit_test(test_global_clock),    cmocka_unit_test(test_other_clocks),
        cmocka_unit_test(test_ip_id),           cmocka_unit_test(test_cookies),
        cmocka_unit_test(test_proxy_by_window), cmocka_unit_test(test_proxy_by_later_segments),
        cmocka_unit_test(test_balancer),        cmocka_unit_test(test_change),
        cmocka_unit_test(test_source_nat),      cmocka_unit_test(test_rewriter),
        cmocka_unit_test(test_no_looks),        cmocka_unit_test(test_noise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
