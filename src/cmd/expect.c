/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges a record by an expression, and says what was seen where it fails. */
#include "cmd/expect.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "cmd/expect_parts.h"
#include "report/records.h"

/* What a clause is of a record. */
enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };

/* How much of a text, and of a list, is shown. */
#define SEEN_BYTES 100
#define SEEN_ITEMS 8

static const char *list_id(const struct field *list, struct record_list items, size_t i)
{
    const struct field *id = schema_field_find(list->of, "id");

    if (!id)
        return NULL;
    return field_text(id, (const char *)items.items + i * list->of->size);
}

/* ---- is it so? ---- */

/* Whether the field has a value at all; of a boolean, whether it is true; of a list, whether it has
 * entries. */
static bool is_there(const struct expect_clause *clause, const void *holder)
{
    const struct field *field = clause->place.field;

    switch (field->type) {
    case FIELD_BOOL:
        return field_bool(field, holder);
    case FIELD_INTEGER:
        return field_integer(field, holder) != RECORD_UNKNOWN;
    case FIELD_NUMBER:
        return isfinite(field_number(field, holder));
    case FIELD_TEXT:
        return field_text(field, holder) != NULL;
    case FIELD_LIST:
        return field_list(field, holder).count > 0;
    case FIELD_OBJECT:
        return field_object(field, holder) != NULL;
    case FIELD_TYPE_COUNT:
        break;
    }
    return false;
}

static bool compare_number(const struct expect_clause *clause, double seen)
{
    const struct expect_value *first = clause->values;
    bool equal = false;

    assert(first);
    for (const struct expect_value *value = first; value; value = value->next)
        equal = equal || (!value->text && seen == value->number);
    switch (clause->operator) {
    case EXPECT_EQUAL:
        return equal;
    case EXPECT_DIFFERENT:
        return !equal;
    case EXPECT_LESS:
        return seen < first->number;
    case EXPECT_LESS_EQUAL:
        return seen <= first->number;
    case EXPECT_MORE:
        return seen > first->number;
    case EXPECT_MORE_EQUAL:
        return seen >= first->number;
    case EXPECT_IS:
    case EXPECT_IS_NOT:
    case EXPECT_CONTAINS:
    case EXPECT_OPERATOR_COUNT:
        break;
    }
    return false;
}

/* Whether one of the alternatives is this text, or is in it. */
static bool matches_text(const struct expect_clause *clause, const char *seen)
{
    for (const struct expect_value *value = clause->values; value; value = value->next) {
        if (!value->text)
            continue;
        if (clause->operator== EXPECT_CONTAINS ? strstr(seen, value->text) != NULL
                                               : strcmp(seen, value->text) == 0)
            return true;
    }
    return false;
}

/* By count or by ids: the alternatives may be of both kinds. */
static bool compare_list(const struct expect_clause *clause, struct record_list items)
{
    bool found = false;

    if (clause->operator>= EXPECT_LESS && clause->operator<= EXPECT_MORE_EQUAL)
        return compare_number(clause, (double)items.count);
    for (const struct expect_value *value = clause->values; value; value = value->next)
        found = found || (!value->text && value->number == (double)items.count);
    for (size_t i = 0; i < items.count && !found; i++) {
        const char *id = list_id(clause->place.field, items, i);
        found = id && matches_text(clause, id);
    }
    return found == (clause->operator!= EXPECT_DIFFERENT);
}

static bool compare(const struct expect_clause *clause, const void *record, const void *holder)
{
    const struct field *field = clause->place.field;

    switch (field->type) {
    case FIELD_BOOL:
        return compare_number(clause, field_bool(field, holder));
    case FIELD_INTEGER:
    case FIELD_NUMBER:
        return compare_number(clause, expect_field_number(&clause->place, record));
    case FIELD_TEXT:
        return matches_text(clause, field_text(field, holder)) ==
               (clause->operator!= EXPECT_DIFFERENT);
    case FIELD_LIST:
        return compare_list(clause, field_list(field, holder));
    case FIELD_OBJECT:
    case FIELD_TYPE_COUNT:
        break;
    }
    return false;
}

