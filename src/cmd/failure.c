/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --fail-on as a clause beside those of --expect. */
#include "cmd/failure.h"

#include "base/text.h"
#include "cmd/expect.h"

/* Neither this severity nor a worse one. */
static const char *write_clause(const struct failure *failure, char clause[FAILURE_CLAUSE_SIZE])
{
    size_t at = 0;

    for (int i = failure->from; i < failure->count; i++)
        text_append(clause, FAILURE_CLAUSE_SIZE, &at, "%s%s", at == 0 ? "severity!=" : "|",
                    failure->word(i));
    return clause;
}

/* Whether --expect says it all: a severity, or that the port is not to be open, for then there is
 * nothing that could be bad. */
static bool says_enough(const struct failure *failure, const struct expect *expect)
{
    return expect_concerns(expect, "severity") ||
           (failure->also && expect_concerns(expect, failure->also)) ||
           (expect_concerns(expect, "verdict") &&
            expect_check(expect, failure->open, NULL, NULL) == EXPECT_UNMET);
}

int failure_choose(const struct failure *failure, struct settings *settings,
                   char clause[FAILURE_CLAUSE_SIZE], struct fault *fault)
{
    bool enough = false;
    struct expect *expect;

    if (settings->expect && !failure->chosen) {
        int error = expect_parse(settings->expect, "--expect", failure->schema, EXPECT_FILTER,
                                 &expect, fault);

        if (error)
            return error;
        enough = says_enough(failure, expect);
        expect_free(expect);
    }
    if (!enough)
        settings->expect_also = write_clause(failure, clause);
    return 0;
}
