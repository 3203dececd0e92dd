/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ranges of one direction's sequence numbers that were never seen, of a bounded number. */
#ifndef PROBE_FOLLOW_HOLES_H
#define PROBE_FOLLOW_HOLES_H

#include <stdbool.h>
#include <stdint.h>

#define HOLES_MAX 8

/* left … right - 1 is missing. All of them lie within half the sequence space. */
struct hole {
    uint32_t left, right;
};

/* In rising order. Where there are too many the oldest is forgotten: its bytes pass for seen. */
struct holes {
    uint8_t count;
    bool forgot;
    struct hole hole[HOLES_MAX];
};

/* Adds one behind all others; `left` before `right`. */
void holes_add(struct holes *holes, uint32_t left, uint32_t right);

/* Takes out what left … right - 1 fills; returns how many bytes that was. */
uint32_t holes_fill(struct holes *holes, uint32_t left, uint32_t right);

/* How many bytes of left … right - 1 are missing. */
uint32_t holes_within(const struct holes *holes, uint32_t left, uint32_t right);

/* Forgets the holes that end more than `distance` before `edge`: nothing will fill them. */
void holes_trim(struct holes *holes, uint32_t edge, uint32_t distance);

#endif
