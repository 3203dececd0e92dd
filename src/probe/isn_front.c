/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands in front of an audited server, and so whose initial sequence numbers the audit saw.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "probe/isn_front_parts.h"

static const struct {
    const char *word, *meaning;
    bool between;
} kinds[ISN_FRONT_COUNT] = {
#define X(id, word, between, meaning) [ISN_FRONT_##id] = {word, meaning, between},
    ISN_FRONT_TABLE(X)
#undef X
};

const char *isn_front_word(enum isn_front_kind kind)
{
    return kinds[kind].word;
}

const char *isn_front_meaning(enum isn_front_kind kind)
{
    return kinds[kind].meaning;
}

bool isn_front_between(enum isn_front_kind kind)
{
    return kinds[kind].between;
}

/* Fowler, Noll and Vo's hash. */
static uint32_t stir(uint32_t hash, uint8_t byte)
{
    return (hash ^ byte) * 16777619u;
}

uint32_t isn_look_layout(const struct options *options)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < options->count; i++) {
        const struct option *option = &options->list[i];

        hash = stir(stir(hash, option->kind), option->length);
        if (option->kind == OPTION_WSCALE && option->length == 3) {
            hash = stir(hash, options->bytes[option->at + 2]);
        }
    }
    return hash;
}

bool isn_look_linux(const struct options *options)
{
    static const uint8_t order[] = {OPTION_MSS, OPTION_SACK_PERMITTED, OPTION_TIMESTAMPS,
                                    OPTION_NOP, OPTION_WSCALE};

    if (options->count < sizeof(order)) {
        return false;
    }
    for (size_t i = 0; i < sizeof(order); i++) {
        if (options->list[i].kind != order[i]) {
            return false;
        }
    }
    return true;
}

void isn_front_note(struct isn_front *front, enum isn_front_kind kind, const char *format, ...)
{
    struct isn_front_row *row;
    va_list arguments;

    if (front->count == ISN_FRONT_ROWS) {
        return;
    }
    row = &front->rows[front->count++];
    row->kind = kind;
    va_start(arguments, format);
    vsnprintf(row->detail, sizeof(row->detail), format, arguments);
    va_end(arguments);
}

bool isn_front_noted(const struct isn_front *front, enum isn_front_kind kind)
{
    for (size_t i = 0; i < front->count; i++) {
        if (front->rows[i].kind == kind) {
            return true;
        }
    }
    return false;
}

size_t isn_front_answers(const struct isn_front_case *what)
{
    size_t count = 0;

    for (size_t i = 0; i < what->count; i++) {
        count += !what->looks[i].later;
    }
    return count;
}

/* --- about the server ------------------------------------------------------------------------- */

static void tell_ids(struct isn_front *front)
{
    if (!front->counts_packets) {
        return;
    }
    if (front->foreign == 0) {
        isn_front_note(front, ISN_FRONT_IP_ID,
                       "goes up by 1 from SYN,ACK to SYN,ACK: no other connection in between, or a "
                       "counter for each destination");
    } else {
        isn_front_note(front, ISN_FRONT_IP_ID,
                       "counts the host's packets: %llu to others in between, so at most %.3g "
                       "connections of others a second",
                       (unsigned long long)front->foreign, front->foreign_a_second);
    }
}

static void tell_clock(const struct isn_front_case *what, struct isn_front *front)
{
    switch (front->clock) {
    case ISN_FRONT_CLOCK_UNKNOWN:
    case ISN_FRONT_CLOCK_LINES:
        return;
    case ISN_FRONT_CLOCK_GLOBAL:
        isn_front_note(front, ISN_FRONT_TIMESTAMPS, "one clock of %.4g Hz for all ports",
                       front->clock_rate);
        return;
    case ISN_FRONT_CLOCK_TUPLE:
        isn_front_note(front, ISN_FRONT_TIMESTAMPS,
                       "a clock of %.4g Hz, with an offset of its own for each port",
                       front->clock_rate);
        return;
    case ISN_FRONT_CLOCK_RANDOM:
        if (!isn_front_noted(front, ISN_FRONT_NAT) && isn_front_answers(what) >= ISN_FRONT_LEAST) {
            isn_front_note(front, ISN_FRONT_TIMESTAMPS,
                           "another offset for each connection, also of the same ports");
        }
        return;
    case ISN_FRONT_CLOCK_STILL:
        isn_front_note(front, ISN_FRONT_TIMESTAMPS, "TSval does not advance");
        return;
    }
}

/* --- whose ------------------------------------------------------------------------------------ */

static void say(struct isn_front *front, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct isn_front *front, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(front->whose, sizeof(front->whose), format, arguments);
    va_end(arguments);
}

static void judge_owner(const struct isn_front_case *what, struct isn_front *front)
{
    struct isn_front_spread ttl = isn_front_spread(what, ISN_FRONT_TTL);

    if (isn_front_noted(front, ISN_FRONT_PROXY)) {
        say(front, "the numbers are a SYN proxy's%s; the server's own were not seen",
            isn_front_noted(front, ISN_FRONT_COOKIES) ? ", who makes them as cookies" : "");
    } else if (isn_front_noted(front, ISN_FRONT_COOKIES)) {
        say(front,
            "the numbers are SYN cookies, of the server or of a firewall with its address; those "
            "it gives without cookies were not seen");
    } else if (isn_front_noted(front, ISN_FRONT_REWRITER)) {
        say(front, "the numbers may be a firewall's, written over the server's");
    } else if (isn_front_noted(front, ISN_FRONT_NAT)) {
        say(front, "the numbers may be the server's, but a NAT in between seems to have changed "
                   "the ports: "
                   "what was to be one tuple were many");
    } else if (isn_front_noted(front, ISN_FRONT_BALANCER)) {
        if (what->audit->backend_count > 1) {
            say(front, "the numbers are of %zu servers or more behind one address",
                what->audit->backend_count);
        } else {
            say(front, "the numbers are of several servers behind one address");
        }
    } else if (isn_front_noted(front, ISN_FRONT_CHANGE)) {
        say(front,
            "who answered, or the way to it, changed in the middle: the numbers may be of two");
    } else if (what->count == 0) {
        say(front, "nothing but the numbers was given: whose they are cannot be told");
    } else {
        say(front,
            "the numbers are of the host that answers with TTL %u; nothing was seen in front "
            "of the server",
            ttl.values[0].value);
    }
}

/* What stands between first, the order as it was otherwise. */
static void order_rows(struct isn_front *front)
{
    struct isn_front_row ordered[ISN_FRONT_ROWS] = {0};
    size_t at = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < front->count; i++) {
            if (isn_front_between(front->rows[i].kind) == (pass == 0)) {
                ordered[at++] = front->rows[i];
            }
        }
    }
    memcpy(front->rows, ordered, at * sizeof(ordered[0]));
}

void isn_front_judge(const struct isn_look *looks, size_t count, const struct isn_audit *audit,
                     struct isn_front *ret_front)
{
    struct isn_front_case what = {.looks = looks, .count = count, .audit = audit};

    *ret_front = (struct isn_front){.clock_rate = NAN, .foreign_a_second = NAN};
    if (count > 0) {
        isn_front_measure_clock(&what, ret_front);
        isn_front_measure_ids(&what, ret_front);
    }
    isn_front_name(&what, ret_front);
    tell_ids(ret_front);
    tell_clock(&what, ret_front);
    judge_owner(&what, ret_front);
    order_rows(ret_front);
}
