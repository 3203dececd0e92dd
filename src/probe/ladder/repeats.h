/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schedule by which a peer sends its SYN,ACK again. */
#ifndef PROBE_LADDER_REPEATS_H
#define PROBE_LADDER_REPEATS_H

#include "probe/ladder/shot.h"
#include "report/matrix_words.h"

enum repeats_growth {
#define X(id, word, meaning) REPEATS_##id,
    REPEATS_TABLE(X)
#undef X
        REPEATS_COUNT
};
const char *repeats_word(enum repeats_growth growth);

struct ladder_repeats {
    enum repeats_growth growth;
    size_t count; /* repeats */
    int64_t
        gaps[LADDER_HOLD_REPEATS]; /* ns: from the SYN,ACK to its repeat, from that to the next … */
    size_t gap_count;
    double ratio;        /* median of one gap to the one before; NAN: fewer than two gaps */
    bool reset;          /* an RST ended it: */
    int64_t reset_after; /* ns since the first SYN,ACK */
    /* Nothing came for more than twice the gap that was due next, or the RST did: there is no more
     * to come. */
    bool finished;
    bool isn_changed; /* a repeat had another ISN */
    bool ts_frozen;   /* repeats have the first one's TSval */
};

/* Pure. */
void repeats_judge(const struct ladder_hold *hold, struct ladder_repeats *ret_repeats);

#endif
