/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be said of a segment that somebody else sent, of the state behind it, of a reset and of
 * a connection's end: the tables of words. */
#ifndef PROBE_FOLLOW_WORDS_H
#define PROBE_FOLLOW_WORDS_H

#include <stdint.h>

#include "report/read_words.h"

enum follow_event {
#define X(id, word, meaning, reference) FOLLOW_EVENT_##id,
    FOLLOW_EVENT_TABLE(X)
#undef X
        FOLLOW_EVENT_COUNT
};
/* Events of one segment as a set of bits. */
#define FOLLOW(id) (UINT64_C(1) << FOLLOW_EVENT_##id)

enum follow_doubt {
#define X(id, word, meaning) FOLLOW_DOUBT_##id,
    FOLLOW_DOUBT_TABLE(X)
#undef X
        FOLLOW_DOUBT_COUNT
};
enum follow_who {
#define X(id, word, meaning) FOLLOW_WHO_##id,
    FOLLOW_WHO_TABLE(X)
#undef X
        FOLLOW_WHO_COUNT
};
enum follow_ending {
#define X(id, word, closed, meaning) FOLLOW_ENDING_##id,
    FOLLOW_ENDING_TABLE(X)
#undef X
        FOLLOW_ENDING_COUNT
};

/* Static storage, never NULL. */
const char *follow_event_word(enum follow_event event);
const char *follow_event_meaning(enum follow_event event);
const char *follow_event_reference(enum follow_event event);
const char *follow_doubt_word(enum follow_doubt doubt);
const char *follow_doubt_meaning(enum follow_doubt doubt);
const char *follow_who_word(enum follow_who who);
const char *follow_who_meaning(enum follow_who who);
const char *follow_ending_word(enum follow_ending ending);
const char *follow_ending_meaning(enum follow_ending ending);
/* One of CLOSED_WORDS; NULL: it was never open. */
const char *follow_ending_closed(enum follow_ending ending);

/* Room for all events as text. */
#define FOLLOW_EVENTS_TEXT_SIZE 640
/* "data,retransmission"; "" for none. Returns text. */
const char *follow_events_show(uint64_t events, char text[FOLLOW_EVENTS_TEXT_SIZE]);

#endif
