/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The estimators of NIST SP 800-90B that count repeated tuples, of any length, in a suffix array.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "stat/isn/sp800_90b.h"

#define CONFIDENCE 2.576
#define OFTEN      35

struct suffixes {
    uint32_t *order;  /* where each suffix begins, in the order of their symbols */
    uint32_t *rank;   /* of each suffix */
    uint32_t *spare;  /* count, and at least 256 for buckets */
    uint32_t *bucket; /* as above, and one more */
    uint32_t *common; /* symbols that each in this order shares with the one before it */
    size_t count;
};

/* Sorts what `spare` holds by rank, stably, into `order`. */
static void sort_by_rank(struct suffixes *s, size_t ranks)
{
    memset(s->bucket, 0, (ranks + 1) * sizeof(*s->bucket));
    for (size_t i = 0; i < s->count; i++)
        s->bucket[s->rank[i] + 1]++;
    for (size_t i = 1; i <= ranks; i++)
        s->bucket[i] += s->bucket[i - 1];
    for (size_t i = 0; i < s->count; i++)
        s->order[s->bucket[s->rank[s->spare[i]]]++] = s->spare[i];
}

/* The rank of the suffix `by` further on, counted from 1; 0 behind the end. */
static uint32_t rank_beyond(const struct suffixes *s, uint32_t at, size_t by)
{
    return at + by < s->count ? s->rank[at + by] + 1 : 0;
}

/*
 * Prefix doubling (Manber and Myers, SIAM Journal on Computing 22, 1993): sorted by 1, 2, 4, …
 * symbols, each time by two ranks of half the length.
 */
static void sort_suffixes(struct suffixes *s, const uint8_t *symbols)
{
    size_t ranks = 256;

    for (size_t i = 0; i < s->count; i++) {
        s->rank[i] = symbols[i];
        s->spare[i] = (uint32_t)i;
    }
    sort_by_rank(s, ranks);
    for (size_t by = 1; ranks < s->count || by == 1; by *= 2) {
        size_t filled = 0;

        /* In the order of their second halves: those without one, then as these stand. */
        for (size_t i = s->count > by ? s->count - by : 0; i < s->count; i++)
            s->spare[filled++] = (uint32_t)i;
        for (size_t i = 0; i < s->count; i++)
            if (s->order[i] >= by)
                s->spare[filled++] = s->order[i] - (uint32_t)by;
        sort_by_rank(s, ranks);
        ranks = 1;
        s->spare[s->order[0]] = 0;
        for (size_t i = 1; i < s->count; i++) {
            uint32_t last = s->order[i - 1];
            uint32_t here = s->order[i];

            ranks += s->rank[last] != s->rank[here] ||
                     rank_beyond(s, last, by) != rank_beyond(s, here, by);
            s->spare[here] = (uint32_t)ranks - 1;
        }
        memcpy(s->rank, s->spare, s->count * sizeof(*s->rank));
    }
}

/* Kasai and others (Combinatorial Pattern Matching 2001); returns the most that two have in common.
 */
static size_t fill_shared(struct suffixes *s, const uint8_t *symbols)
{
    size_t most = 0;
    size_t common = 0;

    s->common[0] = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (s->rank[i] == 0) {
            common = 0;
            continue;
        }
        size_t other = s->order[s->rank[i] - 1];

        while (i + common < s->count && other + common < s->count &&
               symbols[i + common] == symbols[other + common])
            common++;
        s->common[s->rank[i]] = (uint32_t)common;
        most = common > most ? common : most;
        common -= common > 0;
    }
    return most;
}

/* By the length of a tuple, 0 … most + 1. */
struct tallies {
    uint32_t *times; /* of the commonest one */
    double *pairs;   /* of equal ones, summed over all */
};

/* A run of suffixes, `times` of them, that share `length` symbols but no longer run more than
 * `around`. */
static void tally(struct tallies *tallies, uint32_t length, uint32_t around, uint32_t times)
{
    double pairs = (double)times * ((double)times - 1) / 2;

    if (times > tallies->times[length])
        tallies->times[length] = times;
    tallies->pairs[around + 1] += pairs;
    tallies->pairs[length + 1] -= pairs;
}

/*
 * All such runs, by a stack of those that are open; `rank` and `spare` are not needed any more and
 * hold it: the shared length, and the first suffix.
 */
static void tally_runs(struct suffixes *s, size_t most, struct tallies *tallies)
{
    uint32_t *length = s->rank;
    uint32_t *begin = s->spare;
    size_t open = 0;

    for (size_t i = 1; i <= s->count; i++) {
        uint32_t common = i < s->count ? s->common[i] : 0;
        uint32_t from = (uint32_t)i - 1;

        while (open > 0 && length[open - 1] > common) {
            uint32_t below = open > 1 ? length[open - 2] : 0;

            open--;
            from = begin[open];
            tally(tallies, length[open], below > common ? below : common, (uint32_t)i - from);
        }
        if (common > (open > 0 ? length[open - 1] : 0)) {
            length[open] = common;
            begin[open++] = from;
        }
    }
    for (size_t i = most; i > 0; i--)
        if (tallies->times[i - 1] < tallies->times[i])
            tallies->times[i - 1] = tallies->times[i];
    for (size_t i = 1; i <= most; i++)
        tallies->pairs[i] += tallies->pairs[i - 1];
}

static double entropy(double p, size_t count)
{
    return -log2(fmin(1, p + CONFIDENCE * sqrt(p * (1 - p) / ((double)count - 1)))) + 0.0;
}

static void judge(const struct tallies *tallies, size_t count, size_t most, double *ret_tuple,
                  double *ret_repeated)
{
    double tuple = 0;
    double repeated = 0;
    size_t length = 1;

    for (; length <= most && tallies->times[length] >= OFTEN; length++)
        tuple = fmax(tuple, pow(tallies->times[length] / ((double)(count - length) + 1),
                                1 / (double)length));
    for (; length <= most; length++) {
        double n = (double)(count - length) + 1;

        repeated =
            fmax(repeated, pow(tallies->pairs[length] / (n * (n - 1) / 2), 1 / (double)length));
    }
    *ret_tuple = tuple > 0 ? entropy(fmin(1, tuple), count) : (double)NAN;
    *ret_repeated = repeated > 0 ? entropy(fmin(1, repeated), count) : (double)NAN;
}

int isn_90b_tuples(const uint8_t *symbols, size_t count, double *ret_tuple, double *ret_repeated)
{
    size_t room = (count > 256 ? count : 256) + 2;
    uint32_t *all;
    struct tallies tallies = {0};
    int status = -FAULT_MEMORY;

    *ret_tuple = *ret_repeated = (double)NAN;
    if (count < 2)
        return 0;
    all = malloc(5 * room * sizeof(*all));
    if (all != NULL) {
        struct suffixes s = {all,  all + room, all + 2 * room, all + 3 * room, all + 4 * room,
                             count};
        size_t most;

        sort_suffixes(&s, symbols);
        most = fill_shared(&s, symbols);
        tallies.times = calloc(most + 2, sizeof(*tallies.times));
        tallies.pairs = calloc(most + 2, sizeof(*tallies.pairs));
        if (tallies.times != NULL && tallies.pairs != NULL) {
            tally_runs(&s, most, &tallies);
            judge(&tallies, count, most, ret_tuple, ret_repeated);
            status = 0;
        }
    }
    free(tallies.times);
    free(tallies.pairs);
    free(all);
    return status;
}
