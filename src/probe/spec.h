/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user wants sent and how the connection is to be handled; validated, and turned into a
 * control block's parameters. */
#ifndef PROBE_SPEC_H
#define PROBE_SPEC_H

#include "net/craft.h"
#include "net/route.h"
#include "tcp/tcb.h"

/*
 * SYNs as well-known systems send them: enumerator, name, options in packetdrill's notation ("mss
 * 0" stands for the route's MSS), window (0: the largest multiple of the MSS below 64 KiB, as Linux
 * does), hop limit (0: this system's), help.
 */
/* clang-format off */
#define PROFILE_TABLE(X) \
    X(LINUX,   "linux",   "mss 0,sackOK,TS val 0 ecr 0,nop,wscale 7",             0,     0,   "a current Linux kernel") \
    X(WINDOWS, "windows", "mss 0,nop,wscale 8,nop,nop,sackOK",                    64240, 128, "Windows 10, 11 and Server") \
    X(MACOS,   "macos",   "mss 0,nop,wscale 6,nop,nop,TS val 0 ecr 0,sackOK,eol,eol", 65535, 64, "macOS and iOS") \
    X(FREEBSD, "freebsd", "mss 0,nop,wscale 6,sackOK,TS val 0 ecr 0",             65535, 64,  "FreeBSD") \
    X(BARE,    "bare",    "none",                                                 65535, 0,   "no options at all")

/* How a connection that was opened is ended. */
#define CLOSE_TABLE(X) \
    X(FIN,  "fin",  "as a polite client: FIN, and wait for the peer's") \
    X(RST,  "rst",  "with an RST") \
    X(NONE, "none", "not at all: the peer is left with the connection")
/* clang-format on */
enum profile {
#define X(id, name, options, window, hop_limit, help) PROFILE_##id,
    PROFILE_TABLE(X)
#undef X
        PROFILE_COUNT
};
enum close_manner {
#define X(id, name, help) CLOSE_##id,
    CLOSE_TABLE(X)
#undef X
        CLOSE_COUNT
};

/* What is not given is -1, NONE or false, and then follows from profile and route. */
struct spec {
    enum profile profile;
    bool has_options;
    struct options options; /* as given; TSval 0 in it is replaced by ours, MSS 0 is not */
    uint16_t flags;         /* of the SYN */
    bool ecn;               /* ask for ECN: ECE and CWR on the SYN (RFC 3168 6.1.1) */
    bool has_seq;
    uint32_t seq;
    int32_t window; /* 0 … 65535; 0 keeps the peer's data out for good */
    int16_t hop_limit, traffic_class;
    int8_t dont_fragment; /* 0, 1 */

    enum ip_family family;               /* NONE: either */
    char interface[INTERFACE_NAME_SIZE]; /* "" for the route's */
    struct address source;               /* family NONE: the route's */
    uint16_t source_port;                /* 0: free choice */

    int64_t timeout;       /* ns: of the first SYN; doubles for each copy */
    unsigned retries;      /* copies of the SYN after the first */
    int64_t close_timeout; /* ns: how long the peer may take to close, before it gets an RST */
    int64_t time_wait;     /* ns: how long to stay in TIME-WAIT (2 MSL) */

    const uint8_t *data; /* to be sent once open; not owned */
    size_t data_length;
    bool data_in_syn;
    int64_t wait;    /* ns: how long to go on receiving */
    bool half_close; /* FIN first, then wait */
    enum close_manner close;
};

/* The defaults: a current Linux's SYN, 1 s and two retries, FIN. */
void spec_init(struct spec *spec);

/* Whether the parts fit together; -FAULT_USAGE says which do not. */
int spec_check(const struct spec *spec, struct fault *fault);

/* Largest payload that fits the route's MTU: MTU less 40 (IPv4) or 60 (IPv6) bytes of headers. */
uint16_t spec_route_mss(const struct route *route, enum ip_family family);

/*
 * The parameters of one connection, and its IP header. `random` is entropy of the caller's: ISS,
 * timestamp offset, identification and flow label are taken from it.
 */
struct spec_random {
    uint32_t iss, ts_offset, flow_label;
    uint16_t identification;
};
void spec_apply(const struct spec *spec, const struct route *route,
                const struct address *destination, uint16_t source_port, uint16_t destination_port,
                const struct spec_random *random, struct tcb_parameters *ret_parameters,
                struct craft_header *ret_header);

const char *profile_name(enum profile profile);
const char *profile_help(enum profile profile);
enum profile profile_find(const char *name); /* PROFILE_COUNT if there is none */
const char *close_name(enum close_manner manner);
const char *close_help(enum close_manner manner);
enum close_manner close_find(const char *name); /* CLOSE_COUNT if there is none */

#endif
