/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A climb laid before its judges, and what they say put together. */
#include <string.h>

#include "base/text.h"
#include "probe/climb_record_parts.h"

bool climb_opened(const struct ladder_shot *shot)
{
    return shot->settled && shot->came == MATRIX_SYN_ACK && shot->has_answer &&
           (shot->answer.segment.flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

const struct ladder_shot *climb_last(const struct climb *climb, enum rung_id rung)
{
    for (size_t i = climb->count; i > 0; i--) {
        const struct ladder_shot *shot = &climb->shots[i - 1];

        if (shot->part != LADDER_PART_LIMITED && shot->rung == rung && climb_opened(shot))
            return shot;
    }
    return NULL;
}

enum ladder_offer climb_offer(enum rung_feature feature)
{
    for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++)
        if (strcmp(ladder_offer_word((enum ladder_offer)i), rung_feature_name(feature)) == 0)
            return (enum ladder_offer)i;
    return LADDER_OFFER_COUNT;
}

bool climb_asked(const struct climb_case *judged, enum rung_feature feature)
{
    uint32_t wanted = judged->climb->options->features;

    return judged->matrix.rows[feature].sent > 0 && (wanted == 0 || wanted >> feature & 1);
}

static void count(struct climb_case *judged)
{
    const struct climb *climb = judged->climb;

    for (size_t i = 0; i < climb->count; i++) {
        const struct ladder_shot *shot = &climb->shots[i];
        bool opened = climb_opened(shot);

        judged->open |= opened;
        if (shot->part == LADDER_PART_LIMITED || !shot->settled)
            continue;
        judged->settled++;
        judged->came[shot->came]++;
        judged->opened += opened && shot->part == LADDER_PART_RUNGS;
    }
    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++) {
        judged->has_checks |= climb->checks[i] != NULL && climb->checks[i]->opened;
        judged->open |= climb->checks[i] != NULL && climb->checks[i]->opened;
    }
    judged->open |= climb->hold != NULL && climb->hold->answered;
}

static const struct ladder_facts *read_answer(const struct climb_case *judged,
                                              const struct ladder_shot *shot)
{
    struct ladder_facts *facts = arena_take(judged->arena, 1, sizeof *facts);
    struct ladder_syn syn = {.segment = &shot->syn,
                             .cookie_valid = rung_needs_cookie(shot->rung),
                             .checksum_wrong = rung_of(shot->rung)->wrong_checksum};

    ladder_read(&syn, &shot->answer.segment, facts);
    return facts;
}

static void judge_matrix(struct climb_case *judged)
{
    const struct climb *climb = judged->climb;
    struct matrix_seen *seen = arena_take(judged->arena, climb->count + 1, sizeof *seen);
    uint32_t lost = 0, changed = 0; /* offers of which all routers' quotes together say so */
    size_t held = 0;

    for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++) {
        const struct limited_row *row = &judged->limited.rows[i];

        lost |= (uint32_t)(row->hop > 0 && !row->differs) << i;
        changed |= (uint32_t)(row->hop > 0 && row->differs) << i;
    }
    judged->facts = arena_take(judged->arena, climb->count + 1, sizeof(judged->facts[0]));
    for (size_t i = 0; i < climb->count; i++) {
        const struct ladder_shot *shot = &climb->shots[i];
        bool limited = shot->part == LADDER_PART_LIMITED, opened = climb_opened(shot);

        judged->facts[i] = NULL;
        if (!shot->settled || (shot->part != LADDER_PART_RUNGS && !limited))
            continue;
        if (opened && !limited)
            judged->facts[i] = read_answer(judged, shot);
        seen[held++] = (struct matrix_seen){
            .rung = shot->rung,
            .came = shot->came == MATRIX_SYN_ACK && !opened ? MATRIX_NOTHING : shot->came,
            .facts = judged->facts[i],
            .quote_lacks = limited ? shot->quote_lacks & lost : shot->quote_lacks,
            .quote_differs = limited ? shot->quote_differs & changed : shot->quote_differs,
            .limited = limited,
        };
    }
    matrix_judge(seen, held, &judged->matrix);
}

