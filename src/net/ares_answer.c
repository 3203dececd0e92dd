/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What c-ares answers, in our addresses and words. */
#include "net/ares_answer.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int ares_answer_fault(int status, const char *name, struct fault *fault)
{
    switch (status) {
    case ARES_ENOTFOUND:
        return fault_set(fault, FAULT_NAME, 0, "there is no name '%s'", name);
    case ARES_ENODATA:
        return fault_set(fault, FAULT_NAME, 0,
                         "name '%s' has no address of the kind that is wanted", name);
    case ARES_EBADNAME:
        return fault_set(fault, FAULT_NAME, 0, "'%s' is no name that can be looked up", name);
    case ARES_ETIMEOUT:
        return fault_set(fault, FAULT_NAME, 0, "no answer from the name servers for '%s'", name);
    case ARES_ECONNREFUSED:
        return fault_set(fault, FAULT_NAME, 0,
                         "no name server can be reached, or none will answer, for '%s'", name);
    case ARES_ESERVFAIL:
        return fault_set(fault, FAULT_NAME, 0, "the name server failed at '%s'", name);
    case ARES_ENOMEM:
        return fault_set(fault, FAULT_NAME, 0, "out of memory while '%s' was looked up", name);
    default:
        return fault_set(fault, FAULT_NAME, 0, "cannot look up '%s': %s", name,
                         ares_strerror(status));
    }
}

static bool node_address(const struct ares_addrinfo_node *node, struct address *ret_address)
{
    *ret_address = (struct address){.family = IP_FAMILY_NONE};
    if (node->ai_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)node->ai_addr;
        ret_address->family = IP_FAMILY_V4;
        memcpy(ret_address->bytes, &in->sin_addr, 4);
    } else if (node->ai_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)node->ai_addr;
        ret_address->family = IP_FAMILY_V6;
        ret_address->scope = in6->sin6_scope_id;
        memcpy(ret_address->bytes, &in6->sin6_addr, 16);
    }
    return ret_address->family != IP_FAMILY_NONE;
}

static bool has_address(const struct address *addresses, size_t count,
                        const struct address *address)
{
    for (size_t i = 0; i < count; i++)
        if (address_equal(&addresses[i], address))
            return true;
    return false;
}

size_t ares_answer_addresses(const struct ares_addrinfo *info, struct address *ret_addresses,
                             size_t room)
{
    struct address address;
    size_t count = 0;

    for (const struct ares_addrinfo_node *node = info->nodes; node; node = node->ai_next)
        if (count < room && node_address(node, &address) &&
            !has_address(ret_addresses, count, &address))
            ret_addresses[count++] = address;
    return count;
}
