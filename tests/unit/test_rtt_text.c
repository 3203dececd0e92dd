/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series of round trips as people read them: against golden files, in every width, in ASCII, with
 * colour; and fping's line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "report/rtt_parts.h"
#include "report/rtt_text.h"
#include "rtt_samples.h"

static char *show(const struct schema *schema, const void *records, size_t count,
                  struct style style)
{
    struct capture capture;
    struct fault fault = {0};
    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = FORMAT_TEXT, .style = style};
    for (size_t i = 0; i < count; i++)
        assert_int_equal(
            output_record(&output, schema, (const char *)records + i * schema->size, &fault), 0);
    return capture_end(&capture);
}

static char *show_series(const struct rtt_record *record, bool alone, struct style style)
{
    struct rtt_record copy = *record;
    copy.alone = alone;
    return show(&schema_rtt, &copy, 1, style);
}

static const struct page {
    const char *name;
    struct style style;
} pages[] = {
    {"40", {.width = 40, .utf8 = true}},
    {"60", {.width = 60, .utf8 = true}},
    {"80", {.width = 80, .utf8 = true}},
    {"120", {.width = 120, .utf8 = true}},
    {"80-ascii", {.width = 80}},
    {"80-colour", {.width = 80, .utf8 = true, .colour = true}},
    {"120-explain-verbose", {.width = 120, .utf8 = true, .explain = true, .verbose = 1}},
};
#define PAGE_COUNT (sizeof pages / sizeof pages[0])

static void test_golden(void **state)
{
    (void)state;
    for (size_t page = 0; page < PAGE_COUNT; page++) {
        struct capture capture;
        capture_begin(&capture);
        char *text = show(&schema_rtt_probe, sample_probes, PROBE_COUNT, pages[page].style);
        fprintf(capture.stream, "=== probes\n%s", text);
        free(text);
        for (size_t i = 0; i < SERIES_COUNT; i++) {
            text = show_series(series_samples[i].record, true, pages[page].style);
            fprintf(capture.stream, "=== %s\n%s", series_samples[i].name, text);
            free(text);
        }
        /* Several targets. */
        struct rtt_record several[SERIES_COUNT];
        for (size_t i = 0; i < SERIES_COUNT; i++) {
            several[i] = *series_samples[i].record;
            several[i].alone = false;
        }
        text = show(&schema_rtt, several, SERIES_COUNT, pages[page].style);
        fprintf(capture.stream, "=== several\n%s", text);
        free(text);
        char name[64];
        text = capture_end(&capture);
        snprintf(name, sizeof name, "rtt-%s.txt", pages[page].name);
        golden_check(name, text);
        free(text);
    }
}

static void test_many_flows(void **state)
{
    (void)state;
    struct rtt_record record = series_many_flows();
    struct style style = {.width = 80, .utf8 = true};
    char *text = show_series(&record, true, style);
    golden_check("rtt-80-many-flows.txt", text);
    free(text);
    /* -v shows each of them. */
    style = (struct style){.width = 120, .verbose = 1};
    text = show_series(&record, true, style);
    size_t rows = 0;
    for (const char *at = strstr(text, "port "); (at = strstr(at, "\n  40")); at++)
        rows++;
    assert_int_equal(rows, MANY_FLOWS);
    assert_null(strstr(text, "good flows"));
    free(text);
}

/* Flows of which nothing can be said are not called good. */
static void test_unknown_flows(void **state)
{
    (void)state;
    struct rtt_record record = series_many_flows();
    for (size_t i = 0; i < 200; i++) {
        many_flows[i].verdict = "unknown";
        many_flows[i].sent = many_flows[i].lost = 0;
    }
    char *text = show_series(&record, true, (struct style){.width = 100});
    assert_non_null(strstr(text, "... 290 more flows: lost 1 of 1800, 200 without a verdict"));
    free(text);
}

/* The bad ones come first, whatever their ports. */
static void test_bad_flows_first(void **state)
{
    (void)state;
    char *text = show_series(&series_eight_flows, true, (struct style){.width = 120});
    static const char *const order[] = {"40002", "40007", "40005", "40000", "40001", "40006"};
    const char *at = strstr(text, "port ");
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        assert_non_null(at);
        at = strstr(at, order[i]);
    }
    assert_non_null(at);
    free(text);
}

