/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words for what is seen of a connection that somebody else has. */
#include "probe/follow/follow_words.h"

#include <assert.h>
#include <stddef.h>

#include "base/text.h"

_Static_assert(FOLLOW_EVENT_COUNT <= 64, "events must fit their set");

static const struct event_row {
    const char *word, *meaning, *reference;
} event_rows[FOLLOW_EVENT_COUNT] = {
#define X(id, word, meaning, reference) [FOLLOW_EVENT_##id] = {word, meaning, reference},
    FOLLOW_EVENT_TABLE(X)
#undef X
};

struct word_row {
    const char *word, *meaning, *closed;
};
static const struct word_row doubt_rows[FOLLOW_DOUBT_COUNT] = {
#define X(id, word, meaning) [FOLLOW_DOUBT_##id] = {word, meaning, NULL},
    FOLLOW_DOUBT_TABLE(X)
#undef X
};
static const struct word_row who_rows[FOLLOW_WHO_COUNT] = {
#define X(id, word, meaning) [FOLLOW_WHO_##id] = {word, meaning, NULL},
    FOLLOW_WHO_TABLE(X)
#undef X
};
static const struct word_row ending_rows[FOLLOW_ENDING_COUNT] = {
#define X(id, word, closed, meaning) [FOLLOW_ENDING_##id] = {word, meaning, closed},
    FOLLOW_ENDING_TABLE(X)
#undef X
};

static const struct event_row *event_row(enum follow_event event)
{
    assert(event < FOLLOW_EVENT_COUNT);
    return &event_rows[event];
}

const char *follow_event_word(enum follow_event event)
{
    return event_row(event)->word;
}

const char *follow_event_meaning(enum follow_event event)
{
    return event_row(event)->meaning;
}

const char *follow_event_reference(enum follow_event event)
{
    return event_row(event)->reference;
}

const char *follow_doubt_word(enum follow_doubt doubt)
{
    assert(doubt < FOLLOW_DOUBT_COUNT);
    return doubt_rows[doubt].word;
}

const char *follow_doubt_meaning(enum follow_doubt doubt)
{
    assert(doubt < FOLLOW_DOUBT_COUNT);
    return doubt_rows[doubt].meaning;
}

const char *follow_who_word(enum follow_who who)
{
    assert(who < FOLLOW_WHO_COUNT);
    return who_rows[who].word;
}

const char *follow_who_meaning(enum follow_who who)
{
    assert(who < FOLLOW_WHO_COUNT);
    return who_rows[who].meaning;
}

const char *follow_ending_word(enum follow_ending ending)
{
    assert(ending < FOLLOW_ENDING_COUNT);
    return ending_rows[ending].word;
}

const char *follow_ending_meaning(enum follow_ending ending)
{
    assert(ending < FOLLOW_ENDING_COUNT);
    return ending_rows[ending].meaning;
}

const char *follow_ending_closed(enum follow_ending ending)
{
    assert(ending < FOLLOW_ENDING_COUNT);
    return ending_rows[ending].closed;
}

const char *follow_events_show(uint64_t events, char text[FOLLOW_EVENTS_TEXT_SIZE])
{
    size_t at = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < FOLLOW_EVENT_COUNT; i++)
        if (events >> i & 1)
            text_append(text, FOLLOW_EVENTS_TEXT_SIZE, &at, "%s%s", at ? "," : "",
                        event_rows[i].word);
    return text;
}
