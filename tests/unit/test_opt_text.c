/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The notation of TCP options: never a byte lost, never too long, what it accepts, and what it says
 * of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "wire/opt.h"

/* The invariant: bytes -> index -> text -> bytes gives the same bytes and the same index. */
static size_t assert_lossless(const uint8_t *bytes, size_t length)
{
    struct options options, again;
    struct fault fault;
    char text[OPTIONS_TEXT_SIZE];

    options_parse(bytes, length, &options);
    assert_ptr_equal(options_show(&options, text), text);
    if (options_read(text, "test", &again, &fault) != 0)
        fail_msg("'%s': %s", text, fault.what);
    if (again.length != length || memcmp(again.bytes, bytes, length) != 0)
        fail_msg("'%s' is not the bytes that it shows", text);
    assert_memory_equal(&options, &again, sizeof(options));
    return strlen(text);
}

static void test_all_short_strings(void **state)
{
    (void)state;
    assert_lossless((const uint8_t[]){0}, 0);
    for (unsigned a = 0; a < 256; a++) {
        uint8_t bytes[2] = {(uint8_t)a, 0};

        assert_lossless(bytes, 1);
        for (unsigned b = 0; b < 256; b++) {
            bytes[1] = (uint8_t)b;
            assert_lossless(bytes, 2);
        }
    }
}

struct sample {
    uint8_t bytes[OPTIONS_MAX];
    uint8_t length;
};

static const uint8_t kinds[] = {0,  1,  2,  3,   4,   5,   8,   19,  28,
                                29, 30, 34, 172, 174, 237, 253, 254, 99};

/* Each kind at each length, right or wrong, with a few values. */
static size_t samples_make(struct sample *samples, size_t size)
{
    static const uint8_t fills[] = {0x00, 0xff, 0x11, 0x85};
    size_t count = 0;

    for (size_t k = 0; k < sizeof(kinds); k++) {
        for (uint8_t length = kinds[k] < 2 ? 1 : 2; length <= 38; length++) {
            for (size_t f = 0; f < sizeof(fills); f++) {
                struct sample *sample = &samples[count++];

                assert_true(count <= size);
                memset(sample->bytes, fills[f], sizeof(sample->bytes));
                sample->length = length;
                sample->bytes[0] = kinds[k];
                if (length > 1)
                    sample->bytes[1] = length;
                if (kinds[k] == 254 && f < 2) {
                    sample->bytes[2] = 0xf9;
                    sample->bytes[3] = 0x89;
                }
            }
            if (kinds[k] < 2)
                break;
        }
    }
    return count;
}

static struct sample samples[18 * 37 * 4];

static void test_all_options_alone_and_in_pairs(void **state)
{
    size_t count = samples_make(samples, sizeof(samples) / sizeof(samples[0]));
    size_t pairs = 0;

    (void)state;
    assert_true(count > 2000);
    for (size_t a = 0; a < count; a++) {
        assert_lossless(samples[a].bytes, samples[a].length);
        /* Lengths above twelve pair with a few only: what comes after does not depend on them. */
        for (size_t b = a % 7; b<count; b += samples[a].length> 12 ? 31 : 7) {
            uint8_t bytes[OPTIONS_MAX];
            size_t length = (size_t)samples[a].length + samples[b].length;

            if (length > OPTIONS_MAX)
                continue;
            memcpy(bytes, samples[a].bytes, samples[a].length);
            memcpy(bytes + samples[a].length, samples[b].bytes, samples[b].length);
            assert_lossless(bytes, length);
            pairs++;
        }
    }
    assert_true(pairs > 100000);
}

/* Each kind with each other kind at all lengths that are good, both ways. */
static void test_all_pairs_of_good_options(void **state)
{
    size_t count = samples_make(samples, sizeof(samples) / sizeof(samples[0]));
    size_t good = 0;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        struct options options;

        options_parse(samples[i].bytes, samples[i].length, &options);
        if (options_unhealthy(&options) == 0 && samples[i].length <= 20 &&
            (samples[i].length <= 8 || samples[i].bytes[2] != 0x11))
            samples[good++] = samples[i];
    }
    for (size_t a = 0; a < good; a++) {
        for (size_t b = 0; b < good; b++) {
            uint8_t bytes[OPTIONS_MAX];

            memcpy(bytes, samples[a].bytes, samples[a].length);
            memcpy(bytes + samples[a].length, samples[b].bytes, samples[b].length);
            assert_lossless(bytes, (size_t)samples[a].length + samples[b].length);
        }
    }
    assert_true(good > 200);
}