static bool is_value(enum field_type type)
{
    return type == FIELD_INTEGER || type == FIELD_NUMBER || type == FIELD_TEXT;
}

/* What says of itself that it could not be measured, where that was not just what was asked for;
 * but for the verdict, which has a rule of its own. */
static bool is_inconclusive(const struct expect *expect, const struct expect_clause *clause,
                            const void *holder)
{
    const struct field *field = clause->place.field;
    const char *seen = field->type == FIELD_TEXT ? field_text(field, holder) : NULL;

    return expect->use == EXPECT_TARGET && field != expect->verdict && seen &&
           strcmp(seen, verdict_word(VERDICT_INCONCLUSIVE)) == 0 && !matches_text(clause, seen);
}

/* No finding is bad, but not all that was to be looked at was. */
static bool is_unfinished(const struct expect *expect, const struct expect_clause *clause,
                          const void *record)
{
    const struct field *ended = schema_field_find(expect->schema, "ended");

    return expect->use == EXPECT_TARGET && clause->place.field == expect->severity && ended &&
           ended->type == FIELD_TEXT && field_text(ended, record) != NULL;
}

static enum truth clause_truth(const struct expect *expect, const struct expect_clause *clause,
                               const void *record)
{
    const void *holder = expect_field_holder(&clause->place, record);
    bool truth;

    if (!holder)
        return clause->operator== EXPECT_IS_NOT ? TRUTH_TRUE : TRUTH_UNKNOWN;
    truth = is_there(clause, holder);
    if (clause->operator== EXPECT_IS_NOT)
        truth = !truth;
    else if (clause->operator!= EXPECT_IS) {
        if (!truth && is_value(clause->place.field->type)) {
            if (!clause->place.outer)
                return TRUTH_UNKNOWN;
            truth = clause->operator== EXPECT_DIFFERENT; /* it is absent */
        } else if (is_inconclusive(expect, clause, holder)) {
            return TRUTH_UNKNOWN;
        } else {
            truth = compare(clause, record, holder);
        }
    }
    if (truth && is_unfinished(expect, clause, record))
        return TRUTH_UNKNOWN;
    return truth ? TRUTH_TRUE : TRUTH_FALSE;
}

/* ---- what was seen ---- */

/* Text in one line, cut at a character. */
static void print_text(struct arena *memory, const char *text)
{
    size_t length = strlen(text), end = length;

    if (end > SEEN_BYTES) {
        end = SEEN_BYTES;
        while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
            end--;
    }
    for (size_t i = 0; i < end; i++) {
        unsigned char byte = (unsigned char)text[i];
        arena_print(memory, "%c", byte < ' ' || byte == 0x7f ? '?' : byte);
    }
    if (end < length)
        arena_print(memory, "...");
}

static void print_list(struct arena *memory, const struct expect_clause *clause, const char *key,
                       struct record_list items)
{
    arena_print(memory, "%s has %zu", key, items.count);
    for (size_t i = 0; i < items.count && list_id(clause->place.field, items, i); i++) {
        if (i == SEEN_ITEMS) {
            arena_print(memory, ", ...");
            return;
        }
        arena_print(memory, i ? ", " : ": ");
        print_text(memory, list_id(clause->place.field, items, i));
    }
}

static const char *verdict_of(const struct expect *expect, const void *record)
{
    return expect->verdict ? field_text(expect->verdict, record) : NULL;
}

static bool is_verdict(const char *seen, enum verdict verdict)
{
    return seen && strcmp(seen, verdict_word(verdict)) == 0;
}

