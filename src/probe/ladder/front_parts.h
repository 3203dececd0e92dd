/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of probe/ladder/front share. Private to them. */
#ifndef PROBE_LADDER_FRONT_PARTS_H
#define PROBE_LADDER_FRONT_PARTS_H

#include "probe/ladder/front.h"

/* The material, and what is made of it. */
struct front_case {
    const struct ladder_shot *shots;
    size_t count;
    const struct ladder_hold *hold;
    const struct check *const *checks; /* CHECK_SCRIPT_COUNT; NULL: none */
    const struct tsclock *clock;       /* NULL: not known */
    struct ladder_front *front;

    /* Of the numbers that came. */
    unsigned still;     /* pairs with another ISN of ours, and the same one of the peer's */
    unsigned changed;   /* pairs of equal SYNs, and another ISN of the peer's */
    bool parts_of_time; /* cookies at times, by the numbers */
    /* Of the connections. */
    bool ttl_differs, clock_jumps; /* after the handshake, in all of them */
};

/* Writes a row, or a verdict's sentence, cut where it is too long. */
void front_say(struct front_case *judged, enum front_test test, enum front_says says,
               const char *format, ...) __attribute__((format(printf, 4, 5)));
void front_why(char why[FRONT_DETAIL_SIZE], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline bool front_is(const struct front_case *judged, enum front_test test,
                            enum front_says says)
{
    return judged->front->tests[test].says == says;
}

/* A SYN,ACK came. */
static inline bool front_answered(const struct ladder_shot *shot)
{
    return shot->has_answer && shot->came == MATRIX_SYN_ACK;
}

/* IDENTICAL, SHIFTED, LOW_BITS and REPEATS; then the verdict out of them. */
void front_test_cookies(struct front_case *judged);
enum front_says front_judge_cookies(struct front_case *judged);

/* ZERO_WINDOW, UPDATE and CLOCKS; then the verdict, which knows that of the cookies. */
void front_test_proxy(struct front_case *judged);
enum front_says front_judge_proxy(struct front_case *judged);

#endif
