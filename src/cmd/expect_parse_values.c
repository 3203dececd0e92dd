/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the values that a clause of an expression compares with. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cmd/expect_parser.h"
#include "report/records.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- errors ---- */

int parser_refuse_here(struct parser *parser, size_t at, const char *what)
{
    char echo[EXPECT_NAME_SIZE];
    const char *rest = parser->text + at;

    if (!*rest)
        return fault_set(parser->fault, FAULT_SYNTAX, 0, "%s at the end of '%s'", what,
                         parser->option);
    text_safe(rest, strlen(rest), echo, sizeof echo);
    return fault_set(parser->fault, FAULT_SYNTAX, 0, "%s at character %zu of '%s': '%s'", what,
                     at + 1, parser->option, echo);
}

static int refuse_operator(struct parser *parser, const char *name, const char *why)
{
    return fault_set(parser->fault, FAULT_SYNTAX, 0, "%s for '%s' in '%s'", why, name,
                     parser->option);
}

int parser_refuse_word(struct parser *parser, const char *name, const char *word, const char *near,
                       const char *all)
{
    char echo[EXPECT_NAME_SIZE];

    text_safe(word, strlen(word), echo, sizeof echo);
    if (near)
        return fault_set(parser->fault, FAULT_SYNTAX, 0,
                         "no value '%s' of '%s' in '%s': did you mean '%s'?", echo, name,
                         parser->option, near);
    return fault_set(parser->fault, FAULT_SYNTAX, 0, "no value '%s' of '%s' in '%s'%s%s", echo,
                     name, parser->option, all ? ": it may be " : "", all ? all : "");
}

/* ---- values ---- */

void parser_skip_blanks(struct parser *parser)
{
    parser->at += strspn(parser->text + parser->at, " \t\r\n");
}

const char *parser_copy(struct parser *parser, const char *text, size_t length)
{
    arena_print(&parser->expect->memory, "%.*s", (int)length, text);
    return arena_finish(&parser->expect->memory);
}

/* One value as it is written, without its quotes. NULL: refused. */
static const char *read_value(struct parser *parser)
{
    parser_skip_blanks(parser);
    const char *text = parser->text + parser->at;
    if (*text == '"' || *text == '\'') {
        const char *end = strchr(text + 1, *text);
        if (!end) {
            parser_refuse_here(parser, parser->at, "a quote is not closed");
            return NULL;
        }
        parser->at += (size_t)(end + 1 - text);
        parser_skip_blanks(parser);
        return parser_copy(parser, text + 1, (size_t)(end - text) - 1);
    }
    size_t length = strcspn(text, ",|");
    parser->at += length;
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    if (length == 0) {
        parser_refuse_here(parser, parser->at, "a value is missing");
        return NULL;
    }
    return parser_copy(parser, text, length);
}

static int take_boolean(struct parser *parser, const char *name, const char *word,
                        struct expect_value ***end)
{
    static const char *const words[] = {"true", "yes", "false", "no"};

    for (size_t i = 0; i < COUNT(words); i++)
        if (strcasecmp(words[i], word) == 0) {
            expect_value_add(&parser->expect->memory, end, NULL, i < 2);
            return 0;
        }
    return parser_refuse_word(parser, name, word, text_nearest(word, words, COUNT(words)),
                              "true, false");
}

static int take_number(struct parser *parser, const struct field *field, const char *name,
                       const char *text, struct expect_value ***end)
{
    double number;
    int error = expect_number_read(text, field, name, parser->option, &number, parser->fault);

    if (!error)
        expect_value_add(&parser->expect->memory, end, NULL, number);
    return error;
}

/* A text, or an id of a list. */
static int take_text(struct parser *parser, const struct expect_clause *clause, const char *name,
                     const char *text, struct expect_value ***end)
{
    const struct field *field = clause->place.field;
    struct arena *memory = &parser->expect->memory;

    if (clause->operator== EXPECT_CONTAINS || !expect_words_fixed(field))
        expect_value_add(memory, end, text, 0);
    else if (!expect_words_take(memory, field, text, end))
        return parser_refuse_word(parser, name, text, expect_words_nearest(memory, field, text),
                                  field->values);
    return 0;
}

/* Why a field cannot be compared like that, or NULL. */
static const char *objection(const struct field *field, enum expect_operator operator)
{
    bool same = operator== EXPECT_EQUAL || operator== EXPECT_DIFFERENT;

    switch (field->type) {
    case FIELD_BOOL:
        return same ? NULL : "only '=' and '!=' make sense";
    case FIELD_INTEGER:
    case FIELD_NUMBER:
        return operator== EXPECT_CONTAINS ? "no '~' of a number" : NULL;
    case FIELD_TEXT:
        return same || operator== EXPECT_CONTAINS ? NULL : "text has no order";
    case FIELD_LIST:
        return NULL;
    case FIELD_OBJECT:
        return "one of its fields must be named";
    case FIELD_TYPE_COUNT:
        break;
    }
    return "no such type";
}

static int take_value(struct parser *parser, const struct expect_clause *clause, const char *name,
                      const char *text, struct expect_value ***end)
{
    const struct field *field = clause->place.field;
    double count;

    switch (field->type) {
    case FIELD_BOOL:
        return take_boolean(parser, name, text, end);
    case FIELD_INTEGER:
    case FIELD_NUMBER:
        return take_number(parser, field, name, text, end);
    case FIELD_LIST:
        if (clause->operator!= EXPECT_CONTAINS && expect_decimal_read(text, &count)) {
            expect_value_add(&parser->expect->memory, end, NULL, count);
            return 0;
        }
        if (clause->operator!= EXPECT_EQUAL && clause->operator!= EXPECT_DIFFERENT && clause->
            operator!= EXPECT_CONTAINS)
            return take_number(parser, field, name, text, end);
        if (!schema_field_find(field->of, "id"))
            return refuse_operator(parser, name, "only a count makes sense");
        return take_text(parser, clause, name, text, end);
    case FIELD_TEXT:
        return take_text(parser, clause, name, text, end);
    case FIELD_OBJECT:
    case FIELD_TYPE_COUNT:
        break;
    }
    return refuse_operator(parser, name, "no value");
}

int parser_take_values(struct parser *parser, struct expect_clause *clause, const char *name)
{
    struct expect_value **end = &clause->values;
    const char *problem = objection(clause->place.field, clause->operator);
    bool ordered = clause->operator>= EXPECT_LESS && clause->operator<= EXPECT_MORE_EQUAL;

    if (problem)
        return refuse_operator(parser, name, problem);
    for (;;) {
        const char *text = read_value(parser);
        int error = text ? take_value(parser, clause, name, text, &end) : -FAULT_SYNTAX;
        if (error)
            return error;
        if (parser->text[parser->at] != '|')
            return 0;
        if (ordered)
            return parser_refuse_here(parser, parser->at, "alternatives need '=', '!=' or '~'");
        parser->at++;
    }
}
