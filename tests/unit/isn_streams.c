/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An audit's SYNs and the answers of a made-up server, with noise, loss and others' connections. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "isn_streams_parts.h"

enum { FIXED_PORT = 40000, CONSTANT_CSEQ = 0x10000000, COOKIE_BLOCK = 8 };

struct isn_options isn_options_make(size_t count)
{
    return (struct isn_options){
        .count = count,
        .burst = count / 4 < 64 ? count / 4 : 64,
        .slow = count >= 128 ? 16 : 0,
        .cookie_block = count >= 64,
        .fixed_share = 0.5,
        .second_source = 0.125,
        .jitter_us = 30,
    };
}

/* ---- the SYNs ---- */

struct schedule {
    const struct isn_options *options;
    struct isn_noise noise;
    int64_t time;
    uint8_t used[8192]; /* a bit for each port */
    uint16_t ports[4];  /* the rest of a group, the next one first */
    size_t port_count;
};

static bool port_take(struct schedule *schedule, uint16_t port)
{
    uint8_t *byte = &schedule->used[port / 8], bit = (uint8_t)(1 << port % 8);

    if (port < 1024 || port == FIXED_PORT || *byte & bit)
        return false;
    *byte |= bit;
    return true;
}

/* Groups by which one sees whether the hash is a formula: linear over GF(2), or over the integers.
 */
static void ports_propose(struct schedule *schedule)
{
    uint16_t *ports = schedule->ports,
             p = (uint16_t)isn_noise_between(&schedule->noise, 1024, 65535);

    if (isn_noise_next(&schedule->noise) >> 63) {
        uint16_t first = (uint16_t)isn_noise_between(&schedule->noise, 0, 7);
        uint16_t second = (uint16_t)isn_noise_between(&schedule->noise, 1, 7);
        uint16_t a = (uint16_t)(1 << first), b = (uint16_t)(1 << (first + second) % 8);

        ports[0] = p;
        ports[1] = p ^ a;
        ports[2] = p ^ b;
        ports[3] = p ^ a ^ b;
        schedule->port_count = 4;
    } else {
        uint16_t step = (uint16_t)isn_noise_between(&schedule->noise, 1, 63);

        ports[0] = p;
        ports[1] = (uint16_t)(p + step);
        ports[2] = (uint16_t)(p + 2 * step);
        schedule->port_count = 3;
    }
}

static uint16_t port_next(struct schedule *schedule)
{
    /* Ports that were used are left out of their group; an audit has far fewer than there are. */
    for (;;) {
        while (schedule->port_count > 0) {
            uint16_t port = schedule->ports[0];

            schedule->port_count--;
            memmove(schedule->ports, schedule->ports + 1, sizeof schedule->ports[0] * 3);
            if (port_take(schedule, port))
                return port;
        }
        ports_propose(schedule);
    }
}

static int64_t gap_next(struct schedule *schedule)
{
    static const struct {
        double share, low, high; /* ms */
    } gaps[] = {{0.70, 1, 5}, {0.25, 5, 50}, {0.05, 200, 1200}};
    double choice = isn_noise_uniform(&schedule->noise), u = isn_noise_uniform(&schedule->noise);
    size_t i = choice < gaps[0].share ? 0 : choice < gaps[0].share + gaps[1].share ? 1 : 2;

    return llround((gaps[i].low + (gaps[i].high - gaps[i].low) * u) * NS_PER_MS);
}

static struct isn_contact contact_next(struct schedule *schedule, double fixed_share)
{
    static const uint16_t sizes[] = {1460, 1460, 1460, 1460, 1460, 1440, 1300, 536};
    struct isn_noise *noise = &schedule->noise;
    bool fixed = isn_noise_uniform(noise) < fixed_share;
    uint64_t word = isn_noise_next(noise);

    return (struct isn_contact){
        .time = schedule->time,
        .port = fixed ? FIXED_PORT : port_next(schedule),
        .src = !fixed && isn_noise_uniform(noise) < schedule->options->second_source,
        .cseq = word & 1 ? CONSTANT_CSEQ : (uint32_t)(word >> 32),
        .mss = sizes[word >> 1 & 7],
    };
}

static struct isn_contact contact_of_block(struct schedule *schedule, size_t i)
{
    static const uint16_t sizes[COOKIE_BLOCK] = {1460, 1460, 1460, 1460, 536, 1300, 1440, 1460};
    struct isn_contact contact = {
        .time = schedule->time, .port = FIXED_PORT, .cseq = CONSTANT_CSEQ, .mss = sizes[i]};

    if (i == 2)
        contact.cseq += 12345;
    if (i == 3)
        contact.cseq = (uint32_t)isn_noise_next(&schedule->noise);
    return contact;
}

/* How many SYNs of options->count each phase has: burst, middle, cookie block, slow. */
enum { BURST, MIDDLE, BLOCK, SLOW, PHASES };

static void phases_count(const struct isn_options *options, size_t counts[PHASES])
{
    size_t wanted[] = {[BURST] = options->burst,
                       [SLOW] = options->slow,
                       [BLOCK] = options->cookie_block ? COOKIE_BLOCK : 0};
    size_t left = options->count;

    for (int phase = 0; phase < PHASES; phase++) {
        counts[phase] = phase == MIDDLE ? 0 : wanted[phase] < left ? wanted[phase] : left;
        left -= counts[phase];
    }
    counts[MIDDLE] = left;
}

