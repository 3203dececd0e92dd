/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of a series as a table, and how times and shares are written in it. */
#include "report/rtt_parts.h"

#include <inttypes.h>

#include "base/text.h"
#include "report/page.h"
#include "report/table.h"

#define FIGURES_MAX 6

static const struct unit {
    uint64_t ns;
    const char *name, *ascii;
    unsigned decimals; /* down to a nanosecond */
} units[] = {
    {UINT64_C(1000), "µs", "us", 3},
    {UINT64_C(1000000), "ms", "ms", 6},
    {UINT64_C(1000000000), "s", "s", 9},
};
#define UNIT_COUNT (sizeof units / sizeof units[0])

static unsigned digits_of(uint64_t value)
{
    unsigned digits = 1;
    while (value >= 10) {
        value /= 10;
        digits++;
    }
    return digits;
}

static uint64_t ten_to_the(unsigned power)
{
    uint64_t value = 1;
    while (power-- > 0)
        value *= 10;
    return value;
}

void rtt_show_time(const struct style *style, double ms, unsigned figures, bool strip,
                   char text[RTT_TEXT_SIZE])
{
    size_t at = 0;
    text[0] = '\0';
    if (!isfinite(ms))
        return;
    /* Durations of more than a quarter of an hour are no matter of many figures. */
    if (fabs(ms) < 0.001 || fabs(ms) >= 1e6) {
        page_show_duration(style, ms, text, RTT_TEXT_SIZE);
        return;
    }
    uint64_t ns = (uint64_t)llround(fabs(ms) * 1e6), whole, step;
    unsigned decimals;
    const struct unit *unit;
    /* Rounding up may bring one digit more, or the next unit: then the round number is shown. */
    for (int pass = 0;; pass++) {
        size_t i = 0;
        while (i + 1 < UNIT_COUNT && ns >= units[i + 1].ns)
            i++;
        unit = &units[i];
        unsigned digits = digits_of(ns / unit->ns);
        decimals = figures > digits ? figures - digits : 0;
        if (decimals > unit->decimals)
            decimals = unit->decimals;
        step = unit->ns / ten_to_the(decimals);
        if (pass > 0)
            break;
        ns = (ns + step / 2) / step * step;
    }
    whole = ns / unit->ns;
    uint64_t fraction = ns % unit->ns / step;
    while (strip && decimals > 0 && fraction % 10 == 0) {
        fraction /= 10;
        decimals--;
    }
    text_append(text, RTT_TEXT_SIZE, &at, "%s%" PRIu64, ms < 0 ? "-" : "", whole);
    if (decimals > 0)
        text_append(text, RTT_TEXT_SIZE, &at, ".%0*" PRIu64, (int)decimals, fraction);
    text_append(text, RTT_TEXT_SIZE, &at, " %s", style->utf8 ? unit->name : unit->ascii);
}

unsigned rtt_figures(double min_ms, double max_ms)
{
    unsigned figures = 3;
    if (!(max_ms > min_ms) || !isfinite(max_ms))
        return figures;
    /* The last figure of the largest, as long as the span would have only a few steps of it. */
    double step = pow(10, floor(log10(max_ms)) - 2);
    while (figures < FIGURES_MAX && step * 10 > max_ms - min_ms) {
        step /= 10;
        figures++;
    }
    return figures;
}

void rtt_show_percent(double percent, char text[RTT_TEXT_SIZE])
{
    size_t at = 0;
    text[0] = '\0';
    if (!isfinite(percent))
        return;
    if (percent > 0 && percent < 0.01) {
        text_append(text, RTT_TEXT_SIZE, &at, "<0.01 %%");
        return;
    }
    /* In hundredths: two decimals below 0.1 % and next to 100 %, one below 10 %, none above. */
    long hundredths = lround(percent * 100);
    if (hundredths == 10000 && percent < 100)
        hundredths = 9999;
    if (hundredths >= 10 && hundredths < 1000)
        hundredths = (hundredths + 5) / 10 * 10;
    else if (hundredths >= 1000 && hundredths < 9950)
        hundredths = (hundredths + 50) / 100 * 100;
    if (hundredths % 100 == 0)
        text_append(text, RTT_TEXT_SIZE, &at, "%ld %%", hundredths / 100);
    else if (hundredths % 10 == 0)
        text_append(text, RTT_TEXT_SIZE, &at, "%ld.%ld %%", hundredths / 100, hundredths / 10 % 10);
    else
        text_append(text, RTT_TEXT_SIZE, &at, "%ld.%02ld %%", hundredths / 100, hundredths % 100);
}

