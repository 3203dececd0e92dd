/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ladder and the page around it: against golden files, in every width, in ASCII, and with
 * colour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "report/handshake_text.h"
#include "report/ladder.h"
#include "report_samples.h"

static char *show(const struct handshake_record *record, struct style style)
{
    struct capture capture;
    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = FORMAT_TEXT, .style = style};
    handshake_show(record, &output.style, &output);
    return capture_end(&capture);
}

static void test_golden(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct style style;
    } pages[] = {
        {"60", {.width = 60, .utf8 = true}},
        {"80", {.width = 80, .utf8 = true}},
        {"120", {.width = 120, .utf8 = true}},
        {"80-ascii", {.width = 80}},
        {"80-explain", {.width = 80, .utf8 = true, .explain = true}},
        {"120-explain-verbose", {.width = 120, .utf8 = true, .explain = true, .verbose = 1}},
        {"80-colour", {.width = 80, .utf8 = true, .colour = true}},
    };
    for (size_t page = 0; page < sizeof pages / sizeof pages[0]; page++) {
        struct capture capture;
        capture_begin(&capture);
        for (size_t i = 0; i < SAMPLE_COUNT; i++) {
            char *text = show(samples[i].record, pages[page].style);
            fprintf(capture.stream, "=== %s\n%s", samples[i].name, text);
            free(text);
        }
        char name[64], *text = capture_end(&capture);
        snprintf(name, sizeof name, "handshake-%s.txt", pages[page].name);
        golden_check(name, text);
        free(text);
    }
}

/* No line but the verdict, with what was not met below it, is wider than the page; none ends in a blank, or (in ASCII)
 * holds another character. */
static void check_lines(const char *text, const struct style *style, const char *name)
{
    while (*text) {
        char line[2048];
        size_t length = strcspn(text, "\n");
        assert_true(length < sizeof line && text[length] == '\n');
        memcpy(line, text, length);
        line[length] = '\0';
        /* On a very narrow page a single word, such as an address, may be wider than the page. */
        const char *next = text + length + 1;
        bool verdict = *next == '\0' || strncmp(next, "not met: ", 9) == 0;
        if (style->width >= 60 && style_columns(line) > style->width && !verdict)
            fail_msg("%s at %u columns: %zu columns in: %s", name, style->width,
                     style_columns(line), line);
        for (size_t i = 0; i < length && !style->utf8; i++)
            assert_true((unsigned char)line[i] < 0x80);
        bool data = strncmp(line, "  | ", 4) == 0 ||
                    strncmp(line, "  │ ", 6) == 0; /* received: as it came */
        if (length > 0 && line[length - 1] == ' ' && !data)
            fail_msg("%s at %u columns ends in a blank: '%s'", name, style->width, line);
        text += length + 1;
    }
}

static void test_every_width(void **state)
{
    (void)state;
    for (unsigned width = 40; width <= 200; width++)
        for (unsigned bits = 0; bits < 8; bits++)
            for (size_t i = 0; i < SAMPLE_COUNT; i++) {
                struct style style = {.width = width,
                                      .utf8 = bits & 1,
                                      .explain = bits & 2,
                                      .verbose = bits & 4 ? 1 : 0};
                char *text = show(samples[i].record, style);
                check_lines(text, &style, samples[i].name);
                free(text);
            }
}

/* Colour adds sequences and nothing else. */
static void test_colour_is_an_addition(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        struct style style = {.width = 80, .utf8 = true, .explain = true};
        char *plain = show(samples[i].record, style);
        style.colour = true;
        char *coloured = show(samples[i].record, style);
        assert_non_null(strstr(coloured, "\033["));
        char *to = coloured;
        for (const char *from = coloured; *from; from++) {
            if (*from == '\033')
                from = strchr(from, 'm');
            else
                *to++ = *from;
        }
        *to = '\0';
        assert_string_equal(coloured, plain);
        free(plain);
        free(coloured);
    }
}

/* Every line that has a sequence of colour also switches it off again. */
static void test_colour_ends_with_the_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        char *text =
            show(samples[i].record,
                 (struct style){.width = 70, .colour = true, .explain = true, .verbose = 1});
        bool on = false;
        for (const char *at = text; *at; at++) {
            if (*at == '\033')
                on = strncmp(at, "\033[0m", 4) != 0;
            if (*at == '\n')
                assert_false(on);
        }
        free(text);
    }
}

