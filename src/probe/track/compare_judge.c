/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies between two captures of a connection, in one word and one sentence. */
#include "probe/track/compare_parts.h"
#include "probe/track/found.h"

#include <inttypes.h>
#include <string.h>

/* A window of zero in the SYN,ACK, opened later: SYN proxies do so (RFC 4987 section 3.8). */
static bool answers_for_server(const struct compare_pair *pair)
{
    const struct compare_kept *a = pair->sides[0];
    unsigned near = pair->near == 1;

    if (!pair->shift_known[COMPARE_REVERSE] || pair->shift[COMPARE_REVERSE] == 0)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (pair->other[0][i] == COMPARE_NONE || !(a->digests[i].flags & TCP_SYN) ||
            compare_direction(a, &a->digests[i]) != COMPARE_REVERSE)
            continue;
        struct compare_both both = compare_both_of(pair, i, COMPARE_REVERSE);

        return both.digests[near]->window == 0 && both.digests[!near]->window != 0;
    }
    return false;
}

/* A stack of its own stands between them: numbers of both ends are others, and so is the clock, or
 * the TTL, or all that a router that translates addresses counts. */
bool compare_is_two(const struct compare_pair *pair)
{
    if (!pair->shift_known[0] || pair->shift[0] == 0 || !pair->shift_known[1] ||
        pair->shift[1] == 0)
        return false;
    return pair->ttl_reset[0] || pair->ttl_reset[1] ||
           (pair->stamps_new[0] && pair->stamps_new[1]) ||
           (pair->ids_new[0] && pair->ids_new[1] && pair->addresses && pair->hops == 0);
}

static bool is_blocked(const struct compare_pair *pair)
{
    return pair->silenced[0] || pair->silenced[1] || pair->swallowed[0] || pair->swallowed[1];
}

static enum compare_verdict find_verdict(const struct compare_pair *pair)
{
    if (pair->impossible || pair->early_acks || answers_for_server(pair) || compare_is_two(pair))
        return COMPARE_VERDICT_PROXIED;
    if (pair->near >= 0 &&
        (is_blocked(pair) || pair->added_resets[0] > 0 || pair->added_resets[1] > 0))
        return COMPARE_VERDICT_BLOCKED;
    if (pair->rewritten)
        return COMPARE_VERDICT_REWRITTEN;
    return pair->addresses ? COMPARE_VERDICT_TRANSLATED : COMPARE_VERDICT_SAME;
}

static const char *const words[COMPARE_VERDICT_COUNT] = {
#define X(id, word, meaning) [COMPARE_VERDICT_##id] = word,
    COMPARE_VERDICT_TABLE(X)
#undef X
};

static uint64_t lost(const struct compare_pair *pair, unsigned direction)
{
    const uint64_t *counts = pair->fate_counts[compare_near(pair, direction)][direction];

    return counts[COMPARE_FATE_LOST] + counts[COMPARE_FATE_GONE];
}

static uint64_t added(const struct compare_pair *pair, unsigned direction)
{
    return pair->fate_counts[!compare_near(pair, direction)][direction][COMPARE_FATE_ADDED];
}

/* The parts of a connection that differ, each once, but for what routers change. */
static const char *changed(const struct compare_pair *pair)
{
    static const char *const routine[] = {"ttl",          "dscp",   "lost",    "added",
                                          "reset",        "alone",  "vlan",    "tunnel",
                                          "segmentation", "missed", "checksum"};
    const char *text = NULL;
    unsigned shown = 0, more = 0;

    for (size_t i = 0; i < pair->row_count; i++) {
        const char *what = pair->rows[i].what;
        bool skip = false;

        for (size_t j = 0; j < sizeof routine / sizeof routine[0]; j++)
            skip |= strcmp(what, routine[j]) == 0;
        for (size_t j = 0; j < i; j++)
            skip |= strcmp(what, pair->rows[j].what) == 0;
        if (skip)
            continue;
        if (shown++ >= 5)
            more++;
        else
            text = text ? compare_text(pair->arena, "%s, %s", text, what) : what;
    }
    if (!text)
        return "more than is listed";
    return more > 0 ? compare_text(pair->arena, "%s and %u more", text, more) : text;
}

