/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A climb as a record. */
#include <string.h>

#include "base/text.h"
#include "probe/climb_record_parts.h"

/* So many SYNs of different kinds are not lost one and all by chance. */
#define SILENT_ENOUGH 6

static void fill_context(const struct result_context *context, struct arena *arena,
                         struct matrix_record *record)
{
    matrix_record_init(record);
    record->time = arena_copy(arena, context->time);
    record->target = arena_copy(arena, context->target);
    record->host = arena_copy(arena, context->host);
    if (context->addresses > 0)
        record->addresses = context->addresses;
    if (context->port)
        record->port = context->port;
    if (context->dns_ns >= 0)
        record->dns_ms = (double)context->dns_ns / 1e6;
}

void climb_unmeasured(const struct result_context *context, const struct fault *fault,
                      struct arena *arena, struct matrix_record *ret_record)
{
    fill_context(context, arena, ret_record);
    ret_record->verdict = verdict_word(VERDICT_INCONCLUSIVE);
    arena_print(arena, "%s was not measured: %s", context->target, fault->what);
    ret_record->reason = arena_finish(arena);
}

static enum verdict verdict_of(const struct climb_case *judged)
{
    const struct climb *climb = judged->climb;

    if (judged->open)
        return VERDICT_OPEN;
    if (judged->came[MATRIX_RST] > 0)
        return VERDICT_REFUSED;
    if (judged->came[MATRIX_ICMP] > 0)
        return VERDICT_UNREACHABLE;
    /* A next hop that does not answer keeps SYNs from leaving. */
    if (climb->context.next_hop_silent)
        return VERDICT_UNREACHABLE;
    if (judged->settled == 0 || (climb->ended != NULL && judged->settled < SILENT_ENOUGH))
        return VERDICT_INCONCLUSIVE;
    return VERDICT_FILTERED;
}

static const struct ladder_shot *first_of(const struct climb *climb, enum matrix_came came)
{
    for (size_t i = 0; i < climb->count; i++) {
        const struct ladder_shot *shot = &climb->shots[i];

        if (shot->part != LADDER_PART_LIMITED && shot->settled && shot->came == came)
            return shot;
    }
    return NULL;
}

static void fill_speaker(const struct climb_case *judged, enum verdict verdict,
                         struct matrix_record *record)
{
    const struct ladder_shot *shot;
    uint8_t ttl = 0;
    char text[ADDRESS_TEXT_SIZE];

    if (verdict == VERDICT_OPEN) {
        record->from = record->address;
        ttl = judged->header.ttl;
    } else if (verdict == VERDICT_REFUSED) {
        shot = first_of(judged->climb, MATRIX_RST);
        record->from = record->address;
        ttl = shot->has_answer ? shot->answer.ttl : 0;
    } else if (verdict == VERDICT_UNREACHABLE) {
        shot = first_of(judged->climb, MATRIX_ICMP);
        if (shot != NULL && shot->has_icmp)
            record->from = arena_copy(judged->arena, address_show(&shot->icmp_from, text));
    }
    if (ttl != 0) {
        record->ttl = ttl;
        record->hops = result_hops(ttl);
    }
}

void climb_record(const struct climb *climb, struct arena *arena, struct matrix_record *ret_record)
{
    struct climb_case *judged = arena_take(arena, 1, sizeof *judged);
    char text[ADDRESS_TEXT_SIZE];
    enum verdict verdict;

    climb_judge(climb, arena, judged);
    verdict = verdict_of(judged);
    fill_context(&climb->context, arena, ret_record);
    ret_record->address = arena_copy(arena, address_show(&climb->address, text));
    ret_record->family = climb->address.family == IP_FAMILY_V6 ? "IPv6" : "IPv4";
    ret_record->source = arena_copy(arena, address_show(&climb->route.source, text));
    ret_record->interface = arena_copy(arena, climb->route.interface);
    ret_record->verdict = verdict_word(verdict);
    ret_record->reason = climb_record_reason(judged, verdict);
    fill_speaker(judged, verdict, ret_record);
    climb_record_facts(judged, ret_record);
    climb_record_rows(judged, ret_record);
    climb_record_findings(judged, ret_record);
}
