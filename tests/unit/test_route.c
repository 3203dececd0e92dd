/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/route that need nothing but loopback; the rest is in tests/net. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "net/route.h"

static struct address address_of(const char *text)
{
    struct address address;
    assert_int_equal(address_read(text, &address), 0);
    return address;
}

static void test_loopback(void **unused)
{
    (void)unused;
    struct address here = address_of("127.0.0.1"), there = address_of("127.1.2.3");
    struct route route;
    struct fault fault;
    assert_int_equal(route_find(&here, NULL, NULL, &route, &fault), 0);
    assert_string_equal(route.interface, "lo");
    assert_int_equal(route.index, interface_index("lo"));
    assert_true(route.local);
    assert_true(route.mtu >= 1280);
    assert_true(route.hop_limit >= 1);
    assert_true(address_equal(&route.source, &here));
    assert_int_equal(route.source.scope, 0);

    /* By name, and from a source of the caller's choice. */
    assert_int_equal(route_find(&there, "lo", &here, &route, &fault), 0);
    assert_string_equal(route.interface, "lo");
    assert_true(address_equal(&route.source, &here));
}

/* `words` begin the fault's; the route is untouched. */
static void refused(const char *destination, const char *interface, const char *source,
                    const char *words)
{
    struct address to = address_of(destination), from;
    struct route route = {.mtu = 4711};
    struct fault fault = {0};
    if (source)
        from = address_of(source);
    int error = route_find(&to, interface, source ? &from : NULL, &route, &fault);
    assert_int_equal(error, -FAULT_ROUTE);
    assert_int_equal(fault.code, FAULT_ROUTE);
    assert_int_equal(strncmp(fault.what, words, strlen(words)), 0);
    assert_int_equal(route.mtu, 4711);
}

static void test_refused(void **unused)
{
    (void)unused;
    refused("127.0.0.1", "nosuch0", NULL, "there is no interface 'nosuch0'");
    refused("127.0.0.1", "a-name-that-is-too-long-for-one", NULL, "there is no interface");
    refused("127.0.0.1", NULL, "192.0.2.1", "'192.0.2.1' is not an address of this machine");
    refused("127.0.0.1", NULL, "::1", "source and destination are of different families");
    refused("fe80::1", NULL, NULL, "'fe80::1' is valid on one link only");
    refused("224.0.0.1", "lo", NULL, "'224.0.0.1' is no unicast address here");
}

static void test_scope(void **unused)
{
    (void)unused;
    struct address to = address_of("fe80::1");
    struct route route;
    struct fault fault;
    to.scope = interface_index("lo") + 1;
    assert_int_equal(route_find(&to, "lo", NULL, &route, &fault), -FAULT_ROUTE);
    assert_non_null(strstr(fault.what, "names another interface than 'lo'"));
}

static void test_interface(void **unused)
{
    (void)unused;
    char name[INTERFACE_NAME_SIZE];
    struct interface_facts facts = {0};
    unsigned index = interface_index("lo");
    assert_int_not_equal(index, 0);
    assert_true(interface_name(index, name));
    assert_string_equal(name, "lo");
    assert_true(interface_facts("lo", &facts));
    assert_int_equal(facts.index, index);
    assert_true(facts.loopback);
    assert_true(facts.up);
    assert_int_not_equal(facts.mtu, 0);

    assert_int_equal(interface_index("nosuch0"), 0);
    assert_false(interface_name(UINT32_MAX / 2, name));
    assert_false(interface_facts("nosuch0", &facts));
    assert_false(interface_facts("a-name-that-is-too-long-for-one", &facts));
    assert_int_equal(facts.index, index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loopback),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_interface),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
