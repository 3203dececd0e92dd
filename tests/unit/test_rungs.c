/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/ladder/rungs: the bytes of each kind of rung, and the way of all of them from the
 * table to a finished packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "net/template.h"
#include "probe/ladder/rules.h"
#include "probe/ladder/rungs.h"

/* Values that are easily told in a dump. */
static const struct rung_values plain_values = {
    .mss = 1460,
    .cookie = {0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7},
    .cookie_length = 8,
    .seq = 0x01020304,
    .ts_val = 0x11223344,
    .echo = 0x55667788,
    .exid = 0x9a9b9c9d,
    .kind = 100,
    .nonce = {0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed,
              0xee, 0xef},
};

static struct address address_of(const char *text)
{
    struct address address;

    assert_int_equal(address_read(text, &address), 0);
    return address;
}

/* A rung's SYN as the engine makes it; returns the packet's length. */
static size_t make(enum rung_id id, const struct rung_values *values, enum ip_family family,
                   uint8_t packet[CRAFT_TEMPLATE_SIZE])
{
    bool v4 = family == IP_FAMILY_V4;
    struct address destination = address_of(v4 ? "198.18.0.2" : "2001:db8::2");
    struct route route = {
        .source = address_of(v4 ? "198.18.0.1" : "2001:db8::1"), .mtu = 1500, .hop_limit = 64};
    struct spec_random random = {.iss = 7, .ts_offset = 77, .identification = 1};
    struct craft *craft = craft_new(family, NULL);
    struct tcb_parameters parameters;
    struct craft_header header;
    struct stream stream;
    struct segment syn;
    struct step step;
    struct spec spec;
    struct tcb tcb;
    int length;

    assert_non_null(craft);
    spec_init(&spec);
    rung_spec(id, values, &spec);
    assert_int_equal(spec_check(&spec, NULL), 0);
    spec_apply(&spec, &route, &destination, 50000, 80, &random, &parameters, &header);
    stream_init(&stream, NULL, 0);
    tcb_init(&tcb, &parameters, &stream);
    step = tcb_step(&tcb, EVENT_USER_OPEN, NULL, 0);
    assert_true(tcb_send(&tcb, &step.effects, NULL, 0, &syn));
    rung_mark(id, &syn);
    length = craft_packet(craft, &header, &syn, packet, CRAFT_TEMPLATE_SIZE, NULL);
    assert_true(length > 0);
    rung_spoil(id, packet, (size_t)length);
    craft_free(craft);
    return (size_t)length;
}

