/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Matrices of options as people read them: against golden files, in every width, in ASCII, with
 * colour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "matrix_text_samples.h"
#include "report/matrix_words.h"
#include "text_pages.h"

static char *show_all(struct style style)
{
    struct capture capture;

    capture_begin(&capture);
    for (size_t i = 0; i < MATRIX_SAMPLES; i++) {
        char *text = text_of(&schema_matrix, matrix_samples[i].record, style);

        fprintf(capture.stream, "=== %s\n%s", matrix_samples[i].name, text);
        free(text);
    }
    fprintf(capture.stream, "=== rows alone\n");
    for (size_t i = 0; i < sizeof alone_rows / sizeof alone_rows[0]; i++) {
        char *text = text_of(&schema_option_row, &alone_rows[i], style);

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
    {"80-explain-verbose", {.width = 80, .utf8 = true, .explain = true, .verbose = 1}},
    {"120", {.width = 120, .utf8 = true}},
};
#define PAGES (sizeof pages / sizeof pages[0])

static void test_golden(void **state)
{
    (void)state;
    text_pages_check("matrix", pages, PAGES, show_all);
}

/* Everything but the lines that are never broken keeps to the width, and no line ends in blanks. */
static void test_width(void **state)
{
    (void)state;
    for (size_t page = 0; page < PAGES; page++)
        for (size_t i = 0; i < MATRIX_SAMPLES; i++) {
            char *text = text_of(&schema_matrix, matrix_samples[i].record, pages[page].style);
            size_t number = 0;
            char *rest = text, *line;

            while ((line = strsep(&rest, "\n"))) {
                size_t length = strlen(line);

                number++;
                assert_true(length == 0 || line[length - 1] != ' ');
                if (number > 2 && style_columns(line) > pages[page].style.width)
                    fail_msg("%s, %s: too wide: %s", pages[page].name, matrix_samples[i].name,
                             line);
            }
            free(text);
        }
}

/* Colour says nothing that the text without it does not say. */
static void test_colour(void **state)
{
    (void)state;
    char *plain = show_all((struct style){.width = 80, .utf8 = true});
    char *coloured = show_all((struct style){.width = 80, .utf8 = true, .colour = true});
    size_t at = 0, sequences = 0;

    for (const char *from = coloured; *from;) {
        if (*from == '\033') {
            from += strcspn(from, "m") + 1;
            sequences++;
        } else {
            coloured[at++] = *from++;
        }
    }
    coloured[at] = '\0';
    assert_true(sequences > 100);
    assert_string_equal(coloured, plain);
    free(plain);
    free(coloured);
}

/* What a peer may put into a record does not reach the terminal. */
static void test_hostile(void **state)
{
    (void)state;
    static const char evil[] = "a\033[31mb\nc\302\233d\377";
    struct matrix_row_record row = plain_rows[1];
    struct finding_record finding = {.id = evil, .severity = evil, .text = evil};
    struct check_record check = {evil, evil, "fails", evil, evil};
    struct quoted_record quoted = {evil, evil, 1, evil};
    struct rung_record rung = {evil, evil, evil, evil, 1, 1, 0, 0, 0, evil, evil, 1, 1, 0, false};
    struct matrix_record record = matrix_plain;
    const struct style style = {.width = 80, .utf8 = true, .explain = true, .verbose = 1};

    row.feature = row.verdict = row.otherwise = row.in_effect = row.values = row.evidence =
        row.rules = row.meaning = row.target = evil;
    record.matrix = (struct record_list){&row, 1};
    record.findings = (struct record_list){&finding, 1};
    record.checks = (struct record_list){&check, 1};
    record.quoted = (struct record_list){&quoted, 1};
    record.rungs = (struct record_list){&rung, 1};
    record.reason = record.layout = record.cookies_why = record.target = record.ended = evil;
    for (int alone = 0; alone < 2; alone++) {
        char *text = alone ? text_of(&schema_option_row, &row, style)
                           : text_of(&schema_matrix, &record, style);

        assert_null(strchr(text, '\033'));
        assert_null(strstr(text, "\302\233"));
        assert_null(strchr(text, '\377'));
        assert_non_null(strstr(text, "a?[31mb?c?d?"));
        free(text);
    }
}

/* What a narrow page leaves out of the evidence is marked; -v has it all. */
static void test_evidence(void **state)
{
    (void)state;
    char *text = show_all((struct style){.width = 80});

    assert_null(strstr(text, "show another value"));
    assert_non_null(strstr(text, "  it follows ours ...\n"));
    assert_non_null(strstr(text, "  dropped, as it must be ...\n"));
    /* What breaks: how many opened, before which they were; no half of a bracket. */
    assert_non_null(strstr(text, "  2 of 12 SYNs opened ...\n"));
    free(text);
    text = text_of(&schema_matrix, &matrix_touched, (struct style){.width = 200});
    assert_non_null(
        strstr(text, "it follows ours; 2 ICMP quotes show another value; answered 188"));
    assert_null(strstr(text, "of 6 controls"));
    free(text);
    text = text_of(&schema_matrix, &matrix_touched, (struct style){.width = 200, .verbose = 1});
    assert_non_null(strstr(text, "18 of 18 SYNs opened, 6 of 6 controls"));
    free(text);
}

/* A rung is a line of 80 columns: long offers by their kinds, answers by their layout. */
static void test_rungs(void **state)
{
    (void)state;
    char *text = text_of(&schema_matrix, &matrix_plain, (struct style){.width = 80, .verbose = 1});

    assert_non_null(strstr(text, "\n  linux     3/3     mss,sackOK,TS,nop,wscale         "
                                 "mss,sackOK,TS,nop,wscale\n"));
    assert_non_null(strstr(text, "\n  full-nop  3/3     mss,sackOK,TS,nop,wscale,nop+19  "
                                 "mss,sackOK,TS,nop,wscale\n"));
    assert_non_null(strstr(text, "\n  ecn       2/3     mss 1460 +ECE,CWR                "
                                 "mss; 1 silent\n"));
    assert_non_null(strstr(text, "\n  checksum  0/3     mss 1460                         "
                                 "3 silent\n"));
    free(text);
}

/* Each verdict that occurs is explained, no other. */
static void test_explained(void **state)
{
    (void)state;
    static const char *const said[] = {
#define X(id, word, seen, proves) word ": " seen ". It proves: " proves ".",
        MATRIX_VERDICT_TABLE(X)
#undef X
    };
    static const bool occurs[] = {false, true, true, true, true, true, true};
    char *text =
        text_of(&schema_matrix, &matrix_touched, (struct style){.width = 400, .explain = true});

    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        assert_int_equal(strstr(text, said[i]) != NULL, occurs[i]);
    assert_non_null(strstr(text, "accecn: accurate ECN (RFC 9768)"));
    free(text);
}

/* Figures of a plain page: no exponent, no window twice, and how to make a mute peer speak. */
static void test_figures(void **state)
{
    (void)state;
    struct ts_clock_record clock = plain_clock;
    struct header_record header = plain_header;
    struct matrix_record record = matrix_plain;
    const struct style style = {.width = 300};
    char *text = text_of(&schema_matrix, &record, style);

    assert_non_null(strstr(text, ", no skew to be seen (95 %: -1.8 to +3220 ppm);"));
    assert_non_null(strstr(text, "; 64240 without options;"));
    assert_non_null(strstr(text, "inconclusive: our-wscale, ecn (--send makes the peer speak)\n"));
    free(text);
    clock.skew_low_ppm = 1.25;
    header.windows = "64240";
    record.clock = &clock;
    record.header = &header;
    text = text_of(&schema_matrix, &record, style);
    assert_non_null(strstr(text, ", skew +2.1 ppm (95 %: +1.2 to +3220);"));
    assert_null(strstr(text, "without options;"));
    free(text);
    text = text_of(&schema_matrix, &matrix_cookies, style);
    assert_non_null(strstr(text, "12.0 days, if the clock began at 0; or longer by a multiple of "
                                 "198.8 days\n"));
    free(text);
}

/* The clock's sentences that no sample has. */
static void test_clocks(void **state)
{
    (void)state;
    struct matrix_record record = matrix_cookies;
    struct ts_clock_record clock = still_clock;
    static const struct {
        const char *kind, *said;
    } rows[] = {
        {"still", "stands still: timestamps are always the same, or slower than 0.25 Hz; 8 "
                  "timestamps in 4 s"},
        {"irregular", "no clock explains the timestamps; 8 timestamps in 4 s"},
        {"few", "too few timestamps to tell; 8 timestamps in 4 s"},
    };

    record.clock = &clock;
    record.repeats = &no_again;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clock.kind = rows[i].kind;
        char *text = text_of(&schema_matrix, &record, (struct style){.width = 120});
        assert_non_null(strstr(text, rows[i].said));
        assert_null(strstr(text, "uptime"));
        assert_non_null(strstr(text, "the SYN,ACK did not come again in 8000 ms; no RST\n"));
        free(text);
    }
    clock.kind = "none";
    char *text = text_of(&schema_matrix, &record, (struct style){.width = 120});
    assert_null(strstr(text, "  clock "));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),    cmocka_unit_test(test_width),
        cmocka_unit_test(test_colour),    cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_evidence),  cmocka_unit_test(test_rungs),
        cmocka_unit_test(test_explained), cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
