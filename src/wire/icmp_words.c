/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICMP and ICMPv6 errors: each code in IANA's words, and what it means for a connection. */
#include "wire/icmp.h"

#include <stdio.h>

/*
 * IANA's registries "ICMP Parameters" and "ICMPv6 Parameters": the error types with all their
 * codes. Soft and hard for IPv4 is RFC 1122 4.2.3.9, which knows codes 0 to 5 of type 3 only: for 6
 * to 15, and for IPv6, it is what Linux does while it is connecting, with one exception: in IPv6 a
 * parameter problem is hard only where it means "protocol unreachable" (code 1, RFC 4443 3.4).
 */
/* clang-format off */
#define V4(type, code, class, words) {IP_FAMILY_V4, (type), (code), ICMP_CLASS_##class, words}
#define V6(type, code, class, words) {IP_FAMILY_V6, (type), (code), ICMP_CLASS_##class, words}
static const struct icmp_row {
    enum ip_family family;
    uint8_t type, code;
    enum icmp_class kind;
    const char *words;
} icmp_rows[] = {
    V4(3, 0, SOFT, "net unreachable"),
    V4(3, 1, SOFT, "host unreachable"),
    V4(3, 2, HARD, "protocol unreachable"),
    V4(3, 3, HARD, "port unreachable"),
    V4(3, 4, MTU, "fragmentation needed and don't fragment was set"),
    V4(3, 5, SOFT, "source route failed"),
    V4(3, 6, HARD, "destination network unknown"),
    V4(3, 7, HARD, "destination host unknown"),
    V4(3, 8, HARD, "source host isolated"),
    V4(3, 9, HARD, "communication with destination network is administratively prohibited"),
    V4(3, 10, HARD, "communication with destination host is administratively prohibited"),
    V4(3, 11, SOFT, "destination network unreachable for type of service"),
    V4(3, 12, SOFT, "destination host unreachable for type of service"),
    V4(3, 13, HARD, "communication administratively prohibited"),
    V4(3, 14, HARD, "host precedence violation"),
    V4(3, 15, HARD, "precedence cutoff in effect"),
    V4(4, 0, SOFT, "source quench"),
    V4(11, 0, SOFT, "time to live exceeded in transit"),
    V4(11, 1, SOFT, "fragment reassembly time exceeded"),
    V4(12, 0, SOFT, "pointer indicates the error"),
    V4(12, 1, SOFT, "missing a required option"),
    V4(12, 2, SOFT, "bad length"),
    V6(1, 0, SOFT, "no route to destination"),
    V6(1, 1, HARD, "communication with destination administratively prohibited"),
    V6(1, 2, SOFT, "beyond scope of source address"),
    V6(1, 3, SOFT, "address unreachable"),
    V6(1, 4, HARD, "port unreachable"),
    V6(1, 5, HARD, "source address failed ingress/egress policy"),
    V6(1, 6, HARD, "reject route to destination"),
    V6(1, 7, SOFT, "error in source routing header"),
    V6(1, 8, SOFT, "headers too long"),
    V6(2, 0, MTU, "packet too big"),
    V6(3, 0, SOFT, "hop limit exceeded in transit"),
    V6(3, 1, SOFT, "fragment reassembly time exceeded"),
    V6(4, 0, SOFT, "erroneous header field encountered"),
    V6(4, 1, HARD, "unrecognized next header type encountered"),
    V6(4, 2, SOFT, "unrecognized IPv6 option encountered"),
    V6(4, 3, SOFT, "IPv6 first fragment has incomplete IPv6 header chain"),
    V6(4, 4, SOFT, "SR upper-layer header error"),
    V6(4, 5, SOFT, "unrecognized next header type encountered by intermediate node"),
    V6(4, 6, SOFT, "extension header too big"),
    V6(4, 7, SOFT, "extension header chain too long"),
    V6(4, 8, SOFT, "too many extension headers"),
    V6(4, 9, SOFT, "too many options in extension header"),
    V6(4, 10, SOFT, "option too big"),
};
/* clang-format on */

static const struct icmp_row *find_row(enum ip_family family, uint8_t type, uint8_t code)
{
    for (size_t i = 0; i < sizeof icmp_rows / sizeof icmp_rows[0]; i++)
        if (icmp_rows[i].family == family && icmp_rows[i].type == type && icmp_rows[i].code == code)
            return &icmp_rows[i];
    return NULL;
}

/* Whether messages of this type are errors, whatever their code. */
static bool is_error(enum ip_family family, uint8_t type)
{
    if (family == IP_FAMILY_V6)
        return type < 128; /* RFC 4443 2.1 */
    return family == IP_FAMILY_V4 && (type == 3 || type == 4 || type == 11 || type == 12);
}

enum icmp_class icmp_classify(enum ip_family family, uint8_t type, uint8_t code)
{
    if (!is_error(family, type))
        return ICMP_CLASS_NONE;
    /* RFC 4443 3.2: a receiver ignores the code of packet too big. */
    const struct icmp_row *row =
        find_row(family, type, family == IP_FAMILY_V6 && type == 2 ? 0 : code);
    /* Nobody should give up for a reason that nobody knows. */
    return row ? row->kind : ICMP_CLASS_SOFT;
}

const char *icmp_words(enum ip_family family, uint8_t type, uint8_t code, char text[64])
{
    const struct icmp_row *row = find_row(family, type, code);
    if (row)
        return row->words;
    snprintf(text, 64, "type %u code %u", type, code);
    return text;
}
