/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/ladder/rules: SYNs and SYN,ACKs in the program's notation, and what the RFCs say.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/ladder/rules.h"

#define SYN_ACK (TCP_SYN | TCP_ACK)
#define KEY     "0102030405060708"
#define LINUX   "mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7"

struct pair {
    struct segment offer, answer;
    struct ladder_syn syn;
};

static void make(struct pair *pair, const char *offer, const char *answer)
{
    struct fault fault;

    memset(pair, 0, sizeof *pair);
    if (options_read(offer, "offer", &pair->offer.options, &fault) < 0 ||
        options_read(answer, "answer", &pair->answer.options, &fault) < 0)
        fail_msg("%s", fault.what);
    pair->offer.flags = TCP_SYN;
    pair->offer.seq = 0xffffffffu;
    pair->answer.flags = SYN_ACK;
    pair->syn.segment = &pair->offer;
}

static uint64_t read_pair(const struct pair *pair, struct ladder_facts *facts)
{
    ladder_read(&pair->syn, &pair->answer, facts);
    return facts->breaches;
}

#define BIT(rule) (UINT64_C(1) << LADDER_RULE_##rule)
#define NONE      UINT64_C(0)

static void test_options(void **state)
{
    static const struct {
        const char *offer, *answer;
        uint64_t breaches;
        enum ladder_offer of;
        bool offered, same;
        enum ladder_answer what;
        uint32_t number;
    } rows[] = {
#define ROW(offer, answer, breaches, of, offered, same, what, number)                              \
    {offer, answer, breaches, LADDER_OFFER_##of, offered, same, LADDER_##what, number}
        ROW("none", "mss 1460", NONE, MSS, false, false, GOOD, 1460),
        ROW("mss 1460", "mss 1460", NONE, MSS, true, true, GOOD, 1460),
        ROW("mss 1460", "none", BIT(MSS_NONE), MSS, true, false, ABSENT, 0),
        ROW("mss 1460", "mss 0", BIT(MSS_TINY), MSS, true, false, BAD, 0),
        ROW("mss 1460", "mss 87", BIT(MSS_TINY), MSS, true, false, BAD, 87),
        ROW("mss 1460", "mss 88", NONE, MSS, true, false, GOOD, 88),
        ROW("mss 1460", "mss 536,mss 536", BIT(MALFORMED), MSS, true, false, GOOD, 536),
        ROW(LINUX, "mss 1,sackOK,TS val 9 ecr 100,nop,wscale 2", BIT(MSS_TINY), WSCALE, true, false,
            GOOD, 2),
        ROW(LINUX, "mss 1400,wscale 14", NONE, WSCALE, true, false, GOOD, 14),
        ROW(LINUX, "mss 1400,wscale 15", BIT(WSCALE_HIGH), WSCALE, true, false, BAD, 15),
        ROW(LINUX, "mss 1400", NONE, WSCALE, true, false, ABSENT, 0),
        ROW("mss 1460", "mss 1460,wscale 1", BIT(WSCALE_UNOFFERED), WSCALE, false, false, BAD, 1),
        ROW("mss 1460,raw:0302", "mss 1460,wscale 1", BIT(WSCALE_UNOFFERED), WSCALE, false, false,
            BAD, 1),
        ROW("mss 1460,wscale 15", "mss 1460,wscale 15", BIT(WSCALE_HIGH), WSCALE, true, true, BAD,
            15),
        ROW("mss 1460,sackOK", "mss 1460,sackOK", NONE, SACK, true, true, GOOD, 0),
        ROW("mss 1460", "mss 1460,sackOK", BIT(SACK_UNOFFERED), SACK, false, false, BAD, 0),
        ROW("mss 1460,eol,sackOK", "mss 1460,sackOK", BIT(SACK_UNOFFERED), SACK, false, false, BAD,
            0),
        ROW("mss 1460", "mss 1460,sack 1:2", BIT(SACK_BLOCKS), SACK, false, false, ABSENT, 0),
        ROW(LINUX, "mss 9,TS val 7 ecr 100", BIT(MSS_TINY), TIMESTAMPS, true, false, GOOD, 7),
        ROW(LINUX, "mss 99,TS val 7 ecr 0", BIT(TS_ECHO), TIMESTAMPS, true, false, BAD, 7),
        ROW(LINUX, "mss 99,TS val 7 ecr 101", BIT(TS_ECHO), TIMESTAMPS, true, false, BAD, 7),
        ROW(LINUX, "mss 99,TS val 100 ecr 0", BIT(TS_ECHO), TIMESTAMPS, true, true, ECHO, 100),
        ROW("none", "mss 99,TS val 7 ecr 0", BIT(TS_UNOFFERED), TIMESTAMPS, false, false, BAD, 7),
        ROW("FO", "mss 99,FO 0102030405060708", NONE, FASTOPEN, true, false, GOOD, 8),
        ROW("FO", "mss 99,FO", BIT(COOKIE_EMPTY), FASTOPEN, true, true, ECHO, 0),
        ROW("FO", "mss 99,foexp 01020304", NONE, FASTOPEN, true, false, GOOD, 4),
        ROW("FO", "mss 99,raw:22050a0b0c", BIT(MALFORMED), FASTOPEN, true, false, ABSENT, 0),
        ROW("mss 9", "mss 99,FO 01020304", BIT(COOKIE_UNASKED), FASTOPEN, false, false, BAD, 4),
        ROW("FO 01020304", "mss 99,FO 01020304", BIT(COOKIE_OURS), FASTOPEN, true, true, ECHO, 4),
        ROW("FO 01020304", "mss 99,FO 01020305", NONE, FASTOPEN, true, false, GOOD, 4),
        ROW("FO 01020304", "mss 99", NONE, FASTOPEN, true, false, ABSENT, 0),
        ROW("mptcp capable v1 flags 01", "mss 99,mptcp capable v1 flags 01 key " KEY, NONE, MPTCP,
            true, false, GOOD, 1),
        ROW("mptcp capable v1 flags 01", "mss 99,mptcp capable v1 flags 01", BIT(MPTCP_OURS), MPTCP,
            true, true, ECHO, 1),
        ROW("mptcp capable v1 flags 01", "mss 99,mptcp capable v1 flags 00", BIT(MPTCP_FORM), MPTCP,
            true, false, BAD, 1),
        ROW("mptcp capable v0 flags 81 key " KEY,
            "mss 99,mptcp capable v1 flags 81 key f102030405060708", BIT(MPTCP_FORM), MPTCP, true,
            false, BAD, 1),
        ROW("mptcp capable v0 flags 81 key " KEY, "mss 99,mptcp capable v0 flags 01 key " KEY,
            BIT(MPTCP_OURS), MPTCP, true, false, ECHO, 0),
        ROW("mptcp capable v0 flags 81 key " KEY,
            "mss 99,mptcp capable v0 flags 01 key 1112131415161718", NONE, MPTCP, true, false, GOOD,
            0),
        ROW("mss 9", "mss 99,mptcp capable v1 flags 01 key " KEY, BIT(MPTCP_UNOFFERED), MPTCP,
            false, false, BAD, 1),
        ROW("uto 60s", "mss 99,uto 30s", NONE, UTO, true, false, GOOD, 0),
        ROW("mss 9", "mss 99,uto 30s", NONE, UTO, false, false, GOOD, 0),
        ROW("edo", "mss 99,edo", NONE, EDO, true, true, GOOD, 0),
        ROW("mss 9", "mss 99,edo", BIT(UNKNOWN), EDO, false, false, BAD, 0),
        ROW("md5 " KEY KEY, "mss 99,md5 " KEY KEY, BIT(ECHO), MD5, true, true, ECHO, 0),
        ROW("md5 " KEY KEY, "mss 99,md5 ffff030405060708" KEY, NONE, MD5, true, false, GOOD, 0),
        ROW("mss 9", "mss 99,md5 " KEY KEY, BIT(MD5_UNOFFERED), MD5, false, false, BAD, 0),
        ROW("raw:4d0601020304", "mss 99,raw:4d0601020304", BIT(ECHO), UNKNOWN, true, true, ECHO, 1),
        ROW("raw:4d0601020304", "mss 99", NONE, UNKNOWN, true, false, ABSENT, 0),
        ROW("raw:4d0601020304", "mss 99,raw:4d0601020305", BIT(UNKNOWN), UNKNOWN, true, false, BAD,
            1),
        ROW("exp2 abcd:01020304", "mss 99,exp2 abcd:01020304", BIT(ECHO), UNKNOWN, true, true, ECHO,
            1),
        ROW("raw:4d02,exp1 abcd:0102", "mss 99,exp1 abcd:0102,raw:4d02", BIT(ECHO), UNKNOWN, true,
            true, ECHO, 2),
        ROW("FOEXP", "mss 99,FOEXP", BIT(COOKIE_EMPTY), UNKNOWN, false, false, ABSENT, 0),
        ROW("mss 9", "mss 99,accecn0", BIT(ACCECN_UNOFFERED), UNKNOWN, false, false, ABSENT, 0),
        ROW("mss 9", "mss 99,eol,raw:01", BIT(MALFORMED), UNKNOWN, false, false, ABSENT, 0),
#undef ROW
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pair pair;
        struct ladder_facts facts;

        make(&pair, rows[i].offer, rows[i].answer);

        uint64_t breaches = read_pair(&pair, &facts);
        const struct ladder_fact *fact = &facts.facts[rows[i].of];

        if (breaches != rows[i].breaches)
            fail_msg("%s to %s: broke %llx", rows[i].answer, rows[i].offer,
                     (unsigned long long)breaches);
        if (fact->offered != rows[i].offered || fact->same != rows[i].same ||
            fact->answer != rows[i].what || fact->number != rows[i].number)
            fail_msg("%s to %s: %d %d %d %u", rows[i].answer, rows[i].offer, fact->offered,
                     fact->same, fact->answer, fact->number);
    }
}

#define ALL3 (TCP_AE | TCP_CWR | TCP_ECE)
#define ECN  (TCP_CWR | TCP_ECE)

static void test_ecn(void **state)
{
    static const struct {
        uint16_t offer;
        uint8_t mark;
        uint16_t answer;
        uint64_t breaches;
        enum ladder_answer classic, exact;
        uint32_t arrived;
    } rows[] = {
        {0, 0, 0, 0, LADDER_ABSENT, LADDER_ABSENT, 0},
        {0, 0, TCP_ECE, BIT(ECN_UNOFFERED), LADDER_BAD, LADDER_ABSENT, 0},
        {ECN, 0, TCP_ECE, 0, LADDER_GOOD, LADDER_ABSENT, 0},
        {ECN, 0, 0, 0, LADDER_ABSENT, LADDER_ABSENT, 0},
        {ECN, 0, ECN, BIT(ECN_ECHO), LADDER_ECHO, LADDER_ABSENT, 0},
        {ECN, 0, TCP_CWR, BIT(ECN_FLAGS), LADDER_BAD, LADDER_ABSENT, 0},
        {ECN, 2, TCP_AE | TCP_ECE, 0, LADDER_GOOD, LADDER_ABSENT, 0},
        /* RFC 9768 table 2. */
        {ALL3, 0, TCP_CWR, 0, LADDER_ABSENT, LADDER_GOOD, 0},
        {ALL3, 1, TCP_CWR | TCP_ECE, 0, LADDER_ABSENT, LADDER_GOOD, 1},
        {ALL3, 2, TCP_AE, 0, LADDER_ABSENT, LADDER_GOOD, 2},
        {ALL3, 3, TCP_AE | TCP_CWR, 0, LADDER_ABSENT, LADDER_GOOD, 3},
        {ALL3, 0, TCP_AE | TCP_ECE, 0, LADDER_GOOD, LADDER_ABSENT, 0},
        {ALL3, 0, TCP_ECE, 0, LADDER_GOOD, LADDER_ABSENT, 0},
        {ALL3, 0, 0, 0, LADDER_ABSENT, LADDER_ABSENT, 0},
        {ALL3, 0, ALL3, BIT(ECN_ECHO), LADDER_ECHO, LADDER_ECHO, 0},
        {ALL3, 1, TCP_CWR, BIT(ECN_MARK), LADDER_ABSENT, LADDER_GOOD, 0},
        {ALL3, 2, TCP_AE | TCP_CWR, BIT(ECN_MARK), LADDER_ABSENT, LADDER_GOOD, 3},
        /* RFC 9768 3.1.3: any other code is taken for all three. */
        {TCP_ECE, 0, TCP_CWR, 0, LADDER_ABSENT, LADDER_GOOD, 0},
        {TCP_AE, 0, 0, 0, LADDER_ABSENT, LADDER_ABSENT, 0},
        {TCP_AE, 2, TCP_AE, 0, LADDER_ABSENT, LADDER_GOOD, 2},
        {TCP_ECE, 0, TCP_ECE, BIT(ECN_UNOFFERED), LADDER_BAD, LADDER_ABSENT, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pair pair;
        struct ladder_facts facts;

        make(&pair, "mss 1460", "mss 1460");
        pair.offer.flags |= rows[i].offer;
        pair.offer.ecn = rows[i].mark;
        pair.answer.flags |= rows[i].answer;
        if (read_pair(&pair, &facts) != rows[i].breaches ||
            facts.facts[LADDER_OFFER_ECN].answer != rows[i].classic ||
            facts.facts[LADDER_OFFER_ACCECN].answer != rows[i].exact)
            fail_msg("row %zu: %llx", i, (unsigned long long)facts.breaches);
        assert_int_equal(facts.facts[LADDER_OFFER_ACCECN].number, rows[i].arrived);
    }
}

static void test_header(void **state)
{
    struct pair pair;
    struct ladder_facts facts;

    (void)state;
    make(&pair, "mss 1460", "mss 1460");
    /* The sequence number 2^32 - 1 is followed by 0. */
    assert_int_equal(read_pair(&pair, &facts), 0);
    pair.answer.ack = 5;
    assert_int_equal(read_pair(&pair, &facts), BIT(ACK));
    pair.offer.payload_total = 5;
    assert_int_equal(read_pair(&pair, &facts), BIT(DATA_TAKEN));
    assert_int_equal(facts.facts[LADDER_OFFER_DATA].answer, LADDER_BAD);
    assert_int_equal(facts.facts[LADDER_OFFER_DATA].number, 5);
    pair.answer.ack = 6;
    assert_int_equal(read_pair(&pair, &facts), BIT(ACK));
    pair.answer.ack = 0xffffffff;
    assert_int_equal(read_pair(&pair, &facts), BIT(ACK));
    pair.answer.ack = 0;
    assert_int_equal(read_pair(&pair, &facts), 0);
    assert_true(facts.facts[LADDER_OFFER_DATA].offered);
    assert_int_equal(facts.facts[LADDER_OFFER_DATA].answer, LADDER_ABSENT);
    pair.answer.payload_total = 3;
    assert_int_equal(read_pair(&pair, &facts), BIT(DATA_SENT));

    make(&pair, "FO 01020304", "mss 1460");
    pair.offer.payload_total = 5;
    pair.answer.payload_total = 3;
    pair.answer.ack = 5;
    assert_int_equal(read_pair(&pair, &facts), BIT(DATA_SENT) | BIT(DATA_TAKEN));
    pair.syn.cookie_valid = true;
    assert_int_equal(read_pair(&pair, &facts), 0);
    assert_int_equal(facts.facts[LADDER_OFFER_DATA].answer, LADDER_GOOD);

    make(&pair, "mss 1460", "mss 1460");
    pair.syn.checksum_wrong = true;
    assert_int_equal(read_pair(&pair, &facts), BIT(CHECKSUM));
    pair.syn.checksum_wrong = false;
    pair.answer.flags |= TCP_FIN;
    assert_int_equal(read_pair(&pair, &facts), BIT(FLAGS));
    pair.answer.flags = SYN_ACK | TCP_R10;
    assert_int_equal(read_pair(&pair, &facts), BIT(RESERVED));
    assert_int_equal(facts.facts[LADDER_OFFER_RESERVED].answer, LADDER_BAD);
    assert_int_equal(facts.facts[LADDER_OFFER_RESERVED].number, 2);
    pair.offer.flags |= TCP_R10;
    assert_int_equal(read_pair(&pair, &facts), BIT(RESERVED));
    assert_int_equal(facts.facts[LADDER_OFFER_RESERVED].answer, LADDER_ECHO);
    pair.answer.flags = SYN_ACK;
    assert_int_equal(read_pair(&pair, &facts), 0);
    assert_int_equal(facts.facts[LADDER_OFFER_RESERVED].answer, LADDER_ABSENT);
}

static void test_nops(void **state)
{
    struct pair pair;
    struct ladder_facts facts;

    (void)state;
    make(&pair, LINUX, "nop,mss 99,nop,nop,nop,nop,wscale 2,nop,nop");
    read_pair(&pair, &facts);
    assert_int_equal(facts.nops, 4);
    make(&pair, LINUX, "mss 99");
    read_pair(&pair, &facts);
    assert_int_equal(facts.nops, 0);
}

static void test_layout(void **state)
{
    static const struct {
        const char *options, *layout;
    } rows[] = {
        {"none", "none"},
        {LINUX, "mss,sackOK,TS,nop,wscale"},
        {"mss 1460,eol", "mss,eol"},
        {"mss 1460,eol,eol,eol,eol", "mss,eol+3"},
        {"raw:63040102,nop,nop", "kind 99,nop,nop"},
        {"mss 1,mss 2,raw:0302", "mss,mss?,wscale?"},
        {"mss 1460,eol,sackOK", "mss,eol,behind-eol?"},
        {"FO 01020304,mptcp capable v1 flags 01", "FO,mptcp"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct options options;
        char text[OPTIONS_TEXT_SIZE];

        assert_int_equal(options_read(rows[i].options, "", &options, NULL), 0);
        assert_string_equal(ladder_answer_layout(&options, text), rows[i].layout);
    }
}

/* Every rule is broken by no more than what is shown, its words fit, and its id means one thing. */
static void test_rows(void **state)
{
    struct pair pair;
    char text[LADDER_BREACH_SIZE];

    (void)state;
    make(&pair, LINUX, "mss 1,wscale 15");
    assert_string_equal(ladder_breach_show(LADDER_RULE_WSCALE_HIGH, &pair.syn, &pair.answer, text),
                        "mss 1,wscale 15 to " LINUX);
    pair.answer.flags |= TCP_ECE;
    assert_string_equal(
        ladder_breach_show(LADDER_RULE_ECN_UNOFFERED, &pair.syn, &pair.answer, text),
        "SYN,ACK,ECE to SYN");
    for (unsigned i = 0; i < LADDER_RULE_COUNT; i++) {
        const struct finding_row *row = finding_row(ladder_rule_finding((enum ladder_rule)i));

        assert_true(strncmp(row->reference, "RFC ", 4) == 0);
        assert_true(strlen(ladder_breach_show((enum ladder_rule)i, &pair.syn, &pair.answer, text)) >
                    0);
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal(ladder_rule_finding((enum ladder_rule)i),
                                 ladder_rule_finding((enum ladder_rule)j));
    }
    for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++) {
        assert_true(strlen(ladder_offer_word((enum ladder_offer)i)) > 2);
        assert_true(strlen(ladder_offer_name((enum ladder_offer)i)) > 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options), cmocka_unit_test(test_ecn),  cmocka_unit_test(test_header),
        cmocka_unit_test(test_layout),  cmocka_unit_test(test_nops), cmocka_unit_test(test_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
