/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPv4 and IPv6 addresses: comparing, classifying, reading and showing them. */
#include "wire/ip.h"

#include <arpa/inet.h>
#include <string.h>

static size_t family_size(enum ip_family family)
{
    return family == IP_FAMILY_V4 ? 4 : family == IP_FAMILY_V6 ? 16 : 0;
}

static bool all_zero(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != 0)
            return false;
    return true;
}

bool address_equal(const struct address *a, const struct address *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, family_size(a->family)) == 0;
}

bool address_is_link_local(const struct address *address)
{
    const uint8_t *bytes = address->bytes;
    if (address->family == IP_FAMILY_V4)
        return bytes[0] == 169 && bytes[1] == 254;
    return address->family == IP_FAMILY_V6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

bool address_is_loopback(const struct address *address)
{
    if (address->family == IP_FAMILY_V4)
        return address->bytes[0] == 127;
    return address->family == IP_FAMILY_V6 && all_zero(address->bytes, 15) &&
           address->bytes[15] == 1;
}

bool address_is_unicast(const struct address *address)
{
    static const uint8_t broadcast[4] = {255, 255, 255, 255};
    const uint8_t *bytes = address->bytes;
    size_t size = family_size(address->family);
    if (size == 0 || all_zero(bytes, size))
        return false;
    if (address->family == IP_FAMILY_V4)
        return (bytes[0] & 0xf0) != 0xe0 && memcmp(bytes, broadcast, sizeof broadcast) != 0;
    return bytes[0] != 0xff;
}

/* inet_ntop() goes through printf, which a sweep of 65,536 hosts feels. */
static void show_v4(const uint8_t bytes[4], char *text)
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned value = bytes[i];

        if (value >= 100)
            *text++ = (char)('0' + value / 100);
        if (value >= 10)
            *text++ = (char)('0' + value / 10 % 10);
        *text++ = (char)('0' + value % 10);
        *text++ = i < 3 ? '.' : '\0';
    }
}

const char *address_show(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
    if (address->family == IP_FAMILY_V4)
        show_v4(address->bytes, text);
    else if (address->family != IP_FAMILY_V6 ||
             !inet_ntop(AF_INET6, address->bytes, text, (socklen_t)ADDRESS_TEXT_SIZE))
        memcpy(text, "none", sizeof "none");
    return text;
}

int address_read(const char *text, struct address *ret_address)
{
    struct address address = {.family = strchr(text, ':') ? IP_FAMILY_V6 : IP_FAMILY_V4};
    int family = address.family == IP_FAMILY_V6 ? AF_INET6 : AF_INET;
    if (inet_pton(family, text, address.bytes) != 1)
        return -FAULT_SYNTAX;
    *ret_address = address;
    return 0;
}
