/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the checks: scripts, what is found out, how it turned out. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "probe/ladder/check_parts.h"

static const struct {
    const char *word, *words;
} scripts[CHECK_SCRIPT_COUNT] = {
#define X(id, word, words) [CHECK_SCRIPT_##id] = {word, words},
    CHECK_SCRIPT_TABLE(X)
#undef X
};

static const struct check_kind_row kinds[CHECK_KIND_COUNT] = {
#define X(id, word, feature, words, reference)                                                     \
    [CHECK_KIND_##id] = {word, RUNG_FEATURE_##feature, words, reference},
    CHECK_TABLE(X)
#undef X
};

static const char *const outcomes[CHECK_OUTCOME_COUNT] = {
#define X(id, word, meaning) [CHECK_OUTCOME_##id] = (word),
    CHECK_OUTCOME_TABLE(X)
#undef X
};

const struct check_kind_row *check_kind_row(enum check_kind kind)
{
    assert(kind < CHECK_KIND_COUNT);
    return &kinds[kind];
}

const char *check_outcome_word(enum check_outcome outcome)
{
    assert(outcome < CHECK_OUTCOME_COUNT);
    return outcomes[outcome];
}

const char *check_script_word(enum check_script script)
{
    assert(script < CHECK_SCRIPT_COUNT);
    return scripts[script].word;
}

const char *check_script_words(enum check_script script)
{
    assert(script < CHECK_SCRIPT_COUNT);
    return scripts[script].words;
}

void check_say(struct check_row *row, enum check_outcome outcome, const char *format, ...)
{
    va_list arguments;

    row->outcome = outcome;
    va_start(arguments, format);
    vsnprintf(row->detail, sizeof row->detail, format, arguments);
    va_end(arguments);
}

bool check_say_unopened(const struct check *check, struct check_row *row)
{
    if (check == NULL)
        check_say(row, CHECK_OUTCOME_INCONCLUSIVE, "no connection was tried");
    else if (!check->opened)
        check_say(row, CHECK_OUTCOME_INCONCLUSIVE, "no connection was opened: %s",
                  check->reset     ? "it was refused"
                  : check->stopped ? "it was ended before an answer came"
                                   : "nothing answered the SYN");
    else
        return false;
    return true;
}
