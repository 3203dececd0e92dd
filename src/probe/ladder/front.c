/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who answers: the tests in turn, then the verdicts on SYN cookies and on a proxy. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probe/ladder/front_parts.h"

void front_say(struct front_case *judged, enum front_test test, enum front_says says,
               const char *format, ...)
{
    struct front_row *row = &judged->front->tests[test];
    va_list arguments;

    row->says = says;
    va_start(arguments, format);
    vsnprintf(row->detail, sizeof row->detail, format, arguments);
    va_end(arguments);
}

void front_why(char why[FRONT_DETAIL_SIZE], const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, FRONT_DETAIL_SIZE, format, arguments);
    va_end(arguments);
}

void front_judge(const struct ladder_shot *shots, size_t count, const struct ladder_hold *hold,
                 const struct check *const checks[CHECK_SCRIPT_COUNT], const struct tsclock *clock,
                 struct ladder_front *ret_front)
{
    struct front_case judged = {.shots = shots,
                                .count = count,
                                .hold = hold,
                                .checks = checks,
                                .clock = clock,
                                .front = ret_front};

    memset(ret_front, 0, sizeof *ret_front);
    front_test_cookies(&judged);
    front_test_proxy(&judged);
    ret_front->cookies = front_judge_cookies(&judged);
    ret_front->proxy = front_judge_proxy(&judged);
}