/* Lines that are never broken: a verdict, what was not met. */
static bool is_whole(const char *line)
{
    while (*line == ' ')
        line++;
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        const char *word = verdict_word((enum verdict)i);
        if (strncmp(line, word, strlen(word)) == 0 && line[strlen(word)] == ':')
            return true;
    }
    return strncmp(line, "not met:", 8) == 0;
}

static void check_lines(const char *text, const struct style *style, bool whole)
{
    while (*text) {
        char line[2048];
        size_t length = strcspn(text, "\n");
        assert_true(length < sizeof line && text[length] == '\n');
        memcpy(line, text, length);
        line[length] = '\0';
        if (style->width >= 60 && !whole && !is_whole(line) && style_columns(line) > style->width)
            fail_msg("%zu of %u columns: %s", style_columns(line), style->width, line);
        for (size_t i = 0; i < length && !style->utf8; i++)
            assert_true((unsigned char)line[i] < 0x80);
        if (length > 0 && line[length - 1] == ' ')
            fail_msg("at %u columns ends in a blank: '%s'", style->width, line);
        if (strstr(line, "nan") || strstr(line, "-9223372036854775808"))
            fail_msg("a number that does not exist: %s", line);
        text += length + 1;
    }
}

static void test_every_width(void **state)
{
    (void)state;
    struct rtt_record many = series_many_flows();
    for (unsigned width = 40; width <= 160; width++)
        for (unsigned bits = 0; bits < 8; bits++) {
            struct style style = {.width = width, .utf8 = bits & 1, .verbose = bits & 2 ? 1 : 0};
            for (size_t i = 0; i <= SERIES_COUNT; i++) {
                char *text = show_series(i < SERIES_COUNT ? series_samples[i].record : &many,
                                         bits & 4, style);
                check_lines(text, &style, false);
                free(text);
            }
            char *text = show(&schema_rtt_probe, sample_probes, PROBE_COUNT, style);
            check_lines(text, &style, true);
            free(text);
        }
}

/* Colour adds sequences and nothing else, and ends with each line. */
static void test_colour_is_an_addition(void **state)
{
    (void)state;
    for (size_t i = 0; i <= 2 * SERIES_COUNT; i++) {
        struct style style = {.width = 80, .utf8 = true};
        char *texts[2];
        for (size_t coloured = 0; coloured < 2; coloured++) {
            style.colour = coloured > 0;
            texts[coloured] = i == 2 * SERIES_COUNT
                                  ? show(&schema_rtt_probe, sample_probes, PROBE_COUNT, style)
                                  : show_series(series_samples[i / 2].record, i % 2 > 0, style);
        }
        assert_non_null(strstr(texts[1], "\033["));
        char *to = texts[1];
        bool on = false;
        for (const char *from = texts[1]; *from; from++) {
            if (*from == '\033') {
                on = strncmp(from, "\033[0m", 4) != 0;
                from = strchr(from, 'm');
            } else {
                assert_false(on && *from == '\n');
                *to++ = *from;
            }
        }
        *to = '\0';
        assert_string_equal(texts[1], texts[0]);
        free(texts[0]);
        free(texts[1]);
    }
}

static void test_hostile_text(void **state)
{
    (void)state;
    struct rtt_probe_record probe = sample_probes[0];
    struct rtt_record series = series_five;
    probe.target = "\033[2J\n";
    probe.answer = "\x1b]0;title\x07";
    series.target = "\033[2J\xff";
    series.reason = "line\nbreak \xc2\x9b";
    series.unmet = "\033[31m";
    struct style style = {.width = 80, .utf8 = true};
    char *texts[] = {show(&schema_rtt_probe, &probe, 1, style), show_series(&series, true, style),
                     show_series(&series, false, style)};
    for (size_t i = 0; i < 3; i++) {
        assert_null(strpbrk(texts[i], "\033\x07\xff"));
        assert_null(strstr(texts[i], "\xc2\x9b"));
        assert_null(strstr(texts[i], "line\nbreak"));
        free(texts[i]);
    }
}

