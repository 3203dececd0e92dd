/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/follow: data that come again, late, or not at all; probes, windows, SACK blocks.
 */
#include "follow_script.h"

static void test_again(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "> . 1:101 ack 1", "data", NULL, NULL},
        {21, "> . 101:201 ack 1", "data", NULL, NULL},
        {230, "> . 1:101 ack 1", "data,retransmission", NULL, NULL},
        {240, "< . 1:1 ack 201", "", NULL, NULL},
        {241, "> . 101:201 ack 1", "data,retransmission,spurious", NULL, NULL},
        /* The second half is new. */
        {250, "> . 151:251 ack 1", "data,retransmission", NULL, NULL},
        {251, "> F. 251:251 ack 1", "fin", NULL, NULL},
        {451, "> F. 251:251 ack 1", "retransmission,fin", NULL, NULL},
    };
    struct script script;
    const struct follow_counts *counts = &script.follow.ends[0].counts;

    (void)state;
    script_begin(&script, UINT32_C(0xffffff80), 9); /* wraps within the second segment */
    script_run(&script, lines, 9);
    assert_int_equal(script.step.repeated, 50);
    script_run(&script, lines + 9, 2);
    assert_int_equal(counts->retransmissions, 4);
    assert_int_equal(counts->spurious, 1);
    assert_int_equal(counts->bytes, 500);
    assert_int_equal(counts->repeated, 250);
    assert_int_equal(counts->acked, 200);
    assert_int_equal(counts->unseen, 0);
    assert_int_equal(counts->data_segments, 5);
}

static void test_fast(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "> . 1:101 ack 1", "data", NULL, NULL},
        {20, "> . 101:201 ack 1", "data", NULL, NULL},
        {20, "> . 201:301 ack 1", "data", NULL, NULL},
        {30, "< . 1:1 ack 1 <nop,nop,sack 101:201>", "duplicate-ack,sack", NULL, NULL},
        {31, "< . 1:1 ack 1 <nop,nop,sack 101:301>", "duplicate-ack,sack", NULL, NULL},
        {32, "> . 1:101 ack 1", "data,retransmission,fast", NULL, NULL},
        {42, "< . 1:1 ack 301", "", NULL, NULL},
    };
    struct script script;

    (void)state;
    script_begin(&script, 0, 0);
    script_run(&script, lines, 8);
    assert_int_equal(script.step.duplicates, 2);
    script_run(&script, lines + 8, 2);
    assert_int_equal(script.follow.ends[0].counts.fast, 1);
    assert_int_equal(script.follow.ends[1].counts.duplicate_acks, 2);
    assert_int_equal(script.follow.ends[1].duplicates, 0);
}

static void test_order(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "> . 101:201 ack 1", "data,gap", NULL, NULL},
        {21, "> . 1:101 ack 1", "data,out-of-order", NULL,
         NULL}, /* within a round trip: overtaken */
        {22, "> . 301:401 ack 1", "data,gap", NULL, NULL},
        {400, "> . 201:301 ack 1", "data,retransmission", NULL, NULL}, /* lost before the capture */
        {401, "> . 501:601 ack 1", "data,gap", NULL, NULL},
        {402, "< . 1:1 ack 601", "acked-unseen", NULL, NULL},
        {900, "> . 401:501 ack 1", "data,out-of-order", NULL,
         NULL}, /* the capture holds the ACK first */
        {901, "< . 1:1 ack 701", "acked-unseen", NULL, NULL},
        {902, "< . 1:1 ack 701", "duplicate-ack", "ESTABLISHED/gap", "ESTABLISHED/gap"},
        {903, "> . 701:801 ack 1", "data,gap", "ESTABLISHED", "ESTABLISHED"},
        {904, "< . 1:1 ack 851", "acked-unseen", NULL, NULL},
        {905, "> . 801:851 ack 1", "data,out-of-order", NULL, NULL}, /* the same, at the edge */
    };
    struct script script;
    const struct follow_counts *counts = &script.follow.ends[0].counts;

    (void)state;
    script_begin(&script, UINT32_MAX - 300, 0);
    script_run(&script, lines, 4);
    assert_int_equal(script.step.missing, 100);
    script_run(&script, lines + 4, 5);
    assert_int_equal(script.step.missing, 100);
    script_run(&script, lines + 9, 6);
    assert_int_equal(counts->out_of_order, 3);
    assert_int_equal(counts->retransmissions, 1);
    assert_int_equal(counts->gaps, 4);
    assert_int_equal(counts->unseen, 100); /* 601:701 never came */
    assert_int_equal(counts->repeated, 0);
    assert_int_equal(counts->acked, 850);
}

