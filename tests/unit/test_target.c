/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/target: what is a target, what is not and why, and that it reads back as it is
 * shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "probe/target.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* clang-format off */
static const struct {
    const char *text;
    enum target_kind kind;
    const char *host, *scope;
    size_t count;
    uint16_t first, last;
    const char *shown; /* with the first port */
} good[] = {
    {"self",                      TARGET_SELF,    "self",            "",     1,     0,    0,     "self"},
    {"example.net:443",           TARGET_NAME,    "example.net",     "",     1,     443,  443,   "example.net:443"},
    {"_srv.x-1.:1",               TARGET_NAME,    "_srv.x-1.",       "",     1,     1,    1,     "_srv.x-1.:1"},
    {"h:22,80,8000-8010",         TARGET_NAME,    "h",               "",     13,    22,   8010,  "h:22"},
    {"h:1-65535",                 TARGET_NAME,    "h",               "",     65535, 1,    65535, "h:1"},
    {"h:7,7",                     TARGET_NAME,    "h",               "",     2,     7,    7,     "h:7"},
    {"198.18.0.1:80",             TARGET_ADDRESS, "198.18.0.1",      "",     1,     80,   80,    "198.18.0.1:80"},
    {"[2001:db8::1]:443",         TARGET_ADDRESS, "2001:db8::1",     "",     1,     443,  443,   "[2001:db8::1]:443"},
    {"[::1]:65535",               TARGET_ADDRESS, "::1",             "",     1,     65535, 65535, "[::1]:65535"},
    {"[fe80::1%eth0]:22",         TARGET_ADDRESS, "fe80::1",         "eth0", 1,     22,   22,    "[fe80::1%eth0]:22"},
    {"192.0.2.7/28:443,80",       TARGET_ADDRESS, "192.0.2.0",       "",     2,     443,  80,    "192.0.2.0:443"},
    {"[2001:DB8::00ff/120]:443",  TARGET_ADDRESS, "2001:db8::",      "",     1,     443,  443,   "[2001:db8::]:443"},
};

/* Prefixes: how many probes, and some of them. */
static const struct {
    const char *text;
    uint64_t probes;
    struct {
        uint64_t index;
        const char *shown;
    } item[5];
} many[] = {
    {"self",                      1,          {{0, "self"}}},
    {"h:7,9-10",                  3,          {{0, "h:7"}, {2, "h:10"}}},
    {"[2001:DB8::0]:7,9",         2,          {{0, "[2001:db8::]:7"}, {1, "[2001:db8::]:9"}}},
    {"192.0.2.0/28:443",          16,         {{0, "192.0.2.0:443"}, {1, "192.0.2.1:443"}, {15, "192.0.2.15:443"}}},
    {"192.0.2.77/32:443",         1,          {{0, "192.0.2.77:443"}}},
    {"192.0.2.77/31:443",         2,          {{0, "192.0.2.76:443"}, {1, "192.0.2.77:443"}}},
    {"192.0.2.255/30:80,443,8000-8001", 16,   {{0, "192.0.2.252:80"}, {1, "192.0.2.252:443"}, {3, "192.0.2.252:8001"}, {4, "192.0.2.253:80"}, {15, "192.0.2.255:8001"}}},
    {"198.18.255.255/15:80",      131072,     {{0, "198.18.0.0:80"}, {65535, "198.18.255.255:80"}, {65536, "198.19.0.0:80"}, {131071, "198.19.255.255:80"}}},
    {"10.0.0.0/8:443",            16777216,   {{256, "10.0.1.0:443"}, {16777215, "10.255.255.255:443"}}},
    {"64.0.0.0/2:1-65535",        UINT64_C(70367670435840), {{UINT64_C(70367670435839), "127.255.255.255:65535"}}},
    {"[2001:db8::/120]:443",      256,        {{0, "[2001:db8::]:443"}, {255, "[2001:db8::ff]:443"}}},
    {"[2001:db8::1/128]:443",     1,          {{0, "[2001:db8::1]:443"}}},
    {"[2001:db8:ffff:ffff:ffff::/65]:443", UINT64_C(1) << 63, {{UINT64_C(0x7fffffffffffffff), "[2001:db8:ffff:ffff:ffff:ffff:ffff:ffff]:443"}}},
    {"[2001:db8::/65]:443,444",   UINT64_MAX, {{1, "[2001:db8::]:444"}}},
    {"[2001:db8::/64]:443",       UINT64_MAX, {{UINT64_MAX - 1, "[2001:db8::ffff:ffff:ffff:fffe]:443"}}},
    {"[2001:db8:ffff::/33]:443",  UINT64_MAX, {{0, "[2001:db8:8000::]:443"}, {UINT64_MAX - 1, "[2001:db8:8000:0:ffff:ffff:ffff:fffe]:443"}}},
    {"[8000::/2]:1-65535",        UINT64_MAX, {{65535, "[8000::1]:1"}}},
    {"[fe80::%eth0/126]:22",      4,          {{3, "[fe80::3%eth0]:22"}}},
};

