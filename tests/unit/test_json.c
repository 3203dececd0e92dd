/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON Lines: read back with a parser, compared with the record, and with golden files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "golden.h"
#include "report/output.h"
#include "report_samples.h"

static char *show(const struct schema *schema, const void *record, const char *const *fields,
                  size_t field_count)
{
    struct capture capture;
    struct fault fault = {0};
    capture_begin(&capture);
    struct output output = {.stream = capture.stream,
                            .format = FORMAT_JSON,
                            .fields = fields,
                            .field_count = field_count};
    assert_int_equal(output_record(&output, schema, record, &fault), 0);
    assert_int_equal(output.written, 1);
    return capture_end(&capture);
}

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *value = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!value)
        fail_msg("%s in: %s", error.text, text);
    return value;
}

static void check_object(const json_t *object, const struct schema *schema, const void *record);

static void check_value(const json_t *value, const struct field *field, const void *record)
{
    switch (field->type) {
    case FIELD_BOOL:
        assert_true(json_is_boolean(value));
        assert_int_equal(json_boolean_value(value), field_bool(field, record));
        break;
    case FIELD_INTEGER:
        if (field_integer(field, record) == NONE) {
            assert_true(json_is_null(value));
        } else {
            assert_true(json_is_integer(value));
            assert_true(json_integer_value(value) == field_integer(field, record));
        }
        break;
    case FIELD_NUMBER:
        if (isnan(field_number(field, record))) {
            assert_true(json_is_null(value));
        } else {
            assert_true(json_is_number(value));
            assert_true(fabs(json_number_value(value) - field_number(field, record)) <=
                        0.5000001e-6);
        }
        break;
    case FIELD_TEXT:
        if (!field_text(field, record))
            assert_true(json_is_null(value));
        else
            assert_string_equal(json_string_value(value), field_text(field, record));
        break;
    case FIELD_LIST: {
        struct record_list list = field_list(field, record);
        assert_true(json_is_array(value));
        assert_int_equal(json_array_size(value), list.count);
        for (size_t i = 0; i < list.count; i++)
            check_object(json_array_get(value, i), field->of,
                         (const char *)list.items + i * field->of->size);
        break;
    }
    case FIELD_OBJECT:
        if (!field_object(field, record))
            assert_true(json_is_null(value));
        else
            check_object(value, field->of, field_object(field, record));
        break;
    case FIELD_TYPE_COUNT:
        fail();
    }
}

static void check_object(const json_t *object, const struct schema *schema, const void *record)
{
    assert_true(json_is_object(object));
    assert_int_equal(json_object_size(object), schema->count);
    for (size_t i = 0; i < schema->count; i++)
        check_value(json_object_get(object, schema->fields[i].key), &schema->fields[i], record);
}

static void test_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        char *text = show(&schema_handshake, samples[i].record, NULL, 0);
        /* One line, complete. */
        assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
        json_t *object = parse(text);
        check_object(object, &schema_handshake, samples[i].record);
        json_decref(object);
        free(text);
    }
}

static void test_key_order(void **state)
{
    (void)state;
    char *text = show(&schema_handshake, &sample_inconclusive, NULL, 0);
    const char *at = text;
    for (size_t i = 0; i < schema_handshake.count; i++) {
        char key[64];
        snprintf(key, sizeof key, "%c\"%s\":", i == 0 ? '{' : ',', schema_handshake.fields[i].key);
        at = strstr(at, key);
        assert_non_null(at);
    }
    free(text);
}

static void test_golden(void **state)
{
    (void)state;
    struct capture capture;
    struct fault fault = {0};
    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = FORMAT_JSON};
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        assert_int_equal(output_record(&output, &schema_handshake, samples[i].record, &fault), 0);
    assert_int_equal(output.written, SAMPLE_COUNT);
    char *text = capture_end(&capture);
    golden_check("handshake.json", text);
    free(text);
}

static void test_wanted_fields(void **state)
{
    (void)state;
    static const char *const fields[] = {"verdict",         "rtt_ms",   "offered_mss",
                                         "answered_wscale", "findings", "target"};
    char *text = show(&schema_handshake, &sample_refused, fields, 6);
    assert_string_equal(
        text,
        "{\"verdict\":\"refused\",\"rtt_ms\":0.021,\"offered_mss\":1460,\"answered_wscale\":null,"
        "\"findings\":[],\"target\":\"198.18.0.2:80\"}\n");
    free(text);
}

/* Sums of binary fractions, tiny and huge: digits that mean something. */
static void test_numbers(void **state)
{
    (void)state;
    static const char *const fields[] = {"t_ms"};
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0.1 + 0.2, "{\"t_ms\":0.3}\n"},
        {1e-6, "{\"t_ms\":1e-6}\n"},
        {-0.0, "{\"t_ms\":0.0}\n"},
        {1000, "{\"t_ms\":1000.0}\n"},
        {1000.1234567, "{\"t_ms\":1000.123457}\n"},
        {NAN, "{\"t_ms\":null}\n"},
        {HUGE_VAL, "{\"t_ms\":null}\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct step_record step = {.t_ms = rows[i].value};
        char *text = show(&schema_step, &step, fields, 1);
        assert_string_equal(text, rows[i].text);
        free(text);
    }
}

static void test_hostile_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *read;
    } rows[] = {
        {"quote \" backslash \\ line\nend \x01\x7f", "quote \" backslash \\ line\nend \x01\x7f"},
        {"\xff", "\357\277\275"},
        {"a\xc3", "a\357\277\275"},
        {"\xc0\x80\xed\xa0\x80", "\357\277\275\357\277\275\357\277\275\357\277\275\357\277\275"},
        {"\xf4\x90\x80\x80µ", "\357\277\275\357\277\275\357\277\275\357\277\275µ"},
        {"µs × … \360\237\220\247", "µs × … \360\237\220\247"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct finding_record finding = {.id = "X", .severity = "info", .text = rows[i].text};
        char *text = show(&schema_finding, &finding, NULL, 0);
        json_t *object = parse(text);
        assert_string_equal(json_string_value(json_object_get(object, "text")), rows[i].read);
        json_decref(object);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_back), cmocka_unit_test(test_key_order),
        cmocka_unit_test(test_golden),    cmocka_unit_test(test_wanted_fields),
        cmocka_unit_test(test_numbers),   cmocka_unit_test(test_hostile_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
