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
#include <unistd.h>

#include "base/text.h"
#include "net/clock.h"
#include "net/route_ask.h"

#define HOP_LIMIT_USUAL 64 /* RFC 1700's, where the system does not say */

/* How long the system's hop limit holds before it is read again: of changes nobody tells. 1 s. */
#define HOP_LIMIT_AGE INT64_C(1000000000)

/* How long an answer holds for the same question: as little as could pass between an answer and a
 * packet anyway. 10 ms. */
#define ANSWER_AGE INT64_C(10000000)

#define INTERFACES_KNOWN 8

/* What has been asked before, all of it good until the kernel tells of a change. */
struct known_interface {
    char name[INTERFACE_NAME_SIZE];
    struct interface_facts facts;
    uint8_t hop_limit[IP_FAMILY_COUNT];
    int64_t hop_limit_read[IP_FAMILY_COUNT]; /* when; 0: never */
};

/* A question, and when it was asked. */
struct route_asked {
    struct address destination, source; /* source: family NONE for any */
    char interface[INTERFACE_NAME_SIZE];
    int64_t at;
};

static struct {
    struct known_interface interfaces[INTERFACES_KNOWN];
    unsigned interface_count;
    struct address ours; /* family NONE: none yet */
    unsigned ours_index;
    struct route_asked asked; /* the last one that had an answer; at 0: none */
    struct route answer;
} known;

static void refresh(void)
{
    if (!route_changed())
        return;
    known.interface_count = 0;
    known.ours.family = IP_FAMILY_NONE;
}

/* NULL: there is none of that index. */
static struct known_interface *know_index(unsigned index)
{
    struct known_interface interface = {.name = ""};

    for (unsigned i = 0; i < known.interface_count; i++)
        if (known.interfaces[i].facts.index == index)
            return &known.interfaces[i];
    if (!interface_name(index, interface.name) ||
        !interface_facts(interface.name, &interface.facts))
        return NULL;
    if (known.interface_count == INTERFACES_KNOWN)
        known.interface_count = 0;
    known.interfaces[known.interface_count] = interface;
    return &known.interfaces[known.interface_count++];
}

static struct known_interface *know_name(const char *name)
{
    for (unsigned i = 0; i < known.interface_count; i++)
        if (strcmp(known.interfaces[i].name, name) == 0)
            return &known.interfaces[i];
    unsigned index = interface_index(name);
    return index ? know_index(index) : NULL;
}

/* Whether a socket can be bound to it: that is what the kernel means by an address of this machine.
 */
static bool can_bind(const struct address *source, unsigned index)
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

