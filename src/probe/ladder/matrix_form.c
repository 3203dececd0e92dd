/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict of a feature that is a SYN's form: whether it costs the options that others get. */
#include "probe/ladder/matrix_parts.h"
#include "stat/compare.h"

/* SYN cookies have no room for other options but in timestamps: what is usual differs with them. */
static bool beside_timestamps(const struct matrix_seen *seen)
{
    return seen->facts->facts[LADDER_OFFER_TIMESTAMPS].offered;
}

/* The classic options that the SYNs of other features get answered, with timestamps beside them or
 * without. */
static void find_usual(const struct matrix_case *judged, bool timestamps,
                       bool ret_usual[LADDER_OFFER_COUNT])
{
    for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++) {
        unsigned good = 0, absent = 0;

        for (size_t j = 0; i <= LADDER_OFFER_TIMESTAMPS && j < judged->count; j++) {
            const struct matrix_seen *seen = &judged->seen[j];

            if (seen->facts == NULL || rung_of(seen->rung)->feature == judged->row->feature ||
                !seen->facts->facts[i].offered || beside_timestamps(seen) != timestamps)
                continue;
            good += seen->facts->facts[i].answer == LADDER_GOOD;
            absent += seen->facts->facts[i].answer == LADDER_ABSENT;
        }
        ret_usual[i] = good > absent;
    }
}

/* Which of the offers a SYN held, and which of these its SYN,ACK left out. */
static void look(const struct matrix_seen *seen, const bool *usual, unsigned *asked,
                 unsigned *dropped)
{
    bool any = false, missing = false;

    for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++)
        if (usual[i] && seen->facts->facts[i].offered) {
            any = true;
            missing |= seen->facts->facts[i].answer == LADDER_ABSENT;
        }
    *asked += any;
    *dropped += missing;
}

enum matrix_verdict matrix_judge_form(struct matrix_case *judged)
{
    struct matrix_row *row = judged->row;
    bool usual[2][LADDER_OFFER_COUNT]; /* [1]: beside timestamps */
    unsigned here = 0, here_asked = 0, elsewhere = 0, elsewhere_asked = 0;

    if (row->opened == 0)
        return MATRIX_INCONCLUSIVE;
    if (row->feature == RUNG_FEATURE_MALFORMED)
        return MATRIX_DECLINED;
    find_usual(judged, false, usual[0]);
    find_usual(judged, true, usual[1]);
    for (size_t i = 0; i < judged->count; i++) {
        const struct matrix_seen *seen = &judged->seen[i];

        if (seen->facts == NULL || rung_of(seen->rung)->role == RUNG_ROLE_DOUBTFUL)
            continue;
        if (rung_of(seen->rung)->feature == row->feature)
            look(seen, usual[beside_timestamps(seen)], &here_asked, &here);
        else
            look(seen, usual[beside_timestamps(seen)], &elsewhere_asked, &elsewhere);
    }
    if (here > 0)
        matrix_say(judged, "; options that are answered elsewhere are missing from %u answers",
                   here);
    return compare_losses(here, here_asked, elsewhere, elsewhere_asked) < judged->ln_alpha
               ? MATRIX_STRIPPED
               : MATRIX_SUPPORTED;
}
