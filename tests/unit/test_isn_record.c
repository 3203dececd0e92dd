/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of report/isn_record: an audit's figures in its record, in their units, and nothing where
 * nothing is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "isn_streams.h"
#include "report/isn_record.h"
#include "report/output.h"
#include "report/records.h"

static const struct isn_audit_options options = {
    .window = 65535, .packet_rate = 100000, .random = 1};

/* Whether the text is one of the words with commas. */
static bool is_word(const char *words, const char *text)
{
    size_t length = strlen(text);

    for (const char *at = words; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, text, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    }
    return false;
}

static void check_record(const struct schema *schema, const void *record);

static void check_field(const struct field *field, const void *record)
{
    if (field->type == FIELD_TEXT) {
        const char *text = field_text(field, record);

        if (text && field->values && !is_word(field->values, text))
            fail_msg("%s is '%s'", field->key, text);
        assert_true(!text || text[0] != '\0');
    } else if (field->type == FIELD_OBJECT && field_object(field, record)) {
        check_record(field->of, field_object(field, record));
    } else if (field->type == FIELD_LIST) {
        struct record_list list = field_list(field, record);

        for (size_t i = 0; i < list.count; i++)
            check_record(field->of, (const char *)list.items + i * field->of->size);
    }
}

/* Texts with fixed words have one of them, or nothing; here and in all that is in it. */
static void check_record(const struct schema *schema, const void *record)
{
    for (size_t i = 0; i < schema->count; i++)
        check_field(&schema->fields[i], record);
}

static char *write_record(const struct isn_record *record, enum format format)
{
    char *text = NULL;
    size_t length;
    struct output output = {.format = format, .style = {.width = 80}};
    struct fault fault;

    output.stream = open_memstream(&text, &length);
    assert_non_null(output.stream);
    assert_int_equal(output_record(&output, &schema_isn, record, &fault), 0);
    assert_int_equal(fclose(output.stream), 0);
    return text;
}

static void test_nothing(void **state)
{
    struct isn_record record;

    (void)state;
    isn_record_init(&record);
    for (size_t i = 0; i < schema_isn.count; i++) {
        const struct field *field = &schema_isn.fields[i];
        char text[FIELD_TEXT_SIZE];

        if (strcmp(field->key, "schema") == 0 || strcmp(field->key, "command") == 0)
            assert_non_null(field_show(field, &record, text));
        else if (field->type == FIELD_LIST)
            assert_int_equal(field_list(field, &record).count, 0);
        else if (field->type == FIELD_OBJECT)
            assert_null(field_object(field, &record));
        else if (field_show(field, &record, text))
            fail_msg("%s is known", field->key);
    }
}

