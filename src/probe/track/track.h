/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connections in a stream of captured frames: told apart, followed, given up. */
#ifndef PROBE_TRACK_TRACK_H
#define PROBE_TRACK_TRACK_H

#include "net/replay.h"
#include "probe/follow/follow.h"
#include "probe/fragments.h"
#include "wire/envelope.h"

/*
 * What keeps connections apart: both ends, the VLANs, the PPPoE session, the tunnel's ends. Ends
 * stand in a fixed order, whoever sends: end 0 is the smaller of the two (address, then port). MPLS
 * labels and tunnel keys differ by direction and do not count; nor does the interface, unless
 * track_options.by_interface says so, for a tap has one for each direction.
 */
struct track_end {
    uint8_t address[16]; /* wire order, IPv4 in the first four */
    uint16_t port;
};
struct track_key {
    struct track_end ends[2];
    uint8_t family; /* enum ip_family */
    uint8_t tunnel; /* enum tunnel_kind */
    uint16_t vlan[ENVELOPE_VLANS];
    uint16_t session;
    uint32_t interface;   /* 0 unless by_interface */
    uint32_t tunnel_ends; /* a hash of the outer addresses, whichever sends */
};

/* What happened to an IP packet before it was a segment of a connection. */
enum track_note {
    TRACK_NOTE_CUT = 1 << 0,       /* the snapshot length took payload off */
    TRACK_NOTE_FRAGMENTS = 1 << 1, /* came in fragments, put together here */
    TRACK_NOTE_PARTIAL = 1 << 2,   /* checksum not filled in yet (transmit offload) */
    TRACK_NOTE_CHECKSUM = 1 << 3,  /* wrong checksum */
    TRACK_NOTE_BACKWARDS = 1 << 4, /* its stamp is earlier than that of a segment before it */
    TRACK_NOTE_NO_TIME = 1 << 5,   /* the file has no stamp for it */
    TRACK_NOTE_CONFLICT = 1 << 6,  /* its fragments contradicted each other */
    TRACK_NOTE_LENGTH = 1 << 7,    /* its IP header claims more than was on the wire */
};

/* One connection. What follows `data` is the tracker's own. */
struct connection {
    uint64_t number; /* in order of their first segments, from 1; but see tracked.before */
    struct track_key key;
    struct follow follow;
    uint64_t first_frame, last_frame;
    uint64_t notes;           /* enum track_note of all segments */
    uint32_t interface;       /* of the first segment */
    uint32_t icmp_errors;     /* that quote it */
    struct address icmp_from; /* who sent the one that ended the opening; family NONE: none did */
    uint8_t icmp_type, icmp_code, icmp_hop_limit;
    struct tunnel tunnel; /* of the first segment; kind NONE: none */
    bool decided;         /* the caller was told that the opening is over */
    void *data;           /* the caller's, NULL at first */
    struct track_entry *entry;
};

/* One segment of a connection as it was read; valid during the call. */
struct tracked {
    const struct replay_frame *frame; /* of a fragmented one: the frame that made it whole */
    const struct packet *packet;
    const struct segment *segment;
    struct follow_input input; /* as it was given to follow_segment() */
    struct follow_step step;
    unsigned notes;               /* enum track_note */
    enum checksum_state checksum; /* BAD also where the IP header's is */
    /*
     * The connection that the same segment was told of before, 0: of none. A SYN in the middle of a
     * connection (RFC 5961 section 4) is told of that one; where it turns out to have begun a new
     * one, as it comes again once the old one is over or is answered with a SYN,ACK, it is told of
     * the new one once more. Of its frame and data there is only the beginning then, and `packet`
     * points to none.
     */
    uint64_t before;
};

/* An ICMP error that quotes a connection's packet. */
struct tracked_icmp {
    const struct replay_frame *frame;
    const struct packet *packet; /* the error's own */
    const struct icmp *icmp;
    int64_t at;
    uint8_t quoted; /* whose segment it quotes, 0 or 1 */
    uint32_t seq;   /* and its sequence number, for follow_icmp() */
    bool counted;   /* it decides the opening */
    unsigned notes; /* enum track_note: CUT, NO_TIME */
};

/* Why a connection is not followed any longer. Enumerator, meaning. */
/* clang-format off */
#define TRACK_WHY_TABLE(X) \
    X(OVER,    "it is over, and nothing more came for a while") \
    X(REUSED,  "its addresses and ports serve a new connection") \
    X(SILENT,  "nothing came for very long") \
    X(ROOM,    "more connections are open than are followed at once") \
    X(END,     "the capture ends")
/* clang-format on */
enum track_why {
#define X(id, meaning) TRACK_WHY_##id,
    TRACK_WHY_TABLE(X)
#undef X
        TRACK_WHY_COUNT
};
const char *track_why_meaning(enum track_why why);

