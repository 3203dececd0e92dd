/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track/compare: what two captures of one connection tell of what lies between. */
#include "compare_lab.h"

#define OPTIONS_SYN     "<mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7>"
#define OPTIONS_SYN_ACK "<mss 1460,sackOK,TS val 900 ecr 100,nop,wscale 7>"

/* As the client's side has it; B is one hop and 1 ms farther on. */
static const struct line near_lines[] = {
    {0, "> S 0:0 win 64240 " OPTIONS_SYN " ttl 64 id 10", NULL, NULL, NULL},
    {20, "< S. 0:0 ack 1 win 65160 " OPTIONS_SYN_ACK " ttl 62", NULL, NULL, NULL},
    {25, "> . 1:1 ack 1 win 502 <nop,nop,TS val 125 ecr 900> ttl 64 id 11", NULL, NULL, NULL},
    {26, "> P. 1:101 ack 1 win 502 <nop,nop,TS val 126 ecr 900> ttl 64 id 12", NULL, NULL, NULL},
    {46, "< . 1:1 ack 101 win 509 <nop,nop,TS val 920 ecr 126> ttl 62 id 50", NULL, NULL, NULL},
    {47, "< P. 1:301 ack 101 win 509 <nop,nop,TS val 921 ecr 126> ttl 62 id 51", NULL, NULL, NULL},
    {48, "> . 101:101 ack 301 win 501 <nop,nop,TS val 148 ecr 921> ttl 64 id 13", NULL, NULL, NULL},
    {50, "> F. 101:101 ack 301 win 501 <nop,nop,TS val 150 ecr 921> ttl 64 id 14", NULL, NULL,
     NULL},
    {70, "< F. 301:301 ack 102 win 509 <nop,nop,TS val 940 ecr 150> ttl 62 id 52", NULL, NULL,
     NULL},
    {71, "> . 102:102 ack 302 win 501 <nop,nop,TS val 171 ecr 940> ttl 64 id 15", NULL, NULL, NULL},
};
#define LINES COUNT_OF(near_lines)

/* The same a way farther on: by `ms` each way, and one hop. */
struct far_lines {
    struct line lines[LINES];
    char texts[LINES][128];
};

static void replace(char *text, size_t size, const char *from, const char *to)
{
    char copy[128];
    char *at = strstr(text, from);

    if (!at)
        return;
    snprintf(copy, sizeof copy, "%s", at + strlen(from));
    *at = '\0';
    snprintf(at, size - (size_t)(at - text), "%s%s", to, copy);
}

static void go_on(struct far_lines *far, double ms)
{
    for (size_t i = 0; i < LINES; i++) {
        bool forward = near_lines[i].segment[0] == '>';

        far->lines[i] = near_lines[i];
        far->lines[i].ms += forward ? ms : -ms;
        snprintf(far->texts[i], sizeof far->texts[i], "%s", near_lines[i].segment);
        replace(far->texts[i], sizeof far->texts[i], " ttl 64", " ttl 6_");
        replace(far->texts[i], sizeof far->texts[i], " ttl 62", " ttl 63");
        replace(far->texts[i], sizeof far->texts[i], " ttl 6_", " ttl 63");
        far->lines[i].segment = far->texts[i];
    }
}

/* In every line. */
static void change(struct far_lines *far, const char *from, const char *to)
{
    for (size_t i = 0; i < LINES; i++)
        replace(far->texts[i], sizeof far->texts[i], from, to);
}

static const struct view view_a = {.base = {1000, 5000}};

static void run_two(struct compare_lab *lab, const struct view *view, const struct far_lines *far)
{
    lab_begin(lab);
    lab_lines(lab, 0, &view_a, near_lines);
    lab_lines(lab, 1, view, far->lines);
    lab_run(lab);
    assert_int_equal(lab->count, 1);
}

