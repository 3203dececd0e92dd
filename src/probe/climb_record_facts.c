/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values in the record of a climb: counts, header, clock, repeats. */
#include <math.h>

#include "probe/climb_record_parts.h"

static double milliseconds(int64_t ns)
{
    return (double)ns / 1e6;
}

static void fill_counts(const struct climb_case *judged, struct matrix_record *record)
{
    const struct climb *climb = judged->climb;
    int64_t sent = 0, expired = 0, connections = 0;

    for (size_t i = 0; i < climb->count; i++) {
        bool limited = climb->shots[i].part == LADDER_PART_LIMITED;

        expired += limited;
        sent += !limited;
    }
    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++)
        connections += climb->checks[i] != NULL && climb->checks[i]->opened;
    record->sent = sent;
    record->answered = (int64_t)judged->came[MATRIX_SYN_ACK];
    record->refused = (int64_t)judged->came[MATRIX_RST];
    record->unreachable = (int64_t)judged->came[MATRIX_ICMP];
    record->lost = (int64_t)judged->came[MATRIX_NOTHING];
    record->expired = expired;
    record->connections = connections;
    record->repeat = climb->options->repeat;
    record->duration_ms = milliseconds(climb->lasted);
    record->capture_dropped = climb->context.dropped;
}

/* What one announces in whose place the peer is: to the route's MSS, and to Linux' set. */
static void fill_announced(const struct climb_case *judged, struct matrix_record *record)
{
    const struct ladder_shot *linux_set = climb_last(judged->climb, RUNG_LINUX);
    const struct ladder_shot *mss = climb_last(judged->climb, RUNG_MSS);
    struct option_summary summary;
    char layout[OPTIONS_TEXT_SIZE];

    if (mss == NULL)
        mss = linux_set;
    if (mss != NULL) {
        options_summarize(&mss->answer.segment.options, &summary);
        if (summary.has_mss)
            record->mss_bytes = summary.mss;
    }
    if (linux_set == NULL)
        return;
    options_summarize(&linux_set->answer.segment.options, &summary);
    if (summary.has_wscale)
        record->wscale_shift = summary.wscale;
    record->window = linux_set->answer.segment.window;
    record->layout =
        arena_copy(judged->arena, ladder_answer_layout(&linux_set->answer.segment.options, layout));
}

static const char *windows_text(const struct ladder_header *header, struct arena *arena)
{
    for (unsigned i = 0; i < header->window_count && i < HEADER_WINDOWS; i++)
        arena_print(arena, "%s%u", i > 0 ? "," : "", header->windows[i]);
    return arena_finish(arena);
}

static const struct header_record *header_part(const struct climb_case *judged)
{
    const struct ladder_header *header = &judged->header;
    bool ipv4 = judged->climb->address.family == IP_FAMILY_V4;
    bool counts = header->ipid.class == IPID_COUNTER || header->ipid.class == IPID_SWAPPED;
    struct header_record *record = arena_take(judged->arena, 1, sizeof *record);
    char flags[TCP_FLAGS_TEXT_SIZE];

    if (header->n == 0)
        return NULL;
    *record = (struct header_record){
        .n = header->n,
        .ttl = header->ttl,
        .ttl_others = header->ttl_others,
        .windows = windows_text(header, judged->arena),
        .window_bare = header->has_bare ? header->window_bare : RECORD_UNKNOWN,
        .ip_id_step = NAN,
        .ip_id_foreign_per_s = NAN,
        .reserved = arena_copy(judged->arena, tcp_flags_show(header->reserved, flags)),
        .traffic_class = header->traffic_class,
    };
    if (!ipv4) {
        record->flow_label = header->flow_label_zero    ? "zero"
                             : header->flow_labels <= 1 ? "one"
                                                        : "several";
        return record;
    }
    record->df = header->df_clear == 0 ? "set" : header->df_set == 0 ? "clear" : "mixed";
    record->ip_id = ipid_word(header->ipid.class);
    if (counts) {
        record->ip_id_step = header->ipid.median_step;
        record->ip_id_foreign_per_s = header->ipid.foreign_per_s;
    }
    return record;
}

