/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The source ports of a plan, and its chance. */
#include <string.h>

#include "probe/isn_plan_parts.h"

/* Ports below are left alone while there are enough above. */
#define PORT_LOW     10000U
#define PORT_LOWEST  1024U
#define PORTS_WANTED 4096

/* ---- chance ---- */

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t isn_plan_draw(struct isn_plan *plan)
{
    uint64_t z = plan->random += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 … below - 1. */
uint32_t isn_plan_below(struct isn_plan *plan, uint32_t below)
{
    return (uint32_t)(((isn_plan_draw(plan) >> 32) * below) >> 32);
}

int64_t isn_plan_between(struct isn_plan *plan, int64_t from, int64_t to)
{
    return from + (int64_t)(isn_plan_draw(plan) % (uint64_t)(to - from + 1));
}

/* ---- ports ---- */

bool isn_plan_used(const struct isn_plan *plan, uint32_t src, uint32_t port)
{
    return plan->used[src][port / 8] & (1U << port % 8);
}

void isn_plan_use(struct isn_plan *plan, uint32_t src, uint32_t port)
{
    plan->used[src][port / 8] |= (uint8_t)(1U << port % 8);
}

static bool is_free(const struct isn_plan *plan, uint32_t port)
{
    return port >= plan->first && port <= 65535 &&
           (port < plan->own_first || port > plan->own_last) && !isn_plan_used(plan, 0, port);
}

/* From which port on there are enough of them outside the machine's own range, or just enough. */
void isn_plan_range(struct isn_plan *plan, const struct isn_plan_options *options)
{
    uint32_t above = 65535U - options->own_last, below;

    plan->own_first = options->own_first;
    plan->own_last = options->own_last;
    plan->first = PORT_LOW;
    below = plan->own_first > PORT_LOW ? plan->own_first - PORT_LOW : 0;
    if (above + below >= PORTS_WANTED)
        return;
    plan->first = PORT_LOWEST;
    below = plan->own_first > PORT_LOWEST ? plan->own_first - PORT_LOWEST : 0;
    if (above + below >= PORTS_WANTED)
        return;
    /* There is no outside to speak of. What the kernel has taken is found out when it is asked for.
     */
    plan->first = PORT_LOW;
    plan->own_first = plan->own_last = 0;
}

/* All have been used: they are used again, but not the fixed one. */
static void forget_ports(struct isn_plan *plan)
{
    memset(plan->used, 0, sizeof plan->used);
    if (plan->fixed_port) {
        isn_plan_use(plan, 0, plan->fixed_port);
        isn_plan_use(plan, 1, plan->fixed_port);
    }
}

uint16_t isn_plan_port(struct isn_plan *plan)
{
    uint32_t port, span = 65536U - plan->first;

    for (unsigned i = 0; i < ISN_PLAN_PROPOSALS; i++) {
        port = plan->first + isn_plan_below(plan, span);
        if (is_free(plan, port)) {
            isn_plan_use(plan, 0, port);
            return (uint16_t)port;
        }
    }
    port = plan->first + isn_plan_below(plan, span);
    for (uint32_t i = 0; i < span; i++) { /* hardly any are left: whichever is the next */
        uint32_t next = plan->first + (port - plan->first + i) % span;

        if (is_free(plan, next)) {
            isn_plan_use(plan, 0, next);
            return (uint16_t)next;
        }
    }
    forget_ports(plan);
    return isn_plan_port(plan);
}

static bool group_fits(const struct isn_plan *plan, const uint32_t ports[4], unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!is_free(plan, ports[i]))
            return false;
    return true;
}

static void group_make(struct isn_plan *plan, struct isn_plan_group *group)
{
    uint32_t ports[4], p, a, b, d;
    unsigned count;

    group->at = 0;
    for (unsigned i = 0; i < ISN_PLAN_PROPOSALS; i++) {
        p = plan->first + isn_plan_below(plan, 65536U - plan->first);
        if (isn_plan_draw(plan) & 1) {
            a = isn_plan_below(plan, 13);
            b = (a + 1 + isn_plan_below(plan, 12)) % 13;
            a = 1U << a;
            b = 1U << b;
            memcpy(ports, (uint32_t[4]){p, p ^ a, p ^ b, p ^ a ^ b}, sizeof ports);
            count = 4;
        } else {
            d = 1 + isn_plan_below(plan, 127);
            memcpy(ports, (uint32_t[4]){p, p + d, p + 2 * d, 0}, sizeof ports);
            count = 3;
        }
        if (!group_fits(plan, ports, count))
            continue;
        for (unsigned k = 0; k < count; k++) {
            isn_plan_use(plan, 0, ports[k]);
            group->ports[k] = (uint16_t)ports[k];
        }
        group->count = count;
        return;
    }
    group->ports[0] = isn_plan_port(plan);
    group->count = 1;
}

uint16_t isn_plan_group_next(struct isn_plan *plan, struct isn_plan_group *group)
{
    if (group->at == group->count)
        group_make(plan, group);
    return group->ports[group->at++];
}
