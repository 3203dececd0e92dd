/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lists in the record of a climb: matrix, rungs, checks, tests for cookies, quotes. */
#include <math.h>
#include <string.h>

#include "probe/climb_record_parts.h"
#include "report/finding.h"

static const char *verdict_text(enum matrix_verdict verdict)
{
    return matrix_verdict_row(verdict)->word;
}

static void fill_words(const struct climb_case *judged, struct matrix_record *record)
{
    const char **members[RUNG_FEATURE_COUNT] = {
#define X(id, name, words, reference) &record->MATRIX_MEMBER_##id,
        RUNG_FEATURE_TABLE(X)
#undef X
    };

    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++)
        *members[i] = climb_asked(judged, (enum rung_feature)i)
                          ? verdict_text(judged->matrix.rows[i].verdict)
                          : NULL;
}

/* Numbers that mean something to people. */
static const char *values_text(const struct matrix_row *row, struct arena *arena)
{
    switch (row->feature) {
    case RUNG_FEATURE_MSS:
    case RUNG_FEATURE_WSCALE:
    case RUNG_FEATURE_FASTOPEN:
    case RUNG_FEATURE_ECN:
    case RUNG_FEATURE_ACCECN:
    case RUNG_FEATURE_MPTCP:
    case RUNG_FEATURE_UNKNOWN:
    case RUNG_FEATURE_RESERVED:
    case RUNG_FEATURE_DATA:
        break;
    case RUNG_FEATURE_BARE:
    case RUNG_FEATURE_SACK:
    case RUNG_FEATURE_TIMESTAMPS:
    case RUNG_FEATURE_SETS:
    case RUNG_FEATURE_ORDER:
    case RUNG_FEATURE_PADDING:
    case RUNG_FEATURE_FULL:
    case RUNG_FEATURE_MD5:
    case RUNG_FEATURE_UTO:
    case RUNG_FEATURE_EDO:
    case RUNG_FEATURE_MALFORMED:
    case RUNG_FEATURE_CHECKSUM:
    case RUNG_FEATURE_COUNT:
        return NULL;
    }
    if (row->value_count == 0)
        return NULL;
    for (size_t i = 0; i < row->value_count; i++)
        arena_print(arena, "%s%u", i > 0 ? "," : "", row->values[i]);
    return arena_finish(arena);
}

static const char *rules_text(uint64_t rules, struct arena *arena)
{
    const char *comma = "";

    if (rules == 0)
        return NULL;
    for (unsigned i = 0; i < LADDER_RULE_COUNT; i++)
        if (rules >> i & 1) {
            arena_print(arena, "%s%s", comma,
                        finding_row(ladder_rule_finding((enum ladder_rule)i))->id);
            comma = ",";
        }
    return arena_finish(arena);
}

/* How telling an outcome is beside another of the same feature. */
static unsigned rank(enum check_outcome outcome)
{
    static const unsigned ranks[CHECK_OUTCOME_COUNT] = {[CHECK_OUTCOME_INCONCLUSIVE] = 0,
                                                        [CHECK_OUTCOME_ABSENT] = 1,
                                                        [CHECK_OUTCOME_WORKS] = 2,
                                                        [CHECK_OUTCOME_FAILS] = 3,
                                                        [CHECK_OUTCOME_ONE_SIDED] = 4};

    return ranks[outcome];
}

/* Fast Open shows in the ladder itself; all else wants a connection. */
static bool looked(const struct climb_case *judged, enum check_kind kind)
{
    return judged->has_checks || judged->checks.rows[kind].outcome != CHECK_OUTCOME_INCONCLUSIVE;
}

