/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What keeps connections apart: the key of a packet's connection, whichever end sent it. */
#include "probe/track/track_parts.h"

/* FNV-1a: of few bytes, and where it collides two tunnels with the same addresses inside are one.
 */
static uint64_t blend(uint64_t hash, const void *bytes, size_t length)
{
    const uint8_t *from = bytes;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ from[i]) * UINT64_C(0x100000001b3);
    return hash;
}

#define BLEND_BEGIN UINT64_C(0xcbf29ce484222325)

static uint32_t tunnel_ends(const struct tunnel *tunnel)
{
    const struct address *low = &tunnel->source, *high = &tunnel->destination;

    if (tunnel->kind == TUNNEL_NONE)
        return 0;
    if (memcmp(low->bytes, high->bytes, sizeof low->bytes) > 0) {
        low = &tunnel->destination;
        high = &tunnel->source;
    }
    uint64_t hash = blend(BLEND_BEGIN, low->bytes, sizeof low->bytes);
    hash = blend(hash, high->bytes, sizeof high->bytes);
    return (uint32_t)(hash ^ hash >> 32);
}

/* All but ends and family. */
static void set_place(const struct track_work *work, struct track_key *key)
{
    const struct envelope *envelope = work->envelope;

    key->tunnel = (uint8_t)work->tunnel->kind;
    memcpy(key->vlan, envelope->vlan, sizeof key->vlan);
    key->session = envelope->session;
    key->interface = work->track->options.by_interface ? work->frame->interface : 0;
    key->tunnel_ends = tunnel_ends(work->tunnel);
}

static int compare(const struct track_end *a, const struct track_end *b)
{
    int order = memcmp(a->address, b->address, sizeof a->address);

    return order != 0 ? order : a->port - b->port;
}

void track_key_make(const struct track_work *work, const struct address *source,
                    uint16_t source_port, const struct address *destination,
                    uint16_t destination_port, struct track_key *ret_key, uint8_t *ret_from)
{
    struct track_end sender = {.port = source_port}, receiver = {.port = destination_port};

    memset(ret_key, 0, sizeof *ret_key);
    memcpy(sender.address, source->bytes, sizeof sender.address);
    memcpy(receiver.address, destination->bytes, sizeof receiver.address);
    /* Where both are the same, all segments are end 0's. */
    *ret_from = compare(&sender, &receiver) > 0;
    ret_key->ends[*ret_from] = sender;
    ret_key->ends[!*ret_from] = receiver;
    ret_key->family = (uint8_t)source->family;
    set_place(work, ret_key);
}

uint64_t track_place(const struct track_work *work)
{
    struct track_key key;

    memset(&key, 0, sizeof key);
    set_place(work, &key);
    return blend(BLEND_BEGIN, &key, sizeof key);
}

void track_address(const struct track_key *key, unsigned end, struct address *ret_address)
{
    *ret_address = (struct address){.family = (enum ip_family)key->family};
    memcpy(ret_address->bytes, key->ends[end & 1].address, sizeof ret_address->bytes);
}