static bool is_ours(const struct address *source, unsigned index)
{
    if (address_equal(source, &known.ours) && index == known.ours_index)
        return true;
    if (!can_bind(source, index))
        return false;
    known.ours = *source;
    known.ours_index = index;
    return true;
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

static uint8_t ask_hop_limit(enum ip_family family, const char *interface)
{
    char path[64];

    if (family == IP_FAMILY_V4)
        return read_hop_limit("/proc/sys/net/ipv4/ip_default_ttl", HOP_LIMIT_USUAL);
    snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/hop_limit", interface);
    return read_hop_limit(path, HOP_LIMIT_USUAL);
}

static uint8_t usual_hop_limit(enum ip_family family, struct known_interface *interface)
{
    int64_t now = clock_monotonic(), *read = &interface->hop_limit_read[family];

    if (*read == 0 || now - *read > HOP_LIMIT_AGE) {
        interface->hop_limit[family] = ask_hop_limit(family, interface->name);
        *read = now;
    }
    return interface->hop_limit[family];
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
    bool scoped = destination->family == IP_FAMILY_V6 && address_is_link_local(destination);
    char text[ADDRESS_TEXT_SIZE];

    if (interface) {
        const struct known_interface *wanted = know_name(interface);
        if (!wanted)
            return fault_set(fault, FAULT_ROUTE, 0, "there is no interface '%s'", interface);
        if (!wanted->facts.up)
            return fault_set(fault, FAULT_ROUTE, 0, "interface '%s' is down", interface);
        index = wanted->facts.index;
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
    struct route route = {.local = reply->type == RTN_LOCAL, .next_hop = *destination};
    struct known_interface *interface;

    address_show(destination, text);
    if (reply->type != RTN_UNICAST && reply->type != RTN_LOCAL)
        return fault_set(fault, FAULT_ROUTE, 0, "'%s' is no unicast address here", text);
    interface = know_index(reply->index);
    if (!interface)
        return fault_set(fault, FAULT_ROUTE, 0, "the interface to '%s' has just gone", text);
    if (route.local && !interface->facts.loopback) {
        /* IPv6 names the interface that has the address, but packets to it go over loopback. */
        interface = know_name("lo");
        if (!interface)
            return fault_set(fault, FAULT_ROUTE, 0, "there is no interface 'lo'");
    }
    if (!interface->facts.up)
        return fault_set(fault, FAULT_ROUTE, 0, "interface '%s' is down", interface->name);
    route.index = interface->facts.index;
    memcpy(route.interface, interface->name, sizeof(route.interface));

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
    route.mtu = reply->mtu && reply->mtu < interface->facts.mtu ? reply->mtu : interface->facts.mtu;
    route.hop_limit = reply->hop_limit >= 1 && reply->hop_limit <= 255
                          ? (uint8_t)reply->hop_limit
                          : usual_hop_limit(destination->family, interface);
    *ret_route = route;
    return 0;
}

static int find(const struct address *destination, const char *interface,
                const struct address *source, struct route *ret_route, struct fault *fault)
{
    unsigned index = 0;
    struct route_reply reply = {0};

    refresh();
    int error = wanted_interface(destination, interface, &index, fault);
    if (error)
        return error;
    if (source && !is_ours(source, index)) {
        char text[ADDRESS_TEXT_SIZE];
        return fault_set(fault, FAULT_ROUTE, 0, "'%s' is not an address of this machine",
                         address_show(source, text));
    }
    int sys = route_ask(destination, index, source, &reply);
    if (sys < 0)
        return fault_set(fault, FAULT_SYSTEM, errno, "cannot ask the kernel for a route");
    if (sys > 0)
        return route_refused(destination, interface, source, sys, fault);
    return fill_route(destination, source, index, &reply, ret_route, fault);
}

static bool same_question(const struct route_asked *one, const struct route_asked *other)
{
    return address_equal(&one->destination, &other->destination) &&
           one->destination.scope == other->destination.scope &&
           address_equal(&one->source, &other->source) &&
           one->source.scope == other->source.scope &&
           strcmp(one->interface, other->interface) == 0;
}

int route_find(const struct address *destination, const char *interface,
               const struct address *source, struct route *ret_route, struct fault *fault)
{
    struct route_asked asked = {.destination = *destination, .at = clock_monotonic()};

    assert(destination->family == IP_FAMILY_V4 || destination->family == IP_FAMILY_V6);
    if (source && source->family != destination->family)
        return fault_set(fault, FAULT_ROUTE, 0, "source and destination are of different families");
    if (source)
        asked.source = *source;
    if (interface && strlen(interface) >= sizeof(asked.interface))
        return fault_set(fault, FAULT_ROUTE, 0, "there is no interface '%s'", interface);
    if (interface)
        memcpy(asked.interface, interface, strlen(interface) + 1);

    if (known.asked.at != 0 && asked.at - known.asked.at <= ANSWER_AGE &&
        same_question(&asked, &known.asked)) {
        *ret_route = known.answer;
        return 0;
    }
    int error = find(destination, interface, source, ret_route, fault);
    if (error)
        return error;
    known.asked = asked;
    known.answer = *ret_route;
    return 0;
}
