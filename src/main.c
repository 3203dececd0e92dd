/* SPDX-License-Identifier: GPL-3.0-or-later */
/* argv to a command; prints the fault; the only place that exits. */
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cmd/cli.h"
#include "report/output.h"
#include "stat/library.h"

#define KEEP_MEMORY (64 << 20)
#define MORE_MEMORY (256 << 10)

/* A target or an option where the command belongs is the slip of whoever is new here. */
static int unknown_command(const char *typed, struct fault *fault)
{
    size_t count;
    const struct command *const *commands = cli_commands(&count);
    const char *names[16], *nearest;

    if (typed[0] == '-')
        return fault_set(fault, FAULT_USAGE, 0,
                         "'%s' stands before the command: write 'tcpprobe COMMAND [OPTION...]'",
                         typed);
    if (strcmp(typed, "self") == 0 || strchr(typed, ':'))
        return fault_set(fault, FAULT_USAGE, 0,
                         "there is no command '%s'; did you mean 'handshake %s'?", typed, typed);
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

/* Whoever was started with a standard stream closed would have a socket or the capture file in its
 * place, and write the report into that. Opened the wrong way round, its use fails all the same. */
static void occupy_standard_streams(void)
{
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        if (fcntl(stream, F_GETFD) < 0) /* open() takes the lowest that is free: this one */
            (void)!open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* What was typed is part of it, and must not drive the terminal. */
static void print_fault(const struct fault *fault)
{
    struct style style = {.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0};

    fputs("tcpprobe: ", stderr);
    style_put(&style, stderr, fault->what, strlen(fault->what));
    fputc('\n', stderr);
}

int main(int argc, char **argv)
{
    struct fault fault;
    int status, error;

    occupy_standard_streams();
    /* Only to know whether the terminal speaks UTF-8: numbers never follow a locale. */
    setlocale(LC_CTYPE, "");
    /* A reader that goes away is seen as EPIPE, after what was begun has been ended politely. */
    signal(SIGPIPE, SIG_IGN);
    /* The same for a file that may not grow any more: EFBIG. */
    signal(SIGXFSZ, SIG_IGN);

    /* Where thousands of connections come and go, memory given back is wanted again at once. */
    mallopt(M_TRIM_THRESHOLD, KEEP_MEMORY);
    mallopt(M_TOP_PAD, MORE_MEMORY);
    stat_library_begin();

    fault_clear(&fault);
    status = run(argc, argv, &fault);
    if (status < 0) {
        print_fault(&fault);
        status = (int)fault_exit_status(fault.code);
    }
    error = cli_close_stdout(&fault);
    if (error && status != EXIT_STATUS_IO) { /* said once is enough */
        print_fault(&fault);
        status = (int)fault_exit_status(fault.code);
    }
    return status;
}
