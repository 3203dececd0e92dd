/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One captured segment as a row: its header, its states, what it is. */
#include "probe/track/connection_segment.h"

#include "probe/record_parts.h"
#include "probe/track/connection_parts.h"

/* Nothing known but when and where. */
static struct read_segment_record blank(int64_t at, int64_t origin, uint64_t frame)
{
    return (struct read_segment_record){
        .seen =
            {
                .t_ms = record_ms(at - origin),
                .seq = RECORD_UNKNOWN,
                .ack = RECORD_UNKNOWN,
                .window = RECORD_UNKNOWN,
                .window_bytes = RECORD_UNKNOWN,
                .length = RECORD_UNKNOWN,
                .relative_seq = RECORD_UNKNOWN,
                .relative_ack = RECORD_UNKNOWN,
            },
        .frame = (int64_t)frame,
        .copy = RECORD_UNKNOWN,
        .answers = RECORD_UNKNOWN,
        .rtt_ms = NAN,
        .missing_bytes = RECORD_UNKNOWN,
        .repeated_bytes = RECORD_UNKNOWN,
        .duplicates = RECORD_UNKNOWN,
        .ip_id = RECORD_UNKNOWN,
    };
}

static void fill_states(struct read_segment_record *row, const struct follow_state *client,
                        const struct follow_state *server)
{
    row->seen.state = server_state_name((enum server_state)client->state);
    row->seen.server_state = server_state_name((enum server_state)server->state);
    if (client->doubt != FOLLOW_DOUBT_NONE)
        row->state_doubt = follow_doubt_word((enum follow_doubt)client->doubt);
    if (server->doubt != FOLLOW_DOUBT_NONE)
        row->server_state_doubt = follow_doubt_word((enum follow_doubt)server->doubt);
}

/*
 * Scaled as both SYNs tell; a SYN's own never is (RFC 7323 section 2.2), nor what an end sends that
 * has answered no SYN.
 */
static int64_t window_bytes(const struct row_case *row_case, const struct follow_end *end,
                            const struct follow_end *peer)
{
    int64_t window = row_case->segment->window;

    if (row_case->segment->flags & TCP_SYN)
        return window;
    int shift = follow_window_shift(end, peer);
    if (shift != FOLLOW_UNKNOWN)
        return window << shift;
    if ((end->syn_seen && !peer->syn_sent) || (peer->syn_seen && !end->syn_sent))
        return window;
    return RECORD_UNKNOWN;
}

/* "1461-2921,4381-5841", relative to the ISN of the end whose data they are. */
static const char *ranges(const struct hole *holes, unsigned count, const struct follow_end *whose,
                          struct arena *arena)
{
    uint32_t base = whose->has_isn ? whose->isn : 0;

    if (count == 0)
        return NULL;
    for (unsigned i = 0; i < count; i++)
        arena_print(arena, "%s%u-%u", i > 0 ? "," : "", holes[i].left - base,
                    holes[i].right - base);
    return arena_finish(arena);
}

static void fill_header(const struct row_case *row_case, struct arena *arena,
                        struct segment_record *seen)
{
    const struct segment *segment = row_case->segment;
    const struct follow_step *step = row_case->step;
    char flags[TCP_FLAGS_TEXT_SIZE], options[OPTIONS_TEXT_SIZE];

    seen->direction = step->from_client ? "out" : "in";
    seen->flags = arena_copy(arena, tcp_flags_show(segment->flags, flags));
    seen->seq = segment->seq;
    seen->window = segment->window;
    seen->length = (int64_t)segment->payload_total;
    seen->ttl = row_case->input->hop_limit;
    seen->options = segment->options.length == 0
                        ? ""
                        : arena_copy(arena, options_show(&segment->options, options));
    /* Both count on both sides of 0: a number below the ISN is an old one. */
    if (step->relative_seq != FOLLOW_UNKNOWN)
        seen->relative_seq = (int32_t)(uint32_t)step->relative_seq;
    if (segment->flags & TCP_ACK) {
        seen->ack = segment->ack;
        if (step->relative_ack != FOLLOW_UNKNOWN)
            seen->relative_ack = (int32_t)(uint32_t)step->relative_ack;
    }
    seen->payload = record_sample(arena, row_case->sample, row_case->sample_length);
}

