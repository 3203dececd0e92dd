/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Part of the audit's picture: its figures in words. */
#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "report/isn_plot_parts.h"

#define LINE  10.6
#define NAMES 62.0 /* the left column */

struct table {
    struct isn_sheet *sheet;
    struct plot_panel panel;
    double y;
};

static void line(struct table *table, const char *name, const char *text)
{
    struct plot_type faint = {7.8, PLOT_FAINT, PLOT_LEFT, false, false};
    struct plot_type ink = {7.8, PLOT_INK, PLOT_LEFT, false, false};
    const struct plot_panel *panel = &table->panel;

    if (table->y > panel->y + panel->height + 26)
        return;
    plot_text(table->sheet->plot, &faint, panel->x, table->y, NAMES, name);
    plot_text(table->sheet->plot, &ink, panel->x + NAMES + 4, table->y, panel->width - NAMES + 8,
              text);
    table->y += LINE;
}

/* "1,234", "2.1·10⁹"; "–" for what is not known. */
static const char *big(double value, char text[32])
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char digits[PLOT_TICK_TEXT];
    int exponent;

    if (!isfinite(value)) {
        snprintf(text, 32, "–");
    } else if (fabs(value) < 1e7 || fabs(value) > 1e98) {
        isn_plot_count(value, text);
    } else {
        exponent = (int)floor(log10(fabs(value)));
        plot_number(value / pow(10, exponent), 1, digits);
        snprintf(text, 32, "%s·10%s%s", digits, exponent >= 10 ? raised[exponent / 10] : "",
                 raised[exponent % 10]);
    }
    return text;
}

static void samples_line(struct table *table)
{
    const struct isn_samples *samples = table->sheet->samples;
    char fixed[32], varying[32], seconds[PLOT_TICK_TEXT], text[160];
    double unit, duration = table->sheet->audit->duration;
    const char *name;

    if (!isfinite(duration) || duration < 0)
        duration = 0;
    name = plot_unit_s(duration, &unit);
    plot_number(duration / unit, duration / unit < 100, seconds);
    snprintf(text, sizeof text, "%s fixed, %s ever new tuples, %s %s",
             isn_plot_count((double)samples->fixed_count, fixed),
             isn_plot_count((double)samples->varying_count, varying), seconds, name);
    line(table, "samples", text);
}

static void clock_lines(struct table *table)
{
    const struct isn_clock *clock = &table->sheet->audit->clock;
    const struct isn_per_connection *each = &table->sheet->audit->connection;
    char number[32], low[PLOT_TICK_TEXT], duration[32], text[160];
    size_t at = 0;

    if (clock->found && isfinite(clock->rate)) {
        plot_number(clock->rate, 3, low);
        text_append(text, sizeof text, &at, "%s/s",
                    clock->rate < 1000 ? low : isn_plot_count(clock->rate, number));
        if (isfinite(clock->high) && isfinite(clock->low) && clock->low < clock->high) {
            double half = (clock->high - clock->low) / 2;
            plot_number(half, half < 0.1 ? 3 : half < 10, low);
            text_append(text, sizeof text, &at, " ± %s", low);
        }
        if (isfinite(clock->residual) && clock->residual >= 0 && clock->residual < 1e6) {
            text_show_duration(llround(clock->residual * 1e9), "µ", duration, sizeof duration);
            text_append(text, sizeof text, &at, ", jitter %s", duration);
        }
        line(table, "clock", text);
        if (clock->name) {
            at = 0;
            text_append(text, sizeof text, &at, "%s", clock->name);
            if (isfinite(clock->ppm)) {
                plot_number(clock->ppm, 1, low);
                text_append(text, sizeof text, &at, ", %s%s ppm", clock->ppm > 0 ? "+" : "", low);
            }
            line(table, "", text);
        }
    } else {
        line(table, "clock", "none was found");
    }
    if (each->found) {
        snprintf(text, sizeof text, "%s%s", isn_plot_count(each->k, number),
                 each->exact ? "" : " (mean)");
        line(table, "a connection", text);
    }
}

static void class_lines(struct table *table)
{
    const struct isn_audit *audit = table->sheet->audit;
    char text[160], number[PLOT_TICK_TEXT];

    if (audit->recovered && audit->prng.name)
        line(table, "generator", audit->prng.name);
    if (audit->backend_count > 1) {
        snprintf(text, sizeof text, "%zu", audit->backend_count);
        line(table, audit->class == ISN_CLASS_MIXTURE ? "servers" : "keys", text);
    }
    if (audit->class == ISN_CLASS_RFC6528_SHORT_HASH && isfinite(audit->tuple.hash_bits)) {
        plot_number(audit->tuple.hash_bits, 1, number);
        snprintf(text, sizeof text, "%s bits wide", number);
        line(table, "hash", text);
    }
    if (audit->class == ISN_CLASS_REDUCED_ENTROPY && isfinite(audit->entropy.bits)) {
        plot_number(audit->entropy.bits, 1, number);
        snprintf(text, sizeof text, "%s bits", number);
        line(table, "entropy", text);
    }
}

/* Packets for a 50 % chance. */
static void price_line(struct table *table, const char *name, const struct isn_price *price)
{
    char n50[32], low[32], high[32], text[160];
    size_t at = 0;

    if (!isfinite(price->n50))
        return;
    text_append(text, sizeof text, &at, "%s", big(price->n50, n50));
    if (isfinite(price->low) && isfinite(price->high) && price->low != price->high)
        text_append(text, sizeof text, &at, " (%s … %s)", big(price->low, low),
                    big(price->high, high));
    line(table, name, text);
}

static void comparison_lines(struct table *table)
{
    const struct isn_audit *audit = table->sheet->audit;
    char text[160], number[PLOT_TICK_TEXT], low[PLOT_TICK_TEXT], high[PLOT_TICK_TEXT];

    if (isfinite(audit->certified_bits)) {
        plot_number(audit->certified_bits, 1, number);
        snprintf(text, sizeof text, "at least %s bits of collision entropy", number);
        line(table, "certified", text);
    }
    if (audit->has_phase) {
        plot_number(audit->phase.feasibility * 100, 1, number);
        plot_number(audit->phase.low * 100, 1, low);
        plot_number(audit->phase.high * 100, 1, high);
        snprintf(text, sizeof text, "%s %% (%s … %s) in %d guesses", number, low, high,
                 ISN_PHASE_BUDGET);
        line(table, "phase space", text);
    }
}

void isn_plot_figures(struct isn_sheet *sheet, struct plot_panel panel)
{
    struct table table = {sheet, panel, panel.y - 2};
    const struct isn_audit *audit = sheet->audit;

    table.panel.x -= 40;
    table.panel.width += 40;
    plot_text(sheet->plot, &(struct plot_type){9, PLOT_INK, PLOT_LEFT, true, false}, table.panel.x,
              panel.y - 16, panel.width, panel.title);
    samples_line(&table);
    clock_lines(&table);
    class_lines(&table);
    if (isfinite(audit->cross.n50) || isfinite(audit->same.n50) || isfinite(audit->window.n50))
        line(&table, "guessing", "packets for a 50 % chance:");
    price_line(&table, "  other tuple", &audit->cross);
    price_line(&table, "  same tuple", &audit->same);
    price_line(&table, "  in the window", &audit->window);
    comparison_lines(&table);
}
