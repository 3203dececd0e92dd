/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `--plugin` prints of records, its codes, and its ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef expect_check /* a macro that is not wanted here, of the same name */

#include "cmd/plugin.h"
#include "cmd/plugin_range.h"
#include "report/records_matrix.h"
#include "report_samples.h"

#define WORDS 4

/* A run: its options, its records, what comes of them. Lists end with NULL. */
struct run {
    const char *warnings[WORDS], *criticals[WORDS];
    const char *expect;
    const struct schema *schema;
    const void *records[WORDS];
    bool addresses;
    size_t unprobed;
    enum plugin_state state;
    const char *output;
};

static size_t words(const char *const *list)
{
    size_t count = 0;

    while (count < WORDS && list[count])
        count++;
    return count;
}

static struct plugin *make_plugin(const struct run *run)
{
    struct plugin_options options = {.warnings = run->warnings,
                                     .warning_count = words(run->warnings),
                                     .criticals = run->criticals,
                                     .critical_count = words(run->criticals),
                                     .addresses = run->addresses};
    struct plugin *plugin = NULL;
    struct fault fault = {0};

    if (plugin_new(&options, run->schema, &plugin, &fault) != 0)
        fail_msg("%s", fault.what);
    return plugin;
}

static void take(struct plugin *plugin, const struct run *run, const void *record)
{
    struct expect *expect = NULL;
    struct arena memory;
    const char *unmet;
    enum expect_result result;

    arena_init(&memory);
    assert_int_equal(
        expect_parse(run->expect, "--expect", run->schema, EXPECT_TARGET, &expect, NULL), 0);
    result = expect_check(expect, record, &memory, &unmet);
    plugin_take(plugin, record, result, unmet);
    expect_free(expect);
    arena_release(&memory); /* so that nothing of it may be needed later */
}

/* The output as a text to be freed. */
static char *finish(struct plugin *plugin, enum plugin_state *ret_state)
{
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);

    assert_non_null(stream);
    *ret_state = plugin_finish(plugin, stream);
    fclose(stream);
    plugin_free(plugin);
    return text;
}

static void check_run(const struct run *run)
{
    struct plugin *plugin = make_plugin(run);
    enum plugin_state state;

    for (size_t i = 0; i < WORDS && run->records[i]; i++)
        take(plugin, run, run->records[i]);
    plugin_take_unprobed(plugin, run->unprobed);
    char *text = finish(plugin, &state);
    assert_string_equal(text, run->output);
    assert_int_equal(state, run->state);
    free(text);
}

#define HANDSHAKE .schema = &schema_handshake

#define SERIES                                                                                     \
    .schema = RECORD_SCHEMA_VERSION, .command = "rtt", .target = "db:5432", .host = "db",          \
    .address = "198.18.0.2", .port = 5432, .verdict = "open", .sent = 10
static const struct rtt_record series = {
    SERIES,         .n = 10,           .p50_ms = 1.25, .p95_ms = 2.5,
    .max_ms = 61.2, .loss_percent = 0, .dns_ms = NAN,
};
static const struct rtt_record lossy = {
    SERIES,        .n = 0, .p50_ms = NAN, .p95_ms = NAN, .max_ms = NAN, .loss_percent = 100.0 / 3,
    .dns_ms = NAN,
};

static const struct matrix_record stripped = {
    .schema = RECORD_SCHEMA_VERSION, .command = "options", .target = "db:5432", .host = "db",
    .address = "198.18.0.2", .port = 5432, .verdict = "open", .severity = "medium",
    .reason = "db:5432: sack stripped; supports mss", .mss = "supported", .sack = "stripped",
    .sent = RECORD_UNKNOWN, .answered = RECORD_UNKNOWN, .lost = RECORD_UNKNOWN,
    .mss_bytes = RECORD_UNKNOWN, .duration_ms = NAN,
};

