/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads an expression into its clauses. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/expect_parser.h"
#include "report/records.h"

/* The longest expression: nobody writes a longer one by hand. */
#define LENGTH_MAX 8192

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *text; /* longer ones before their beginnings */
    enum expect_operator operator;
} operators[] = {
    {"==", EXPECT_EQUAL},      {"=", EXPECT_EQUAL},    {"!=", EXPECT_DIFFERENT},
    {"<=", EXPECT_LESS_EQUAL}, {"<", EXPECT_LESS},     {">=", EXPECT_MORE_EQUAL},
    {">", EXPECT_MORE},        {"~", EXPECT_CONTAINS},
};

/* ---- clauses ---- */

/* A name, letters, digits and underscores; its length, 0 for none. */
static size_t name_length(const char *text)
{
    size_t length = 0;

    while ((text[length] >= 'a' && text[length] <= 'z') ||
           (text[length] >= 'A' && text[length] <= 'Z') ||
           (text[length] >= '0' && text[length] <= '9') || text[length] == '_' ||
           text[length] == '-')
        length++;
    return length;
}

/* Adds what `word` means as a verdict. False: it is no word of it. */
static bool take_verdict(struct parser *parser, const char *word, struct expect_value ***end)
{
    const struct field *verdict = parser->expect->verdict;

    return verdict && expect_words_take(&parser->expect->memory, verdict, word, end);
}

/* What follows the first word of "open|refused". */
static int parse_verdicts(struct parser *parser, struct expect_value **end)
{
    const struct field *verdict = parser->expect->verdict;

    while (parser->text[parser->at] == '|') {
        parser->at++;
        parser_skip_blanks(parser);
        size_t length = name_length(parser->text + parser->at);
        const char *word = parser_copy(parser, parser->text + parser->at, length);
        parser->at += length;
        parser_skip_blanks(parser);
        if (length == 0)
            return parser_refuse_here(parser, parser->at, "a word of the verdict is missing");
        if (!take_verdict(parser, word, &end))
            return parser_refuse_word(parser, verdict->key, word,
                                      expect_words_nearest(&parser->expect->memory, verdict, word),
                                      verdict->values);
    }
    return 0;
}

static bool find_operator(struct parser *parser, enum expect_operator *ret_operator)
{
    for (size_t i = 0; i < COUNT(operators); i++) {
        size_t length = strlen(operators[i].text);
        if (strncmp(parser->text + parser->at, operators[i].text, length) == 0) {
            parser->at += length;
            *ret_operator = operators[i].operator;
            return true;
        }
    }
    return false;
}

/* The words that a name alone stands for, in fields that have them. */
static const char *const affirmative[] = {"supported", "yes"};

/* A field of words one of which affirms: a name alone wants that. */
static bool take_affirmative(struct parser *parser, const struct field *field,
                             struct expect_value **end)
{
    if (!expect_words_fixed(field))
        return false;
    for (size_t i = 0; i < COUNT(affirmative); i++)
        if (expect_words_take(&parser->expect->memory, field, affirmative[i], &end))
            return true;
    return false;
}

/* A name alone, with alternatives where it is a verdict. */
static int parse_bare(struct parser *parser, struct expect_clause *clause, const char *name,
                      bool negated)
{
    struct expect_value **end = &clause->values;

    if (take_verdict(parser, name, &end)) {
        clause->place = (struct field_place){.field = parser->expect->verdict};
        clause->operator= negated ? EXPECT_DIFFERENT : EXPECT_EQUAL;
        return parse_verdicts(parser, end);
    }
    clause->operator= negated ? EXPECT_IS_NOT : EXPECT_IS;
    if (!expect_field_find(parser->expect->schema, name, &clause->place))
        return expect_field_refuse(parser->expect->schema, name, parser->option, parser->fault);
    if (take_affirmative(parser, clause->place.field, end))
        clause->operator= negated ? EXPECT_DIFFERENT : EXPECT_EQUAL;
    return 0;
}

static int parse_comparison(struct parser *parser, struct expect_clause *clause, const char *name,
                            bool negated)
{
    size_t at = parser->at;

    /* First of all: "open rtt<50ms" lacks a comma, and is about no field 'open'. */
    if (!find_operator(parser, &clause->operator))
        return parser_refuse_here(parser, at, "an operator or a comma is missing");
    if (!expect_field_find(parser->expect->schema, name, &clause->place))
        return expect_field_refuse(parser->expect->schema, name, parser->option, parser->fault);
    if (negated)
        return parser_refuse_here(parser, at, "no operator goes with '!' before the name");
    if (parser->text[parser->at] && strchr("=<>~", parser->text[parser->at]))
        return parser_refuse_here(parser, at, "no such operator (=, !=, <, <=, >, >=, ~)");
    return parser_take_values(parser, clause, name);
}

