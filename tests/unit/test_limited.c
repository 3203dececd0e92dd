/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/ladder/limited: the SYN that offers much, and where on the way offers go missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/ladder/limited.h"

#define MOST       64
#define BIT(offer) (1u << LADDER_OFFER_##offer)

static struct segment syn;
static struct ladder_shot shots[MOST];
static size_t count;
static struct limited limited;

static void make_syn(uint64_t seed, unsigned repeat, struct spec *spec)
{
    struct rung_values values = {.mss = 1460};

    spec_init(spec);
    rung_values_draw(seed, 1, &values);
    limited_spec(&values, repeat, spec);
    syn = (struct segment){.options = spec->options, .flags = spec->flags | TCP_SYN};
}

static struct address router(uint8_t hop)
{
    struct address address = {.family = IP_FAMILY_V4, .bytes = {198, 18, 0, hop}};

    return address;
}

/* One SYN, and a router's quote of it. */
static void quoted(uint8_t hop, uint32_t lacks, uint32_t differs)
{
    shots[count++] = (struct ladder_shot){
        .part = LADDER_PART_LIMITED,
        .rung = RUNG_LINUX,
        .hop_limit = hop,
        .syn = syn,
        .settled = true,
        .came = MATRIX_ICMP,
        .has_icmp = true,
        .icmp = {.family = IP_FAMILY_V4, .type = 11, .code = 0},
        .icmp_from = router(hop),
        .quote_lacks = lacks,
        .quote_differs = differs,
        .quote_whole = true,
    };
}

static void twice(uint8_t hop, uint32_t lacks, uint32_t differs)
{
    quoted(hop, lacks, differs);
    quoted(hop, lacks, differs);
}

static void begin(void)
{
    struct spec spec;

    make_syn(5, 0, &spec);
    count = 0;
}

static const struct limited_row *judged(enum ladder_offer offer)
{
    memset(&limited, 0xff, sizeof limited);
    limited_judge(shots, count, &limited);
    return &limited.rows[offer];
}

static void check(const struct limited_row *row, unsigned whole, uint8_t hop, bool differs,
                  uint8_t before)
{
    assert_int_equal(row->whole, whole);
    assert_int_equal(row->hop, hop);
    assert_int_equal(row->before, before);
    assert_int_equal(row->differs, differs);
    if (hop > 0) {
        struct address from = router(hop);

        assert_true(address_equal(&row->from, &from));
    }
}

/* How far it came as it left. */
static void farthest(enum ladder_offer offer, uint8_t hop)
{
    const struct limited_row *row = judged(offer);
    struct address from = router(hop);

    assert_int_equal(row->last, hop);
    if (hop > 0)
        assert_true(address_equal(&row->last_from, &from));
}

static void test_spec(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 500; seed++) {
        struct option_summary summary;
        struct spec spec;
        struct ladder_facts facts;
        struct segment answer = {.flags = TCP_SYN | TCP_ACK};
        struct ladder_syn asked = {.segment = &syn};
        static const bool offers[LADDER_OFFER_COUNT] = {
            [LADDER_OFFER_MSS] = true,      [LADDER_OFFER_WSCALE] = true,
            [LADDER_OFFER_SACK] = true,     [LADDER_OFFER_TIMESTAMPS] = true,
            [LADDER_OFFER_FASTOPEN] = true, [LADDER_OFFER_ECN] = true,
            [LADDER_OFFER_MPTCP] = true,    [LADDER_OFFER_UNKNOWN] = true,
        };

        make_syn(seed, 0, &spec);
        assert_int_equal(spec_check(&spec, NULL), 0);
        assert_int_equal(options_unhealthy(&syn.options), 0);
        assert_true(syn.options.length <= OPTIONS_MAX && syn.options.length % 4 == 0);
        options_summarize(&syn.options, &summary);
        assert_true(summary.has_fastopen && summary.fastopen_length == 0);
        assert_true(summary.has_mptcp && summary.mptcp_version == 1);
        assert_true(summary.has_timestamps && summary.ts_val != 0);
        assert_int_equal(summary.mss, 1460);
        assert_true(spec.flags == (TCP_SYN | TCP_ECE | TCP_CWR) && spec.retries == 0);
        ladder_read(&asked, &answer, &facts);
        for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++)
            assert_int_equal(facts.facts[i].offered, offers[i]);
    }
}

