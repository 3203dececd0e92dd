/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of known clocks, and the nearest of them. */
#include <math.h>
#include <stdbool.h>

#include "stat/isn/clock_name.h"

#define QUARTZ    200e-6 /* a clock that nothing corrects */
#define DIFFERENT 0.01   /* less than half of the least distance in the table */

/* clang-format off */
const struct isn_clock_name isn_clock_names[] = {
    {1,          "1/s"},
    {2,          "2/s: 500 ms ticks, uIP and Contiki"},
    {10,         "10/s"},
    {100,        "100/s: 10 ms ticks"},
    {250,        "250/s: 4 ms ticks"},
    {500,        "500/s: 2 ms ticks, EDK2"},
    {1000,       "1 kHz: milliseconds, early Windows, CycloneTCP, Nut/Net"},
    {10000,      "10 kHz"},
    {64000,      "64000/s: a BSD's half increment"},
    {100000,     "100 kHz: 10 us"},
    {128000,     "128000/s: 4.2BSD to 4.4BSD"},
    {244140.625, "1 in 4096 ns: Solaris"},
    {250000,     "250 kHz: RFC 793's 4 us"},
    {1000000,    "1 MHz: microseconds, Linux 2.4 to 2.6"},
    {1048576,    "1 MiB/s: OpenBSD, FreeBSD"},
    {10000000,   "10 MHz: 100 ns, as Windows counts time"},
    {15625000,   "1 in 64 ns: Linux, gVisor"},
    {31250000,   "1 in 32 ns: passt"},
    {100000000,  "100 MHz"},
    {1000000000, "1 GHz: nanoseconds"},
};
/* clang-format on */
const size_t isn_clock_name_count = sizeof isn_clock_names / sizeof isn_clock_names[0];

const struct isn_clock_name *isn_clock_name(double rate, double low, double high)
{
    double reach = isnan(low) || isnan(high) ? 0 : (high - low) / 2;
    const struct isn_clock_name *best = NULL;

    for (size_t i = 0; i < isn_clock_name_count; i++) {
        double nominal = isn_clock_names[i].rate, distance = fabs(rate - nominal);
        bool near = distance <= QUARTZ * nominal + reach && distance < DIFFERENT * nominal;

        if (near && (!best || distance < fabs(rate - best->rate)))
            best = &isn_clock_names[i];
    }
    return best;
}
