/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tests of NIST SP 800-22 on ISNs as a stream of bits, where there are enough of them. */
#include "stat/isn/sp800_22.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "stat/isn/sp800_22_tests.h"

#define TEMPLATE_LENGTH  9
#define TEMPLATE_BLOCKS  8
#define TEMPLATES_MOST   148
#define COMPLEXITY_BLOCK 500
#define CYCLES_LEAST     500

struct stream {
    struct isn_battery *battery;
    const char *series;
    const uint8_t *bits;
    size_t count;
};

void isn_sp800_22_bits(const uint32_t *isns, size_t count, uint8_t *bits)
{
    for (size_t i = 0; i < count; i++)
        for (unsigned bit = 0; bit < 32; bit++)
            bits[32 * i + bit] = isns[i] >> (31 - bit) & 1;
}

static int add(const struct stream *stream, struct isn_score score, const char *name)
{
    return isn_battery_add(stream->battery, stream->series, score.statistic, score.p,
                           "SP 800-22 %s", name);
}

static int add_short(const struct stream *stream)
{
    size_t block = isn_sp_block_length(stream->count);
    const uint8_t *bits = stream->bits;
    size_t count = stream->count;
    int status = add(stream, isn_sp_frequency(bits, count), "frequency");

    if (status == 0)
        status = add(stream, isn_sp_block_frequency(bits, count, block), "block frequency");
    if (status == 0)
        status = add(stream, isn_sp_runs(bits, count), "runs");
    if (status == 0)
        status = add(stream, isn_sp_longest_run(bits, count), "longest run");
    if (status == 0)
        status = add(stream, isn_sp_cusum(bits, count, 0), "cusum, forward");
    if (status == 0)
        status = add(stream, isn_sp_cusum(bits, count, 1), "cusum, backward");
    return status;
}

static int add_spectrum(const struct stream *stream, unsigned serial, unsigned entropy)
{
    struct isn_score spectral = isn_sp_spectral(stream->bits, stream->count);
    struct isn_score two[2];
    struct isn_score one;
    int status = isnan(spectral.statistic) ? -FAULT_MEMORY : add(stream, spectral, "spectral");

    if (status == 0)
        status = isn_sp_serial(stream->bits, stream->count, serial, two);
    if (status == 0)
        status = add(stream, two[0], "serial, first");
    if (status == 0)
        status = add(stream, two[1], "serial, second");
    if (status == 0)
        status = isn_sp_entropy(stream->bits, stream->count, entropy, &one);
    if (status == 0)
        status = add(stream, one, "approximate entropy");
    return status;
}

static int add_universal(const struct stream *stream)
{
    unsigned length = isn_sp_universal_length(stream->count);
    struct isn_score score =
        isn_sp_universal(stream->bits, stream->count, length, (size_t)10 << length);

    return isnan(score.statistic) ? -FAULT_MEMORY : add(stream, score, "universal");
}

static int add_templates(const struct stream *stream)
{
    struct isn_score scores[TEMPLATES_MOST];
    uint16_t templates[1 << TEMPLATE_LENGTH];
    size_t count = isn_sp_templates(stream->bits, stream->count, TEMPLATE_LENGTH, TEMPLATE_BLOCKS,
                                    scores, TEMPLATES_MOST);
    int status = count == 0 ? -FAULT_MEMORY : 0;

    isn_sp_aperiodic(TEMPLATE_LENGTH, templates);
    for (size_t i = 0; i < count && status == 0; i++)
        status = isn_battery_add(stream->battery, stream->series, scores[i].statistic, scores[i].p,
                                 "SP 800-22 template %03x", templates[i]);
    return status;
}

static int add_excursions(const struct stream *stream)
{
    double least = fmax(CYCLES_LEAST, 0.005 * sqrt((double)stream->count));
    int status = 0;

    if ((double)isn_sp_cycles(stream->bits, stream->count) < least)
        return 0;
    for (int state = -4; state <= 4 && status == 0; state++) {
        if (state == 0)
            continue;
        struct isn_score score = isn_sp_excursions(stream->bits, stream->count, state);

        status = isn_battery_add(stream->battery, stream->series, score.statistic, score.p,
                                 "SP 800-22 excursions, state %d", state);
    }
    for (int state = -9; state <= 9 && status == 0; state++) {
        if (state == 0)
            continue;
        struct isn_score score = isn_sp_visits(stream->bits, stream->count, state);

        status = isn_battery_add(stream->battery, stream->series, score.statistic, score.p,
                                 "SP 800-22 visits, state %d", state);
    }
    return status;
}

static int add_long(const struct stream *stream)
{
    int status =
        add(stream, isn_sp_overlapping(stream->bits, stream->count), "overlapping template");

    if (status == 0)
        status =
            add(stream, isn_sp_linear_complexity(stream->bits, stream->count, COMPLEXITY_BLOCK),
                "linear complexity");
    if (status == 0)
        status = add_templates(stream);
    return status == 0 ? add_excursions(stream) : status;
}

int isn_sp800_22_add(struct isn_battery *battery, const char *series, const uint32_t *isns,
                     size_t count)
{
    struct stream stream = {battery, series, NULL, 0};
    uint8_t *bits;
    bool full = count >= ISN_SP800_22_LONG;
    int status;

    if (count < ISN_SP800_22_SHORT)
        return 0;
    count = count < ISN_SP800_22_MOST ? count : ISN_SP800_22_MOST;
    stream.count = 32 * count;
    bits = malloc(stream.count);
    if (bits == NULL)
        return -FAULT_MEMORY;
    isn_sp800_22_bits(isns, count, bits);
    stream.bits = bits;
    status = add_short(&stream);
    if (status == 0 && count >= ISN_SP800_22_SPECTRUM)
        status = add_spectrum(&stream, full ? 16 : 5, full ? 10 : 4);
    if (status == 0 && count >= ISN_SP800_22_RANK)
        status = add(&stream, isn_sp_rank(bits, stream.count, 32), "matrix rank");
    if (status == 0 && count >= ISN_SP800_22_UNIVERSAL)
        status = add_universal(&stream);
    if (status == 0 && full)
        status = add_long(&stream);
    free(bits);
    return status;
}
