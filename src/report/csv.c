/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records as comma-separated values by RFC 4180, line ends CRLF as it asks: scalars, objects
 * flattened, lists left out. */
#include <string.h>

#include "report/output.h"

static void put_text(FILE *stream, const char *text)
{
    bool quoted = text[strcspn(text, ",\"\r\n")] != '\0' || text[0] == ' ' ||
                  (text[0] != '\0' && text[strlen(text) - 1] == ' ');
    if (quoted)
        fputc('"', stream);
    while (*text) {
        size_t taken = style_character(text);
        if (*text == '"')
            fputc('"', stream);
        if (taken > 0)
            fwrite(text, 1, taken, stream);
        else
            fputs("\357\277\275", stream);
        text += taken > 0 ? taken : 1;
    }
    if (quoted)
        fputc('"', stream);
}

/* Writes a column's name (record is NULL) or value: its key is the field's, after the objects' and
 * an underscore each. */
static void put_column(FILE *stream, const struct field_place *column, const void *record,
                       bool *first)
{
    if (!*first)
        fputc(',', stream);
    *first = false;
    if (!record) {
        fprintf(stream, "%s%s%s%s%s", column->outer ? column->outer->key : "",
                column->outer ? "_" : "", column->middle ? column->middle->key : "",
                column->middle ? "_" : "", column->field->key);
        return;
    }
    char text[FIELD_TEXT_SIZE];
    const void *holder = field_place_holder(column, record);
    const char *value = holder ? field_show(column->field, holder, text) : NULL;
    put_text(stream, value ? value : "");
}

/* A field's column; of an object a column for each scalar in it. */
static void put_field(FILE *stream, const struct field_place *place, const void *record,
                      bool *first)
{
    const struct field *field = place->field;

    switch (field->type) {
    case FIELD_BOOL:
    case FIELD_INTEGER:
    case FIELD_NUMBER:
    case FIELD_TEXT:
        put_column(stream, place, record, first);
        break;
    case FIELD_OBJECT:
        for (size_t i = 0; !place->middle && i < field->of->count; i++) {
            struct field_place inner = {.outer = place->outer ? place->outer : field,
                                        .middle = place->outer ? field : NULL,
                                        .field = &field->of->fields[i]};
            put_field(stream, &inner, record, first);
        }
        break;
    case FIELD_LIST:
    case FIELD_TYPE_COUNT:
        break;
    }
}

static void put_line(struct output *output, const struct schema *schema, const void *record)
{
    bool first = true;
    struct field_place place;
    if (output->fields) {
        for (size_t i = 0; i < output->field_count; i++)
            if (output_find_field(schema, output->fields[i], &place))
                put_field(output->stream, &place, record, &first);
    } else {
        for (size_t i = 0; i < schema->count; i++)
            put_field(output->stream, &(struct field_place){.field = &schema->fields[i]}, record,
                      &first);
    }
    fputs("\r\n", output->stream);
}

void csv_header(struct output *output, const struct schema *schema)
{
    if (!output->no_header)
        put_line(output, schema, NULL);
}

void csv_record(struct output *output, const struct schema *schema, const void *record)
{
    put_line(output, schema, record);
}
