/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track/compare: what was lost between two captures, put in between, cut otherwise,
 * or missed by one of them; and who answers for whom. */
#include "compare_lab.h"

static const struct view plain = {.base = {1000, 5000}};
/* Behind a router; its clock is half an hour ahead. */
static const struct view ahead = {.base = {1000, 5000}, .clock = 1800e3};

#define OPEN_NEAR                                                                                  \
    {0, "> S 0:0 <mss 1000,sackOK> ttl 64 id 1", NULL, NULL, NULL},                                \
        {10, "< S. 0:0 ack 1 <mss 1000,sackOK> ttl 62", NULL, NULL, NULL},                         \
    {                                                                                              \
        11, "> . 1:1 ack 1 ttl 64 id 2", NULL, NULL, NULL                                          \
    }
#define OPEN_FAR                                                                                   \
    {1, "> S 0:0 <mss 1000,sackOK> ttl 63 id 1", NULL, NULL, NULL},                                \
        {9, "< S. 0:0 ack 1 <mss 1000,sackOK> ttl 63", NULL, NULL, NULL},                          \
    {                                                                                              \
        12, "> . 1:1 ack 1 ttl 63 id 2", NULL, NULL, NULL                                          \
    }
#define LINE(ms, segment)                                                                          \
    {                                                                                              \
        ms, segment, NULL, NULL, NULL                                                              \
    }

static struct compare_lab lab;

static const struct caught *run(const struct line *a, size_t n, const struct line *b, size_t m)
{
    lab_begin(&lab);
    lab_side(&lab, 0, &plain, a, n, 0);
    lab_side(&lab, 1, &ahead, b, m, 0);
    lab_run(&lab);
    assert_int_equal(lab.count, 1);
    return &lab.caught[0];
}
#define RUN(a, b) run(a, COUNT_OF(a), b, COUNT_OF(b))

static void wants_counts(const struct caught *caught, int64_t lost_forward, int64_t lost_reverse,
                         int64_t added_forward, int64_t added_reverse)
{
    const struct compare_record *record = &caught->record;

    if (record->lost_forward != lost_forward || record->lost_reverse != lost_reverse ||
        record->added_forward != added_forward || record->added_reverse != added_reverse)
        lab_print(caught);
    assert_int_equal(record->lost_forward, lost_forward);
    assert_int_equal(record->lost_reverse, lost_reverse);
    assert_int_equal(record->added_forward, added_forward);
    assert_int_equal(record->added_reverse, added_reverse);
}

/* The first copy was lost, the second came. */
static void test_lost(void **state)
{
    static const struct line a[] = {OPEN_NEAR, LINE(20, "> P. 1:101 ack 1 ttl 64 id 3"),
                                    LINE(220, "> P. 1:101 ack 1 ttl 64 id 4"),
                                    LINE(232, "< . 1:1 ack 101 ttl 62 id 9")};
    static const struct line b[] = {OPEN_FAR, LINE(221, "> P. 1:101 ack 1 ttl 63 id 4"),
                                    LINE(230, "< . 1:1 ack 101 ttl 63 id 8"),
                                    LINE(231, "< . 1:1 ack 101 ttl 63 id 9")};
    const struct caught *caught;

    (void)state;
    caught = RUN(a, b);
    lab_verdict(caught, "same", "LOST");
    wants_counts(caught, 1, 1, 0, 0);
    assert_string_equal(lab_difference(caught, "segment", "lost")->meaning,
                        "of the client, lost on the way from A to B (the first: frame 4)");
    assert_string_equal(caught->record.reason,
                        "the same in both captures, 1 hop apart; lost between them: 1 of the "
                        "client's segments, 1 of the server's");
    lab_end(&lab);
}

/* A packet that comes twice where it was sent once: the same identification, or another's. */
static void test_doubled(void **state)
{
    static const struct line a[] = {OPEN_NEAR, LINE(20, "> P. 1:101 ack 1 ttl 64 id 3"),
                                    LINE(32, "< . 1:1 ack 101 ttl 62 id 9")};
    struct line b[] = {OPEN_FAR, LINE(21, "> P. 1:101 ack 1 ttl 63 id 3"),
                       LINE(22, "> P. 1:101 ack 1 ttl 63 id 3"),
                       LINE(30, "< . 1:1 ack 101 ttl 63 id 9")};
    const struct caught *caught;

    (void)state;
    caught = RUN(a, b);
    lab_verdict(caught, "same", "");
    wants_counts(caught, 0, 0, 1, 0);
    assert_string_equal(lab_difference(caught, "segment", "added")->meaning,
                        "of the client, once more: duplicated on the way from A to B (the first: "
                        "frame 5)");
    lab_end(&lab);
    b[4].segment = "> P. 1:101 ack 1 ttl 63 id 4";
    caught = RUN(a, b);
    assert_non_null(
        strstr(lab_difference(caught, "segment", "added")->meaning, "as if of the client"));
    lab_end(&lab);
}

