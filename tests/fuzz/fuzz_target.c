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

/* One of its ports on the first address, shown and read again. */
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

/* Whether `address` is in the target's prefix, bit by bit. */
static bool holds(const struct target *target, const struct address *address)
{
    unsigned bits = target->address.family == IP_FAMILY_V6 ? 128 : 32;

    check(target->host_bits <= bits);
    for (unsigned i = 0; i < bits - target->host_bits; i++) {
        unsigned difference = target->address.bytes[i / 8] ^ address->bytes[i / 8];

        if (difference >> (7 - i % 8) & 1)
            return false;
    }
    return address->family == target->address.family;
}

/* One probe, shown and read again. */
static void check_item(const struct target *target, uint64_t index)
{
    char text[TARGET_TEXT_SIZE];
    struct target_item item, again;
    struct target single;

    memset(&item, 0xa5, sizeof item);
    target_nth(target, index, &item);
    check(item.kind == target->kind);
    check(item.port == target_port(target, index % target_count(target)));
    check(target_item_show(&item, text) == text && strlen(text) < sizeof text - 1);
    check_printable(text);
    check(target_read(text, &single, NULL) == 0 && target_probes(&single) == 1);
    target_nth(&single, 0, &again);
    check(again.kind == item.kind && again.port == item.port);
    check(strcmp(again.scope, item.scope) == 0);
    if (item.kind == TARGET_ADDRESS) {
        check(!item.host && item.address.scope == 0);
        check(address_equal(&again.address, &item.address));
        check(address_is_unicast(&item.address) && holds(target, &item.address));
    } else {
        check(item.host == target->host && strcmp(again.host, item.host) == 0);
    }
}

static void check_prefix(const struct target *target)
{
    uint64_t probes = target_probes(target), ports = target_count(target);
    struct fault fault;

    check(target->host_bits == 0 || target->kind == TARGET_ADDRESS);
    check(target->host_bits > 0 ? probes > ports : probes == ports);
    check((target_check_consent(target, "x", false, &fault) == 0) == (probes <= TARGET_CONSENT));
    check((target_check_consent(target, "x", true, &fault) == 0) == (probes <= TARGET_PROBES_MAX));
    for (uint64_t index = 0; index < probes && index < 20; index++)
        check_item(target, index);
    for (uint64_t index = probes; index > 1; index /= 3)
        check_item(target, index - 1);
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
    check_prefix(target);
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
