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
    {"ECN not asked for",
     {.ecn_not_asked = true},
     NULL,
     {W, I, W, W, W, I, I},
     "nothing asked for ECN"},
    {"timestamps not asked for",
     {.offered = "mss 1460,nop,nop,sackOK,nop,wscale 7", .banner = 10000},
     NULL,
     {W, W, I, W, W, W, W},
     "not asked for: SYNs that do went unanswered"},
    {"an MSS and nothing more",
     {.offered = "mss 1460", .banner = 10000},
     NULL,
     {I, I, I, I, I, W, W},
     "not asked for: SYNs that do went unanswered"},
    {"nothing asked for at all",
     {.offered = "none", .banner = 10000},
     NULL,
     {I, I, I, I, I, I, W},
     "our SYN had no MSS"},
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

static void test_peers(enum ip_family family)
{
    unsigned wrong = 0;

    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        const struct expected *expected = &peers[i];
        struct check_rows rows;
        bool said = false;

        peer_judge(&expected->manner, family, expected->data, &rows);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v4),
        cmocka_unit_test(test_v6),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
