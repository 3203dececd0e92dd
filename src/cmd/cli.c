/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of options turned into argp's, and a command line read with them. */
#include "cmd/cli.h"

/* getopt's struct option has nothing to do with TCP's, which wire/opt.h calls so. */
#define option getopt_option
#include <argp.h>
#undef option
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cmd/plugin.h"

#define OPTIONS_ROOM 128

static const struct command *const commands[] = {
    &command_handshake, &command_rtt,  &command_isn,
    &command_options,   &command_read, &command_describe};

const struct command *const *cli_commands(size_t *ret_count)
{
    *ret_count = sizeof commands / sizeof *commands;
    return commands;
}

const struct command *cli_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

/* A command line being read. */
struct reading {
    const struct command *command;
    struct settings *settings;
    struct fault *fault;
    struct argp argp;
    struct argp_option options[OPTIONS_ROOM];
    char name[64];
    char titles[CLI_GROUPS][32];
    bool answered; /* help or version was given */
};

static void build_options(struct reading *reading)
{
    size_t at = 0;
    int number = 0;

    for (size_t g = 0; reading->command->groups[g]; g++) {
        const struct cli_group *group = reading->command->groups[g];
        bool goes_on = g > 0 && strcmp(group->title, reading->command->groups[g - 1]->title) == 0;

        number += !goes_on;
        snprintf(reading->titles[g], sizeof reading->titles[g], "%s:", group->title);
        if (!goes_on)
            reading->options[at++] =
                (struct argp_option){.doc = reading->titles[g], .group = number};
        for (const struct cli_option *option = group->options;
             option->name && at < OPTIONS_ROOM - 1; option++)
            reading->options[at++] = (struct argp_option){.name = option->name,
                                                          .key = option->key,
                                                          .arg = option->argument,
                                                          .doc = option->help,
                                                          .group = number};
    }
    reading->options[at] = (struct argp_option){.key = '?', .flags = OPTION_HIDDEN};
}

static const struct cli_group *group_of(const struct command *command, int key)
{
    for (size_t g = 0; command->groups[g]; g++)
        for (const struct cli_option *option = command->groups[g]->options; option->name; option++)
            if (option->key == key)
                return command->groups[g];
    return NULL;
}

/* argp's help without what it adds of its own: a line of blanks behind a text that just fills one,
 * and an empty line between some titles and their options. */
static void show_help(struct reading *reading)
{
    char *text = NULL, *line, *rest;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    bool title = false;

    if (!memory)
        return;
    argp_help(&reading->argp, memory, ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_DOC,
              reading->name);
    if (fclose(memory) == 0) {
        rest = text;
        while ((line = strsep(&rest, "\n")) && rest) {
            size_t length = strlen(line);

            if (line[strspn(line, " ")] == '\0' && (title || length > 0))
                continue;
            title = line[0] == ' ' && line[1] != ' ' && line[length - 1] == ':';
            printf("%s\n", line);
        }
    }
    free(text);
}

static error_t take(int key, char *argument, struct argp_state *state)
{
    struct reading *reading = state->input;
    const struct cli_group *group;

    if (key == 'h' || key == '?') {
        show_help(reading);
        reading->answered = true;
        return ECANCELED;
    }
    if (key == 'V') {
        cli_version(stdout);
        reading->answered = true;
        return ECANCELED;
    }
    if (key == ARGP_KEY_ARGS) {
        reading->settings->arguments = (const char *const *)state->argv + state->next;
        reading->settings->argument_count = (size_t)(state->argc - state->next);
        return 0;
    }
    group = group_of(reading->command, key);
    if (!group)
        return ARGP_ERR_UNKNOWN;
    return group->take(key, argument, reading->settings, reading->fault) ? EINVAL : 0;
}

/* How many options begin with these letters; *ret_option gets the one that is meant: the only one,
 * or the very same. */
static size_t count_options(const struct reading *reading, const char *typed, size_t length,
                            const struct argp_option **ret_option)
{
    size_t count = 0;

    for (size_t i = 0; i < OPTIONS_ROOM; i++) {
        const struct argp_option *option = &reading->options[i];

        if (!option->name || strncmp(option->name, typed, length) != 0)
            continue;
        *ret_option = option;
        if (option->name[length] == '\0')
            return 1;
        count++;
    }
    return count;
}

/* For an option that nobody knows: the one that was probably meant. */
static int unknown_option(const struct reading *reading, const char *typed, struct fault *fault)
{
    const char *names[OPTIONS_ROOM], *nearest;
    char word[64];
    size_t count = 0;

    snprintf(word, sizeof word, "%.*s", (int)strcspn(typed, "="), typed);
    for (size_t i = 0; i < OPTIONS_ROOM; i++)
        if (reading->options[i].name)
            names[count++] = reading->options[i].name;
    nearest = text_nearest(word, names, count);
    if (nearest)
        return fault_set(fault, FAULT_USAGE, 0, "there is no option '--%s'; did you mean '--%s'?",
                         word, nearest);
    return fault_set(fault, FAULT_USAGE, 0, "there is no option '--%s'; '%s --help' lists them",
                     word, reading->name);
}

static int ambiguous_option(const struct reading *reading, const char *typed, int length,
                            struct fault *fault)
{
    char names[160] = "";
    size_t at = 0;

