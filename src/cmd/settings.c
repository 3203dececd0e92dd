/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command line asked for. */
#include "cmd/settings.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/climb.h"

#define SECOND        INT64_C(1000000000)
#define COUNT_DEFAULT 10
#define ATTACK_RATE   100000
#define ATTACK_WINDOW 65535
#define WIDTH_DEFAULT 80
#define WIDTH_MIN     40
#define WIDTH_MAX     500

void settings_init(struct settings *settings)
{
    memset(settings, 0, sizeof *settings);
    spec_init(&settings->spec);
    settings->interval = -1;
    settings->count = COUNT_DEFAULT;
    settings->isn.fail_on = ISN_SEVERITY_MEDIUM;
    settings->isn.attack_rate = ATTACK_RATE;
    settings->isn.attack_window = ATTACK_WINDOW;
    settings->ladder.repeat = RUNGS_REPEAT;
    settings->ladder.patience = CLIMB_PATIENCE;
    settings->ladder.fail_on = SEVERITY_MEDIUM;
    settings->format = FORMAT_TEXT;
    settings->colour = "auto";
}

void settings_release(struct settings *settings)
{
    free(settings->data);
    free(settings->fields_text);
}

int settings_finish(struct settings *settings, struct fault *fault)
{
    settings->spec.data = settings->data;
    settings->spec.data_length = settings->data_length;
    /* Who sends something wants to see what comes back. */
    if (settings->data_length > 0 && !settings->has_wait)
        settings->spec.wait = SECOND;
    return spec_check(&settings->spec, fault);
}

static unsigned terminal_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    uint64_t width;

    if (columns && text_number(columns, "COLUMNS", WIDTH_MIN, WIDTH_MAX, &width, NULL) == 0)
        return (unsigned)width;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
    return WIDTH_DEFAULT;
}

static bool wants_colour(const char *colour)
{
    const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

    if (strcmp(colour, "auto") != 0)
        return strcmp(colour, "always") == 0;
    return isatty(STDOUT_FILENO) && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;
}

struct output settings_output(const struct settings *settings)
{
    return (struct output){
        .stream = stdout,
        .format = settings->format,
        .style =
            {
                .width = terminal_width(),
                .utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0,
                .colour = wants_colour(settings->colour),
                .explain = settings->explain,
                .verbose = settings->verbose,
            },
        .no_header = settings->no_header,
        .fields = settings->field_count > 0 ? settings->fields : NULL,
        .field_count = settings->field_count,
    };
}
