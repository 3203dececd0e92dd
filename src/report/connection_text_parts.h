/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a connection's text: for report/connection_text*.c and the texts beside it only. */
#ifndef REPORT_CONNECTION_TEXT_PARTS_H
#define REPORT_CONNECTION_TEXT_PARTS_H

#include <string.h>

#include "base/text.h"
#include "report/page.h"
#include "report/read_words.h"
#include "report/records_read.h"

/* The endings of follow_ending, their words, and what a line says of one where the verdict does not
 * say it already. */
enum read_ending {
#define X(id, word, closed, meaning) READ_ENDING_##id,
    FOLLOW_ENDING_TABLE(X)
#undef X
        READ_ENDING_COUNT
};
/* READ_ENDING_COUNT for NULL and unknown words. */
enum read_ending read_ending_find(const char *word);
const char *read_ending_meaning(enum read_ending ending);

/* What a doubt's word means; NULL for none and for unknown words. */
const char *read_doubt_meaning(const char *word);

/* Whether a list with commas, or NULL, holds the word. */
bool read_list_has(const char *list, const char *word);

static inline bool read_is(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

/* Whether an RST came from neither end, as far as one can tell. */
static inline bool read_is_foreign(const char *reset_by)
{
    return read_is(reset_by, "somebody else");
}

/* A text that grows. */
struct read_line {
    char text[768];
    size_t at;
};
#define READ_ADD(line, ...) text_append((line)->text, sizeof(line)->text, &(line)->at, __VA_ARGS__)
/* The same, behind a separator unless it is the first. */
#define READ_PART(line, ...)                                                                       \
    ((line)->at > 0 ? READ_ADD(line, "; ") : (void)0, READ_ADD(line, __VA_ARGS__))
#define READ_ITEM(line, ...)                                                                       \
    ((line)->at > 0 ? READ_ADD(line, ", ") : (void)0, READ_ADD(line, __VA_ARGS__))

static inline void read_clear(struct read_line *line)
{
    line->text[line->at = 0] = '\0';
}

/* "12 segments", "1 segment". */
void read_add_count(struct read_line *line, int64_t count, const char *what);

/* The line, and the page, of a struct connection_record. */
void connection_line(const struct connection_record *record, const struct style *style,
                     FILE *stream);
void connection_page(const struct connection_record *record, const struct style *style,
                     FILE *stream);

/* The page's table of what each end did; an empty line in front. */
void connection_put_ends(const struct connection_record *record, const struct style *style,
                         FILE *stream);

/* A ladder's `more` for struct read_segment_record. */
struct ladder_more;
void connection_tell_segment(const void *record, const struct style *style,
                             struct ladder_more *ret_more);
#endif
