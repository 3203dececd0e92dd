/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proofs that the state machine's table can give by itself, and its golden listing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <assert.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdbool.h>

#include "golden.h"
#include "tcp/fsm.h"

static bool has(uint32_t effects, uint32_t what)
{
    return (effects & what) == what;
}

static unsigned outcomes(uint32_t effects)
{
    unsigned count = 0;

    for (uint32_t left = effects & EFFECTS_OUTCOME; left; left &= left - 1)
        count++;
    return count;
}

/* Calls check for every cell, which says whether it is as it must be. */
static void each_cell(bool (*check)(enum event event, enum state state,
                                    const struct fsm_cell *cell))
{
    unsigned wrong = 0;

    for (unsigned e = 0; e < EVENT_COUNT; e++)
        for (unsigned s = 0; s < STATE_COUNT; s++) {
            const struct fsm_cell *cell = fsm_cell((enum event)e, (enum state)s);
            char text[FSM_EFFECTS_TEXT_SIZE];

            if (check((enum event)e, (enum state)s, cell))
                continue;
            wrong++;
            print_message("# %s in %s: %s\n", fsm_event_name((enum event)e),
                          fsm_state_name((enum state)s), fsm_cell_show(cell, text));
        }
    assert_int_equal(wrong, 0);
}

static bool well_formed(enum event event, enum state state, const struct fsm_cell *cell)
{
    (void)event;
    if (cell->effects >> EFFECT_COUNT)
        return false;
    switch ((enum fsm_action)cell->action) {
    case FSM_GO:
        return cell->next < STATE_COUNT && cell->next != state;
    case FSM_ON:
    case FSM_ODD:
        return cell->next == STATE_COUNT;
    case FSM_DROP:
    case FSM_DENY:
    case FSM_NEVER:
        return cell->next == STATE_COUNT && cell->effects == 0;
    case FSM_ACTION_COUNT:
        break;
    }
    return false;
}

static void test_total(void **state)
{
    (void)state;
    each_cell(well_formed);
}

/* Only our caller can be denied, and it can always be told so. */
static bool denied_rightly(enum event event, enum state state, const struct fsm_cell *cell)
{
    bool users = event <= EVENT_USER_LEAVE;

    (void)state;
    return users ? cell->action != FSM_NEVER && cell->action != FSM_ODD : cell->action != FSM_DENY;
}

static void test_denials(void **state)
{
    (void)state;
    each_cell(denied_rightly);
}

/* Whether `to` can be reached from `from`; `seen` has what was visited. */
static bool leads(enum state from, enum state to, bool seen[STATE_COUNT])
{
    if (from == to)
        return true;
    seen[from] = true;
    for (unsigned e = 0; e < EVENT_COUNT; e++) {
        const struct fsm_cell *cell = fsm_cell((enum event)e, from);

        if (cell->action == FSM_GO && !seen[cell->next] && leads((enum state)cell->next, to, seen))
            return true;
    }
    return false;
}

static void test_every_state_is_reached_and_left(void **state)
{
    (void)state;
    for (unsigned s = 0; s < STATE_COUNT; s++) {
        bool there[STATE_COUNT] = {false}, back[STATE_COUNT] = {false};

        assert_true(leads(STATE_CLOSED, (enum state)s, there));
        assert_true(leads((enum state)s, STATE_CLOSED, back));
    }
}

/* Whatever state it is, the user and the loss of the interface can end it at once. */
static void test_every_state_can_be_ended(void **state)
{
    static const enum event ends[] = {EVENT_USER_ABORT, EVENT_USER_LEAVE, EVENT_LINK_LOST};

    (void)state;
    for (unsigned s = STATE_CLOSED + 1; s < STATE_COUNT; s++)
        for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
            const struct fsm_cell *cell = fsm_cell(ends[i], (enum state)s);

            assert_int_equal(cell->action, FSM_GO);
            assert_int_equal(cell->next, STATE_CLOSED);
        }
}

