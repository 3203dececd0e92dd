/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One interface: frames in through libpcap, packets out through raw sockets that libnet writes to.
 */
#include "net/link.h"

#include <errno.h>
#include <libnet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/privilege.h"

/*
 * libpcap's ring has a slot of a power of two for each frame, so a snapshot length just above 64 kB
 * costs twice the memory. Offload makes frames of up to 65226 bytes or so; only an MTU like
 * loopback's allows larger ones. (Without offload libpcap makes the slots as small as the MTU, and
 * more of them.) What takes 12 ms to open the ring and 24 ms to close it is the kernel waiting for
 * RCU; its size is CPU time: 8 MB of small slots take 1.6 ms more than 2 MB.
 */
#define SNAPLEN_USUAL 65408 /* 64 kB less the head of a slot */
#define SNAPLEN_LARGE 65676 /* 65535 bytes of IPv6 payload and all headers */
#define LARGE_MTU     65000
#define RING_QUIET    (2 << 20) /* 32 slots of any kind */
#define RING_USUAL    (8 << 20) /* 128 slots */
#define RING_LARGE    (4 << 20) /* 64 slots, which take 8 MB */

#define SEND_TRIES    8
#define SEND_PAUSE_NS 500000

/* A raw socket in a libnet context, or the errno of why there is none. */
struct link_out {
    libnet_t *libnet;
    int refused;
};

struct link {
    char interface[INTERFACE_NAME_SIZE];
    unsigned index;
    pcap_t *pcap;
    bool nanoseconds, loopback;
    struct link_out out[IP_FAMILY_COUNT];
};

/* ---- capture ------------------------------------------------------------------------------------
 */

/* What pcap_activate() refuses, in words. */
static int capture_refused(const struct link *link, int status, struct fault *fault)
{
    const char *name = link->interface;

    switch (status) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return privilege_missing(fault);
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return fault_set(fault, FAULT_LINK, 0, "there is no interface '%s'", name);
    case PCAP_ERROR_IFACE_NOT_UP:
        return fault_set(fault, FAULT_LINK, 0, "interface '%s' is down", name);
    default:
        return fault_set(fault, FAULT_SYSTEM, 0, "cannot capture on interface '%s': %s", name,
                         pcap_geterr(link->pcap));
    }
}

static int open_capture(struct link *link, bool large, bool busy, const char *filter,
                        struct fault *fault)
{
    char words[PCAP_ERRBUF_SIZE] = "";

    link->pcap = pcap_create(link->interface, words);
    if (!link->pcap)
        return fault_set(fault, FAULT_SYSTEM, 0, "cannot capture on interface '%s': %s",
                         link->interface, words);
    pcap_set_snaplen(link->pcap, large ? SNAPLEN_LARGE : SNAPLEN_USUAL);
    pcap_set_promisc(link->pcap, 0);
    pcap_set_immediate_mode(link->pcap, 1);
    pcap_set_buffer_size(link->pcap, !busy ? RING_QUIET : large ? RING_LARGE : RING_USUAL);
    link->nanoseconds = pcap_set_tstamp_precision(link->pcap, PCAP_TSTAMP_PRECISION_NANO) == 0;
    int status = pcap_activate(link->pcap);
    if (status < 0)
        return capture_refused(link, status, fault);

    if (!link_type_known(pcap_datalink(link->pcap)))
        return fault_set(
            fault, FAULT_LINK, 0, "interface '%s' has a link layer that is not known here: %s",
            link->interface, pcap_datalink_val_to_description_or_dlt(pcap_datalink(link->pcap)));
    /* In immediate mode a blocking read waits for ever, whatever the time-out. */
    if (pcap_setnonblock(link->pcap, 1, words) != 0)
        return fault_set(fault, FAULT_SYSTEM, 0, "cannot capture on interface '%s': %s",
                         link->interface, words);
    return link_set_filter(link, filter, fault);
}

