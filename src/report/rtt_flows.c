/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The flows of a series that sweeps source ports, the bad ones first. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/page.h"
#include "report/rtt_parts.h"
#include "report/table.h"

/* Up to so many flows are all shown. */
#define FLOWS_ALL 16
/* Width of a page from which the table has room for what was sent and seen again, for the shortest
 * and the longest round trip, for the reasons; narrower ones have these below the table. */
#define WITH_SENT   56
#define WITH_RANGE  76
#define WITH_REASON 110

enum column {
    COLUMN_PORT,
    COLUMN_VERDICT,
    COLUMN_SENT,
    COLUMN_LOST,
    COLUMN_MIN,
    COLUMN_P50,
    COLUMN_MAX,
    COLUMN_CONFIRM,
    COLUMN_WHY,
    COLUMN_COUNT
};

struct flows {
    const struct style *style;
    const struct flow_record *records;
    size_t *order; /* indices into them */
    size_t shown;
    enum column columns[COLUMN_COUNT];
    size_t column_count;
};

static const struct flow_record *flow_at(const struct flows *flows, size_t row)
{
    return &flows->records[flows->order[row]];
}

static bool is(const struct flow_record *flow, enum flow_verdict verdict)
{
    return flow->verdict && strcmp(flow->verdict, flow_word(verdict)) == 0;
}

static const char *flows_heading(const void *context, size_t column)
{
    static const char *const headings[COLUMN_COUNT] = {
        [COLUMN_PORT] = "port", [COLUMN_VERDICT] = "flow",
        [COLUMN_SENT] = "sent", [COLUMN_LOST] = "lost",
        [COLUMN_MIN] = "min",   [COLUMN_P50] = "p50",
        [COLUMN_MAX] = "max",   [COLUMN_CONFIRM] = "lost again",
        [COLUMN_WHY] = "why",
    };
    const struct flows *flows = context;
    return headings[flows->columns[column]];
}

static const char *show_count(int64_t count, char text[FIELD_TEXT_SIZE])
{
    if (count == RECORD_UNKNOWN)
        return NULL;
    snprintf(text, FIELD_TEXT_SIZE, "%" PRId64, count);
    return text;
}

static const char *show_time(const struct flows *flows, double ms, char text[FIELD_TEXT_SIZE])
{
    if (!isfinite(ms))
        return NULL;
    rtt_show_time(flows->style, ms, 3, false, text);
    return text;
}

static const char *show_lost(const struct flow_record *flow, char text[FIELD_TEXT_SIZE])
{
    char percent[RTT_TEXT_SIZE];
    size_t at = 0;
    rtt_show_percent(flow->loss_percent, percent);
    /* Cells are broken at blanks: these are no-break spaces. */
    text_append(text, FIELD_TEXT_SIZE, &at, "%" PRId64, flow->lost);
    if (flow->lost > 0 && *percent) {
        *strchr(percent, ' ') = '\0';
        text_append(text, FIELD_TEXT_SIZE, &at, "\u00a0(%s\u00a0%%)", percent);
    }
    return text;
}

static const char *show_confirm(const struct flow_record *flow, char text[FIELD_TEXT_SIZE])
{
    if (flow->confirm_sent == RECORD_UNKNOWN || flow->confirm_lost == RECORD_UNKNOWN)
        return "";
    snprintf(text, FIELD_TEXT_SIZE, "%" PRId64 "\u00a0of\u00a0%" PRId64, flow->confirm_lost,
             flow->confirm_sent);
    return text;
}

static const char *flows_cell(const void *context, size_t row, size_t column,
                              char text[FIELD_TEXT_SIZE])
{
    const struct flows *flows = context;
    const struct flow_record *flow = flow_at(flows, row);
    switch (flows->columns[column]) {
    case COLUMN_PORT:
        return show_count(flow->source_port, text);
    case COLUMN_VERDICT:
        return flow->verdict;
    case COLUMN_SENT:
        return show_count(flow->sent, text);
    case COLUMN_LOST:
        return show_lost(flow, text);
    case COLUMN_MIN:
        return show_time(flows, flow->min_ms, text);
    case COLUMN_P50:
        return show_time(flows, flow->p50_ms, text);
    case COLUMN_MAX:
        return show_time(flows, flow->max_ms, text);
    case COLUMN_CONFIRM:
        return show_confirm(flow, text);
    case COLUMN_WHY:
        return flow->why ? flow->why : "";
    case COLUMN_COUNT:
        break;
    }
    return NULL;
}

static bool flows_right(const void *context, size_t column)
{
    const struct flows *flows = context;
    enum column is_a = flows->columns[column];
    return is_a != COLUMN_VERDICT && is_a != COLUMN_WHY && is_a != COLUMN_LOST &&
           is_a != COLUMN_CONFIRM;
}

static enum tone flows_tone(const void *context, size_t row)
{
    const struct flow_record *flow = flow_at(context, row);
    return is(flow, FLOW_BAD) ? TONE_BAD : is(flow, FLOW_SUSPECT) ? TONE_WARN : TONE_PLAIN;
}

