/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any record as text: "key: value" lines, and tables for lists. */
#include <string.h>

#include "report/table.h"

struct rows {
    const struct schema *schema;
    struct record_list list;
};

/* Fields that a table has columns for. */
static bool is_scalar(const struct field *field)
{
    return field->type != FIELD_LIST && field->type != FIELD_OBJECT;
}

static const struct field *column_field(const struct schema *schema, size_t column)
{
    for (size_t i = 0; i < schema->count; i++)
        if (is_scalar(&schema->fields[i]) && column-- == 0)
            return &schema->fields[i];
    return NULL;
}

static const char *rows_heading(const void *context, size_t column)
{
    const struct rows *rows = context;
    return column_field(rows->schema, column)->key;
}

static const char *rows_cell(const void *context, size_t row, size_t column,
                             char text[FIELD_TEXT_SIZE])
{
    const struct rows *rows = context;
    const void *record = (const char *)rows->list.items + row * rows->schema->size;
    return field_show(column_field(rows->schema, column), record, text);
}

static bool rows_right(const void *context, size_t column)
{
    const struct rows *rows = context;
    enum field_type type = column_field(rows->schema, column)->type;
    return type == FIELD_INTEGER || type == FIELD_NUMBER;
}

static void put_list(struct output *output, const struct schema *schema, struct record_list list,
                     size_t indent)
{
    size_t columns = 0;
    for (size_t i = 0; i < schema->count; i++)
        columns += is_scalar(&schema->fields[i]);
    const struct rows rows = {.schema = schema, .list = list};
    const struct table table = {
        .style = &output->style,
        .stream = output->stream,
        .indent = indent,
        .rows = list.count,
        .columns = columns < TABLE_COLUMNS_MAX ? columns : TABLE_COLUMNS_MAX,
        .heading = rows_heading,
        .cell = rows_cell,
        .right = rows_right,
        .context = &rows,
    };
    table_show(&table);
}

static void put_fields(struct output *output, const struct schema *schema, const void *record,
                       size_t indent)
{
    size_t width = 0;
    for (size_t i = 0; i < schema->count; i++)
        if (strlen(schema->fields[i].key) > width)
            width = strlen(schema->fields[i].key);

    for (size_t i = 0; i < schema->count; i++) {
        const struct field *field = &schema->fields[i];
        size_t length = strlen(field->key);
        style_spaces(output->stream, indent);
        fprintf(output->stream, "%s%s:%s", style_tone(&output->style, TONE_DIM), field->key,
                style_tone(&output->style, TONE_PLAIN));
        if (field->type == FIELD_LIST && field_list(field, record).count > 0) {
            fputc('\n', output->stream);
            put_list(output, field->of, field_list(field, record), indent + 2);
        } else if (field->type == FIELD_OBJECT && field_object(field, record)) {
            fputc('\n', output->stream);
            put_fields(output, field->of, field_object(field, record), indent + 2);
        } else {
            char text[FIELD_TEXT_SIZE];
            const char *value = field_show(field, record, text);
            style_spaces(output->stream, width - length + 1);
            style_wrap(&output->style, output->stream, indent + width + 2, indent + width + 2,
                       value ? value : "-");
        }
    }
}

void text_record(struct output *output, const struct schema *schema, const void *record)
{
    if (schema->show)
        schema->show(record, &output->style, output);
    else
        put_fields(output, schema, record, 0);
}

void text_list(struct output *output, const struct schema *schema, struct record_list list)
{
    if (list.count > 0)
        put_list(output, schema, list, 0);
}
