/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An audit's prices: what guessing takes, for each class by a formula or from what could not be
 * foretold. */
#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/audit_parts.h"
#include "stat/isn/predict.h"

/* s until Linux forgets a half-open connection: its five repetitions. */
#define HALF_OPEN_LIFE 63
/* Errors that the estimate and its interval look at, at most: the first ones. */
#define ESTIMATE_MOST 65536
#define INTERVAL_MOST 2048
/* Resamples: half of the usual, for the interval is for orientation, and two of them are wanted. */
#define ROUNDS 100

#define SPACE 4294967296.0

/* How a price is found. */
enum method {
    UNKNOWN,
    ONE,     /* the number is known */
    SPREAD,  /* all are equally likely */
    ACROSS,  /* from the errors of isn_predict_across, … */
    FIXED,   /* … isn_predict_fixed, … */
    LEVEL,   /* … isn_predict_level */
    CROSS,   /* same: as across tuples */
    STATE,   /* of a generator that was recovered */
    HASH,    /* values of a narrow hash */
    BITS,    /* values that there are */
    BIAS,    /* the likelier half of each bit */
    LINUX,   /* cookies that would do */
    FREEBSD, /* of a hash of 24 bits */
    BERNSTEIN
};

/* clang-format off */
static const struct {
    enum method cross, same;
} methods[ISN_CLASS_COUNT] = {
    [ISN_CLASS_CONSTANT]             = {ONE,       ONE},
    [ISN_CLASS_COUNTER]              = {ACROSS,    CROSS},
    [ISN_CLASS_CLOCK]                = {ACROSS,    CROSS},
    [ISN_CLASS_CLOCK_COUNTER]        = {ACROSS,    CROSS},
    [ISN_CLASS_TICK_ACCUMULATOR]     = {ONE,       ONE},
    [ISN_CLASS_PERIODIC]             = {ONE,       ONE},
    [ISN_CLASS_TUPLE_FUNCTION]       = {ACROSS,    FIXED},
    [ISN_CLASS_STATIC_HASH]          = {SPREAD,    ONE},
    [ISN_CLASS_WEAK_PRNG]            = {STATE,     STATE},
    [ISN_CLASS_RANDOM_INCREMENT]     = {ACROSS,    CROSS},
    [ISN_CLASS_REDUCED_ENTROPY]      = {BITS,      CROSS},
    [ISN_CLASS_BIASED]               = {BIAS,      CROSS},
    [ISN_CLASS_RFC6528]              = {SPREAD,    FIXED},
    [ISN_CLASS_RFC6528_SHORT_HASH]   = {HASH,      FIXED},
    [ISN_CLASS_RFC6528_COUNTER]      = {SPREAD,    FIXED},
    [ISN_CLASS_SYN_COOKIE_LINUX]     = {LINUX,     ONE},
    [ISN_CLASS_SYN_COOKIE_FREEBSD]   = {FREEBSD,   ONE},
    [ISN_CLASS_SYN_COOKIE_BERNSTEIN] = {BERNSTEIN, ONE},
    [ISN_CLASS_MIXTURE]              = {SPREAD,    LEVEL},
    [ISN_CLASS_RANDOM]               = {SPREAD,    SPREAD},
    [ISN_CLASS_INCONCLUSIVE]         = {UNKNOWN,   UNKNOWN},
};
/* clang-format on */

/* What the steps share. */
struct pricing {
    const struct isn_samples *samples;
    const struct isn_audit_options *options;
    struct isn_audit *audit;
    uint32_t *errors; /* room for all */
    double span;      /* numbers that hold the right one in half of the cases */
};

/* ---- by formula ---- */

static double state_price(const struct isn_recovery *recovery)
{
    double hidden = 32 - __builtin_popcount(recovery->next_mask);

    if (hidden > 0)
        return exp2(hidden - 1);
    /* A hidden bit: the value or the one below. */
    return recovery->approximate ? 2 : 1;
}

/* Each bit that is set more or less often than the other way: the likelier values first. */
static double bias_price(const struct isn_samples *samples)
{
    double n50 = SPACE / 2;

    for (unsigned bit = 0; bit < 32; bit++) {
        size_t set = 0;
        double share;

        for (size_t i = 0; i < samples->count; i++)
            set += samples->rows[i].isn >> bit & 1;
        share = (double)set / (double)samples->count;
        share = fmax(share, 1 - share);
        /* What chance alone makes of 32 bits stays below four deviations. */
        if (share - 0.5 > 2 / sqrt((double)samples->count))
            n50 *= 0.5 / share;
    }
    return n50;
}

static double formula(enum method method, const struct pricing *pricing)
{
    const struct isn_audit *audit = pricing->audit;

    switch (method) {
    case ONE:
        return 1;
    case SPREAD:
        return SPACE / 2;
    case STATE:
        return state_price(&audit->prng);
    case HASH:
        return exp2(audit->tuple.hash_bits - 1);
    case BITS:
        return fmax(1, exp2(audit->entropy.bits - 1));
    case BIAS:
        return bias_price(pricing->samples);
    case LINUX:
        /* Two minutes' hashes are good, with each of four MSS. */
        return isn_cost_acceptable(SPACE, 8);
    case FREEBSD:
        /* The attacker chooses the options, hence the byte that is in clear. */
        return isn_cost_acceptable(1 << 24, 1);
    case BERNSTEIN:
        return isn_cost_acceptable(SPACE, 32);
    case UNKNOWN:
    case ACROSS:
    case FIXED:
    case LEVEL:
    case CROSS:
        break;
    }
    return NAN;
}

