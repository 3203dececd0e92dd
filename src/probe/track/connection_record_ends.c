/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one end of a captured connection did, as a record. */
#include "probe/record_parts.h"
#include "probe/result.h"
#include "probe/track/connection_parts.h"

const struct read_end_record *telling_end(const struct telling *telling,
                                          const struct follow_end *end,
                                          const struct follow_state *state)
{
    const struct follow_counts *counts = &end->counts;
    struct read_end_record *record = arena_take(telling->arena, 1, sizeof *record);
    bool wordy = !(telling->context->without & CONNECTION_TEXTS) && telling_has_time(telling);

    *record = (struct read_end_record){
        .segments = (int64_t)counts->segments + counts->ignored,
        .data_segments = counts->data_segments,
        .bytes = (int64_t)counts->bytes,
        .repeated_bytes = (int64_t)counts->repeated,
        .acked_bytes = (int64_t)counts->acked,
        .missing_bytes = (int64_t)counts->unseen,
        .retransmissions = counts->retransmissions,
        .fast = counts->fast,
        .spurious = counts->spurious,
        .twins = counts->twins,
        .out_of_order = counts->out_of_order,
        .gaps = counts->gaps,
        .duplicate_acks = counts->duplicate_acks,
        .keep_alives = counts->keep_alives,
        .window_probes = counts->probes,
        .zero_windows = counts->zero_windows,
        .window_updates = counts->window_updates,
        .window_full = counts->window_full,
        .resets = counts->resets,
        .challenges = counts->challenges,
        .bad = counts->bad,
        .syns = end->copy_count,
        .syn_gaps_ms = wordy ? backoff_gaps(end->copies, end->copy_count, telling->arena) : NULL,
        .backoff = wordy ? backoff_words(end->copies, end->copy_count, telling->arena) : NULL,
        .rtt_min_ms = end->rtt_min > 0 ? record_ms(end->rtt_min) : NAN,
        .ttl = end->hop_limit > 0 ? end->hop_limit : RECORD_UNKNOWN,
        .hops = end->hop_limit > 0 ? result_hops(end->hop_limit) : RECORD_UNKNOWN,
        .window_bytes = end->has_window && end->window_bytes != FOLLOW_UNKNOWN ? end->window_bytes
                                                                               : RECORD_UNKNOWN,
        .state = server_state_name((enum server_state)state->state),
        .doubt = state->doubt == FOLLOW_DOUBT_NONE
                     ? NULL
                     : follow_doubt_word((enum follow_doubt)state->doubt),
    };
    return record;
}
