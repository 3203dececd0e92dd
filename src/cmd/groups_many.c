/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The option groups of runs with many targets and series: timing, series, scripts. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/cli.h"

#define SECOND INT64_C(1000000000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)

/* Timing. */

#define RATE_MIN 0.001
#define RATE_MAX 1e7

static const struct cli_option timing_options[] = {
    {"timeout", CLI_KEY_TIMEOUT, "DURATION", NULL,
     "Wait this long for an answer to the first SYN, twice as long after each further one "
     "(default: 1s)"},
    {"retries", CLI_KEY_RETRIES, "NUMBER", NULL,
     "Repeat an unanswered SYN this often, 0 to 20 (default: 2; for rtt 1; isn and options repeat "
     "none)"},
    {"interval", 'i', "DURATION", NULL,
     "Time from one probe of a target to its next (rtt, default: 1s), or from one target to the "
     "next (handshake, default: 0)"},
    {"parallel", CLI_KEY_PARALLEL, "NUMBER", NULL,
     "Probe up to this many targets at once, 1 to 65536 (default: 1000; isn, options: 4)"},
    {"rate", CLI_KEY_RATE, "NUMBER", NULL,
     "Send at most this many SYNs a second in the whole run, copies included, as in 50, 0.5/s, "
     "100k (default: 1000; to each target isn 50, its burst apart, and options 5)"},
    {"deadline", CLI_KEY_DEADLINE, "DURATION", NULL,
     "End the whole run after this time, whatever is still under way"},
    {0},
};

static int bad_rate(const char *argument, const char *what, const char *things, struct fault *fault)
{
    return fault_set(fault, FAULT_SYNTAX, 0,
                     "%s '%s': a number of %s a second is wanted, as in 50, 0.5/s or 100k/s", what,
                     argument, things);
}

int cli_read_rate(const char *argument, const char *what, const char *things, double *ret_rate,
                  struct fault *fault)
{
    char *end;
    double rate;

    /* strtod() would take blanks, signs, infinities and hexadecimal too; the point is always '.'
     * here, for numbers follow no locale. */
    if (argument[0] < '0' || argument[0] > '9' || strpbrk(argument, "xXpPeE"))
        return bad_rate(argument, what, things, fault);
    rate = strtod(argument, &end);
    if (*end == 'k' || *end == 'M')
        rate *= *end++ == 'k' ? 1e3 : 1e6;
    if (*end != '\0' && strcmp(end, "/s") != 0)
        return bad_rate(argument, what, things, fault);
    if (!(rate >= RATE_MIN && rate <= RATE_MAX))
        return fault_set(fault, FAULT_RANGE, 0, "%s '%s': 0.001/s to 10M/s is allowed", what,
                         argument);
    *ret_rate = rate;
    return 0;
}

static int take_timing(int key, const char *argument, struct settings *settings,
                       struct fault *fault)
{
    uint64_t value;
    int error = 0;

    switch (key) {
    case CLI_KEY_TIMEOUT:
        return text_duration(argument, "--timeout", SECOND / 1000, HOUR, &settings->spec.timeout,
                             fault);
    case CLI_KEY_RETRIES:
        error = text_number(argument, "--retries", 0, 20, &value, fault);
        if (!error) {
            settings->spec.retries = (unsigned)value;
            settings->has_retries = true;
        }
        return error;
    case 'i':
        return text_duration(argument, "--interval", 0, DAY, &settings->interval, fault);
    case CLI_KEY_PARALLEL:
        error = text_number(argument, "--parallel", 1, 65536, &value, fault);
        if (!error)
            settings->parallel = (unsigned)value;
        return error;
    case CLI_KEY_RATE:
        return cli_read_rate(argument, "--rate", "SYNs", &settings->rate, fault);
    case CLI_KEY_DEADLINE:
        return text_duration(argument, "--deadline", SECOND / 1000, 365 * DAY, &settings->deadline,
                             fault);
    }
    return error;
}

const struct cli_group cli_group_timing = {"Timing", timing_options, take_timing};

