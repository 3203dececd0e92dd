/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script of holes: single bytes beyond a byte that is never sent, and what answers them. */
#include "probe/ladder/check_parts.h"

#include <assert.h>

#define TRIES 3

/* Round trips below this vary by more than what can be told from them. */
#define FAR (5 * CHECK_MILLISECOND)

/* Values of the IP header's ECN field (RFC 3168 5). */
#define ECN_ECT_0 2
#define ECN_CE    3

static const uint8_t byte = '\n';

static const uint32_t offsets[CHECK_STEP_COUNT] = {
#define X(id, offset, words) [CHECK_STEP_##id] = (offset),
    CHECK_STEP_TABLE(X)
#undef X
};

void check_holes_opened(struct check *check, int64_t now)
{
    check->holes.base = check->tcb.snd_max;
    /* What our ACK provokes comes first: a window update, or the server's greeting. */
    check->due = now + check_patience(check, 50 * CHECK_MILLISECOND, 2);
}

static void begin_step(struct check *check, enum check_step step, int64_t now)
{
    struct check_holes *holes = &check->holes;

    /* Without a SACK block there is none that could report a duplicate (a repeat of the first byte
     * may have been reported already), and without ECE none that could end. */
    if (step == CHECK_STEP_TWICE && (holes->steps[CHECK_STEP_GAP].sacks == 0 || holes->dsacks > 0))
        step = CHECK_STEP_MARK;
    if (step == CHECK_STEP_COUNT ||
        (step == CHECK_STEP_REDUCE && holes->steps[CHECK_STEP_MARK].eces == 0)) {
        check_end(check, now);
        return;
    }
    holes->begun = true;
    holes->step = step;
    holes->tries = 0;
    holes->send = true;
}

/* The step's byte once more, or the next step; a peer that answers nothing is asked no further. */
static void go_on(struct check *check, int64_t now)
{
    struct check_holes *holes = &check->holes;

    if (holes->tries < TRIES)
        holes->send = true;
    else if (holes->step == CHECK_STEP_GAP && holes->steps[CHECK_STEP_GAP].answers == 0)
        check_end(check, now);
    else
        begin_step(check, holes->step + 1, now);
}

void check_holes_timer(struct check *check, int64_t now)
{
    struct check_holes *holes = &check->holes;

    if (holes->begun)
        go_on(check, now);
    else if (check->tcb.snd_wnd > offsets[CHECK_STEP_REDUCE])
        begin_step(check, CHECK_STEP_GAP, now);
    else if (holes->waits++ < TRIES) /* a proxy may open its window only now */
        check->due = now + check_patience(check, 200 * CHECK_MILLISECOND, 3);
    else
        check_end(check, now);
}

/* RFC 3168: data of an ECN connection are ECT, but never a repeat (6.1.5). The CE mark is put on as
 * a router would; where ECN was not agreed on, nobody minds it. */
static uint8_t mark_of(const struct check *check)
{
    const struct check_holes *holes = &check->holes;

    if (holes->step == CHECK_STEP_MARK)
        return ECN_CE;
    return check->tcb.ecn_on && holes->step != CHECK_STEP_TWICE && holes->tries == 0 ? ECN_ECT_0
                                                                                     : 0;
}

bool check_holes_next(struct check *check, int64_t now, struct segment *ret_segment)
{
    struct check_holes *holes = &check->holes;
    int64_t patience = check_patience(check, 200 * CHECK_MILLISECOND, 3);

    if (!holes->send)
        return false;
    check_own(check, holes->base + offsets[holes->step], TCP_PSH, &byte, sizeof byte, now,
              ret_segment);
    ret_segment->ecn = mark_of(check);
    if (holes->step == CHECK_STEP_REDUCE)
        ret_segment->flags |= TCP_CWR;
    holes->send = false;
    holes->tries++;
    holes->steps[holes->step].sent++;
    holes->last_sent = now;
    if (check->spec->timeout > 0 && patience > check->spec->timeout)
        patience = check->spec->timeout;
    check->due = now + patience;
    return true;
}