/* Text, and a part of what is said about it. */
static const struct {
    const char *text;
    int error;
    const char *why;
} bad[] = {
    {"",                     -FAULT_SYNTAX, "the host is missing"},
    {":80",                  -FAULT_SYNTAX, "the host is missing"},
    {"[]:80",                -FAULT_SYNTAX, "the host is missing"},
    {"host",                 -FAULT_SYNTAX, "the port is missing"},
    {"self:80",              -FAULT_SYNTAX, "chooses its port"},
    {"[self]:80",            -FAULT_SYNTAX, "chooses its port"},
    {"[::1]",                -FAULT_SYNTAX, "the port is missing"},
    {"host:",                -FAULT_SYNTAX, "a port is missing"},
    {"host:80,",             -FAULT_SYNTAX, "a port is missing"},
    {"host:,80",             -FAULT_SYNTAX, "a port is missing"},
    {"host:0",               -FAULT_RANGE,  "port"},
    {"host:65536",           -FAULT_RANGE,  "port"},
    {"host:9-3",             -FAULT_RANGE,  "port"},
    {"host:http",            -FAULT_SYNTAX, "port"},
    {"host:80 ",             -FAULT_SYNTAX, "port"},
    {"host:-1",              -FAULT_SYNTAX, "port"},
    {"host:00000000000000080", -FAULT_SYNTAX, "a port is a number from 1 to 65535"},
    {"2001:db8::1:443",      -FAULT_SYNTAX, "in brackets"},
    {"[2001:db8::1:443",     -FAULT_SYNTAX, "the bracket is not closed"},
    {"[2001:db8::1]443",     -FAULT_SYNTAX, "after the bracket"},
    {"10.0.0:80",            -FAULT_SYNTAX, "neither an address nor a host name"},
    {"256.1.1.1:80",         -FAULT_SYNTAX, "neither an address nor a host name"},
    {"ho st:80",             -FAULT_SYNTAX, "neither an address nor a host name"},
    {"-host:80",             -FAULT_SYNTAX, "neither an address nor a host name"},
    {"h\xc3\xb6st:80",       -FAULT_SYNTAX, "neither an address nor a host name"},
    {"http://host:80",       -FAULT_SYNTAX, "a URL is no target"},
    {"http://[::1]/",        -FAULT_SYNTAX, "a URL is no target"},
    {"224.0.0.1:80",         -FAULT_SYNTAX, "unicast"},
    {"255.255.255.255:80",   -FAULT_SYNTAX, "unicast"},
    {"0.0.0.0:80",           -FAULT_SYNTAX, "unicast"},
    {"[ff02::1]:80",         -FAULT_SYNTAX, "unicast"},
    {"[::]:80",              -FAULT_SYNTAX, "unicast"},
    {"[fe80::1%]:80",        -FAULT_SYNTAX, "the name of an interface"},
    {"[fe80::1%a/b]:80",     -FAULT_SYNTAX, "prefix length"},
    {"[fe80::/120%eth0]:80", -FAULT_SYNTAX, "prefix length"},
    {"[fe80::/1234567890123456]:80", -FAULT_SYNTAX, "the length of the prefix"},
    {"[fe80::%/120]:80",     -FAULT_SYNTAX, "the name of an interface"},
    {"[2001:db8::]/120:80",  -FAULT_SYNTAX, "in the brackets"},
    {"2001:db8::/120",       -FAULT_SYNTAX, "in brackets"},
    {"192.0.2.0:80/28",      -FAULT_SYNTAX, "before the port"},
    {"192.0.2.0/28",         -FAULT_SYNTAX, "the port is missing"},
    {"192.0.2.0/:80",        -FAULT_SYNTAX, "prefix length"},
    {"192.0.2.0/28/28:80",   -FAULT_SYNTAX, "prefix length"},
    {"192.0.2.0/-1:80",      -FAULT_SYNTAX, "prefix length"},
    {"192.0.2.0/33:80",      -FAULT_RANGE,  "prefix length"},
    {"[2001:db8::/129]:80",  -FAULT_RANGE,  "prefix length"},
    {"192.0.2.0/255.255.255.0:80", -FAULT_SYNTAX, "prefix length"},
    {"198.18.0.0%eth0/24:80", -FAULT_SYNTAX, "only an IPv6 address"},
    {"/24:80",               -FAULT_SYNTAX, "neither an address nor a host name"},
    {"192.0.2/24:80",        -FAULT_SYNTAX, "neither an address nor a host name"},
    {"example.net/24:80",    -FAULT_SYNTAX, "only an address has a prefix"},
    {"self/24:80",           -FAULT_SYNTAX, "only an address has a prefix"},
    {"0.0.0.0/0:80",         -FAULT_SYNTAX, "not all of these"},
    {"0.1.2.3/8:80",         -FAULT_SYNTAX, "not all of these"},
    {"128.0.0.0/1:80",       -FAULT_SYNTAX, "not all of these"},
    {"224.0.0.0/4:80",       -FAULT_SYNTAX, "not all of these"},
    {"255.255.255.240/28:80", -FAULT_SYNTAX, "not all of these"},
    {"255.255.255.255/32:80", -FAULT_SYNTAX, "not all of these"},
    {"[::/0]:80",            -FAULT_SYNTAX, "not all of these"},
    {"[::/128]:80",          -FAULT_SYNTAX, "not all of these"},
    {"[ff00::/8]:80",        -FAULT_SYNTAX, "not all of these"},
    {"[8000::/1]:80",        -FAULT_SYNTAX, "not all of these"},
    {"[fe80::1%a b]:80",     -FAULT_SYNTAX, "the name of an interface"},
    {"[fe80::1%\x1b[31m]:80", -FAULT_SYNTAX, "the name of an interface"},
    {"[fe80::1%sixteen-letters-]:80", -FAULT_SYNTAX, "the name of an interface"},
    {"[198.18.0.1%eth0]:80", -FAULT_SYNTAX, "only an IPv6 address"},
    {"host%eth0:80",         -FAULT_SYNTAX, "only an IPv6 address"},
};
/* clang-format on */

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct target target;
        char text[TARGET_TEXT_SIZE];
        struct fault fault = {0};

        if (target_read(good[i].text, &target, &fault) != 0)
            fail_msg("%s: %s", good[i].text, fault.what);
        assert_int_equal(target.kind, good[i].kind);
        assert_string_equal(target.host, good[i].host);
        assert_string_equal(target.scope, good[i].scope);
        assert_int_equal(target_count(&target), good[i].count);
        assert_int_equal(target_port(&target, 0), good[i].first);
        assert_int_equal(target_port(&target, good[i].count - 1), good[i].last);
        assert_string_equal(target_show(&target, good[i].first, text), good[i].shown);
    }
}

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct target target = {.kind = TARGET_KIND_COUNT};
        struct fault fault = {0};

        if (target_read(bad[i].text, &target, &fault) != bad[i].error)
            fail_msg("%s: %s", bad[i].text, fault.what);
        if (!strstr(fault.what, bad[i].why))
            fail_msg("%s: %s", bad[i].text, fault.what);
        assert_int_equal(target.kind, TARGET_KIND_COUNT);
        for (const char *at = fault.what; *at; at++)
            assert_true(*at >= ' ' && *at < 0x7f);
    }
}

