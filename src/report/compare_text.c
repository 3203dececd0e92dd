/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection in two captures, side by side, for people. */
#include <inttypes.h>

#include "report/connection_text.h"
#include "report/connection_text_parts.h"
#include "report/table.h"

/* ---- a table of what either capture has ---- */

enum sides_row { ROW_CLIENT, ROW_SERVER, ROW_VERDICT, ROW_RTT, ROW_SEGMENTS };
#define SIDES_ROWS ((size_t)ROW_SEGMENTS + 1)

struct sides {
    const struct compare_record *record;
    const struct style *style;
};

static const char *show_number(int64_t number, char text[FIELD_TEXT_SIZE])
{
    if (number == RECORD_UNKNOWN)
        return NULL;
    snprintf(text, FIELD_TEXT_SIZE, "%" PRId64, number);
    return text;
}

static const char *sides_heading(const void *context, size_t column)
{
    static const char *const headings[] = {"capture", "A", "B"};

    (void)context;
    return headings[column];
}

static const char *sides_cell(const void *context, size_t row, size_t column,
                              char text[FIELD_TEXT_SIZE])
{
    static const char *const names[SIDES_ROWS] = {
        [ROW_CLIENT] = "client",         [ROW_SERVER] = "server",     [ROW_VERDICT] = "verdict",
        [ROW_RTT] = "RTT to the server", [ROW_SEGMENTS] = "segments",
    };
    const struct sides *sides = context;
    const struct compare_record *record = sides->record;
    const bool b = column == 2;
    const double rtt = b ? record->rtt_b_ms : record->rtt_a_ms;

    if (column == 0)
        return names[row];
    switch ((enum sides_row)row) {
    case ROW_CLIENT:
        return b ? record->client_b : record->client_a;
    case ROW_SERVER:
        return b ? record->server_b : record->server_a;
    case ROW_VERDICT:
        return b ? record->verdict_b : record->verdict_a;
    case ROW_RTT:
        if (!isfinite(rtt))
            return NULL;
        page_show_duration(sides->style, rtt, text, FIELD_TEXT_SIZE);
        return text;
    case ROW_SEGMENTS:
        return show_number(b ? record->segments_b : record->segments_a, text);
    }
    return NULL;
}

static void put_sides(const struct page *page)
{
    const struct sides sides = {.record = page->record, .style = page->style};
    const struct table table = {
        .style = page->style,
        .stream = page->stream,
        .indent = PAGE_INDENT,
        .rows = SIDES_ROWS,
        .columns = 3,
        .heading = sides_heading,
        .cell = sides_cell,
        .context = &sides,
    };

    fputc('\n', page->stream);
    table_show(&table);
}

/* ---- a table of what differs ---- */

static const char *differences_heading(const void *context, size_t column)
{
    static const char *const headings[] = {"differs", "in A", "in B", "that means"};

    (void)context;
    return headings[column];
}

static const char *differences_cell(const void *context, size_t row, size_t column,
                                    char text[FIELD_TEXT_SIZE])
{
    const struct difference_record *difference = (const struct difference_record *)context + row;

    switch (column) {
    case 0:
        /* The connection itself needs no name. */
        if (!difference->place || strcmp(difference->place, "connection") == 0)
            return difference->what;
        snprintf(text, FIELD_TEXT_SIZE, "%s %s", difference->place,
                 difference->what ? difference->what : "");
        return text;
    case 1:
        return difference->a;
    case 2:
        return difference->b;
    default:
        return difference->meaning;
    }
}

static void put_differences(const struct page *page)
{
    const struct compare_record *record = page->record;
    const struct table table = {
        .style = page->style,
        .stream = page->stream,
        .indent = PAGE_INDENT,
        .rows = record->differences.count,
        .columns = 4,
        .heading = differences_heading,
        .cell = differences_cell,
        .context = record->differences.items,
    };

    if (record->differences.count == 0)
        return;
    fputc('\n', page->stream);
    table_show(&table);
}

/* ---- what lies between ---- */

static void put_matched(struct page *page)
{
    static const struct {
        const char *word, *meaning;
    } ways[] = {
        {"ends", "both ends have the same addresses and ports"},
        {"isn", "the initial sequence numbers are the same"},
        {"timestamps", "the timestamps of the SYNs are the same"},
        {"order", "one end, the options of the SYN and the order in time agree"},
    };
    const struct compare_record *record = page->record;

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (read_is(record->matched_by, ways[i].word))
            page_put_fact(page, TONE_PLAIN, "matched", ways[i].meaning);
}

