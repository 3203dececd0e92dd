/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SYN that a series' SYNs are copies of. */
#include "probe/pattern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Whether SYNs over both routes look the same but for addresses, ports and numbers. */
static bool same_way(const struct route *a, const struct route *b)
{
    return address_equal(&a->source, &b->source) && a->source.family == b->source.family &&
           a->index == b->index && a->mtu == b->mtu && a->hop_limit == b->hop_limit;
}

void pattern_offer_mss(struct options *options, uint16_t mss)
{
    for (unsigned i = 0; i < options->count; i++) {
        const struct option *option = &options->list[i];

        if (option->kind == OPTION_MSS && option->health == OPTION_HEALTH_GOOD) {
            options->bytes[option->at + 2] = (uint8_t)(mss >> 8);
            options->bytes[option->at + 3] = (uint8_t)mss;
        }
    }
}

static int make(struct pattern *pattern, const struct spec *spec, const struct route *route,
                const struct address *destination, const struct spec_random *random, uint16_t mss,
                struct craft *craft, struct fault *fault)
{
    struct tcb_parameters parameters;
    struct option_summary summary;
    struct craft_header header;
    struct segment syn;
    struct step step;

    spec_apply(spec, route, destination, 1, 1, random, &parameters, &header);
    if (mss)
        pattern_offer_mss(&parameters.syn_options, mss);
    options_summarize(&parameters.syn_options, &summary);
    pattern->mss = summary.has_mss ? summary.mss : 0;
    pattern->route = *route;
    pattern->header = header;
    pattern->has_timestamps = summary.has_timestamps;
    pattern->has_ts_first = parameters.has_ts_first;
    pattern->ts_first = parameters.ts_first;
    stream_init(&pattern->stream, NULL, 0);
    tcb_init(&pattern->tcb, &parameters, &pattern->stream);
    step = tcb_step(&pattern->tcb, EVENT_USER_OPEN, NULL, 0);
    if (!tcb_send(&pattern->tcb, &step.effects, NULL, 0, &syn))
        return fault_set(fault, FAULT_INTERNAL, 0, "the state machine opens without a SYN");
    return craft_template_make(craft, &header, &syn, &pattern->template, fault);
}

int pattern_make(const struct spec *spec, const struct route *route,
                 const struct address *destination, const struct spec_random *random, uint16_t mss,
                 struct craft *craft, struct pattern **ret_pattern, struct fault *fault)
{
    struct pattern *pattern = calloc(1, sizeof *pattern);
    int error;

    if (!pattern)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    error = make(pattern, spec, route, destination, random, mss, craft, fault);
    if (error)
        free(pattern);
    else
        *ret_pattern = pattern;
    return error;
}

int pattern_find(struct pattern **list, const struct spec *spec, const struct route *route,
                 const struct address *destination, const struct spec_random *random,
                 struct craft *craft, struct pattern **ret_pattern, struct fault *fault)
{
    struct pattern *pattern;
    int error;

    for (pattern = *list; pattern; pattern = pattern->next)
        if (same_way(&pattern->route, route)) {
            *ret_pattern = pattern;
            return 0;
        }
    error = pattern_make(spec, route, destination, random, 0, craft, &pattern, fault);
    if (error)
        return error;
    assert(pattern);
    pattern->next = *list;
    *list = pattern;
    *ret_pattern = pattern;
    return 0;
}

uint32_t pattern_answer(struct pattern *pattern, uint32_t iss, const struct segment *segment,
                        int64_t now)
{
    enum event events[TCB_EVENTS_MAX];
    struct tcb tcb = pattern->tcb;
    uint32_t effects = 0;
    unsigned count;

    stream_init(&pattern->stream, NULL, 0);
    tcb_rebase(&tcb, iss);
    count = tcb_classify(&tcb, segment, events);
    for (unsigned i = 0; i < count; i++)
        effects |= tcb_step(&tcb, events[i], segment, now).effects;
    return effects;
}

void pattern_free_all(struct pattern **list)
{
    while (*list) {
        struct pattern *pattern = *list;

        *list = pattern->next;
        free(pattern);
    }
}