static void test_same(void **state)
{
    /* B's clock is an hour behind. */
    const struct view view = {.base = {1000, 5000}, .clock = -3600e3, .number = 3};
    struct compare_lab lab;
    struct far_lines far;
    const struct compare_record *record = &lab.caught[0].record;

    (void)state;
    go_on(&far, 1);
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "same", "");
    assert_string_equal(record->reason, "the same in both captures, 1 hop apart");
    assert_string_equal(record->matched_by, "ends");
    assert_string_equal(record->client_side, "a");
    assert_string_equal(record->target, "198.18.0.2:80");
    assert_int_equal(record->connection_a, 1);
    assert_int_equal(record->connection_b, 3);
    assert_int_equal(record->hops_between, 1);
    assert_true(fabs(record->rtt_a_ms - 20) < 1e-6 && fabs(record->rtt_b_ms - 18) < 1e-6);
    assert_true(fabs(record->between_ms - 2) < 1e-6);
    assert_int_equal(record->isn_client_shift, 0);
    assert_int_equal(record->isn_server_shift, 0);
    assert_int_equal(record->lost_forward + record->lost_reverse, 0);
    assert_int_equal(record->added_forward + record->added_reverse, 0);
    lab_wants(&lab.caught[0], "SYN", "ttl", "64", "63");
    lab_wants(&lab.caught[0], "SYN,ACK", "ttl", "62", "63");
    assert_int_equal(record->differences.count, 2);
    lab_end(&lab);
}

/* The files the other way round. */
static void test_swapped(void **state)
{
    const struct view view = {.base = {1000, 5000}, .clock = 77};
    struct compare_lab lab;
    struct far_lines far;

    (void)state;
    go_on(&far, 1);
    lab_begin(&lab);
    lab_lines(&lab, 0, &view, far.lines);
    lab_lines(&lab, 1, &view_a, near_lines);
    lab_run(&lab);
    lab_verdict(&lab.caught[0], "same", "");
    assert_string_equal(lab.caught[0].record.client_side, "b");
    assert_int_equal(lab.caught[0].record.hops_between, 1);
    assert_true(fabs(lab.caught[0].record.between_ms - 2) < 1e-6);
    lab_end(&lab);
}

/* A file without time stamps: nothing is said of times, and nothing is taken from them. */
static void test_no_time(void **state)
{
    const struct view timed = {.base = {1000, 5000}},
                      timeless = {.base = {1000, 5000}, .no_time = true};

    (void)state;
    for (unsigned without = 1; without < 4; without++) {
        struct compare_lab lab;
        struct far_lines far;
        const struct compare_record *record = &lab.caught[0].record;

        go_on(&far, 1);
        lab_begin(&lab);
        lab_lines(&lab, 0, without & 1 ? &timeless : &timed, near_lines);
        lab_lines(&lab, 1, without & 2 ? &timeless : &timed, far.lines);
        lab_run(&lab);
        lab_verdict(&lab.caught[0], "same", "");
        assert_string_equal(record->client_side, "a");
        assert_int_equal(isnan(record->rtt_a_ms), without & 1);
        assert_int_equal(isnan(record->rtt_b_ms), without >> 1);
        assert_true(isnan(record->between_ms));
        lab_end(&lab);
        /* Where no TTL is counted down either, nobody knows which is nearer. */
        change(&far, " ttl 63", "");
        lab_begin(&lab);
        lab_lines(&lab, 0, without & 1 ? &timeless : &timed, far.lines);
        lab_lines(&lab, 1, without & 2 ? &timeless : &timed, far.lines);
        lab_run(&lab);
        lab_verdict(&lab.caught[0], "same", "");
        assert_null(record->client_side);
        lab_end(&lab);
    }
}

/* Nothing but the clocks tells the order: no TTL is counted down by a bridge. */
static void test_bridge(void **state)
{
    const struct view view = {.base = {1000, 5000}, .clock = -9e6};
    struct compare_lab lab;
    struct far_lines far;

    (void)state;
    go_on(&far, 0.25);
    for (size_t i = 0; i < LINES; i++)
        far.lines[i].segment = near_lines[i].segment;
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "same", "");
    assert_string_equal(lab.caught[0].record.client_side, "a");
    assert_int_equal(lab.caught[0].record.hops_between, 0);
    assert_int_equal(lab.caught[0].record.differences.count, 0);
    lab_end(&lab);
}

