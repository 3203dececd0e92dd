/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/ladder/matrix: whole ladders against made-up hosts and paths, with and without
 * loss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

#include "ladder_world.h"
#include "probe/ladder/rungs_plan.h"

#define MOST 4000

static gsl_rng *rng;
static struct ladder_facts facts[MOST];
static struct matrix_seen seen[MOST];
static size_t seen_count;
static struct matrix matrix;

/* One SYN through the world. */
static void ask(const struct world *world, enum rung_id id, const struct rung_values *values,
                unsigned turn, size_t at)
{
    struct segment syn, there, answer;
    struct ladder_syn sent = {.segment = &syn,
                              .checksum_wrong = rung_of(id)->wrong_checksum,
                              .cookie_valid = rung_needs_cookie(id)};

    world_syn(id, values, &syn);
    seen[at] = (struct matrix_seen){.rung = id, .came = MATRIX_NOTHING};
    world_forward(world, &syn, &there);
    if (world->quotes)
        ladder_quote(&syn, &there, &seen[at].quote_lacks, &seen[at].quote_differs);
    if (gsl_rng_uniform(rng) < world->loss)
        return;
    seen[at].came = world_answer(world, id, &there, turn, &answer);
    if (seen[at].came != MATRIX_SYN_ACK)
        return;
    ladder_read(&sent, &answer, &facts[at]);
    seen[at].facts = &facts[at];
}

static void climb(const struct world *world, unsigned repeat, uint32_t features)
{
    struct rungs_plan_options options = {
        .seed = gsl_rng_get(rng), .features = features, .repeat = repeat};
    struct arena arena;
    size_t count, at = 0;

    arena_init(&arena);

    const struct rungs_turn *turns = rungs_plan(&options, &arena, &count);

    assert_in_range(count, 1, MOST);
    for (size_t i = 0; i < count; i++) {
        struct rung_values values = {.mss = 1460, .cookie_length = world->fastopen ? 8 : 0};

        rung_values_draw(options.seed, i, &values);
        if (rung_ready(turns[i].rung, &values))
            ask(world, turns[i].rung, &values, (unsigned)i, at++);
    }
    seen_count = at;
    matrix_judge(seen, at, &matrix);
    arena_release(&arena);
}

static void check(enum rung_feature feature, enum matrix_verdict verdict)
{
    const struct matrix_row *row = &matrix.rows[feature];

    if (row->verdict != verdict)
        fail_msg("%s is %s, not %s: %s", rung_feature_name(feature),
                 matrix_verdict_row(row->verdict)->word, matrix_verdict_row(verdict)->word,
                 row->evidence);
}

#define CHECK(feature, verdict) check(RUNG_FEATURE_##feature, MATRIX_##verdict)

static void test_plain(void **state)
{
    (void)state;
    for (unsigned repeat = 2; repeat < 6; repeat++) {
        climb(&world_plain, repeat, 0);
        CHECK(BARE, SUPPORTED);
        CHECK(MSS, SUPPORTED);
        CHECK(WSCALE, SUPPORTED);
        CHECK(SACK, SUPPORTED);
        CHECK(TIMESTAMPS, SUPPORTED);
        CHECK(SETS, SUPPORTED);
        CHECK(ORDER, SUPPORTED);
        CHECK(PADDING, SUPPORTED);
        CHECK(FULL, SUPPORTED);
        CHECK(FASTOPEN, DECLINED);
        CHECK(ECN, SUPPORTED);
        CHECK(ACCECN, DECLINED);
        CHECK(MPTCP, DECLINED);
        CHECK(UTO, DECLINED);
        CHECK(EDO, DECLINED);
        CHECK(UNKNOWN, DECLINED);
        CHECK(MALFORMED, DECLINED);
        CHECK(RESERVED, DECLINED);
        CHECK(DATA, DECLINED);
    }
    CHECK(MD5, BREAKS);
    CHECK(CHECKSUM, DECLINED);
    assert_int_equal(matrix.rows[RUNG_FEATURE_WSCALE].value_count, 1);
    assert_int_equal(matrix.rows[RUNG_FEATURE_WSCALE].values[0], 10);
    assert_int_equal(matrix.rows[RUNG_FEATURE_WSCALE].absent, 0);
    assert_int_equal(matrix.rows[RUNG_FEATURE_MSS].values[0], 1460);
    assert_null(strstr(matrix.rows[RUNG_FEATURE_MSS].evidence, "clamped"));
    assert_non_null(strstr(matrix.rows[RUNG_FEATURE_SACK].evidence, "; answered "));
    assert_null(strstr(matrix.rows[RUNG_FEATURE_MD5].evidence, "answered"));
}

