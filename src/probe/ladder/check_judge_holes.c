/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges what came of data beyond a hole: SACK, D-SACK, ECN-Echo. */
#include <stdio.h>

#include "probe/ladder/check_parts.h"

/* One answer alone may be something else, as a window update: absence wants two. */
#define ANSWERS_MIN 2

#define ENDING_SIZE 64

/* Why there was no more to see, behind a detail. */
static const char *ending(const struct check *check, char text[ENDING_SIZE])
{
    if (!check->holes.begun && !check->reset && !check->stopped)
        snprintf(text, ENDING_SIZE, "; the peer's window of %u had no room", check->tcb.snd_wnd);
    else
        snprintf(text, ENDING_SIZE, "%s",
                 check->reset     ? "; then an RST came"
                 : check->stopped ? "; it was ended early"
                                  : "");
    return text;
}

static unsigned all_answers(const struct check_holes *holes)
{
    unsigned answers = 0;

    for (unsigned i = 0; i < CHECK_STEP_COUNT; i++)
        answers += holes->steps[i].answers;
    return answers;
}

static unsigned all_sent(const struct check_holes *holes)
{
    unsigned sent = 0;

    for (unsigned i = 0; i < CHECK_STEP_COUNT; i++)
        sent += holes->steps[i].sent;
    return sent;
}

void check_judge_sack(const struct check *check, struct check_row *ret_row)
{
    const struct check_holes *holes;
    unsigned answers, sacks = 0;
    char end[ENDING_SIZE];

    if (check_say_unopened(check, ret_row))
        return;
    holes = &check->holes;
    answers = all_answers(holes);
    for (unsigned i = 0; i < CHECK_STEP_COUNT; i++)
        sacks += holes->steps[i].sacks;
    ending(check, end);
    if (sacks > 0)
        check_say(ret_row, check->tcb.sack_on ? CHECK_OUTCOME_WORKS : CHECK_OUTCOME_ONE_SIDED,
                  "%u of %u answers had a block for what lay beyond the hole%s%s%s", sacks, answers,
                  check->tcb.sack_on ? "" : ", and the SYN,ACK did not permit SACK",
                  holes->mark_blocks < 2 ? ""
                  : holes->mark_first    ? "; of two, the last to come stood first"
                                         : "; of two, the last to come did not stand first as "
                                           "RFC 2018 4 has it",
                  end);
    else if (holes->hole_acked)
        check_say(ret_row, check->tcb.sack_on ? CHECK_OUTCOME_FAILS : CHECK_OUTCOME_INCONCLUSIVE,
                  "the byte that was never sent was acknowledged with the one behind it");
    else if (holes->strangers > 0)
        check_say(ret_row, check->tcb.sack_on ? CHECK_OUTCOME_FAILS : CHECK_OUTCOME_INCONCLUSIVE,
                  "%u answers had blocks of other numbers, the first from %+d to %+d beside ours: "
                  "something on the way changes sequence numbers but not those in SACK",
                  holes->strangers, (int)holes->stranger.left, (int)holes->stranger.right);
    else if (answers >= ANSWERS_MIN)
        check_say(ret_row, check->tcb.sack_on ? CHECK_OUTCOME_FAILS : CHECK_OUTCOME_ABSENT,
                  "%u answers to data beyond a hole, none with a block%s", answers, end);
    else
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "bytes sent beyond a hole: %u, answers that came: %u%s", all_sent(holes), answers,
                  end);
}

void check_judge_dsack(const struct check *check, struct check_row *ret_row)
{
    const struct check_holes *holes;
    unsigned twice, sacks;
    char end[ENDING_SIZE];

    if (check_say_unopened(check, ret_row))
        return;
    holes = &check->holes;
    twice = holes->steps[CHECK_STEP_TWICE].answers;
    sacks = holes->steps[CHECK_STEP_TWICE].sacks;
    ending(check, end);
    if (holes->dsacks > 0)
        check_say(ret_row, check->tcb.sack_on ? CHECK_OUTCOME_WORKS : CHECK_OUTCOME_ONE_SIDED,
                  "%u answer%s began with a block for what had come twice%s", holes->dsacks,
                  check_s(holes->dsacks),
                  check->tcb.sack_on ? "" : ", and the SYN,ACK did not permit SACK");
    else if (sacks >= ANSWERS_MIN)
        check_say(ret_row, CHECK_OUTCOME_ABSENT,
                  "%u answers to data that came again, none with a D-SACK block, which RFC 2883 "
                  "leaves to the peer%s",
                  sacks, end);
    else if (!check->tcb.sack_on && holes->strangers == 0 && !holes->hole_acked &&
             holes->steps[CHECK_STEP_GAP].sacks == 0 && all_answers(holes) >= ANSWERS_MIN)
        check_say(ret_row, CHECK_OUTCOME_ABSENT, "%u answers, none with a SACK block at all%s",
                  all_answers(holes), end);
    else
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "answers to data beyond a hole: %u with a SACK block, and %u more when it came "
                  "again%s",
                  holes->steps[CHECK_STEP_GAP].sacks, twice, end);
}

