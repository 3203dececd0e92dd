/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server on very many ports: takes every connection, says nothing, closes when the client has.
 * SIGUSR1 has it reset what is still open and print what it saw since the last time: accepted,
 * closed (by FIN), reset (by the client). Several processes share the ports, for the limit of
 * descriptors is each one's own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG     65535
#define PORTS_EACH  4000
#define DESCRIPTORS 16384 /* of each process, if the limit lets it */
#define EVENTS      512
#define PORTS       65536
#define PROCESSES   (PORTS / PORTS_EACH + 1)

struct counts {
    atomic_uint accepted, closed, reset, ready, tidied;
};

static volatile sig_atomic_t ended, asked;
static struct counts *counts; /* shared by all processes */
static bool wanted[PORTS];

static void on_end(int number)
{
    (void)number;
    ended = 1;
}

static void on_question(int number)
{
    (void)number;
    asked = 1;
}

static void fail(const char *what)
{
    perror(what);
    exit(71);
}

/* The descriptor's number and whether it listens are all that an event needs to know. */
static void watch(int epoll, int descriptor, bool listens)
{
    struct epoll_event event = {.events = EPOLLIN};

    event.data.u64 = (uint64_t)descriptor << 1 | listens;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0)
        fail("epoll_ctl");
}

static int open_port(int epoll, unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int one = 1, descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    address.sin_port = htons((uint16_t)port);
    if (descriptor < 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
        bind(descriptor, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(descriptor, BACKLOG) != 0)
        fail("listen");
    watch(epoll, descriptor, true);
    return descriptor;
}

static unsigned want_ports(const char *text)
{
    char *end;
    unsigned long first = strtoul(text, &end, 10);
    unsigned long last = *end == '-' ? strtoul(end + 1, &end, 10) : first;

    if (*end != '\0' || first == 0 || last >= PORTS || first > last) {
        fprintf(stderr, "listen: '%s' is no port or range\n", text);
        exit(64);
    }
    for (unsigned long port = first; port <= last; port++)
        wanted[port] = true;
    return (unsigned)(last - first + 1);
}

static void take_connections(int epoll, int listener)
{
    int descriptor;

    while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        atomic_fetch_add(&counts->accepted, 1);
        watch(epoll, descriptor, false);
    }
}

static void read_on(int descriptor)
{
    char bytes[4096];
    ssize_t got;

    while ((got = read(descriptor, bytes, sizeof(bytes))) > 0)
        continue;
    if (got < 0 && errno == EAGAIN)
        return;
    atomic_fetch_add(got == 0 ? &counts->closed : &counts->reset, 1);
    close(descriptor);
}

/* A client that left connections open shall not be a burden to the next one. */
static void tidy(int first)
{
    static const struct linger at_once = {1, 0};

    asked = 0;
    for (int descriptor = first; descriptor < DESCRIPTORS; descriptor++)
        if (setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0)
            close(descriptor);
    atomic_fetch_add(&counts->tidied, 1);
}

/* One of several: every so many-th of the wanted ports. */
_Noreturn static void serve(unsigned which, unsigned of, const sigset_t *while_waiting)
{
    struct epoll_event events[EVENTS];
    struct rlimit limit;
    unsigned number = 0;
    int epoll = epoll_create1(0), first = DESCRIPTORS;

    signal(SIGTERM, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
    if (epoll < 0 || setrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("setrlimit");
    for (unsigned port = 1; port < PORTS; port++)
        if (wanted[port] && number++ % of == which)
            first = open_port(epoll, port) + 1;
    atomic_fetch_add(&counts->ready, 1);
    for (;;) {
        int count = epoll_pwait(epoll, events, EVENTS, -1, while_waiting);
        if (asked)
            tidy(first);
        for (int i = 0; i < count; i++) {
            int descriptor = (int)(events[i].data.u64 >> 1);
            if (events[i].data.u64 & 1)
                take_connections(epoll, descriptor);
            else
                read_on(descriptor);
        }
    }
}

static void answer(const pid_t *children, unsigned processes)
{
    asked = 0;
    atomic_store(&counts->tidied, 0);
    for (unsigned i = 0; i < processes; i++)
        kill(children[i], SIGUSR1);
    while (!ended && atomic_load(&counts->tidied) < processes)
        usleep(1000);
    printf("accepted %u closed %u reset %u\n", atomic_exchange(&counts->accepted, 0),
           atomic_exchange(&counts->closed, 0), atomic_exchange(&counts->reset, 0));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct sigaction end = {.sa_handler = on_end}, question = {.sa_handler = on_question};
    pid_t children[PROCESSES];
    sigset_t blocked, before;
    unsigned ports = 0;

    if (argc < 3) {
        fprintf(stderr, "usage: listen SECONDS PORT|FIRST-LAST...\n");
        return 64;
    }
    for (int i = 2; i < argc; i++)
        ports += want_ports(argv[i]);
    counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED)
        fail("memory");

    /* A question comes while a process waits, and at no other time. */
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    sigaction(SIGUSR1, &question, NULL);
    unsigned processes = (ports + PORTS_EACH - 1) / PORTS_EACH;
    for (unsigned i = 0; i < processes; i++) {
        children[i] = fork();
        if (children[i] < 0)
            fail("fork");
        if (children[i] == 0)
            serve(i, processes, &before);
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sigaction(SIGTERM, &end, NULL);
    sigaction(SIGALRM, &end, NULL);
    sigaction(SIGCHLD, &end, NULL);
    alarm((unsigned)strtoul(argv[1], NULL, 10));
    while (!ended && atomic_load(&counts->ready) < processes)
        usleep(1000);
    if (!ended)
        printf("READY\n");
    fflush(stdout);
    while (!ended) {
        sigsuspend(&before);
        if (asked)
            answer(children, processes);
    }
    return 0;
}