/* xorshift64*, the same in every run. */
static uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* Pseudo-random bytes: pure ones, and lists of options most of which are of a good length. */
static void test_random_strings(void **state)
{
    uint64_t seed = 9293;

    (void)state;
    for (size_t round = 0; round < 200000; round++) {
        uint8_t bytes[OPTIONS_MAX];
        size_t length = (random_next(&seed) >> 20) % (OPTIONS_MAX + 1);

        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)(random_next(&seed) >> 30);
        for (size_t at = 0; round % 2 && at < length;) {
            uint8_t kind = kinds[(random_next(&seed) >> 30) % sizeof(kinds)];
            size_t claimed = 2 + (random_next(&seed) >> 30) % 20;

            if (kind == 0 && random_next(&seed) >> 62)
                kind = 1;
            bytes[at] = kind;
            if (kind < 2) {
                at++;
                continue;
            }
            if (at + 1 < length)
                bytes[at + 1] = (uint8_t)claimed;
            at += claimed;
        }
        assert_lossless(bytes, length);
    }
}

/*
 * The longest text that one option of each length can have, whatever its kind and value, and from
 * these the longest that a list can have, must fit. Numbers and hex are longest with all bits set.
 */
static void test_no_list_is_longer_than_its_room(void **state)
{
    size_t longest[OPTIONS_MAX + 1] = {0}, list[OPTIONS_MAX + 1] = {0};

    (void)state;
    for (uint8_t length = 1; length <= OPTIONS_MAX; length++) {
        /* Unknown, malformed, cut short, behind the end: raw, two digits a byte. */
        longest[length] = strlen("raw:") + (size_t)2 * length;
        for (size_t k = 0; k < sizeof(kinds); k++)
            for (unsigned value = 0; value < 0x10000; value++) {
                uint8_t bytes[OPTIONS_MAX];

                /* Subtypes, flags and ExIDs in the first two decide on the form; the rest is
                 * numbers. */
                if ((value >> 8 & 0x0f) != 0x0f && value >> 8 != 0xf9)
                    continue;
                if ((value & 0xff) > 0x20 && (value & 0xff) != 0x89 && (value & 0xff) != 0xff)
                    continue;
                memset(bytes, 0xff, sizeof(bytes));
                bytes[0] = kinds[k];
                bytes[1] = length;
                bytes[2] = (uint8_t)(value >> 8);
                bytes[3] = (uint8_t)value;

                size_t found = assert_lossless(bytes, length);

                if (found > longest[length])
                    longest[length] = found;
            }
    }
    for (size_t length = 1; length <= OPTIONS_MAX; length++)
        for (size_t last = 1; last <= length; last++) {
            size_t sum = list[length - last] + (length > last) + longest[last];

            if (sum > list[length])
                list[length] = sum;
        }
    print_message("# a list of options is at most %zu characters long\n", list[OPTIONS_MAX]);
    assert_true(list[OPTIONS_MAX] < OPTIONS_TEXT_SIZE);
    assert_int_equal(longest[1], strlen("raw:00"));
    assert_int_equal(longest[4], strlen("mptcp capable v15 flags ff"));
}

/* One that comes to that length. */
static void test_a_longest_list(void **state)
{
    uint8_t bytes[OPTIONS_MAX];

    (void)state;
    for (size_t i = 0; i < OPTIONS_MAX; i += 4)
        memcpy(bytes + i, (const uint8_t[]){30, 4, 0x0f, 0xff}, 4);
    assert_int_equal(assert_lossless(bytes, sizeof(bytes)), 269);
    memset(bytes, OPTION_NOP, sizeof(bytes));
    assert_int_equal(assert_lossless(bytes, sizeof(bytes)), 159);
}

