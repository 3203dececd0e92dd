/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The index over TCP options: what is good, what is odd, what the summary takes, and building by
 * value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "wire/opt.h"

#define BYTES(...)          (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define PARSE(options, ...) options_parse(BYTES(__VA_ARGS__), (options))

static void assert_entry(const struct options *options, size_t i, uint8_t kind, uint8_t at,
                         uint8_t length, enum option_health health)
{
    assert_true(i < options->count);
    assert_int_equal(options->list[i].kind, kind);
    assert_int_equal(options->list[i].at, at);
    assert_int_equal(options->list[i].length, length);
    assert_int_equal(options->list[i].health, health);
}

static void test_linux_syn(void **state)
{
    struct options options;
    struct option_summary summary;

    (void)state;
    PARSE(&options, 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 100, 0, 0, 0, 7, 1, 3, 3, 10);
    assert_int_equal(options.length, 20);
    assert_int_equal(options.count, 5);
    assert_entry(&options, 0, OPTION_MSS, 0, 4, OPTION_HEALTH_GOOD);
    assert_entry(&options, 1, OPTION_SACK_PERMITTED, 4, 2, OPTION_HEALTH_GOOD);
    assert_entry(&options, 2, OPTION_TIMESTAMPS, 6, 10, OPTION_HEALTH_GOOD);
    assert_entry(&options, 3, OPTION_NOP, 16, 1, OPTION_HEALTH_GOOD);
    assert_entry(&options, 4, OPTION_WSCALE, 17, 3, OPTION_HEALTH_GOOD);
    assert_int_equal(options_unhealthy(&options), 0);

    options_summarize(&options, &summary);
    assert_true(summary.has_mss && summary.has_wscale && summary.has_sack_permitted &&
                summary.has_timestamps);
    assert_false(summary.has_fastopen || summary.has_mptcp || summary.has_md5 || summary.has_ao ||
                 summary.has_uto || summary.has_accecn || summary.has_edo);
    assert_int_equal(summary.mss, 1460);
    assert_int_equal(summary.wscale, 10);
    assert_int_equal(summary.ts_val, 100);
    assert_int_equal(summary.ts_ecr, 7);
    assert_int_equal(summary.sack_count, 0);
}

static void test_empty(void **state)
{
    struct options options;
    struct option_summary summary, nothing;

    (void)state;
    options_parse(NULL, 0, &options);
    assert_int_equal(options.length, 0);
    assert_int_equal(options.count, 0);
    options_summarize(&options, &summary);
    memset(&nothing, 0, sizeof(nothing));
    assert_memory_equal(&summary, &nothing, sizeof(summary));
}

static void test_more_than_forty_bytes_are_cut(void **state)
{
    uint8_t bytes[60];
    struct options options;

    (void)state;
    memset(bytes, OPTION_NOP, sizeof(bytes));
    options_parse(bytes, sizeof(bytes), &options);
    assert_int_equal(options.length, 40);
    assert_int_equal(options.count, 40);
}

/* Every length byte of every kind against the rules as the RFCs have them, written down once more.
 */
static bool length_may_be(unsigned kind, unsigned length)
{
    switch (kind) {
    case OPTION_MSS:
    case OPTION_UTO:
        return length == 4;
    case OPTION_WSCALE:
        return length == 3;
    case OPTION_SACK_PERMITTED:
        return length == 2;
    case OPTION_SACK:
        return length >= 10 && length <= 34 && length % 8 == 2;
    case OPTION_TIMESTAMPS:
        return length == 10;
    case OPTION_MD5:
        return length == 18;
    case OPTION_AO:
    case OPTION_EXP1:
    case OPTION_EXP2:
        return length >= 4;
    case OPTION_MPTCP: /* of zeroes: MP_CAPABLE */
        return length == 4 || length == 12 || length == 20 || length == 22 || length == 24;
    case OPTION_FASTOPEN:
        return length == 2 || (length >= 6 && length <= 18 && length % 2 == 0);
    case OPTION_ACCECN0:
    case OPTION_ACCECN1:
        return length == 2 || length == 5 || length == 8 || length == 11;
    case OPTION_EDO:
        return length == 2 || length == 4 || length == 6;
    }
    return length >= 2;
}

