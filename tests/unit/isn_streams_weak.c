/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up servers that draw their numbers: congruential generators, narrow ones, and a good one. */
#include "isn_streams_parts.h"

#define UNUSED __attribute__((unused))
#define NEXT(name)                                                                                 \
    uint32_t isn_next_##name(UNUSED struct isn_server *server,                                     \
                             UNUSED const struct isn_contact *contact)

/* ---- linear congruential, state in `state` ---- */

NEXT(lcg32)
{
    server->state = (uint32_t)(1664525 * server->state + 1013904223);
    return (uint32_t)server->state;
}

NEXT(lcg31)
{
    server->state = (1103515245 * server->state + 12345) & 0x7fffffff;
    return (uint32_t)server->state;
}

uint32_t isn_minstd(struct isn_server *server)
{
    server->state = server->state * 16807 % 0x7fffffff;
    return (uint32_t)server->state;
}

ISN_START(minstd)
{
    server->state = isn_server_between(server, 1, 0x7ffffffe);
}

NEXT(minstd)
{
    return isn_minstd(server);
}

NEXT(picotcp)
{
    uint32_t ms = (uint32_t)(isn_server_uptime(server, contact) / NS_PER_MS);

    server->state = (uint32_t)(1664525 * server->state + 1013904223) ^ ~ms;
    return (uint32_t)server->state;
}

static uint32_t ansi_step(struct isn_server *server)
{
    server->state = (uint32_t)(1103515245 * server->state + 12345);
    return (uint32_t)(server->state >> 16);
}

NEXT(rand_r)
{
    uint32_t high = ansi_step(server) & 0x7ff, middle = ansi_step(server) & 0x3ff;

    return high << 20 | middle << 10 | (ansi_step(server) & 0x3ff);
}

static uint32_t msvc_step(struct isn_server *server)
{
    server->state = (uint32_t)(214013 * server->state + 2531011);
    return server->state >> 16 & 0x7fff;
}

NEXT(msvc)
{
    uint32_t first = msvc_step(server), second = msvc_step(server);

    return first << 17 | second << 2 | msvc_step(server) >> 13;
}

/* As srand48() does it. */
ISN_START(drand48)
{
    server->state = (uint64_t)(uint32_t)isn_server_draw(server) << 16 | 0x330e;
}

NEXT(drand48)
{
    server->state = (UINT64_C(0x5deece66d) * server->state + 11) & UINT64_C(0xffffffffffff);
    return (uint32_t)(server->state >> 16);
}

/* Its seed is always the same; how many it has drawn since boot is not. */
ISN_START(smoltcp0)
{
    server->state = 0;
    for (uint64_t i = isn_server_between(server, 0, 999); i > 0; i--)
        isn_next_smoltcp(server, NULL);
}

ISN_START(smoltcp)
{
    server->state = isn_server_draw(server);
}

NEXT(smoltcp)
{
    server->state = server->state * UINT64_C(0xbb2efcec3c39611d) + 0x7590ef39;
    return (uint32_t)(server->state >> (29 - (server->state >> 61)));
}

/* ---- glibc's random(), the last 31 values in `words`, the oldest at `place` ---- */

static uint32_t additive_step(struct isn_server *server)
{
    size_t oldest = server->place;

    server->words[oldest] += server->words[(oldest + 28) % 31];
    server->place = (oldest + 1) % 31;
    return server->words[oldest];
}

void isn_glibc_seed(struct isn_server *server, uint32_t seed)
{
    /* Schrage's way with a signed word, whose remainder may be negative: for all seeds alike. */
    int64_t word = (int32_t)(seed ? seed : 1);

    for (size_t i = 0; i < 31; i++) {
        server->words[i] = (uint32_t)word;
        word = 16807 * (word % 127773) - 2836 * (word / 127773);
        if (word < 0)
            word += 0x7fffffff;
    }
    server->place = 3;
    for (int i = 0; i < 310; i++)
        additive_step(server);
}

uint32_t isn_glibc_random(struct isn_server *server)
{
    return additive_step(server) >> 1;
}

ISN_START(glibc)
{
    isn_glibc_seed(server, (uint32_t)isn_server_draw(server));
}

NEXT(glibc)
{
    return isn_glibc_random(server);
}

NEXT(timerand)
{
    return (uint32_t)(isn_server_realtime(server, contact) / NS_PER_S) * isn_glibc_random(server);
}

/* ---- good, but narrow or leaning; and simply good ---- */

NEXT(stuck16)
{
    return (uint32_t)isn_server_between(server, 0, 0xffff) << 16;
}

NEXT(netbsd24)
{
    uint32_t ticks = (uint32_t)(isn_server_uptime(server, contact) / (500 * NS_PER_MS));

    return (uint32_t)isn_server_between(server, 0, 0xffffff) +
           ((uint32_t)server->connections + ticks) * 0x01000000;
}

ISN_START(pool4096)
{
    for (size_t i = 0; i < 4096; i++)
        server->words[i] = (uint32_t)isn_server_draw(server);
}

NEXT(pool4096)
{
    return server->words[isn_server_between(server, 0, 4095)];
}

NEXT(rand31)
{
    return (uint32_t)isn_server_between(server, 0, 0x7fffffff);
}

NEXT(bias60)
{
    uint32_t low = (uint32_t)isn_server_between(server, 0, 0x7fffffff);

    return low | (isn_server_between(server, 0, 99) < 65 ? 0x80000000 : 0);
}

NEXT(random32)
{
    return (uint32_t)isn_server_draw(server);
}
