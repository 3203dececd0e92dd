/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections of captures as people read them: pages, lines, segments alone; against golden files,
 * in every width, in ASCII, with colour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "read_samples.h"
#include "report/connection_text.h"
#include "text_pages.h"

static char *show_pages(struct style style)
{
    struct capture capture;

    capture_begin(&capture);
    for (size_t i = 0; i < READ_SAMPLES; i++) {
        char *text = text_of(&schema_read, read_samples[i].record, style);

        fprintf(capture.stream, "=== %s\n%s", read_samples[i].name, text);
        free(text);
    }
    return capture_end(&capture);
}

/* One of each verdict and ending, and what stretches a column. */
static char *show_lines(struct style style)
{
    struct capture capture;

    capture_begin(&capture);
    connection_heading(&style, capture.stream);
    for (size_t i = 0; i < READ_SAMPLES + 3; i++) {
        struct connection_record record =
            i < READ_SAMPLES ? *read_samples[i].record : *read_samples[0].record;

        record.brief = true;
        if (i == READ_SAMPLES) { /* a plain one */
            record.client = &silent_server;
            record.server = &silent_server;
            record.attempts = 1;
        } else if (i == READ_SAMPLES + 1) {
            record.verdict = "inconclusive";
            record.reason = "the capture ended before an answer could have come";
            record.rtt_ms = record.server_rtt_ms = record.client_rtt_ms = NAN;
        } else if (i == READ_SAMPLES + 2) {
            connection_record_init(&record);
            record.brief = true;
        }
        char *text = text_of(&schema_read, &record, style);

        fputs(text, capture.stream);
        free(text);
    }
    return capture_end(&capture);
}

static struct read_row_record row_of(const struct read_segment_record *segment)
{
    const bool out = strcmp(segment->seen.direction, "out") == 0;

    return (struct read_row_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "read",
        .file = "lab.pcapng",
        .connection = 3,
        .time = "2026-01-02T03:04:05.678901234Z",
        .source = out ? "198.18.0.1" : "198.18.0.2",
        .source_port = out ? 40312 : 80,
        .destination = out ? "198.18.0.2" : "198.18.0.1",
        .destination_port = out ? 80 : 40312,
        .relative_seq = segment->seen.relative_seq,
        .relative_ack = segment->seen.relative_ack,
        .segment = *segment,
    };
}

static char *show_rows(struct style style)
{
    struct capture capture;

    capture_begin(&capture);
    for (size_t i = 0; i < READ_SAMPLES; i++)
        for (size_t n = 0; n < read_samples[i].record->segments.count; n++) {
            const struct read_segment_record *segments = read_samples[i].record->segments.items;
            const struct read_row_record row = row_of(&segments[n]);
            char *text = text_of(&schema_read_row, &row, style);

            fputs(text, capture.stream);
            free(text);
        }
    return capture_end(&capture);
}

static const struct text_page pages[] = {
    {"40", {.width = 40, .utf8 = true}},
    {"60", {.width = 60, .utf8 = true}},
    {"80", {.width = 80, .utf8 = true}},
    {"80-ascii", {.width = 80}},
    {"80-colour", {.width = 80, .utf8 = true, .colour = true}},
    {"80-explain", {.width = 80, .utf8 = true, .explain = true}},
    {"120", {.width = 120, .utf8 = true}},
    {"120-explain-verbose", {.width = 120, .utf8 = true, .explain = true, .verbose = 1}},
};
#define PAGES (sizeof pages / sizeof pages[0])

static void test_golden(void **state)
{
    static const struct {
        const char *name;
        char *(*show)(struct style style);
    } kinds[] = {{"page", show_pages}, {"lines", show_lines}, {"each", show_rows}};

    (void)state;
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++)
        for (size_t page = 0; page < PAGES; page++) {
            char name[64], *text;

            /* Lines look the same with explanations, and segments alone in every width. */
            if (kind > 0 && strstr(pages[page].name, "explain") && !pages[page].style.verbose)
                continue;
            if (kind == 2 && pages[page].style.width != 80 && !pages[page].style.verbose)
                continue;
            text = kinds[kind].show(pages[page].style);
            snprintf(name, sizeof name, "read-%s-%s.txt", kinds[kind].name, pages[page].name);
            golden_check(name, text);
            free(text);
        }
}

