/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to the kernel's routing table over one netlink socket. */
#include "net/route_ask.h"

#include <assert.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/route.h"

/* A question to the kernel and room for its answer. */
struct route_message {
    struct nlmsghdr head;
    struct rtmsg route;
    uint8_t attributes[128];
};

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

/* The socket stays open between questions, which opening it would cost more than asking. */
static struct {
    int descriptor; /* less than 0: none */
    uint32_t seq;
    bool changed; /* not asked for since */
} kernel = {.descriptor = -1, .changed = true};

static int open_kernel(void)
{
    struct sockaddr_nl ours = {.nl_family = AF_NETLINK,
                               .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
    /* The kernel answers before send() returns; a bound for the case that it does not. */
    struct timeval bound = {.tv_sec = 2};

    if (kernel.descriptor >= 0)
        return 0;
    int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (descriptor < 0)
        return -1;
    if (bind(descriptor, (struct sockaddr *)&ours, sizeof(ours)) != 0) {
        int sys = errno;
        close(descriptor);
        errno = sys;
        return -1;
    }
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
    kernel.descriptor = descriptor;
    kernel.changed = true;
    return 0;
}

void route_forget(void)
{
    if (kernel.descriptor >= 0)
        close(kernel.descriptor);
    kernel.descriptor = -1;
    kernel.changed = true;
}

/* Room for one message in 32-bit words for the alignment: an answer is some hundred bytes, news of
 * an interface one or two thousand; of news that is cut it is enough to know that there is some. */
#define MESSAGE_WORDS 1024

/* Reads a message: true, or false with errno set. */
static bool hear(uint32_t words[MESSAGE_WORDS], int flags, size_t *ret_length)
{
    ssize_t got = recv(kernel.descriptor, words, MESSAGE_WORDS * sizeof(words[0]), flags);

    if (got < 0)
        return false;
    *ret_length = (size_t)got;
    return true;
}

bool route_changed(void)
{
    uint32_t words[MESSAGE_WORDS];
    size_t length;

    if (open_kernel() != 0)
        return true;
    while (hear(words, MSG_DONTWAIT, &length) || errno == ENOBUFS)
        kernel.changed = true; /* an answer that came too late does no harm here */
    bool changed = kernel.changed;
    kernel.changed = false;
    return changed;
}

/* What an answer says. 0, its errno, or -1 with errno set. */
static int read_answer(const struct nlmsghdr *head, enum ip_family family,
                       struct route_reply *ret_reply)
{
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

int route_ask(const struct address *destination, unsigned index, const struct address *source,
              struct route_reply *ret_reply)
{
    struct route_message question = route_question(destination, index, source);
    const struct nlmsghdr *head;
    uint32_t words[MESSAGE_WORDS];
    size_t length;

    if (open_kernel() != 0)
        return -1;
    question.head.nlmsg_seq = ++kernel.seq;
    /* To the kernel: a netlink socket that is connected to nobody talks to it. */
    if (send(kernel.descriptor, &question, question.head.nlmsg_len, 0) < 0)
        return -1;
    for (;;) {
        if (!hear(words, 0, &length)) {
            if (errno != ENOBUFS)
                return -1;
            kernel.changed = true; /* news was lost, but not answers */
            continue;
        }
        head = (const struct nlmsghdr *)words;
        if (length >= sizeof(*head) && head->nlmsg_seq == kernel.seq && head->nlmsg_pid != 0 &&
            NLMSG_OK(head, length))
            return read_answer(head, destination->family, ret_reply);
        kernel.changed = true;
    }
}
