/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of initial sequence numbers as an object of JSON. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "report/isn_lines_parts.h"

/* ---- the plain way ---- */

/*
 * Of a million lines all are as a program writes them: plain keys, whole numbers, plain strings.
 * These are read here, six times as fast as jansson does; any other line, and any that is wrong in
 * any way, is jansson's.
 */

struct cursor {
    const char *at, *end;
};

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\t'))
        cursor->at++;
}

static bool take_byte(struct cursor *cursor, char byte)
{
    skip_blanks(cursor);
    if (cursor->at == cursor->end || *cursor->at != byte)
        return false;
    cursor->at++;
    return true;
}

/* A string of ASCII without escapes; the opening quote has been taken. */
static bool take_string(struct cursor *cursor, const char **ret_text, size_t *ret_length)
{
    const char *from = cursor->at;

    while (cursor->at < cursor->end && *cursor->at >= ' ' && *cursor->at < 0x7f &&
           *cursor->at != '"' && *cursor->at != '\\')
        cursor->at++;
    if (cursor->at == cursor->end || *cursor->at != '"')
        return false;
    *ret_text = from;
    *ret_length = (size_t)(cursor->at++ - from);
    return true;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* A whole number of up to 19 digits, as JSON spells it. */
static bool take_integer(struct cursor *cursor, const char **ret_text, size_t *ret_length)
{
    const char *from = cursor->at, *digits;

    cursor->at += cursor->at < cursor->end && *cursor->at == '-';
    digits = cursor->at;
    while (cursor->at < cursor->end && is_digit(*cursor->at))
        cursor->at++;
    if (cursor->at == digits || (*digits == '0' && cursor->at > digits + 1))
        return false;
    *ret_text = from;
    *ret_length = (size_t)(cursor->at - from);
    return cursor->at - digits <= 19;
}

/* "key": value. */
static bool take_pair(struct isn_line_row *row, struct cursor *cursor)
{
    const char *key, *value;
    size_t key_length, length;
    int column;

    if (!take_byte(cursor, '"') || !take_string(cursor, &key, &key_length) ||
        !take_byte(cursor, ':'))
        return false;
    if (take_byte(cursor, '"') ? !take_string(cursor, &value, &length)
                               : !take_integer(cursor, &value, &length))
        return false;
    column = isn_lines_column(key, key_length);
    return column < 0 || isn_lines_take(row, (enum isn_column)column, value, length);
}

static bool read_plain(struct isn_line_row *row, const char *text, size_t length)
{
    struct cursor cursor = {text, text + length};
    bool good = take_byte(&cursor, '{');

    while (good && take_pair(row, &cursor)) {
        if (take_byte(&cursor, '}'))
            return cursor.at == cursor.end;
        good = take_byte(&cursor, ',');
    }
    return false;
}

/* ---- jansson's ---- */

static bool refuse(struct isn_line_row *row, enum isn_column column, const char *what)
{
    size_t at = 0;
    text_append(row->why, ISN_LINES_WHY, &at, "%s: %s", isn_lines_column_name(column), what);
    return false;
}

/* Programs that know no whole numbers write 1.7e18. */
static bool take_real(struct isn_line_row *row, enum isn_column column, double value)
{
    if (!(fabs(value) < 9e18))
        return refuse(row, column, "out of range");
    if (trunc(value) != value)
        return refuse(row, column, "not a whole number");
    return isn_lines_take_number(row, column, (int64_t)value);
}

static bool take_value(struct isn_line_row *row, enum isn_column column, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_INTEGER:
        return isn_lines_take_number(row, column, json_integer_value(value));
    case JSON_REAL:
        return take_real(row, column, json_real_value(value));
    case JSON_STRING:
        return isn_lines_take(row, column, json_string_value(value), json_string_length(value));
    case JSON_NULL: /* not known */
        return true;
    case JSON_OBJECT:
    case JSON_ARRAY:
    case JSON_TRUE:
    case JSON_FALSE:
        break;
    }
    return refuse(row, column, "not a whole number");
}

static bool take_columns(struct isn_line_row *row, const json_t *object)
{
    for (int i = 0; i < ISN_COLUMN_COUNT; i++) {
        json_t *value = json_object_get(object, isn_lines_column_name((enum isn_column)i));
        if (value && !take_value(row, (enum isn_column)i, value))
            return false;
    }
    return true;
}

static bool read_any(struct isn_line_row *row, const char *text, size_t length)
{
    json_error_t error;
    json_t *object = json_loadb(text, length, 0, &error);
    bool good = json_is_object(object);
    size_t at = 0;

    if (good)
        good = take_columns(row, object);
    else if (!object && json_error_code(&error) == json_error_out_of_memory)
        row->memory = true;
    else
        text_append(row->why, ISN_LINES_WHY, &at, "this is no object of JSON");
    json_decref(object);
    return good;
}

bool isn_lines_json(struct isn_line_row *row, const char *text, size_t length)
{
    const struct isn_line_row before = *row;

    if (read_plain(row, text, length))
        return true;
    if (row->memory)
        return false;
    *row = before;
    row->why[0] = '\0';
    return read_any(row, text, length);
}
