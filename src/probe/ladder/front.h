/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether who answers makes SYN cookies, and whether it is a proxy in front of the server: tests,
 * each with its evidence, and what they say together. */
#ifndef PROBE_LADDER_FRONT_H
#define PROBE_LADDER_FRONT_H

#include "probe/ladder/check.h"
#include "probe/ladder/shot.h"
#include "report/matrix_words.h"
#include "stat/tsclock.h"

enum front_test {
#define X(id, word, words) FRONT_##id,
    FRONT_TEST_TABLE(X)
#undef X
        FRONT_TEST_COUNT
};
enum front_says {
#define X(id, word, meaning) FRONT_SAYS_##id,
    FRONT_SAYS_TABLE(X)
#undef X
        FRONT_SAYS_COUNT
};
const char *front_test_word(enum front_test test);
const char *front_test_words(enum front_test test);
const char *front_says_word(enum front_says says);

#define FRONT_DETAIL_SIZE 240
struct front_row {
    enum front_says says;           /* YES: the sign of cookies or of a proxy is there */
    char detail[FRONT_DETAIL_SIZE]; /* what was seen, with its figures: a clause without a full stop
                                     */
};

struct ladder_front {
    struct front_row tests[FRONT_TEST_COUNT];
    enum front_says cookies, proxy;
    char cookies_why[FRONT_DETAIL_SIZE],
        proxy_why[FRONT_DETAIL_SIZE]; /* a sentence without a full stop */
};

/*
 * Judges a climb. `shots` in the order of leaving; `hold` and the checks may be NULL; `clock` is
 * what tsclock_judge() says of the SAME shots. Pure; never fails. What is named was seen: of a host
 * that answers for itself nothing is said but "no" or "inconclusive".
 */
void front_judge(const struct ladder_shot *shots, size_t count, const struct ladder_hold *hold,
                 const struct check *const checks[CHECK_SCRIPT_COUNT], const struct tsclock *clock,
                 struct ladder_front *ret_front);

#endif