/* Everything but the verdict's lines keeps to the width, and no line ends in blanks. */
static void test_width(void **state)
{
    (void)state;
    for (unsigned width = 60; width <= 160; width += 4)
        for (unsigned bits = 0; bits < 8; bits++) {
            const struct style style = {
                .width = width, .utf8 = bits & 1, .explain = bits & 2, .verbose = bits & 4 ? 1 : 0};

            for (size_t i = 0; i < READ_SAMPLES; i++) {
                char *text = text_of(&schema_read, read_samples[i].record, style);
                char *rest = text, *line;

                while ((line = strsep(&rest, "\n"))) {
                    const size_t length = strlen(line);
                    const char *verdict = read_samples[i].record->verdict;

                    assert_true(length == 0 || line[length - 1] != ' ');
                    if (strncmp(line, verdict, strlen(verdict)) == 0)
                        continue;
                    if (style_columns(line) > width)
                        fail_msg("%s at %u: too wide: %s", read_samples[i].name, width, line);
                    for (size_t c = 0; c < length && !style.utf8; c++)
                        assert_true((unsigned char)line[c] < 0x80);
                }
                free(text);
            }
        }
}

static void strip_colour(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++) {
        if (*from == '\033')
            from = strchr(from, 'm');
        else
            *to++ = *from;
    }
    *to = '\0';
}

/* Colour says nothing that the text without it does not say, and ends with the line. */
static void test_colour(void **state)
{
    static char *(*const shows[])(struct style style) = {show_pages, show_lines, show_rows};

    (void)state;
    for (size_t i = 0; i < sizeof shows / sizeof shows[0]; i++) {
        char *plain = shows[i]((struct style){.width = 80, .utf8 = true});
        char *coloured = shows[i]((struct style){.width = 80, .utf8 = true, .colour = true});
        bool on = false;

        for (const char *at = coloured; *at; at++) {
            if (*at == '\033')
                on = strncmp(at, "\033[0m", 4) != 0;
            if (*at == '\n')
                assert_false(on);
        }
        assert_non_null(strchr(coloured, '\033'));
        strip_colour(coloured);
        assert_string_equal(coloured, plain);
        free(plain);
        free(coloured);
    }
}

/* A line a connection, whatever happened, and as many as there are. */
static void test_one_line(void **state)
{
    (void)state;
    for (unsigned width = 40; width <= 200; width += 20)
        for (size_t i = 0; i < READ_SAMPLES; i++) {
            struct connection_record record = *read_samples[i].record;
            char *text;
            size_t lines = 0;

            record.brief = true;
            text = text_of(&schema_read, &record, (struct style){.width = width});
            for (const char *at = text; (at = strchr(at, '\n')); at++)
                lines++;
            assert_int_equal(lines, record.unmet ? 2 : 1);
            free(text);
        }
}

/* The columns of the heading are those of the lines. */
static void test_heading(void **state)
{
    static const struct {
        const char *head, *value;
        bool right;
    } columns[] = {
        {"client", "198.18.0.1:40312", false},
        {"server", "198.18.0.2:80", false},
        {"verdict", "open", false},
        {"RTT", "25.3 ms", true},
        {"segs", " 15", true},
        {"sent", " 18", true},
        {"received", "4664", true},
        {"lasted", "1.34 s", true},
        {"end, and", "closed", false},
        {"began (UTC)", "03:04:05.678", false},
    };

    (void)state;
    struct connection_record record = read_whole;
    record.brief = true;
    for (unsigned width = 80; width <= 160; width += 40) {
        const struct style style = {.width = width};
        struct capture capture;
        char *line = text_of(&schema_read, &record, style), *heading;

        capture_begin(&capture);
        connection_heading(&style, capture.stream);
        heading = capture_end(&capture);
        for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
            const char *head = strstr(heading, columns[i].head), *value;

            if ((width == 80 && i >= 4 && i < 8) || (width < 160 && i == 9)) {
                assert_null(head);
                continue;
            }
            assert_non_null(head);
            value = strstr(line, columns[i].value);
            assert_non_null(value);
            assert_int_equal(
                (size_t)(head - heading) + (columns[i].right ? strlen(columns[i].head) : 0),
                (size_t)(value - line) + (columns[i].right ? strlen(columns[i].value) : 0));
        }
        free(heading);
        free(line);
    }
}

