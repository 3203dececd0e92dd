/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One interface: packets out in batches, one system call for many. */
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/link_parts.h"

/* How often one batch waits for room in the queue: 16 ms in all. */
#define PAUSES 32

/* What is queued, ready for sendmmsg(). */
struct link_batch {
    unsigned count;
    struct mmsghdr messages[LINK_BATCH];
    struct iovec parts[LINK_BATCH];
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } destinations[LINK_BATCH];
    enum ip_family families[LINK_BATCH];
    uint8_t packets[LINK_BATCH][LINK_PACKET_MAX];
};

struct link_batch *link_batch_new(void)
{
    return calloc(1, sizeof(struct link_batch));
}

/* A raw socket does not look for the destination in the packet (libnet does that for its callers);
 * port and scope are not used. */
static void address_message(struct link_batch *batch, unsigned at, size_t length)
{
    struct msghdr *head = &batch->messages[at].msg_hdr;
    const uint8_t *packet = batch->packets[at];

    *head = (struct msghdr){
        .msg_name = &batch->destinations[at], .msg_iov = &batch->parts[at], .msg_iovlen = 1};
    batch->parts[at] = (struct iovec){.iov_base = batch->packets[at], .iov_len = length};
    memset(&batch->destinations[at], 0, sizeof(batch->destinations[at]));
    if (batch->families[at] == IP_FAMILY_V4) {
        batch->destinations[at].v4.sin_family = AF_INET;
        memcpy(&batch->destinations[at].v4.sin_addr, packet + 16, 4);
        head->msg_namelen = sizeof(struct sockaddr_in);
    } else {
        batch->destinations[at].v6.sin6_family = AF_INET6;
        memcpy(&batch->destinations[at].v6.sin6_addr, packet + 24, 16);
        head->msg_namelen = sizeof(struct sockaddr_in6);
    }
}

bool link_queue(struct link *link, const uint8_t *packet, size_t length)
{
    struct link_batch *batch = link->batch;

    assert(batch->count < LINK_BATCH && length <= LINK_PACKET_MAX);
    assert(length >= (packet[0] >> 4 == 4 ? 20 : 40));
    unsigned at = batch->count++;
    memcpy(batch->packets[at], packet, length);
    batch->families[at] = packet[0] >> 4 == 4 ? IP_FAMILY_V4 : IP_FAMILY_V6;
    address_message(batch, at, length);
    return batch->count == LINK_BATCH;
}

/* How many from `at` on go through the same socket. */
static unsigned same_family(const struct link_batch *batch, unsigned at)
{
    unsigned end = at;

    while (end < batch->count && batch->families[end] == batch->families[at])
        end++;
    return end - at;
}

unsigned link_flush(struct link *link, struct link_failure ret_failures[LINK_BATCH])
{
    struct link_batch *batch = link->batch;
    unsigned failed = 0;
    int pauses = 0;

    for (unsigned at = 0; at < batch->count;) {
        struct link_failure *failure = &ret_failures[failed];
        enum ip_family family = batch->families[at];
        int error = link_out_check(link, family, &failure->fault);
        if (!error) {
            int sent = sendmmsg(link->out[family].libnet->fd, batch->messages + at,
                                same_family(batch, at), 0);
            if (sent > 0) {
                at += (unsigned)sent;
                continue;
            }
            /* What failed is always the first of those that were handed over: had others been sent
             * before it, the call would have told their number and kept the error back. */
            if (link_out_again(errno) && pauses++ < PAUSES) {
                link_out_pause();
                continue;
            }
            link_out_refused(link, errno, batch->parts[at].iov_len, &failure->fault);
        }
        failure->number = at++;
        failed++;
    }
    batch->count = 0;
    return failed;
}