/* ---- from errors ---- */

static size_t errors_of(enum method method, const struct pricing *pricing)
{
    const struct isn_samples *samples = pricing->samples;
    const struct isn_audit *audit = pricing->audit;

    if (method == ACROSS)
        return isn_predict_across(samples, audit, ESTIMATE_MOST, pricing->errors);
    if (method == FIXED)
        return isn_predict_fixed(samples, audit, ESTIMATE_MOST, pricing->errors);
    if (method == LEVEL)
        return isn_predict_level(samples, audit, ESTIMATE_MOST, pricing->errors);
    return 0;
}

static int estimate(enum method method, struct pricing *pricing, struct isn_price *price)
{
    size_t count = errors_of(method, pricing);
    uint32_t lattice = isn_cost_lattice(pricing->errors, count);
    struct isn_cost cost;
    int status = isn_cost_estimate(pricing->errors, count, lattice, &cost);

    if (status != 0)
        return status;
    price->n50 = cost.n50;
    pricing->span = cost.span;
    if (isnan(cost.n50))
        return 0;
    return isn_cost_interval(pricing->errors, count < INTERVAL_MOST ? count : INTERVAL_MOST,
                             lattice, ROUNDS, pricing->options->random, &price->low, &price->high);
}

static void times_of(struct isn_price *price, double rate)
{
    if (isnan(price->n50))
        return;
    price->seconds = isn_cost_seconds(price->n50, rate);
    price->begun = isn_cost_begun(price->n50, rate, HALF_OPEN_LIFE);
}

static int price_one(enum method method, struct pricing *pricing, struct isn_price *price)
{
    int status = 0;

    price->n50 = ceil(formula(method, pricing));
    price->formula = !isnan(price->n50);
    pricing->span = price->n50;
    /* Without a formula's figure there are the errors. */
    if (!price->formula && (method == HASH || method == BITS))
        method = ACROSS;
    if (!price->formula && method != UNKNOWN)
        status = estimate(method, pricing, price);
    times_of(price, pricing->options->packet_rate);
    return status;
}

static int price_both(struct pricing *pricing)
{
    struct isn_audit *audit = pricing->audit;
    enum method cross = methods[audit->class].cross;
    enum method same = methods[audit->class].same;
    double window = pricing->options->window;
    int status;

    /* A linear function of the port's bits, known as a whole. */
    if (audit->class == ISN_CLASS_TUPLE_FUNCTION && audit->tuple.port_visible != ISN_YES &&
        audit->tuple.affine != ISN_YES)
        cross = same = ONE;
    if (isn_audit_leaves_address_out(audit)) {
        cross = same;
        same = CROSS;
    }
    if (audit->class == ISN_CLASS_STATIC_HASH && audit->entropy.bits < 32 && cross == SPREAD)
        cross = BITS;
    /* Of a tuple that was never asked again nothing is known. */
    if (audit->class == ISN_CLASS_RANDOM && pricing->samples->fixed_count == 0)
        same = UNKNOWN;
    if (audit->class == ISN_CLASS_COUNTER && !(audit->connection.foreign > 0))
        cross = ONE;
    status = price_one(cross, pricing, &audit->cross);
    if (status != 0)
        return status;
    if (window >= 1 && !isnan(pricing->span)) {
        audit->window.n50 = isn_cost_in_window(pricing->span, window);
        audit->window.formula = audit->cross.formula;
        times_of(&audit->window, pricing->options->packet_rate);
    }
    if (same != CROSS)
        return price_one(same, pricing, &audit->same);
    audit->same = audit->cross;
    return 0;
}

/* ---- what the sample certifies ---- */

static int compare_values(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;

    return (a > b) - (a < b);
}

/* Of numbers that cannot be told from each other; a counter's are all different as well. */
static void certify(const struct pricing *pricing)
{
    const struct isn_samples *samples = pricing->samples;
    struct isn_audit *audit = pricing->audit;
    enum method method = methods[audit->class].cross;
    enum method same = methods[audit->class].same;
    /* Where tuples make no difference, all count. */
    bool all = same == CROSS || same == SPREAD;
    size_t count = all ? samples->count : samples->varying_count;

    if (method == UNKNOWN || method == ONE || method == STATE || method == ACROSS || count < 2)
        return;
    for (size_t i = 0; i < count; i++)
        pricing->errors[i] = samples->rows[all ? i : samples->varying[i]].isn;
    qsort(pricing->errors, count, sizeof *pricing->errors, compare_values);
    audit->certified_bits =
        isn_cost_certified_bits(count, isn_cost_collisions(pricing->errors, count));
}

int isn_audit_price(const struct isn_samples *samples, const struct isn_audit_options *options,
                    struct isn_audit *audit)
{
    struct pricing pricing = {samples, options, audit, NULL, NAN};
    int status;

    pricing.errors = malloc((samples->count + 1) * sizeof *pricing.errors);
    if (pricing.errors == NULL)
        return -FAULT_MEMORY;
    audit->certified_bits = NAN;
    status = price_both(&pricing);
    certify(&pricing);
    free(pricing.errors);
    return status;
}
