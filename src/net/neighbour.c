/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's neighbour table, asked over rtnetlink. */
#include "net/neighbour.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* States in which an address was found; rtnetlink(7). */
#define NUD_FOUND (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT)

struct neighbour_message {
    struct nlmsghdr head;
    struct ndmsg neighbour;
    struct rtattr attribute;
    uint8_t address[16];
};

static struct neighbour_message question(const struct route *route)
{
    bool v4 = route->next_hop.family == IP_FAMILY_V4;
    size_t size = v4 ? 4 : 16;
    struct neighbour_message message = {
        .head = {.nlmsg_len = (uint32_t)(NLMSG_LENGTH(sizeof(struct ndmsg)) + RTA_LENGTH(size)),
                 .nlmsg_type = RTM_GETNEIGH,
                 .nlmsg_flags = NLM_F_REQUEST,
                 .nlmsg_seq = 1},
        .neighbour = {.ndm_family = v4 ? AF_INET : AF_INET6, .ndm_ifindex = (int)route->index},
        .attribute = {.rta_len = (unsigned short)RTA_LENGTH(size), .rta_type = NDA_DST},
    };

    memcpy(message.address, route->next_hop.bytes, size);
    return message;
}

static enum neighbour_state ask(int netlink, const struct route *route)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct neighbour_message message = question(route);
    struct {
        struct nlmsghdr head;
        struct ndmsg neighbour;
        uint8_t rest[512];
    } reply;
    ssize_t got;

    if (sendto(netlink, &message, message.head.nlmsg_len, 0, (struct sockaddr *)&kernel,
               sizeof kernel) < 0)
        return NEIGHBOUR_UNKNOWN;
    got = recv(netlink, &reply, sizeof reply, 0);
    if (got < (ssize_t)NLMSG_LENGTH(sizeof(struct ndmsg)) || reply.head.nlmsg_type != RTM_NEWNEIGH)
        return NEIGHBOUR_UNKNOWN;
    if (reply.neighbour.ndm_state & NUD_FOUND)
        return NEIGHBOUR_FOUND;
    return reply.neighbour.ndm_state & (NUD_INCOMPLETE | NUD_FAILED) ? NEIGHBOUR_SILENT
                                                                     : NEIGHBOUR_UNKNOWN;
}

enum neighbour_state neighbour_ask(const struct route *route)
{
    /* The kernel answers before sendto() returns; a bound for the case that it does not. */
    struct timeval bound = {.tv_sec = 1};
    enum neighbour_state state;
    int netlink;

    if (route->local)
        return NEIGHBOUR_UNKNOWN;
    netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (netlink < 0)
        return NEIGHBOUR_UNKNOWN;
    setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    state = ask(netlink, route);
    close(netlink);
    return state;
}
