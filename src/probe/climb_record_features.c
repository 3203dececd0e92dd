/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The findings of a climb that all answers together show: SYNs that go unanswered, and options that
 * are lost or changed on the way. */
#include "probe/climb_record_found.h"

#define NAMED 6 /* at most, of many */

/* How bad it is when a SYN goes unanswered: what systems of today send, what some of them ask for
 * where they are told to, and what is seldom seen. */
static enum finding broken_finding(enum rung_id id)
{
    switch (rung_of(id)->feature) {
    case RUNG_FEATURE_MSS:
    case RUNG_FEATURE_WSCALE:
    case RUNG_FEATURE_SACK:
    case RUNG_FEATURE_TIMESTAMPS:
    case RUNG_FEATURE_SETS:
    case RUNG_FEATURE_ECN:
        return id == RUNG_WSCALE_15 || id == RUNG_TS_ECHO || id == RUNG_ECN_ECT0
                   ? FINDING_OPT_BREAKS_SELDOM
                   : FINDING_OPT_BREAKS;
    case RUNG_FEATURE_FASTOPEN:
    case RUNG_FEATURE_ACCECN:
    case RUNG_FEATURE_MPTCP:
        return FINDING_OPT_BREAKS_SOME;
    case RUNG_FEATURE_BARE:
    case RUNG_FEATURE_ORDER:
    case RUNG_FEATURE_PADDING:
    case RUNG_FEATURE_FULL:
    case RUNG_FEATURE_MD5:
    case RUNG_FEATURE_UTO:
    case RUNG_FEATURE_EDO:
    case RUNG_FEATURE_UNKNOWN:
    case RUNG_FEATURE_MALFORMED:
    case RUNG_FEATURE_RESERVED:
    case RUNG_FEATURE_DATA:
    case RUNG_FEATURE_CHECKSUM:
    case RUNG_FEATURE_COUNT:
        break;
    }
    return FINDING_OPT_BREAKS_SELDOM;
}

/*
 * A rung that the standards want answered goes unanswered, and not because its neighbour does. To a
 * signed SYN silence is right where there is no key (RFC 2385 2.0), and always to a wrong checksum.
 */
static bool is_broken(const struct climb_case *judged, enum rung_id id)
{
    const struct matrix_rung *rung = &judged->matrix.rungs[id];
    enum rung_feature feature = rung_of(id)->feature;

    return rung->broken && !rung->inherited &&
           judged->matrix.rows[feature].verdict == MATRIX_BREAKS && feature != RUNG_FEATURE_MD5 &&
           feature != RUNG_FEATURE_CHECKSUM &&
           (rung_of(id)->role != RUNG_ROLE_DOUBTFUL || feature == RUNG_FEATURE_MALFORMED);
}

static void broken(struct climb_found *found, enum finding finding)
{
    const struct climb_case *judged = found->judged;
    struct arena *arena = judged->arena;
    unsigned count = 0;

    for (unsigned i = 0; i < RUNG_COUNT; i++) {
        const struct matrix_rung *rung = &judged->matrix.rungs[i];

        if (!is_broken(judged, (enum rung_id)i) || broken_finding((enum rung_id)i) != finding)
            continue;
        if (count == 0)
            climb_found_begin(found, finding);
        if (count < NAMED)
            arena_print(arena, "%s %s %u of %u opened", count == 0 ? ":" : ",",
                        rung_of((enum rung_id)i)->name, rung->opened, rung->sent);
        count++;
    }
    if (count == 0)
        return;
    if (count > NAMED)
        arena_print(arena, " and %u more", count - NAMED);
    arena_print(arena, "; controls %u of %u", judged->matrix.controls_opened,
                judged->matrix.controls_sent);
    climb_found_end(found, finding);
}

/* Whether quotes show the feature's offer with another value. */
static bool quoted_otherwise(const struct climb_case *judged, enum rung_feature feature)
{
    enum ladder_offer offer = climb_offer(feature);

    if (offer == LADDER_OFFER_COUNT)
        return false;
    for (size_t i = 0; i < judged->climb->count; i++)
        if (judged->climb->shots[i].part != LADDER_PART_LIMITED &&
            judged->climb->shots[i].quote_differs >> offer & 1)
            return true;
    return judged->limited.rows[offer].hop > 0 && judged->limited.rows[offer].differs;
}

static bool is_stripped(const struct climb_case *judged, enum rung_feature feature)
{
    return judged->matrix.rows[feature].otherwise == MATRIX_STRIPPED;
}

