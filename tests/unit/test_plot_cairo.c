/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The library of pictures: loaded when it is wanted, and what is said where it cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#ifdef HAVE_CAIRO
#include "report/plot_cairo.h"

/* Whether the fault names the library, its package, and this from the loader. */
static void assert_said(const char *library, const char *words)
{
    struct fault fault = {0};
    struct plot_cairo before, table;
    memset(&table, 0, sizeof table);
    before = table;
    assert_int_equal(plot_cairo_load_from(library, &table, &fault), -FAULT_SYSTEM);
    assert_memory_equal(&table, &before, sizeof table);
    assert_non_null(strstr(fault.what, "--plot needs the library "));
    assert_non_null(strstr(fault.what, library));
    assert_non_null(strstr(fault.what, "(Debian: libcairo2), which cannot be loaded: "));
    if (!strstr(fault.what, words))
        fail_msg("no '%s' in: %s", words, fault.what);
}

static void test_missing(void **state)
{
    (void)state;
    assert_said("libnosuch.so.2", "cannot open shared object file");
}

/* A library of that name without the functions, such as an old one. */
static void test_other(void **state)
{
    (void)state;
    assert_said("libc.so.6", "cairo_arc");
}

static void test_load(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct plot_cairo table;
    assert_null(cairo.create);
    if (plot_cairo_load(&fault))
        fail_msg("%s", fault.what);
    assert_int_equal(plot_cairo_load(&fault), 0);
    assert_int_equal(plot_cairo_load_from(PLOT_CAIRO_LIBRARY, &table, &fault), 0);
    /* The same library each time, and each function in its own place. */
    assert_memory_equal(&table, &cairo, sizeof table);
    assert_string_equal(cairo.status_to_string(CAIRO_STATUS_NO_MEMORY), "out of memory");
#define X(name) assert_non_null(cairo.name);
    PLOT_CAIRO_TABLE(X)
#undef X
    assert_int_equal(fault.code, FAULT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_missing),
        cmocka_unit_test(test_other),
        cmocka_unit_test(test_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else
#include "report/plot.h"

/* test_plot.c has what such a build says. */
static void test_none(void **state)
{
    (void)state;
    struct fault fault = {0};
    assert_int_equal(plot_check_path("x.svg", &fault), -FAULT_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_none)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
