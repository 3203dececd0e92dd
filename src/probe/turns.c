/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose turn it is to send a SYN, and when. */
#include <utlist.h>

#include "probe/climber.h"
#include "probe/frames.h"
#include "probe/pinger.h"
#include "probe/sampler.h"

/* So many turns are taken before frames, signals and timers have theirs. */
#define TURNS_AT_ONCE 1024
/* After so many SYNs the answers are read, so that they do not overrun the ring. */
#define TURNS_A_BATCH 64
/* The ring of a link that is not for very many has but 64 slots on loopback, whose answers come at
 * once: read more often. */
#define TURNS_A_READ 8

void turn_ask(struct engine *engine, struct turn *turn)
{
    if (turn->waiting)
        return;
    turn->waiting = true;
    DL_APPEND2(engine->turns, turn, previous, next);
    engine_wake(engine);
}

void turn_withdraw(struct engine *engine, struct turn *turn)
{
    if (!turn->waiting)
        return;
    turn->waiting = false;
    DL_DELETE2(engine->turns, turn, previous, next);
}

/* Whether the first that waits to begin may: each address of a name counts, though all came of one
 * item. */
static bool may_start(const struct engine *engine)
{
    return !engine->blocked && engine->active - engine->opening < engine->parallel;
}

/* One SYN, a copy or a new target's: false if nobody wants to send now. */
static bool take_one(struct engine *engine, int64_t now)
{
    struct turn *turn = engine->turns;
    unsigned links = engine->links.count;
    int64_t left;

    if (turn) {
        turn_withdraw(engine, turn);
        pace_take(&engine->rate, now);
        turn->take(engine, turn->owner);
        return true;
    }
    if (engine->stopping || pace_wait(&engine->spacing, now) > 0)
        return false;
    if (engine->starts && !may_start(engine))
        return false;
    if (!engine->starts && (!intake_open(engine) || !intake_next(engine)))
        return false;
    if (!engine->starts) /* a name, whose addresses are not known yet */
        return true;
    pace_take(&engine->rate, now);
    intake_start(engine);
    left = engine_now();
    if (engine->links.count > links) /* which took tens of milliseconds, before the SYN left */
        pace_delay(&engine->rate, left - now);
    pace_take(&engine->spacing, left);
    return true;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When somebody who waits now may go. */
static int64_t next_turn(const struct engine *engine, int64_t now)
{
    int64_t wait = pace_wait(&engine->rate, now), spaced = pace_wait(&engine->spacing, now);

    if (engine->turns)
        return wait;
    if (engine->stopping || (!engine->starts && !intake_open(engine)))
        return TCB_NEVER;
    if (engine->starts && !may_start(engine))
        return TCB_NEVER;
    return wait > spaced ? wait : spaced;
}

/* What was queued leaves. */
static void flush(struct engine *engine)
{
    int64_t now;

    links_flush(&engine->links);
    now = engine_now();
    pace_left(&engine->rate, now);
    climbers_left(engine, now);
}

int64_t turns_take(struct engine *engine)
{
    unsigned batch = engine->links.load == LINK_MANY ? TURNS_A_BATCH : TURNS_A_READ;
    int64_t now = engine_now(), due;

    engine->draining = true;
    pingers_due(engine, now);
    exchanges_due(engine, now);
    samplers_due(engine, now);
    climbers_due(engine, now);
    for (unsigned taken = 0; taken < TURNS_AT_ONCE && !engine->error; taken++) {
        if (pace_wait(&engine->rate, now) > 0 || !take_one(engine, now))
            break;
        if (taken % batch == batch - 1) {
            flush(engine);
            engine_read_links(engine);
            now = engine_now();
        }
    }
    flush(engine);
    engine->draining = false;
    intake_look_ahead(engine);

    now = engine_now();
    due = next_turn(engine, now);
    due = sooner(due, pingers_next(engine, now));
    due = sooner(due, samplers_next(engine, now));
    due = sooner(due, climbers_next(engine, now));
    return sooner(due, exchanges_next(engine, now));
}