/* Series: how the probes of one target follow each other, and what is made of them. */

static const struct cli_option series_options[] = {
    {"count", 'n', "NUMBER", NULL,
     "Probes for each target, 0: until interrupted (default: 10); of a range of source ports, for "
     "each"},
    {"full", CLI_KEY_FULL, NULL, NULL,
     "Complete each handshake and close the connection (default: half-open, ended by an RST)"},
    {"each", CLI_KEY_EACH, NULL, NULL,
     "In JSON and CSV, a record for each probe as it ends, in place of one for each target"},
    {"fping-count", 'C', "NUMBER", NULL,
     "Like --count, with a line for each target as fping -C has it: 'host : 91.7 37.0 - 36.8'"},
    {"plot", CLI_KEY_PLOT, "FILE", "FILE",
     "Draw the round trips over time, and their distribution, into this .svg, .png or .pdf file"},
    {0},
};

static int take_series(int key, const char *argument, struct settings *settings,
                       struct fault *fault)
{
    switch (key) {
    case 'n':
        return text_number(argument, "--count", 0, UINT32_MAX, &settings->count, fault);
    case 'C':
        settings->fping = true;
        return text_number(argument, "--fping-count", 1, 100000, &settings->count, fault);
    case CLI_KEY_FULL:
        settings->full = true;
        break;
    case CLI_KEY_EACH:
        settings->each = true;
        break;
    case CLI_KEY_PLOT:
        settings->plot_path = argument;
        break;
    }
    return 0;
}

const struct cli_group cli_group_series = {"Series", series_options, take_series};

/* Scripts: what is expected, and who is told. */

static const struct cli_option script_options[] = {
    {"expect", CLI_KEY_EXPECT, "CLAUSES", NULL,
     "What each target must meet, as in 'open,rtt<50ms,mss>=1400,sack' (default: open; for isn "
     "and options what --fail-on says; for read, which takes connections, nothing); what fails is "
     "shown with what was seen, and the exit status is 1"},
    {"only", CLI_KEY_ONLY, "CLAUSES", NULL,
     "Print only records that meet these clauses; the exit status is that of all"},
    {"plugin", CLI_KEY_PLUGIN, NULL, NULL,
     "Print and exit as a monitoring plugin of Nagios, Icinga and the like: 0 OK, 1 WARNING, 2 "
     "CRITICAL, 3 UNKNOWN"},
    {"warning", 'w', "RANGE", NULL,
     "With --plugin: WARNING outside [FIELD=][@][START:]END, as in 50ms, 10ms:50ms, loss=5%; "
     "without a field the round trip is meant; may be given again"},
    {"critical", 'c', "RANGE", NULL, "With --plugin: CRITICAL outside a range, as with -w"},
    {"prometheus", CLI_KEY_PROMETHEUS, "FILE", "FILE",
     "Write the figures into this file, whole or not at all, for the textfile collector of "
     "Prometheus's node_exporter"},
    {0},
};

static int take_range(const char *argument, const char *name, const char **ranges, size_t *count,
                      struct fault *fault)
{
    if (*count == SETTINGS_RANGES)
        return fault_set(fault, FAULT_RANGE, 0, "%s: more than %d", name, SETTINGS_RANGES);
    ranges[(*count)++] = argument;
    return 0;
}

static int take_scripts(int key, const char *argument, struct settings *settings,
                        struct fault *fault)
{
    switch (key) {
    case CLI_KEY_EXPECT:
        settings->expect = argument;
        break;
    case CLI_KEY_ONLY:
        settings->only = argument;
        break;
    case CLI_KEY_PLUGIN:
        settings->plugin = true;
        break;
    case 'w':
        return take_range(argument, "--warning", settings->warning, &settings->warning_count,
                          fault);
    case 'c':
        return take_range(argument, "--critical", settings->critical, &settings->critical_count,
                          fault);
    case CLI_KEY_PROMETHEUS:
        settings->prometheus_path = argument;
        break;
    }
    return 0;
}

const struct cli_group cli_group_scripts = {"Scripts", script_options, take_scripts};
