/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commonest quotient of what neighbours went up by and the connections between them. */
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/connection.h"

enum { PAIRS_MOST = 20000, PAIRS_LEAST = 8, FOREIGN_MOST = 64 };

#define NEAR 0.1 /* s */

struct pair {
    uint32_t up, contacts, quotient; /* quotient 0: there is none */
    double time;
};

static int compare_quotients(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    return (x->quotient > y->quotient) - (x->quotient < y->quotient);
}

static bool lost_between(const struct isn_samples *samples, size_t from, size_t to)
{
    while (from < to) {
        if (samples->rows[++from].gap)
            return true;
    }
    return false;
}

static size_t pairs_make(const struct isn_samples *samples, struct pair *pairs)
{
    size_t count = 0;

    for (size_t i = 0; i + 1 < samples->fixed_count && count < PAIRS_MOST; i++) {
        size_t from = samples->fixed[i], to = samples->fixed[i + 1];
        const struct isn_sample *a = &samples->rows[from], *b = &samples->rows[to];
        double time = (double)(b->time - a->time) * 1e-9;
        uint32_t contacts = (uint32_t)(to - from), up = b->isn - a->isn;

        if (time > NEAR || lost_between(samples, from, to))
            continue;
        pairs[count++] = (struct pair){.up = up,
                                       .contacts = contacts,
                                       .quotient = up % contacts == 0 ? up / contacts : 0,
                                       .time = time};
    }
    return count;
}

/* The run of equal quotients that is longest; returns its length, and its first in *ret_first. */
static size_t commonest(const struct pair *pairs, size_t count, size_t *ret_first)
{
    size_t best = 0;

    for (size_t i = 0, same; i < count; i += same) {
        for (same = 1; i + same < count && pairs[i + same].quotient == pairs[i].quotient;)
            same++;
        if (pairs[i].quotient >= ISN_CONNECTION_LEAST && same > best) {
            best = same;
            *ret_first = i;
        }
    }
    return best;
}

/* Others' connections: so many steps more than we made. */
static void count_foreign(const struct pair *pairs, size_t count, struct isn_connection_step *step)
{
    double time = 0, foreign = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t steps = pairs[i].up / step->step, more = steps - pairs[i].contacts;

        if (pairs[i].up % step->step != 0 || more > FOREIGN_MOST)
            continue;
        time += fmax(pairs[i].time, 0);
        foreign += more;
        step->foreign_pairs += more > 0;
    }
    step->foreign_time = time;
    step->foreign = time > 0 ? foreign / time : 0;
}

int isn_connection_step(const struct isn_samples *samples, double rate,
                        struct isn_connection_step *ret_step)
{
    struct isn_connection_step step = {.found = false};
    size_t room = samples->fixed_count < PAIRS_MOST ? samples->fixed_count : PAIRS_MOST;
    struct pair *pairs = calloc(room + 1, sizeof *pairs);
    size_t first = 0, far = 0;

    if (!pairs)
        return -FAULT_MEMORY;
    step.pairs = pairs_make(samples, pairs);
    qsort(pairs, step.pairs, sizeof *pairs, compare_quotients);
    step.hits = commonest(pairs, step.pairs, &first);
    if (step.hits > 0)
        step.step = pairs[first].quotient;
    for (size_t i = first; i < first + step.hits; i++)
        far += rate * pairs[i].time > 3.0 * step.step * pairs[i].contacts;
    /* The first one makes the guess, the others meet it; a difference below 2^28 is one of 2^28. */
    if (step.hits > 1)
        step.log10_p = -log10(0x1p28) * (double)(step.hits - 1);
    step.found = step.pairs >= PAIRS_LEAST && far >= 3 && (double)far > 0.05 * (double)step.hits &&
                 (double)step.hits > ISN_CONNECTION_SHARE * (double)step.pairs;
    if (step.found)
        count_foreign(pairs, step.pairs, &step);
    free(pairs);
    *ret_step = step;
    return 0;
}
