/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One interface: what is open on it, and frames in through libpcap. */
#include "net/link.h"

#include <assert.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/link_clock.h"
#include "net/link_parts.h"
#include "net/privilege.h"

/*
 * In immediate mode libpcap's ring has a slot of a power of two for each frame, so a snapshot
 * length just above 64 kB costs twice the memory. Offload makes frames of up to 65226 bytes or so;
 * only an MTU like loopback's allows larger ones. (Without offload libpcap makes the slots as small
 * as the MTU, and more of them.) What takes 12 ms to open the ring and 24 ms to close it is the
 * kernel waiting for RCU; its size is CPU time: 8 MB of small slots take 1.6 ms more than 2 MB.
 *
 * Otherwise the ring has blocks of 256 kB that frames fill one after the other; a block is handed
 * over when it is full or when its first frame is LINK_MANY_WAIT_MS old, and then the ring is
 * readable. So 8 MB hold what comes in a sixteenth of a second, at the least.
 */
#define SNAPLEN_USUAL 65408 /* 64 kB less the head of a slot */
#define SNAPLEN_LARGE 65676 /* 65535 bytes of IPv6 payload and all headers */
#define LARGE_MTU     65000
#define RING_QUIET    (2 << 20) /* 32 slots of any kind */
#define RING_USUAL    (8 << 20) /* 128 slots */
#define RING_LARGE    (4 << 20) /* 64 slots, which take 8 MB */
#define RING_MANY     (8 << 20)

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

/* How libpcap shall receive; it refuses none of these before the capture is active. */
static void set_ring(pcap_t *pcap, bool large, enum link_load load)
{
    assert(load < LINK_LOAD_COUNT);
    pcap_set_snaplen(pcap, large ? SNAPLEN_LARGE : SNAPLEN_USUAL);
    pcap_set_promisc(pcap, 0);
    pcap_set_immediate_mode(pcap, load != LINK_MANY);
    switch (load) {
    case LINK_QUIET:
        pcap_set_buffer_size(pcap, RING_QUIET);
        break;
    case LINK_BUSY:
        pcap_set_buffer_size(pcap, large ? RING_LARGE : RING_USUAL);
        break;
    case LINK_MANY:
        pcap_set_buffer_size(pcap, RING_MANY);
        pcap_set_snaplen(pcap, LINK_MANY_LENGTH);
        pcap_set_timeout(pcap, LINK_MANY_WAIT_MS);
        break;
    case LINK_LOAD_COUNT:
        break;
    }
}

static int open_capture(struct link *link, bool large, enum link_load load, const char *filter,
                        struct fault *fault)
{
    char words[PCAP_ERRBUF_SIZE] = "";

    link->pcap = pcap_create(link->interface, words);
    if (!link->pcap)
        return fault_set(fault, FAULT_SYSTEM, 0, "cannot capture on interface '%s': %s",
                         link->interface, words);
    set_ring(link->pcap, large, load);
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

    if (link->sent_stamps && link_clock_next(link, ret_frame) == 1)
        return 1;
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

int link_open(const char *interface, enum link_load load, enum link_clock clock, const char *filter,
              struct link **ret_link, struct fault *fault)
{
    struct interface_facts facts;
    struct link *link;

    if (strlen(interface) >= INTERFACE_NAME_SIZE || !interface_facts(interface, &facts))
        return fault_set(fault, FAULT_LINK, 0, "there is no interface '%.64s'", interface);
    link = calloc(1, sizeof(*link));
    if (link)
        link->batch = link_batch_new();
    if (!link || !link->batch) {
        free(link);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    memcpy(link->interface, interface, strlen(interface) + 1);
    link->index = facts.index;
    link->watcher = -1;
    link->loopback = facts.loopback;

    int error = open_capture(link, facts.mtu >= LARGE_MTU, load, filter, fault);
    if (error) {
        link_close(link);
        return error;
    }
    link_out_open(link);
    link->stamp_words = link->nanoseconds ? "capture, nanoseconds" : "capture, microseconds";
    if (clock == LINK_CLOCK_ADAPTER)
        link_clock_take(link);
    *ret_link = link;
    return 0;
}

void link_close(struct link *link)
{
    if (!link)
        return;
    link_clock_end(link);
    link_out_close(link);
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
    return link->sent_stamps ? link->watcher : pcap_get_selectable_fd(link->pcap);
}

const char *link_stamp_words(const struct link *link)
{
    return link->stamp_words;
}

int64_t link_dropped(struct link *link)
{
    struct pcap_stat counts;

    if (pcap_stats(link->pcap, &counts) != 0)
        return 0;
    return counts.ps_drop;
}
