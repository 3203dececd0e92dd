/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any linear generator over GF(2): the linear complexity of each bit of the ISNs by Berlekamp and
 * Massey's algorithm (Massey, "Shift-register synthesis and BCH decoding", 1969). */
#include <string.h>

#include "stat/isn/recover_parts.h"

#define BITS_MOST 2048U
#define WORDS     (BITS_MOST / 64 + 1)
#define SHORTEST  112U
#define MIDDLE    336U
#define LONG      1024U
/* ISNs beyond twice the complexity, which its recurrence foretells. */
#define FORETOLD 48U
/* Bits for which it must hold: one alone may be a slow counter's. */
#define LANES_LEAST 16U

/* c[0] = 1; s[n] = sum of c[i] s[n - i] for i = 1 … length. */
struct recurrence {
    uint64_t c[WORDS];
    size_t length;
};

static unsigned lane_bit(const uint32_t *isns, size_t at, unsigned lane)
{
    return isns[at] >> lane & 1;
}

/* to ^= from << shift, of which the first `words` words of `to` are wanted. */
static void add_shifted(uint64_t *to, const uint64_t *from, size_t shift, size_t words)
{
    size_t skip = shift / 64;
    unsigned bits = shift % 64;

    for (size_t i = skip; i < words; i++) {
        to[i] ^= from[i - skip] << bits;
        if (bits != 0 && i > skip)
            to[i] ^= from[i - skip - 1] >> (64 - bits);
    }
}

static void push(uint64_t *window, unsigned bit, size_t words)
{
    for (size_t i = words - 1; i > 0; i--)
        window[i] = window[i] << 1 | window[i - 1] >> 63;
    window[0] = window[0] << 1 | bit;
}

static unsigned foretell(const struct recurrence *recurrence, const uint64_t *window)
{
    uint64_t sum = 0;

    for (size_t i = 0; i <= recurrence->length / 64; i++)
        sum ^= recurrence->c[i] & window[i];
    return (unsigned)__builtin_parityll(sum);
}

/* The shortest recurrence of the lane; `window` is left with its last bits, the newest first. */
static void synthesise(const uint32_t *isns, size_t count, unsigned lane,
                       struct recurrence *recurrence, uint64_t *window)
{
    uint64_t other[WORDS] = {1};
    uint64_t before[WORDS];
    size_t since = 1;
    size_t words = count / 64 + 1;

    memset(recurrence, 0, sizeof *recurrence);
    memset(window, 0, WORDS * sizeof *window);
    recurrence->c[0] = 1;
    for (size_t n = 0; n < count; n++, since++) {
        push(window, lane_bit(isns, n, lane), words);
        if (foretell(recurrence, window) == 0)
            continue;
        if (2 * recurrence->length > n) {
            add_shifted(recurrence->c, other, since, words);
            continue;
        }
        memcpy(before, recurrence->c, sizeof before);
        add_shifted(recurrence->c, other, since, words);
        memcpy(other, before, sizeof other);
        recurrence->length = n + 1 - recurrence->length;
        since = 0;
    }
}

/* Whether about half the bits are ones and half of them change: not so slow counters and clocks,
 * whose complexity is small by nature. */
static bool is_balanced(const uint32_t *isns, size_t count, unsigned lane)
{
    size_t ones = 0;
    size_t changes = 0;

    for (size_t i = 0; i < count; i++) {
        ones += lane_bit(isns, i, lane);
        changes += i > 0 && lane_bit(isns, i, lane) != lane_bit(isns, i - 1, lane);
    }
    return ones * 4 > count && ones * 4 < count * 3 && changes * 4 > count &&
           changes * 4 < count * 3;
}

static void lane_next(struct isn_recovery *recovery, const struct recurrence *recurrence,
                      uint64_t *window, unsigned lane)
{
    for (size_t i = 0; i < ISN_RECOVERY_NEXT; i++) {
        unsigned bit;

        push(window, 0, WORDS);
        bit = foretell(recurrence, window);
        window[0] |= bit;
        recovery->next[i] |= (uint32_t)bit << lane;
    }
    recovery->next_mask |= UINT32_C(1) << lane;
}

static bool try_window(const struct isn_run *run, size_t first, size_t count,
                       struct isn_recovery *recovery)
{
    const uint32_t *isns = run->isns + first;
    struct recurrence recurrence;
    uint64_t window[WORDS];
    size_t longest = 0;
    size_t lanes = 0;

    isn_recovery_begin(recovery, ISN_GENERATOR_LANES);
    recovery->next_mask = 0;
    recovery->log10_chance = 1;
    for (unsigned lane = 0; lane < 32 && lane < lanes + 32 - LANES_LEAST + 1; lane++) {
        if (!is_balanced(isns, count, lane))
            continue;
        synthesise(isns, count, lane, &recurrence, window);
        if (2 * recurrence.length + FORETOLD > count)
            continue;
        lane_next(recovery, &recurrence, window, lane);
        recovery->log10_chance -= (double)(count - 2 * recurrence.length) * ISN_LOG10_2;
        longest = recurrence.length > longest ? recurrence.length : longest;
        lanes++;
    }
    if (lanes < LANES_LEAST)
        return false;
    recovery->parameters[0] = (struct isn_parameter){"linear complexity", longest};
    recovery->parameters[1] = (struct isn_parameter){"bits", lanes};
    recovery->word_count = longest < ISN_RECOVERY_WORDS ? longest : ISN_RECOVERY_WORDS;
    memcpy(recovery->words, isns + count - recovery->word_count,
           recovery->word_count * sizeof *isns);
    recovery->used = 2 * longest;
    recovery->verified = count - 2 * longest;
    recovery->current = first + count == run->count;
    return true;
}

int isn_recover_lanes(const struct isn_run *run, struct isn_recovery *recovery)
{
    const size_t lengths[] = {SHORTEST, MIDDLE, LONG, BITS_MOST};

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t count = lengths[i] < run->count ? lengths[i] : run->count;

        if (try_window(run, run->count - count, count, recovery))
            return 1;
        if (count == run->count)
            break;
        if (try_window(run, 0, count, recovery))
            return 1;
    }
    return 0;
}
