/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judge: SYN cookies, which repeat our own sequence number or our options. */
#include "stat/isn/cookies.h"

#include <math.h>
#include <string.h>

/* Pairs that tell, at least; the share of them that must agree; and of rows that show their
 * options in clear. */
#define LEAST       6
#define SHARE       0.5
#define CLEAR_SHARE 0.9
/* As unlikely as this, whatever else was tried. */
#define PROOF -8.0

/* The log10 of the probability of `agree` or more of `tries`, each with probability p. */
static double log10_tail(size_t agree, size_t tries, double p)
{
    double n = (double)tries;
    double q = (double)agree / n;

    /* Chernoff's bound. */
    if (q <= p)
        return 0;
    return -n * (q * log10(q / p) + (q < 1 ? (1 - q) * log10((1 - q) / (1 - p)) : 0));
}

/* ---- Linux, Bernstein: the number goes with ours ---- */

struct sums {
    size_t pairs, same, low, high; /* by where the difference is: nowhere, index below, above */
};

static void sums_add(struct sums *sums, const struct isn_sample *a, const struct isn_sample *b)
{
    int32_t off = isn_wrap(a->isn - a->cseq, b->isn - b->cseq);

    sums->pairs++;
    sums->same += off == 0;
    sums->low += off != 0 && off > -ISN_COOKIE_INDICES && off < ISN_COOKIE_INDICES;
    sums->high += off != 0 && off % (1 << ISN_COOKIE_SHIFT) == 0;
}

/* Neighbours in the list with different sequence numbers of ours. */
static struct sums sums_of(const struct isn_samples *samples, const size_t *list, size_t count)
{
    struct sums sums = {0};

    for (size_t i = 1; i < count; i++) {
        const struct isn_sample *a = &samples->rows[list[i - 1]];
        const struct isn_sample *b = &samples->rows[list[i]];

        if (a->cseq != b->cseq)
            sums_add(&sums, a, b);
    }
    return sums;
}

static double sums_log10_p(const struct sums *sums)
{
    return log10_tail(sums->same + sums->low + sums->high, sums->pairs, ldexp(1, -23));
}

/* The index of the last SYN's MSS, counted from the smallest MSS among those with the same hash; -1
 * if there is no other. */
static int sums_index(const struct isn_samples *samples, int32_t unit)
{
    const struct isn_sample *last = &samples->rows[samples->fixed[samples->fixed_count - 1]];
    const struct isn_sample *least = last;
    bool others = false;

    for (size_t i = 0; i < samples->fixed_count; i++) {
        const struct isn_sample *row = &samples->rows[samples->fixed[i]];
        int32_t off = isn_wrap(row->isn - row->cseq, last->isn - last->cseq);

        if (row->mss == 0 || row->mss == last->mss || off % unit != 0 ||
            off / unit <= -ISN_COOKIE_INDICES || off / unit >= ISN_COOKIE_INDICES)
            continue;
        others = true;
        if (row->mss < least->mss)
            least = row;
    }
    return others ? isn_wrap(least->isn - least->cseq, last->isn - last->cseq) / unit : -1;
}

/* ---- FreeBSD: the options in clear ---- */

struct option_set {
    uint16_t mss;
    size_t count;
    size_t flags[128]; /* rows with these flags, without the lowest, the parity */
};

enum { SETS = 12 };

struct clear {
    struct option_set sets[SETS];
    size_t set_count, rows, agree;
    size_t tops[256]; /* rows with this highest byte */
};

static struct option_set *set_of(struct clear *clear, uint16_t mss)
{
    size_t i = 0;

    while (i < clear->set_count && clear->sets[i].mss != mss)
        i++;
    if (i == SETS)
        return NULL;
    if (i == clear->set_count) {
        clear->set_count++;
        clear->sets[i].mss = mss;
    }
    return &clear->sets[i];
}

static uint32_t commonest(const struct option_set *set)
{
    uint32_t best = 0;

    for (uint32_t i = 1; i < 128; i++)
        best = set->flags[i] > set->flags[best] ? i : best;
    return best;
}

