/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of `read` as `describe` lists them. */
#ifndef CMD_DESCRIBE_READ_H
#define CMD_DESCRIBE_READ_H

#include "base/arena.h"
#include "report/schema.h"

/* Lists of records of schema_doubt, schema_ending, schema_event_kind, in `memory`. */
struct record_list describe_doubts(struct arena *memory);
struct record_list describe_endings(struct arena *memory);
struct record_list describe_events(struct arena *memory);

#endif
