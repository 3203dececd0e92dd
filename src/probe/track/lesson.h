/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a captured segment is and does, in sentences: the lesson that a capture teaches. */
#ifndef PROBE_TRACK_LESSON_H
#define PROBE_TRACK_LESSON_H

#include "base/arena.h"
#include "probe/track/story.h"

/* What is needed to put one segment into words. */
struct lesson_case {
    const struct story_segment *segment;
    const struct follow_step *step;
    const struct follow *follow; /* after the segment */
    struct follow_state client_before, server_before;
};

struct lesson {
    const char *why;       /* sentences, without the last full stop; never NULL */
    const char *reference; /* "RFC 9293 3.5", several with commas; never NULL */
};

/*
 * The lesson of one segment, from the events that it is, the numbers in it, and the states that it
 * moves: "the server acknowledges the SYN (ACK = 1001, one behind the client's ISN, for a SYN takes
 * one number) and sends its own; in SYN-RECEIVED it waits for the ACK". Texts live in `arena`.
 */
struct lesson lesson_tell(const struct lesson_case *lesson_case, struct arena *arena);

#endif
