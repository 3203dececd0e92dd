/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Foretells a server's next initial sequence numbers from an audit of those before. */
#include "stat/isn/forecast.h"

#include <string.h>

void isn_forecast_begin(struct isn_audit *audit, const struct isn_samples *samples,
                        struct isn_forecast *ret_forecast)
{
    memset(ret_forecast, 0, sizeof *ret_forecast);
    ret_forecast->audit = audit;
    (void)samples;
}

uint32_t isn_forecast_number(const struct isn_forecast *forecast, int64_t time, uint16_t port,
                             uint32_t src)
{
    (void)time;
    (void)port;
    (void)src;
    return forecast->last;
}

bool isn_forecast_met(const struct isn_forecast *forecast, uint32_t foretold, uint32_t isn)
{
    int64_t off = isn_wrap(foretold, isn);

    return forecast->possible && (off < 0 ? -off : off) <= (int64_t)forecast->tolerance;
}

void isn_forecast_seen(struct isn_forecast *forecast, const struct isn_sample *sample)
{
    forecast->last = sample->isn;
    forecast->last_time = sample->time;
}
