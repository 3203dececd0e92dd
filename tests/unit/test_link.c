/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the IP packet begins in frames of every known link type, whole and cut short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ip.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* A frame in a buffer of exactly its size, so that the sanitizer sees a read past the end. */
struct buffer {
    uint8_t *bytes;
    size_t length;
};

static struct buffer buffer_of(const void *bytes, size_t length)
{
    struct buffer buffer = {.bytes = malloc(length ? length : 1), .length = length};
    assert_non_null(buffer.bytes);
    if (length > 0)
        memcpy(buffer.bytes, bytes, length);
    return buffer;
}

static void test_link_types(void **state)
{
    (void)state;
    /* clang-format off */
    static const struct {
        int type;
        const char *header;
        size_t length;
        int version, offset;
    } rows[] = {
        {1, "aaaaaabbbbbb\x08\x00", 14, 4, 14},
        {1, "aaaaaabbbbbb\x86\xdd", 14, 6, 14},
        {1, "aaaaaabbbbbb\x81\x00\x00\x05\x08\x00", 18, 4, 18},
        {1, "aaaaaabbbbbb\x88\xa8\x00\x05\x81\x00\x00\x06\x86\xdd", 22, 6, 22},
        {1, "aaaaaabbbbbb\x91\x00\x00\x05\x81\x00\x00\x06\x08\x00", 22, 4, 22},
        {1, "aaaaaabbbbbb\x81\0\0\x05\x81\0\0\x06\x81\0\0\x07\x08\0", 26, 4, -FAULT_FORMAT},
        {1, "aaaaaabbbbbb\x08\x06", 14, 4, -FAULT_FORMAT}, /* ARP */
        {1, "aaaaaabbbbbb\x00\x26", 14, 4, -FAULT_FORMAT}, /* a length: 802.3 */
        {1, "aaaaaabbbbbb\x08\x00", 14, 6, -FAULT_FORMAT},
        {1, "aaaaaabbbbbb\x86\xdd", 14, 4, -FAULT_FORMAT},
        {12, "", 0, 4, 0},
        {14, "", 0, 6, 0},
        {101, "", 0, 4, 0},
        {101, "", 0, 6, 0},
        {101, "", 0, 5, -FAULT_FORMAT},
        {228, "", 0, 4, 0},
        {228, "", 0, 6, -FAULT_FORMAT},
        {229, "", 0, 6, 0},
        {229, "", 0, 4, -FAULT_FORMAT},
        {0, "\x02\0\0\0", 4, 4, 4},
        {0, "\0\0\0\x02", 4, 4, 4},
        {0, "\x0a\0\0\0", 4, 6, 4},
        {0, "\0\0\0\x18", 4, 6, 4},
        {0, "\x1c\0\0\0", 4, 6, 4},
        {0, "\x1e\0\0\0", 4, 6, 4},
        {0, "\x02\0\0\0", 4, 6, -FAULT_FORMAT},
        {0, "\x07\0\0\0", 4, 4, -FAULT_FORMAT},
        {108, "\0\0\0\x02", 4, 4, 4},
        {108, "\0\0\0\x1c", 4, 6, 4},
        {108, "\x02\0\0\0", 4, 4, -FAULT_FORMAT}, /* network order only */
        {113, "\0\0\0\x01\0\x06" "aaaaaa\0\0\x08\x00", 16, 4, 16},
        {113, "\0\0\0\x01\0\x06" "aaaaaa\0\0\x86\xdd", 16, 6, 16},
        {113, "\0\0\0\x01\0\x06" "aaaaaa\0\0\x81\0\0\x05\x08\0", 20, 4, 20},
        {113, "\0\0\0\x01\0\x06" "aaaaaa\0\0\x08\x06", 16, 4, -FAULT_FORMAT},
        {276, "\x08\x00\0\0\0\0\0\x02\0\x01\0\x06" "aaaaaa\0\0", 20, 4, 20},
        {276, "\x86\xdd\0\0\0\0\0\x02\0\x01\0\x06" "aaaaaa\0\0", 20, 6, 20},
        {276, "\x81\0\0\0\0\0\0\x02\0\x01\0\x06" "aaaaaa\0\0\0\x05\x08\0", 24, 4, 24},
        {276, "\x08\x06\0\0\0\0\0\x02\0\x01\0\x06" "aaaaaa\0\0", 20, 4, -FAULT_FORMAT},
    };
    /* clang-format on */
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t frame[64];
        size_t length = rows[i].length + 1;
        memcpy(frame, rows[i].header, rows[i].length);
        frame[length - 1] = (uint8_t)(rows[i].version << 4 | 5);
        assert_true(link_type_known(rows[i].type));
        struct buffer buffer = buffer_of(frame, length);
        int got = link_ip_offset(rows[i].type, buffer.bytes, length);
        free(buffer.bytes);
        if (got != rows[i].offset)
            fail_msg("row %zu: %d, wanted %d", i, got, rows[i].offset);
        /* Cut anywhere, a good frame is truncated, not something else. */
        for (size_t cut = 0; got >= 0 && cut < length; cut++) {
            buffer = buffer_of(frame, cut);
            assert_int_equal(link_ip_offset(rows[i].type, buffer.bytes, cut), -FAULT_TRUNCATED);
            free(buffer.bytes);
        }
    }
    static const int unknown[] = {-1, 2, 9, 105, 127, 239, 100000};
    for (size_t i = 0; i < COUNT_OF(unknown); i++) {
        assert_false(link_type_known(unknown[i]));
        assert_int_equal(link_ip_offset(unknown[i], (const uint8_t *)"E", 1), -FAULT_FORMAT);
    }
    assert_int_equal(link_ip_offset(101, NULL, 0), -FAULT_TRUNCATED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
