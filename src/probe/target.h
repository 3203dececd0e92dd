/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Targets as people write them: host:port, [v6]:port, lists of ports, prefixes, and `self`. */
#ifndef PROBE_TARGET_H
#define PROBE_TARGET_H

#include "wire/ip.h"

#define TARGET_HOST_SIZE  256
#define TARGET_SCOPE_SIZE 16
#define TARGET_RANGES     64

/* As many probes one written target may mean without a word of consent. */
#define TARGET_CONSENT 65536

/* As many as it may mean at all: as there are IPv4 addresses. At the highest --rate that takes
 * seven minutes; an IPv6 prefix of 64 bits would take more than 50,000 years. */
#define TARGET_PROBES_MAX ((uint64_t)1 << 32)

enum target_kind {
    TARGET_ADDRESS, /* a numeric address: `address` is set, and `scope` names the interface of
                       fe80::1%eth0 */
    TARGET_NAME,    /* a name to be resolved */
    TARGET_SELF,    /* the program's own listener on loopback */
    TARGET_KIND_COUNT
};

/* One thing that a user wrote: a host, or all addresses of a prefix, and the ports there. */
struct target {
    enum target_kind kind;
    char host[TARGET_HOST_SIZE];   /* without brackets, scope and prefix length */
    char scope[TARGET_SCOPE_SIZE]; /* interface name behind %, "" for none */
    struct address address;        /* kind ADDRESS: the one, or the first of the prefix */
    uint8_t host_bits;             /* how many last bits take every value; 0: one address */
    unsigned ranges;               /* kind SELF has none: its port is not known yet */
    struct {
        uint16_t from, to;
    } range[TARGET_RANGES];
};

/* One address or name of it, and one port: what one probe goes to. Copied freely. */
struct target_item {
    enum target_kind kind;
    uint16_t port;                 /* 0 for self */
    struct address address;        /* kind ADDRESS; its own scope is 0 */
    char scope[TARGET_SCOPE_SIZE]; /* as in struct target */
    const char *host; /* kinds NAME and SELF: in the target it came from; NULL for an address */
};

/*
 * Reads "host:port", "[2001:db8::1]:443", "[fe80::1%eth0]:22", "host:22,80,8000-8010",
 * "192.0.2.0/28:443", "[2001:db8::/120]:443", "[fe80::%eth0/120]:22" (the scope before the length,
 * RFC 4007 11.7) or "self". 0, or -FAULT_SYNTAX or -FAULT_RANGE with words that say what a right
 * one looks like.
 *
 * A prefix means all of its addresses, the first and the last too. Bits written behind its length
 * are ignored, as nmap does: 192.0.2.7/28 is 192.0.2.0/28. One that holds addresses that are not
 * unicast (0.0.0.0/0, ff00::/8) is refused.
 */
int target_read(const char *text, struct target *ret_target, struct fault *fault);

/* How many probes it means: addresses times ports. UINT64_MAX stands for that many and more. */
uint64_t target_probes(const struct target *target);

/* The index-th of them, 0 … target_probes() - 1: all ports of the first address, then of the second
 * … It points into `target`. */
void target_nth(const struct target *target, uint64_t index, struct target_item *ret_item);

/* 0, or -FAULT_USAGE where it means more than TARGET_CONSENT probes without `consent`, or more than
 * TARGET_PROBES_MAX whatever was said; `text` is what was written. */
int target_check_consent(const struct target *target, const char *text, bool consent,
                         struct fault *fault);

/* How many ports it names (1 for self), each counted as often as it is written; on one address. */
size_t target_count(const struct target *target);
/* The index-th of them, 0 … count - 1; 0 for self. */
uint16_t target_port(const struct target *target, size_t index);

/* Room for a target with one port as text. */
#define TARGET_TEXT_SIZE (TARGET_HOST_SIZE + 32)
/* "host:80", "[fe80::1%eth0]:22", "self". Returns text. */
const char *target_show(const struct target *target, uint16_t port, char text[TARGET_TEXT_SIZE]);
/* The same of one item; an IPv6 address as RFC 5952 wants it, however it was written. */
const char *target_item_show(const struct target_item *item, char text[TARGET_TEXT_SIZE]);

#endif
