/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of report/isn_lines: lines of every form, and everything that may be wrong with one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "report/isn_lines.h"

/* What was complained of last. */
struct complaints {
    size_t count;
    uint64_t number;
    char why[200];
};

static void complain(void *data, uint64_t number, const char *why)
{
    struct complaints *complaints = data;

    complaints->count++;
    complaints->number = number;
    snprintf(complaints->why, sizeof complaints->why, "%s", why);
}

/* Reads a whole text; to be released. `step`: bytes handed in at a time. */
static struct isn_lines *read_bytes(const char *text, size_t length, size_t step,
                                    struct complaints *complaints)
{
    struct isn_lines *lines = malloc(sizeof *lines);

    assert_non_null(lines);
    isn_lines_init(lines);
    if (complaints) {
        memset(complaints, 0, sizeof *complaints);
        lines->complain = complain;
        lines->data = complaints;
    }
    for (size_t at = 0; at < length; at += step)
        assert_int_equal(isn_lines_add(lines, text + at, length - at < step ? length - at : step),
                         0);
    assert_int_equal(isn_lines_end(lines), 0);
    return lines;
}

static struct isn_lines *read_text(const char *text, struct complaints *complaints)
{
    return read_bytes(text, strlen(text), strlen(text) + 1, complaints);
}

static void done(struct isn_lines *lines)
{
    isn_lines_release(lines);
    free(lines);
}

static void assert_row(const struct isn_sample *row, const struct isn_sample *expected)
{
    assert_int_equal(row->time, expected->time);
    assert_int_equal(row->port, expected->port);
    assert_int_equal(row->isn, expected->isn);
    assert_int_equal(row->src, expected->src);
    assert_int_equal(row->cseq, expected->cseq);
    assert_int_equal(row->mss, expected->mss);
    assert_int_equal(row->gap, expected->gap);
    assert_int_equal(row->rtt, 0);
}

static const struct isn_sample three = {.time = 1000, .port = 40000, .isn = 4294967295};
static const struct isn_sample six = {
    .time = 1000, .port = 40000, .isn = 4294967295, .src = 1, .cseq = 7, .mss = 1460};

/* Every form of the same sample. */
static void test_forms(void **state)
{
    static const struct {
        const char *text;
        const struct isn_sample *row;
    } forms[] = {
        {"1000 40000 4294967295\n", &three},
        {"1000 40000 4294967295", &three},
        {"  1000\t40000   4294967295 \r\n", &three},
        {"1000,40000,4294967295\r\n", &three},
        {"1000, 40000, 0xffffffff\n", &three},
        {"\"1000\",\"40000\",\"4294967295\"\n", &three},
        {"1000 40000 4294967295 1 7 1460\n", &six},
        {"1000 0x9C40 0XFFFFFFFF 1 7 1460\n", &six},
        {"1000,40000,4294967295,1,7,1460\n", &six},
        {"# a comment\n\n#\n1000 40000 4294967295 1 7 1460\n", &six},
        {"\357\273\2771000 40000 4294967295 1 7 1460\n", &six},
        {"time_ns,src_port,isn\n1000,40000,4294967295\n", &three},
        {"isn,time_ns,src_port\r\n4294967295,1000,40000\r\n", &three},
        {"time_ns src_port isn\n1000 40000 4294967295\n", &three},
        {",mss,\"isn\",cseq,note,src_port,src,time_ns\n0,1460,4294967295,7,\"a, b\",40000,1,1000\n",
         &six},
        {"{\"time_ns\":1000,\"src_port\":40000,\"isn\":4294967295}\n", &three},
        {" {\"isn\":4294967295.0,\"src_port\":\"40000\",\"time_ns\":1e3,\"src\":null}\r\n", &three},
        {"{\"mss\":1460,\"cseq\":7,\"src\":1,\"isn\":4294967295,\"x\":[1],\"src_port\":40000,"
         "\"time_ns\":1000}",
         &six},
    };

    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct complaints complaints;
        struct isn_lines *lines = read_text(forms[i].text, &complaints);

        if (complaints.count > 0 || lines->count != 1)
            fail_msg("%s: %s", forms[i].text, complaints.why);
        assert_row(&lines->rows[0], forms[i].row);
        assert_int_equal(isn_lines_extended(lines), forms[i].row == &six);
        done(lines);
    }
}

