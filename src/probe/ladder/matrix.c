/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the matrix: rungs held against controls, and the verdict of each feature. */
#include "probe/ladder/matrix.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "probe/ladder/matrix_parts.h"
#include "stat/compare.h"

#define ALPHA 0.05

static void tally(struct matrix *matrix, const struct matrix_seen *seen, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct matrix_rung *rung = &matrix->rungs[seen[i].rung];

        if (seen[i].limited) {
            assert(seen[i].facts == NULL);
            continue;
        }
        assert((seen[i].came == MATRIX_SYN_ACK) == (seen[i].facts != NULL));
        rung->sent++;
        switch (seen[i].came) {
        case MATRIX_SYN_ACK:
            rung->opened++;
            break;
        case MATRIX_RST:
            rung->reset++;
            break;
        case MATRIX_ICMP:
            rung->icmp++;
            break;
        case MATRIX_NOTHING:
        case MATRIX_CAME_COUNT:
            rung->silent++;
            break;
        }
        if (seen[i].facts == NULL)
            continue;
        matrix->echoing |= rung_of(seen[i].rung)->role == RUNG_ROLE_ECHO &&
                           seen[i].facts->facts[LADDER_OFFER_UNKNOWN].answer == LADDER_ECHO;
    }
}

/* Whether the one fails to open more often than chance has it beside `sent` of which `opened`. */
static void hold(struct matrix *matrix, struct matrix_rung *rung, unsigned sent, unsigned opened)
{
    rung->ln_p = compare_losses(rung->sent - rung->opened, rung->sent, sent - opened, sent);
    rung->broken = rung->ln_p < matrix->ln_alpha;
}

static void weigh(struct matrix *matrix)
{
    struct matrix_rung *rungs = matrix->rungs, *bare = &rungs[RUNG_BARE], *mss = &rungs[RUNG_MSS];
    unsigned asked = 0;

    for (unsigned i = 0; i < RUNG_COUNT; i++)
        asked += rungs[i].sent > 0;
    matrix->ln_alpha = log(ALPHA / (asked > 0 ? asked : 1));
    hold(matrix, bare, mss->sent, mss->opened);
    hold(matrix, mss, bare->sent, bare->opened);
    for (unsigned i = 0; i < 2; i++) {
        const struct matrix_rung *control = i == 0 ? bare : mss;

        if (control->broken)
            continue;
        matrix->controls_sent += control->sent;
        matrix->controls_opened += control->opened;
    }
    for (unsigned i = 0; i < RUNG_COUNT; i++)
        if (rung_of((enum rung_id)i)->role != RUNG_ROLE_CONTROL)
            hold(matrix, &rungs[i], matrix->controls_sent, matrix->controls_opened);
    for (unsigned i = 0; i < RUNG_COUNT; i++) {
        const struct rung *rung = rung_of((enum rung_id)i);

        rungs[i].inherited = rungs[i].broken && rung->role != RUNG_ROLE_CONTROL &&
                             rung_of(rung->beside)->role != RUNG_ROLE_CONTROL &&
                             rungs[rung->beside].broken;
    }
}

/* A row whose rungs may all go unanswered rightly is judged by them; else only by the others. */
static bool all_doubtful(const struct matrix *matrix, enum rung_feature feature)
{
    for (unsigned i = 0; i < RUNG_COUNT; i++) {
        const struct rung *rung = rung_of((enum rung_id)i);

        if (rung->feature == feature && rung->role != RUNG_ROLE_DOUBTFUL &&
            matrix->rungs[i].sent > 0)
            return false;
    }
    return true;
}