/* B's capture dropped one: what is acknowledged there was there. */
static void test_hole(void **state)
{
    static const struct line a[] = {OPEN_NEAR,
                                    LINE(20, "> . 1:1001 ack 1 ttl 64 id 3"),
                                    LINE(21, "> P. 1001:2001 ack 1 ttl 64 id 4"),
                                    LINE(32, "< . 1:1 ack 1001 ttl 62 id 8"),
                                    LINE(33, "< . 1:1 ack 2001 ttl 62 id 9"),
                                    LINE(40, "> . 2001:2001 ack 1 ttl 64 id 5")};
    static const struct line b[] = {OPEN_FAR, LINE(22, "> P. 1001:2001 ack 1 ttl 63 id 4"),
                                    LINE(30, "< . 1:1 ack 1001 ttl 63 id 8"),
                                    LINE(31, "< . 1:1 ack 2001 ttl 63 id 9")};
    const struct caught *caught;

    (void)state;
    caught = RUN(a, b);
    lab_verdict(caught, "same", "HOLES");
    wants_counts(caught, 0, 0, 0, 0);
    lab_wants(caught, "segment", "missed", "2 segments", "-");
    lab_end(&lab);
    /* The other way round it is A's. */
    caught = RUN(b, a);
    lab_verdict(caught, "same", "HOLES");
    wants_counts(caught, 0, 0, 0, 0);
    lab_wants(caught, "segment", "missed", "-", "2 segments");
    lab_end(&lab);
}

/* TSO at A: the bytes are the same. One of those cut is lost. */
static void test_cut(void **state)
{
    static const struct line a[] = {OPEN_NEAR, LINE(20, "> P. 1:3001 ack 1 ttl 64 id 3 giant"),
                                    LINE(40, "< . 1:1 ack 3001 ttl 62 id 9")};
    static const struct line b[] = {OPEN_FAR, LINE(21, "> . 1:1001 ack 1 ttl 63 id 3"),
                                    LINE(22, "> . 1001:2001 ack 1 ttl 63 id 4"),
                                    LINE(23, "> P. 2001:3001 ack 1 ttl 63 id 5"),
                                    LINE(39, "< . 1:1 ack 3001 ttl 63 id 9")};
    static const struct line spoilt[] = {OPEN_FAR,
                                         {21, "> . 1:1001 ack 1 ttl 63 id 3", "spoilt", NULL, NULL},
                                         LINE(22, "> P. 1001:3001 ack 1 ttl 63 id 4"),
                                         LINE(39, "< . 1:1 ack 3001 ttl 63 id 9")};
    static const struct line again[] = {OPEN_NEAR, LINE(20, "> P. 1:3001 ack 1 ttl 64 id 3 giant"),
                                        LINE(240, "> P. 2001:3001 ack 1 ttl 64 id 6"),
                                        LINE(260, "< . 1:1 ack 3001 ttl 62 id 9")};
    static const struct line lost[] = {OPEN_FAR, LINE(21, "> . 1:1001 ack 1 ttl 63 id 3"),
                                       LINE(22, "> . 1001:2001 ack 1 ttl 63 id 4"),
                                       LINE(241, "> P. 2001:3001 ack 1 ttl 63 id 6"),
                                       LINE(259, "< . 1:1 ack 3001 ttl 63 id 9")};
    const struct caught *caught;

    (void)state;
    caught = RUN(a, b);
    lab_verdict(caught, "same", "");
    lab_wants(caught, "segment", "segmentation", "1 segment", "3 segments");
    wants_counts(caught, 0, 0, 0, 0);
    lab_end(&lab);
    caught = RUN(a, spoilt);
    lab_verdict(caught, "rewritten", "PAYLOAD");
    lab_end(&lab);
    caught = RUN(again, lost);
    lab_verdict(caught, "same", "LOST");
    wants_counts(caught, 1, 0, 0, 0);
    lab_end(&lab);
}