static void test_hosts(void **state)
{
    struct world world = world_plain;

    (void)state;
    world = (struct world){.mss = 1400};
    climb(&world, 3, 0);
    CHECK(WSCALE, DECLINED);
    CHECK(SACK, DECLINED);
    CHECK(TIMESTAMPS, DECLINED);
    CHECK(ECN, DECLINED);
    CHECK(SETS, SUPPORTED);
    assert_non_null(strstr(matrix.rows[RUNG_FEATURE_MSS].evidence, "clamped"));

    world = world_plain;
    world.mss = 0;
    world.fastopen = world.mptcp = world.accecn = world.data = true;
    climb(&world, 3, 0);
    CHECK(MSS, DECLINED);
    CHECK(FASTOPEN, SUPPORTED);
    assert_non_null(strstr(matrix.rows[RUNG_FEATURE_FASTOPEN].evidence, "6 of 6 taken"));
    CHECK(MPTCP, SUPPORTED);
    CHECK(ACCECN, SUPPORTED);
    CHECK(ECN, SUPPORTED);
    CHECK(DATA, SUPPORTED);
    assert_true(matrix.rows[RUNG_FEATURE_DATA].rules >> LADDER_RULE_DATA_TAKEN & 1);
    assert_int_equal(matrix.rows[RUNG_FEATURE_ACCECN].value_count, 4);

    world = world_plain;
    world.follows = 8960;
    climb(&world, 3, 0);
    CHECK(MSS, SUPPORTED);
    assert_non_null(strstr(matrix.rows[RUNG_FEATURE_MSS].evidence, "follows ours"));

    world = world_plain;
    world.fastopen_old = true;
    climb(&world, 3, 0);
    CHECK(FASTOPEN, DECLINED);
    assert_non_null(strstr(matrix.rows[RUNG_FEATURE_FASTOPEN].evidence, "in another form"));
    world.fastopen = true;
    climb(&world, 3, 0);
    CHECK(FASTOPEN, SUPPORTED);
    world.takes_back = OPTION_FASTOPEN;
    climb(&world, 3, 0);
    CHECK(FASTOPEN, STRIPPED);

    /* Not a box: what SYN cookies cannot remember without timestamps. */
    world = world_plain;
    world.cookies = true;
    climb(&world, 3, 0);
    CHECK(WSCALE, SUPPORTED);
    CHECK(SACK, SUPPORTED);
    assert_non_null(strstr(matrix.rows[RUNG_FEATURE_SACK].evidence, "SYN cookies"));
    CHECK(SETS, SUPPORTED);
    CHECK(ORDER, SUPPORTED);

    world = world_plain;
    world.one_of_two = true;
    climb(&world, 10, 0);
    CHECK(SACK, INCONCLUSIVE);
    CHECK(WSCALE, SUPPORTED);

    world = world_plain;
    world.wscale_wrong = true;
    climb(&world, 3, 0);
    CHECK(WSCALE, REWRITTEN);

    world = world_plain;
    world.md5 = true;
    climb(&world, 3, 0);
    CHECK(MD5, DECLINED);

    world = world_plain;
    world.bare_silent = true;
    climb(&world, 3, 0);
    CHECK(BARE, BREAKS);
    CHECK(MSS, SUPPORTED);
    CHECK(SACK, SUPPORTED);
    CHECK(CHECKSUM, DECLINED);
    world.drops = OPTION_SACK_PERMITTED;
    climb(&world, 5, 0);
    CHECK(SACK, BREAKS);
    CHECK(WSCALE, SUPPORTED);

    world = world_plain;
    world.closed = true;
    climb(&world, 3, 0);
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++)
        check((enum rung_feature)i, MATRIX_INCONCLUSIVE);
}