static void test_hops(void **state)
{
    (void)state;
    assert_int_equal(limited_hops(64), 0);
    assert_int_equal(limited_hops(255), 0);
    assert_int_equal(limited_hops(128), 0);
    assert_int_equal(limited_hops(63), 3);
    assert_int_equal(limited_hops(247), 10);
    assert_int_equal(limited_hops(120), 10);
    assert_int_equal(limited_hops(40), 26);
    assert_int_equal(limited_hops(30), LIMITED_HOPS_MAX);
    assert_int_equal(limited_hops(0), LIMITED_HOPS_MAX);
    assert_int_equal(limited_hops(130), LIMITED_HOPS_MAX);
}

static void test_whole(void **state)
{
    (void)state;
    begin();
    for (uint8_t hop = 1; hop <= 4; hop++)
        twice(hop, 0, 0);
    check(judged(LADDER_OFFER_SACK), 4, 0, false, 0);
    check(judged(LADDER_OFFER_ECN), 4, 0, false, 0);
    assert_int_equal(limited.hops, 4);
    /* What was not offered was quoted by nobody. */
    check(judged(LADDER_OFFER_MD5), 0, 0, false, 0);
    check(judged(LADDER_OFFER_DATA), 0, 0, false, 0);
}

static void test_gone(void **state)
{
    (void)state;
    begin();
    twice(1, 0, 0);
    twice(2, 0, 0);
    twice(3, BIT(SACK), BIT(MSS));
    twice(4, BIT(SACK) | BIT(MPTCP), BIT(MSS));
    check(judged(LADDER_OFFER_SACK), 2, 3, false, 2);
    check(judged(LADDER_OFFER_MSS), 2, 3, true, 2);
    check(judged(LADDER_OFFER_MPTCP), 3, 4, false, 3);
    check(judged(LADDER_OFFER_TIMESTAMPS), 4, 0, false, 0);
    /* A value that is changed first, and taken later. */
    begin();
    twice(1, 0, 0);
    twice(2, 0, BIT(TIMESTAMPS));
    twice(3, BIT(TIMESTAMPS), 0);
    check(judged(LADDER_OFFER_TIMESTAMPS), 1, 2, true, 1);
    /* From the first router on: it may have been our own machine. */
    begin();
    twice(1, BIT(FASTOPEN), 0);
    twice(2, BIT(FASTOPEN), 0);
    check(judged(LADDER_OFFER_FASTOPEN), 0, 1, false, 0);
}

/* IP's mark is changed where there was none to offer: that counts as accurate ECN's. */
static void test_marked(void **state)
{
    (void)state;
    begin();
    twice(1, 0, 0);
    twice(2, 0, 0);
    twice(3, 0, BIT(ACCECN));
    check(judged(LADDER_OFFER_ACCECN), 2, 3, true, 2);
    /* One router shows it so, and those behind it do not. */
    twice(4, 0, 0);
    check(judged(LADDER_OFFER_ACCECN), 0, 0, false, 0);
}

static void test_missing_hops(void **state)
{
    (void)state;
    begin();
    twice(1, 0, 0);
    twice(5, BIT(SACK), 0);
    shots[count] = (struct ladder_shot){
        .part = LADDER_PART_LIMITED, .hop_limit = 3, .syn = syn, .came = MATRIX_NOTHING};
    count++;
    check(judged(LADDER_OFFER_SACK), 1, 5, false, 1);
    assert_int_equal(limited.hops, 2);
    /* In whatever order they were sent; one quote may be all that came. */
    begin();
    quoted(4, BIT(SACK), 0);
    quoted(2, 0, 0);
    check(judged(LADDER_OFFER_SACK), 1, 4, false, 2);
}

/* Eight bytes of the TCP header say nothing of options. */
static void test_short_quotes(void **state)
{
    (void)state;
    begin();
    twice(1, 0, 0);
    twice(2, 0, 0);
    shots[2].quote_whole = shots[3].quote_whole = false;
    twice(3, BIT(WSCALE), 0);
    check(judged(LADDER_OFFER_WSCALE), 1, 3, false, 1);
    assert_int_equal(limited.hops, 2);
    shots[4].quote_whole = shots[5].quote_whole = false;
    check(judged(LADDER_OFFER_WSCALE), 1, 0, false, 0);
    assert_int_equal(limited.hops, 1);
}

