/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audits of initial sequence numbers as people read them: against golden files, in every width, in
 * ASCII, with colour; the words of every class; figures in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden.h"
#include "isn_text_samples.h"
#include "report/isn_figures.h"
#include "report/isn_text.h"
#include "report/isn_words.h"

static char *show(const struct isn_record *record, struct style style)
{
    struct capture capture;
    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = FORMAT_TEXT, .style = style};
    isn_text(record, &style, &output);
    return capture_end(&capture);
}

static const struct page {
    const char *name;
    struct style style;
} pages[] = {
    {"60", {.width = 60, .utf8 = true}},
    {"80", {.width = 80, .utf8 = true}},
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
        for (size_t i = 0; i < AUDIT_COUNT; i++) {
            char *text = show(audit_samples[i].record, pages[page].style);
            fprintf(capture.stream, "=== %s\n%s", audit_samples[i].name, text);
            free(text);
        }
        char name[64], *text = capture_end(&capture);
        snprintf(name, sizeof name, "isn-%s.txt", pages[page].name);
        golden_check(name, text);
        free(text);
    }
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* A page is one for a terminal, unless more is asked for. */
static void test_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < AUDIT_COUNT; i++) {
        char *text = show(audit_samples[i].record, (struct style){.width = 80});
        if (lines_of(text) > 45)
            fail_msg("%s: %zu lines", audit_samples[i].name, lines_of(text));
        free(text);
    }
}

static void check_lines(const char *text, const struct style *style)
{
    for (bool first = true; *text; first = false) {
        char line[2048];
        size_t length = strcspn(text, "\n");
        assert_true(length < sizeof line && text[length] == '\n');
        memcpy(line, text, length);
        line[length] = '\0';
        /* The verdict is never broken, nor what was not met. */
        bool whole = first || strncmp(line, "not met:", 8) == 0;
        if (style->width >= 60 && !whole && style_columns(line) > style->width)
            fail_msg("%zu of %u columns: %s", style_columns(line), style->width, line);
        for (size_t i = 0; i < length && !style->utf8; i++)
            assert_true((unsigned char)line[i] < 0x80);
        if (length > 0 && line[length - 1] == ' ')
            fail_msg("at %u columns ends in a blank: '%s'", style->width, line);
        if (strstr(line, "nan") || strstr(line, "-9223372036854775808") || strstr(line, "(null)"))
            fail_msg("what does not exist: %s", line);
        text += length + 1;
    }
}

static void test_every_width(void **state)
{
    (void)state;
    for (unsigned width = 40; width <= 140; width += 4)
        for (unsigned bits = 0; bits < 4; bits++) {
            struct style style = {.width = width, .utf8 = bits & 1, .verbose = bits & 2 ? 1 : 0};
            style.explain = style.verbose > 0;
            for (size_t i = 0; i < AUDIT_COUNT; i++) {
                char *text = show(audit_samples[i].record, style);
                check_lines(text, &style);
                free(text);
            }
        }
}

/* Colour adds sequences and nothing else, and ends with each line. */
static void test_colour_is_an_addition(void **state)
{
    (void)state;
    for (size_t i = 0; i < AUDIT_COUNT; i++) {
        struct style style = {.width = 80, .utf8 = true};
        char *plain = show(audit_samples[i].record, style);
        style.colour = true;
        char *coloured = show(audit_samples[i].record, style), *to = coloured;
        bool on = false;
        assert_non_null(strstr(coloured, "\033["));
        for (const char *from = coloured; *from; from++) {
            if (*from == '\033') {
                on = strncmp(from, "\033[0m", 4) != 0;
                from = strchr(from, 'm');
            } else {
                assert_false(on && *from == '\n');
                *to++ = *from;
            }
        }
        *to = '\0';
        assert_string_equal(coloured, plain);
        free(coloured);
        free(plain);
    }
}

/* The first line says target, class and severity, in one line; nothing is ever called secure. */
static void test_verdict_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < AUDIT_COUNT; i++) {
        const struct isn_record *record = audit_samples[i].record;
        char *text = show(record, (struct style){.width = 40, .verbose = 1, .explain = true});
        if (record->class) {
            size_t severity = strlen(record->severity);
            assert_int_equal(strncmp(text, record->severity, severity), 0);
            char *end = strchr(text, '\n');
            *end = '\0';
            assert_non_null(strstr(text, record->target));
            assert_non_null(strstr(text, record->class));
            *end = '\n';
        }
        assert_null(strcasestr(text, "secure "));
        assert_null(strcasestr(text, "safe"));
        free(text);
    }
    char *text = show(&audit_refused, (struct style){.width = 80});
    assert_string_equal(text, "refused: 198.18.0.2:1 refused the connection\n");
    free(text);
}

