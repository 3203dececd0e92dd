/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The findings in the record of a climb: what the host gives away, and their list. */
#include "probe/climb_record_found.h"
#include "report/matrix_text.h"

#include <inttypes.h>

void climb_found_begin(const struct climb_found *found, enum finding finding)
{
    arena_print(found->judged->arena, "%s", finding_row(finding)->meaning);
}

void climb_found_end(struct climb_found *found, enum finding finding)
{
    found->texts[finding] = arena_finish(found->judged->arena);
}

static void front(struct climb_found *found)
{
    const struct ladder_front *front = &found->judged->front;

    if (front->cookies == FRONT_SAYS_YES) {
        climb_found_begin(found, FINDING_OPT_COOKIES);
        arena_print(found->judged->arena, ": %s", front->cookies_why);
        climb_found_end(found, FINDING_OPT_COOKIES);
    }
    if (front->proxy == FRONT_SAYS_YES) {
        climb_found_begin(found, FINDING_OPT_PROXY);
        arena_print(found->judged->arena, ": %s", front->proxy_why);
        climb_found_end(found, FINDING_OPT_PROXY);
    }
}

static void uptime(struct climb_found *found)
{
    const struct tsclock_many *many = &found->judged->many;
    struct arena *arena = found->judged->arena;
    char text[MATRIX_UPTIME_SIZE];

    if (many->offset != TSCLOCK_OFFSET_SHARED || isnan(many->uptime))
        return;
    climb_found_begin(found, FINDING_OPT_UPTIME);
    arena_print(arena, ": %s by %zu connections, if it began at 0",
                matrix_uptime_show(many->uptime, text), many->series);
    if (!isnan(many->wrap))
        arena_print(arena, "; or longer by a multiple of %s", matrix_uptime_show(many->wrap, text));
    climb_found_end(found, FINDING_OPT_UPTIME);
}

static void header(struct climb_found *found)
{
    const struct ladder_header *header = &found->judged->header;
    const struct ipid *ipid = &header->ipid;
    struct arena *arena = found->judged->arena;
    bool zero = false;

    if (header->n > 0 && (ipid->class == IPID_COUNTER || ipid->class == IPID_SWAPPED)) {
        climb_found_begin(found, FINDING_OPT_IP_ID);
        arena_print(arena, ": %zu SYN,ACKs, %g apart in the median", ipid->n, ipid->median_step);
        if (!isnan(ipid->foreign_per_s))
            arena_print(arena, ", %.3g packets a second to others", ipid->foreign_per_s);
        climb_found_end(found, FINDING_OPT_IP_ID);
    }
    for (unsigned i = 0; i < header->window_count && i < HEADER_WINDOWS; i++)
        zero |= header->windows[i] == 0;
    if (zero) {
        climb_found_begin(found, FINDING_SYN_WINDOW);
        climb_found_end(found, FINDING_SYN_WINDOW);
    }
    if (found->judged->climb->hold != NULL && found->judged->repeats.isn_changed) {
        climb_found_begin(found, FINDING_ISN_CHANGED);
        climb_found_end(found, FINDING_ISN_CHANGED);
    }
}

/* What bears upon the measurement itself. */
static void ours(struct climb_found *found)
{
    const struct climb *climb = found->judged->climb;
    struct arena *arena = found->judged->arena;

    if (climb->ended != NULL) {
        climb_found_begin(found, FINDING_OPT_ENDED);
        arena_print(arena, ": %s", climb->ended);
        if (climb->unsent > 0)
            arena_print(arena, "; %zu SYNs never left", climb->unsent);
        climb_found_end(found, FINDING_OPT_ENDED);
    }
    if (climb->context.dropped > 0) {
        climb_found_begin(found, FINDING_LOCAL_DROPPED);
        arena_print(arena, ": %" PRId64, climb->context.dropped);
        climb_found_end(found, FINDING_LOCAL_DROPPED);
    }
    if (climb->context.guard_weak &&
        (found->judged->has_checks || (climb->hold != NULL && climb->hold->answered))) {
        climb_found_begin(found, FINDING_LOCAL_GUARD);
        climb_found_end(found, FINDING_LOCAL_GUARD);
    }
}

/* The worst first. */
static struct record_list list(const struct climb_found *found)
{
    struct finding_record *rows = arena_take(found->judged->arena, FINDING_COUNT, sizeof *rows);
    size_t count = 0;

    for (int severity = SEVERITY_COUNT - 1; severity >= 0; severity--)
        for (unsigned i = 0; i < FINDING_COUNT; i++) {
            const struct finding_row *row = finding_row((enum finding)i);

            if (found->texts[i] != NULL && (int)row->severity == severity)
                rows[count++] = (struct finding_record){.id = row->id,
                                                        .severity = severity_word(row->severity),
                                                        .text = found->texts[i]};
        }
    return (struct record_list){.items = rows, .count = count};
}

void climb_record_findings(const struct climb_case *judged, struct matrix_record *record)
{
    struct climb_found *found = arena_take(judged->arena, 1, sizeof *found);
    const struct finding_record *rows;

    *found = (struct climb_found){.judged = judged};
    ours(found);
    if (judged->open) {
        climb_found_rules(found);
        climb_found_features(found);
        front(found);
        uptime(found);
        header(found);
    }
    record->findings = list(found);
    rows = record->findings.items;
    if (judged->open)
        record->severity = record->findings.count > 0 ? rows[0].severity : "none";
}
