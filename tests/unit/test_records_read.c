/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas of what is read from captures: their words are those of the tables, and what is
 * written as JSON and CSV is as they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "golden.h"
#include "net/replay.h"
#include "probe/follow/follow_words.h"
#include "probe/server.h"
#include "read_samples.h"
#include "report/output.h"
#include "wire/ip.h"

/* ---- words ---- */

static const char *words_of(const struct schema *schema, const char *key)
{
    const struct field *field = schema_field_find(schema, key);

    assert_non_null(field);
    assert_non_null(field->values);
    return field->values;
}

/* The words that other floors write are those that the schemas name. */
static void test_words(void **state)
{
    static const char states[] =
#define X(id, name) "," name
        SERVER_STATE_TABLE(X)
#undef X
        ;
    static const char damages[] =
#define X(id, word, meaning) "," word
        REPLAY_DAMAGE_TABLE(X)
#undef X
        ;
    static const char doubts[] =
#define X(id, word, meaning) "," word
        FOLLOW_DOUBT_TABLE(X)
#undef X
        ;
    char checksums[64] = "";

    (void)state;
    assert_string_equal(words_of(&schema_read_segment, "state"), &states[1]);
    assert_string_equal(words_of(&schema_read_segment, "server_state"), &states[1]);
    assert_string_equal(words_of(&schema_read_row, "state"), &states[1]);
    assert_string_equal(words_of(&schema_read_end, "state"), &states[1]);
    assert_string_equal(words_of(&schema_capture, "damage"), &damages[1]);
    for (unsigned i = 0; i < CHECKSUM_COUNT; i++) {
        strcat(checksums, i > 0 ? "," : "");
        strcat(checksums, checksum_words((enum checksum_state)i));
    }
    assert_string_equal(words_of(&schema_read_segment, "checksum"), checksums);
    /* NONE is null in a record, and no word. */
    const char *doubt = words_of(&schema_read_segment, "state_doubt");
    assert_string_equal(&doubts[1 + strlen(follow_doubt_word(FOLLOW_DOUBT_NONE)) + 1], doubt);
    assert_string_equal(words_of(&schema_read_end, "doubt"), doubt);
    assert_string_equal(words_of(&schema_read, "reset_by"), "unknown,end,somebody else");
    assert_non_null(strstr(words_of(&schema_read, "ending"), "rst-forged"));
    assert_string_equal(words_of(&schema_compare, "verdict"),
                        "same,translated,rewritten,proxied,blocked,only-a,only-b");
}

/* A list of words ends each at a comma: none may have one, which would make others of it. */
static void test_words_once(void **state)
{
    size_t count;
    const struct schema *const *all = schema_all(&count);

    (void)state;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < all[i]->count; k++) {
            const struct field *field = &all[i]->fields[k];

            for (const char *word = field->values; word; word = strchr(word, ',')) {
                word += *word == ',';
                size_t length = strcspn(word, ",");

                for (const char *other = word + length; *other; other += strcspn(other, ",")) {
                    other++;
                    if (strcspn(other, ",") == length && memcmp(word, other, length) == 0)
                        fail_msg("%s.%s: '%.*s' twice", all[i]->name, field->key, (int)length,
                                 word);
                }
            }
        }
}

/* A connection has the keys of a handshake with the same types, but for what only a command that
 * sends has. */
static void test_same_keys(void **state)
{
    static const char *const sent[] = {"host",   "addresses", "guard",
                                       "dns_ms", "received",  "capture_dropped"};

    (void)state;
    for (size_t i = 0; i < schema_handshake.count; i++) {
        const struct field *field = &schema_handshake.fields[i];
        const struct field *here = schema_field_find(&schema_read, field->key);
        bool only = false;

        for (size_t s = 0; s < sizeof sent / sizeof sent[0]; s++)
            only = only || strcmp(sent[s], field->key) == 0;
        if (!here && !only)
            fail_msg("%s is missing", field->key);
        if (here)
            assert_true(here->type == field->type && strcmp(here->unit, field->unit) == 0);
    }
    for (size_t i = 0; i < schema_segment.count; i++) {
        const struct field *field = &schema_segment.fields[i];
        const struct field *here = schema_field_find(&schema_read_segment, field->key);

        assert_non_null(here);
        assert_true(here == &schema_read_segment.fields[i]);
        assert_true(here->type == field->type && here->offset == field->offset);
    }
}

/* A row has all of a segment, behind what says whose it is, and nothing that CSV has no cell for.
 */
static void test_rows(void **state)
{
    const size_t more = schema_read_row.count - schema_read_segment.count;

    (void)state;
    assert_int_equal(more, 13);
    for (size_t i = 0; i < schema_read_segment.count; i++) {
        const struct field *row = &schema_read_row.fields[more + i],
                           *field = &schema_read_segment.fields[i];

        assert_string_equal(row->key, field->key);
        assert_int_equal(row->offset - offsetof(struct read_row_record, segment), field->offset);
        assert_true(row->type != FIELD_LIST && row->type != FIELD_OBJECT);
    }
    assert_true(schema_read_row.one_line);
}

