/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An expression while it is read: what the reader of clauses and that of their values share. */
#ifndef CMD_EXPECT_PARSER_H
#define CMD_EXPECT_PARSER_H

#include "cmd/expect_parts.h"

struct parser {
    const char *text;
    size_t at;
    const char *option;
    struct expect *expect;
    struct expect_clause **end; /* where the next clause is hung */
    struct fault *fault;
};

void parser_skip_blanks(struct parser *parser);
/* So many characters, in the expression's memory. */
const char *parser_copy(struct parser *parser, const char *text, size_t length);

/* The values of a clause behind its operator, with their alternatives. 0 or -FAULT_SYNTAX. */
int parser_take_values(struct parser *parser, struct expect_clause *clause, const char *name);

/* Faults: "WHAT at character N of '--expect': 'the rest'"; a word that is none of those that are
 * allowed, with the one that was probably meant, and all (NULL: not said). */
int parser_refuse_here(struct parser *parser, size_t at, const char *what);
int parser_refuse_word(struct parser *parser, const char *name, const char *word, const char *near,
                       const char *all);

#endif
