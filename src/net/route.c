/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel's routing table says of a destination, asked over rtnetlink. */
#include "net/route.h"

#include <assert.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/text.h"

#define HOP_LIMIT_USUAL 64 /* RFC 1700's, where the system does not say */

/* A question to the kernel and room for its answer. */
struct route_message {
    struct nlmsghdr head;
    struct rtmsg route;
    uint8_t attributes[128];
};

/* What is wanted of an answer. */
struct route_reply {
    unsigned char type; /* RTN_… */
    unsigned index;
    bool has_source;
    uint8_t source[16];
    bool has_gateway;
    uint8_t gateway[16];
    uint32_t mtu, hop_limit; /* 0: not said */
};

static size_t address_size(enum ip_family family)
{
    return family == IP_FAMILY_V4 ? 4 : 16;
}

static void add_attribute(struct route_message *message, unsigned short type, const void *value,
                          size_t length)
{
    struct rtattr attribute = {.rta_len = (unsigned short)RTA_LENGTH(length), .rta_type = type};
    size_t at = NLMSG_ALIGN(message->head.nlmsg_len);

    assert(at + RTA_SPACE(length) <= sizeof(*message));
    memcpy((uint8_t *)message + at, &attribute, sizeof(attribute));
    memcpy((uint8_t *)message + at + RTA_LENGTH(0), value, length);
    message->head.nlmsg_len = (uint32_t)(at + RTA_LENGTH(length));
}

static struct route_message route_question(const struct address *destination, unsigned index,
                                           const struct address *source)
{
    size_t size = address_size(destination->family);
    struct route_message message = {
        .head = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
                 .nlmsg_type = RTM_GETROUTE,
                 .nlmsg_flags = NLM_F_REQUEST,
                 .nlmsg_seq = 1},
        .route = {.rtm_family = destination->family == IP_FAMILY_V4 ? AF_INET : AF_INET6,
                  .rtm_dst_len = (unsigned char)(8 * size),
                  .rtm_flags = RTM_F_LOOKUP_TABLE},
    };

    add_attribute(&message, RTA_DST, destination->bytes, size);
    if (source) {
        message.route.rtm_src_len = (unsigned char)(8 * size);
        add_attribute(&message, RTA_SRC, source->bytes, size);
    }
    if (index)
        add_attribute(&message, RTA_OIF, &index, sizeof(index));
    return message;
}

static void read_metrics(const struct rtattr *metrics, struct route_reply *reply)
{
    const struct rtattr *metric = RTA_DATA(metrics);
    size_t left = RTA_PAYLOAD(metrics);

    for (; RTA_OK(metric, left); metric = RTA_NEXT(metric, left)) {
        uint32_t value;
        if (RTA_PAYLOAD(metric) < sizeof(value))
            continue;
        memcpy(&value, RTA_DATA(metric), sizeof(value));
        if (metric->rta_type == RTAX_MTU)
            reply->mtu = value;
        else if (metric->rta_type == RTAX_HOPLIMIT)
            reply->hop_limit = value;
    }
}

static struct route_reply read_reply(const struct nlmsghdr *head, enum ip_family family)
{
    const struct rtmsg *route = NLMSG_DATA(head);
    const struct rtattr *attribute = RTM_RTA(route);
    size_t left = RTM_PAYLOAD(head);
    struct route_reply reply = {.type = route->rtm_type};

    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        size_t length = RTA_PAYLOAD(attribute);
        if (attribute->rta_type == RTA_OIF && length == sizeof(reply.index)) {
            memcpy(&reply.index, RTA_DATA(attribute), length);
        } else if (attribute->rta_type == RTA_PREFSRC && length == address_size(family)) {
            memcpy(reply.source, RTA_DATA(attribute), length);
            reply.has_source = true;
        } else if (attribute->rta_type == RTA_GATEWAY && length == address_size(family)) {
            memcpy(reply.gateway, RTA_DATA(attribute), length);
            reply.has_gateway = true;
        } else if (attribute->rta_type == RTA_METRICS) {
            read_metrics(attribute, &reply);
        }
    }
    return reply;
}

/* Sends the question, waits for the answer. 0, an errno of the kernel's answer, or -1 with errno
 * set. */
