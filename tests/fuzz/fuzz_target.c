/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes targets as people write them: what is accepted is shown in a form that is read back as the
 * same. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_printable(const char *text)
{
    for (const char *at = text; *at; at++)
        check(*at > ' ' && *at < 0x7f);
}

/* One of its ports, shown and read again. */
static void check_port(const struct target *target, uint16_t port)
{
    char text[TARGET_TEXT_SIZE];
    struct target again;
    struct fault fault = {0};

    check(target_show(target, port, text) == text && strlen(text) < sizeof text - 1);
    check_printable(text);
    check(target_read(text, &again, &fault) == 0);
    check(again.kind == target->kind && strcmp(again.host, target->host) == 0);
    check(strcmp(again.scope, target->scope) == 0);
    check(target->kind != TARGET_ADDRESS || address_equal(&again.address, &target->address));
    check(target_count(&again) == 1 && target_port(&again, 0) == port);
}

static void check_target(const struct target *target)
{
    size_t count = target_count(target), step = count / 50 + 1;

    check(target->kind < TARGET_KIND_COUNT && count >= 1);
    check((target->kind == TARGET_SELF) == (target->ranges == 0));
    check(target->ranges <= TARGET_RANGES);
    for (unsigned i = 0; i < target->ranges; i++)
        check(target->range[i].from >= 1 && target->range[i].from <= target->range[i].to);
    for (size_t i = 0; i < count; i += step)
        check_port(target, target_port(target, i));
    check_port(target, target_port(target, count - 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct target target;
    struct fault fault = {0};
    int result;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    memset(&target, 0xa5, sizeof target);
    result = target_read(text, &target, &fault);
    if (result == 0) {
        check_target(&target);
    } else {
        check(result == -(int)fault.code && fault.what[0]);
        check(result == -FAULT_SYNTAX || result == -FAULT_RANGE);
        for (const char *at = fault.what; *at; at++)
            check((*at >= ' ' && *at < 0x7f));
    }
    free(text);
    return 0;
}
