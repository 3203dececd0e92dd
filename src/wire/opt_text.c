/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of TCP options in packetdrill's notation: shown without loss, and read. */
#include <assert.h>
#include <string.h>

#include "base/text.h"
#include "wire/opt_table.h"

#define RAW_WORD  "raw"
#define NONE_WORD "none"
#define RAW_FORM  "raw:HEX, the option's kind and length bytes included"

const char *options_show(const struct options *options, char text[OPTIONS_TEXT_SIZE])
{
    struct option_text out = {.text = text, .size = OPTIONS_TEXT_SIZE};

    text[0] = '\0';
    for (size_t i = 0; i < options->count; i++) {
        const struct option *option = &options->list[i];
        const struct option_rule *rule = option_rule_find(option->kind);
        const uint8_t *bytes = options->bytes + option->at;
        bool said = rule && (option->health == OPTION_HEALTH_GOOD ||
                             option->health == OPTION_HEALTH_DUPLICATE);

        if (i > 0)
            text_append(out.text, out.size, &out.at, ",");
        if (!said)
            option_text_hex(&out, RAW_WORD ":", bytes, option->length);
        else if (option->length < 2) /* EOL and NOP have no value */
            rule->show(rule, NULL, 0, &out);
        else
            rule->show(rule, bytes + 2, option->length - 2u, &out);
    }
    assert(out.at < out.size);
    return text;
}

/* What is known of an item while it is read. */
struct item {
    char typed[64];             /* as the user wrote it, made safe, for the message */
    char text[OPTION_ITEM_MAX]; /* lower case, cut up by NULs */
    struct option_words words;  /* behind the name */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static int item_unknown(const struct item *item, const char *what, struct fault *fault)
{
    const char *names[48];
    size_t count = 0, row_count, alias_count;
    const struct option_row *rows = option_rows(&row_count);
    const struct option_alias *aliases = option_aliases(&alias_count);
    char safe[64];

    assert(row_count + alias_count < sizeof(names) / sizeof(names[0]));
    for (size_t i = 0; i < row_count; i++)
        names[count++] = rows[i].word;
    for (size_t i = 0; i < alias_count; i++)
        names[count++] = aliases[i].word;
    names[count++] = RAW_WORD;

    const char *near = text_nearest(item->text, names, count);

    text_safe(item->text, strlen(item->text), safe, sizeof(safe));
    if (near)
        return fault_set(fault, FAULT_SYNTAX, 0, "unknown option '%s' in %s; did you mean '%s'?",
                         safe, what, near);
    return fault_set(fault, FAULT_SYNTAX, 0, "unknown option '%s' in %s; raw:HEX sends any bytes",
                     safe, what);
}

/*
 * Cuts an item into its name, which stays at the front of item->text, and the words behind it.
 * The name ends at a blank, '=' or ':', so that "mss 1460", "mss=1460" and "raw:0101" are all read.
 */
static int item_split(const char *start, size_t length, const char *what, struct item *item,
                      struct fault *fault)
{
    size_t at;

    while (length > 0 && is_blank(start[0])) {
        start++;
        length--;
    }
    while (length > 0 && is_blank(start[length - 1]))
        length--;
    text_safe(start, length, item->typed, sizeof(item->typed));
    if (length == 0)
        return fault_set(fault, FAULT_SYNTAX, 0, "an option is missing beside a comma in %s", what);
    if (length >= OPTION_ITEM_MAX)
        return fault_set(fault, FAULT_SYNTAX, 0, "option '%s' in %s is too long", item->typed,
                         what);

