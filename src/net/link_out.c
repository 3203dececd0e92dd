/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One interface: packets out through raw sockets that libnet writes to. */
#include <errno.h>
#include <libnet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/link_parts.h"

#define SEND_PAUSE_NS 500000

/*
 * A raw socket bound to the interface. libnet's own opening of one calls setsockopt(SO_SNDBUF) some
 * seven thousand times (growing it by 128 bytes each), so it is opened here and given to a libnet
 * context, which closes it.
 */
static int open_socket(const char *interface, bool loopback, enum ip_family family)
{
    bool v4 = family == IP_FAMILY_V4;
    int yes = 1, bytes = 1 << 20;
    int descriptor =
        socket(v4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);

    if (descriptor < 0)
        return -1;
    /* IPPROTO_RAW implies IP_HDRINCL. Without RECVERR the kernel does not tell of its own full
     * queue (ENOBUFS). */
    int result = v4 ? setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &yes, sizeof(yes))
                    : setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &yes, sizeof(yes));
    /* Over loopback go the addresses of all interfaces, and for IPv6 those count as routes of their
     * own interface. */
    if (result == 0 && !loopback)
        result = setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, interface,
                            (socklen_t)strlen(interface) + 1);
    if (result != 0) {
        int sys = errno;
        close(descriptor);
        errno = sys;
        return -1;
    }
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)); /* a wish: less will do */
    return descriptor;
}

static void open_family(struct link *link, enum ip_family family)
{
    struct link_out *out = &link->out[family];
    char words[LIBNET_ERRBUF_SIZE];
    int descriptor = open_socket(link->interface, link->loopback, family);

    if (descriptor < 0) {
        out->refused = errno;
        return;
    }
    out->libnet = libnet_init(LIBNET_NONE, NULL, words);
    if (!out->libnet) {
        out->refused = ENOMEM;
        close(descriptor);
        return;
    }
    out->libnet->fd = descriptor;
}

void link_out_open(struct link *link)
{
    open_family(link, IP_FAMILY_V4);
    open_family(link, IP_FAMILY_V6);
}

void link_out_close(struct link *link)
{
    for (int family = 0; family < IP_FAMILY_COUNT; family++)
        libnet_destroy(link->out[family].libnet);
    free(link->batch);
}

int link_out_refused(struct link *link, int sys, size_t length, struct fault *fault)
{
    int error;

    switch (sys) {
    case EPERM:
        return fault_set(fault, FAULT_PERMISSION, 0,
                         "a firewall of this machine refused the packet to interface '%s'",
                         link->interface);
    case EACCES:
        return fault_set(
            fault, FAULT_PERMISSION, 0,
            "this machine refused the packet to interface '%s': prohibited or a broadcast address",
            link->interface);
    case EMSGSIZE:
        return fault_set(fault, FAULT_SYSTEM, sys,
                         "a packet of %zu bytes is too long for interface '%s'", length,
                         link->interface);
    case ENETDOWN:
    case ENODEV:
    case ENXIO:
    case ENETUNREACH:
    case EHOSTUNREACH:
        /* A link that goes takes its routes with it. */
        error = link_check(link, fault);
        if (error)
            return error;
        if (sys == ENETUNREACH || sys == EHOSTUNREACH)
            return fault_set(fault, FAULT_ROUTE, sys, "cannot send through interface '%s'",
                             link->interface);
        return fault_set(fault, FAULT_LINK, sys, "cannot send through interface '%s'",
                         link->interface);
    default:
        return fault_set(fault, FAULT_SYSTEM, sys, "cannot send through interface '%s'",
                         link->interface);
    }
}

int link_out_check(const struct link *link, enum ip_family family, struct fault *fault)
{
    const struct link_out *out = &link->out[family];

    if (out->libnet)
        return 0;
    return fault_set(fault, FAULT_SYSTEM, out->refused,
                     "cannot open a raw %s socket on interface '%s'",
                     family == IP_FAMILY_V4 ? "IPv4" : "IPv6", link->interface);
}

bool link_out_again(int sys)
{
    return sys == ENOBUFS || sys == EAGAIN || sys == EINTR;
}

void link_out_pause(void)
{
    struct timespec pause = {.tv_nsec = SEND_PAUSE_NS};

    nanosleep(&pause, NULL);
}

int link_send(struct link *link, const uint8_t *packet, size_t length, struct fault *fault)
{
    bool v4 = length > 0 && packet[0] >> 4 == 4;
    enum ip_family family = v4 ? IP_FAMILY_V4 : IP_FAMILY_V6;
    libnet_t *libnet = link->out[family].libnet;

    if (length < (v4 ? LIBNET_IPV4_H : LIBNET_IPV6_H))
        return fault_set(fault, FAULT_INTERNAL, 0, "%zu bytes are no IP packet", length);
    int error = link_out_check(link, family, fault);
    if (error)
        return error;
    for (int tries = 1;; tries++) {
        errno = 0;
        int sent = v4 ? libnet_write_raw_ipv4(libnet, packet, (uint32_t)length)
                      : libnet_write_raw_ipv6(libnet, packet, (uint32_t)length);
        if (sent == (int)length)
            return 0;
        if (tries == LINK_SEND_TRIES || !link_out_again(errno))
            return link_out_refused(link, errno, length, fault);
        link_out_pause();
    }
}
