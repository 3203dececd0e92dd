/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs one command and prints what it cost: wall and CPU time, memory, when its output came. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_SECONDS 20 /* unless -t says otherwise */

extern char **environ;

static volatile sig_atomic_t child;

static void on_alarm(int number)
{
    (void)number;
    if (child > 0)
        kill((pid_t)child, SIGKILL);
}

static int64_t now(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int64_t microseconds(const struct timeval *time)
{
    return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

/* Copies the pipe into the file to its end; the stamps are CLOCK_REALTIME's, as the capture's are.
 */
static void copy_output(int from, int to, int64_t *ret_first, int64_t *ret_last)
{
    static char bytes[65536];
    ssize_t got;

    *ret_first = *ret_last = 0;
    while ((got = read(from, bytes, sizeof(bytes))) > 0 || (got < 0 && errno == EINTR)) {
        if (got < 0)
            continue;
        *ret_last = now(CLOCK_REALTIME);
        if (*ret_first == 0)
            *ret_first = *ret_last;
        if (write(to, bytes, (size_t)got) != got)
            exit(74);
    }
}

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    int64_t first, last, began, began_wall, wall;
    unsigned most_seconds = MOST_SECONDS;
    struct rusage usage;
    int ends[2], status, output;
    pid_t pid;

    if (argc > 2 && strcmp(argv[1], "-t") == 0) {
        most_seconds = (unsigned)strtoul(argv[2], NULL, 10);
        argc -= 2;
        argv += 2;
    }
    if (argc < 3 || most_seconds == 0) {
        fprintf(stderr, "usage: measure [-t SECONDS] OUTPUT-FILE COMMAND [ARGUMENT]...\n");
        return 64;
    }
    output = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (output < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        perror("measure");
        return 71;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    signal(SIGALRM, on_alarm);
    alarm(most_seconds);

    began_wall = now(CLOCK_REALTIME);
    began = now(CLOCK_MONOTONIC);
    status = posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ);
    if (status != 0) {
        fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(status));
        return 71;
    }
    child = pid;
    close(ends[1]);
    copy_output(ends[0], output, &first, &last);
    while (wait4(pid, &status, 0, &usage) < 0)
        if (errno != EINTR)
            return 71;
    wall = now(CLOCK_MONOTONIC) - began;
    child = 0;

    printf("{\"status\": %d, \"began_ns\": %" PRId64 ", \"wall_ns\": %" PRId64
           ", \"cpu_us\": %" PRId64 ", \"peak_kb\": %ld, \"first_ns\": %" PRId64
           ", \"last_ns\": %" PRId64 "}\n",
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), began_wall, wall,
           microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime), usage.ru_maxrss, first,
           last);
    return fflush(stdout) == 0 ? 0 : 74;
}
