/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which SYNs sample a server's initial sequence numbers. */
#include "probe/isn_plan_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define MS INT64_C(1000000)

/* SYNs of the stages, where --count leaves room for them. */
#define FIRST_COUNT 3
#define BURST_COUNT 64
#define BURST_DEEP  768
#define PAUSE_COUNT 16
#define AFTER_COUNT 4 /* foretold, and one whole handshake */

/* After the first SYNs so long is waited for SYN,ACKs that come again, which they do after a second
 * (RFC 6298 section 2) if our RSTs do not arrive. */
#define FIRST_REST (1300 * MS)
/* After the burst, so that an early look at the numbers disturbs nothing. */
#define BURST_REST (250 * MS)

/* The gaps of the middle, 70 % 1 … 5 ms, 25 % 5 … 50 ms, 5 % 200 … 1200 ms, have this mean. */
#define GAP_MEAN 44e6

#define COOKIE_ADDED 12345 /* to A, in the proof's third SYN */

static const struct {
    const char *words, *meaning;
} stages[ISN_STAGE_COUNT] = {
#define X(id, words, meaning) [ISN_STAGE_##id] = {words, meaning},
    ISN_STAGE_TABLE(X)
#undef X
};

const char *isn_stage_words(enum isn_stage stage)
{
    return stages[stage].words;
}

const char *isn_stage_meaning(enum isn_stage stage)
{
    return stages[stage].meaning;
}

static uint16_t draw_mss(struct isn_plan *plan)
{
    static const uint16_t mix[] = {1460, 1460, 1460, 1460, 1460, 1440, 1300, 536};

    return mix[isn_plan_below(plan, sizeof mix / sizeof mix[0])];
}

static int64_t draw_gap(struct isn_plan *plan)
{
    uint32_t kind = isn_plan_below(plan, 100);

    if (kind < 70)
        return isn_plan_between(plan, MS, 5 * MS);
    if (kind < 95)
        return isn_plan_between(plan, 5 * MS, 50 * MS);
    return isn_plan_between(plan, 200 * MS, 1200 * MS);
}

/* By how much the gaps are to be longer, or may be shorter, than they would be. */
static double stretch(const struct isn_plan_options *options)
{
    static const double usual = 50;
    double rate = options->rate, room;

    /* Beside the least gap itself there is room for 1.2 of it: together as long as without one. */
    if (options->least_gap > 0) {
        room = 1.2 * (double)options->least_gap / GAP_MEAN;
        return room < 1 ? room : 1;
    }
    if (rate * GAP_MEAN < 1e9)
        return 1e9 / (rate * GAP_MEAN);
    return rate > usual ? usual / rate : 1;
}

/* What a plan is made with. */
struct maker {
    struct isn_plan *plan;
    const struct isn_plan_options *options;
    struct isn_plan_group group;
    uint32_t constant; /* the number of ours that half of the SYNs have */
    bool was_constant; /* on the fixed tuple */
    double stretch;
};

static struct isn_step *step_add(struct maker *maker, enum isn_stage stage, int64_t gap)
{
    struct isn_plan *plan = maker->plan;
    struct isn_step *step = &plan->steps[plan->count++];

    if (plan->count > 1)
        gap += plan->least_gap;
    *step = (struct isn_step){.stage = stage, .gap = gap, .mss = draw_mss(plan)};
    step->cseq = isn_plan_draw(plan) & 1 ? maker->constant : (uint32_t)isn_plan_draw(plan);
    plan->per_stage[stage]++;
    plan->takes += gap;
    return step;
}

/* On the fixed tuple the number of ours is another one each time: else a SYN,ACK that comes again
 * could be taken for a new one. */
static void make_fixed(struct maker *maker, struct isn_step *step)
{
    maker->plan->fixed_count++;
    step->fixed = true;
    step->port = maker->plan->fixed_port;
    step->cseq = maker->was_constant ? (uint32_t)isn_plan_draw(maker->plan) : maker->constant;
    maker->was_constant = !maker->was_constant;
}

