/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP segments: the header of RFC 9293 section 3.1 as values, read and written without loss. */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include "wire/ip.h"
#include "wire/opt.h"

/*
 * The twelve bits between data offset and window: enumerator, name in IANA's registry of TCP header
 * flags, packetdrill's letter (0: none), meaning. Lowest bit first.
 */
/* clang-format off */
#define TCP_FLAG_TABLE(X) \
    X(FIN,  0, "FIN",  'F', "no more data from the sender") \
    X(SYN,  1, "SYN",  'S', "synchronize sequence numbers") \
    X(RST,  2, "RST",  'R', "reset the connection") \
    X(PSH,  3, "PSH",  'P', "push function") \
    X(ACK,  4, "ACK",  '.', "the acknowledgment field is significant") \
    X(URG,  5, "URG",  'U', "the urgent pointer field is significant") \
    X(ECE,  6, "ECE",  'E', "ECN-Echo (RFC 3168)") \
    X(CWR,  7, "CWR",  'W', "congestion window reduced (RFC 3168)") \
    X(AE,   8, "AE",   'A', "accurate ECN (RFC 9768)") \
    X(R9,   9, "R9",   '9', "reserved") \
    X(R10, 10, "R10",  '8', "reserved") \
    X(R11, 11, "R11",  '7', "reserved")
/* clang-format on */
enum tcp_flag {
#define X(id, bit, name, letter, meaning) TCP_##id = 1 << (bit),
    TCP_FLAG_TABLE(X)
#undef X
};
#define TCP_FLAGS_ALL 0x0fffu
#define TCP_FLAGS_RESERVED (TCP_R9 | TCP_R10 | TCP_R11)

/* Room for all flags as text. */
#define TCP_FLAGS_TEXT_SIZE 64

#define TCP_HEADER_MIN 20
#define TCP_HEADER_MAX 60
/* Where in it the checksum stands: for checksum_check(). */
#define TCP_CHECKSUM_AT 16

/* One segment. All in host order. `payload` points into bytes that somebody else owns. */
struct segment {
    uint16_t source_port, destination_port;
    uint32_t seq, ack;
    uint16_t flags;      /* TCP_… bits, the three reserved ones too */
    uint16_t window;     /* as in the header, not scaled */
    uint16_t checksum;   /* as received; 0 in one of ours before it is built */
    uint16_t urgent;
    uint8_t ecn;         /* the ECN bits of the IP header (RFC 3168 5): 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE */
    struct options options;
    bool options_cut;    /* more of them were not captured: segment_read_cut() alone sets it */
    const uint8_t *payload;
    size_t payload_length; /* bytes that are there */
    size_t payload_total;  /* bytes that it has on the wire (a short capture may hold fewer) */
};

/* The segment's length in sequence space, SEG.LEN: data, and one each for SYN and FIN. */
uint32_t segment_length(const struct segment *segment);

/*
 * Reads the TCP header and payload of `packet` (unfragmented), and the ECN bits of its IP header.
 * 0, -FAULT_FORMAT (not TCP, a fragment, data offset below 5 or past the end of the packet) or
 * -FAULT_TRUNCATED (header not all captured).
 */
int segment_read(const struct packet *packet, struct segment *ret_segment);
/*
 * The same for captures that keep only the beginning of each packet: where options are cut off,
 * those before them are read, and options_cut says so. -FAULT_TRUNCATED: not even the first 20
 * bytes are there.
 */
int segment_read_cut(const struct packet *packet, struct segment *ret_segment);

/*
 * Writes header and payload as they go on the wire, options padded with EOL to a multiple of four,
 * checksum field as in the segment. Returns the length, or -FAULT_RANGE where `size` is too small.
 */
int segment_write(const struct segment *segment, uint8_t *bytes, size_t size);

/* "SYN,ACK"; "none" for no flag. Returns text. */
const char *tcp_flags_show(uint16_t flags, char text[TCP_FLAGS_TEXT_SIZE]);
/* Reads "SYN,ACK" (any case, also with +), packetdrill's "S." or a number 0x…; "none" is 0. 0 or -FAULT_SYNTAX. */
int tcp_flags_read(const char *text, const char *what, uint16_t *ret_flags, struct fault *fault);

/* Comparison in sequence space (RFC 9293 3.4): a before b, a at or before b. */
static inline bool seq_before(uint32_t a, uint32_t b) { return (int32_t)(a - b) < 0; }
static inline bool seq_upto(uint32_t a, uint32_t b) { return (int32_t)(a - b) <= 0; }

#endif