static void schedule_make(struct schedule *schedule, struct isn_contact *contacts)
{
    const struct isn_options *options = schedule->options;
    struct isn_noise *noise = &schedule->noise;
    size_t counts[PHASES], n = 0;

    phases_count(options, counts);
    for (size_t i = 0; i < counts[BURST]; i++) {
        contacts[n++] = contact_next(schedule, options->burst_fixed);
        schedule->time += (int64_t)isn_noise_between(noise, 60, 100) * NS_PER_US;
    }
    for (size_t i = 0; i < counts[MIDDLE]; i++) {
        schedule->time += gap_next(schedule);
        contacts[n++] = contact_next(schedule, options->fixed_share);
    }
    for (size_t i = 0; i < counts[BLOCK]; i++) {
        schedule->time += (int64_t)isn_noise_between(noise, 20, 100) * NS_PER_MS;
        contacts[n++] = contact_of_block(schedule, i);
    }
    if (counts[SLOW])
        schedule->time += (int64_t)isn_noise_between(noise, 65000, 130000) * NS_PER_MS;
    for (size_t i = 0; i < counts[SLOW]; i++) {
        schedule->time += gap_next(schedule);
        contacts[n++] = contact_next(schedule, 1);
    }
}

/* ---- the answers ---- */

static struct isn_noise noise_make(const struct isn_stream *stream, uint64_t seed)
{
    static const uint64_t key[2];
    uint64_t name = isn_siphash(key, (const uint8_t *)stream->name, strlen(stream->name));

    return (struct isn_noise){.state = name ^ seed};
}

static void server_start(struct isn_server *server, const struct isn_stream *stream,
                         struct isn_noise *noise)
{
    memset(server, 0, sizeof *server);
    server->key[0] = isn_noise_next(noise);
    server->key[1] = isn_noise_next(noise);
    server->uptime = (int64_t)isn_noise_between(noise, 3600, 864000) * NS_PER_S +
                     (int64_t)isn_noise_between(noise, 0, NS_PER_S - 1);
    server->realtime = (1767225600 + (int64_t)isn_noise_between(noise, 0, 31536000)) * NS_PER_S +
                       (int64_t)isn_noise_between(noise, 0, NS_PER_S - 1);
    server->skew = (2 * isn_noise_uniform(noise) - 1) * 50e-6;
    if (stream->start)
        stream->start(server);
}

static uint32_t server_answer(struct isn_server *server, const struct isn_stream *stream,
                              const struct isn_contact *contact)
{
    server->connections++;
    return stream->next(server, contact);
}

/* Others' connections until then, as a Poisson process; `next` is the time of the next one. */
static void serve_others(struct isn_server *server, const struct isn_stream *stream,
                         struct isn_noise *noise, double rate, int64_t until, double *next)
{
    while (*next < (double)until) {
        uint64_t word = isn_noise_next(noise);
        struct isn_contact other = {.time = (int64_t)*next,
                                    .src = (uint32_t)(2 + (word & 0xffff)),
                                    .port = (uint16_t)(word >> 16),
                                    .cseq = (uint32_t)(word >> 32),
                                    .mss = 1460};

        server_answer(server, stream, &other);
        *next += isn_noise_exponential(noise, 1e9 / rate);
    }
}

size_t isn_stream_make(const struct isn_stream *stream, uint64_t seed,
                       const struct isn_options *options, struct isn_sample *rows)
{
    struct isn_noise noise = noise_make(stream, seed);
    struct schedule schedule = {.options = options, .noise = {isn_noise_next(&noise)}};
    struct isn_contact *contacts = calloc(options->count + 1, sizeof *contacts);
    struct isn_server *server = malloc(sizeof *server);
    double others = INFINITY;
    int64_t last = 0;
    size_t count = 0;
    bool gap = false;

    if (!contacts || !server)
        abort();
    schedule_make(&schedule, contacts);
    server_start(server, stream, &noise);
    if (options->background > 0)
        others = isn_noise_exponential(&noise, 1e9 / options->background);
    for (size_t i = 0; i < options->count; i++) {
        const struct isn_contact *contact = &contacts[i];
        double luck = isn_noise_uniform(&noise);

        serve_others(server, stream, &noise, options->background, contact->time, &others);
        /* Half of what is lost is lost on the way there. */
        if (luck < options->loss / 2) {
            gap = true;
            continue;
        }

        uint32_t isn = server_answer(server, stream, contact);
        double delay = isn_noise_exponential(&noise, options->jitter_us * 1e3);
        int64_t time = 1800000000 * NS_PER_S + contact->time + llround(delay);

        if (luck < options->loss) {
            gap = true;
            continue;
        }
        last = options->in_order && time <= last ? last + 1 : time;
        rows[count++] = (struct isn_sample){.time = last,
                                            .isn = isn,
                                            .port = contact->port,
                                            .mss = contact->mss,
                                            .cseq = contact->cseq,
                                            .src = contact->src,
                                            .gap = gap};
        gap = false;
    }
    free(contacts);
    free(server);
    return count;
}

void isn_stream_paced(const struct isn_stream *stream, uint64_t seed, int64_t pause, size_t count,
                      uint32_t *values)
{
    struct isn_noise noise = noise_make(stream, seed);
    struct isn_server *server = malloc(sizeof *server);

    if (!server)
        abort();
    server_start(server, stream, &noise);
    for (size_t i = 0; i < count; i++) {
        struct isn_contact contact = {.time = (int64_t)i * pause,
                                      .port = (uint16_t)(1024 + i % 64512),
                                      .mss = 1460,
                                      .cseq = CONSTANT_CSEQ};

        values[i] = server_answer(server, stream, &contact);
    }
    free(server);
}

void isn_stream_values(const struct isn_stream *stream, uint64_t seed, size_t count,
                       uint32_t *values)
{
    isn_stream_paced(stream, seed, 80 * NS_PER_US, count, values);
}