/* In the order written, each as often as written. */
static void test_ports(void **state)
{
    static const uint16_t ports[] = {80, 22, 23, 24, 80, 443};
    struct target target;

    (void)state;
    assert_int_equal(target_read("h:80,22-24,80,443", &target, NULL), 0);
    assert_int_equal(target_count(&target), COUNT_OF(ports));
    for (size_t i = 0; i < COUNT_OF(ports); i++)
        assert_int_equal(target_port(&target, i), ports[i]);
}

static void test_many(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(many); i++) {
        struct target target;
        struct fault fault = {0};

        if (target_read(many[i].text, &target, &fault) != 0)
            fail_msg("%s: %s", many[i].text, fault.what);
        if (target_probes(&target) != many[i].probes)
            fail_msg("%s: %ju probes", many[i].text, (uintmax_t)target_probes(&target));
        for (size_t k = 0; k < COUNT_OF(many[i].item) && many[i].item[k].shown; k++) {
            struct target_item item;
            char text[TARGET_TEXT_SIZE];

            memset(&item, 0xa5, sizeof item);
            target_nth(&target, many[i].item[k].index, &item);
            assert_int_equal(item.kind, target.kind);
            assert_string_equal(item.scope, target.scope);
            assert_true((item.host == NULL) == (target.kind == TARGET_ADDRESS));
            assert_ptr_equal(target_item_show(&item, text), text);
            assert_string_equal(text, many[i].item[k].shown);
        }
    }
}

