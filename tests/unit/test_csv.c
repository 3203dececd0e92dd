/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comma-separated values: RFC 4180 line by line, read back by a parser of its own, and golden
 * files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "report/output.h"
#include "report_samples.h"

/* Reads one field by RFC 4180 section 2 into `value`; returns what follows its separator, and the
 * separator. */
static const char *read_field(const char *text, char *value, char *ret_separator)
{
    if (*text == '"') {
        for (text++; *text; text++) {
            if (*text == '"' && *++text != '"')
                break;
            *value++ = *text;
        }
    } else {
        while (*text && !strchr(",\r\n\"", *text))
            *value++ = *text++;
    }
    *value = '\0';
    *ret_separator = *text;
    if (*text == '\r') {
        assert_int_equal(text[1], '\n');
        return text + 2;
    }
    assert_int_equal(*text, ',');
    return text + 1;
}

static char *show(struct output output, const struct schema *schema, struct record_list list)
{
    struct capture capture;
    struct fault fault = {0};
    capture_begin(&capture);
    output.stream = capture.stream;
    output.format = FORMAT_CSV;
    assert_int_equal(output_list(&output, schema, list, &fault), 0);
    return capture_end(&capture);
}

/* Each line has as many fields as the header, and each its record's value. */
static void test_read_back(void **state)
{
    (void)state;
    struct handshake_record records[SAMPLE_COUNT];
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        records[i] = *samples[i].record;
    char *text =
        show((struct output){0}, &schema_handshake, (struct record_list){records, SAMPLE_COUNT});
    char keys[128][64], value[4096], number[FIELD_TEXT_SIZE], separator = ',';
    const char *at = text;
    size_t columns = 0;
    while (separator == ',') {
        at = read_field(at, keys[columns++], &separator);
        assert_true(columns < 128);
    }
    assert_true(columns > 50);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        for (size_t column = 0; column < columns; column++) {
            struct field_place place;
            assert_true(output_find_field(&schema_handshake, keys[column], &place));
            at = read_field(at, value, &separator);
            assert_int_equal(separator, column + 1 < columns ? ',' : '\r');
            const void *holder = place.outer ? field_object(place.outer, &records[i]) : &records[i];
            const char *expected = holder ? field_show(place.field, holder, number) : NULL;
            assert_string_equal(value, expected ? expected : "");
        }
    }
    assert_int_equal(*at, '\0');
    free(text);
}

static void test_golden(void **state)
{
    (void)state;
    struct handshake_record records[SAMPLE_COUNT];
    for (size_t i = 0; i < SAMPLE_COUNT; i++)
        records[i] = *samples[i].record;
    char *text =
        show((struct output){0}, &schema_handshake, (struct record_list){records, SAMPLE_COUNT});
    golden_check("handshake.csv", text);
    free(text);
}

static void test_quotes(void **state)
{
    (void)state;
    static const struct finding_record findings[] = {
        {"A", "info", "plain"},       {"B", "info", "with, comma"},
        {"C", "info", "a \"quote\""}, {"D", "info", "line\nend"},
        {"E", "info", " blank"},      {"F", "info", NULL},
        {"G", "info", "bad \xff"},    {"H", "info", ""},
    };
    char *text = show((struct output){0}, &schema_finding, (struct record_list)LIST(findings));
    assert_string_equal(text, "id,severity,text\r\n"
                              "A,info,plain\r\n"
                              "B,info,\"with, comma\"\r\n"
                              "C,info,\"a \"\"quote\"\"\"\r\n"
                              "D,info,\"line\nend\"\r\n"
                              "E,info,\" blank\"\r\n"
                              "F,info,\r\n"
                              "G,info,bad \357\277\275\r\n"
                              "H,info,\r\n");
    free(text);
}

static void test_header(void **state)
{
    (void)state;
    static const struct finding_record findings[] = {{"A", "info", "one"}};
    struct capture capture;
    struct fault fault = {0};
    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = FORMAT_CSV};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(output_record(&output, &schema_finding, findings, &fault), 0);
    char *text = capture_end(&capture);
    assert_string_equal(text, "id,severity,text\r\nA,info,one\r\nA,info,one\r\n");
    free(text);

    text = show((struct output){.no_header = true}, &schema_finding,
                (struct record_list)LIST(findings));
    assert_string_equal(text, "A,info,one\r\n");
    free(text);
    text = show((struct output){0}, &schema_finding, (struct record_list){NULL, 0});
    assert_string_equal(text, "id,severity,text\r\n");
    free(text);
}

static void test_wanted_fields(void **state)
{
    (void)state;
    static const char *const fields[] = {"verdict", "answered", "offered_mss", "port"};
    char *text = show((struct output){.fields = fields, .field_count = 4}, &schema_handshake,
                      (struct record_list){&sample_refused, 1});
    assert_string_equal(
        text, "verdict,answered_mss,answered_wscale,answered_sack,answered_timestamps,"
              "answered_fastopen,answered_ecn,answered_mptcp,answered_options,offered_mss,port\r\n"
              "refused,,,,,,,,,1460,80\r\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_back),     cmocka_unit_test(test_golden),
        cmocka_unit_test(test_quotes),        cmocka_unit_test(test_header),
        cmocka_unit_test(test_wanted_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
