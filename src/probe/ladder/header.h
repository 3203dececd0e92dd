/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the headers of a peer's SYN,ACKs have in common: TTL, window, DF, IP ID, reserved bits. */
#ifndef PROBE_LADDER_HEADER_H
#define PROBE_LADDER_HEADER_H

#include "probe/ladder/shot.h"
#include "stat/ipid.h"

#define HEADER_WINDOWS 8

struct ladder_header {
    unsigned n;             /* SYN,ACKs that it rests on */
    uint8_t ttl, ttl_other; /* the one seen most often; another one, 0: none */
    unsigned ttl_others;    /* SYN,ACKs with any other */
    /* Different window fields, the most frequent first; and those to SYNs without options. */
    uint16_t windows[HEADER_WINDOWS];
    unsigned window_count;
    uint16_t window_bare; /* of the answer to RUNG_BARE, has_bare */
    bool has_bare;
    unsigned df_set, df_clear; /* IPv4 */
    struct ipid ipid;          /* IPv4 */
    unsigned flow_labels;      /* IPv6: different ones, 0 counts as one */
    bool flow_label_zero;      /* all were 0 */
    uint16_t reserved;         /* reserved bits ever set, of any SYN,ACK: TCP_R9, … */
    uint8_t traffic_class;     /* the one seen most often */
    bool traffic_classes_differ;
};

/* Of shots in the order of leaving; the IP IDs are taken in the order of arrival. Pure. */
void header_judge(const struct ladder_shot *shots, size_t count, struct ladder_header *ret_header);

#endif
