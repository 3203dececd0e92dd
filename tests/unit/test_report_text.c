/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records as plain text: keys and values, and tables that fit the page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "report/output.h"
#include "report_samples.h"

static char *show_list(struct style style, const struct schema *schema, struct record_list list)
{
    struct capture capture;
    struct fault fault = {0};
    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = FORMAT_TEXT, .style = style};
    assert_int_equal(output_list(&output, schema, list, &fault), 0);
    return capture_end(&capture);
}

static void test_table(void **state)
{
    (void)state;
    static const struct exit_record rows[] = {
        {0, "met", "every target was measured and met what was expected"},
        {1, "unmet", NULL},
        {77, "permission", "a privilege is missing"},
    };
    char *text =
        show_list((struct style){.width = 80}, &schema_exit, (struct record_list)LIST(rows));
    assert_string_equal(text,
                        "status  name        meaning\n"
                        "     0  met         every target was measured and met what was expected\n"
                        "     1  unmet       -\n"
                        "    77  permission  a privilege is missing\n");
    free(text);
    text = show_list((struct style){.width = 40}, &schema_exit, (struct record_list)LIST(rows));
    assert_string_equal(text, "status  name        meaning\n"
                              "     0  met         every target was\n"
                              "                    measured and met\n"
                              "                    what was expected\n"
                              "     1  unmet       -\n"
                              "    77  permission  a privilege is\n"
                              "                    missing\n");
    free(text);
    text = show_list((struct style){.width = 40}, &schema_exit, (struct record_list){NULL, 0});
    assert_string_equal(text, "");
    free(text);
}

static void test_golden(void **state)
{
    (void)state;
    static const unsigned widths[] = {60, 80, 120};
    struct capture capture;
    capture_begin(&capture);
    for (size_t i = 0; i < 3; i++) {
        fprintf(capture.stream, "=== %u\n", widths[i]);
        char *text = show_list((struct style){.width = widths[i], .utf8 = true}, &schema_step,
                               (struct record_list)LIST(open_steps));
        fputs(text, capture.stream);
        free(text);
    }
    char *text = capture_end(&capture);
    golden_check("steps.txt", text);
    free(text);
}

/* A record without a text of its own: every field, objects and lists included. */
static void test_keys(void **state)
{
    (void)state;
    struct schema plain = schema_handshake;
    plain.show = NULL;
    struct capture capture;
    struct fault fault = {0};
    capture_begin(&capture);
    struct output output = {
        .stream = capture.stream, .format = FORMAT_TEXT, .style = {.width = 100, .utf8 = true}};
    assert_int_equal(output_record(&output, &plain, &sample_retry, &fault), 0);
    assert_int_equal(output_record(&output, &schema_finding, retry_findings, &fault), 0);
    assert_int_equal(output.written, 2);
    char *text = capture_end(&capture);
    assert_non_null(strstr(
        text,
        "\n\nid:       TP-SEG-DUPLICATE\nseverity: info\ntext:     the SYN,ACK came twice\n"));
    golden_check("keys.txt", text);
    free(text);
}

static void test_hostile_text(void **state)
{
    (void)state;
    static const struct exit_record rows[] = {{0, "\033[2J", "a\nb\xff\tc\xc2\x85"}};
    char *text = show_list((struct style){.width = 80, .utf8 = true}, &schema_exit,
                           (struct record_list)LIST(rows));
    assert_string_equal(text, "status  name  meaning\n     0  ?[2J  a?b??c?\n");
    free(text);
}

static void test_ascii(void **state)
{
    (void)state;
    static const struct exit_record rows[] = {{0, "38 µs", "7 → 8 … ≥ ü"}};
    char *text =
        show_list((struct style){.width = 80}, &schema_exit, (struct record_list)LIST(rows));
    for (const char *at = text; *at; at++)
        assert_true((unsigned char)*at < 0x80);
    assert_non_null(strstr(text, "38 us  7 -> 8 ... >= ?"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table), cmocka_unit_test(test_golden),
        cmocka_unit_test(test_keys),  cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
