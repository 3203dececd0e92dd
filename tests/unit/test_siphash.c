/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyed hash: what its authors say comes out. */
#include "base/siphash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The key is the bytes 0 … 15, the message 0 … length - 1: appendix A of the paper, and the
 * vectors that come with the reference implementation. */
static const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

static void test_vectors(void **state)
{
    static const struct {
        size_t length;
        uint64_t hash;
    } vectors[] = {
        {0, 0x726fdb47dd0e0e31},
        {1, 0x74f839c593dc67fd},
        {7, 0xab0200f58b01d137},
        {8, 0x93f5f5799a932462},
        {15, 0xa129ca6149be45e5},
    };
    uint8_t message[16];
    (void)state;
    for (uint8_t i = 0; i < sizeof message; i++)
        message[i] = i;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        assert_true(siphash(key, message, vectors[i].length) == vectors[i].hash);
}

static void test_key(void **state)
{
    const uint64_t other[2] = {key[0], key[1] ^ 1};
    (void)state;
    assert_true(siphash(key, "abc", 3) != siphash(other, "abc", 3));
    assert_true(siphash(key, "abc", 3) != siphash(key, "abc\0", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