/* The sentence by itself tells that there were to be more numbers. */
static void test_ended_early(void **state)
{
    const struct finding_record ended = {
        .id = "TP-ISN-ENDED", .severity = "low", .text = "sampling was ended"};
    struct isn_record record = *audit_samples[0].record;
    char reason[ISN_REASON_SIZE];
    (void)state;
    isn_reason(&record, reason, sizeof reason);
    assert_null(strstr(reason, "ended early"));
    record.findings = (struct record_list){.items = &ended, .count = 1};
    isn_reason(&record, reason, sizeof reason);
    assert_non_null(strstr(reason, "; sampling was ended early, after "));
}

static void test_hostile_text(void **state)
{
    (void)state;
    struct isn_record record = audit_cookie;
    const struct isn_evidence_record evidence[] = {{"\033[2Jtest", 1, -20, true, "de\ntail\x07"}};
    const struct isn_front_record front[] = {{"\033]0;title\x07", "a\xff z\xc2\x9b"}};
    const struct isn_change_record change[] = {{"cl\nock", "\033[1m", "\x07"}};
    const struct isn_baseline_record baseline = {"\033[3m", "CL\nASS", "\033[7m", LIST(change)};
    const struct finding_record finding[] = {{"TP-\033[1m", "low", "\x9b\n"}};
    record.target = "\033[2J\xff.example\n:1";
    record.whose = "line\nbreak \xc2\x9b";
    record.unmet = "\033[31m";
    record.why = "\x1b[0;31mwhy";
    record.second_source = "\033c";
    record.evidence = (struct record_list)LIST(evidence);
    record.front = (struct record_list)LIST(front);
    record.baseline = &baseline;
    record.findings = (struct record_list)LIST(finding);
    for (unsigned verbose = 0; verbose < 2; verbose++) {
        char *text = show(&record, (struct style){.width = 80, .utf8 = true, .verbose = verbose});
        assert_null(strpbrk(text, "\033\x07\xff\x9b"));
        assert_null(strstr(text, "line\nbreak"));
        assert_null(strstr(text, "cl\nock"));
        assert_null(strstr(text, "de\ntail"));
        free(text);
    }
}

/* ---- words ---- */

/* Every class has all its words; whole sentences, each ending as one. */
static void test_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < ISN_CLASS_COUNT; i++) {
        const struct isn_words *words = isn_words((enum isn_class)i);
        const char *const texts[] = {words->meaning, words->mend};
        for (size_t j = 0; j < 2; j++) {
            assert_true(strlen(texts[j]) > 20);
            assert_int_equal(texts[j][strlen(texts[j]) - 1], '.');
            assert_null(strstr(texts[j], "  "));
            assert_null(strstr(texts[j], "secure"));
        }
        assert_true(strlen(words->reference) >= 8);
        assert_int_not_equal(words->reference[strlen(words->reference) - 1], '.');
        assert_int_equal(isn_words_class(isn_class_name((enum isn_class)i)), i);
    }
    for (size_t i = 0; i < ISN_SEVERITY_COUNT; i++)
        assert_int_equal(isn_words_severity(isn_severity_word((enum isn_severity)i)), i);
    assert_int_equal(isn_words_class("rfc6528"), ISN_CLASS_COUNT);
    assert_int_equal(isn_words_class(NULL), ISN_CLASS_COUNT);
    assert_int_equal(isn_words_severity("dire"), ISN_SEVERITY_UNKNOWN);
    assert_int_equal(isn_words_severity(NULL), ISN_SEVERITY_UNKNOWN);
}

/* One sample of a record that knows nothing but the class can be told too. */
static void test_bare_class(void **state)
{
    (void)state;
    for (size_t i = 0; i < ISN_CLASS_COUNT; i++) {
        struct isn_record record = audit_inconclusive;
        record.class = isn_class_name((enum isn_class)i);
        record.severity = isn_severity_word(isn_class_severity((enum isn_class)i));
        record.summary = NULL;
        record.why = NULL;
        record.target = NULL;
        record.duration_s = record.certified_bits = record.attack_rate = NAN;
        char *text = show(&record, (struct style){.width = 80});
        check_lines(text, &(struct style){.width = 80});
        assert_non_null(strstr(text, record.class));
        free(text);
    }
}

