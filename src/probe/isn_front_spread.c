/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The different values that a property of a server's SYN,ACKs has, and whether they take turns. */
#include "probe/isn_front_parts.h"

/* A value of fewer SYN,ACKs, or of a smaller share, is a stray: a single answer of a middlebox. */
#define STRAY       3
#define STRAY_SHARE 0.03

static uint32_t property_of(const struct isn_look *look, enum isn_front_property property)
{
    switch (property) {
    case ISN_FRONT_TTL:
        return look->ttl;
    case ISN_FRONT_LAYOUT:
        return look->layout;
    case ISN_FRONT_WINDOW:
        return look->window;
    }
    return 0;
}

/* The question that was asked most often (Boyer and Moore's majority vote, or what it leaves). */
static uint32_t usual_question(const struct isn_front_case *what)
{
    uint32_t asked = 0;
    size_t votes = 0;

    for (size_t i = 0; i < what->count; i++) {
        if (what->looks[i].later) {
            continue;
        }
        if (votes == 0) {
            asked = what->looks[i].asked;
        }
        votes = what->looks[i].asked == asked ? votes + 1 : votes - 1;
    }
    return asked;
}

/* Options and window may depend on what was offered, the TTL cannot. */
static bool compared(const struct isn_look *look, enum isn_front_property property, uint32_t asked)
{
    return !look->later && (property == ISN_FRONT_TTL || look->asked == asked);
}

static size_t find(const struct isn_front_spread *spread, uint32_t value)
{
    size_t at = 0;

    while (at < spread->count && spread->values[at].value != value) {
        at++;
    }
    return at;
}

static void count_value(struct isn_front_spread *spread, uint32_t value)
{
    size_t at = find(spread, value);

    spread->total++;
    if (at == ISN_FRONT_VALUES) {
        spread->many = true;
        return;
    }
    if (at == spread->count) {
        spread->values[spread->count++] = (struct isn_front_value){.value = value};
    }
    spread->values[at].count++;
    for (; at > 0 && spread->values[at].count > spread->values[at - 1].count; at--) {
        struct isn_front_value lesser = spread->values[at - 1];

        spread->values[at - 1] = spread->values[at];
        spread->values[at] = lesser;
    }
}

static void drop_strays(struct isn_front_spread *spread)
{
    while (spread->count > 1) {
        size_t least = spread->values[spread->count - 1].count;

        if (least >= STRAY && (double)least >= STRAY_SHARE * (double)spread->total) {
            return;
        }
        spread->count--;
    }
}

struct isn_front_spread isn_front_spread(const struct isn_front_case *what,
                                         enum isn_front_property property)
{
    struct isn_front_spread spread = {0};
    uint32_t asked = usual_question(what);
    size_t before = SIZE_MAX;

    for (size_t i = 0; i < what->count; i++) {
        if (compared(&what->looks[i], property, asked)) {
            count_value(&spread, property_of(&what->looks[i], property));
        }
    }
    drop_strays(&spread);
    for (size_t i = 0; i < what->count; i++) {
        const struct isn_look *look = &what->looks[i];
        size_t at = compared(look, property, asked) ? find(&spread, property_of(look, property))
                                                    : spread.count;

        if (at == spread.count) {
            continue;
        }
        if (before != SIZE_MAX && at != before && spread.switches++ == 0) {
            spread.first = (double)(look->time - what->looks[0].time) / 1e9;
        }
        before = at;
    }
    return spread;
}

bool isn_front_alternates(const struct isn_front_spread *spread)
{
    return spread->count > 1 && spread->switches > 3 * (spread->count - 1);
}
