/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the options of TCP: bytes to text to bytes, and text to bytes to text to bytes. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/opt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* The entries lie end to end and cover all bytes. */
static void check_index(const struct options *options)
{
    size_t at = 0, unhealthy = 0;

    check(options->length <= OPTIONS_MAX && options->count <= options->length);
    for (size_t i = 0; i < options->count; i++) {
        const struct option *option = &options->list[i];
        bool last = i + 1u == options->count;

        check(option->at == at && option->length > 0);
        check(option->kind == options->bytes[at]);
        check(option->health < OPTION_HEALTH_COUNT);
        check(last || option->health != OPTION_HEALTH_CUT);
        check(last || option->health != OPTION_HEALTH_AFTER_EOL);
        check(option->health != OPTION_HEALTH_GOOD || option->kind < 2 ||
              (option->length >= 2 && options->bytes[at + 1] == option->length));
        unhealthy += option->health != OPTION_HEALTH_GOOD;
        at += option->length;
    }
    check(at == options->length);
    check(unhealthy == options_unhealthy(options));
}

static void check_summary(const struct options *options)
{
    struct option_summary summary;

    options_summarize(options, &summary);
    check(summary.sack_count <= 4);
    check(summary.fastopen_length <= 16 && summary.mptcp_subtype < 16);
    check(summary.has_fastopen || (summary.fastopen_length == 0 && !summary.fastopen_experimental));
    check(summary.has_mss || summary.mss == 0);
}

static void check_text(const struct options *options)
{
    struct options again;
    struct fault fault;
    char text[OPTIONS_TEXT_SIZE];

    memset(text, 'x', sizeof(text));
    options_show(options, text);
    check(memchr(text, '\0', sizeof(text)) != NULL);
    check(options_read(text, "fuzz", &again, &fault) == 0);
    check(memcmp(options, &again, sizeof(again)) == 0);
}

static void check_building(const struct options *options)
{
    struct options changed = *options;
    struct option_summary before, after;

    options_summarize(options, &before);
    options_set_timestamps(&changed, 0x01020304, 0x05060708);
    check_index(&changed);
    options_summarize(&changed, &after);
    check(before.has_timestamps == after.has_timestamps);
    check(!after.has_timestamps || (after.ts_val == 0x01020304 && after.ts_ecr == 0x05060708));

    options_pad(&changed);
    check_index(&changed);
    check(changed.length % 4 == 0 && changed.length - options->length < 4);

    int added = options_add_timestamps(&changed, 1, 2);

    check(added == (changed.length + (added ? 10 : 0) <= OPTIONS_MAX ? 0 : -FAULT_RANGE));
    check_index(&changed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct options options;
    struct fault fault = {0};
    /* Of the exact size, so that a read past the end is seen. */
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';

    options_parse(data, size, &options);
    check(options.length == (size < OPTIONS_MAX ? size : OPTIONS_MAX));
    check(size == 0 || memcmp(options.bytes, data, options.length) == 0);
    check_index(&options);
    check_summary(&options);
    check_text(&options);
    check_building(&options);

    int result = options_read(text, "fuzz", &options, &fault);

    if (result == 0) {
        check_index(&options);
        check_text(&options);
    } else {
        check(result == -FAULT_SYNTAX || result == -FAULT_RANGE);
        check(result == -(int)fault.code && fault.what[0]);
    }
    free(text);
    return 0;
}
