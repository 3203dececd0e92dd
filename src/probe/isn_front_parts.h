/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that judge who stands in front of a server share. Private to them. */
#ifndef PROBE_ISN_FRONT_PARTS_H
#define PROBE_ISN_FRONT_PARTS_H

#include "probe/isn_front.h"

/* The material: what came, and the audit of it. */
struct isn_front_case {
    const struct isn_look *looks;
    size_t count;
    const struct isn_audit *audit;
};

/* Looks that are too few to say anything of. */
#define ISN_FRONT_LEAST 8

/* One more row; silently dropped when there is no room for it. */
void isn_front_note(struct isn_front *front, enum isn_front_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

bool isn_front_noted(const struct isn_front *front, enum isn_front_kind kind);
/* SYN,ACKs among the looks. */
size_t isn_front_answers(const struct isn_front_case *what);

/* Names, in rows, what stands in front; after the measures below. */
void isn_front_name(const struct isn_front_case *what, struct isn_front *front);

/* Timestamps and IP IDs: fills in the front's figures; notes nothing. */
void isn_front_measure_clock(const struct isn_front_case *what, struct isn_front *front);
void isn_front_measure_ids(const struct isn_front_case *what, struct isn_front *front);
/* How many lines the timestamps of the fixed tuple make; 0: not known. */
size_t isn_front_clock_lines(const struct isn_front_case *what, double rate);

/* The different values of one property of the SYN,ACKs, those of the most frequent first. */
#define ISN_FRONT_VALUES 6
struct isn_front_spread {
    struct isn_front_value {
        uint32_t value;
        size_t count;
    } values[ISN_FRONT_VALUES];
    size_t count;    /* of values that are no strays */
    size_t total;    /* SYN,ACKs that were compared */
    size_t switches; /* from one of these values to another */
    double first;    /* s: when the first switch came */
    bool many;       /* more values than there is room for */
};
enum isn_front_property { ISN_FRONT_TTL, ISN_FRONT_LAYOUT, ISN_FRONT_WINDOW };
struct isn_front_spread isn_front_spread(const struct isn_front_case *what,
                                         enum isn_front_property property);
/* They take turns, more often than a change or two would explain. */
bool isn_front_alternates(const struct isn_front_spread *spread);

#endif
