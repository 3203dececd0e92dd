/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of wire/envelope share: a walk over the layers of a frame. */
#ifndef WIRE_ENVELOPE_PARTS_H
#define WIRE_ENVELOPE_PARTS_H

#include "base/bytes.h"
#include "wire/envelope.h"

/* What can come next in a frame: enumerator, the function that reads it. */
/* clang-format off */
#define LAYER_TABLE(X) \
    X(LINK,      layer_link)      /* `number`: the link type */ \
    X(ETHERNET,  layer_ethernet)  /* two addresses, then an Ethernet type or a length */ \
    X(TYPE,      layer_type)      /* an Ethernet type, not read yet */ \
    X(TYPED,     layer_typed)     /* `number`: an Ethernet type, read already */ \
    X(LLC,       layer_llc) \
    X(MPLS,      layer_mpls) \
    X(PPPOE,     layer_pppoe) \
    X(PPP,       layer_ppp)       /* with or without address and control */ \
    X(PPP_HDLC,  layer_ppp_hdlc)  /* PPP or Cisco's framing */ \
    X(PPP_PPPD,  layer_ppp_pppd)  /* a direction in the address's place */ \
    X(RELAY,     layer_relay)     /* frame relay */ \
    X(FAMILY,    layer_family)    /* an address family in either byte order; `number`: more bytes to pass */ \
    X(PFLOG,     layer_pflog) \
    X(IPNET,     layer_ipnet) \
    X(SLL,       layer_sll) \
    X(SLL2,      layer_sll2) \
    X(TOKEN,     layer_token)     /* IEEE 802.5 */ \
    X(IPOIB,     layer_ipoib) \
    X(NFLOG,     layer_nflog) \
    X(PKTAP,     layer_pktap) \
    X(PPI,       layer_ppi) \
    X(PRISM,     layer_prism)     /* or AVS, which says so itself */ \
    X(AVS,       layer_avs) \
    X(RADIOTAP,  layer_radiotap) \
    X(WIRELESS,  layer_wireless)  /* IEEE 802.11 */ \
    X(SUBFRAME,  layer_subframe)  /* of an aggregate (A-MSDU) */ \
    X(PACKET,    layer_packet)    /* `number`: its ip_family, NONE for either */
/* clang-format on */

enum layer {
#define X(id, function) LAYER_##id,
    LAYER_TABLE(X)
#undef X
        LAYER_COUNT
};

struct walk {
    struct reader reader;
    size_t missing; /* bytes that the capture cut off behind the reader's end */
    enum layer layer;
    uint32_t number;
    bool done;
    bool padded; /* an 802.11 header is padded to a multiple of four */
    struct envelope *envelope;
};

/* Walks until done. Bounded: no frame has more than WALK_LAYERS layers. */
#define WALK_LAYERS 32
void walk_run(struct walk *walk);

/* What the layers say: what comes next, or that the walk has come to its end. */
void walk_to(struct walk *walk, enum layer layer, uint32_t number);
void walk_end(struct walk *walk, enum envelope_verdict verdict);
void walk_other(struct walk *walk, enum envelope_space space, uint32_t number);
void walk_family(struct walk *walk, enum ip_family family, uint32_t number); /* NONE: not IP */

/* Numbers in the other byte order. */
uint16_t walk_u16_le(struct walk *walk);
uint32_t walk_u32_le(struct walk *walk);

/* packet_read(), for giants as well: `missing` bytes follow behind `length`. */
enum envelope_verdict envelope_packet(const uint8_t *bytes, size_t length, size_t missing,
                                      bool *ret_giant, struct packet *ret_packet);

#define X(id, function) void function(struct walk *walk);
LAYER_TABLE(X)
#undef X

#endif
