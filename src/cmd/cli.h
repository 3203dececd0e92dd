/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands and their options as tables: read by the parser, the help, the man page, the completions
 * and `describe`. */
#ifndef CMD_CLI_H
#define CMD_CLI_H

#include "cmd/settings.h"

/* One option. Keys below 256 are its short form too. */
struct cli_option {
    const char *name; /* long form, without dashes; NULL ends a table */
    int key;
    const char *argument; /* "DURATION"; NULL: takes none */
    const char *values;   /* what it may be, comma-separated, "FILE" or "INTERFACE" for completions;
                             NULL: free */
    const char *help;     /* without a full stop */
};

/* Keys of options without a short form. */
enum cli_key {
    CLI_KEY_OPTIONS = 256,
    CLI_KEY_PROFILE,
    CLI_KEY_FLAGS,
    CLI_KEY_SEQ,
    CLI_KEY_WINDOW,
    CLI_KEY_TTL,
    CLI_KEY_TOS,
    CLI_KEY_ECN,
    CLI_KEY_DF,
    CLI_KEY_SOURCE,
    CLI_KEY_SOURCE_PORT,
    CLI_KEY_INTERFACE,
    CLI_KEY_TIMEOUT,
    CLI_KEY_RETRIES,
    CLI_KEY_DEADLINE,
    CLI_KEY_SEND,
    CLI_KEY_WAIT,
    CLI_KEY_HALF_CLOSE,
    CLI_KEY_CLOSE,
    CLI_KEY_CLOSE_TIMEOUT,
    CLI_KEY_TIME_WAIT,
    CLI_KEY_FAST_OPEN,
    CLI_KEY_DRY_RUN,
    CLI_KEY_WRITE,
    CLI_KEY_JSON,
    CLI_KEY_CSV,
    CLI_KEY_FORMAT,
    CLI_KEY_FIELDS,
    CLI_KEY_NO_HEADER,
    CLI_KEY_COLOR,
    CLI_KEY_EXPLAIN,
    CLI_KEY_ALL_ADDRESSES,
    CLI_KEY_YES,
    CLI_KEY_PARALLEL,
    CLI_KEY_RATE,
    CLI_KEY_ORDERED,
    CLI_KEY_TSTAMP,
    CLI_KEY_FULL,
    CLI_KEY_EACH,
    CLI_KEY_PLOT,
    CLI_KEY_EXPECT,
    CLI_KEY_ONLY,
    CLI_KEY_PLUGIN,
    CLI_KEY_PROMETHEUS,
    CLI_KEY_QUICK,
    CLI_KEY_LONG,
    CLI_KEY_SECOND_SOURCE,
    CLI_KEY_FROM,
    CLI_KEY_SAVE,
    CLI_KEY_DEEP,
    CLI_KEY_BASELINE,
    CLI_KEY_FAIL_ON,
    CLI_KEY_ATTACK_RATE,
    CLI_KEY_ATTACK_WINDOW,
    CLI_KEY_FEATURES,
    CLI_KEY_REPEAT,
    CLI_KEY_PATIENCE,
    CLI_KEY_NO_HOPS,
    CLI_KEY_HALF_OPEN,
    CLI_KEY_FILTER,
    CLI_KEY_CONNECTION,
    CLI_KEY_SERVER,
    CLI_KEY_SUMMARY,
    CLI_KEY_LADDER,
    CLI_KEY_CAPTURE,
    CLI_KEY_ISN,
    CLI_KEY_COMPARE,
    CLI_KEY_EARLY,
    CLI_KEY_JOIN,
    CLI_KEY_BY_INTERFACE,
    CLI_KEY_MOST
};

/* Options that belong together, shared by commands. */
struct cli_group {
    const char *title;
    const struct cli_option *options;
    /* Takes one: 0, or a negative fault code with `fault` filled. */
    int (*take)(int key, const char *argument, struct settings *settings, struct fault *fault);
};

extern const struct cli_group cli_group_target, cli_group_segment, cli_group_timing, cli_group_series,
    cli_group_data, cli_group_audit,
    cli_group_ladder, cli_group_reading, cli_group_scripts, cli_group_output, cli_group_records, cli_group_capture,
    cli_group_common;

#define CLI_GROUPS 12

/* Paragraphs of descriptions that commands share. */
#define CLI_TARGETS \
    "A TARGET is host:port, [2001:db8::1]:443, [fe80::1%eth0]:22, host:22,80,8000-8010, " \
    "192.0.2.0/28:443, self (a listener of the program's own on loopback), or - for standard " \
    "input, where one stands on a line."
#define CLI_STATUS \
    "Exit status: 0 every target was measured and met what was expected (--expect; without it: it " \
    "opened), 1 at least one did not, 2 none failed but at least one could not be measured; 64 " \
    "usage, 70 internal, 71 system, 74 input or output, 77 permission."

struct command {
    const char *name;
    const char *arguments;   /* "TARGET..." */
    const char *values;      /* words that these may be, comma-separated, or "FILE"; NULL: free */
    const char *summary;     /* one line */
    const char *description; /* for help and man page; paragraphs separated by blank lines */
    const struct cli_group *groups[CLI_GROUPS]; /* NULL-terminated */
    /* Does the work: an exit status, or a negative fault code. */
    int (*run)(struct settings *settings, struct fault *fault);
};

extern const struct command command_handshake, command_rtt, command_isn, command_options, command_read,
    command_describe;

/*
 * Reads a rate for an option: "50", "50/s", "0.5/s", "100k/s", 0.001 to 10M a second of `things`
 * ("SYNs"). 0, -FAULT_SYNTAX or -FAULT_RANGE.
 */
int cli_read_rate(const char *argument, const char *what, const char *things, double *ret_rate,
                  struct fault *fault);

/* Reads what --send gave, text or a file, into settings->data. */
int cli_read_send(const char *argument, struct settings *settings, struct fault *fault);

/* All commands in the order in which they are listed. */
const struct command *const *cli_commands(size_t *ret_count);
const struct command *cli_find(const char *name);

/*
 * Reads the command line of one command (argv[0] is its name) and runs it: an exit status, or a
 * negative fault code with `fault` filled. Help and version go to standard output and are a
 * success.
 */
int cli_run(const struct command *command, int argc, char **argv, struct fault *fault);

/* The help of the whole program, and its version, on a stream. */
void cli_help(FILE *stream);
void cli_version(FILE *stream);

/* Whether a fault of FAULT_IO only says that whoever read our output reads no more: that is no
 * failure. */
bool cli_reader_gone(const struct fault *fault);

/* Ends what was written to standard output: flushed and checked. 0; -FAULT_IO; a reader that has
 * gone is no fault. */
int cli_close_stdout(struct fault *fault);

#endif
