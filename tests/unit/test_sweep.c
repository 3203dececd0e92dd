/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/sweep: rounds over all flows, then suspects and good ones in turn, and the flows'
 * records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/pinger.h"
#include "probe/sweep.h"

#define FIRST 40000
#define MS    INT64_C(1000000)

/* What a path does with a probe: its round trip in ns, or LOSES. */
#define LOSES INT64_C(-1)
typedef int64_t travel(uint16_t port, uint64_t number); /* repeatable */

static uint64_t probes; /* begun so far */

static struct sweep *begin(uint16_t last, uint64_t count)
{
    struct sweep *sweep;
    struct fault fault;

    probes = 0;
    assert_int_equal(sweep_new(FIRST, last, count, &sweep, &fault), 0);
    return sweep;
}

static struct pinger_probe probe_of(uint16_t port, size_t flow, int64_t rtt)
{
    struct pinger_probe probe = {.number = probes, .flow = flow, .source_port = port};

    if (rtt == LOSES)
        probe.verdict = (struct outcome_verdict){OUTCOME_LOST, LOSS_UNKNOWN, OPENING_UNKNOWN, ""};
    else
        probe.verdict = (struct outcome_verdict){OUTCOME_ANSWERED, LOSS_NONE, rtt, ""};
    return probe;
}

/* One probe over the path; returns its port. */
static uint16_t one(struct sweep *sweep, travel *path)
{
    struct pinger_probe probe;
    size_t flow;
    uint16_t port = sweep_next(sweep, &flow);

    assert_int_equal(sweep_flow(sweep, port), flow);
    sweep_begun(sweep);
    probes++;
    probe = probe_of(port, flow, path(port, probes));
    sweep_count(sweep, &probe);
    return port;
}

/* The whole of it. True if there was a second phase. */
static bool run(struct sweep *sweep, travel *path)
{
    bool confirmed = false;

    for (;;) {
        while (!sweep_all_begun(sweep))
            one(sweep, path);
        if (!sweep_confirm(sweep))
            return confirmed;
        assert_false(confirmed); /* there are two phases, no more */
        confirmed = true;
    }
}

/* The records' verdicts, a letter a flow: g, b, s, u. */
static const struct flow_record *records(struct sweep *sweep, struct arena *memory, char *letters,
                                         int64_t *ret_bad)
{
    struct record_list list = sweep_records(sweep, memory, ret_bad);
    const struct flow_record *rows = list.items;

    for (size_t i = 0; i < list.count; i++) {
        letters[i] = rows[i].verdict[0];
        assert_int_equal(rows[i].source_port, FIRST + (int64_t)i);
    }
    letters[list.count] = '\0';
    return rows;
}

static void expect(struct sweep *sweep, const char *letters)
{
    struct arena memory;
    char seen[128];
    int64_t bad, expected = 0;

    for (const char *at = letters; *at; at++)
        expected += *at == 'b';
    arena_init(&memory);
    records(sweep, &memory, seen, &bad);
    assert_string_equal(seen, letters);
    assert_int_equal(bad, expected);
    arena_release(&memory);
    sweep_free(sweep);
}

static int64_t healthy(uint16_t port, uint64_t number)
{
    return 10 * MS + (int64_t)((port * 7919U + number * 104729U) % 100000U);
}

static int64_t one_loses(uint16_t port, uint64_t number)
{
    return port == FIRST + 3 ? LOSES : healthy(port, number);
}

static int64_t half_lost_on_two(uint16_t port, uint64_t number)
{
    return port % 8 == 1 && number * 2654435761U >> 7 & 1 ? LOSES : healthy(port, number);
}

static int64_t one_is_slow(uint16_t port, uint64_t number)
{
    return healthy(port, number) + (port == FIRST + 5 ? 20 * MS : 0);
}

static int64_t even_loss(uint16_t port, uint64_t number)
{
    uint64_t mixed = (number * 1000003U + port) * 0x9e3779b97f4a7c15U;

    return (mixed >> 40) % 10 == 0 ? LOSES : healthy(port, number);
}

static int64_t all_lose(uint16_t port, uint64_t number)
{
    (void)port;
    (void)number;
    return LOSES;
}

