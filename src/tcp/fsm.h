/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state machine's table: states, events, effects, and the cell for each pair of event and
 * state. */
#ifndef TCP_FSM_H
#define TCP_FSM_H

#include <stddef.h>
#include <stdint.h>

/* The connection states of RFC 9293 section 3.3.2, as a client passes through them. */
enum state {
#define STATE(name, words, server) STATE_##name,
#include "tcp/fsm.def"
    STATE_COUNT
};

enum event {
#define EVENT(name, ...) EVENT_##name,
#include "tcp/fsm.def"
    EVENT_COUNT
};

/* The effects one by one; a cell holds a set of them as bits. Outcomes come behind the rest. */
enum effect_index {
#define EFFECT(name, words)  EFFECT_INDEX_##name,
#define OUTCOME(name, words) EFFECT_INDEX_##name,
#include "tcp/fsm.def"
    EFFECT_COUNT
};

enum effect {
#define EFFECT(name, words)  EFFECT_##name = 1 << EFFECT_INDEX_##name,
#define OUTCOME(name, words) EFFECT_##name = 1 << EFFECT_INDEX_##name,
#include "tcp/fsm.def"
};

/* All outcomes: entering CLOSED carries exactly one of them. */
#define EFFECTS_OUTCOME                                                                            \
    (EFFECT_REFUSED | EFFECT_RESET | EFFECT_UNREACHABLE | EFFECT_TIMED_OUT | EFFECT_DONE |         \
     EFFECT_ABORTED | EFFECT_LEFT | EFFECT_LOST)

enum fsm_action { FSM_GO, FSM_ON, FSM_DROP, FSM_ODD, FSM_DENY, FSM_NEVER, FSM_ACTION_COUNT };

/* One cell. `next` counts for GO only; all other actions stay where they are. */
struct fsm_cell {
    uint8_t action; /* enum fsm_action */
    uint8_t next;   /* enum state */
    uint32_t effects;
};

/* The cell for an event in a state. */
const struct fsm_cell *fsm_cell(enum event event, enum state state);

/* Names as in RFC 9293 ("SYN-SENT"), as in the table ("RX_SYN_ACK"), and in words. Never NULL. */
const char *fsm_state_name(enum state state);
const char *fsm_server_state(enum state state);
const char *fsm_event_name(enum event event);
const char *fsm_event_words(enum event event);
/* The section that the row follows: "3.10.7.3" (of RFC 9293 where no RFC is named). */
const char *fsm_event_reference(enum event event);
const char *fsm_action_name(enum fsm_action action);
const char *fsm_effect_name(enum effect_index index);
const char *fsm_effect_words(enum effect_index index);

/* Room for any set of effects as text. */
#define FSM_EFFECTS_TEXT_SIZE 256
/* "ACK|SEND|REARM", "" for none. Returns text. */
const char *fsm_effects_show(uint32_t effects, char text[FSM_EFFECTS_TEXT_SIZE]);
/* A cell as the table writes it: "GO(SYN|ARM, SYN-SENT)". Returns text. */
const char *fsm_cell_show(const struct fsm_cell *cell, char text[FSM_EFFECTS_TEXT_SIZE]);

#endif
