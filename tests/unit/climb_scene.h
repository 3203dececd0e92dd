/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up climbs of the ladder of options: a host, the routers before it, a clock, and all SYNs. */
#ifndef CLIMB_SCENE_H
#define CLIMB_SCENE_H

#include <stdio.h>

#include "ladder_world.h"
#include "probe/climb.h"

#define SCENE_MOST  2000
#define SCENE_TRIP  INT64_C(2000000)   /* ns */
#define SCENE_PAUSE INT64_C(200000000) /* ns from one SYN to the next */

struct scene {
    struct world world;
    unsigned hops;  /* routers that quote what expires there */
    unsigned box;   /* from the quote of this one on, what `world` takes is gone; 0: none quotes */
    unsigned wall;  /* behind this one no SYN with MPTCP goes on; 0: all do */
    uint16_t clamp; /* the MSS of SYNs that come by the box, at most; 0: as they are */
    bool ipv6;
    bool unreachable;    /* the last router says so */
    bool silent;         /* nothing comes back */
    bool cookies;        /* as Linux makes them */
    bool uptime;         /* timestamps without an offset */
    bool counts;         /* IP IDs */
    bool two_hosts;      /* every third answer has another TTL */
    bool window_zero;    /* in SYN,ACKs */
    uint8_t repeats;     /* of the SYN,ACK that is held */
    size_t stops;        /* it is interrupted after so many SYNs; 0: it is not */
    uint32_t features;   /* 0: all */
    struct check *check; /* HOLES */
    size_t left;         /* shots that wait for an answer when it ends */
};

struct scene_run {
    struct ladder_shot shots[SCENE_MOST];
    struct ladder_hold hold;
    struct climb_options options;
    struct climb climb;
    int64_t now;
    uint64_t seed;
    size_t count, left;
};

static inline void scene_clamp(const struct scene *scene, struct segment *segment)
{
    struct options *options = &segment->options;

    for (unsigned i = 0; i < options->count && scene->clamp != 0; i++) {
        uint8_t *value = options->bytes + options->list[i].at + 2;

        if (options->list[i].kind == OPTION_MSS && options->list[i].length == 4 &&
            (value[0] << 8 | value[1]) > scene->clamp) {
            value[0] = (uint8_t)(scene->clamp >> 8);
            value[1] = (uint8_t)scene->clamp;
        }
    }
}

static inline uint32_t scene_mix(uint32_t value)
{
    uint64_t state = value;

    return (uint32_t)rung_draw(&state);
}

static inline void scene_answer(const struct scene *scene, struct scene_run *run,
                                struct ladder_shot *shot)
{
    struct ladder_look *look = &shot->answer;
    struct segment *answer = &look->segment;
    struct option_summary summary;
    uint32_t ticks = (uint32_t)((run->now + SCENE_TRIP / 2) / 1000000) + 5000000;

    options_summarize(&answer->options, &summary);
    if (!scene->uptime)
        ticks += scene_mix(shot->port);
    if (scene->cookies)
        ticks = (ticks & ~63u) | 0x3a;
    if (summary.has_timestamps && !scene->world.echoes_all)
        options_set_timestamps(&answer->options, ticks, summary.ts_ecr);
    answer->seq = scene->cookies ? scene_mix(shot->port) + shot->syn.seq
                                 : scene_mix(shot->port + 7) + (uint32_t)(run->now / 64);
    answer->window = scene->window_zero ? 0 : 65160;
    look->at = run->now + SCENE_TRIP;
    look->ttl = (uint8_t)(64 - scene->hops);
    if (scene->two_hosts && run->count % 3 == 0)
        look->ttl--;
    look->has_ip_id = look->dont_fragment = !scene->ipv6;
    look->ip_id = scene->counts ? (uint16_t)(100 + 3 * run->count) : 0;
    look->flow_label = scene->ipv6 ? 0x12345 : 0;
}

