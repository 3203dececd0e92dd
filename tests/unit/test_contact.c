/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/contact: each part of a connection's ends tells it from others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/contact.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static struct address address(enum ip_family family, uint8_t last)
{
    struct address address = {.family = family};

    address.bytes[0] = 198;
    address.bytes[3] = last;
    return address;
}

struct ends {
    struct address local, remote;
    uint16_t local_port, remote_port;
};

static struct contact *find(struct contact *table, const struct ends *ends)
{
    return contact_find(table, &ends->local, ends->local_port, &ends->remote, ends->remote_port);
}

static void test_each_part_counts(void **state)
{
    const struct ends all[] = {
        {address(IP_FAMILY_V4, 1), address(IP_FAMILY_V4, 2), 40000, 80},
        {address(IP_FAMILY_V4, 3), address(IP_FAMILY_V4, 2), 40000, 80},
        {address(IP_FAMILY_V4, 1), address(IP_FAMILY_V4, 3), 40000, 80},
        {address(IP_FAMILY_V4, 2), address(IP_FAMILY_V4, 1), 40000, 80}, /* ends exchanged */
        {address(IP_FAMILY_V4, 1), address(IP_FAMILY_V4, 2), 40001, 80},
        {address(IP_FAMILY_V4, 1), address(IP_FAMILY_V4, 2), 40000, 81},
        {address(IP_FAMILY_V4, 1), address(IP_FAMILY_V4, 2), 80, 40000},
        {address(IP_FAMILY_V6, 1), address(IP_FAMILY_V6, 2), 40000, 80}, /* the same bytes */
    };
    struct contact contacts[COUNT_OF(all)] = {{0}}, *table = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        assert_null(find(table, &all[i]));
        contact_add(&table, &contacts[i], &all[i].local, all[i].local_port, &all[i].remote,
                    all[i].remote_port);
    }
    for (size_t i = 0; i < COUNT_OF(all); i++)
        assert_ptr_equal(find(table, &all[i]), &contacts[i]);
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        contact_remove(&table, &contacts[i]);
        contact_remove(&table, &contacts[i]); /* once more does no harm */
        for (size_t j = 0; j < COUNT_OF(all); j++)
            assert_ptr_equal(find(table, &all[j]), j > i ? &contacts[j] : NULL);
    }
    assert_null(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_part_counts)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
