/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens beside the reading of a capture: signals, progress, pipes that have dried up. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "base/text.h"
#include "cmd/cli.h"
#include "cmd/read_parts.h"
#include "net/clock.h"
#include "probe/interrupt.h"

#define LINE 256

/* How often progress is shown, and how soon at first: what takes no longer needs none. */
#define TICK_NS INT64_C(250000000)
/* Frames from one look at the clock to the next. */
#define TICK_FRAMES 4096

static volatile sig_atomic_t stopped, asked;

/* Whoever asks again need not wait until the report's reader reads on. */
static void note_stop(int number)
{
    int sys = errno;

    interrupt_again(number, clock_monotonic());
    stopped = 1;
    errno = sys;
}

static void note_question(int number)
{
    (void)number;
    asked = 1;
}

void read_watch(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    /* What is being written is written on. */
    struct sigaction action = {.sa_handler = note_stop, .sa_flags = SA_RESTART};

    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
    action.sa_handler = note_question;
    sigaction(SIGQUIT, &action, NULL);
}

bool read_stopped(void)
{
    return stopped;
}

/* "41 % of 1024.0 MB, 340 connections, 3 of them open; 12345678 frames; 512 MB/s". */
static void describe(const struct read_run *read, char *text, size_t size)
{
    const struct track_counts *counts = track_counts(read->track);
    const struct replay_facts *facts = replay_facts(read->replay);
    double seconds = (double)(clock_monotonic() - read->run.began) / 1e9;
    size_t at = 0;

    if (facts->size > 0)
        text_append(text, size, &at, "%.0f %% of %.1f MB, ",
                    100.0 * (double)facts->position / (double)facts->size,
                    (double)facts->size / 1e6);
    text_append(text, size, &at, "%llu connection%s, %zu of them open; %llu frames",
                (unsigned long long)counts->connections, counts->connections == 1 ? "" : "s",
                counts->open, (unsigned long long)counts->frames);
    if (seconds > 0 && facts->size > 0)
        text_append(text, size, &at, "; %.0f MB/s",
                    (double)(read->position_before + facts->position) / 1e6 / seconds);
}

/* The line on a terminal; what matters most comes first. */
static void show(struct read_run *read)
{
    char text[LINE];
    size_t at = 0;

    if (replay_facts(read->replay)->size == 0)
        return; /* a pipe goes at its own pace */
    if (read->settings->argument_count > 1)
        text_append(text, sizeof text, &at, "file %zu of %zu: ", read->files_read + 1,
                    read->settings->argument_count);
    describe(read, text + at, sizeof text - at);
    run_show_line(&read->run, text);
}

static void answer(struct read_run *read)
{
    char text[LINE];

    asked = 0;
    describe(read, text, sizeof text);
    read_name(read);
    fprintf(stderr, "%s\n", text);
}

static void look_at_clock(struct read_run *read)
{
    int64_t now = clock_monotonic();

    read->told_from = 0;
    if (now - read->told_at < TICK_NS)
        return;
    read->told_at = now;
    show(read);
}

bool read_tick(struct read_run *read)
{
    if (asked)
        answer(read);
    if (read->run.shows_progress && ++read->told_from >= TICK_FRAMES)
        look_at_clock(read);
    return !stopped;
}

bool read_idle(void *data, int64_t waited_ns)
{
    struct read_run *read = data;
    int error = output_flush(&read->run.output, read->fault);

    read->run.reader_gone = read->run.reader_gone || (error && cli_reader_gone(read->fault));
    /* What was waited for before belongs to another time that the pipe was dry. */
    if (waited_ns < read->waited)
        read->waited = 0;
    if (!error && read->track && waited_ns > read->waited)
        error = track_wait(read->track, waited_ns - read->waited, read->fault);
    read->waited = waited_ns;
    if (read->track && read->replay) {
        if (asked)
            answer(read);
        if (read->run.shows_progress)
            look_at_clock(read);
    }
    if (error)
        read->idle_error = error;
    return !error && !stopped;
}
