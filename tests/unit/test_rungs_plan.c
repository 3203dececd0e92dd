/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/ladder/rungs_plan: what is in a plan, and how it lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/ladder/rungs_plan.h"

static bool is_control(enum rung_id id)
{
    return rung_of(id)->role == RUNG_ROLE_CONTROL;
}

/* All that every plan must be; returns the number of its rungs but the controls. */
static size_t check(const struct rungs_plan_options *options)
{
    struct arena arena;
    size_t count, rungs = 0, since_control = 0, first_cookie = SIZE_MAX, first_asked = SIZE_MAX;
    unsigned sent[RUNG_COUNT] = {0};
    size_t last[RUNG_COUNT];
    const struct rungs_turn *turns;
    enum rung_id last_control = RUNG_COUNT;

    arena_init(&arena);
    turns = rungs_plan(options, &arena, &count);
    for (size_t i = 0; i < count; i++)
        rungs += turns[i].repeat == 0 && !is_control(turns[i].rung);
    assert_true(count >= 2);
    assert_true(is_control(turns[0].rung) && is_control(turns[count - 1].rung));
    for (size_t i = 0, at = 0; i < count; i++) {
        enum rung_id id = turns[i].rung;

        assert_true(id < RUNG_COUNT);
        assert_true(rungs_plan_has(options, id));
        assert_int_equal(turns[i].repeat, sent[id]);
        sent[id]++;
        if (is_control(id)) {
            assert_int_not_equal(id, last_control);
            last_control = id;
            since_control = 0;
            continue;
        }
        assert_true(++since_control <= RUNGS_BETWEEN);
        /* A quarter of the rungs lie between two repeats. */
        if (sent[id] > 1)
            assert_true(at - last[id] > rungs / 4);
        last[id] = at++;
        if (rung_needs_cookie(id) && first_cookie == SIZE_MAX)
            first_cookie = i;
        if (id == RUNG_FASTOPEN && first_asked == SIZE_MAX)
            first_asked = i;
    }
    if (first_cookie != SIZE_MAX)
        assert_true(first_asked < first_cookie);
    for (unsigned id = 0; id < RUNG_COUNT; id++) {
        bool has = rungs_plan_has(options, (enum rung_id)id);

        if (is_control((enum rung_id)id))
            assert_true(has && sent[id] >= options->repeat);
        else
            assert_int_equal(sent[id], has ? options->repeat : 0);
        if (has)
            assert_true(sent[rung_of((enum rung_id)id)->beside] >= options->repeat);
    }
    arena_release(&arena);
    return rungs;
}

/* All rungs, and any choice of features, however often. */
static void test_plans(void **state)
{
    size_t controls = 0;

    (void)state;
    for (unsigned id = 0; id < RUNG_COUNT; id++)
        controls += is_control((enum rung_id)id);
    assert_int_equal(controls, 2);
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct rungs_plan_options options = {.seed = seed, .repeat = 1 + (unsigned)seed % 5};
        uint64_t drawn = seed;

        assert_int_equal(check(&options), RUNG_COUNT - controls);
        options.features = (uint32_t)rung_draw(&drawn) & ((1U << RUNG_FEATURE_COUNT) - 1);
        check(&options);
        for (unsigned feature = 0; seed < 10 && feature < RUNG_FEATURE_COUNT; feature++) {
            options.features = 1U << feature;
            check(&options);
        }
    }
    check(&(struct rungs_plan_options){.repeat = RUNGS_REPEAT_MAX});
}

/* One feature brings its rungs, what they stand beside, and no more. */
static void test_features(void **state)
{
    struct rungs_plan_options options = {.repeat = 1, .features = 1U << RUNG_FEATURE_SACK};

    (void)state;
    assert_int_equal(check(&options), 1);
    assert_true(rungs_plan_has(&options, RUNG_SACK));
    assert_true(rungs_plan_has(&options, RUNG_BARE));
    assert_false(rungs_plan_has(&options, RUNG_LINUX));
    options.features = 1U << RUNG_FEATURE_FASTOPEN;
    assert_true(rungs_plan_has(&options, RUNG_FASTOPEN_COOKIE));
    assert_true(rungs_plan_has(&options, RUNG_DATA));
    assert_true(rungs_plan_has(&options, RUNG_LINUX));
    assert_false(rungs_plan_has(&options, RUNG_SACK));
    /* The bare SYN alone: only controls. */
    options.features = 1U << RUNG_FEATURE_BARE;
    assert_int_equal(check(&options), 0);
}

/* The seed decides, and nothing else. */
static void test_seed(void **state)
{
    struct rungs_plan_options options = {.seed = 1, .repeat = 3};
    const struct rungs_turn *one, *same, *other;
    size_t count, count_same, count_other, moved = 0;
    struct arena arena;

    (void)state;
    arena_init(&arena);
    one = rungs_plan(&options, &arena, &count);
    same = rungs_plan(&options, &arena, &count_same);
    options.seed = 2;
    other = rungs_plan(&options, &arena, &count_other);
    assert_int_equal(count, count_same);
    assert_int_equal(count, count_other);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(one[i].rung, same[i].rung);
        assert_int_equal(one[i].repeat, same[i].repeat);
        moved += one[i].rung != other[i].rung;
    }
    assert_true(moved > count / 2);
    arena_release(&arena);
}

/* No place is any rung's own: over many plans each comes as early as late. The mean place of so
 * many is off by a twentieth of the rungs at five standard deviations or so. */
static void test_fair(void **state)
{
    enum { PLANS = 1000 };
    double sum[RUNG_COUNT] = {0};
    size_t rungs = 0;

    (void)state;
    for (uint64_t seed = 0; seed < PLANS; seed++) {
        struct rungs_plan_options options = {.seed = seed, .repeat = 2};
        const struct rungs_turn *turns;
        struct arena arena;
        size_t count, at = 0;

        arena_init(&arena);
        turns = rungs_plan(&options, &arena, &count);
        rungs = 0;
        for (size_t i = 0; i < count; i++)
            if (!is_control(turns[i].rung)) {
                rungs += turns[i].repeat == 0;
                sum[turns[i].rung] += (double)at++;
            }
        arena_release(&arena);
    }
    for (unsigned id = 0; id < RUNG_COUNT; id++) {
        double mean = sum[id] / PLANS / 2;
        double middle = ((double)rungs * 2 - 1) / 2;

        /* Cookies have to come behind the question for them. */
        if (is_control((enum rung_id)id) || rung_needs_cookie((enum rung_id)id) ||
            id == RUNG_FASTOPEN)
            continue;
        assert_true(mean > middle - (double)rungs / 20 && mean < middle + (double)rungs / 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plans),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_seed),
        cmocka_unit_test(test_fair),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
