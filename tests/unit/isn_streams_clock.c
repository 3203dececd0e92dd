/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up servers that count: constants, counters, clocks, steps. */
#include <math.h>

#include "isn_streams_parts.h"

#define UNUSED __attribute__((unused))
#define NEXT(name)                                                                                 \
    uint32_t isn_next_##name(UNUSED struct isn_server *server,                                     \
                             UNUSED const struct isn_contact *contact)

/* How often a timer of this period has run since boot. */
static uint32_t ticks(const struct isn_server *server, const struct isn_contact *contact,
                      int64_t period)
{
    return (uint32_t)(isn_server_uptime(server, contact) / period);
}

NEXT(const0)
{
    return 0;
}

NEXT(const1e6)
{
    return 1000000;
}

NEXT(ctr1)
{
    return 12345678 + (uint32_t)server->connections;
}

/* state: any number to begin with. */
ISN_START(random_word)
{
    server->state = (uint32_t)isn_server_draw(server);
}

ISN_START(ctr64k)
{
    isn_start_random_word(server);
}

NEXT(ctr64k)
{
    return (uint32_t)(server->state += 64000);
}

ISN_START(ctr65527)
{
    server->state = (isn_server_draw(server) * 1103515245 + 12345) & 0x7fffffff;
}

NEXT(ctr65527)
{
    return (uint32_t)(server->state += 65527);
}

NEXT(clk4us)
{
    return ticks(server, contact, 4 * NS_PER_US);
}

NEXT(clkms)
{
    return ticks(server, contact, NS_PER_MS);
}

NEXT(clkus_day)
{
    return (uint32_t)(isn_server_realtime(server, contact) / NS_PER_US %
                      (86400 * (NS_PER_S / NS_PER_US)));
}

NEXT(uip)
{
    return 1 + ticks(server, contact, 500 * NS_PER_MS);
}

NEXT(clk1g)
{
    return ticks(server, contact, 1);
}

NEXT(bsd44)
{
    return 64000 * (ticks(server, contact, 500 * NS_PER_MS) + (uint32_t)server->connections);
}

NEXT(solaris0)
{
    return 250000 * ticks(server, contact, NS_PER_S) + 125000 * (uint32_t)server->connections;
}

NEXT(ndk)
{
    return 0x2a2a2a2a + ticks(server, contact, 4 * NS_PER_US) +
           0x1f000 * (uint32_t)server->connections;
}

NEXT(edk2)
{
    return 0x4d7e980b + 100 * ticks(server, contact, 200 * NS_PER_MS) +
           2048 * (uint32_t)server->connections;
}

ISN_START(lwip)
{
    server->state = 6510;
}

NEXT(lwip)
{
    return (uint32_t)(server->state += ticks(server, contact, 500 * NS_PER_MS));
}

/* more[0]: the counter; state: that of the generator. */
ISN_START(fnet)
{
    server->state = isn_server_between(server, 1, 0x7ffffffe);
    server->more[0] = (uint32_t)isn_server_draw(server);
}

NEXT(fnet)
{
    return (uint32_t)(server->more[0] += (64000 + isn_minstd(server)) & 0xff);
}

NEXT(ri15)
{
    return (uint32_t)(server->state += isn_server_between(server, 1, 1 << 15));
}

NEXT(ri_gauss)
{
    /* Box and Muller; 1 - u is never 0. */
    double u = 1 - (double)(isn_server_draw(server) >> 11) * 0x1p-53;
    double v = (double)(isn_server_draw(server) >> 11) * 0x1p-53;
    double normal = sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * v);

    return (uint32_t)(server->state += (uint64_t)llround(1.5e6 + 2.5e5 * normal));
}

NEXT(solaris1)
{
    server->state += isn_server_between(server, 0, 128000);
    return (uint32_t)(server->state + ticks(server, contact, 4096));
}

NEXT(ri_wide)
{
    return (uint32_t)(server->state += isn_server_between(server, 0, 1 << 28));
}

/* more: a and g of the increments (k * a - 1) * g. */
ISN_START(honeyd5)
{
    isn_start_random_word(server);
    server->more[0] = isn_server_between(server, 100, 1000);
    server->more[1] = isn_server_between(server, 1, 16);
}

NEXT(honeyd5)
{
    uint64_t k = server->connections % 5 + 1;

    return (uint32_t)(server->state += (k * server->more[0] - 1) * server->more[1]);
}
