/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nmap's two judgements of initial sequence numbers, as its sources have them. */
#include <math.h>

#include "stat/isn/nmap.h"

uint32_t isn_nmap_difference(uint32_t a, uint32_t b)
{
    uint32_t up = b - a, down = a - b;

    return up < down ? up : down;
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        uint32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static uint32_t differences_divisor(const uint32_t *isns, size_t count)
{
    uint32_t divisor = 0;

    for (size_t i = 1; i < count; i++)
        divisor = common_divisor(divisor, isn_nmap_difference(isns[i - 1], isns[i]));
    return divisor;
}

const char *isn_nmap_words(unsigned sp)
{
    return sp < 3    ? "Trivial joke"
           : sp < 6  ? "Easy"
           : sp < 11 ? "Medium"
           : sp < 12 ? "Formidable"
           : sp < 16 ? "Worthy challenge"
                     : "Good luck!";
}

static double rate(const int64_t *times, const uint32_t *isns, size_t i)
{
    int64_t us = times[i] / 1000 - times[i - 1] / 1000;

    return isn_nmap_difference(isns[i - 1], isns[i]) * 1e6 / (double)(us ? us : 1);
}

struct isn_nmap isn_nmap_judge(const int64_t *times, const uint32_t *isns, size_t count)
{
    struct isn_nmap seq = {.gcd = differences_divisor(isns, count), .words = isn_nmap_words(0)};
    double mean = 0, squares = 0;

    if (seq.gcd == 0)
        return seq;
    for (size_t i = 1; i < count; i++)
        mean += rate(times, isns, i);
    mean /= (double)(count - 1);
    if (mean > 1)
        seq.isr = (unsigned)(8 * log2(mean) + 0.5);

    double unit = seq.gcd > 9 ? seq.gcd : 1;

    for (size_t i = 1; i < count; i++) {
        double off = (rate(times, isns, i) - mean) / unit;

        squares += off * off;
    }
    /* One less than the differences. */
    double deviation = sqrt(squares / (double)(count - 2));

    if (deviation > 1)
        seq.sp = (unsigned)(8 * log2(deviation) + 0.5);
    seq.words = isn_nmap_words(seq.sp);
    return seq;
}

static const char *old_words(uint32_t index)
{
    return index < 10       ? "Trivial joke"
           : index < 80     ? "Easy"
           : index < 3000   ? "Medium"
           : index < 5000   ? "Formidable"
           : index < 100000 ? "Worthy challenge"
                            : "Good luck!";
}

/* A whole number, as nmap has it. */
static double old_step(uint32_t before, uint32_t after, uint32_t divisor)
{
    uint32_t step = isn_nmap_difference(before, after) / divisor;

    return step;
}

static uint32_t old_index(const uint32_t *isns, size_t count, uint32_t divisor)
{
    double sum = 0, squares = 0;

    for (size_t i = 1; i < count; i++)
        sum += old_step(isns[i - 1], isns[i], divisor);
    /* It keeps the mean as a whole number. */
    double mean = floor(0.5 + floor(sum / (double)(count - 1)));

    for (size_t i = 1; i < count; i++) {
        double off = old_step(isns[i - 1], isns[i], divisor) - mean;

        squares += off * off;
    }
    return (uint32_t)(0.5 + sqrt(squares / (double)(count - 1)));
}

static uint32_t largest_difference(const uint32_t *isns, size_t count)
{
    uint32_t largest = 0;

    for (size_t i = 1; i < count; i++) {
        uint32_t difference = isn_nmap_difference(isns[i - 1], isns[i]);

        largest = difference > largest ? difference : largest;
    }
    return largest;
}

struct isn_nmap_old isn_nmap_judge_old(const uint32_t *isns, size_t count)
{
    struct isn_nmap_old seq = {.gcd = differences_divisor(isns, count)};

    /* In its order: a common step of 64000 is seen even where the steps are large. */
    if (seq.gcd == 0) {
        seq.class = ISN_NMAP_OLD_CONSTANT;
        seq.index = 0;
    } else if (seq.gcd % 64000 == 0) {
        seq.class = ISN_NMAP_OLD_64K;
        seq.index = 1;
    } else if (seq.gcd % 800 == 0) {
        seq.class = ISN_NMAP_OLD_I800;
        seq.index = 10;
    } else if (largest_difference(isns, count) > 50000000) {
        seq.class = ISN_NMAP_OLD_TRULY;
        seq.index = 9999999;
    } else {
        seq.index = old_index(isns, count, seq.gcd);
        seq.class = seq.index < 75 ? ISN_NMAP_OLD_TIME : ISN_NMAP_OLD_RANDOM;
    }
    seq.words = old_words(seq.index);
    return seq;
}

const char *isn_nmap_old_name(enum isn_nmap_old_class class)
{
    static const char *const names[ISN_NMAP_OLD_COUNT] = {
        [ISN_NMAP_OLD_CONSTANT] = "C", [ISN_NMAP_OLD_64K] = "64K",   [ISN_NMAP_OLD_I800] = "i800",
        [ISN_NMAP_OLD_TIME] = "TD",    [ISN_NMAP_OLD_RANDOM] = "RI", [ISN_NMAP_OLD_TRULY] = "TR",
    };

    return names[class];
}
