/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foretells a server's next initial sequence numbers from an audit of those before. */
#include "stat/isn/forecast.h"

#include <math.h>
#include <string.h>

#include "stat/isn/forecast_port.h"
#include "stat/isn/forecast_prng.h"
#include "stat/isn/predict.h"

/* Samples that are looked back at, at most, for what is to be learnt from them. */
#define LOOK_BACK 256
/* Numbers to either side: further off nothing is foretold. */
#define TOLERANCE_MOST (UINT32_C(1) << 24)
/* So late an answer may be, s. */
#define LATE 100e-6
/* Of the samples themselves, so many come within the tolerance divided by SURE. */
#define SHARE_WITHIN 0.98
#define SURE         3

/* How a class goes on. */
enum manner { NOT, SAME, STEP, TICK, CYCLE, PORT, STATE };

/* clang-format off */
static const struct {
    enum manner manner;
    bool same_tuple;
} manners[ISN_CLASS_COUNT] = {
    [ISN_CLASS_CONSTANT]           = {SAME,  false},
    [ISN_CLASS_COUNTER]            = {STEP,  false},
    [ISN_CLASS_CLOCK]              = {STEP,  false},
    [ISN_CLASS_CLOCK_COUNTER]      = {STEP,  false},
    [ISN_CLASS_TICK_ACCUMULATOR]   = {TICK,  false},
    [ISN_CLASS_PERIODIC]           = {CYCLE, false},
    [ISN_CLASS_TUPLE_FUNCTION]     = {PORT,  false},
    [ISN_CLASS_WEAK_PRNG]          = {STATE, false},
    [ISN_CLASS_STATIC_HASH]        = {SAME,  true},
    [ISN_CLASS_RFC6528]            = {STEP,  true},
    [ISN_CLASS_RFC6528_SHORT_HASH] = {STEP,  true},
    [ISN_CLASS_RFC6528_COUNTER]    = {STEP,  true},
};
/* clang-format on */

static enum manner manner_of(const struct isn_forecast *forecast)
{
    return manners[forecast->audit->class].manner;
}

/* ---- the next number ---- */

static uint32_t stepped(const struct isn_forecast *forecast, int64_t time)
{
    const struct isn_audit *audit = forecast->audit;
    double connections = (double)(forecast->since + 1);

    return forecast->last + (uint32_t)(isn_predict_clock(audit, time - forecast->last_time) +
                                       llround(isn_predict_connection(audit) * connections));
}

static uint32_t ticked(const struct isn_forecast *forecast, int64_t time)
{
    double ticks = forecast->audit->increment.tick_rate * ((double)time - forecast->boot) / 1e9;

    return forecast->last + (uint32_t)llround(ticks - 0.5);
}

static uint32_t of_port(const struct isn_forecast *forecast, int64_t time, uint16_t port)
{
    const struct isn_audit *audit = forecast->audit;
    uint32_t isn;

    if (audit->tuple.port_visible != ISN_YES && audit->tuple.affine != ISN_YES &&
        isn_port_map_value(&forecast->map, port, &isn))
        return isn + audit->tuple.b;
    isn = forecast->last + (uint32_t)isn_predict_clock(audit, time - forecast->last_time) +
          isn_predict_tuple(audit, port) - isn_predict_tuple(audit, forecast->port);
    return forecast->period > 0 ? isn + forecast->cycle[forecast->at] : isn;
}

uint32_t isn_forecast_number(const struct isn_forecast *forecast, int64_t time, uint16_t port,
                             uint32_t src)
{
    struct isn_recovery copy;

    (void)src;
    switch (manner_of(forecast)) {
    case NOT:
    case SAME:
        break;
    case STEP:
        return stepped(forecast, time);
    case TICK:
        return ticked(forecast, time);
    case CYCLE:
        return forecast->last + forecast->cycle[forecast->at];
    case PORT:
        return of_port(forecast, time, port);
    case STATE:
        copy = forecast->audit->prng;
        return isn_recovery_step(&copy, time);
    }
    return forecast->last;
}

bool isn_forecast_met(const struct isn_forecast *forecast, uint32_t foretold, uint32_t isn)
{
    int64_t off = isn_wrap(foretold, isn);

    if (!forecast->possible)
        return false;
    if (manner_of(forecast) == STATE)
        return isn_recovery_met(&forecast->audit->prng, foretold, isn);
    return (off < 0 ? -off : off) <= (int64_t)forecast->tolerance;
}

