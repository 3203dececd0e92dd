/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which SYN of a climb leaves when, and whether any more shall. */
#include <utlist.h>

#include "probe/climber.h"
#include "probe/frames.h"

/* So many SYNs that every listening host answers and every other one refuses, and not one SYN,ACK:
 * nobody will answer more. */
#define FIRST 6

/* The last block on the one 4-tuple begins so many rungs before the end: about as many as leave
 * until it is done. */
#define LAST_BLOCK 12

/* A block's third SYN has this added to its sequence number, its fourth that too. Neither looks
 * like the index of an MSS that a cookie holds. */
#define SHIFT_THIRD  7777u
#define SHIFT_FOURTH 1000003u

/* The gaps between two SYNs on the one 4-tuple: so many times that between two SYNs of the climb,
 * uneven, so that no clock's ticks hide in them, and within bounds, ns. */
#define GAP_LEAST_TIMES 1.0
#define GAP_MOST_TIMES  5.0
#define GAP_LEAST       INT64_C(10000000)
#define GAP_MOST        INT64_C(1000000000)

/* Tries to get one connection to be held. */
#define HOLD_TRIES 3

enum choice { CHOICE_NONE, CHOICE_HOLD, CHOICE_SAME, CHOICE_RUNG, CHOICE_LIMITED, CHOICE_CHECK };