static int route_ask(int netlink, struct route_message *question, enum ip_family family,
                     struct route_reply *ret_reply)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    /* In 32-bit words for the alignment. An answer is some hundred bytes. */
    uint32_t words[2048];

    if (sendto(netlink, question, question->head.nlmsg_len, 0, (struct sockaddr *)&kernel,
               sizeof(kernel)) < 0)
        return -1;
    ssize_t got = recv(netlink, words, sizeof(words), 0);
    if (got < 0)
        return -1;

    const struct nlmsghdr *head = (const struct nlmsghdr *)words;
    if (!NLMSG_OK(head, (size_t)got)) {
        errno = EBADMSG;
        return -1;
    }
    if (head->nlmsg_type == NLMSG_ERROR &&
        head->nlmsg_len >= NLMSG_LENGTH(sizeof(struct nlmsgerr))) {
        const struct nlmsgerr *error = NLMSG_DATA(head);
        if (error->error < 0)
            return -error->error;
    }
    if (head->nlmsg_type != RTM_NEWROUTE || head->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtmsg))) {
        errno = EBADMSG;
        return -1;
    }
    *ret_reply = read_reply(head, family);
    return 0;
}

/* Whether a socket can be bound to it: that is what the kernel means by an address of this machine.
 */
static bool is_ours(const struct address *source, unsigned index)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    bool v4 = source->family == IP_FAMILY_V4;

    memcpy(&in.sin_addr, source->bytes, 4);
    memcpy(&in6.sin6_addr, source->bytes, 16);
    if (address_is_link_local(source))
        in6.sin6_scope_id = index;
    int descriptor = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return false;
    int result = v4 ? bind(descriptor, (struct sockaddr *)&in, sizeof(in))
                    : bind(descriptor, (struct sockaddr *)&in6, sizeof(in6));
    close(descriptor);
    return result == 0;
}

/* The first number in a file below /proc, or `otherwise`. */
static uint8_t read_hop_limit(const char *path, uint8_t otherwise)
{
    char text[16];
    uint64_t value;
    FILE *file = fopen(path, "re");

    if (!file)
        return otherwise;
    bool got = fgets(text, sizeof(text), file) != NULL;
    fclose(file);
    if (!got)
        return otherwise;
    text[strcspn(text, "\n")] = '\0';
    if (text_number(text, path, 1, 255, &value, NULL) != 0)
        return otherwise;
    return (uint8_t)value;
}

static uint8_t usual_hop_limit(enum ip_family family, const char *interface)
{
    char path[64];

    if (family == IP_FAMILY_V4)
        return read_hop_limit("/proc/sys/net/ipv4/ip_default_ttl", HOP_LIMIT_USUAL);
    snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/hop_limit", interface);
    return read_hop_limit(path, HOP_LIMIT_USUAL);
}

/* The kernel's refusal in words. */
static int route_refused(const struct address *destination, const char *interface,
                         const struct address *source, int sys, struct fault *fault)
{
    char text[ADDRESS_TEXT_SIZE], via[64] = "", from[ADDRESS_TEXT_SIZE + 16] = "";
    size_t via_at = 0, from_at = 0;

    address_show(destination, text);
    if (interface)
        text_append(via, sizeof(via), &via_at, " through '%s'", interface);
    if (source) {
        char source_text[ADDRESS_TEXT_SIZE];
        text_append(from, sizeof(from), &from_at, " from '%s'", address_show(source, source_text));
    }
    switch (sys) {
    case ENETUNREACH:
        return fault_set(fault, FAULT_ROUTE, 0, "no route to '%s'%s%s", text, via, from);
    case EHOSTUNREACH:
        return fault_set(fault, FAULT_ROUTE, 0,
                         "the routing table says that '%s' is unreachable%s%s", text, via, from);
    case EACCES:
        return fault_set(fault, FAULT_ROUTE, 0, "the routing table prohibits '%s'%s%s", text, via,
                         from);
    case EINVAL:
        return fault_set(fault, FAULT_ROUTE, 0, "the routing table discards packets to '%s'%s%s",
                         text, via, from);
    default:
        return fault_set(fault, FAULT_ROUTE, sys, "no route to '%s'%s%s", text, via, from);
    }
}

/* The interface that was asked for, by name or by the destination's scope: its index, 0 for any. 0
 * or a fault. */
static int wanted_interface(const struct address *destination, const char *interface,
                            unsigned *ret_index, struct fault *fault)
{
    unsigned index = 0;
    struct interface_facts facts;
    bool scoped = destination->family == IP_FAMILY_V6 && address_is_link_local(destination);
    char text[ADDRESS_TEXT_SIZE];

    if (interface) {
        if (!interface_facts(interface, &facts))
            return fault_set(fault, FAULT_ROUTE, 0, "there is no interface '%s'", interface);
        if (!facts.up)
            return fault_set(fault, FAULT_ROUTE, 0, "interface '%s' is down", interface);
        index = facts.index;
    }
    if (scoped && destination->scope) {
        if (index && index != destination->scope)
            return fault_set(fault, FAULT_ROUTE, 0, "'%s' names another interface than '%s'",
                             address_show(destination, text), interface);
        index = destination->scope;
    }
    if (scoped && index == 0)
        return fault_set(
            fault, FAULT_ROUTE, 0,
            "'%s' is valid on one link only: name its interface ('%%eth0' or --interface)",
            address_show(destination, text));
    *ret_index = index;
    return 0;
}