static void clear_collect(const struct isn_samples *samples, struct clear *clear)
{
    memset(clear, 0, sizeof *clear);
    for (size_t i = 0; i < samples->count; i++) {
        const struct isn_sample *row = &samples->rows[i];
        struct option_set *set = set_of(clear, row->mss);

        if (set == NULL)
            continue;
        set->count++;
        set->flags[isn_cookie_flags(row->isn) >> 1]++;
        clear->tops[row->isn >> 24]++;
        clear->rows++;
    }
    for (size_t i = 0; i < clear->set_count; i++)
        clear->agree += clear->sets[i].flags[commonest(&clear->sets[i])];
}

/* Whether the highest byte is anything: a counter's stays what it is, and makes all flags alike. A
 * fixed tuple's number may be one and the same for as long as the secret lives. */
static bool tops_vary(const struct clear *clear)
{
    size_t different = 0;
    size_t most = 0;

    for (size_t i = 0; i < 256; i++) {
        different += clear->tops[i] != 0;
        most = clear->tops[i] > most ? clear->tops[i] : most;
    }
    return (double)different >= 128 * -expm1(-(double)clear->rows / 512) && 2 * most <= clear->rows;
}

static double clear_log10_p(const struct clear *clear)
{
    return log10_tail(clear->agree, clear->rows, 1.0 / 128) + (double)clear->set_count * log10(128);
}

/*
 * Darwin has one field more, the wscale's starts a bit higher and the MSS's index has two bits
 * (tcp_syncookie.h). Its lower bit of three must then be the same for each MSS, while FreeBSD's
 * table changes it.
 */
static bool is_darwin(const struct clear *clear)
{
    uint32_t first = commonest(&clear->sets[0]);
    uint32_t changes = 0;

    for (size_t i = 1; i < clear->set_count; i++)
        changes |= commonest(&clear->sets[i]) ^ first;
    return (changes & 0x10) == 0 && (changes & 0x60) != 0;
}

static void clear_decode(const struct isn_samples *samples, const struct clear *clear,
                         struct isn_cookie *cookie)
{
    const struct isn_sample *last = &samples->rows[samples->count - 1];
    uint32_t flags = isn_cookie_flags(last->isn);

    cookie->darwin = is_darwin(clear);
    cookie->parity = (int)(flags & 1);
    cookie->sack = (int)(flags >> 1 & 1);
    cookie->ecn = cookie->darwin ? (int)(flags >> 2 & 1) : -1;
    cookie->wscale_index = (int)(flags >> (cookie->darwin ? 3 : 2) & 7);
    cookie->mss_index = (int)(flags >> (cookie->darwin ? 6 : 5));
}

/* ---- the judge ---- */

static void name_cookies(struct isn_audit *audit, enum isn_class class, bool proved,
                         double proof_log10_p, double log10_p, size_t agree, size_t pairs)
{
    audit->class = class;
    audit->cookie.found = true;
    audit->cookie.proved = proved;
    audit->cookie.agree = agree;
    audit->cookie.pairs = pairs;
    audit->log10_p = proved ? fmin(log10_p, proof_log10_p) : log10_p;
    if (proved)
        isn_audit_note(audit, true, "proof of SYN cookies", 8, proof_log10_p,
                       "the answers to eight SYNs of one tuple go with sequence number and MSS as "
                       "only these cookies do");
}

/* How a number is made of ours and a constant. */
static const struct echo {
    const char *text;
    enum { LESS, PLUS, EXCLUSIVE_OR } rest; /* what the number and ours leave */
    bool swapped;
} echoes[] = {
    {"ours plus the same constant", LESS, false},
    {"the same constant less ours", PLUS, false},
    {"ours, exclusive-or the same constant", EXCLUSIVE_OR, false},
    {"ours with its bytes swapped, plus the same constant", LESS, true},
    {"the same constant less ours with its bytes swapped", PLUS, true},
    {"ours with its bytes swapped, exclusive-or the same constant", EXCLUSIVE_OR, true},
};

#define ECHOES (sizeof echoes / sizeof echoes[0])

static uint32_t rest_of(const struct isn_sample *row, const struct echo *echo)
{
    uint32_t ours = echo->swapped ? __builtin_bswap32(row->cseq) : row->cseq;

    return echo->rest == LESS   ? row->isn - ours
           : echo->rest == PLUS ? row->isn + ours
                                : row->isn ^ ours;
}

/* Numbers that are ours and a constant, whatever the tuple, are no cookie: anybody can tell them.
 */
