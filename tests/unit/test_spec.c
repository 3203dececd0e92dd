/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/spec: defaults, what does not fit together, profiles, and what becomes of it on a
 * route. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/spec.h"

#define SECOND INT64_C(1000000000)

struct applied {
    struct tcb_parameters parameters;
    struct craft_header header;
    char options[OPTIONS_TEXT_SIZE];
};

static struct address address_of(const char *text)
{
    struct address address;

    assert_int_equal(address_read(text, &address), 0);
    return address;
}

static struct applied apply(const struct spec *spec, enum ip_family family, uint32_t mtu)
{
    bool v4 = family == IP_FAMILY_V4;
    struct address destination = address_of(v4 ? "198.18.0.2" : "2001:db8::2");
    struct route route = {
        .source = address_of(v4 ? "198.18.0.1" : "2001:db8::1"), .mtu = mtu, .hop_limit = 61};
    struct spec_random random = {
        .iss = 0x01020304, .ts_offset = 77, .flow_label = 0xfffabcde, .identification = 0};
    struct applied applied;

    spec_apply(spec, &route, &destination, 4000, 80, &random, &applied.parameters, &applied.header);
    options_show(&applied.parameters.syn_options, applied.options);
    assert_true(address_equal(&applied.header.source, &route.source));
    assert_true(address_equal(&applied.header.destination, &destination));
    assert_int_equal(applied.parameters.source_port, 4000);
    assert_int_equal(applied.parameters.destination_port, 80);
    return applied;
}

/* The SYN of a current Linux kernel, as tcpdump shows it. */
static void test_linux(void **state)
{
    struct applied applied;
    struct spec spec;

    (void)state;
    spec_init(&spec);
    assert_int_equal(spec_check(&spec, NULL), 0);
    applied = apply(&spec, IP_FAMILY_V4, 1500);
    assert_string_equal(applied.options, "mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 7");
    assert_int_equal(applied.parameters.syn_window, 64240);
    assert_int_equal(applied.parameters.receive_window, 1 << 20);
    assert_int_equal(applied.parameters.syn_flags, TCP_SYN);
    assert_int_equal(applied.parameters.iss, 0x01020304);
    assert_int_equal(applied.parameters.ts_offset, 77);
    assert_int_equal(applied.parameters.mss_limit, 1460);
    assert_int_equal(applied.parameters.mss_default, 536);
    assert_int_equal(applied.parameters.rto_initial, SECOND);
    assert_int_equal(applied.parameters.syn_retries, 2);
    assert_int_equal(applied.header.hop_limit, 61);
    assert_int_equal(applied.header.traffic_class, 0);
    assert_int_not_equal(applied.header.identification, 0);
    assert_true(applied.header.dont_fragment);

    applied = apply(&spec, IP_FAMILY_V6, 1500);
    assert_string_equal(applied.options, "mss 1440,sackOK,TS val 0 ecr 0,nop,wscale 7");
    assert_int_equal(applied.parameters.syn_window, 64800);
    assert_int_equal(applied.parameters.mss_default, 1220);
    assert_int_equal(applied.header.flow_label, 0xabcde);

    applied = apply(&spec, IP_FAMILY_V4, 65536); /* loopback */
    assert_string_equal(applied.options, "mss 65495,sackOK,TS val 0 ecr 0,nop,wscale 7");
    assert_int_equal(applied.parameters.syn_window, 65495);
}

static void test_profiles(void **state)
{
    /* clang-format off */
    static const struct { const char *options; uint16_t window; uint8_t hop_limit; } expected[PROFILE_COUNT] = {
        [PROFILE_LINUX] = {"mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 7", 64240, 61},
        [PROFILE_WINDOWS] = {"mss 1460,nop,wscale 8,nop,nop,sackOK", 64240, 128},
        [PROFILE_MACOS] = {"mss 1460,nop,wscale 6,nop,nop,TS val 0 ecr 0,sackOK,eol,eol", 65535, 64},
        [PROFILE_FREEBSD] = {"mss 1460,nop,wscale 6,sackOK,TS val 0 ecr 0", 65535, 64},
        [PROFILE_BARE] = {"", 65535, 61},
    };
    /* clang-format on */
    struct spec spec;

    (void)state;
    spec_init(&spec);
    for (unsigned i = 0; i < PROFILE_COUNT; i++) {
        struct applied applied;

        spec.profile = (enum profile)i;
        applied = apply(&spec, IP_FAMILY_V4, 1500);
        assert_string_equal(applied.options, expected[i].options);
        assert_int_equal(applied.parameters.syn_options.length % 4, 0);
        assert_int_equal(options_unhealthy(&applied.parameters.syn_options), 0);
        assert_int_equal(applied.parameters.syn_window, expected[i].window);
        assert_int_equal(applied.header.hop_limit, expected[i].hop_limit);
        assert_int_equal(applied.parameters.receive_window,
                         i == PROFILE_BARE ? expected[i].window : 1 << 20);
        assert_int_equal(profile_find(profile_name((enum profile)i)), i);
        assert_true(strlen(profile_help((enum profile)i)) > 0);
    }
    assert_int_equal(profile_find("plan9"), PROFILE_COUNT);
    assert_int_equal(profile_find(""), PROFILE_COUNT);
    for (unsigned i = 0; i < CLOSE_COUNT; i++) {
        assert_int_equal(close_find(close_name((enum close_manner)i)), i);
        assert_true(strlen(close_help((enum close_manner)i)) > 0);
    }
    assert_int_equal(close_find("slam"), CLOSE_COUNT);
}

