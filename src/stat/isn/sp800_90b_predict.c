/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The predictors of NIST SP 800-90B that look at windows and lags, and what predictors are worth.
 */
#include <math.h>
#include <string.h>

#include "stat/isn/sp800_90b.h"

#define CONFIDENCE 2.576
#define WINDOWS    4
#define LAGS       128

/* ln of the probability that `tries` with p have no run of `length` hits (Feller, An Introduction
 * to Probability Theory, volume 1, XIII.7). */
static double ln_no_run(double p, double length, double tries)
{
    double q = 1 - p;
    double x = 1;
    double before = 0;

    /* The root next to 1 of x = 1 + q p^r x^(r + 1), which rises to it. */
    for (unsigned i = 0; i < 200 && x - before > 1e-15; i++) {
        before = x;
        x = 1 + q * exp(length * log(p) + (length + 1) * log(x));
        if (!(p * x < 1))
            return -INFINITY;
    }
    return log((1 - p * x) / ((length + 1 - length * x) * q)) - (tries + 1) * log(x);
}

static double local_probability(double run, double tries)
{
    double low = 0;
    double high = 1;

    for (unsigned i = 0; i < 60; i++) {
        double middle = (low + high) / 2;

        if (ln_no_run(middle, run + 1, tries) > log(0.99))
            low = middle;
        else
            high = middle;
    }
    return high;
}

double isn_90b_predictability(const struct isn_predictions *predictions, unsigned alphabet)
{
    double n = (double)predictions->predictions;
    double p = (double)predictions->correct / n;
    double global;

    if (predictions->predictions < 2)
        return (double)NAN;
    if (predictions->correct == 0)
        global = -expm1(log(0.01) / n);
    else
        global = fmin(1, p + CONFIDENCE * sqrt(p * (1 - p) / (n - 1)));
    if (global < 1)
        global = fmax(global, local_probability((double)predictions->run, n));
    return -log2(fmax(global, 1.0 / alphabet)) + 0.0;
}

/* Counts one prediction. */
static void score(struct isn_predictions *predictions, bool correct, size_t *run)
{
    predictions->predictions++;
    predictions->correct += correct;
    *run = correct ? *run + 1 : 0;
    if (*run > predictions->run)
        predictions->run = *run;
}

/* The last symbols, and the most frequent of them: of several the one that came last. */
struct window {
    size_t size;
    size_t seen[256];
    size_t last[256];
    unsigned most;
};

static void window_slide(struct window *window, const uint8_t *symbols, size_t at)
{
    uint8_t comes = symbols[at];

    if (at >= window->size) {
        uint8_t goes = symbols[at - window->size];

        window->seen[goes]--;
        if (goes == window->most)
            for (unsigned i = 0; i < 256; i++)
                if (window->seen[i] > window->seen[window->most] ||
                    (window->seen[i] == window->seen[window->most] &&
                     window->last[i] > window->last[window->most]))
                    window->most = i;
    }
    window->last[comes] = at + 1;
    if (++window->seen[comes] >= window->seen[window->most])
        window->most = comes;
}

struct isn_predictions isn_90b_windows(const uint8_t *symbols, size_t count)
{
    struct window windows[WINDOWS] = {{.size = 63}, {.size = 255}, {.size = 1023}, {.size = 4095}};
    struct isn_predictions predictions = {0};
    size_t scores[WINDOWS] = {0};
    size_t winner = 0;
    size_t run = 0;

    for (size_t i = 0; i < count; i++) {
        size_t next = winner;

        /* The winner has filled its window, for it has scored. */
        if (i >= windows[0].size)
            score(&predictions, windows[winner].most == symbols[i], &run);
        for (size_t w = 0; w < WINDOWS; w++) {
            if (i >= windows[w].size && windows[w].most == symbols[i] &&
                ++scores[w] >= scores[next])
                next = w;
            window_slide(&windows[w], symbols, i);
        }
        winner = next;
    }
    return predictions;
}

struct isn_predictions isn_90b_lags(const uint8_t *symbols, size_t count)
{
    struct isn_predictions predictions = {0};
    size_t scores[LAGS + 1] = {0};
    size_t winner = 1;
    size_t run = 0;

    for (size_t i = 1; i < count; i++) {
        size_t lags = i < LAGS ? i : LAGS;

        score(&predictions, symbols[i - winner] == symbols[i], &run);
        for (size_t lag = 1; lag <= lags; lag++)
            if (symbols[i - lag] == symbols[i] && ++scores[lag] >= scores[winner])
                winner = lag;
    }
    return predictions;
}