static void test_twin(void **state)
{
    static const struct line lines[] = {
        {0, "> S 0:0 id 3", "syn", NULL, NULL},
        {0.01, "> S 0:0 id 3", "syn,twin", NULL, NULL},
        {9, "< S. 0:0 ack 1 id 0", "syn-ack", NULL, NULL},
        {9.01, "< S. 0:0 ack 1 id 0", "syn-ack,twin", NULL, NULL},
        {10, "> . 1:1 ack 1 id 4", "handshake-ack", NULL, NULL},
        {20, "> . 1:101 ack 1 id 7", "data", NULL, NULL},
        {20, "> . 1:101 ack 1 id 7", "data,twin", NULL, NULL},
        {20, "> . 1:101 ack 1 id 8", "data,retransmission", NULL, NULL},
        {21, "> . 101:101 ack 1 id 9", "duplicate-ack", NULL, NULL},
        {21, "> . 101:101 ack 1 id 9", "twin,duplicate-ack", NULL, NULL},
    };
    /* Too late, or another packet: a repeat after all. */
    static const struct line repeats[] = {
        {0, "> S 0:0 id 3", "syn", NULL, NULL},
        {50, "> S 0:0 id 4", "syn,syn-repeated,retransmission", NULL, NULL},
        {500, "> S 0:0 id 4", "syn,syn-repeated,retransmission", NULL, NULL},
        {501, "< S. 0:0 ack 1 <TS val 1 ecr 0>", "syn-ack", NULL, NULL},
        {501.9, "< S. 0:0 ack 1 <TS val 1 ecr 0>", "syn-ack,syn-ack-repeated,retransmission", NULL,
         NULL},
        {502, "< S. 0:0 ack 1 <TS val 2 ecr 0>", "syn-ack,syn-ack-repeated,retransmission", NULL,
         NULL},
    };
    struct script script;

    (void)state;
    script_play(&script, lines);
    assert_int_equal(script.follow.ends[0].counts.twins, 3);
    assert_int_equal(script.follow.ends[1].counts.twins, 1);
    assert_int_equal(script.follow.ends[0].counts.retransmissions, 1);
    assert_int_equal(script_judge(&script, 0).server_half.rtt, 9 * MS);
    assert_int_equal(script_judge(&script, 0).rtt, 10 * MS);
    script_play(&script, repeats);
    assert_int_equal(script.follow.ends[0].copy_count, 3);
}