static void put_between(struct page *page)
{
    const struct compare_record *record = page->record;
    const bool hops = record->hops_between != RECORD_UNKNOWN, time = isfinite(record->between_ms);
    struct read_line line = {.at = 0};
    char text[32];

    if (record->client_side)
        READ_PART(&line, "%s is nearer to the client",
                  read_is(record->client_side, "a") ? "A" : "B");
    if (hops) {
        READ_PART(&line, "%s", record->hops_between == 0 ? "no router" : "");
        if (record->hops_between != 0)
            read_add_count(&line, record->hops_between, "hop");
    }
    if (time) {
        page_show_duration(page->style, record->between_ms, text, sizeof text);
        READ_ADD(&line, "%s%s of the round trip", hops ? " and " : line.at > 0 ? "; " : "", text);
    }
    if (hops || time)
        READ_ADD(&line, " between them");
    if (line.at > 0)
        page_put_fact(page, TONE_PLAIN, "between", line.text);
}

/* Whether the table tells of it already, with more. */
static bool has_difference(const struct compare_record *record, const char *what)
{
    const struct difference_record *differences = record->differences.items;

    for (size_t i = 0; i < record->differences.count; i++)
        if (read_is(differences[i].what, what))
            return true;
    return false;
}

static void put_shifts(struct page *page)
{
    const struct compare_record *record = page->record;
    struct read_line line = {.at = 0};

    if (has_difference(record, "isn"))
        return;
    if (page_some(record->isn_client_shift))
        READ_PART(&line, "the client's numbers are %" PRId64 " (0x%08" PRIx64 ") higher in B",
                  record->isn_client_shift, (uint64_t)record->isn_client_shift);
    if (page_some(record->isn_server_shift))
        READ_PART(&line, "the server's numbers are %" PRId64 " (0x%08" PRIx64 ") higher in B",
                  record->isn_server_shift, (uint64_t)record->isn_server_shift);
    if (line.at > 0)
        page_put_fact(page, TONE_WARN, "sequence", line.text);
}

static void put_counts(struct page *page)
{
    const struct compare_record *record = page->record;
    const struct {
        const char *label, *what, *of;
        int64_t client, server;
    } rows[] = {
        {"lost", "lost", "not seen at the farther point", record->lost_forward,
         record->lost_reverse},
        {"put in", "added", "first seen at the farther point", record->added_forward,
         record->added_reverse},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct read_line line = {.at = 0};

        if (page_some(rows[i].client)) {
            read_add_count(&line, rows[i].client, "segment");
            READ_ADD(&line, " of the client");
        }
        if (page_some(rows[i].server)) {
            READ_ADD(&line, "%s", line.at > 0 ? " and " : "");
            read_add_count(&line, rows[i].server, "segment");
            READ_ADD(&line, " of the server");
        }
        if (line.at == 0 || has_difference(record, rows[i].what))
            continue;
        READ_ADD(&line, ", %s", rows[i].of);
        page_put_fact(page, TONE_WARN, rows[i].label, line.text);
    }
}

static enum compare_verdict find_verdict(const char *word)
{
    static const char *const words[COMPARE_VERDICT_COUNT] = {
#define X(id, word, meaning) [COMPARE_VERDICT_##id] = word,
        COMPARE_VERDICT_TABLE(X)
#undef X
    };
    enum compare_verdict verdict = 0;

    while (verdict < COMPARE_VERDICT_COUNT && !read_is(word, words[verdict]))
        verdict++;
    return verdict;
}

static enum tone verdict_tone(enum compare_verdict verdict)
{
    switch (verdict) {
    case COMPARE_VERDICT_SAME:
        return TONE_GOOD;
    case COMPARE_VERDICT_TRANSLATED:
    case COMPARE_VERDICT_ONLY_A:
    case COMPARE_VERDICT_ONLY_B:
        return TONE_WARN;
    case COMPARE_VERDICT_REWRITTEN:
    case COMPARE_VERDICT_PROXIED:
    case COMPARE_VERDICT_BLOCKED:
        return TONE_BAD;
    case COMPARE_VERDICT_COUNT:
        break;
    }
    return TONE_PLAIN;
}

static void put_title(const struct page *page)
{
    const struct compare_record *record = page->record;
    const char *client = record->client_a ? record->client_a : record->client_b;
    struct read_line line = {.at = 0};

    READ_ADD(&line, "tcpprobe read --compare %s %s: %s > %s", record->file_a ? record->file_a : "",
             record->file_b ? record->file_b : "", client ? client : "?",
             record->target ? record->target : "?");
    if (record->connection_a != RECORD_UNKNOWN)
        READ_ADD(&line, ", %" PRId64 " in A", record->connection_a);
    if (record->connection_b != RECORD_UNKNOWN)
        READ_ADD(&line, ", %" PRId64 " in B", record->connection_b);
    style_wrap_tone(page->style, page->stream, TONE_BOLD, 0, PAGE_INDENT, line.text);
}