/* What a person wrote, in one line. */
static const char *printable(struct parser *parser, size_t start, size_t end)
{
    while (end > start && strchr(" \t\r\n", parser->text[end - 1]))
        end--;
    for (size_t i = start; i < end; i++) {
        unsigned char byte = (unsigned char)parser->text[i];
        arena_print(&parser->expect->memory, "%c", byte < ' ' || byte == 0x7f ? '?' : byte);
    }
    return arena_finish(&parser->expect->memory);
}

static int parse_clause(struct parser *parser)
{
    struct expect_clause *clause = arena_take(&parser->expect->memory, 1, sizeof *clause);
    int error;

    *clause = (struct expect_clause){.next = NULL};
    parser_skip_blanks(parser);
    size_t start = parser->at;
    bool negated = parser->text[parser->at] == '!';
    if (negated) {
        parser->at++;
        parser_skip_blanks(parser);
    }
    size_t length = name_length(parser->text + parser->at);
    if (length == 0)
        return parser_refuse_here(parser, parser->at, "a name is missing");
    const char *name = parser_copy(parser, parser->text + parser->at, length);
    parser->at += length;
    parser_skip_blanks(parser);
    char next = parser->text[parser->at];
    if (next == '\0' || next == ',' || next == '|')
        error = parse_bare(parser, clause, name, negated);
    else
        error = parse_comparison(parser, clause, name, negated);
    if (error)
        return error;
    next = parser->text[parser->at];
    if (next != '\0' && next != ',')
        return parser_refuse_here(parser, parser->at, "a comma is missing");
    clause->text = printable(parser, start, parser->at);
    *parser->end = clause;
    parser->end = &clause->next;
    return 0;
}

static int parse_all(struct parser *parser)
{
    if (strlen(parser->text) > LENGTH_MAX)
        return fault_set(parser->fault, FAULT_SYNTAX, 0, "too long for '%s': at most %d characters",
                         parser->option, LENGTH_MAX);
    for (;;) {
        int error = parse_clause(parser);
        if (error || parser->text[parser->at] == '\0')
            return error;
        parser->at++;
    }
}

/* Puts the clause that is always meant before the others, unless one of them is about the verdict.
 */
static void add_default(struct expect *expect)
{
    struct parser parser = {.expect = expect};
    struct expect_clause *clause;
    struct expect_value *value = NULL, **end = &value;

    for (clause = expect->clauses; clause; clause = clause->next)
        if (clause->place.field == expect->verdict)
            expect->judges_verdict = true;
    if (expect->judges_verdict)
        return;
    if (!take_verdict(&parser, verdict_word(VERDICT_OPEN), &end))
        return;
    clause = arena_take(&expect->memory, 1, sizeof *clause);
    *clause = (struct expect_clause){.text = EXPECT_DEFAULT,
                                     .place.field = expect->verdict,
                                     .operator= EXPECT_EQUAL,
                                     .values = value,
                                     .next = expect->clauses};
    expect->clauses = clause;
}

/* The field of that key, if it has fixed words. */
static const struct field *words_field(const struct schema *schema, const char *key)
{
    const struct field *field = schema_field_find(schema, key);

    return field && field->type == FIELD_TEXT && field->values ? field : NULL;
}

int expect_parse(const char *text, const char *option_name, const struct schema *schema,
                 enum expect_use use, struct expect **ret, struct fault *fault)
{
    struct expect *expect = calloc(1, sizeof *expect);
    int error = 0;

    if (!expect)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    arena_init(&expect->memory);
    expect->schema = schema;
    expect->use = use;
    expect->verdict = words_field(schema, "verdict");
    expect->severity = words_field(schema, "severity");
    if (text) {
        struct parser parser = {.text = text,
                                .option = option_name,
                                .expect = expect,
                                .end = &expect->clauses,
                                .fault = fault};
        error = parse_all(&parser);
    }
    if (error) {
        expect_free(expect);
        return error;
    }
    if (use == EXPECT_TARGET)
        add_default(expect);
    *ret = expect;
    return 0;
}

bool expect_concerns(const struct expect *expect, const char *key)
{
    const struct field *field = schema_field_find(expect->schema, key);

    for (const struct expect_clause *clause = expect->clauses; clause; clause = clause->next)
        if (!clause->place.outer && clause->place.field == field)
            return true;
    return false;
}

void expect_free(struct expect *expect)
{
    if (!expect)
        return;
    arena_release(&expect->memory);
    free(expect);
}
