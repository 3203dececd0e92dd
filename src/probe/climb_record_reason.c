/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of a climb in one sentence that a person can put in a ticket. */
#include "probe/climb_record_parts.h"

/* What people ask for; the other rows are named only where something is wrong with them. */
static bool is_wanted(enum rung_feature feature)
{
    static const bool wanted[RUNG_FEATURE_COUNT] = {
        [RUNG_FEATURE_MSS] = true,      [RUNG_FEATURE_WSCALE] = true,
        [RUNG_FEATURE_SACK] = true,     [RUNG_FEATURE_TIMESTAMPS] = true,
        [RUNG_FEATURE_FASTOPEN] = true, [RUNG_FEATURE_ECN] = true,
        [RUNG_FEATURE_ACCECN] = true,   [RUNG_FEATURE_MPTCP] = true,
    };

    return wanted[feature];
}

/* A host without a key for it does not answer a signed SYN, rightly: RFC 2385 2.0. */
static bool is_worth_telling(enum rung_feature feature, enum matrix_verdict verdict)
{
    return is_wanted(feature) || (feature != RUNG_FEATURE_MD5 && verdict == MATRIX_BREAKS) ||
           verdict == MATRIX_STRIPPED || verdict == MATRIX_REWRITTEN || verdict == MATRIX_ECHOED;
}

static bool is_in_list(const struct climb_case *judged, unsigned feature,
                       enum matrix_verdict verdict)
{
    return climb_asked(judged, (enum rung_feature)feature) &&
           judged->matrix.rows[feature].verdict == verdict &&
           is_worth_telling((enum rung_feature)feature, verdict);
}

/* Adds "; HEAD mss, sack TAIL"; nothing where no feature has the verdict. */
static void list(const struct climb_case *judged, enum matrix_verdict verdict, const char *head,
                 const char *tail, const char **between)
{
    const char *comma = "";

    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        if (!is_in_list(judged, i, verdict))
            continue;
        if (comma[0] == '\0')
            arena_print(judged->arena, "%s%s", *between, head);
        arena_print(judged->arena, "%s%s", comma, rung_feature_name((enum rung_feature)i));
        comma = ", ";
        *between = "; ";
    }
    if (comma[0] != '\0')
        arena_print(judged->arena, "%s", tail);
}

static bool has(const struct climb_case *judged, enum matrix_verdict verdict)
{
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++)
        if (is_in_list(judged, i, verdict))
            return true;
    return false;
}

static void clause(const struct climb_case *judged, const char *text, const char **between)
{
    arena_print(judged->arena, "%s%s", *between, text);
    *between = "; ";
}

static void open_sentence(const struct climb_case *judged)
{
    bool wrong = has(judged, MATRIX_BREAKS) || has(judged, MATRIX_STRIPPED) ||
                 has(judged, MATRIX_REWRITTEN) || has(judged, MATRIX_ECHOED);
    bool judgement = wrong || has(judged, MATRIX_SUPPORTED) || has(judged, MATRIX_DECLINED);
    const char *between = wrong ? ": " : " ";

    arena_print(judged->arena, "%s", judged->climb->context.target);
    if (!judgement) {
        arena_print(judged->arena, " answered %zu of %zu SYNs: too few for a verdict",
                    judged->came[MATRIX_SYN_ACK], judged->settled);
        between = "; ";
    }
    list(judged, MATRIX_BREAKS, "SYNs with ", " fail", &between);
    list(judged, MATRIX_STRIPPED, "", " stripped", &between);
    list(judged, MATRIX_REWRITTEN, "", " rewritten", &between);
    list(judged, MATRIX_ECHOED, "", " echoed", &between);
    list(judged, MATRIX_SUPPORTED, "supports ", "", &between);
    list(judged, MATRIX_DECLINED, "declines ", "", &between);
    if (judgement)
        list(judged, MATRIX_INCONCLUSIVE, "no verdict on ", "", &between);
    if (judged->front.proxy == FRONT_SAYS_YES)
        clause(judged, "a SYN proxy answers", &between);
    else if (judged->front.cookies == FRONT_SAYS_YES)
        clause(judged, "SYN cookies answer", &between);
    if (judged->climb->ended != NULL)
        clause(judged, judged->climb->ended, &between);
}

static const struct ladder_shot *first_icmp(const struct climb *climb)
{
    for (size_t i = 0; i < climb->count; i++)
        if (climb->shots[i].part != LADDER_PART_LIMITED && climb->shots[i].has_icmp)
            return &climb->shots[i];
    return NULL;
}

static void unreachable_sentence(const struct climb_case *judged)
{
    const struct ladder_shot *shot = first_icmp(judged->climb);
    const char *target = judged->climb->context.target;
    char from[ADDRESS_TEXT_SIZE], words[64];

    if (shot != NULL)
        arena_print(judged->arena, "%s is unreachable: %s says '%s'", target,
                    address_show(&shot->icmp_from, from),
                    icmp_words(shot->icmp.family, shot->icmp.type, shot->icmp.code, words));
    else
        arena_print(judged->arena,
                    "%s is unreachable: the next hop %s does not answer ARP or neighbour discovery",
                    target, address_show(&judged->climb->route.next_hop, from));
}

const char *climb_record_reason(const struct climb_case *judged, enum verdict verdict)
{
    const struct climb *climb = judged->climb;
    const char *target = climb->context.target, *plural = judged->settled == 1 ? "" : "s";

    switch (verdict) {
    case VERDICT_OPEN:
        open_sentence(judged);
        return arena_finish(judged->arena);
    case VERDICT_REFUSED:
        arena_print(judged->arena, "%s refused %zu of %zu SYN%s with an RST", target,
                    judged->came[MATRIX_RST], judged->settled, plural);
        break;
    case VERDICT_UNREACHABLE:
        unreachable_sentence(judged);
        break;
    case VERDICT_FILTERED:
        arena_print(judged->arena, "%s did not answer %zu SYN%s", target, judged->settled, plural);
        break;
    case VERDICT_RESET:
    case VERDICT_INCONCLUSIVE:
    case VERDICT_COUNT:
        arena_print(judged->arena, "%s was not measured: %s", target,
                    climb->ended != NULL   ? climb->ended
                    : judged->settled == 0 ? "no SYN left"
                                           : "too few SYNs were answered or lost");
        return arena_finish(judged->arena);
    }
    if (climb->ended != NULL)
        arena_print(judged->arena, "; %s", climb->ended);
    return arena_finish(judged->arena);
}