/* Lines that hold no sample, and why. */
static void test_bad(void **state)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"1000 40000", "2 columns: 3 or 6 are wanted"},
        {"1000", "1 columns: 3 or 6 are wanted"},
        {"1000 40000 1 2", "4 columns: 3 or 6 are wanted"},
        {"1000 40000 1 0 7 1460 9", "7 columns: 3 or 6 are wanted"},
        {"hello", "time_ns 'hello': not a whole number"},
        {"1000 65536 1", "src_port '65536': out of range"},
        {"1000 -1 1", "src_port '-1': out of range"},
        {"1000 40000 4294967296", "isn '4294967296': out of range"},
        {"1000 40000 99999999999999999999999999", "isn '99999999999999999999999999': out of range"},
        {"1000 40000 0x", "isn '0x': not a whole number"},
        {"1000 40000 1e3", "isn '1e3': not a whole number"},
        {"1.5 40000 1", "time_ns '1.5': not a whole number"},
        {"9223372036854775807 40000 1", "time_ns '9223372036854775807': out of range"},
        {"-9223372036854775808 40000 1", "time_ns '-9223372036854775808': out of range"},
        {"1000 40000 1 here 7 1460", "src 'here': neither a number nor an address"},
        {"1000 40000 1 0 7 65536", "mss '65536': out of range"},
        {"1000,,1", "there is no src_port"},
        {"{}", "there is no time_ns"},
        {"{\"time_ns\":1,\"isn\":1}", "there is no src_port"},
        {"{\"time_ns\":1,\"src_port\":2,\"isn\":1.5}", "isn: not a whole number"},
        {"{\"time_ns\":1,\"src_port\":2,\"isn\":true}", "isn: not a whole number"},
        {"{\"time_ns\":1e300,\"src_port\":2,\"isn\":1}", "time_ns: out of range"},
        {"{\"time_ns\":1,\"src_port\":70000,\"isn\":1}", "src_port 70000: out of range"},
        {"{\"time_ns\":1,", "this is no object of JSON"},
        {"{\"time_ns\":99999999999999999999}", "this is no object of JSON"},
        {"\033[2J 1 2", "time_ns '\\x1b[2J': not a whole number"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct complaints complaints;
        char text[256];
        int length =
            snprintf(text, sizeof text, "# first\n%s\n1000 40000 4294967295\n", bad[i].text);
        struct isn_lines *lines = read_bytes(text, (size_t)length, 1, &complaints);
        struct isn_sample behind = three;

        assert_string_equal(complaints.why, bad[i].why);
        assert_int_equal(complaints.count, 1);
        assert_int_equal(complaints.number, 2);
        assert_int_equal(lines->bad, 1);
        assert_int_equal(lines->number, 3);
        assert_int_equal(lines->count, 1);
        behind.gap = true; /* a number is missing before it */
        assert_row(&lines->rows[0], &behind);
        done(lines);
    }
}

static void test_zero_bytes_and_long_lines(void **state)
{
    static const char zero[] = "1000 40000 1\0 0 7 1460\n1000 40000 4294967295\n";
    struct complaints complaints;
    struct isn_lines *lines = read_bytes(zero, sizeof zero - 1, 5, &complaints);
    size_t length = 3 * ISN_LINES_LENGTH;
    char *text = malloc(length + 64);

    (void)state;
    assert_string_equal(complaints.why, "there is a byte of 0 in the line");
    assert_int_equal(lines->count, 1);
    done(lines);

    assert_non_null(text);
    memset(text, '1', length);
    length += (size_t)snprintf(text + length, 64, "\n1000 40000 4294967295");
    lines = read_bytes(text, length, 1000, &complaints);
    assert_string_equal(complaints.why, "the line is too long");
    assert_int_equal(complaints.count, 1);
    assert_int_equal(complaints.number, 1);
    assert_int_equal(lines->count, 1);
    done(lines);

    /* The longest that may be. */
    snprintf(text, length, "%-*s", ISN_LINES_LENGTH, "1 2 3");
    lines = read_bytes(text, ISN_LINES_LENGTH, 999, &complaints);
    assert_int_equal(complaints.count, 0);
    assert_int_equal(lines->count, 1);
    done(lines);
    lines = read_bytes(text, ISN_LINES_LENGTH, 1, &complaints);
    assert_int_equal(lines->count, 1);
    done(lines);
    text[ISN_LINES_LENGTH] = ' ';
    lines = read_bytes(text, ISN_LINES_LENGTH + 1, 1, &complaints);
    assert_int_equal(complaints.count, 1);
    assert_int_equal(lines->count, 0);
    done(lines);
    free(text);
}