static void test_probes(void **state)
{
    static const struct line alive[] = {
        SCRIPT_OPEN,
        {20, "> . 1:2 ack 1", "data", NULL, NULL},
        {21, "> . 1:2 ack 1", "data,retransmission", NULL, NULL}, /* not acknowledged yet */
        {22, "< . 1:1 ack 2", "", NULL, NULL},
        {9000, "> . 1:1 ack 1", "keep-alive", NULL, NULL},
        {9001, "< . 1:1 ack 2", "keep-alive-ack", NULL, NULL},
        {19000, "> . 1:2 ack 1", "data,keep-alive", NULL, NULL}, /* with a byte that is known */
        {19001, "< . 1:1 ack 2", "keep-alive-ack", NULL, NULL},
    };
    static const struct line shut[] = {
        SCRIPT_OPEN,
        {20, "> . 1:501 ack 1", "data", NULL, NULL},
        {22, "< . 1:1 ack 501 win 0", "zero-window", NULL, NULL},
        {222, "> . 501:502 ack 1", "data,window-probe", NULL, NULL},
        {223, "< . 1:1 ack 501 win 0", "window-probe-ack,zero-window", NULL, NULL},
        {422, "> . 500:500 ack 1", "keep-alive,window-probe", NULL, NULL}, /* Linux' way */
        {423, "< . 1:1 ack 501 win 0", "window-probe-ack,zero-window", NULL, NULL},
        {522, "> . 501:502 ack 1", "data,window-probe", NULL, NULL},
        {523, "< . 1:1 ack 502 win 0", "zero-window", NULL, NULL}, /* it took the byte */
        {600, "< . 1:1 ack 502 win 50", "window-update", NULL, NULL},
        {601, "> . 502:602 ack 1", "data,window-full", NULL, NULL},
    };
    struct script script;

    (void)state;
    script_play(&script, alive);
    assert_int_equal(script.follow.ends[0].counts.keep_alives, 2);
    script_play(&script, shut);
    assert_int_equal(script.follow.ends[0].counts.probes, 3);
    assert_int_equal(script.follow.ends[1].counts.zero_windows, 4);
    assert_int_equal(script.follow.ends[0].counts.window_full, 1);
    assert_int_equal(script.follow.ends[0].counts.unseen, 0);
}

static void test_sack(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "> . 1:501 ack 1", "data", NULL, NULL},
        {21, "< . 1:1 ack 101 <nop,nop,sack 401:451 201:301>", "sack", NULL, NULL},
        {22, "< . 1:1 ack 101 <nop,nop,sack 51:101 201:301>", "duplicate-ack,sack,d-sack", NULL,
         NULL},
        {23, "< . 1:1 ack 101 <nop,nop,sack 211:221 201:301>", "duplicate-ack,sack,d-sack", NULL,
         NULL},
    };
    struct script script;
    const struct follow_step *step = &script.step;

    (void)state;
    script_begin(&script, 0, 0);
    script_run(&script, lines, 5);
    assert_int_equal(step->have_count, 2);
    assert_int_equal(step->have[0].left, 201);
    assert_int_equal(step->have[1].right, 451);
    assert_int_equal(step->lacking_count, 2);
    assert_int_equal(step->lacking[0].left, 101);
    assert_int_equal(step->lacking[0].right, 201);
    assert_int_equal(step->lacking[1].left, 301);
    assert_int_equal(step->lacking[1].right, 401);
    script_run(&script, lines + 5, 1);
    assert_int_equal(step->twice.left, 51);
    assert_int_equal(step->have_count, 1);
    script_run(&script, lines + 6, 1);
    assert_int_equal(step->twice.left, 211);
    assert_int_equal(step->twice.right, 221);
}

static void test_oddities(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "> U. 1:11 ack 1", "data,urgent", NULL, NULL},
        {21, "> . 11:21 ack 1 ce", "data,congestion", NULL, NULL},
        {22, "> . 21:4021 ack 1", "data,giant", NULL, NULL},
        {23, "> . 4021:4031 ack 1 giant", "data,giant", NULL, NULL},
        {24, "> . 4031:9000 ack 1 badsum", "data,giant,checksum", NULL, NULL},
        {25, "> - 4031:4041", "data,malformed", NULL, NULL},
        {26, "> SF 4031:4041", "early-data,stray-syn,data,malformed", NULL, NULL},
        {27, "> . 4031:4041 ack 1 <raw:0200>", "data,malformed", NULL, NULL},
        {28, "> . 1999999999:1999999999 ack 1", "outside", NULL, NULL},
        {29, "> . 4041:4051 ack 1999999999", "data,outside", NULL, NULL},
        {30, "> . 4041:4051 ack 1", "data", NULL, NULL},
    };
    struct script script;

    (void)state;
    script_play(&script, lines);
    assert_int_equal(script.follow.ends[0].counts.bad, 4);
}

