/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics of Prometheus made from a schema: names, base units, values, escapes. */
#include "report/prometheus_parts.h"

#include <assert.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "report/output.h"

/* Numbers that measure nothing, and words that are labels. */
static const char *const left_out[] = {
    "schema",     "port",      "source_port", "number", "family", "isn_client",
    "isn_server", "icmp_type", "icmp_code",   "seq",    "ack",
};

static bool is_metric(const struct field *field)
{
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++)
        if (strcmp(field->key, left_out[i]) == 0)
            return false;
    switch (field->type) {
    case FIELD_BOOL:
    case FIELD_INTEGER:
    case FIELD_NUMBER:
        return true;
    case FIELD_TEXT:
        return field->values != NULL;
    case FIELD_LIST:
    case FIELD_OBJECT:
    case FIELD_TYPE_COUNT:
        break;
    }
    return false;
}

/* Units of the schemas, the base unit's ending, and what to divide by. */
static const struct unit {
    const char *unit, *ending;
    double divisor;
} units[] = {
    {"s", "seconds", 1},       {"ms", "seconds", 1e3}, {"us", "seconds", 1e6},
    {"ns", "seconds", 1e9},    {"percent", "ratio", 100}, {"bytes", "bytes", 1},
};

/* "bytes_sent", "bytes" becomes "sent"; "rtt_ms", "ms" becomes "rtt"; "mss", "bytes" stays. */
static void strip_unit(const char *key, const char *unit, char *text, size_t size)
{
    size_t length = strlen(key), ending = strlen(unit);
    if (length > ending && strncmp(key, unit, ending) == 0 && key[ending] == '_')
        snprintf(text, size, "%s", key + ending + 1);
    else if (length > ending && strcmp(key + length - ending, unit) == 0 &&
             key[length - ending - 1] == '_')
        snprintf(text, size, "%.*s", (int)(length - ending - 1), key);
    else
        snprintf(text, size, "%s", key);
}

static size_t count_words(const char *values)
{
    size_t count = 1;
    for (; *values; values++)
        count += *values == ',';
    return count;
}

static struct metric metric_of(const struct schema *schema, const struct field_place *place)
{
    const struct field *field = place->field;
    struct metric metric = {.place = *place, .divisor = 1};
    const struct unit *unit = NULL;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(field->unit, units[i].unit) == 0)
            unit = &units[i];
    char key[METRIC_NAME / 2];
    strip_unit(field->key, unit ? unit->unit : " ", key, sizeof key);
    /* "seconds" is its own ending. */
    const char *ending = unit && strcmp(key, unit->ending) != 0 ? unit->ending : "";
    int length = snprintf(metric.name, sizeof metric.name, "tcpprobe_%s_%s%s%s%s%s%s%s",
                          schema->name, place->outer ? place->outer->key : "",
                          place->outer ? "_" : "", place->middle ? place->middle->key : "",
                          place->middle ? "_" : "", key, *ending ? "_" : "", ending);
    assert(length > 0 && (size_t)length < sizeof metric.name);
    (void)length;
    if (unit)
        metric.divisor = unit->divisor;
    if (field->type == FIELD_TEXT)
        metric.words = count_words(field->values);
    return metric;
}

static size_t walk_field(const struct schema *schema, const struct field_place *place,
                         struct metric *metrics);

/* An object in a record, or in an object in it. */
static size_t walk_object(const struct schema *schema, const struct field_place *place,
                          struct metric *metrics)
{
    const struct field *object = place->field;
    size_t count = 0;
    for (size_t i = 0; i < object->of->count && !place->middle; i++) {
        struct field_place inner = {.outer = place->outer ? place->outer : object,
                                    .middle = place->outer ? object : NULL,
                                    .field = &object->of->fields[i]};
        count += walk_field(schema, &inner, metrics ? metrics + count : NULL);
    }
    return count;
}

