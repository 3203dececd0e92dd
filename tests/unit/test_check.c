/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checks of the ladder against a peer of the test's own: what is to be found out of each, by
 * the standards and by how the peer was made. */
#include "check_lab.h"

#define W CHECK_OUTCOME_WORKS
#define F CHECK_OUTCOME_FAILS
#define O CHECK_OUTCOME_ONE_SIDED
#define A CHECK_OUTCOME_ABSENT
#define I CHECK_OUTCOME_INCONCLUSIVE

static const struct expected {
    const char *name;
    struct manner manner;
    const char *data;
    /* wscale, our-wscale, timestamps, sack, dsack, mss, ecn */
    enum check_outcome outcomes[7];
    const char *says; /* in one of the details */
} peers[] = {
    {"Linux with a long greeting", {.banner = 10000}, NULL, {W, W, W, W, W, W, W}, "65152"},
    {"Linux that answers", {.answer = 10000}, "hello\n", {W, W, W, W, W, W, W}, "512 bytes came"},
    {"Linux with nothing to say", {.banner = 0}, NULL, {W, I, W, W, W, I, W}, "--send"},
    {"a short greeting", {.banner = 40}, NULL, {W, W, W, W, W, I, W}, "at least 4"},
    {"a greeting of two bytes", {.banner = 2}, NULL, {W, I, W, W, W, I, W}, "no more"},
    {"a greeting of four bytes", {.banner = 4}, NULL, {W, I, W, W, W, I, W}, "no more"},
    {"nothing negotiated",
     {.no_ts = true, .no_sack = true, .no_wscale = true, .no_ecn = true, .banner = 10000},
     NULL,
     {A, A, A, A, A, W, A},
     "none of"},
    {"no SACK",
     {.no_sack = true, .banner = 10000},
     NULL,
     {W, W, W, A, A, W, W},
     "none with a block"},
    {"SACK taken out of the SYN,ACK",
     {.strip_sack = true, .banner = 10000},
     NULL,
     {W, W, W, O, O, W, W},
     "did not permit SACK"},
    {"timestamps taken out of the SYN,ACK",
     {.strip_ts = true, .banner = 10000},
     NULL,
     {W, W, O, W, W, W, W},
     "with none in the SYN,ACK"},
    {"window scale taken out of the SYN,ACK",
     {.strip_wscale = true, .banner = 10000},
     NULL,
     {O, O, W, W, W, W, W},
     "the same with a shift of 7"},
    {"ECN taken out of the SYN,ACK",
     {.strip_ecn = true, .banner = 10000},
     NULL,
     {W, W, W, W, W, W, O},
     "the SYN,ACK had not"},
    {"no ECN", {.no_ecn = true}, NULL, {W, I, W, W, W, I, A}, "nor had the SYN,ACK"},
    {"timestamps forgotten", {.forgets_ts = true}, NULL, {W, I, F, W, W, I, W}, "had none"},
    {"SACK forgotten", {.forgets_sack = true}, NULL, {W, I, W, F, I, I, W}, "none with a block"},
    {"a box that leaves the SACK blocks' numbers alone",
     {.sack_shift = 0x12345678},
     NULL,
     {W, I, W, F, I, I, W},
     "changes sequence numbers"},
    {"the oldest block first",
     {.oldest_first = true},
     NULL,
     {W, I, W, W, W, I, W},
     "did not stand first"},
    {"no D-SACK", {.no_dsack = true}, NULL, {W, I, W, W, A, I, W}, "leaves to the peer"},
    {"the hole is acknowledged", {.acks_hole = true}, NULL, {W, I, W, F, I, I, I}, "never sent"},
    {"windows that are not scaled",
     {.plain_windows = true, .window = 20000},
     NULL,
     {F, I, W, W, W, I, W},
     "as if there was no shift"},
    {"a window too large to tell",
     {.plain_windows = true, .window = 65535},
     NULL,
     {I, I, W, W, W, I, W},
     "both may be"},
    {"our windows not scaled",
     {.sees_shift = 1, .banner = 10000},
     NULL,
     {W, F, W, W, W, W, W},
     "that is a shift of 0, ours is 7"},
    {"our shift taken for 2",
     {.sees_shift = 3, .banner = 10000},
     NULL,
     {W, F, W, W, W, W, W},
     "that is a shift of 2, ours is 7"},
    {"our shift taken for 10",
     {.sees_shift = 11, .banner = 10000},
     NULL,
     {W, F, W, W, W, W, W},
     "a shift of at least 10"},
    {"our shift taken for 4, and window probes",
     {.sees_shift = 5, .byte_probes = true, .banner = 10000},
     NULL,
     {W, F, W, W, W, W, W},
     "or by probes (1): that is a shift of 4"},
    {"our windows ignored",
     {.ignores_window = true, .banner = 10000},
     NULL,
     {W, F, W, W, W, W, W},
     "does not keep to the window"},
    {"the window of the SYN",
     {.go_by_syn = true, .banner = 10000},
     NULL,
     {W, I, W, W, W, W, W},
     "as many as the window of our SYN"},
    {"our MSS ignored",
     {.segment = 1448, .banner = 10000},
     NULL,
     {W, W, W, W, W, F, W},
     "1448 bytes of data"},
    {"segments put together by this machine",
     {.merged = 3, .banner = 10000},
     NULL,
     {W, W, W, W, W, W, W},
     "put together"},
    {"our MSS ignored, and put together",
     {.segment = 1448, .merged = 2, .banner = 10000},
     NULL,
     {W, W, W, W, W, F, W},
     "our MSS is"},
    {"a loss probe before the first repeat, and put together",
     {.tail_probe = true, .merged = 3, .banner = 10000},
     NULL,
     {W, W, W, W, W, W, W},
     "put together"},
    {"all things twice, and put together",
     {.doubled = true, .merged = 3, .banner = 10000},
     NULL,
     {W, W, W, W, W, W, W},
     "put together"},
    {"a greeting, and more when it is acknowledged",
     {.banner = 40, .more = 400},
     NULL,
     {W, I, W, W, W, I, W},
     "more when they were acknowledged"},
    {"a greeting and a FIN",
     {.banner = 40, .ends = true},
     NULL,
     {W, W, W, W, W, I, W},
     "at least 4"},
    {"an RST that does not count", {.stray_rst = true}, NULL, {W, I, W, W, W, I, W}, "65152"},
    {"the SYN,ACK again", {.syn_ack_again = true}, NULL, {W, I, W, W, W, I, W}, "65152"},
    {"SACK blocks too large", {.wide_sack = true}, NULL, {W, I, W, F, I, I, W}, "+1002"},
    {"small segments",
     {.segment = 250, .banner = 5000},
     NULL,
     {W, W, W, W, W, I, W},
     "none of which was full"},
    {"a CE mark without an echo", {.no_ece = true}, NULL, {W, I, W, W, W, I, F}, "wiped off"},
    {"ECE that never ends", {.ece_for_ever = true}, NULL, {W, I, W, W, W, I, F}, "so had all 3"},
    {"ECE in all segments of one without ECN",
     {.no_ecn = true, .ece_always = true, .banner = 100},
     NULL,
     {W, W, W, W, W, I, I},
     "but so had 3 segments before"},
    {"the first two bytes lost", {.lost = 0x3}, NULL, {W, I, W, W, W, I, W}, "had a block"},
    {"each step's first byte lost", {.lost = 0x29}, NULL, {W, I, W, W, W, I, W}, "had a block"},
    {"answers lost", {.answers_lost = 0x5}, NULL, {W, I, W, W, W, I, W}, "had a block"},
    {"a closed window", {.closed = 99}, NULL, {I, I, I, I, I, I, I}, "of 0 had no room"},
    {"a window that opens late", {.closed = 1}, NULL, {I, I, W, W, W, I, W}, "was 0"},
    {"all bytes lost", {.lost = UINT32_MAX}, NULL, {I, I, I, I, I, I, I}, "answers that came: 0"},
    {"data beyond a hole dropped unheard", {.deaf = true}, NULL, {I, I, I, I, I, I, I}, "came: 0"},
    {"nobody", {.silent = true}, NULL, {I, I, I, I, I, I, I}, "nothing answered the SYN"},
    {"a closed port", {.refuses = true}, NULL, {I, I, I, I, I, I, I}, "it was refused"},
    {"an RST at once", {.resets = true}, NULL, {I, I, I, I, I, I, I}, "RST"},
    {"an RST to what lies beyond a hole",
     {.resets_data = true, .banner = 10000},
     NULL,
     {W, W, W, I, I, W, I},
     "then an RST came"},
    {"a FIN at once", {.closes = true}, NULL, {W, I, W, W, W, I, W}, "before it closed"},
};

