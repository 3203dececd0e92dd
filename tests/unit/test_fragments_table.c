/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fragments that somebody made up so that the hash without a key cannot tell them apart. */
#include "probe/fragments_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define KEYS 1000
/* Of 1000 in uthash's buckets, ten a bucket on average, none has so many by chance. */
#define MANY 60

/* One block of Jenkins' hash, as uthash has it. */
static void jenkins(uint32_t state[3])
{
    /* To the left where above 0, else to the right. */
    static const int shifts[] = {-13, 8, -13, -12, 16, -5, -3, 10, -15};

    for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
        uint32_t *to = &state[i % 3], last = state[(i + 2) % 3];
        *to -= state[(i + 1) % 3];
        *to -= last;
        *to ^= shifts[i] > 0 ? last << shifts[i] : last >> -shifts[i];
    }
}

/* All of these keys come to the same state behind their first 24 bytes, and are the same after. */
static void make_key(uint32_t number, struct fragments_key *key)
{
    uint32_t words[6] = {0xb80d0120, number, number * 7919};
    uint32_t state[3] = {0x9e3779b9 + words[0], 0x9e3779b9 + words[1], 0xfeedbeef + words[2]};

    jenkins(state);
    for (uint32_t i = 0; i < 3; i++)
        words[3 + i] = 12345 * i - state[i];
    memset(key, 0, sizeof *key);
    memcpy(key, words, sizeof words);
}

static void test_collisions(void **unused)
{
    static const uint64_t seed[2] = {0x1234, 0x5678};
    struct datagram *table = NULL;
    struct fragments_key key;
    unsigned alike, first = 0, most = 0;
    (void)unused;
    for (uint32_t i = 0; i < KEYS; i++) {
        make_key(i, &key);
        HASH_JEN(&key, sizeof key, alike);
        if (i == 0)
            first = alike;
        assert_int_equal(alike, first); /* else this test shows nothing */
        assert_null(datagram_find(table, &key, seed));
        struct datagram *datagram = datagram_add(&table, &key, seed);
        assert_non_null(datagram);
        assert_ptr_equal(datagram_find(table, &key, seed), datagram);
    }
    for (unsigned i = 0; i < table->hh.tbl->num_buckets; i++)
        if (table->hh.tbl->buckets[i].count > most)
            most = table->hh.tbl->buckets[i].count;
    assert_in_range(most, 1, MANY);
    while (table)
        datagram_remove(&table, table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collisions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
