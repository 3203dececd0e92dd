/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads an expression into its clauses. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cmd/expect_parts.h"
#include "report/records.h"

/* The longest expression: nobody writes a longer one by hand. */
#define LENGTH_MAX 8192

struct parser {
    const char *text;
    size_t at;
    const char *option;
    struct expect *expect;
    struct expect_clause **end; /* where the next clause is hung */
    struct fault *fault;
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *text; /* longer ones before their beginnings */
    enum expect_operator operator;
} operators[] = {
    {"==", EXPECT_EQUAL},      {"=", EXPECT_EQUAL},    {"!=", EXPECT_DIFFERENT},
    {"<=", EXPECT_LESS_EQUAL}, {"<", EXPECT_LESS},     {">=", EXPECT_MORE_EQUAL},
    {">", EXPECT_MORE},        {"~", EXPECT_CONTAINS},
};

/* ---- errors ---- */

/* "WHAT at character N of '--expect': 'the rest'" */
static int refuse_here(struct parser *parser, size_t at, const char *what)
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

static int refuse_word(struct parser *parser, const char *name, const char *word, const char *near,
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

static void skip_blanks(struct parser *parser)
{
    parser->at += strspn(parser->text + parser->at, " \t\r\n");
}

static const char *copy(struct parser *parser, const char *text, size_t length)
{
    arena_print(&parser->expect->memory, "%.*s", (int)length, text);
    return arena_finish(&parser->expect->memory);
}

/* One value as it is written, without its quotes. NULL: refused. */
static const char *read_value(struct parser *parser)
{
    skip_blanks(parser);
    const char *text = parser->text + parser->at;
    if (*text == '"' || *text == '\'') {
        const char *end = strchr(text + 1, *text);
        if (!end) {
            refuse_here(parser, parser->at, "a quote is not closed");
            return NULL;
        }
        parser->at += (size_t)(end + 1 - text);
        skip_blanks(parser);
        return copy(parser, text + 1, (size_t)(end - text) - 1);
    }
    size_t length = strcspn(text, ",|");
    parser->at += length;
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    if (length == 0) {
        refuse_here(parser, parser->at, "a value is missing");
        return NULL;
    }
    return copy(parser, text, length);
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
    return refuse_word(parser, name, word, text_nearest(word, words, COUNT(words)), "true, false");
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
        return refuse_word(parser, name, text, expect_words_nearest(memory, field, text),
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

static int parse_values(struct parser *parser, struct expect_clause *clause, const char *name)
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
            return refuse_here(parser, parser->at, "alternatives need '=', '!=' or '~'");
        parser->at++;
    }
}

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
        skip_blanks(parser);
        size_t length = name_length(parser->text + parser->at);
        const char *word = copy(parser, parser->text + parser->at, length);
        parser->at += length;
        skip_blanks(parser);
        if (length == 0)
            return refuse_here(parser, parser->at, "a word of the verdict is missing");
        if (!take_verdict(parser, word, &end))
            return refuse_word(parser, verdict->key, word,
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
    return 0;
}

static int parse_comparison(struct parser *parser, struct expect_clause *clause, const char *name,
                            bool negated)
{
    size_t at = parser->at;

    /* First of all: "open rtt<50ms" lacks a comma, and is about no field 'open'. */
    if (!find_operator(parser, &clause->operator))
        return refuse_here(parser, at, "an operator or a comma is missing");
    if (!expect_field_find(parser->expect->schema, name, &clause->place))
        return expect_field_refuse(parser->expect->schema, name, parser->option, parser->fault);
    if (negated)
        return refuse_here(parser, at, "no operator goes with '!' before the name");
    if (parser->text[parser->at] && strchr("=<>~", parser->text[parser->at]))
        return refuse_here(parser, at, "no such operator (=, !=, <, <=, >, >=, ~)");
    return parse_values(parser, clause, name);
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
    skip_blanks(parser);
    size_t start = parser->at;
    bool negated = parser->text[parser->at] == '!';
    if (negated) {
        parser->at++;
        skip_blanks(parser);
    }
    size_t length = name_length(parser->text + parser->at);
    if (length == 0)
        return refuse_here(parser, parser->at, "a name is missing");
    const char *name = copy(parser, parser->text + parser->at, length);
    parser->at += length;
    skip_blanks(parser);
    char next = parser->text[parser->at];
    if (next == '\0' || next == ',' || next == '|')
        error = parse_bare(parser, clause, name, negated);
    else
        error = parse_comparison(parser, clause, name, negated);
    if (error)
        return error;
    next = parser->text[parser->at];
    if (next != '\0' && next != ',')
        return refuse_here(parser, parser->at, "a comma is missing");
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