static inline struct address scene_router(const struct scene *scene, uint8_t hop)
{
    struct address router;
    char text[ADDRESS_TEXT_SIZE];

    snprintf(text, sizeof text, scene->ipv6 ? "2001:db8::%x" : "198.18.%u.2", hop);
    assert_int_equal(address_read(text, &router), 0);
    return router;
}

static inline void scene_quote(const struct scene *scene, struct ladder_shot *shot, uint8_t hop)
{
    struct segment there = shot->syn;
    bool v6 = scene->ipv6;

    if (scene->box != 0 && hop >= scene->box) {
        world_forward(&scene->world, &shot->syn, &there);
        scene_clamp(scene, &there);
    }
    shot->came = MATRIX_ICMP;
    shot->has_icmp = true;
    shot->icmp_from = scene_router(scene, hop);
    shot->icmp = (struct icmp){.family = v6 ? IP_FAMILY_V6 : IP_FAMILY_V4,
                               .type = v6 ? 3 : 11,
                               .kind = ICMP_CLASS_SOFT,
                               .has_quote = true};
    shot->quote_whole = true;
    ladder_quote(&shot->syn, &there, &shot->quote_lacks, &shot->quote_differs);
}

static inline bool scene_drops(const struct scene *scene, const struct ladder_shot *shot)
{
    struct option_summary summary;

    options_summarize(&shot->syn.options, &summary);
    return scene->wall != 0 && shot->hop_limit > scene->wall && summary.has_mptcp;
}

/* One SYN that has the rung's options, and what comes of it. */
static inline struct ladder_shot *scene_shoot(const struct scene *scene, struct scene_run *run,
                                              enum ladder_part part, enum rung_id rung,
                                              const struct rung_values *values, uint16_t port,
                                              uint8_t hop_limit)
{
    struct ladder_shot *shot = &run->shots[run->count++];
    struct segment there;

    assert_true(run->count < SCENE_MOST);
    run->now += SCENE_PAUSE + (int64_t)(rung_draw(&run->seed) % 50000000);
    *shot = (struct ladder_shot){.part = part,
                                 .rung = rung,
                                 .port = port,
                                 .hop_limit = hop_limit,
                                 .sent_at = run->now,
                                 .settled = true,
                                 .came = MATRIX_NOTHING};
    world_syn(rung, values, &shot->syn);
    if (part == LADDER_PART_LIMITED) {
        struct spec spec;

        spec_init(&spec);
        limited_spec(values, (unsigned)run->count, &spec);
        shot->syn.options = spec.options;
        shot->syn.flags = spec.flags;
    }
    if (scene_drops(scene, shot))
        return shot;
    if (hop_limit <= scene->hops) {
        scene_quote(scene, shot, hop_limit);
        return shot;
    }
    if (scene->unreachable) {
        scene_quote(scene, shot, 1);
        shot->icmp.type = scene->ipv6 ? 1 : 3;
        shot->icmp.code = 1;
        return shot;
    }
    if (scene->silent)
        return shot;
    world_forward(&scene->world, &shot->syn, &there);
    scene_clamp(scene, &there);
    shot->came =
        world_answer(&scene->world, rung, &there, (unsigned)run->count, &shot->answer.segment);
    shot->has_answer = shot->came != MATRIX_NOTHING;
    if (shot->came == MATRIX_SYN_ACK) {
        scene_clamp(scene, &shot->answer.segment);
        scene_answer(scene, run, shot);
    } else if (shot->came == MATRIX_RST) {
        shot->answer = (struct ladder_look){.ttl = (uint8_t)(64 - scene->hops),
                                            .at = run->now + SCENE_TRIP,
                                            .segment = {.flags = TCP_RST | TCP_ACK}};
    }
    return shot;
}