static void test_put_in(void **state)
{
    static const struct line a[] = {OPEN_NEAR, LINE(20, "> P. 1:101 ack 1 ttl 64 id 3"),
                                    LINE(20.1, "< R. 1:1 ack 101 ttl 60 id 99")};
    static const struct line b[] = {OPEN_FAR, LINE(21, "> P. 1:101 ack 1 ttl 63 id 3"),
                                    LINE(22, "> R. 101:101 ack 1 ttl 61 id 98")};
    static const struct line quiet[] = {OPEN_NEAR, LINE(20, "> P. 1:101 ack 1 ttl 64 id 3"),
                                        LINE(41, "< . 1:1 ack 101 ttl 62 id 9")};
    static const struct line data[] = {OPEN_FAR, LINE(21, "> P. 1:101 ack 1 ttl 63 id 3"),
                                       LINE(22, "> P. 101:151 ack 1 ttl 63 id 4"),
                                       LINE(40, "< . 1:1 ack 101 ttl 63 id 9")};
    const struct caught *caught;

    (void)state;
    caught = RUN(a, b);
    lab_verdict(caught, "blocked", "RESET");
    wants_counts(caught, 0, 0, 1, 1);
    assert_string_equal(caught->record.reason,
                        "both ends were reset by something between the two captures");
    lab_end(&lab);
    caught = RUN(quiet, data);
    lab_verdict(caught, "rewritten", "INJECTED");
    wants_counts(caught, 0, 0, 1, 0);
    lab_end(&lab);
}

/* No end believes it: it is told, and no more. */
static void test_bad(void **state)
{
    static const struct line a[] = {OPEN_NEAR, LINE(20, "> P. 1:101 ack 1 ttl 64 id 3"),
                                    LINE(20.1, "< R. 1:1 ack 101 ttl 60 id 99 badsum"),
                                    LINE(41, "< . 1:1 ack 101 ttl 62 id 9")};
    static const struct line b[] = {OPEN_FAR, LINE(21, "> P. 1:101 ack 1 ttl 63 id 3"),
                                    LINE(40, "< . 1:1 ack 101 ttl 63 id 9")};
    const struct caught *caught;

    (void)state;
    caught = RUN(a, b);
    lab_verdict(caught, "same", "");
    wants_counts(caught, 0, 0, 0, 0);
    lab_wants(caught, "segment", "checksum", "1 segment", "-");
    lab_end(&lab);
}

static void test_blocked(void **state)
{
    static const struct line a[] = {LINE(0, "> S 0:0 <mss 1000> ttl 64 id 1"),
                                    LINE(1000, "> S 0:0 <mss 1000> ttl 64 id 2")};
    static const struct line b[] = {LINE(1, "> S 0:0 <mss 1000> ttl 63 id 1"),
                                    LINE(9, "< S. 0:0 ack 1 <mss 1000> ttl 63"),
                                    LINE(1001, "> S 0:0 <mss 1000> ttl 63 id 2"),
                                    LINE(1009, "< S. 0:0 ack 1 <mss 1000> ttl 63")};
    static const struct line speaks[] = {OPEN_NEAR, LINE(20, "> P. 1:101 ack 1 ttl 64 id 3"),
                                         LINE(220, "> P. 1:101 ack 1 ttl 64 id 4")};
    static const struct line hears[] = {OPEN_FAR};
    static const struct line large[] = {OPEN_NEAR, LINE(20, "> P. 1:1001 ack 1 ttl 64 id 3"),
                                        LINE(220, "> P. 1:1001 ack 1 ttl 64 id 4"),
                                        LINE(620, "> P. 1:1001 ack 1 ttl 64 id 5"),
                                        LINE(1000, "> F. 1001:1001 ack 1 ttl 64 id 6")};
    static const struct line small[] = {OPEN_FAR, LINE(1001, "> F. 1001:1001 ack 1 ttl 63 id 6")};
    const struct caught *caught;

    (void)state;
    caught = RUN(a, b);
    lab_verdict(caught, "blocked", "BLOCKED,LOST");
    assert_string_equal(caught->record.verdict_a, "filtered");
    assert_string_equal(caught->record.reason,
                        "what the server sends no longer comes through on the way from B to A");
    wants_counts(caught, 0, 2, 0, 0);
    lab_end(&lab);
    caught = RUN(speaks, hears);
    lab_verdict(caught, "blocked", "BLOCKED,LOST");
    wants_counts(caught, 2, 0, 0, 0);
    lab_end(&lab);
    caught = RUN(large, small);
    lab_verdict(caught, "blocked", "BLOCKED,LOST");
    assert_non_null(strstr(caught->record.reason, "large segments of the client never come"));
    lab_end(&lab);
}

