/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client's state machine driven by what a capture shows of it: its steps, as a live handshake has
 * them. */
#ifndef PROBE_TRACK_SHADOW_H
#define PROBE_TRACK_SHADOW_H

#include "probe/trace.h"
#include "probe/track/story.h"

/* Why there are no steps, or no more from here on. Enumerator, words. */
/* clang-format off */
#define SHADOW_END_TABLE(X) \
    X(WHOLE,      "the machine explains every segment") \
    X(NO_SYN,     "the client's SYN is not in the capture") \
    X(HOLES,      "segments are missing in the capture") \
    X(DEPARTED,   "the client did what the machine of RFC 9293 would not have done") \
    X(TOO_MANY,   "there are too many segments to follow them all")
/* clang-format on */
enum shadow_end {
#define X(id, words) SHADOW_END_##id,
    SHADOW_END_TABLE(X)
#undef X
        SHADOW_END_COUNT
};
const char *shadow_end_words(enum shadow_end end);

/* The steps of the client; `seen` of a step is the index in the story. */
struct shadow {
    struct traced_step *steps;
    size_t count, room;
    enum shadow_end end;
    /* Index in the story of the segment that was not explained; TRACE_NONE: WHOLE. The story's
     * count: what is not kept (TOO_MANY). NO_SYN: the client's first segment, 0 where it has none.
     */
    size_t end_at;
};

/*
 * Runs tcp/tcb over the story's segments in the capture's order: those of the server are received,
 * those of the client show what its user and its timers did (a SYN again is a time-out, data are
 * SEND, a FIN is CLOSE, an RST that answers nothing is ABORT). A segment of the server's is
 * received when the client's next ones show that it was: captures at the server hold it earlier.
 * Behind the last ACK of TIME-WAIT its end follows, though no packet shows it; a client that leaves
 * without a word cannot be told from one that is silent. Steps are in the order of their times.
 * Nothing is sent. `client`: the index of that end. 0 or -FAULT_MEMORY. To be released by
 * shadow_release().
 */
int shadow_run(const struct story *story, uint8_t client, struct shadow *ret_shadow);
void shadow_release(struct shadow *shadow);

#endif
