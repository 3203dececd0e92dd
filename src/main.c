/* SPDX-License-Identifier: GPL-3.0-or-later */
/* argv to a command; prints the fault; the only place that exits. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cmd/cli.h"

static int unknown_command(const char *typed, struct fault *fault)
{
    size_t count;
    const struct command *const *commands = cli_commands(&count);
    const char *names[16], *nearest;

    for (size_t i = 0; i < count; i++)
        names[i] = commands[i]->name;
    nearest = text_nearest(typed, names, count);
    if (nearest)
        return fault_set(fault, FAULT_USAGE, 0, "there is no command '%s'; did you mean '%s'?",
                         typed, nearest);
    return fault_set(fault, FAULT_USAGE, 0,
                     "there is no command '%s'; 'tcpprobe --help' lists them", typed);
}

static int run(int argc, char **argv, struct fault *fault)
{
    const struct command *command;

    if (argc < 2) {
        cli_help(stderr);
        return fault_set(fault, FAULT_USAGE, 0, "a command is missing");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "-?") == 0 || (strcmp(argv[1], "help") == 0 && argc == 2)) {
        cli_help(stdout);
        return EXIT_STATUS_MET;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        cli_version(stdout);
        return EXIT_STATUS_MET;
    }
    if (strcmp(argv[1], "help") == 0) {
        char help[] = "--help", *arguments[] = {argv[2], help, NULL};

        command = cli_find(argv[2]);
        return command ? cli_run(command, 2, arguments, fault) : unknown_command(argv[2], fault);
    }
    command = cli_find(argv[1]);
    return command ? cli_run(command, argc - 1, argv + 1, fault) : unknown_command(argv[1], fault);
}

int main(int argc, char **argv)
{
    struct fault fault;
    int status, error;

    /* Only to know whether the terminal speaks UTF-8: numbers never follow a locale. */
    setlocale(LC_CTYPE, "");
    /* A reader that goes away is seen as EPIPE, after what was begun has been ended politely. */
    signal(SIGPIPE, SIG_IGN);

    fault_clear(&fault);
    status = run(argc, argv, &fault);
    if (status < 0) {
        fprintf(stderr, "tcpprobe: %s\n", fault.what);
        status = (int)fault_exit_status(fault.code);
    }
    error = cli_close_stdout(&fault);
    if (error && status != EXIT_STATUS_IO) { /* said once is enough */
        fprintf(stderr, "tcpprobe: %s\n", fault.what);
        status = (int)fault_exit_status(fault.code);
    }
    return status;
}
