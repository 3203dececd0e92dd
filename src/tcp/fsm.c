/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of fsm.def as data, and the names in it. */
#include "tcp/fsm.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The short names that the cells of fsm.def are written in. */
enum {
#define EFFECT(name, words)  name = EFFECT_##name,
#define OUTCOME(name, words) name = EFFECT_##name,
#include "tcp/fsm.def"
};

#define GO(effects, state)                                                                         \
    {                                                                                              \
        FSM_GO, STATE_##state, (effects)                                                           \
    }
#define ON(effects)                                                                                \
    {                                                                                              \
        FSM_ON, STATE_COUNT, (effects)                                                             \
    }
#define DROP                                                                                       \
    {                                                                                              \
        FSM_DROP, STATE_COUNT, 0                                                                   \
    }
#define ODD(effects)                                                                               \
    {                                                                                              \
        FSM_ODD, STATE_COUNT, (effects)                                                            \
    }
#define DENY                                                                                       \
    {                                                                                              \
        FSM_DENY, STATE_COUNT, 0                                                                   \
    }
#define NEVER                                                                                      \
    {                                                                                              \
        FSM_NEVER, STATE_COUNT, 0                                                                  \
    }

/* A row has a fixed number of cells, so a missing or a surplus one does not compile. */
static const struct fsm_cell table[EVENT_COUNT][STATE_COUNT] = {
#define EVENT(name, words, reference, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9)                      \
    [EVENT_##name] = {c0, c1, c2, c3, c4, c5, c6, c7, c8, c9},
#include "tcp/fsm.def"
};
_Static_assert(STATE_COUNT == 10, "a new state needs a new column in every row");
_Static_assert(EFFECT_COUNT <= 31, "effects are bits of a 32-bit set");

static const char *const state_names[STATE_COUNT] = {
#define STATE(name, words, server) [STATE_##name] = (words),
#include "tcp/fsm.def"
};

static const char *const server_states[STATE_COUNT] = {
#define STATE(name, words, server) [STATE_##name] = (server),
#include "tcp/fsm.def"
};

static const struct {
    const char *name, *words, *reference;
} events[EVENT_COUNT] = {
#define EVENT(name, words, reference, ...) [EVENT_##name] = {#name, (words), (reference)},
#include "tcp/fsm.def"
};

static const struct {
    const char *name, *words;
} effects_table[EFFECT_COUNT] = {
#define EFFECT(name, words)  [EFFECT_INDEX_##name] = {#name, (words)},
#define OUTCOME(name, words) [EFFECT_INDEX_##name] = {#name, (words)},
#include "tcp/fsm.def"
};

static const char *const action_names[FSM_ACTION_COUNT] = {
    [FSM_GO] = "GO",   [FSM_ON] = "ON",     [FSM_DROP] = "DROP",
    [FSM_ODD] = "ODD", [FSM_DENY] = "DENY", [FSM_NEVER] = "NEVER",
};

const struct fsm_cell *fsm_cell(enum event event, enum state state)
{
    assert(event < EVENT_COUNT && state < STATE_COUNT);
    return &table[event][state];
}

const char *fsm_state_name(enum state state)
{
    assert(state < STATE_COUNT);
    return state_names[state];
}

const char *fsm_server_state(enum state state)
{
    assert(state < STATE_COUNT);
    return server_states[state];
}

const char *fsm_event_name(enum event event)
{
    assert(event < EVENT_COUNT);
    return events[event].name;
}

const char *fsm_event_words(enum event event)
{
    assert(event < EVENT_COUNT);
    return events[event].words;
}

const char *fsm_event_reference(enum event event)
{
    assert(event < EVENT_COUNT);
    return events[event].reference;
}

const char *fsm_action_name(enum fsm_action action)
{
    assert(action < FSM_ACTION_COUNT);
    return action_names[action];
}

const char *fsm_effect_name(enum effect_index index)
{
    assert(index < EFFECT_COUNT);
    return effects_table[index].name;
}

const char *fsm_effect_words(enum effect_index index)
{
    assert(index < EFFECT_COUNT);
    return effects_table[index].words;
}

const char *fsm_effects_show(uint32_t effects, char text[FSM_EFFECTS_TEXT_SIZE])
{
    size_t at = 0;

    text[0] = '\0';
    for (unsigned index = 0; index < EFFECT_COUNT; index++)
        if (effects & (1u << index))
            at += (size_t)snprintf(text + at, FSM_EFFECTS_TEXT_SIZE - at, "%s%s", at ? "|" : "",
                                   effects_table[index].name);
    return text;
}

const char *fsm_cell_show(const struct fsm_cell *cell, char text[FSM_EFFECTS_TEXT_SIZE])
{
    char effects[FSM_EFFECTS_TEXT_SIZE];

    fsm_effects_show(cell->effects, effects);
    if (cell->action == FSM_GO)
        snprintf(text, FSM_EFFECTS_TEXT_SIZE, "GO(%.200s, %s)", effects, state_names[cell->next]);
    else if (cell->action == FSM_ON || cell->action == FSM_ODD)
        snprintf(text, FSM_EFFECTS_TEXT_SIZE, "%s(%.240s)", action_names[cell->action], effects);
    else
        snprintf(text, FSM_EFFECTS_TEXT_SIZE, "%s", action_names[cell->action]);
    return text;
}