static const enum check_kind kinds[7] = {
    CHECK_KIND_WSCALE, CHECK_KIND_OUR_WSCALE, CHECK_KIND_TIMESTAMPS, CHECK_KIND_SACK,
    CHECK_KIND_DSACK,  CHECK_KIND_MSS,        CHECK_KIND_ECN,
};

static struct peer ends[CHECK_SCRIPT_COUNT];

static void judge_all(const struct manner *manner, enum ip_family family, const char *data,
                      struct check_rows *ret_rows)
{
    const struct check *checks[CHECK_SCRIPT_COUNT];

    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++) {
        struct peer *peer = &ends[i];
        int64_t lasted;

        peer_begin(peer, manner, (enum check_script)i, family, data);
        lasted = peer_run(peer);
        assert_true(lasted < 12 * SECOND);
        checks[i] = &peer->check;
    }
    check_judge(checks, NULL, 0, ret_rows);
}

static void test_peers(enum ip_family family)
{
    unsigned wrong = 0;

    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        const struct expected *expected = &peers[i];
        struct check_rows rows;
        bool said = false;

        judge_all(&expected->manner, family, expected->data, &rows);
        for (unsigned k = 0; k < 7; k++) {
            const struct check_row *row = &rows.rows[kinds[k]];

            said = said || strstr(row->detail, expected->says);
            assert_true(strlen(row->detail) > 10 && strlen(row->detail) < CHECK_DETAIL_SIZE - 1);
            if (row->outcome != expected->outcomes[k]) {
                print_message("# %s: %s is %s, not %s: %s\n", expected->name,
                              check_kind_row(kinds[k])->word, check_outcome_word(row->outcome),
                              check_outcome_word(expected->outcomes[k]), row->detail);
                wrong++;
            }
        }
        if (!said) {
            print_message("# %s: nowhere \"%s\"\n", expected->name, expected->says);
            for (unsigned k = 0; k < 7; k++)
                print_message("#   %s\n", rows.rows[kinds[k]].detail);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void test_v4(void **state)
{
    (void)state;
    test_peers(IP_FAMILY_V4);
}

static void test_v6(void **state)
{
    (void)state;
    test_peers(IP_FAMILY_V6);
}

/* What is sent, to the bit: HOLES never fills the hole, marks as RFC 3168 has it, and each script
 * ends with an RST where the peer expects it. */
static void test_sent(void **state)
{
    (void)state;
    static const struct manner good = {.banner = 3000}, plain = {.no_ecn = true},
                               brief = {.banner = 300, .ends = true};
    struct check_rows rows;

    judge_all(&good, IP_FAMILY_V4, "data", &rows);
    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++) {
        assert_int_equal(ends[i].resets, 1);
        assert_true(ends[i].reset_exact);
        assert_true(ends[i].check.opened && !ends[i].check.reset && !ends[i].check.stopped);
        assert_int_equal(ends[i].check.syn_ack.segment.seq, LAB_IRS);
        assert_int_equal(ends[i].check.syn_ack.ttl, 57);
        assert_int_equal(ends[i].check.looks[0].segment.seq, LAB_IRS + 1);
    }
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].rcv_nxt, LAB_ISS + 1);
    assert_int_equal(ends[CHECK_SCRIPT_BYTES].rcv_nxt, LAB_ISS + 5);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].block_count, 3);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].blocks[0].left, LAB_ISS + 6);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].blocks[2].left, LAB_ISS + 2);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].ect_sent, 2);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].ce_sent, 1);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].cwr_sent, 1);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].acked, 3000);
    assert_int_equal(ends[CHECK_SCRIPT_BYTES].acked, 0);
    assert_int_equal(ends[CHECK_SCRIPT_BYTES].mss, 536);
    assert_int_equal(ends[CHECK_SCRIPT_WINDOW].sent, 512);
    judge_all(&brief, IP_FAMILY_V4, NULL, &rows);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].acked, 301); /* and the FIN */
    assert_int_equal(ends[CHECK_SCRIPT_BYTES].acked, 0);
    assert_int_equal(ends[CHECK_SCRIPT_WINDOW].acked, 0);
    judge_all(&plain, IP_FAMILY_V6, NULL, &rows);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].ect_sent, 0);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].ce_sent, 3);
    assert_int_equal(ends[CHECK_SCRIPT_BYTES].mss, 1220);
}

