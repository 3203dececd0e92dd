/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A function of the port that is linear over GF(2), learnt from its values. */
#include "stat/isn/forecast_port.h"

static uint32_t columns_of(uint16_t port)
{
    return 1U << (ISN_FORECAST_COLUMNS - 1) | port;
}

/* Takes the known patterns out of `pattern`; what they make goes into *value. */
static uint32_t reduce(const struct isn_port_map *map, uint32_t pattern, uint32_t *value)
{
    for (int i = ISN_FORECAST_COLUMNS - 1; i >= 0; i--) {
        if (pattern >> i & 1 && map->patterns[i] != 0) {
            pattern ^= map->patterns[i];
            *value ^= map->values[i];
        }
    }
    return pattern;
}

bool isn_port_map_learn(struct isn_port_map *map, uint16_t port, uint32_t isn)
{
    uint32_t pattern = reduce(map, columns_of(port), &isn);
    int top;

    if (pattern == 0)
        return isn == 0;
    top = 31 - __builtin_clz(pattern);
    map->patterns[top] = pattern;
    map->values[top] = isn;
    return true;
}

bool isn_port_map_value(const struct isn_port_map *map, uint16_t port, uint32_t *ret_isn)
{
    *ret_isn = 0;
    return reduce(map, columns_of(port), ret_isn) == 0;
}
