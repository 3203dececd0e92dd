/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trace as lists of records. */
#include "probe/rows.h"

#include <string.h>

#include "probe/record_parts.h"
#include "probe/server.h"

/* The instant that counts as 0: the first SYN on the wire. */
static int64_t origin(const struct probe *probe)
{
    return probe->opening.copy_count > 0 ? probe->opening.copies[0].at : probe->started_at;
}

static double since(const struct probe *probe, int64_t at)
{
    return record_ms(at - origin(probe));
}

static const char *remarks_text(struct arena *memory, const struct seen *seen)
{
    const char *sep = "";

    if (seen->remarks == 0)
        return NULL;
    for (unsigned i = 0; i < REMARK_COUNT; i++) {
        if (!(seen->remarks & (1u << i)))
            continue;
        arena_print(memory, "%s%s", sep, remark_words((enum remark)i));
        if (i == REMARK_INDEX_COPY)
            arena_print(memory, " %u", seen->copy);
        sep = ", ";
    }
    return arena_finish(memory);
}

static void segment_row(const struct probe *probe, const struct seen *seen, struct arena *memory,
                        struct segment_record *row)
{
    const struct segment *segment = &seen->segment;
    char flags[TCP_FLAGS_TEXT_SIZE], options[OPTIONS_TEXT_SIZE];
    bool has_ack = segment->flags & TCP_ACK;
    uint32_t ours = probe->tcb.iss, theirs = probe->tcb.has_irs ? probe->tcb.irs : segment->seq;

    *row = (struct segment_record){
        .t_ms = since(probe, seen->at),
        .direction = seen->outgoing ? "out" : "in",
        .state = fsm_state_name(seen->state),
        .note = remarks_text(memory, seen),
        .ttl = seen->hop_limit,
        .seq = RECORD_UNKNOWN,
        .ack = RECORD_UNKNOWN,
        .window = RECORD_UNKNOWN,
        .window_bytes = RECORD_UNKNOWN,
        .length = RECORD_UNKNOWN,
        .relative_seq = RECORD_UNKNOWN,
        .relative_ack = RECORD_UNKNOWN,
    };
    if (seen->is_icmp) {
        row->icmp =
            record_icmp(memory, seen->icmp.family, seen->icmp.type, seen->icmp.code, &seen->from);
        return;
    }
    row->flags = arena_copy(memory, tcp_flags_show(segment->flags, flags));
    row->seq = segment->seq;
    row->relative_seq = (int32_t)(segment->seq - (seen->outgoing ? ours : theirs));
    if (has_ack) {
        row->ack = segment->ack;
        row->relative_ack = (int32_t)(segment->ack - (seen->outgoing ? theirs : ours));
    }
    row->window = segment->window;
    row->window_bytes = (int64_t)segment->window << seen->wscale;
    row->length = (int64_t)segment->payload_total;
    row->options = arena_copy(memory, options_show(&segment->options, options));
    row->payload = record_sample(memory, seen->sample, seen->sample_length);
}

/* How far a connection has come in a state: no step leads back, but for the start behind the end.
 */
static unsigned progress(enum state state)
{
    static const unsigned ranks[STATE_COUNT] = {
        [STATE_SYN_SENT] = 1,   [STATE_SYN_RECEIVED] = 2, [STATE_ESTABLISHED] = 3,
        [STATE_FIN_WAIT_1] = 4, [STATE_CLOSE_WAIT] = 4,   [STATE_FIN_WAIT_2] = 5,
        [STATE_CLOSING] = 5,    [STATE_LAST_ACK] = 5,     [STATE_TIME_WAIT] = 6,
        [STATE_CLOSED] = 7,
    };

    return ranks[state];
}

struct record_list rows_segments(const struct probe *probe, struct arena *memory)
{
    const struct trace *trace = &probe->trace;
    struct segment_record *rows = arena_take(memory, trace->seen_count + 1, sizeof *rows);
    int answered = opening_judge(&probe->opening).answered_copy;
    enum state state = STATE_SYN_SENT;
    struct server server;

    server_begin(&server, probe->tcb.has_irs, probe->tcb.outcome == EFFECT_REFUSED,
                 answered == OPENING_UNKNOWN ? probe->opening.copies_before : (unsigned)answered);
    for (size_t i = 0; i < trace->seen_count; i++) {
        segment_row(probe, &trace->seen[i], memory, &rows[i]);
        /* A packet of ours may leave when the peer's next is here already, and not yet read: on the
         * wire's time line the state has then moved on. */
        if (progress(trace->seen[i].state) >= progress(state))
            state = trace->seen[i].state;
        rows[i].state = fsm_state_name(state);
        rows[i].server_state = server_state_name(server_follow(&server, &trace->seen[i]));
    }
    return (struct record_list){.items = rows, .count = trace->seen_count};
}

struct record_list rows_steps(const struct probe *probe, struct arena *memory)
{
    const struct trace *trace = &probe->trace;
    struct step_record *rows = arena_take(memory, trace->step_count + 1, sizeof *rows);

    for (size_t i = 0; i < trace->step_count; i++)
        rows[i] = record_step(memory, &trace->steps[i], origin(probe));
    return (struct record_list){.items = rows, .count = trace->step_count};
}

struct record_list rows_findings(const struct probe *probe, struct arena *memory)
{
    const struct trace *trace = &probe->trace;
    struct finding_record *rows = arena_take(memory, trace->finding_count + 1, sizeof *rows);
    size_t count = 0;

    for (int severity = SEVERITY_COUNT - 1; severity >= 0; severity--)
        for (unsigned i = 0; i < trace->finding_count; i++) {
            const struct traced_finding *traced = &trace->findings[i];
            const struct finding_row *row = finding_row(traced->finding);

            if ((int)row->severity != severity)
                continue;
            rows[count] =
                (struct finding_record){.id = row->id, .severity = severity_word(row->severity)};
            arena_print(memory, "%s", traced->text);
            if (traced->count > 1)
                arena_print(memory, " (%u times)", traced->count);
            rows[count++].text = arena_finish(memory);
        }
    return (struct record_list){.items = rows, .count = count};
}
