/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graphs: the state machine's own cells, a connection's way, and what has no edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "report/output.h"
#include "report_samples.h"
#include "tcp/fsm.h"

static struct cell_record cells[EVENT_COUNT * STATE_COUNT];
static char effects[EVENT_COUNT * STATE_COUNT][FSM_EFFECTS_TEXT_SIZE];

/* The records of `describe fsm`. */
static struct record_list all_cells(void)
{
    size_t count = 0;
    for (enum event event = 0; event < EVENT_COUNT; event++) {
        for (enum state state = 0; state < STATE_COUNT; state++) {
            const struct fsm_cell *cell = fsm_cell(event, state);
            cells[count] = (struct cell_record){
                .event = fsm_event_name(event),
                .words = fsm_event_words(event),
                .state = fsm_state_name(state),
                .action = fsm_action_name((enum fsm_action)cell->action),
                .next = cell->action == FSM_GO ? fsm_state_name((enum state)cell->next)
                                               : fsm_state_name(state),
                .effects = fsm_effects_show(cell->effects, effects[count]),
                .reference = fsm_event_reference(event),
            };
            count++;
        }
    }
    return (struct record_list){cells, count};
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

static void test_machine(void **state)
{
    (void)state;
    struct capture capture;
    struct fault fault = {0};
    struct record_list list = all_cells();
    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = FORMAT_DOT};
    assert_int_equal(output_list(&output, &schema_cell, list, &fault), 0);
    char *text = capture_end(&capture);

    /* One edge for each pair of states that a GO joins, and each event on it once. */
    bool joined[STATE_COUNT][STATE_COUNT] = {{false}};
    size_t edges = 0, lines = 0;
    for (enum event event = 0; event < EVENT_COUNT; event++) {
        for (enum state from = 0; from < STATE_COUNT; from++) {
            const struct fsm_cell *cell = fsm_cell(event, from);
            if (cell->action != FSM_GO)
                continue;
            edges += !joined[from][cell->next];
            joined[from][cell->next] = true;
            lines++;
        }
    }
    assert_int_equal(count_of(text, " -> "), edges);
    assert_int_equal(count_of(text, "\\l"), lines);
    assert_non_null(strstr(text, "\"CLOSED\" -> \"SYN-SENT\" [label=\" USER_OPEN\\l\"];"));
    assert_non_null(strstr(text, "RX_RST: refused\\l"));
    golden_check("fsm.dot", text);
    free(text);
}

static void test_connection(void **state)
{
    (void)state;
    struct capture capture;
    struct fault fault = {0};
    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = FORMAT_DOT};
    struct handshake_record record = sample_simultaneous;
    record.reason = "with \"quotes\" and \\";
    assert_int_equal(output_record(&output, &schema_handshake, &sample_open, &fault), 0);
    assert_int_equal(output_record(&output, &schema_handshake, &record, &fault), 0);
    char *text = capture_end(&capture);
    assert_non_null(strstr(text, "\"with \\\"quotes\\\" and \\\\\""));
    golden_check("handshake.dot", text);
    free(text);
}

static void test_no_edges(void **state)
{
    (void)state;
    struct capture capture;
    struct fault fault = {0};
    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = FORMAT_DOT};
    struct record_list list = LIST(retry_findings);
    assert_int_equal(output_list(&output, &schema_finding, list, &fault), -FAULT_USAGE);
    assert_string_equal(fault.what, "no format 'dot' for 'finding': it has no edges");
    assert_int_equal(output_record(&output, &schema_finding, retry_findings, &fault), -FAULT_USAGE);
    char *text = capture_end(&capture);
    assert_string_equal(text, "");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machine),
        cmocka_unit_test(test_connection),
        cmocka_unit_test(test_no_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