/* Options on the wire, written down from the standards. */
static void test_bytes(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t length;
    } rows[] = {
#define ROW(name, text) {(name), (text), sizeof(text) - 1}
        ROW("bare", ""),
        ROW("mss", "\x02\x04\x05\xb4"),
        ROW("mss-536", "\x02\x04\x02\x18"),
        ROW("mss-1220", "\x02\x04\x04\xc4"),
        ROW("mss-8960", "\x02\x04\x23\x00"),
        ROW("mss-65535", "\x02\x04\xff\xff"),
        ROW("mss-0", "\x02\x04\x00\x00"),
        ROW("wscale-0", "\x02\x04\x05\xb4\x01\x03\x03\x00"),
        ROW("wscale-14", "\x02\x04\x05\xb4\x01\x03\x03\x0e"),
        ROW("wscale-15", "\x02\x04\x05\xb4\x01\x03\x03\x0f"),
        ROW("sack", "\x02\x04\x05\xb4\x01\x01\x04\x02"),
        ROW("ts", "\x02\x04\x05\xb4\x01\x01\x08\x0a\x11\x22\x33\x44\x00\x00\x00\x00"),
        ROW("ts-echo", "\x02\x04\x05\xb4\x01\x01\x08\x0a\x11\x22\x33\x44\x55\x66\x77\x88"),
        ROW("linux", "\x02\x04\x05\xb4\x04\x02\x08\x0a\x11\x22\x33\x44\x00\x00\x00\x00\x01\x03\x03"
                     "\x07"),
        ROW("windows", "\x02\x04\x05\xb4\x01\x03\x03\x08\x01\x01\x04\x02"),
        ROW("macos", "\x02\x04\x05\xb4\x01\x03\x03\x06\x01\x01\x08\x0a\x11\x22\x33\x44\x00\x00\x00"
                     "\x00\x04\x02\x00\x00"),
        ROW("freebsd",
            "\x02\x04\x05\xb4\x01\x03\x03\x06\x04\x02\x08\x0a\x11\x22\x33\x44\x00\x00\x00"
            "\x00"),
        /* 19 bytes, and one of padding. */
        ROW("order-unaligned",
            "\x03\x03\x07\x02\x04\x05\xb4\x08\x0a\x11\x22\x33\x44\x00\x00\x00\x00"
            "\x04\x02\x00"),
        ROW("nop-only", "\x01\x01\x01\x01"),
        ROW("eol-end", "\x02\x04\x05\xb4\x00\x00\x00\x00"),
        ROW("full-nop",
            "\x02\x04\x05\xb4\x04\x02\x08\x0a\x11\x22\x33\x44\x00\x00\x00\x00\x01\x03\x03"
            "\x07\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01"
            "\x01\x01"),
        ROW("full-unknown",
            "\x02\x04\x05\xb4\x04\x02\x08\x0a\x11\x22\x33\x44\x00\x00\x00\x00\x01\x03\x03\x07\xfe"
            "\x14"
            "\x9a\x9b\x9c\x9d\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb\xec\xed"),
        ROW("fastopen", "\x02\x04\x05\xb4\x01\x01\x22\x02"),
        ROW("fastopen-exp", "\x02\x04\x05\xb4\xfe\x04\xf9\x89"),
        ROW("fastopen-cookie", "\x02\x04\x05\xb4\x01\x01\x22\x0a\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7"),
        ROW("fastopen-wrong", "\x02\x04\x05\xb4\x01\x01\x22\x0a\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7"),
        ROW("mptcp", "\x02\x04\x05\xb4\x1e\x04\x01\x01"),
        ROW("mptcp-v0", "\x02\x04\x05\xb4\x1e\x0c\x00\x81\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7"),
        ROW("md5",
            "\x02\x04\x05\xb4\x01\x01\x13\x12\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xeb"
            "\xec\xed\xee\xef"),
        ROW("uto", "\x02\x04\x05\xb4\x1c\x04\x00\x3c"),
        ROW("edo", "\x02\x04\x05\xb4\x01\x01\xed\x02"),
        ROW("unknown", "\x02\x04\x05\xb4\x01\x01\x64\x06\xe0\xe1\xe2\xe3"),
        ROW("unknown-empty", "\x02\x04\x05\xb4\x01\x01\x64\x02"),
        ROW("exid-1", "\x02\x04\x05\xb4\x01\x01\xfd\x0a\x9a\x9b\x9c\x9d\xe0\xe1\xe2\xe3"),
        ROW("length-0", "\x02\x04\x05\xb4\x64\x00\xe0\xe1"),
        ROW("length-1", "\x02\x04\x05\xb4\x64\x01\xe0\xe1"),
        ROW("length-past", "\x02\x04\x05\xb4\x64\x28\xe0\xe1"),
        ROW("length-cut", "\x02\x04\x05\xb4\x01\x01\x01\x64"),
        ROW("mss-short", "\x02\x03\x05\x01"),
        ROW("mss-twice", "\x02\x04\x05\xb4\x02\x04\x02\x18"),
        ROW("wscale-short", "\x02\x04\x05\xb4\x01\x01\x03\x02"),
        ROW("sack-long", "\x02\x04\x05\xb4\x01\x04\x03\x00"),
        ROW("ts-short", "\x02\x04\x05\xb4\x01\x01\x01\x08\x09\xe0\xe1\xe2\xe3\x00\x00\x00"),
        ROW("after-eol",
            "\x02\x04\x05\xb4\x00\x01\x04\x02\x01\x01\x08\x0a\x11\x22\x33\x44\x00\x00\x00"
            "\x00"),
#undef ROW
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum rung_id id = rung_find(rows[i].name);
        uint8_t packet[CRAFT_TEMPLATE_SIZE];

        assert_int_not_equal(id, RUNG_COUNT);
        make(id, &plain_values, IP_FAMILY_V4, packet);
        assert_int_equal((packet[32] >> 4) * 4, 20 + rows[i].length);
        assert_memory_equal(packet + 40, rows[i].bytes, rows[i].length);
    }
}