/* Connections between the same ends are told apart by what is around them. */
static void test_around(void **state)
{
    struct connection_record record = read_whole;

    (void)state;
    record.brief = true;
    record.vlan = "100.5";
    record.tunnel = "GRE 198.18.9.1 > 198.18.9.2";
    char *line = text_of(&schema_read, &record, (struct style){.width = 80});
    assert_non_null(strstr(line, "closed; VLAN 100.5, tunnel GRE 198.18.9.1 > 198.18.9.2, SYNs 2"));
    free(line);
}

/* What a peer or a file may put into a record does not reach the terminal. */
static void test_hostile(void **state)
{
    static const char evil[] = "a\033[31mb\nc\302\233d\377";
    struct read_segment_record segment = whole_segments[7];
    struct finding_record finding = {.id = evil, .severity = "high", .text = evil};
    struct read_end_record end = whole_client;
    struct connection_record record = read_whole;
    const struct style style = {.width = 80, .utf8 = true, .explain = true, .verbose = 1};

    (void)state;
    segment.seen.note = segment.seen.options = segment.seen.payload = segment.events = segment.has =
        segment.lacks = segment.twice = segment.why = segment.reference = segment.state_doubt =
            segment.checksum = segment.seen.state = evil;
    end.state = end.backoff = end.syn_gaps_ms = evil;
    record.client = &end;
    record.segments = (struct record_list){&segment, 1};
    record.findings = (struct record_list){&finding, 1};
    record.reason = record.file = record.interface = record.vlan = record.tunnel = record.source =
        record.address = record.ending = record.from = record.server_rtt_source =
            record.client_rtt_source = record.steps_end = record.verdict = record.unmet = evil;
    for (int kind = 0; kind < 3; kind++) {
        struct read_row_record row = row_of(&segment);

        row.source = row.destination = row.time = evil;
        record.brief = kind == 1;
        char *text = kind == 2 ? text_of(&schema_read_row, &row, style)
                               : text_of(&schema_read, &record, style);

        assert_null(strchr(text, '\033'));
        assert_null(strstr(text, "\302\233"));
        assert_null(strchr(text, '\377'));
        assert_non_null(strstr(text, "a?[31mb?c?d?"));
        free(text);
    }
}

/* A state in doubt is marked wherever it stands, and the mark is explained once. */
static void test_doubts(void **state)
{
    (void)state;
    char *text = text_of(&schema_read, &read_late, (struct style){.width = 300});
    const char *line = strstr(text, "STATE?: that state at least: ");

    assert_non_null(strstr(text, "ESTABLISHED?"));
    assert_non_null(line);
    assert_null(strstr(line + 1, "STATE?"));
    assert_non_null(strstr(line, "the capture began in the middle of the connection; a reset came "
                                 "that this end may have believed or not\n"));
    assert_non_null(strstr(line, "\n  ?: not known: the other direction is not in the capture\n"));
    free(text);
    text = text_of(&schema_read, &read_whole, (struct style){.width = 300});
    assert_null(strstr(text, "STATE?"));
    free(text);
}

/* Of very many segments the middle is left out, unless -v; what was not kept is counted. */
static void test_many(void **state)
{
    struct read_segment_record segments[200];
    struct connection_record record = read_whole;

    (void)state;
    for (size_t i = 0; i < 200; i++) {
        segments[i] = whole_segments[3];
        segments[i].seen.t_ms = (double)i;
    }
    record.segments = (struct record_list){segments, 200};
    record.steps = (struct record_list){NULL, 0};
    record.segments_left_out = 17;
    char *text = text_of(&schema_read, &record, (struct style){.width = 80});
    assert_non_null(strstr(text, "... 140 segments (-v shows all) ..."));
    assert_non_null(strstr(text, "17 more segments were counted, and not kept\n"));
    free(text);
    text = text_of(&schema_read, &record, (struct style){.width = 80, .verbose = 1});
    assert_null(strstr(text, "shows all"));
    free(text);
}

