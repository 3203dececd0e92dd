/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of the audit of initial sequence numbers. */
#include <string.h>

#include "base/text.h"
#include "cmd/cli.h"

/* The words of a table, read out of it: for completions, and for people; UNKNOWN is none of them.
 */
#define X(id, word, ...) "," word
static const char severity_values[] = ISN_SEVERITY_TABLE(X);
#undef X
#define X(id, word, ...) ", " word
static const char severity_words[] = ISN_SEVERITY_TABLE(X);
#undef X
#define BEHIND_UNKNOWN(words, separator) (&(words)[sizeof separator "unknown" separator - 1])

#define COUNT_LEAST 32
#define COUNT_MOST  10000000

static const struct cli_option audit_options[] = {
    {"count", 'n', "NUMBER", NULL,
     "Numbers to sample from each target, 32 or more (default: 2048; 192 with --quick)"},
    {"quick", CLI_KEY_QUICK, NULL, NULL,
     "Sample 192 numbers and do not wait for slow clocks: about ten seconds"},
    {"long", CLI_KEY_LONG, NULL, NULL,
     "Come back after five and a half minutes, to see keys that are changed every five"},
    {"second-source", CLI_KEY_SECOND_SOURCE, "ADDRESS", "none",
     "Send a part of the SYNs from this other address of this machine, or from none (default: "
     "another address of the same interface, if there is one)"},
    {"from", CLI_KEY_FROM, "FILE", "FILE",
     "Audit numbers that exist already, in place of a target: lines of 'time_ns src_port isn', or "
     "of 'time_ns src_port isn src cseq mss', CSV, or JSON Lines; '-': standard input"},
    {"save", CLI_KEY_SAVE, "FILE", "FILE", "Keep the numbers in this file, for --from"},
    {"deep", CLI_KEY_DEEP, NULL, NULL,
     "Make the expensive searches, too: all 2^32 states of smoltcp's generator, on all cores"},
    {"baseline", CLI_KEY_BASELINE, "FILE", "FILE",
     "Compare each target with its record in this file, which an earlier --json wrote"},
    {"fail-on", CLI_KEY_FAIL_ON, "SEVERITY", BEHIND_UNKNOWN(severity_values, ","),
     "From this severity on the exit status is 1: good, info, medium (default), high, critical"},
    {"attack-rate", CLI_KEY_ATTACK_RATE, "NUMBER", NULL,
     "Packets a second that an attacker sends, for the time that guessing takes (default: 100k/s)"},
    {"attack-window", CLI_KEY_ATTACK_WINDOW, "NUMBER", NULL,
     "By how much a guess may miss where the window need only be hit (default: 65535)"},
    {"plot", CLI_KEY_PLOT, "FILE", "FILE",
     "Draw the numbers, their clock, differences, phase space and bits into this .svg, .png or "
     ".pdf file"},
    {0},
};

static int take_count(const char *argument, struct settings *settings, struct fault *fault)
{
    settings->isn.has_count = true;
    return text_number(argument, "--count", COUNT_LEAST, COUNT_MOST, &settings->count, fault);
}

static int take_second_source(const char *argument, struct isn_settings *isn, struct fault *fault)
{
    struct address address;

    isn->one_source = strcmp(argument, "none") == 0;
    if (isn->one_source)
        return 0;
    if (address_read(argument, &address) || !address_is_unicast(&address))
        return fault_set(fault, FAULT_SYNTAX, 0,
                         "--second-source '%s': this is no IPv4 or IPv6 address of a machine, nor "
                         "'none'",
                         argument);
    isn->second_source = address;
    return 0;
}

static int take_fail_on(const char *argument, struct isn_settings *isn, struct fault *fault)
{
    for (int i = ISN_SEVERITY_UNKNOWN + 1; i < ISN_SEVERITY_COUNT; i++)
        if (strcmp(argument, isn_severity_word((enum isn_severity)i)) == 0) {
            isn->fail_on = (enum isn_severity)i;
            isn->has_fail_on = true;
            return 0;
        }
    return fault_set(fault, FAULT_SYNTAX, 0, "--fail-on '%s': one of %s is wanted", argument,
                     BEHIND_UNKNOWN(severity_words, ", "));
}

static int take_window(const char *argument, struct isn_settings *isn, struct fault *fault)
{
    uint64_t value;
    int error = text_number(argument, "--attack-window", 1, UINT32_MAX, &value, fault);

    if (!error)
        isn->attack_window = (uint32_t)value;
    return error;
}

static int take_audit(int key, const char *argument, struct settings *settings, struct fault *fault)
{
    struct isn_settings *isn = &settings->isn;

    switch (key) {
    case 'n':
        return take_count(argument, settings, fault);
    case CLI_KEY_QUICK:
        isn->quick = true;
        break;
    case CLI_KEY_LONG:
        isn->slowly = true;
        break;
    case CLI_KEY_SECOND_SOURCE:
        return take_second_source(argument, isn, fault);
    case CLI_KEY_FROM:
        isn->from_path = argument;
        break;
    case CLI_KEY_SAVE:
        isn->save_path = argument;
        break;
    case CLI_KEY_DEEP:
        isn->deep = true;
        break;
    case CLI_KEY_BASELINE:
        isn->baseline_path = argument;
        break;
    case CLI_KEY_FAIL_ON:
        return take_fail_on(argument, isn, fault);
    case CLI_KEY_ATTACK_RATE:
        return cli_read_rate(argument, "--attack-rate", "packets", &isn->attack_rate, fault);
    case CLI_KEY_ATTACK_WINDOW:
        return take_window(argument, isn, fault);
    case CLI_KEY_PLOT:
        settings->plot_path = argument;
        break;
    }
    return 0;
}

const struct cli_group cli_group_audit = {"Audit", audit_options, take_audit};
