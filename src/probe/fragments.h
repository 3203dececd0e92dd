/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPv4 and IPv6 fragments put together again, with bounds on memory and time. */
#ifndef PROBE_FRAGMENTS_H
#define PROBE_FRAGMENTS_H

#include "wire/ip.h"

/* What became of a fragment: enumerator, words. */
/* clang-format off */
#define FRAGMENT_TABLE(X) \
    X(KEPT,      "kept until the rest comes") \
    X(WHOLE,     "the last that was missing") \
    X(DUPLICATE, "came before") \
    X(USELESS,   "of a packet that was given up") \
    X(BAD,       "impossible")

/* Why a packet was given up: enumerator, words. */
#define FRAGMENTS_LOSS_TABLE(X) \
    X(TIME,    "the rest did not come in time") \
    X(ROOM,    "too many packets were under way") \
    X(OVERLAP, "its fragments overlap, which IPv6 forbids (RFC 5722)") \
    X(PIECES,  "it came in too many pieces") \
    X(HEADERS, "its headers are impossible or not all there") \
    X(END,     "the capture ends")
/* clang-format on */

enum fragment_verdict {
#define X(id, words) FRAGMENT_##id,
    FRAGMENT_TABLE(X)
#undef X
        FRAGMENT_COUNT
};
enum fragments_reason {
#define X(id, words) FRAGMENTS_LOSS_##id,
    FRAGMENTS_LOSS_TABLE(X)
#undef X
        FRAGMENTS_LOSS_COUNT
};
/* Static storage. */
const char *fragment_words(enum fragment_verdict verdict);
const char *fragments_loss_words(enum fragments_reason reason);

/* A packet that was given up. */
struct fragments_loss {
    enum fragments_reason reason;
    struct address source, destination;
    uint8_t protocol; /* IPv6: what the fragment header says, which may be an extension header */
    uint32_t identification;
    uint64_t place;
    int64_t first_ns, last_ns; /* when its first and last fragment came */
    unsigned fragments;        /* that came, without duplicates */
    bool has_end;              /* the last fragment came, so that `total` is known */
    uint32_t total;            /* bytes of the fragmented part, else 0 */
    unsigned missing;          /* the first missing fragment as the how-manieth, from 1; 0: none */
    uint32_t missing_at;       /* its offset in the fragmented part, in bytes */
    uint32_t missing_length;   /* bytes up to the next that is there; 0: not known */
    bool has_ports;            /* TCP, and the beginning came */
    uint16_t source_port, destination_port;
};

/* Room for a loss as a sentence. */
#define FRAGMENTS_TEXT_SIZE 384
/* "packet 0x1234 from 198.18.0.1 to 198.18.0.2 (TCP 12345 > 80): fragment 2 is missing at offset
 * 1480, 2 came; the rest did not come in time". Returns text. */
const char *fragments_loss_show(const struct fragments_loss *loss, char text[FRAGMENTS_TEXT_SIZE]);

/* More pieces of one packet than this are taken for an attack: 65535 bytes at IPv4's least MTU that
 * everybody has to take (576) are 119. */
#define FRAGMENTS_PIECES 256

/* RFC 8200 4.5 and RFC 1122 3.3.2: 60 s. */
#define FRAGMENTS_LIFETIME_NS INT64_C(60000000000)
#define FRAGMENTS_DATAGRAMS   1024
#define FRAGMENTS_BYTES       ((size_t)8 << 20)

struct fragments_options {
    size_t datagrams;    /* packets under way or remembered, at least 1; 0: FRAGMENTS_DATAGRAMS */
    size_t bytes;        /* that their fragments may take, 0: FRAGMENTS_BYTES */
    int64_t lifetime_ns; /* from a packet's first fragment on; 0: FRAGMENTS_LIFETIME_NS */
    /* Is told of each packet that is given up, at once; may be NULL. Must not call fragments_… */
    void (*lost)(void *data, const struct fragments_loss *loss);
    void *data;
    /* Entropy, that nobody may send fragments that all fall into one place of the table; 0 will do
     * where they answer one's own. Nothing that is told depends on it. */
    uint64_t seed[2];
};

struct fragments;

/* NULL: out of memory. */
struct fragments *fragments_new(const struct fragments_options *options);
void fragments_free(struct fragments *fragments); /* tells nothing; NULL is allowed */

/* A packet that was put together. */
struct fragments_packet {
    /*
     * As packet_read() gives it, without the fragment header; points into memory of `fragments`,
     * valid until the next fragments_put(). Where fragments were cut by the capture, the payload
     * ends at the first byte that is missing: payload_length is less than payload_total.
     */
    struct packet packet;
    unsigned fragments;  /* that it came in, without duplicates */
    unsigned duplicates; /* that had come before */
    bool disordered;     /* they did not come in rising order */
    bool overlap;        /* IPv4: some overlapped; what came first was kept, as BSD does */
    bool conflict;     /* and not with the same bytes (RFC 1858 4: an attack, or a broken sender) */
    bool split_header; /* TCP: its header was not all in the first fragment (RFC 1858 3) */
    uint32_t first_length;     /* bytes of the first fragment's part */
    int64_t first_ns, last_ns; /* when its first and last fragment came */
};

/*
 * Takes a fragment (packet->is_fragment; its header is there, its payload may be cut). `place`
 * keeps apart what was captured in different networks (interface, VLAN, tunnel), `at_ns` is its
 * time; times may go backwards. Returns an enum fragment_verdict, with ret_packet set if WHOLE, or
 * -FAULT_MEMORY (the packet is forgotten). Duplicates of a whole packet's fragments are known for
 * as long as there is room. The work is bounded by FRAGMENTS_PIECES and the fragment's length; what
 * is given up for the sake of the bounds is the oldest.
 *
 * IPv4: of overlapping bytes the first stay. IPv6: an overlap, other than an exact duplicate, ends
 * the packet and all fragments of it that are still to come (RFC 5722, RFC 8200 4.5). BAD and
 * without effect: no bytes, a length that is no multiple of 8 before the end, an end behind 65535
 * or against what an earlier fragment said of it, a wrong IPv4 header checksum.
 */
int fragments_put(struct fragments *fragments, const struct packet *packet, uint64_t place,
                  int64_t at_ns, struct fragments_packet *ret_packet);

/* Gives up what is older than its lifetime; fragments_put() does so by itself. */
void fragments_expire(struct fragments *fragments, int64_t now_ns);
/* Gives up all that is under way: the capture has ended. */
void fragments_end(struct fragments *fragments);

/* What is held now, for tests and statistics. */
size_t fragments_bytes(const struct fragments *fragments);
size_t fragments_datagrams(const struct fragments *fragments);

#endif
