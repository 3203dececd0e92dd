/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judges of what stands in front of a server: each names one kind of thing by what was seen. */
#include <math.h>
#include <stdlib.h>

#include "probe/isn_front_parts.h"

/* TTLs so far apart began at different values, 64 and 128, say: different systems. */
#define TTL_SYSTEMS 30
/* A TSval so far from where the clock of the SYN,ACK would be is another clock's, s. */
#define TS_JUMP 10.0
/* Share of the SYN,ACKs that makes "all of them", strays aside. */
#define NEARLY_ALL 0.95

/* --- cookies, proxies ------------------------------------------------------------------------- */

static const char *cookie_maker(const struct isn_audit *audit)
{
    switch (audit->class) {
    case ISN_CLASS_SYN_COOKIE_LINUX:
        return "as Linux makes them";
    case ISN_CLASS_SYN_COOKIE_FREEBSD:
        return audit->cookie.darwin ? "as Darwin makes them" : "as FreeBSD and pf make them";
    case ISN_CLASS_SYN_COOKIE_BERNSTEIN:
        return "in Bernstein's own layout";
    case ISN_CLASS_CONSTANT:
    case ISN_CLASS_COUNTER:
    case ISN_CLASS_CLOCK:
    case ISN_CLASS_CLOCK_COUNTER:
    case ISN_CLASS_TICK_ACCUMULATOR:
    case ISN_CLASS_PERIODIC:
    case ISN_CLASS_TUPLE_FUNCTION:
    case ISN_CLASS_STATIC_HASH:
    case ISN_CLASS_WEAK_PRNG:
    case ISN_CLASS_RANDOM_INCREMENT:
    case ISN_CLASS_REDUCED_ENTROPY:
    case ISN_CLASS_BIASED:
    case ISN_CLASS_RFC6528:
    case ISN_CLASS_RFC6528_SHORT_HASH:
    case ISN_CLASS_RFC6528_COUNTER:
    case ISN_CLASS_MIXTURE:
    case ISN_CLASS_RANDOM:
    case ISN_CLASS_INCONCLUSIVE:
    case ISN_CLASS_COUNT:
        break;
    }
    return NULL;
}

static void judge_cookies(const struct isn_front_case *what, struct isn_front *front)
{
    const char *maker = cookie_maker(what->audit);

    if (maker != NULL) {
        isn_front_note(front, ISN_FRONT_COOKIES,
                       "SYN cookies %s%s: %zu of %zu pairs of answers agree", maker,
                       what->audit->cookie.proved ? ", proved" : "", what->audit->cookie.agree,
                       what->audit->cookie.pairs);
    }
}

static void judge_window(const struct isn_front_case *what, struct isn_front *front)
{
    size_t answers = isn_front_answers(what), closed = 0;

    for (size_t i = 0; i < what->count; i++) {
        closed += !what->looks[i].later && what->looks[i].window == 0;
    }
    if (answers >= ISN_FRONT_LEAST && (double)closed >= NEARLY_ALL * (double)answers) {
        isn_front_note(front, ISN_FRONT_PROXY,
                       "window 0 in %zu of %zu SYN,ACKs, as netfilter's SYNPROXY sends them",
                       closed, answers);
    }
}

/* The SYN,ACK of the connection that a later segment belongs to. If that one was not looked at, and
 * all SYN,ACKs are alike, any of them; else NULL. */
static const struct isn_look *beginning(const struct isn_front_case *what, size_t at, bool *ret_own)
{
    const struct isn_look *later = &what->looks[at], *other = NULL;
    struct isn_front_spread ttl, layout;

    *ret_own = true;
    while (at-- > 0) {
        const struct isn_look *look = &what->looks[at];

        if (look->later) {
            continue;
        }
        if (look->port == later->port && look->src == later->src) {
            return look;
        }
        other = look;
    }
    *ret_own = false;
    ttl = isn_front_spread(what, ISN_FRONT_TTL);
    layout = isn_front_spread(what, ISN_FRONT_LAYOUT);
    return ttl.count == 1 && layout.count == 1 && ttl.total >= ISN_FRONT_LEAST ? other : NULL;
}

/* Once is enough of each: the rows are few. */
static void judge_later(const struct isn_front_case *what, struct isn_front *front)
{
    double rate = front->clock_rate > 0 ? front->clock_rate : 1000;
    bool ttl = false, absent = false, jump = false;

    for (size_t i = 0; i < what->count; i++) {
        const struct isn_look *later = &what->looks[i];
        const struct isn_look *first;
        double gap, step;
        bool own;

        if (!later->later || (first = beginning(what, i, &own)) == NULL) {
            continue;
        }
        if (later->ttl != first->ttl && !ttl) {
            ttl = true;
            isn_front_note(front, ISN_FRONT_PROXY,
                           "TTL %u in the SYN,ACK%s, but %u after a handshake", first->ttl,
                           own ? "" : "s", later->ttl);
        }
        if (first->has_timestamps != later->has_timestamps && !absent) {
            absent = true;
            isn_front_note(front, ISN_FRONT_PROXY,
                           "timestamps %s the SYN,ACK, but %s the handshake",
                           first->has_timestamps ? "in" : "not in",
                           first->has_timestamps ? "not after" : "after");
        }
        if (!own || !first->has_timestamps || !later->has_timestamps || jump) {
            continue;
        }
        gap = (double)(later->time - first->time) / 1e9;
        step = (double)(int32_t)(later->ts_val - first->ts_val);
        if (fabs(step - rate * gap) > TS_JUMP * rate) {
            jump = true;
            isn_front_note(
                front, ISN_FRONT_PROXY,
                "TSval goes from %lu in the SYN,ACK to %lu after the handshake: two clocks",
                (unsigned long)first->ts_val, (unsigned long)later->ts_val);
        }
    }
}

