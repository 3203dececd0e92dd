/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas agree with their records, and values come out of a record as they were put in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/output.h"
#include "report_samples.h"

static void test_keys(void **state)
{
    (void)state;
    size_t count;
    const struct schema *const *all = schema_all(&count);
    assert_true(count >= 11);
    for (size_t s = 0; s < count; s++) {
        const struct schema *schema = all[s];
        assert_ptr_equal(schema_find(schema->name), schema);
        assert_true(strlen(schema->help) > 0);
        for (size_t i = 0; i < schema->count; i++) {
            const struct field *field = &schema->fields[i];
            assert_ptr_equal(schema_field_find(schema, field->key),
                             field); /* so it is there once */
            assert_int_equal(strspn(field->key, "abcdefghijklmnopqrstuvwxyz0123456789_"),
                             strlen(field->key));
            assert_true(strlen(field->help) > 0);
            assert_int_not_equal(field->help[strlen(field->help) - 1], '.');
            assert_true(field->offset < schema->size);
            assert_int_equal(field->type == FIELD_LIST || field->type == FIELD_OBJECT,
                             field->of != NULL);
            /* A time in a key's name has its unit in it. */
            const char *tail = strrchr(field->key, '_');
            assert_int_equal(strcmp(field->unit, "ms") == 0, tail && strcmp(tail, "_ms") == 0);
        }
    }
    assert_null(schema_find("handshak"));
}

/* No two fields of a record lie in the same place: a copied line with another key would. */
static void test_offsets(void **state)
{
    (void)state;
    size_t count;
    const struct schema *const *all = schema_all(&count);
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < all[s]->count; i++)
            for (size_t j = 0; j < i; j++)
                assert_int_not_equal(all[s]->fields[i].offset, all[s]->fields[j].offset);
}

/* The keys that were promised. */
static void test_promised_keys(void **state)
{
    (void)state;
    static const char *const handshake[] = {
        "schema",       "command",      "time",       "target",      "host",      "address",
        "port",         "family",       "source",     "source_port", "interface", "verdict",
        "reason",       "from",         "ttl",        "attempts",    "rtt_ms",    "rtt_source",
        "lost_forward", "lost_reverse", "isn_client", "isn_server",  "offered",   "answered",
        "in_effect",    "segments",     "steps",      "closed",      "findings"};
    static const char *const options[] = {"mss",      "wscale", "sack",  "timestamps",
                                          "fastopen", "ecn",    "mptcp", "options"};
    static const char *const segment[] = {"t_ms",   "direction", "flags", "seq",    "ack",
                                          "window", "length",    "ttl",   "options"};
    static const char *const step[] = {"t_ms", "from", "event", "to"};
    static const char *const finding[] = {"id", "severity", "text"};
    for (size_t i = 0; i < sizeof handshake / sizeof handshake[0]; i++)
        assert_non_null(schema_field_find(&schema_handshake, handshake[i]));
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        assert_non_null(schema_field_find(&schema_options, options[i]));
    for (size_t i = 0; i < sizeof segment / sizeof segment[0]; i++)
        assert_non_null(schema_field_find(&schema_segment, segment[i]));
    for (size_t i = 0; i < sizeof step / sizeof step[0]; i++)
        assert_non_null(schema_field_find(&schema_step, step[i]));
    for (size_t i = 0; i < sizeof finding / sizeof finding[0]; i++)
        assert_non_null(schema_field_find(&schema_finding, finding[i]));
    assert_string_equal(schema_field_find(&schema_handshake, "verdict")->values,
                        "open,refused,unreachable,filtered,reset,inconclusive");
    assert_string_equal(schema_field_find(&schema_finding, "severity")->values,
                        "info,low,medium,high");
    assert_string_equal(
        schema_field_find(&schema_step, "to")->values,
        "CLOSED,SYN-SENT,SYN-RECEIVED,ESTABLISHED,FIN-WAIT-1,FIN-WAIT-2,CLOSING,TIME-WAIT,"
        "CLOSE-WAIT,LAST-ACK");
}

