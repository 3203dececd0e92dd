/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of probe/ladder/matrix share. */
#ifndef PROBE_LADDER_MATRIX_PARTS_H
#define PROBE_LADDER_MATRIX_PARTS_H

#include <string.h>

#include "base/text.h"
#include "probe/ladder/matrix.h"

struct matrix_case {
    const struct matrix_seen *seen;
    size_t count;
    struct matrix *matrix;
    struct matrix_row *row;
    uint8_t control_nops; /* the longest row of NOP in answers to controls */
    double ln_alpha;      /* for a row */
};

/* Adds to the evidence of the row at hand. */
#define matrix_say(judged, ...)                                                                    \
    do {                                                                                           \
        size_t said_ = strlen((judged)->row->evidence);                                            \
        text_append((judged)->row->evidence, MATRIX_EVIDENCE_SIZE, &said_, __VA_ARGS__);           \
    } while (0)

/* The offer that a feature is about; LADDER_OFFER_COUNT: none. */
enum ladder_offer matrix_offer(enum rung_feature feature);

/*
 * Whether an answer to this rung without the offer means anything: who takes a cookie gives none;
 * an old experiment, or a code that only some know, is no fair question; AccECN answered is ECN
 * left out; and RFC 3168 6.1.1 lets a host refuse ECN to a SYN that is marked itself.
 */
bool matrix_asks(enum rung_id id, enum ladder_offer offer);

/* The verdict by the SYNs that opened, with its reason in the evidence. */
enum matrix_verdict matrix_judge_offer(struct matrix_case *judged, enum ladder_offer offer);
enum matrix_verdict matrix_judge_form(struct matrix_case *judged);

#endif
