/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long exchanges wait for their answers, and what happens then. */
#include <utlist.h>

#include "probe/pinger.h"

/* How long an answer that comes after all is waited for, while the series goes on. */
#define LINGER INT64_C(30000000000)

/* In each queue all wait equally long, so that the last to come is the last to go. */

void exchange_leave(struct exchange *exchange)
{
    if (exchange->queue)
        DL_DELETE2(*exchange->queue, exchange, previous, next);
    exchange->queue = NULL;
}

static void enter(struct exchange *exchange, struct exchange **queue, int64_t due)
{
    exchange_leave(exchange);
    exchange->queue = queue;
    exchange->due = due;
    DL_APPEND2(*queue, exchange, previous, next);
}

static int64_t patience(const struct spec *spec, unsigned copies)
{
    return spec->timeout << (copies - 1);
}

void exchange_wait(struct exchange *exchange, int64_t now)
{
    struct engine *engine = exchange->pinger->engine;
    unsigned copies = exchange->opening.copy_count;

    enter(exchange, &engine->waiting[copies - 1], now + patience(engine->options->spec, copies));
}

/* The last copy was not answered either, or the answers that were to come have had their time. */
static void give_up(struct exchange *exchange, int64_t now)
{
    exchange_judge(exchange);
    enter(exchange, &exchange->pinger->engine->lingering, now + LINGER);
}

static void wait_over(struct exchange *exchange, int64_t now)
{
    struct engine *engine = exchange->pinger->engine;

    exchange_leave(exchange);
    if (exchange->judged)
        exchange_free(exchange); /* a second answer would have been here by now */
    else if (exchange->answer == ANSWER_NONE && !engine->stopping &&
             exchange->opening.copy_count <= engine->options->spec->retries)
        turn_ask(engine, &exchange->turn);
    else
        give_up(exchange, now);
}

void exchanges_due(struct engine *engine, int64_t now)
{
    struct exchange *exchange, *after;

    for (unsigned i = 0; i < ENGINE_ATTEMPTS; i++)
        DL_FOREACH_SAFE2 (engine->waiting[i], exchange, after, next) {
            if (exchange->due > now)
                break;
            wait_over(exchange, now);
        }
    DL_FOREACH_SAFE2 (engine->lingering, exchange, after, next) {
        if (exchange->due > now)
            break;
        exchange_free(exchange);
    }
}

static int64_t wait_of(const struct exchange *exchange, int64_t now)
{
    if (!exchange)
        return TCB_NEVER;
    return exchange->due > now ? exchange->due - now : 0;
}

int64_t exchanges_next(const struct engine *engine, int64_t now)
{
    /* What is only listened for may end whenever the loop comes round, unless its port is missed.
     */
    int64_t next = engine->kept_back ? wait_of(engine->lingering, now) : TCB_NEVER;

    for (unsigned i = 0; i < ENGINE_ATTEMPTS; i++) {
        int64_t wait = wait_of(engine->waiting[i], now);

        next = wait < next ? wait : next;
    }
    return next;
}
