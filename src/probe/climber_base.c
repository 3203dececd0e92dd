/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which SYN stands for that of a system of today: Linux', or the nearest to it that is answered. */
#include "probe/climber.h"

/* Whether Linux' SYN was tried, on the ladder or beside it, and was never answered with a SYN,ACK.
 */
static bool fails(const struct climber *climber)
{
    bool tried = false;

    for (size_t i = 0; i < climber->count; i++) {
        const struct ladder_shot *shot = &climber->shots[i];

        if (shot->rung != RUNG_LINUX || shot->part == LADDER_PART_LIMITED || !shot->settled)
            continue;
        if (shot->came == MATRIX_SYN_ACK)
            return false;
        tried = true;
    }
    return tried;
}

enum rung_id climber_base(const struct climber *climber)
{
    static const enum rung_id nearest[] = {RUNG_LINUX_NO_TS, RUNG_LINUX_NO_SACK,
                                           RUNG_LINUX_NO_WSCALE, RUNG_MSS, RUNG_BARE};

    if (!fails(climber))
        return RUNG_LINUX;
    for (size_t i = 0; i < sizeof nearest / sizeof *nearest; i++)
        if (climber->opened[nearest[i]] > 0)
            return nearest[i];
    return RUNG_LINUX;
}