static const struct run runs[] = {
    {.schema = &schema_matrix, .expect = "severity!=medium|high", .records = {&stripped},
     .state = PLUGIN_CRITICAL,
     .output = "TCP CRITICAL - db:5432 open, worst finding medium: db:5432: sack stripped; "
               "supports mss; unmet: severity!=medium/high: severity is medium\n"},
    {.schema = &schema_matrix, .expect = "mss", .records = {&stripped}, .state = PLUGIN_OK,
     .output = "TCP OK - db:5432 open, worst finding medium\n"},
    {HANDSHAKE, .records = {&sample_open}, .state = PLUGIN_OK,
     .output = "TCP OK - 198.18.0.2:80 open, rtt 38.2 us | rtt=0.000038214s;;;0; "
               "connect=0.000038214s;;;0;\n"},
    {HANDSHAKE, .warnings = {"20ms"}, .criticals = {"rtt=10us:2s,ttl=60:"},
     .records = {&sample_data}, .state = PLUGIN_OK,
     .output = "TCP OK - 198.18.0.2:80 open, rtt 18.4 ms | rtt=0.018402s;0.02;0.00001:2;0; "
               "connect=0.018402s;;;0; ttl=64;;60:;;\n"},
    {HANDSHAKE, .warnings = {"10"}, .criticals = {"50"}, .records = {&sample_data},
     .state = PLUGIN_WARNING,
     .output = "TCP WARNING - 198.18.0.2:80 open, rtt 18.4 ms; rtt 18.4 ms is warning: range 10 | "
               "rtt=0.018402s;0.01;0.05;0; connect=0.018402s;;;0;\n"},
    {HANDSHAKE, .warnings = {"10"}, .criticals = {"@0:20ms", "mss=1449:"},
     .records = {&sample_data}, .state = PLUGIN_CRITICAL,
     .output =
         "TCP CRITICAL - 198.18.0.2:80 open, rtt 18.4 ms; rtt 18.4 ms is critical: range @0:20ms; "
         "in_effect_mss 1448 B is critical: range 1449:; rtt 18.4 ms is warning: range 10 | "
         "rtt=0.018402s;0.01;@0.02;0; connect=0.018402s;;;0; in_effect_mss=1448B;;1449:;0;\n"},
    {HANDSHAKE, .records = {&sample_refused}, .state = PLUGIN_CRITICAL,
     .output = "TCP CRITICAL - 198.18.0.2:80 refused, rtt 21 us: 198.18.0.2 refuses connections to "
               "port 80: RST "
               "after 21 us | rtt=0.000021s;;;0;\n"},
    {HANDSHAKE, .expect = "refused", .records = {&sample_refused}, .state = PLUGIN_OK,
     .output = "TCP OK - 198.18.0.2:80 refused, rtt 21 us: 198.18.0.2 refuses connections to port "
               "80: RST after "
               "21 us | rtt=0.000021s;;;0;\n"},
    /* A range over what a target that is not open cannot have says nothing new. */
    {HANDSHAKE, .criticals = {"1s"}, .records = {&sample_filtered}, .state = PLUGIN_CRITICAL,
     .output =
         "TCP CRITICAL - 198.18.0.2:80 filtered: 198.18.0.2:80 answered none of 3 SYNs in 7 s\n"},
    {HANDSHAKE, .records = {&sample_inconclusive}, .state = PLUGIN_UNKNOWN,
     .output = "TCP UNKNOWN - nowhere.example:80 inconclusive: the name 'nowhere.example' does not "
               "exist\n"},
    {HANDSHAKE, .warnings = {"1s"}, .records = {&sample_simultaneous}, .state = PLUGIN_UNKNOWN,
     .output = "TCP UNKNOWN - [2001:db8:1234:5678:9abc:def0:1234:5678]:443 open; rtt is unknown | "
               "connect=0.0018s;;;0;\n"},
    {HANDSHAKE, .expect = "sack,rtt<10", .criticals = {"15"}, .records = {&sample_data},
     .state = PLUGIN_CRITICAL,
     .output = "TCP CRITICAL - 198.18.0.2:80 open, rtt 18.4 ms; unmet: rtt<10: rtt_ms is 18.402; "
               "rtt 18.4 ms is "
               "critical: range 15 | rtt=0.018402s;;0.015;0; connect=0.018402s;;;0;\n"},
    /* What would break the line or the columns. */
    {HANDSHAKE, .expect = "reason~a|b,reason='x\ny'", .records = {&sample_open},
     .state = PLUGIN_CRITICAL,
     .output = "TCP CRITICAL - 198.18.0.2:80 open, rtt 38.2 us; unmet: reason='x?y': reason is "
               "198.18.0.2:80 "
               "answered the first SYN after 38.2 us; closed by both sides | "
               "rtt=0.000038214s;;;0; "
               "connect=0.000038214s;;;0;\n"},
    /* Several. */
    {HANDSHAKE, .records = {&sample_open, &sample_refused, &sample_inconclusive, &sample_data},
     .state = PLUGIN_CRITICAL, .warnings = {"10ms"},
     .output =
         "TCP CRITICAL - 1 of 4 critical, 1 warning, 1 unknown: 198.18.0.2:80 refused, rtt 21 us: "
         "198.18.0.2 refuses connections to port 80: RST after 21 us | critical=1;;;0;4 "
         "warning=1;;;0;4 unknown=1;;;0;4 ok=1;;;0;4\n"
         "[CRITICAL] 198.18.0.2:80 refused, rtt 21 us: 198.18.0.2 refuses connections to port 80: "
         "RST "
         "after 21 us\n"
         "[WARNING] 198.18.0.2:80 open, rtt 18.4 ms; rtt 18.4 ms is warning: range 10ms\n"
         "[UNKNOWN] nowhere.example:80 inconclusive: the name 'nowhere.example' does not exist\n"
         "[OK] 198.18.0.2:80 open, rtt 38.2 us | 198.18.0.2:80_rtt=0.000021s;0.01;;0;\n"
         "198.18.0.2:80_rtt=0.018402s;0.01;;0; 198.18.0.2:80_connect=0.018402s;;;0;\n"
         "198.18.0.2:80_rtt=0.000038214s;0.01;;0; 198.18.0.2:80_connect=0.000038214s;;;0;\n"},
    {HANDSHAKE, .records = {&sample_unreachable, &sample_open}, .expect = "unreachable|open",
     .addresses = true, .state = PLUGIN_OK,
     .output = "TCP OK - 2 of 2 ok | critical=0;;;0;2 warning=0;;;0;2 unknown=0;;;0;2 ok=2;;;0;2\n"
               "[OK] db.example:5432_198.18.0.2 unreachable: router 198.18.0.9 says that "
               "communication with "
               "198.18.0.2:5432 is administratively prohibited\n"
               "[OK] 198.18.0.2:80 open, rtt 38.2 us | 198.18.0.2:80_rtt=0.000038214s;;;0; "
               "198.18.0.2:80_connect=0.000038214s;;;0;\n"},
    {HANDSHAKE, .records = {&sample_open}, .unprobed = 2, .state = PLUGIN_UNKNOWN,
     .output = "TCP UNKNOWN - 2 of 3 unknown | critical=0;;;0;3 warning=0;;;0;3 unknown=2;;;0;3 "
               "ok=1;;;0;3\n"
               "[OK] 198.18.0.2:80 open, rtt 38.2 us\n"
               "[UNKNOWN] 2 not probed | 198.18.0.2:80_rtt=0.000038214s;;;0; "
               "198.18.0.2:80_connect=0.000038214s;;;0;\n"},
    {HANDSHAKE, .state = PLUGIN_UNKNOWN, .output = "TCP UNKNOWN - no target was measured\n"},
    {HANDSHAKE, .unprobed = 1, .state = PLUGIN_UNKNOWN,
     .output = "TCP UNKNOWN - the target was not probed\n"},
    /* Series. */
    {.schema = &schema_rtt,
     .warnings = {"loss=20%"},
     .criticals = {"rtt=50ms,loss=60", "p95=~:2s"},
     .records = {&series},
     .state = PLUGIN_OK,
     .output =
         "TCP OK - db:5432 open, rtt 1.25 ms, loss 0% | p50=0.00125s;;0.05;0; p95=0.0025s;;~:2;0; "
         "max=0.0612s;;;0; loss=0%;20;60;0;100\n"},
    {.schema = &schema_rtt,
     .warnings = {"loss=20%"},
     .records = {&lossy},
     .state = PLUGIN_WARNING,
     .output = "TCP WARNING - db:5432 open, loss 33.333%; loss 33.333% is warning: range 20% | "
               "loss=33.333333333%;20;;0;100\n"},
};