/* Why there is no value, as far as the record says: rtt_source for rtt_ms, or its verdict. */
static void print_why(struct arena *memory, const struct expect *expect,
                      const struct expect_clause *clause, const void *record)
{
    char key[EXPECT_NAME_SIZE + 8];
    size_t at;
    const struct field *source;
    const char *why = NULL, *verdict = verdict_of(expect, record);
    struct field_place place = clause->place;

    expect_field_short(&place, key);
    at = strlen(key);
    text_append(key, sizeof key, &at, "_source");
    source = schema_field_find(expect->schema, key);
    if (source && source->type == FIELD_TEXT)
        why = field_text(source, record);
    if (why) {
        arena_print(memory, " (");
        print_text(memory, why);
        arena_print(memory, ")");
    } else if (verdict && !is_verdict(verdict, VERDICT_OPEN) && place.field != expect->verdict) {
        arena_print(memory, " (verdict is %s)", verdict);
    }
}

static void print_seen(struct arena *memory, const struct expect *expect,
                       const struct expect_clause *clause, const void *record)
{
    const void *holder = expect_field_holder(&clause->place, record);
    const struct field *field = clause->place.field;
    char key[EXPECT_NAME_SIZE], text[FIELD_TEXT_SIZE];
    const char *seen = holder ? field_show(field, holder, text) : NULL;

    print_text(memory, clause->text);
    arena_print(memory, ": ");
    expect_field_key(&clause->place, key);
    if (holder && field->type == FIELD_LIST) {
        print_list(memory, clause, key, field_list(field, holder));
        return;
    }
    if (clause->operator!= EXPECT_IS) /* which has named it already */
        arena_print(memory, "%s is ", key);
    if (seen)
        print_text(memory, seen);
    else if (clause->place.outer && holder)
        arena_print(memory, "not there");
    else if (clause->operator== EXPECT_IS_NOT)
        arena_print(memory, "known");
    else {
        arena_print(memory, "unknown");
        print_why(memory, expect, clause, record);
    }
}

/* ---- both ---- */

/* Whether somebody wants just this: a record that says nothing of its target. */
static bool expects_inconclusive(const struct expect *expect)
{
    for (const struct expect_clause *clause = expect->clauses; clause; clause = clause->next)
        if (clause->place.field == expect->verdict &&
            clause->operator== EXPECT_EQUAL &&
            matches_text(clause, verdict_word(VERDICT_INCONCLUSIVE)))
            return true;
    return false;
}

/* Whether the record says nothing of its target. */
static bool says_nothing(const struct expect *expect, const void *record)
{
    if (expect->use != EXPECT_TARGET)
        return false;
    if (is_verdict(verdict_of(expect, record), VERDICT_INCONCLUSIVE))
        return !expects_inconclusive(expect);
    return expect->severity && !field_text(expect->severity, record) && !expect->judges_verdict;
}

enum expect_result expect_check(const struct expect *expect, const void *record,
                                struct arena *memory, const char **ret_unmet)
{
    const char *verdict = verdict_of(expect, record);
    size_t failed = 0, unknown = 0, printed = 0;
    bool inconclusive = says_nothing(expect, record);

    if (ret_unmet)
        *ret_unmet = NULL;
    for (const struct expect_clause *clause = expect->clauses; clause; clause = clause->next) {
        enum truth truth = clause_truth(expect, clause, record);
        if (truth == TRUTH_TRUE)
            continue;
        failed += truth == TRUTH_FALSE;
        unknown += truth == TRUTH_UNKNOWN;
        if (!ret_unmet)
            continue;
        if (printed++ > 0)
            arena_print(memory, "; ");
        print_seen(memory, expect, clause, record);
    }
    if (failed + unknown == 0 && !inconclusive)
        return EXPECT_MET;
    if (ret_unmet && printed == 0)
        arena_print(memory, "verdict is %s", verdict);
    if (ret_unmet)
        *ret_unmet = arena_finish(memory);
    if (inconclusive)
        return EXPECT_UNKNOWN;
    if (failed > 0)
        return EXPECT_UNMET;
    assert(unknown > 0);
    return verdict && !is_verdict(verdict, VERDICT_OPEN) ? EXPECT_UNMET : EXPECT_UNKNOWN;
}
