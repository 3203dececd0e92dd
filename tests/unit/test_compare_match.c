/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track/compare: which connections of two captures are the same. */
#include "compare_lab.h"

/* One connection: where, its numbers, when, and the client's clock. */
struct one {
    const char *client, *server;
    uint32_t isns[2];
    double ms;
    uint32_t ts_val; /* 0: none */
    bool begins_late;
    bool says_more; /* either end */
};

static void put(struct compare_lab *lab, unsigned capture, uint64_t number, const struct one *one)
{
    char syn[96], syn_ack[96];
    const struct view view = {.ends = {one->client, one->server},
                              .base = {one->isns[0], one->isns[1]},
                              .clock = one->ms,
                              .number = number};
    const struct line lines[] = {
        {0, syn, NULL, NULL, NULL},
        {1, syn_ack, NULL, NULL, NULL},
        {2, "> . 1:1 ack 1", NULL, NULL, NULL},
        {3, "> P. 1:11 ack 1", NULL, NULL, NULL},
        {4, "< P. 1:21 ack 11", NULL, NULL, NULL},
        {5, "> F. 11:11 ack 21", NULL, NULL, NULL},
        {6, "< F. 21:21 ack 12", NULL, NULL, NULL},
        {7, "> . 12:12 ack 22", NULL, NULL, NULL},
    };
    const struct line more[] = {
        {0, syn, NULL, NULL, NULL},
        {1, syn_ack, NULL, NULL, NULL},
        {2, "> P. 1:32 ack 1", NULL, NULL, NULL},
        {3, "< P. 1:42 ack 32", NULL, NULL, NULL},
    };
    unsigned first = one->begins_late ? 3 : 0;

    snprintf(syn, sizeof syn,
             one->ts_val ? "> S 0:0 <mss 1460,TS val %u ecr 0>" : "> S 0:0 <mss 1460>",
             one->ts_val);
    snprintf(syn_ack, sizeof syn_ack, "< S. 0:0 ack 1 <mss 1460>");
    if (one->says_more)
        lab_lines(lab, capture, &view, more);
    else
        lab_side(lab, capture, &view, lines + first, COUNT_OF(lines) - first, 0);
}

#define C1 "198.18.0.1:40000"
#define C2 "198.18.0.1:40001"
#define C3 "198.18.0.1:40002"
#define C4 "198.18.0.1:40003"
#define N1 "198.18.9.9:1001"
#define N2 "198.18.9.9:1002"
#define N3 "198.18.9.9:1003"
#define S1 "198.18.5.5:443"
#define S2 "10.0.0.5:8443"

/* "1-2 isn,2-0,0-1": the pairs in the order in which they are told, and by what. */
static void wants(const struct one *a, size_t n, const struct one *b, size_t m, const char *pairs)
{
    struct compare_lab lab;
    char text[256] = "";

    lab_begin(&lab);
    for (size_t i = 0; i < n; i++)
        put(&lab, 0, i + 1, &a[i]);
    for (size_t i = 0; i < m; i++)
        put(&lab, 1, i + 1, &b[i]);
    lab_run(&lab);
    for (size_t i = 0; i < lab.count; i++) {
        const struct compare_record *record = &lab.caught[i].record;
        bool has_a = record->connection_a != RECORD_UNKNOWN;
        bool has_b = record->connection_b != RECORD_UNKNOWN;

        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d-%d%s%s", i > 0 ? "," : "",
                 has_a ? (int)record->connection_a : 0, has_b ? (int)record->connection_b : 0,
                 record->matched_by ? " " : "", record->matched_by ? record->matched_by : "");
        assert_int_equal(record->matched_by != NULL, has_a && has_b);
        assert_string_equal(record->verdict, !has_b   ? "only-a"
                                             : !has_a ? "only-b"
                                                      : record->verdict);
    }
    assert_string_equal(text, pairs);
    lab_end(&lab);
}
#define WANTS(a, b, pairs) wants(a, COUNT_OF(a), b, COUNT_OF(b), pairs)

static void test_ends(void **state)
{
    static const struct one a[] = {{C1, S1, {1, 2}, 0, 0, false, false},
                                   {C2, S1, {3, 4}, 10, 0, false, false},
                                   {C3, S1, {5, 6}, 20, 0, false, false}};
    static const struct one b[] = {{C3, S1, {5, 6}, 920, 0, false, false},
                                   {C1, S1, {1, 2}, 930, 0, false, false}};
    /* The proxy's own numbers. */
    static const struct one others[] = {{C1, S1, {71, 72}, 9e6, 0, false, false},
                                        {C2, S1, {73, 74}, 9e6 + 10, 0, false, false}};

    (void)state;
    WANTS(a, b, "1-2 ends,2-0,3-1 ends");
    WANTS(a, others, "1-1 ends,2-2 ends,3-0");
    WANTS(others, a, "1-1 ends,2-2 ends,0-3");
}

