/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the schemas of records are written down: for report/records*.c only. */
#ifndef REPORT_RECORDS_PARTS_H
#define REPORT_RECORDS_PARTS_H

#include "report/records.h"

/* The words of a table as a list with commas, for a field that may be one of them. */
#define RECORDS_COMMA(id, word, ...) "," word
#define RECORDS_WORDS(table)         (&(table(RECORDS_COMMA))[1])

/* What they mean, to stand behind a field's help: with the same help, for tables of three columns.
 */
#define RECORDS_MEANING(id, word, meaning) "; " word ": " meaning
#define RECORDS_MEANINGS(table)            table(RECORDS_MEANING)

/* The states' names; the comma before the first is not meant. */
extern const char records_states[];
#define STATE_WORDS (&records_states[1])

/* clang-format off */
#define COUNT(fields) (sizeof(fields) / sizeof((fields)[0]))
#define SCHEMA(id, record, show, help) \
    const struct schema schema_##id = {#id, (help), id##_fields, COUNT(id##_fields), sizeof(record), (show), false}
/* The same for a record that text shows in one line. */
#define SCHEMA_LINE(id, record, show, help) \
    const struct schema schema_##id = {#id, (help), id##_fields, COUNT(id##_fields), sizeof(record), (show), true}
/* clang-format on */

#endif
