/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scripts of the checks: what they send, how they end, whatever comes; and the judge of Fast
 * Open, which has no script. */
#include "check_lab.h"

/* What is sent, to the bit: HOLES never fills the hole, marks as RFC 3168 has it, and each script
 * ends with an RST where the peer expects it. */
static void test_sent(void **state)
{
    (void)state;
    static const struct manner good = {.banner = 3000}, plain = {.no_ecn = true},
                               brief = {.banner = 300, .ends = true};
    struct check_rows rows;

    peer_judge(&good, IP_FAMILY_V4, "data", &rows);
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
    peer_judge(&brief, IP_FAMILY_V4, NULL, &rows);
    assert_int_equal(ends[CHECK_SCRIPT_HOLES].acked, 301); /* and the FIN */
    assert_int_equal(ends[CHECK_SCRIPT_BYTES].acked, 0);
    assert_int_equal(ends[CHECK_SCRIPT_WINDOW].acked, 0);
    peer_judge(&plain, IP_FAMILY_V6, NULL, &rows);
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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent),     cmocka_unit_test(test_stop),  cmocka_unit_test(test_noise),
        cmocka_unit_test(test_fastopen), cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