static void test_lengths(void **state)
{
    (void)state;
    for (unsigned kind = 2; kind < 256; kind++) {
        for (unsigned length = 0; length < 256; length++) {
            uint8_t bytes[OPTIONS_MAX] = {(uint8_t)kind, (uint8_t)length};
            struct options options;

            options_parse(bytes, sizeof(bytes), &options);
            if (length < 2 || length > 40)
                assert_entry(&options, 0, (uint8_t)kind, 0, 40, OPTION_HEALTH_CUT);
            else
                assert_entry(&options, 0, (uint8_t)kind, 0, (uint8_t)length,
                             length_may_be(kind, length) ? OPTION_HEALTH_GOOD
                                                         : OPTION_HEALTH_LENGTH);
        }
    }
}

static enum option_health health_of(const uint8_t *bytes, size_t length)
{
    struct options options;

    options_parse(bytes, length, &options);
    return (enum option_health)options.list[0].health;
}

/* MPTCP's lengths, by subtype: RFC 8684 section 3, RFC 6824 section 3. */
static void test_mptcp_lengths(void **state)
{
    static const struct {
        uint8_t subtype, flags;
        uint64_t good; /* bit n: length n */
    } rows[] = {
#define L(n) (UINT64_C(1) << (n))
        {0x01, 0x00, L(4) | L(12) | L(20) | L(22) | L(24)},
        {0x10, 0x00, L(12) | L(16) | L(24)},
        {0x20, 0x00, L(4)},
        {0x20, 0x01, L(8)},
        {0x20, 0x02, L(4)},
        {0x20, 0x03, L(12)},
        {0x20, 0x04, L(14) | L(16)},
        {0x20, 0x05, L(18) | L(20)},
        {0x20, 0x0c, L(18) | L(20)},
        {0x20, 0x0d, L(22) | L(24)},
        {0x20, 0x1f, L(26) | L(28)},
        {0x30, 0x00, L(8) | L(10) | L(16) | L(18) | L(20) | L(22) | L(28) | L(30)},
        {0x50, 0x00, L(3) | L(4)},
        {0x60, 0x00, L(12)},
        {0x70, 0x00, L(12)},
        {0x80, 0x00, L(4)},
#undef L
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (uint8_t length = 3; length <= 40; length++) {
            uint8_t bytes[40] = {OPTION_MPTCP, length, rows[i].subtype, rows[i].flags};
            bool good = rows[i].good >> length & 1;

            assert_int_equal(health_of(bytes, length),
                             good ? OPTION_HEALTH_GOOD : OPTION_HEALTH_LENGTH);
        }
    }
    assert_int_equal(health_of(BYTES(30, 3, 0x40)), OPTION_HEALTH_LENGTH);
    assert_int_equal(health_of(BYTES(30, 4, 0x40, 1)), OPTION_HEALTH_GOOD);
    assert_int_equal(health_of(BYTES(30, 7, 0x40, 1, 2, 3, 4)), OPTION_HEALTH_GOOD);
    assert_int_equal(health_of(BYTES(30, 3, 0xf0)), OPTION_HEALTH_GOOD);
    assert_int_equal(health_of(BYTES(30, 2)), OPTION_HEALTH_LENGTH);
}

static void test_experiment_of_fastopen(void **state)
{
    (void)state;
    for (uint8_t length = 4; length <= 40; length++) {
        uint8_t bytes[40] = {254, length, 0xf9, 0x89};
        bool good = length == 4 || (length >= 8 && length <= 20 && length % 2 == 0);

        assert_int_equal(health_of(bytes, length),
                         good ? OPTION_HEALTH_GOOD : OPTION_HEALTH_LENGTH);
        bytes[0] = 253; /* RFC 7413 has it for 254 only */
        assert_int_equal(health_of(bytes, length), OPTION_HEALTH_GOOD);
    }
}