static void test_boxes(void **state)
{
    struct world world = world_plain;

    (void)state;
    /* Taken on the way there: as if declined, unless a router quotes it. */
    world.takes = OPTION_SACK_PERMITTED;
    climb(&world, 3, 0);
    CHECK(SACK, DECLINED);
    world.quotes = true;
    climb(&world, 3, 0);
    CHECK(SACK, STRIPPED);
    CHECK(WSCALE, SUPPORTED);
    /* On the way back, NOP are left. */
    world = world_plain;
    world.takes_back = OPTION_TIMESTAMPS;
    climb(&world, 3, 0);
    CHECK(TIMESTAMPS, STRIPPED);
    CHECK(SACK, SUPPORTED);
    world.takes_whole = true;
    climb(&world, 3, 0);
    CHECK(TIMESTAMPS, DECLINED);
    world = world_plain;
    world.mptcp = true;
    world.takes_back = OPTION_MPTCP;
    climb(&world, 3, 0);
    CHECK(MPTCP, STRIPPED);
    world = world_plain;
    world.takes_beside = OPTION_SACK_PERMITTED;
    climb(&world, 3, 0);
    CHECK(SACK, STRIPPED);
    CHECK(TIMESTAMPS, SUPPORTED);
    climb(&world, 1, 0);
    CHECK(SACK, INCONCLUSIVE);
    /* NOP that are always there stand for nothing. */
    world = world_plain;
    world.ts = false;
    world.pads = 10;
    climb(&world, 3, 0);
    CHECK(TIMESTAMPS, DECLINED);

    world = world_plain;
    world.takes_disordered = OPTION_WSCALE;
    climb(&world, 3, 0);
    CHECK(ORDER, STRIPPED);
    CHECK(SETS, SUPPORTED);
    CHECK(PADDING, SUPPORTED);

    world = world_plain;
    world.new_echo = true;
    climb(&world, 3, 0);
    CHECK(TIMESTAMPS, REWRITTEN);
    assert_true(matrix.rows[RUNG_FEATURE_TIMESTAMPS].rules >> LADDER_RULE_TS_ECHO & 1);

    world = world_plain;
    world.accecn = world.bleaches = true;
    climb(&world, 3, 0);
    CHECK(ACCECN, REWRITTEN);
    world.accecn = false;
    climb(&world, 3, 0);
    CHECK(ECN, SUPPORTED);

    world = world_plain;
    world.drops = OPTION_FASTOPEN;
    climb(&world, 3, 0);
    CHECK(FASTOPEN, BREAKS);
    assert_int_equal(matrix.rows[RUNG_FEATURE_FASTOPEN].broken, 3); /* two requests, a cookie */
    assert_int_equal(matrix.rows[RUNG_FEATURE_FASTOPEN].otherwise, MATRIX_INCONCLUSIVE);
    CHECK(MPTCP, DECLINED);

    world = world_plain;
    world.drops_flags = TCP_ECE | TCP_CWR;
    climb(&world, 3, 0);
    CHECK(ECN, BREAKS);
    CHECK(ACCECN, BREAKS);
    CHECK(SACK, SUPPORTED);

    world = world_plain;
    world.longest = 36;
    climb(&world, 3, 0);
    CHECK(FULL, BREAKS);
    CHECK(ORDER, SUPPORTED);
    /* What fails because its neighbour does, is not to blame. */
    world.longest = 16;
    climb(&world, 3, 0);
    CHECK(SETS, BREAKS);
    CHECK(ORDER, INCONCLUSIVE);
    CHECK(SACK, SUPPORTED);

    world = world_plain;
    world.mends_checksums = true;
    climb(&world, 3, 0);
    CHECK(CHECKSUM, REWRITTEN);
}

