/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What records of one's own connections and of captured ones are made of. */
#include "probe/record_parts.h"

#include <assert.h>

#include "base/text.h"

const struct options_record *record_options(struct arena *memory, const struct options *options,
                                            bool ecn)
{
    struct options_record *record = arena_take(memory, 1, sizeof *record);
    struct option_summary summary;
    char text[OPTIONS_TEXT_SIZE];
    const char *kept = arena_copy(memory, options_show(options, text));

    options_summarize(options, &summary);
    *record = (struct options_record){
        .mss = summary.has_mss ? summary.mss : RECORD_UNKNOWN,
        .wscale = summary.has_wscale ? summary.wscale : RECORD_UNKNOWN,
        .sack = summary.has_sack_permitted,
        .timestamps = summary.has_timestamps,
        .fastopen = summary.has_fastopen,
        .ecn = ecn,
        .mptcp = summary.has_mptcp,
        .options = kept,
    };
    return record;
}

const struct options_record *record_effect(struct arena *memory, const struct record_effect *effect)
{
    struct options_record *record = arena_take(memory, 1, sizeof *record);

    *record = (struct options_record){
        .mss = effect->mss,
        .wscale = effect->wscale >= 0 ? effect->wscale : RECORD_UNKNOWN,
        .sack = effect->sack,
        .timestamps = effect->timestamps,
        .fastopen = effect->fastopen,
        .ecn = effect->ecn,
        .mptcp = effect->mptcp,
    };
    arena_print(memory, "mss %u", effect->mss);
    if (effect->sack)
        arena_print(memory, ",sackOK");
    if (effect->timestamps)
        arena_print(memory, ",TS");
    if (effect->wscale >= 0)
        arena_print(memory, ",wscale %d", effect->wscale);
    record->options = arena_finish(memory);
    return record;
}

const char *record_icmp(struct arena *memory, enum ip_family family, uint8_t type, uint8_t code,
                        const struct address *from)
{
    char words[64], text[ADDRESS_TEXT_SIZE];

    arena_print(memory, "%s from %s", icmp_words(family, type, code, words),
                address_show(from, text));
    return arena_finish(memory);
}

const char *record_sample(struct arena *memory, const uint8_t *bytes, size_t length)
{
    char text[SEEN_PAYLOAD * 4 + 1];

    assert(length <= SEEN_PAYLOAD);
    if (length == 0)
        return NULL;
    text_safe(bytes, length, text, sizeof text);
    return arena_copy(memory, text);
}

struct step_record record_step(struct arena *memory, const struct traced_step *traced,
                               int64_t origin)
{
    const struct step *step = &traced->step;
    char effects[FSM_EFFECTS_TEXT_SIZE];

    return (struct step_record){
        .t_ms = record_ms(step->at - origin),
        .from = fsm_state_name(step->from),
        .event = fsm_event_name(step->event),
        .to = fsm_state_name(step->to),
        .effects = arena_copy(memory, fsm_effects_show(step->effects, effects)),
        .why = fsm_event_words(step->event),
        .reference = fsm_event_reference(step->event),
        .segment = traced->seen == TRACE_NONE ? RECORD_UNKNOWN : (int64_t)traced->seen,
    };
}
