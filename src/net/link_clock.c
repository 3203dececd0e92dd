/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether an adapter's own clock can stamp what passes, and stamps of it. */
#include "net/link_clock.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h> /* wants struct timespec */

#include "net/link_parts.h"

#define HOST "capture, nanoseconds "

/* Any packet that is sent here, with its link header. */
#define FRAME_SIZE 65676

const char *link_clock_lacks(const struct link_clock_facts *facts)
{
    if (!facts->known || facts->clock < 0 || !(facts->modes & SOF_TIMESTAMPING_RAW_HARDWARE))
        return HOST "(the adapter has no clock)";
    if (!(facts->modes & SOF_TIMESTAMPING_TX_HARDWARE) || !(facts->transmit & 1U << HWTSTAMP_TX_ON))
        return HOST "(the adapter does not stamp what it sends)";
    if (!(facts->modes & SOF_TIMESTAMPING_RX_HARDWARE) ||
        !(facts->receive & 1U << HWTSTAMP_FILTER_ALL))
        return HOST "(the adapter does not stamp all that it receives)";
    return NULL;
}

/* An ioctl() of the interface with a structure of its own kind. */
static int ask(const struct link *link, unsigned long what, void *data)
{
    struct ifreq request = {.ifr_data = data};

    memcpy(request.ifr_name, link->interface, sizeof(request.ifr_name));
    return ioctl(pcap_fileno(link->pcap), what, &request);
}

static struct link_clock_facts ask_facts(const struct link *link)
{
    struct ethtool_ts_info info = {.cmd = ETHTOOL_GET_TS_INFO};
    bool known = ask(link, SIOCETHTOOL, &info) == 0;

    return (struct link_clock_facts){
        .known = known,
        .modes = info.so_timestamping,
        .clock = info.phc_index,
        .transmit = info.tx_types,
        .receive = info.rx_filters,
    };
}

/* NULL when the adapter stamps all frames from now on; else the words of why not. */
static const char *switch_on(const struct link *link)
{
    struct hwtstamp_config is = {0};
    struct hwtstamp_config wanted = {.tx_type = HWTSTAMP_TX_ON, .rx_filter = HWTSTAMP_FILTER_ALL};

    if (ask(link, SIOCGHWTSTAMP, &is) == 0 && is.tx_type == HWTSTAMP_TX_ON &&
        is.rx_filter == HWTSTAMP_FILTER_ALL)
        return NULL;
    if (ask(link, SIOCSHWTSTAMP, &wanted) != 0)
        return errno == EPERM ? HOST "(switching the adapter's stamps on needs CAP_NET_ADMIN)"
                              : HOST "(the adapter refused to stamp)";
    /* A driver may grant less than was asked for, and says so here. */
    return wanted.rx_filter == HWTSTAMP_FILTER_ALL ? NULL
                                                   : HOST
               "(the adapter does not stamp all that it receives)";
}

void link_clock_take(struct link *link)
{
    struct link_clock_facts facts = ask_facts(link);
    const char *lacks = link_clock_lacks(&facts);

    if (!link->nanoseconds)
        return;
    if (!lacks)
        lacks = switch_on(link);
    if (!lacks && link_clock_begin(link, true) != 0) {
        link_clock_end(link);
        lacks = HOST "(the system refused the adapter's stamps)";
    }
    link->stamp_words = lacks ? lacks : "adapter, nanoseconds";
}

/* ---- stamps of what was sent --------------------------------------------------------------------
 */