/* Bits of the header: the 13th and 14th byte of TCP, and the IP header's two bits of ECN. */
static void test_bits(void **state)
{
    static const struct {
        const char *name;
        uint16_t bits; /* reserved bits and flags: R11 R10 R9 AE | CWR ECE … SYN FIN */
        uint8_t ecn;
    } rows[] = {
        {"bare", 0x002, 0},        {"ecn", 0x0c2, 0},          {"ecn-linux", 0x0c2, 0},
        {"ecn-ect0", 0x0c2, 2},    {"accecn", 0x1c2, 0},       {"accecn-ect1", 0x1c2, 1},
        {"accecn-ect0", 0x1c2, 2}, {"accecn-ce", 0x1c2, 3},    {"accecn-001", 0x042, 0},
        {"accecn-010", 0x082, 0},  {"accecn-100", 0x102, 0},   {"accecn-101", 0x142, 0},
        {"accecn-110", 0x182, 0},  {"reserved-9", 0x202, 0},   {"reserved-10", 0x402, 0},
        {"reserved-11", 0x802, 0}, {"reserved-all", 0xe02, 0},
    };
    uint8_t packet[CRAFT_TEMPLATE_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum rung_id id = rung_find(rows[i].name);

        assert_int_not_equal(id, RUNG_COUNT);
        make(id, &plain_values, IP_FAMILY_V4, packet);
        assert_int_equal((packet[32] & 0x0f) << 8 | packet[33], rows[i].bits);
        assert_int_equal(packet[1], rows[i].ecn);
        make(id, &plain_values, IP_FAMILY_V6, packet);
        assert_int_equal((packet[52] & 0x0f) << 8 | packet[53], rows[i].bits);
        assert_int_equal(packet[1] >> 4, rows[i].ecn);
    }
}

/* From the table to the wire and back, all of them, in both families. */
static void test_all_on_the_wire(void **state)
{
    static const enum ip_family families[] = {IP_FAMILY_V4, IP_FAMILY_V6};

    (void)state;
    for (unsigned id = 0; id < RUNG_COUNT; id++) {
        const struct rung *rung = rung_of((enum rung_id)id);
        struct rung_values values = plain_values;

        for (uint64_t turn = 0; turn < 20; turn++) {
            enum ip_family family = families[turn % 2];
            uint8_t bytes[CRAFT_TEMPLATE_SIZE];
            struct options options;
            struct segment syn;
            struct packet packet;
            size_t length;

            values.mss = family == IP_FAMILY_V6 ? 1440 : 1460;
            rung_values_draw(5, turn * RUNG_COUNT + id, &values);
            length = make((enum rung_id)id, &values, family, bytes);
            assert_int_equal(packet_read(bytes, length, false, &packet), 0);
            assert_int_equal(segment_read(&packet, &syn), 0);
            assert_int_equal(syn.flags, rung->flags);
            assert_int_equal(syn.ecn, rung->ecn);
            assert_int_equal(syn.seq, values.seq);
            assert_int_equal(syn.ack, 0);
            assert_int_equal(syn.payload_length, rung->data ? strlen(rung->data) : 0);
            if (rung->data)
                assert_memory_equal(syn.payload, rung->data, strlen(rung->data));
            assert_int_equal(checksum_check(&packet, 16),
                             rung->wrong_checksum ? CHECKSUM_BAD : CHECKSUM_GOOD);
            rung_options((enum rung_id)id, &values, &options);
            options_pad(&options);
            assert_int_equal(syn.options.length, options.length);
            assert_memory_equal(syn.options.bytes, options.bytes, options.length);
        }
    }
}

/* Only what is to be malformed is. */
static void test_health(void **state)
{
    (void)state;
    for (unsigned id = 0; id < RUNG_COUNT; id++) {
        struct options options;

        rung_options((enum rung_id)id, &plain_values, &options);
        options_pad(&options);
        assert_int_equal(options_unhealthy(&options) > 0,
                         rung_of((enum rung_id)id)->feature == RUNG_FEATURE_MALFORMED);
    }
}

