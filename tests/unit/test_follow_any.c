/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/follow with segments drawn at random: what holds whatever comes. */
#include "follow_script.h"

/* A small generator with a seed of its own: the same segments every time. */
static uint32_t draw(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

static uint32_t number(uint64_t *seed, const struct follow_end *end)
{
    const uint32_t places[] = {end->isn,     end->next,     end->una,
                               end->fin_end, end->last_ack, draw(seed) * 2654435761U};
    uint32_t kind = draw(seed) % 16;

    return places[kind < 6 ? kind : 1] + draw(seed) % 5 - 2 +
           (draw(seed) % 8 == 0 ? draw(seed) % 5000 : 0);
}

static void draw_segment(uint64_t *seed, const struct follow *follow, unsigned from,
                         struct segment *segment)
{
    static const uint16_t likely[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK,
                                      TCP_ACK, TCP_ACK | TCP_PSH, TCP_ACK | TCP_FIN,
                                      TCP_RST, TCP_RST | TCP_ACK};
    static const char *const options[] = {
        "none",           "mss 1000,sackOK,TS val 5 ecr 6,nop,wscale 15",
        "TS val 1 ecr 2", "raw:0500",
        "sack 5:1",       "nop,nop,sack 1:5 9:2000000000 3:4",
        "mptcp raw",      "FO 0011"};
    struct fault fault;

    memset(segment, 0, sizeof *segment);
    segment->source_port = from ? 80 : 40000;
    segment->destination_port = from ? 40000 : 80;
    segment->flags = likely[draw(seed) % COUNT_OF(likely)];
    if (draw(seed) % 8 == 0)
        segment->flags = (uint16_t)(draw(seed) & TCP_FLAGS_ALL);
    segment->seq = number(seed, &follow->ends[from]);
    segment->ack = number(seed, &follow->ends[!from]);
    segment->window = draw(seed) % 4 ? (uint16_t)draw(seed) : 0;
    segment->ecn = (uint8_t)(draw(seed) % 4);
    if (draw(seed) % 2)
        segment->payload_total = draw(seed) % 3000;
    if (draw(seed) % 500 == 0)
        segment->payload_total = SIZE_MAX - draw(seed);
    if (options_read(options[draw(seed) % COUNT_OF(options)], "drawn", &segment->options, &fault) !=
        0)
        memset(&segment->options, 0, sizeof segment->options);
}

static void check_step(const struct follow_step *step)
{
    assert_in_range(step->client.state, 0, SERVER_STATE_COUNT - 1);
    assert_in_range(step->server.state, 0, SERVER_STATE_COUNT - 1);
    assert_in_range(step->client.doubt, 0, FOLLOW_DOUBT_COUNT - 1);
    assert_in_range(step->server.doubt, 0, FOLLOW_DOUBT_COUNT - 1);
    assert_in_range(step->who, 0, FOLLOW_WHO_COUNT - 1);
    assert_true(step->have_count <= FOLLOW_RANGES && step->lacking_count <= FOLLOW_RANGES);
    assert_true(step->rtt == FOLLOW_UNKNOWN || step->rtt >= 0);
    assert_true(step->window >= FOLLOW_UNKNOWN && step->window <= INT64_C(65535) << 14);
    assert_true((step->events >> FOLLOW_EVENT_COUNT) == 0);
    /* What is fast or spurious is a retransmission; a reset is of one kind. */
    if (step->events & (FOLLOW(FAST) | FOLLOW(SPURIOUS)))
        assert_true(step->events & FOLLOW(RETRANSMISSION));
    uint64_t kinds =
        step->events & (FOLLOW(RST_EXACT) | FOLLOW(RST_INEXACT) | FOLLOW(RST_IMPOSSIBLE));
    assert_true((kinds & (kinds - 1)) == 0);
    assert_true(!kinds == !(step->events & FOLLOW(RST)));
}

static void check_grown(const struct follow_end *before, const struct follow_end *after)
{
    const struct follow_counts *b = &before->counts, *a = &after->counts;

    assert_true(a->bytes >= b->bytes && a->repeated >= b->repeated);
    /* A FIN that is acknowledged is taken out again. */
    assert_true(a->acked + 1 >= b->acked);
    assert_true(a->segments >= b->segments && a->data_segments >= b->data_segments);
    assert_true(a->retransmissions >= b->retransmissions && a->resets >= b->resets);
    assert_true(a->fast + a->spurious <= a->retransmissions || a->retransmissions == UINT32_MAX);
    assert_true(a->repeated <= a->bytes);
    assert_true(after->holes.count <= HOLES_MAX);
    for (unsigned i = 0; i < after->holes.count; i++)
        assert_true(seq_before(after->holes.hole[i].left, after->holes.hole[i].right));
    for (unsigned i = 1; i < after->holes.count; i++)
        assert_true(seq_upto(after->holes.hole[i - 1].right, after->holes.hole[i].left));
}

static void test_any(void **state)
{
    uint64_t seed = 20;

    (void)state;
    for (unsigned run = 0; run < 3000; run++) {
        struct follow follow;
        struct follow_verdict verdict;
        int64_t at = 0;

        follow_init_hint(&follow, draw(&seed) % FOLLOW_HINT_COUNT, draw(&seed) % 3);
        for (unsigned i = 0; i < 60; i++) {
            struct follow before = follow;
            struct segment segment;
            struct follow_step step;
            struct follow_input input = {
                .segment = &segment,
                .from = (uint8_t)(draw(&seed) % 2),
                .checksum_bad = draw(&seed) % 30 == 0,
                .hop_limit = (uint8_t)(draw(&seed) % 8 ? 64 : draw(&seed)),
                .has_ip_id = draw(&seed) % 2,
                .ip_id = (uint16_t)(draw(&seed) % 4),
            };

            at += (int64_t)(draw(&seed) % 100000000) - 10000000; /* now and then backwards */
            input.at = at;
            draw_segment(&seed, &follow, input.from, &segment);
            follow_segment(&follow, &input, &step);
            check_step(&step);
            if (step.events & FOLLOW(PORT_REUSE)) {
                assert_memory_equal(&before, &follow, sizeof follow);
                follow_init(&follow);
                follow_segment(&follow, &input, &step);
                assert_false(step.events & FOLLOW(PORT_REUSE));
                check_step(&step);
                continue;
            }
            for (unsigned end = 0; end < 2; end++)
                check_grown(&before.ends[end], &follow.ends[end]);
        }
        follow_judge(&follow, at, &verdict);
        assert_in_range(verdict.verdict, 0, VERDICT_COUNT - 1);
        assert_in_range(verdict.ending, 0, FOLLOW_ENDING_COUNT - 1);
        assert_non_null(verdict.reason);
        assert_true(verdict.rtt >= FOLLOW_UNKNOWN);
    }
}

/* Counts that are full stay full. */
static void test_full(void **state)
{
    static const struct line lines[] = {
        SCRIPT_OPEN,
        {20, "> . 1:11 ack 1", "data", NULL, NULL},
        {230, "> . 1:11 ack 1", "data,retransmission", NULL, NULL},
        {231, "< . 1:1 ack 11", "", NULL, NULL},
    };
    struct script script;
    struct follow_counts *counts = &script.follow.ends[0].counts;

    (void)state;
    script_play(&script, lines);
    memset(counts, 0xff, sizeof *counts);
    script_line(&script,
                &(struct line){300, "> . 1:11 ack 1", "data,retransmission,spurious", NULL, NULL});
    script_line(&script, &(struct line){301, "> . 11:21 ack 1", "data", NULL, NULL});
    script_line(&script, &(struct line){302, "< . 1:1 ack 21", "", NULL, NULL});
    for (size_t i = 0; i < sizeof *counts; i++)
        assert_int_equal(((const unsigned char *)counts)[i], 0xff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any),
        cmocka_unit_test(test_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