static const char *between_words(const struct compare_pair *pair)
{
    if (pair->hops == FOLLOW_UNKNOWN)
        return "";
    if (pair->hops == 0)
        return ", no router between them";
    return compare_text(pair->arena, ", %d hop%s apart", pair->hops, pair->hops == 1 ? "" : "s");
}

static const char *loss_words(const struct compare_pair *pair)
{
    uint64_t forward = lost(pair, COMPARE_FORWARD), reverse = lost(pair, COMPARE_REVERSE);

    if (pair->near < 0 || forward + reverse == 0)
        return "";
    return compare_text(pair->arena,
                        "; lost between them: %" PRIu64 " of the client's segments, %" PRIu64
                        " of the server's",
                        forward, reverse);
}

static const char *proxy_reason(const struct compare_pair *pair)
{
    if (pair->impossible)
        return "the client had a SYN,ACK before the server had sent one: something between them "
               "answers for it";
    if (pair->early_acks)
        return "the client had acknowledgments before the server had sent them: something between "
               "them acknowledges for it";
    if (answers_for_server(pair))
        return "the SYN,ACK that the client got has another number and a window of zero: a SYN "
               "proxy answers for the server";
    return "sequence numbers of both ends, timestamps or TTLs begin anew: two connections with a "
           "proxy between them";
}

static const char *block_reason(const struct compare_pair *pair)
{
    const char *whose = NULL;

    for (unsigned direction = 0; direction < 2; direction++)
        if (pair->added_resets[direction] > 0)
            whose = direction == COMPARE_FORWARD ? "client" : "server";
    if (pair->added_resets[0] > 0 && pair->added_resets[1] > 0)
        return "both ends were reset by something between the two captures";
    if (whose)
        return compare_text(
            pair->arena, "an RST in the name of the %s was put in between the two captures", whose);
    for (unsigned direction = 0; direction < 2; direction++) {
        whose = direction == COMPARE_FORWARD ? "client" : "server";
        if (pair->swallowed_large[direction])
            return compare_text(pair->arena,
                                "large segments of the %s never come through%s, small ones do: "
                                "perhaps the path's MTU",
                                whose, compare_way(pair, direction));
        if (pair->swallowed[direction] && !pair->silenced[direction])
            return compare_text(pair->arena,
                                "some data of the %s never come through%s, however often they are "
                                "sent",
                                whose, compare_way(pair, direction));
    }
    whose = pair->silenced[COMPARE_FORWARD] ? "client" : "server";
    bool both = pair->silenced[COMPARE_FORWARD] && pair->silenced[COMPARE_REVERSE];

    return compare_text(pair->arena, "what %s sends no longer comes through%s",
                        both ? "either end" : compare_text(pair->arena, "the %s", whose),
                        both
                            ? ""
                            : compare_way(pair, pair->silenced[COMPARE_FORWARD] ? COMPARE_FORWARD
                                                                                : COMPARE_REVERSE));
}

static const char *find_reason(const struct compare_pair *pair, enum compare_verdict verdict)
{
    const char *hops = between_words(pair), *losses = loss_words(pair);

    switch (verdict) {
    case COMPARE_VERDICT_SAME:
        return compare_text(pair->arena, "the same in both captures%s%s", hops, losses);
    case COMPARE_VERDICT_TRANSLATED:
    case COMPARE_VERDICT_REWRITTEN:
        return compare_text(pair->arena, "changed: %s%s%s", changed(pair), hops, losses);
    case COMPARE_VERDICT_PROXIED:
        return proxy_reason(pair);
    case COMPARE_VERDICT_BLOCKED:
        return block_reason(pair);
    case COMPARE_VERDICT_ONLY_A:
    case COMPARE_VERDICT_ONLY_B:
    case COMPARE_VERDICT_COUNT:
        break;
    }
    return NULL;
}

