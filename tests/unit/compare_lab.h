/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairs of captures made from tables of segments: what passed, and what a box did to it. */
#ifndef TESTS_UNIT_COMPARE_LAB_H
#define TESTS_UNIT_COMPARE_LAB_H

#include "follow_script.h"

#include "probe/track/compare.h"

#define LAB_CAUGHT 8

/* Where a connection is captured. Clock: what its stamps are ahead, in ms. */
struct view {
    const char *ends[2]; /* client, server: "198.18.0.1:40000"; by default those of lab_side() */
    uint32_t base[2];    /* sequence numbers that 0 stands for */
    double clock;
    uint8_t dscp;
    bool no_df, no_time;
    uint64_t number;
};

/* A record's texts die with its call: what tests look at is kept. */
struct caught {
    struct compare_record record;
    struct difference_record differences[64];
    struct finding_record findings[32];
};

struct compare_lab {
    struct compare *compare;
    struct arena arena, kept;
    struct caught caught[LAB_CAUGHT];
    size_t count;
};

static inline void lab_begin(struct compare_lab *lab)
{
    memset(lab, 0, sizeof *lab);
    lab->compare = compare_new("a.pcap", "b.pcap");
    assert_non_null(lab->compare);
    arena_init(&lab->arena);
    arena_init(&lab->kept);
}

static inline void lab_end(struct compare_lab *lab)
{
    compare_free(lab->compare);
    arena_release(&lab->arena);
    arena_release(&lab->kept);
}

static inline void lab_address(const char *text, struct track_end *end, uint8_t *ret_family)
{
    struct address address;
    char copy[80];

    snprintf(copy, sizeof copy, "%s", text);
    char *colon = strrchr(copy, ':');

    assert_non_null(colon);
    *colon = '\0';
    assert_int_equal(address_read(copy, &address), 0);
    memcpy(end->address, address.bytes, sizeof end->address);
    end->port = (uint16_t)atoi(colon + 1);
    *ret_family = (uint8_t)address.family;
}

/* The data of a stream: each byte follows from its place, but where `spoilt` says otherwise. */
static inline void lab_sample(const struct line *line, const struct segment *segment, uint32_t base,
                              uint8_t *sample, size_t length)
{
    bool spoilt = line->events && strcmp(line->events, "spoilt") == 0;

    for (size_t i = 0; i < length; i++)
        sample[i] = (uint8_t)('A' + (segment->seq - base + i) % 23);
    if (spoilt && length > 2)
        sample[2] = '!';
}

/* One connection of capture 0 or 1; `later` ms behind its last segment the capture ends. In
 * `events` of a line: NULL, or "spoilt": a byte of its data is another one. */
static inline void lab_side(struct compare_lab *lab, unsigned capture, const struct view *view,
                            const struct line *lines, size_t count, double later)
{
    static const uint8_t data_room[STORY_PAYLOAD];
    struct connection connection;
    struct story story;
    struct script script;
    uint8_t sample[STORY_PAYLOAD];

    memset(&connection, 0, sizeof connection);
    script_begin(&script, view->base[0], view->base[1]);
    follow_init(&connection.follow);
    connection.number = view->number ? view->number : 1;
    lab_address(view->ends[0] ? view->ends[0] : "198.18.0.1:40000", &connection.key.ends[0],
                &connection.key.family);
    lab_address(view->ends[1] ? view->ends[1] : "198.18.0.2:80", &connection.key.ends[1],
                &connection.key.family);
    connection.notes = view->no_time ? TRACK_NOTE_NO_TIME : 0;
    story_init(&story);
    for (size_t i = 0; i < count; i++) {
        struct replay_frame frame = {.number = i + 1, .has_time = true};
        struct packet packet = {.family = (enum ip_family)connection.key.family,
                                .dont_fragment = !view->no_df};
        struct tracked tracked = {.frame = &frame, .packet = &packet, .segment = &script.segment};

        script_read(&script, lines[i].segment, &tracked.input);
        packet.traffic_class = (uint8_t)(view->dscp << 2 | script.segment.ecn);
        tracked.input.at = script.now =
            view->no_time ? 0 : (int64_t)((lines[i].ms + view->clock) * 1e6);
        script.segment.payload = data_room;
        if (script.segment.payload_total > 0) {
            size_t total = script.segment.payload_total;

            script.segment.payload_length = total < sizeof sample ? total : sizeof sample;
            lab_sample(&lines[i], &script.segment, script.base[tracked.input.from], sample,
                       script.segment.payload_length);
            script.segment.payload = sample;
        }
        follow_segment(&connection.follow, &tracked.input, &tracked.step);
        assert_int_equal(story_add(&story, &tracked), 0);
    }
    struct compare_side side = {
        .connection = &connection, .story = &story, .end_at = script.now + (int64_t)(later * 1e6)};

    assert_int_equal(compare_add(lab->compare, capture, &side), 0);
    story_release(&story);
}
#define lab_lines(lab, capture, view, lines)                                                       \
    lab_side((lab), (capture), (view), (lines), COUNT_OF(lines), 0)

