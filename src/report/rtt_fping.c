/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A series as fping -C writes it. */
#include <locale.h>
#include <math.h>
#include <string.h>

#include "report/rtt_text.h"

/* As fping 5.1: three figures and no more than three decimals, chosen before rounding. */
static void put_time(FILE *stream, double ms)
{
    char text[64];
    if (ms < 1e6)
        snprintf(text, sizeof text, "%.*f", ms < 1 ? 3 : ms < 10 ? 2 : ms < 100 ? 1 : 0, ms);
    else
        snprintf(text, sizeof text, "%.3e", ms);
    const char *point = localeconv()->decimal_point;
    size_t length = strlen(point);
    char *found = length > 0 ? strstr(text, point) : NULL;
    if (found) {
        *found = '.';
        memmove(found + 1, found + length, strlen(found + length) + 1);
    }
    fputs(text, stream);
}

void rtt_fping_line(FILE *stream, const char *target, const double *rtt_ms, size_t count)
{
    const struct style plain = {.width = 80, .utf8 = true};
    style_put(&plain, stream, target, strlen(target));
    fputs(" :", stream);
    for (size_t i = 0; i < count; i++) {
        fputc(' ', stream);
        if (isfinite(rtt_ms[i]) && rtt_ms[i] >= 0)
            put_time(stream, rtt_ms[i]);
        else
            fputc('-', stream);
    }
    fputc('\n', stream);
}
