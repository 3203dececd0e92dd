/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of round trips, from no target to nine, from no probe to a hundred thousand, and of
 * bad numbers. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plot_check.h"
#include "report/rtt_plot.h"
#include "report/rtt_series.h"

static uint64_t seed = 88172645463325252u;
static double random_number(void) /* 0 … 1, the same ones every time */
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.0;
}

static struct rtt_plot_point *make_points(size_t count)
{
    struct rtt_plot_point *points = calloc(count + 1, sizeof *points);
    assert_non_null(points);
    for (size_t i = 0; i < count; i++) {
        points[i].t_s = (double)i;
        points[i].rtt_ms = 1 - log(random_number() + 1e-9) * (random_number() < 0.01 ? 50 : 0.2);
        points[i].kind =
            i % 97 == 5 ? (enum rtt_plot_kind)(i / 97 % RTT_PLOT_COUNT) : RTT_PLOT_SAMPLE;
    }
    return points;
}

static void test_columns(void **state)
{
    (void)state;
    struct rtt_plot_point *points = make_points(5000);
    struct rtt_plot_target target = {.name = "t", .points = points, .count = 5000};
    struct plot_point medians[100], bands[200], cores[200];
    points[77].rtt_ms = 1e6;
    points[78].rtt_ms = (double)NAN;
    points[79].t_s = (double)NAN;
    for (size_t i = 1000; i < 1500; i++)
        points[i].kind = RTT_PLOT_LOST;
    assert_true(rtt_columns(&target, 0, 5000, 100, medians, bands, cores));
    assert_true(bands[3].y == 1e6 && medians[1].y < 100);
    for (size_t i = 0; i < 100; i++) {
        bool empty = i >= 20 && i < 30;
        assert_int_equal(!isnan(medians[i].y), !empty);
        if (!empty) {
            assert_true(bands[2 * i].y <= cores[2 * i].y && cores[2 * i].y <= medians[i].y);
            assert_true(medians[i].y <= cores[2 * i + 1].y);
            assert_true(cores[2 * i + 1].y <= bands[2 * i + 1].y);
        }
        assert_true(bands[2 * i].x < medians[i].x && medians[i].x < bands[2 * i + 1].x);
    }
    size_t count;
    double *sorted = rtt_sorted(&target, &count);
    assert_non_null(sorted);
    assert_true(count > 4400 && count < 4500 && sorted[count - 1] == 1e6);
    for (size_t i = 1; i < count; i++)
        assert_true(sorted[i - 1] <= sorted[i]);
    free(sorted);
    free(points);
}

#ifndef HAVE_CAIRO
static void test_without(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct rtt_plot plot = {.title = ""};
    assert_int_equal(rtt_plot_write(in_folder("x.svg"), &plot, &fault), -FAULT_USAGE);
    assert_non_null(strstr(fault.what, "no cairo"));
}
#else

static struct rtt_plot_target target_of(const char *name, const struct rtt_plot_point *points,
                                        size_t count)
{
    return (struct rtt_plot_target){
        name, points, count, (int64_t)count, 1, 1.2, 1.5, 3, 9, 2.5,
    };
}

static void write_all(const struct rtt_plot *plot)
{
    static const char *const names[] = {"x.svg", "x.png", "x.pdf"};
    static const char *const again[] = {"y.svg", "y.png", "y.pdf"};
    for (size_t i = 0; i < 3; i++) {
        struct fault fault = {0};
        if (rtt_plot_write(in_folder(names[i]), plot, &fault) != 0)
            fail_msg("%s", fault.what);
        check_picture(in_folder(names[i]));
        assert_int_equal(rtt_plot_write(in_folder(again[i]), plot, &fault), 0);
        assert_same_bytes(in_folder(names[i]), in_folder(again[i]));
    }
}