static void test_output(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++)
        check_run(&runs[i]);
}

/* Labels and texts of a target that was named to do harm. */
static void test_names(void **state)
{
    (void)state;
    struct handshake_record record = sample_open;
    struct run run = {HANDSHAKE, .records = {&record, &record}, .state = PLUGIN_OK};

    record.target = "a b|'c'=d\n:80";
    run.output =
        "TCP OK - 2 of 2 ok | critical=0;;;0;2 warning=0;;;0;2 unknown=0;;;0;2 ok=2;;;0;2\n"
        "[OK] a b/'c'=d :80 open, rtt 38.2 us\n"
        "[OK] a b/'c'=d :80 open, rtt 38.2 us | 'a b/_c__d :80_rtt'=0.000038214s;;;0; "
        "'a b/_c__d :80_connect'=0.000038214s;;;0;\n"
        "'a b/_c__d :80_rtt'=0.000038214s;;;0; "
        "'a b/_c__d :80_connect'=0.000038214s;;;0;\n";
    check_run(&run);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

/* However many targets there are, the lines are bounded, and the bad one at the end is not lost. */
static void test_many(void **state)
{
    (void)state;
    static const struct run run = {HANDSHAKE};
    struct plugin *plugin = make_plugin(&run);
    enum plugin_state result;

    for (size_t i = 0; i < 5000; i++)
        plugin_take(plugin, &sample_open, EXPECT_MET, NULL);
    plugin_take(plugin, &sample_refused, EXPECT_UNMET, "verdict=open: verdict is refused");
    char *text = finish(plugin, &result);
    assert_int_equal(result, PLUGIN_CRITICAL);
    assert_non_null(strstr(text, "TCP CRITICAL - 1 of 5001 critical: 198.18.0.2:80 refused"));
    assert_non_null(strstr(text, " ok=5000;;;0;5001\n[CRITICAL] 198.18.0.2:80 refused"));
    assert_int_equal(count_of(text, "\n[OK] "), PLUGIN_LINES - 1);
    assert_non_null(strstr(text, "\n4001 more are not shown | 198.18.0.2:80_rtt=0.000021s;;;0;\n"));
    assert_int_equal(count_of(text, "_rtt="), PLUGIN_LINES);
    free(text);
}

static void test_refuse(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);

    assert_non_null(stream);
    assert_int_equal(plugin_refuse(stream, "no privilege | for\nthis"), 3);
    fclose(stream);
    assert_string_equal(text, "TCP UNKNOWN - no privilege / for this\n");
    free(text);
}

