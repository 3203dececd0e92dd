/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Access to records through their schema: values, values as text, and all schemas by name. */
#include "report/schema.h"

#include <assert.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "report/records.h"
#include "report/records_isn.h"
#include "report/records_matrix.h"
#include "report/records_read.h"
#include "report/records_read_isn.h"

static const void *member(const struct field *field, enum field_type type, const void *record)
{
    assert(field->type == type);
    (void)type;
    return (const char *)record + field->offset;
}

bool field_bool(const struct field *field, const void *record)
{
    return *(const bool *)member(field, FIELD_BOOL, record);
}

int64_t field_integer(const struct field *field, const void *record)
{
    return *(const int64_t *)member(field, FIELD_INTEGER, record);
}

double field_number(const struct field *field, const void *record)
{
    return *(const double *)member(field, FIELD_NUMBER, record);
}

const char *field_text(const struct field *field, const void *record)
{
    return *(const char *const *)member(field, FIELD_TEXT, record);
}

struct record_list field_list(const struct field *field, const void *record)
{
    return *(const struct record_list *)member(field, FIELD_LIST, record);
}

const void *field_object(const struct field *field, const void *record)
{
    return *(const void *const *)member(field, FIELD_OBJECT, record);
}

double field_number_rounded(const struct field *field, const void *record)
{
    double value = field_number(field, record);
    /* Above 2^53 ns there are no whole nanoseconds to round to; infinities stay what they are. */
    if (strcmp(field->unit, "ms") == 0 && fabs(value) < 9e9)
        value = round(value * 1e6) / 1e6;
    return value == 0 ? 0 : value; /* no "-0" */
}

/* Text of a number, its decimal point a point. */
static const char *show_number(double value, char text[FIELD_TEXT_SIZE])
{
    snprintf(text, FIELD_TEXT_SIZE, "%.15g", value);
    /* Small times are wanted as 0.00001, which %g writes with an exponent. */
    if (strchr(text, 'e') && fabs(value) >= 1e-6 && fabs(value) < 1) {
        int length = snprintf(text, FIELD_TEXT_SIZE, "%.9f", value);
        while (text[length - 1] == '0')
            text[--length] = '\0';
    }
    const char *point = localeconv()->decimal_point;
    char *found = *point ? strstr(text, point) : NULL;
    if (found && strcmp(point, ".") != 0) {
        size_t length = strlen(point);
        *found = '.';
        memmove(found + 1, found + length, strlen(found + length) + 1);
    }
    return text;
}

const char *field_show(const struct field *field, const void *record, char text[FIELD_TEXT_SIZE])
{
    switch (field->type) {
    case FIELD_BOOL:
        return field_bool(field, record) ? "true" : "false";
    case FIELD_INTEGER:
        if (field_integer(field, record) == RECORD_UNKNOWN)
            return NULL;
        snprintf(text, FIELD_TEXT_SIZE, "%" PRId64, field_integer(field, record));
        return text;
    case FIELD_NUMBER:
        if (!isfinite(field_number(field, record)))
            return NULL;
        return show_number(field_number_rounded(field, record), text);
    case FIELD_TEXT:
        return field_text(field, record);
    case FIELD_LIST:
    case FIELD_OBJECT:
    case FIELD_TYPE_COUNT:
        break;
    }
    return NULL;
}

const char *field_type_name(enum field_type type)
{
    static const char *const names[FIELD_TYPE_COUNT] = {
        [FIELD_BOOL] = "boolean", [FIELD_INTEGER] = "integer", [FIELD_NUMBER] = "number",
        [FIELD_TEXT] = "string",  [FIELD_LIST] = "array",      [FIELD_OBJECT] = "object",
    };
    return names[type];
}

const struct field *schema_field_find(const struct schema *schema, const char *key)
{
    for (size_t i = 0; i < schema->count; i++)
        if (strcmp(schema->fields[i].key, key) == 0)
            return &schema->fields[i];
    return NULL;
}

const struct schema *const *schema_all(size_t *ret_count)
{
    static const struct schema *const all[] = {
        &schema_handshake,    &schema_rtt, &schema_rtt_probe, &schema_flow, &schema_bin,
        &schema_segment, &schema_step,    &schema_finding,
        &schema_options,      &schema_packet,  &schema_cell,    &schema_state,
        &schema_effect,       &schema_option,  &schema_field,   &schema_verdict,
        &schema_outcome,      &schema_event_kind, &schema_doubt, &schema_ending,
        &schema_finding_kind, &schema_exit,    &schema_command, &schema_argument,
        &schema_isn, &schema_isn_rtt, &schema_isn_clock, &schema_isn_per_connection,
        &schema_isn_tuple, &schema_isn_number, &schema_isn_prng, &schema_isn_cookie,
        &schema_isn_backend, &schema_isn_increment, &schema_isn_entropy, &schema_isn_price,
        &schema_isn_window, &schema_isn_cost, &schema_isn_evidence, &schema_isn_test,
        &schema_isn_estimate, &schema_isn_battery, &schema_isn_nmap, &schema_isn_phase,
        &schema_isn_foretold, &schema_isn_predicted, &schema_isn_front, &schema_isn_change,
        &schema_isn_baseline, &schema_isn_class, &schema_isn_severity,
        &schema_matrix, &schema_matrix_row, &schema_option_row, &schema_rung, &schema_check,
        &schema_front_test, &schema_quoted, &schema_syn_ack_header, &schema_ts_clock,
        &schema_synack_repeats, &schema_synack_repeat,
        &schema_matrix_verdict, &schema_feature, &schema_check_kind, &schema_rung_kind,
        &schema_read, &schema_read_segment, &schema_read_row, &schema_read_isn, &schema_read_end, &schema_capture,
        &schema_read_interface, &schema_compare, &schema_difference,
    };
    *ret_count = sizeof all / sizeof all[0];
    return all;
}

const struct schema *schema_find(const char *name)
{
    size_t count;
    const struct schema *const *all = schema_all(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
