/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses as text and back, and which kind they are of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire/ip.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void test_address_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"2001:DB8::1", "2001:db8::1"},
        {"2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
        {"::", "::"},
        {"::1", "::1"},
        {"fe80::1", "fe80::1"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct address address, again;
        char text[ADDRESS_TEXT_SIZE];
        assert_int_equal(address_read(rows[i].text, &address), 0);
        assert_int_equal(address.scope, 0);
        assert_string_equal(address_show(&address, text), rows[i].shown);
        assert_int_equal(address_read(text, &again), 0);
        assert_true(address_equal(&address, &again));
    }
    static const char *const wrong[] = {
        "",      "1",   "1.2.3",   "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "0x7f.1",
        "127.1", ":::", "1::2::3", "12345::",   "fe80::1%1", "::1/128",  "[::1]",    "localhost",
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        struct address address = {.scope = 4711};
        assert_int_equal(address_read(wrong[i], &address), -FAULT_SYNTAX);
        assert_int_equal(address.scope, 4711);
    }
    struct address none = {.family = IP_FAMILY_NONE};
    char text[ADDRESS_TEXT_SIZE];
    assert_string_equal(address_show(&none, text), "none");
}

static void test_address_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool link_local, loopback, unicast;
    } rows[] = {
        {"192.0.2.1", false, false, true},
        {"127.0.0.1", false, true, true},
        {"127.255.255.254", false, true, true},
        {"128.0.0.1", false, false, true},
        {"169.254.3.4", true, false, true},
        {"169.253.3.4", false, false, true},
        {"0.0.0.0", false, false, false},
        {"255.255.255.255", false, false, false},
        {"255.255.255.254", false, false, true},
        {"224.0.0.1", false, false, false},
        {"239.255.255.255", false, false, false},
        {"223.255.255.255", false, false, true},
        {"240.0.0.1", false, false, true},
        {"::", false, false, false},
        {"::1", false, true, true},
        {"::2", false, false, true},
        {"1::1", false, false, true},
        {"fe80::1", true, false, true},
        {"febf::1", true, false, true},
        {"fec0::1", false, false, true},
        {"ff02::1", false, false, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct address address;
        assert_int_equal(address_read(rows[i].text, &address), 0);
        assert_int_equal(address_is_link_local(&address), rows[i].link_local);
        assert_int_equal(address_is_loopback(&address), rows[i].loopback);
        assert_int_equal(address_is_unicast(&address), rows[i].unicast);
    }
    struct address none = {.family = IP_FAMILY_NONE, .bytes = {127}};
    assert_false(address_is_unicast(&none) || address_is_loopback(&none));
}

static void test_address_equal(void **state)
{
    (void)state;
    struct address a, b;
    address_read("192.0.2.1", &a);
    b = a;
    b.scope = 3; /* not compared */
    assert_true(address_equal(&a, &b));
    b.bytes[3] = 2;
    assert_false(address_equal(&a, &b));
    address_read("::1", &a);
    b = a;
    b.bytes[15] = 2;
    assert_false(address_equal(&a, &b));
    b = a;
    b.family = IP_FAMILY_V4;
    assert_false(address_equal(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_address_text),
        cmocka_unit_test(test_address_kinds),
        cmocka_unit_test(test_address_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