static void test_codes(void **state)
{
    (void)state;
    assert_int_equal(PLUGIN_OK, 0);
    assert_int_equal(PLUGIN_WARNING, 1);
    assert_int_equal(PLUGIN_CRITICAL, 2);
    assert_int_equal(PLUGIN_UNKNOWN, 3);
}

static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double quiet[3], raised[3];
    } rows[] = {
        {"10", {0, 5, 10}, {-0.1, 10.1, 1e9}},
        {"10:", {10, 11, 1e18}, {9.9, 0, -5}},
        {"~:10", {10, -1e18, 0}, {10.1, 11, 1e18}},
        {"10:20", {10, 15, 20}, {9.9, 20.1, 0}},
        {"@10:20", {9.9, 20.1, 0}, {10, 15, 20}},
        {" rtt_ms = @ 10ms : 20 ", {9.9, 20.1, 0}, {10, 15, 20}},
        {":10", {0, 5, 10}, {-0.1, 10.1, 1e9}},
        {"rtt=500us:0.02s", {0.5, 1, 20}, {0.4, 20.1, -1}},
        {"-10:-5", {-10, -7, -5}, {-11, -4, 0}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena memory;
        struct plugin_range *list = NULL;
        struct fault fault = {0};
        arena_init(&memory);
        if (plugin_range_read(rows[i].text, "--warning", &schema_handshake, &memory, &list, &fault))
            fail_msg("%s: %s", rows[i].text, fault.what);
        assert_null(list->next);
        assert_string_equal(list->place.field->key, "rtt_ms");
        for (size_t j = 0; j < 3; j++) {
            if (plugin_range_raises(list, rows[i].quiet[j]))
                fail_msg("%s: %g is quiet", rows[i].text, rows[i].quiet[j]);
            if (!plugin_range_raises(list, rows[i].raised[j]))
                fail_msg("%s: %g raises", rows[i].text, rows[i].raised[j]);
        }
        assert_false(plugin_range_raises(list, NAN));
        arena_release(&memory);
    }
}

static void test_bad_ranges(void **state)
{
    (void)state;
    static const struct {
        const struct schema *schema;
        const char *text, *what;
    } rows[] = {
        {&schema_handshake, "", "a range ([@][start:]end) is missing for '-w': ''"},
        {&schema_handshake, "rtt=", "a range ([@][start:]end) is missing for '-w': ''"},
        {&schema_handshake, "@", "a range ([@][start:]end) is missing for '-w': '@'"},
        {&schema_handshake, ":", "a range ([@][start:]end) is missing for '-w': ':'"},
        {&schema_handshake, "20:10", "range runs backwards for '-w': '20:10'"},
        {&schema_handshake, "rtt=5,", "a range ([@][start:]end) is missing for '-w': ''"},
        {&schema_handshake, "5%",
         "not a duration for 'rtt' in '-w': '5%' (such as 50ms; without a unit in ms)"},
        {&schema_handshake, "1:2:3",
         "not a duration for 'rtt' in '-w': '2:3' (such as 50ms; without a unit in ms)"},
        {&schema_handshake, "rrt=5", "no field 'rrt' in '-w': did you mean 'rtt'?"},
        {&schema_handshake, "host=5", "field 'host' in '-w' is no number"},
        {&schema_handshake, "ttl=5ms", "not a plain number for 'ttl' in '-w': '5ms'"},
        {&schema_segment, "5", "a field is missing in '-w': FIELD=RANGE"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena memory;
        struct plugin_range *list = NULL;
        struct fault fault = {0};
        arena_init(&memory);
        assert_int_equal(
            plugin_range_read(rows[i].text, "-w", rows[i].schema, &memory, &list, &fault),
            -FAULT_SYNTAX);
        assert_string_equal(fault.what, rows[i].what);
        arena_release(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_output),     cmocka_unit_test(test_names),
        cmocka_unit_test(test_many),       cmocka_unit_test(test_refuse),
        cmocka_unit_test(test_codes),      cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_bad_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
