/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/steps: what is unwrapped adds up exactly, up to clocks of gigahertz, and levels
 * that stay are told from those that walk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "isn_streams_parts.h"
#include "stat/isn/steps.h"

enum { COUNT = 1024 };

static struct isn_sample rows[COUNT];
static double true_times[COUNT];

/* As an audit samples: a burst, gaps of 1 … 5 ms with some up to 1.2 s, and a pause. */
static void draw_times(struct isn_noise *noise, double jitter)
{
    double time = 0;

    for (size_t i = 0; i < COUNT; i++) {
        double luck = isn_noise_uniform(noise);
        double gap = luck < 0.7    ? 0.001 + 0.004 * isn_noise_uniform(noise)
                     : luck < 0.95 ? 0.005 + 0.045 * isn_noise_uniform(noise)
                                   : 0.2 + isn_noise_uniform(noise);

        time += i < 64 ? 80e-6 : i == COUNT - 16 ? 97 : gap;
        true_times[i] = time;
        rows[i] = (struct isn_sample){
            .time = llround((time + isn_noise_exponential(noise, jitter)) * 1e9),
            .port = i % 2 ? 40000 : (uint16_t)(2000 + i)};
    }
}

static void make(struct isn_samples *samples, struct isn_steps *steps)
{
    assert_int_equal(isn_samples_make(rows, COUNT, true, samples), 0);
    assert_int_equal(isn_steps_make(samples, steps), 0);
}

static void release(struct isn_samples *samples, struct isn_steps *steps)
{
    isn_steps_release(steps);
    isn_samples_release(samples);
}

/* Of any clock the level is known to the number, over gaps in which it goes round many times. */
static void test_exact(void **state)
{
    static const double rates[] = {2, 1000, 250000, 15625000, 1e9, 2.4e9, 4e9};
    struct isn_noise noise = {.state = 5};
    struct isn_samples samples;
    struct isn_steps steps;

    (void)state;
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        for (double jitter = 30e-6; jitter < 0.02; jitter *= 300) {
            draw_times(&noise, jitter);
            for (size_t i = 0; i < COUNT; i++)
                rows[i].isn = (uint32_t)(uint64_t)floor(rates[r] * true_times[i] + 3e9);
            make(&samples, &steps);
            assert_true(steps.family);
            for (size_t i = 0; i < COUNT; i++)
                assert_int_equal(steps.level[i],
                                 (int64_t)floor(rates[r] * true_times[i] + 3e9) -
                                     (int64_t)floor(rates[r] * true_times[0] + 3e9));
            release(&samples, &steps);
        }
    }
}

/* Rounding step - rate * gap before adding up would make a walk of a clock. */
static void test_stays(void **state)
{
    struct isn_noise noise = {.state = 6};
    struct isn_samples samples;
    struct isn_steps steps;
    struct isn_plane plane;
    int64_t rounded[COUNT] = {0};
    double other;

    (void)state;
    draw_times(&noise, 30e-6);
    for (size_t i = 0; i < COUNT; i++)
        rows[i].isn = (uint32_t)floor(1000 * true_times[i]);
    make(&samples, &steps);
    isn_steps_plane(&steps, INFINITY, true, &plane);
    assert_true(isn_plane_stays(&plane));
    assert_true(fabs(plane.rate - 1000) < 4 * plane.rate_error);
    assert_true(fabs(plane.each) < 4 * plane.each_error);
    other = plane.walk;
    for (size_t i = 0; i + 1 < COUNT; i++)
        rounded[i + 1] =
            rounded[i] + llround((double)steps.step[i] - floor(1000 * steps.gap[i] / 3) * 3);
    isn_steps_plane_of(&steps, rounded, NULL, INFINITY, true, &plane);
    assert_true(plane.walk > 2 * other);
    release(&samples, &steps);
}

/* A clock that is read without any noise: what is left is the arithmetic's own. */
static void test_no_noise(void **state)
{
    struct isn_noise noise = {.state = 8};
    struct isn_samples samples;
    struct isn_steps steps;
    struct isn_plane plane;

    (void)state;
    draw_times(&noise, 0);
    for (size_t i = 0; i < COUNT; i++) {
        rows[i].time = rows[i].time / 1000000 * 1000000;
        rows[i].isn = (uint32_t)(77000000 + rows[i].time / 1000000);
    }
    make(&samples, &steps);
    for (int with_index = 0; with_index <= 1; with_index++) {
        isn_steps_plane(&steps, INFINITY, with_index, &plane);
        assert_true(isn_plane_stays(&plane));
        assert_true(fabs(plane.rate - 1000) < 1e-6);
    }
    release(&samples, &steps);
}

