/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of both SYNs of a captured connection, and what they agree on. */
#include "probe/record_parts.h"
#include "probe/track/connection_parts.h"
#include "tcp/tcb_parts.h"

/* RFC 9293 section 3.7.1: what holds where an end announces no MSS. */
static uint16_t mss_default(const struct telling *telling)
{
    return telling->connection->key.family == IP_FAMILY_V6 ? 1220 : 536;
}

static const struct options_record *one_side(const struct telling *telling,
                                             const struct follow_end *end, bool ecn)
{
    struct options options;

    if (!end->syn_seen)
        return NULL;
    follow_options(end, &options);
    return record_options(telling->arena, &options, ecn);
}

static const struct options_record *both_sides(const struct telling *telling)
{
    const struct follow_effect *effect = &telling->verdict.effect;
    unsigned server = !(telling->follow->client & 1);
    uint16_t mss = telling->server->mss > 0 ? telling->server->mss : mss_default(telling);
    const struct record_effect agreed = {
        .mss = mss < TCB_MSS_MIN ? TCB_MSS_MIN : mss,
        .wscale = effect->wscale[server],
        .sack = effect->sack,
        .timestamps = effect->timestamps,
        .fastopen = effect->fastopen,
        .ecn = effect->ecn,
        .mptcp = effect->mptcp,
    };

    return record_effect(telling->arena, &agreed);
}

void telling_options(struct telling *telling)
{
    const uint16_t both = TCP_ECE | TCP_CWR;
    struct connection_record *record = telling->record;

    record->offered =
        one_side(telling, telling->client, (telling->client->syn_flags & both) == both);
    record->answered =
        one_side(telling, telling->server, (telling->server->syn_flags & both) == TCP_ECE);
    if (telling->follow->opened && telling->verdict.effect.known)
        record->in_effect = both_sides(telling);
}