static void test_echoes(void **state)
{
    struct world world = world_plain;

    (void)state;
    world.echoes_unknown = true;
    climb(&world, 3, 0);
    assert_true(matrix.echoing);
    CHECK(UNKNOWN, ECHOED);
    CHECK(WSCALE, SUPPORTED);
    CHECK(TIMESTAMPS, SUPPORTED);
    /* Nothing tells this one from an echo, where echoes are about. */
    CHECK(SACK, ECHOED);

    world = (struct world){.echoes_all = true, .twists_timeouts = true};
    climb(&world, 3, 0);
    CHECK(UTO, ECHOED);

    world = (struct world){.echoes_all = true};
    climb(&world, 3, 0);
    CHECK(MSS, ECHOED);
    CHECK(WSCALE, ECHOED);
    CHECK(SACK, ECHOED);
    CHECK(TIMESTAMPS, ECHOED);
    CHECK(FASTOPEN, ECHOED);
    CHECK(MPTCP, ECHOED);
    CHECK(EDO, ECHOED);
    CHECK(UTO, ECHOED);
    CHECK(UNKNOWN, ECHOED);

    world = world_plain;
    world.echoes_ecn = world.echoes_reserved = true;
    climb(&world, 3, 0);
    CHECK(ECN, ECHOED);
    CHECK(ACCECN, ECHOED);
    CHECK(RESERVED, ECHOED);
    CHECK(SACK, SUPPORTED);
}

/* Loss alone makes no row break, but for one run in twenty at most. */
static void test_loss(void **state)
{
    unsigned wrong = 0, found = 0;

    (void)state;
    for (unsigned run = 0; run < 60; run++) {
        struct world world = world_plain;

        world.md5 = true;
        world.loss = run % 2 ? 0.3 : 0.1;
        climb(&world, 3, 0);

        bool any = false;

        for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++)
            any |= matrix.rows[i].verdict == MATRIX_BREAKS;
        wrong += any;
        if (matrix.rows[RUNG_FEATURE_WSCALE].verdict != MATRIX_SUPPORTED ||
            matrix.rows[RUNG_FEATURE_TIMESTAMPS].verdict != MATRIX_SUPPORTED)
            fail_msg("%s", matrix.rows[RUNG_FEATURE_TIMESTAMPS].evidence);
    }
    assert_in_range(wrong, 0, 6);
    /* And with more repeats a rule is found in spite of it. */
    for (unsigned run = 0; run < 20; run++) {
        struct world world = world_plain;

        world.loss = 0.2;
        world.drops = OPTION_SACK_PERMITTED;
        climb(&world, 10, 0);
        found += matrix.rows[RUNG_FEATURE_SACK].verdict == MATRIX_BREAKS &&
                 matrix.rows[RUNG_FEATURE_WSCALE].verdict == MATRIX_SUPPORTED;
    }
    assert_true(found >= 19);
}

static void test_few(void **state)
{
    struct world world = world_plain;

    (void)state;
    matrix_judge(NULL, 0, &matrix);
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        check((enum rung_feature)i, MATRIX_INCONCLUSIVE);
        assert_string_equal(matrix.rows[i].evidence, "not asked");
    }
    climb(&world, 3, 1u << RUNG_FEATURE_SACK);
    CHECK(SACK, SUPPORTED);
    CHECK(WSCALE, INCONCLUSIVE);
    assert_int_equal(matrix.rows[RUNG_FEATURE_WSCALE].sent, 0);
    /* One answer without it is no rule yet. */
    world.sack = false;
    climb(&world, 1, 1u << RUNG_FEATURE_SACK);
    CHECK(SACK, INCONCLUSIVE);
    climb(&world, 2, 1u << RUNG_FEATURE_SACK);
    CHECK(SACK, DECLINED);
    /* Silence from few SYNs may be loss: more repeats tell. */
    world.drops = OPTION_SACK_PERMITTED;
    climb(&world, 1, 1u << RUNG_FEATURE_SACK);
    CHECK(SACK, INCONCLUSIVE);
    climb(&world, 5, 1u << RUNG_FEATURE_SACK);
    CHECK(SACK, BREAKS);
}