/* Ranges are told by their first and last byte; what is none, as it is. */
static void test_ranges(void **state)
{
    static const struct {
        const char *has, *lacks, *twice, *said;
    } rows[] = {
        {"1461-2921,4381-5841", "1-1461,2921-4381", NULL,
         "has bytes 1461-2920, 4381-5840; lacks 1-1460, 2921-4380"},
        {"5-6", "0-5", NULL, "has bytes 5; lacks 0-4"},
        {NULL, NULL, "1-1461", "twice 1-1460"},
        {"7-7,9", "-3,x", NULL, "has bytes 7-7, 9; lacks -3, x"},
        {"4294967290-4294967296", NULL, NULL, "has bytes 4294967290-4294967295"},
    };
    struct read_segment_record segment = whole_segments[7];
    struct connection_record record = read_whole;

    (void)state;
    record.segments = (struct record_list){&segment, 1};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        segment.has = rows[i].has;
        segment.lacks = rows[i].lacks;
        segment.twice = rows[i].twice;
        char *text = text_of(&schema_read, &record, (struct style){.width = 200});
        if (!strstr(text, rows[i].said))
            fail_msg("%zu: no '%s' in %s", i, rows[i].said, text);
        free(text);
    }
}

/* That 2 MSL have passed is a step, but no capture shows it. */
static void test_waiting(void **state)
{
    struct step_record steps[7];
    struct connection_record record = read_whole;

    (void)state;
    memcpy(steps, whole_steps, sizeof whole_steps);
    steps[6] = (struct step_record){.t_ms = 1342.6,
                                    .from = "TIME-WAIT",
                                    .event = "TIMER_2MSL",
                                    .to = "CLOSED",
                                    .why = "2 MSL have passed",
                                    .segment = NONE};
    record.steps = (struct record_list){steps, 7};
    for (int explain = 0; explain < 2; explain++) {
        const struct style style = {.width = 100, .explain = explain > 0};
        char *text = text_of(&schema_read, &record, style);
        char *expected = text_of(&schema_read, &read_whole, style);

        assert_string_equal(text, expected);
        free(expected);
        free(text);
    }
}

/* Where a state is not known at all the page says why, and not that it is one at least. */
static void test_unknown(void **state)
{
    struct read_segment_record segment = whole_segments[0];
    struct connection_record record = read_whole;

    (void)state;
    segment.seen.server_state = "?";
    segment.server_state_doubt = "unanswered";
    record.segments = (struct record_list){&segment, 1};
    char *text = text_of(&schema_read, &record, (struct style){.width = 100});
    assert_non_null(strstr(text, "\n  ?: not known: nothing has come from this end yet\n"));
    assert_null(strstr(text, "STATE?"));
    free(text);
}

/* An ICMP error about what the server sent goes to the server. */
static void test_icmp(void **state)
{
    struct read_segment_record segment = barred_segments[1];
    struct connection_record record = read_barred;

    (void)state;
    record.segments = (struct record_list){&segment, 1};
    char *text = text_of(&schema_read, &record, (struct style){.width = 80});
    assert_non_null(strstr(text, "|<.........."));
    assert_non_null(strstr(text, "... ICMP ...*"));
    free(text);
    segment.seen.direction = "out";
    text = text_of(&schema_read, &record, (struct style){.width = 80});
    assert_non_null(strstr(text, "|... ICMP ....."));
    assert_non_null(strstr(text, ".....>|"));
    free(text);
}

/* With explanations every lesson is told, and of the steps time-outs alone. */
static void test_lessons(void **state)
{
    (void)state;
    char *text = text_of(&schema_read, &read_whole, (struct style){.width = 1000, .explain = true});

    for (size_t i = 0; i < sizeof whole_segments / sizeof whole_segments[0]; i++)
        if (whole_segments[i].why)
            assert_non_null(strstr(text, whole_segments[i].why));
    assert_non_null(strstr(text, "TIMER_RESEND"));
    assert_null(strstr(text, "RX_SYN_ACK"));
    assert_null(strstr(text, "USER_CLOSE"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),  cmocka_unit_test(test_width),
        cmocka_unit_test(test_colour),  cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_heading), cmocka_unit_test(test_around),
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_doubts),
        cmocka_unit_test(test_many),    cmocka_unit_test(test_lessons),
        cmocka_unit_test(test_unknown), cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_ranges),  cmocka_unit_test(test_icmp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
