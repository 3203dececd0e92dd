/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of a matrix of options, each as a line. */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/matrix_text.h"
#include "report/matrix_text_parts.h"

#define GAP 2
/* Evidence that has fewer columns than these beside it stands below. */
#define EVIDENCE_LEAST 24
/* So many values are shown; the record has them all. */
#define VALUES_MOST 2
#define VALUES_SIZE 48
/* Columns of a row that stands alone, by the longest words but one. */
#define ALONE_FEATURE 10
#define ALONE_VERDICT 12

/* What stands for that which is left out. */
static const char *more(const struct style *style)
{
    return style->utf8 ? "…" : "...";
}

/* ---- what a row says ---- */

static void show_values(const struct style *style, const char *values, char text[VALUES_SIZE])
{
    size_t at = 0, shown = 0;

    text[0] = '\0';
    while (values && *values && shown < VALUES_MOST) {
        size_t length = strcspn(values, ",");

        text_append(text, VALUES_SIZE, &at, "%s%.*s", shown > 0 ? " " : "", (int)length, values);
        values += length + (values[length] == ',');
        shown++;
    }
    if (values && *values)
        text_append(text, VALUES_SIZE, &at, " %s", more(style));
}

/* Whether a clause of the evidence says no more than the figures of the record do. */
static bool is_figures(const char *clause, bool first)
{
    return (first && isdigit((unsigned char)clause[0])) ||
           (strncmp(clause, "answered ", 9) == 0 && isdigit((unsigned char)clause[9]));
}

/* "0 of 12 SYNs opened (3 RST, 9 silent)". */
static void add_opened(const struct matrix_row_record *row, struct matrix_text_line *line)
{
    const struct {
        int64_t count;
        const char *word;
    } others[] = {{row->reset, "RST"}, {row->icmp, "ICMP"}, {row->silent, "silent"}};
    const char *between = " (";

    MATRIX_PART(line, "%" PRId64 " of %" PRId64 " SYNs opened", row->opened, row->sent);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (page_some(others[i].count)) {
            MATRIX_ADD(line, "%s%" PRId64 " %s", between, others[i].count, others[i].word);
            between = ", ";
        }
    MATRIX_ADD(line, "%s", between[0] == ',' ? ")" : "");
}

/* Whether a clause only goes into particulars: the figures, or the place, say more in less room. */
static bool is_particular(const char *evidence, const char *clause)
{
    const char *behind = clause + strspn(clause, "0123456789");

    return strncmp(clause, "fails: ", 7) == 0 || strncmp(clause, "routers quote ", 14) == 0 ||
           (behind > clause && strncmp(behind, " ICMP quotes ", 13) == 0 &&
            strstr(evidence, " at hop ") != NULL);
}

/* The clauses of the evidence behind its figures: either the particulars or the others. */
static void add_clauses(const struct matrix_row_record *row, bool particulars,
                        struct matrix_text_line *line)
{
    const char *clause = row->evidence;

    for (bool first = true; clause && *clause; first = false) {
        const char *end = strstr(clause, "; ");
        size_t length = end ? (size_t)(end - clause) : strlen(clause);

        if (!is_figures(clause, first) && is_particular(row->evidence, clause) == particulars)
            MATRIX_PART(line, "%.*s", (int)length, clause);
        clause += length + (end ? 2 : 0);
    }
}

/* The reasons, then the row's own figures as far as they are news, then particulars. What breaks
 * begins with how many SYNs opened: that is the reason. */
static void show_brief(const struct matrix_row_record *row, struct matrix_text_line *line)
{
    bool offered = page_some(row->offered) && row->good != RECORD_UNKNOWN;
    bool breaks = matrix_text_verdict(row->verdict) == MATRIX_TEXT_BREAKS;
    bool opened = page_some(row->sent) && row->opened != RECORD_UNKNOWN &&
                  (!offered || row->opened != row->sent);

    if (opened && breaks)
        add_opened(row, line);
    add_clauses(row, false, line);
    if (opened && !breaks)
        add_opened(row, line);
    if (offered)
        MATRIX_PART(line, "answered %" PRId64 " of %" PRId64, row->good, row->offered);
    if (page_some(row->echoed))
        MATRIX_PART(line, "echoed %" PRId64, row->echoed);
    if (page_some(row->bad))
        MATRIX_PART(line, "wrongly %" PRId64, row->bad);
    if (page_some(row->unasked))
        MATRIX_PART(line, "unasked %" PRId64, row->unasked);
    add_clauses(row, true, line);
    /* Evidence that is nothing but figures, and no figures in the record. */
    if (line->at == 0 && row->evidence)
        MATRIX_ADD(line, "%s", row->evidence);
}