static bool one_outcome(enum event event, enum state state, const struct fsm_cell *cell)
{
    bool ends = cell->action == FSM_GO && cell->next == STATE_CLOSED;

    (void)event;
    (void)state;
    return outcomes(cell->effects) == (ends ? 1 : 0);
}

static void test_the_end_has_one_outcome(void **state)
{
    uint32_t all = 0;

    (void)state;
    each_cell(one_outcome);
    for (unsigned e = 0; e < EVENT_COUNT; e++)
        for (unsigned s = 0; s < STATE_COUNT; s++)
            all |= fsm_cell((enum event)e, (enum state)s)->effects;
    /* No effect of the list is without a use. */
    assert_int_equal(all, ((uint32_t)1 << EFFECT_COUNT) - 1);
}

static bool lingers_rightly(enum event event, enum state state, const struct fsm_cell *cell)
{
    bool enters = cell->action == FSM_GO && cell->next == STATE_TIME_WAIT;

    (void)event;
    if (enters)
        return has(cell->effects, EFFECT_LINGER);
    return !has(cell->effects, EFFECT_LINGER) || state == STATE_TIME_WAIT;
}

static void test_time_wait_lingers(void **state)
{
    (void)state;
    each_cell(lingers_rightly);
}

/* ARM starts the retransmission timer, REARM may stop it, LINGER stops it and the persist timer. */
static bool timers_agree(enum event event, enum state state, const struct fsm_cell *cell)
{
    uint32_t effects = cell->effects;
    bool starts_resend = effects & EFFECT_ARM, starts_persist = effects & EFFECT_PERSIST;
    bool ends = cell->action == FSM_GO && cell->next == STATE_CLOSED;

    (void)event;
    (void)state;
    if (starts_resend && effects & (EFFECT_REARM | EFFECT_LINGER))
        return false;
    if (starts_persist && effects & EFFECT_LINGER)
        return false;
    return !ends || !(effects & (EFFECT_ARM | EFFECT_REARM | EFFECT_PERSIST | EFFECT_LINGER));
}

static void test_no_timer_is_started_and_stopped(void **state)
{
    (void)state;
    each_cell(timers_agree);
}

/* An RST is never answered with one, and one of ours is the last thing that is said. */
static bool resets_rightly(enum event event, enum state state, const struct fsm_cell *cell)
{
    const uint32_t sends = EFFECT_SYN | EFFECT_SYN_ACK | EFFECT_ACK | EFFECT_FIN | EFFECT_SEND |
                           EFFECT_RESEND | EFFECT_PROBE;
    bool is_rst =
        event == EVENT_RX_RST || event == EVENT_RX_RST_BAD || event == EVENT_RX_RST_INEXACT;
    bool ends = cell->action == FSM_GO && cell->next == STATE_CLOSED;

    (void)state;
    if (is_rst && cell->effects & (EFFECT_REPLY | EFFECT_RST))
        return false;
    if (event == EVENT_RX_RST || event == EVENT_RX_RST_BAD)
        return !(cell->effects & sends);
    if (cell->effects & EFFECT_RST)
        return ends && !(cell->effects & (sends | EFFECT_REPLY));
    return !ends || !(cell->effects & sends);
}

static void test_resets(void **state)
{
    (void)state;
    each_cell(resets_rightly);
}

/* A segment is never acknowledged before the peer's SYN is here, nor data taken outside of the
 * states for it. */
static bool sends_rightly(enum event event, enum state state, const struct fsm_cell *cell)
{
    bool goes = cell->action == FSM_GO;
    enum state after = goes ? (enum state)cell->next : state;

    (void)event;
    if (cell->effects & EFFECT_ACK && (after == STATE_CLOSED || after == STATE_SYN_SENT))
        return false;
    if (cell->effects & EFFECT_TAKE)
        return state == STATE_ESTABLISHED || state == STATE_FIN_WAIT_1 || state == STATE_FIN_WAIT_2;
    if (cell->effects & EFFECT_OPENED)
        return after == STATE_ESTABLISHED;
    if (cell->effects & EFFECT_FIN)
        return after == STATE_FIN_WAIT_1 || after == STATE_LAST_ACK;
    return true;
}

