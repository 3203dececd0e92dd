/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times, places and what a connection is wrapped in, as text. */
#include <string.h>

#include "base/text.h"
#include "net/clock.h"
#include "probe/track/connection_parts.h"

#define NS_PER_S 1000000000

const char *telling_duration(int64_t ns, char text[32])
{
    text_show_duration(ns > 0 ? ns : 0, "µ", text, 32);
    return text;
}

const char *telling_stamps(int64_t resolution_ns, struct arena *arena)
{
    switch (resolution_ns) {
    case 0:
    case 1:
        return "capture, nanoseconds";
    case 1000:
        return "capture, microseconds";
    case 1000000:
        return "capture, milliseconds";
    case NS_PER_S:
        return "capture, seconds";
    default:
        arena_print(arena, "capture, stamps of %lld ns", (long long)resolution_ns);
        return arena_finish(arena);
    }
}

const char *telling_time(int64_t at_ns, struct arena *arena)
{
    char text[40];
    int rest = (int)(at_ns % NS_PER_S);
    size_t length = strlen(clock_iso8601(at_ns, text));

    if (rest < 0)
        rest += NS_PER_S;
    arena_print(arena, "%.*s%03dZ", (int)length - 1, text, rest % 1000);
    return arena_finish(arena);
}

const char *telling_vlan(const struct track_key *key, struct arena *arena)
{
    if (key->vlan[0] == 0)
        return NULL;
    arena_print(arena, "%u", key->vlan[0]);
    for (unsigned i = 1; i < ENVELOPE_VLANS && key->vlan[i] != 0; i++)
        arena_print(arena, ".%u", key->vlan[i]);
    return arena_finish(arena);
}

const char *telling_tunnel(const struct tunnel *tunnel, struct arena *arena)
{
    char source[ADDRESS_TEXT_SIZE], destination[ADDRESS_TEXT_SIZE];

    if (tunnel->kind == TUNNEL_NONE)
        return NULL;
    arena_print(arena, "%s %s > %s", tunnel_words(tunnel->kind),
                address_show(&tunnel->source, source),
                address_show(&tunnel->destination, destination));
    if (tunnel->has_key)
        arena_print(arena, " key %u", tunnel->key);
    return arena_finish(arena);
}

const char *telling_place(const struct track_key *key, unsigned end, struct arena *arena)
{
    struct address address;
    char text[ADDRESS_TEXT_SIZE];

    track_address(key, end, &address);
    address_show(&address, text);
    if (address.family == IP_FAMILY_V6)
        arena_print(arena, "[%s]:%u", text, key->ends[end].port);
    else
        arena_print(arena, "%s:%u", text, key->ends[end].port);
    return arena_finish(arena);
}