/* Ended from outside, in each of its moments: an RST where one is due, and nothing behind it. */
static void test_stop(void **state)
{
    (void)state;
    static const struct manner good = {.banner = 3000}, losing = {.banner = 3000, .lost = 1};

    for (unsigned script = 0; script < 2 * CHECK_SCRIPT_COUNT; script++)
        for (int64_t after = 0; after < 400 * MS; after += 7 * MS) {
            struct peer *peer = &ends[0];
            struct segment segment;
            struct craft_header header;
            int64_t until;

            peer_begin(peer, script & 1 ? &good : &losing, (enum check_script)(script / 2),
                       IP_FAMILY_V4, "data");
            until = peer->now + after;
            while (!check_over(&peer->check) && peer->queued > 0 && peer->queue[0].at <= until) {
                segment = peer->queue[0].segment;
                peer->now = peer->queue[0].at;
                memmove(peer->queue, peer->queue + 1, --peer->queued * sizeof peer->queue[0]);
                peer_packet(peer, &segment);
                peer_pump(peer);
            }
            if (peer->now < until)
                peer->now = until;
            bool was_over = check_over(&peer->check);
            check_stop(&peer->check, peer->now);
            assert_true(check_over(&peer->check));
            assert_true(was_over != peer->check.stopped);
            peer_pump(peer);
            assert_true(peer->resets == 1 || peer->resets == 2);
            assert_true(peer->reset_exact);
            assert_false(check_next(&peer->check, peer->now, &segment, &header));
            assert_int_equal(check_deadline(&peer->check), TCB_NEVER);
        }
}

