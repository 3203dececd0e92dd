/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the times between copies of a SYN grow. */
#include "probe/track/connection_parts.h"

/* Timers of whole ticks, and the way to the capture point, make times differ by this, percent. */
#define JITTER 20
/* RFC 6298 section 2.1 begins with 1 s; before it was 3 s (RFC 2988). */
#define FIRST_TIMER INT64_C(1000000000)

static unsigned kept(unsigned count)
{
    /* The copies beyond have replaced the last one, so that what lies before it is not known. */
    return count > FOLLOW_COPIES ? FOLLOW_COPIES - 1 : count;
}

const char *backoff_gaps(const struct follow_copy *copies, unsigned count, struct arena *arena)
{
    const char *sep = "";

    count = kept(count);
    if (count < 2)
        return NULL;
    for (unsigned i = 1; i < count; i++) {
        int64_t tenths = (copies[i].at - copies[i - 1].at + 50000) / 100000;

        if (tenths < 0)
            tenths = 0;
        arena_print(arena, "%s%lld.%d", sep, (long long)(tenths / 10), (int)(tenths % 10));
        sep = ",";
    }
    return arena_finish(arena);
}

/* Whether `a` is `percent` of `b`, as far as timers are exact. */
static bool is_about(int64_t a, int64_t b, int percent)
{
    /* Not in whole numbers: stamps may lie so far apart that twice as far is more than there is. */
    double wanted = (double)b * percent / 100;

    return (double)a >= wanted - wanted / 100 * JITTER &&
           (double)a <= wanted + wanted / 100 * JITTER;
}

static unsigned run_of(const int64_t *gaps, unsigned count, unsigned from, int percent)
{
    unsigned i = from + 1;

    while (i < count && is_about(gaps[i], gaps[i - 1], percent))
        i++;
    return i;
}

static bool is_linear(const int64_t *gaps, unsigned count)
{
    int64_t step = gaps[1] - gaps[0];

    if (count < 3 || !is_about(step, gaps[0], 100))
        return false;
    for (unsigned i = 2; i < count; i++)
        if (!is_about(gaps[i] - gaps[i - 1], step, 100))
            return false;
    return true;
}

static const char *doubling_words(int64_t first)
{
    return is_about(first, FIRST_TIMER, 100) ? ", as RFC 6298 has it" : "";
}

const char *backoff_words(const struct follow_copy *copies, unsigned count, struct arena *arena)
{
    int64_t gaps[FOLLOW_COPIES], least = INT64_MAX, most = 0;
    char from[32], to[32];
    unsigned same, doubled;

    count = kept(count);
    if (count < 2)
        return NULL;
    count--;
    for (unsigned i = 0; i < count; i++) {
        gaps[i] = copies[i + 1].at - copies[i].at;
        least = gaps[i] < least ? gaps[i] : least;
        most = gaps[i] > most ? gaps[i] : most;
    }
    telling_duration(gaps[0], from);
    same = run_of(gaps, count, 0, 100);
    doubled = run_of(gaps, count, same - 1, 200);
    if (least <= 0)
        arena_print(arena, "the stamps go backwards");
    else if (count == 1)
        arena_print(arena, "one wait of %s", from);
    else if (same == count)
        arena_print(arena, "every %s, it does not grow", from);
    else if (same == 1 && doubled == count)
        arena_print(arena, "doubles from %s%s", from, doubling_words(gaps[0]));
    else if (doubled == count)
        /* Linux since 6.5 (tcp_syn_linear_timeouts). */
        arena_print(arena, "%u times every %s, then doubles", same, from);
    else if (is_linear(gaps, count))
        arena_print(arena, "grows by %s each time", from);
    else
        arena_print(arena, "irregular, %s to %s", telling_duration(least, from),
                    telling_duration(most, to));
    return arena_finish(arena);
}
