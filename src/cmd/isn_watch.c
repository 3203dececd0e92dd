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

/* "3 min 20 s", rounded up. */
static void show_time(int64_t ns, char *text, size_t size, size_t *at)
{
    long long seconds = (long long)((ns + 999999999) / 1000000000);

    if (seconds >= 60)
        text_append(text, size, at, "%lld min ", seconds / 60);
    text_append(text, size, at, "%lld s", seconds % 60);
}

static void announce(void *data, const struct isn_sampling *sampling, const struct isn_plan *plan)
{
    struct isn_run *isn = data;
    const char *separator = ": ";
    char took[32];
    size_t at = 0;

    run_hide_progress(&isn->run);
    show_time(sampling->takes, took, sizeof took, &at);
    fprintf(stderr, "tcpprobe: %s: at most %zu SYNs in about %s, and no more than %d half-open",
            sampling->target, sampling->most, took, ISN_PLAN_HALF_OPEN);
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
    size_t at = 0;

    text_append(text, size, &at, "%s: %zu numbers, %zu to come", sampling->target, sampling->count,
                sampling->to_come);
    if (sampling->lost > 0)
        text_append(text, size, &at, ", %zu lost", sampling->lost);
    if (sampling->takes > sampling->lasted) {
        text_append(text, size, &at, "; ");
        show_time(sampling->takes - sampling->lasted, text, size, &at);
        text_append(text, size, &at, " left");
    }
    if (isn->reading && run_alone(&isn->run))
        text_append(text, size, &at, "; %s so far", isn->reading);
    text_append(text, size, &at, "; %s", isn_stage_words(sampling->stage));
}

/* As many of its parts as a line of this width has room for, and the first one at any rate. */
static void cut(char *text, size_t width)
{
    char *last;

    while (strlen(text) > width && (last = strrchr(text, ';')))
        *last = '\0';
}

/* The line on a terminal, of the only target. */
static void watch(void *data, const struct isn_sampling *sampling)
{
    struct isn_run *isn = data;
    size_t width = isn->run.output.style.width - 1;
    char text[LINE];

    if (!run_alone(&isn->run))
        return;
    describe(isn, sampling, text, sizeof text);
    cut(text, width);
    fprintf(stderr, "\r%.*s\033[K", (int)width, text);
    isn->run.progress_shown = true;
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