/* The same ports again and again: by the numbers, else by the time. */
static void test_reuse(void **state)
{
    static const struct one a[] = {{C1, S1, {1, 2}, 0, 0, false, false},
                                   {C1, S1, {3, 4}, 60e3, 0, false, false},
                                   {C1, S1, {5, 6}, 190e3, 0, false, false}};
    static const struct one last[] = {{C1, S1, {3, 4}, 60e3, 0, false, false},
                                      {C1, S1, {5, 6}, 190e3, 0, false, false}};
    static const struct one shifted[] = {{C1, S1, {103, 204}, 1e9 + 60e3, 0, false, false},
                                         {C1, S1, {105, 206}, 1e9 + 190e3, 0, false, false}};
    static const struct one half[] = {{C1, S1, {103, 4}, 1e9 + 60e3, 0, false, false},
                                      {C1, S1, {5, 206}, 1e9 + 190e3, 0, false, false}};

    (void)state;
    WANTS(a, last, "1-0,2-1 ends,3-2 ends");
    WANTS(a, shifted, "1-0,2-1 ends,3-2 ends");
    WANTS(shifted, a, "1-2 ends,2-3 ends,0-1");
    WANTS(a, half, "1-0,2-1 ends,3-2 ends");
}

static void test_numbers(void **state)
{
    static const struct one a[] = {{C1, S1, {1, 2}, 0, 0, false, false},
                                   {C2, S1, {3, 4}, 10, 700, false, false},
                                   {C3, S1, {5, 6}, 20, 0, false, false}};
    static const struct one source[] = {{N1, S1, {3, 4}, 10, 700, false, false},
                                        {N2, S1, {1, 2}, 12, 0, false, false}};
    static const struct one destination[] = {{C1, S2, {1, 2}, 0, 0, false, false}};
    static const struct one both[] = {{N1, S2, {1, 2}, 0, 0, false, false}};
    /* The server's are changed, too. */
    static const struct one halves[] = {{N1, S1, {1, 902}, 0, 0, false, false},
                                        {N2, S2, {3, 904}, 0, 700, false, false},
                                        {N3, S1, {905, 6}, 0, 0, false, false}};
    static const struct one late[] = {{N1, S1, {3, 4}, 10, 0, true, false}};

    (void)state;
    WANTS(a, source, "1-2 isn,2-1 isn,3-0");
    WANTS(a, destination, "1-1 isn,2-0,3-0");
    WANTS(a, both, "1-1 isn,2-0,3-0");
    WANTS(a, halves, "1-1 isn,2-2 isn,3-3 isn");
    WANTS(a, late, "1-0,2-1 isn,3-0");
    WANTS(late, a, "1-2 isn,0-1,0-3");
}

static void test_rest(void **state)
{
    static const struct one a[] = {{C1, S1, {1, 2}, 0, 500, false, false},
                                   {C2, S1, {3, 4}, 10, 700, false, false},
                                   {C3, S1, {5, 6}, 300, 0, false, false},
                                   {C4, S1, {7, 8}, 2000, 0, false, false}};
    static const struct one stamps[] = {{N1, S1, {31, 32}, 1000, 700, false, false},
                                        {N2, S1, {33, 34}, 1010, 500, false, false}};
    /* Two of them tell where the clock stands, one is left. */
    static const struct one order[] = {{N1, S1, {31, 32}, 1e6, 500, false, false},
                                       {N2, S1, {33, 34}, 1e6 + 301, 0, false, false},
                                       {N3, S1, {35, 36}, 1e6 + 2002, 0, false, false}};
    /* None does. */
    static const struct one alone[] = {{N2, S1, {33, 34}, 1e6 + 301, 0, false, false},
                                       {N3, S1, {35, 36}, 1e6 + 2002, 0, false, false},
                                       {N1, S1, {37, 38}, 1e6 + 90e3, 0, false, false}};
    /* The same server at any time, and other data. */
    static const struct one other[] = {{N1, S1, {31, 32}, 5e6, 0, false, true}};
    static const struct one elsewhere[] = {{N1, S2, {31, 32}, 1e6, 0, false, false}};

    (void)state;
    WANTS(a, stamps, "1-2 timestamps,2-1 timestamps,3-0,4-0");
    WANTS(a, order, "1-1 timestamps,2-0,3-2 order,4-3 order");
    WANTS(a, alone, "1-0,2-0,3-1 order,4-2 order,0-3");
    wants(&a[2], 1, other, 1, "1-0,0-1");
    WANTS(a, elsewhere, "1-0,2-0,3-0,4-0,0-1");
}

