/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of an audit's record that tell what was found in the numbers. */
#include <inttypes.h>

#include "report/isn_record_parts.h"

static double in_us(double seconds)
{
    return seconds * 1e6;
}

static int64_t unless_negative(int value)
{
    return value < 0 ? RECORD_UNKNOWN : value;
}

static const char *answer(enum isn_answer answer)
{
    switch (answer) {
    case ISN_UNTESTED:
        return NULL;
    case ISN_NO:
        return "no";
    case ISN_YES:
        return "yes";
    }
    return NULL;
}

const void *isn_record_clock(const struct isn_audit *audit, struct arena *arena)
{
    const struct isn_clock *clock = &audit->clock;
    if (!clock->found)
        return NULL;
    struct isn_clock_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_clock_record){
        .rate = clock->rate,
        .low = clock->low,
        .high = clock->high,
        .nominal = clock->nominal,
        .name = clock->name,
        .ppm = clock->ppm,
        .residual_us = in_us(clock->residual),
        .wrap_s = clock->wrap,
        .step = clock->step,
        .uptime_s = clock->uptime,
        .log10_p = clock->log10_p,
    };
    return record;
}

const void *isn_record_per_connection(const struct isn_audit *audit, struct arena *arena)
{
    const struct isn_per_connection *connection = &audit->connection;
    if (!connection->found)
        return NULL;
    struct isn_per_connection_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_per_connection_record){
        .k = connection->k,
        .low = connection->low,
        .high = connection->high,
        .exact = connection->exact,
        .foreign_per_s = connection->foreign,
        .foreign_log10_p = connection->foreign_log10_p,
    };
    return record;
}

/* Whether anything about it is known. */
static bool tuple_tested(const struct isn_tuple *tuple)
{
    return tuple->affine != ISN_UNTESTED || tuple->linear != ISN_UNTESTED ||
           tuple->port_visible != ISN_UNTESTED || tuple->source_matters != ISN_UNTESTED ||
           tuple->hash_bits > 0;
}

const void *isn_record_tuple(const struct isn_audit *audit, struct arena *arena)
{
    const struct isn_tuple *tuple = &audit->tuple;
    if (!tuple_tested(tuple))
        return NULL;
    struct isn_tuple_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_tuple_record){
        .hash_bits = tuple->hash_bits,
        .affine = answer(tuple->affine),
        .linear = answer(tuple->linear),
        .port_visible = answer(tuple->port_visible),
        .source_matters = answer(tuple->source_matters),
        .a = tuple->affine == ISN_YES ? (int64_t)tuple->a : RECORD_UNKNOWN,
        .b = tuple->affine == ISN_YES ? (int64_t)tuple->b : RECORD_UNKNOWN,
        .shift = tuple->port_visible == ISN_YES ? (int64_t)tuple->shift : RECORD_UNKNOWN,
        .swapped = tuple->swapped,
        .rank = tuple->linear == ISN_YES ? (int64_t)tuple->rank : RECORD_UNKNOWN,
    };
    return record;
}

static struct record_list numbers(const uint32_t *values, size_t count, struct arena *arena)
{
    struct isn_number_record *records = arena_take(arena, count, sizeof *records);
    for (size_t i = 0; i < count; i++)
        records[i] = (struct isn_number_record){.isn = values[i]};
    return (struct record_list){.items = records, .count = count};
}

static const char *hex_words(const uint32_t *words, size_t count, struct arena *arena)
{
    for (size_t i = 0; i < count; i++)
        arena_print(arena, "%08" PRIx32, words[i]);
    return arena_finish(arena);
}

static const char *parameters(const struct isn_recovery *prng, struct arena *arena)
{
    size_t count = 0;
    for (; count < ISN_RECOVERY_PARAMETERS && prng->parameters[count].name; count++)
        arena_print(arena, "%s%s=%" PRIu64, count > 0 ? ", " : "", prng->parameters[count].name,
                    prng->parameters[count].value);
    return count > 0 ? arena_finish(arena) : NULL;
}