/* Whatever comes, it ends in time and is judged. */
static void test_noise(void **state)
{
    (void)state;
    static const struct manner good = {.banner = 3000};
    uint64_t seed = 1;

    for (unsigned round = 0; round < 3000; round++) {
        const struct check *checks[CHECK_SCRIPT_COUNT] = {NULL};
        unsigned script = round % CHECK_SCRIPT_COUNT;
        struct peer *peer = &ends[script];
        struct check_rows rows;
        int64_t began;

        peer_begin(peer, &good, (enum check_script)script, round & 1 ? IP_FAMILY_V4 : IP_FAMILY_V6,
                   "data");
        began = peer->now;
        if (round % 5 != 0) { /* mostly on a connection that stands */
            struct segment segment = peer->queue[0].segment;

            peer->now += 20 * MS;
            peer_packet(peer, &segment);
            peer_pump(peer);
        }
        for (unsigned turns = 0; !check_over(&peer->check); turns++) {
            uint64_t draw = rung_draw(&seed), more = rung_draw(&seed);
            uint8_t options[40];
            struct segment segment = {
                .source_port = LAB_PORT,
                .destination_port = LAB_SOURCE_PORT,
                .seq = peer->check.tcb.rcv_nxt + (uint32_t)(draw % 7 ? draw % 600 : draw >> 20) - 3,
                .ack = peer->check.tcb.snd_max + (uint32_t)(more % 5 ? more % 9 : more >> 20) - 3,
                .flags = (uint16_t)(draw >> 40 & 0xff & ~(unsigned)(turns % 16 ? TCP_RST : 0)),
                .window = (uint16_t)(more >> 48),
                .ecn = (uint8_t)(draw >> 62),
            };

            assert_true(turns < 20000);
            segment.payload_length = segment.payload_total =
                more >> 30 & 3 ? 0 : more >> 32 & 0x3ff;
            for (unsigned i = 0; i < 5; i++) {
                uint64_t eight = rung_draw(&seed);

                memcpy(options + 8 * i, &eight, 8);
            }
            if (more >> 36 & 1) { /* blocks that nearly fit */
                options[0] = OPTION_SACK;
                options[1] = 18;
                for (unsigned i = 0; i < 4; i++) {
                    uint32_t number = LAB_ISS + 1 + (uint32_t)(draw >> 8 * i & 7);

                    for (unsigned b = 0; b < 4; b++)
                        options[2 + 4 * i + b] = (uint8_t)(number >> (24 - 8 * b));
                }
            }
            options_parse(options, more >> 40 & 1 ? 20 : 0, &segment.options);
            peer->now += (int64_t)(more % 40) * MS;
            check_timer(&peer->check, peer->now);
            if (!check_over(&peer->check))
                peer_packet(peer, &segment);
            struct segment out;
            struct craft_header header;
            for (unsigned i = 0; check_next(&peer->check, peer->now, &out, &header); i++)
                assert_true(i < 100);
        }
        assert_true(peer->now - began < 60 * SECOND);
        checks[script] = &peer->check;
        check_judge(checks, NULL, 0, &rows);
        for (unsigned i = 0; i < CHECK_KIND_COUNT; i++)
            assert_true(rows.rows[i].detail[0] != '\0');
    }
}

