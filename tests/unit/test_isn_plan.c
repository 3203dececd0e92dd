/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/isn_plan: what is sent in which stage, ports, numbers, gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "probe/isn_plan.h"

#define MS    INT64_C(1000000)
#define SEEDS 20

static struct isn_plan_options usual(uint64_t random)
{
    return (struct isn_plan_options){.random = random,
                                     .count = 2048,
                                     .slow = true,
                                     .rate = 50,
                                     .second_source = true,
                                     .own_first = 32768,
                                     .own_last = 60999};
}

static struct isn_plan *made(const struct isn_plan_options *options)
{
    struct isn_plan *plan = malloc(sizeof *plan);

    assert_non_null(plan);
    assert_int_equal(isn_plan_make(options, plan), 0);
    return plan;
}

static void drop(struct isn_plan *plan)
{
    isn_plan_release(plan);
    free(plan);
}

static void test_stages(void **state)
{
    static const struct {
        size_t count;
        bool slow, long_pause, deep;
        size_t burst, mixed, block, pause, last;
    } rows[] = {
        {2048, true, false, false, 64, 1957, 8, 16, 0},
        {2048, true, true, false, 64, 1941, 8, 16, 16},
        {2048, true, false, true, 768, 1253, 8, 16, 0},
        {192, false, false, false, 64, 117, 8, 0, 0},
        {64, true, true, false, 21, 32, 8, 0, 0},
        {32, true, false, false, 10, 19, 0, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct isn_plan_options options = usual(i);
        struct isn_plan *plan;
        size_t sum = 0;

        options.count = rows[i].count;
        options.slow = rows[i].slow;
        options.long_pause = rows[i].long_pause;
        options.deep = rows[i].deep;
        plan = made(&options);
        assert_int_equal(plan->count, rows[i].count);
        assert_int_equal(plan->per_stage[ISN_STAGE_FIRST], 3);
        assert_int_equal(plan->per_stage[ISN_STAGE_BURST], rows[i].burst);
        assert_int_equal(plan->per_stage[ISN_STAGE_MIXED], rows[i].mixed);
        assert_int_equal(plan->per_stage[ISN_STAGE_COOKIES], rows[i].block);
        assert_int_equal(plan->per_stage[ISN_STAGE_SLOW], rows[i].pause);
        assert_int_equal(plan->per_stage[ISN_STAGE_LONG], rows[i].last);
        for (size_t k = 0; k < ISN_STAGE_COUNT; k++)
            sum += plan->per_stage[k];
        assert_int_equal(sum, plan->count);
        assert_int_equal(plan->most, rows[i].count + rows[i].block + 4);
        for (size_t k = 1; k < plan->count; k++)
            assert_true(plan->steps[k].stage >= plan->steps[k - 1].stage);
        drop(plan);
    }
}

static bool is_own(uint16_t port)
{
    return port >= 32768 && port <= 60999;
}

/* New ports are new, but for the second source, which takes ports that the first has used. */
static void test_ports(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct isn_plan_options options = usual(seed);
        struct isn_plan *plan = made(&options);
        uint8_t *used = calloc(2, 65536);
        size_t fixed = 0, varying = 0, second = 0;

        assert_non_null(used);
        for (size_t i = 0; i < plan->count; i++) {
            const struct isn_step *step = &plan->steps[i];

            assert_true(step->port >= 10000 && !is_own(step->port));
            if (step->fixed) {
                assert_int_equal(step->port, plan->fixed_port);
                assert_int_equal(step->src, 0);
                fixed++;
                continue;
            }
            assert_int_not_equal(step->port, plan->fixed_port);
            assert_int_equal(used[step->src * 65536 + step->port], 0);
            used[step->src * 65536 + step->port] = 1;
            if (step->src) {
                assert_int_equal(used[step->port], 1);
                second++;
            } else {
                varying++;
            }
        }
        assert_in_range(fixed, 880, 1120);
        assert_in_range(second, 70, 170); /* an eighth of the middle's new ones */
        assert_int_equal(fixed + varying + second, 2048);
        free(used);
        drop(plan);
    }
}