static void test_consent(void **state)
{
    static const struct {
        const char *text, *said; /* NULL: no consent is wanted */
    } rows[] = {
        {"self", NULL},
        {"h:1-65535,1", NULL},
        {"h:1-65535,1-2", "'h:1-65535,1-2' means 65537 probes: --yes is wanted"},
        {"198.18.0.0/16:80", NULL},
        {"198.18.0.0/16:80,81", "'198.18.0.0/16:80,81' means 131072 probes: --yes is wanted"},
        {"10.0.0.0/8:443", "'10.0.0.0/8:443' means 16777216 probes: --yes is wanted"},
        {"[2001:db8::/96]:443", "'[2001:db8::/96]:443' means 4294967296 probes: --yes is wanted"},
        {"64.0.0.0/2:1-4", "'64.0.0.0/2:1-4' means 4294967296 probes: --yes is wanted"},
    };
    static const struct {
        const char *text, *said;
    } beyond[] = {
        {"64.0.0.0/2:1-5", "'64.0.0.0/2:1-5' means 5368709120 probes: 4294967296 are the most"},
        {"[2001:db8::/95]:443",
         "'[2001:db8::/95]:443' means 8589934592 probes: 4294967296 are the most"},
        {"[2001:db8::/64]:443", "'[2001:db8::/64]:443' means at least 18446744073709551615 probes: "
                                "4294967296 are the most"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct target target;
        struct fault fault = {0};

        assert_int_equal(target_read(rows[i].text, &target, NULL), 0);
        assert_int_equal(target_check_consent(&target, rows[i].text, true, &fault), 0);
        assert_int_equal(target_check_consent(&target, rows[i].text, false, &fault),
                         rows[i].said ? -FAULT_USAGE : 0);
        assert_string_equal(fault.what, rows[i].said ? rows[i].said : "");
    }
    for (size_t i = 0; i < 2 * COUNT_OF(beyond); i++) { /* consent or not */
        struct target target;
        struct fault fault = {0};

        assert_int_equal(target_read(beyond[i / 2].text, &target, NULL), 0);
        assert_int_equal(target_check_consent(&target, beyond[i / 2].text, i % 2, &fault),
                         -FAULT_USAGE);
        assert_string_equal(fault.what, beyond[i / 2].said);
    }
}

static void test_limits(void **state)
{
    char text[2000] = "h:1";
    struct target target;
    struct fault fault;

    (void)state;
    for (unsigned i = 1; i < TARGET_RANGES; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), ",%u", i + 1);
    assert_int_equal(target_read(text, &target, NULL), 0);
    assert_int_equal(target_count(&target), TARGET_RANGES);
    strcat(text, ",9");
    assert_int_equal(target_read(text, &target, &fault), -FAULT_SYNTAX);
    assert_non_null(strstr(fault.what, "more than 64"));

    memset(text, 'a', TARGET_HOST_SIZE - 1);
    strcpy(text + TARGET_HOST_SIZE - 1, ":65535");
    assert_int_equal(target_read(text, &target, NULL), 0);
    assert_int_equal(strlen(target.host), TARGET_HOST_SIZE - 1);
    memset(text, 'a', TARGET_HOST_SIZE);
    strcpy(text + TARGET_HOST_SIZE, ":65535");
    assert_int_equal(target_read(text, &target, &fault), -FAULT_SYNTAX);
    assert_non_null(strstr(fault.what, "too long"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_consent),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
