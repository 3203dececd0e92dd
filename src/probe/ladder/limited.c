/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SYNs that expire on the way, and where on the way an offer goes missing by their quotes. */
#include "probe/ladder/limited.h"

#include <assert.h>
#include <string.h>

#include "probe/result.h"

/* Bytes of an MP_CAPABLE without a key, and of the nonce, behind kind and length. */
#define MPTCP_BYTES 2
#define NONCE_BYTES 8

void limited_spec(const struct rung_values *values, unsigned repeat, struct spec *spec)
{
    /* Subtype 0, version 1; flag H: HMAC-SHA256 (RFC 8684 3.1). */
    static const uint8_t capable[MPTCP_BYTES] = {0x01, 0x01};
    int error;

    rung_spec(RUNG_LINUX, values, spec);
    spec->flags |= TCP_ECE | TCP_CWR;
    if (repeat % 2 == 1)
        return;
    error = options_add(&spec->options, OPTION_FASTOPEN, NULL, 0) ||
            options_add(&spec->options, OPTION_MPTCP, capable, sizeof capable) ||
            options_add(&spec->options, values->kind, values->nonce, NONCE_BYTES);
    assert(!error);
    (void)error;
}

unsigned limited_hops(uint8_t ttl)
{
    int64_t hops = result_hops(ttl);

    if (hops <= 0)
        return 0;
    return hops + 2 < LIMITED_HOPS_MAX ? (unsigned)hops + 2 : LIMITED_HOPS_MAX;
}

/* What the quotes from one hop say of each offer. */
struct hop {
    unsigned quotes[LADDER_OFFER_COUNT];
    unsigned lacks[LADDER_OFFER_COUNT], differs[LADDER_OFFER_COUNT];
    const struct ladder_shot *first[LADDER_OFFER_COUNT]; /* that shows it gone or changed */
    const struct ladder_shot *whole[LADDER_OFFER_COUNT]; /* that shows it as it left */
};

/* An ICMP error of a router on the way: time exceeded in transit. */
static bool expired(const struct ladder_shot *shot)
{
    return shot->part == LADDER_PART_LIMITED && shot->has_icmp && shot->quote_whole &&
           shot->hop_limit > 0 &&
           (shot->icmp.family == IP_FAMILY_V4 ? shot->icmp.type == 11 : shot->icmp.type == 3) &&
           shot->icmp.code == 0;
}

static uint32_t offered_by(const struct segment *syn)
{
    struct segment nothing = {.ecn = syn->ecn};
    uint32_t lacks, differs;

    ladder_quote(syn, &nothing, &lacks, &differs);
    return lacks;
}

/* Of what a SYN did not offer, its quote says something only where none offered it: that it was put
 * in on the way, or was not. `offered`: by any of them. */
static void take(const struct ladder_shot *shot, uint32_t offered, struct hop *hop)
{
    uint32_t tells = offered_by(&shot->syn) | ~offered;

    for (unsigned offer = 0; offer < LADDER_OFFER_COUNT; offer++) {
        bool lacks = shot->quote_lacks >> offer & 1, differs = shot->quote_differs >> offer & 1;
        const struct ladder_shot **shows = lacks || differs ? hop->first : hop->whole;

        if (!(tells >> offer & 1))
            continue;
        hop->quotes[offer]++;
        hop->lacks[offer] += lacks;
        hop->differs[offer] += differs && !lacks;
        if (shows[offer] == NULL)
            shows[offer] = shot;
    }
}

/* An offer is gone where all quotes say so, from this hop on to the last that quoted: one router
 * that quotes wrongly, or a second way, is no proof. */
static void judge_offer(const struct hop hops[UINT8_MAX + 1], enum ladder_offer offer,
                        struct limited_row *row)
{
    for (unsigned i = 1; i <= UINT8_MAX; i++) {
        unsigned touched = hops[i].lacks[offer] + hops[i].differs[offer];

        if (hops[i].quotes[offer] == 0)
            continue;
        if (touched == 0) {
            row->whole++;
            row->last = (uint8_t)i;
            row->last_from = hops[i].whole[offer]->icmp_from;
        }
        if (touched < hops[i].quotes[offer]) {
            row->hop = 0;
            row->before = touched == 0 ? (uint8_t)i : row->before;
        } else if (row->hop == 0) {
            row->hop = (uint8_t)i;
        }
    }
    if (row->hop == 0) {
        row->before = 0;
        return;
    }
    row->differs = hops[row->hop].lacks[offer] == 0;
    row->from = hops[row->hop].first[offer]->icmp_from;
}

void limited_judge(const struct ladder_shot *shots, size_t count, struct limited *ret_limited)
{
    struct hop hops[UINT8_MAX + 1];
    bool quoted[UINT8_MAX + 1] = {false};
    uint32_t offered = 0, touched = 0;

    memset(ret_limited, 0, sizeof *ret_limited);
    memset(hops, 0, sizeof hops);
    for (size_t i = 0; i < count; i++)
        if (expired(&shots[i])) {
            offered |= offered_by(&shots[i].syn);
            touched |= shots[i].quote_lacks | shots[i].quote_differs;
            quoted[shots[i].hop_limit] = true;
        }
    for (size_t i = 0; i < count; i++)
        if (expired(&shots[i]))
            take(&shots[i], offered, &hops[shots[i].hop_limit]);
    for (unsigned i = 0; i <= UINT8_MAX; i++)
        ret_limited->hops += quoted[i];
    for (unsigned offer = 0; offer < LADDER_OFFER_COUNT; offer++) {
        struct limited_row *row = &ret_limited->rows[offer];

        if ((offered | touched) >> offer & 1)
            judge_offer(hops, (enum ladder_offer)offer, row);
        /* What was not offered has a row only where it was put in on the way, as a mark of ECN. */
        if (!(offered >> offer & 1) && row->hop == 0)
            memset(row, 0, sizeof *row);
    }
}
