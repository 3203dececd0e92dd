/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clocks, and the system's entropy: handed down from here as values. */
#ifndef NET_CLOCK_H
#define NET_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* CLOCK_MONOTONIC in nanoseconds: for timers. */
int64_t clock_monotonic(void);
/* CLOCK_REALTIME in nanoseconds since 1970: the clock of capture time stamps. */
int64_t clock_realtime(void);

/* "2026-11-21T04:05:06.123456Z" for a time of CLOCK_REALTIME. Returns text. */
const char *clock_iso8601(int64_t realtime_ns, char text[40]);

/* Unpredictable bytes (getrandom). 0 or -FAULT_SYSTEM. */
int entropy_fill(void *bytes, size_t length, struct fault *fault);

#endif
