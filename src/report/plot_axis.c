/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges, places and round ticks of a diagram's axes. */
#include "report/plot_axis.h"

#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* A range this narrow against its values would have ticks that cannot be told apart. */
#define NARROWEST 1e-9
/* More decades than this have ticks only where there is a text. */
#define TICK_DECADES 40

static double unit_of(const struct plot_axis *axis)
{
    return axis->unit > 0 ? axis->unit : 1;
}

void plot_axis_fit(struct plot_axis *axis, double low, double high)
{
    assert(isfinite(low) && isfinite(high) && low <= high);
    if (axis->scale == PLOT_SCALE_LOG) {
        assert(low > 0);
        /* At least a factor of two, so that there is a tick in it. */
        double decades = log10(high) - log10(low);
        double room = decades < 0.3 ? 1.4 : fmax(pow(10, decades * 0.04), 1.05);
        axis->from = fmax(low / room, DBL_MIN);
        axis->to = fmin(high * room, DBL_MAX);
        return;
    }
    double span = high - low;
    if (span <= fabs(high) * NARROWEST)
        span = high != 0 ? fabs(high) * 0.5 : 1;
    axis->from = low >= 0 && low < span ? 0 : low - span * 0.1;
    axis->to = high + span * 0.08;
}

/* How far along, before the range is laid over it. */
static double stretch(const struct plot_axis *axis, double value)
{
    switch (axis->scale) {
    case PLOT_SCALE_LINEAR:
        return value;
    case PLOT_SCALE_LOG:
        return value > 0 ? log10(value) : (double)NAN;
    case PLOT_SCALE_TAIL:
        return value < 100 ? -log10(1 - value / 100) : (double)INFINITY;
    case PLOT_SCALE_COUNT:
        break;
    }
    return (double)NAN;
}

double plot_axis_place(const struct plot_axis *axis, double value)
{
    double from = stretch(axis, axis->from), to = stretch(axis, axis->to);
    double place = (stretch(axis, value) - from) / (to - from);
    return isnan(value) ? (double)NAN : place;
}

double plot_axis_value(const struct plot_axis *axis, double place)
{
    double from = stretch(axis, axis->from), to = stretch(axis, axis->to);
    double stretched = from + place * (to - from);
    switch (axis->scale) {
    case PLOT_SCALE_LINEAR:
        return stretched;
    case PLOT_SCALE_LOG:
        return pow(10, stretched);
    case PLOT_SCALE_TAIL:
        return 100 * (1 - pow(10, -stretched));
    case PLOT_SCALE_COUNT:
        break;
    }
    return (double)NAN;
}

void plot_number(double value, unsigned decimals, char text[PLOT_TICK_TEXT])
{
    int64_t scale = 1;
    if (decimals > 9)
        decimals = 9;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    double scaled = fabs(value) * (double)scale;
    if (!(scaled < 9e15)) { /* also what is not a number */
        snprintf(text, PLOT_TICK_TEXT, "%s%s", value < 0 ? "-" : "",
                 isfinite(value) ? "huge" : "?");
        return;
    }
    int64_t whole = llround(scaled);
    const char *sign = value < 0 && whole != 0 ? "-" : "";
    if (decimals == 0)
        snprintf(text, PLOT_TICK_TEXT, "%s%" PRId64, sign, whole);
    else
        snprintf(text, PLOT_TICK_TEXT, "%s%" PRId64 ".%0*" PRId64, sign, whole / scale,
                 (int)decimals, whole % scale);
}

/* Decimal places that a multiple of `step` needs. */
static unsigned decimals_of(double step)
{
    double digits = -floor(log10(step) + 1e-9);
    return digits <= 0 ? 0 : digits >= 9 ? 9 : (unsigned)digits;
}

/* One more tick, unless there is one at that value or no room. */
static void add(struct plot_tick *ticks, size_t *count, double value, bool minor, const char *text)
{
    if (*count >= PLOT_TICKS_MAX)
        return;
    struct plot_tick *tick = &ticks[(*count)++];
    *tick = (struct plot_tick){.value = value, .minor = minor};
    snprintf(tick->text, sizeof tick->text, "%s", text);
}

/* Steps of 1, 2 or 5 times a power of ten. */
static size_t linear_ticks(const struct plot_axis *axis, unsigned wanted, struct plot_tick *ticks)
{
    double unit = unit_of(axis), from = axis->from / unit, to = axis->to / unit;
    double rough = (to - from) / wanted;
    double step = pow(10, floor(log10(rough)));
    if (!isfinite(step) || step <= 0)
        return 0;
    double factor = rough / step;
    step *= factor <= 1.2 ? 1 : factor <= 2.5 ? 2 : factor <= 6 ? 5 : 10;
    size_t count = 0;
    double slack = step * 1e-6;
    double first = ceil((from - slack) / step);
    for (int i = 0; (first + i) * step <= to + slack && i < PLOT_TICKS_MAX; i++) {
        char text[PLOT_TICK_TEXT];
        plot_number((first + i) * step, decimals_of(step), text);
        add(ticks, &count, (first + i) * step * unit, false, text);
    }
    return count;
}

