/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of a reading of captures. */
#include <string.h>

#include "base/text.h"
#include "cmd/cli.h"

#define SERVER_SIZE 80

#define MOST_LEAST   16
#define MOST_HIGHEST 16777216

static const struct cli_option reading_options[] = {
    {"connection", CLI_KEY_CONNECTION, "LIST", NULL,
     "Only the connections of these numbers, as in 17 or 3,8-12, each with its whole ladder"},
    {"filter", CLI_KEY_FILTER, "EXPRESSION", NULL,
     "Only packets that pass this filter in libpcap's syntax, as in 'port 443 and net "
     "192.0.2.0/24'; the connections in them with their whole ladders"},
    {"server", CLI_KEY_SERVER, "HOST[:PORT]", NULL,
     "Only connections to this server, by its address: 192.0.2.1, 192.0.2.1:443, "
     "[2001:db8::1]:443, :443"},
    {"ladder", CLI_KEY_LADDER, NULL, NULL, "Every connection with its whole ladder"},
    {"summary", CLI_KEY_SUMMARY, NULL, NULL,
     "A line for each connection, whatever else is asked for"},
    {"each", CLI_KEY_EACH, NULL, NULL,
     "A record for each segment as it passes, in place of one for each connection"},
    {"capture", CLI_KEY_CAPTURE, NULL, NULL,
     "A record for each file in place of one for each connection: what is in it, and what could "
     "not be read"},
    {"isn", CLI_KEY_ISN, NULL, NULL,
     "The initial sequence numbers of the servers, as 'isn --from' reads them; --server chooses "
     "one"},
    {"compare", CLI_KEY_COMPARE, NULL, NULL,
     "What differs between two captures of the same connections, taken at two places"},
    {"early", CLI_KEY_EARLY, NULL, NULL,
     "Report a connection as soon as its opening is decided, not when it is over"},
    {"join", CLI_KEY_JOIN, NULL, NULL,
     "The files are parts of one capture, in this order, as 'tcpdump -C' writes them"},
    {"by-interface", CLI_KEY_BY_INTERFACE, NULL, NULL,
     "Segments of the same addresses and ports on two interfaces belong to two connections"},
    {"most", CLI_KEY_MOST, "NUMBER", NULL,
     "Follow so many connections at once, 16 to 16777216 (default: 262144); of more, one that is "
     "over, is opening or was silent longest is given up"},
    {"write", CLI_KEY_WRITE, "FILE", "FILE",
     "Keep the frames of the connections that --connection, --server or --filter chose in this "
     "pcap file (nanoseconds); '-' with -q: standard output"},
    {0},
};

/* More than any capture has. */
#define CONNECTION_MOST UINT64_C(1000000000000)

/* One number or range of --connection. */
static int take_numbers(const char *text, struct read_settings *read, struct fault *fault)
{
    uint64_t from, to;
    int error = text_range(text, "--connection", 1, CONNECTION_MOST, &from, &to, fault);

    if (error)
        return error;
    if (read->connection_count == SETTINGS_RANGES)
        return fault_set(fault, FAULT_RANGE, 0, "--connection: more than %d numbers and ranges",
                         SETTINGS_RANGES);
    read->connections[read->connection_count].from = from;
    read->connections[read->connection_count++].to = to;
    return 0;
}

static int take_connections(const char *argument, struct read_settings *read, struct fault *fault)
{
    int error = 0;

    for (const char *at = argument; at && !error; at = *at ? at + 1 : NULL) {
        size_t length = strcspn(at, ",");
        char text[64] = "";

        if (length >= sizeof text)
            return fault_set(fault, FAULT_SYNTAX, 0,
                             "--connection '%s': numbers are wanted, as in 3,8-12", argument);
        memcpy(text, at, length);
        error = take_numbers(text, read, fault);
        at += length;
    }
    return error;
}

static int bad_server(const char *argument, struct fault *fault)
{
    return fault_set(fault, FAULT_SYNTAX, 0,
                     "--server '%s': an address is wanted, with a port or without, as in "
                     "192.0.2.1:443, [2001:db8::1]:443 or :443; names are not looked up",
                     argument);
}

/* Cuts the port off, where there is one: *ret_port, and 0 for none. */
static int cut_port(char *host, const char *argument, uint16_t *ret_port, struct fault *fault)
{
    char *colon = strrchr(host, ':');
    struct address address;
    uint64_t port;
    int error;

    *ret_port = 0;
    if (!colon || address_read(host, &address) == 0 || host[strlen(host) - 1] == ']')
        return 0;
    if (colon[1] == '\0')
        return bad_server(argument, fault);
    error = text_number(colon + 1, "the port in --server", 1, 65535, &port, fault);
    if (error)
        return error;
    *colon = '\0';
    *ret_port = (uint16_t)port;
    return 0;
}

static int take_server(const char *argument, struct read_settings *read, struct fault *fault)
{
    char text[SERVER_SIZE] = "", *host = text;
    size_t length = strlen(argument);
    int error;

    if (length == 0 || length >= sizeof text)
        return bad_server(argument, fault);
    snprintf(text, sizeof text, "%s", argument);
    error = cut_port(text, argument, &read->server_port, fault);
    if (error)
        return error;
    length = strlen(host);
    if (length > 1 && host[0] == '[' && host[length - 1] == ']') {
        host[length - 1] = '\0';
        host++;
    }
    memset(&read->server, 0, sizeof read->server);
    if (*host && address_read(host, &read->server))
        return bad_server(argument, fault);
    read->has_server = true;
    return 0;
}

static int take_most(const char *argument, struct read_settings *read, struct fault *fault)
{
    uint64_t value;
    int error = text_number(argument, "--most", MOST_LEAST, MOST_HIGHEST, &value, fault);

    if (!error)
        read->most = (size_t)value;
    return error;
}

static int take_reading(int key, const char *argument, struct settings *settings,
                        struct fault *fault)
{
    struct read_settings *read = &settings->read;

    switch (key) {
    case CLI_KEY_CONNECTION:
        return take_connections(argument, read, fault);
    case CLI_KEY_FILTER:
        read->filter = argument;
        break;
    case CLI_KEY_SERVER:
        return take_server(argument, read, fault);
    case CLI_KEY_LADDER:
        read->ladder = true;
        break;
    case CLI_KEY_SUMMARY:
        read->summary = true;
        break;
    case CLI_KEY_EACH:
        settings->each = true;
        break;
    case CLI_KEY_CAPTURE:
        read->capture = true;
        break;
    case CLI_KEY_ISN:
        read->isn = true;
        break;
    case CLI_KEY_COMPARE:
        read->compare = true;
        break;
    case CLI_KEY_EARLY:
        read->early = true;
        break;
    case CLI_KEY_JOIN:
        read->join = true;
        break;
    case CLI_KEY_BY_INTERFACE:
        read->by_interface = true;
        break;
    case CLI_KEY_MOST:
        return take_most(argument, read, fault);
    case CLI_KEY_WRITE:
        settings->write_path = argument;
        break;
    }
    return 0;
}

const struct cli_group cli_group_reading = {"Reading a capture", reading_options, take_reading};
