/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which connections of two captures are the same: one kind of sign after the other, the strongest
 * first. */
#include "probe/track/compare_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
/* Linux sends its last SYN but one after 31 s: the first copies may be in one capture alone. */
#define EARLIER (2 * SECOND)
#define LATER   (33 * SECOND)
/* Without any other sign than the time. */
#define NEARLY (SECOND / 2)
#define VOTES  48

/* A sign of a connection: those of two captures are the same where all bytes are. */
struct sign {
    uint8_t bytes[63];
    uint8_t length;
};

static void add_bytes(struct sign *sign, const void *bytes, size_t length)
{
    assert(sign->length + length <= sizeof sign->bytes);
    memcpy(&sign->bytes[sign->length], bytes, length);
    sign->length = (uint8_t)(sign->length + length);
}

static void add_number(struct sign *sign, uint32_t number)
{
    add_bytes(sign, &number, sizeof number);
}

static void add_end(struct sign *sign, const struct compare_kept *kept, unsigned end)
{
    add_bytes(sign, kept->key.ends[end].address, sizeof kept->key.ends[end].address);
    add_bytes(sign, &kept->key.ends[end].port, sizeof kept->key.ends[end].port);
    add_bytes(sign, &kept->key.family, 1);
}

/* The parts that a sign may have. */
enum part {
    PART_CLIENT_END = 1 << 0,
    PART_SERVER_END = 1 << 1,
    PART_CLIENT_ISN = 1 << 2,
    PART_SERVER_ISN = 1 << 3,
    PART_TS_VAL = 1 << 4,  /* of the SYN */
    PART_OPTIONS = 1 << 5, /* of the SYN: kinds, window scale */
    PART_NEXT = 1 << 6,    /* where both sequences end */
    PART_ENDS = 1 << 7,    /* both, whoever opened it */
};

/* What middleboxes leave alone of a SYN's options: the order of kinds and the window scale. */
static bool add_options(struct sign *sign, const struct compare_end *end)
{
    struct options options;
    struct option_summary summary;

    if (!end->syn_seen)
        return false;
    options_parse(end->options, end->options_length, &options);
    options_summarize(&options, &summary);
    for (unsigned i = 0; i < options.count; i++)
        if (options.list[i].kind > OPTION_NOP)
            add_bytes(sign, &options.list[i].kind, 1);
    add_bytes(sign, &summary.wscale, 1);
    return true;
}

/* False where the connection has not got that sign. */
static bool sign_of(const struct compare_kept *kept, unsigned parts, struct sign *ret_sign)
{
    const struct compare_end *client = &kept->ends[kept->client];
    const struct compare_end *server = &kept->ends[!kept->client];
    struct sign *sign = ret_sign;

    memset(sign, 0, sizeof *sign);
    if (((parts & PART_CLIENT_ISN) && !client->has_isn) ||
        ((parts & PART_SERVER_ISN) && !server->has_isn) ||
        ((parts & PART_TS_VAL) && !client->has_ts_val) ||
        ((parts & PART_NEXT) && !(client->has_next && server->has_next)) ||
        ((parts & (PART_CLIENT_END | PART_SERVER_END)) && !kept->client_known))
        return false;
    if (parts & PART_ENDS) {
        add_end(sign, kept, 0);
        add_end(sign, kept, 1);
    }
    if (parts & PART_CLIENT_END)
        add_end(sign, kept, kept->client);
    if (parts & PART_SERVER_END)
        add_end(sign, kept, !kept->client);
    if (parts & PART_CLIENT_ISN)
        add_number(sign, client->isn);
    if (parts & PART_SERVER_ISN)
        add_number(sign, server->isn);
    if (parts & PART_TS_VAL)
        add_number(sign, client->ts_val);
    if (parts & PART_NEXT) { /* which of them is the client may be in doubt */
        bool swap = client->next > server->next;

        add_number(sign, swap ? server->next : client->next);
        add_number(sign, swap ? client->next : server->next);
    }
    return !(parts & PART_OPTIONS) || add_options(sign, client);
}

