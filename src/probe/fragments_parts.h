/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of putting fragments together. Private to probe/fragments. */
#ifndef PROBE_FRAGMENTS_PARTS_H
#define PROBE_FRAGMENTS_PARTS_H

/* What does not fit into memory is told to the caller. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "probe/fragments.h"

/* The longest packet: an IPv6 header and what its length field can say. */
#define FRAGMENTS_WHOLE_MAX (40 + 65535)

/* What fragments of one packet have in common. Without gaps: it is compared as bytes. */
struct fragments_key {
    uint8_t source[16], destination[16];
    uint64_t place;
    uint32_t identification;
    uint16_t family;
    uint16_t protocol; /* IPv6: 0, for its fragments need not agree (RFC 8200 4.5) */
};
_Static_assert(sizeof(struct fragments_key) == 48, "no padding");

/* One fragment as it is used here. */
struct fragment {
    struct fragments_key key;
    const uint8_t *head; /* IP header, and extension headers before the fragment header */
    size_t head_length;
    size_t link;          /* where in the head stands what comes behind the head */
    uint8_t next;         /* what comes behind the head, by this fragment */
    const uint8_t *bytes; /* of its part; `held` of them were captured */
    uint32_t offset, length, held;
    bool is_last;
    bool is_good; /* IPv4: the header's checksum is right */
};

/* False: it is BAD. */
bool fragment_read(const struct packet *packet, uint64_t place, struct fragment *ret_fragment);

/* Bytes that are here; sorted, without overlaps. */
struct piece {
    struct piece *next;
    uint32_t offset, length, held;
    uint8_t bytes[]; /* `held` of them */
};

/* How a fragment lies among the pieces. */
struct fit {
    uint32_t overlap; /* bytes that are here already */
    bool conflict;    /* some of them with another value */
    bool exact;       /* one piece has the same offset and length */
    bool disordered;  /* a piece lies behind it */
    unsigned gaps;    /* pieces that it takes to hold what is new */
    size_t bytes;     /* and the memory for them */
};
struct fit pieces_fit(const struct piece *pieces, const struct fragment *fragment);
/* Adds what is new; false: out of memory, part of it may be added. */
bool pieces_add(struct piece **pieces, const struct fragment *fragment);
void pieces_free(struct piece **pieces);
/* The first offset up to which all is here, and how many pieces that are. */
uint32_t pieces_reach(const struct piece *pieces, unsigned *ret_count);
/* Copies the bytes up to the first that is missing or was cut off; returns how many. */
size_t pieces_copy(const struct piece *pieces, uint8_t *bytes);

/* Makes the packet in `buffer` of FRAGMENTS_WHOLE_MAX bytes. 0, or -FAULT_FORMAT (longer than its
 * length field can say, a fragment again, or what packet_read() says) or -FAULT_TRUNCATED. */
int fragments_join(const uint8_t *head, size_t head_length, size_t link, uint8_t next, bool is_good,
                   const struct piece *pieces, uint32_t total, uint8_t *buffer,
                   struct packet *ret_packet);

enum datagram_state {
    DATAGRAM_OPEN,
    DATAGRAM_WHOLE, /* remembered, for duplicates may follow */
    DATAGRAM_DEAD,  /* remembered, for what follows is useless */
};

/* One packet under way. */
struct datagram {
    UT_hash_handle hh; /* keeps them in the order in which they began */
    struct fragments_key key;
    enum datagram_state state;
    struct address source, destination;
    int64_t first_ns, last_ns;
    struct piece *pieces;
    size_t bytes;     /* that it takes */
    uint8_t protocol; /* of the first fragment, else of any */
    uint8_t *head;    /* of the first fragment, NULL before it came */
    size_t head_length, link;
    bool is_good;
    bool has_end;
    uint32_t total; /* if has_end; else the end of what came */
    uint32_t first_length;
    unsigned piece_count, fragments, duplicates;
    bool disordered, overlap, conflict;
};

/* The datagrams by key, the oldest first: the table is the first of them, NULL if there are none.
 * The seed is the same for all. */
struct datagram *datagram_find(struct datagram *table, const struct fragments_key *key,
                               const uint64_t seed[2]);
struct datagram *datagram_next(const struct datagram *datagram);
size_t datagrams_count(const struct datagram *table);
/* One that is all zero but for its key; NULL: out of memory. */
struct datagram *datagram_add(struct datagram **table, const struct fragments_key *key,
                              const uint64_t seed[2]);
/* And frees it, but not its pieces and its head. */
void datagram_remove(struct datagram **table, struct datagram *datagram);

#endif