/* One of the last ports that only the first source has used. */
static uint16_t port_again(struct maker *maker)
{
    struct isn_plan *plan = maker->plan;

    for (unsigned i = 0; i < ISN_PLAN_PROPOSALS && plan->count > 1; i++) {
        size_t back = 1 + isn_plan_below(plan, ISN_PLAN_PROPOSALS);
        const struct isn_step *step;

        if (back > plan->count - 1)
            continue;
        step = &plan->steps[plan->count - 1 - back];
        if (!step->fixed && step->src == 0 && !isn_plan_used(plan, 1, step->port))
            return step->port;
    }
    return 0;
}

static void make_varying(struct maker *maker, struct isn_step *step, bool may_be_second)
{
    struct isn_plan *plan = maker->plan;

    if (may_be_second && maker->options->second_source && isn_plan_below(plan, 8) == 0) {
        step->port = port_again(maker);
        step->src = step->port != 0;
    }
    if (step->src)
        isn_plan_use(plan, 1, step->port);
    else
        step->port = isn_plan_group_next(plan, &maker->group);
}

static void make_first(struct maker *maker, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct isn_step *step = step_add(maker, ISN_STAGE_FIRST, 0);

        step->settled = true;
        step->mss = 1460;
        make_varying(maker, step, false);
    }
}

static void make_burst(struct maker *maker, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct isn_step *step = step_add(maker, ISN_STAGE_BURST, i == 0 ? FIRST_REST : 0);

        step->settled = i == 0;
        make_varying(maker, step, false);
    }
}

static void make_mixed(struct maker *maker, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t gap = (int64_t)((double)draw_gap(maker->plan) * maker->stretch);
        struct isn_step *step =
            step_add(maker, ISN_STAGE_MIXED, i == 0 && gap < BURST_REST ? BURST_REST : gap);

        step->settled = i == 0;
        if (isn_plan_draw(maker->plan) & 1)
            make_fixed(maker, step);
        else
            make_varying(maker, step, true);
    }
}

static void make_pause(struct maker *maker, enum isn_stage stage, size_t count, int64_t pause)
{
    for (size_t i = 0; i < count; i++) {
        int64_t gap = (int64_t)((double)draw_gap(maker->plan) * maker->stretch);

        make_fixed(maker, step_add(maker, stage, i == 0 ? pause : gap));
    }
}

void isn_plan_block(struct isn_plan *plan, struct isn_step steps[ISN_PLAN_BLOCK])
{
    static const uint16_t mss[ISN_PLAN_BLOCK] = {1460, 1460, 1460, 1460, 536, 1300, 1440, 1460};
    uint32_t a = (uint32_t)isn_plan_draw(plan);

    for (size_t i = 0; i < ISN_PLAN_BLOCK; i++)
        steps[i] = (struct isn_step){
            .stage = ISN_STAGE_COOKIES,
            .fixed = true,
            .settled = true,
            .port = plan->fixed_port,
            .mss = mss[i],
            .cseq = i == 2 ? a + COOKIE_ADDED : a,
            .gap = plan->least_gap + isn_plan_between(plan, 20 * MS, 100 * MS),
        };
    steps[3].cseq = (uint32_t)isn_plan_draw(plan);
}

static void make_block(struct maker *maker)
{
    struct isn_plan *plan = maker->plan;

    isn_plan_block(plan, &plan->steps[plan->count]);
    for (size_t i = 0; i < ISN_PLAN_BLOCK; i++)
        plan->takes += plan->steps[plan->count++].gap;
    plan->per_stage[ISN_STAGE_COOKIES] = ISN_PLAN_BLOCK;
    plan->fixed_count += ISN_PLAN_BLOCK;
}

