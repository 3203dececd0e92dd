/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The next numbers of a server, foretold and then asked for: the strongest evidence there is. */
#include <stdlib.h>

#include "probe/sampler.h"
#include "stat/isn/forecast.h"

bool sampler_foresees(struct sampler *sampler)
{
    struct engine *engine = sampler->engine;
    struct isn_audit_options options = {.window = 65535, .packet_rate = 1, .brief = true};

    if (sampler->count < ISN_PLAN_LEAST ||
        !engine_random(engine, &options.random, sizeof options.random))
        return false;
    sampler->forecast = calloc(1, sizeof *sampler->forecast);
    if (!sampler->forecast ||
        isn_samples_make(sampler->rows, sampler->count, true, &sampler->samples))
        return false; /* for want of memory: what was sampled is reported all the same */
    sampler->has_audit = true;
    if (isn_audit_run(&sampler->samples, &options, &sampler->audit))
        return false;
    isn_forecast_begin(&sampler->audit, &sampler->samples, sampler->forecast);
    sampler->same_tuple = sampler->forecast->same_tuple;
    return sampler->forecast->possible;
}

void sampler_foretold(struct sampler *sampler, const struct isn_sample *sample)
{
    struct isn_foretold *foretold = &sampler->foretold[sampler->foretold_count];
    struct isn_forecast *forecast = sampler->forecast;

    if (sampler->foretold_count == ISN_FORETOLD)
        return;
    sampler->foretold_count++;
    if (!sample)
        return;
    foretold->answered = true;
    foretold->isn = sample->isn;
    foretold->foretold = isn_forecast_number(forecast, sample->time, sample->port, sample->src);
    foretold->hit = isn_forecast_met(forecast, foretold->foretold, sample->isn);
    isn_forecast_seen(forecast, sample);
}
