/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In which order the rungs are sent. */
#include "probe/ladder/rungs_plan.h"

#include <assert.h>

/* A number below `count`, which is far below 2^32. */
static size_t draw_below(uint64_t *state, size_t count)
{
    return (size_t)((rung_draw(state) >> 32) * count >> 32);
}

/* The chosen rungs, and all that they are to be held against. */
static void choose(const struct rungs_plan_options *options, bool ret_chosen[RUNG_COUNT])
{
    bool more = true;

    for (unsigned id = 0; id < RUNG_COUNT; id++) {
        const struct rung *rung = rung_of((enum rung_id)id);

        ret_chosen[id] = options->features == 0 || options->features >> rung->feature & 1 ||
                         rung->role == RUNG_ROLE_CONTROL;
    }
    while (more) {
        more = false;
        for (unsigned id = 0; id < RUNG_COUNT; id++) {
            enum rung_id beside = rung_of((enum rung_id)id)->beside;

            if (ret_chosen[id] && !ret_chosen[beside])
                ret_chosen[beside] = more = true;
        }
    }
}

bool rungs_plan_has(const struct rungs_plan_options *options, enum rung_id id)
{
    bool chosen[RUNG_COUNT];

    assert(id < RUNG_COUNT);
    choose(options, chosen);
    return chosen[id];
}

static void swap(enum rung_id *a, enum rung_id *b)
{
    enum rung_id kept = *a;

    *a = *b;
    *b = kept;
}

/* Fisher and Yates. */
static void shuffle(enum rung_id *round, size_t count, uint64_t *state)
{
    for (size_t i = count; i > 1; i--)
        swap(&round[i - 1], &round[draw_below(state, i)]);
}

static bool is_among(enum rung_id id, const enum rung_id *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == id)
            return true;
    return false;
}

/* What was in the last quarter of the round before does not come in the first of this one. At most
 * a quarter is to stay away, so that three quarters always have room for it. */
static void keep_apart(enum rung_id *round, const enum rung_id *before, size_t count,
                       uint64_t *state)
{
    size_t quarter = count / 4;
    const enum rung_id *late = before + count - quarter;

    for (size_t i = 0; i < quarter; i++) {
        size_t other;

        if (!is_among(round[i], late, quarter))
            continue;
        other = draw_below(state, count - quarter);
        while (is_among(round[quarter + other], late, quarter))
            other = (other + 1) % (count - quarter);
        swap(&round[i], &round[quarter + other]);
    }
}

/* Puts the first rung that asks for a cookie before all that need one. */
static void ask_first(enum rung_id *round, size_t count)
{
    size_t needs = 0, asks = 0;

    while (needs < count && !rung_needs_cookie(round[needs]))
        needs++;
    while (asks < count && round[asks] != RUNG_FASTOPEN)
        asks++;
    if (needs < asks && asks < count)
        swap(&round[needs], &round[asks]);
}

/* The rounds, one behind the other, of the rungs that are no controls. */
static enum rung_id *make_rounds(const struct rungs_plan_options *options, struct arena *arena,
                                 size_t *ret_count)
{
    enum rung_id *rounds;
    bool chosen[RUNG_COUNT];
    uint64_t state = options->seed;
    size_t count = 0;

    rounds = arena_take(arena, (size_t)RUNG_COUNT * options->repeat, sizeof *rounds);
    choose(options, chosen);
    for (unsigned id = 0; id < RUNG_COUNT; id++)
        if (chosen[id] && rung_of((enum rung_id)id)->role != RUNG_ROLE_CONTROL)
            rounds[count++] = (enum rung_id)id;
    for (unsigned repeat = 0; repeat < options->repeat; repeat++) {
        enum rung_id *round = rounds + repeat * count;

        if (repeat > 0)
            for (size_t i = 0; i < count; i++)
                round[i] = rounds[i];
        shuffle(round, count, &state);
        if (repeat == 0)
            ask_first(round, count);
        else
            keep_apart(round, round - count, count, &state);
    }
    *ret_count = count * options->repeat;
    return rounds;
}

const struct rungs_turn *rungs_plan(const struct rungs_plan_options *options, struct arena *arena,
                                    size_t *ret_count)
{
    enum rung_id controls[RUNG_COUNT] = {0};
    unsigned sent[RUNG_COUNT] = {0};
    size_t control_count = 0, count, between, least, done = 0, at = 0;
    struct rungs_turn *turns;
    enum rung_id *rounds;

    assert(options->repeat >= 1 && options->repeat <= RUNGS_REPEAT_MAX);
    rounds = make_rounds(options, arena, &count);
    for (unsigned id = 0; id < RUNG_COUNT; id++)
        if (rung_of((enum rung_id)id)->role == RUNG_ROLE_CONTROL)
            controls[control_count++] = (enum rung_id)id;
    assert(control_count > 0);
    /* So many controls, and one less of what lies between two of them. */
    between = (count + RUNGS_BETWEEN - 1) / RUNGS_BETWEEN;
    least =
        options->repeat > 1 && options->repeat < RUNGS_CONTROLS ? RUNGS_CONTROLS : options->repeat;
    if (between + 1 < control_count * least)
        between = control_count * least - 1;

    turns = arena_take(arena, count + between + 1, sizeof *turns);
    for (size_t control = 0; control <= between; control++) {
        enum rung_id id = controls[control % control_count];
        size_t upto = control == between ? count : (control + 1) * count / between;

        turns[at++] = (struct rungs_turn){.rung = id, .repeat = sent[id]++};
        for (; done < upto; done++)
            turns[at++] = (struct rungs_turn){.rung = rounds[done], .repeat = sent[rounds[done]]++};
    }
    *ret_count = at;
    return turns;
}