/* Width of a page that a column needs. */
static unsigned width_for(enum column column)
{
    switch (column) {
    case COLUMN_SENT:
    case COLUMN_CONFIRM:
        return WITH_SENT;
    case COLUMN_MIN:
    case COLUMN_MAX:
        return WITH_RANGE;
    case COLUMN_WHY:
        return WITH_REASON;
    case COLUMN_PORT:
    case COLUMN_VERDICT:
    case COLUMN_LOST:
    case COLUMN_P50:
    case COLUMN_COUNT:
        break;
    }
    return 0;
}

/* Which columns there are: of what no flow has, none. */
static void choose_columns(struct flows *flows)
{
    bool confirmed = false, why = false;
    for (size_t row = 0; row < flows->shown; row++) {
        confirmed = confirmed || flow_at(flows, row)->confirm_sent != RECORD_UNKNOWN;
        why = why || flow_at(flows, row)->why;
    }
    for (enum column column = 0; column < COLUMN_COUNT; column++)
        if (flows->style->width >= width_for(column) && (column != COLUMN_CONFIRM || confirmed) &&
            (column != COLUMN_WHY || why))
            flows->columns[flows->column_count++] = column;
}

/* Below a table without that column: a line for each flow against which something speaks. */
static void put_reasons(const struct flows *flows, FILE *stream)
{
    bool headed = false;
    for (size_t row = 0; row < flows->shown; row++) {
        const struct flow_record *flow = flow_at(flows, row);
        if (!flow->why)
            continue;
        if (!headed)
            fprintf(stream, "%*s%s%5s  why%s\n", PAGE_INDENT, "",
                    style_tone(flows->style, TONE_DIM), "port",
                    style_tone(flows->style, TONE_PLAIN));
        headed = true;
        int columns = fprintf(stream, "%*s%5" PRId64 "  ", PAGE_INDENT, "", flow->source_port);
        size_t indent = columns > 0 ? (size_t)columns : 0;
        style_wrap_tone(flows->style, stream, flows_tone(flows, row), indent, indent, flow->why);
    }
}

/* The other flows in one line: how many, what they lost, where their medians lie. */
static void put_others(const struct flows *flows, const struct record_list *list, FILE *stream)
{
    int64_t count = 0, unknown = 0, sent = 0, lost = 0;
    double low = NAN, high = NAN;
    for (size_t i = 0; i < list->count; i++) {
        const struct flow_record *flow = &flows->records[i];
        if (is(flow, FLOW_BAD) || is(flow, FLOW_SUSPECT))
            continue;
        count++;
        unknown += !is(flow, FLOW_GOOD);
        sent += flow->sent;
        lost += flow->lost;
        low = fmin(low, flow->p50_ms);
        high = fmax(high, flow->p50_ms);
    }
    if (count == 0)
        return;
    char text[200], from[RTT_TEXT_SIZE], to[RTT_TEXT_SIZE];
    size_t at = 0;
    text_append(text, sizeof text, &at, "%s %" PRId64 " %s flow%s: lost %" PRId64 " of %" PRId64,
                flows->style->utf8 ? "…" : "...", count, unknown > 0 ? "more" : "good",
                count == 1 ? "" : "s", lost, sent);
    if (unknown > 0)
        text_append(text, sizeof text, &at, ", %" PRId64 " without a verdict", unknown);
    if (isfinite(low)) {
        rtt_show_time(flows->style, low, 3, true, from);
        rtt_show_time(flows->style, high, 3, true, to);
        text_append(text, sizeof text, &at, ", p50 %s to %s", from, to);
    }
    text_append(text, sizeof text, &at, " (-v shows all)");
    style_spaces(stream, PAGE_INDENT);
    style_wrap_tone(flows->style, stream, TONE_DIM, PAGE_INDENT, 2 * PAGE_INDENT, text);
}

static void append(struct flows *flows, const struct record_list *list, enum flow_verdict verdict)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct flow_record *flow = &flows->records[i];
        bool other = !is(flow, FLOW_BAD) && !is(flow, FLOW_SUSPECT);
        if (verdict == FLOW_GOOD ? other : is(flow, verdict))
            flows->order[flows->shown++] = i;
    }
}

void rtt_put_flows(const struct rtt_record *record, const struct style *style, FILE *stream)
{
    const struct record_list *list = &record->flows;
    if (list->count == 0)
        return;
    struct flows flows = {.style = style, .records = list->items};
    fputc('\n', stream);
    flows.order = calloc(list->count, sizeof *flows.order);
    if (!flows.order) {
        fprintf(stream, "%*sno memory for the table of flows\n", PAGE_INDENT, "");
        return;
    }
    bool all = list->count <= FLOWS_ALL || style->verbose > 0;
    append(&flows, list, FLOW_BAD);
    append(&flows, list, FLOW_SUSPECT);
    if (all)
        append(&flows, list, FLOW_GOOD);
    choose_columns(&flows);
    const struct table table = {
        .style = style,
        .stream = stream,
        .indent = PAGE_INDENT,
        .rows = flows.shown,
        .columns = flows.column_count,
        .heading = flows_heading,
        .cell = flows_cell,
        .right = flows_right,
        .tone = flows_tone,
        .context = &flows,
    };
    if (flows.shown > 0)
        table_show(&table);
    if (style->width < WITH_REASON)
        put_reasons(&flows, stream);
    if (!all)
        put_others(&flows, list, stream);
    free(flows.order);
}