static size_t less(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void make_steps(struct maker *maker)
{
    const struct isn_plan_options *options = maker->options;
    struct isn_plan *plan = maker->plan;
    size_t left = options->count - FIRST_COUNT, burst, slow, last;
    bool block = options->count >= 64;

    burst = options->deep ? less(BURST_DEEP, options->count / 2)
                          : less(BURST_COUNT, options->count / 3);
    slow = options->slow && options->count >= 128 ? PAUSE_COUNT : 0;
    last = options->long_pause && options->count >= 128 ? PAUSE_COUNT : 0;
    left -= burst + slow + last + (block ? ISN_PLAN_BLOCK : 0);
    make_first(maker, FIRST_COUNT);
    make_burst(maker, burst);
    make_mixed(maker, left);
    if (block)
        make_block(maker);
    make_pause(maker, ISN_STAGE_SLOW, slow, isn_plan_between(plan, 65000 * MS, 130000 * MS));
    make_pause(maker, ISN_STAGE_LONG, last, isn_plan_between(plan, 330000 * MS, 345000 * MS));
    plan->most = plan->count + (block ? ISN_PLAN_BLOCK : 0) + AFTER_COUNT;
}

int isn_plan_make(const struct isn_plan_options *options, struct isn_plan *ret_plan)
{
    struct maker maker = {.plan = ret_plan, .options = options, .stretch = stretch(options)};

    memset(ret_plan, 0, sizeof *ret_plan);
    ret_plan->random = options->random;
    ret_plan->least_gap = options->least_gap;
    ret_plan->steps = calloc(options->count, sizeof *ret_plan->steps);
    if (!ret_plan->steps)
        return -FAULT_MEMORY;
    isn_plan_range(ret_plan, options);
    ret_plan->fixed_port = options->fixed_port ? options->fixed_port : isn_plan_port(ret_plan);
    isn_plan_use(ret_plan, 0, ret_plan->fixed_port);
    isn_plan_use(ret_plan, 1, ret_plan->fixed_port);
    maker.constant = (uint32_t)isn_plan_draw(ret_plan);
    make_steps(&maker);
    return 0;
}

void isn_plan_release(struct isn_plan *plan)
{
    free(plan->steps);
    plan->steps = NULL;
}

void isn_plan_move(struct isn_plan *plan)
{
    plan->fixed_port = isn_plan_port(plan);
    isn_plan_use(plan, 1, plan->fixed_port);
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].fixed)
            plan->steps[i].port = plan->fixed_port;
}

void isn_plan_one_source(struct isn_plan *plan, size_t from)
{
    for (size_t i = from; i < plan->count; i++)
        if (plan->steps[i].src) {
            plan->steps[i].src = 0;
            plan->steps[i].port = isn_plan_port(plan);
        }
}

/* The same but for a few, for which of four values of MSS a cookie stands. */
static bool follows(const uint32_t *isn, const uint32_t *cseq, size_t i)
{
    int32_t moved = (int32_t)(isn[i + 1] - isn[i] - (cseq[i + 1] - cseq[i]));

    return moved >= -7 && moved <= 7;
}

bool isn_plan_block_torn(const uint32_t isn[ISN_PLAN_BLOCK], const uint32_t cseq[ISN_PLAN_BLOCK])
{
    unsigned linux_like = 0;
    bool early = isn[0] == isn[1], late = isn[1] == isn[ISN_PLAN_BLOCK - 1];

    for (size_t i = 0; i + 1 < ISN_PLAN_BLOCK; i++)
        linux_like += follows(isn, cseq, i);
    if (linux_like == ISN_PLAN_BLOCK - 1)
        return false;
    /* Cookies that end in the middle leave all of these right but one; FreeBSD's, whose hash also
     * covers our number and MSS, are the same for the same question. */
    return linux_like == ISN_PLAN_BLOCK - 2 || early != late;
}

struct isn_step isn_plan_more(struct isn_plan *plan, enum isn_stage stage, bool fixed)
{
    return (struct isn_step){
        .stage = stage,
        .fixed = fixed,
        .settled = true,
        .port = fixed ? plan->fixed_port : isn_plan_port(plan),
        .mss = 1460,
        .cseq = (uint32_t)isn_plan_draw(plan),
        .gap = plan->least_gap + isn_plan_between(plan, 5 * MS, 50 * MS),
    };
}
