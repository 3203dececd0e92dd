/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `read --compare`: what differs between two captures, pair by pair. */
#include "cmd/cli.h"
#include "cmd/read_parts.h"
#include "probe/track/compare.h"

/* Every pair has a number, in the order of the first capture. */
struct comparison {
    struct read_run *read;
    uint64_t count;
};

static int take_pair(void *data, const struct compare_record *pair)
{
    struct comparison *comparison = data;
    struct read_run *read = comparison->read;
    struct compare_record record = *pair;
    struct engine_result result = {.index = comparison->count++, .verdict = VERDICT_OPEN};

    if (read_stopped())
        read->run.stopped = true;
    return run_take(&read->run, &result, &record, &record.unmet, read->fault);
}

int read_compare(struct read_run *read, struct fault *fault)
{
    struct comparison comparison = {.read = read};
    int error;

    read->fault = fault;
    fault_clear(fault);
    error = compare_run(read->compare, take_pair, &comparison, &read->memory);
    if (error && fault->code == FAULT_NONE)
        error = fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    if (!error && comparison.count == 0 && !read->settings->quiet)
        read_say(read, "there is no connection to compare");
    return error;
}