/* How those of one sign are paired. */
enum manner {
    MANNER_ORDER,  /* the first with the first */
    MANNER_ALONE,  /* where each capture has one */
    MANNER_TIMED,  /* in order, as far as their times agree */
    MANNER_GUESSED /* the same, and closely */
};

struct pass {
    unsigned parts;
    enum manner manner;
    enum compare_matched by;
};

static const struct pass passes[] = {
    {PART_ENDS | PART_CLIENT_ISN | PART_SERVER_ISN, MANNER_ORDER, COMPARE_BY_ENDS},
    {PART_ENDS | PART_CLIENT_ISN, MANNER_ORDER, COMPARE_BY_ENDS},
    {PART_ENDS | PART_SERVER_ISN, MANNER_ORDER, COMPARE_BY_ENDS},
    {PART_ENDS | PART_TS_VAL, MANNER_ORDER, COMPARE_BY_ENDS},
    {PART_ENDS | PART_NEXT, MANNER_ORDER, COMPARE_BY_ENDS},
    {PART_ENDS, MANNER_TIMED, COMPARE_BY_ENDS},
    {PART_CLIENT_ISN | PART_SERVER_ISN, MANNER_ORDER, COMPARE_BY_ISN},
    {PART_CLIENT_ISN | PART_TS_VAL, MANNER_ORDER, COMPARE_BY_ISN},
    {PART_CLIENT_ISN | PART_SERVER_END, MANNER_ORDER, COMPARE_BY_ISN},
    {PART_CLIENT_ISN | PART_CLIENT_END, MANNER_ORDER, COMPARE_BY_ISN},
    {PART_NEXT, MANNER_ORDER, COMPARE_BY_ISN},
    {PART_CLIENT_ISN | PART_OPTIONS, MANNER_ALONE, COMPARE_BY_ISN},
    {PART_SERVER_ISN | PART_SERVER_END, MANNER_ORDER, COMPARE_BY_ISN},
    {PART_SERVER_ISN | PART_TS_VAL, MANNER_ORDER, COMPARE_BY_ISN},
    {PART_CLIENT_ISN, MANNER_ALONE, COMPARE_BY_ISN},
    {PART_TS_VAL | PART_SERVER_END | PART_OPTIONS, MANNER_ALONE, COMPARE_BY_TIMESTAMPS},
    {PART_TS_VAL | PART_CLIENT_END | PART_OPTIONS, MANNER_ALONE, COMPARE_BY_TIMESTAMPS},
    {PART_TS_VAL | PART_OPTIONS, MANNER_ALONE, COMPARE_BY_TIMESTAMPS},
    {PART_SERVER_END | PART_OPTIONS, MANNER_GUESSED, COMPARE_BY_ORDER},
    {PART_CLIENT_END | PART_OPTIONS, MANNER_GUESSED, COMPARE_BY_ORDER},
};

struct entry {
    struct sign sign;
    uint32_t index;
};

static int entry_compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int result = memcmp(&a->sign, &b->sign, sizeof a->sign);

    return result ? result : (a->index > b->index) - (a->index < b->index);
}

static size_t list(const struct compare_capture *capture, unsigned parts, struct entry *entries)
{
    size_t count = 0;

    for (uint32_t i = 0; i < capture->count; i++) {
        const struct compare_kept *kept = &capture->kept[i];

        if (kept->partner != COMPARE_NONE || !sign_of(kept, parts, &entries[count].sign))
            continue;
        entries[count++].index = i;
    }
    qsort(entries, count, sizeof *entries, entry_compare);
    return count;
}