static const char *in_effect(const struct climb_case *judged, enum rung_feature feature)
{
    enum check_outcome most = CHECK_OUTCOME_INCONCLUSIVE;
    bool any = false;

    for (unsigned i = 0; i < CHECK_KIND_COUNT; i++) {
        enum check_outcome outcome = judged->checks.rows[i].outcome;

        if (check_kind_row((enum check_kind)i)->feature != feature ||
            !looked(judged, (enum check_kind)i))
            continue;
        /* D-SACK is an extra that a peer may leave out: RFC 2883 4. */
        if (i == CHECK_KIND_DSACK && outcome == CHECK_OUTCOME_FAILS)
            continue;
        any = true;
        if (rank(outcome) > rank(most))
            most = outcome;
    }
    return any ? check_outcome_word(most) : NULL;
}

static const char *meaning_text(const char *words, const char *reference, struct arena *arena)
{
    arena_print(arena, "%s (%s)", words, reference);
    return arena_finish(arena);
}

static void fill_row(const struct climb_case *judged, enum rung_feature feature,
                     struct matrix_row_record *shown)
{
    const struct matrix_row *row = &judged->matrix.rows[feature];
    struct arena *arena = judged->arena;

    shown->feature = rung_feature_name(feature);
    shown->verdict = verdict_text(row->verdict);
    shown->otherwise = row->otherwise == row->verdict ? NULL : verdict_text(row->otherwise);
    shown->in_effect = in_effect(judged, feature);
    shown->sent = row->sent;
    shown->opened = row->opened;
    shown->reset = row->reset;
    shown->icmp = row->icmp;
    shown->silent = row->silent;
    shown->offered = (int64_t)row->good + row->absent + row->echoed + row->bad;
    shown->good = row->good;
    shown->absent = row->absent;
    shown->echoed = row->echoed;
    shown->bad = row->bad;
    shown->unasked = row->unasked;
    shown->values = values_text(row, arena);
    shown->evidence = arena_copy(arena, row->evidence);
    shown->rules = rules_text(row->rules, arena);
    shown->meaning =
        meaning_text(rung_feature_words(feature), rung_feature_reference(feature), arena);
}

static struct record_list matrix_list(const struct climb_case *judged,
                                      const struct matrix_record *record)
{
    struct matrix_row_record *rows = arena_take(judged->arena, RUNG_FEATURE_COUNT, sizeof *rows);
    size_t count = 0;

    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++)
        if (climb_asked(judged, (enum rung_feature)i)) {
            matrix_row_init(&rows[count], record);
            fill_row(judged, (enum rung_feature)i, &rows[count++]);
        }
    return (struct record_list){.items = rows, .count = count};
}

static const char *options_text(const struct options *options, struct arena *arena)
{
    char text[OPTIONS_TEXT_SIZE];

    return arena_copy(arena, options_show(options, text));
}

static const struct ladder_shot *last_sent(const struct climb *climb, enum rung_id rung,
                                           bool answered)
{
    for (size_t i = climb->count; i > 0; i--) {
        const struct ladder_shot *shot = &climb->shots[i - 1];

        if (shot->part == LADDER_PART_RUNGS && shot->rung == rung && shot->settled &&
            (!answered || climb_opened(shot)))
            return shot;
    }
    return NULL;
}

static void fill_rung(const struct climb_case *judged, enum rung_id id, struct rung_record *row)
{
    const struct matrix_rung *rung = &judged->matrix.rungs[id];
    const struct ladder_shot *sent = last_sent(judged->climb, id, false);
    const struct ladder_shot *answered = last_sent(judged->climb, id, true);
    char flags[TCP_FLAGS_TEXT_SIZE], layout[OPTIONS_TEXT_SIZE];

    *row = (struct rung_record){
        .rung = rung_of(id)->name,
        .feature = rung_feature_name(rung_of(id)->feature),
        .offered = options_text(&sent->syn.options, judged->arena),
        .flags = arena_copy(judged->arena, tcp_flags_show(sent->syn.flags, flags)),
        .sent = rung->sent,
        .opened = rung->opened,
        .reset = rung->reset,
        .icmp = rung->icmp,
        .silent = rung->silent,
        .window = RECORD_UNKNOWN,
        .ttl = RECORD_UNKNOWN,
        .log10_p = rung->ln_p < 0.0 ? rung->ln_p / log(10.0) : 0.0,
        .breaks = rung->broken && rung_of(id)->role != RUNG_ROLE_FORBIDDEN,
    };
    if (answered == NULL)
        return;
    row->answered = options_text(&answered->answer.segment.options, judged->arena);
    row->layout =
        arena_copy(judged->arena, ladder_answer_layout(&answered->answer.segment.options, layout));
    row->window = answered->answer.segment.window;
    row->ttl = answered->answer.ttl;
}