/* A giant holds what went alone before; 4 GiB and more are counted. */
static void test_giant(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "> . 1001:2001 ack 1", "data,gap", NULL, NULL},
        {21, "> . 3001:4001 ack 1", "data,gap", NULL, NULL},
        {300, "> . 1:5001 ack 1", "data,retransmission,giant", NULL, NULL},
    };
    struct script script;
    char text[80];
    uint64_t sent = 5000;

    (void)state;
    script_play(&script, lines);
    assert_int_equal(script.step.repeated, 2000);
    assert_int_equal(script.follow.ends[0].counts.repeated, 2000);
    assert_int_equal(script.follow.ends[0].holes.count, 0);
    for (unsigned i = 0; i < 90000; i++) {
        snprintf(text, sizeof text, "> . %llu:%llu ack 1", (unsigned long long)sent + 1,
                 (unsigned long long)sent + 60001);
        script_line(&script, &(struct line){400 + i, text, "data,giant", NULL, NULL});
        sent += 60000;
        snprintf(text, sizeof text, "< . 1:1 ack %llu", (unsigned long long)sent + 1);
        script_line(&script, &(struct line){400 + i, text, "", "ESTABLISHED", "ESTABLISHED"});
    }
    assert_true(script.follow.ends[0].counts.acked == sent);
    assert_true(sent > UINT32_MAX);
    assert_true(script.follow.ends[0].counts.bytes == sent + 2000);
    assert_int_equal(script.follow.ends[0].counts.unseen, 0);
}

static void test_holes(void **state)
{
    struct holes holes = {.count = 0};

    (void)state;
    holes_add(&holes, UINT32_MAX - 9, 20);
    assert_int_equal(holes_within(&holes, UINT32_MAX - 99, 100), 30);
    assert_int_equal(holes_fill(&holes, UINT32_MAX, 5), 6); /* splits */
    assert_int_equal(holes.count, 2);
    assert_int_equal(holes_within(&holes, 0, 10), 5);
    assert_int_equal(holes_fill(&holes, UINT32_MAX - 20, UINT32_MAX - 4), 5);
    assert_int_equal(holes_fill(&holes, 15, 30), 5);
    assert_int_equal(holes_fill(&holes, 0, 100), 10);
    assert_int_equal(holes_fill(&holes, UINT32_MAX - 100, 100), 4);
    assert_int_equal(holes.count, 0);
    for (uint32_t i = 0; i < HOLES_MAX + 3; i++)
        holes_add(&holes, i * 100, i * 100 + 50);
    assert_int_equal(holes.count, HOLES_MAX);
    assert_true(holes.forgot);
    assert_int_equal(holes.hole[0].left, 300);
    /* A split of a full list: the oldest makes way, the rest stays in order. */
    assert_int_equal(holes_fill(&holes, 510, 520), 10);
    assert_int_equal(holes.count, HOLES_MAX);
    assert_int_equal(holes.hole[0].left, 400);
    for (unsigned i = 1; i < holes.count; i++)
        assert_true(holes.hole[i - 1].right < holes.hole[i].left);
    /* A split of the oldest of a full list keeps its second half. */
    assert_int_equal(holes_fill(&holes, 410, 420), 10);
    assert_int_equal(holes.count, HOLES_MAX);
    assert_int_equal(holes.hole[0].left, 420);
    holes_trim(&holes, 2000, 1000);
    assert_int_equal(holes.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_again),    cmocka_unit_test(test_fast),
        cmocka_unit_test(test_order),    cmocka_unit_test(test_twin),
        cmocka_unit_test(test_probes),   cmocka_unit_test(test_sack),
        cmocka_unit_test(test_oddities), cmocka_unit_test(test_giant),
        cmocka_unit_test(test_holes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
