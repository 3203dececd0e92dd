/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/track/compare with whatever may happen on the way: which file comes first makes no
 * difference but in names, and nothing that a capture holds is told twice. */
#include "compare_lab.h"

#define ROUNDS 3000
#define MOST   40

static uint32_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
    return (seed >> 8) % below;
}

/* What the nearer capture has. */
struct made {
    struct line lines[MOST];
    char texts[MOST][128];
    size_t count;
};

__attribute__((format(printf, 3, 4))) static void add(struct made *made, double ms,
                                                      const char *format, ...)
{
    va_list arguments;
    char *text = made->texts[made->count];

    if (made->count >= MOST)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof made->texts[0], format, arguments);
    va_end(arguments);
    made->lines[made->count++] = (struct line){ms, text, NULL, NULL, NULL};
}

/*
 * A connection as both captures have it, 2 ms apart, with accidents. Each segment goes into one, or
 * into the other, or into both; headers change.
 */
static void make(struct made *near, struct made *far)
{
    unsigned next[2] = {1, 1}, odd = draw(4) ? 0 : 20, id = 1;
    double at = 0;

    near->count = far->count = 0;
    for (unsigned i = 0; i < MOST - 4; i++) {
        bool server = draw(3) == 0;
        unsigned kind = i == 0   ? 0
                        : i == 1 ? 1
                                 : draw(8),
                 length = kind > 3 ? 10 + draw(3) * 500 : 0;
        unsigned window = 1000 + draw(2), seq = next[server], ack = next[!server];
        bool in_near = i < 2 || !odd || draw(odd), in_far = i < 2 || !odd || draw(odd);
        unsigned spoilt = odd && !draw(odd) ? 1 : 0;

        if (kind == 7 && seq > length)
            seq -= length; /* again */
        if (kind != 7)
            next[server] += length;
        at += 5 + draw(20);
        for (unsigned place = 0; place < 2; place++) {
            struct made *made = place ? far : near;
            double here = at + (place != server ? 2 : 0);
            unsigned ttl = place != server ? 63 : 64;

            if (place ? !in_far : !in_near)
                continue;
            if (i == 0)
                add(made, at + 2 * place, "> S 0:0 <mss %u,sackOK> ttl %u id 1",
                    1400 + spoilt * place, 64 - place);
            else if (i == 1)
                add(made, at - 2 * (int)place, "< S. 0:0 ack 1 <mss %u,sackOK> ttl %u",
                    1400 + spoilt * place, 63 + place);
            else if (kind == 2 && odd)
                add(made, here, "%c R. %u:%u ack %u ttl %u id %u", server ? '<' : '>', seq, seq,
                    ack, ttl, id);
            else
                add(made, here, "%c . %u:%u ack %u win %u ttl %u id %u", server ? '<' : '>', seq,
                    seq + length, ack, window + spoilt * place, ttl, id);
        }
        id++;
        at += 4;
    }
}

static void tell(struct compare_lab *lab, const struct made *near, const struct made *far,
                 bool swap, uint32_t shift)
{
    const struct view a = {.base = {1000, 5000}};
    const struct view b = {.base = {1000 + shift, 5000}, .clock = 4711};

    lab_begin(lab);
    lab_side(lab, swap, &a, near->lines, near->count, 0);
    lab_side(lab, !swap, &b, far->lines, far->count, 0);
    lab_run(lab);
    assert_int_equal(lab->count, 1);
}

/* Both orders, field by field. */
static void wants_same(const struct caught *one, const struct caught *other)
{
    const struct compare_record *a = &one->record, *b = &other->record;

    if (strcmp(a->verdict, b->verdict) != 0 || a->lost_forward != b->lost_forward ||
        a->lost_reverse != b->lost_reverse || a->added_forward != b->added_forward ||
        a->added_reverse != b->added_reverse || a->findings.count != b->findings.count) {
        lab_print(one);
        lab_print(other);
    }
    assert_string_equal(a->verdict, b->verdict);
    assert_int_equal(a->lost_forward, b->lost_forward);
    assert_int_equal(a->lost_reverse, b->lost_reverse);
    assert_int_equal(a->added_forward, b->added_forward);
    assert_int_equal(a->added_reverse, b->added_reverse);
    assert_int_equal(a->hops_between, b->hops_between);
    assert_int_equal(a->segments_a, b->segments_b);
    assert_int_equal((uint32_t)(a->isn_client_shift + b->isn_client_shift), 0);
    assert_string_equal(a->client_side, strcmp(b->client_side, "a") == 0 ? "b" : "a");
    assert_int_equal(a->findings.count, b->findings.count);
    for (size_t i = 0; i < a->findings.count; i++)
        assert_string_equal(one->findings[i].id, other->findings[i].id);
}

static void test_any(void **state)
{
    static struct made near, far;
    static struct compare_lab one, other;
    unsigned verdicts[4] = {0};

    (void)state;
    for (seed = 1; seed < ROUNDS; seed++) {
        uint32_t begun = seed;
        uint32_t shift;

        make(&near, &far);
        shift = draw(2) ? 0 : draw(1u << 24) << 8;
        tell(&one, &near, &far, false, shift);
        tell(&other, &near, &far, true, shift);
        wants_same(&one.caught[0], &other.caught[0]);
        assert_string_equal(one.caught[0].record.client_side, "a");
        verdicts[0] += strcmp(one.caught[0].record.verdict, "same") == 0;
        verdicts[1] += strcmp(one.caught[0].record.verdict, "rewritten") == 0;
        verdicts[2] += strcmp(one.caught[0].record.verdict, "blocked") == 0;
        verdicts[3] += strcmp(one.caught[0].record.verdict, "proxied") == 0;
        lab_end(&one);
        lab_end(&other);
        seed = begun;
    }
    /* All kinds occur, and nothing here is a proxy. */
    assert_true(verdicts[0] > 100 && verdicts[1] > 100 && verdicts[2] > 20);
    assert_int_equal(verdicts[3], 0);
}

/* Two connections that have nothing to do with each other, and any bytes in the headers. */
static void test_foreign(void **state)
{
    static struct made near, far, third;
    static struct compare_lab lab;
    const struct view view = {.base = {1, 2}};

    (void)state;
    for (seed = 1; seed < ROUNDS; seed++) {
        uint32_t begun = seed;

        make(&near, &far);
        seed += 77777;
        make(&third, &far);
        lab_begin(&lab);
        lab_side(&lab, 0, &view, near.lines + draw(3), near.count - 3, 0);
        lab_side(&lab, 1, &view, third.lines + draw(3), third.count - 3, 0);
        lab_run(&lab);
        assert_int_equal(lab.count, 1);
        lab_end(&lab);
        seed = begun;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any),
        cmocka_unit_test(test_foreign),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