/* What both call the client is the same end: where one of them does not know, the other does. */
static void agree(struct compare_kept *a, struct compare_kept *b, const struct pass *pass)
{
    if (a->client_known && b->client_known && !(pass->parts & (PART_ENDS | PART_NEXT)))
        return;
    if (pass->parts & PART_ENDS) {
        if (a->client_known || !b->client_known)
            b->client = a->client;
        else
            a->client = b->client;
        return;
    }
    const struct compare_end *client = &a->ends[a->client];

    if (a->client_known || !b->client_known) {
        b->client = b->ends[0].next == client->next ? 0 : 1;
        return;
    }
    client = &b->ends[b->client];
    a->client = a->ends[0].next == client->next ? 0 : 1;
}

/* One pass over both captures. */
struct work {
    struct compare *compare;
    const struct pass *pass;
    const struct entry *a, *b; /* those of one sign */
    size_t n, m;
    bool has_offset;
    int64_t offset; /* of B's clock, to A's: the median of the pairs so far */
};

static struct compare_kept *kept_at(const struct work *work, unsigned capture, size_t i)
{
    const struct entry *entries = capture == 0 ? work->a : work->b;

    return &work->compare->captures[capture].kept[entries[i].index];
}

/* Whatever passes on what it gets brings as many bytes, one way at least. */
static bool is_alike(const struct compare_kept *a, const struct compare_kept *b)
{
    for (unsigned direction = 0; direction < 2; direction++) {
        const struct compare_end *one = &a->ends[a->client ^ direction];
        const struct compare_end *other = &b->ends[b->client ^ direction];

        if (one->next - one->isn == other->next - other->isn)
            return true;
    }
    return false;
}

static void join(const struct work *work, size_t i, size_t j)
{
    struct compare_kept *a = kept_at(work, 0, i), *b = kept_at(work, 1, j);

    if (work->pass->manner == MANNER_GUESSED && !is_alike(a, b))
        return;
    agree(a, b, work->pass);
    a->partner = work->b[j].index;
    b->partner = work->a[i].index;
    a->matched_by = b->matched_by = (uint8_t)work->pass->by;
}

static int64_t apart(const struct work *work, size_t i, size_t j)
{
    return compare_apart(kept_at(work, 1, j)->first_at, kept_at(work, 0, i)->first_at);
}

static int64_t magnitude(int64_t value)
{
    return value < 0 ? -value : value;
}

/* Pairs, or only counts, what lies together in time if B's clock is ahead by `offset`. */
static size_t align(const struct work *work, int64_t offset, int64_t earlier, int64_t later,
                    bool really)
{
    size_t found = 0;

    for (size_t i = 0, j = 0; i < work->n && j < work->m;) {
        int64_t here = compare_apart(apart(work, i, j), offset);

        bool ahead = here > later ||
                     (here >= -earlier && i + 1 < work->n &&
                      magnitude(compare_apart(apart(work, i + 1, j), offset)) < magnitude(here));
        bool behind = here < -earlier ||
                      (!ahead && j + 1 < work->m &&
                       magnitude(compare_apart(apart(work, i, j + 1), offset)) < magnitude(here));

        if (ahead)
            i++;
        else if (behind)
            j++;
        else {
            if (really)
                join(work, i, j);
            found++, i++, j++;
        }
    }
    return found;
}

/* No other pair tells how the clocks stand: the offset under which most find a partner. */
static bool vote(const struct work *work, int64_t *ret_offset)
{
    size_t n = work->n < VOTES ? work->n : VOTES, m = work->m < VOTES ? work->m : VOTES;
    struct work few = *work;
    size_t best = 0;

    few.n = n;
    few.m = m;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) {
            int64_t offset = apart(work, i, j);
            size_t found = align(&few, offset, NEARLY, NEARLY, false);

            if (found > best) {
                best = found;
                *ret_offset = offset;
            }
        }
    /* One pair alone lies together under any offset. */
    return best > 1;
}

