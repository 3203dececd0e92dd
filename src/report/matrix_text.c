/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a target and the way to it make of TCP options, as people read it: the page, from verdict to
 * findings. */
#include "report/matrix_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/matrix_text_parts.h"

/* ---- words ---- */

const struct matrix_text_words matrix_text_verdicts[MATRIX_TEXT_VERDICT_COUNT] = {
#define X(id, word, seen, proves) [MATRIX_TEXT_##id] = {word, seen, proves},
    MATRIX_VERDICT_TABLE(X)
#undef X
};
const struct matrix_text_words matrix_text_outcomes[MATRIX_TEXT_CHECK_COUNT] = {
#define X(id, word, meaning) [MATRIX_TEXT_CHECK_##id] = {word, meaning, ""},
    CHECK_OUTCOME_TABLE(X)
#undef X
};

bool matrix_text_is(const char *answer, const char *word)
{
    return answer && strcmp(answer, word) == 0;
}

static unsigned find(const struct matrix_text_words *words, unsigned count, const char *word)
{
    unsigned i = 0;

    while (i < count && !matrix_text_is(word, words[i].word))
        i++;
    return i;
}

enum matrix_text_verdict matrix_text_verdict(const char *word)
{
    return (enum matrix_text_verdict)find(matrix_text_verdicts, MATRIX_TEXT_VERDICT_COUNT, word);
}

enum matrix_text_outcome matrix_text_outcome(const char *word)
{
    return (enum matrix_text_outcome)find(matrix_text_outcomes, MATRIX_TEXT_CHECK_COUNT, word);
}

enum tone matrix_text_verdict_tone(const char *word)
{
    switch (matrix_text_verdict(word)) {
    case MATRIX_TEXT_SUPPORTED:
        return TONE_GOOD;
    case MATRIX_TEXT_STRIPPED:
    case MATRIX_TEXT_INCONCLUSIVE:
        return TONE_WARN;
    case MATRIX_TEXT_REWRITTEN:
    case MATRIX_TEXT_ECHOED:
    case MATRIX_TEXT_BREAKS:
        return TONE_BAD;
    case MATRIX_TEXT_DECLINED:
    case MATRIX_TEXT_VERDICT_COUNT:
        break;
    }
    return TONE_PLAIN;
}

enum tone matrix_text_outcome_tone(const char *word)
{
    switch (matrix_text_outcome(word)) {
    case MATRIX_TEXT_CHECK_WORKS:
        return TONE_GOOD;
    case MATRIX_TEXT_CHECK_FAILS:
        return TONE_BAD;
    case MATRIX_TEXT_CHECK_ONE_SIDED:
        return TONE_WARN;
    case MATRIX_TEXT_CHECK_ABSENT:
    case MATRIX_TEXT_CHECK_INCONCLUSIVE:
    case MATRIX_TEXT_CHECK_COUNT:
        break;
    }
    return TONE_PLAIN;
}

/* ---- who was asked, and how much ---- */

static void put_target(struct page *page)
{
    const struct matrix_record *record = page->record;
    struct matrix_text_line line = {.at = 0};

    if (!record->address && !record->from && !record->interface)
        return;
    MATRIX_ADD(&line, "%s", record->target ? record->target : "");
    page_append_address(line.text, sizeof line.text, &line.at, record->target, record->address,
                        record->addresses);
    if (record->interface)
        MATRIX_ADD(&line, " via %s", record->interface);
    if (record->from) {
        MATRIX_ADD(&line, ", answers ");
        page_append_answer(line.text, sizeof line.text, &line.at, record->from, record->family,
                           record->ttl, record->hops);
    }
    if (record->time && page->style->verbose > 0)
        MATRIX_ADD(&line, ", at %s", record->time);
    page_put_fact(page, TONE_PLAIN, "target", line.text);
}

static void add_count(struct matrix_text_line *line, int64_t count, const char *what)
{
    if (page_some(count))
        MATRIX_ADD(line, ", %" PRId64 " %s", count, what);
}

