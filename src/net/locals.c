/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this machine keeps for itself. */
#include "net/locals.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/if_addr.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Linux's own default. */
#define PORT_FIRST 32768
#define PORT_LAST  60999

/* Of IPv6, what is not to be used: it will change, it is going, or it is not ours for certain. */
#define UNSTABLE                                                                                   \
    (IFA_F_TEMPORARY | IFA_F_DEPRECATED | IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_OPTIMISTIC)

void locals_ports(uint16_t *ret_first, uint16_t *ret_last)
{
    FILE *file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    char low[16], high[16];
    unsigned long first, last;

    *ret_first = PORT_FIRST;
    *ret_last = PORT_LAST;
    if (!file)
        return;
    if (fscanf(file, "%15s %15s", low, high) == 2) {
        first = strtoul(low, NULL, 10);
        last = strtoul(high, NULL, 10);
        if (first > 0 && first <= last && last <= 65535) {
            *ret_first = (uint16_t)first;
            *ret_last = (uint16_t)last;
        }
    }
    fclose(file);
}

static bool same_network(const uint8_t *a, const uint8_t *b, const uint8_t *mask, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((a[i] ^ b[i]) & mask[i])
            return false;
    return true;
}

/* What the kernel says of an IPv6 address: its IFA_F_ flags; all bits where it is not known. */
static unsigned flags_of(const uint8_t bytes[16], const char *interface)
{
    FILE *file = fopen("/proc/net/if_inet6", "re");
    char hex[33], wanted[33], found[9], name[INTERFACE_NAME_SIZE];
    unsigned flags = ~0U;

    if (!file)
        return flags;
    for (size_t i = 0; i < 16; i++)
        snprintf(wanted + 2 * i, 3, "%02x", bytes[i]);
    /* Address, index, length of the prefix, scope, flags, name; all numbers in hex. */
    while (fscanf(file, "%32s %*8s %*8s %*8s %8s %15s", hex, found, name) == 3)
        if (strcmp(hex, wanted) == 0 && strcmp(name, interface) == 0)
            flags = (unsigned)strtoul(found, NULL, 16);
    fclose(file);
    return flags;
}

/* The address's bytes in a socket address; NULL if it is of another family. */
static const uint8_t *bytes_of(const struct sockaddr *address, enum ip_family family)
{
    if (!address)
        return NULL;
    if (family == IP_FAMILY_V4 && address->sa_family == AF_INET)
        return (const uint8_t *)address + offsetof(struct sockaddr_in, sin_addr);
    if (family == IP_FAMILY_V6 && address->sa_family == AF_INET6)
        return (const uint8_t *)address + offsetof(struct sockaddr_in6, sin6_addr);
    return NULL;
}

static bool usable(const struct ifaddrs *entry, const struct route *route)
{
    enum ip_family family = route->source.family;
    size_t size = family == IP_FAMILY_V4 ? 4 : 16;
    const uint8_t *bytes = bytes_of(entry->ifa_addr, family);
    const uint8_t *mask = bytes_of(entry->ifa_netmask, family);

    if (!bytes || !mask || strcmp(entry->ifa_name, route->interface) != 0 ||
        memcmp(bytes, route->source.bytes, size) == 0 ||
        !same_network(bytes, route->source.bytes, mask, size))
        return false;
    return family == IP_FAMILY_V4 || !(flags_of(bytes, route->interface) & UNSTABLE);
}

bool locals_second_source(const struct route *route, struct address *ret_address)
{
    enum ip_family family = route->source.family;
    struct ifaddrs *list;
    bool found = false;

    if (route->local || address_is_link_local(&route->source) || getifaddrs(&list) != 0)
        return false;
    for (const struct ifaddrs *entry = list; entry && !found; entry = entry->ifa_next)
        if (usable(entry, route)) {
            *ret_address = (struct address){.family = family};
            memcpy(ret_address->bytes, bytes_of(entry->ifa_addr, family),
                   family == IP_FAMILY_V4 ? 4 : 16);
            found = !address_is_link_local(ret_address);
        }
    freeifaddrs(list);
    return found;
}
