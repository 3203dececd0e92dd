/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clocks in a server's SYN,ACKs beside the ISN: timestamps and IP IDs. */
#include <math.h>

#include "probe/isn_front_parts.h"

/* Lines that are told apart; more are none. */
#define LINES 16
/* A line of fewer members is an accident. */
#define LINE_LEAST 3
/* Share of the SYN,ACKs that lines must cover. */
#define COVERED 0.9
/* Pairs for the rate are so far apart, s: a tick's rounding then matters little. */
#define PAIR_GAP 0.02
/* How far a line's members may be off, s: a path's jitter, and the 64 ms by which SYN cookies bend
 * TSval to hold their bits. */
#define LINE_NOISE   0.15
#define COOKIE_NOISE 0.065
/* A counter of packets goes up by no more between two SYN,ACKs (of random ones 3 % do so). */
#define ID_STEP  2000
#define ID_SHARE 0.8

/* TSval's usual rates, Hz (RFC 7323 5.4 wants 1 to 1000; Linux's in microseconds is above). */
static const double rates[] = {1, 2, 10, 64, 100, 128, 200, 250, 256, 500, 512, 1000, 1024, 1e6};

struct line {
    double level; /* TSval less the clock, modulo 2^32, of its latest member */
    size_t count;
};

struct lines {
    struct line line[LINES];
    size_t count, members, overflow;
    size_t switches, latest;
};

static double seconds(const struct isn_front_case *what, const struct isn_look *look)
{
    return (double)(look->time - what->looks[0].time) / 1e9;
}

static double wrapped(double difference)
{
    return difference - 4294967296.0 * round(difference / 4294967296.0);
}

static bool stamped(const struct isn_look *look, uint32_t src)
{
    return !look->later && look->has_timestamps && look->src == src;
}

/* Of the fixed tuple's, or of the others' (those of one of our addresses). */
static bool chosen(const struct isn_look *look, uint32_t src, bool fixed)
{
    return stamped(look, src) && look->fixed == fixed;
}

/* Share of the pairs of neighbours, up to the third, whose TSvals agree with the rate. */
static double share_for(const struct isn_front_case *what, double rate, double noise, bool fixed)
{
    const struct isn_look *recent[3] = {NULL, NULL, NULL};
    size_t pairs = 0, votes = 0;

    for (size_t i = 0; i < what->count; i++) {
        const struct isn_look *look = &what->looks[i];

        if (!chosen(look, 0, fixed)) {
            continue;
        }
        for (size_t k = 0; k < 3 && recent[k] != NULL; k++) {
            double gap = seconds(what, look) - seconds(what, recent[k]);
            double step = (double)(int32_t)(look->ts_val - recent[k]->ts_val);

            if (gap >= PAIR_GAP) {
                pairs++;
                votes += fabs(step - rate * gap) <= 1.5 + 0.01 * rate * gap + noise * rate;
            }
        }
        recent[2] = recent[1];
        recent[1] = recent[0];
        recent[0] = look;
    }
    return pairs >= ISN_FRONT_LEAST ? (double)votes / (double)pairs : 0;
}

/* The usual rate that most pairs agree with; 0: too few do. With several clocks that take turns
 * fewer than all do, but far more than by chance. */
static double vote(const struct isn_front_case *what, bool fixed)
{
    static const struct {
        double noise, share;
    } passes[] = {{0.002, 0.7}, {COOKIE_NOISE, 0.7}, {0.002, 0.05}};

    for (size_t pass = 0; pass < sizeof(passes) / sizeof(passes[0]); pass++) {
        double best = passes[pass].share, rate = 0;

        for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
            double share = share_for(what, rates[i], passes[pass].noise, fixed);

            if (share > best) {
                best = share;
                rate = rates[i];
            }
        }
        if (rate > 0) {
            return rate;
        }
    }
    return 0;
}

static struct lines lines_of(const struct isn_front_case *what, double rate, uint32_t src,
                             bool fixed)
{
    double tolerance = 4 + LINE_NOISE * rate;
    struct lines lines = {.latest = LINES};

    for (size_t i = 0; i < what->count; i++) {
        const struct isn_look *look = &what->looks[i];
        double level;
        size_t at = 0;

        if (!chosen(look, src, fixed)) {
            continue;
        }
        lines.members++;
        level = wrapped((double)look->ts_val - rate * seconds(what, look));
        while (at < lines.count && fabs(wrapped(level - lines.line[at].level)) > tolerance) {
            at++;
        }
        if (at == LINES) {
            lines.overflow++;
            continue;
        }
        if (at == lines.count) {
            lines.count++;
        }
        lines.line[at].level = level;
        lines.line[at].count++;
        lines.switches += lines.latest != LINES && lines.latest != at;
        lines.latest = at;
    }
    return lines;
}

/* How many lines hold together what came; 0: none do. */
static size_t lines_that_hold(const struct lines *lines)
{
    size_t held = 0, covered = 0;

    for (size_t i = 0; i < lines->count; i++) {
        if (lines->line[i].count >= LINE_LEAST) {
            held++;
            covered += lines->line[i].count;
        }
    }
    return (double)covered >= COVERED * (double)lines->members ? held : 0;
}

size_t isn_front_clock_lines(const struct isn_front_case *what, double rate)
{
    struct lines lines = lines_of(what, rate, 0, true);

    return lines_that_hold(&lines);
}

/* Slope through the first and the last member of the first line; the usual rate where that is what
 * is meant, for the stamps are coarse. */