/* Addresses get numbers in the order in which they appear, however they are written. */
static void test_sources(void **state)
{
    struct complaints complaints;
    struct isn_lines *lines = read_text("1 1 1 192.0.2.9 0 0\n"
                                        "2 1 1 2001:db8::1 0 0\n"
                                        "3 1 1 2001:DB8:0::0001 0 0\n"
                                        "4 1 1 192.0.2.9 0 0\n"
                                        "5 1 1 17 0 0\n",
                                        &complaints);
    static const uint32_t expected[] = {0, 1, 1, 0, 17};

    (void)state;
    assert_int_equal(lines->count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(lines->rows[i].src, expected[i]);
    assert_true(isn_lines_extended(lines));
    done(lines);

    char text[ISN_LINES_SOURCES * 40 + 80];
    size_t at = 0;
    for (unsigned i = 0; i <= ISN_LINES_SOURCES; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "1 1 1 198.18.%u.%u 0 0\n", i / 256,
                               i % 256);
    lines = read_text(text, &complaints);
    assert_int_equal(lines->count, ISN_LINES_SOURCES);
    assert_string_equal(complaints.why, "src '198.18.1.0': too many different addresses");
    done(lines);
}

/* A line with three columns among those with six makes the whole sample one of three. */
static void test_extended(void **state)
{
    struct isn_lines *lines = read_text("1 1 1 0 0 0\n2 1 1\n", NULL);

    (void)state;
    assert_int_equal(lines->count, 2);
    assert_false(isn_lines_extended(lines));
    done(lines);
    lines = read_text("", NULL);
    assert_int_equal(lines->count, 0);
    assert_false(isn_lines_extended(lines));
    done(lines);
}

/* Names may come again, as where two files are one behind the other. */
static void test_names_again(void **state)
{
    struct isn_lines *lines =
        read_text("isn,time_ns,src_port\n3,1,2\ntime_ns,src_port,isn\n1,2,3\n", NULL);

    (void)state;
    assert_int_equal(lines->count, 2);
    assert_int_equal(lines->bad, 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(lines->rows[i].time, 1);
        assert_int_equal(lines->rows[i].port, 2);
        assert_int_equal(lines->rows[i].isn, 3);
    }
    done(lines);
}

/* What is written is read as it was, gaps too. */
static void test_write(void **state)
{
    struct isn_sample rows[] = {
        {.time = -INT64_C(4611686018427387903), .port = 65535, .isn = 0, .src = 1},
        {.time = INT64_C(1770000000000104197),
         .port = 1,
         .isn = 4294967295,
         .gap = true,
         .cseq = 4294967295,
         .mss = 65535,
         .rtt = 5},
    };

    (void)state;
    for (int extended = 0; extended <= 1; extended++) {
        struct isn_samples samples = {.rows = rows, .count = 2, .extended = extended};
        char *text = NULL;
        size_t length;
        FILE *stream = open_memstream(&text, &length);
        struct isn_lines *lines;

        assert_non_null(stream);
        isn_lines_write(stream, "of a\ntarget\033", &samples);
        assert_int_equal(fclose(stream), 0);
        assert_non_null(strstr(text, "\n# of a?target?\n"));
        assert_non_null(strstr(text, extended ? "isn src cseq mss\n" : "isn\n"));
        lines = read_bytes(text, length, 7, NULL);
        assert_int_equal(lines->bad, 0);
        assert_int_equal(lines->count, 2);
        assert_int_equal(isn_lines_extended(lines), extended);
        for (size_t i = 0; i < 2; i++) {
            struct isn_sample expected = rows[i];

            expected.rtt = 0;
            if (!extended)
                expected.src = expected.cseq = expected.mss = 0;
            assert_row(&lines->rows[i], &expected);
        }
        done(lines);
        free(text);
    }
}

static void test_gap(void **state)
{
    struct isn_lines *lines = read_text("1 1 1\n# gap\n#gap\n2 1 2\n3 1 3\n# gaps\n4 1 4\n", NULL);

    (void)state;
    assert_int_equal(lines->count, 4);
    assert_false(lines->rows[0].gap);
    assert_true(lines->rows[1].gap);
    assert_false(lines->rows[2].gap);
    assert_false(lines->rows[3].gap);
    done(lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),    cmocka_unit_test(test_bad),
        cmocka_unit_test(test_sources),  cmocka_unit_test(test_zero_bytes_and_long_lines),
        cmocka_unit_test(test_extended), cmocka_unit_test(test_names_again),
        cmocka_unit_test(test_write),    cmocka_unit_test(test_gap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