/* ---- values ---- */

static void test_init(void **state)
{
    struct connection_record connection;
    struct capture_record capture;
    struct compare_record compare;
    const struct {
        const struct schema *schema;
        const void *record;
    } rows[] = {
        {&schema_read, &connection}, {&schema_capture, &capture}, {&schema_compare, &compare}};

    (void)state;
    memset(&connection, 0x5a, sizeof connection);
    memset(&capture, 0x5a, sizeof capture);
    memset(&compare, 0x5a, sizeof compare);
    connection_record_init(&connection);
    capture_record_init(&capture);
    compare_record_init(&compare);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t f = 0; f < rows[i].schema->count; f++) {
            const struct field *field = &rows[i].schema->fields[f];
            char text[FIELD_TEXT_SIZE];
            const char *shown = field_show(field, rows[i].record, text);

            if (strcmp(field->key, "schema") == 0)
                assert_string_equal(shown, "1");
            else if (strcmp(field->key, "command") == 0)
                assert_string_equal(shown, "read");
            else if (field->type == FIELD_BOOL)
                assert_string_equal(shown, "false");
            else
                assert_null(shown);
            if (field->type == FIELD_LIST)
                assert_int_equal(field_list(field, rows[i].record).count, 0);
            if (field->type == FIELD_OBJECT)
                assert_null(field_object(field, rows[i].record));
        }
    assert_false(connection.brief);
    assert_int_equal(connection.segments_left_out, 0);
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

static bool is_among(const char *word, const char *list)
{
    size_t length = strlen(word);

    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* An object has the keys of its schema, no others, and words of its vocabularies. */
static void check_object(const struct schema *schema, const json_t *object)
{
    assert_true(json_is_object(object));
    assert_int_equal(json_object_size(object), schema->count);
    for (size_t i = 0; i < schema->count; i++) {
        const struct field *field = &schema->fields[i];
        const json_t *value = json_object_get(object, field->key);
        size_t index;
        json_t *item;

        assert_non_null(value);
        if (field->type == FIELD_TEXT && field->values && json_is_string(value) &&
            !is_among(json_string_value(value), field->values))
            fail_msg("%s is '%s'", field->key, json_string_value(value));
        if (field->type == FIELD_OBJECT && !json_is_null(value))
            check_object(field->of, value);
        if (field->type == FIELD_LIST)
            json_array_foreach(value, index, item)
            {
                check_object(field->of, item);
            }
    }
}

static struct read_row_record a_row(void)
{
    return (struct read_row_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "read",
        .file = "lab.pcapng",
        .connection = 3,
        .time = "2026-01-02T03:04:06.734301000Z",
        .source = "198.18.0.1",
        .source_port = 40312,
        .destination = "198.18.0.2",
        .destination_port = 80,
        .relative_seq = 19,
        .relative_ack = 1389,
        .segment = whole_segments[7],
    };
}

static void test_golden(void **state)
{
    static const struct {
        enum format format;
        const char *name;
    } formats[] = {{FORMAT_JSON, "json"}, {FORMAT_CSV, "csv"}};
    const struct read_row_record row = a_row();

    (void)state;
    for (size_t f = 0; f < 2; f++) {
        struct capture capture;
        char name[32], *text;

        capture_begin(&capture);
        struct fault fault = {0};
        struct output output = {.stream = capture.stream, .format = formats[f].format};
        for (size_t i = 0; i < READ_SAMPLES; i++)
            assert_int_equal(output_record(&output, &schema_read, read_samples[i].record, &fault),
                             0);
        text = capture_end(&capture);
        snprintf(name, sizeof name, "read.%s", formats[f].name);
        golden_check(name, text);
        free(text);
        text = write_as(formats[f].format, &schema_read_row, &row);
        snprintf(name, sizeof name, "read-each.%s", formats[f].name);
        golden_check(name, text);
        free(text);
    }
}

static void test_json(void **state)
{
    const struct read_row_record row = a_row();

    (void)state;
    for (size_t i = 0; i <= READ_SAMPLES; i++) {
        const bool one = i == READ_SAMPLES;
        char *text = write_as(FORMAT_JSON, one ? &schema_read_row : &schema_read,
                              one ? (const void *)&row : read_samples[i].record);
        json_t *object = json_loads(text, 0, NULL);

        check_object(one ? &schema_read_row : &schema_read, object);
        json_decref(object);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),     cmocka_unit_test(test_words_once),
        cmocka_unit_test(test_same_keys), cmocka_unit_test(test_rows),
        cmocka_unit_test(test_init),      cmocka_unit_test(test_golden),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
