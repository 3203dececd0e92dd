/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of records of climbs ask of each record, and of single parts of it. */
#ifndef CLIMB_CHECK_H
#define CLIMB_CHECK_H

#include <cmocka.h>
#include <jansson.h>
#include <math.h>

#include "climb_scene.h"
#include "golden.h"
#include "report/finding.h"
#include "report/output.h"

static struct arena arena;
static struct scene_run run;
static struct matrix_record record;

static inline bool is_word(const char *list, const char *word)
{
    size_t length = strlen(word);

    while (list != NULL && *list != '\0') {
        size_t part = strcspn(list, ",");

        if (part == length && strncmp(list, word, length) == 0)
            return true;
        list += part + (list[part] != '\0');
    }
    return false;
}

/* Each word is one of those that the schema has for it, and no text is empty by accident. */
static inline void check_fields(const struct schema *schema, const void *item)
{
    for (size_t i = 0; i < schema->count; i++) {
        const struct field *field = &schema->fields[i];
        struct record_list list;
        const char *text;

        switch (field->type) {
        case FIELD_TEXT:
            text = field_text(field, item);
            if (text != NULL && (strstr(text, "(null)") != NULL || strstr(text, " nan") != NULL))
                fail_msg("%s.%s: %s", schema->name, field->key, text);
            if (text != NULL && field->values != NULL && !is_word(field->values, text))
                fail_msg("%s.%s: %s is none of %s", schema->name, field->key, text, field->values);
            break;
        case FIELD_LIST:
            list = field_list(field, item);
            for (size_t j = 0; j < list.count; j++)
                check_fields(field->of, (const char *)list.items + j * field->of->size);
            break;
        case FIELD_OBJECT:
            if (field_object(field, item) != NULL)
                check_fields(field->of, field_object(field, item));
            break;
        case FIELD_BOOL:
        case FIELD_INTEGER:
        case FIELD_NUMBER:
        case FIELD_TYPE_COUNT:
            break;
        }
    }
}

/* What JSON makes of it can be read again. */
static inline void check_json(void)
{
    struct capture capture;
    struct fault fault = {0};
    json_error_t error;
    json_t *object;
    char *text;

    capture_begin(&capture);

    struct output output = {.stream = capture.stream, .format = FORMAT_JSON};

    assert_int_equal(output_record(&output, &schema_matrix, &record, &fault), 0);
    text = capture_end(&capture);
    object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL)
        fail_msg("%s in: %s", error.text, text);
    assert_string_equal(json_string_value(json_object_get(object, "verdict")), record.verdict);
    assert_int_equal(json_array_size(json_object_get(object, "matrix")), record.matrix.count);
    json_decref(object);
    free(text);
}

/* What holds for each record. */
static inline void check_whole(void)
{
    const struct finding_record *findings = record.findings.items;
    int last = SEVERITY_COUNT;

    check_fields(&schema_matrix, &record);
    check_json();
    assert_int_equal(record.sent, record.answered + record.refused + record.unreachable +
                                      record.lost + (int64_t)run.left);
    assert_int_not_equal(record.reason[strlen(record.reason) - 1], '.');
    assert_true(strlen(record.reason) < 400);
    for (size_t i = 0; i < record.findings.count; i++) {
        int severity = 0;

        while (strcmp(findings[i].severity, severity_word((enum severity)severity)) != 0)
            severity++;
        assert_true(severity <= last);
        last = severity;
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(findings[i].id, findings[j].id);
    }
    if (strcmp(record.verdict, "open") != 0) {
        assert_null(record.severity);
        assert_int_equal(record.matrix.count, 0);
        assert_null(record.header);
    } else {
        assert_string_equal(record.severity,
                            record.findings.count > 0 ? findings[0].severity : "none");
    }
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        const char *name = rung_feature_name((enum rung_feature)i);
        const struct matrix_row_record *rows = record.matrix.items;
        const char *word = field_text(schema_field_find(&schema_matrix, name), &record);
        size_t at = 0;

        while (at < record.matrix.count && strcmp(rows[at].feature, name) != 0)
            at++;
        assert_int_equal(at < record.matrix.count, word != NULL);
        if (word != NULL)
            assert_string_equal(rows[at].verdict, word);
    }
}

static inline void climb(const struct scene *scene)
{
    arena_clear(&arena);
    scene_climb(scene, &arena, &run);
    climb_record(&run.climb, &arena, &record);
    check_whole();
}

/* "sack=declined timestamps=supported" */
static inline void expect_words(const char *words)
{
    char text[400], *rest = NULL;

    snprintf(text, sizeof text, "%s", words);
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        const char *is;

        *value++ = '\0';
        is = field_text(schema_field_find(&schema_matrix, word), &record);
        if (is == NULL || strcmp(is, value) != 0)
            fail_msg("%s is %s, not %s: %s", word, is == NULL ? "nothing" : is, value,
                     record.reason);
    }
}

/* The ids in any order, with a blank behind each. */
static inline void expect_findings(const char *ids)
{
    const struct finding_record *rows = record.findings.items;
    size_t expected = 0;

    for (const char *at = ids; *at != '\0'; at++)
        expected += *at == ' ';
    for (size_t i = 0; i < record.findings.count; i++) {
        char id[64];

        snprintf(id, sizeof id, "%s ", rows[i].id);
        if (strstr(ids, id) == NULL)
            fail_msg("%s: %s", rows[i].id, rows[i].text);
    }
    if (record.findings.count != expected)
        fail_msg("%zu findings, not %zu: %s", record.findings.count, expected, ids);
}

static inline const char *finding_text(enum finding finding)
{
    const struct finding_record *rows = record.findings.items;

    for (size_t i = 0; i < record.findings.count; i++)
        if (strcmp(rows[i].id, finding_row(finding)->id) == 0)
            return rows[i].text;
    fail_msg("no %s", finding_row(finding)->id);
    return NULL;
}

static inline const struct matrix_row_record *row_of(const char *feature)
{
    const struct matrix_row_record *rows = record.matrix.items;

    for (size_t i = 0; i < record.matrix.count; i++)
        if (strcmp(rows[i].feature, feature) == 0)
            return &rows[i];
    fail_msg("no row %s", feature);
    return NULL;
}

static inline void expect_in(const char *text, const char *part)
{
    if (text == NULL || strstr(text, part) == NULL)
        fail_msg("no \"%s\" in: %s", part, text == NULL ? "nothing" : text);
}

static inline int set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

#endif