static inline const char *lab_keep(struct compare_lab *lab, const char *text)
{
    return text ? arena_copy(&lab->kept, text) : NULL;
}

static inline int lab_take(void *data, const struct compare_record *record)
{
    struct compare_lab *lab = data;
    struct caught *caught = &lab->caught[lab->count++];
    const struct difference_record *rows = record->differences.items;
    const struct finding_record *findings = record->findings.items;

    assert_true(lab->count <= LAB_CAUGHT);
    assert_true(record->differences.count <= COUNT_OF(caught->differences));
    assert_true(record->findings.count <= COUNT_OF(caught->findings));
    assert_non_null(record->reason);
    caught->record = *record;
    caught->record.reason = lab_keep(lab, record->reason);
    caught->record.client_b = lab_keep(lab, record->client_b);
    caught->record.target = lab_keep(lab, record->target);
    for (size_t i = 0; i < record->differences.count; i++)
        caught->differences[i] = (struct difference_record){
            rows[i].place, lab_keep(lab, rows[i].what), lab_keep(lab, rows[i].a),
            lab_keep(lab, rows[i].b), lab_keep(lab, rows[i].meaning)};
    for (size_t i = 0; i < record->findings.count; i++)
        caught->findings[i] = (struct finding_record){findings[i].id, findings[i].severity,
                                                      lab_keep(lab, findings[i].text)};
    return 0;
}

static inline void lab_run(struct compare_lab *lab)
{
    assert_int_equal(compare_run(lab->compare, lab_take, lab, &lab->arena), 0);
}

static inline const struct difference_record *lab_difference(const struct caught *caught,
                                                             const char *place, const char *what)
{
    for (size_t i = 0; i < caught->record.differences.count; i++)
        if (strcmp(caught->differences[i].place, place) == 0 &&
            strcmp(caught->differences[i].what, what) == 0)
            return &caught->differences[i];
    return NULL;
}

/* All of it as one text, for messages. */
static inline void lab_print(const struct caught *caught)
{
    const struct compare_record *record = &caught->record;

    print_message("%s by %s: %s\n", record->verdict, record->matched_by ? record->matched_by : "-",
                  record->reason);
    for (size_t i = 0; i < record->differences.count; i++)
        print_message("  %s %s: %s | %s | %s\n", caught->differences[i].place,
                      caught->differences[i].what,
                      caught->differences[i].a ? caught->differences[i].a : "-",
                      caught->differences[i].b ? caught->differences[i].b : "-",
                      caught->differences[i].meaning);
    for (size_t i = 0; i < record->findings.count; i++)
        print_message("  %s %s\n", caught->findings[i].id, caught->findings[i].text);
}

/* "place what: a | b", NULL for absent shown as "-". */
static inline void lab_wants(const struct caught *caught, const char *place, const char *what,
                             const char *a, const char *b)
{
    const struct difference_record *row = lab_difference(caught, place, what);

    if (!row || strcmp(row->a ? row->a : "-", a) != 0 || strcmp(row->b ? row->b : "-", b) != 0) {
        lab_print(caught);
        fail_msg("no row '%s %s: %s | %s'", place, what, a, b);
    }
}

static inline bool lab_found(const struct caught *caught, const char *id)
{
    for (size_t i = 0; i < caught->record.findings.count; i++)
        if (strcmp(caught->findings[i].id, id) == 0)
            return true;
    return false;
}

/* The verdict, and exactly these findings, comma-separated, the worst first. */
static inline void lab_verdict(const struct caught *caught, const char *verdict,
                               const char *findings)
{
    char text[1024] = "";

    for (size_t i = 0; i < caught->record.findings.count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? "," : "",
                 caught->findings[i].id + strlen("TP-CMP-"));
    if (strcmp(caught->record.verdict, verdict) != 0 || strcmp(text, findings) != 0) {
        lab_print(caught);
        fail_msg("%s with '%s', not %s with '%s'", caught->record.verdict, text, verdict, findings);
    }
}

#endif
