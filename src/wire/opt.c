/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index over a list of TCP options, what it says in sum, and building a list by value. */
#include "wire/opt.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "wire/opt_table.h"

const char *option_health_words(enum option_health health)
{
    switch (health) {
    case OPTION_HEALTH_GOOD:
        return "good";
    case OPTION_HEALTH_LENGTH:
        return "impossible length";
    case OPTION_HEALTH_CUT:
        return "length byte runs out of the list";
    case OPTION_HEALTH_DUPLICATE:
        return "repeated";
    case OPTION_HEALTH_AFTER_EOL:
        return "bytes behind End of Option List";
    case OPTION_HEALTH_COUNT:
        break;
    }
    assert(health < OPTION_HEALTH_COUNT);
    return "";
}

static void entry_add(struct options *options, size_t at, size_t length, enum option_health health)
{
    assert(options->count < OPTIONS_MAX);
    options->list[options->count++] = (struct option){
        .kind = options->bytes[at],
        .at = (uint8_t)at,
        .length = (uint8_t)length,
        .health = (uint8_t)health,
    };
}

/* Behind End of Option List come zeroes (RFC 9293 3.1): each one more EOL; all else is one oddity.
 */
static void index_padding(struct options *options, size_t at)
{
    size_t length = options->length;

    for (size_t i = at; i < length; i++) {
        if (options->bytes[i] != 0) {
            entry_add(options, at, length - at, OPTION_HEALTH_AFTER_EOL);
            return;
        }
    }
    for (size_t i = at; i < length; i++)
        entry_add(options, i, 1, OPTION_HEALTH_GOOD);
}

/* A bad one does not count: the good one behind it is the first that a peer can use. */
static bool kind_came_before(const struct options *options, uint8_t kind)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->list[i].kind == kind && options->list[i].health == OPTION_HEALTH_GOOD)
            return true;
    return false;
}

static enum option_health entry_health(const struct options *options, size_t at, size_t length)
{
    const struct option_rule *rule = option_rule_find(options->bytes[at]);

    if (!rule)
        return OPTION_HEALTH_GOOD;
    if (!option_length_good(rule, options->bytes + at, length))
        return OPTION_HEALTH_LENGTH;
    if (!rule->repeats && kind_came_before(options, rule->row->kind))
        return OPTION_HEALTH_DUPLICATE;
    return OPTION_HEALTH_GOOD;
}

static void index_make(struct options *options)
{
    size_t length = options->length;
    size_t at = 0;

    options->count = 0;
    while (at < length) {
        uint8_t kind = options->bytes[at];

        if (kind == OPTION_EOL) {
            entry_add(options, at, 1, OPTION_HEALTH_GOOD);
            index_padding(options, at + 1);
            return;
        }
        if (kind == OPTION_NOP) {
            entry_add(options, at, 1, OPTION_HEALTH_GOOD);
            at++;
            continue;
        }

        size_t claimed = at + 1 < length ? options->bytes[at + 1] : 0;

        if (claimed < 2 || claimed > length - at) {
            entry_add(options, at, length - at, OPTION_HEALTH_CUT);
            return;
        }
        entry_add(options, at, claimed, entry_health(options, at, claimed));
        at += claimed;
    }
}

void options_parse(const uint8_t *bytes, size_t length, struct options *ret_options)
{
    if (length > OPTIONS_MAX)
        length = OPTIONS_MAX;
    memset(ret_options, 0, sizeof(*ret_options));
    if (length)
        memcpy(ret_options->bytes, bytes, length);
    ret_options->length = (uint8_t)length;
    index_make(ret_options);
}

void options_summarize(const struct options *options, struct option_summary *ret_summary)
{
    memset(ret_summary, 0, sizeof(*ret_summary));
    for (size_t i = 0; i < options->count; i++) {
        const struct option *option = &options->list[i];
        const struct option_rule *rule = option_rule_find(option->kind);

        if (option->health == OPTION_HEALTH_GOOD && rule && rule->read)
            rule->read(options->bytes + option->at + 2, option->length - 2u, ret_summary);
    }
}

size_t options_unhealthy(const struct options *options)
{
    size_t count = 0;

    for (size_t i = 0; i < options->count; i++)
        count += options->list[i].health != OPTION_HEALTH_GOOD;
    return count;
}

int options_add(struct options *options, uint8_t kind, const void *value, size_t value_length)
{
    bool lone = kind == OPTION_EOL || kind == OPTION_NOP; /* these two have no length byte */
    struct writer writer =
        writer_of(options->bytes + options->length, OPTIONS_MAX - options->length);

    assert(!lone || value_length == 0);
    if (value_length > OPTIONS_MAX - 2 ||
        options->length + (lone ? 1 : value_length + 2) > OPTIONS_MAX)
        return -FAULT_RANGE;
    writer_u8(&writer, kind);
    if (!lone)
        writer_u8(&writer, (uint8_t)(value_length + 2));
    if (value_length)
        writer_put(&writer, value, value_length);
    assert(!writer.bad);
    options->length = (uint8_t)(options->length + writer.length);
    index_make(options);
    return 0;
}

int options_add_timestamps(struct options *options, uint32_t val, uint32_t ecr)
{
    uint8_t value[8];
    struct writer writer = writer_of(value, sizeof(value));

    writer_u32(&writer, val);
    writer_u32(&writer, ecr);
    return options_add(options, OPTION_TIMESTAMPS, value, sizeof(value));
}

void options_set_timestamps(struct options *options, uint32_t val, uint32_t ecr)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option *option = &options->list[i];

        if (option->kind == OPTION_TIMESTAMPS && option->health == OPTION_HEALTH_GOOD) {
            struct writer writer = writer_of(options->bytes + option->at + 2, 8);

            writer_u32(&writer, val);
            writer_u32(&writer, ecr);
            return;
        }
    }
}

void options_pad(struct options *options)
{
    size_t padded = (options->length + 3u) & ~(size_t)3;

    if (padded == options->length)
        return;
    memset(options->bytes + options->length, 0, padded - options->length);
    options->length = (uint8_t)padded;
    index_make(options);
}

const char *option_name(uint8_t kind, char text[16])
{
    const struct option_rule *known = option_rule_find(kind);

    if (known)
        return known->row->name;
    snprintf(text, 16, "kind %u", kind);
    return text;
}
