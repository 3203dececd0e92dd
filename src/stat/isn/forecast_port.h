/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A function of the port that is linear over GF(2), learnt from its values. */
#ifndef STAT_ISN_FORECAST_PORT_H
#define STAT_ISN_FORECAST_PORT_H

#include "stat/isn/forecast.h"

/* The number of this port. False: it contradicts those before. */
bool isn_port_map_learn(struct isn_port_map *map, uint16_t port, uint32_t isn);

/* What follows for a port from those learnt; false where nothing does. */
bool isn_port_map_value(const struct isn_port_map *map, uint16_t port, uint32_t *ret_isn);

#endif