static void test_sizes(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 10, 300, 1400, 20000, 100000};
    struct rtt_plot_point *points = make_points(100000);
    size_t length;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct rtt_plot_target target = target_of("[2001:db8::17]:443", points, sizes[i]);
        struct rtt_plot plot = {"Round trips", "under it", "the capture", &target, 1};
        write_all(&plot);
        assert_true(svg_has(in_folder("x.svg"), "<title>Round trips</title>"));
        assert_true(svg_has(in_folder("x.svg"), "\nunder it\n"));
        assert_true(svg_has(in_folder("x.svg"), "\n[2001:db8::17]:443\n"));
        assert_true(svg_has(in_folder("x.svg"), "\ntimes: the capture\n"));
        assert_true(svg_has(in_folder("x.svg"), "\n2.5 %\n1 ms\n1.2 ms\n1.5 ms\n3 ms\n9 ms\n"));
        assert_int_equal(svg_has(in_folder("x.svg"), "\nno samples\n"), sizes[i] == 0);
        assert_int_equal(svg_has(in_folder("x.svg"), "\np50 1.2 ms\n"), sizes[i] >= 2);
        assert_int_equal(svg_has(in_folder("x.svg"), "middle 90 %"), sizes[i] >= 20000);
        /* Very many points make no very large file. */
        free(load(in_folder("x.svg"), &length));
        assert_true(length < 1500000);
    }
    free(points);
    count_files(true);
}

static void test_all_lost(void **state)
{
    (void)state;
    struct rtt_plot_point points[30] = {{0, 0, RTT_PLOT_SAMPLE}};
    for (size_t i = 0; i < 30; i++)
        points[i] = (struct rtt_plot_point){(double)i, (double)NAN, RTT_PLOT_LOST};
    struct rtt_plot_target target = {"198.18.0.2:443", points,      30,          0,
                                     (double)NAN,      (double)NAN, (double)NAN, (double)NAN,
                                     (double)NAN,      100};
    struct rtt_plot plot = {"t", NULL, NULL, &target, 1};
    write_all(&plot);
    assert_true(svg_has(in_folder("x.svg"), "\nno round trip was measured\n"));
    assert_true(svg_has(in_folder("x.svg"), "\n100 %\n–\n–\n–\n–\n–\n"));
    assert_true(svg_has(in_folder("x.svg"), "\nlost\n"));
    assert_true(svg_has(in_folder("x.svg"), "\ntimes: source unknown\n"));
    count_files(true);
}

static void test_kinds(void **state)
{
    (void)state;
    struct rtt_plot_point points[] = {
        {0, 1, RTT_PLOT_SAMPLE},
        {1, 2, RTT_PLOT_REFUSED},
        {2, (double)NAN, RTT_PLOT_LOST},
        {3, (double)NAN, RTT_PLOT_AMBIGUOUS},
        {4, 900, RTT_PLOT_LATE},
        {5, (double)NAN, RTT_PLOT_LATE},
        {6, (double)NAN, RTT_PLOT_UNREACHABLE},
    };
    static const char *const words[] = {
#define X(id, word) "\n" word "\n",
        RTT_PLOT_TABLE(X)
#undef X
    };
    struct rtt_plot_target target = target_of("a:1", points, 7);
    struct rtt_plot plot = {"t", NULL, "s", &target, 1};
    write_all(&plot);
    for (size_t i = 0; i < RTT_PLOT_COUNT; i++)
        assert_true(svg_has(in_folder("x.svg"), words[i]));
    assert_true(svg_has(in_folder("x.svg"), "\nno RTT\n"));
    assert_true(svg_has(in_folder("x.svg"), "(ms, logarithmic)"));
    /* What does not occur is not explained: "lost" stays as the table's heading. */
    target.count = 1;
    write_all(&plot);
    assert_false(svg_has(in_folder("x.svg"), "\nrefused\n"));
    assert_false(svg_has(in_folder("x.svg"), "\nno RTT\n"));
    assert_false(svg_has(in_folder("x.svg"), "logarithmic"));
    count_files(true);
}