/* Of a verdict that says that something happened: the last clause of the evidence. */
static void keep_signs(struct climb_case *judged)
{
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        const struct matrix_row *row = &judged->matrix.rows[i];
        const char *last = row->evidence;

        for (const char *at = last; (at = strstr(at, "; ")) != NULL; at += 2)
            last = at + 2;
        if (row->otherwise == MATRIX_STRIPPED || row->otherwise == MATRIX_REWRITTEN ||
            row->otherwise == MATRIX_ECHOED)
            judged->signs[i] = arena_copy(judged->arena, last);
    }
}

static void extend(struct matrix_row *row, const char *clause)
{
    size_t length = strlen(row->evidence);

    text_append(row->evidence, MATRIX_EVIDENCE_SIZE, &length, "; %s", clause);
}

/* What quotes show of an offer, as "gone at hop 2, 198.18.1.2; whole at hop 1"; NULL: nothing. */
static const char *quoted_clause(const struct climb_case *judged, enum ladder_offer offer)
{
    const struct limited_row *row = &judged->limited.rows[offer];
    char text[ADDRESS_TEXT_SIZE];

    if (row->hop > 0) {
        arena_print(judged->arena, "%s at hop %u, %s", row->differs ? "another value" : "gone",
                    row->hop, address_show(&row->from, text));
        if (row->before > 0)
            arena_print(judged->arena, "; whole at hop %u", row->before);
        else
            arena_print(judged->arena, "; nobody quoted it whole: perhaps it never left so");
    } else if (row->last > 0) {
        arena_print(judged->arena, "routers quote it whole up to hop %u, %s", row->last,
                    address_show(&row->last_from, text));
    } else {
        return NULL;
    }
    return arena_finish(judged->arena);
}

static void add_quotes(struct climb_case *judged)
{
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        enum ladder_offer offer = climb_offer((enum rung_feature)i);
        const char *clause = NULL;

        if (offer != LADDER_OFFER_COUNT && climb_asked(judged, (enum rung_feature)i))
            clause = quoted_clause(judged, offer);
        if (clause == NULL)
            continue;
        /* What was answered has come there whole, quotes or none. */
        if (judged->limited.rows[offer].hop > 0)
            judged->signs[i] = clause;
        else if (judged->matrix.rows[i].verdict != MATRIX_DECLINED &&
                 judged->matrix.rows[i].verdict != MATRIX_BREAKS)
            continue;
        extend(&judged->matrix.rows[i], clause);
    }
}

/* Who does what his SYN,ACK did not say has said it, and somebody took it out. */
static void add_one_sided(struct climb_case *judged)
{
    for (unsigned i = 0; i < CHECK_KIND_COUNT; i++) {
        enum rung_feature feature = check_kind_row((enum check_kind)i)->feature;
        struct matrix_row *row = &judged->matrix.rows[feature];
        const char *clause;

        if (judged->checks.rows[i].outcome != CHECK_OUTCOME_ONE_SIDED ||
            !climb_asked(judged, feature))
            continue;
        arena_print(judged->arena, "taken out of the SYN,ACK, for the open connection has it: %s",
                    judged->checks.rows[i].detail);
        clause = arena_finish(judged->arena);
        extend(row, clause);
        judged->signs[feature] = clause;
        if (row->verdict != MATRIX_BREAKS)
            row->verdict = MATRIX_STRIPPED;
        row->otherwise = MATRIX_STRIPPED;
    }
}

/* What was granted to an open connection is supported, also where the few SYNs that were asked for
 * got nothing: SYN cookies grant SACK beside timestamps alone. */
static void add_granted(struct climb_case *judged)
{
    for (unsigned i = 0; i < CHECK_KIND_COUNT; i++) {
        enum rung_feature feature = check_kind_row((enum check_kind)i)->feature;
        struct matrix_row *row = &judged->matrix.rows[feature];

        if (judged->checks.rows[i].outcome != CHECK_OUTCOME_WORKS || i == CHECK_KIND_MSS ||
            i == CHECK_KIND_FASTOPEN || !climb_asked(judged, feature) ||
            (row->verdict != MATRIX_DECLINED && row->verdict != MATRIX_INCONCLUSIVE))
            continue;
        row->verdict = row->otherwise = MATRIX_SUPPORTED;
        extend(row, "granted and in effect on an open connection");
    }
}

