/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The histogram of a series, drawn with characters. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/page.h"
#include "report/rtt_parts.h"

/* So many empty bins in a row are drawn as one. */
#define GAP_BINS 3
/* Edges are round numbers: so many figures show them whole. */
#define EDGE_FIGURES 6
#define BAR_MIN      8
#define BAR_MAX      60

/* Columns that the labels and counts of all lines take. */
struct widths {
    size_t edges, count;
};

/* A line: one bin, or several empty ones. */
struct bar {
    char edges[2 * RTT_TEXT_SIZE + 8], count[RTT_TEXT_SIZE];
    int64_t value;
    size_t bins;
};

static struct bar bar_at(const struct record_list *list, size_t index, const struct style *style)
{
    const struct bin_record *bins = list->items;
    struct bar bar = {.value = bins[index].count, .bins = 1};
    char from[RTT_TEXT_SIZE], to[RTT_TEXT_SIZE];
    size_t empty = 0, at = 0;
    while (index + empty < list->count && bins[index + empty].count == 0)
        empty++;
    if (empty >= GAP_BINS)
        bar.bins = empty;
    rtt_show_time(style, bins[index].from_ms, EDGE_FIGURES, true, from);
    rtt_show_time(style, bins[index + bar.bins - 1].to_ms, EDGE_FIGURES, true, to);
    /* The unit of both stands with the second one. */
    char *from_unit = strchr(from, ' '), *to_unit = strchr(to, ' ');
    if (from_unit && to_unit && (strcmp(from_unit, to_unit) == 0 || bins[index].from_ms <= 0))
        *from_unit = '\0';
    text_append(bar.edges, sizeof bar.edges, &at, "%s %s %s", from, style->utf8 ? "–" : "-", to);
    at = 0;
    text_append(bar.count, sizeof bar.count, &at, "%" PRId64, bar.value);
    return bar;
}

static void widen(size_t *width, const char *text)
{
    size_t columns = style_columns(text);
    *width = columns > *width ? columns : *width;
}

static void put_right(FILE *stream, const char *text, size_t width)
{
    style_spaces(stream, width - style_columns(text));
    fputs(text, stream);
}

/* A bar in eighths of a character, or in whole ones; one of at least the smallest part. */
static void put_bar(const struct style *style, FILE *stream, int64_t value, int64_t largest,
                    size_t room)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (value <= 0)
        return;
    unsigned parts = style->utf8 ? 8 : 1;
    double share = (double)value / (double)largest;
    size_t length = (size_t)lround(share * (double)room * parts);
    if (length == 0)
        length = 1;
    fputs(style_tone(style, TONE_IN), stream);
    for (size_t i = 0; i < length / parts; i++)
        fputs(style->utf8 ? "█" : "#", stream);
    fputs(eighths[length % parts], stream);
    fputs(style_tone(style, TONE_PLAIN), stream);
}

void rtt_put_histogram(const struct rtt_record *record, const struct style *style, FILE *stream)
{
    const struct record_list *list = &record->histogram;
    struct widths widths = {0};
    int64_t largest = 0;
    for (size_t i = 0; i < list->count;) {
        struct bar bar = bar_at(list, i, style);
        widen(&widths.edges, bar.edges);
        widen(&widths.count, bar.count);
        largest = bar.value > largest ? bar.value : largest;
        i += bar.bins;
    }
    if (largest == 0)
        return;
    /* Two blanks between edges and count, one before the axis, and the axis. */
    size_t taken = PAGE_INDENT + widths.edges + 2 + widths.count + 2;
    size_t room = style->width > taken + BAR_MIN ? style->width - taken : BAR_MIN;
    room = room < BAR_MAX ? room : BAR_MAX;
    fputc('\n', stream);
    for (size_t i = 0; i < list->count;) {
        struct bar bar = bar_at(list, i, style);
        style_spaces(stream, PAGE_INDENT);
        put_right(stream, bar.edges, widths.edges);
        style_spaces(stream, 2);
        put_right(stream, bar.count, widths.count);
        fprintf(stream, " %s%s%s", style_tone(style, TONE_DIM),
                bar.bins > 1 ? (style->utf8 ? "┊" : ":") : (style->utf8 ? "│" : "|"),
                style_tone(style, TONE_PLAIN));
        put_bar(style, stream, bar.value, largest, room);
        fputc('\n', stream);
        i += bar.bins;
    }
}