int link_set_filter(struct link *link, const char *filter, struct fault *fault)
{
    struct bpf_program program;

    if (pcap_compile(link->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return fault_set(fault, FAULT_SYSTEM, 0, "cannot compile the capture filter '%.100s': %s",
                         filter, pcap_geterr(link->pcap));
    int result = pcap_setfilter(link->pcap, &program);
    pcap_freecode(&program);
    if (result != 0)
        return fault_set(fault, FAULT_SYSTEM, 0, "cannot set the capture filter: %s",
                         pcap_geterr(link->pcap));
    return 0;
}

int link_check(const struct link *link, struct fault *fault)
{
    struct interface_facts facts;

    /* By its index too: another one of the same name is not it. */
    if (!interface_facts(link->interface, &facts) || facts.index != link->index)
        return fault_set(fault, FAULT_LINK, 0, "interface '%s' is gone", link->interface);
    if (!facts.up)
        return fault_set(fault, FAULT_LINK, 0, "interface '%s' is down", link->interface);
    return 0;
}

/* One system call: libpcap keeps silent about an interface that is set down, in the hope that it
 * comes back. */
static bool interface_up(const struct link *link)
{
    struct ifreq request = {0};

    memcpy(request.ifr_name, link->interface, sizeof(request.ifr_name));
    return ioctl(pcap_get_selectable_fd(link->pcap), SIOCGIFFLAGS, &request) == 0 &&
           (unsigned)request.ifr_flags & IFF_UP;
}

int link_next(struct link *link, struct frame *ret_frame, struct fault *fault)
{
    struct pcap_pkthdr *head;
    const u_char *bytes;
    int result = pcap_next_ex(link->pcap, &head, &bytes);

    if (result == 0)
        return interface_up(link) ? 0 : link_check(link, fault);
    if (result < 0) {
        char words[PCAP_ERRBUF_SIZE];
        snprintf(words, sizeof(words), "%s", pcap_geterr(link->pcap));
        int error = link_check(link, fault);
        if (error)
            return error;
        return fault_set(fault, strstr(words, "interface") ? FAULT_LINK : FAULT_SYSTEM, 0,
                         "cannot capture on interface '%s': %s", link->interface, words);
    }
    *ret_frame = (struct frame){
        /* In nanosecond precision tv_usec holds nanoseconds. */
        .stamp_ns = (int64_t)head->ts.tv_sec * 1000000000 +
                    (int64_t)head->ts.tv_usec * (link->nanoseconds ? 1 : 1000),
        .bytes = bytes,
        .length = head->caplen,
        .wire_length = head->len,
        .link_type = pcap_datalink(link->pcap),
    };
    return 1;
}

/* ---- sending ------------------------------------------------------------------------------------
 */

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

static void open_out(struct link *link, enum ip_family family)
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

/* What sendto() refuses, in words. */
static int send_refused(struct link *link, int sys, size_t length, struct fault *fault)
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

int link_send(struct link *link, const uint8_t *packet, size_t length, struct fault *fault)
{
    bool v4 = length > 0 && packet[0] >> 4 == 4;
    struct link_out *out = &link->out[v4 ? IP_FAMILY_V4 : IP_FAMILY_V6];
    struct timespec pause = {.tv_nsec = SEND_PAUSE_NS};

    if (length < (v4 ? LIBNET_IPV4_H : LIBNET_IPV6_H))
        return fault_set(fault, FAULT_INTERNAL, 0, "%zu bytes are no IP packet", length);
    if (!out->libnet)
        return fault_set(fault, FAULT_SYSTEM, out->refused,
                         "cannot open a raw %s socket on interface '%s'", v4 ? "IPv4" : "IPv6",
                         link->interface);
    for (int tries = 1;; tries++) {
        errno = 0;
        int sent = v4 ? libnet_write_raw_ipv4(out->libnet, packet, (uint32_t)length)
                      : libnet_write_raw_ipv6(out->libnet, packet, (uint32_t)length);
        if (sent == (int)length)
            return 0;
        bool full = errno == ENOBUFS || errno == EAGAIN;
        if (tries == SEND_TRIES || !(full || errno == EINTR))
            return send_refused(link, errno, length, fault);
        nanosleep(&pause, NULL);
    }
}

/* ---- both ---------------------------------------------------------------------------------------
 */

int link_open(const char *interface, bool busy, const char *filter, struct link **ret_link,
              struct fault *fault)
{
    struct interface_facts facts;
    struct link *link;

    if (strlen(interface) >= INTERFACE_NAME_SIZE || !interface_facts(interface, &facts))
        return fault_set(fault, FAULT_LINK, 0, "there is no interface '%.64s'", interface);
    link = calloc(1, sizeof(*link));
    if (!link)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    memcpy(link->interface, interface, strlen(interface) + 1);
    link->index = facts.index;
    link->loopback = facts.loopback;

    int error = open_capture(link, facts.mtu >= LARGE_MTU, busy, filter, fault);
    if (error) {
        link_close(link);
        return error;
    }
    open_out(link, IP_FAMILY_V4);
    open_out(link, IP_FAMILY_V6);
    *ret_link = link;
    return 0;
}

void link_close(struct link *link)
{
    if (!link)
        return;
    for (int family = 0; family < IP_FAMILY_COUNT; family++)
        libnet_destroy(link->out[family].libnet);
    if (link->pcap)
        pcap_close(link->pcap);
    free(link);
}

const char *link_interface(const struct link *link)
{
    return link->interface;
}

int link_type(const struct link *link)
{
    return pcap_datalink(link->pcap);
}

int link_descriptor(const struct link *link)
{
    return pcap_get_selectable_fd(link->pcap);
}

const char *link_stamp_words(const struct link *link)
{
    return link->nanoseconds ? "capture, nanoseconds" : "capture, microseconds";
}

int64_t link_dropped(struct link *link)
{
    struct pcap_stat counts;

    if (pcap_stats(link->pcap, &counts) != 0)
        return 0;
    return counts.ps_drop;
}