/* All that a user can ask for arrives. */
static void test_wishes(void **state)
{
    static const uint8_t data[] = "data";
    struct applied applied;
    struct spec spec;

    (void)state;
    spec_init(&spec);
    spec.has_options = true;
    assert_int_equal(options_read("mss 1000,TS val 5 ecr 6", "options", &spec.options, NULL), 0);
    spec.flags = TCP_SYN | TCP_PSH;
    spec.ecn = true;
    spec.has_seq = true;
    spec.seq = 0;
    spec.window = 1000;
    spec.hop_limit = 0;
    spec.traffic_class = 0xb8;
    spec.dont_fragment = 0;
    spec.timeout = 3 * SECOND;
    spec.retries = 7;
    spec.time_wait = 60 * SECOND;
    spec.data = data;
    spec.data_length = 4;
    spec.data_in_syn = true;
    assert_int_equal(spec_check(&spec, NULL), 0);
    applied = apply(&spec, IP_FAMILY_V4, 1500);
    assert_string_equal(applied.options, "mss 1000,TS val 5 ecr 6");
    assert_int_equal(applied.parameters.syn_flags, TCP_SYN | TCP_PSH | TCP_ECE | TCP_CWR);
    assert_int_equal(applied.parameters.iss, 0);
    assert_int_equal(applied.parameters.syn_window, 1000);
    assert_int_equal(applied.parameters.receive_window, 1000);
    assert_int_equal(applied.header.hop_limit, 0);
    assert_int_equal(applied.header.traffic_class, 0xb8);
    assert_false(applied.header.dont_fragment);
    assert_int_equal(applied.parameters.rto_initial, 3 * SECOND);
    assert_int_equal(applied.parameters.syn_retries, 7);
    assert_int_equal(applied.parameters.msl, 30 * SECOND);
    assert_ptr_equal(applied.parameters.data, data);
    assert_int_equal(applied.parameters.data_length, 4);
    assert_true(applied.parameters.data_in_syn);
}

/* A window of zero stays so, whatever scale is offered. */
static void test_window_zero(void **state)
{
    struct applied applied;
    struct spec spec;

    (void)state;
    spec_init(&spec);
    spec.window = 0;
    applied = apply(&spec, IP_FAMILY_V4, 1500);
    assert_int_equal(applied.parameters.syn_window, 0);
    assert_int_equal(applied.parameters.receive_window, 0);
}

static void test_route_mss(void **state)
{
    static const struct {
        uint32_t mtu;
        uint16_t v4, v6;
    } rows[] = {{1500, 1460, 1440},
                {1280, 1240, 1220},
                {68, 28, 8},
                {40, 1, 1},
                {0, 1, 1},
                {60, 20, 1},
                {65535, 65495, 65475},
                {65536, 65495, 65476},
                {UINT32_MAX, 65495, 65495}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct route route = {.mtu = rows[i].mtu};

        assert_int_equal(spec_route_mss(&route, IP_FAMILY_V4), rows[i].v4);
        assert_int_equal(spec_route_mss(&route, IP_FAMILY_V6), rows[i].v6);
    }
}

static void expect_refusal(const struct spec *spec, const char *why)
{
    struct fault fault;

    assert_int_equal(spec_check(spec, &fault), -FAULT_USAGE);
    if (!strstr(fault.what, why))
        fail_msg("%s", fault.what);
}

static void test_check(void **state)
{
    static const uint16_t flags[] = {0, TCP_ACK, TCP_SYN | TCP_ACK, TCP_SYN | TCP_RST, TCP_FIN};
    struct spec spec;

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        spec_init(&spec);
        spec.flags = flags[i];
        expect_refusal(&spec, "--flags");
    }
    spec_init(&spec);
    spec.flags = TCP_SYN | TCP_FIN | TCP_URG | TCP_FLAGS_RESERVED;
    assert_int_equal(spec_check(&spec, NULL), 0);

    spec_init(&spec);
    spec.half_close = true;
    assert_int_equal(spec_check(&spec, NULL), 0);
    spec.close = CLOSE_RST;
    expect_refusal(&spec, "--close=rst");
    spec.close = CLOSE_NONE;
    expect_refusal(&spec, "--close=none");

    spec_init(&spec);
    spec.data_in_syn = true;
    expect_refusal(&spec, "--send");

    spec_init(&spec);
    spec.source = address_of("198.18.0.1");
    assert_int_equal(spec_check(&spec, NULL), 0);
    spec.family = IP_FAMILY_V4;
    assert_int_equal(spec_check(&spec, NULL), 0);
    spec.family = IP_FAMILY_V6;
    expect_refusal(&spec, "not an IPv6 address");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linux),     cmocka_unit_test(test_profiles),
        cmocka_unit_test(test_wishes),    cmocka_unit_test(test_window_zero),
        cmocka_unit_test(test_route_mss), cmocka_unit_test(test_check),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