static void test_translated(void **state)
{
    const struct view view = {.ends = {"198.18.9.9:61000", "198.18.0.2:80"}, .base = {1000, 5000}};
    struct compare_lab lab;
    struct far_lines far;

    (void)state;
    go_on(&far, 1);
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "translated", "");
    assert_string_equal(lab.caught[0].record.matched_by, "isn");
    assert_string_equal(lab.caught[0].record.client_b, "198.18.9.9:61000");
    lab_wants(&lab.caught[0], "connection", "source", "198.18.0.1", "198.18.9.9");
    lab_wants(&lab.caught[0], "connection", "source_port", "40000", "61000");
    assert_null(lab_difference(&lab.caught[0], "connection", "destination"));
    lab_end(&lab);
}

static void test_shifted(void **state)
{
    const struct view view = {.base = {UINT32_C(0xffffff00), 4990}, .clock = 5};
    struct compare_lab lab;
    struct far_lines far;

    (void)state;
    go_on(&far, 1);
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "ISN");
    assert_string_equal(lab.caught[0].record.matched_by, "ends");
    assert_int_equal(lab.caught[0].record.isn_client_shift, UINT32_C(0xffffff00) - 1000);
    assert_int_equal(lab.caught[0].record.isn_server_shift, UINT32_C(0xfffffff6));
    assert_int_equal(lab.caught[0].record.lost_forward, 0);
    lab_end(&lab);
}

/* A clock of its own, and numbers of its own: another stack stands between. A shift alone is none.
 */
static void test_two(void **state)
{
    const struct view view = {.base = {77, 88}};
    struct compare_lab lab;
    struct far_lines far;

    (void)state;
    go_on(&far, 1);
    change(&far, "TS val 1", "TS val 51");
    change(&far, "TS val 9", "TS val 59");
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "TIMESTAMPS,ISN");
    assert_int_equal(lab.caught[0].record.hops_between, 1);
    lab_end(&lab);
    change(&far, "TS val 5126", "TS val 5127");
    change(&far, "TS val 5921", "TS val 5922");
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "proxied", "PROXY");
    assert_int_equal(lab.caught[0].record.hops_between, RECORD_UNKNOWN);
    lab_end(&lab);
}

/* Addresses, ports and numbers are others: one end and the timestamp are left. */
static void test_shifted_and_translated(void **state)
{
    const struct view view = {.ends = {"198.18.9.9:61000", NULL}, .base = {7, 8}};
    struct compare_lab lab;
    struct far_lines far;

    (void)state;
    go_on(&far, 1);
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "ISN");
    assert_string_equal(lab.caught[0].record.matched_by, "timestamps");
    lab_end(&lab);
}

