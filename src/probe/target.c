/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Targets as people write them. */
#include "probe/target.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static int bad(struct fault *fault, const char *text, const char *why)
{
    char safe[96];

    text_safe(text, strlen(text), safe, sizeof safe);
    return fault_set(fault, FAULT_SYNTAX, 0, "target '%s': %s", safe, why);
}

/* The same for a number that cannot be read, whose fault says why but not of which target. */
static int bad_number(struct fault *fault, const char *text, int error)
{
    char safe[96];

    if (!fault)
        return error;
    text_safe(text, strlen(text), safe, sizeof safe);
    return fault_set(fault, (enum fault_code) - error, 0, "target '%s': %s", safe, fault->what);
}

/* Splits `text` into host and ports; `ret_ports` is NULL where there are none. */
static int split(const char *text, char host[TARGET_HOST_SIZE], const char **ret_ports,
                 struct fault *fault)
{
    const char *end, *rest;
    size_t length;

    if (text[0] == '[') {
        text++;
        end = strchr(text, ']');
        if (!end)
            return bad(fault, text - 1, "the bracket is not closed");
        rest = end + 1;
        if (*rest == '/')
            return bad(fault, text - 1,
                       "the prefix length stands in the brackets: [2001:db8::/120]:443");
        if (*rest != '\0' && *rest != ':')
            return bad(fault, text - 1, "after the bracket comes ':' and a port");
    } else {
        if (strstr(text, "://"))
            return bad(fault, text, "a URL is no target: write host:port, as in example.net:443");
        end = strchr(text, ':');
        if (end && strchr(end + 1, ':'))
            return bad(fault, text, "an IPv6 address is written in brackets: [2001:db8::1]:443");
        if (!end)
            end = text + strlen(text);
        rest = end;
    }
    length = (size_t)(end - text);
    if (length == 0)
        return bad(fault, text, "the host is missing");
    if (length >= TARGET_HOST_SIZE)
        return bad(fault, text, "the name is too long");
    memcpy(host, text, length);
    host[length] = '\0';
    *ret_ports = *rest == ':' ? rest + 1 : NULL;
    return 0;
}

static int read_ports(const char *text, const char *ports, struct target *target,
                      struct fault *fault)
{
    const char *at = ports;

    for (;;) {
        size_t length = strcspn(at, ",");
        char item[16];
        uint64_t from = 0, to = 0;
        int error;

        if (length == 0)
            return bad(fault, text, "a port is missing");
        if (length >= sizeof item)
            return bad(fault, text, "a port is a number from 1 to 65535");
        if (target->ranges == TARGET_RANGES)
            return bad(fault, text, "more than 64 ports and ranges");
        memcpy(item, at, length);
        item[length] = '\0';
        if (strchr(item, '/'))
            return bad(fault, text, "the prefix length stands before the port: 192.0.2.0/28:443");
        error = text_range(item, "port", 1, 65535, &from, &to, fault);
        if (error)
            return bad_number(fault, text, error);
        target->range[target->ranges].from = (uint16_t)from;
        target->range[target->ranges].to = (uint16_t)to;
        target->ranges++;
        at += length;
        if (*at == '\0')
            return 0;
        at++;
    }
}

