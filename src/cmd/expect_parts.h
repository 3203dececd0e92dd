/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An expression once read: shared by its reader and its judge. */
#ifndef CMD_EXPECT_PARTS_H
#define CMD_EXPECT_PARTS_H

#include "cmd/expect.h"
#include "cmd/expect_field.h"

enum expect_operator {
    EXPECT_IS,     /* a name alone */
    EXPECT_IS_NOT, /* the same with "!" */
    EXPECT_EQUAL,
    EXPECT_DIFFERENT,
    EXPECT_LESS,
    EXPECT_LESS_EQUAL,
    EXPECT_MORE,
    EXPECT_MORE_EQUAL,
    EXPECT_CONTAINS,
    EXPECT_OPERATOR_COUNT
};

/* What is compared with: a text (for texts and ids), or a number (for numbers, counts; booleans are
 * 0 or 1). */
struct expect_value {
    const char *text; /* NULL: the number counts */
    double number;
    struct expect_value *next;
};

struct expect_clause {
    const char *text; /* as it was written, made printable */
    struct field_place place;
    enum expect_operator operator;
    struct expect_value *values; /* alternatives, at least one; NULL for a name alone */
    struct expect_clause *next;
};

/* Appends a value to the list that *end is the end of, and moves *end behind it. */
void expect_value_add(struct arena *memory, struct expect_value ***end, const char *text,
                      double number);

/* Whether a field's text, or the ids in a list, can only be certain words. */
bool expect_words_fixed(const struct field *field);
/* Adds what `word` means of these, in upper or lower case; "answer" is several. False: it is none
 * of them. */
bool expect_words_take(struct arena *memory, const struct field *field, const char *word,
                       struct expect_value ***end);
/* The one that was probably meant, or NULL; lives in `memory`. */
const char *expect_words_nearest(struct arena *memory, const struct field *field, const char *word);

struct expect {
    struct arena memory; /* all that is in it */
    const struct schema *schema;
    const struct field *verdict;  /* the schema's, if it has words; or NULL */
    const struct field *severity; /* the same */
    bool judges_verdict;          /* a clause that was written concerns it */
    enum expect_use use;
    struct expect_clause *clauses;
};

#endif