/* One server's numbers audited: what JSON holds, to be released. */
static json_t *audit_stream(const char *name, size_t count)
{
    struct isn_options sampling = isn_options_make(count);
    struct isn_sample *rows = calloc(count, sizeof *rows);
    struct isn_samples samples;
    struct isn_audit audit;
    struct isn_record record;
    struct arena arena;
    char *text;
    json_t *object;

    assert_non_null(rows);
    count = isn_stream_make(isn_stream_find(name), 7, &sampling, rows);
    for (size_t i = 0; i < count; i++)
        rows[i].rtt = (int64_t)(i + 1) * 1000;
    assert_int_equal(isn_samples_make(rows, count, true, &samples), 0);
    assert_int_equal(isn_audit_run(&samples, &options, &audit), 0);
    arena_init(&arena);
    isn_record_init(&record);
    record.target = name;
    isn_record_fill(&record, &audit, &samples, &options, &arena);
    isn_audit_release(&audit); /* the record holds nothing of it */
    isn_samples_release(&samples);
    free(rows);
    check_record(&schema_isn, &record);
    text = write_record(&record, FORMAT_JSON);
    object = json_loads(text, 0, NULL);
    assert_non_null(object);
    assert_int_equal(json_object_size(object), schema_isn.count);
    free(text);
    text = write_record(&record, FORMAT_TEXT);
    assert_non_null(strstr(text, name));
    free(text);
    arena_release(&arena);
    return object;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* What each class tells of must be there, and what it cannot have must not. */
static void test_streams(void **state)
{
    static const struct {
        const char *name, *has, *has_not;
    } cases[] = {
        {"const0", "increment", "prng"},    {"ctr64k", "increment", "clock"},
        {"clk4us", "clock", "prng"},        {"bsd44", "per_connection", "prng"},
        {"lwip", "increment", "prng"},      {"honeyd5", "increment", "prng"},
        {"mongoose", "tuple", "clock"},     {"lcg32", "prng", "clock"},
        {"stuck16", "entropy", "prng"},     {"linux64ns", "clock", "prng"},
        {"cookie_linux", "cookie", "prng"}, {"random32", "battery", "cookie"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *object = audit_stream(cases[i].name, 256);
        const char *wanted = isn_stream_find(cases[i].name)->class;

        assert_string_equal(text_of(object, "class"), wanted);
        assert_string_equal(text_of(object, "verdict"), "open");
        assert_non_null(strstr(text_of(object, "reason"), wanted));
        if (!json_is_object(json_object_get(object, cases[i].has)) ||
            !json_is_null(json_object_get(object, cases[i].has_not)))
            fail_msg("%s: not %s and no %s", cases[i].name, cases[i].has, cases[i].has_not);
        assert_true(json_array_size(json_object_get(object, "evidence")) > 0);
        assert_true(json_is_object(json_object_get(object, "cost")));
        json_decref(object);
    }
}

static void test_too_few(void **state)
{
    json_t *object = audit_stream("random32", 20);

    (void)state;
    assert_string_equal(text_of(object, "class"), "INCONCLUSIVE");
    assert_string_equal(text_of(object, "severity"), "unknown");
    assert_string_equal(text_of(object, "verdict"), "inconclusive");
    assert_true(json_is_string(json_object_get(object, "why")));
    json_decref(object);
}

static double number_at(const json_t *object, const char *outer, const char *key)
{
    const json_t *value = json_object_get(json_object_get(object, outer), key);

    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static void test_round_trips(void **state)
{
    json_t *object = audit_stream("random32", 101);

    (void)state; /* 1, 2 … 101 us */
    assert_float_equal(number_at(object, "rtt_us", "q05"), 6, 1e-9);
    assert_float_equal(number_at(object, "rtt_us", "q50"), 51, 1e-9);
    assert_float_equal(number_at(object, "rtt_us", "q95"), 96, 1e-9);
    json_decref(object);
}

/* Figures by hand: units, hex, words, order. */
static void test_figures(void **state)
{
    static struct isn_test tests[10];
    static struct isn_audit audit;
    struct isn_samples samples = {.count = 0};
    struct isn_record record;
    struct arena arena;
    char *text;
    json_t *object, *list;

    (void)state;
    for (size_t i = 0; i < 10; i++) {
        tests[i] = (struct isn_test){.series = "all", .p = 0.5 - 0.01 * (double)i};
        snprintf(tests[i].name, sizeof tests[i].name, i % 2 ? "bit %zu" : "SP 800-22 number %zu",
                 i);
    }
    tests[4].rejected = true;
    audit = (struct isn_audit){
        .class = ISN_CLASS_SYN_COOKIE_FREEBSD,
        .severity = ISN_SEVERITY_MEDIUM,
        .why = "by hand",
        .log10_p = -12.5,
        .clock = {.found = true, .rate = 250000, .nominal = NAN, .residual = 0.0025, .ppm = NAN},
        .tuple = {.affine = ISN_YES,
                  .a = 4294967295,
                  .b = 3,
                  .linear = ISN_NO,
                  .rank = 5,
                  .port_visible = ISN_UNTESTED,
                  .shift = 8},
        .cookie = {.found = true,
                   .darwin = true,
                   .mss_index = 3,
                   .wscale_index = -1,
                   .sack = 1,
                   .ecn = -1,
                   .parity = 0},
        .entropy = {.bits = NAN, .stuck = 0xffff, .value = 0x12, .expected = NAN, .byte = -1},
        .recovered = true,
        .prng = {.name = "a generator",
                 .parameters = {{"a", 5}, {"c", 18446744073709551615U}},
                 .words = {0xdeadbeef, 1},
                 .word_count = 2,
                 .used = 2,
                 .verified = 8,
                 .current = true,
                 .next_mask = 0xffffffff,
                 .next = {7, 8, 4294967295}},
        .cross = {.n50 = INFINITY, .low = NAN, .high = NAN, .seconds = NAN, .begun = NAN},
        .same = {.n50 = NAN},
        .window = {.n50 = 12, .low = 10, .high = 14, .seconds = 0.5, .begun = 1},
        .certified_bits = NAN,
        .battery = {.tests = tests, .count = 10, .room = 10},
        .rejected = 1,
        .duration = 1.5,
    };
    arena_init(&arena);
    isn_record_init(&record);
    record.reason = "said before";
    isn_record_fill(&record, &audit, &samples, &options, &arena);
    check_record(&schema_isn, &record);
    text = write_record(&record, FORMAT_JSON);
    object = json_loads(text, 0, NULL);
    assert_non_null(object);
    assert_string_equal(text_of(object, "reason"), "said before");
    assert_string_equal(text_of(object, "severity"), "medium");
    assert_string_equal(text_of(object, "why"), "by hand");
    assert_float_equal(number_at(object, "clock", "residual_us"), 2500, 1e-6);
    assert_true(isnan(number_at(object, "clock", "ppm")));
    assert_string_equal(text_of(json_object_get(object, "tuple"), "affine"), "yes");
    assert_string_equal(text_of(json_object_get(object, "tuple"), "linear"), "no");
    assert_true(json_is_null(json_object_get(json_object_get(object, "tuple"), "port_visible")));
    assert_float_equal(number_at(object, "tuple", "a"), 4294967295, 0);
    assert_true(isnan(number_at(object, "tuple", "shift")));
    assert_true(isnan(number_at(object, "tuple", "rank")));
    assert_string_equal(text_of(json_object_get(object, "cookie"), "kind"), "darwin");
    assert_true(isnan(number_at(object, "cookie", "ecn")));
    assert_float_equal(number_at(object, "cookie", "parity"), 0, 0);
    assert_string_equal(text_of(json_object_get(object, "entropy"), "stuck"), "0000ffff");
    assert_string_equal(text_of(json_object_get(object, "entropy"), "value"), "00000012");
    assert_string_equal(text_of(json_object_get(object, "prng"), "state"), "deadbeef00000001");
    assert_string_equal(text_of(json_object_get(object, "prng"), "parameters"),
                        "a=5, c=18446744073709551615");
    list = json_object_get(json_object_get(object, "prng"), "next");
    assert_int_equal(json_array_size(list), 3);
    assert_true(json_integer_value(json_object_get(json_array_get(list, 2), "isn")) == 4294967295);
    /* An infinite price is a price, and an unknown one is none. */
    assert_true(json_is_object(json_object_get(json_object_get(object, "cost"), "cross")));
    assert_true(json_is_null(json_object_get(json_object_get(object, "cost"), "same")));
    list = json_object_get(json_object_get(object, "battery"), "worst");
    assert_int_equal(json_array_size(list), ISN_WORST_TESTS);
    assert_string_equal(text_of(json_array_get(list, 0), "name"), "SP 800-22 number 4");
    assert_string_equal(text_of(json_array_get(list, 1), "name"), "bit 9");
    list = json_object_get(json_object_get(object, "battery"), "sp800_22");
    assert_int_equal(json_array_size(list), 5);
    json_decref(object);
    free(text);
    arena_release(&arena);
}

/* Objects in objects are found by their keys with underscores, and columns of CSV. */
static void test_places(void **state)
{
    const struct isn_price_record price = {.n50 = 12, .lo = NAN};
    const struct isn_cost_record cost = {.cross = &price};
    struct isn_record record;
    struct field_place place;
    char *text, *end;
    size_t head = 1, row = 1;

    (void)state;
    isn_record_init(&record);
    assert_true(output_find_field(&schema_isn, "cost_cross_n50", &place));
    assert_string_equal(place.outer->key, "cost");
    assert_string_equal(place.middle->key, "cross");
    assert_null(field_place_holder(&place, &record));
    record.cost = &cost;
    assert_ptr_equal(field_place_holder(&place, &record), &price);
    assert_true(output_find_field(&schema_isn, "cost_same_n50", &place));
    assert_null(field_place_holder(&place, &record));
    assert_true(output_find_field(&schema_isn, "cost_cross", &place));
    assert_null(place.middle);
    assert_true(output_find_field(&schema_isn, "per_connection_foreign_per_s", &place));
    assert_false(output_find_field(&schema_isn, "cost_cross_", &place));
    assert_false(output_find_field(&schema_isn, "cost_n50", &place));
    text = write_record(&record, FORMAT_CSV);
    assert_non_null(strstr(text, ",cost_cross_n50,cost_cross_lo,"));
    assert_non_null(strstr(text, ",12,,"));
    end = strchr(text, '\n');
    for (char *at = text; *at; at++)
        *(at < end ? &head : &row) += *at == ',';
    assert_int_equal(head, row);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),     cmocka_unit_test(test_streams),
        cmocka_unit_test(test_too_few),     cmocka_unit_test(test_figures),
        cmocka_unit_test(test_round_trips), cmocka_unit_test(test_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
