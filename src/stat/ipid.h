/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a host makes the identification field of its IPv4 packets. */
#ifndef STAT_IPID_H
#define STAT_IPID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Enumerator, word, meaning. */
/* clang-format off */
#define IPID_TABLE(X) \
    X(FEW,      "unknown",  "too few packets to tell") \
    X(ZERO,     "zero",     "always 0, as atomic packets may have it (RFC 6864 4.1)") \
    X(CONSTANT, "constant", "always the same number, not 0") \
    X(COUNTER,  "counter",  "a counter: it tells how many packets the host sends, to others as well if it is one for all") \
    X(SWAPPED,  "counter-swapped", "a counter whose bytes are the wrong way round") \
    X(RANDOM,   "random",   "no order is seen in it") \
    X(ECHOED,   "echoed",   "that of our own packets comes back")
/* clang-format on */
enum ipid_class {
#define X(id, word, meaning) IPID_##id,
    IPID_TABLE(X)
#undef X
        IPID_COUNT
};
const char *ipid_word(enum ipid_class class);

/* One packet: its field, that of the packet of ours that it answers, when it came (ns). */
struct ipid_sample {
    uint16_t id, ours;
    int64_t at;
};

struct ipid {
    enum ipid_class class;
    size_t n;
    double log10_chance;  /* of random numbers that look as much like it; 0: does not apply */
    double median_step;   /* COUNTER, SWAPPED: from one packet to the next */
    double foreign_per_s; /* COUNTER, SWAPPED: packets to others a second, by the steps beyond one;
                             NAN */
};

/* Samples in the order received. Never fails. Fewer than 5: FEW. */
void ipid_judge(const struct ipid_sample *samples, size_t count, struct ipid *ret_ipid);

#endif
