/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the tests for SYN cookies and SYN proxies. */
#include <assert.h>

#include "probe/ladder/front.h"

static const struct {
    const char *word, *words;
} tests[FRONT_TEST_COUNT] = {
#define X(id, word, words) [FRONT_##id] = {word, words},
    FRONT_TEST_TABLE(X)
#undef X
};

static const char *const says_words[FRONT_SAYS_COUNT] = {
#define X(id, word, meaning) [FRONT_SAYS_##id] = (word),
    FRONT_SAYS_TABLE(X)
#undef X
};

const char *front_test_word(enum front_test test)
{
    assert(test < FRONT_TEST_COUNT);
    return tests[test].word;
}

const char *front_test_words(enum front_test test)
{
    assert(test < FRONT_TEST_COUNT);
    return tests[test].words;
}

const char *front_says_word(enum front_says says)
{
    assert(says < FRONT_SAYS_COUNT);
    return says_words[says];
}