static void test_access(void **state)
{
    (void)state;
    const struct schema *schema = &schema_handshake;
    assert_int_equal(field_integer(schema_field_find(schema, "port"), &sample_open), 80);
    assert_string_equal(field_text(schema_field_find(schema, "host"), &sample_open), "198.18.0.2");
    assert_true(field_number(schema_field_find(schema, "rtt_ms"), &sample_open) == 0.038214);
    assert_int_equal(field_list(schema_field_find(schema, "steps"), &sample_open).count, 6);
    const void *offered = field_object(schema_field_find(schema, "offered"), &sample_open);
    assert_ptr_equal(offered, &sample_offered);
    assert_true(field_bool(schema_field_find(&schema_options, "sack"), offered));
    assert_false(field_bool(schema_field_find(&schema_options, "mptcp"), offered));
}

static void test_show(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *ms, *plain;
    } rows[] = {
        {0, "0", "0"},
        {-0.0, "0", "0"},
        {0.1 + 0.2, "0.3", "0.3"},
        {38.2140004, "38.214", "38.2140004"},
        {1000.1234567, "1000.123457", "1000.1234567"},
        {0.000001, "0.000001", "0.000001"},
        {0.00001, "0.00001", "0.00001"},
        {0.0000004, "0", "4e-07"},
        {-1.5, "-1.5", "-1.5"},
        {86400000.000001, "86400000.000001", "86400000.000001"},
        {1e18, "1e+18", "1e+18"},
        {1.0 / 3, "0.333333", "0.333333333333333"},
    };
    struct step_record step = {0};
    const struct field *ms = schema_field_find(&schema_step, "t_ms");
    struct field plain = *ms;
    plain.unit = "";
    char text[FIELD_TEXT_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        step.t_ms = rows[i].value;
        assert_string_equal(field_show(ms, &step, text), rows[i].ms);
        assert_string_equal(field_show(&plain, &step, text), rows[i].plain);
    }
    step.t_ms = NAN;
    assert_null(field_show(ms, &step, text));
    step.t_ms = HUGE_VAL;
    assert_null(field_show(ms, &step, text));
    step.segment = NONE;
    assert_null(field_show(schema_field_find(&schema_step, "segment"), &step, text));
    step.segment = INT64_MAX;
    assert_string_equal(field_show(schema_field_find(&schema_step, "segment"), &step, text),
                        "9223372036854775807");
    assert_null(field_show(schema_field_find(&schema_step, "why"), &step, text));
}

static void test_words(void **state)
{
    (void)state;
    for (enum verdict i = 0; i < VERDICT_COUNT; i++)
        assert_true(strlen(verdict_word(i)) > 0 && strlen(verdict_meaning(i)) > 0);
    for (enum severity i = 0; i < SEVERITY_COUNT; i++)
        assert_true(strlen(severity_word(i)) > 0 && strlen(severity_meaning(i)) > 0);
    assert_string_equal(verdict_word(VERDICT_FILTERED), "filtered");
    assert_string_equal(severity_word(SEVERITY_HIGH), "high");
}

static void test_formats(void **state)
{
    (void)state;
    for (enum format i = 0; i < FORMAT_COUNT; i++) {
        assert_int_equal(format_find(format_name(i)), i);
        assert_true(strlen(format_help(i)) > 0);
    }
    assert_int_equal(format_find("xml"), FORMAT_COUNT);
    assert_int_equal(format_find(""), FORMAT_COUNT);
}

static void test_wanted_fields(void **state)
{
    (void)state;
    static const char *const good[] = {"target", "offered_mss", "segments"}, *const bad[] = {
                                                                                 "target",
                                                                                 "verdit"};
    struct output output = {.format = FORMAT_JSON, .fields = good, .field_count = 3};
    struct fault fault = {0};
    assert_int_equal(output_check_fields(&output, &schema_handshake, &fault), 0);
    output.format = FORMAT_CSV;
    assert_int_equal(output_check_fields(&output, &schema_handshake, &fault), -FAULT_USAGE);
    assert_string_equal(fault.what, "field 'segments' is a list, for which CSV has no column");
    output = (struct output){.format = FORMAT_JSON, .fields = bad, .field_count = 2};
    assert_int_equal(output_check_fields(&output, &schema_handshake, &fault), -FAULT_USAGE);
    assert_string_equal(fault.what, "no field 'verdit' in 'handshake': did you mean 'verdict'?");
    output.fields = NULL;
    assert_int_equal(output_check_fields(&output, &schema_handshake, &fault), 0);
}