/* ---- figures ---- */

static void test_chances(void **state)
{
    (void)state;
    static const struct {
        double log10_p;
        const char *text;
    } rows[] = {
        {0, "likely"},
        {1, "likely"},
        {-0.4, "1 in 2"},
        {-1, "1 in 10"},
        {-1.6021, "1 in 40"},
        {-3.9, "1 in 7943"},
        {-4, "1 in 10^4"},
        {-12.7, "1 in 10^12"},
        {-9999.5, "1 in 10^9999"},
        {-INFINITY, "1 in 10^9999"},
        {NAN, ""},
    };
    char text[ISN_FIGURE_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        isn_show_chance(rows[i].log10_p, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_counts(void **state)
{
    (void)state;
    static const struct {
        double count;
        const char *text;
    } rows[] = {
        {1, "1"},
        {1.2, "2"},
        {57, "57"},
        {99999, "99999"},
        {131072, "131 thousand (2^17)"},
        {8388608, "8.4 million (2^23)"},
        {9.2e7, "92 million"},
        {3.6e8, "360 million"},
        {2147483648.0, "2.1 billion (2^31)"},
        {4294967296.0, "4.3 billion (2^32)"},
        {999600, "1 million"},
        {5e12, "5 trillion"},
        {1e18, "too many"},
        {INFINITY, "too many"},
        {NAN, ""},
    };
    char text[ISN_FIGURE_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        isn_show_count(rows[i].count, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_ranges(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        const char *text;
    } rows[] = {
        {41, 83, "41 to 83"},
        {8.1e6, 8.7e6, "8.1 to 8.7 million"},
        {0, 2e9, "0 to 2 billion"},
        {99000, 120000, "99 to 120 thousand"},
        {NAN, 1, ""},
        {1, INFINITY, ""},
    };
    char text[ISN_FIGURE_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        isn_show_range(rows[i].low, rows[i].high, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } rows[] = {
        {0, "at once"},         {0.09, "at once"},   {0.33, "0.3 s"},
        {21, "21 s"},           {59.5, "60 s"},      {59.96, "1 min"},
        {83.9, "1.4 min"},      {3600, "60 min"},    {21474.8, "6 hours"},
        {5400, "1.5 hours"},    {86400, "24 hours"}, {277200, "3.2 days"},
        {4294967, "50 days"},   {1e8, "3.2 years"},  {1e13, "for ever"},
        {INFINITY, "for ever"}, {NAN, ""},
    };
    char text[ISN_FIGURE_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        isn_show_time(rows[i].seconds, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        double number;
        const char *text;
    } rows[] = {
        {0, "0"},
        {64000, "64000"},
        {15624999.1, "15624999"},
        {244140.625, "244140.6"},
        {128000.02, "128000"},
        {2, "2"},
        {1.25, "1.25"},
        {0.5, "0.5"},
        {0.00002, "2e-05"},
        {-3.5, "-3.5"},
        {24.0001, "24"},
        {100, "100"},
        {-0.0, "0"},
        {NAN, ""},
        {INFINITY, ""},
    };
    char text[ISN_FIGURE_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        isn_show_number(rows[i].number, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_within(void **state)
{
    (void)state;
    static const struct {
        double number, low, high;
        const char *text;
    } rows[] = {
        {15624766.44, 15624765.2, 15624767.6, "15624766.4"},
        {1000015.953, 1000015.87, 1000016.04, "1000015.95"},
        {127994.4, 127516.2, 128472.7, "127994"},
        {2.0001, 1.993, 2.008, "2.000"},
        {244140.625, NAN, 1, "244140.6"},
        {7, 7, 7, "7"},
        {1, 1 - 1e-12, 1 + 1e-12, "1.000000"},
    };
    char text[ISN_FIGURE_SIZE];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        isn_show_within(rows[i].number, rows[i].low, rows[i].high, text);
        assert_string_equal(text, rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),       cmocka_unit_test(test_length),
        cmocka_unit_test(test_every_width),  cmocka_unit_test(test_colour_is_an_addition),
        cmocka_unit_test(test_verdict_line), cmocka_unit_test(test_ended_early),
        cmocka_unit_test(test_hostile_text), cmocka_unit_test(test_words),
        cmocka_unit_test(test_bare_class),   cmocka_unit_test(test_chances),
        cmocka_unit_test(test_counts),       cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_times),        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