static void test_one_source(void **state)
{
    struct isn_plan_options options = usual(7);
    struct isn_plan *plan;

    (void)state;
    options.second_source = false;
    plan = made(&options);
    for (size_t i = 0; i < plan->count; i++)
        assert_int_equal(plan->steps[i].src, 0);
    drop(plan);

    plan = made(&(struct isn_plan_options){.random = 7,
                                           .count = 512,
                                           .rate = 50,
                                           .second_source = true,
                                           .own_first = 32768,
                                           .own_last = 60999});
    isn_plan_one_source(plan, 100);
    for (size_t i = 100; i < plan->count; i++) {
        assert_int_equal(plan->steps[i].src, 0);
        if (!plan->steps[i].fixed)
            for (size_t k = 0; k < i; k++)
                assert_int_not_equal(plan->steps[k].port, plan->steps[i].port);
    }
    drop(plan);
}

/* p, p^a, p^b, p^a^b and p, p+d, p+2d, of the first source's new ports in their order. */
static void test_groups(void **state)
{
    struct isn_plan_options options = usual(3);
    struct isn_plan *plan = made(&options);
    uint32_t *ports = calloc(plan->count, sizeof *ports);
    size_t count = 0, quadruples = 0, triples = 0, at = 0;

    (void)state;
    assert_non_null(ports);
    for (size_t i = 0; i < plan->count; i++)
        if (!plan->steps[i].fixed && plan->steps[i].src == 0)
            ports[count++] = plan->steps[i].port;
    while (at + 4 <= count) {
        const uint32_t *p = &ports[at];

        if ((p[0] ^ p[1] ^ p[2] ^ p[3]) == 0) {
            quadruples++;
            at += 4;
        } else {
            assert_int_equal(p[2] - p[1], p[1] - p[0]);
            triples++;
            at += 3;
        }
    }
    assert_true(quadruples > 80);
    assert_true(triples > 80);
    free(ports);
    drop(plan);
}

static void test_numbers(void **state)
{
    struct isn_plan_options options = usual(11);
    struct isn_plan *plan = made(&options);
    uint32_t constant = 0, before = 0;
    size_t constants = 0, mss[4] = {0}, mixed = 0;

    (void)state;
    for (size_t i = 0; i < plan->count; i++) /* the number that two have in common */
        for (size_t k = i + 1; k < plan->count && !constant; k++)
            if (plan->steps[i].cseq == plan->steps[k].cseq)
                constant = plan->steps[i].cseq;
    for (size_t i = 0; i < plan->count; i++) {
        const struct isn_step *step = &plan->steps[i];

        constants += step->cseq == constant;
        if (step->fixed && step->stage != ISN_STAGE_COOKIES) {
            assert_int_not_equal(step->cseq, before);
            before = step->cseq;
        }
        if (step->stage != ISN_STAGE_MIXED)
            continue;
        mixed++;
        mss[0] += step->mss == 1460;
        mss[1] += step->mss == 1440;
        mss[2] += step->mss == 1300;
        mss[3] += step->mss == 536;
    }
    assert_in_range(constants, 900, 1140);
    assert_int_equal(mss[0] + mss[1] + mss[2] + mss[3], mixed);
    assert_in_range(mss[0], mixed * 5 / 8 - 90, mixed * 5 / 8 + 90);
    for (size_t i = 1; i < 4; i++)
        assert_in_range(mss[i], mixed / 8 - 70, mixed / 8 + 70);
    drop(plan);
}

static double rate_of(double wanted)
{
    struct isn_plan_options options = usual(5);
    struct isn_plan *plan;
    int64_t sum = 0;
    double rate;

    options.rate = wanted;
    options.count = 20000;
    plan = made(&options);
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].stage == ISN_STAGE_MIXED)
            sum += plan->steps[i].gap;
    rate = (double)plan->per_stage[ISN_STAGE_MIXED] / ((double)sum / 1e9);
    drop(plan);
    return rate;
}

/* Whoever sets a rate gets it at any moment, in the burst, too. */
static void test_least_gap(void **state)
{
    struct isn_plan_options options = usual(5);
    struct isn_step block[ISN_PLAN_BLOCK];
    struct isn_plan *plan;

    (void)state;
    for (options.rate = 0.5; options.rate < 3000; options.rate *= 4) {
        int64_t least = (int64_t)(1e9 / options.rate), sum = 0;

        options.least_gap = least;
        plan = made(&options);
        for (size_t i = 1; i < plan->count; i++)
            assert_true(plan->steps[i].gap >= least);
        for (size_t i = 0; i < plan->count; i++)
            sum += plan->steps[i].gap;
        assert_int_equal(sum, plan->takes);
        isn_plan_block(plan, block);
        for (size_t i = 0; i < ISN_PLAN_BLOCK; i++)
            assert_true(block[i].gap >= least);
        assert_true(isn_plan_more(plan, ISN_STAGE_FORETOLD, true).gap >= least);
        drop(plan);
    }
}

