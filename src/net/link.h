/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One interface: packets out through a raw socket of libnet's, frames in through libpcap; and
 * capture files. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "net/route.h"

/* A captured frame; valid until the next call on its link. */
struct frame {
    int64_t stamp_ns; /* capture time, nanoseconds: CLOCK_REALTIME, or the adapter's clock */
    const uint8_t *bytes;
    size_t length;      /* captured */
    size_t wire_length; /* as it was */
    int link_type;      /* LINKTYPE_ number, for link_ip_offset() */
};

struct link;

/*
 * Whose clock a stamp is. Asking libpcap for nanoseconds makes it set SO_TIMESTAMPNS on its socket,
 * and while any socket of the machine has that, the kernel stamps each frame once, when the driver
 * hands it over, for every capture alike: two captures agree to the nanosecond, however busy the
 * machine is (tests/net/stamps.bats). Without it each capture stamps by itself when its turn comes.
 * One kind of frame remains that each stamps by itself, the one opened last first, 0.5 us (cold: up
 * to some 10 us) apart: what TCP of the same kernel sent, received over veth or loopback. The
 * kernel keeps TCP's own departure time in the stamp's place until the receiving IP takes it out,
 * and frames seen before that have no stamp. A tunnel over the veth passes such an IP first, so
 * there all agree; and nothing of the kind comes from another machine.
 */

/* How much will pass, that is how frames wait until they are read. */
enum link_load {
    LINK_QUIET, /* one connection: the smallest ring, which opens and closes fastest */
    LINK_BUSY,  /* many connections or much data: a larger one */
    LINK_MANY, /* very many, such as sweeps: frames come in blocks and up to LINK_MANY_WAIT_MS late,
                  hundreds of thousands a second; only their first LINK_MANY_LENGTH bytes */
    LINK_LOAD_COUNT
};
#define LINK_MANY_WAIT_MS 2
#define LINK_MANY_LENGTH  512

/*
 * Whose clock the stamps shall be of. With an adapter's, frames that go out appear once it has
 * stamped them, and only those that were sent through this link; an answer can be read before the
 * frame that it answers, whose stamp is the earlier one all the same. link_stamp_words() says what
 * became of the wish.
 */
enum link_clock {
    LINK_CLOCK_HOST,    /* CLOCK_REALTIME, read by the kernel */
    LINK_CLOCK_ADAPTER, /* the adapter's own, if it can stamp both directions; else the host's */
    LINK_CLOCK_COUNT
};

/*
 * Opens capture and sending on one interface. The capture is active, non-blocking, with nanosecond
 * stamps where the system has them, and `filter` (libpcap's syntax) in place, when this returns;
 * each frame can be read at once, but see LINK_MANY. Packets of both directions come (on loopback
 * each once). Both families can be sent; a family whose raw socket the system refuses is an error
 * only when it is used. 0; -FAULT_PERMISSION with the setcap line in words; -FAULT_LINK (no such
 * interface, down, link type that wire/ip does not read), -FAULT_SYSTEM.
 */
int link_open(const char *interface, enum link_load load, enum link_clock clock, const char *filter,
              struct link **ret_link, struct fault *fault);
void link_close(struct link *link);

const char *link_interface(const struct link *link);
int link_type(const struct link *link);
/* Readable when frames wait: for the event loop. */
int link_descriptor(const struct link *link);
/* "capture, nanoseconds" or what it really is: for rtt_source. Static storage. */
const char *link_stamp_words(const struct link *link);

/* Changes the filter while the capture runs; frames that came through the old one may still be
 * read. */
int link_set_filter(struct link *link, const char *filter, struct fault *fault);

/* The next waiting frame: 1, or 0 when none waits, or -FAULT_LINK (the interface is gone or down),
 * -FAULT_SYSTEM. Never blocks. */
int link_next(struct link *link, struct frame *ret_frame, struct fault *fault);

/* Whether the interface is still there and up, cheaply. 0 or -FAULT_LINK. */
int link_check(const struct link *link, struct fault *fault);

/*
 * Sends one finished IP packet, through this interface whatever the routing table prefers. 0;
 * -FAULT_LINK (gone, down), -FAULT_ROUTE (network unreachable), -FAULT_PERMISSION (a local firewall
 * refused it: said so), -FAULT_SYSTEM; a full queue (ENOBUFS, EAGAIN) is tried again for a few
 * milliseconds first.
 */
int link_send(struct link *link, const uint8_t *packet, size_t length, struct fault *fault);

/*
 * Packets in batches: one system call for many. link_queue() takes a copy of a packet of at most
 * LINK_PACKET_MAX bytes (IPv4 and IPv6 may be mixed) and returns true when the batch is full, so
 * that link_flush() must come next. link_flush() sends what is queued, in order, and empties the
 * batch, also of what failed; which are reported, each with its number in the batch (0: the first
 * since the last flush) and the fault that link_send() would give. A full queue is waited for, some
 * milliseconds for the whole batch; after that each packet is tried once. Returns how many failed,
 * 0 being the rule.
 */
#define LINK_BATCH      64
#define LINK_PACKET_MAX 256
struct link_failure {
    unsigned number;
    struct fault fault;
};
bool link_queue(struct link *link, const uint8_t *packet, size_t length);
unsigned link_flush(struct link *link, struct link_failure ret_failures[LINK_BATCH]);

/* Frames that the kernel dropped because we were too slow, since link_open(). */
int64_t link_dropped(struct link *link);

/* A capture file that is being written: nanosecond pcap. */
struct dump;

/*
 * Creates or truncates `path`. The file's link type is that of the first frame; frames of another
 * type are stored with their link header replaced by one of that type (zero addresses), or without
 * any if it is RAW. 0 or -FAULT_IO.
 */
int dump_open(const char *path, struct dump **ret_dump, struct fault *fault);
/* 0 or -FAULT_IO. Flushed at each frame, so that what was measured is there whatever happens next.
 */
int dump_frame(struct dump *dump, const struct frame *frame, struct fault *fault);
/* Closes and checks. A file without frames is a valid, empty one. 0 or -FAULT_IO. */
int dump_close(struct dump *dump, struct fault *fault);

#endif
