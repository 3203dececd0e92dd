/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection of a capture for people, and the words that its texts share. */
#include "report/connection_text.h"

#include <inttypes.h>

#include "report/connection_text_parts.h"

enum read_ending read_ending_find(const char *word)
{
    static const char *const words[READ_ENDING_COUNT] = {
#define X(id, word, closed, meaning) [READ_ENDING_##id] = word,
        FOLLOW_ENDING_TABLE(X)
#undef X
    };
    enum read_ending ending = 0;

    while (ending < READ_ENDING_COUNT && !read_is(word, words[ending]))
        ending++;
    return ending;
}

const char *read_ending_meaning(enum read_ending ending)
{
    static const char *const meanings[READ_ENDING_COUNT] = {
#define X(id, word, closed, meaning) [READ_ENDING_##id] = meaning,
        FOLLOW_ENDING_TABLE(X)
#undef X
    };
    return ending < READ_ENDING_COUNT ? meanings[ending] : NULL;
}

const char *read_doubt_meaning(const char *word)
{
    static const struct {
        const char *word, *meaning;
    } doubts[] = {
#define X(id, word, meaning) {word, meaning},
        FOLLOW_DOUBT_TABLE(X)
#undef X
    };

    for (size_t i = 1; word && i < sizeof doubts / sizeof *doubts; i++)
        if (strcmp(doubts[i].word, word) == 0)
            return doubts[i].meaning;
    return NULL;
}

bool read_list_has(const char *list, const char *word)
{
    const size_t length = strlen(word);

    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

void read_add_count(struct read_line *line, int64_t count, const char *what)
{
    READ_ADD(line, "%" PRId64 " %s%s", count, what, count == 1 ? "" : "s");
}

void connection_show(const void *record, const struct style *style, struct output *output)
{
    const struct connection_record *connection = record;

    if (connection->brief)
        connection_line(connection, style, output->stream);
    else
        connection_page(connection, style, output->stream);
}