static struct record_list rung_list(const struct climb_case *judged)
{
    struct rung_record *rows = arena_take(judged->arena, RUNG_COUNT, sizeof *rows);
    size_t count = 0;

    for (unsigned i = 0; i < RUNG_COUNT; i++)
        if (judged->matrix.rungs[i].sent > 0)
            fill_rung(judged, (enum rung_id)i, &rows[count++]);
    return (struct record_list){.items = rows, .count = count};
}

static struct record_list check_list(const struct climb_case *judged)
{
    struct arena *arena = judged->arena;
    struct check_record *rows = arena_take(arena, CHECK_KIND_COUNT, sizeof *rows);
    size_t count = 0;

    for (unsigned i = 0; i < CHECK_KIND_COUNT; i++) {
        const struct check_kind_row *kind = check_kind_row((enum check_kind)i);
        const struct check_row *row = &judged->checks.rows[i];

        if (looked(judged, (enum check_kind)i))
            rows[count++] =
                (struct check_record){.check = kind->word,
                                      .feature = rung_feature_name(kind->feature),
                                      .outcome = check_outcome_word(row->outcome),
                                      .detail = arena_copy(arena, row->detail),
                                      .meaning = meaning_text(kind->words, kind->reference, arena)};
    }
    return (struct record_list){.items = rows, .count = count};
}

static struct record_list front_list(const struct climb_case *judged)
{
    struct front_test_record *rows = arena_take(judged->arena, FRONT_TEST_COUNT, sizeof *rows);

    for (unsigned i = 0; i < FRONT_TEST_COUNT; i++) {
        const struct front_row *row = &judged->front.tests[i];

        rows[i] = (struct front_test_record){.test = front_test_word((enum front_test)i),
                                             .says = front_says_word(row->says),
                                             .detail = arena_copy(judged->arena, row->detail),
                                             .meaning = front_test_words((enum front_test)i)};
    }
    return (struct record_list){.items = rows, .count = FRONT_TEST_COUNT};
}

static struct record_list quoted_list(const struct climb_case *judged)
{
    struct quoted_record *rows = arena_take(judged->arena, LADDER_OFFER_COUNT, sizeof *rows);
    char text[ADDRESS_TEXT_SIZE];
    size_t count = 0;

    for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++) {
        const struct limited_row *row = &judged->limited.rows[i];
        const char *offer = ladder_offer_word((enum ladder_offer)i);

        if (row->hop > 0)
            rows[count++] = (struct quoted_record){
                .offer = offer,
                .state = row->differs ? "changed" : "missing",
                .hop = row->hop,
                .from = arena_copy(judged->arena, address_show(&row->from, text))};
        else if (row->last > 0)
            rows[count++] = (struct quoted_record){
                .offer = offer,
                .state = "whole",
                .hop = row->last,
                .from = arena_copy(judged->arena, address_show(&row->last_from, text))};
    }
    return (struct record_list){.items = rows, .count = count};
}

void climb_record_rows(const struct climb_case *judged, struct matrix_record *record)
{
    record->quoted = quoted_list(judged);
    if (!judged->open)
        return;
    fill_words(judged, record);
    record->matrix = matrix_list(judged, record);
    record->rungs = rung_list(judged);
    record->checks = check_list(judged);
    record->front = front_list(judged);
}
