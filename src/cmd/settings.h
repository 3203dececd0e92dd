/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command line asked for, gathered by the option groups. */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include "probe/spec.h"
#include "report/output.h"
#include "report/records.h"
#include "stat/isn/classes.h"

#define SETTINGS_FIELDS 64
#define SETTINGS_FILES  16
#define SETTINGS_RANGES 16

/* What an audit of initial sequence numbers is asked for. */
struct isn_settings {
    const char *from_path, *save_path, *baseline_path; /* "-" of the first: standard input */
    bool has_count;                                    /* settings.count was given */
    bool quick, slowly;                                /* --quick, --long */
    bool deep;
    bool has_fail_on;
    enum isn_severity fail_on; /* this or worse is a failure */
    double attack_rate;        /* packets a second */
    uint32_t attack_window;
    struct address second_source; /* family NONE: to be found */
    bool one_source;              /* no second one is wanted */
};

/* What a climb of the ladder of options is asked for. */
struct ladder_settings {
    uint32_t features; /* 1 << RUNG_FEATURE_…; 0: all */
    unsigned repeat;
    int64_t patience; /* ns */
    bool no_hops;     /* no SYNs that expire on the way */
    bool half_open;   /* no whole connections */
    bool has_fail_on;
    enum severity fail_on; /* a finding as bad as this, or worse, is a failure */
};

/* What a reading of captures is asked for. */
struct read_settings {
    const char *filter; /* libpcap's syntax; NULL: none */
    struct {
        uint64_t from, to;
    } connections[SETTINGS_RANGES]; /* by their numbers */
    size_t connection_count;        /* 0: all */
    struct address server;          /* family NONE: any */
    uint16_t server_port;           /* 0: any */
    bool has_server;
    bool summary, ladder; /* lines, or pages, whatever else is asked for */
    bool capture, isn, compare;
    bool early, join, by_interface;
    size_t most; /* connections followed at once; 0: as many as is usual */
};

struct settings {
    const char *const *arguments; /* what is left behind the options; not owned */
    size_t argument_count;

    const char *files[SETTINGS_FILES]; /* lists of targets */
    size_t file_count;
    bool all_addresses; /* each address of a name is a target */
    bool consent;       /* to very many probes from one written target */

    struct spec spec;
    uint16_t source_port_last; /* of a range that begins at spec.source_port; 0: none */
    bool has_wait, has_retries;
    uint8_t *data; /* what --send gave, owned */
    size_t data_length;
    int64_t deadline;  /* ns, 0: none */
    unsigned parallel; /* 0: the command's default */
    double rate;       /* SYNs a second, 0: the command's default */
    int64_t interval;  /* ns, -1: the command's default */
    const char *write_path;
    bool dry_run, adapter_time;

    uint64_t count; /* probes a target; 0: endless */
    bool full;      /* complete each handshake */
    bool each;      /* a record for each probe */
    bool fping;     /* fping's -C line */
    const char *plot_path;

    struct isn_settings isn;
    struct ladder_settings ladder;
    struct read_settings read;
    bool no_targets; /* what is judged are no targets: without --expect nothing is expected */

    const char *expect, *only, *prometheus_path;
    const char *expect_also; /* clauses that the command adds; NULL: none. Not owned */
    bool plugin;
    const char *warning[SETTINGS_RANGES], *critical[SETTINGS_RANGES];
    size_t warning_count, critical_count;

    enum format format;
    bool quiet, no_header, explain, ordered;
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
