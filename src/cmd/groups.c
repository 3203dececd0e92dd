/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The option groups that commands share: target, segment, timing, data. */
#include "cmd/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/file.h"

/* The words of a table, read out of it: for completions, and for people. Each begins with a comma
 * that is not meant. */
#define X(id, name, ...) "," name
static const char profile_values[] = PROFILE_TABLE(X), close_values[] = CLOSE_TABLE(X);
#undef X
#define X(id, name, ...) ", " name
static const char profile_words[] = PROFILE_TABLE(X), close_words[] = CLOSE_TABLE(X);
#undef X

#define SECOND INT64_C(1000000000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)

static int read_number(const char *argument, const char *what, uint64_t max, uint64_t *ret_value,
                       struct fault *fault)
{
    return text_number(argument, what, 0, max, ret_value, fault);
}

/* A word that is none of those that are allowed. */
static int bad_word(const char *what, const char *argument, const char *allowed,
                    struct fault *fault)
{
    return fault_set(fault, FAULT_SYNTAX, 0, "%s '%s': one of %s is wanted", what, argument,
                     allowed);
}

/* Targets: which address of the peer, and from where. */

static const struct cli_option target_options[] = {
    {"ipv4", '4', NULL, NULL, "Use IPv4 only"},
    {"ipv6", '6', NULL, NULL, "Use IPv6 only"},
    {"interface", CLI_KEY_INTERFACE, "NAME", "INTERFACE",
     "Send and capture on this interface (default: the route's)"},
    {"source", CLI_KEY_SOURCE, "ADDRESS", NULL,
     "Send from this address of this machine (default: the route's)"},
    {"source-port", CLI_KEY_SOURCE_PORT, "N[-M]", NULL,
     "Send from this port (default: a free one for each connection); rtt takes a range of them, "
     "each a flow of its own"},
    {"file", 'f', "FILE", "FILE",
     "Read targets from this file, one a line, '#' begins a comment; '-': standard input; may be "
     "given again"},
    {"all-addresses", CLI_KEY_ALL_ADDRESSES, NULL, NULL,
     "Probe each address of a name, not the first with a route alone"},
    {"yes", CLI_KEY_YES, NULL, NULL,
     "Consent to targets that stand for more than 65536 probes each, as large prefixes do"},
    {0},
};

static int take_source(const char *argument, struct spec *spec, struct fault *fault)
{
    struct address address;

    if (address_read(argument, &address) || !address_is_unicast(&address))
        return fault_set(fault, FAULT_SYNTAX, 0,
                         "--source '%s': this is no IPv4 or IPv6 address of a machine", argument);
    spec->source = address;
    return 0;
}

static int take_source_ports(const char *argument, struct settings *settings, struct fault *fault)
{
    uint64_t from, to;
    int error = text_range(argument, "--source-port", 1, 65535, &from, &to, fault);

    if (error)
        return error;
    settings->spec.source_port = (uint16_t)from;
    settings->source_port_last = to > from ? (uint16_t)to : 0;
    return 0;
}

/* What the kernel takes, as far as it can be shown. */
static bool interface_plausible(const char *name)
{
    for (const char *at = name; *at; at++)
        if ((*at >= 0 && *at <= ' ') || *at == 0x7f || *at == '/' || *at == ':')
            return false;
    return name[0] != '\0';
}

static int take_target(int key, const char *argument, struct settings *settings,
                       struct fault *fault)
{
    struct spec *spec = &settings->spec;

    switch (key) {
    case '4':
        spec->family = IP_FAMILY_V4;
        break;
    case '6':
        spec->family = IP_FAMILY_V6;
        break;
    case CLI_KEY_INTERFACE:
        if (!interface_plausible(argument) || strlen(argument) >= sizeof spec->interface)
            return fault_set(fault, FAULT_SYNTAX, 0,
                             "--interface '%s': this is no interface's name", argument);
        snprintf(spec->interface, sizeof spec->interface, "%s", argument);
        break;
    case CLI_KEY_SOURCE:
        return take_source(argument, spec, fault);
    case CLI_KEY_SOURCE_PORT:
        return take_source_ports(argument, settings, fault);
    case 'f':
        if (settings->file_count == SETTINGS_FILES)
            return fault_set(fault, FAULT_RANGE, 0, "--file: more than %d", SETTINGS_FILES);
        settings->files[settings->file_count++] = argument;
        break;
    case CLI_KEY_ALL_ADDRESSES:
        settings->all_addresses = true;
        break;
    case CLI_KEY_YES:
        settings->consent = true;
        break;
    }
    return 0;
}

const struct cli_group cli_group_target = {"Target", target_options, take_target};

/* Segment: what the SYN looks like. */

static const struct cli_option segment_options[] = {
    {"options", CLI_KEY_OPTIONS, "LIST", NULL,
     "TCP options of the SYN in packetdrill's notation: 'mss 1460,sackOK,TS val 0 ecr 0,nop,wscale "
     "7', 'raw:HEX', 'none'"},
    {"profile", CLI_KEY_PROFILE, "NAME", &profile_values[1],
     "Send the SYN of another system: linux (default), windows, macos, freebsd, bare"},
    {"flags", CLI_KEY_FLAGS, "LIST", NULL, "Flags of the SYN, as in 'SYN,PSH' (default: SYN)"},
    {"seq", CLI_KEY_SEQ, "NUMBER", NULL, "Initial sequence number (default: random)"},
    {"window", CLI_KEY_WINDOW, "NUMBER", NULL,
     "Window field of the SYN, 0 to 65535; 0 keeps the server from sending data"},
    {"ttl", CLI_KEY_TTL, "NUMBER", NULL, "TTL or hop limit, 1 to 255 (default: this system's)"},
    {"tos", CLI_KEY_TOS, "NUMBER", NULL,
     "TOS or traffic class, 0 to 255; its two lowest bits are ECN's and left to TCP"},
    {"ecn", CLI_KEY_ECN, NULL, NULL, "Ask for ECN: an ECN-setup SYN with ECE and CWR (RFC 3168)"},
    {"df", CLI_KEY_DF, "WHEN", "yes,no", "IPv4's Don't Fragment bit: yes (default) or no"},
    {0},
};

