/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is out of the ordinary about a captured connection. Private to probe/track. */
#ifndef PROBE_TRACK_CONNECTION_FOUND_H
#define PROBE_TRACK_CONNECTION_FOUND_H

#include "base/text.h"
#include "probe/track/connection_parts.h"
#include "probe/track/found.h"

/* "client", "server" */
static inline const char *name_of(const struct telling *telling, const struct follow_end *end)
{
    return end == telling->client ? "client" : "server";
}

/* Whether a segment of either end was that, and whose. */
static inline bool has_event(const struct telling *telling, uint64_t event)
{
    return (telling->client->all_events | telling->server->all_events) & event;
}
static inline const char *name_with(const struct telling *telling, uint64_t event)
{
    return telling->server->all_events & event ? "server" : "client";
}

/* connection_record_opening.c: SYNs and what they say. */
void find_opening(const struct telling *telling, struct found *found);

#endif
