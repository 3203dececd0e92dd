/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From any captured frame to the IP packet in it, whatever it came in: link layers, tags, labels,
 * sessions and one tunnel. */
#ifndef WIRE_ENVELOPE_H
#define WIRE_ENVELOPE_H

#include "wire/ip.h"

/* Why a frame gives an IP packet or none: enumerator, words. */
/* clang-format off */
#define ENVELOPE_TABLE(X) \
    X(IP,        "an IP packet") \
    X(OTHER,     "not IP") \
    X(CUT,       "cut short by the capture before its IP header ends") \
    X(SHORT,     "ends before its IP header does") \
    X(MALFORMED, "impossible headers") \
    X(SEALED,    "encrypted or compressed") \
    X(PIECE,     "a later piece of a fragmented 802.11 frame") \
    X(DEEP,      "more layers than are read") \
    X(LINK,      "a link type that is not known")
/* clang-format on */

enum envelope_verdict {
#define X(id, words) ENVELOPE_##id,
    ENVELOPE_TABLE(X)
#undef X
        ENVELOPE_COUNT
};

/* Whose numbers say what something is that is not IP. */
enum envelope_space {
    ENVELOPE_SPACE_NONE,
    ENVELOPE_SPACE_ETHERTYPE, /* IEEE's Ethernet types, also those behind SNAP and GRE */
    ENVELOPE_SPACE_LLC,       /* IEEE 802.2: DSAP and SSAP, a byte each */
    ENVELOPE_SPACE_PPP,       /* IANA's PPP protocols */
    ENVELOPE_SPACE_FAMILY,    /* an address family (AF_) of some system */
    ENVELOPE_SPACE_WIRELESS,  /* IEEE 802.11: type (bits 4 and 5) and subtype (bits 0 to 3) */
    ENVELOPE_SPACE_NLPID,     /* ISO/IEC TR 9577, in frame relay */
    ENVELOPE_SPACE_GRE,       /* a version of GRE that is not 0 (1: PPTP, RFC 2637) */
    ENVELOPE_SPACE_COUNT
};

enum tunnel_kind {
    TUNNEL_NONE,
    TUNNEL_IPV4, /* IPv4 in IPv4 or IPv6: protocol 4, RFC 2003, RFC 2473 */
    TUNNEL_IPV6, /* IPv6 in IPv4 or IPv6: protocol 41, RFC 4213, RFC 2473 */
    TUNNEL_GRE,  /* protocol 47 with IP, MPLS or Ethernet in it: RFC 2784, RFC 2890, RFC 7637 */
    TUNNEL_COUNT
};

/* The tunnel that a packet came through, as its outer packet has it. */
struct tunnel {
    enum tunnel_kind kind;
    struct address source, destination;
    uint8_t hop_limit;
    uint8_t traffic_class;
    bool has_key; /* RFC 2890; with Ethernet inside, NVGRE's network in the upper 24 bits */
    uint32_t key;
    bool giant;                   /* the packet inside is one, see struct envelope */
    enum envelope_verdict inside; /* ENVELOPE_IP: opened; else why not */
    enum envelope_space space;    /* of ENVELOPE_OTHER */
    uint32_t number;
};

/* VLAN tags whose numbers are kept, the outermost first. */
#define ENVELOPE_VLANS 2

struct envelope {
    enum envelope_verdict verdict;
    bool cut; /* the snapshot length took something off the frame's end */
    /*
     * The IP header says length 0, or a length that only a jumbo option holds: a packet before
     * segmentation or behind reassembly by an adapter or driver (TSO, GRO, BIG TCP). It goes on to
     * the end of the frame, so that the link's padding, if any, counts as payload.
     */
    bool giant;
    uint8_t tags;                  /* VLAN tags (802.1Q, 802.1ad, 0x9100) that were passed */
    uint16_t vlan[ENVELOPE_VLANS]; /* the VLAN of the first of them, 0 where there is none */
    uint8_t labels;                /* MPLS labels that were passed */
    bool has_session;
    uint16_t session;          /* PPPoE session, RFC 2516 */
    enum envelope_space space; /* of ENVELOPE_OTHER */
    uint32_t number;
    size_t at;     /* where the frame's (outer) IP header begins */
    size_t next;   /* another packet is in the frame, see envelope_next(); 0: no other */
    size_t length; /* bytes of the frame that belong to this packet, `at` and what lies before it
                      included; less than the frame only where `next` is not 0 */
    struct tunnel tunnel;
    struct packet packet; /* the innermost packet that could be read, if the verdict is IP */
};

/*
 * Opens a frame of a link type (a DLT_ or LINKTYPE_ number, as pcap_datalink() and capture files
 * have them). `length` bytes were captured of `wire_length`; a file where that is the smaller one
 * is taken as not cut. A packet whose payload is cut short is an IP packet all the same:
 * packet.payload_length says how much there is. `ret_envelope` is wholly set; its packet points
 * into `bytes`. Where a tunnel cannot be opened, the packet is the outer one, and tunnel.kind and
 * tunnel.inside say what happened; of an outer packet that is a fragment neither is set, see
 * tunnel_open(). Takes a bounded number of steps, reads nothing behind `length`, allocates nothing.
 */
enum envelope_verdict envelope_open(int link_type, const uint8_t *bytes, size_t length,
                                    size_t wire_length, struct envelope *ret_envelope);

/*
 * Goes on to the next packet of the same frame while envelope->next is not 0 (only aggregated
 * 802.11 frames have several, IEEE 802.11 9.3.2.2.2). Fewer than length / 14 calls come to the end.
 */
enum envelope_verdict envelope_next(const uint8_t *bytes, size_t length, size_t wire_length,
                                    struct envelope *envelope);

/*
 * The packet in a tunnel's packet. TUNNEL_NONE in ret_tunnel->kind: `outer` is no tunnel's, or a
 * fragment, which wants to be whole first (wire/fragments). True, with `ret_inner` set, where an IP
 * packet was found; it points into outer's bytes. ENVELOPE_CUT inside: what there is of outer's
 * payload ends too early. A tunnel in a tunnel is not opened.
 */
bool tunnel_open(const struct packet *outer, struct tunnel *ret_tunnel, struct packet *ret_inner);

/* Whether envelope_open() knows the link type. */
bool envelope_link_known(int link_type);

/* Static storage. */
const char *envelope_words(enum envelope_verdict verdict);
const char *tunnel_words(enum tunnel_kind kind); /* "none", "IPv4 in IP", "IPv6 in IP", "GRE" */

/* What ENVELOPE_OTHER was: "Ethernet type 0x0806 (ARP)", "PPP protocol 0xc021 (LCP)", "IEEE 802.11
 * management". Returns `text`. */
#define ENVELOPE_TEXT_SIZE 64
const char *envelope_other(enum envelope_space space, uint32_t number,
                           char text[ENVELOPE_TEXT_SIZE]);

#endif