static int64_t at_least(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- what there is to send ---- */

static bool hold_wanted(const struct climber *climber)
{
    return climber->hold.patience > 0 && climber->hold_state == CLIMBER_HOLD_NONE &&
           climber->answers > 0 && climber->hold_tries < HOLD_TRIES;
}

static bool hold_pending(const struct climber *climber)
{
    return hold_wanted(climber) || climber->hold_state == CLIMBER_HOLD_ASKED ||
           climber->hold_state == CLIMBER_HOLD_HELD;
}

/* Whether the ladder has come to where the next SYN on the one 4-tuple belongs. */
static bool same_open(const struct climber *climber)
{
    unsigned block = climber->same_at / CLIMBER_BLOCK;
    size_t count = climber->turn_count;
    size_t tail = count / 4 < LAST_BLOCK ? count / 4 : LAST_BLOCK;

    if (climber->same_at == CLIMB_SAME || climber->answers == 0 ||
        climber->stage > CLIMBER_LIMITED || (climber->same && !climber->same->settled))
        return false;
    return climber->stage > CLIMBER_RUNGS ||
           climber->at >= (count - tail) * block / (CLIMBER_BLOCKS - 1);
}

/* Whether the answer to a SYN that asked for a cookie is still to come. */
static bool asking_cookie(const struct climber *climber)
{
    const struct climber_shot *shot;

    DL_FOREACH2 (climber->flying, shot, next) {
        struct option_summary summary;

        options_summarize(&climber_row(shot)->syn.options, &summary);
        if (!shot->answered && summary.has_fastopen && summary.fastopen_length == 0)
            return true;
    }
    return false;
}

static bool nobody_yet(const struct climber *climber)
{
    return climber->answers == 0 && climber->firm >= FIRST;
}

static bool rung_open(const struct climber *climber)
{
    enum rung_id rung;

    if (climber->stage != CLIMBER_RUNGS || climber->at == climber->turn_count ||
        nobody_yet(climber))
        return false;
    rung = climber->turns[climber->at].rung;
    return rung_ready(rung, &climber->values) || !asking_cookie(climber);
}

static bool limited_open(const struct climber *climber)
{
    return climber->stage == CLIMBER_LIMITED && !climber->arrived &&
           climber->limited_at < climber->hops * LIMITED_REPEAT;
}

static bool check_open(const struct climber *climber)
{
    return climber->stage == CLIMBER_CHECKS && !climber->checking && climber->flying_count == 0;
}

/* What is to leave now; else NONE, and how long to wait for it, ns. */
static enum choice choose(const struct climber *climber, int64_t now, int64_t *ret_wait)
{
    int64_t paced = pace_wait(&climber->pace, now), same;
    enum choice choice = CHOICE_NONE;

    *ret_wait = TCB_NEVER;
    if (climber->stage == CLIMBER_DONE)
        return CHOICE_NONE;
    if (hold_wanted(climber)) {
        choice = CHOICE_HOLD;
    } else if (climber->flying_count < CLIMB_HALF_OPEN) {
        if (rung_open(climber))
            choice = CHOICE_RUNG;
        else if (limited_open(climber))
            choice = CHOICE_LIMITED;
        else if (check_open(climber))
            choice = CHOICE_CHECK;
    }
    if (choice != CHOICE_NONE)
        *ret_wait = paced;
    if (choice != CHOICE_HOLD && climber->flying_count < CLIMB_HALF_OPEN && same_open(climber)) {
        same = at_least(at_least(climber->same_due - now, 0), paced);
        if (same <= *ret_wait) {
            choice = CHOICE_SAME;
            *ret_wait = same;
        }
    }
    return *ret_wait == 0 ? choice : CHOICE_NONE;
}

/* ---- sending ---- */

static int send_more(struct climber *climber, enum ladder_part part, unsigned repeat,
                     struct fault *fault)
{
    struct climber_syn syn = {
        .part = part,
        .rung = part == LADDER_PART_HOLD ? climber_base(climber) : RUNG_LINUX,
        .repeat = repeat,
    };
    uint64_t turn = climber->turn_count + climber->drawn++;

    syn.values = climber->values;
    if (part == LADDER_PART_LIMITED) {
        syn.hop_limit = (uint8_t)(1 + climber->limited_at / LIMITED_REPEAT);
        syn.repeat = climber->limited_at++ % LIMITED_REPEAT;
    }
    if (!engine_random(climber->engine, &syn.random, sizeof syn.random)) {
        *fault = climber->engine->fault;
        return -FAULT_SYSTEM;
    }
    rung_values_draw(climber->seed, turn, &syn.values);
    return climber_shot_send(climber, &syn, fault);
}

static int send_hold(struct climber *climber, struct fault *fault)
{
    int error;

    climber->hold_state = CLIMBER_HOLD_ASKED;
    error = send_more(climber, LADDER_PART_HOLD, climber->hold_tries++, fault);
    climber->hold.asked = climber->hold.asked || !error;
    return error;
}

/* The same but for the sequence number: C, C, C + 7777, C + 7777 + 1000003. */
static int send_same(struct climber *climber, struct fault *fault)
{
    unsigned place = climber->same_at % CLIMBER_BLOCK;
    struct climber_syn syn = {
        .part = LADDER_PART_SAME,
        .rung = place == 0 ? climber_base(climber) : climber->same_rung,
        .repeat = climber->same_at++,
        .values = climber->same_values,
        .random = climber->same_random,
    };
    uint64_t state = climber->seed + climber->same_at;
    double share = (double)(rung_draw(&state) >> 32) / 4294967296.0;
    int64_t gap = (int64_t)(climber->pace.period *
                            (GAP_LEAST_TIMES + (GAP_MOST_TIMES - GAP_LEAST_TIMES) * share));

    climber->same_rung = syn.rung;
    gap = gap < GAP_LEAST ? GAP_LEAST : gap > GAP_MOST ? GAP_MOST : gap;
    climber->same_due = engine_now() + gap;
    if (place >= 2)
        syn.values.seq += SHIFT_THIRD;
    if (place == 3)
        syn.values.seq += SHIFT_FOURTH;
    return climber_shot_send(climber, &syn, fault);
}

static int send_rung(struct climber *climber, struct fault *fault)
{
    const struct rungs_turn *turn = &climber->turns[climber->at];
    enum rung_role role = rung_of(turn->rung)->role;
    struct climber_syn syn = {
        .part = LADDER_PART_RUNGS,
        .rung = turn->rung,
        .repeat = turn->repeat,
        .values = climber->values,
    };
    int error;

    if (!engine_random(climber->engine, &syn.random, sizeof syn.random)) {
        *fault = climber->engine->fault;
        return -FAULT_SYSTEM;
    }
    rung_values_draw(climber->seed, climber->at, &syn.values);
    error = climber_shot_send(climber, &syn, fault);
    climber->at += !error;
    climber->firm += !error && role != RUNG_ROLE_DOUBTFUL && role != RUNG_ROLE_FORBIDDEN;
    return error;
}

/* False if that went wrong. */
static bool send_choice(struct climber *climber, enum choice choice)
{
    struct engine *engine = climber->engine;
    struct fault fault;
    int error = 0;

    pace_take(&climber->pace, engine_now());
    switch (choice) {
    case CHOICE_NONE:
        return false;
    case CHOICE_CHECK:
        return climber_check_next(climber);
    case CHOICE_HOLD:
        error = send_hold(climber, &fault);
        break;
    case CHOICE_SAME:
        error = send_same(climber, &fault);
        break;
    case CHOICE_RUNG:
        error = send_rung(climber, &fault);
        break;
    case CHOICE_LIMITED:
        error = send_more(climber, LADDER_PART_LIMITED, 0, &fault);
        break;
    }
    if (!error)
        return true;
    if (engine_fatal(error)) {
        engine_fail(engine, error, &fault);
        return false;
    }
    if (choice == CHOICE_HOLD) { /* it does without */
        climber->hold_state = CLIMBER_HOLD_OVER;
        return true;
    }
    if (error == -FAULT_SYSTEM && engine->impaired.code == FAULT_NONE)
        engine->impaired = fault;
    climber->fault = fault;
    climber_end(climber, climber->fault.what);
    return true;
}

/* ---- from one part to the next ---- */

/* Turns that there is no cookie for are left out. */
static bool leave_out(struct climber *climber)
{
    if (climber->at == climber->turn_count ||
        rung_ready(climber->turns[climber->at].rung, &climber->values) || asking_cookie(climber))
        return false;
    climber->at++;
    climber->left_out++;
    return true;
}

static bool rungs_done(struct climber *climber)
{
    bool all = climber->at == climber->turn_count;

    if (!all && !nobody_yet(climber))
        return leave_out(climber);
    if (climber->answers == 0) {
        if (climber->flying_count > 0)
            return false;
        climber_end(climber, NULL);
        return true;
    }
    climber->hops = climber->engine->options->climb.no_limited ? 0 : limited_hops(climber->ttl);
    climber->stage = CLIMBER_LIMITED;
    return true;
}

/* True if it goes on with something else. */
static bool advance(struct climber *climber)
{
    switch (climber->stage) {
    case CLIMBER_RUNGS:
        return rungs_done(climber);
    case CLIMBER_LIMITED:
        if (limited_open(climber) || climber->same_at < CLIMB_SAME || climber->flying_count > 0)
            return false;
        climber->stage = CLIMBER_CHECKS;
        return true;
    case CLIMBER_CHECKS:
        if (climber->checking || climber_checks_left(climber) > 0)
            return false;
        climber->stage = CLIMBER_HOLDING;
        return true;
    case CLIMBER_HOLDING:
        if (hold_pending(climber))
            return false;
        climber_end(climber, NULL);
        return true;
    case CLIMBER_DONE:
        break;
    }
    return false;
}

/* All that may leave now. */
static void go(struct climber *climber)
{
    enum choice choice;
    int64_t wait;

    while (!climber->over && !climber->engine->error && climber->link) {
        while (advance(climber))
            continue;
        if (climber->stage == CLIMBER_DONE) {
            if (!climber->flying)
                climber_finish(climber);
            return;
        }
        choice = choose(climber, engine_now(), &wait);
        if (choice == CHOICE_NONE || !send_choice(climber, choice))
            return;
    }
}

void climbers_due(struct engine *engine, int64_t now)
{
    struct climber *climber, *next;
    const char *why;

    if (engine->climbers)
        engine_read_links(engine);
    DL_FOREACH_SAFE2 (engine->climbers, climber, next, next_of) {
        climber_shots_due(climber, now);
        climber_check_due(climber, now);
        why = climber_strain_words(&climber->strain);
        if (why)
            climber_end(climber, why);
        go(climber);
    }
}

/* The loop may have been late between the two: then the next SYN is to be as late. */
void climbers_left(struct engine *engine, int64_t now)
{
    struct climber *climber;

    DL_FOREACH2 (engine->climbers, climber, next_of)
        pace_left(&climber->pace, now);
}

int64_t climbers_next(struct engine *engine, int64_t now)
{
    const struct climber *climber;
    int64_t next = TCB_NEVER;

    DL_FOREACH2 (engine->climbers, climber, next_of) {
        int64_t wait = climber_shots_next(climber, now), check = climber_check_wait(climber, now);
        int64_t due;

        choose(climber, now, &due);
        wait = due < wait ? due : wait;
        wait = check < wait ? check : wait;
        if (climber->stage == CLIMBER_DONE && !climber->flying)
            wait = 0;
        next = wait < next ? wait : next;
    }
    return next;
}