    for (size_t i = 0; i < OPTIONS_ROOM; i++) {
        const char *name = reading->options[i].name;

        if (name && strncmp(name, typed, (size_t)length) == 0)
            text_append(names, sizeof names, &at, "%s--%s", at > 0 ? ", " : "", name);
    }
    return fault_set(fault, FAULT_USAGE, 0, "option '--%.*s' is ambiguous: %s begin so", length,
                     typed, names);
}

/* What is wrong with one long option, or 0. */
static int explain_option(const struct reading *reading, const char *typed, bool last,
                          struct fault *fault)
{
    const struct argp_option *option = NULL;
    size_t length = strcspn(typed, "=");
    size_t count = count_options(reading, typed, length, &option);

    if (count == 0)
        return unknown_option(reading, typed, fault);
    if (count > 1)
        return ambiguous_option(reading, typed, (int)length, fault);
    if (option->arg && typed[length] == '\0' && last)
        return fault_set(fault, FAULT_USAGE, 0, "option '--%s' needs its argument %s", option->name,
                         option->arg);
    if (!option->arg && typed[length] == '=')
        return fault_set(fault, FAULT_USAGE, 0, "option '--%s' takes no argument", option->name);
    return 0;
}

static int explain_short(const struct reading *reading, const char *letters, struct fault *fault)
{
    for (; *letters; letters++) {
        bool known = *letters == '?';

        for (size_t i = 0; i < OPTIONS_ROOM; i++)
            if (reading->options[i].name && reading->options[i].key == *letters)
                known = true;
        if (!known)
            return fault_set(fault, FAULT_USAGE, 0,
                             "there is no option '-%c'; '%s --help' lists them", *letters,
                             reading->name);
    }
    return 0;
}

/* argp knows only that something was wrong; this says what. */
static int explain_refusal(const struct reading *reading, int argc, char **argv,
                           struct fault *fault)
{
    int error = 0;

    for (int i = 1; i < argc && !error && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--", 2) == 0)
            error = explain_option(reading, argv[i] + 2, i == argc - 1, fault);
        else if (argv[i][0] == '-')
            error = explain_short(reading, argv[i] + 1, fault);
    }
    if (error)
        return error;
    return fault_set(fault, FAULT_USAGE, 0, "the options cannot be read; '%s --help' lists them",
                     reading->name);
}

static char *documentation(const struct command *command)
{
    char *text;

    if (asprintf(&text, "%s.\v%s", command->summary, command->description) < 0)
        return NULL;
    return text;
}

/* Also where the options could not be read to their end. */
static bool wants_plugin(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--plugin") == 0)
            return true;
    return false;
}

int cli_run(const struct command *command, int argc, char **argv, struct fault *fault)
{
    struct settings settings;
    struct reading reading = {.command = command, .settings = &settings, .fault = fault};
    char *doc = documentation(command);
    int error, status = 0;

    settings_init(&settings);
    fault_clear(fault);
    build_options(&reading);
    snprintf(reading.name, sizeof reading.name, "tcpprobe %s", command->name);
    reading.argp = (struct argp){
        .options = reading.options, .parser = take, .args_doc = command->arguments, .doc = doc};
    error = argp_parse(&reading.argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, NULL,
                       &reading);
    if (!reading.answered) {
        if (error && fault->code == FAULT_NONE)
            status = explain_refusal(&reading, argc, argv, fault);
        else if (error)
            status = -(int)fault->code;
        else
            status = settings_finish(&settings, fault);
        if (status == 0)
            status = command->run(&settings, fault);
        if (status < 0 && wants_plugin(argc, argv)) { /* monitoring reads standard output */
            status = (int)plugin_refuse(stdout, fault->what);
            fault_clear(fault);
        }
    }
    settings_release(&settings);
    free(doc);
    return status;
}

void cli_help(FILE *stream)
{
    fprintf(stream, "Usage: tcpprobe COMMAND [OPTION...] [ARGUMENT...]\n"
                    "The instrument for TCP connection establishment.\n\nCommands:\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        fprintf(stream, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(stream,
            "\nFirst steps:\n"
            "  tcpprobe handshake self              a listener of its own, no network needed\n"
            "  tcpprobe handshake example.net:443   does it open, how, how fast\n"
            "  tcpprobe rtt example.net:443         how long, how steady, where is the loss\n"
            "  tcpprobe isn example.net:443         can its sequence numbers be guessed\n"
            "  tcpprobe read capture.pcap           what the packets of a capture say\n"
            "  tcpprobe handshake -q db:5432 || page\n\n"
            "'tcpprobe COMMAND --help' has a command's options, tcpprobe(1) everything.\n");
}

void cli_version(FILE *stream)
{
    fprintf(stream,
            "tcpprobe " PACKAGE_VERSION "\n"
            "License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.\n"
            "This is free software: you are free to change and redistribute it.\n"
            "There is NO WARRANTY, to the extent permitted by law.\n");
}

bool cli_reader_gone(const struct fault *fault)
{
    if (fault->code != FAULT_IO || fault->sys != EPIPE)
        return false;
    clearerr(stdout); /* what is known now need not be found out again at the end */
    return true;
}

int cli_close_stdout(struct fault *fault)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    if (errno == EPIPE)
        return 0;
    return fault_set(fault, FAULT_IO, errno, "cannot write the output");
}
