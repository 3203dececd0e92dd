/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The samples as the judges of the fixed tuple look at them. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/fixed_parts.h"

enum { PORTS_MOST = 8192, SOURCES = 64 };

double isn_fixed_time(const struct isn_samples *samples, size_t row)
{
    const struct isn_sample *sample = &samples->rows[row];
    int64_t since = sample->time - samples->rows[0].time;

    return ((double)since - (double)sample->rtt / 2) * 1e-9;
}

int isn_track_make(const struct isn_samples *samples, const size_t *rows, size_t count,
                   struct isn_track *ret_track)
{
    struct isn_track track = {.count = count,
                              .times = calloc(count + 1, sizeof *track.times),
                              .contacts = calloc(count + 1, sizeof *track.contacts),
                              .isns = calloc(count + 1, sizeof *track.isns)};

    if (!track.times || !track.contacts || !track.isns) {
        isn_track_release(&track);
        return -FAULT_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        track.times[i] = isn_fixed_time(samples, rows[i]);
        track.contacts[i] = (double)rows[i];
        track.isns[i] = samples->rows[rows[i]].isn;
    }
    *ret_track = track;
    return 0;
}

void isn_track_release(struct isn_track *track)
{
    free(track->times);
    free(track->contacts);
    free(track->isns);
    memset(track, 0, sizeof *track);
}

uint32_t isn_ports_source(const struct isn_samples *samples)
{
    size_t counts[SOURCES] = {0}, best = 0;

    for (size_t i = 0; i < samples->varying_count; i++) {
        uint32_t source = samples->rows[samples->varying[i]].src;

        if (source < SOURCES)
            counts[source]++;
    }
    for (size_t i = 1; i < SOURCES; i++) {
        if (counts[i] > counts[best])
            best = i;
    }
    return (uint32_t)best;
}

int isn_ports_make(const struct isn_samples *samples, const struct isn_pace *pace, uint32_t source,
                   double from, double until, struct isn_ports *ret_ports)
{
    size_t step = samples->varying_count / PORTS_MOST + 1;
    size_t room = samples->varying_count / step + 2;
    uint8_t seen[(UINT16_MAX + 1) / 8] = {0};
    struct isn_ports ports = {.ports = calloc(room, sizeof *ports.ports),
                              .values = calloc(room, sizeof *ports.values)};

    if (!ports.ports || !ports.values) {
        isn_ports_release(&ports);
        return -FAULT_MEMORY;
    }
    for (size_t i = 0; i < samples->varying_count; i += step) {
        size_t row = samples->varying[i];
        double time = isn_fixed_time(samples, row);

        uint16_t port = samples->rows[row].port;

        if (samples->rows[row].src != source || time < from || time > until)
            continue;
        /* The same tuple's value is no other one of F. */
        if (seen[port / 8] & 1 << port % 8)
            continue;
        seen[port / 8] = (uint8_t)(seen[port / 8] | 1 << port % 8);
        ports.ports[ports.count] = port;
        ports.values[ports.count++] =
            isn_pace_rest(pace, samples->rows[row].isn, time, (double)row);
    }
    *ret_ports = ports;
    return 0;
}

void isn_ports_release(struct isn_ports *ports)
{
    free(ports->ports);
    free(ports->values);
    memset(ports, 0, sizeof *ports);
}
