/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A SYN proxy: by windows of 0, and by what is another's after the handshake. */
#include <math.h>

#include "probe/ladder/front_parts.h"

/* SYN,ACKs at least, and the share of them that makes "all", strays aside. */
#define LEAST      5
#define NEARLY_ALL 0.95
/* A TSval so far from where the clock of the SYN,ACK would be is another clock's, s. */
#define JUMP 10.0
/* Where the rate is not known: up to one a microsecond, and not back by more than this (ticks). */
#define RATE_MOST 1.1e6
#define BACK_MOST 1e4

static const char *plural(unsigned count)
{
    return count == 1 ? "" : "s";
}

/* ---- SYN,ACKs ---- */

static void test_zero_window(struct front_case *judged)
{
    unsigned answers = 0, closed = 0;

    for (size_t i = 0; i < judged->count; i++) {
        if (!front_answered(&judged->shots[i]))
            continue;
        answers++;
        closed += judged->shots[i].answer.segment.window == 0;
    }
    if (answers == 0)
        front_say(judged, FRONT_ZERO_WINDOW, FRONT_SAYS_INCONCLUSIVE, "no SYN,ACK came");
    else if (closed == 0)
        front_say(judged, FRONT_ZERO_WINDOW, FRONT_SAYS_NO, "window 0 in none of %u SYN,ACK%s",
                  answers, plural(answers));
    else
        front_say(judged, FRONT_ZERO_WINDOW,
                  answers >= LEAST && closed >= NEARLY_ALL * answers ? FRONT_SAYS_YES
                                                                     : FRONT_SAYS_INCONCLUSIVE,
                  "window 0 in %u of %u SYN,ACKs", closed, answers);
}

/* Whether nearly all SYN,ACKs came with one TTL: else several hosts, or ways, are behind it. */
static bool one_ttl(const struct front_case *judged)
{
    unsigned counts[256] = {0}, answers = 0, most = 0;

    for (size_t i = 0; i < judged->count; i++) {
        if (!front_answered(&judged->shots[i]))
            continue;
        answers++;
        counts[judged->shots[i].answer.ttl]++;
    }
    for (unsigned i = 0; i < 256; i++)
        most = counts[i] > most ? counts[i] : most;
    return most >= NEARLY_ALL * answers;
}

/* ---- connections ---- */

static const struct check *opened(const struct front_case *judged, unsigned script)
{
    const struct check *check = judged->checks != NULL ? judged->checks[script] : NULL;

    return check != NULL && check->opened ? check : NULL;
}

/* An acknowledgment of nothing but our SYN, with nothing in it; no keep-alive, which goes back. */
static bool is_update(const struct check *check, const struct ladder_look *look)
{
    const struct segment *first = &check->syn_ack.segment, *segment = &look->segment;

    return (segment->flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK)) == TCP_ACK &&
           segment->payload_total == 0 && segment->ack == first->ack && segment->seq != first->seq;
}

/* Whether we said nothing for a while after the handshake. */
static bool was_silent(const struct check *check)
{
    return check->script == CHECK_SCRIPT_HOLES || check->spec == NULL ||
           check->spec->data_length == 0;
}

static void test_update(struct front_case *judged)
{
    unsigned chances = 0, updates = 0;
    uint16_t from = 0, to = 0;

    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++) {
        const struct check *check = opened(judged, i);
        bool update = false;

        if (check == NULL)
            continue;
        for (size_t j = 0; j < check->provoked && j < CHECK_LOOKS && !update; j++) {
            update = is_update(check, &check->looks[j]);
            if (update) {
                from = check->syn_ack.segment.window;
                to = check->looks[j].segment.window;
            }
        }
        updates += update;
        chances += update || was_silent(check);
    }
    if (chances == 0)
        front_say(judged, FRONT_UPDATE, FRONT_SAYS_INCONCLUSIVE,
                  "no connection was open without our saying anything");
    else if (updates == 0)
        front_say(judged, FRONT_UPDATE, FRONT_SAYS_NO, "nothing of the kind in %u connection%s",
                  chances, plural(chances));
    else
        front_say(judged, FRONT_UPDATE,
                  2 * updates > chances ? FRONT_SAYS_YES : FRONT_SAYS_INCONCLUSIVE,
                  "one came in %u of %u connection%s, with %u in the window field after %u",
                  updates, chances, plural(chances), to, from);
}

/* Whether TSval is where the clock of the SYN,ACK has come by then. A SYN,ACK with TSval 0 comes
 * from a stack that has not started its clock yet (Windows up to 2003, ns-3). */
static bool jumps(const struct front_case *judged, const struct ladder_look *first,
                  const struct ladder_look *later, uint32_t *ret_from, uint32_t *ret_to)
{
    struct option_summary before, after;
    double gap = (double)(later->at - first->at) / 1e9, step;

    options_summarize(&first->segment.options, &before);
    options_summarize(&later->segment.options, &after);
    if (!before.has_timestamps || !after.has_timestamps || before.ts_val == 0)
        return false;
    *ret_from = before.ts_val;
    *ret_to = after.ts_val;
    step = (double)(int32_t)(after.ts_val - before.ts_val);
    if (judged->clock == NULL || judged->clock->kind != TSCLOCK_RUNS)
        return step < -BACK_MOST || step > RATE_MOST * (gap + JUMP);
    /* So fast a clock comes around too soon to tell. */
    if (judged->clock->rate * (gap + JUMP) >= 0x1p30)
        return false;
    return fabs(step - judged->clock->rate * gap) > JUMP * judged->clock->rate;
}