/* What they show that did not break. */
static void add_otherwise(const struct matrix_row_record *row, struct matrix_text_line *line)
{
    if (row->otherwise && !matrix_text_is(row->verdict, row->otherwise))
        MATRIX_PART(line, "those that opened: %s", row->otherwise);
}

/* ---- as a table ---- */

struct widths {
    size_t feature, verdict, effect, values; /* the last two are 0 where no row has them */
    size_t evidence;                         /* where it begins */
    bool below;                              /* it stands on lines of its own */
};

static void widen(size_t *width, const char *text)
{
    size_t columns = text ? style_columns(text) : 0;

    *width = columns > *width ? columns : *width;
}

static size_t column_end(const struct widths *widths)
{
    return PAGE_INDENT + widths->feature + GAP + widths->verdict + GAP +
           (widths->effect > 0 ? widths->effect + GAP : 0) +
           (widths->values > 0 ? widths->values + GAP : 0);
}

static struct widths measure(const struct page *page)
{
    const struct matrix_record *record = page->record;
    const struct matrix_row_record *rows = record->matrix.items;
    struct widths widths = {.feature = strlen("option"), .verdict = strlen("verdict")};

    for (size_t i = 0; i < record->matrix.count; i++) {
        char values[VALUES_SIZE];

        show_values(page->style, rows[i].values, values);
        widen(&widths.feature, rows[i].feature);
        widen(&widths.verdict, rows[i].verdict);
        widen(&widths.effect, rows[i].in_effect);
        widen(&widths.values, values);
    }
    if (widths.effect > 0)
        widen(&widths.effect, "in effect");
    if (widths.values > 0)
        widen(&widths.values, "values");
    widths.evidence = column_end(&widths);
    /* Where even these do not fit they stand below, with the evidence. */
    if (widths.evidence > page->style->width) {
        widths.effect = widths.values = 0;
        widths.evidence = column_end(&widths);
    }
    widths.below =
        widths.evidence + EVIDENCE_LEAST > page->style->width || page->style->verbose > 0;
    return widths;
}

struct cells {
    const struct style *style;
    FILE *stream;
    size_t waiting; /* blanks before what comes next: none end up at the line's end */
};

static void put_cell(struct cells *cells, enum tone tone, const char *text, size_t width)
{
    size_t columns;

    if (width == 0)
        return;
    columns = text ? style_columns(text) : 0;
    if (columns > 0) {
        style_spaces(cells->stream, cells->waiting);
        if (tone != TONE_PLAIN)
            fputs(style_tone(cells->style, tone), cells->stream);
        columns = style_put(cells->style, cells->stream, text, strlen(text));
        if (tone != TONE_PLAIN)
            fputs(style_tone(cells->style, TONE_PLAIN), cells->stream);
        cells->waiting = 0;
    }
    cells->waiting += (width > columns ? width - columns : 0) + GAP;
}

/* The length without a bracket that is left open. */
static size_t before_bracket(const char *text, size_t length)
{
    for (size_t i = length; i > 0 && text[i - 1] != ')'; i--)
        if (text[i - 1] == '(')
            return i - 1;
    return length;
}

/* As much of the text as fits; what is missing is marked. */
static void put_shortened(struct cells *cells, const char *text, size_t room)
{
    size_t next, length;

    if (!*text)
        return;
    style_spaces(cells->stream, cells->waiting);
    if (style_columns(text) <= room) {
        style_put(cells->style, cells->stream, text, strlen(text));
        return;
    }
    length = style_cut(text, room - 1 - style_columns(more(cells->style)), false, &next);
    /* Better a clause less than half of one, unless it is the only one. */
    for (size_t i = length; i > 0; i--)
        if (text[i - 1] == ';' && text[i] == ' ') {
            length = i;
            break;
        }
    length = before_bracket(text, length);
    while (length > 0 && strchr(";,: ", text[length - 1]))
        length--;
    style_put(cells->style, cells->stream, text, length);
    fprintf(cells->stream, " %s", more(cells->style));
}