static int take_segment_text(int key, const char *argument, struct spec *spec, struct fault *fault)
{
    int error;

    switch (key) {
    case CLI_KEY_OPTIONS:
        error = options_read(argument, "--options", &spec->options, fault);
        spec->has_options = error == 0;
        return error;
    case CLI_KEY_PROFILE:
        spec->profile = profile_find(argument);
        if (spec->profile == PROFILE_COUNT)
            return bad_word("--profile", argument, &profile_words[2], fault);
        return 0;
    case CLI_KEY_FLAGS:
        return tcp_flags_read(argument, "--flags", &spec->flags, fault);
    case CLI_KEY_DF:
        if (strcmp(argument, "yes") != 0 && strcmp(argument, "no") != 0)
            return bad_word("--df", argument, "yes, no", fault);
        spec->dont_fragment = strcmp(argument, "yes") == 0;
        return 0;
    }
    return 0;
}

static int take_segment(int key, const char *argument, struct settings *settings,
                        struct fault *fault)
{
    struct spec *spec = &settings->spec;
    uint64_t value;
    int error = 0;

    switch (key) {
    case CLI_KEY_ECN:
        spec->ecn = true;
        return 0;
    case CLI_KEY_SEQ:
        error = read_number(argument, "--seq", UINT32_MAX, &value, fault);
        if (!error) {
            spec->has_seq = true;
            spec->seq = (uint32_t)value;
        }
        return error;
    case CLI_KEY_WINDOW:
        error = read_number(argument, "--window", 65535, &value, fault);
        if (!error)
            spec->window = (int32_t)value;
        return error;
    case CLI_KEY_TTL:
        error = text_number(argument, "--ttl", 1, 255, &value, fault);
        if (!error)
            spec->hop_limit = (int16_t)value;
        return error;
    case CLI_KEY_TOS:
        error = read_number(argument, "--tos", 255, &value, fault);
        if (!error)
            spec->traffic_class = (int16_t)value;
        return error;
    }
    return take_segment_text(key, argument, spec, fault);
}

const struct cli_group cli_group_segment = {"SYN", segment_options, take_segment};

/* Data: what happens once the connection is open. */

static const struct cli_option data_options[] = {
    {"send", CLI_KEY_SEND, "TEXT|@FILE", NULL,
     "Send this once open: text with \\n, \\r, \\t, \\xHH, or the bytes of a file ('@-': standard "
     "input)"},
    {"wait", CLI_KEY_WAIT, "DURATION", NULL,
     "Go on receiving for this long, or until the server closes (default: 0, and 1s with --send)"},
    {"fast-open", CLI_KEY_FAST_OPEN, NULL, NULL,
     "Put the data of --send into the SYN; give the cookie as 'FO HEX' in --options (RFC 7413)"},
    {"half-close", CLI_KEY_HALF_CLOSE, NULL, NULL, "Send FIN first, then receive"},
    {"close", CLI_KEY_CLOSE, "HOW", &close_values[1],
     "How to end the connection: with fin (default), with rst, or not at all (none)"},
    {"close-timeout", CLI_KEY_CLOSE_TIMEOUT, "DURATION", NULL,
     "Give the server this long to close after our FIN, then send RST (default: 1s)"},
    {"time-wait", CLI_KEY_TIME_WAIT, "DURATION", NULL,
     "Stay in TIME-WAIT (2 MSL) for this long (default: 0)"},
    {0},
};

int cli_read_send(const char *argument, struct settings *settings, struct fault *fault)
{
    size_t size = strlen(argument) + 1;
    int error;

    free(settings->data);
    settings->data = NULL;
    if (argument[0] == '@') {
        char what[160];

        snprintf(what, sizeof what, "--send '%s'", argument);
        return file_read(argument + 1, what, &settings->data, &settings->data_length, fault);
    }
    settings->data = malloc(size);
    if (!settings->data)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    error = text_unescape(argument, "--send", settings->data, size, &settings->data_length, fault);
    return error < 0 ? error : 0;
}

static int take_data(int key, const char *argument, struct settings *settings, struct fault *fault)
{
    struct spec *spec = &settings->spec;

    switch (key) {
    case CLI_KEY_SEND:
        return cli_read_send(argument, settings, fault);
    case CLI_KEY_WAIT:
        settings->has_wait = true;
        return text_duration(argument, "--wait", 0, DAY, &spec->wait, fault);
    case CLI_KEY_FAST_OPEN:
        spec->data_in_syn = true;
        break;
    case CLI_KEY_HALF_CLOSE:
        spec->half_close = true;
        break;
    case CLI_KEY_CLOSE:
        spec->close = close_find(argument);
        if (spec->close == CLOSE_COUNT)
            return bad_word("--close", argument, &close_words[2], fault);
        break;
    case CLI_KEY_CLOSE_TIMEOUT:
        return text_duration(argument, "--close-timeout", 0, HOUR, &spec->close_timeout, fault);
    case CLI_KEY_TIME_WAIT:
        return text_duration(argument, "--time-wait", 0, HOUR, &spec->time_wait, fault);
    }
    return 0;
}

const struct cli_group cli_group_data = {"Data and close", data_options, take_data};
