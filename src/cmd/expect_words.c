/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words that a field may be, and others that mean them. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cmd/expect_parts.h"
#include "report/finding.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Other words for a field's own; several rows: alternatives. */
static const struct {
    const char *field, *word, *means;
} synonyms[] = {
    {"verdict", "closed", "refused"}, {"verdict", "silent", "filtered"},
    {"verdict", "answer", "open"},    {"verdict", "answer", "refused"},
    {"verdict", "answer", "reset"},   {"family", "4", "IPv4"},
    {"family", "6", "IPv6"},
};

/* More words than any field has. */
#define WORDS (FINDING_COUNT + COUNT(synonyms))

/*
 * The words that a field, or the ids of a list, may be, at most WORDS; those of a schema's list are
 * copied into `memory`. Returns how many; 0: any.
 */
static size_t field_words(struct arena *memory, const struct field *field, const char **words)
{
    size_t count = 0;

    if (field->type == FIELD_LIST && field->of == &schema_finding)
        for (enum finding i = 0; i < FINDING_COUNT; i++)
            words[count++] = finding_row(i)->id;
    for (const char *list = field->values; list && *list && count < WORDS;) {
        size_t length = strcspn(list, ",");
        arena_print(memory, "%.*s", (int)length, list);
        words[count++] = arena_finish(memory);
        list += length + (list[length] != '\0');
    }
    return count;
}

bool expect_words_fixed(const struct field *field)
{
    return field->values || (field->type == FIELD_LIST && field->of == &schema_finding);
}

void expect_value_add(struct arena *memory, struct expect_value ***end, const char *text,
                      double number)
{
    struct expect_value *value = arena_take(memory, 1, sizeof *value);

    *value = (struct expect_value){.text = text, .number = number};
    **end = value;
    *end = &value->next;
}

bool expect_words_take(struct arena *memory, const struct field *field, const char *word,
                       struct expect_value ***end)
{
    const char *words[WORDS];
    size_t count = field_words(memory, field, words);
    bool found = false;

    for (size_t i = 0; i < count; i++)
        if (strcasecmp(words[i], word) == 0) {
            expect_value_add(memory, end, words[i], 0);
            return true;
        }
    for (size_t s = 0; s < COUNT(synonyms); s++) {
        if (strcmp(synonyms[s].field, field->key) != 0 || strcasecmp(synonyms[s].word, word) != 0)
            continue;
        for (size_t i = 0; i < count; i++)
            if (strcmp(synonyms[s].means, words[i]) == 0) {
                expect_value_add(memory, end, words[i], 0);
                found = true;
            }
    }
    return found;
}

const char *expect_words_nearest(struct arena *memory, const struct field *field, const char *word)
{
    const char *words[WORDS + COUNT(synonyms)];
    size_t count = field_words(memory, field, words);

    for (size_t s = 0; s < COUNT(synonyms); s++)
        if (strcmp(synonyms[s].field, field->key) == 0)
            words[count++] = synonyms[s].word;
    return text_nearest(word, words, count);
}