static void test_disagreement(void **state)
{
    (void)state;
    /* Two ways: one quote lacks it, the other does not. */
    begin();
    twice(1, 0, 0);
    quoted(2, BIT(SACK), 0);
    quoted(2, 0, 0);
    check(judged(LADDER_OFFER_SACK), 1, 0, false, 0);
    assert_int_equal(limited.hops, 2);
    /* And all that come behind it lack it. */
    twice(3, BIT(SACK), 0);
    check(judged(LADDER_OFFER_SACK), 1, 3, false, 1);
    /* One router quotes wrongly: behind it all is well. */
    begin();
    twice(1, 0, 0);
    twice(2, BIT(SACK), BIT(MSS));
    twice(3, 0, 0);
    check(judged(LADDER_OFFER_SACK), 2, 0, false, 0);
    check(judged(LADDER_OFFER_MSS), 2, 0, false, 0);
    farthest(LADDER_OFFER_SACK, 3);
    /* And then it is really gone. */
    twice(4, BIT(SACK), 0);
    check(judged(LADDER_OFFER_SACK), 2, 4, false, 3);
}

/* Only routers where it expired count, and only SYNs that were to expire. */
static void test_other_errors(void **state)
{
    (void)state;
    begin();
    twice(1, 0, 0);
    twice(2, BIT(SACK), 0);
    twice(3, BIT(SACK), 0);
    twice(4, BIT(SACK), 0);
    shots[2].icmp.type = shots[3].icmp.type = 3; /* unreachable */
    shots[4].icmp.code = shots[5].icmp.code = 1; /* reassembly */
    shots[6].part = shots[7].part = LADDER_PART_RUNGS;
    check(judged(LADDER_OFFER_SACK), 1, 0, false, 0);
    assert_int_equal(limited.hops, 1);
    for (size_t i = 0; i < count; i++)
        shots[i].icmp = (struct icmp){.family = IP_FAMILY_V6, .type = 3};
    shots[6].part = shots[7].part = LADDER_PART_LIMITED;
    shots[4].has_icmp = shots[5].has_icmp = false;
    check(judged(LADDER_OFFER_SACK), 1, 2, false, 1);
    assert_int_equal(limited.hops, 3);
    shots[2].icmp.type = shots[3].icmp.type = 11;
    check(judged(LADDER_OFFER_SACK), 1, 4, false, 1);
}

/* What is let through nearly everywhere tells of itself where the SYN with all of it is dropped. */
static void test_plain_ones(void **state)
{
    struct spec spec;

    (void)state;
    begin();
    quoted(1, 0, 0);
    make_syn(6, 1, &spec);
    assert_int_equal(options_unhealthy(&syn.options), 0);
    assert_true(spec.flags == (TCP_SYN | TCP_ECE | TCP_CWR));
    quoted(1, 0, 0);
    quoted(2, BIT(SACK), 0);
    quoted(3, BIT(SACK), 0);
    check(judged(LADDER_OFFER_SACK), 1, 2, false, 1);
    check(judged(LADDER_OFFER_TIMESTAMPS), 3, 0, false, 0);
    check(judged(LADDER_OFFER_MPTCP), 1, 0, false, 0);
    check(judged(LADDER_OFFER_UNKNOWN), 1, 0, false, 0);
    assert_int_equal(limited.hops, 3);
    farthest(LADDER_OFFER_UNKNOWN, 1);
    farthest(LADDER_OFFER_TIMESTAMPS, 3);
    farthest(LADDER_OFFER_SACK, 1);
    farthest(LADDER_OFFER_MD5, 0);
}

static void test_nothing(void **state)
{
    (void)state;
    limited_judge(NULL, 0, &limited);
    assert_int_equal(limited.hops, 0);
    memset(shots, 0, sizeof shots);
    count = MOST;
    for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++)
        check(judged((enum ladder_offer)i), 0, 0, false, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spec),         cmocka_unit_test(test_hops),
        cmocka_unit_test(test_whole),        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_marked),       cmocka_unit_test(test_missing_hops),
        cmocka_unit_test(test_short_quotes), cmocka_unit_test(test_disagreement),
        cmocka_unit_test(test_other_errors), cmocka_unit_test(test_plain_ones),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