/* A host name: letters, digits, hyphens, underscores and dots, as DNS and /etc/hosts have them. */
static bool name_plausible(const char *host)
{
    for (const char *at = host; *at; at++) {
        bool word =
            (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9');

        if (!word && *at != '-' && *at != '.' && *at != '_')
            return false;
    }
    return host[0] != '-';
}

/* An interface's name: what the kernel takes, as far as it is ASCII that can be shown. */
static bool scope_plausible(const char *scope)
{
    for (const char *at = scope; *at; at++)
        if (*at <= ' ' || *at >= 0x7f || *at == '/' || *at == ':' || *at == '%')
            return false;
    return scope[0] != '\0';
}

/* Only digits and dots, and yet no address: "10.0.0" is a slip of the pen, not a name. */
static bool looks_numeric(const char *host)
{
    return host[strspn(host, "0123456789.")] == '\0';
}

/* How many bits an address of this family has. */
static unsigned family_bits(enum ip_family family)
{
    return family == IP_FAMILY_V6 ? 128 : 32;
}

/* Sets the last `count` bits of the address to `bit`. */
static void set_last_bits(struct address *address, unsigned count, unsigned bit)
{
    for (unsigned last = family_bits(address->family) / 8; count > 0; last--) {
        unsigned here = count < 8 ? count : 8, mask = (1U << here) - 1;
        uint8_t *byte = &address->bytes[last - 1];

        *byte = (uint8_t)(bit ? *byte | mask : *byte & ~mask);
        count -= here;
    }
}

/* Takes "%eth0" off the host. */
static int read_scope(const char *text, struct target *target, struct fault *fault)
{
    char *percent = strchr(target->host, '%');

    if (!percent)
        return 0;
    if (!scope_plausible(percent + 1) || strlen(percent + 1) >= sizeof target->scope)
        return bad(fault, text, "behind '%' comes the name of an interface");
    snprintf(target->scope, sizeof target->scope, "%s", percent + 1);
    *percent = '\0';
    return 0;
}

static int read_prefix(const char *text, const char *length, struct target *target,
                       struct fault *fault)
{
    unsigned bits = family_bits(target->address.family);
    struct address last;
    uint64_t value = 0;
    int error = text_number(length, "prefix length", 0, bits, &value, fault);

    if (error)
        return bad_number(fault, text, error);
    target->host_bits = (uint8_t)(bits - value);
    set_last_bits(&target->address, target->host_bits, 0);
    last = target->address;
    set_last_bits(&last, target->host_bits, 1);
    /* What is not unicast stands at both ends of the number space: the two tell for all between. */
    if (!address_is_unicast(&target->address) || !address_is_unicast(&last))
        return bad(fault, text, "TCP needs unicast addresses, and not all of these are");
    address_show(&target->address, target->host);
    return 0;
}

/* The host with its scope and prefix, behind which `target->host` is only a name or an address. */
static int read_host(const char *text, struct target *target, struct fault *fault)
{
    char *slash = strchr(target->host, '/'), length[16];
    int error;

    if (slash) {
        if (strlen(slash + 1) >= sizeof length)
            return bad(fault, text, "behind '/' comes the length of the prefix, as in /28");
        snprintf(length, sizeof length, "%s", slash + 1);
        *slash = '\0';
    }
    error = read_scope(text, target, fault);
    if (error)
        return error;
    if (address_read(target->host, &target->address) == 0) {
        target->kind = TARGET_ADDRESS;
        if (target->scope[0] && target->address.family != IP_FAMILY_V6)
            return bad(fault, text, "only an IPv6 address can name its interface behind '%'");
        if (slash)
            return read_prefix(text, length, target, fault);
        if (!address_is_unicast(&target->address))
            return bad(fault, text, "TCP needs a unicast address");
        return 0;
    }
    if (target->scope[0])
        return bad(fault, text, "only an IPv6 address can name its interface behind '%'");
    if (!name_plausible(target->host) || looks_numeric(target->host))
        return bad(fault, text, "this is neither an address nor a host name");
    if (slash)
        return bad(fault, text, "only an address has a prefix, as in 192.0.2.0/28:443");
    return 0;
}

int target_read(const char *text, struct target *ret_target, struct fault *fault)
{
    struct target target = {.kind = TARGET_NAME};
    const char *ports = NULL;
    int error;

    if (strcmp(text, "self") == 0) {
        target.kind = TARGET_SELF;
        snprintf(target.host, sizeof target.host, "self");
        *ret_target = target;
        return 0;
    }
    error = split(text, target.host, &ports, fault);
    if (error)
        return error;
    if (strcmp(target.host, "self") == 0)
        return bad(fault, text, "the program's own listener chooses its port: write 'self'");
    if (!ports)
        return bad(fault, text, "the port is missing: write host:port, as in example.net:443");
    error = read_ports(text, ports, &target, fault);
    if (!error)
        error = read_host(text, &target, fault);
    if (error)
        return error;
    *ret_target = target;
    return 0;
}

size_t target_count(const struct target *target)
{
    size_t count = 0;

    if (target->kind == TARGET_SELF)
        return 1;
    for (unsigned i = 0; i < target->ranges; i++)
        count += (size_t)(target->range[i].to - target->range[i].from) + 1;
    return count;
}

uint16_t target_port(const struct target *target, size_t index)
{
    if (target->kind == TARGET_SELF)
        return 0;
    for (unsigned i = 0; i < target->ranges; i++) {
        size_t here = (size_t)(target->range[i].to - target->range[i].from) + 1;

        if (index < here)
            return (uint16_t)(target->range[i].from + index);
        index -= here;
    }
    assert(false && "index past the target's last port");
    return 0;
}

uint64_t target_probes(const struct target *target)
{
    uint64_t addresses, probes;

    if (target->host_bits >= 64)
        return UINT64_MAX;
    addresses = UINT64_C(1) << target->host_bits;
    if (__builtin_mul_overflow(addresses, (uint64_t)target_count(target), &probes))
        return UINT64_MAX;
    return probes;
}

void target_nth(const struct target *target, uint64_t index, struct target_item *ret_item)
{
    uint64_t ports = target_count(target), offset = index / ports;

    assert(index < target_probes(target));
    ret_item->kind = target->kind;
    ret_item->port = target_port(target, (size_t)(index % ports));
    ret_item->address = target->address;
    memcpy(ret_item->scope, target->scope, sizeof ret_item->scope);
    ret_item->host = target->kind == TARGET_ADDRESS ? NULL : target->host;
    /* The prefix's own last bits are 0: there is nothing to carry. */
    for (unsigned last = family_bits(target->address.family) / 8; offset > 0; offset >>= 8)
        ret_item->address.bytes[--last] |= (uint8_t)offset;
}

int target_check_consent(const struct target *target, const char *text, bool consent,
                         struct fault *fault)
{
    uint64_t probes = target_probes(target);
    char safe[96];

    if (probes <= (consent ? TARGET_PROBES_MAX : TARGET_CONSENT))
        return 0;
    text_safe(text, strlen(text), safe, sizeof safe);
    if (probes > TARGET_PROBES_MAX)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'%s' means %s%" PRIu64 " probes: %" PRIu64 " are the most", safe,
                         probes == UINT64_MAX ? "at least " : "", probes, TARGET_PROBES_MAX);
    return fault_set(fault, FAULT_USAGE, 0, "'%s' means %" PRIu64 " probes: --yes is wanted", safe,
                     probes);
}

