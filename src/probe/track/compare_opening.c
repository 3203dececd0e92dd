/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ends of a connection and its opening in two captures. */
#include "probe/track/compare_parts.h"

#include <inttypes.h>
#include <string.h>

static const char *show_address(const struct compare_pair *pair, unsigned capture, unsigned end)
{
    const struct track_key *key = &pair->sides[capture]->key;
    struct address address = {.family = (enum ip_family)key->family};
    char text[ADDRESS_TEXT_SIZE];

    memcpy(address.bytes, key->ends[end].address, sizeof address.bytes);
    return arena_copy(pair->arena, address_show(&address, text));
}

static void compare_end(struct compare_pair *pair, unsigned direction)
{
    static const char *const names[2][2] = {{"source", "source_port"},
                                            {"destination", "destination_port"}};
    const struct track_key *keys[2] = {&pair->sides[0]->key, &pair->sides[1]->key};
    unsigned ends[2] = {pair->sides[0]->client ^ direction, pair->sides[1]->client ^ direction};
    const struct track_end *a = &keys[0]->ends[ends[0]], *b = &keys[1]->ends[ends[1]];
    const char *who = direction == COMPARE_FORWARD ? "client" : "server";

    if (keys[0]->family != keys[1]->family ||
        memcmp(a->address, b->address, sizeof a->address) != 0) {
        pair->addresses = true;
        compare_row(pair, COMPARE_PLACE_CONNECTION, names[direction][0],
                    show_address(pair, 0, ends[0]), show_address(pair, 1, ends[1]),
                    compare_text(pair->arena, "the %s's address is translated%s", who,
                                 keys[0]->family != keys[1]->family ? " to another family" : ""));
    }
    if (a->port != b->port) {
        pair->addresses = true;
        compare_row(pair, COMPARE_PLACE_CONNECTION, names[direction][1],
                    compare_text(pair->arena, "%u", a->port),
                    compare_text(pair->arena, "%u", b->port),
                    compare_text(pair->arena, "the %s's port is translated", who));
    }
}

static const char *show_vlan(const struct compare_pair *pair, unsigned capture)
{
    const struct track_key *key = &pair->sides[capture]->key;

    return key->vlan[0] == 0 ? NULL : compare_text(pair->arena, "%u", key->vlan[0]);
}

void compare_ends(struct compare_pair *pair)
{
    const struct compare_kept *a = pair->sides[0], *b = pair->sides[1];

    compare_end(pair, COMPARE_FORWARD);
    compare_end(pair, COMPARE_REVERSE);
    if (a->key.vlan[0] != b->key.vlan[0])
        compare_row(pair, COMPARE_PLACE_CONNECTION, "vlan", show_vlan(pair, 0), show_vlan(pair, 1),
                    "another VLAN, or none");
    if (a->key.tunnel != b->key.tunnel)
        compare_row(pair, COMPARE_PLACE_CONNECTION, "tunnel",
                    a->key.tunnel ? tunnel_words((enum tunnel_kind)a->key.tunnel) : NULL,
                    b->key.tunnel ? tunnel_words((enum tunnel_kind)b->key.tunnel) : NULL,
                    "another tunnel, or none");
}

static void compare_isn(struct compare_pair *pair, unsigned direction)
{
    const char *who = direction == COMPARE_FORWARD ? "client" : "server";
    uint32_t shift = pair->shift[direction];
    uint32_t isns[2];

    if (!pair->shift_known[direction] || shift == 0)
        return;
    for (unsigned i = 0; i < 2; i++)
        isns[i] = pair->sides[i]->ends[pair->sides[i]->client ^ direction].isn;
    compare_row(
        pair, direction == COMPARE_FORWARD ? COMPARE_PLACE_SYN : COMPARE_PLACE_SYN_ACK, "isn",
        compare_text(pair->arena, "%" PRIu32, isns[0]),
        compare_text(pair->arena, "%" PRIu32, isns[1]),
        compare_text(pair->arena, "the %s's sequence numbers are shifted by %" PRIu32, who, shift));
    compare_find(pair, FINDING_CMP_ISN, "the %s's, by %" PRIu32, who, shift);
    pair->rewritten = true;
}

/* The SYN or SYN,ACK that both have. */
static bool find_opening(const struct compare_pair *pair, unsigned direction,
                         struct options ret_options[2])
{
    const struct compare_kept *a = pair->sides[0], *b = pair->sides[1];

    for (uint32_t i = 0; i < a->count; i++) {
        const struct compare_digest *digest = &a->digests[i];
        uint32_t other = pair->other[0][i];

        if (other == COMPARE_NONE || !(digest->flags & TCP_SYN) ||
            compare_direction(a, digest) != direction)
            continue;
        compare_digest_options(a, digest, &ret_options[0]);
        compare_digest_options(b, &b->digests[other], &ret_options[1]);
        return true;
    }
    return false;
}

/* What an end takes for agreed on: by capture nearer to it. */
static void compare_beliefs(struct compare_pair *pair, const struct options syn[2],
                            const struct options syn_ack[2])
{
    unsigned near = compare_near(pair, COMPARE_FORWARD);
    struct option_summary asked[2], answered[2];

    for (unsigned i = 0; i < 2; i++) {
        options_summarize(&syn[i], &asked[i]);
        options_summarize(&syn_ack[i], &answered[i]);
    }
    const struct option_summary *c = asked, *s = answered;
    bool wscale[2], sack[2], timestamps[2];

    for (unsigned i = 0; i < 2; i++) {
        wscale[i] = c[i].has_wscale && s[i].has_wscale;
        sack[i] = c[i].has_sack_permitted && s[i].has_sack_permitted;
        timestamps[i] = c[i].has_timestamps && s[i].has_timestamps;
    }
    const char *on = near == 0 ? "A" : "B", *off = near == 0 ? "B" : "A";

    if (wscale[0] != wscale[1])
        compare_find(pair, FINDING_CMP_ONE_SIDED, "windows are scaled as %s has it, not as %s",
                     wscale[near] ? on : off, wscale[near] ? off : on);
    else if (wscale[0] && (c[0].wscale != c[1].wscale || s[0].wscale != s[1].wscale))
        compare_find(pair, FINDING_CMP_ONE_SIDED, "windows are scaled by other factors");
    if (sack[0] != sack[1])
        compare_find(pair, FINDING_CMP_ONE_SIDED, "SACK is permitted as %s has it, not as %s",
                     sack[near] ? on : off, sack[near] ? off : on);
    if (timestamps[0] != timestamps[1])
        compare_find(pair, FINDING_CMP_ONE_SIDED, "timestamps are in use as %s has it, not as %s",
                     timestamps[near] ? on : off, timestamps[near] ? off : on);
}

void compare_openings(struct compare_pair *pair)
{
    struct options syn[2], syn_ack[2];
    bool asked = find_opening(pair, COMPARE_FORWARD, syn);
    bool answered = find_opening(pair, COMPARE_REVERSE, syn_ack);

    compare_isn(pair, COMPARE_FORWARD);
    compare_isn(pair, COMPARE_REVERSE);
    if (asked)
        compare_options(pair, COMPARE_FORWARD, COMPARE_PLACE_SYN, syn);
    if (answered)
        compare_options(pair, COMPARE_REVERSE, COMPARE_PLACE_SYN_ACK, syn_ack);
    if (asked && answered)
        compare_beliefs(pair, syn, syn_ack);
}
