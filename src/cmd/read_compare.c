/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `read --compare`: what differs between two captures, pair by pair. */
#include <string.h>

#include "base/text.h"
#include "cmd/cli.h"
#include "cmd/read_parts.h"
#include "probe/track/compare.h"
#include "report/connection_text.h"

/* More pairs have a line each, unless pages are asked for. */
#define PAGES_MOST 20

/* Every pair has a number, in the order of the first capture. */
struct comparison {
    struct read_run *read;
    uint64_t count, verdicts[COMPARE_VERDICT_COUNT];
    bool brief;
};

static const char *const verdict_words[COMPARE_VERDICT_COUNT] = {
#define X(id, word, meaning) [COMPARE_VERDICT_##id] = word,
    COMPARE_VERDICT_TABLE(X)
#undef X
};

static void count_verdict(struct comparison *comparison, const char *word)
{
    for (size_t i = 0; i < COMPARE_VERDICT_COUNT; i++)
        comparison->verdicts[i] += word && strcmp(word, verdict_words[i]) == 0;
}

/* How many of which verdict, as at the end of a capture. */
static void tell_verdicts(const struct comparison *comparison)
{
    const struct settings *settings = comparison->read->settings;
    char text[256];
    size_t at = 0;

    if (settings->quiet || settings->format != FORMAT_TEXT || comparison->count < 2)
        return;
    for (size_t i = 0; i < COMPARE_VERDICT_COUNT; i++)
        if (comparison->verdicts[i] > 0)
            text_append(text, sizeof text, &at, "%s%llu %s", at > 0 ? ", " : "",
                        (unsigned long long)comparison->verdicts[i], verdict_words[i]);
    read_say(
        comparison->read, "of %llu connections: %s%s", (unsigned long long)comparison->count, text,
        comparison->brief && !settings->read.summary ? " (--filter and --explain show pages)" : "");
}

static bool wants_lines(const struct read_run *read)
{
    const struct settings *settings = read->settings;
    bool pages = settings->explain || settings->read.filter;

    if (settings->read.summary)
        return true;
    return !pages && (read->side_count[0] > PAGES_MOST || read->side_count[1] > PAGES_MOST);
}

static void head(struct comparison *comparison, const struct compare_record *record)
{
    struct read_run *read = comparison->read;
    struct output *output = &read->run.output;

    if (read->headed || !comparison->brief || output->format != FORMAT_TEXT || output->no_header ||
        read->settings->quiet || !run_chooses(&read->run, record))
        return;
    read->headed = read->file;
    compare_heading(&output->style, output->stream);
}

static int take_pair(void *data, const struct compare_record *pair)
{
    struct comparison *comparison = data;
    struct read_run *read = comparison->read;
    struct compare_record record = *pair;
    struct engine_result result = {.index = comparison->count++, .verdict = VERDICT_OPEN};

    if (read_stopped())
        read->run.stopped = true;
    count_verdict(comparison, record.verdict);
    record.brief = comparison->brief;
    head(comparison, &record);
    return run_take(&read->run, &result, &record, &record.unmet, read->fault);
}

int read_compare(struct read_run *read, struct fault *fault)
{
    struct comparison comparison = {.read = read, .brief = wants_lines(read)};
    int error;

    read->run.output.one_line = comparison.brief;
    read->fault = fault;
    fault_clear(fault);
    error = compare_run(read->compare, take_pair, &comparison, &read->memory);
    if (error && fault->code == FAULT_NONE)
        error = fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    if (!error && comparison.count == 0 && !read->settings->quiet)
        read_say(read, "there is no connection to compare");
    if (!error && comparison.count > 0)
        tell_verdicts(&comparison);
    return error;
}
