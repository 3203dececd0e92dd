/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of a climb while it goes on. */
#include "cmd/options_watch.h"

#include <string.h>

#include "base/text.h"

#define LINE 256

static void announce(void *data, const struct climb_state *state)
{
    struct run *run = data;
    char took[RUN_TIME_SIZE];

    run_hide_progress(run);
    fprintf(stderr, "tcpprobe: %s: about %zu SYNs in %s, and no more than %d half-open\n",
            state->target, state->to_come, run_show_time(state->takes, took), CLIMB_HALF_OPEN + 1);
}

/* What matters most comes first: a narrow terminal shows no more than that. */
static void describe(const struct climb_state *state, char *text, size_t size)
{
    char left[RUN_TIME_SIZE];
    size_t at = 0;

    text_append(text, size, &at, "%s: %zu SYNs, %zu to come", state->target, state->sent,
                state->to_come);
    if (state->lost > 0)
        text_append(text, size, &at, ", %zu unanswered", state->lost);
    if (state->takes > state->lasted)
        text_append(text, size, &at, "; %s left",
                    run_show_time(state->takes - state->lasted, left));
    text_append(text, size, &at, "; %s", state->doing);
}

/* The line on a terminal, of the only target. */
static void watch(void *data, const struct climb_state *state)
{
    struct run *run = data;
    char text[LINE];

    if (!run_alone(run))
        return;
    describe(state, text, sizeof text);
    run_show_line(run, text);
}

static void look(void *data, const struct climb_state *state)
{
    struct run *run = data;
    char text[LINE];

    run_hide_progress(run);
    if (!state) {
        if (!run_alone(run))
            run_tell_now(run);
        return;
    }
    describe(state, text, sizeof text);
    fprintf(stderr, "tcpprobe: %s\n", text);
}

void options_watch(struct run *run, struct engine_calls *calls)
{
    const struct settings *settings = run->settings;
    bool tells = !settings->quiet && !run->plugin && run->output.style.verbose > 0;
    bool announces = tells || run->shows_progress || (settings->dry_run && !settings->quiet);

    calls->announce_climb = announces ? announce : NULL;
    calls->watch_climb = run->shows_progress ? watch : NULL;
    calls->look_climb = look;
}