static inline void scene_same(const struct scene *scene, struct scene_run *run)
{
    static const uint32_t shifts[] = {0, 0, 7777, 1007780};
    struct rung_values values = {.mss = 1460};

    rung_values_draw(77, 77, &values);
    for (unsigned i = 0; i < 4; i++) {
        struct rung_values shifted = values;

        shifted.seq += shifts[i];
        scene_shoot(scene, run, LADDER_PART_SAME, RUNG_LINUX, &shifted, 40000, 64);
    }
}

static inline void scene_hold(const struct scene *scene, struct scene_run *run)
{
    struct rung_values values = {.mss = 1460};
    const struct ladder_shot *shot;
    struct ladder_hold *hold = &run->hold;

    rung_values_draw(78, 78, &values);
    shot = scene_shoot(scene, run, LADDER_PART_HOLD, RUNG_LINUX, &values, 40001, 64);
    *hold = (struct ladder_hold){.patience = CLIMB_PATIENCE,
                                 .asked = true,
                                 .answered = shot->came == MATRIX_SYN_ACK,
                                 .first = shot->answer};
    hold->held = hold->answered ? CLIMB_PATIENCE : 0;
    for (unsigned i = 0; i < scene->repeats && hold->answered; i++) {
        hold->repeats[i] = hold->first;
        hold->repeats[i].at += ((INT64_C(2) << i) - 1) * 1000000000;
        hold->repeat_count++;
    }
    run->climb.hold = hold;
}

/* Climbs to the end, or as far as the scene says. */
static inline void scene_climb(const struct scene *scene, struct arena *arena,
                               struct scene_run *run)
{
    struct rungs_plan_options plan = {.seed = 5, .features = scene->features, .repeat = 3};
    const struct rungs_turn *turns;
    size_t count;

    *run = (struct scene_run){.now = 1000000000, .seed = 9};
    turns = rungs_plan(&plan, arena, &count);
    run->options = (struct climb_options){
        .features = scene->features, .repeat = 3, .patience = CLIMB_PATIENCE, .rate = CLIMB_RATE};
    run->climb.options = &run->options;
    for (size_t i = 0; i < count && (scene->stops == 0 || run->count < scene->stops); i++) {
        struct rung_values values = {
            .mss = 1460,
            .cookie_length = scene->world.fastopen || scene->world.fastopen_old ? 8 : 0};

        if (i % (count / 4) == 0 && i / (count / 4) < 4 && scene->stops == 0)
            scene_same(scene, run);
        rung_values_draw(5, i, &values);
        if (rung_ready(turns[i].rung, &values))
            scene_shoot(scene, run, LADDER_PART_RUNGS, turns[i].rung, &values,
                        (uint16_t)(41000 + i), 64);
    }
    if (scene->stops == 0)
        scene_hold(scene, run);
    for (unsigned hop = 1; hop <= scene->hops * 2 && scene->stops == 0; hop++) {
        struct rung_values values = {.mss = 1460};

        rung_values_draw(6, hop, &values);
        scene_shoot(scene, run, LADDER_PART_LIMITED, RUNG_LINUX, &values, (uint16_t)(50000 + hop),
                    (uint8_t)((hop + 1) / 2));
    }
    run->left = scene->left;
    for (size_t i = 0; i < scene->left; i++)
        run->shots[run->count - 1 - i].settled = false;
    run->climb.shots = run->shots;
    run->climb.count = run->count;
    run->climb.checks[CHECK_SCRIPT_HOLES] = scene->check;
    run->climb.ended = scene->stops ? "interrupted" : NULL;
    run->climb.unsent = scene->stops ? count - scene->stops : 0;
    run->climb.lasted = run->now;
    run->climb.address = scene_router(scene, 99);
    run->climb.route = (struct route){.source = scene_router(scene, 0), .interface = "veth0"};
    run->climb.context = (struct result_context){.target = "198.18.0.2:443",
                                                 .host = "198.18.0.2",
                                                 .addresses = 1,
                                                 .port = 443,
                                                 .time = "2026-01-02T03:04:05.678901Z",
                                                 .dns_ns = -1};
}

#endif
