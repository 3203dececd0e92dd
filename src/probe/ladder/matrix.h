/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All answers to a ladder of SYNs made into one verdict for each feature, with its evidence. */
#ifndef PROBE_LADDER_MATRIX_H
#define PROBE_LADDER_MATRIX_H

#include "probe/ladder/rules.h"
#include "probe/ladder/rungs.h"
#include "report/matrix_words.h"

enum matrix_verdict {
#define X(id, word, seen, proves) MATRIX_##id,
    MATRIX_VERDICT_TABLE(X)
#undef X
        MATRIX_VERDICT_COUNT
};
struct matrix_verdict_row {
    const char *word, *seen, *proves;
};
const struct matrix_verdict_row *matrix_verdict_row(enum matrix_verdict verdict);

enum matrix_came {
    MATRIX_SYN_ACK,
    MATRIX_RST,
    MATRIX_ICMP,    /* an error that quotes this SYN, and nothing else */
    MATRIX_NOTHING, /* within the time-out */
    MATRIX_CAME_COUNT
};

/* One SYN that was sent. */
struct matrix_seen {
    enum rung_id rung;
    enum matrix_came came;
    const struct ladder_facts *facts; /* of the SYN,ACK; NULL for all else, and if limited */
    /* Bits 1 << enum ladder_offer, from ladder_quote(); 0 where no ICMP error quoted it. An error
     * may come beside a SYN,ACK too: one for a copy with a small TTL. */
    uint32_t quote_lacks, quote_differs;
    bool limited; /* it was to expire on the way: only what quotes say of it counts */
};

/*
 * What an ICMP quote of a SYN (segment_read() of its packet) shows of the way that far: the offers
 * that it lacks, and those that are there with another value. IP's ECN bits count as ACCECN.
 */
void ladder_quote(const struct segment *sent, const struct segment *quoted, uint32_t *ret_lacks,
                  uint32_t *ret_differs);

/* What became of one rung. */
struct matrix_rung {
    unsigned sent, opened, reset, icmp, silent;
    double ln_p; /* natural logarithm of Fisher's p, that it opens as often as the controls; 0: as
                    often */
    bool broken; /* it does not: ln_p is below matrix.ln_alpha */
    bool inherited; /* so does the rung beside it, from which it differs by one thing: not its doing
                     */
};

#define MATRIX_VALUES        8
#define MATRIX_EVIDENCE_SIZE 600

struct matrix_row {
    enum rung_feature feature;
    enum matrix_verdict verdict;
    enum matrix_verdict otherwise; /* by the SYNs that opened; as `verdict` unless that is BREAKS */
    /* The feature's own rungs: SYNs sent, and what came. */
    unsigned sent, opened, reset, icmp, silent;
    /* SYNs of all rungs that offered it and were opened: what the SYN,ACK said; `unasked`: of those
     * that did not offer it. 0 for features that are no offer (rungs' form, checksum). */
    unsigned good, absent, echoed, bad, unasked;
    unsigned broken; /* rungs that break the handshake */
    uint64_t rules;  /* 1 << enum ladder_rule: broken in answers to the feature's own rungs */
    uint32_t values[MATRIX_VALUES]; /* different ones that came, see LADDER_OFFER_TABLE; rising */
    size_t value_count;
    char evidence[MATRIX_EVIDENCE_SIZE]; /* for people: figures, then the reason */
};

struct matrix {
    struct matrix_row rows[RUNG_FEATURE_COUNT];
    struct matrix_rung rungs[RUNG_COUNT];
    unsigned controls_sent, controls_opened; /* of the controls that are not broken themselves */
    double ln_alpha; /* 5 % by the number of rungs that were sent, as a logarithm */
    bool echoing;    /* options that nobody knows came back */
};

/*
 * Judges the SYNs of one target, in any order. Pure. Rows of features that were not asked are
 * INCONCLUSIVE with sent 0. A rung is held against the controls (RUNG_BARE and RUNG_MSS, that of
 * them which is not broken beside the other), repeats and all; where the rung beside it is broken
 * too, it does not count against the feature (`inherited`). A verdict of absence wants two answers
 * at least. The result is of some 20 KiB.
 */
void matrix_judge(const struct matrix_seen *seen, size_t count, struct matrix *ret_matrix);

#endif
