/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/template: what it fills in gives the same bytes as net/craft builds from nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "net/template.h"
#include "probe/spec.h"

/* A generator of the tests' own, so that a failure comes again. */
static uint32_t state = 0x2545f491;

static uint32_t random_u32(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static struct address random_address(enum ip_family family)
{
    struct address address = {.family = family};
    for (size_t i = 0; i < (family == IP_FAMILY_V4 ? 4 : 16); i++)
        address.bytes[i] = (uint8_t)(random_u32() >> 7);
    return address;
}

static struct craft_values random_values(enum ip_family family)
{
    return (struct craft_values){
        .destination = random_address(family),
        .source_port = (uint16_t)random_u32(),
        .destination_port = (uint16_t)random_u32(),
        .identification = (uint16_t)random_u32(),
        .flow_label = random_u32() & 0xfffff,
        .seq = random_u32(),
        .ts_val = random_u32(),
    };
}

/* Values of a packet, as craft_packet() takes them. */
static void put_values(const struct craft_values *values, struct craft_header *header,
                       struct segment *segment)
{
    struct option_summary summary;

    header->destination = values->destination;
    header->identification = values->identification;
    header->flow_label = values->flow_label;
    segment->source_port = values->source_port;
    segment->destination_port = values->destination_port;
    segment->seq = values->seq;
    options_summarize(&segment->options, &summary);
    options_set_timestamps(&segment->options, values->ts_val, summary.ts_ecr);
}

/* One template of this SYN, `rounds` packets of it; each in a buffer of exactly its size. */
static void check(const struct craft_header *header, const struct segment *segment, int rounds)
{
    struct craft *craft = craft_new(header->source.family, NULL);
    struct craft_template template;
    uint8_t want[CRAFT_TEMPLATE_SIZE];

    assert_non_null(craft);
    assert_int_equal(craft_template_make(craft, header, segment, &template, NULL), 0);
    uint8_t *got = malloc(template.length);
    assert_non_null(got);
    for (int round = 0; round < rounds; round++) {
        struct craft_values values = random_values(header->source.family);
        struct craft_header head = *header;
        struct segment whole = *segment;
        put_values(&values, &head, &whole);
        int length = craft_packet(craft, &head, &whole, want, sizeof(want), NULL);
        assert_int_equal(craft_template_fill(&template, &values, got), length);
        assert_memory_equal(got, want, (size_t)length);
    }
    free(got);
    craft_free(craft);
}

static struct craft_header random_header(enum ip_family family)
{
    return (struct craft_header){
        .source = random_address(family),
        .destination = random_address(family),
        .hop_limit = (uint8_t)random_u32(),
        .traffic_class = (uint8_t)random_u32(),
        .identification = (uint16_t)random_u32(),
        .dont_fragment = random_u32() & 8,
        .flow_label = random_u32() & 0xfffff,
    };
}

static struct segment random_syn(void)
{
    return (struct segment){
        .source_port = (uint16_t)random_u32(),
        .destination_port = (uint16_t)random_u32(),
        .seq = random_u32(),
        .ack = random_u32() & 1 ? 0 : random_u32(),
        .flags = (uint16_t)(TCP_SYN | (random_u32() & TCP_FLAGS_ALL)),
        .window = (uint16_t)random_u32(),
        .urgent = random_u32() & 1 ? 0 : (uint16_t)random_u32(),
        .ecn = (uint8_t)(random_u32() & 3),
    };
}

#define PROFILE_OPTIONS(id, name, options, window, hop_limit, help) options,
static const char *const option_lists[] = {
    PROFILE_TABLE(PROFILE_OPTIONS) /* with and without timestamps */
    "TS val 7 ecr 9",
    "nop,TS val 7 ecr 0", /* TSval at an odd place */
    "nop,nop,nop,TS val 7 ecr 0",
    "mss 1460,TS val 4294967295 ecr 0,wscale 7,TS val 5 ecr 0", /* the first one counts */
    "wscale 7,FO 0123456789abcdef,TS val 1 ecr 2,nop",
    "raw:0809000000010000,TS val 5 ecr 0", /* one of a wrong length */
    "raw:fd04beef",
    "raw:08",
};

static void test_profiles(void **unused)
{
    (void)unused;
    for (enum ip_family family = IP_FAMILY_V4; family <= IP_FAMILY_V6; family++)
        for (size_t i = 0; i < sizeof(option_lists) / sizeof(option_lists[0]); i++)
            for (int round = 0; round < 20; round++) {
                struct craft_header header = random_header(family);
                struct segment syn = random_syn();
                if (*option_lists[i])
                    assert_int_equal(options_read(option_lists[i], "test", &syn.options, NULL), 0);
                check(&header, &syn, 50);
            }
}

/* Every value of both checksums comes up, the rare carries too. */
static void test_each_checksum(void **unused)
{
    (void)unused;
    for (enum ip_family family = IP_FAMILY_V4; family <= IP_FAMILY_V6; family++) {
        struct craft *craft = craft_new(family, NULL);
        struct craft_header header = random_header(family);
        struct segment syn = random_syn();
        struct craft_values values = random_values(family);
        struct craft_template template;
        uint8_t want[CRAFT_TEMPLATE_SIZE], got[CRAFT_TEMPLATE_SIZE];

        assert_int_equal(options_read("nop,TS val 7 ecr 9", "test", &syn.options, NULL), 0);
        assert_int_equal(craft_template_make(craft, &header, &syn, &template, NULL), 0);
        for (uint32_t number = 0; number <= UINT16_MAX; number++) {
            values.identification = values.source_port = (uint16_t)number;
            put_values(&values, &header, &syn);
            int length = craft_packet(craft, &header, &syn, want, sizeof(want), NULL);
            assert_int_equal(craft_template_fill(&template, &values, got), length);
            assert_memory_equal(got, want, (size_t)length);
        }
        craft_free(craft);
    }
}

static void test_data(void **unused)
{
    (void)unused;
    static const uint8_t data[CRAFT_TEMPLATE_SIZE] = "GET / HTTP/1.0\r\n\r\n";
    for (enum ip_family family = IP_FAMILY_V4; family <= IP_FAMILY_V6; family++) {
        struct craft *craft = craft_new(family, NULL);
        struct craft_header header = random_header(family);
        struct segment syn = random_syn();
        struct craft_template template = {.length = 4711};
        struct fault fault;
        size_t most = CRAFT_TEMPLATE_SIZE - (family == IP_FAMILY_V4 ? 20 : 40) - 20;

        syn.payload = data;
        for (syn.payload_length = 0; syn.payload_length <= most; syn.payload_length++)
            check(&header, &syn, 3);
        assert_int_equal(craft_template_make(craft, &header, &syn, &template, &fault),
                         -FAULT_RANGE);
        assert_int_equal(template.length, 4711);
        craft_free(craft);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profiles),
        cmocka_unit_test(test_each_checksum),
        cmocka_unit_test(test_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