static void test_options(void **state)
{
    const struct view view = {.base = {1000, 5000}};
    struct compare_lab lab;
    struct far_lines far;

    (void)state;
    go_on(&far, 1);
    replace(far.texts[0], sizeof far.texts[0], "mss 1460,sackOK", "mss 1400,nop,nop");
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "ONE-SIDED,STRIPPED,CLAMPED");
    lab_wants(&lab.caught[0], "SYN", "mss", "1460", "1400");
    lab_wants(&lab.caught[0], "SYN", "sack", "sackOK", "-");
    assert_string_equal(lab_difference(&lab.caught[0], "SYN", "sack")->meaning,
                        "taken out on the way from A to B, with NOPs in its place");
    assert_string_equal(lab_difference(&lab.caught[0], "SYN", "mss")->meaning,
                        "clamped from 1460 to 1400 on the way from A to B");
    lab_end(&lab);
    /* Towards the client it is A that has the changed one. */
    go_on(&far, 1);
    replace(far.texts[1], sizeof far.texts[1], "wscale 7", "wscale 9");
    replace(far.texts[1], sizeof far.texts[1], "1460", "8960");
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "ONE-SIDED,OPTION,CLAMPED");
    lab_wants(&lab.caught[0], "SYN,ACK", "mss", "1460", "8960");
    lab_wants(&lab.caught[0], "SYN,ACK", "wscale", "7", "9");
    assert_string_equal(lab_difference(&lab.caught[0], "SYN,ACK", "mss")->meaning,
                        "clamped from 8960 to 1460 on the way from B to A");
    lab_end(&lab);
    go_on(&far, 1);
    replace(far.texts[0], sizeof far.texts[0], "mss 1460,sackOK", "sackOK,mss 1460");
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "");
    assert_string_equal(lab_difference(&lab.caught[0], "SYN", "options")->meaning,
                        "put into another order on the way from A to B");
    lab_end(&lab);
    go_on(&far, 1);
    replace(far.texts[0], sizeof far.texts[0], "nop,wscale 7", "wscale 7,nop");
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "");
    assert_string_equal(lab_difference(&lab.caught[0], "SYN", "options")->meaning,
                        "laid out in another way on the way from A to B");
    lab_end(&lab);
    /* Fast Open's cookie and MPTCP. */
    go_on(&far, 1);
    replace(far.texts[0], sizeof far.texts[0], "wscale 7", "wscale 7,FO 0011223344556677");
    lab_begin(&lab);
    lab_lines(&lab, 1, &view, near_lines);
    lab_lines(&lab, 0, &view, far.lines);
    lab_run(&lab);
    lab_verdict(&lab.caught[0], "rewritten", "OPTION");
    lab_wants(&lab.caught[0], "SYN", "fastopen", "FO 0011223344556677", "-");
    lab_end(&lab);
}

static void test_fields(void **state)
{
    struct view view = {.base = {1000, 5000}, .dscp = 46};
    struct compare_lab lab;
    struct far_lines far;

    (void)state;
    go_on(&far, 1);
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "same", "DSCP");
    lab_wants(&lab.caught[0], "SYN", "dscp", "0", "46");
    lab_end(&lab);

    view.dscp = 0;
    view.no_df = true;
    change(&far, "id 1", "id 44");
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "FRAGMENT");
    lab_wants(&lab.caught[0], "SYN", "df", "DF", "no DF");
    lab_wants(&lab.caught[0], "SYN", "ip_id", "10", "440");
    lab_end(&lab);

    view.no_df = false;
    go_on(&far, 1);
    change(&far, "win 502", "win 100");
    change(&far, "win 501", "win 100");
    change(&far, "TS val 1", "TS val 51");
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "WINDOW,TIMESTAMPS");
    lab_wants(&lab.caught[0], "segment", "window", "502", "100");
    lab_wants(&lab.caught[0], "SYN", "tsval", "100", "5100");
    lab_end(&lab);

    go_on(&far, 1);
    replace(far.texts[3], sizeof far.texts[3], "P.", ".");
    replace(far.texts[5], sizeof far.texts[5], "P.", "PE.");
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "FLAGS,ECN");
    lab_wants(&lab.caught[0], "segment", "flags", "PSH,ACK", "ACK");
    lab_wants(&lab.caught[0], "segment", "ecn_flags", "PSH,ACK", "PSH,ACK,ECE");
    lab_end(&lab);
}

static void test_payload(void **state)
{
    const struct view view = {.base = {1000, 5000}};
    struct compare_lab lab;
    struct far_lines far;

    (void)state;
    go_on(&far, 1);
    far.lines[5].events = "spoilt";
    run_two(&lab, &view, &far);
    lab_verdict(&lab.caught[0], "rewritten", "PAYLOAD");
    assert_int_equal(strncmp(lab_difference(&lab.caught[0], "segment", "payload")->b, "!", 1), 0);
    lab_end(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),    cmocka_unit_test(test_swapped),
        cmocka_unit_test(test_bridge),  cmocka_unit_test(test_translated),
        cmocka_unit_test(test_no_time),
        cmocka_unit_test(test_shifted), cmocka_unit_test(test_shifted_and_translated),
        cmocka_unit_test(test_options), cmocka_unit_test(test_fields),
        cmocka_unit_test(test_payload), cmocka_unit_test(test_two),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