static void test_many_targets(void **state)
{
    (void)state;
    struct rtt_plot_point *points = make_points(60);
    struct rtt_plot_target targets[11];
    char names[11][32];
    for (size_t i = 0; i < 11; i++) {
        snprintf(names[i], sizeof names[i], "host%zu.example:443", i);
        targets[i] = target_of(names[i], points, 60);
    }
    struct rtt_plot plot = {"t", "s", "s", targets, 11};
    write_all(&plot);
    assert_true(svg_has(in_folder("x.svg"), "\nhost7.example:443\n"));
    assert_true(svg_has(in_folder("x.svg"), "\nnot drawn (3 more): host8.example:443, host9.example"
                                            ":443, host10.example:443\n"));
    plot.count = 8;
    write_all(&plot);
    assert_false(svg_has(in_folder("x.svg"), "not drawn"));
    /* One target's rules and labels are none of several targets'. */
    assert_false(svg_has(in_folder("x.svg"), "\np50 "));
    free(points);
    count_files(true);
}

/* No number, however bad, spoils the file. */
static void test_bad_numbers(void **state)
{
    (void)state;
    static const double bad[] = {
        (double)NAN, (double)INFINITY, -(double)INFINITY, -1,     0,     -0.0,
        1e300,       DBL_MAX,          -DBL_MAX,          5e-324, 1e-12, 1,
    };
    enum { COUNT = sizeof bad / sizeof bad[0] };
    struct rtt_plot_point points[COUNT * COUNT];
    for (size_t i = 0; i < (size_t)COUNT * COUNT; i++)
        points[i] = (struct rtt_plot_point){bad[i / COUNT], bad[i % COUNT],
                                            (enum rtt_plot_kind)(i % RTT_PLOT_COUNT)};
    struct rtt_plot_target target = {
        "b",     points, (size_t)COUNT * COUNT, INT64_MIN, (double)NAN, -(double)INFINITY, 1e300,
        DBL_MAX, -1,     (double)INFINITY};
    struct rtt_plot plot = {"t", NULL, "s", &target, 1};
    write_all(&plot);
    /* Each pair of two bad ones alone. */
    for (size_t i = 0; i + 1 < (size_t)COUNT * COUNT; i++) {
        struct fault fault = {0};
        target.points = &points[i];
        target.count = 2;
        assert_int_equal(rtt_plot_write(in_folder("x.svg"), &plot, &fault), 0);
        assert_false(svg_has(in_folder("x.svg"), "nan"));
    }
    count_files(true);
}

static void test_names(void **state)
{
    (void)state;
    char name[2000];
    memset(name, 'w', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct rtt_plot_target targets[9];
    for (size_t i = 0; i < 9; i++)
        targets[i] = target_of(i % 2 ? name : "\xff\x1b[31m<b>&\"'", NULL, 0);
    struct rtt_plot plot = {name, name, "\xc3", targets, 9};
    write_all(&plot);
    plot = (struct rtt_plot){"", "", "", NULL, 0};
    write_all(&plot);
    count_files(true);
}

static void test_errors(void **state)
{
    (void)state;
    struct rtt_plot plot = {"t", NULL, NULL, NULL, 0};
    struct fault fault = {0};
    assert_int_equal(rtt_plot_write("x.jpeg", &plot, &fault), -FAULT_USAGE);
    assert_int_equal(rtt_plot_write("/no-such-folder/x.svg", &plot, &fault), -FAULT_IO);
    assert_int_equal(symlink("/dev/full", in_folder("full.png")), 0);
    assert_int_equal(rtt_plot_write(in_folder("full.png"), &plot, &fault), -FAULT_IO);
    assert_int_equal(rtt_plot_write(in_folder("full.png"), &plot, NULL), -FAULT_IO);
    assert_int_equal(count_files(true), 1);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
#ifndef HAVE_CAIRO
        cmocka_unit_test(test_without),
#else
        cmocka_unit_test(test_sizes),       cmocka_unit_test(test_all_lost),
        cmocka_unit_test(test_kinds),       cmocka_unit_test(test_many_targets),
        cmocka_unit_test(test_bad_numbers), cmocka_unit_test(test_names),
        cmocka_unit_test(test_errors),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