/* What is shown, for which bytes. */
static void test_notation(void **state)
{
    static const struct {
        const char *hex, *text;
    } rows[] = {
        {"", ""},
        {"020405b40402080a0000006400000000"
         "01030307",
         "mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7"},
        {"0101050a00000001000003e9", "nop,nop,sack 1:1001"},
        {"051200000001000003e9000007d100000bb9", "sack 1:1001 2001:3001"},
        {"0303ff", "wscale 255"},
        {"2202", "FO"},
        {"220aabcdef0123456789", "FO abcdef0123456789"},
        {"fe04f989", "FOEXP"},
        {"fe08f98900112233", "FOEXP 00112233"},
        {"fd04f989", "exp1 f989"},
        {"fd08abcd01020304", "exp1 abcd:01020304"},
        {"fe06e2d4c3d9", "exp2 e2d4:c3d9"},
        {"131200112233445566778899aabbccddeeff", "md5 00112233445566778899aabbccddeeff"},
        {"1c04001e", "uto 30s"},
        {"1c04801e", "uto 30m"},
        {"1c04ffff", "uto 32767m"},
        {"1d040102", "ao keyid 1 rnext 2"},
        {"1d10010200112233445566778899aabb", "ao keyid 1 rnext 2 mac 00112233445566778899aabb"},
        {"1e040181", "mptcp capable v1 flags 81"},
        {"1e0c00810011223344556677", "mptcp capable v0 flags 81 key 0011223344556677"},
        {"1e14010100112233445566778899aabbccddeeff",
         "mptcp capable v1 flags 01 key 0011223344556677 8899aabbccddeeff"},
        {"1e16010100112233445566778899aabbccddeeff0064",
         "mptcp capable v1 flags 01 key 0011223344556677 8899aabbccddeeff length 100"},
        {"1e18010100112233445566778899aabbccddeeff0064beef",
         "mptcp capable v1 flags 01 key 0011223344556677 8899aabbccddeeff length 100 checksum "
         "beef"},
        {"1e0c1102aabbccdd00112233", "mptcp join 1 02aabbccdd00112233"},
        {"1e0350", "mptcp prio 0"},
        {"1e048001", "mptcp tcprst 0 01"},
        {"1e05f12345", "mptcp f12345"},
        {"ac02", "accecn0"},
        {"ac05000001", "accecn0 e0b 1"},
        {"ac0b000001000002ffffff", "accecn0 e0b 1 ceb 2 e1b 16777215"},
        {"ae0b000001000002000003", "accecn1 e1b 1 ceb 2 e0b 3"},
        {"ed02", "edo"},
        {"ed04000a", "edo header 10"},
        {"ed06000a0064", "edo header 10 segment 100"},
        {"0402000000", "sackOK,eol,eol,eol"},
        {"00000001", "eol,raw:000001"},
        {"6304beef", "raw:6304beef"},
        {"020501020304", "raw:0205010203,raw:04"},
        {"02040001020400020101", "mss 1,mss 2,nop,nop"},
        {"080a00", "raw:080a00"},
        {"0402ff", "sackOK,raw:ff"},
        {"2204aabb", "raw:2204aabb"},
        {"fe06f989aabb", "raw:fe06f989aabb"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t bytes[OPTIONS_MAX];
        size_t length;
        struct options options;
        char text[OPTIONS_TEXT_SIZE];

        assert_int_equal(text_hex(rows[i].hex, "test", bytes, sizeof(bytes), &length, NULL), 0);
        options_parse(bytes, length, &options);
        assert_string_equal(options_show(&options, text), rows[i].text);
        assert_lossless(bytes, length);
    }
}

/* Other ways of writing, and what they are shown as. */
static void test_other_spellings(void **state)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"none", ""},
        {" NONE ", ""},
        {"  ", ""},
        {"MSS 1460,SACKok,ts VAL 1 ECR 2,NOP,WScale 7",
         "mss 1460,sackOK,TS val 1 ecr 2,nop,wscale 7"},
        {" mss 1460 ,\tnop , eol ", "mss 1460,nop,eol"},
        {"mss=1460,wscale=0x0a", "mss 1460,wscale 10"},
        {"ws 15,ws=200", "wscale 15,wscale 200"},
        {"mss 0", "mss 0"},
        {"TS", "TS val 0 ecr 0"},
        {"TS val 7", "TS val 7 ecr 0"},
        {"timestamps ecr 7", "TS val 0 ecr 7"},
        {"sack 4294967295:0", "sack 4294967295:0"},
        {"sack-permitted,tfo ABCDEF01", "sackOK,FO abcdef01"},
        {"foexp", "FOEXP"},
        {"exp2 f989", "FOEXP"},
        {"exp1 ABCD1234:56", "exp1 abcd:123456"},
        {"mptcp MP_PRIO f", "mptcp prio f"},
        {"mptcp 0101", "mptcp capable v1 flags 01"},
        {"raw:0101", "nop,nop"},
        {"raw 02 04 05b4", "mss 1460"},
        {"raw=FD04BEEF", "exp1 beef"},
        {"raw:2204aabb", "raw:2204aabb"},
        {"raw:0204,raw:05b4", "mss 1460"},
        {"edo header 65535 segment 0", "edo header 65535 segment 0"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct options options;
        struct fault fault = {0};
        char text[OPTIONS_TEXT_SIZE];
        int result = options_read(rows[i].text, "--options", &options, &fault);

        if (result != 0)
            fail_msg("'%s': %s", rows[i].text, fault.what);
        assert_string_equal(options_show(&options, text), rows[i].shown);
    }
}

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        enum fault_code code;
        const char *says;
    } rows[] = {
        {"mms 5", FAULT_SYNTAX, "unknown option 'mms' in --options; did you mean 'mss'?"},
        {"nop,wscal 7", FAULT_SYNTAX, "unknown option 'wscal' in --options; did you mean 'wscale'?"},
        {"quux", FAULT_SYNTAX, "unknown option 'quux' in --options; raw:HEX sends any bytes"},
        {"\033[2J", FAULT_SYNTAX,
         "unknown option '\\x1b[2j' in --options; raw:HEX sends any bytes"},
        {"mss 65536", FAULT_SYNTAX,
         "option 'mss 65536' in --options cannot be read: write mss N, N from 0 to 65535"},
        {"mss", FAULT_SYNTAX, "option 'mss' in --options cannot be read"},
        {"mss -1", FAULT_SYNTAX, "option 'mss -1' in --options cannot be read"},
        {"mss 1 2", FAULT_SYNTAX, "option 'mss 1 2' in --options cannot be read"},
        {"sackOK 1", FAULT_SYNTAX, "option 'sackOK 1' in --options cannot be read"},
        {"nop 1", FAULT_SYNTAX, "option 'nop 1' in --options cannot be read"},
        {"wscale 256", FAULT_SYNTAX, "N from 0 to 255"},
        {"TS val", FAULT_SYNTAX, "write TS val N ecr N"},
        {"TS val 1 ecr 4294967296", FAULT_SYNTAX, "N from 0 to 4294967295"},
        {"TS ecr 1 val 1", FAULT_SYNTAX, "write TS val N ecr N"},
        {"sack", FAULT_SYNTAX, "write sack LEFT:RIGHT"},
        {"sack 1", FAULT_SYNTAX, "write sack LEFT:RIGHT"},
        {"sack :1", FAULT_SYNTAX, "write sack LEFT:RIGHT"},
        {"sack 1:", FAULT_SYNTAX, "write sack LEFT:RIGHT"},
        {"sack 1:2 3:4 5:6 7:8 9:10", FAULT_RANGE, "take 42 bytes, at most 40 fit"},
        {"FO abc", FAULT_SYNTAX, "write FO [HEX]"},
        {"FO aabb", FAULT_SYNTAX,
         "would be 4 bytes long: write FO [HEX], a cookie of 4, 6, ... 16"},
        {"FOEXP aabb", FAULT_SYNTAX, "would be 6 bytes long: write FOEXP [HEX]"},
        {"FOEXP xy", FAULT_SYNTAX, "write FOEXP [HEX]"},
        {"md5", FAULT_SYNTAX, "write md5 HEX, 32 digits; raw:HEX sends any bytes"},
        {"md5 0011", FAULT_SYNTAX, "write md5 HEX, 32 digits"},
        {"uto 30", FAULT_SYNTAX, "write uto Ns or uto Nm"},
        {"uto s", FAULT_SYNTAX, "write uto Ns or uto Nm"},
        {"uto 32768s", FAULT_SYNTAX, "N from 0 to 32767"},
        {"uto", FAULT_SYNTAX, "write uto Ns or uto Nm"},
        {"ao keyid 1", FAULT_SYNTAX, "write ao keyid N rnext N [mac HEX]"},
        {"ao keyid 1 rnext 2 mac", FAULT_SYNTAX, "write ao keyid N rnext N [mac HEX]"},
        {"mptcp", FAULT_SYNTAX, "write mptcp capable vN flags HH"},
        {"mptcp capable", FAULT_SYNTAX, "write mptcp capable vN flags HH"},
        {"mptcp capable v16 flags 01", FAULT_SYNTAX, "write mptcp capable vN flags HH"},
        {"mptcp capable v1 flags 1", FAULT_SYNTAX, "write mptcp capable vN flags HH"},
        {"mptcp capable v1 flags 01 key 00", FAULT_SYNTAX, "write mptcp capable vN flags HH"},
        {"mptcp join", FAULT_SYNTAX, "write mptcp capable vN flags HH"},
        {"mptcp join g 00", FAULT_SYNTAX, "write mptcp capable vN flags HH"},
        {"mptcp join 0 00", FAULT_SYNTAX, "would be 4 bytes long"},
        {"accecn0 e1b 1", FAULT_SYNTAX, "write accecn0 [e0b N"},
        {"accecn1 e1b 16777216", FAULT_SYNTAX, "N from 0 to 16777215"},
        {"edo segment 1", FAULT_SYNTAX, "write edo [header N [segment N]]"},
        {"exp1", FAULT_SYNTAX, "write exp1 EXID[:HEX]"},
        {"exp1 abc", FAULT_SYNTAX, "write exp1 EXID[:HEX]"},
        {"exp1 abcd:", FAULT_SYNTAX, "write exp1 EXID[:HEX]"},
        {"exp2 abcd:1", FAULT_SYNTAX, "write exp2 EXID[:HEX]"},
        {"raw", FAULT_SYNTAX, "write raw:HEX"},
        {"raw:", FAULT_SYNTAX, "write raw:HEX"},
        {"raw:0", FAULT_SYNTAX, "write raw:HEX"},
        {"raw:0g", FAULT_SYNTAX, "write raw:HEX"},
        {"nop,,nop", FAULT_SYNTAX, "an option is missing beside a comma in --options"},
        {"nop,", FAULT_SYNTAX, "an option is missing beside a comma in --options"},
        {",", FAULT_SYNTAX, "an option is missing beside a comma in --options"},
        {"nop,none", FAULT_SYNTAX, "unknown option 'none'"},
        {"TS,TS,TS,TS,TS", FAULT_RANGE, "the options of --options take 50 bytes, at most 40 fit"},
        {"mss 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17", FAULT_SYNTAX, "too many words"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct options options, before;
        struct fault fault = {0};

        memset(&options, 0x5a, sizeof(options));
        before = options;
        assert_int_equal(options_read(rows[i].text, "--options", &options, &fault),
                         -(int)rows[i].code);
        assert_int_equal(fault.code, rows[i].code);
        if (!strstr(fault.what, rows[i].says))
            fail_msg("'%s': \"%s\" is not in \"%s\"", rows[i].text, rows[i].says, fault.what);
        assert_memory_equal(&options, &before, sizeof(options));
        assert_int_equal(options_read(rows[i].text, "--options", &options, NULL),
                         -(int)rows[i].code);
    }
}