/* A flow that lost in the first phase alone. */
static int64_t an_outage(uint16_t port, uint64_t number)
{
    return port == FIRST + 2 && number <= 40 ? LOSES : healthy(port, number);
}

static void test_rounds(void **state)
{
    struct sweep *sweep = begin(FIRST + 3, 2);

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(sweep_within_round(sweep), i % 4 != 0);
        assert_false(sweep_all_begun(sweep));
        assert_int_equal(one(sweep, healthy), FIRST + i % 4);
    }
    assert_true(sweep_all_begun(sweep));
    assert_false(sweep_within_round(sweep));
    assert_false(sweep_confirm(sweep));
    expect(sweep, "gggg");
}

static void test_endless(void **state)
{
    struct sweep *sweep = begin(FIRST + 7, 0);

    (void)state;
    for (unsigned i = 0; i < 400; i++) {
        assert_false(sweep_all_begun(sweep));
        one(sweep, one_loses);
    }
    expect(sweep, "gggsgggg"); /* what can be said by now */
}

/* Suspects and good flows in turn, as many probes for each. */
static void test_order_of_confirmation(void **state)
{
    struct sweep *sweep = begin(FIRST + 7, 5);
    unsigned counts[8] = {0};

    (void)state;
    while (!sweep_all_begun(sweep))
        one(sweep, one_loses);
    assert_true(sweep_confirm(sweep));
    for (unsigned i = 0; !sweep_all_begun(sweep); i++) {
        uint16_t port = one(sweep, one_loses);

        assert_int_equal(port == FIRST + 3, i % 5 == 0); /* one suspect, four references */
        counts[port - FIRST]++;
    }
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(counts[i], i < 5 ? 20 : 0);
    assert_false(sweep_confirm(sweep));
    expect(sweep, "gggbgggg");
}

