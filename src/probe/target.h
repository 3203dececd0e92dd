/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Targets as people write them: host:port, [v6]:port, port lists and ranges, and `self`. */
#ifndef PROBE_TARGET_H
#define PROBE_TARGET_H

#include "wire/ip.h"

#define TARGET_HOST_SIZE 256
#define TARGET_RANGES    64

enum target_kind {
    TARGET_ADDRESS, /* a numeric address: `address` is set, and `scope` names the interface of
                       fe80::1%eth0 */
    TARGET_NAME,    /* a name to be resolved */
    TARGET_SELF,    /* the program's own listener on loopback */
    TARGET_KIND_COUNT
};

/* One thing that a user wrote: a host and the ports on it. */
struct target {
    enum target_kind kind;
    char host[TARGET_HOST_SIZE]; /* without brackets and scope */
    char scope[16];              /* interface name behind %, "" for none */
    struct address address;      /* kind ADDRESS */
    unsigned ranges;             /* kind SELF has none: its port is not known yet */
    struct {
        uint16_t from, to;
    } range[TARGET_RANGES];
};

/*
 * Reads "host:port", "[2001:db8::1]:443", "[fe80::1%eth0]:22", "host:22,80,8000-8010" or "self". 0,
 * or -FAULT_SYNTAX or -FAULT_RANGE with words that say what a right one looks like.
 */
int target_read(const char *text, struct target *ret_target, struct fault *fault);

/* How many ports it names (1 for self), each counted as often as it is written. */
size_t target_count(const struct target *target);
/* The index-th of them, 0 … count - 1; 0 for self. */
uint16_t target_port(const struct target *target, size_t index);

/* Room for a target with one port as text. */
#define TARGET_TEXT_SIZE (TARGET_HOST_SIZE + 32)
/* "host:80", "[fe80::1%eth0]:22", "self". Returns text. */
const char *target_show(const struct target *target, uint16_t port, char text[TARGET_TEXT_SIZE]);

#endif