/* Whether an offer is taken up beside timestamps always, and never without. */
static bool wants_timestamps(const struct climb_case *judged, enum ladder_offer offer)
{
    unsigned good[2] = {0, 0}, absent[2] = {0, 0};

    for (size_t i = 0; i < judged->climb->count; i++) {
        const struct ladder_facts *facts = judged->facts[i];
        bool beside;

        if (facts == NULL || !facts->facts[offer].offered)
            continue;
        beside = facts->facts[LADDER_OFFER_TIMESTAMPS].offered;
        good[beside] += facts->facts[offer].answer == LADDER_GOOD;
        absent[beside] += facts->facts[offer].answer == LADDER_ABSENT;
    }
    return good[true] > 1 && good[false] == 0 && absent[true] == 0;
}

/* What SYN cookies hide in timestamps, they have without them not: no chance, where they are known
 * to be made. */
static void add_cookies(struct climb_case *judged)
{
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        struct matrix_row *row = &judged->matrix.rows[i];
        enum ladder_offer offer = climb_offer((enum rung_feature)i);

        if (judged->front.cookies != FRONT_SAYS_YES || row->verdict != MATRIX_INCONCLUSIVE ||
            offer == LADDER_OFFER_COUNT || !wants_timestamps(judged, offer))
            continue;
        row->verdict = row->otherwise = MATRIX_SUPPORTED;
        extend(row, "only beside timestamps, where SYN cookies have room for it");
    }
}

static bool timestamp_of(const struct ladder_shot *shot, struct tsclock_sample *ret_sample)
{
    struct option_summary summary;

    if (shot->part == LADDER_PART_LIMITED || !climb_opened(shot))
        return false;
    options_summarize(&shot->answer.segment.options, &summary);
    if (!summary.has_timestamps)
        return false;
    *ret_sample = (struct tsclock_sample){
        .sent = shot->sent_at <= shot->answer.at ? shot->sent_at : TSCLOCK_SENT_UNKNOWN,
        .received = shot->answer.at,
        .value = summary.ts_val};
    return true;
}

/* The one 4-tuple is a series, each other connection another; only what has the usual TTL is the
 * same host. */
static void judge_clock(struct climb_case *judged)
{
    const struct climb *climb = judged->climb;
    struct tsclock_sample *same, *others, sample;
    struct tsclock_series *series;
    size_t same_count = 0, count = 1;

    same = arena_take(judged->arena, climb->count + 1, sizeof *same);
    others = arena_take(judged->arena, climb->count + 1, sizeof *others);
    series = arena_take(judged->arena, climb->count + 1, sizeof *series);
    for (size_t i = 0; i < climb->count; i++) {
        const struct ladder_shot *shot = &climb->shots[i];

        if (!timestamp_of(shot, &sample))
            continue;
        judged->timestamps++;
        if (shot->answer.ttl != judged->header.ttl)
            continue;
        if (shot->part == LADDER_PART_SAME) {
            same[same_count++] = sample;
        } else {
            others[count] = sample;
            series[count] = (struct tsclock_series){.samples = &others[count], .count = 1};
            count++;
        }
    }
    series[0] = (struct tsclock_series){.samples = same, .count = same_count};
    if (same_count == 0 || tsclock_judge(same, same_count, &judged->clock) < 0)
        judged->clock = (struct tsclock){.kind = TSCLOCK_FEW, .n = same_count};
    if (tsclock_compare(series, count, &judged->many) < 0)
        judged->many = (struct tsclock_many){.offset = TSCLOCK_OFFSET_UNKNOWN, .uptime = NAN};
}

void climb_judge(const struct climb *climb, struct arena *arena, struct climb_case *ret_judged)
{
    struct climb_case *judged = ret_judged;

    *judged = (struct climb_case){.climb = climb, .arena = arena};
    count(judged);
    limited_judge(climb->shots, climb->count, &judged->limited);
    judge_matrix(judged);
    keep_signs(judged);
    header_judge(climb->shots, climb->count, &judged->header);
    if (climb->hold != NULL)
        repeats_judge(climb->hold, &judged->repeats);
    check_judge(climb->checks, climb->shots, climb->count, &judged->checks);
    judge_clock(judged);
    front_judge(climb->shots, climb->count, climb->hold, climb->checks, &judged->clock,
                &judged->front);
    add_cookies(judged);
    add_granted(judged);
    add_quotes(judged);
    add_one_sided(judged);
}