/* What the connections show, each by any of its later segments. */
struct later {
    unsigned compared, ttl, jump;
    uint8_t ttl_before, ttl_after;
    uint32_t from, to;
};

static void look_later(const struct front_case *judged, const struct check *check,
                       struct later *later)
{
    bool compared = false, ttl = false, jump = false;

    for (size_t i = 0; i < check->look_count && i < CHECK_LOOKS; i++) {
        const struct ladder_look *look = &check->looks[i];
        uint32_t from = 0, to = 0;

        if (look->segment.flags & (TCP_SYN | TCP_RST))
            continue;
        compared = true;
        if (look->ttl != check->syn_ack.ttl && !ttl) {
            ttl = true;
            later->ttl_before = check->syn_ack.ttl;
            later->ttl_after = look->ttl;
        }
        if (!jump && jumps(judged, &check->syn_ack, look, &from, &to)) {
            jump = true;
            later->from = from;
            later->to = to;
        }
    }
    later->compared += compared;
    later->ttl += ttl;
    later->jump += jump;
}

static void test_clocks(struct front_case *judged)
{
    struct later later = {0};

    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++)
        if (opened(judged, i) != NULL)
            look_later(judged, opened(judged, i), &later);
    if (later.compared == 0) {
        front_say(judged, FRONT_CLOCKS, FRONT_SAYS_INCONCLUSIVE,
                  "no segment came after a handshake");
        return;
    }
    judged->ttl_differs = later.ttl == later.compared && one_ttl(judged);
    judged->clock_jumps = later.jump == later.compared;
    if (judged->clock_jumps)
        front_say(judged, FRONT_CLOCKS, FRONT_SAYS_YES,
                  "TSval went from %u in the SYN,ACK to %u after the handshake%s", later.from,
                  later.to, judged->ttl_differs ? ", and the TTL is another" : "");
    else if (judged->ttl_differs)
        front_say(judged, FRONT_CLOCKS, FRONT_SAYS_YES,
                  "TTL %u in the SYN,ACKs, %u after the handshake, in %u connection%s",
                  later.ttl_before, later.ttl_after, later.compared, plural(later.compared));
    else if (later.ttl + later.jump > 0)
        front_say(judged, FRONT_CLOCKS, FRONT_SAYS_INCONCLUSIVE,
                  "of %u connections, the TTL is another after the handshake in %u, the clock in "
                  "%u%s",
                  later.compared, later.ttl, later.jump,
                  one_ttl(judged) ? "" : "; the SYN,ACKs differ too");
    else
        front_say(judged, FRONT_CLOCKS, FRONT_SAYS_NO,
                  "TTL and timestamps go on as in the SYN,ACK in %u connection%s", later.compared,
                  plural(later.compared));
}

void front_test_proxy(struct front_case *judged)
{
    test_zero_window(judged);
    test_update(judged);
    test_clocks(judged);
}

/* ---- the verdict ---- */

/*
 * Each sign has its honest owner: a host with nothing to take data into, one that announces its
 * window again, a server that gives its connections another TTL, one that never repeats itself or
 * makes cookies of its own. Two of them together are a proxy's, if one is of the first kind.
 */
enum front_says front_judge_proxy(struct front_case *judged)
{
    char *why = judged->front->proxy_why;
    bool zero = front_is(judged, FRONT_ZERO_WINDOW, FRONT_SAYS_YES);
    bool update = front_is(judged, FRONT_UPDATE, FRONT_SAYS_YES);
    bool stateless =
        front_is(judged, FRONT_REPEATS, FRONT_SAYS_YES) || judged->front->cookies == FRONT_SAYS_YES;
    unsigned signs = (zero ? 1u : 0u) + judged->ttl_differs + judged->clock_jumps;
    bool seen = front_is(judged, FRONT_CLOCKS, FRONT_SAYS_NO) ||
                front_is(judged, FRONT_UPDATE, FRONT_SAYS_NO);

    if (signs > 0 && signs + update + stateless >= 2) {
        front_why(why,
                  "somebody else opens the connections and hands them to the server:%s%s%s%s%s",
                  zero ? " window 0 in the SYN,ACK," : "",
                  judged->ttl_differs ? " another TTL afterwards," : "",
                  judged->clock_jumps ? " another clock afterwards," : "",
                  update ? " a window update after our ACK," : "",
                  stateless ? " no state before it" : " all of it together");
        return FRONT_SAYS_YES;
    }
    if (signs > 0) {
        front_why(why, "a single sign of one, which hosts may have too: %s",
                  zero                  ? "window 0 in the SYN,ACKs"
                  : judged->clock_jumps ? "another clock after the handshake"
                                        : "another TTL after the handshake");
        return FRONT_SAYS_INCONCLUSIVE;
    }
    if (update) {
        front_why(why, "a window update follows our ACK, and nothing else speaks for one: some "
                       "stacks announce their window again");
        return FRONT_SAYS_INCONCLUSIVE;
    }
    if (!seen || !front_is(judged, FRONT_ZERO_WINDOW, FRONT_SAYS_NO) ||
        (front_is(judged, FRONT_CLOCKS, FRONT_SAYS_INCONCLUSIVE) &&
         !front_is(judged, FRONT_UPDATE, FRONT_SAYS_NO))) {
        front_why(why, "no sign of one in the SYN,ACKs, but what follows a handshake was not seen, "
                       "or not always the same");
        return FRONT_SAYS_INCONCLUSIVE;
    }
    front_why(why, "nothing of one was seen; one that answers for the server all the time looks "
                   "like a host");
    return FRONT_SAYS_NO;
}
