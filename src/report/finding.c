/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of findings. */
#include "report/finding.h"

#include <assert.h>

static const struct finding_row rows[FINDING_COUNT] = {
#define X(name, id, severity, meaning, reference)                                                  \
    [FINDING_##name] = {id, SEVERITY_##severity, meaning, reference},
    FINDING_TABLE(X)
#undef X
};

const struct finding_row *finding_row(enum finding finding)
{
    assert(finding < FINDING_COUNT);
    return &rows[finding];
}