/* ---- what came ---- */

static uint32_t plain_increment(const struct isn_forecast *forecast,
                                const struct isn_sample *before, const struct isn_sample *row)
{
    const struct isn_audit *audit = forecast->audit;

    return row->isn - before->isn - (uint32_t)isn_predict_clock(audit, row->time - before->time) -
           isn_predict_tuple(audit, row->port) + isn_predict_tuple(audit, before->port);
}

/* The place in the cycle after this increment: the next one, or where it stands otherwise. */
static void cycle_on(struct isn_forecast *forecast, uint32_t increment)
{
    for (size_t i = 0; i < forecast->period; i++) {
        size_t at = (forecast->at + i) % forecast->period;

        if (forecast->cycle[at] == increment) {
            forecast->at = (at + 1) % forecast->period;
            return;
        }
    }
}

static bool is_of_tuple(const struct isn_forecast *forecast, const struct isn_sample *sample)
{
    return sample->port == forecast->port && sample->src == forecast->src;
}

void isn_forecast_seen(struct isn_forecast *forecast, const struct isn_sample *sample)
{
    struct isn_sample before = {.time = forecast->last_time,
                                .isn = forecast->last,
                                .port = forecast->port,
                                .src = forecast->src};

    if (forecast->same_tuple && !is_of_tuple(forecast, sample)) {
        forecast->since++;
        return;
    }
    if (manner_of(forecast) == STATE)
        isn_recovery_follow(&forecast->audit->prng, &sample->isn, &sample->time, 1);
    if (forecast->period > 0)
        cycle_on(forecast, plain_increment(forecast, &before, sample));
    forecast->since = 0;
    forecast->last = sample->isn;
    forecast->last_time = sample->time;
    forecast->port = sample->port;
    forecast->src = sample->src;
}

/* ---- what is learnt from the samples ---- */

/* The increments that the last samples show over and over, in turn. */
static void learn_cycle(const struct isn_samples *samples, struct isn_forecast *forecast)
{
    uint32_t increments[LOOK_BACK] = {0};
    size_t count = samples->count - 1 < LOOK_BACK ? samples->count - 1 : LOOK_BACK;
    size_t first = samples->count - count;
    size_t best = 0;
    size_t best_same = 0;

    for (size_t i = 0; i < count; i++)
        increments[i] =
            plain_increment(forecast, &samples->rows[first + i - 1], &samples->rows[first + i]);
    for (size_t period = 1; period <= ISN_PERIOD_MOST && 2 * period <= count; period++) {
        size_t same = 0;

        for (size_t i = period; i < count; i++)
            same += increments[i] == increments[i - period];
        /* A multiple of the period has as many, or a few more by chance. */
        if (same * (count - best) > best_same * (count - period) * 21 / 20) {
            best = period;
            best_same = same;
        }
    }
    if (best == 0 || best_same * 2 < count - best)
        return;
    forecast->period = best;
    memcpy(forecast->cycle, increments + count - best, best * sizeof *increments);
}

/* Of several addresses' numbers the last one's. */
static void learn_map(const struct isn_samples *samples, struct isn_forecast *forecast)
{
    for (size_t i = 0; i < samples->count; i++) {
        const struct isn_sample *row = &samples->rows[i];

        if (row->src == forecast->src)
            isn_port_map_learn(&forecast->map, row->port, row->isn - forecast->audit->tuple.b);
    }
}

/* The time when the ticks began: what most of the last increments agree on. */
static void learn_boot(const struct isn_samples *samples, struct isn_forecast *forecast)
{
    double boots[LOOK_BACK] = {0};
    double rate = forecast->audit->increment.tick_rate;
    size_t count = 0;

    for (size_t i = samples->count - 1; i > 0 && count < LOOK_BACK; i--) {
        const struct isn_sample *row = &samples->rows[i];
        double boot = (double)row->time - ((double)(row->isn - row[-1].isn) + 0.5) / rate * 1e9;
        size_t at = count++;

        for (; at > 0 && boot < boots[at - 1]; at--)
            boots[at] = boots[at - 1];
        boots[at] = boot;
    }
    forecast->boot = boots[count / 2];
}

/* ---- how near it comes ---- */