/* What a set looks like is more than its options. */
static void test_likeness(void **state)
{
    uint8_t packet[CRAFT_TEMPLATE_SIZE];

    (void)state;
    make(RUNG_WINDOWS, &plain_values, IP_FAMILY_V4, packet);
    assert_int_equal(packet[8], 128);
    assert_int_equal(packet[34] << 8 | packet[35], 64240);
    make(RUNG_LINUX, &plain_values, IP_FAMILY_V4, packet);
    assert_int_equal(packet[8], 64);
    assert_int_equal(packet[34] << 8 | packet[35], 64240);
    make(RUNG_MACOS, &plain_values, IP_FAMILY_V4, packet);
    assert_int_equal(packet[34] << 8 | packet[35], 65535);
}

/* What the rules (rules.h) read as offered is what the rung's row of the matrix is about. */
static void test_offers(void **state)
{
    unsigned known = 0;

    (void)state;
    for (unsigned id = 0; id < RUNG_COUNT; id++) {
        const struct rung *rung = rung_of((enum rung_id)id);
        struct segment syn, syn_ack = {.flags = TCP_SYN | TCP_ACK, .ack = plain_values.seq + 1};
        struct ladder_syn sent = {.segment = &syn, .checksum_wrong = rung->wrong_checksum};
        uint8_t bytes[CRAFT_TEMPLATE_SIZE];
        struct ladder_facts facts;
        struct packet packet;
        unsigned offer = 0;
        size_t length;

        length = make((enum rung_id)id, &plain_values, IP_FAMILY_V4, bytes);
        assert_int_equal(packet_read(bytes, length, false, &packet), 0);
        assert_int_equal(segment_read(&packet, &syn), 0);
        ladder_read(&sent, &syn_ack, &facts);
        while (offer < LADDER_OFFER_COUNT && strcmp(ladder_offer_word((enum ladder_offer)offer),
                                                    rung_feature_name(rung->feature)) != 0)
            offer++;
        if (offer == LADDER_OFFER_COUNT)
            continue;
        known++;
        assert_true(facts.facts[offer].offered);
    }
    assert_true(known > RUNG_COUNT / 2);
}