static const char *kind_text(const struct climb_case *judged)
{
    if (judged->timestamps == 0)
        return "none";
    switch (judged->clock.kind) {
    case TSCLOCK_STILL:
        return "still";
    case TSCLOCK_RUNS:
        return "runs";
    case TSCLOCK_IRREGULAR:
        return "irregular";
    case TSCLOCK_FEW:
    case TSCLOCK_COUNT:
        break;
    }
    return "few";
}

static const char *offset_text(enum tsclock_offset offset)
{
    switch (offset) {
    case TSCLOCK_OFFSET_SHARED:
        return "shared";
    case TSCLOCK_OFFSET_GROUPS:
        return "groups";
    case TSCLOCK_OFFSET_EACH:
        return "each";
    case TSCLOCK_OFFSET_UNKNOWN:
    case TSCLOCK_OFFSET_COUNT:
        break;
    }
    return NULL;
}

static const struct ts_clock_record *clock_part(const struct climb_case *judged)
{
    const struct tsclock *clock = &judged->clock;
    const struct tsclock_many *many = &judged->many;
    bool runs = clock->kind == TSCLOCK_RUNS, shared = many->offset == TSCLOCK_OFFSET_SHARED;
    bool bounded = runs || clock->kind == TSCLOCK_STILL;
    bool nominal = runs && clock->nominal != NULL;
    struct ts_clock_record *record = arena_take(judged->arena, 1, sizeof *record);

    *record = (struct ts_clock_record){
        .kind = kind_text(judged),
        .n = (int64_t)clock->n,
        .span_s = clock->n > 0 ? clock->span : NAN,
        .rate_hz = runs ? clock->rate : NAN,
        .rate_low_hz = bounded ? clock->rate_low : NAN,
        .rate_high_hz = bounded ? clock->rate_high : NAN,
        .nominal_hz = nominal ? clock->nominal->rate : NAN,
        .nominal_of = nominal ? clock->nominal->who : NULL,
        .skew_ppm = nominal ? clock->skew_ppm : NAN,
        .skew_low_ppm = nominal ? clock->skew_low : NAN,
        .skew_high_ppm = nominal ? clock->skew_high : NAN,
        .offset = offset_text(many->offset),
        .connections = (int64_t)many->series,
        .uptime_s = shared ? many->uptime : NAN,
        .wrap_s = shared ? many->wrap : NAN,
        .low_bits_frozen = judged->front.tests[FRONT_LOW_BITS].says == FRONT_SAYS_YES,
    };
    return record;
}

static const struct repeats_record *repeats_part(const struct climb_case *judged)
{
    const struct ladder_hold *hold = judged->climb->hold;
    const struct ladder_repeats *repeats = &judged->repeats;
    struct repeats_record *record;
    struct repeat_record *rows;
    int64_t since = 0;

    if (hold == NULL || hold->patience == 0)
        return NULL;
    record = arena_take(judged->arena, 1, sizeof *record);
    rows = arena_take(judged->arena, LADDER_HOLD_REPEATS, sizeof *rows);
    for (size_t i = 0; i < repeats->gap_count; i++) {
        since += repeats->gaps[i];
        rows[i] = (struct repeat_record){.gap_ms = milliseconds(repeats->gaps[i]),
                                         .t_ms = milliseconds(since)};
    }
    *record = (struct repeats_record){
        .patience_ms = milliseconds(hold->patience),
        .held_ms = hold->answered ? milliseconds(hold->held) : NAN,
        .answered = hold->answered,
        .growth = repeats_word(hold->answered ? repeats->growth : REPEATS_UNKNOWN),
        .count = (int64_t)repeats->count,
        .ratio = repeats->gap_count > 1 ? repeats->ratio : NAN,
        .reset_ms = repeats->reset ? milliseconds(repeats->reset_after) : NAN,
        .finished = repeats->finished,
        .repeats = {.items = rows, .count = repeats->gap_count},
    };
    return record;
}

void climb_record_facts(const struct climb_case *judged, struct matrix_record *record)
{
    fill_counts(judged, record);
    record->ended = judged->climb->ended;
    if (!judged->open)
        return;
    fill_announced(judged, record);
    record->header = header_part(judged);
    record->clock = clock_part(judged);
    record->repeats = repeats_part(judged);
    record->cookies = front_says_word(judged->front.cookies);
    record->cookies_why = arena_copy(judged->arena, judged->front.cookies_why);
    record->proxy = front_says_word(judged->front.proxy);
    record->proxy_why = arena_copy(judged->arena, judged->front.proxy_why);
}
