/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a run has come: a line on a terminal, and the summary. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "cmd/run_parts.h"
#include "net/clock.h"

void run_hide_progress(struct run *run)
{
    if (run->progress_shown)
        fputs("\r\033[K", stderr);
    run->progress_shown = false;
}

void run_show_line(struct run *run, char *text)
{
    size_t width = run->output.style.width - 1;
    char *last;

    while (strlen(text) > width && (last = strrchr(text, ';')))
        *last = '\0';
    fprintf(stderr, "\r%.*s\033[K", (int)width, text);
    run->progress_shown = true;
}

const char *run_show_time(int64_t ns, char text[RUN_TIME_SIZE])
{
    long long seconds = (long long)((ns + 999999999) / 1000000000);
    size_t at = 0;

    if (seconds >= 60)
        text_append(text, RUN_TIME_SIZE, &at, "%lld min ", seconds / 60);
    text_append(text, RUN_TIME_SIZE, &at, "%lld s", seconds % 60);
    return text;
}

static void fill_progress(struct run *run, uint64_t total)
{
    struct progress *progress = &run->progress;
    double elapsed = (double)(clock_monotonic() - run->began) / 1e9;

    progress->total = total < INT64_MAX ? (int64_t)total : RECORD_UNKNOWN;
    progress->elapsed = elapsed;
    progress->rate = elapsed > 0.0 ? (double)progress->done / elapsed : NAN;
    progress->seconds_left = NAN;
    if (progress->total != RECORD_UNKNOWN && progress->done > 0 && elapsed > 1.0)
        progress->seconds_left =
            (double)(progress->total - (int64_t)progress->done) / progress->rate;
}

void run_show_progress(void *data, uint64_t begun, uint64_t total)
{
    struct run *run = data;
    char text[PROGRESS_TEXT_SIZE];

    (void)begun;
    if (total <= 1)
        return;
    fill_progress(run, total);
    progress_line(&run->progress, run->output.style.width - 1, run->output.style.utf8, text,
                  sizeof text);
    fprintf(stderr, "\r%s\033[K", text);
    run->progress_shown = true;
}

void run_tell_now(struct run *run)
{
    char text[PROGRESS_TEXT_SIZE];
    uint64_t total;

    run_hide_progress(run);
    fill_progress(run, feed_total(run->feed, &total) ? total : UINT64_MAX);
    progress_summary(&run->progress, text, sizeof text);
    fprintf(stderr, "%s\n", text);
}

void run_tell_summary(struct run *run)
{
    if (!run->settings->quiet && !run->plugin && run->progress.done > 1 &&
        (run->shows_progress || run->stopped))
        run_tell_now(run);
}