/* As if it had begun after this row, which it may go on from. */
static void rewind_to(const struct isn_samples *samples, size_t at, struct isn_forecast *forecast)
{
    const struct isn_sample *row = &samples->rows[at];

    forecast->last = row->isn;
    forecast->last_time = row->time;
    forecast->port = row->port;
    forecast->src = row->src;
    forecast->since = 0;
    /* The last one's increment is the last of the cycle. */
    if (forecast->period > 0)
        forecast->at =
            (forecast->period - (samples->count - 1 - at) % forecast->period) % forecast->period;
}

/* What most of the last samples are off from what those before them foretold. */
static uint32_t errors_within(const struct isn_samples *samples, struct isn_forecast start)
{
    uint32_t sizes[LOOK_BACK] = {0};
    size_t count = 0;
    size_t i = samples->count > LOOK_BACK ? samples->count - LOOK_BACK : 0;

    while (start.same_tuple && i < samples->count && !is_of_tuple(&start, &samples->rows[i]))
        i++;
    if (i == samples->count) /* the tuple was not answered lately */
        return UINT32_MAX;
    rewind_to(samples, i, &start);
    for (i++; i < samples->count; i++) {
        const struct isn_sample *row = &samples->rows[i];

        if (start.same_tuple ? is_of_tuple(&start, row) : row->src == start.src) {
            int32_t off =
                isn_wrap(isn_forecast_number(&start, row->time, row->port, row->src), row->isn);
            uint32_t size = off < 0 ? 0U - (uint32_t)off : (uint32_t)off;
            size_t at = count++;

            for (; at > 0 && size < sizes[at - 1]; at--)
                sizes[at] = sizes[at - 1];
            sizes[at] = size;
        }
        isn_forecast_seen(&start, row);
    }
    return count == 0 ? UINT32_MAX : sizes[(size_t)(SHARE_WITHIN * (double)(count - 1))];
}

static void learn_tolerance(const struct isn_samples *samples, struct isn_forecast *forecast)
{
    const struct isn_clock *clock = &forecast->audit->clock;
    uint32_t within = errors_within(samples, *forecast);

    forecast->possible = within <= TOLERANCE_MOST / SURE;
    forecast->tolerance = SURE * within;
    /* A clock is read over a path, and by a machine, that are late now and then. */
    if (clock->found && within > 0)
        forecast->tolerance =
            (uint32_t)fmax(forecast->tolerance, fmin(LATE * clock->rate, TOLERANCE_MOST));
    /* Where in its step a coarse clock stands is not known. */
    if (manner_of(forecast) == STEP && clock->found && clock->step > 1 &&
        forecast->tolerance < clock->step)
        forecast->tolerance = (uint32_t)fmin(clock->step, TOLERANCE_MOST);
    /* Whether a tick has just gone by, the time of an answer tells only nearly. */
    if (manner_of(forecast) == TICK && forecast->tolerance < 1)
        forecast->tolerance = 1;
}

void isn_forecast_begin(struct isn_audit *audit, const struct isn_samples *samples,
                        struct isn_forecast *ret_forecast)
{
    bool same_tuple = manners[audit->class].same_tuple;
    const struct isn_sample *last;

    *ret_forecast = (struct isn_forecast){.audit = audit, .same_tuple = same_tuple};
    if (manner_of(ret_forecast) == NOT || samples->count < 2 ||
        (same_tuple && samples->fixed_count < 2))
        return;
    last =
        &samples->rows[same_tuple ? samples->fixed[samples->fixed_count - 1] : samples->count - 1];
    ret_forecast->last = last->isn;
    ret_forecast->last_time = last->time;
    ret_forecast->port = last->port;
    ret_forecast->src = last->src;
    if (same_tuple)
        ret_forecast->since = samples->count - 1 - samples->fixed[samples->fixed_count - 1];
    if (manner_of(ret_forecast) == STATE) {
        ret_forecast->possible =
            audit->recovered && audit->prng.current && audit->prng.next_mask == UINT32_MAX;
        return;
    }
    if (manner_of(ret_forecast) == CYCLE || manner_of(ret_forecast) == PORT)
        learn_cycle(samples, ret_forecast);
    if (manner_of(ret_forecast) == PORT)
        learn_map(samples, ret_forecast);
    if (manner_of(ret_forecast) == TICK)
        learn_boot(samples, ret_forecast);
    learn_tolerance(samples, ret_forecast);
    ret_forecast->possible &= manner_of(ret_forecast) != CYCLE || ret_forecast->period > 0;
}