static void test_verdicts(void **state)
{
    static const struct {
        travel *path;
        unsigned last;
        uint64_t count;
        bool confirmed;
        const char *letters;
    } rows[] = {
        {healthy, 7, 5, false, "gggggggg"},
        {one_loses, 7, 5, true, "gggbgggg"},
        {one_loses, 7, 3, true, "gggbgggg"},
        {half_lost_on_two, 15, 20, true, "gbgggggggbgggggg"},
        {one_is_slow, 7, 10, true, "gggggbgg"},
        {even_loss, 15, 20, false, "gggggggggggggggg"},
        {an_outage, 7, 5, true, "gggggggg"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sweep *sweep = begin((uint16_t)(FIRST + rows[i].last), rows[i].count);

        if (run(sweep, rows[i].path) != rows[i].confirmed)
            fail_msg("row %zu: %s second phase", i, rows[i].confirmed ? "no" : "a");
        expect(sweep, rows[i].letters);
    }
}

/* Where nothing comes through on any, none can be told from the others. */
static void test_all_lose(void **state)
{
    struct sweep *sweep = begin(FIRST + 7, 10);
    struct arena memory;
    char letters[16];
    int64_t bad;

    (void)state;
    assert_false(run(sweep, all_lose));
    arena_init(&memory);
    records(sweep, &memory, letters, &bad);
    assert_int_equal(bad, 0);
    assert_null(strpbrk(letters, "bs"));
    arena_release(&memory);
    sweep_free(sweep);
}

static void test_single_flow(void **state)
{
    struct sweep *sweep = begin(FIRST, 5);

    (void)state;
    assert_false(run(sweep, all_lose));
    expect(sweep, "u");
}

static void test_records(void **state)
{
    struct sweep *sweep = begin(FIRST + 7, 5);
    const struct flow_record *rows;
    struct arena memory;
    char letters[16];
    int64_t bad;

    (void)state;
    run(sweep, one_loses);
    arena_init(&memory);
    rows = records(sweep, &memory, letters, &bad);
    assert_int_equal(rows[3].sent, 25);
    assert_int_equal(rows[3].lost, 25);
    assert_int_equal(rows[3].answered, 0);
    assert_true(rows[3].loss_percent == 100.0);
    assert_int_equal(rows[3].confirm_sent, 20);
    assert_int_equal(rows[3].confirm_lost, 20);
    assert_int_equal(rows[3].n, 0);
    assert_non_null(strstr(rows[3].why, "lost 20 of 20, the others 0 of 80"));
    assert_int_equal(rows[0].confirm_sent, 20);
    assert_int_equal(rows[0].confirm_lost, 0);
    assert_int_equal(rows[0].n, 25);
    assert_true(rows[0].min_ms >= 10.0 && rows[0].min_ms <= rows[0].p50_ms &&
                rows[0].p50_ms <= rows[0].max_ms);
    assert_null(rows[0].why);
    assert_int_equal(rows[7].sent, 5); /* it was not needed any more */
    assert_int_equal(rows[7].confirm_sent, RECORD_UNKNOWN);
    arena_release(&memory);
    sweep_free(sweep);
}

/* Probes that could not be sent are none; a flow that sent none at all is not blamed. */
static void test_unsent(void **state)
{
    struct sweep *sweep = begin(FIRST + 3, 5);
    struct arena memory;
    const struct flow_record *rows;
    char letters[8];
    int64_t bad;

    (void)state;
    while (!sweep_all_begun(sweep)) {
        size_t flow;
        uint16_t port = sweep_next(sweep, &flow);
        struct pinger_probe probe = probe_of(port, flow, 10 * MS);

        if (port == FIRST + 1)
            probe.verdict =
                (struct outcome_verdict){OUTCOME_UNSENT, LOSS_NONE, OPENING_UNKNOWN, ""};
        sweep_begun(sweep);
        sweep_count(sweep, &probe);
    }
    assert_false(sweep_confirm(sweep));
    arena_init(&memory);
    rows = records(sweep, &memory, letters, &bad);
    assert_string_equal(letters, "gugg");
    assert_int_equal(rows[1].sent, 0);
    assert_string_equal(rows[1].why, "no probe could be sent from this port");
    arena_release(&memory);
    sweep_free(sweep);
}

/* A lost probe whose answer comes after all is lost no more, in the phase that it was sent in. */
static void test_recount(void **state)
{
    struct sweep *sweep = begin(FIRST + 7, 5);
    struct pinger_probe probe;
    struct arena memory;
    const struct flow_record *rows;
    char letters[16];
    int64_t bad;

    (void)state;
    run(sweep, one_loses);
    probe = probe_of(FIRST + 3, 3, LOSES);
    probe.verdict.outcome = OUTCOME_LATE;
    probe.verdict.loss = LOSS_NONE;
    probe.number = 4; /* of the first phase */
    sweep_recount(sweep, &probe);
    probe.number = 41; /* the first of the second */
    sweep_recount(sweep, &probe);
    probe.verdict.outcome = OUTCOME_LOST; /* it is only known now on which side */
    sweep_recount(sweep, &probe);
    arena_init(&memory);
    rows = records(sweep, &memory, letters, &bad);
    assert_int_equal(rows[3].sent, 25);
    assert_int_equal(rows[3].lost, 23);
    assert_int_equal(rows[3].confirm_lost, 19);
    arena_release(&memory);
    sweep_free(sweep);
}

static void test_usual(void **state)
{
    struct sweep *sweep = begin(FIRST + 1, 5);
    struct pinger_probe probe = probe_of(FIRST, 0, 7 * MS);

    (void)state;
    assert_int_equal(sweep_usual(sweep, 0), 0);
    sweep_count(sweep, &probe);
    probe.verdict.rtt = 5 * MS;
    sweep_count(sweep, &probe);
    probe.verdict.rtt = 6 * MS;
    sweep_count(sweep, &probe);
    assert_int_equal(sweep_usual(sweep, 0), 5 * MS);
    assert_int_equal(sweep_usual(sweep, 1), 0);
    sweep_free(sweep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounds),
        cmocka_unit_test(test_endless),
        cmocka_unit_test(test_order_of_confirmation),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_all_lose),
        cmocka_unit_test(test_single_flow),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_unsent),
        cmocka_unit_test(test_recount),
        cmocka_unit_test(test_usual),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