static void test_gaps(void **state)
{
    struct isn_plan_options options = usual(5);
    struct isn_plan *plan = made(&options);
    size_t kinds[4] = {0}, mixed = plan->per_stage[ISN_STAGE_MIXED];
    int64_t sum = 0;
    bool seen[ISN_STAGE_COUNT] = {false};

    (void)state;
    for (size_t i = 0; i < plan->count; i++) {
        const struct isn_step *step = &plan->steps[i];

        sum += step->gap;
        switch (step->stage) {
        case ISN_STAGE_FIRST:
            assert_true(step->settled);
            break;
        case ISN_STAGE_BURST:
            if (seen[step->stage])
                assert_int_equal(step->gap, 0);
            else
                assert_true(step->settled && step->gap > 1000 * MS);
            break;
        case ISN_STAGE_MIXED:
            kinds[step->gap < 5 * MS     ? 0
                  : step->gap < 50 * MS  ? 1
                  : step->gap < 200 * MS ? 2
                                         : 3]++;
            break;
        case ISN_STAGE_SLOW:
            if (!seen[step->stage])
                assert_in_range(step->gap, 65000 * MS, 130000 * MS);
            break;
        case ISN_STAGE_COOKIES:
            assert_in_range(step->gap, 20 * MS, 100 * MS);
            break;
        case ISN_STAGE_LONG:
        case ISN_STAGE_FORETOLD:
        case ISN_STAGE_WHOLE:
        case ISN_STAGE_COUNT:
            fail();
        }
        seen[step->stage] = true;
    }
    assert_int_equal(sum, plan->takes);
    assert_int_equal(kinds[2], 0);
    assert_in_range(kinds[0], mixed * 65 / 100, mixed * 75 / 100);
    assert_in_range(kinds[1], mixed * 20 / 100, mixed * 30 / 100);
    assert_in_range(kinds[3], mixed * 3 / 100, mixed * 7 / 100);
    drop(plan);

    for (double rate = 1; rate < 2000; rate *= 3)
        assert_true(rate_of(rate) < rate * 1.05);
    assert_true(rate_of(10) > 8);
    assert_true(rate_of(500) > 200);
}

/* However few ports the machine leaves, and however many SYNs there are. */
static void test_few_ports(void **state)
{
    static const uint16_t own[][2] = {{1024, 65535}, {1024, 65000}, {2000, 65535}, {10000, 64000}};

    (void)state;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        struct isn_plan_options options = usual(i);
        struct isn_plan *plan;

        options.own_first = own[i][0];
        options.own_last = own[i][1];
        options.count = 4096;
        plan = made(&options);
        for (size_t k = 0; k < plan->count; k++)
            assert_true(plan->steps[k].port >= 1024);
        drop(plan);
    }
    struct isn_plan_options options = usual(9);
    struct isn_plan *plan;

    options.count = 200000; /* more than there are ports */
    plan = made(&options);
    for (size_t k = 0; k < plan->count; k++)
        assert_true(plan->steps[k].fixed == (plan->steps[k].port == plan->fixed_port));
    drop(plan);
}

static void test_move(void **state)
{
    struct isn_plan_options options = usual(2);
    struct isn_plan *plan = made(&options);
    uint16_t before = plan->fixed_port;
    struct isn_step more;

    (void)state;
    isn_plan_move(plan);
    assert_int_not_equal(plan->fixed_port, before);
    for (size_t i = 0; i < plan->count; i++) {
        assert_int_not_equal(plan->steps[i].port, before);
        assert_true(plan->steps[i].fixed == (plan->steps[i].port == plan->fixed_port));
    }
    more = isn_plan_more(plan, ISN_STAGE_FORETOLD, true);
    assert_int_equal(more.port, plan->fixed_port);
    more = isn_plan_more(plan, ISN_STAGE_FORETOLD, false);
    for (size_t i = 0; i < plan->count; i++)
        assert_int_not_equal(plan->steps[i].port, more.port);
    drop(plan);
}

