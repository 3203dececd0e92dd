/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Link layers: where in a captured frame the IP packet begins. */
#include "wire/ip.h"

#include "base/bytes.h"
#include "wire/link_numbers.h"

#define VLAN_TAGS_MAX 2

bool link_is_vlan(uint16_t ethertype)
{
    return ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_SERVICE_VLAN ||
           ethertype == ETHERTYPE_OLD_QINQ;
}

/* Walks over VLAN tags; what is behind them, or NONE where that is not IP. */
static enum ip_family skip_tags(struct reader *reader, uint16_t ethertype)
{
    for (int tags = 0; tags < VLAN_TAGS_MAX && link_is_vlan(ethertype); tags++) {
        reader_skip(reader, 2);
        ethertype = reader_u16(reader);
    }
    if (ethertype == ETHERTYPE_IPV4)
        return IP_FAMILY_V4;
    return ethertype == ETHERTYPE_IPV6 ? IP_FAMILY_V6 : IP_FAMILY_NONE;
}

enum ip_family link_loopback_family(uint32_t number)
{
    switch (number) {
    case 2:
        return IP_FAMILY_V4;
    case 10: /* Linux */
    case 24: /* NetBSD, OpenBSD */
    case 28: /* FreeBSD */
    case 30: /* macOS */
        return IP_FAMILY_V6;
    default:
        return IP_FAMILY_NONE;
    }
}

/* Reads the link header up to the first byte of the packet. False: an unknown link type. */
static bool skip_link_header(int link_type, struct reader *reader, enum ip_family *ret_family,
                             bool *ret_either)
{
    uint32_t number;
    uint16_t ethertype;
    *ret_either = false;
    switch (link_type) {
    case LINK_RAW:
    case LINK_RAW_BSD:
    case LINK_RAW_OPENBSD:
        *ret_either = true;
        *ret_family = IP_FAMILY_NONE;
        return true;
    case LINK_IPV4:
        *ret_family = IP_FAMILY_V4;
        return true;
    case LINK_IPV6:
        *ret_family = IP_FAMILY_V6;
        return true;
    case LINK_NULL:
        number = reader_u32(reader);
        /* In the byte order of the machine that captured; all families are small numbers. */
        *ret_family = link_loopback_family(number > 0xffff ? __builtin_bswap32(number) : number);
        return true;
    case LINK_LOOP:
        *ret_family = link_loopback_family(reader_u32(reader));
        return true;
    case LINK_EN10MB:
        reader_skip(reader, 12);
        ethertype = reader_u16(reader);
        *ret_family = skip_tags(reader, ethertype);
        return true;
    case LINK_LINUX_SLL:
        reader_skip(reader, 14);
        ethertype = reader_u16(reader);
        *ret_family = skip_tags(reader, ethertype);
        return true;
    case LINK_LINUX_SLL2:
        ethertype = reader_u16(reader);
        reader_skip(reader, 18);
        *ret_family = skip_tags(reader, ethertype);
        return true;
    default:
        return false;
    }
}

bool link_type_known(int link_type)
{
    struct reader reader = reader_of(NULL, 0);
    enum ip_family family;
    bool either;
    return skip_link_header(link_type, &reader, &family, &either);
}

int link_ip_offset(int link_type, const uint8_t *bytes, size_t length)
{
    struct reader reader = reader_of(bytes, length);
    enum ip_family family;
    bool either;
    if (!skip_link_header(link_type, &reader, &family, &either))
        return -FAULT_FORMAT;
    if (reader.bad)
        return -FAULT_TRUNCATED;
    if (!either && family == IP_FAMILY_NONE)
        return -FAULT_FORMAT;

    int offset = (int)reader.at;
    uint8_t version = reader_u8(&reader) >> 4;
    if (reader.bad)
        return -FAULT_TRUNCATED;
    /* A receiver drops a packet whose version is not what the link layer says. */
    bool is_v4 = version == 4 && (either || family == IP_FAMILY_V4);
    bool is_v6 = version == 6 && (either || family == IP_FAMILY_V6);
    return is_v4 || is_v6 ? offset : -FAULT_FORMAT;
}