const char *target_show(const struct target *target, uint16_t port, char text[TARGET_TEXT_SIZE])
{
    const char *percent = target->scope[0] ? "%" : "";

    if (target->kind == TARGET_SELF)
        snprintf(text, TARGET_TEXT_SIZE, "self");
    else if (target->kind == TARGET_ADDRESS && target->address.family == IP_FAMILY_V6)
        snprintf(text, TARGET_TEXT_SIZE, "[%s%s%s]:%u", target->host, percent, target->scope, port);
    else
        snprintf(text, TARGET_TEXT_SIZE, "%s:%u", target->host, port);
    return text;
}

const char *target_item_show(const struct target_item *item, char text[TARGET_TEXT_SIZE])
{
    char address[ADDRESS_TEXT_SIZE];

    switch (item->kind) {
    case TARGET_ADDRESS:
        address_show(&item->address, address);
        if (item->address.family == IP_FAMILY_V6)
            snprintf(text, TARGET_TEXT_SIZE, "[%s%s%s]:%u", address, item->scope[0] ? "%" : "",
                     item->scope, item->port);
        else
            snprintf(text, TARGET_TEXT_SIZE, "%s:%u", address, item->port);
        break;
    case TARGET_NAME:
        snprintf(text, TARGET_TEXT_SIZE, "%s:%u", item->host, item->port);
        break;
    case TARGET_SELF:
        snprintf(text, TARGET_TEXT_SIZE, "self");
        break;
    case TARGET_KIND_COUNT:
        assert(false && "not a target");
        text[0] = '\0';
        break;
    }
    return text;
}
