/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of initial sequence numbers as an object of JSON. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "report/isn_lines_parts.h"

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

bool isn_lines_json(struct isn_line_row *row, const char *text, size_t length)
{
    json_error_t error;
    json_t *object = json_loadb(text, length, 0, &error);
    bool good = true;
    size_t at = 0;

    if (!object && json_error_code(&error) == json_error_out_of_memory) {
        row->memory = true;
        return false;
    }
    if (!json_is_object(object)) {
        json_decref(object);
        text_append(row->why, ISN_LINES_WHY, &at, "this is no object of JSON");
        return false;
    }
    for (int i = 0; i < ISN_COLUMN_COUNT && good; i++) {
        json_t *value = json_object_get(object, isn_lines_column_name((enum isn_column)i));
        if (value)
            good = take_value(row, (enum isn_column)i, value);
    }
    json_decref(object);
    return good;
}