/* Peers and records are not trusted to hold clean text. */
static void test_hostile_text(void **state)
{
    (void)state;
    struct segment_record segment = open_segments[0];
    segment.note = "\033[31mred\033[0m \xff\xfe \xc2\x9b";
    segment.options = "raw:\x1b]0;title\x07";
    struct handshake_record record = sample_open;
    record.segments = (struct record_list){&segment, 1};
    record.reason = "line\nbreak \xc3";
    record.target = "\033[2J";
    char *text = show(&record, (struct style){.width = 80, .utf8 = true});
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\x07'));
    assert_null(strstr(text, "\xc2\x9b"));
    assert_null(strstr(text, "\xff"));
    free(text);
}

/* What became of a copy that was not answered, as far as the record knows. */
static void test_lost_copies(void **state)
{
    (void)state;
    static const struct {
        int64_t answered, forward, reverse;
        const char *first, *second; /* the arrows of the first two SYNs */
    } rows[] = {
        {2, 1, 0, "-X lost on the way |", "--- SYN  copy 2 ---"},
        {2, 0, 1, "--- SYN  its answer was lost ", "--- SYN  copy 2 ---"},
        {2, NONE, NONE, "-X no answer", "--- SYN  copy 2 ---"},
        {3, 1, 1, "-X no answer", "-X copy 2, no answer |"},
        {1, 0, 0, "--- SYN --------------------------", "--- SYN  copy 2 ---"},
        {NONE, NONE, NONE, "--- SYN --------------------------", "--- SYN  copy 2 ---"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct handshake_record record = sample_retry;
        record.answered_attempt = rows[i].answered;
        record.lost_forward = rows[i].forward;
        record.lost_reverse = rows[i].reverse;
        char *text = show(&record, (struct style){.width = 82});
        const char *first = strstr(text, "0.000000 "), *second = strstr(text, "1.000104 ");
        assert_non_null(first);
        assert_non_null(second);
        *strchr(first, '\n') = '\0';
        *strchr(second, '\n') = '\0';
        if (!strstr(first, rows[i].first))
            fail_msg("%zu: %s", i, first);
        if (!strstr(second, rows[i].second))
            fail_msg("%zu: %s", i, second);
        free(text);
    }
}

static void test_many_segments(void **state)
{
    (void)state;
    struct segment_record segments[500];
    for (size_t i = 0; i < 500; i++) {
        segments[i] = open_segments[2];
        segments[i].t_ms = (double)i;
        segments[i].options = "";
    }
    struct handshake_record record = sample_open;
    record.segments = (struct record_list){segments, 500};
    record.steps = (struct record_list){NULL, 0};
    struct style style = {.width = 80};
    char *text = show(&record, style);
    assert_non_null(strstr(text, "... 440 segments (-v shows all) ..."));
    assert_non_null(strstr(text, "39.000"));
    assert_null(strstr(text, " 40.000"));
    assert_null(strstr(text, "479.000"));
    assert_non_null(strstr(text, "480.000"));
    free(text);
    style.verbose = 1;
    text = show(&record, style);
    assert_non_null(strstr(text, "479.000"));
    free(text);
}

/* Of a capture a step may be known only long after its segment: what came between stays in order.
 */
static void tell_nothing(const void *segment, const struct style *style,
                         struct ladder_more *ret_more)
{
    (void)segment, (void)style, (void)ret_more;
}

static void test_late_step(void **state)
{
    (void)state;
    struct segment_record segments[3];
    for (size_t i = 0; i < 3; i++) {
        segments[i] = open_segments[2];
        segments[i].t_ms = (double)(i * 1000);
    }
    const struct step_record steps[] = {
        {.t_ms = 1500,
         .from = "ESTABLISHED",
         .event = "TIMER_RESEND",
         .to = "ESTABLISHED",
         .effects = "RESEND",
         .why = "no acknowledgment in time",
         .reference = "RFC 6298 5.4",
         .segment = NONE},
        {.t_ms = 2000,
         .from = "ESTABLISHED",
         .event = "RX_DATA",
         .to = "ESTABLISHED",
         .effects = "ACK",
         .why = "data in order",
         .reference = "3.10.7.4",
         .segment = 0},
    };
    const struct ladder_case told = {
        .segments = segments,
        .segment_count = 3,
        .stride = sizeof segments[0],
        .steps = steps,
        .step_count = 2,
        .client = "198.18.0.1",
        .server = "198.18.0.2",
        .client_port = 1,
        .server_port = 2,
        .answered_attempt = NONE,
        .lost_forward = NONE,
        .lost_reverse = NONE,
        .more = tell_nothing,
    };
    struct capture capture;
    capture_begin(&capture);
    ladder_show(&told, &(struct style){.width = 80, .explain = true}, capture.stream);
    char *text = capture_end(&capture);
    const char *second = strstr(text, "\n1000.000 "), *timer = strstr(text, "TIMER_RESEND");
    const char *third = strstr(text, "\n2000.000 ");
    assert_true(second && timer && third && second < timer && timer < third);
    free(text);
}

/* All flags and many bytes at once: the lifelines stay straight. */
static void test_long_label(void **state)
{
    (void)state;
    struct segment_record segment = data_segments[2];
    segment.flags = "FIN,SYN,RST,PSH,ACK,URG,ECE,CWR,AE,R9,R10,R11";
    segment.length = 65495;
    struct handshake_record record = sample_data;
    record.segments = (struct record_list){&segment, 1};
    for (unsigned out = 0; out < 2; out++) {
        segment.direction = out ? "out" : "in";
        for (unsigned width = 40; width <= 130; width++) {
            struct style style = {.width = width};
            char *text = show(&record, style);
            check_lines(text, &style, "long label");
            /* In each line of the diagram the right lifeline stands where it stands in the first.
             */
            const char *line = strstr(text, "\n18.450 ") + 1;
            for (size_t column = 0; *line == ' ' || *line == '1'; line = strchr(line, '\n') + 1) {
                const char *left = strpbrk(line, "|+");
                if (!left)
                    break;
                const char *right = strpbrk(left + 1, "|+");
                assert_non_null(right);
                if (column > 0)
                    assert_int_equal(right - line, column);
                column = (size_t)(right - line);
            }
            assert_non_null(strstr(text, "65495"));
            free(text);
        }
    }
}

/* On the narrowest page the longest words about the server are all there. */
static void test_narrow_states(void **state)
{
    (void)state;
    struct segment_record segment = open_segments[5];
    segment.server_state = "LAST-ACK, TIME-WAIT or CLOSED";
    struct handshake_record record = sample_open;
    record.segments = (struct record_list){&segment, 1};
    for (unsigned width = 40; width < 76; width++) {
        char *text = show(&record, (struct style){.width = width});
        assert_non_null(strstr(text, "LAST-ACK, TIME-WAIT"));
        assert_non_null(strstr(text, "CLOSED +\n"));
        free(text);
    }
}

static void test_time_unit(void **state)
{
    (void)state;
    char *text = show(&sample_open, (struct style){.width = 80});
    assert_non_null(strstr(text, "      ms "));
    assert_non_null(strstr(text, "\n   0.038 "));
    free(text);
    text = show(&sample_retry, (struct style){.width = 80});
    assert_non_null(strstr(text, "\n12.345679 "));
    assert_non_null(strstr(text, " 1.000104 "));
    free(text);
    /* Absurd times are shown somehow. */
    struct segment_record segment = open_segments[0];
    struct handshake_record record = sample_open;
    record.segments = (struct record_list){&segment, 1};
    segment.t_ms = -1e300;
    for (unsigned width = 40; width <= 120; width += 40)
        free(show(&record, (struct style){.width = width}));
    segment.t_ms = 1e300;
    for (unsigned width = 40; width <= 120; width += 40)
        free(show(&record, (struct style){.width = width}));
    segment.t_ms = 86400e3;
    text = show(&record, (struct style){.width = 80});
    assert_non_null(strstr(text, "\n86400.000000 "));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_every_width),
        cmocka_unit_test(test_colour_is_an_addition),
        cmocka_unit_test(test_colour_ends_with_the_line),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_lost_copies),
        cmocka_unit_test(test_many_segments),
        cmocka_unit_test(test_late_step),
        cmocka_unit_test(test_long_label),
        cmocka_unit_test(test_narrow_states),
        cmocka_unit_test(test_time_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