/* ECN was agreed on. */
static void judge_agreed_ecn(const struct check *check, struct check_row *ret_row)
{
    const struct check_holes *holes = &check->holes;
    unsigned answers = holes->steps[CHECK_STEP_MARK].answers;
    unsigned eces = holes->steps[CHECK_STEP_MARK].eces;
    unsigned after = holes->steps[CHECK_STEP_REDUCE].answers;
    unsigned still = holes->steps[CHECK_STEP_REDUCE].eces;
    unsigned clear = holes->steps[CHECK_STEP_REDUCE].clear;
    const char *before = holes->ece_before ? "; ECE came before the mark, too" : "";
    char end[ENDING_SIZE];

    ending(check, end);
    if (eces > 0 && clear > 0)
        check_say(ret_row, CHECK_OUTCOME_WORKS,
                  "%u of %u answers to data marked CE had ECE, and %u of %u to data with CWR%s",
                  eces, answers, still, after, before);
    else if (eces > 0 && still >= ANSWERS_MIN)
        check_say(
            ret_row, CHECK_OUTCOME_FAILS,
            "%u of %u answers to data marked CE had ECE, but so had all %u to data with CWR%s",
            eces, answers, still, before);
    else if (eces > 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "%u of %u answers to data marked CE had ECE, but only %u came to data with "
                  "CWR%s%s",
                  eces, answers, after, before, end);
    else if (answers >= ANSWERS_MIN)
        check_say(ret_row, CHECK_OUTCOME_FAILS,
                  "none of %u answers to data marked CE had ECE: the peer does not echo it, or the "
                  "mark was wiped off on the way%s",
                  answers, before);
    else
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "bytes sent with a CE mark: %u, answers that came: %u%s",
                  holes->steps[CHECK_STEP_MARK].sent, answers, end);
}

void check_judge_ecn(const struct check *check, struct check_row *ret_row)
{
    const struct check_holes *holes;
    unsigned answers, eces;
    char end[ENDING_SIZE], flags[TCP_FLAGS_TEXT_SIZE];

    if (check_say_unopened(check, ret_row))
        return;
    if (check->tcb.ecn_on) {
        judge_agreed_ecn(check, ret_row);
        return;
    }
    if (!(check->tcb.parameters.syn_flags & TCP_ECE)) {
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "nothing asked for ECN, as no SYN of the ladder that did so was answered");
        return;
    }
    holes = &check->holes;
    answers = holes->steps[CHECK_STEP_MARK].answers;
    eces = holes->steps[CHECK_STEP_MARK].eces;
    ending(check, end);
    if (check->syn_ack.segment.flags & TCP_ECE)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "the flags of the SYN,ACK, %s, agree to nothing; %u of %u answers to data marked "
                  "CE had ECE",
                  tcp_flags_show(check->syn_ack.segment.flags, flags), eces, answers);
    else if (eces > 0 && holes->ece_before == 0 && holes->steps[CHECK_STEP_REDUCE].clear > 0)
        check_say(ret_row, CHECK_OUTCOME_ONE_SIDED,
                  "%u of %u answers to data marked CE had ECE, and the SYN,ACK had not", eces,
                  answers);
    else if (eces > 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "%u of %u answers to data marked CE had ECE, but so had %u segments before and "
                  "%u answers to CWR",
                  eces, answers, holes->ece_before, holes->steps[CHECK_STEP_REDUCE].eces);
    else if (answers >= ANSWERS_MIN)
        check_say(ret_row, CHECK_OUTCOME_ABSENT,
                  "none of %u answers to data marked CE had ECE, nor had the SYN,ACK", answers);
    else
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "bytes sent with a CE mark: %u, answers that came: %u%s",
                  holes->steps[CHECK_STEP_MARK].sent, answers, end);
}