const void *isn_record_prng(const struct isn_audit *audit, struct arena *arena)
{
    const struct isn_recovery *prng = &audit->prng;
    if (!audit->recovered)
        return NULL;
    struct isn_prng_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_prng_record){
        .name = prng->name,
        .used = (int64_t)prng->used,
        .verified = (int64_t)prng->verified,
        .skipped = (int64_t)prng->skipped,
        .log10_chance = prng->log10_chance,
        .timed = prng->timed,
        .approximate = prng->approximate,
        .next_mask = prng->current ? (int64_t)prng->next_mask : RECORD_UNKNOWN,
    };
    record->state = prng->word_count > 0 ? hex_words(prng->words, prng->word_count, arena) : NULL;
    record->parameters = parameters(prng, arena);
    if (prng->current)
        record->next = numbers(prng->next, ISN_RECOVERY_NEXT, arena);
    return record;
}

static const char *cookie_kind(const struct isn_audit *audit)
{
    if (audit->class == ISN_CLASS_SYN_COOKIE_LINUX)
        return "linux";
    if (audit->class == ISN_CLASS_SYN_COOKIE_FREEBSD)
        return audit->cookie.darwin ? "darwin" : "freebsd";
    return audit->class == ISN_CLASS_SYN_COOKIE_BERNSTEIN ? "bernstein" : NULL;
}

const void *isn_record_cookie(const struct isn_audit *audit, struct arena *arena)
{
    const struct isn_cookie *cookie = &audit->cookie;
    if (!cookie->found)
        return NULL;
    struct isn_cookie_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_cookie_record){
        .kind = cookie_kind(audit),
        .proved = cookie->proved,
        .mss_index = unless_negative(cookie->mss_index),
        .wscale_index = unless_negative(cookie->wscale_index),
        .sack = unless_negative(cookie->sack),
        .ecn = unless_negative(cookie->ecn),
        .parity = unless_negative(cookie->parity),
        .agree = (int64_t)cookie->agree,
        .pairs = (int64_t)cookie->pairs,
    };
    return record;
}

struct record_list isn_record_backends(const struct isn_audit *audit, struct arena *arena)
{
    struct isn_backend_record *records = arena_take(arena, audit->backend_count, sizeof *records);
    for (size_t i = 0; i < audit->backend_count; i++)
        records[i] = (struct isn_backend_record){
            .share = audit->backends[i].share,
            .offset = audit->backends[i].offset,
            .first_s = audit->backends[i].first,
            .last_s = audit->backends[i].last,
        };
    return (struct record_list){.items = records, .count = audit->backend_count};
}

const void *isn_record_increment(const struct isn_audit *audit, struct arena *arena)
{
    const struct isn_increment *increment = &audit->increment;
    bool steps = audit->class == ISN_CLASS_COUNTER || audit->class == ISN_CLASS_CONSTANT;
    if (!increment->found)
        return NULL;
    struct isn_increment_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_increment_record){
        .step = steps ? (int64_t)increment->step : RECORD_UNKNOWN,
        .lattice = increment->lattice > 0 ? (int64_t)increment->lattice : RECORD_UNKNOWN,
        .q05 = increment->q05,
        .q50 = increment->q50,
        .q95 = increment->q95,
        .mean = increment->mean,
        .deviation = increment->deviation,
        .arc50 = increment->arc50,
        .arc98 = increment->arc98,
        .period = increment->period > 0 ? (int64_t)increment->period : RECORD_UNKNOWN,
        .tick_rate = increment->tick_rate,
        .uptime_s = increment->uptime,
    };
    record->cycle = numbers(increment->cycle, increment->period, arena);
    return record;
}

const void *isn_record_entropy(const struct isn_audit *audit, struct arena *arena)
{
    const struct isn_entropy_bound *entropy = &audit->entropy;
    struct isn_entropy_record *record = arena_take(arena, 1, sizeof *record);
    *record = (struct isn_entropy_record){
        .bits = entropy->bits,
        .collisions = (int64_t)entropy->collisions,
        .expected = entropy->expected,
        .byte = unless_negative(entropy->byte),
    };
    if (entropy->stuck) {
        record->stuck = hex_words(&entropy->stuck, 1, arena);
        record->value = hex_words(&entropy->value, 1, arena);
    }
    return record;
}