/* Each of two connections has its own. */
static bool is_own(enum finding finding)
{
    static const enum finding own[] = {
        FINDING_CMP_ISN,     FINDING_CMP_TIMESTAMPS, FINDING_CMP_FRAGMENT, FINDING_CMP_WINDOW,
        FINDING_CMP_ECN,     FINDING_CMP_FLAGS,      FINDING_CMP_OPTION,   FINDING_CMP_STRIPPED,
        FINDING_CMP_CLAMPED, FINDING_CMP_ONE_SIDED,  FINDING_CMP_SACK,     FINDING_CMP_DSCP,
    };

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (own[i] == finding)
            return true;
    return false;
}

static struct record_list list_findings(const struct compare_pair *pair)
{
    bool two = compare_is_two(pair);
    struct found found;

    found_begin(&found, pair->arena);
    for (unsigned i = 0; i < FINDING_COUNT; i++)
        if (pair->found[i] && !(two && is_own((enum finding)i)))
            found_add(&found, (enum finding)i, pair->found[i]);
    return found_list(&found);
}

static void count_losses(const struct compare_pair *pair, struct compare_record *record)
{
    bool known = pair->near >= 0;

    for (unsigned i = 0; i < 2 && !known; i++)
        if (lost(pair, i) + added(pair, i) > 0)
            return;
    record->lost_forward = (int64_t)lost(pair, COMPARE_FORWARD);
    record->lost_reverse = (int64_t)lost(pair, COMPARE_REVERSE);
    record->added_forward = (int64_t)added(pair, COMPARE_FORWARD);
    record->added_reverse = (int64_t)added(pair, COMPARE_REVERSE);
}

void compare_judge(struct compare_pair *pair, struct compare_record *record)
{
    enum compare_verdict verdict = find_verdict(pair);

    record->verdict = words[verdict];
    record->reason = find_reason(pair, verdict);
    if (verdict == COMPARE_VERDICT_PROXIED)
        compare_find(pair, FINDING_CMP_PROXY, "%s", record->reason);
    if (verdict == COMPARE_VERDICT_BLOCKED && is_blocked(pair))
        compare_find(pair, FINDING_CMP_BLOCKED, "%s", record->reason);
    if (pair->near >= 0)
        record->client_side = pair->near == 0 ? "a" : "b";
    if (pair->hops != FOLLOW_UNKNOWN && !compare_is_two(pair))
        record->hops_between = pair->hops;
    if (pair->between != FOLLOW_UNKNOWN && verdict != COMPARE_VERDICT_PROXIED)
        record->between_ms = (double)pair->between / 1e6;
    if (pair->shift_known[COMPARE_FORWARD])
        record->isn_client_shift = pair->shift[COMPARE_FORWARD];
    if (pair->shift_known[COMPARE_REVERSE])
        record->isn_server_shift = pair->shift[COMPARE_REVERSE];
    count_losses(pair, record);
    record->differences = (struct record_list){pair->rows, pair->row_count};
    record->findings = list_findings(pair);
}

void compare_judge_alone(const struct compare *compare, unsigned capture,
                         const struct compare_kept *kept, struct arena *arena,
                         struct compare_record *record)
{
    const char *here = capture == 0 ? "A" : "B", *there = capture == 0 ? "B" : "A";
    const struct compare_capture *other = &compare->captures[!capture];
    bool answered = kept->ends[!kept->client].segments > 0;

    record->verdict = words[capture == 0 ? COMPARE_VERDICT_ONLY_A : COMPARE_VERDICT_ONLY_B];
    if (other->count == 0)
        record->reason = compare_text(arena, "%s has no connection at all", there);
    else
        record->reason = compare_text(
            arena, "%s does not have it: it never passed there, or was not captured%s", there,
            answered ? compare_text(arena, "; in %s the server answers", here)
                     : compare_text(arena, "; in %s nothing answers", here));
}
