/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture that somebody else took, frame by frame: a file, or a pipe while it is being written.
 */
#ifndef NET_REPLAY_H
#define NET_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* One frame; valid until the next call on its replay. */
struct replay_frame {
    uint64_t number; /* in its file, from 1, as Wireshark counts them: those left out count too */
    int64_t at_ns;   /* since 1970, at most REPLAY_TIME_MAX before or after; 0 without a time */
    bool has_time;   /* pcapng's Simple Packet Blocks have none */
    const uint8_t *bytes;
    size_t length;      /* captured */
    size_t wire_length; /* as it was; never less than length */
    int link_type;      /* LINKTYPE_ number, for envelope_open() */
    uint32_t interface; /* pcapng: from 0, on and on through all sections of the file; else 0 */
};

/* What a file says beyond is cut to this, so that any two stamps can be subtracted. */
#define REPLAY_TIME_MAX (INT64_MAX / 2)

/* What is wrong with a file behind what could be read of it. Enumerator, word, meaning. */
/* clang-format off */
#define REPLAY_DAMAGE_TABLE(X) \
    X(NONE,     "none",     "the file is whole") \
    X(CUT,      "cut",      "it ends in the middle of a packet or block") \
    X(LENGTH,   "length",   "a packet or block has an impossible length") \
    X(BLOCK,    "block",    "a block contradicts itself or the blocks before it") \
    X(READ,     "read",     "it could not be read on")
/* clang-format on */
enum replay_damage {
#define X(id, word, meaning) REPLAY_DAMAGE_##id,
    REPLAY_DAMAGE_TABLE(X)
#undef X
        REPLAY_DAMAGE_COUNT
};
const char *replay_damage_word(enum replay_damage damage);
const char *replay_damage_meaning(enum replay_damage damage);

#define REPLAY_INTERFACES 16 /* that are told of; there may be more */

struct replay_interface {
    int link_type;
    uint32_t snaplen;      /* 0: no limit told */
    char name[32];         /* made safe to print; "" where the file has none */
    int64_t resolution_ns; /* of its stamps; 0: finer than 1 ns */
    int64_t dropped;       /* frames that it lost, as the file tells; -1: not told */
    uint64_t frames;
};

/* What is known of the file by now. */
struct replay_facts {
    const char *format; /* "pcap", "pcapng"; "" where idle() ended it before that was known */
    bool big_endian;
    int64_t resolution_ns; /* of the stamps of the first interface */
    uint32_t interface_count;
    struct replay_interface interfaces[REPLAY_INTERFACES];
    uint64_t frames, bytes;  /* frames read, and captured bytes of them */
    uint64_t left_out;       /* by the filter, of these frames */
    uint64_t position, size; /* bytes of the file read, and in all; size 0: not known (a pipe) */
    enum replay_damage damage;
    uint64_t damage_at; /* where in the file that packet or block begins, bytes */
    char damage_what[160];
};

struct replay;

struct replay_options {
    /* libpcap's syntax, compiled for each link type that occurs; NULL: all frames. A frame with
     * VLAN tags, labels, a PPPoE session or a tunnel is also taken if the innermost IP packet in it
     * matches: "port 443" finds it whatever it is wrapped in. Of what BSD's loopback frames hold
     * (NULL, LOOP) the packet alone is asked. A link type in which no IP is found is left out. */
    const char *filter;
    /* Called while a pipe has nothing to read, each time that another 50 ms have gone by without a
     * byte (once at once, with 0) and when a signal came meanwhile; also, with 0, now and then
     * while the filter leaves out frame after frame. False ends the reading as if the file ended
     * there, and what is only half there then is no damage. May be NULL.
     */
    bool (*idle)(void *data, int64_t waited_ns);
    void *data;
};

/*
 * Opens a capture file: pcap of any byte order and resolution, or pcapng. "-" is standard input;
 * anything that can be read from beginning to end will do. The filter is checked at once.
 * 0; -FAULT_IO: cannot be opened, or is no capture (what it seems to be is said, as for a gzip
 * file); -FAULT_SYNTAX: the filter; -FAULT_MEMORY. An empty pipe or file is FAULT_IO ("empty").
 * Where idle() ends it that early, it is a capture without frames. A name in the filter that is no
 * word of its syntax is a host's, which libpcap asks the system's resolver for.
 */
int replay_open(const char *path, const struct replay_options *options, struct replay **ret_replay,
                struct fault *fault);
void replay_close(struct replay *replay); /* NULL is fine */

/*
 * The next frame: 1; 0 at the end, whole or damaged: then facts->damage says so and what was read
 * before stands. -FAULT_MEMORY; -FAULT_SYNTAX where the filter makes no sense for a link type that
 * turns up later. Bounded memory whatever the file says of itself: a frame of more than
 * REPLAY_FRAME_MAX bytes is damage.
 */
#define REPLAY_FRAME_MAX ((size_t)4 << 20)
int replay_next(struct replay *replay, struct replay_frame *ret_frame, struct fault *fault);

/* Never NULL; valid as long as the replay. */
const struct replay_facts *replay_facts(const struct replay *replay);

/* The same for bytes in memory, for tests: they must outlive the replay. */
int replay_open_bytes(const uint8_t *bytes, size_t length, const struct replay_options *options,
                      struct replay **ret_replay, struct fault *fault);

#endif