static int judge_echo(const struct isn_samples *samples, struct isn_audit *audit)
{
    const size_t tries = ECHOES;

    for (size_t k = 0; k < tries; k++) {
        size_t pairs = 0;
        size_t same = 0;

        for (size_t i = 1; i < samples->varying_count; i++) {
            const struct isn_sample *a = &samples->rows[samples->varying[i - 1]];
            const struct isn_sample *b = &samples->rows[samples->varying[i]];

            pairs += a->cseq != b->cseq;
            same += a->cseq != b->cseq && rest_of(a, &echoes[k]) == rest_of(b, &echoes[k]);
        }
        if (pairs < LEAST || (double)same <= SHARE * (double)pairs)
            continue;
        audit->class = ISN_CLASS_TUPLE_FUNCTION;
        audit->log10_p = log10_tail(same, pairs, 0x1p-32) + log10((double)tries);
        isn_audit_note(audit, true, "our sequence number in the number", (double)same,
                       audit->log10_p, "the number is %s in %zu of %zu pairs of different tuples",
                       echoes[k].text, same, pairs);
        return 1;
    }
    return 0;
}

static int judge_sums(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct sums sums = sums_of(samples, samples->fixed, samples->fixed_count);
    bool high = sums.high > sums.low;
    enum isn_class class = high ? ISN_CLASS_SYN_COOKIE_BERNSTEIN : ISN_CLASS_SYN_COOKIE_LINUX;
    size_t agree = sums.same + (high ? sums.high : sums.low);
    double proof_log10_p;
    double log10_p = sums.pairs > 0 ? sums_log10_p(&sums) : 0;
    bool proved = isn_cookies_prove(samples, class, &proof_log10_p) == 1;

    if (!proved &&
        (sums.pairs < LEAST || (double)agree <= SHARE * (double)sums.pairs || log10_p > PROOF)) {
        if (log10_p <= PROOF)
            isn_audit_note(audit, false, "number goes with ours", (double)agree, log10_p,
                           "in %zu of %zu pairs of the fixed tuple only, as if cookies were sent "
                           "for a part of the time",
                           agree, sums.pairs);
        return 0;
    }
    name_cookies(audit, class, proved, proof_log10_p, log10_p, agree, sums.pairs);
    audit->cookie.mss_index = sums_index(samples, high ? 1 << ISN_COOKIE_SHIFT : 1);
    isn_audit_note(audit, true, "number goes with ours", (double)agree, log10_p,
                   "in %zu of %zu pairs of the fixed tuple the number moves by as much as our own, "
                   "and by the index of the MSS in its %s bits",
                   agree, sums.pairs, high ? "high" : "low");
    return 1;
}

static int judge_clear(const struct isn_samples *samples, struct isn_audit *audit)
{
    struct clear clear;
    double proof_log10_p;
    double log10_p;
    bool proved;

    clear_collect(samples, &clear);
    if (clear.rows == 0)
        return 0;
    log10_p = clear_log10_p(&clear);
    proved = isn_cookies_prove(samples, ISN_CLASS_SYN_COOKIE_FREEBSD, &proof_log10_p) == 1;
    if (!proved && (!tops_vary(&clear) || log10_p > PROOF ||
                    (double)clear.agree <= CLEAR_SHARE * (double)clear.rows))
        return 0;
    name_cookies(audit, ISN_CLASS_SYN_COOKIE_FREEBSD, proved, proof_log10_p, log10_p, clear.agree,
                 clear.rows);
    clear_decode(samples, &clear, &audit->cookie);
    isn_audit_note(
        audit, true, "options in the number", (double)clear.agree, log10_p,
        "the lowest byte of number ^ number >> 24 is one for each MSS in %zu of %zu: SACK "
        "%d, wscale index %d, MSS index %d%s",
        clear.agree, clear.rows, audit->cookie.sack, audit->cookie.wscale_index,
        audit->cookie.mss_index, audit->cookie.darwin ? ", in Darwin's layout" : "");
    return 1;
}

int isn_judge_cookies(const struct isn_samples *samples, struct isn_audit *audit)
{
    int result;

    if (!samples->extended)
        return 0;
    result = judge_echo(samples, audit);
    if (result == 0)
        result = judge_sums(samples, audit);
    return result != 0 ? result : judge_clear(samples, audit);
}