/* `wanted`: the index of the interface that was asked for. */
static int fill_route(const struct address *destination, const struct address *source,
                      unsigned wanted, const struct route_reply *reply, struct route *ret_route,
                      struct fault *fault)
{
    char text[ADDRESS_TEXT_SIZE];
    struct route route = {
        .index = reply->index, .local = reply->type == RTN_LOCAL, .next_hop = *destination};
    struct interface_facts facts;

    address_show(destination, text);
    if (reply->type != RTN_UNICAST && reply->type != RTN_LOCAL)
        return fault_set(fault, FAULT_ROUTE, 0, "'%s' is no unicast address here", text);
    if (!interface_name(route.index, route.interface) || !interface_facts(route.interface, &facts))
        return fault_set(fault, FAULT_ROUTE, 0, "the interface to '%s' has just gone", text);
    if (route.local && !facts.loopback) {
        /* IPv6 names the interface that has the address, but packets to it go over loopback. */
        snprintf(route.interface, sizeof(route.interface), "lo");
        if (!interface_facts(route.interface, &facts))
            return fault_set(fault, FAULT_ROUTE, 0, "there is no interface 'lo'");
        route.index = facts.index;
    }
    if (!facts.up)
        return fault_set(fault, FAULT_ROUTE, 0, "interface '%s' is down", route.interface);

    if (source) {
        route.source = *source;
    } else if (reply->has_source) {
        route.source.family = destination->family;
        memcpy(route.source.bytes, reply->source, address_size(destination->family));
    } else {
        return fault_set(fault, FAULT_ROUTE, 0, "this machine has no address to reach '%s' from",
                         text);
    }
    if (reply->has_gateway)
        memcpy(route.next_hop.bytes, reply->gateway, address_size(destination->family));
    /* The link that the address belongs to, even where packets to it go over loopback. */
    route.source.scope = 0;
    if (route.source.family == IP_FAMILY_V6 && address_is_link_local(&route.source))
        route.source.scope = wanted ? wanted : reply->index;
    route.mtu = reply->mtu && reply->mtu < facts.mtu ? reply->mtu : facts.mtu;
    route.hop_limit = reply->hop_limit >= 1 && reply->hop_limit <= 255
                          ? (uint8_t)reply->hop_limit
                          : usual_hop_limit(destination->family, route.interface);
    *ret_route = route;
    return 0;
}

static int find_with(int netlink, const struct address *destination, const char *interface,
                     const struct address *source, struct route *ret_route, struct fault *fault)
{
    unsigned index = 0;
    struct route_reply reply = {0};

    int error = wanted_interface(destination, interface, &index, fault);
    if (error)
        return error;
    if (source && !is_ours(source, index)) {
        char text[ADDRESS_TEXT_SIZE];
        return fault_set(fault, FAULT_ROUTE, 0, "'%s' is not an address of this machine",
                         address_show(source, text));
    }
    struct route_message question = route_question(destination, index, source);
    int sys = route_ask(netlink, &question, destination->family, &reply);
    if (sys < 0)
        return fault_set(fault, FAULT_SYSTEM, errno, "cannot ask the kernel for a route");
    if (sys > 0)
        return route_refused(destination, interface, source, sys, fault);
    return fill_route(destination, source, index, &reply, ret_route, fault);
}

int route_find(const struct address *destination, const char *interface,
               const struct address *source, struct route *ret_route, struct fault *fault)
{
    assert(destination->family == IP_FAMILY_V4 || destination->family == IP_FAMILY_V6);
    if (source && source->family != destination->family)
        return fault_set(fault, FAULT_ROUTE, 0, "source and destination are of different families");
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (netlink < 0)
        return fault_set(fault, FAULT_SYSTEM, errno, "cannot open a netlink socket");
    /* The kernel answers before sendto() returns; a bound for the case that it does not. */
    struct timeval bound = {.tv_sec = 2};
    setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));

    int error = find_with(netlink, destination, interface, source, ret_route, fault);
    close(netlink);
    return error;
}