static void put_below(const struct page *page, const struct matrix_text_line *line)
{
    if (line->at == 0)
        return;
    style_spaces(page->stream, 2 * PAGE_INDENT);
    style_wrap_tone(page->style, page->stream, TONE_DIM, 2 * PAGE_INDENT, 2 * PAGE_INDENT,
                    line->text);
}

/* Silence is right where a SYN is signed and there is no key (RFC 2385 2.0). */
static enum tone verdict_tone(const struct matrix_row_record *row)
{
    bool silent = matrix_text_is(row->feature, "md5") &&
                  matrix_text_verdict(row->verdict) == MATRIX_TEXT_BREAKS;

    return silent ? TONE_PLAIN : matrix_text_verdict_tone(row->verdict);
}

static void put_row(const struct page *page, const struct widths *widths,
                    const struct matrix_row_record *row)
{
    struct cells cells = {.style = page->style, .stream = page->stream, .waiting = PAGE_INDENT};
    struct matrix_text_line line = {.at = 0};
    char values[VALUES_SIZE];

    show_values(page->style, row->values, values);
    put_cell(&cells, TONE_PLAIN, row->feature ? row->feature : "-", widths->feature);
    put_cell(&cells, verdict_tone(row), row->verdict ? row->verdict : "-", widths->verdict);
    put_cell(&cells, matrix_text_outcome_tone(row->in_effect), row->in_effect, widths->effect);
    put_cell(&cells, TONE_PLAIN, values, widths->values);
    if (widths->effect == 0 && row->in_effect)
        MATRIX_PART(&line, "in effect: %s", row->in_effect);
    if (widths->values == 0 && values[0])
        MATRIX_PART(&line, "values %s", values);
    if (page->style->verbose > 0) {
        if (row->evidence)
            MATRIX_PART(&line, "%s", row->evidence);
        if (row->rules)
            MATRIX_PART(&line, "against %s", row->rules);
    } else {
        show_brief(row, &line);
    }
    add_otherwise(row, &line);
    if (!widths->below)
        put_shortened(&cells, line.text, page->style->width - widths->evidence);
    fputc('\n', page->stream);
    if (widths->below)
        put_below(page, &line);
}

void matrix_text_put_rows(const struct page *page)
{
    const struct matrix_record *record = page->record;
    const struct matrix_row_record *rows = record->matrix.items;
    struct cells cells = {.style = page->style, .stream = page->stream, .waiting = PAGE_INDENT};
    struct widths widths = measure(page);

    if (record->matrix.count == 0)
        return;
    fputc('\n', page->stream);
    put_cell(&cells, TONE_DIM, "option", widths.feature);
    put_cell(&cells, TONE_DIM, "verdict", widths.verdict);
    put_cell(&cells, TONE_DIM, "in effect", widths.effect);
    put_cell(&cells, TONE_DIM, "values", widths.values);
    if (!widths.below)
        put_cell(&cells, TONE_DIM, "evidence", page->style->width);
    fputc('\n', page->stream);
    for (size_t i = 0; i < record->matrix.count; i++)
        put_row(page, &widths, &rows[i]);
}

/* ---- alone ---- */

void matrix_row_text(const void *record, const struct style *style, struct output *output)
{
    const struct matrix_row_record *row = record;
    struct cells cells = {.style = style, .stream = output->stream};
    struct matrix_text_line target = {.at = 0}, line = {.at = 0};

    MATRIX_ADD(&target, "%s", row->target ? row->target : "-");
    page_append_address(target.text, sizeof target.text, &target.at, row->target, row->address,
                        RECORD_UNKNOWN);
    put_cell(&cells, TONE_PLAIN, target.text, style_columns(target.text));
    put_cell(&cells, TONE_PLAIN, row->feature ? row->feature : "-", ALONE_FEATURE);
    put_cell(&cells, verdict_tone(row), row->verdict ? row->verdict : "-", ALONE_VERDICT);
    if (row->in_effect)
        MATRIX_PART(&line, "in effect: %s", row->in_effect);
    if (row->values)
        MATRIX_PART(&line, "values %s", row->values);
    if (style->verbose == 0)
        show_brief(row, &line);
    else if (row->evidence)
        MATRIX_PART(&line, "%s", row->evidence);
    add_otherwise(row, &line);
    put_cell(&cells, TONE_PLAIN, line.text, style_columns(line.text));
    fputc('\n', output->stream);
}