/* They are taken in as they end; the order in time is that in which they begin. */
static void test_ended(void **state)
{
    static const struct one a[] = {{C1, S1, {1, 2}, 0, 0, false, false},
                                   {C2, S1, {3, 4}, 700, 0, false, false},
                                   {C3, S1, {5, 6}, 3000, 0, false, false},
                                   {C4, S1, {7, 8}, 9000, 0, false, false}};
    static const struct one b[] = {{N3, S1, {35, 36}, 5700, 0, false, false},
                                   {N1, S1, {37, 38}, 8000, 0, false, false},
                                   {N2, S1, {39, 40}, 14000, 0, false, false}};
    static const size_t a_ends[] = {2, 0, 3, 1}, b_ends[] = {2, 1, 0};
    struct compare_lab lab;

    (void)state;
    lab_begin(&lab);
    for (size_t i = 0; i < COUNT_OF(a); i++)
        put(&lab, 0, a_ends[i] + 1, &a[a_ends[i]]);
    for (size_t i = 0; i < COUNT_OF(b); i++)
        put(&lab, 1, b_ends[i] + 1, &b[b_ends[i]]);
    lab_run(&lab);
    assert_int_equal(lab.count, 4);
    for (size_t i = 0; i < lab.count; i++)
        assert_int_equal(lab.caught[i].record.connection_a, i + 1);
    assert_int_equal(lab.caught[0].record.connection_b, RECORD_UNKNOWN);
    for (size_t i = 1; i < lab.count; i++) {
        assert_int_equal(lab.caught[i].record.connection_b, i);
        assert_string_equal(lab.caught[i].record.matched_by, "order");
    }
    lab_end(&lab);
}

/* Which of the ends is the client is known in one capture alone. */
static void test_late(void **state)
{
    static const struct one a[] = {{C1, S1, {1, 2}, 0, 0, false, false}};
    static const struct one b[] = {{C1, S1, {1, 2}, 0, 0, true, false}};
    struct compare_lab lab;

    (void)state;
    WANTS(a, b, "1-1 ends");
    WANTS(b, a, "1-1 ends");
    lab_begin(&lab);
    put(&lab, 0, 1, &b[0]);
    put(&lab, 1, 1, &a[0]);
    lab_run(&lab);
    assert_string_equal(lab.caught[0].record.client_b, C1);
    assert_string_equal(lab.caught[0].record.verdict, "same");
    assert_int_equal(lab.caught[0].record.lost_forward, 0);
    assert_int_equal(lab.caught[0].record.added_forward, 0);
    lab_end(&lab);
}

static void test_nothing(void **state)
{
    static const struct one a[] = {{C1, S1, {1, 2}, 0, 0, false, false}};
    struct compare_lab lab;

    (void)state;
    lab_begin(&lab);
    lab_run(&lab);
    assert_int_equal(lab.count, 0);
    lab_end(&lab);
    lab_begin(&lab);
    put(&lab, 1, 1, a);
    lab_run(&lab);
    lab_verdict(&lab.caught[0], "only-b", "");
    assert_string_equal(lab.caught[0].record.reason, "A has no connection at all");
    assert_string_equal(lab.caught[0].record.target, S1);
    assert_null(lab.caught[0].record.client_a);
    assert_string_equal(lab.caught[0].record.verdict_b, "open");
    lab_end(&lab);
}

/* Stops as soon as it is told to. */
static int refuse(void *data, const struct compare_record *record)
{
    (void)record;
    return ++*(int *)data == 2 ? -77 : 0;
}

static void test_stopped(void **state)
{
    static const struct one a[] = {{C1, S1, {1, 2}, 0, 0, false, false},
                                   {C2, S1, {3, 4}, 0, 0, false, false},
                                   {C3, S1, {5, 6}, 0, 0, false, false}};
    struct compare_lab lab;
    int calls = 0;

    (void)state;
    lab_begin(&lab);
    for (size_t i = 0; i < COUNT_OF(a); i++)
        put(&lab, 0, i + 1, &a[i]);
    assert_int_equal(compare_run(lab.compare, refuse, &calls, &lab.arena), -77);
    assert_int_equal(calls, 2);
    lab_end(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends),    cmocka_unit_test(test_reuse),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_rest),
        cmocka_unit_test(test_late),    cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_stopped), cmocka_unit_test(test_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
