/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numerical library does not end the program. */
#include "stat/library.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

/* An inverse whose iteration does not end, as with a million pairs of equal numbers. */
static void test_no_end(void **state)
{
    (void)state;
    stat_library_begin();
    for (double pairs = 1; pairs < 1e12; pairs *= 3) {
        double limit = gsl_cdf_chisq_Pinv(0.95, 2 * pairs + 2);

        assert_true(isnan(limit) || limit > 0);
    }
}

/* And one that is asked for what is not there. */
static void test_domain(void **state)
{
    (void)state;
    stat_library_begin();
    assert_true(isnan(gsl_cdf_chisq_Pinv(2, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_end),
        cmocka_unit_test(test_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