/* Where answers alone look wrong, the rules that they broke are the findings. */
static bool is_rewritten(const struct climb_case *judged, enum rung_feature feature)
{
    return feature != RUNG_FEATURE_MSS && quoted_otherwise(judged, feature);
}

static bool is_clamped(const struct climb_case *judged, enum rung_feature feature)
{
    return feature == RUNG_FEATURE_MSS && quoted_otherwise(judged, feature);
}

/* Whether one of the rules that tell of an echo was broken; these are findings of their own. */
static bool is_plain_echo(const struct climb_case *judged, enum rung_feature feature)
{
    const uint64_t own =
        UINT64_C(1) << LADDER_RULE_ECN_ECHO | UINT64_C(1) << LADDER_RULE_TS_ECHO |
        UINT64_C(1) << LADDER_RULE_MPTCP_OURS | UINT64_C(1) << LADDER_RULE_COOKIE_OURS |
        UINT64_C(1) << LADDER_RULE_COOKIE_EMPTY | UINT64_C(1) << LADDER_RULE_RESERVED;
    const struct matrix_row *row = &judged->matrix.rows[feature];

    return row->otherwise == MATRIX_ECHOED && (row->rules & own) == 0;
}

/* Features of a kind, each with what was seen of it. */
static void changed(struct climb_found *found, enum finding finding,
                    bool (*is)(const struct climb_case *, enum rung_feature))
{
    const struct climb_case *judged = found->judged;
    bool any = false;

    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        if (!climb_asked(judged, (enum rung_feature)i) || !is(judged, (enum rung_feature)i))
            continue;
        if (!any)
            climb_found_begin(found, finding);
        arena_print(judged->arena, "%s %s", any ? ";" : ":",
                    rung_feature_name((enum rung_feature)i));
        if (judged->signs[i] != NULL)
            arena_print(judged->arena, " (%s)", judged->signs[i]);
        any = true;
    }
    if (any)
        climb_found_end(found, finding);
}

/* What a peer may leave out is no finding: D-SACK (RFC 2883 4), and to take data with a cookie that
 * it gave for the experiment's option of before alone (RFC 7413 4.2.2). */
static bool is_free(const struct climb_case *judged, enum check_kind kind)
{
    return kind == CHECK_KIND_DSACK ||
           (kind == CHECK_KIND_FASTOPEN &&
            judged->matrix.rows[RUNG_FEATURE_FASTOPEN].otherwise != MATRIX_SUPPORTED);
}

static void checked(struct climb_found *found, enum finding finding, enum check_outcome outcome)
{
    const struct climb_case *judged = found->judged;
    bool any = false;

    for (unsigned i = 0; i < CHECK_KIND_COUNT; i++) {
        const struct check_row *row = &judged->checks.rows[i];

        if (row->outcome != outcome ||
            (outcome == CHECK_OUTCOME_FAILS && is_free(judged, (enum check_kind)i)))
            continue;
        if (!any)
            climb_found_begin(found, finding);
        arena_print(judged->arena, "%s %s (%s)", any ? ";" : ":",
                    check_kind_row((enum check_kind)i)->word, row->detail);
        any = true;
    }
    if (any)
        climb_found_end(found, finding);
}

void climb_found_features(struct climb_found *found)
{
    const struct matrix_row *checksum = &found->judged->matrix.rows[RUNG_FEATURE_CHECKSUM];

    broken(found, FINDING_OPT_BREAKS);
    broken(found, FINDING_OPT_BREAKS_SOME);
    broken(found, FINDING_OPT_BREAKS_SELDOM);
    changed(found, FINDING_OPT_STRIPPED, is_stripped);
    changed(found, FINDING_OPT_REWRITTEN, is_rewritten);
    changed(found, FINDING_OPT_CLAMPED, is_clamped);
    if (!climb_found_has(found, FINDING_OPT_ECHO))
        changed(found, FINDING_OPT_ECHO, is_plain_echo);
    checked(found, FINDING_OPT_ONE_SIDED, CHECK_OUTCOME_ONE_SIDED);
    checked(found, FINDING_OPT_NOT_IN_EFFECT, CHECK_OUTCOME_FAILS);
    if (!climb_found_has(found, FINDING_OPT_CHECKSUM) && checksum->reset > 0) {
        climb_found_begin(found, FINDING_OPT_CHECKSUM);
        arena_print(found->judged->arena, ": %u of %u drew an RST", checksum->reset,
                    checksum->sent);
        climb_found_end(found, FINDING_OPT_CHECKSUM);
    }
}