static void test_very_long_texts(void **state)
{
    static char text[20000];
    struct options options;
    struct fault fault;

    (void)state;
    memset(text, 'a', sizeof(text) - 1);
    assert_int_equal(options_read(text, "--options", &options, &fault), -FAULT_SYNTAX);
    assert_non_null(strstr(fault.what, "is too long"));
    memcpy(text, "raw:", 4);
    for (size_t digits = 82; digits <= 590; digits += 2) {
        text[4 + digits] = '\0';
        assert_int_equal(options_read(text, "--options", &options, &fault), -FAULT_RANGE);
        text[4 + digits] = 'a';
    }
    for (size_t i = 0; i + 4 < sizeof(text); i += 4)
        memcpy(text + i, "nop,", 4);
    memcpy(text + 19996, "nop", 4);
    assert_int_equal(options_read(text, "--options", &options, &fault), -FAULT_RANGE);
    assert_non_null(strstr(fault.what, "take 5000 bytes, at most 40 fit"));
    text[159] = '\0';
    assert_int_equal(options_read(text, "--options", &options, &fault), 0);
    assert_int_equal(options.count, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_short_strings),
        cmocka_unit_test(test_all_options_alone_and_in_pairs),
        cmocka_unit_test(test_all_pairs_of_good_options),
        cmocka_unit_test(test_random_strings),
        cmocka_unit_test(test_no_list_is_longer_than_its_room),
        cmocka_unit_test(test_a_longest_list),
        cmocka_unit_test(test_notation),
        cmocka_unit_test(test_other_spellings),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_very_long_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