static void test_cut(void **state)
{
    struct options options;

    (void)state;
    PARSE(&options, 1, 2); /* no length byte */
    assert_int_equal(options.count, 2);
    assert_entry(&options, 1, OPTION_MSS, 1, 1, OPTION_HEALTH_CUT);
    PARSE(&options, 1, 99, 0, 1, 1);
    assert_int_equal(options.count, 2);
    assert_entry(&options, 1, 99, 1, 4, OPTION_HEALTH_CUT);
    PARSE(&options, 8, 10, 0, 0, 0, 0, 0, 0, 0); /* one byte short */
    assert_int_equal(options.count, 1);
    assert_entry(&options, 0, OPTION_TIMESTAMPS, 0, 9, OPTION_HEALTH_CUT);
    assert_int_equal(options_unhealthy(&options), 1);
}

static void test_end_of_list(void **state)
{
    struct options options;

    (void)state;
    PARSE(&options, 4, 2, 0, 0);
    assert_int_equal(options.count, 3);
    assert_entry(&options, 1, OPTION_EOL, 2, 1, OPTION_HEALTH_GOOD);
    assert_entry(&options, 2, OPTION_EOL, 3, 1, OPTION_HEALTH_GOOD);
    assert_int_equal(options_unhealthy(&options), 0);

    PARSE(&options, 0, 0, 0, 4, 2, 0, 0, 0);
    assert_int_equal(options.count, 2);
    assert_entry(&options, 0, OPTION_EOL, 0, 1, OPTION_HEALTH_GOOD);
    assert_entry(&options, 1, 0, 1, 7, OPTION_HEALTH_AFTER_EOL);
    assert_int_equal(options_unhealthy(&options), 1);

    struct option_summary summary;

    PARSE(&options, 0, 2, 4, 5, 0xb4);
    options_summarize(&options, &summary);
    assert_false(summary.has_mss);
}