/* What a capture does not cover is not lost. */
static void test_covered(void **state)
{
    static const struct line a[] = {OPEN_NEAR, LINE(20, "> P. 1:101 ack 1 ttl 64 id 3"),
                                    LINE(31, "< . 1:1 ack 101 ttl 62 id 8"),
                                    LINE(40, "> P. 101:201 ack 1 ttl 64 id 4"),
                                    LINE(51, "< . 1:1 ack 201 ttl 62 id 9")};
    static const struct line ends_early[] = {OPEN_FAR, LINE(21, "> P. 1:101 ack 1 ttl 63 id 3"),
                                             LINE(30, "< . 1:1 ack 101 ttl 63 id 8")};
    static const struct line begins_late[] = {LINE(30, "< . 1:1 ack 101 ttl 63 id 8"),
                                              LINE(41, "> P. 101:201 ack 1 ttl 63 id 4"),
                                              LINE(50, "< . 1:1 ack 201 ttl 63 id 9")};
    static const struct line one_way[] = {
        LINE(1, "> S 0:0 <mss 1000,sackOK> ttl 63 id 1"), LINE(12, "> . 1:1 ack 1 ttl 63 id 2"),
        LINE(21, "> P. 1:101 ack 1 ttl 63 id 3"), LINE(41, "> P. 101:201 ack 1 ttl 63 id 4")};
    const struct caught *caught;

    (void)state;
    caught = RUN(a, ends_early);
    lab_verdict(caught, "same", "PART");
    wants_counts(caught, 0, 0, 0, 0);
    lab_end(&lab);
    caught = RUN(a, begins_late);
    lab_verdict(caught, "same", "PART");
    wants_counts(caught, 0, 0, 0, 0);
    lab_end(&lab);
    caught = RUN(a, one_way);
    lab_verdict(caught, "same", "PART");
    wants_counts(caught, 0, 0, 0, 0);
    lab_end(&lab);
}

/* More segments than are kept. */
static void test_many(void **state)
{
    enum { COUNT = 1500 };
    static struct line lines[2][COUNT + 3];
    static char texts[2][COUNT][64];
    static const struct line near[] = {OPEN_NEAR}, far[] = {OPEN_FAR};
    const struct caught *caught;

    (void)state;
    memcpy(lines[0], near, sizeof near);
    memcpy(lines[1], far, sizeof far);
    for (unsigned i = 0; i < COUNT; i++)
        for (unsigned side = 0; side < 2; side++) {
            snprintf(texts[side][i], sizeof texts[side][i], "> . %u:%u ack 1 ttl %u id %u",
                     i * 10 + 1, i * 10 + 11, side ? 63u : 64u, i + 10);
            lines[side][i + 3] = (struct line){20 + i + side, texts[side][i], NULL, NULL, NULL};
        }
    caught = run(lines[0], COUNT + 3, lines[1], COUNT + 3);
    lab_verdict(caught, "same", "PART");
    assert_int_equal(caught->record.segments_a, COUNT + 3);
    wants_counts(caught, 0, 0, 0, 0);
    lab_end(&lab);
}

/* The answer was at A long before B had a SYN; the client is 5 ms away, the server 50. */
static void test_syn_proxy(void **state)
{
    static const struct view server = {.base = {1000, 99000}, .clock = -1e7};
    static const struct line a[] = {
        LINE(0, "> S 0:0 win 64240 <mss 1460,sackOK> ttl 60 id 1"),
        LINE(0.1, "< S. 0:0 ack 1 win 0 <mss 1460,sackOK> ttl 64"),
        LINE(5, "> . 1:1 ack 1 win 1000 ttl 60 id 2"),
        LINE(55, "< . 1:1 ack 1 win 900 ttl 64"),
        LINE(60, "> P. 1:101 ack 1 win 1000 ttl 60 id 3"),
        LINE(112, "< . 1:1 ack 101 win 900 ttl 58 id 7"),
    };
    static const struct line b[] = {
        LINE(5.2, "> S 0:0 win 64240 <mss 1460,sackOK> ttl 64 id 1"),
        LINE(55, "< S. 0:0 ack 1 win 65000 <mss 1460,sackOK> ttl 59"),
        LINE(55.1, "> . 1:1 ack 1 win 1000 ttl 64 id 2"),
        LINE(60.2, "> P. 1:101 ack 1 win 1000 ttl 59 id 3"),
        LINE(111.8, "< . 1:1 ack 101 win 900 ttl 59 id 7"),
    };
    const struct caught *caught = &lab.caught[0];

    (void)state;
    for (unsigned swap = 0; swap < 2; swap++) {
        lab_begin(&lab);
        lab_lines(&lab, swap, &plain, a);
        lab_lines(&lab, !swap, &server, b);
        lab_run(&lab);
        assert_string_equal(caught->record.verdict, "proxied");
        assert_true(lab_found(caught, "TP-CMP-PROXY") && lab_found(caught, "TP-CMP-ISN"));
        assert_true(isnan(caught->record.between_ms));
        lab_end(&lab);
    }
}

