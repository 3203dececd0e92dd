/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Targets as people write them. */
#include "probe/target.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static int bad(struct fault *fault, const char *text, const char *why)
{
    char safe[96];

    text_safe(text, strlen(text), safe, sizeof safe);
    return fault_set(fault, FAULT_SYNTAX, 0, "target '%s': %s", safe, why);
}

/* The same for a port that cannot be read, whose fault says why but not of which target. */
static int bad_port(struct fault *fault, const char *text, int error)
{
    char safe[96];

    if (!fault)
        return error;
    text_safe(text, strlen(text), safe, sizeof safe);
    return fault_set(fault, (enum fault_code)-error, 0, "target '%s': %s", safe, fault->what);
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
        error = text_range(item, "port", 1, 65535, &from, &to, fault);
        if (error)
            return bad_port(fault, text, error);
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

int target_read(const char *text, struct target *ret_target, struct fault *fault)
{
    struct target target = {.kind = TARGET_NAME};
    const char *ports = NULL;
    char *percent;
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
    if (error)
        return error;

    percent = strchr(target.host, '%');
    if (percent) {
        if (!scope_plausible(percent + 1) || strlen(percent + 1) >= sizeof target.scope)
            return bad(fault, text, "behind '%' comes the name of an interface");
        snprintf(target.scope, sizeof target.scope, "%s", percent + 1);
        *percent = '\0';
    }
    if (address_read(target.host, &target.address) == 0) {
        target.kind = TARGET_ADDRESS;
        if (!address_is_unicast(&target.address))
            return bad(fault, text, "TCP needs a unicast address");
        if (target.scope[0] && target.address.family != IP_FAMILY_V6)
            return bad(fault, text, "only an IPv6 address can name its interface behind '%'");
    } else if (target.scope[0]) {
        return bad(fault, text, "only an IPv6 address can name its interface behind '%'");
    } else if (!name_plausible(target.host) || looks_numeric(target.host)) {
        return bad(fault, text, "this is neither an address nor a host name");
    }
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