static struct ladder_shot fastopen_shot(enum rung_id rung, bool came, unsigned data, unsigned acked,
                                        bool cookie)
{
    struct ladder_shot shot = {
        .part = LADDER_PART_RUNGS,
        .rung = rung,
        .settled = true,
        .came = came ? MATRIX_SYN_ACK : MATRIX_NOTHING,
        .has_answer = came,
    };

    shot.syn.seq = 0xffffffffu;
    shot.syn.payload_total = shot.syn.payload_length = data;
    shot.answer.segment.ack = shot.syn.seq + 1 + acked;
    if (cookie)
        options_add(&shot.answer.segment.options, OPTION_FASTOPEN, "12345678", 8);
    return shot;
}

static void test_fastopen(void **state)
{
    (void)state;
    const struct check *none[CHECK_SCRIPT_COUNT] = {NULL};
    struct ladder_shot shots[4];
    struct check_rows rows;
    const struct check_row *row = &rows.rows[CHECK_KIND_FASTOPEN];

    check_judge(none, NULL, 0, &rows);
    for (unsigned i = 0; i < CHECK_KIND_COUNT; i++)
        assert_int_equal(rows.rows[i].outcome, CHECK_OUTCOME_INCONCLUSIVE);

    shots[0] = fastopen_shot(RUNG_FASTOPEN, true, 0, 0, false);
    shots[1] = fastopen_shot(RUNG_FASTOPEN_LINUX, true, 0, 0, false);
    check_judge(none, shots, 1, &rows);
    assert_int_equal(row->outcome, CHECK_OUTCOME_INCONCLUSIVE); /* one answer is none */
    check_judge(none, shots, 2, &rows);
    assert_int_equal(row->outcome, CHECK_OUTCOME_ABSENT);
    shots[1] = fastopen_shot(RUNG_FASTOPEN_LINUX, true, 0, 0, true);
    check_judge(none, shots, 2, &rows);
    assert_int_equal(row->outcome, CHECK_OUTCOME_INCONCLUSIVE);
    shots[2] = fastopen_shot(RUNG_FASTOPEN_COOKIE, false, 2, 0, false);
    check_judge(none, shots, 3, &rows);
    assert_int_equal(row->outcome, CHECK_OUTCOME_INCONCLUSIVE);
    shots[2] = fastopen_shot(RUNG_FASTOPEN_COOKIE, true, 2, 0, false);
    check_judge(none, shots, 3, &rows);
    assert_int_equal(row->outcome, CHECK_OUTCOME_FAILS);
    assert_non_null(strstr(row->detail, "RFC 7413"));
    shots[3] = fastopen_shot(RUNG_FASTOPEN_COOKIE_LINUX, true, 2, 2, false);
    check_judge(none, shots, 4, &rows);
    assert_int_equal(row->outcome, CHECK_OUTCOME_WORKS);
    assert_non_null(strstr(row->detail, "1 of 2"));
    shots[3] = fastopen_shot(RUNG_FASTOPEN_COOKIE_LINUX, true, 2, 3, false); /* never sent */
    check_judge(none, shots, 4, &rows);
    assert_int_equal(row->outcome, CHECK_OUTCOME_FAILS);
    shots[3] = fastopen_shot(RUNG_FASTOPEN_WRONG, true, 2, 2, false); /* not the peer's cookie */
    check_judge(none, shots, 4, &rows);
    assert_int_equal(row->outcome, CHECK_OUTCOME_FAILS);
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(check_kind_row(CHECK_KIND_OUR_WSCALE)->word, "our-wscale");
    assert_int_equal(check_kind_row(CHECK_KIND_DSACK)->feature, RUNG_FEATURE_SACK);
    assert_string_equal(check_outcome_word(CHECK_OUTCOME_ONE_SIDED), "one-sided");
    assert_string_equal(check_script_word(CHECK_SCRIPT_WINDOW), "window");
    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++)
        assert_true(strlen(check_script_words((enum check_script)i)) > 20);
    for (unsigned i = 0; i < CHECK_OUTCOME_COUNT; i++)
        assert_true(strlen(check_outcome_meaning((enum check_outcome)i)) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v4),    cmocka_unit_test(test_v6),    cmocka_unit_test(test_sent),
        cmocka_unit_test(test_stop),  cmocka_unit_test(test_noise), cmocka_unit_test(test_fastopen),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
