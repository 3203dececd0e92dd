/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of an audit in words: chances, packets, times, numbers. */
#include "report/isn_figures.h"

#include <math.h>

#include "base/text.h"

/* From here on figures are rounded to words. */
#define EXACT_MOST 99999

void isn_show_number(double number, char text[ISN_FIGURE_SIZE])
{
    size_t at = 0;
    double size = fabs(number);
    text[0] = '\0';
    if (!isfinite(number))
        return;
    if (number == 0)
        number = 0; /* without a sign */
    /* As many decimals as make four digits, and none that are 0. */
    int decimals = size >= 1e6 || number == floor(number) ? 0
                   : size >= 1e3                          ? 1
                   : size >= 10                           ? 2
                   : size >= 1                            ? 3
                                                          : 4;
    text_append(text, ISN_FIGURE_SIZE, &at, "%.*f", decimals, number);
    if (decimals > 0) {
        while (text[at - 1] == '0')
            text[--at] = '\0';
        if (text[at - 1] == '.')
            text[--at] = '\0';
    }
    if (number != 0 && text[0] == '0' && text[1] == '\0') {
        at = 0;
        text_append(text, ISN_FIGURE_SIZE, &at, "%.2g", number);
    }
}

void isn_show_within(double number, double low, double high, char text[ISN_FIGURE_SIZE])
{
    double half = (high - low) / 2;
    size_t at = 0;
    if (!isfinite(number) || !isfinite(half) || half <= 0) {
        isn_show_number(number, text);
        return;
    }
    double decimals = ceil(0.5 - log10(half)); /* two or three figures of it */
    text_append(text, ISN_FIGURE_SIZE, &at, "%.*f",
                decimals < 0   ? 0
                : decimals > 6 ? 6
                               : (int)decimals,
                number);
}

void isn_show_chance(double log10_p, char text[ISN_FIGURE_SIZE])
{
    size_t at = 0;
    text[0] = '\0';
    if (isnan(log10_p))
        return;
    double power = log10_p > 0 ? 0 : -log10_p;
    if (power < 0.3)
        text_append(text, ISN_FIGURE_SIZE, &at, "likely");
    else if (power < 4)
        text_append(text, ISN_FIGURE_SIZE, &at, "1 in %.0f", floor(pow(10, power) * (1 + 1e-9)));
    else if (power < 9999)
        text_append(text, ISN_FIGURE_SIZE, &at, "1 in 10^%.0f", floor(power));
    else
        text_append(text, ISN_FIGURE_SIZE, &at, "1 in 10^9999");
}

/* "8.4": two figures where the first is small, and no ".0". */
static void append_round(char *text, size_t *at, double value)
{
    int decimals = value < 9.95 && fabs(value - round(value)) >= 0.05;
    text_append(text, ISN_FIGURE_SIZE, at, "%.*f", decimals, value);
}

static const struct {
    double size;
    const char *word;
} scales[] = {{1e12, "trillion"}, {1e9, "billion"}, {1e6, "million"}, {1e3, "thousand"}};
#define SCALE_COUNT (sizeof scales / sizeof scales[0])

/* The first scale in which the count is not rounded to 1000; SCALE_COUNT: it needs none. */
static size_t scale_of(double count)
{
    size_t scale = 0;
    if (count <= EXACT_MOST)
        return SCALE_COUNT;
    while (scale + 1 < SCALE_COUNT && count < 0.9995 * scales[scale].size)
        scale++;
    return scale;
}

void isn_show_count(double count, char text[ISN_FIGURE_SIZE])
{
    size_t at = 0, scale = scale_of(count);
    text[0] = '\0';
    if (isnan(count))
        return;
    if (!isfinite(count) || count >= 1e15) {
        text_append(text, ISN_FIGURE_SIZE, &at, "too many");
        return;
    }
    if (scale == SCALE_COUNT) {
        text_append(text, ISN_FIGURE_SIZE, &at, "%.0f", ceil(count - 1e-9));
        return;
    }
    append_round(text, &at, count / scales[scale].size);
    text_append(text, ISN_FIGURE_SIZE, &at, " %s", scales[scale].word);
    double power = log2(count);
    if (fabs(power - round(power)) < 0.005)
        text_append(text, ISN_FIGURE_SIZE, &at, " (2^%.0f)", round(power));
}

void isn_show_range(double low, double high, char text[ISN_FIGURE_SIZE])
{
    size_t at = 0, scale = scale_of(high);
    text[0] = '\0';
    if (!isfinite(low) || !isfinite(high))
        return;
    if (scale == SCALE_COUNT) {
        text_append(text, ISN_FIGURE_SIZE, &at, "%.0f to %.0f", low, high);
        return;
    }
    append_round(text, &at, low / scales[scale].size);
    text_append(text, ISN_FIGURE_SIZE, &at, " to ");
    append_round(text, &at, high / scales[scale].size);
    text_append(text, ISN_FIGURE_SIZE, &at, " %s", scales[scale].word);
}

void isn_show_time(double seconds, char text[ISN_FIGURE_SIZE])
{
    static const struct {
        double seconds;
        const char *unit;
        bool counted; /* the unit has a plural */
    } units[] = {
        {365.25 * 86400, "year", true},
        {86400, "day", true},
        {3600, "hour", true},
        {60, "min", false},
        {1, "s", false},
    };
    size_t at = 0;
    text[0] = '\0';
    if (isnan(seconds))
        return;
    if (seconds < 0.1) {
        text_append(text, ISN_FIGURE_SIZE, &at, "at once");
        return;
    }
    if (!isfinite(seconds) || seconds > 1e12) {
        text_append(text, ISN_FIGURE_SIZE, &at, "for ever");
        return;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        /* 2 of a small unit say more than 1 of the next. */
        double least = units[i].counted ? 1.5 * units[i].seconds : units[i].seconds;
        if (units[i].seconds > 1 && seconds < least * 0.995)
            continue;
        append_round(text, &at, seconds / units[i].seconds);
        text_append(text, ISN_FIGURE_SIZE, &at, " %s%s", units[i].unit,
                    units[i].counted ? "s" : "");
        return;
    }
}