/* --- several servers -------------------------------------------------------------------------- */

static double percent(const struct isn_front_spread *spread, size_t at)
{
    return 100.0 * (double)spread->values[at].count / (double)spread->total;
}

static void judge_ttl(const struct isn_front_case *what, struct isn_front *front)
{
    struct isn_front_spread spread = isn_front_spread(what, ISN_FRONT_TTL);
    uint32_t first = spread.values[0].value, second = spread.values[1].value;

    if (spread.many || spread.count < 2) {
        return;
    }
    if (!isn_front_alternates(&spread)) {
        isn_front_note(front, ISN_FRONT_CHANGE,
                       "TTL %u and TTL %u, one after the other: changed after %.0f s", first,
                       second, spread.first);
        return;
    }
    isn_front_note(front, ISN_FRONT_BALANCER,
                   "TTL %u in %.0f %%, TTL %u in %.0f %% of the SYN,ACKs: %s", first,
                   percent(&spread, 0), second, percent(&spread, 1),
                   abs((int)first - (int)second) >= TTL_SYSTEMS
                       ? "different systems"
                       : "several servers, or paths of different length");
}

static void judge_layout(const struct isn_front_case *what, struct isn_front *front)
{
    struct isn_front_spread spread = isn_front_spread(what, ISN_FRONT_LAYOUT);

    /* A host that begins to send cookies leaves options out: that is no second one. */
    if (spread.many || spread.count < 2 || cookie_maker(what->audit) != NULL) {
        return;
    }
    if (isn_front_alternates(&spread)) {
        isn_front_note(
            front, ISN_FRONT_BALANCER,
            "%zu layouts of options take turns in the SYN,ACKs, the first in %.0f %%, the "
            "second in %.0f %%",
            spread.count, percent(&spread, 0), percent(&spread, 1));
    } else {
        isn_front_note(front, ISN_FRONT_CHANGE,
                       "%zu layouts of options, one after the other: changed after %.0f s",
                       spread.count, spread.first);
    }
}

static void judge_clocks(const struct isn_front_case *what, struct isn_front *front)
{
    if (front->clock == ISN_FRONT_CLOCK_LINES) {
        size_t lines = isn_front_clock_lines(what, front->clock_rate);

        isn_front_note(front, ISN_FRONT_BALANCER, "%zu timestamp clocks take turns, of %.4g Hz",
                       lines > 1 ? lines : 2, front->clock_rate);
    }
}

static void judge_backends(const struct isn_front_case *what, struct isn_front *front)
{
    const struct isn_audit *audit = what->audit;

    if (audit->class == ISN_CLASS_MIXTURE) {
        if (audit->backend_count > 1) {
            isn_front_note(
                front, ISN_FRONT_BALANCER,
                "%zu servers take turns in the fixed tuple's numbers, the first with %.0f %%",
                audit->backend_count, 100.0 * audit->backends[0].share);
        } else {
            isn_front_note(front, ISN_FRONT_BALANCER,
                           "the fixed tuple's numbers are of several generators");
        }
    }
}

/* --- ports and numbers rewritten -------------------------------------------------------------- */

/* The options are Linux's, whose numbers are never without a clock on one tuple. */
static bool is_linux(const struct isn_front_case *what)
{
    size_t answers = isn_front_answers(what), linux_count = 0;

    for (size_t i = 0; i < what->count; i++) {
        linux_count += !what->looks[i].later && what->looks[i].linux_order;
    }
    return answers >= ISN_FRONT_LEAST && (double)linux_count >= NEARLY_ALL * (double)answers;
}

static void judge_rewriting(const struct isn_front_case *what, struct isn_front *front)
{
    if (what->audit->class != ISN_CLASS_RANDOM || !is_linux(what)) {
        return;
    }
    if (front->clock == ISN_FRONT_CLOCK_RANDOM || front->clock == ISN_FRONT_CLOCK_UNKNOWN ||
        front->clock == ISN_FRONT_CLOCK_STILL) {
        isn_front_note(
            front, ISN_FRONT_NAT,
            "the options are Linux's, but the fixed tuple's numbers%s look like those of ever new "
            "ports: the source port may be rewritten",
            front->clock == ISN_FRONT_CLOCK_RANDOM ? " and timestamps" : "");
    } else {
        isn_front_note(
            front, ISN_FRONT_REWRITER,
            "the options are Linux's and the fixed tuple's timestamps follow a clock, but "
            "its numbers do not: a firewall may rewrite them");
    }
}

void isn_front_name(const struct isn_front_case *what, struct isn_front *front)
{
    judge_window(what, front);
    judge_later(what, front);
    judge_cookies(what, front);
    judge_rewriting(what, front);
    judge_backends(what, front);
    judge_layout(what, front);
    judge_ttl(what, front);
    judge_clocks(what, front);
}
