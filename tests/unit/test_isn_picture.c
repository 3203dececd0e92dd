/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of `isn --plot`: their names, and what is written into them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/isn_picture.h"
#include "plot_check.h"

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        size_t number;
        const char *name;
    } cases[] = {
        {"isn.svg", 1, "isn.svg"},
        {"isn.svg", 2, "isn-2.svg"},
        {"isn.tar.PDF", 10, "isn.tar-10.PDF"},
        {"/a.b/isn", 3, "/a.b/isn-3"},
        {"../x.png", 18446744073709551615U, "../x-18446744073709551615.png"},
        {"", 2, "-2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *name = isn_picture_path(cases[i].path, cases[i].number);
        assert_non_null(name);
        assert_string_equal(name, cases[i].name);
        free(name);
    }
}

static void test_files(void **state)
{
    (void)state;
    struct isn_samples samples = {0};
    struct isn_audit audit = {
        .class = ISN_CLASS_INCONCLUSIVE, .certified_bits = (double)NAN, .duration = (double)NAN};
    struct isn_picture picture = {
        in_folder("isn.svg"), 1, "first:1", "a file", 0, &samples, &audit};
    struct fault fault = {0};

#ifndef HAVE_CAIRO
    assert_int_equal(isn_picture_check(picture.path, &fault), -FAULT_USAGE);
    assert_int_equal(isn_picture_write(&picture, &fault), -FAULT_USAGE);
    assert_non_null(strstr(fault.what, "no cairo"));
#else
    char path[512];
    snprintf(path, sizeof path, "%s", picture.path);
    picture.path = path;
    assert_int_equal(isn_picture_check(path, &fault), 0);
    assert_int_equal(count_files(false), 0);
    assert_int_equal(isn_picture_write(&picture, &fault), 0);
    picture.number = 2;
    picture.target = "second:1";
    picture.date = INT64_C(1772323205999999999);
    assert_int_equal(isn_picture_write(&picture, &fault), 0);
    assert_int_equal(count_files(false), 2);
    assert_true(svg_has(in_folder("isn.svg"), "\nfirst:1\n"));
    assert_true(svg_has(in_folder("isn.svg"), "\na file\n"));
    assert_true(svg_has(in_folder("isn-2.svg"), "\nsecond:1\n"));
    assert_true(svg_has(in_folder("isn-2.svg"), "\na file · 2026-03-01 00:00:05 UTC\n"));
    assert_int_equal(isn_picture_check("/no-such-folder/x.svg", &fault), -FAULT_IO);
    assert_int_equal(isn_picture_check("x.jpeg", &fault), -FAULT_USAGE);
    assert_int_equal(count_files(true), 2);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
