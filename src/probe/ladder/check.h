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
const char *check_script_word(enum check_script script);
const char *check_script_words(enum check_script script);

/* The steps of HOLES: byte beside our SND.NXT that each sends, and why. */
/* clang-format off */
#define CHECK_STEP_TABLE(X) \
    X(GAP,    1, "beyond a hole of one byte: is it acknowledged with a SACK block") \
    X(TWICE,  1, "the same once more: is it reported with a D-SACK block") \
    X(MARK,   3, "marked CE: is it answered with ECE") \
    X(REDUCE, 5, "with CWR: does ECE end")
/* clang-format on */
enum check_step {
#define X(id, offset, words) CHECK_STEP_##id,
    CHECK_STEP_TABLE(X)
#undef X
        CHECK_STEP_COUNT
};

/* What HOLES knows and saw. An answer is an acknowledgment that came of the byte. */
struct check_holes {
    bool begun;
    enum check_step step;
    unsigned waits;    /* for a window that such bytes fit into */
    unsigned tries;    /* of this step */
    bool send;         /* the step's byte wants to be sent */
    int64_t last_sent; /* ns */
    uint32_t base;     /* our SND.NXT, which no step changes */
    struct {
        unsigned sent, answers;
        unsigned sacks; /* answers with a block that holds the byte */
        unsigned eces;  /* answers with ECE */
        unsigned clear; /* without */
    } steps[CHECK_STEP_COUNT];
    unsigned dsacks;              /* answers whose first block reports a duplicate */
    unsigned mark_blocks;         /* SACK blocks in the first answer that reports the third byte */
    bool mark_first;              /* the third byte's came first of them */
    unsigned strangers;           /* answers whose blocks hold nothing that was sent */
    struct stream_block stranger; /* the first of them, relative to `base` */
    unsigned ece_before;          /* segments with ECE before anything was marked */
    bool hole_acked;              /* it acknowledged what was never sent */
};

/* What BYTES and WINDOW know and saw: the peer's data, which they do not acknowledge. */
struct check_data {
    struct stream stream;        /* what came, for telling repeats from news */
    int64_t first_at, last_news; /* ns; 0: none came */
    unsigned segments, largest;  /* bytes of data, of those that brought news */
    unsigned full; /* of these, how many are at most our MSS and at least three quarters of it */
    unsigned repeat_largest; /* bytes of data that came again, and not at once */
    uint32_t bytes;          /* of the stream, up to the last that came */
    unsigned probes; /* single bytes behind a window that was full to the byte: not in `bytes` */
    bool fin;
    /* WINDOW: our window was opened when the peer had fallen silent. */
    uint16_t field; /* that is announced now */
    unsigned opens; /* how often that was said */
    bool send;      /* it wants to be said */
    uint32_t more;  /* bytes that came then */
};

/* WINDOW: the field of our SYN, which nothing scales: no power of two, so that who goes by it is
 * found out. The field of our other segments; 512 bytes with the shift of 7 that is offered. */
#define CHECK_WINDOW_SYN    200
#define CHECK_WINDOW_FIELD  4
#define CHECK_WINDOW_SHIFT  7
#define CHECK_WINDOW_SCALED (CHECK_WINDOW_FIELD << CHECK_WINDOW_SHIFT)

/* Segments of the peer's that are kept. */
#define CHECK_LOOKS 8

/* One connection. Readers may look at what stands under "what was seen" once it is over. */
struct check {
    enum check_script script;
    const struct spec *spec; /* the user's: time-out, data to send, hop limit; must outlive it */
    struct craft_header header;
    struct tcb tcb;
    struct stream stream;
    uint32_t effects; /* gathered, not yet sent */
    bool answer_due;  /* `answering` is the segment that REPLY answers */
    struct segment answering;
    bool reset_again; /* an RST for a peer that has not got all of our data */
    int64_t due;      /* when the script wants to go on; TCB_NEVER */

    /* What was seen. */
    bool opened; /* the handshake was completed */
    bool over;
    bool reset;   /* the peer ended it with an RST */
    bool stopped; /* it was ended from outside */
    struct ladder_look syn_ack;
    int64_t opened_at;                     /* ns: the SYN,ACK was read, and our ACK left */
    unsigned segments, with_timestamps;    /* of the peer's, behind the SYN,ACK; no RSTs */
    struct ladder_look looks[CHECK_LOOKS]; /* the first of them, in order */
    size_t look_count;
    size_t provoked; /* how many of these came before we had sent more than our ACK */
    struct check_holes holes;
    struct check_data data;
};

/* Prepares a connection from `source_port`. `random` is entropy of the caller's. Times are ns of
 * the engine's time line. */
void check_init(struct check *check, enum check_script script, const struct spec *spec,
                const struct route *route, const struct address *destination, uint16_t port,
                uint16_t source_port, const struct spec_random *random);
/* Before it starts: offers these options, not Linux' set, as where SYNs with that go unanswered;
 * but for the small MSS, where the script has one and there is an MSS. */
void check_offer(struct check *check, const struct options *options);
/* Before it starts: does not ask for ECN, as where SYNs that do so go unanswered. */
void check_without_ecn(struct check *check);
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