static void test_sending(void **state)
{
    (void)state;
    each_cell(sends_rightly);
}

static void test_names(void **state)
{
    (void)state;
    for (unsigned e = 0; e < EVENT_COUNT; e++) {
        const char *name = fsm_event_name((enum event)e),
                   *reference = fsm_event_reference((enum event)e);

        assert_true(*fsm_event_words((enum event)e));
        assert_true(isdigit((unsigned char)*reference) || strncmp(reference, "RFC ", 4) == 0);
        for (unsigned other = 0; other < e; other++)
            assert_string_not_equal(name, fsm_event_name((enum event)other));
    }
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        assert_true(*fsm_effect_words((enum effect_index)i));
        for (unsigned other = 0; other < i; other++)
            assert_string_not_equal(fsm_effect_name((enum effect_index)i),
                                    fsm_effect_name((enum effect_index)other));
    }
    for (unsigned s = 0; s < STATE_COUNT; s++) {
        assert_true(*fsm_server_state((enum state)s));
        for (unsigned other = 0; other < s; other++)
            assert_string_not_equal(fsm_state_name((enum state)s),
                                    fsm_state_name((enum state)other));
    }
    for (unsigned a = 0; a < FSM_ACTION_COUNT; a++)
        assert_true(*fsm_action_name((enum fsm_action)a));
}

static void test_show(void **state)
{
    char text[FSM_EFFECTS_TEXT_SIZE];

    (void)state;
    assert_string_equal(fsm_cell_show(fsm_cell(EVENT_USER_OPEN, STATE_CLOSED), text),
                        "GO(SYN|ARM, SYN-SENT)");
    assert_string_equal(fsm_cell_show(fsm_cell(EVENT_RX_STRAY, STATE_CLOSED), text), "ON(REPLY)");
    assert_string_equal(fsm_cell_show(fsm_cell(EVENT_USER_OPEN, STATE_SYN_SENT), text), "DENY");
    assert_string_equal(fsm_effects_show(0, text), "");
    /* Every effect at once fits. */
    fsm_effects_show(((uint32_t)1 << EFFECT_COUNT) - 1, text);
    assert_true(strlen(text) < FSM_EFFECTS_TEXT_SIZE - 1);
    assert_non_null(strstr(text, "|LOST"));
}

static void test_golden(void **state)
{
    struct capture capture;
    char *text;

    (void)state;
    capture_begin(&capture);
    for (unsigned e = 0; e < EVENT_COUNT; e++) {
        fprintf(capture.stream, "%s (%s): %s\n", fsm_event_name((enum event)e),
                fsm_event_reference((enum event)e), fsm_event_words((enum event)e));
        for (unsigned s = 0; s < STATE_COUNT; s++) {
            char cell[FSM_EFFECTS_TEXT_SIZE];

            fprintf(capture.stream, "  %-12s  %s\n", fsm_state_name((enum state)s),
                    fsm_cell_show(fsm_cell((enum event)e, (enum state)s), cell));
        }
    }
    text = capture_end(&capture);
    golden_check("fsm.txt", text);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_total),
        cmocka_unit_test(test_denials),
        cmocka_unit_test(test_every_state_is_reached_and_left),
        cmocka_unit_test(test_every_state_can_be_ended),
        cmocka_unit_test(test_the_end_has_one_outcome),
        cmocka_unit_test(test_time_wait_lingers),
        cmocka_unit_test(test_no_timer_is_started_and_stopped),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_sending),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_show),
        cmocka_unit_test(test_golden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
