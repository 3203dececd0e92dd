/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a lesson. Private to probe/track. */
#ifndef PROBE_TRACK_LESSON_PARTS_H
#define PROBE_TRACK_LESSON_PARTS_H

#include "probe/track/lesson.h"

/*
 * What a row says. Words in braces are numbers of the segment (lesson_words.c); what stands in
 * square brackets is left out where one of its words is not known. Words outside of brackets are
 * always known.
 */
struct lesson_row {
    const char *text;
    const char *reference; /* NULL: the event's own */
    uint64_t unless;       /* events that say it better */
};

/* Of an event alone; its text is never NULL. */
const struct lesson_row *lesson_event(enum follow_event event);

/* Events in the order in which they are told; FOLLOW_EVENT_COUNT of them. */
enum follow_event lesson_order(unsigned place);

/* Particular cases, that are told in the place of an event. */
enum lesson_special {
    LESSON_REFUSED,   /* an RST answers the SYN */
    LESSON_ABANDONED, /* an RST answers the SYN,ACK */
    LESSON_ACK,       /* no event: an ACK and nothing else */
    LESSON_ACK_FIN,   /* one of the other end's FIN */
    LESSON_NOTHING,   /* no event, no ACK */
    LESSON_ICMP_HARD,
    LESSON_ICMP_SOFT,
    LESSON_ICMP_MTU,
    LESSON_ICMP_OTHER,
    LESSON_SPECIAL_COUNT
};
const struct lesson_row *lesson_special(enum lesson_special special);

/* What an end in this state waits for: "it waits for the ACK of its SYN". */
const char *lesson_waits(enum server_state state);

/* One lesson being written. */
struct lesson_work {
    const struct lesson_case *what;
    const struct story_segment *entry;
    const struct segment *segment;
    const struct follow_end *end, *peer;
    struct option_summary options;
    bool from_client;
    uint8_t from;
};

#define LESSON_WORD_SIZE 320

/* The word with this name (`length` characters) as text; false where it is not known. An unknown
 * name is a fault of the table (assert). */
bool lesson_word(const struct lesson_work *work, const char *name, size_t length,
                 char text[LESSON_WORD_SIZE]);

/* lesson_ranges.c: words for the same table. */
bool lesson_word_range(const struct lesson_work *work, char *text, size_t size);
bool lesson_word_upto(const struct lesson_work *work, char *text, size_t size);
bool lesson_word_have(const struct lesson_work *work, char *text, size_t size);
bool lesson_word_lacking(const struct lesson_work *work, char *text, size_t size);
bool lesson_word_twice(const struct lesson_work *work, char *text, size_t size);

#endif
