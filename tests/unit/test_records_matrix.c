/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas of a matrix of options: their words are those of the tables, and what is written as
 * JSON and CSV is as they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "golden.h"
#include "matrix_text_samples.h"
#include "report/matrix_words.h"
#include "report/output.h"
#include "stat/ipid.h"

/* What each feature is called and what it is, in the order of the table. */
static const struct {
    const char *name, *words;
} features[] = {
#define X(id, name, words, reference) {name, words},
    RUNG_FEATURE_TABLE(X)
#undef X
};
#define FEATURES (sizeof features / sizeof features[0])

/* Whether `word` is one of a list with commas. */
static bool is_among(const char *word, const char *list)
{
    size_t length = strlen(word);

    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* Each feature has a field of its name in the target's record, told in the table's words, in the
 * table's order, with the words of the verdicts. */
static void test_features(void **state)
{
    const struct field *before = NULL;

    (void)state;
    for (size_t i = 0; i < FEATURES; i++) {
        const struct field *field = schema_field_find(&schema_matrix, features[i].name);

        assert_non_null(field);
        assert_int_equal(field->type, FIELD_TEXT);
        assert_int_equal(strncmp(field->help, features[i].words, strlen(features[i].words)), 0);
        assert_string_equal(field->values, "supported,declined,stripped,rewritten,echoed,breaks,"
                                           "inconclusive");
        assert_true(!before || field == before + 1);
        assert_true(is_among(features[i].name, schema_field_find(&schema_rung, "feature")->values));
        before = field;
    }
}

/* A row within a target's record is one that stands alone, less what says whose it is. */
static void test_rows(void **state)
{
    static const char *const whose[] = {"schema", "command", "time", "target", "address", "port"};
    size_t more = sizeof whose / sizeof whose[0];

    (void)state;
    assert_int_equal(schema_option_row.count, schema_matrix_row.count + more);
    for (size_t i = 0; i < more; i++)
        assert_string_equal(schema_option_row.fields[i].key, whose[i]);
    for (size_t i = 0; i < schema_matrix_row.count; i++) {
        const struct field *alone = &schema_option_row.fields[i + more];

        assert_string_equal(alone->key, schema_matrix_row.fields[i].key);
        assert_int_equal(alone->offset, schema_matrix_row.fields[i].offset);
    }
    assert_true(schema_option_row.one_line);
    assert_int_equal(schema_option_row.size, sizeof(struct matrix_row_record));
}

static char *write_as(enum format format, const struct schema *schema, const void *record)
{
    struct capture capture;
    struct fault fault = {0};

    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = format, .style = {.width = 80}};
    assert_int_equal(output_record(&output, schema, record, &fault), 0);
    return capture_end(&capture);
}

static void check_object(const struct schema *schema, const json_t *object);

static void check_value(const struct field *field, const json_t *value)
{
    size_t i;
    json_t *item;

    assert_non_null(value);
    switch (field->type) {
    case FIELD_BOOL:
        assert_true(json_is_boolean(value));
        return;
    case FIELD_INTEGER:
        assert_true(json_is_integer(value) || json_is_null(value));
        return;
    case FIELD_NUMBER:
        assert_true(json_is_number(value) || json_is_null(value));
        return;
    case FIELD_TEXT:
        if (json_is_null(value))
            return;
        assert_true(json_is_string(value));
        if (field->values && !is_among(json_string_value(value), field->values))
            fail_msg("%s is '%s'", field->key, json_string_value(value));
        return;
    case FIELD_LIST:
        assert_true(json_is_array(value));
        json_array_foreach(value, i, item)
        {
            check_object(field->of, item);
        }
        return;
    case FIELD_OBJECT:
        if (!json_is_null(value))
            check_object(field->of, value);
        return;
    case FIELD_TYPE_COUNT:
        break;
    }
    fail();
}

/* An object has the keys of its schema, no others, and values of their types and words. */
static void check_object(const struct schema *schema, const json_t *object)
{
    assert_true(json_is_object(object));
    assert_int_equal(json_object_size(object), schema->count);
    for (size_t i = 0; i < schema->count; i++)
        check_value(&schema->fields[i], json_object_get(object, schema->fields[i].key));
}

static void test_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < MATRIX_SAMPLES; i++) {
        const struct matrix_record *record = matrix_samples[i].record;
        char *text = write_as(FORMAT_JSON, &schema_matrix, record);
        json_t *object = json_loads(text, 0, NULL);

        check_object(&schema_matrix, object);
        assert_int_equal(json_array_size(json_object_get(object, "matrix")), record->matrix.count);
        assert_int_equal(json_array_size(json_object_get(object, "rungs")), record->rungs.count);
        assert_int_equal(json_is_null(json_object_get(object, "header")), record->header == NULL);
        json_decref(object);
        free(text);
    }
}

