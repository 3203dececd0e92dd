/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ranges of one direction's sequence numbers that were never seen. */
#include "probe/follow/holes.h"

#include <string.h>

#include "wire/tcp.h"

static void take_out(struct holes *holes, unsigned index)
{
    holes->count--;
    memmove(&holes->hole[index], &holes->hole[index + 1],
            (holes->count - index) * sizeof holes->hole[0]);
}

/* Room for one at `index`; the oldest makes way. Returns where the room is now. */
static unsigned make_room(struct holes *holes, unsigned index)
{
    if (holes->count == HOLES_MAX) {
        take_out(holes, 0);
        holes->forgot = true;
        if (index > 0)
            index--;
    }
    memmove(&holes->hole[index + 1], &holes->hole[index],
            (holes->count - index) * sizeof holes->hole[0]);
    holes->count++;
    return index;
}

void holes_add(struct holes *holes, uint32_t left, uint32_t right)
{
    unsigned index = make_room(holes, holes->count);

    holes->hole[index] = (struct hole){left, right};
}

uint32_t holes_fill(struct holes *holes, uint32_t left, uint32_t right)
{
    uint32_t filled = 0;

    for (unsigned i = 0; i < holes->count;) {
        struct hole *hole = &holes->hole[i];

        if (seq_upto(hole->right, left) || seq_upto(right, hole->left)) {
            i++;
            continue;
        }
        uint32_t from = seq_before(hole->left, left) ? left : hole->left;
        uint32_t to = seq_before(right, hole->right) ? right : hole->right;
        struct hole behind = {to, hole->right};

        filled += to - from;
        if (from != hole->left && to != hole->right) {
            hole->right = from;
            unsigned at = make_room(holes, i + 1);

            holes->hole[at] = behind;
            i = at + 1;
        } else if (from != hole->left) {
            hole->right = from;
            i++;
        } else if (to != hole->right) {
            hole->left = to;
            i++;
        } else {
            take_out(holes, i);
        }
    }
    return filled;
}

uint32_t holes_within(const struct holes *holes, uint32_t left, uint32_t right)
{
    uint32_t missing = 0;

    for (unsigned i = 0; i < holes->count; i++) {
        const struct hole *hole = &holes->hole[i];
        uint32_t from = seq_before(hole->left, left) ? left : hole->left;
        uint32_t to = seq_before(right, hole->right) ? right : hole->right;

        if (seq_before(from, to))
            missing += to - from;
    }
    return missing;
}

void holes_trim(struct holes *holes, uint32_t edge, uint32_t distance)
{
    while (holes->count > 0 && seq_before(holes->hole[0].right, edge - distance))
        take_out(holes, 0);
}