/* A bar is as long as its share, and never nothing where something is. */
static void test_bars(void **state)
{
    (void)state;
    static const struct bin_record bins[] = {{1, 2, 1000}, {2, 3, 500}, {3, 4, 1}, {4, 5, 0},
                                             {5, 6, 0},    {6, 7, 0},   {7, 8, 1}};
    struct rtt_record record = series_five;
    record.histogram = (struct record_list)LIST(bins);
    char *text = show_series(&record, true, (struct style){.width = 42});
    assert_non_null(strstr(text, "\n  1 - 2 ms  1000 |########################\n"
                                 "  2 - 3 ms   500 |############\n"
                                 "  3 - 4 ms     1 |#\n"
                                 "  4 - 7 ms     0 :\n"
                                 "  7 - 8 ms     1 |#\n"));
    free(text);
    text = show_series(&record, true, (struct style){.width = 29, .utf8 = true});
    assert_non_null(strstr(text, "│███████████\n  2 – 3 ms   500 │█████▌\n  3 – 4 ms     1 │▏\n"));
    free(text);
    record.n = 4;
    text = show_series(&record, true, (struct style){.width = 43});
    assert_null(strstr(text, "##"));
    free(text);
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        double ms;
        unsigned figures;
        bool strip;
        const char *text;
    } rows[] = {
        {0.0412, 3, false, "41.2 us"},
        {0.041, 3, false, "41.0 us"},
        {0.041, 3, true, "41 us"},
        {0.99949, 3, false, "999 us"},
        {0.99951, 3, false, "1.00 ms"},
        {0.00999951, 3, false, "10.0 us"},
        {180.1102, 5, false, "180.11 ms"},
        {1234.5, 3, false, "1.23 s"},
        {0.000041, 3, false, "41 ns"},
        {0.001234, 6, false, "1.234 us"},
        {999999.9, 3, false, "1000 s"},
        {0, 3, false, "0 s"},
        {NAN, 3, false, ""},
        {INFINITY, 3, false, ""},
        {-0.5, 3, true, "-500 us"},
        {1e9, 6, false, "11.6 d"},
    };
    struct style style = {.width = 80};
    char text[RTT_TEXT_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rtt_show_time(&style, rows[i].ms, rows[i].figures, rows[i].strip, text);
        assert_string_equal(text, rows[i].text);
    }
    assert_int_equal(rtt_figures(38, 52), 3);
    assert_int_equal(rtt_figures(180.11, 180.38), 5);
    assert_int_equal(rtt_figures(180, 180), 3);
    assert_int_equal(rtt_figures(NAN, NAN), 3);
    assert_int_equal(rtt_figures(1000, 1000.000001), 6);
}

static void test_percents(void **state)
{
    (void)state;
    static const struct {
        double percent;
        const char *text;
    } rows[] = {
        {0, "0 %"},     {0.0001, "<0.01 %"}, {0.05, "0.05 %"},    {0.1, "0.1 %"},
        {2.5, "2.5 %"}, {3, "3 %"},          {9.96, "10 %"},      {33.333, "33 %"},
        {99.4, "99 %"}, {99.6, "99.6 %"},    {99.999, "99.99 %"}, {100, "100 %"},
        {NAN, ""},
    };
    char text[RTT_TEXT_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rtt_show_percent(rows[i].percent, text);
        assert_string_equal(text, rows[i].text);
    }
}

/* As `fping -C 5 -q` writes it. */
static void test_fping(void **state)
{
    (void)state;
    static const double times[] = {91.7, 37, 29.24, NAN, 36.8};
    static const double edges[] = {0,     0.0281, 0.9994, 0.9996, 9.994, 9.996,
                                   99.94, 99.96,  100,    2003.7, 1e6,   -1};
    struct capture capture;
    capture_begin(&capture);
    rtt_fping_line(capture.stream, "host", times, 5);
    rtt_fping_line(capture.stream, "[2001:db8::1]:443", edges, 12);
    rtt_fping_line(capture.stream, "\033[2J", edges, 0);
    char *text = capture_end(&capture);
    assert_string_equal(text, "host : 91.7 37.0 29.2 - 36.8\n"
                              "[2001:db8::1]:443 : 0.000 0.028 0.999 1.000 9.99 10.00 99.9 100.0 "
                              "100 2004 1.000e+06 -\n"
                              "?[2J :\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),        cmocka_unit_test(test_many_flows),
        cmocka_unit_test(test_unknown_flows), cmocka_unit_test(test_bad_flows_first),
        cmocka_unit_test(test_every_width),   cmocka_unit_test(test_colour_is_an_addition),
        cmocka_unit_test(test_hostile_text),  cmocka_unit_test(test_bars),
        cmocka_unit_test(test_times),         cmocka_unit_test(test_percents),
        cmocka_unit_test(test_fping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