static double refine(const struct isn_front_case *what, double rate, bool fixed)
{
    const struct isn_look *first = NULL, *last = NULL;
    double tolerance = 4 + LINE_NOISE * rate, level = 0, slope;

    for (size_t i = 0; i < what->count; i++) {
        const struct isn_look *look = &what->looks[i];

        if (!chosen(look, 0, fixed)) {
            continue;
        }
        if (first == NULL) {
            first = look;
            level = wrapped((double)look->ts_val - rate * seconds(what, look));
        } else if (fabs(wrapped((double)look->ts_val - rate * seconds(what, look) - level)) <=
                   tolerance) {
            last = look;
        }
    }
    if (last == NULL || last->time - first->time < INT64_C(2000000000)) {
        return rate;
    }
    slope = (double)(uint32_t)(last->ts_val - first->ts_val) /
            ((double)(last->time - first->time) / 1e9);
    return fabs(slope / rate - 1) < 0.01 ? rate : slope;
}

/* Never another TSval, for at least two seconds. */
static bool stands_still(const struct isn_front_case *what)
{
    const struct isn_look *first = NULL;

    for (size_t i = 0; i < what->count; i++) {
        const struct isn_look *look = &what->looks[i];

        if (!stamped(look, 0)) {
            continue;
        }
        if (first == NULL) {
            first = look;
        } else if (look->ts_val != first->ts_val) {
            return false;
        } else if (look->time - first->time > INT64_C(2000000000)) {
            return true;
        }
    }
    return false;
}

static size_t count_chosen(const struct isn_front_case *what, bool fixed)
{
    size_t count = 0;

    for (size_t i = 0; i < what->count; i++) {
        count += chosen(&what->looks[i], 0, fixed);
    }
    return count;
}

/* Tuples' lines, with the fixed one's rate if it has one. */
static enum isn_front_clock clock_of_tuples(const struct isn_front_case *what, double rate,
                                            bool has_fixed)
{
    struct lines others = lines_of(what, rate, 0, false);
    size_t held = lines_that_hold(&others);

    if (others.members < ISN_FRONT_LEAST) {
        return has_fixed ? ISN_FRONT_CLOCK_TUPLE : ISN_FRONT_CLOCK_UNKNOWN;
    }
    if (held == 1) {
        return ISN_FRONT_CLOCK_GLOBAL;
    }
    if (held > 1 && others.switches > 3 * (held - 1)) {
        return ISN_FRONT_CLOCK_LINES;
    }
    return has_fixed ? ISN_FRONT_CLOCK_TUPLE : ISN_FRONT_CLOCK_UNKNOWN;
}

void isn_front_measure_clock(const struct isn_front_case *what, struct isn_front *front)
{
    bool has_fixed = count_chosen(what, true) >= ISN_FRONT_LEAST;
    size_t others = count_chosen(what, false);
    struct lines fixed;
    size_t held;
    double rate;

    if (!has_fixed && others < ISN_FRONT_LEAST) {
        return;
    }
    if (stands_still(what)) {
        front->clock = ISN_FRONT_CLOCK_STILL;
        return;
    }
    rate = vote(what, has_fixed);
    if (rate <= 0) {
        front->clock = has_fixed ? ISN_FRONT_CLOCK_RANDOM : ISN_FRONT_CLOCK_UNKNOWN;
        return;
    }
    fixed = lines_of(what, rate, 0, true);
    held = lines_that_hold(&fixed);
    if (has_fixed && held == 0) {
        front->clock = ISN_FRONT_CLOCK_RANDOM;
        return;
    }
    front->clock_rate = refine(what, rate, has_fixed);
    if (held > 1 && fixed.switches > 3 * (held - 1)) {
        front->clock = ISN_FRONT_CLOCK_LINES;
    } else {
        front->clock = clock_of_tuples(what, rate, has_fixed);
    }
}

static uint16_t swapped(uint16_t id, bool swap)
{
    return swap ? __builtin_bswap16(id) : id;
}

/* Whether the IDs, taken in this order of bytes, go up in small steps; the packets between. */
static bool counts(const struct isn_front_case *what, bool swap, uint64_t *ret_foreign)
{
    const struct isn_look *before = NULL;
    size_t small = 0, steps = 0;
    uint64_t foreign = 0;

    for (size_t i = 0; i < what->count; i++) {
        const struct isn_look *look = &what->looks[i];

        if (look->later || !look->has_ip_id) {
            before = NULL; /* more packets than one may lie between */
            continue;
        }
        if (before != NULL) {
            uint16_t step = (uint16_t)(swapped(look->ip_id, swap) - swapped(before->ip_id, swap));

            steps++;
            if (step >= 1 && step <= ID_STEP) {
                small++;
                foreign += step - 1u;
            }
        }
        before = look;
    }
    *ret_foreign = foreign;
    return steps >= ISN_FRONT_LEAST && (double)small >= ID_SHARE * (double)steps;
}

void isn_front_measure_ids(const struct isn_front_case *what, struct isn_front *front)
{
    uint64_t foreign, turned;
    double duration;
    bool in_order;

    /* in the wire's order, or in that of a little-endian host that forgot to turn it: a step of 1
     * in the one is a step of 256 in the other */
    in_order = counts(what, false, &foreign);
    if (counts(what, true, &turned) && (!in_order || turned < foreign)) {
        in_order = true;
        foreign = turned;
    }
    front->counts_packets = in_order;
    if (!in_order) {
        return;
    }
    front->foreign = foreign;
    duration = seconds(what, &what->looks[what->count - 1]);
    front->foreign_a_second = duration > 0 ? (double)front->foreign / duration : NAN;
}