/* Two of each kind, good ones. */
static void test_duplicates(void **state)
{
    static const struct {
        uint8_t bytes[20];
        uint8_t length;
        bool repeats;
    } rows[] = {
        {{1}, 1, true},       {{2, 4, 1, 2}, 4, false}, {{3, 3, 1}, 3, false}, {{4, 2}, 2, false},
        {{5, 10}, 10, true},  {{8, 10}, 10, false},     {{19, 18}, 18, false}, {{28, 4}, 4, false},
        {{29, 4}, 4, false},  {{30, 4}, 4, true},       {{34, 2}, 2, false},   {{172, 5}, 5, false},
        {{174, 5}, 5, false}, {{237, 2}, 2, false},     {{253, 4}, 4, true},   {{254, 4}, 4, true},
        {{99, 4}, 4, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t bytes[40];
        struct options options;

        memcpy(bytes, rows[i].bytes, rows[i].length);
        memcpy(bytes + rows[i].length, rows[i].bytes, rows[i].length);
        options_parse(bytes, (size_t)2 * rows[i].length, &options);
        assert_int_equal(options.count, 2);
        assert_int_equal(options.list[0].health, OPTION_HEALTH_GOOD);
        assert_int_equal(options.list[1].health,
                         rows[i].repeats ? OPTION_HEALTH_GOOD : OPTION_HEALTH_DUPLICATE);
    }
}

static void test_summary_takes_the_first_good_one(void **state)
{
    struct options options;
    struct option_summary summary;

    (void)state;
    PARSE(&options, 2, 5, 1, 1, 1, 2, 4, 0, 7, 2, 4, 0, 9);
    assert_int_equal(options.list[0].health, OPTION_HEALTH_LENGTH);
    assert_int_equal(options.list[1].health, OPTION_HEALTH_GOOD);
    assert_int_equal(options.list[2].health, OPTION_HEALTH_DUPLICATE);
    options_summarize(&options, &summary);
    assert_true(summary.has_mss);
    assert_int_equal(summary.mss, 7);

    PARSE(&options, 30, 4, 0x01, 0x81, 30, 3, 0x50, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2, 5, 10, 0, 0, 0,
          3, 0, 0, 0, 4);
    options_summarize(&options, &summary);
    assert_true(summary.has_mptcp);
    assert_int_equal(summary.mptcp_subtype, 0);
    assert_int_equal(summary.mptcp_version, 1);
    assert_int_equal(summary.sack_count, 1);
    assert_int_equal(summary.sack[0].left, 1);
    assert_int_equal(summary.sack[0].right, 2);
}

static void test_summary_of_the_rest(void **state)
{
    struct options options;
    struct option_summary summary;
    uint8_t four_blocks[34] = {5, 34};

    (void)state;
    PARSE(&options, 34, 6, 1, 2, 3, 4, 254, 4, 0xf9, 0x89);
    options_summarize(&options, &summary);
    assert_true(summary.has_fastopen);
    assert_false(summary.fastopen_experimental);
    assert_int_equal(summary.fastopen_length, 4);
    assert_memory_equal(summary.fastopen_cookie, "\1\2\3\4", 4);

    PARSE(&options, 254, 8, 0xf9, 0x89, 5, 6, 7, 8);
    options_summarize(&options, &summary);
    assert_true(summary.has_fastopen && summary.fastopen_experimental);
    assert_int_equal(summary.fastopen_length, 4);
    assert_memory_equal(summary.fastopen_cookie, "\5\6\7\10", 4);

    PARSE(&options, 254, 8, 0xf9, 0x88, 5, 6, 7, 8);
    options_summarize(&options, &summary);
    assert_false(summary.has_fastopen);

    PARSE(&options, 28, 4, 0, 9, 29, 4, 1, 2, 174, 2, 237, 2, 34, 2);
    options_summarize(&options, &summary);
    assert_true(summary.has_uto && summary.has_ao && summary.has_accecn && summary.has_edo);
    assert_true(summary.has_fastopen);
    assert_int_equal(summary.fastopen_length, 0);
    assert_false(summary.has_md5);

    PARSE(&options, 172, 2, 19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    options_summarize(&options, &summary);
    assert_true(summary.has_md5 && summary.has_accecn);

    for (uint8_t i = 2; i < 34; i++)
        four_blocks[i] = i;
    options_parse(four_blocks, sizeof(four_blocks), &options);
    options_summarize(&options, &summary);
    assert_int_equal(summary.sack_count, 4);
    assert_true(summary.sack[0].left == 0x02030405 && summary.sack[3].right == 0x1e1f2021);
}

static void test_add(void **state)
{
    struct options options;

    (void)state;
    options_parse(NULL, 0, &options);
    assert_int_equal(options_add(&options, OPTION_MSS, "\x05\xb4", 2), 0);
    assert_int_equal(options_add(&options, OPTION_NOP, NULL, 0), 0);
    assert_int_equal(options_add_timestamps(&options, 0x01020304, 0x05060708), 0);
    assert_int_equal(options.length, 15);
    assert_int_equal(options.count, 3);
    assert_memory_equal(options.bytes, "\2\4\5\xb4\1\10\12\1\2\3\4\5\6\7\10", 15);

    options_set_timestamps(&options, 0xa0b0c0d0, 0);
    assert_memory_equal(options.bytes + 5, "\10\12\xa0\xb0\xc0\xd0\0\0\0\0", 10);

    options_pad(&options);
    assert_int_equal(options.length, 16);
    assert_int_equal(options.count, 4);
    assert_entry(&options, 3, OPTION_EOL, 15, 1, OPTION_HEALTH_GOOD);
    options_pad(&options);
    assert_int_equal(options.length, 16);
}

static void test_add_fits_or_not(void **state)
{
    static const uint8_t value[64];

    (void)state;
    for (uint8_t used = 0; used <= OPTIONS_MAX; used++) {
        for (size_t length = 0; length <= sizeof(value); length++) {
            struct options options, before;

            options_parse(NULL, 0, &options);
            while (options.length < used)
                assert_int_equal(options_add(&options, OPTION_NOP, NULL, 0), 0);
            before = options;
            if (used + 2 + length <= OPTIONS_MAX) {
                assert_int_equal(options_add(&options, 99, value, length), 0);
                assert_int_equal(options.length, used + 2 + length);
            } else {
                assert_int_equal(options_add(&options, 99, value, length), -FAULT_RANGE);
                assert_memory_equal(&options, &before, sizeof(options));
            }
        }
    }

    struct options full;

    options_parse(NULL, 0, &full);
    for (size_t i = 0; i < OPTIONS_MAX; i++)
        assert_int_equal(options_add(&full, OPTION_EOL, NULL, 0), 0);
    assert_int_equal(options_add(&full, OPTION_EOL, NULL, 0), -FAULT_RANGE);
    assert_int_equal(options_add_timestamps(&full, 1, 2), -FAULT_RANGE);
}

/* Only a good one is written into; without one nothing changes. */
static void test_set_timestamps(void **state)
{
    struct options options, before;

    (void)state;
    PARSE(&options, 8, 3, 9, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0);
    options_set_timestamps(&options, 0x01010101, 0x02020202);
    assert_memory_equal(options.bytes, "\10\3\11\10\12\1\1\1\1\2\2\2\2\10\12\0\0\0\0\0\0\0\0", 23);

    PARSE(&options, 2, 4, 5, 6);
    before = options;
    options_set_timestamps(&options, 1, 1);
    assert_memory_equal(&options, &before, sizeof(options));
}

static void test_rows_and_names(void **state)
{
    size_t count;
    const struct option_row *rows = option_rows(&count);
    char text[16];

    (void)state;
    assert_int_equal(count, 17);
    for (size_t i = 0; i < count; i++) {
        assert_true(rows[i].word[0] && rows[i].name[0] && rows[i].reference[0] &&
                    rows[i].lengths[0]);
        assert_true(i == 0 || rows[i - 1].kind < rows[i].kind);
        assert_string_equal(option_name(rows[i].kind, text), rows[i].name);
    }
    assert_string_equal(option_name(99, text), "kind 99");
    assert_string_equal(option_name(255, text), "kind 255");
}

/* The lengths in words are those that the index takes. */
static void test_lengths_in_words(void **state)
{
    size_t count;
    const struct option_row *rows = option_rows(&count);

    (void)state;
    for (size_t i = 2; i < count; i++) {
        uint64_t said = 0;
        unsigned number = 0;

        for (const char *at = rows[i].lengths;; at++) {
            if (*at >= '0' && *at <= '9') {
                number = number * 10 + (unsigned)(*at - '0');
                continue;
            }
            if (number)
                said |= UINT64_C(1) << number;
            if (number && strncmp(at, " or more", 8) == 0)
                said |= ~UINT64_C(0) << number;
            number = 0;
            if (!*at)
                break;
        }
        for (uint8_t length = 2; length <= 40; length++) {
            uint8_t bytes[40] = {rows[i].kind, length};
            bool good = said >> length & 1;

            if (rows[i].kind != OPTION_MPTCP) /* whose words say that it depends */
                assert_int_equal(health_of(bytes, length),
                                 good ? OPTION_HEALTH_GOOD : OPTION_HEALTH_LENGTH);
        }
    }
}

static void test_health_words(void **state)
{
    (void)state;
    for (enum option_health a = 0; a < OPTION_HEALTH_COUNT; a++) {
        assert_true(option_health_words(a)[0]);
        for (enum option_health b = 0; b < a; b++)
            assert_string_not_equal(option_health_words(a), option_health_words(b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linux_syn),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_more_than_forty_bytes_are_cut),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_mptcp_lengths),
        cmocka_unit_test(test_experiment_of_fastopen),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_end_of_list),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_summary_takes_the_first_good_one),
        cmocka_unit_test(test_summary_of_the_rest),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_add_fits_or_not),
        cmocka_unit_test(test_set_timestamps),
        cmocka_unit_test(test_rows_and_names),
        cmocka_unit_test(test_lengths_in_words),
        cmocka_unit_test(test_health_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