/* ---- the table ---- */

struct row {
    const char *name;
    char value[RTT_TEXT_SIZE], n[RTT_TEXT_SIZE], interval[2 * RTT_TEXT_SIZE];
};

struct figures {
    const struct style *style;
    unsigned precision;
    bool intervals;
    size_t count;
    struct row rows[9];
};

static const char *figures_heading(const void *context, size_t column)
{
    static const char *const headings[] = {"round trip", "", "n", "95 % interval"};
    (void)context;
    return headings[column];
}

static const char *figures_cell(const void *context, size_t row, size_t column,
                                char text[FIELD_TEXT_SIZE])
{
    const struct figures *figures = context;
    const struct row *at = &figures->rows[row];
    const char *const cells[] = {at->name, at->value, at->n, at->interval};
    (void)text;
    return cells[column];
}

static bool figures_right(const void *context, size_t column)
{
    (void)context;
    return column == 1 || column == 2;
}

static void add(struct figures *figures, const char *name, double ms, unsigned precision, int64_t n)
{
    if (!isfinite(ms))
        return;
    struct row *row = &figures->rows[figures->count++];
    size_t at = 0;
    *row = (struct row){.name = name};
    rtt_show_time(figures->style, ms, precision, false, row->value);
    if (n != RECORD_UNKNOWN)
        text_append(row->n, sizeof row->n, &at, "%" PRId64, n);
}

static void add_interval(struct figures *figures, double low, double high)
{
    if (!isfinite(low) || !isfinite(high) || figures->count == 0)
        return;
    struct row *row = &figures->rows[figures->count - 1];
    char from[RTT_TEXT_SIZE], to[RTT_TEXT_SIZE];
    size_t at = 0;
    rtt_show_time(figures->style, low, figures->precision, false, from);
    rtt_show_time(figures->style, high, figures->precision, false, to);
    text_append(row->interval, sizeof row->interval, &at, "%s to %s", from, to);
    figures->intervals = true;
}

void rtt_put_figures(const struct rtt_record *record, const struct style *style, FILE *stream)
{
    unsigned precision = rtt_figures(record->min_ms, record->max_ms);
    struct figures figures = {.style = style, .precision = precision};
    add(&figures, "min", record->min_ms, precision, record->n);
    add(&figures, "mean", record->mean_ms, precision, record->n);
    add(&figures, "p50", record->p50_ms, precision, record->n);
    if (isfinite(record->p50_ms))
        add_interval(&figures, record->p50_low_ms, record->p50_high_ms);
    add(&figures, "p90", record->p90_ms, precision, record->n);
    add(&figures, "p95", record->p95_ms, precision, record->n);
    add(&figures, "p99", record->p99_ms, precision, record->n);
    add(&figures, "max", record->max_ms, precision, record->n);
    add(&figures, "mdev", record->mdev_ms, 3, record->n);
    add(&figures, "jitter", record->jitter_ms, 3, record->jitter_n);
    if (figures.count == 0)
        return;
    const struct table table = {
        .style = style,
        .stream = stream,
        .indent = PAGE_INDENT,
        .rows = figures.count,
        .columns = figures.intervals ? 4 : 3,
        .heading = figures_heading,
        .cell = figures_cell,
        .right = figures_right,
        .context = &figures,
    };
    fputc('\n', stream);
    table_show(&table);
}
