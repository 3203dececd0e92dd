/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --fail-on: which severity is a failure, as a clause beside those of --expect. */
#ifndef CMD_FAILURE_H
#define CMD_FAILURE_H

#include "cmd/settings.h"
#include "report/schema.h"

#define FAILURE_CLAUSE_SIZE 64

/* A command's severities: the word of each, from the one that fails up to the last. */
struct failure {
    const struct schema *schema; /* with the fields verdict and severity */
    const void *open;            /* a record of which nothing is known but that it is open */
    const char *also;            /* another field that says as much as the severity; NULL: none */
    int from, count;
    const char *(*word)(int severity);
    bool chosen; /* --fail-on was given */
};

/*
 * Puts the clause, "severity!=medium|high", into settings->expect_also, unless the user says in
 * --expect what severity is wanted, or what else than an open port, and did not ask for it.
 * `clause` is to outlive the settings. 0 or a fault of --expect.
 */
int failure_choose(const struct failure *failure, struct settings *settings,
                   char clause[FAILURE_CLAUSE_SIZE], struct fault *fault);

#endif
