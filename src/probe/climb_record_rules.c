/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The findings of a climb that single answers show: rules that they broke, and differences between
 * answers to the same SYN. */
#include <string.h>

#include "probe/climb_record_found.h"

/* Who reads a malformed option as the sound one that it resembles, does not answer unasked; who
 * gives our flags back does not report a mark. */
static bool counts(const struct climb_case *judged, const struct ladder_shot *shot,
                   enum ladder_rule rule)
{
    if (rule == LADDER_RULE_ECN_MARK)
        return judged->matrix.rows[RUNG_FEATURE_ACCECN].otherwise != MATRIX_ECHOED;
    if (rung_of(shot->rung)->feature != RUNG_FEATURE_MALFORMED || shot->rung == RUNG_AFTER_EOL)
        return true;
    return rule != LADDER_RULE_WSCALE_UNOFFERED && rule != LADDER_RULE_TS_UNOFFERED &&
           rule != LADDER_RULE_SACK_UNOFFERED;
}

static void rule(struct climb_found *found, enum ladder_rule broken)
{
    const struct climb_case *judged = found->judged;
    enum finding finding = ladder_rule_finding(broken);
    const struct ladder_shot *first = NULL;
    unsigned times = 0;
    char text[LADDER_BREACH_SIZE];

    for (size_t i = 0; i < judged->climb->count; i++) {
        const struct ladder_shot *shot = &judged->climb->shots[i];

        if (judged->facts[i] == NULL || !ladder_breaks(judged->facts[i], broken) ||
            !counts(judged, shot, broken))
            continue;
        times++;
        if (first == NULL)
            first = shot;
    }
    if (first == NULL)
        return;

    struct ladder_syn syn = {.segment = &first->syn,
                             .cookie_valid = rung_needs_cookie(first->rung),
                             .checksum_wrong = rung_of(first->rung)->wrong_checksum};

    climb_found_begin(found, finding);
    arena_print(judged->arena, ": %u of %zu SYN,ACKs; %s: %s", times, judged->opened,
                rung_of(first->rung)->name,
                ladder_breach_show(broken, &syn, &first->answer.segment, text));
    climb_found_end(found, finding);
}

/* The kinds of what a box echoes are drawn anew for each SYN, and malformed ones may be read so or
 * so. */
static bool is_steady(enum rung_id rung)
{
    return rung_of(rung)->role != RUNG_ROLE_ECHO && rung_of(rung)->role != RUNG_ROLE_DOUBTFUL;
}

/* Two answers to one rung whose layouts differ. */
static bool find_layouts(const struct climb_case *judged, size_t ret_pair[2])
{
    size_t first[RUNG_COUNT];
    bool has[RUNG_COUNT] = {false};

    for (size_t i = 0; i < judged->climb->count; i++) {
        enum rung_id rung = judged->climb->shots[i].rung;

        if (judged->facts[i] == NULL || !is_steady(rung))
            continue;
        if (!has[rung]) {
            has[rung] = true;
            first[rung] = i;
        } else if (strcmp(judged->facts[i]->layout, judged->facts[first[rung]]->layout) != 0) {
            ret_pair[0] = first[rung];
            ret_pair[1] = i;
            return true;
        }
    }
    return false;
}

static void several(struct climb_found *found)
{
    const struct climb_case *judged = found->judged;
    const struct ladder_header *header = &judged->header;
    size_t pair[2];
    bool layouts = find_layouts(judged, pair);

    if (header->ttl_others == 0 && !layouts)
        return;
    climb_found_begin(found, FINDING_OPT_SEVERAL);
    if (header->ttl_others > 0)
        arena_print(judged->arena, ": TTL %u, and %u in %u of %u SYN,ACKs", header->ttl,
                    header->ttl_other, header->ttl_others, header->n);
    if (layouts)
        arena_print(judged->arena, "%s %s drew %s, and then %s", header->ttl_others > 0 ? ";" : ":",
                    rung_of(judged->climb->shots[pair[0]].rung)->name,
                    judged->facts[pair[0]]->layout, judged->facts[pair[1]]->layout);
    climb_found_end(found, FINDING_OPT_SEVERAL);
}

void climb_found_rules(struct climb_found *found)
{
    for (unsigned i = 0; i < LADDER_RULE_COUNT; i++)
        rule(found, (enum ladder_rule)i);
    several(found);
}