/* Sums up the feature's rungs; names those that break the handshake. */
static void count(struct matrix_case *judged)
{
    struct matrix_row *row = judged->row;
    bool doubtful_too = all_doubtful(judged->matrix, row->feature);
    unsigned named = 0;

    for (unsigned i = 0; i < RUNG_COUNT; i++) {
        const struct matrix_rung *rung = &judged->matrix->rungs[i];

        if (rung_of((enum rung_id)i)->feature != row->feature)
            continue;
        row->sent += rung->sent;
        row->opened += rung->opened;
        row->reset += rung->reset;
        row->icmp += rung->icmp;
        row->silent += rung->silent;
        row->broken += rung->broken && !rung->inherited &&
                       (doubtful_too || rung_of((enum rung_id)i)->role != RUNG_ROLE_DOUBTFUL);
    }
    if (row->sent == 0)
        return;
    matrix_say(judged, "%u of %u SYNs opened", row->opened, row->sent);
    if (row->opened < row->sent)
        matrix_say(judged, " (%u RST, %u ICMP, %u silence)", row->reset, row->icmp, row->silent);
    matrix_say(judged, ", %u of %u controls", judged->matrix->controls_opened,
               judged->matrix->controls_sent);
    for (unsigned i = 0; i < RUNG_COUNT; i++) {
        const struct matrix_rung *rung = &judged->matrix->rungs[i];
        const struct rung *of = rung_of((enum rung_id)i);

        if (of->feature != row->feature || !rung->broken || of->role == RUNG_ROLE_FORBIDDEN)
            continue;
        if (named++ < 6)
            matrix_say(judged, "%s %s%s %u of %u%s", named == 1 ? "; fails:" : ",", of->name,
                       rung->inherited ? " (as what it is held against)" : "", rung->opened,
                       rung->sent, of->role == RUNG_ROLE_DOUBTFUL ? " (which may be)" : "");
    }
    if (named > 6)
        matrix_say(judged, " and %u more", named - 6);
}

/* A wrong checksum is for hosts to drop. */
static enum matrix_verdict judge_checksum(struct matrix_case *judged)
{
    const struct matrix_row *row = judged->row;

    if (row->opened + row->reset > 0) {
        matrix_say(judged, "; answered, though no host may: something on the way answers for it, "
                           "or puts checksums right");
        return MATRIX_REWRITTEN;
    }
    if (judged->matrix->rungs[RUNG_CHECKSUM].ln_p < judged->ln_alpha) {
        matrix_say(judged, "; dropped, as it must be");
        return MATRIX_DECLINED;
    }
    matrix_say(judged, "; silence may be loss here");
    return MATRIX_INCONCLUSIVE;
}

static void judge_row(struct matrix_case *judged)
{
    struct matrix_row *row = judged->row;
    enum ladder_offer offer = matrix_offer(row->feature);

    row->verdict = row->otherwise = MATRIX_INCONCLUSIVE;
    count(judged);
    for (size_t i = 0; i < judged->count; i++)
        if (judged->seen[i].facts != NULL && rung_of(judged->seen[i].rung)->feature == row->feature)
            row->rules |= judged->seen[i].facts->breaches;
    if (row->sent == 0) {
        matrix_say(judged, "not asked");
        return;
    }
    if (judged->matrix->controls_opened == 0) {
        matrix_say(judged, "; nothing to compare with");
        return;
    }
    if (row->feature == RUNG_FEATURE_CHECKSUM) {
        row->verdict = row->otherwise = judge_checksum(judged);
        return;
    }
    row->otherwise =
        offer == LADDER_OFFER_COUNT ? matrix_judge_form(judged) : matrix_judge_offer(judged, offer);
    row->verdict = row->broken > 0 ? MATRIX_BREAKS : row->otherwise;
}

void matrix_judge(const struct matrix_seen *seen, size_t count, struct matrix *ret_matrix)
{
    struct matrix_case judged = {.seen = seen, .count = count, .matrix = ret_matrix};
    unsigned features = 0;

    memset(ret_matrix, 0, sizeof *ret_matrix);
    tally(ret_matrix, seen, count);
    weigh(ret_matrix);
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        bool asked = false;

        for (unsigned j = 0; j < RUNG_COUNT; j++)
            asked |= rung_of((enum rung_id)j)->feature == i && ret_matrix->rungs[j].sent > 0;
        features += asked;
    }
    judged.ln_alpha = log(ALPHA / (features > 0 ? features : 1));
    for (size_t i = 0; i < count; i++)
        if (seen[i].facts != NULL && rung_of(seen[i].rung)->role == RUNG_ROLE_CONTROL &&
            seen[i].facts->nops > judged.control_nops)
            judged.control_nops = seen[i].facts->nops;
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        judged.row = &ret_matrix->rows[i];
        judged.row->feature = (enum rung_feature)i;
        judge_row(&judged);
    }
}
