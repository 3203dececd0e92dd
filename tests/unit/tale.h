/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections told from tables of segments: followed, kept as a story, made into a record. */
#ifndef TESTS_UNIT_TALE_H
#define TESTS_UNIT_TALE_H

#include "follow_script.h"

#include "base/text.h"
#include "probe/track/connection_record.h"

/* One connection: end 0 (">") is 198.18.0.1:40000, end 1 ("<") 198.18.0.2:80. */
struct tale {
    struct script script; /* its `follow` is not used */
    struct connection connection;
    struct story story;
    struct connection_context context;
    struct connection_record record;
    struct arena arena;
};

static inline void tale_begin(struct tale *tale)
{
    static const uint8_t first[4] = {198, 18, 0, 1}, second[4] = {198, 18, 0, 2};

    memset(tale, 0, sizeof *tale);
    script_begin(&tale->script, UINT32_C(0xfffffff0), UINT32_C(0xffffffff));
    follow_init(&tale->connection.follow);
    tale->connection.number = 7;
    tale->connection.key.family = IP_FAMILY_V4;
    memcpy(tale->connection.key.ends[0].address, first, sizeof first);
    tale->connection.key.ends[0].port = 40000;
    memcpy(tale->connection.key.ends[1].address, second, sizeof second);
    tale->connection.key.ends[1].port = 80;
    story_init(&tale->story);
    arena_init(&tale->arena);
    tale->context = (struct connection_context){
        .file = "x.pcap", .story = &tale->story, .why = TRACK_WHY_END, .stamps_ns = 1000};
}

static inline void tale_end(struct tale *tale)
{
    story_release(&tale->story);
    arena_release(&tale->arena);
}

/* Feeds one segment and keeps it. `notes`: enum track_note. */
static inline void tale_segment(struct tale *tale, const struct line *line, unsigned notes)
{
    struct replay_frame frame = {.number = tale->story.count + 1, .has_time = true};
    struct packet packet = {.family = IP_FAMILY_V4};
    struct tracked tracked = {
        .frame = &frame, .packet = &packet, .segment = &tale->script.segment, .notes = notes};
    static const uint8_t data[] = "GET / HTTP/1.1\r\n";

    script_read(&tale->script, line->segment, &tracked.input);
    tracked.input.at = frame.at_ns = tale->script.now = (int64_t)(line->ms * 1e6);
    if (tale->script.segment.payload_total > 0) {
        size_t total = tale->script.segment.payload_total;

        tale->script.segment.payload = data;
        tale->script.segment.payload_length = total < sizeof data ? total : sizeof data;
    }
    follow_segment(&tale->connection.follow, &tracked.input, &tracked.step);
    tale->connection.notes |= notes;
    if (tale->connection.first_frame == 0)
        tale->connection.first_frame = frame.number;
    tale->connection.last_frame = frame.number;
    assert_int_equal(story_add(&tale->story, &tracked), 0);
}

/* An ICMP error from 198.18.0.9 that quotes a segment of end `quoted`. */
static inline void tale_icmp(struct tale *tale, double ms, uint8_t quoted, uint8_t type,
                             uint8_t code)
{
    struct story_segment *segment;
    struct connection *connection = &tale->connection;
    struct tracked tracked = {.segment = &tale->script.segment};
    struct replay_frame frame = {.number = tale->story.count + 1};
    struct address from = {.family = IP_FAMILY_V4, .bytes = {198, 18, 0, 9}};

    /* A row of the story is made, and turned into the error's. */
    tracked.frame = &frame;
    assert_int_equal(story_add(&tale->story, &tracked), 0);
    segment = &tale->story.segments[tale->story.count - 1];
    memset(segment, 0, sizeof *segment);
    segment->is_icmp = true;
    segment->frame = frame.number;
    tale->script.now = segment->input.at = (int64_t)(ms * 1e6);
    segment->input.hop_limit = 63;
    segment->quoted = quoted;
    segment->icmp_type = type;
    segment->icmp_code = code;
    segment->icmp_class = icmp_classify(IP_FAMILY_V4, type, code);
    segment->from = from;
    segment->icmp_seq = connection->follow.ends[quoted].isn;
    segment->icmp_counted =
        follow_icmp(&connection->follow, quoted, segment->icmp_seq, segment->icmp_class);
    connection->icmp_errors++;
    if (segment->icmp_counted) {
        connection->icmp_from = from;
        connection->icmp_type = type;
        connection->icmp_code = code;
        connection->icmp_hop_limit = 63;
    }
}

/* The record, `later` ms behind the last segment. */
static inline void tale_tell(struct tale *tale, double later)
{
    tale->context.end_at = tale->script.now + (int64_t)(later * 1e6);
    assert_int_equal(
        connection_record(&tale->connection, &tale->context, &tale->arena, &tale->record), 0);
}

static inline void tale_run(struct tale *tale, const struct line *lines, size_t count, double later)
{
    tale_begin(tale);
    for (size_t i = 0; i < count; i++)
        tale_segment(tale, &lines[i], 0);
    tale_tell(tale, later);
}
#define tale_play(tale, lines, later) tale_run((tale), (lines), COUNT_OF(lines), (later))

static inline const struct read_segment_record *tale_row(const struct tale *tale, size_t i)
{
    assert_true(i < tale->record.segments.count);
    return (const struct read_segment_record *)tale->record.segments.items + i;
}

static inline const struct read_end_record *tale_client(const struct tale *tale)
{
    return tale->record.client;
}

static inline const struct read_end_record *tale_server(const struct tale *tale)
{
    return tale->record.server;
}

/* "TP-A TP-B": all of them, the worst first; "" for none. */
static inline void tale_finding_ids(const struct tale *tale, char *text, size_t size)
{
    const struct finding_record *rows = tale->record.findings.items;
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < tale->record.findings.count; i++)
        text_append(text, size, &at, "%s%s", i > 0 ? " " : "", rows[i].id);
}

static inline void tale_findings(const struct tale *tale, const char *wanted)
{
    char text[1024];

    tale_finding_ids(tale, text, sizeof text);
    assert_string_equal(text, wanted);
}

static inline const char *tale_finding(const struct tale *tale, const char *id)
{
    const struct finding_record *rows = tale->record.findings.items;

    for (size_t i = 0; i < tale->record.findings.count; i++)
        if (strcmp(rows[i].id, id) == 0)
            return rows[i].text;
    fail_msg("no %s", id);
    return NULL;
}

static inline enum verdict tale_verdict(const char *word)
{
    for (unsigned i = 0; i < VERDICT_COUNT; i++)
        if (strcmp(verdict_word((enum verdict)i), word) == 0)
            return (enum verdict)i;
    fail_msg("no verdict '%s'", word);
    return VERDICT_COUNT;
}

/* NULL equals NULL. */
static inline void tale_text(const char *text, const char *wanted)
{
    if (!wanted)
        assert_null(text);
    else {
        assert_non_null(text);
        assert_string_equal(text, wanted);
    }
}

static inline void tale_number(double value, double wanted)
{
    if (isnan(wanted))
        assert_true(isnan(value));
    else if (!(value > wanted - 1e-6 && value < wanted + 1e-6))
        fail_msg("%g, not %g", value, wanted);
}

#endif