static void join_timed(const struct work *work)
{
    bool closely = work->pass->manner == MANNER_GUESSED;
    int64_t offset = work->offset;

    if (!work->has_offset && work->n == work->m) {
        for (size_t i = 0; i < work->n; i++)
            join(work, i, i);
        return;
    }
    if (work->has_offset || vote(work, &offset))
        align(work, offset, closely ? NEARLY : EARLIER, closely ? NEARLY : LATER, true);
}

static void join_group(const struct work *work)
{
    size_t least = work->n < work->m ? work->n : work->m;

    switch (work->pass->manner) {
    case MANNER_ORDER:
        for (size_t i = 0; i < least; i++)
            join(work, i, i);
        break;
    case MANNER_ALONE:
        if (work->n == 1 && work->m == 1)
            join(work, 0, 0);
        break;
    case MANNER_TIMED:
    case MANNER_GUESSED:
        join_timed(work);
        break;
    }
}

static int time_compare(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

#define SAMPLES 1001

static void find_offset(struct work *work)
{
    const struct compare_capture *a = &work->compare->captures[0];
    int64_t apart_by[SAMPLES];
    size_t pairs = 0, count = 0, seen = 0;

    for (uint32_t i = 0; i < a->count; i++)
        pairs += a->kept[i].partner != COMPARE_NONE;
    size_t stride = pairs / SAMPLES + 1;
    for (uint32_t i = 0; i < a->count && count < SAMPLES; i++) {
        const struct compare_kept *kept = &a->kept[i];

        if (kept->partner == COMPARE_NONE || seen++ % stride != 0)
            continue;
        apart_by[count++] =
            compare_apart(work->compare->captures[1].kept[kept->partner].first_at, kept->first_at);
    }
    work->has_offset = count > 0;
    if (count == 0)
        return;
    qsort(apart_by, count, sizeof apart_by[0], time_compare);
    work->offset = apart_by[count / 2];
}

static void run_pass(struct work *work, const struct entry *a, size_t n, const struct entry *b,
                     size_t m)
{
    if (work->pass->manner == MANNER_TIMED || work->pass->manner == MANNER_GUESSED)
        find_offset(work);
    for (size_t i = 0, j = 0; i < n && j < m;) {
        int order = memcmp(&a[i].sign, &b[j].sign, sizeof a[i].sign);
        size_t i_end = i + 1, j_end = j + 1;

        if (order < 0) {
            i++;
            continue;
        }
        if (order > 0) {
            j++;
            continue;
        }
        while (i_end < n && memcmp(&a[i].sign, &a[i_end].sign, sizeof a[i].sign) == 0)
            i_end++;
        while (j_end < m && memcmp(&b[j].sign, &b[j_end].sign, sizeof b[j].sign) == 0)
            j_end++;
        work->a = &a[i];
        work->b = &b[j];
        work->n = i_end - i;
        work->m = j_end - j;
        join_group(work);
        i = i_end;
        j = j_end;
    }
}

/* They were taken in as they ended; what is paired in order begins in order. */
static int number_compare(const void *left, const void *right)
{
    const struct compare_kept *a = left, *b = right;

    return a->number != b->number ? (a->number > b->number) - (a->number < b->number)
                                  : time_compare(&a->first_at, &b->first_at);
}

static void put_in_order(struct compare_capture *capture)
{
    if (capture->count > 0)
        qsort(capture->kept, capture->count, sizeof *capture->kept, number_compare);
}

int compare_match(struct compare *compare)
{
    size_t count = (size_t)compare->captures[0].count + compare->captures[1].count;
    struct entry *entries = malloc((count + 1) * sizeof *entries);
    struct work work = {.compare = compare};

    if (!entries)
        return -FAULT_MEMORY;
    put_in_order(&compare->captures[0]);
    put_in_order(&compare->captures[1]);
    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
        work.pass = &passes[i];
        size_t n = list(&compare->captures[0], passes[i].parts, entries);
        size_t m = list(&compare->captures[1], passes[i].parts, &entries[n]);

        run_pass(&work, entries, n, &entries[n], m);
    }
    free(entries);
    return 0;
}
