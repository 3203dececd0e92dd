/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of sampling while it goes on. */
#include "cmd/isn_watch.h"

#include <string.h>

#include "base/text.h"
#include "cmd/run_parts.h"

#define LINE 256

static bool tells(const struct isn_run *isn)
{
    const struct run *run = &isn->run;

    return !run->settings->quiet && !run->plugin && run->output.style.verbose > 0;
}

static void announce(void *data, const struct isn_sampling *sampling, const struct isn_plan *plan)
{
    struct isn_run *isn = data;
    const char *separator = ": ";
    char took[RUN_TIME_SIZE];

    run_hide_progress(&isn->run);
    fprintf(stderr, "tcpprobe: %s: at most %zu SYNs in about %s, and no more than %d half-open",
            sampling->target, sampling->most, run_show_time(sampling->takes, took),
            ISN_PLAN_HALF_OPEN);
    for (unsigned i = 0; i < ISN_STAGE_COUNT; i++)
        if (plan->per_stage[i] > 0) {
            fprintf(stderr, "%s%zu %s", separator, plan->per_stage[i],
                    isn_stage_words((enum isn_stage)i));
            separator = ", ";
        }
    fputs("; maybe the proof of cookies again, three whose numbers are foretold, and one whole "
          "handshake\n",
          stderr);
}

/* What the numbers look like by now; NULL: too few. */
static const char *read_early(const struct isn_sampling *sampling)
{
    struct isn_audit_options options = {.window = 65535, .packet_rate = 1, .brief = true};
    struct isn_samples samples;
    struct isn_audit audit;
    const char *name = NULL;

    if (isn_samples_make(sampling->rows, sampling->count, true, &samples))
        return NULL;
    if (isn_audit_run(&samples, &options, &audit) == 0)
        name = isn_class_name(audit.class);
    isn_audit_release(&audit);
    isn_samples_release(&samples);
    return name;
}

static void reading(void *data, const struct isn_sampling *sampling)
{
    struct isn_run *isn = data;
    const char *name = read_early(sampling);

    if (!name)
        return;
    isn->reading = name;
    if (!tells(isn))
        return;
    run_hide_progress(&isn->run);
    fprintf(stderr, "tcpprobe: %s: after %zu numbers: %s\n", sampling->target, sampling->count,
            name);
}

/* What matters most comes first: a narrow terminal shows no more than that. */
static void describe(const struct isn_run *isn, const struct isn_sampling *sampling, char *text,
                     size_t size)
{
    char left[RUN_TIME_SIZE];
    size_t at = 0;

    text_append(text, size, &at, "%s: %zu numbers, %zu to come", sampling->target, sampling->count,
                sampling->to_come);
    if (sampling->lost > 0)
        text_append(text, size, &at, ", %zu lost", sampling->lost);
    if (sampling->takes > sampling->lasted)
        text_append(text, size, &at, "; %s left",
                    run_show_time(sampling->takes - sampling->lasted, left));
    if (isn->reading && run_alone(&isn->run))
        text_append(text, size, &at, "; %s so far", isn->reading);
    text_append(text, size, &at, "; %s", isn_stage_words(sampling->stage));
}

/* The line on a terminal, of the only target. */
static void watch(void *data, const struct isn_sampling *sampling)
{
    struct isn_run *isn = data;
    char text[LINE];

    if (!run_alone(&isn->run))
        return;
    describe(isn, sampling, text, sizeof text);
    run_show_line(&isn->run, text);
}

static void look(void *data, const struct isn_sampling *sampling)
{
    struct isn_run *isn = data;
    char text[LINE];

    run_hide_progress(&isn->run);
    if (!sampling) {
        if (!run_alone(&isn->run))
            run_tell_now(&isn->run);
        return;
    }
    describe(isn, sampling, text, sizeof text);
    fprintf(stderr, "tcpprobe: %s\n", text);
}

void isn_watch(struct isn_run *isn, struct engine_calls *calls)
{
    const struct run *run = &isn->run;
    bool announces =
        tells(isn) || run->shows_progress || (run->settings->dry_run && !run->settings->quiet);

    calls->look_isn = look;
    calls->announce = announces ? announce : NULL;
    calls->reading = tells(isn) || run->shows_progress ? reading : NULL;
    calls->watch = run->shows_progress ? watch : NULL;
}