static bool watch(int watcher, int descriptor, uint32_t events)
{
    struct epoll_event event = {.events = events};

    return epoll_ctl(watcher, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

int link_clock_begin(struct link *link, bool adapter)
{
    int stamps = adapter ? SOF_TIMESTAMPING_RAW_HARDWARE : SOF_TIMESTAMPING_SOFTWARE;
    int sending = stamps | (adapter ? SOF_TIMESTAMPING_TX_HARDWARE : SOF_TIMESTAMPING_TX_SOFTWARE);
    int capture = pcap_fileno(link->pcap);

    link->sent_frame = malloc(FRAME_SIZE);
    link->watcher = epoll_create1(EPOLL_CLOEXEC);
    if (!link->sent_frame || link->watcher < 0)
        return -FAULT_SYSTEM;
    if (!watch(link->watcher, pcap_get_selectable_fd(link->pcap), EPOLLIN))
        return -FAULT_SYSTEM;
    for (int family = IP_FAMILY_V4; family < IP_FAMILY_COUNT; family++) {
        if (!link->out[family].libnet)
            continue;
        int descriptor = link->out[family].libnet->fd;
        /* What waits in the error queue counts as an error, which need not be asked for. */
        if (setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPING, &sending, sizeof(sending)) != 0 ||
            !watch(link->watcher, descriptor, 0))
            return -FAULT_SYSTEM;
    }
    if (setsockopt(capture, SOL_PACKET, PACKET_TIMESTAMP, &stamps, sizeof(stamps)) != 0 ||
        pcap_setdirection(link->pcap, PCAP_D_IN) != 0)
        return -FAULT_SYSTEM;
    link->sent_stamps = true;
    return 0;
}

/* Back to the host's clock, as far as it was left; also when the link closes. */
void link_clock_end(struct link *link)
{
    int none = 0;

    if (link->watcher >= 0) {
        close(link->watcher);
        for (int family = IP_FAMILY_V4; family < IP_FAMILY_COUNT; family++)
            if (link->out[family].libnet)
                setsockopt(link->out[family].libnet->fd, SOL_SOCKET, SO_TIMESTAMPING, &none,
                           sizeof(none));
        setsockopt(pcap_fileno(link->pcap), SOL_PACKET, PACKET_TIMESTAMP, &none, sizeof(none));
        pcap_setdirection(link->pcap, PCAP_D_INOUT);
    }
    free(link->sent_frame);
    link->watcher = -1;
    link->sent_frame = NULL;
    link->sent_stamps = false;
}

/* The stamp in the control messages: the adapter's if there is one, else the kernel's, in
 * nanoseconds; 0 if this is none, but an error. */
static int64_t stamp_of(struct msghdr *head)
{
    int64_t stamp = 0;

    for (struct cmsghdr *part = CMSG_FIRSTHDR(head); part; part = CMSG_NXTHDR(head, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPING) {
            struct scm_timestamping stamps;
            memcpy(&stamps, CMSG_DATA(part), sizeof(stamps));
            const struct timespec *which = stamps.ts[2].tv_sec ? &stamps.ts[2] : &stamps.ts[0];
            stamp = (int64_t)which->tv_sec * 1000000000 + which->tv_nsec;
        }
    return stamp;
}

static int next_of(struct link *link, int descriptor, struct frame *ret_frame)
{
    union {
        struct cmsghdr head; /* for its alignment */
        char bytes[512];
    } control;

    for (;;) {
        struct iovec part = {.iov_base = link->sent_frame, .iov_len = FRAME_SIZE};
        struct msghdr head = {.msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof(control.bytes)};
        ssize_t length = recvmsg(descriptor, &head, MSG_ERRQUEUE | MSG_DONTWAIT);
        if (length < 0)
            return 0;
        int64_t stamp = stamp_of(&head);
        if (stamp == 0)
            continue;
        *ret_frame = (struct frame){
            .stamp_ns = stamp,
            .bytes = link->sent_frame,
            .length = (size_t)length,
            .wire_length = (size_t)length,
            .link_type = pcap_datalink(link->pcap),
        };
        return 1;
    }
}

int link_clock_next(struct link *link, struct frame *ret_frame)
{
    for (int family = IP_FAMILY_V4; family < IP_FAMILY_COUNT; family++)
        if (link->out[family].libnet && next_of(link, link->out[family].libnet->fd, ret_frame) == 1)
            return 1;
    return 0;
}