/* Tens, and between them 2 and 5 where there is room; all others as minor ones. */
static size_t log_ticks(const struct plot_axis *axis, unsigned wanted, struct plot_tick *ticks)
{
    double unit = unit_of(axis), from = axis->from / unit, to = axis->to / unit;
    double decades = log10(to) - log10(from);
    if (decades < 0.5)
        return linear_ticks(axis, wanted, ticks);
    /* A tick each so many decades, and which of the nine digits get a text. */
    int every = decades > wanted ? (int)ceil(decades / wanted) : 1;
    unsigned texts = every > 1 || decades * 2 > wanted ? 1 : decades * 3 > wanted ? 2 : 3;
    if (decades < 1.2)
        texts = 4;
    size_t count = 0;
    /* Beyond 1e±300 the products below leave what a double can tell apart. */
    int first = (int)fmax(floor(log10(from)), -300), last = (int)fmin(ceil(log10(to)), 300);
    for (int exponent = first; exponent <= last; exponent++) {
        for (int digit = 1; digit <= 9; digit++) {
            double value = digit * pow(10, exponent);
            bool named = digit == 1   ? exponent % every == 0
                         : texts == 4 ? digit <= 3 || digit == 5 || digit == 7
                         : texts == 3 ? digit == 2 || digit == 5
                         : texts == 2 ? digit == 3
                                      : false;
            bool crowded = decades > TICK_DECADES ? !named : every > 1 && digit > 1;
            if (crowded || value < from * (1 - 1e-9) || value > to * (1 + 1e-9))
                continue;
            char text[PLOT_TICK_TEXT] = "";
            if (named && (exponent < -9 || exponent > 12))
                snprintf(text, sizeof text, "%de%d", digit, exponent);
            else if (named)
                plot_number(value, exponent < 0 ? (unsigned)-exponent : 0, text);
            add(ticks, &count, value * unit, !named, text);
        }
    }
    return count;
}

static size_t tail_ticks(const struct plot_axis *axis, struct plot_tick *ticks)
{
    static const struct {
        double value;
        const char *text; /* "" a minor one */
    } round[] = {
        {0, "0"},         {25, ""},     {50, "50"},         {75, ""},       {90, "90"},
        {95, "95"},       {99, "99"},   {99.5, ""},         {99.9, "99.9"}, {99.95, ""},
        {99.99, "99.99"}, {99.995, ""}, {99.999, "99.999"}, {99.9995, ""},  {99.9999, "99.9999"},
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof round / sizeof round[0]; i++)
        if (round[i].value >= axis->from && round[i].value <= axis->to)
            add(ticks, &count, round[i].value, round[i].text[0] == '\0', round[i].text);
    return count;
}

size_t plot_axis_ticks(const struct plot_axis *axis, unsigned wanted,
                       struct plot_tick ticks[PLOT_TICKS_MAX])
{
    if (!(axis->from < axis->to) || !isfinite(axis->from) || !isfinite(axis->to))
        return 0;
    if (wanted < 2)
        wanted = 2;
    switch (axis->scale) {
    case PLOT_SCALE_LINEAR:
        return linear_ticks(axis, wanted, ticks);
    case PLOT_SCALE_LOG:
        return log_ticks(axis, wanted, ticks);
    case PLOT_SCALE_TAIL:
        return tail_ticks(axis, ticks);
    case PLOT_SCALE_COUNT:
        break;
    }
    return 0;
}

const char *plot_unit_ms(double ms, double *ret_unit)
{
    *ret_unit = ms < 1 ? 1e-3 : ms < 2000 ? 1 : 1000;
    return ms < 1 ? "µs" : ms < 2000 ? "ms" : "s";
}

const char *plot_unit_s(double seconds, double *ret_unit)
{
    *ret_unit = seconds < 1            ? 1e-3
                : seconds <= 180       ? 1
                : seconds <= 3 * 3600  ? 60
                : seconds <= 3 * 86400 ? 3600
                                       : 86400;
    return seconds < 1            ? "ms"
           : seconds <= 180       ? "s"
           : seconds <= 3 * 3600  ? "min"
           : seconds <= 3 * 86400 ? "h"
                                  : "d";
}