/* Data are acknowledged at A while B has not even seen them; nothing else tells. */
static void test_early_acks(void **state)
{
    static const struct line a[] = {OPEN_NEAR,
                                    LINE(20, "> P. 1:101 ack 1 ttl 64 id 3"),
                                    LINE(20.2, "< . 1:1 ack 101 ttl 64 id 70"),
                                    LINE(21, "> P. 101:201 ack 1 ttl 64 id 4"),
                                    LINE(21.2, "< . 1:1 ack 201 ttl 64 id 71"),
                                    LINE(22, "> P. 201:301 ack 1 ttl 64 id 5"),
                                    LINE(22.2, "< . 1:1 ack 301 ttl 64 id 72")};
    static const struct line b[] = {OPEN_FAR,
                                    LINE(21, "> P. 1:101 ack 1 ttl 63 id 3"),
                                    LINE(22, "> P. 101:201 ack 1 ttl 63 id 4"),
                                    LINE(23, "> P. 201:301 ack 1 ttl 63 id 5"),
                                    LINE(31, "< . 1:1 ack 101 ttl 63 id 20"),
                                    LINE(32, "< . 1:1 ack 201 ttl 63 id 21"),
                                    LINE(33, "< . 1:1 ack 301 ttl 63 id 22")};
    const struct caught *caught;

    (void)state;
    caught = RUN(a, b);
    assert_string_equal(caught->record.verdict, "proxied");
    assert_true(lab_found(caught, "TP-CMP-PROXY"));
    lab_end(&lab);
}

/* Numbers were shifted, and the SACK blocks were forgotten. */
static void test_sack(void **state)
{
    static const struct view shifted = {.base = {7000, 5000}};
    static const struct line a[] = {OPEN_NEAR, LINE(20, "> P. 1001:2001 ack 1 ttl 64 id 3"),
                                    LINE(31, "< . 1:1 ack 1 <nop,nop,sack 8001:9001> ttl 62 id 8")};
    static const struct line right[] = {
        OPEN_NEAR, LINE(20, "> P. 1001:2001 ack 1 ttl 64 id 3"),
        LINE(31, "< . 1:1 ack 1 <nop,nop,sack 2001:3001> ttl 62 id 8")};
    static const struct line b[] = {OPEN_FAR, LINE(21, "> P. 1001:2001 ack 1 ttl 63 id 3"),
                                    LINE(30, "< . 1:1 ack 1 <nop,nop,sack 8001:9001> ttl 63 id 8")};

    (void)state;
    for (unsigned good = 0; good < 2; good++) {
        lab_begin(&lab);
        if (good)
            lab_lines(&lab, 0, &plain, right);
        else
            lab_lines(&lab, 0, &plain, a);
        lab_lines(&lab, 1, &shifted, b);
        lab_run(&lab);
        lab_verdict(&lab.caught[0], "rewritten", good ? "ISN" : "SACK,ISN");
        lab_end(&lab);
    }
}

/* Marks of congestion are a router's business, their absence is not. */
static void test_marks(void **state)
{
    static const struct line a[] = {OPEN_NEAR, LINE(20, "> P. 1:101 ack 1 ttl 64 id 3"),
                                    LINE(31, "< P. 1:11 ack 101 ttl 62 id 8 ce")};
    static const struct line b[] = {OPEN_FAR, LINE(21, "> P. 1:101 ack 1 ttl 63 id 3"),
                                    LINE(30, "< P. 1:11 ack 101 ttl 63 id 8")};
    const struct caught *caught;

    (void)state;
    caught = RUN(a, b);
    lab_verdict(caught, "rewritten", "ECN");
    lab_wants(caught, "segment", "ecn", "CE", "Not-ECT");
    lab_end(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad),        cmocka_unit_test(test_lost),
        cmocka_unit_test(test_doubled),    cmocka_unit_test(test_hole),
        cmocka_unit_test(test_cut),        cmocka_unit_test(test_put_in),
        cmocka_unit_test(test_blocked),    cmocka_unit_test(test_covered),
        cmocka_unit_test(test_many),       cmocka_unit_test(test_syn_proxy),
        cmocka_unit_test(test_early_acks), cmocka_unit_test(test_sack),
        cmocka_unit_test(test_marks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