/* ---- a line of its own ---- */

/* On a narrow page there are no columns. */
#define COLUMNS_FROM  76
#define NUMBER_WIDTH  6
#define END_WIDTH     21 /* "255.255.255.255:65535" */
#define VERDICT_WIDTH 10 /* "translated" */

/* A column of the line, with a blank behind it. */
static void add_column(struct read_line *line, const struct style *style, int width,
                       const char *text)
{
    READ_ADD(line, "%*s ", style->width >= COLUMNS_FROM ? width : 0, text);
}

static void add_number(struct read_line *line, const struct style *style, int64_t number)
{
    char text[FIELD_TEXT_SIZE];
    const char *shown = show_number(number, text);

    add_column(line, style, NUMBER_WIDTH, shown ? shown : "-");
}

static void put_line(const struct compare_record *record, const struct style *style, FILE *stream)
{
    const enum compare_verdict verdict = find_verdict(record->verdict);
    const char *client = record->client_a ? record->client_a : record->client_b;
    const struct page page = {.style = style, .stream = stream, .record = record};
    struct read_line line = {.at = 0};

    add_number(&line, style, record->connection_a);
    add_number(&line, style, record->connection_b);
    add_column(&line, style, -END_WIDTH, client ? client : "?");
    add_column(&line, style, -END_WIDTH, record->target ? record->target : "?");
    style_put(style, stream, line.text, line.at);
    read_clear(&line);
    add_column(&line, style, -VERDICT_WIDTH, record->verdict ? record->verdict : "-");
    fputs(style_tone(style, verdict_tone(verdict)), stream);
    style_put(style, stream, line.text, line.at);
    fputs(style_tone(style, TONE_PLAIN), stream);
    read_clear(&line);
    READ_ADD(&line, "%s", record->reason ? record->reason : "-");
    style_put(style, stream, line.text, line.at);
    fputc('\n', stream);
    if (record->unmet) {
        read_clear(&line);
        READ_ADD(&line, "not met: %s", record->unmet);
        style_spaces(stream, PAGE_INDENT);
        style_put(style, stream, line.text, line.at);
        fputc('\n', stream);
    }
    if (style->verbose > 0)
        page_put_findings(&page, record->findings);
}

void compare_heading(const struct style *style, FILE *stream)
{
    struct read_line line = {.at = 0};

    add_column(&line, style, NUMBER_WIDTH, "# in A");
    add_column(&line, style, NUMBER_WIDTH, "in B");
    add_column(&line, style, -END_WIDTH, "client");
    add_column(&line, style, -END_WIDTH, "server");
    add_column(&line, style, -VERDICT_WIDTH, "verdict");
    fprintf(stream, "%s%swhy%s\n", style_tone(style, TONE_DIM), line.text,
            style_tone(style, TONE_PLAIN));
}

void compare_show(const void *record, const struct style *style, struct output *output)
{
    const struct compare_record *compare = record;
    const enum compare_verdict verdict = find_verdict(compare->verdict);
    const bool alone = verdict == COMPARE_VERDICT_ONLY_A || verdict == COMPARE_VERDICT_ONLY_B;
    struct page page = {.style = style, .stream = output->stream, .record = record};

    if (compare->brief) {
        put_line(compare, style, output->stream);
        return;
    }
    put_title(&page);
    /* Where there is nothing to hold it against, and nothing to say, two lines are enough. */
    if (!alone &&
        (verdict != COMPARE_VERDICT_SAME || style->verbose > 0 || compare->differences.count > 0)) {
        put_sides(&page);
        put_differences(&page);
        if (style->verbose > 0 || style->explain)
            put_matched(&page);
        put_between(&page);
        put_shifts(&page);
        put_counts(&page);
    }
    if (compare->findings.count > 0)
        fprintf(page.stream, "\n%*sfindings\n", PAGE_INDENT, "");
    page_put_findings(&page, compare->findings);
    if (page.facts || compare->findings.count > 0 || compare->differences.count > 0)
        fputc('\n', output->stream);
    page_put_judgement(&page, 0, verdict_tone(verdict), compare->verdict ? compare->verdict : "-",
                       compare->reason, compare->unmet);
}