static void test_quote(void **state)
{
    struct segment sent = {.flags = TCP_SYN | TCP_ECE | TCP_CWR | TCP_R10, .ecn = 2}, quoted;
    uint32_t lacks, differs;

    (void)state;
    assert_int_equal(options_read("mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7,raw:6304aaaa", "",
                                  &sent.options, NULL),
                     0);
    quoted = sent;
    ladder_quote(&sent, &quoted, &lacks, &differs);
    assert_int_equal(lacks | differs, 0);
    assert_int_equal(
        options_read("mss 1360,nop,nop,TS val 1 ecr 0,nop,wscale 7", "", &quoted.options, NULL), 0);
    quoted.flags = TCP_SYN | TCP_ECE;
    quoted.ecn = 0;
    ladder_quote(&sent, &quoted, &lacks, &differs);
    assert_int_equal(lacks, 1u << LADDER_OFFER_SACK | 1u << LADDER_OFFER_UNKNOWN |
                                1u << LADDER_OFFER_RESERVED);
    assert_int_equal(differs,
                     1u << LADDER_OFFER_MSS | 1u << LADDER_OFFER_ECN | 1u << LADDER_OFFER_ACCECN);
}

/* SYNs that were to expire on the way: what came of them is nothing but their quotes. */
static void test_limited(void **state)
{
    static const enum matrix_came ways[] = {MATRIX_ICMP, MATRIX_NOTHING, MATRIX_SYN_ACK,
                                            MATRIX_RST};
    static struct matrix before;
    struct world world = world_plain;

    (void)state;
    climb(&world, 3, 0);
    before = matrix;
    for (size_t i = 0; i < 60; i++)
        seen[seen_count + i] =
            (struct matrix_seen){.rung = RUNG_LINUX, .came = ways[i % 4], .limited = true};
    matrix_judge(seen, seen_count + 60, &matrix);
    assert_memory_equal(&matrix, &before, sizeof matrix);

    world.takes = OPTION_SACK_PERMITTED;
    climb(&world, 3, 0);
    CHECK(SACK, DECLINED);
    for (size_t i = 0; i < 4; i++)
        seen[seen_count + i] = (struct matrix_seen){.rung = RUNG_LINUX,
                                                    .came = MATRIX_ICMP,
                                                    .limited = true,
                                                    .quote_lacks = 1u << LADDER_OFFER_SACK};
    before = matrix;
    matrix_judge(seen, seen_count + 4, &matrix);
    CHECK(SACK, STRIPPED);
    assert_memory_equal(matrix.rungs, before.rungs, sizeof matrix.rungs);
    assert_int_equal(matrix.rows[RUNG_FEATURE_SETS].sent, before.rows[RUNG_FEATURE_SETS].sent);

    /* Alone they say nothing. */
    matrix_judge(seen + seen_count, 4, &matrix);
    CHECK(SACK, INCONCLUSIVE);
}

static void test_words(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MATRIX_VERDICT_COUNT; i++) {
        const struct matrix_verdict_row *row = matrix_verdict_row((enum matrix_verdict)i);

        assert_true(strlen(row->word) > 4 && strlen(row->seen) > 20 && strlen(row->proves) > 5);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(row->word, matrix_verdict_row((enum matrix_verdict)j)->word);
    }
}

static int set_up(void **state)
{
    (void)state;
    rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 5);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    gsl_rng_free(rng);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),  cmocka_unit_test(test_hosts),   cmocka_unit_test(test_boxes),
        cmocka_unit_test(test_echoes), cmocka_unit_test(test_loss),    cmocka_unit_test(test_few),
        cmocka_unit_test(test_quote),  cmocka_unit_test(test_limited), cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