/* A name of another record, a key without its unit, and what is near nothing. */
static void test_meant_fields(void **state)
{
    (void)state;
    static const struct {
        const struct schema *schema;
        const char *wanted, *said;
    } rows[] = {
        {&schema_rtt, "rtt_ms", "did you mean 'p50_ms'?"},
        {&schema_rtt, "rtt", "did you mean 'p50_ms'?"},
        {&schema_rtt, "p99", "did you mean 'p99_ms'?"},
        {&schema_rtt, "loss", "did you mean 'loss_percent'?"},
        {&schema_rtt, "state", "did you mean 'verdict'?"},
        {&schema_handshake, "p50_ms", "did you mean 'rtt_ms'?"},
        {&schema_handshake, "rtt", "did you mean 'rtt_ms'?"},
        {&schema_rtt_probe, "p50_ms", "did you mean 'rtt_ms'?"},
        {&schema_rtt_probe, "loss", "did you mean 'lost'?"},
        {&schema_rtt, "xyzzy", "'tcpprobe describe fields' lists them"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *fields[] = {rows[i].wanted};
        struct output output = {.format = FORMAT_JSON, .fields = fields, .field_count = 1};
        struct fault fault = {0};
        char said[160];
        assert_int_equal(output_check_fields(&output, rows[i].schema, &fault), -FAULT_USAGE);
        snprintf(said, sizeof said, "no field '%s' in '%s': %s", rows[i].wanted,
                 rows[i].schema->name, rows[i].said);
        assert_string_equal(fault.what, said);
    }
}

/* What cannot be written is an error, not silence. */
static void test_full_disk(void **state)
{
    (void)state;
    struct fault fault = {0};
    for (enum format format = 0; format < FORMAT_COUNT; format++) {
        FILE *full = fopen("/dev/full", "w");
        assert_non_null(full);
        struct output output = {.stream = full, .format = format, .style = {.width = 80}};
        assert_int_equal(output_record(&output, &schema_handshake, &sample_open, &fault),
                         -FAULT_IO);
        assert_int_equal(fault.sys, 28 /* ENOSPC */);
        fclose(full);
    }
}

static void test_cut(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t columns, length, next;
        bool notation;
    } rows[] = {
        {"", 10, 0, 0, false},
        {"short", 5, 5, 5, false},
        {"two words", 9, 9, 9, false},
        {"two words", 8, 3, 4, false},
        {"two words", 3, 3, 4, false},
        {"two   words", 4, 3, 6, false},
        {"toolong", 3, 3, 3, false},
        {"µµµµ", 3, 6, 6, false},
        {"ACK|SEND|ARM", 10, 9, 9, false},
        {"TS val 1,nop,wscale 7", 20, 13, 13, true},
        {"TS val 1,nop,wscale 7", 20, 19, 20, false},
        {"\xff\xff\xff", 2, 2, 2, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t next;
        assert_int_equal(style_cut(rows[i].text, rows[i].columns, rows[i].notation, &next),
                         rows[i].length);
        assert_int_equal(next, rows[i].next);
    }
    assert_int_equal(style_columns("\033[1mµs\033[0m ok"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),          cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_promised_keys), cmocka_unit_test(test_access),
        cmocka_unit_test(test_show),          cmocka_unit_test(test_words),
        cmocka_unit_test(test_formats),       cmocka_unit_test(test_wanted_fields),
        cmocka_unit_test(test_full_disk),     cmocka_unit_test(test_cut),
        cmocka_unit_test(test_meant_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