/* The table itself: names, what stands beside what, and that each feature has a rung. */
static void test_table(void **state)
{
    unsigned of_feature[RUNG_FEATURE_COUNT] = {0}, of_role[RUNG_ROLE_COUNT] = {0};

    (void)state;
    for (unsigned id = 0; id < RUNG_COUNT; id++) {
        const struct rung *rung = rung_of((enum rung_id)id);
        enum rung_id at = (enum rung_id)id;

        of_feature[rung->feature]++;
        of_role[rung->role]++;
        assert_int_equal(rung_find(rung->name), id);
        assert_int_equal(strspn(rung->name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
                         strlen(rung->name));
        assert_true(strlen(rung->purpose) > 0 && strlen(rung->reference) > 0);
        /* Step by step all come down to the bare SYN, by way of rungs that a peer answers. */
        for (unsigned steps = 0; at != RUNG_BARE; steps++) {
            assert_true(steps < 5);
            assert_int_not_equal(rung_of(at)->beside, at);
            at = rung_of(at)->beside;
            assert_true(rung_of(at)->role == RUNG_ROLE_CONTROL ||
                        rung_of(at)->role == RUNG_ROLE_ASKING ||
                        rung_of(at)->role == RUNG_ROLE_ECHO);
        }
    }
    for (unsigned feature = 0; feature < RUNG_FEATURE_COUNT; feature++) {
        const char *name = rung_feature_name((enum rung_feature)feature);

        assert_true(of_feature[feature] > 0);
        assert_int_equal(rung_feature_find(name), feature);
        assert_true(strlen(rung_feature_words((enum rung_feature)feature)) > 0);
        assert_true(strlen(rung_feature_reference((enum rung_feature)feature)) > 0);
    }
    for (unsigned role = 0; role < RUNG_ROLE_COUNT; role++) {
        assert_true(of_role[role] > 0);
        assert_true(strlen(rung_role_name((enum rung_role)role)) > 0);
    }
    assert_int_equal(rung_find("wscale-16"), RUNG_COUNT);
    assert_int_equal(rung_feature_find("ao"), RUNG_FEATURE_COUNT);
}

/* The cookie: all its lengths fit, beside all else too; without it there is nothing to send. */
static void test_cookie(void **state)
{
    struct rung_values values = plain_values;

    (void)state;
    for (uint8_t length = 4; length <= RUNG_COOKIE_MAX; length = (uint8_t)(length + 2)) {
        struct option_summary summary;
        struct options options;

        values.cookie_length = length;
        assert_true(rung_ready(RUNG_FASTOPEN_COOKIE_LINUX, &values));
        rung_options(RUNG_FASTOPEN_COOKIE_LINUX, &values, &options);
        options_summarize(&options, &summary);
        assert_true(summary.has_fastopen && summary.has_timestamps && summary.has_wscale);
        assert_int_equal(summary.fastopen_length, length);
        assert_memory_equal(summary.fastopen_cookie, values.cookie, length);
    }
    values.cookie_length = 0;
    for (unsigned id = 0; id < RUNG_COUNT; id++)
        assert_int_equal(rung_ready((enum rung_id)id, &values),
                         id != RUNG_FASTOPEN_COOKIE && id != RUNG_FASTOPEN_COOKIE_LINUX);
}

/* The rung's data go in the place of the user's, and only where it has some. */
static void test_data(void **state)
{
    static const uint8_t data[] = "GET / HTTP/1.0\r\n\r\n";
    const char *own = rung_of(RUNG_FASTOPEN_COOKIE)->data;
    struct rung_values values = plain_values;
    struct spec spec;

    (void)state;
    spec_init(&spec);
    spec.data = data;
    spec.data_length = sizeof data - 1;
    spec.ecn = true;
    rung_spec(RUNG_FASTOPEN_COOKIE, &values, &spec);
    assert_int_equal(spec.retries, 0);
    assert_false(spec.ecn);
    assert_ptr_equal(spec.data, own);
    assert_int_equal(spec.data_length, strlen(own));
    assert_true(spec.data_in_syn);
    /* The same spec again: nothing of the rung before is left. */
    rung_spec(RUNG_MSS, &values, &spec);
    assert_null(spec.data);
    assert_int_equal(spec.data_length, 0);
    assert_false(spec.data_in_syn);
    assert_int_equal(spec.flags, TCP_SYN);
}

/* The same turn, the same values; another turn or seed, others; and none that would mislead. */
static void test_values(void **state)
{
    struct rung_values values = {.mss = 1400, .cookie_length = 4}, again = values, before = values;

    (void)state;
    rung_values_draw(1, 0, &before);
    for (uint64_t turn = 1; turn < 20000; turn++) {
        rung_values_draw(1, turn, &values);
        assert_int_not_equal(values.seq, before.seq);
        assert_int_not_equal(values.ts_val, before.ts_val);
        assert_int_not_equal(values.exid, before.exid);
        assert_memory_not_equal(values.nonce, before.nonce, sizeof values.nonce);
        assert_int_not_equal(values.ts_val, 0);
        assert_int_not_equal(values.echo, 0);
        assert_int_not_equal(values.exid >> 16, 0xf989);
        assert_in_range(values.kind, 79, 171);
        before = values;
    }
    assert_int_equal(values.mss, 1400);
    assert_int_equal(values.cookie_length, 4);
    rung_values_draw(1, 19999, &again);
    assert_memory_equal(&again, &values, sizeof values);
    rung_values_draw(2, 19999, &again);
    assert_int_not_equal(again.seq, values.seq);
    assert_memory_not_equal(again.nonce, values.nonce, sizeof values.nonce);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),    cmocka_unit_test(test_bits),
        cmocka_unit_test(test_health),   cmocka_unit_test(test_all_on_the_wire),
        cmocka_unit_test(test_likeness), cmocka_unit_test(test_table),
        cmocka_unit_test(test_cookie),   cmocka_unit_test(test_data),
        cmocka_unit_test(test_values),   cmocka_unit_test(test_offers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