static void put_sent(struct page *page)
{
    const struct matrix_record *record = page->record;
    struct matrix_text_line line = {.at = 0};
    char duration[32];

    if (record->sent == RECORD_UNKNOWN)
        return;
    MATRIX_ADD(&line, "%" PRId64 " SYN%s", record->sent, record->sent == 1 ? "" : "s");
    if (isfinite(record->duration_ms)) {
        page_show_duration(page->style, record->duration_ms, duration, sizeof duration);
        MATRIX_ADD(&line, " in %s", duration);
    }
    if (record->answered != RECORD_UNKNOWN)
        MATRIX_ADD(&line, ", %" PRId64 " answered", record->answered);
    add_count(&line, record->refused, "refused");
    add_count(&line, record->unreachable, "answered by ICMP errors only");
    add_count(&line, record->lost, "without an answer");
    if (page_some(record->expired))
        MATRIX_PART(&line, "%" PRId64 " more to expire on the way", record->expired);
    if (page_some(record->connections))
        MATRIX_PART(&line, "%" PRId64 " connection%s opened whole", record->connections,
                    record->connections == 1 ? "" : "s");
    page_put_fact(page, TONE_PLAIN, "sent", line.text);
    if (record->ended)
        page_put_fact(page, TONE_WARN, "ended", record->ended);
    if (page_some(record->capture_dropped)) {
        struct matrix_text_line missed = {.at = 0};

        MATRIX_ADD(&missed, "missed %" PRId64 " packet%s", record->capture_dropped,
                   record->capture_dropped == 1 ? "" : "s");
        page_put_fact(page, TONE_WARN, "capture", missed.text);
    }
}

/* ---- findings ---- */

static enum tone severity_tone(const char *severity)
{
    if (matrix_text_is(severity, severity_word(SEVERITY_HIGH)))
        return TONE_BAD;
    if (matrix_text_is(severity, severity_word(SEVERITY_MEDIUM)))
        return TONE_WARN;
    return matrix_text_is(severity, severity_word(SEVERITY_LOW)) ? TONE_BOLD : TONE_DIM;
}

static void put_findings(const struct page *page)
{
    const struct matrix_record *record = page->record;
    const struct finding_record *findings = record->findings.items;
    size_t severities = strlen(severity_word(SEVERITY_MEDIUM));
    size_t indent = PAGE_INDENT + severities + 2;

    if (record->findings.count > 0)
        fprintf(page->stream, "\n%*sfindings\n", PAGE_INDENT, "");
    for (size_t i = 0; i < record->findings.count; i++) {
        const char *severity = findings[i].severity ? findings[i].severity : "";
        struct matrix_text_line line = {.at = 0};
        size_t columns;

        style_spaces(page->stream, PAGE_INDENT);
        fputs(style_tone(page->style, severity_tone(severity)), page->stream);
        columns = style_put(page->style, page->stream, severity, strlen(severity));
        fputs(style_tone(page->style, TONE_PLAIN), page->stream);
        style_spaces(page->stream, 2 + (columns < severities ? severities - columns : 0));
        MATRIX_ADD(&line, "%s: %s", findings[i].id ? findings[i].id : "?",
                   findings[i].text ? findings[i].text : "");
        style_wrap(page->style, page->stream, indent, indent, line.text);
    }
}

/* ---- how to read it ---- */

static void put_reading(struct page *page)
{
    const struct matrix_record *record = page->record;
    const struct matrix_row_record *rows = record->matrix.items;
    unsigned occurs = 0;

    page->facts = false;
    for (size_t i = 0; i < record->matrix.count; i++)
        occurs |= 1U << matrix_text_verdict(rows[i].verdict) |
                  1U << matrix_text_verdict(rows[i].otherwise);
    for (unsigned i = 0; i < MATRIX_TEXT_VERDICT_COUNT; i++) {
        const struct matrix_text_words *words = &matrix_text_verdicts[i];
        struct matrix_text_line line = {.at = 0};

        if (!(occurs & 1U << i))
            continue;
        /* The longest of the words fills the column of labels and more. */
        MATRIX_ADD(&line, "%s: %s. It proves: %s.", words->word, words->seen, words->proves);
        page_put_fact(page, TONE_DIM, page->facts ? "" : "reading", line.text);
    }
    page->facts = false;
    for (size_t i = 0; i < record->matrix.count; i++)
        if (rows[i].feature && rows[i].meaning) {
            struct matrix_text_line line = {.at = 0};

            MATRIX_ADD(&line, "%s: %s", rows[i].feature, rows[i].meaning);
            page_put_fact(page, TONE_DIM, page->facts ? "" : "options", line.text);
        }
}

void matrix_text(const void *record, const struct style *style, struct output *output)
{
    const struct matrix_record *matrix = record;
    struct page page = {.style = style, .stream = output->stream, .record = record};

    page_put_verdict(&page, 0, matrix->verdict, matrix->reason, matrix->unmet);
    if (!matrix_text_is(matrix->verdict, verdict_word(VERDICT_OPEN))) {
        put_findings(&page);
        return;
    }
    put_target(&page);
    put_sent(&page);
    matrix_text_put_rows(&page);
    page.facts = false;
    matrix_text_put_facts(&page);
    if (style->verbose > 0)
        matrix_text_put_tables(&page);
    put_findings(&page);
    if (style->explain)
        put_reading(&page);
}