/* Values arrive under the keys that they were put in as. */
static void test_values(void **state)
{
    char *text = write_as(FORMAT_JSON, &schema_matrix, &matrix_plain);
    json_t *object = json_loads(text, 0, NULL);
    const char *verdict, *df, *offset, *growth, *check, *layout, *answered;
    int64_t ttl, count, hop, opened;
    double rate, gap;

    (void)state;
    assert_non_null(object);
    assert_int_equal(json_unpack(object,
                                 "{s:s, s:s, s:{s:I, s:s}, s:{s:f, s:s}, s:{s:I, s:s, s:[{s:f}]}}",
                                 "fastopen", &verdict, "layout", &layout, "header", "ttl", &ttl,
                                 "df", &df, "clock", "rate_hz", &rate, "offset", &offset, "repeats",
                                 "count", &count, "growth", &growth, "repeats", "gap_ms", &gap),
                     0);
    assert_string_equal(verdict, "declined");
    assert_string_equal(layout, "mss,sackOK,TS,nop,wscale");
    assert_int_equal(ttl, 61);
    assert_string_equal(df, "set");
    assert_true(rate > 1000.002 && rate < 1000.0022);
    assert_string_equal(offset, "each");
    assert_int_equal(count, 3);
    assert_string_equal(growth, "doubling");
    assert_true(gap > 1024 && gap < 1024.2);
    assert_int_equal(json_unpack(object, "{s:[{s:s}], s:[{s:I}], s:[{s:I, s:s}]}", "checks",
                                 "outcome", &check, "quoted", "hop", &hop, "rungs", "opened",
                                 &opened, "answered", &answered),
                     0);
    assert_string_equal(check, "works");
    assert_int_equal(hop, 2);
    assert_int_equal(opened, 3);
    assert_string_equal(answered, "mss 1460");
    json_decref(object);
    free(text);
}

/* A row alone as CSV: a header line with all keys, and a line of as many cells. */
static void test_csv(void **state)
{
    static const char header[] = "schema,command,time,target,address,port,feature,verdict,"
                                 "otherwise,in_effect,sent,opened,reset,icmp,silent,offered,good,"
                                 "absent,echoed,bad,unasked,values,evidence,rules,meaning";
    static const char row[] =
        "1,options,2026-01-02T03:04:05.678901Z,www.example:443,2001:db8::2,443,fastopen,breaks,"
        "declined,,12,2,3,1,6,2,0,2,0,0,0,,\"2 of 12 SYNs opened (3 RST, 1 ICMP, 6 silence), 6 of "
        "6 controls; answered 0 of 2; fails: fastopen-request 1 of 6\",TP-OPT-TFO-EMPTY,"
        "Fast Open (RFC 7413)";
    char *text = write_as(FORMAT_CSV, &schema_option_row, &alone_rows[1]);
    char *rest = text, *line;

    (void)state;
    line = strsep(&rest, "\r\n");
    assert_string_equal(line, header);
    rest += strspn(rest, "\r\n");
    line = strsep(&rest, "\r\n");
    assert_string_equal(line, row);
    free(text);
}

/* Words that only a record has are told where its field is. */
static void test_meanings(void **state)
{
    static const struct {
        const struct schema *schema;
        const char *key, *word, *meaning;
    } rows[] = {
#define X(id, word, meaning) {&schema_syn_ack_header, "ip_id", word, meaning},
        IPID_TABLE(X)
#undef X
#define X(id, word, meaning) {&schema_synack_repeats, "growth", word, meaning},
            REPEATS_TABLE(X)
#undef X
#define X(id, word, meaning) {&schema_check, "outcome", word, meaning},
                CHECK_OUTCOME_TABLE(X)
#undef X
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct field *field = schema_field_find(rows[i].schema, rows[i].key);
        char text[256];

        assert_non_null(field);
        assert_true(is_among(rows[i].word, field->values));
        assert_true((size_t)snprintf(text, sizeof text, "; %s: %s", rows[i].word, rows[i].meaning) <
                    sizeof text);
        assert_non_null(strstr(field->help, text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_features), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_json),     cmocka_unit_test(test_values),
        cmocka_unit_test(test_csv),      cmocka_unit_test(test_meanings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
