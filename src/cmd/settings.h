/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command line asked for, gathered by the option groups. */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include "probe/spec.h"
#include "report/output.h"

#define SETTINGS_FIELDS 64

struct settings {
    const char *const *arguments; /* what is left behind the options; not owned */
    size_t argument_count;

    struct spec spec;
    bool has_wait;
    uint8_t *data; /* what --send gave, owned */
    size_t data_length;
    int64_t deadline; /* ns, 0: none */
    const char *write_path;
    bool dry_run;

    enum format format;
    bool quiet, no_header, explain;
    unsigned verbose;
    const char *colour; /* "auto", "always", "never" */
    const char *fields[SETTINGS_FIELDS];
    size_t field_count;
    char *fields_text; /* the storage behind them, owned */
};

void settings_init(struct settings *settings);
void settings_release(struct settings *settings);

/* Puts together what belongs together once all options are read (the default of --wait, …) and
 * checks it. */
int settings_finish(struct settings *settings, struct fault *fault);

/* The output that they describe, on standard output. */
struct output settings_output(const struct settings *settings);

#endif
