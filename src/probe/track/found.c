/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings while they are gathered. */
#include "probe/track/found.h"

#include <stdarg.h>
#include <stdio.h>

void found_add(struct found *found, enum finding finding, const char *text)
{
    if (found->count == FOUND_MAX)
        return;
    found->rows[found->count].finding = finding;
    found->rows[found->count++].text = text;
}

void found_print(struct found *found, enum finding finding, const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    found_add(found, finding, arena_copy(found->arena, text));
}

struct record_list found_list(const struct found *found)
{
    struct finding_record *rows;
    size_t count = 0;

    if (found->count == 0)
        return (struct record_list){.items = NULL, .count = 0};
    rows = arena_take(found->arena, found->count, sizeof *rows);
    for (int severity = SEVERITY_COUNT - 1; severity >= 0; severity--)
        for (unsigned i = 0; i < found->count; i++) {
            const struct finding_row *row = finding_row(found->rows[i].finding);

            if ((int)row->severity == severity)
                rows[count++] = (struct finding_record){
                    .id = row->id,
                    .severity = severity_word(row->severity),
                    .text = found->rows[i].text,
                };
        }
    return (struct record_list){.items = rows, .count = count};
}
