/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/ladder/header: what SYN,ACKs have in common, out of made-up shots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/ladder/header.h"

#define COUNT 40
#define MS    INT64_C(1000000)

static struct ladder_shot shots[COUNT];
static struct ladder_header header;

/* Linux behind a router: no IP ID, DF, two windows. */
static void plain(void)
{
    memset(shots, 0, sizeof shots);
    for (size_t i = 0; i < COUNT; i++) {
        shots[i] = (struct ladder_shot){.part = LADDER_PART_RUNGS,
                                        .rung = RUNG_LINUX,
                                        .ip_id = (uint16_t)(100 + 17 * i),
                                        .settled = true,
                                        .came = MATRIX_SYN_ACK,
                                        .has_answer = true};
        shots[i].answer = (struct ladder_look){
            .at = (int64_t)i * 200 * MS, .ttl = 63, .has_ip_id = true, .dont_fragment = true};
        shots[i].answer.segment.flags = TCP_SYN | TCP_ACK;
        shots[i].answer.segment.window = i % 3 == 0 ? 64240 : 65160;
    }
}

static void judge(void)
{
    memset(&header, 0xff, sizeof header);
    header_judge(shots, COUNT, &header);
}

static void test_plain(void **state)
{
    (void)state;
    plain();
    shots[7].rung = RUNG_BARE;
    shots[7].answer.segment.window = 5;
    shots[9].rung = RUNG_BARE; /* the first one counts */
    judge();
    assert_int_equal(header.n, COUNT);
    assert_int_equal(header.ttl, 63);
    assert_true(header.ttl_other == 0 && header.ttl_others == 0);
    assert_int_equal(header.window_count, 3);
    assert_int_equal(header.windows[0], 65160);
    assert_int_equal(header.windows[1], 64240);
    assert_int_equal(header.windows[2], 5);
    assert_true(header.has_bare && header.window_bare == 5);
    assert_true(header.df_set == COUNT && header.df_clear == 0);
    assert_int_equal(header.ipid.class, IPID_ZERO);
    assert_true(header.flow_labels == 0 && !header.flow_label_zero && header.reserved == 0);
    assert_true(header.traffic_class == 0 && !header.traffic_classes_differ);
}

static void test_different(void **state)
{
    (void)state;
    plain();
    for (size_t i = 0; i < 6; i++)
        shots[i].answer.ttl = i < 4 ? 120 : 55;
    shots[3].answer.traffic_class = 0x20;
    shots[4].answer.dont_fragment = false;
    shots[5].answer.segment.flags |= TCP_R9;
    shots[8].answer.segment.flags |= TCP_R11 | TCP_ECE;
    for (size_t i = 0; i < COUNT; i++)
        shots[i].answer.segment.window = (uint16_t)(i / 2);
    shots[20].answer.segment.window = 7;
    judge();
    assert_int_equal(header.ttl, 63);
    assert_true(header.ttl_other == 120 && header.ttl_others == 6);
    assert_true(header.traffic_class == 0 && header.traffic_classes_differ);
    assert_true(header.df_set == COUNT - 1 && header.df_clear == 1);
    assert_int_equal(header.reserved, TCP_R9 | TCP_R11);
    assert_int_equal(header.window_count, HEADER_WINDOWS);
    assert_int_equal(header.windows[0], 7);
    assert_false(header.has_bare);
}

/* RSTs, silence, and what is still under way are no SYN,ACKs. */
static void test_others(void **state)
{
    (void)state;
    plain();
    for (size_t i = 0; i < COUNT; i++) {
        shots[i].answer.ttl = (uint8_t)(i + 1);
        if (i % 3 == 0)
            shots[i].came = MATRIX_RST;
        else if (i % 3 == 1)
            shots[i].has_answer = shots[i].settled = false;
        else
            shots[i].answer.ttl = 63;
    }
    shots[2].part = LADDER_PART_SAME;
    shots[5].part = LADDER_PART_LIMITED;
    judge();
    assert_int_equal(header.n, 13);
    assert_true(header.ttl == 63 && header.ttl_others == 0);
}

/* The ID counts in the order in which the answers came, which was another than that of the SYNs. */
static void test_ids(void **state)
{
    (void)state;
    plain();
    for (size_t i = 0; i < COUNT; i++) {
        size_t place = (i * 7) % COUNT;

        shots[i].answer.at = (int64_t)place * 200 * MS;
        shots[i].answer.ip_id = (uint16_t)(65520 + 3 * place);
    }
    judge();
    assert_int_equal(header.ipid.class, IPID_COUNTER);
    assert_true(header.ipid.median_step == 3);
    assert_true(header.ipid.foreign_per_s > 9.9 && header.ipid.foreign_per_s < 10.1);
    for (size_t i = 0; i < COUNT; i++)
        shots[i].answer.ip_id = shots[i].ip_id;
    judge();
    assert_int_equal(header.ipid.class, IPID_ECHOED);
}

static void test_v6(void **state)
{
    (void)state;
    plain();
    for (size_t i = 0; i < COUNT; i++)
        shots[i].answer.has_ip_id = shots[i].answer.dont_fragment = false;
    judge();
    assert_true(header.flow_labels == 1 && header.flow_label_zero);
    assert_true(header.df_set == 0 && header.df_clear == 0);
    assert_int_equal(header.ipid.class, IPID_FEW);
    for (size_t i = 0; i < COUNT; i++)
        shots[i].answer.flow_label = (uint32_t)(i % 5) * 1000;
    judge();
    assert_true(header.flow_labels == 5 && !header.flow_label_zero);
    for (size_t i = 0; i < COUNT; i++)
        shots[i].answer.flow_label = 9;
    judge();
    assert_true(header.flow_labels == 1 && !header.flow_label_zero);
}

static void test_nothing(void **state)
{
    (void)state;
    header_judge(NULL, 0, &header);
    assert_true(header.n == 0 && header.ttl == 0 && header.window_count == 0);
    assert_int_equal(header.ipid.class, IPID_FEW);
    memset(shots, 0, sizeof shots); /* under way */
    judge();
    assert_true(header.n == 0 && header.window_count == 0 && !header.flow_label_zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),  cmocka_unit_test(test_different),
        cmocka_unit_test(test_others), cmocka_unit_test(test_ids),
        cmocka_unit_test(test_v6),     cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
