/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole connections, each with a script of its own, that show whether what was negotiated is in
 * effect. Without any input or output of their own: like probe/probe.h. */
#ifndef PROBE_LADDER_CHECK_H
#define PROBE_LADDER_CHECK_H

#include "probe/ladder/shot.h"
#include "probe/spec.h"
#include "report/matrix_words.h"
#include "wire/ip.h"

/*
 * The scripts, a connection each: enumerator, word, what it does. All are ended with an exact RST;
 * nothing of what HOLES sends can ever reach the application, for the byte before it is never sent.
 */
/* clang-format off */
#define CHECK_SCRIPT_TABLE(X) \
    X(HOLES,  "holes",  "asks for all that Linux asks for and for ECN, then sends data beyond a hole, twice the same, and marked CE") \
    X(BYTES,  "bytes",  "offers a small MSS, and lets the peer send without an acknowledgment until it repeats itself") \
    X(WINDOW, "window", "opens a window that is large only when it is scaled, and sees how much the peer sends into it")
/* clang-format on */
enum check_script {
#define X(id, word, words) CHECK_SCRIPT_##id,
    CHECK_SCRIPT_TABLE(X)
#undef X
        CHECK_SCRIPT_COUNT
};
enum check_kind {
#define X(id, word, feature, words, reference) CHECK_KIND_##id,
    CHECK_TABLE(X)
#undef X
        CHECK_KIND_COUNT
};
enum check_outcome {
#define X(id, word, meaning) CHECK_OUTCOME_##id,
    CHECK_OUTCOME_TABLE(X)
#undef X
        CHECK_OUTCOME_COUNT
};

struct check_kind_row {
    const char *word;
    enum rung_feature feature;
    const char *words, *reference;
};
const struct check_kind_row *check_kind_row(enum check_kind kind);
const char *check_outcome_word(enum check_outcome outcome);
const char *check_outcome_meaning(enum check_outcome outcome);
const char *check_script_word(enum check_script script);
const char *check_script_words(enum check_script script);

#define CHECK_LATER 8

/* One connection. Readers may look at what stands under "what was seen" once it is over. */
struct check {
    enum check_script script;
    const struct spec *spec; /* the user's: time-out, data to send, hop limit; must outlive it */
    struct craft_header header;
    struct tcb tcb;
    struct stream stream;
    /* … the owner of check.c adds what the script needs to know of itself … */

    /* What was seen. */
    bool opened; /* the handshake was completed */
    bool over;
    struct ladder_look syn_ack;
    /* The peer's first segments after our ACK, in order of arrival: no RST, no SYN. */
    struct ladder_look later[CHECK_LATER];
    size_t later_count; /* that are kept */
    int64_t said_at;    /* ns: our first data left; 0: none did */
};

/* Prepares a connection from `source_port`. `random` is entropy of the caller's. Times are ns of
 * the engine's time line. */
void check_init(struct check *check, enum check_script script, const struct spec *spec,
                const struct route *route, const struct address *destination, uint16_t port,
                uint16_t source_port, const struct spec_random *random);
/* Sends the SYN (through check_next). */
void check_start(struct check *check, int64_t now);
/* The next segment that wants to be sent, with the header for it; call until false after anything
 * below. */
bool check_next(struct check *check, int64_t now, struct segment *ret_segment,
                struct craft_header *ret_header);
/* A captured TCP packet of this connection: in, or our own on its way out. */
void check_packet(struct check *check, const struct packet *packet, int64_t at, int64_t now);
/* When check_timer() wants to be called, TCB_NEVER if not. */
int64_t check_deadline(const struct check *check);
void check_timer(struct check *check, int64_t now);
/* Ends it from outside, with an RST where one is due (through check_next). */
void check_stop(struct check *check, int64_t now);
static inline bool check_over(const struct check *check)
{
    return check->over;
}

#define CHECK_DETAIL_SIZE 240
struct check_row {
    enum check_outcome outcome;
    char detail[CHECK_DETAIL_SIZE]; /* what was seen, with its figures: a clause without a full stop
                                     */
};
struct check_rows {
    struct check_row rows[CHECK_KIND_COUNT];
};

/*
 * Judges connections that are over, one of each script at most (NULL: there was none), and the
 * ladder's SYNs with a Fast Open cookie. Pure; never fails.
 */
void check_judge(const struct check *const checks[CHECK_SCRIPT_COUNT],
                 const struct ladder_shot *shots, size_t count, struct check_rows *ret_rows);

#endif
