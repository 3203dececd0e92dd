/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stamps of captured packets: any resolution into nanoseconds, without overflow. */
#include "net/replay_parts.h"

#define NS_IN_SECOND     UINT64_C(1000000000)
#define NS_DIGITS        9
#define TEN_POWER_MAX    19 /* 10^19 is the greatest in 64 bits */
#define RESOLUTION_BITS  0x80
#define RESOLUTION_VALUE 0x7f
/* 2^34 parts of a second times 10^9 is just in 64 bits, and each is less than a nanosecond. */
#define FINEST_SHIFT 34

static uint64_t ten_to(unsigned power)
{
    uint64_t value = 1;

    while (power-- > 0)
        value *= 10;
    return value;
}

struct stamp_unit stamp_unit_of(uint8_t resolution, int64_t offset_s)
{
    struct stamp_unit unit = {.multiply = 1, .divide = 1, .offset_s = offset_s};
    unsigned power = resolution & RESOLUTION_VALUE;

    if (resolution & RESOLUTION_BITS) {
        unit.is_binary = true;
        unit.shift = (uint8_t)power;
    } else if (power <= NS_DIGITS) {
        unit.multiply = ten_to(NS_DIGITS - power);
    } else {
        power -= NS_DIGITS;
        /* Ticks so fine that 2^64 of them are less than a nanosecond: all of them are 0. */
        unit.divide = power <= TEN_POWER_MAX ? ten_to(power) : 0;
    }
    return unit;
}

int64_t stamp_unit_ns(const struct stamp_unit *unit)
{
    if (unit->is_binary)
        return unit->shift < 64 ? (int64_t)(NS_IN_SECOND >> unit->shift) : 0;
    return unit->divide == 1 ? (int64_t)unit->multiply : 0;
}

/* Seconds and less into nanoseconds; too many become the most that is told. */
static int64_t clamp(uint64_t seconds, uint64_t rest_ns)
{
    uint64_t value;

    if (__builtin_mul_overflow(seconds, NS_IN_SECOND, &value) ||
        __builtin_add_overflow(value, rest_ns, &value) || value > (uint64_t)REPLAY_TIME_MAX)
        return REPLAY_TIME_MAX;
    return (int64_t)value;
}

static int64_t binary_ns(unsigned shift, uint64_t ticks)
{
    uint64_t seconds = shift < 64 ? ticks >> shift : 0;
    uint64_t parts = shift < 64 ? ticks - (seconds << shift) : ticks;

    if (shift > FINEST_SHIFT) {
        unsigned surplus = shift - FINEST_SHIFT;
        parts = surplus < 64 ? parts >> surplus : 0;
        shift = FINEST_SHIFT;
    }
    return clamp(seconds, parts * NS_IN_SECOND >> shift);
}

int64_t stamp_ns(const struct stamp_unit *unit, uint64_t ticks)
{
    int64_t value, offset_ns;

    if (unit->is_binary) {
        value = binary_ns(unit->shift, ticks);
    } else if (unit->divide != 1) {
        value = clamp(0, unit->divide ? ticks / unit->divide : 0);
    } else {
        uint64_t product;
        bool is_large = __builtin_mul_overflow(ticks, unit->multiply, &product);
        value = clamp(0, is_large ? UINT64_MAX : product);
    }
    if (unit->offset_s == 0)
        return value;
    /* Two values of which each is within half of what 64 bits hold can be added. */
    if (__builtin_mul_overflow(unit->offset_s, (int64_t)NS_IN_SECOND, &offset_ns) ||
        offset_ns > REPLAY_TIME_MAX || offset_ns < -REPLAY_TIME_MAX)
        offset_ns = unit->offset_s > 0 ? REPLAY_TIME_MAX : -REPLAY_TIME_MAX;
    value += offset_ns;
    if (value > REPLAY_TIME_MAX)
        return REPLAY_TIME_MAX;
    return value < -REPLAY_TIME_MAX ? -REPLAY_TIME_MAX : value;
}