struct track_calls {
    /* Each may be NULL; what they return other than 0 is returned by the call that led to them, at
     * once. They must not call track_… */
    int (*segment)(void *data, struct connection *connection, const struct tracked *tracked);
    int (*icmp)(void *data, struct connection *connection, const struct tracked_icmp *icmp);
    /* The opening is decided: open, refused, unreachable, reset, or given up. Told once, before
     * `ended` at the latest. */
    int (*decided)(void *data, struct connection *connection);
    /* The last that is heard of it, unless its data are to be freed later: see `freed`. `end_at`
     * is for follow_judge(). */
    int (*ended)(void *data, struct connection *connection, enum track_why why, int64_t end_at);
    /* connection->data is to be freed. Told after `ended`, and for each connection that is left
     * when the tracker is freed without track_end(). */
    void (*freed)(void *data, struct connection *connection);
};

/* Connections followed at once unless the caller says otherwise: about 1.3 KiB each. */
#define TRACK_CONNECTIONS 262144
/* Capture time after its end in which a connection's late segments still count as its own. */
#define TRACK_LINGER_NS INT64_C(1000000000)
/* And in which segments on its addresses are known for leftovers, but for a SYN of another ISN. */
#define TRACK_AFTERLIFE_NS INT64_C(60000000000)
/* Silence after which an opening that is not decided is given up: Linux' last SYN comes after 63 s,
 * and its answer may take as long again. Also what a FIN without its last ACK is waited for. */
#define TRACK_PATIENCE_NS INT64_C(130000000000)

struct track_options {
    size_t connections; /* followed at once, at least 16; 0: TRACK_CONNECTIONS */
    bool by_interface;
    /* Entropy, that nobody may write a capture whose connections all fall into one place of the
     * table; 0 will do where the capture is one's own. Nothing that is told depends on it. */
    uint64_t seed[2];
    struct track_calls calls;
    void *data;
};

/* What became of all frames; nothing wraps. */
struct track_counts {
    uint64_t frames, bytes;            /* bytes: on the wire */
    uint64_t verdicts[ENVELOPE_COUNT]; /* of the frames, by enum envelope_verdict */
    uint64_t packets;                  /* IP packets, fragments included */
    uint64_t other;                    /* neither TCP nor an ICMP error about it */
    uint64_t segments;                 /* TCP segments with a readable header */
    uint64_t unread;                   /* TCP, but its header is cut off or impossible */
    uint64_t fragments, whole, lost;   /* fragments seen, packets put together, packets given up */
    uint64_t icmp, icmp_foreign; /* ICMP errors about TCP; of them those that quote nothing known */
    uint64_t late;               /* segments of connections that were over */
    uint64_t tunnelled, tagged;
    uint64_t backwards; /* frames whose stamp is earlier than the one before */
    int64_t backwards_most_ns;
    uint64_t no_time;
    uint64_t connections, begun_late, ended[TRACK_WHY_COUNT];
    size_t open, open_most;           /* followed now, and at most */
    int64_t first_ns, last_ns;        /* smallest and largest stamp; 0 without any */
    struct fragments_loss first_loss; /* of `lost` */
};

struct track;

/* 0, or -FAULT_MEMORY. */
int track_new(const struct track_options *options, struct track **ret_track, struct fault *fault);
void track_free(struct track *track);

/*
 * Takes the next frame in the order of the file. Never refuses one: whatever it holds is counted.
 * 0, what a call returned, or -FAULT_MEMORY.
 *
 * Capture time is the largest stamp so far, but a leap of more than a minute counts only once
 * several frames in a row confirm it. A frame without a stamp has that of the frame before it, and
 * no stamp is before 1970 or behind 2116.
 *
 * Of the connections that are open only TRACK_WHY_ROOM ends any by itself, and not before those
 * that are over or have seen both FINs, nor before the openings, while these are an eighth of all:
 * a flood of SYNs drives out its own. The rest of such a connection counts as `late`, a new
 * SYN begins a new one.
 */
int track_frame(struct track *track, const struct replay_frame *frame, struct fault *fault);

/* Nothing came for a while: capture time goes on without frames. What is over or silent by then is
 * ended. */
int track_wait(struct track *track, int64_t ns, struct fault *fault);

/* The capture has ended: all that is open is, too, in order of numbers. To be called once a file,
 * or once for several that are one. What is taken after that is another capture, whose numbers and
 * counts go on. */
int track_end(struct track *track, struct fault *fault);

const struct track_counts *track_counts(const struct track *track);

/* The end's address and port. */
void track_address(const struct track_key *key, unsigned end, struct address *ret_address);

#endif