    for (at = 0; at < length; at++)
        item->text[at] =
            start[at] >= 'A' && start[at] <= 'Z' ? (char)(start[at] - 'A' + 'a') : start[at];
    item->text[length] = '\0';
    item->words.count = item->words.at = 0;
    at = strcspn(item->text, " \t\n\r=:");
    while (at < length) {
        item->text[at++] = '\0';
        while (at < length && is_blank(item->text[at]))
            at++;
        if (at == length)
            break;
        if (item->words.count == sizeof(item->words.word) / sizeof(item->words.word[0]))
            return fault_set(fault, FAULT_SYNTAX, 0, "option '%s' in %s has too many words",
                             item->typed, what);
        item->words.word[item->words.count++] = item->text + at;
        at += strcspn(item->text + at, " \t\n\r");
    }
    return 0;
}

static int item_raw(struct item *item, const char *what, struct writer *option, struct fault *fault)
{
    do {
        if (!option_words_hex(&item->words, option))
            return fault_set(fault, FAULT_SYNTAX, 0,
                             "option '%s' in %s cannot be read: write " RAW_FORM, item->typed,
                             what);
    } while (item->words.at < item->words.count);
    return 0;
}

/* The bytes of one item. `option` has room for the longest option that a length byte can say. */
static int item_read(const char *start, size_t length, const char *what, struct writer *option,
                     struct fault *fault)
{
    struct item item;
    uint8_t value[OPTION_LENGTH_MAX];
    struct writer writer = writer_of(value, sizeof(value) - 2);
    size_t row_count, alias_count;
    const struct option_row *rows = option_rows(&row_count);
    const struct option_alias *aliases = option_aliases(&alias_count);
    const struct option_rule *rule = NULL;
    option_write_function *write = NULL;
    const char *form = NULL;
    int fail = item_split(start, length, what, &item, fault);

    if (fail < 0)
        return fail;
    if (option_word_is(item.text, RAW_WORD))
        return item_raw(&item, what, option, fault);
    for (size_t i = 0; i < row_count; i++)
        if (option_word_is(item.text, rows[i].word))
            rule = option_rule_find(rows[i].kind);
    for (size_t i = 0; i < alias_count && !rule; i++) {
        if (option_word_is(item.text, aliases[i].word)) {
            rule = option_rule_find(aliases[i].kind);
            write = aliases[i].write;
            form = aliases[i].form;
        }
    }
    if (!rule)
        return item_unknown(&item, what, fault);
    if (!write)
        write = rule->write;
    if (!form)
        form = rule->form;
    if (!write(&item.words, &writer) || item.words.at < item.words.count || writer.bad)
        return fault_set(fault, FAULT_SYNTAX, 0, "option '%s' in %s cannot be read: write %s",
                         item.typed, what, form);

    writer_u8(option, rule->row->kind);
    if (rule->row->kind != OPTION_EOL && rule->row->kind != OPTION_NOP)
        writer_u8(option, (uint8_t)(writer.length + 2));
    writer_put(option, value, writer.length);
    /* What does not fit into 40 bytes is the caller's to say: a better reason. */
    if (option->length <= OPTIONS_MAX && !option_length_good(rule, option->bytes, option->length))
        return fault_set(
            fault, FAULT_SYNTAX, 0,
            "option '%s' in %s would be %zu bytes long: write %s; raw:HEX sends any bytes",
            item.typed, what, option->length, form);
    return 0;
}

/* Only alone: in a list it is no option. */
static bool is_none(const char *text, size_t length)
{
    char word[sizeof(NONE_WORD)] = {0};

    if (length != strlen(NONE_WORD))
        return false;
    memcpy(word, text, length);
    return option_word_is(word, NONE_WORD);
}

int options_read(const char *text, const char *what, struct options *ret_options,
                 struct fault *fault)
{
    uint8_t bytes[OPTIONS_MAX];
    struct writer list = writer_of(bytes, sizeof(bytes));
    size_t total = 0;

    while (is_blank(*text))
        text++;

    size_t length = strlen(text);

    while (length > 0 && is_blank(text[length - 1]))
        length--;
    if (length == 0 || is_none(text, length)) {
        options_parse(bytes, 0, ret_options);
        return 0;
    }
    for (size_t at = 0; at <= length;) {
        const char *comma = memchr(text + at, ',', length - at);
        size_t item_length = comma ? (size_t)(comma - text) - at : length - at;
        uint8_t option_bytes[OPTION_LENGTH_MAX];
        struct writer option = writer_of(option_bytes, sizeof(option_bytes));
        int fail = item_read(text + at, item_length, what, &option, fault);

        if (fail < 0)
            return fail;
        if (option.bad) {
            return fault_set(fault, FAULT_RANGE, 0,
                             "one option of %s takes more than %d bytes, at most %d fit", what,
                             OPTION_LENGTH_MAX, OPTIONS_MAX);
        }
        total += option.length;
        writer_put(&list, option_bytes, option.length);
        at += item_length + 1;
    }
    if (total > OPTIONS_MAX)
        return fault_set(fault, FAULT_RANGE, 0, "the options of %s take %zu bytes, at most %d fit",
                         what, total, OPTIONS_MAX);
    options_parse(bytes, list.length, ret_options);
    return 0;
}
