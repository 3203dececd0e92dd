/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers with units, in the unit of the field that they are compared with. */
#include <string.h>

#include "base/text.h"
#include "cmd/expect_field.h"

/* So that no digit is lost on the way through an integer. */
#define DIGITS_MAX 18

/* Reads a decimal number at the beginning of `text`; returns the characters it takes, 0 for none.
 */
static size_t read_decimal(const char *text, double *ret_value)
{
    size_t at = text[0] == '-' || text[0] == '+', digits = 0;
    uint64_t whole = 0;
    double scale = 1;
    bool fraction = false;

    for (;; at++) {
        if (text[at] == '.' && !fraction && digits > 0) {
            fraction = true;
            continue;
        }
        if (text[at] < '0' || text[at] > '9')
            break;
        if (++digits > DIGITS_MAX)
            return 0;
        whole = 10 * whole + (uint64_t)(text[at] - '0');
        scale *= fraction ? 10 : 1;
    }
    if (digits == 0 || text[at - 1] == '.')
        return 0;
    /* One division of whole numbers: rounded once, to what a constant in C would be. */
    *ret_value = (double)whole / scale;
    if (text[0] == '-')
        *ret_value = -*ret_value;
    return at;
}

bool expect_decimal_read(const char *text, double *ret_value)
{
    double value;
    size_t length = read_decimal(text, &value);

    if (length == 0 || text[length])
        return false;
    *ret_value = value;
    return true;
}

static bool read_duration_ms(const char *text, double *ret_value)
{
    int64_t ns;

    if (text_duration(text, "", 0, INT64_MAX, &ns, NULL) < 0)
        return false;
    *ret_value = (double)ns / 1e6;
    return true;
}

static bool read_size(const char *text, double *ret_value)
{
    static const struct {
        const char *name;
        double bytes;
    } sizes[] = {{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"KiB", 1024}, {"MiB", 1048576}};
    double value;
    size_t length = read_decimal(text, &value);

    for (size_t i = 0; length > 0 && i < sizeof sizes / sizeof sizes[0]; i++)
        if (strcmp(text + length, sizes[i].name) == 0) {
            *ret_value = value * sizes[i].bytes;
            return true;
        }
    return false;
}

static bool read_percent(const char *text, double *ret_value)
{
    double value;
    size_t length = read_decimal(text, &value);

    if (length == 0 || strcmp(text + length, "%") != 0)
        return false;
    *ret_value = value;
    return true;
}

/* What a field's unit lets one write behind a number. */
static const struct unit {
    const char *unit;
    bool (*read)(const char *text, double *ret_value);
    const char *wanted, *sample;
} units[] = {
    {"ms", read_duration_ms, "a duration", " (such as 50ms; without a unit in ms)"},
    {"percent", read_percent, "a percentage", " (such as 5%)"},
    {"bytes", read_size, "a size", " (such as 1400 or 64KiB)"},
};

int expect_number_read(const char *text, const struct field *field, const char *name,
                       const char *option_name, double *ret_value, struct fault *fault)
{
    const struct unit *unit = NULL;
    char echo[EXPECT_NAME_SIZE];

    if (expect_decimal_read(text, ret_value))
        return 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(field->unit, units[i].unit) == 0)
            unit = &units[i];
    if (unit && unit->read(text, ret_value))
        return 0;
    text_safe(text, strlen(text), echo, sizeof echo);
    return fault_set(fault, FAULT_SYNTAX, 0, "not %s for '%s' in '%s': '%s'%s",
                     unit ? unit->wanted : "a plain number", name, option_name, echo,
                     unit ? unit->sample : "");
}
