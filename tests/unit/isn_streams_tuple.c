/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up servers whose numbers depend on the tuple: formulas, RFC 6528, cookies, load balancers.
 */
#include "isn_streams_parts.h"

#define UNUSED __attribute__((unused))
#define NEXT(name)                                                                                 \
    uint32_t isn_next_##name(UNUSED struct isn_server *server,                                     \
                             UNUSED const struct isn_contact *contact)

static uint32_t hash(const struct isn_server *server, const struct isn_contact *contact,
                     uint64_t more)
{
    return (uint32_t)isn_server_hash(server, contact, more);
}

static uint32_t ticks(const struct isn_server *server, const struct isn_contact *contact,
                      int64_t period)
{
    return (uint32_t)(isn_server_uptime(server, contact) / period);
}

/* ---- formulas ---- */

/* A backlog of eight. */
NEXT(mongoose)
{
    return (uint32_t)(server->connections % 8) << 16 | contact->port;
}

NEXT(portmul)
{
    return contact->port * 2654435761u + contact->src + (uint32_t)server->key[0];
}

NEXT(portmul_clk)
{
    return (uint32_t)(isn_server_realtime(server, contact) >> 6) + contact->port * 2654435761u +
           (uint32_t)server->key[0];
}

NEXT(crc_tuple)
{
    /* 198.18.0.1 and on, to 198.18.0.254 port 443. */
    uint32_t source = 0xc6120001 + contact->src;
    uint8_t tuple[] = {(uint8_t)(source >> 24),
                       (uint8_t)(source >> 16),
                       (uint8_t)(source >> 8),
                       (uint8_t)source,
                       198,
                       18,
                       0,
                       254,
                       (uint8_t)(contact->port >> 8),
                       (uint8_t)contact->port,
                       443 >> 8,
                       443 & 0xff};

    return isn_crc32(tuple, sizeof tuple) ^ (uint32_t)server->key[0];
}

NEXT(hash_only)
{
    return hash(server, contact, 0);
}

/* ---- RFC 6528 ---- */

NEXT(linux64ns)
{
    return hash(server, contact, 0) + (uint32_t)(isn_server_realtime(server, contact) >> 6);
}

NEXT(passt32ns)
{
    return hash(server, contact, 0) + (uint32_t)(isn_server_uptime(server, contact) >> 5);
}

NEXT(lwip_hook)
{
    return hash(server, contact, 0) + (uint32_t)server->key[0] +
           250 * ticks(server, contact, NS_PER_MS);
}

NEXT(cyclone2)
{
    return hash(server, contact, 0) + ticks(server, contact, NS_PER_MS);
}

NEXT(linux26)
{
    uint32_t rekeys = ticks(server, contact, 300 * NS_PER_S);

    return (hash(server, contact, rekeys) & 0xffffff) + (rekeys << 24) +
           ticks(server, contact, NS_PER_US);
}

NEXT(openbsd)
{
    return hash(server, contact, 0) + 4096 * (uint32_t)server->connections +
           ticks(server, contact, 500 * NS_PER_MS) * (1u << 19);
}

/* state: the offset; more: the offset and the number of the last tick. */
NEXT(freebsd_isn)
{
    enum { A_TICK = 1048576 / 100 };
    uint64_t tick = (uint64_t)(isn_server_uptime(server, contact) / (10 * NS_PER_MS));

    if (server->connections == 1)
        server->more[1] = tick;
    if (tick > server->more[1]) {
        /* Connections may have been faster than the clock; only the first tick can see that. */
        if (server->state < server->more[0] + A_TICK)
            server->state = server->more[0] + A_TICK;
        server->state += (tick - server->more[1] - 1) * A_TICK;
        server->more[0] = server->state;
        server->more[1] = tick;
    }
    server->state += 4096 + isn_server_between(server, 0, 4095);
    return hash(server, contact, 0) + (uint32_t)server->state;
}

NEXT(rekey60)
{
    return hash(server, contact, ticks(server, contact, 60 * NS_PER_S)) +
           (uint32_t)(isn_server_realtime(server, contact) >> 6);
}

/* ---- SYN cookies ---- */

/* The last of a table in rising order that is not above the peer's MSS; the first, if all are. */
static uint32_t mss_index(const uint16_t *table, uint32_t count, uint16_t mss)
{
    uint32_t index = 0;

    while (index + 1 < count && table[index + 1] <= mss)
        index++;
    return index;
}

NEXT(cookie_linux)
{
    static const uint16_t table[] = {536, 1300, 1440, 1460};
    uint32_t minutes = ticks(server, contact, 60 * NS_PER_S);
    uint64_t second_hash = UINT64_C(1) << 32 | minutes;

    return hash(server, contact, 0) + contact->cseq + (minutes << 24) +
           ((hash(server, contact, second_hash) + mss_index(table, 4, contact->mss)) & 0xffffff);
}

/* The flags are those of a SYN with SACK-permitted and window scale index 3. */
NEXT(cookie_bsd)
{
    static const uint16_t table[] = {216, 536, 1200, 1360, 1400, 1440, 1452, 1460};
    uint64_t secret = ticks(server, contact, 15 * NS_PER_S);
    uint32_t flags =
        (uint32_t)(secret & 1) | 1 << 1 | 3 << 2 | mss_index(table, 8, contact->mss) << 5;
    uint32_t h = hash(server, contact, secret << 40 | (uint64_t)contact->cseq << 8 | flags);

    return (h & ~0xffu) | (flags ^ h >> 24);
}

NEXT(cookie_djb)
{
    static const uint16_t table[] = {64, 512, 536, 1024, 1440, 1460, 4312, 8960};
    uint32_t t = (uint32_t)(isn_server_realtime(server, contact) / (64 * NS_PER_S)) & 31;

    return contact->cseq + (t << 27 | mss_index(table, 8, contact->mss) << 24 |
                            (hash(server, contact, t) & 0xffffff));
}

/* ---- load balancers that choose for each packet ---- */

NEXT(lb2)
{
    return hash(server, contact, isn_server_draw(server) & 1) +
           (uint32_t)(isn_server_realtime(server, contact) >> 6);
}

NEXT(lb3_bsd)
{
    switch (isn_server_between(server, 0, 2)) {
    case 0:
        return isn_next_linux64ns(server, contact);
    case 1:
        return hash(server, contact, 1) + ticks(server, contact, 4 * NS_PER_US);
    }
    return (uint32_t)isn_server_draw(server);
}