static size_t walk_field(const struct schema *schema, const struct field_place *place,
                         struct metric *metrics)
{
    if (place->field->type == FIELD_OBJECT)
        return walk_object(schema, place, metrics);
    if (!is_metric(place->field))
        return 0;
    if (metrics)
        *metrics = metric_of(schema, place);
    return 1;
}

/* Goes through a schema; writes to `metrics` unless it is NULL. Returns how many. */
static size_t walk(const struct schema *schema, struct metric *metrics)
{
    size_t count = 0;
    for (size_t i = 0; i < schema->count; i++)
        count += walk_field(schema, &(struct field_place){.field = &schema->fields[i]},
                            metrics ? metrics + count : NULL);
    return count;
}

struct metric *metrics_of(const struct schema *schema, size_t *ret_count)
{
    *ret_count = walk(schema, NULL);
    struct metric *metrics = calloc(*ret_count + 1, sizeof *metrics);
    if (metrics)
        walk(schema, metrics);
    return metrics;
}

size_t metric_word(const struct metric *metric, size_t index, const char **ret_word)
{
    const char *word = metric->place.field->values;
    for (; index > 0; index--)
        word = strchr(word, ',') + 1;
    *ret_word = word;
    return strcspn(word, ",");
}

/* The index of a text's word. */
static double word_index(const struct metric *metric, const char *text)
{
    for (size_t i = 0; i < metric->words; i++) {
        const char *word;
        size_t length = metric_word(metric, i, &word);
        if (strlen(text) == length && strncmp(text, word, length) == 0)
            return (double)i;
    }
    return (double)metric->words;
}

double metric_value(const struct metric *metric, const void *record)
{
    const struct field *field = metric->place.field;
    const void *holder = field_place_holder(&metric->place, record);
    if (!holder)
        return (double)NAN;
    switch (field->type) {
    case FIELD_BOOL:
        return field_bool(field, holder) ? 1 : 0;
    case FIELD_INTEGER:
        if (field_integer(field, holder) == RECORD_UNKNOWN)
            return (double)NAN;
        return (double)field_integer(field, holder) / metric->divisor;
    case FIELD_NUMBER:
        if (!isfinite(field_number(field, holder)))
            return (double)NAN;
        return field_number_rounded(field, holder) / metric->divisor;
    case FIELD_TEXT:
        return field_text(field, holder) ? word_index(metric, field_text(field, holder))
                                         : (double)NAN;
    case FIELD_LIST:
    case FIELD_OBJECT:
    case FIELD_TYPE_COUNT:
        break;
    }
    return (double)NAN;
}

/* Only what the format asks for; a quote is escaped in labels alone. */
static void put_escaped(FILE *stream, const char *text, bool quote)
{
    while (*text) {
        size_t taken = style_character(text);
        if (taken == 0)
            fputs("\357\277\275", stream);
        else if (*text == '\\')
            fputs("\\\\", stream);
        else if (*text == '\n')
            fputs("\\n", stream);
        else if (*text == '"' && quote)
            fputs("\\\"", stream);
        else
            fwrite(text, 1, taken, stream);
        text += taken > 0 ? taken : 1;
    }
}

void metric_put_help(FILE *stream, const char *text)
{
    put_escaped(stream, text, false);
}

void metric_put_label(FILE *stream, const char *text)
{
    put_escaped(stream, text, true);
}

void metric_put_number(FILE *stream, double value)
{
    char text[FIELD_TEXT_SIZE];
    snprintf(text, sizeof text, "%.15g", value);
    const char *point = localeconv()->decimal_point;
    char *found = *point ? strstr(text, point) : NULL;
    if (found)
        fprintf(stream, "%.*s.%s", (int)(found - text), text, found + strlen(point));
    else
        fputs(text, stream);
}

void metric_put_head(FILE *stream, const char *name, const char *outer_help, const char *help)
{
    fprintf(stream, "# HELP %s ", name);
    if (outer_help) {
        metric_put_help(stream, outer_help);
        fputs(": ", stream);
    }
    metric_put_help(stream, help);
    fprintf(stream, "\n# TYPE %s gauge\n", name);
}
