/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that show a matrix of options as text share: for report/matrix_text*.c only. */
#ifndef REPORT_MATRIX_TEXT_PARTS_H
#define REPORT_MATRIX_TEXT_PARTS_H

#include "report/matrix_words.h"
#include "report/page.h"
#include "report/records_matrix.h"

#define MATRIX_TEXT_SIZE 1024

/* The words of the verdicts and of the outcomes of checks, as in a record. */
enum matrix_text_verdict {
#define X(id, word, seen, proves) MATRIX_TEXT_##id,
    MATRIX_VERDICT_TABLE(X)
#undef X
        MATRIX_TEXT_VERDICT_COUNT
};
enum matrix_text_outcome {
#define X(id, word, meaning) MATRIX_TEXT_CHECK_##id,
    CHECK_OUTCOME_TABLE(X)
#undef X
        MATRIX_TEXT_CHECK_COUNT
};
struct matrix_text_words {
    const char *word, *seen, *proves; /* an outcome proves nothing more than `seen` */
};
extern const struct matrix_text_words matrix_text_verdicts[MATRIX_TEXT_VERDICT_COUNT],
    matrix_text_outcomes[MATRIX_TEXT_CHECK_COUNT];

/* The enumerator of a record's word; the count for NULL or any other word. */
enum matrix_text_verdict matrix_text_verdict(const char *word);
enum matrix_text_outcome matrix_text_outcome(const char *word);
enum tone matrix_text_verdict_tone(const char *word);
enum tone matrix_text_outcome_tone(const char *word);

/* Whether a record's word is this one; NULL is none. */
bool matrix_text_is(const char *answer, const char *word);

/* A fact's text while it grows: parts behind semicolons. */
struct matrix_text_line {
    char text[MATRIX_TEXT_SIZE];
    size_t at;
};
#define MATRIX_ADD(line, ...)                                                                      \
    text_append((line)->text, sizeof(line)->text, &(line)->at, __VA_ARGS__)
#define MATRIX_PART(line, ...)                                                                     \
    (MATRIX_ADD(line, "%s", (line)->at > 0 ? "; " : ""), MATRIX_ADD(line, __VA_ARGS__))

/* The matrix, one line a row; with style->verbose its evidence whole. */
void matrix_text_put_rows(const struct page *page);

/* With style->verbose: open connections, tests for proxies and every rung as tables. */
void matrix_text_put_tables(const struct page *page);

/* SYN,ACKs, their headers and repeats, clock, cookies, connections, quotes: a fact each. */
void matrix_text_put_facts(struct page *page);

#endif