static void test_repeatable(void **state)
{
    struct isn_plan_options options = usual(99);
    struct isn_plan *one = made(&options), *same = made(&options), *other;

    (void)state;
    options.random++;
    other = made(&options);
    assert_memory_equal(one->steps, same->steps, one->count * sizeof *one->steps);
    assert_memory_not_equal(one->steps, other->steps, one->count * sizeof *one->steps);
    drop(one);
    drop(same);
    drop(other);
}

/* ---- the proof of cookies ---- */

enum server { LINUX, LINUX_TICK, FREEBSD, FREEBSD_TICK, HASHED, CHANCE };

static uint32_t scrambled(uint32_t value)
{
    value = (value ^ (value >> 15)) * 0x2c1b3c6dU;
    value = (value ^ (value >> 12)) * 0x297a2d39U;
    return value ^ (value >> 15);
}

static uint32_t answer(enum server server, const struct isn_step *step, uint32_t i)
{
    static const uint16_t table[] = {536, 1300, 1440, 1460};
    uint32_t index = 0, late = i >= 5;

    while (table[index] != step->mss)
        index++;
    switch (server) {
    case LINUX:
        return 0x12345678 + step->cseq + index;
    case LINUX_TICK:
        return scrambled(late) + step->cseq + index;
    case FREEBSD:
        return scrambled(step->cseq ^ index << 5);
    case FREEBSD_TICK:
        return scrambled(step->cseq ^ index << 5 ^ late << 20);
    case HASHED:
        return 0x87654321 + i * 937500;
    case CHANCE:
        break;
    }
    return scrambled(i * 77777 + 5);
}

static bool torn(enum server server, uint64_t seed)
{
    struct isn_plan_options options = usual(seed);
    struct isn_plan *plan = made(&options);
    struct isn_step steps[ISN_PLAN_BLOCK];
    uint32_t isn[ISN_PLAN_BLOCK], cseq[ISN_PLAN_BLOCK];

    isn_plan_block(plan, steps);
    for (uint32_t i = 0; i < ISN_PLAN_BLOCK; i++) {
        cseq[i] = steps[i].cseq;
        isn[i] = answer(server, &steps[i], i);
    }
    drop(plan);
    return isn_plan_block_torn(isn, cseq);
}

static void test_block(void **state)
{
    static const uint16_t mss[] = {1460, 1460, 1460, 1460, 536, 1300, 1440, 1460};
    struct isn_plan_options options = usual(4);
    struct isn_plan *plan = made(&options);
    struct isn_step steps[ISN_PLAN_BLOCK], again[ISN_PLAN_BLOCK];

    (void)state;
    isn_plan_block(plan, steps);
    isn_plan_block(plan, again);
    assert_int_not_equal(steps[0].cseq, again[0].cseq);
    assert_int_equal(steps[2].cseq, steps[0].cseq + 12345);
    assert_int_not_equal(steps[3].cseq, steps[0].cseq);
    for (size_t i = 0; i < ISN_PLAN_BLOCK; i++) {
        assert_true(steps[i].fixed && steps[i].settled);
        assert_int_equal(steps[i].mss, mss[i]);
        if (i != 2 && i != 3)
            assert_int_equal(steps[i].cseq, steps[0].cseq);
    }
    drop(plan);

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        assert_false(torn(LINUX, seed));
        assert_true(torn(LINUX_TICK, seed));
        assert_false(torn(FREEBSD, seed));
        assert_true(torn(FREEBSD_TICK, seed));
        assert_false(torn(HASHED, seed));
        assert_false(torn(CHANCE, seed));
    }
}

static void test_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ISN_STAGE_COUNT; i++) {
        assert_true(strlen(isn_stage_words((enum isn_stage)i)) > 0);
        assert_true(strlen(isn_stage_meaning((enum isn_stage)i)) > 0);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stages),     cmocka_unit_test(test_ports),
        cmocka_unit_test(test_one_source), cmocka_unit_test(test_groups),
        cmocka_unit_test(test_numbers),    cmocka_unit_test(test_least_gap),
        cmocka_unit_test(test_gaps),       cmocka_unit_test(test_few_ports),
        cmocka_unit_test(test_move),       cmocka_unit_test(test_repeatable),
        cmocka_unit_test(test_block),      cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