static void fill_events(const struct row_case *row_case, struct arena *arena,
                        struct read_segment_record *row)
{
    const struct follow_step *step = row_case->step;
    const struct follow_end *peer = &row_case->follow->ends[!(row_case->input->from & 1)];
    char events[FOLLOW_EVENTS_TEXT_SIZE];

    row->events = step->events ? arena_copy(arena, follow_events_show(step->events, events)) : "";
    if (step->copy > 0)
        row->copy = step->copy;
    if (step->answered > 0)
        row->answers = step->answered;
    if (step->rtt != FOLLOW_UNKNOWN)
        row->rtt_ms = record_ms(step->rtt);
    if (step->events & (FOLLOW(GAP) | FOLLOW(ACKED_UNSEEN)))
        row->missing_bytes = step->missing;
    if (step->repeated > 0)
        row->repeated_bytes = step->repeated;
    if (step->events & FOLLOW(DUPLICATE_ACK))
        row->duplicates = step->duplicates;
    if (step->events & FOLLOW(RST))
        row->reset_by = follow_who_word((enum follow_who)step->who);
    if (step->events & FOLLOW(SACK)) {
        row->has = ranges(step->have, step->have_count, peer, arena);
        row->lacks = ranges(step->lacking, step->lacking_count, peer, arena);
    }
    if (step->events & FOLLOW(DSACK))
        row->twice = ranges(&step->twice, 1, peer, arena);
}

void segment_row(const struct row_case *row_case, struct arena *arena,
                 struct read_segment_record *ret_row)
{
    const struct follow_input *input = row_case->input;
    const struct follow_end *ends = row_case->follow->ends;
    unsigned from = input->from & 1;
    struct noted noted = {
        .segment = row_case->segment,
        .step = row_case->step,
        .notes = row_case->notes,
    };

    *ret_row = blank(input->at, row_case->origin, row_case->frame);
    fill_header(row_case, arena, &ret_row->seen);
    ret_row->seen.window_bytes = window_bytes(row_case, &ends[from], &ends[!from]);
    fill_states(ret_row, &row_case->step->client, &row_case->step->server);
    fill_events(row_case, arena, ret_row);
    ret_row->seen.note = telling_note(&noted, arena);
    if (row_case->notes & TRACK_NOTE_NO_TIME)
        ret_row->seen.t_ms = NAN;
    if (input->has_ip_id)
        ret_row->ip_id = input->ip_id;
    if (row_case->checksum != CHECKSUM_UNKNOWN)
        ret_row->checksum = checksum_words(row_case->checksum);
}

void icmp_take(const struct story_segment *segment, uint8_t client, struct follow_state *ret_state)
{
    /* RFC 1122 section 4.2.3.9: a hard error ends the attempt. */
    if (segment->icmp_counted && segment->icmp_class == ICMP_CLASS_HARD &&
        segment->quoted == client)
        *ret_state = (struct follow_state){.state = SERVER_CLOSED, .doubt = FOLLOW_DOUBT_NONE};
}

void icmp_row(const struct icmp_case *icmp_case, struct arena *arena,
              struct read_segment_record *ret_row)
{
    const struct story_segment *segment = icmp_case->segment;
    enum ip_family family = segment->from.family;

    *ret_row = blank(segment->input.at, icmp_case->origin, segment->frame);
    ret_row->seen.direction = segment->quoted == icmp_case->client ? "in" : "out";
    ret_row->seen.ttl = segment->input.hop_limit;
    ret_row->seen.icmp =
        record_icmp(arena, family, segment->icmp_type, segment->icmp_code, &segment->from);
    ret_row->events = "";
    fill_states(ret_row, &icmp_case->client_state, &icmp_case->server_state);
    if (segment->notes & TRACK_NOTE_NO_TIME)
        ret_row->seen.t_ms = NAN;
}