static bool holds(uint32_t left, uint32_t right, uint32_t seq)
{
    return seq_upto(left, seq) && seq_before(seq, right) && right - left <= 8;
}

/* The place of the first block that holds a number, or -1. */
static int block_with(const struct option_summary *options, uint32_t seq)
{
    for (int i = 0; i < options->sack_count; i++)
        if (holds(options->sack[i].left, options->sack[i].right, seq))
            return i;
    return -1;
}

/* RFC 2883 4: the first block lies within the second; never below the acknowledgment, for all that
 * is sent lies above it. */
static bool is_dsack(const struct option_summary *options)
{
    return options->sack_count > 1 && seq_upto(options->sack[1].left, options->sack[0].left) &&
           seq_upto(options->sack[0].right, options->sack[1].right);
}

static void note_blocks(struct check_holes *holes, const struct option_summary *options, int place)
{
    uint32_t sent = holes->base + offsets[CHECK_STEP_GAP];

    if (options->sack_count > 0 && place < 0 && block_with(options, sent) < 0 &&
        holes->strangers++ == 0)
        holes->stranger = (struct stream_block){options->sack[0].left - holes->base,
                                                options->sack[0].right - holes->base};
    if (holes->step == CHECK_STEP_MARK && place >= 0 && holes->mark_blocks == 0) {
        holes->mark_blocks = options->sack_count;
        holes->mark_first = place == 0;
    }
}

/*
 * Whether the segment answers this step's byte. Where its blocks hold the byte, it does. Without
 * blocks, or with strange ones, it has to be the bare repeat of the last acknowledgment, not sooner
 * than one can come back.
 */
static bool is_answer(const struct check *check, const struct segment *segment,
                      const struct option_summary *options, int place, int64_t at)
{
    const struct check_holes *holes = &check->holes;

    if (holes->tries == 0 || holes->send)
        return false;
    if (place >= 0)
        return true;
    if (options->sack_count > 0 && block_with(options, holes->base + offsets[CHECK_STEP_GAP]) >= 0)
        return false; /* of an earlier step */
    if (check->tcb.srtt >= FAR && at - holes->last_sent < check->tcb.srtt / 4)
        return false;
    return segment->payload_total == 0 && !(segment->flags & TCP_FIN) &&
           segment->ack == holes->base;
}

/* Whether the step has shown what it is for. */
static bool step_is_done(const struct check_holes *holes)
{
    switch (holes->step) {
    case CHECK_STEP_GAP:
        return holes->steps[CHECK_STEP_GAP].sacks > 0;
    case CHECK_STEP_TWICE:
        return holes->dsacks > 0;
    case CHECK_STEP_MARK:
        return holes->steps[CHECK_STEP_MARK].eces > 0;
    case CHECK_STEP_REDUCE:
        return holes->steps[CHECK_STEP_REDUCE].clear > 0;
    case CHECK_STEP_COUNT:
        break;
    }
    return true;
}

void check_holes_segment(struct check *check, const struct segment *segment, int64_t at,
                         int64_t now)
{
    struct check_holes *holes = &check->holes;
    bool ece = segment->flags & TCP_ECE;
    struct option_summary options;

    if (ece && holes->steps[CHECK_STEP_MARK].sent == 0)
        holes->ece_before++;
    if (!holes->begun)
        return;
    if (seq_before(holes->base, segment->ack) && segment->ack - holes->base <= 8) {
        holes->hole_acked = true;
        check_end(check, now);
        return;
    }
    options_summarize(&segment->options, &options);
    int place = block_with(&options, holes->base + offsets[holes->step]);
    if (!is_answer(check, segment, &options, place, at))
        return;
    note_blocks(holes, &options, place);
    holes->steps[holes->step].answers++;
    if (place >= 0)
        holes->steps[holes->step].sacks++;
    if (place >= 0 && is_dsack(&options))
        holes->dsacks++;
    if (ece)
        holes->steps[holes->step].eces++;
    else
        holes->steps[holes->step].clear++;
    if (step_is_done(holes))
        begin_step(check, holes->step + 1, now);
    else
        go_on(check, now);
}
