/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/sp800_90b: figures of NIST's program, each estimator against a plain one, known
 * sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The source itself: the expectation of the compression statistic stands behind no interface. */
#include "stat/isn/sp800_90b.c"

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.12g, not %.12g", value, expected);
}

static uint64_t mixed(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* Of selftest/refdata of NIST's SP800-90B_EntropyAssessment: truerand_8bit, biased-random-bytes and
 * data.pi, from the counts to the entropy. That program prints the longest run and one, and takes
 * 2.5758 for 2.576. */
static void test_published(void **state)
{
    static const struct {
        struct isn_predictions predictions;
        unsigned alphabet;
        double bits, tolerance;
    } rows[] = {
        {{999937, 3779, 2}, 256, 7.9885798193670183, 1e-5},
        {{999999, 3912, 2}, 256, 7.939764556109469, 1e-5},
        {{999998, 3948, 2}, 256, 7.9268088197517388, 1e-5},
        {{999937, 800186, 72}, 256, 0.3196462537659206, 1e-6},
        {{1165603, 662387, 22}, 2, 0.81233323259173817, 1e-6},
        /* Of the longest run. */
        {{999999, 639881, 52}, 256, 0.46625826502784795, 1e-9},
        {{7999937, 7198538, 582}, 2, 0.041925133646315872, 1e-9},
        {{7999999, 7118705, 581}, 2, 0.042001643639251546, 1e-9},
    };
    static const struct {
        double p, mean;
        size_t words;
    } compressions[] = {
        {0.023269820763614391, 5.2154460395011881, 8000000 / 6},
        {0.081936203422937059, 5.1219016843117551, 1165666 / 6},
        {0.76907011660379809, 1.8863089398618362, 8000000 / 6},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_near(isn_90b_predictability(&rows[i].predictions, rows[i].alphabet), rows[i].bits,
                    rows[i].tolerance);
    for (size_t i = 0; i < sizeof(compressions) / sizeof(compressions[0]); i++)
        assert_near(expected_compression(compressions[i].p, compressions[i].words),
                    compressions[i].mean, 1e-9);
}

/* Counts from the same files, made into streams that have them. */
static void test_published_counts(void **state)
{
    uint8_t *symbols = malloc(1000000);

    (void)state;
    assert_non_null(symbols);
    for (size_t i = 0; i < 1000000; i++)
        symbols[i] = i < 4124 ? 7 : (uint8_t)(8 + i % 248);
    assert_near(isn_90b_most_common(symbols, 1000000), 7.8651180028995897, 1e-5);
    free(symbols);

    /* 6.3.1: three symbols, of twenty eight alike; p_u = 0.6895. */
    static const uint8_t values[] = {0, 1, 1, 2, 0, 1, 2, 2, 0, 1, 0, 1, 1, 0, 2, 2, 1, 0, 2, 1};
    /* 6.3.2 and 6.3.3: p = 0.7329, entropy 0.4483; 0.761. */
    static const uint8_t bits[] = {1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 0,
                                   1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0};

    assert_near(isn_90b_most_common(values, 20), 0.5363, 1e-4);
    assert_near(isn_90b_collision(bits, 40), 0.4483, 1e-4);
    assert_near(isn_90b_markov(bits, 40), 0.761, 1e-3);
}

/* Small streams with much repetition. */
static size_t make_small(unsigned kind, uint64_t *random, uint8_t *symbols)
{
    size_t count = 200 + mixed(random) % 150;

    for (size_t i = 0; i < count; i++)
        switch (kind) {
        case 0:
            symbols[i] = (uint8_t)(mixed(random) % 3);
            break;
        case 1:
            symbols[i] = (uint8_t)(i % 7 + (mixed(random) % 20 == 0));
            break;
        case 2:
            symbols[i] = mixed(random) % 8 == 0 ? (uint8_t)mixed(random) : 200;
            break;
        default:
            symbols[i] = i > 90 && mixed(random) % 9 != 0 ? symbols[i - 90] : (uint8_t)(i * i);
        }
    return count;
}

static size_t alike(const uint8_t *symbols, size_t count, size_t at, size_t length)
{
    size_t times = 0;

    for (size_t i = 0; i + length <= count; i++)
        times += memcmp(symbols + i, symbols + at, length) == 0;
    return times;
}

static double limited(double p, size_t count)
{
    return -log2(fmin(1, p + 2.576 * sqrt(p * (1 - p) / ((double)count - 1))));
}

static void test_tuples(void **state)
{
    uint64_t random = 1;

    (void)state;
    for (unsigned run = 0; run < 12; run++) {
        uint8_t symbols[400];
        size_t count = make_small(run % 4, &random, symbols);
        double tuple = 0;
        double repeated = 0;
        double found_tuple, found_repeated;
        bool often = true;

        for (size_t length = 1; length < count; length++) {
            size_t most = 0;
            double pairs = 0;
            double n = (double)(count - length + 1);

            for (size_t i = 0; i + length <= count; i++) {
                size_t times = alike(symbols, count, i, length);

                most = times > most ? times : most;
                pairs += ((double)times - 1) / 2;
            }
            if (most < 2)
                break;
            often = often && most >= 35;
            if (often)
                tuple = fmax(tuple, pow((double)most / n, 1.0 / (double)length));
            else
                repeated = fmax(repeated, pow(pairs / (n * (n - 1) / 2), 1.0 / (double)length));
        }
        assert_int_equal(isn_90b_tuples(symbols, count, &found_tuple, &found_repeated), 0);
        if (tuple > 0)
            assert_near(found_tuple, limited(tuple, count), 1e-9);
        else
            assert_true(isnan(found_tuple));
        assert_near(found_repeated, limited(repeated, count), 1e-9);
    }
}

/* What followed symbols[at - depth … at - 1] between `from` and `at`: the most frequent, the
 * greatest of several; how often, 0 for never. */
static size_t followed(const uint8_t *symbols, size_t from, size_t at, size_t depth,
                       uint8_t *ret_symbol)
{
    size_t times[256] = {0};
    size_t most = 0;

    for (size_t i = from > depth ? from : depth; i < at; i++)
        if (memcmp(symbols + i - depth, symbols + at - depth, depth) == 0)
            times[symbols[i]]++;
    for (unsigned i = 0; i < 256; i++)
        if (times[i] > 0 && times[i] >= most) {
            most = times[i];
            *ret_symbol = (uint8_t)i;
        }
    return most;
}

static void score_plain(struct isn_predictions *predictions, bool correct, size_t *run)
{
    *run = correct ? *run + 1 : 0;
    predictions->predictions++;
    predictions->correct += correct;
    predictions->run = *run > predictions->run ? *run : predictions->run;
}

static void assert_same(struct isn_predictions a, struct isn_predictions b)
{
    assert_int_equal(a.predictions, b.predictions);
    assert_int_equal(a.correct, b.correct);
    assert_int_equal(a.run, b.run);
}

/* As 6.3.9 and 6.3.10 put it, with no other memory than the stream. */
static void test_contexts(void **state)
{
    uint64_t random = 2;

    (void)state;
    for (unsigned run = 0; run < 8; run++) {
        uint8_t symbols[400];
        size_t count = make_small(run % 4, &random, symbols);
        struct isn_predictions markov = {0}, found;
        struct isn_predictions lz = {0};
        size_t scores[17] = {0};
        size_t winner = 1;
        size_t markov_run = 0, lz_run = 0;

        for (size_t i = 2; i < count; i++) {
            size_t next = winner;
            bool correct = false;

            for (size_t depth = 1; depth <= 16 && depth <= i; depth++) {
                uint8_t symbol = 0;

                if (followed(symbols, 1, i, depth, &symbol) == 0 || symbol != symbols[i])
                    continue;
                correct |= depth == winner;
                if (++scores[depth] >= scores[next])
                    next = depth;
            }
            winner = next;
            score_plain(&markov, correct, &markov_run);
        }
        for (size_t i = 17; i < count; i++) {
            size_t most = 0;
            uint8_t prediction = 0;

            for (size_t depth = 16; depth > 0; depth--) {
                uint8_t symbol = 0;
                size_t times = followed(symbols, 16, i, depth, &symbol);

                if (times > most) {
                    most = times;
                    prediction = symbol;
                }
            }
            score_plain(&lz, most > 0 && prediction == symbols[i], &lz_run);
        }
        assert_int_equal(isn_90b_contexts(symbols, count, &found), 0);
        assert_same(found, markov);
        assert_int_equal(isn_90b_dictionary(symbols, count, &found), 0);
        assert_same(found, lz);
    }
}

/* The most frequent of the `size` symbols before `at`, of several the one that came last. */
static uint8_t mode_before(const uint8_t *symbols, size_t at, size_t size)
{
    size_t times[256] = {0};
    uint8_t mode = 0;
    size_t most = 0;

    for (size_t i = at - size; i < at; i++)
        times[symbols[i]]++;
    for (size_t i = at; i > at - size; i--)
        if (times[symbols[i - 1]] > most) {
            most = times[symbols[i - 1]];
            mode = symbols[i - 1];
        }
    return mode;
}

static void test_windows_and_lags(void **state)
{
    static const size_t sizes[] = {63, 255, 1023, 4095};
    uint64_t random = 3;

    (void)state;
    for (unsigned run = 0; run < 8; run++) {
        uint8_t symbols[400];
        size_t count = make_small(run % 4, &random, symbols);
        struct isn_predictions windows = {0}, lags = {0};
        size_t window_scores[4] = {0}, lag_scores[129] = {0};
        size_t window = 0, lag = 1, window_run = 0, lag_run = 0;

        for (size_t i = 63; i < count; i++) {
            score_plain(&windows, mode_before(symbols, i, sizes[window]) == symbols[i],
                        &window_run);
            for (size_t w = 0; w < 4 && sizes[w] <= i; w++)
                if (mode_before(symbols, i, sizes[w]) == symbols[i] &&
                    ++window_scores[w] >= window_scores[window])
                    window = w;
        }
        for (size_t i = 1; i < count; i++) {
            score_plain(&lags, symbols[i] == symbols[i - lag], &lag_run);
            for (size_t d = 1; d <= 128 && d <= i; d++)
                if (symbols[i - d] == symbols[i] && ++lag_scores[d] >= lag_scores[lag])
                    lag = d;
        }
        assert_same(isn_90b_windows(symbols, count), windows);
        assert_same(isn_90b_lags(symbols, count), lags);
    }
}

static const struct isn_entropy *find(const struct isn_entropy *rows, const char *name, int lane)
{
    for (size_t i = 0; i < ISN_SP800_90B_ROWS; i++)
        if (strcmp(rows[i].name, name) == 0 && rows[i].lane == lane)
            return &rows[i];
    fail_msg("no row '%s' of lane %d", name, lane);
    return NULL;
}

/* Known sources, from the ISNs to all rows. */
static void test_sources(void **state)
{
    enum { COUNT = ISN_SP800_90B_LEAST };
    uint32_t *isns = calloc(COUNT, sizeof(*isns));
    struct isn_entropy rows[ISN_SP800_90B_ROWS];
    uint64_t random = 4;

    (void)state;
    assert_non_null(isns);
    /* Constant: none, of every lane. */
    assert_int_equal(isn_sp800_90b(isns, COUNT, rows), 0);
    for (size_t i = 0; i < ISN_SP800_90B_ROWS; i++)
        assert_near(rows[i].bits, 0, 0.001);
    assert_int_equal(rows[0].lane, 0);
    assert_int_equal(rows[30].lane, -1);
    assert_int_equal(rows[0].symbols, COUNT);
    assert_int_equal(rows[30].symbols, 32 * COUNT);

    /* Uniform: as much as 10^4 can show. A predictor that hits twice in a row, which it may, is
     * held to 6.64, for three in a row with p are as rare as 1 in 100 at p = 0.01. */
    for (size_t i = 0; i < COUNT; i++)
        isns[i] = (uint32_t)mixed(&random);
    assert_int_equal(isn_sp800_90b(isns, COUNT, rows), 0);
    for (int lane = 0; lane < 4; lane++) {
        assert_near(find(rows, "most common value", lane)->bits, 7, 0.2);
        assert_near(find(rows, "t-tuple", lane)->bits, 7, 0.2);
        assert_true(find(rows, "longest repeated substring", lane)->bits > 6.5);
        assert_true(find(rows, "MultiMCW", lane)->bits > 6.6);
        assert_true(find(rows, "lag", lane)->bits > 6.6);
        assert_true(find(rows, "MultiMMC", lane)->bits > 6.6);
        assert_true(find(rows, "LZ78Y", lane)->bits > 6.6);
    }
    assert_true(find(rows, "collision", -1)->bits > 0.85);
    assert_true(find(rows, "Markov", -1)->bits > 0.98);
    assert_true(find(rows, "compression", -1)->bits > 0.7);

    /* Lane 2 counts, lane 1 has a byte that comes with 0.4, lane 3 repeats itself after 100. */
    for (size_t i = 0; i < COUNT; i++) {
        uint32_t byte = mixed(&random) % 10 < 4 ? 0x77 : (uint32_t)mixed(&random) & 0xff;
        uint32_t top = i < 100 ? (uint32_t)mixed(&random) << 24 : isns[i - 100] & 0xff000000;

        isns[i] = top | (uint32_t)(i & 0xff) << 16 | byte << 8 | (uint32_t)(mixed(&random) & 0xff);
    }
    assert_int_equal(isn_sp800_90b(isns, COUNT, rows), 0);
    double p = 0.4 + 0.6 / 256;
    double bits = limited(p, COUNT);

    assert_near(find(rows, "most common value", 1)->bits, bits, 0.06);
    assert_near(find(rows, "MultiMCW", 1)->bits, bits, 0.06);
    assert_true(find(rows, "most common value", 2)->bits > 7);
    assert_true(find(rows, "MultiMMC", 2)->bits < 0.1);
    assert_true(find(rows, "LZ78Y", 2)->bits < 0.1);
    assert_true(find(rows, "lag", 3)->bits < 0.05);
    assert_true(find(rows, "MultiMMC", 0)->bits > 6.6);
    free(isns);
}

/* Bits with a bias, and bits that depend on the one before. */
static void test_bits(void **state)
{
    enum { COUNT = 60000 };
    static uint8_t bits[COUNT];
    uint64_t random = 5;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        bits[i] = mixed(&random) % 10 < 7;
    assert_near(isn_90b_collision(bits, COUNT), -log2(0.7), 0.03);
    assert_true(isn_90b_collision(bits, COUNT) < -log2(0.7));
    assert_near(isn_90b_markov(bits, COUNT), -log2(0.7), 0.02);
    assert_near(isn_90b_most_common(bits, COUNT), -log2(0.7), 0.02);
    /* It takes all other words to be alike, which they are not. */
    assert_true(isn_90b_compression(bits, COUNT) < -log2(0.7));
    assert_true(isn_90b_compression(bits, COUNT) > 0.25);
    /* The same nine times of ten: values alike, but 127 steps of 0.9. */
    for (size_t i = 1; i < COUNT; i++)
        bits[i] = bits[i - 1] ^ (mixed(&random) % 10 == 0);
    assert_near(isn_90b_markov(bits, COUNT), (1 - 127 * log2(0.9)) / 128, 0.01);
    assert_true(isn_90b_most_common(bits, COUNT) > 0.9);
    /* 0 1 0 1 …: always another, and that is known. */
    for (size_t i = 0; i < COUNT; i++)
        bits[i] = i % 2;
    assert_near(isn_90b_markov(bits, COUNT), 1.0 / 128, 1e-6);
    assert_near(isn_90b_collision(bits, COUNT), 1, 1e-9);
}

static void test_few(void **state)
{
    static const uint8_t symbols[100] = {1, 2, 3, 4, 5};
    static const uint32_t isn = 5;
    struct isn_entropy rows[ISN_SP800_90B_ROWS];
    struct isn_predictions predictions;
    double tuple, repeated;

    (void)state;
    assert_true(isnan(isn_90b_most_common(symbols, 1)));
    assert_true(isnan(isn_90b_collision(symbols, 3)));
    assert_true(isnan(isn_90b_markov(symbols, 1)));
    assert_true(isnan(isn_90b_compression(symbols, 100)));
    assert_int_equal(isn_90b_tuples(symbols, 5, &tuple, &repeated), 0);
    assert_true(isnan(tuple) && isnan(repeated));
    for (size_t count = 0; count < 20; count++) {
        assert_int_equal(isn_90b_contexts(symbols, count, &predictions), 0);
        assert_int_equal(predictions.predictions, count > 2 ? count - 2 : 0);
        assert_int_equal(isn_90b_dictionary(symbols, count, &predictions), 0);
        assert_int_equal(predictions.predictions, count > 17 ? count - 17 : 0);
    }
    predictions = isn_90b_windows(symbols, 63);
    assert_true(isnan(isn_90b_predictability(&predictions, 256)));
    /* Nothing right in a hundred: 1 - 0.01^(1/100). */
    predictions = (struct isn_predictions){100, 0, 0};
    assert_near(isn_90b_predictability(&predictions, 256), -log2(1 - pow(0.01, 0.01)), 1e-9);
    predictions = (struct isn_predictions){100, 100, 100};
    assert_near(isn_90b_predictability(&predictions, 256), 0, 0);
    assert_int_equal(isn_sp800_90b(&isn, 1, rows), 0);
    assert_true(isnan(rows[0].bits));
    assert_int_equal(isn_sp800_90b(&isn, 0, rows), 0);
    assert_true(isnan(rows[30].bits));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_published_counts),
        cmocka_unit_test(test_tuples),
        cmocka_unit_test(test_contexts),
        cmocka_unit_test(test_windows_and_lags),
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_few),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
