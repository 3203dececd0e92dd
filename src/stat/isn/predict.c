/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit's findings foretell of one number from an earlier one, and how far off that is. */
#include "stat/isn/predict.h"

#include <math.h>

int64_t isn_predict_clock(const struct isn_audit *audit, int64_t elapsed)
{
    double step = audit->clock.step > 1 ? audit->clock.step : 1;

    if (!audit->clock.found)
        return 0;
    return llround(round(audit->clock.rate * ((double)elapsed / 1e9) / step) * step);
}

uint32_t isn_predict_tuple(const struct isn_audit *audit, uint16_t port)
{
    const struct isn_tuple *tuple = &audit->tuple;

    if (audit->class != ISN_CLASS_TUPLE_FUNCTION)
        return 0;
    if (tuple->swapped)
        port = (uint16_t)(port >> 8 | port << 8);
    if (tuple->port_visible == ISN_YES)
        return (uint32_t)port << tuple->shift;
    return tuple->affine == ISN_YES ? tuple->a * port : 0;
}

double isn_predict_connection(const struct isn_audit *audit)
{
    if (audit->class == ISN_CLASS_COUNTER)
        return audit->increment.step;
    return audit->connection.found ? audit->connection.k : 0;
}

/* The error of `row` foretold from `before`, `connections` later. */
static uint32_t error_of(const struct isn_audit *audit, const struct isn_sample *before,
                         const struct isn_sample *row, size_t connections)
{
    int64_t more = isn_predict_clock(audit, row->time - before->time) +
                   llround(isn_predict_connection(audit) * (double)connections);

    return row->isn - before->isn - (uint32_t)more -
           (isn_predict_tuple(audit, row->port) - isn_predict_tuple(audit, before->port));
}

size_t isn_predict_across(const struct isn_samples *samples, const struct isn_audit *audit,
                          size_t most, uint32_t *errors)
{
    bool tuple = audit->class == ISN_CLASS_TUPLE_FUNCTION;
    size_t count = 0;

    for (size_t i = 1; i < samples->count && count < most; i++) {
        const struct isn_sample *before = &samples->rows[i - 1];
        const struct isn_sample *row = &samples->rows[i];

        /* Another address may be another constant. */
        if (!tuple || row->src == before->src)
            errors[count++] = error_of(audit, before, row, 1);
    }
    return count;
}

size_t isn_predict_fixed(const struct isn_samples *samples, const struct isn_audit *audit,
                         size_t most, uint32_t *errors)
{
    size_t count = 0;

    for (size_t i = 1; i < samples->fixed_count && count < most; i++) {
        size_t before = samples->fixed[i - 1];
        size_t at = samples->fixed[i];

        errors[count++] = error_of(audit, &samples->rows[before], &samples->rows[at], at - before);
    }
    return count;
}

size_t isn_predict_level(const struct isn_samples *samples, const struct isn_audit *audit,
                         size_t most, uint32_t *errors)
{
    size_t count = 0;

    for (size_t i = 0; i < samples->fixed_count && count < most; i++) {
        const struct isn_sample *row = &samples->rows[samples->fixed[i]];

        errors[count++] =
            row->isn - (uint32_t)isn_predict_clock(audit, row->time - samples->rows[0].time);
    }
    return count;
}