static void test_walks(void **state)
{
    struct isn_noise noise = {.state = 8};
    struct isn_samples samples;
    struct isn_steps steps;
    struct isn_plane plane;
    int stays = 0;

    (void)state;
    for (int round = 0; round < 30; round++) {
        uint32_t isn = 0;

        draw_times(&noise, 30e-6);
        for (size_t i = 0; i < COUNT; i++)
            rows[i].isn = isn += (uint32_t)isn_noise_between(&noise, 0, 1 << 20);
        make(&samples, &steps);
        assert_true(steps.family);
        isn_steps_plane(&steps, steps.usual, true, &plane);
        stays += isn_plane_stays(&plane);
        release(&samples, &steps);
    }
    assert_int_equal(stays, 0);
}

/* At one pace, and times as uncertain as they are apart: much of a step is noise that turns back,
 * and the walk beside it looks short. */
static void test_walks_in_noise(void **state)
{
    struct isn_noise noise = {.state = 10};
    struct isn_samples samples;
    struct isn_steps steps;
    struct isn_plane plane;
    int stays = 0;

    (void)state;
    for (int round = 0; round < 60; round++) {
        uint32_t isn = 0;

        for (size_t i = 0; i < COUNT; i++)
            rows[i] = (struct isn_sample){
                .time = (int64_t)i * 80000 + llround(isn_noise_exponential(&noise, 40000)),
                .port = i % 2 ? 40000 : (uint16_t)(2000 + i),
                .isn = isn += (uint32_t)isn_noise_between(&noise, 0, 1 << 16)};
        make(&samples, &steps);
        isn_steps_plane(&steps, INFINITY, false, &plane);
        stays += isn_plane_stays(&plane);
        release(&samples, &steps);
    }
    assert_true(stays <= 6);
}

/* Numbers at random are no family, nor are 31 bits of them. */
static void test_random(void **state)
{
    struct isn_noise noise = {.state = 9};
    struct isn_samples samples;
    struct isn_steps steps;

    (void)state;
    for (int round = 0; round < 20; round++) {
        draw_times(&noise, 30e-6);
        for (size_t i = 0; i < COUNT; i++)
            rows[i].isn = (uint32_t)isn_noise_next(&noise) >> (round % 2);
        make(&samples, &steps);
        assert_false(steps.family);
        release(&samples, &steps);
    }
}

/* Always the same step, as far as there is on a circle. */
static void test_mode(void **state)
{
    struct isn_noise noise = {.state = 10};
    struct isn_samples samples;
    struct isn_steps steps;
    int64_t mode = 0;
    size_t count;
    size_t most;

    (void)state;
    draw_times(&noise, 1e-9);
    for (size_t i = 0; i < COUNT; i++)
        rows[i].isn = (uint32_t)i * 0x80000000u;
    make(&samples, &steps);
    most = isn_steps_mode(&steps, &mode, &count);
    assert_true(count >= COUNT / 4);
    assert_int_equal(most, count);
    assert_int_equal((uint32_t)mode, 0x80000000u);
    release(&samples, &steps);
}

/* A hash of the tuple of 24 bits over a clock of 1 MHz. */
static void test_by_tuple(void **state)
{
    struct isn_noise noise = {.state = 11};
    struct isn_samples samples;
    struct isn_steps steps;

    (void)state;
    for (int hash = 0; hash < 2; hash++) {
        draw_times(&noise, 30e-6);
        for (size_t i = 0; i < COUNT; i++) {
            rows[i].isn = (uint32_t)(uint64_t)(1e6 * true_times[i]);
            if (hash)
                rows[i].isn += rows[i].port * 2654435761u >> 8;
        }
        make(&samples, &steps);
        assert_true(steps.family);
        assert_int_equal(isn_steps_by_tuple(&samples, &steps, 1e6, 0), hash);
        release(&samples, &steps);
    }
}

static void test_few(void **state)
{
    static const struct isn_sample two[] = {{.time = 5, .isn = 7}, {.time = 5, .isn = 9}};
    struct isn_samples samples;
    struct isn_steps steps;

    (void)state;
    for (size_t count = 0; count <= 2; count++) {
        assert_int_equal(isn_samples_make(two, count, true, &samples), 0);
        assert_int_equal(isn_steps_make(&samples, &steps), 0);
        assert_false(steps.family);
        assert_int_equal(steps.count, count ? count - 1 : 0);
        release(&samples, &steps);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_stays),
        cmocka_unit_test(test_no_noise),
        cmocka_unit_test(test_walks),
        cmocka_unit_test(test_walks_in_noise),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_mode),
        cmocka_unit_test(test_by_tuple),
        cmocka_unit_test(test_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
