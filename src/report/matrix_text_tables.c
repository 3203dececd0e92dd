/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rows of a matrix rest on as tables: open connections, tests for proxies, rungs. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/matrix_text_parts.h"
#include "report/table.h"

/* ---- checks ---- */

static const char *check_heading(const void *context, size_t column)
{
    static const char *const headings[] = {"check", "outcome", "seen"};
    (void)context;
    return headings[column];
}

static const char *check_cell(const void *context, size_t row, size_t column,
                              char text[FIELD_TEXT_SIZE])
{
    const struct check_record *check = (const struct check_record *)context + row;
    (void)text;
    return column == 0 ? check->check : column == 1 ? check->outcome : check->detail;
}

static enum tone check_tone(const void *context, size_t row)
{
    return matrix_text_outcome_tone(((const struct check_record *)context)[row].outcome);
}

/* ---- tests for cookies and proxies ---- */

static const char *front_heading(const void *context, size_t column)
{
    static const char *const headings[] = {"test", "sign", "seen"};
    (void)context;
    return headings[column];
}

static const char *front_cell(const void *context, size_t row, size_t column,
                              char text[FIELD_TEXT_SIZE])
{
    const struct front_test_record *test = (const struct front_test_record *)context + row;
    (void)text;
    return column == 0 ? test->test : column == 1 ? test->says : test->detail;
}

static enum tone front_tone(const void *context, size_t row)
{
    return matrix_text_is(((const struct front_test_record *)context)[row].says, "yes")
               ? TONE_WARN
               : TONE_PLAIN;
}

/* ---- rungs ---- */

static const char *rung_heading(const void *context, size_t column)
{
    static const char *const headings[] = {"rung", "opened", "offered", "answered"};
    (void)context;
    return headings[column];
}

/* Offers of more columns than these are told by their kinds alone. */
#define OFFERED_MOST 24
/* So many of one kind in a row, and more, are counted. */
#define ALIKE_LEAST 4

/* The kinds of the options: the first word of each, as "nop+16" where many are alike. */
static void add_kinds(char text[FIELD_TEXT_SIZE], size_t *at, const char *options)
{
    while (*options) {
        size_t length = strcspn(options, ",: "), alike = 1;
        const char *next = options + strcspn(options, ",");

        while (*next && strncmp(next + 1, options, length) == 0 &&
               strcspn(next + 1, ",: ") == length) {
            next += 1 + strcspn(next + 1, ",");
            alike++;
        }
        if (alike < ALIKE_LEAST)
            next = options + strcspn(options, ",");
        text_append(text, FIELD_TEXT_SIZE, at, "%.*s", (int)length, options);
        if (alike >= ALIKE_LEAST)
            text_append(text, FIELD_TEXT_SIZE, at, "+%zu", alike - 1);
        text_append(text, FIELD_TEXT_SIZE, at, "%s", *next ? "," : "");
        options = next + (*next == ',');
    }
}

/* The options that were sent, and the flags beside SYN. */
static const char *show_offered(const struct rung_record *rung, char text[FIELD_TEXT_SIZE])
{
    const char *others = rung->flags && strncmp(rung->flags, "SYN,", 4) == 0 ? rung->flags + 4 : "";
    size_t at = 0;

    text[0] = '\0';
    if (!rung->offered || !*rung->offered)
        text_append(text, FIELD_TEXT_SIZE, &at, "%s", rung->offered ? "none" : "-");
    else if (style_columns(rung->offered) <= OFFERED_MOST)
        text_append(text, FIELD_TEXT_SIZE, &at, "%s", rung->offered);
    else
        add_kinds(text, &at, rung->offered);
    if (*others)
        text_append(text, FIELD_TEXT_SIZE, &at, " +%s", others);
    return text;
}

/* The layout of the SYN,ACK, and what came instead of others. */
static const char *show_answered(const struct rung_record *rung, char text[FIELD_TEXT_SIZE])
{
    const struct {
        int64_t count;
        const char *word;
    } others[] = {{rung->reset, "RST"}, {rung->icmp, "ICMP"}, {rung->silent, "silent"}};
    const char *between = rung->layout ? "; " : "";
    size_t at = 0;

    text[0] = '\0';
    text_append(text, FIELD_TEXT_SIZE, &at, "%s", rung->layout ? rung->layout : "");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (page_some(others[i].count)) {
            text_append(text, FIELD_TEXT_SIZE, &at, "%s%" PRId64 " %s", between, others[i].count,
                        others[i].word);
            between = ", ";
        }
    if (rung->breaks)
        text_append(text, FIELD_TEXT_SIZE, &at, "%sbreaks", at > 0 ? ": " : "");
    return at > 0 ? text : NULL;
}

static const char *rung_cell(const void *context, size_t row, size_t column,
                             char text[FIELD_TEXT_SIZE])
{
    const struct rung_record *rung = (const struct rung_record *)context + row;
    size_t at = 0;

    switch (column) {
    case 0:
        return rung->rung;
    case 1:
        if (rung->sent == RECORD_UNKNOWN || rung->opened == RECORD_UNKNOWN)
            return NULL;
        text_append(text, FIELD_TEXT_SIZE, &at, "%" PRId64 "/%" PRId64, rung->opened, rung->sent);
        return text;
    case 2:
        return show_offered(rung, text);
    default:
        return show_answered(rung, text);
    }
}

static enum tone rung_tone(const void *context, size_t row)
{
    return ((const struct rung_record *)context)[row].breaks ? TONE_BAD : TONE_PLAIN;
}

/* ---- all of them ---- */

static void put_table(const struct page *page, struct record_list list, struct table table)
{
    if (list.count == 0)
        return;
    table.style = page->style;
    table.stream = page->stream;
    table.indent = PAGE_INDENT;
    table.rows = list.count;
    table.context = list.items;
    fputc('\n', page->stream);
    table_show(&table);
}

void matrix_text_put_tables(const struct page *page)
{
    const struct matrix_record *record = page->record;

    put_table(page, record->checks,
              (struct table){
                  .columns = 3, .heading = check_heading, .cell = check_cell, .tone = check_tone});
    put_table(page, record->front,
              (struct table){
                  .columns = 3, .heading = front_heading, .cell = front_cell, .tone = front_tone});
    put_table(page, record->rungs,
              (struct table){
                  .columns = 4, .heading = rung_heading, .cell = rung_cell, .tone = rung_tone});
}
