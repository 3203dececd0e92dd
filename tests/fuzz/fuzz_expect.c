/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes expressions as people write them, and ranges: what is accepted judges a record, what is
 * not is refused with words. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/report_samples.h"
#include "cmd/expect.h"
#include "cmd/plugin_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_refused(int result, const struct fault *fault)
{
    check(result == -FAULT_SYNTAX && fault->code == FAULT_SYNTAX && fault->what[0]);
    for (const char *at = fault->what; *at; at++)
        check(*at >= ' ' && *at < 0x7f);
}

/* One line, however wild the expression was. */
static void check_line(const char *text)
{
    for (const char *at = text; *at; at++)
        check((unsigned char)*at >= ' ' && *at != 0x7f);
}

static enum expect_result judge(const struct expect *expect, const void *record,
                                struct arena *memory)
{
    const char *unmet, *again;
    enum expect_result result = expect_check(expect, record, memory, &unmet);

    check(result < EXPECT_RESULT_COUNT && (result == EXPECT_MET) == !unmet);
    check(expect_check(expect, record, memory, &again) == result);
    check(!unmet == !again && (!unmet || strcmp(unmet, again) == 0));
    if (unmet)
        check_line(unmet);
    return result;
}

static void try_expression(const char *text, const struct schema *schema)
{
    struct fault fault = {0};
    struct expect *target = NULL, *filter = NULL;
    struct arena memory;
    int result = expect_parse(text, "--expect", schema, EXPECT_TARGET, &target, &fault);

    if (result != 0) {
        check_refused(result, &fault);
        check(!target);
        check(expect_parse(text, "--expect", schema, EXPECT_FILTER, &filter, &fault) == result);
        return;
    }
    check(expect_parse(text, "--only", schema, EXPECT_FILTER, &filter, &fault) == 0);
    arena_init(&memory);
    for (size_t i = 0; i < SAMPLE_COUNT && schema == &schema_handshake; i++)
        /* A target that is as expected is one to choose as well. */
        if (judge(target, samples[i].record, &memory) == EXPECT_MET)
            check(judge(filter, samples[i].record, &memory) == EXPECT_MET);
        else
            judge(filter, samples[i].record, &memory);
    arena_release(&memory);
    expect_free(target);
    expect_free(filter);
}

static void try_range(const char *text)
{
    struct fault fault = {0};
    struct arena memory;
    struct plugin_range *list = NULL;

    arena_init(&memory);
    int result = plugin_range_read(text, "--warning", &schema_handshake, &memory, &list, &fault);
    if (result != 0)
        check_refused(result, &fault);
    else
        check(list);
    for (; result == 0 && list; list = list->next) {
        check(list->start <= list->end && !plugin_range_raises(list, NAN));
        check(list->inside == plugin_range_raises(list, list->start));
        check(list->inside == plugin_range_raises(list, list->end));
    }
    arena_release(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    try_expression(text, &schema_handshake);
    try_expression(text, &schema_rtt);
    try_range(text);
    free(text);
    return 0;
}
