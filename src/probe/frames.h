/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames to those whose connections they belong to. Private to the engine. */
#ifndef PROBE_FRAMES_H
#define PROBE_FRAMES_H

#include "probe/engine_parts.h"

/* Begins to read from a link, if it is not read yet; and ends it. */
void engine_watch(struct engine *engine, struct links_entry *entry);
void engine_unwatch(struct engine *engine, struct links_entry *entry);
/* Reads the frames that wait and hands them on: all of them, but not those that a fast peer goes on
 * to send. */
void engine_read_links(struct engine *engine);

#endif
