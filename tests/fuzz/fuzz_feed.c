/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes lists of targets, as a file and as a pipe that is filled piece by piece, against the
 * plainest reading of them: split at newlines, split at blanks. */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/lines.h"
#include "probe/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ITEMS_MAX = 100000 };

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* A list on its way into a feed. */
struct run {
    struct feed *feed;
    const uint8_t *bytes;
    size_t size, written, piece;
    int writer;            /* of the pipe; -1 for a file, and when all is written */
    char path[64];         /* of the list */
    uint64_t seen, wanted; /* the numbers of the bad lines, folded into one */
    uint64_t given;
    size_t at;       /* the plain reading's place in the list */
    uint64_t number; /* its line */
    uint64_t bad;
};

static void take_complaint(void *data, const char *where, const struct fault *fault)
{
    struct run *run = data;
    size_t length = strlen(run->path);

    check(strncmp(where, run->path, length) == 0 && where[length] == ':');
    run->seen = run->seen * 1000003 + strtoull(where + length + 1, NULL, 10);
    check(fault->code == FAULT_SYNTAX || fault->code == FAULT_RANGE || fault->code == FAULT_USAGE);
    for (const char *at = fault->what; *at; at++)
        check(*at >= ' ' && *at < 0x7f);
}

/* Puts the next piece into the pipe, or ends it. */
static void write_more(struct run *run)
{
    size_t left = run->size - run->written, piece = left < run->piece ? left : run->piece;
    ssize_t count;

    if (piece == 0) {
        close(run->writer);
        run->writer = -1;
        return;
    }
    count = write(run->writer, run->bytes + run->written, piece);
    check(count > 0);
    run->written += (size_t)count;
}

static enum feed_state next(struct run *run, struct target_item *ret_item)
{
    for (;;) {
        enum feed_state state = feed_next(run->feed, ret_item);
        struct pollfd readable = {.fd = feed_descriptor(run->feed), .events = POLLIN};

        check((state == FEED_WAIT) == (readable.fd >= 0));
        if (state != FEED_WAIT)
            return state;
        if (poll(&readable, 1, 0) == 1)
            continue;
        check(run->writer >= 0); /* or it would be waited for in vain */
        write_more(run);
    }
}

static void complain(struct run *run)
{
    run->bad++;
    run->wanted = run->wanted * 1000003 + run->number;
}

/* The target of <text, length>, read in the plainest way; false where there is none, or a bad one.
 */
static bool read_plainly(struct run *run, const uint8_t *text, size_t length,
                         struct target *ret_target)
{
    static char copy[LINES_MAX + 1];
    char *rest = copy, *word, *only = NULL;

    if (length > LINES_MAX || memchr(text, '\0', length)) {
        complain(run);
        return false;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (run->number == 1 && strncmp(copy, "\xef\xbb\xbf", 3) == 0)
        rest += 3;
    if (copy + length > rest && copy[length - 1] == '\r')
        copy[length - 1] = '\0';
    while ((word = strsep(&rest, " \t")) && *word != '#') {
        if (*word && only) {
            complain(run);
            return false;
        }
        if (*word)
            only = word;
    }
    if (!only)
        return false;
    if (strcmp(only, "-") == 0 || target_read(only, ret_target, NULL) ||
        target_probes(ret_target) > TARGET_CONSENT) {
        complain(run);
        return false;
    }
    return true;
}

/* The next target of the plain reading; false at the end. */
static bool next_plain(struct run *run, struct target *ret_target)
{
    while (run->at < run->size) {
        const uint8_t *text = run->bytes + run->at;
        const uint8_t *end = memchr(text, '\n', run->size - run->at);
        size_t length = end ? (size_t)(end - text) : run->size - run->at;

        run->at += length + (end ? 1 : 0);
        run->number++;
        if (read_plainly(run, text, length, ret_target))
            return true;
    }
    return false;
}

static void check_item(const struct target_item *item, const struct target *target, uint64_t index)
{
    struct target_item wanted;

    target_nth(target, index, &wanted);
    check(item->kind == wanted.kind && item->port == wanted.port);
    check(strcmp(item->scope, wanted.scope) == 0);
    if (item->kind == TARGET_ADDRESS)
        check(!item->host && address_equal(&item->address, &wanted.address));
    else
        check(strcmp(item->host, wanted.host) == 0);
}

/* Both readings, side by side. Very long ones are left before their end. */
static void compare(struct run *run)
{
    struct target_item item;
    struct target target;
    uint64_t total = 0;

    while (next_plain(run, &target)) {
        check(!feed_total(run->feed, &total));
        for (uint64_t index = 0; index < target_probes(&target); index++) {
            check(next(run, &item) == FEED_ITEM);
            check_item(&item, &target, index);
            run->given++;
        }
        check(run->seen == run->wanted && feed_bad_lines(run->feed) == run->bad);
        if (run->given > ITEMS_MAX)
            return;
    }
    check(next(run, &item) == FEED_END);
    check(next(run, &item) == FEED_END);
    check(run->seen == run->wanted && feed_bad_lines(run->feed) == run->bad);
    check(feed_total(run->feed, &total) && total == run->given);
    check(feed_given(run->feed) == run->given);
}

/* The list's descriptor; a pipe's writing end goes into run->writer. */
static int open_list(struct run *run)
{
    int ends[2];

    if (run->piece == 0) {
        ends[0] = memfd_create("list", MFD_CLOEXEC);
        check(ends[0] >= 0);
        check(write(ends[0], run->bytes, run->size) == (ssize_t)run->size);
    } else {
        check(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
        run->writer = ends[1];
    }
    return ends[0];
}

/* The first byte says how: 0 a file, else a pipe and how much is written at once. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = {.writer = -1};
    const char *path = run.path;
    struct feed_options options = {
        .files = &path, .file_count = 1, .complain = take_complaint, .data = &run};
    int descriptor;

    if (size == 0)
        return 0;
    run.bytes = data + 1;
    run.size = size - 1;
    run.piece = data[0] < 128 ? data[0] % 32 : (size_t)(data[0] - 127) * 512;
    descriptor = open_list(&run);
    snprintf(run.path, sizeof run.path, "/proc/self/fd/%d", descriptor);
    check(feed_new(&options, &run.feed, NULL) == 0);
    close(descriptor);
    compare(&run);
    feed_free(run.feed);
    if (run.writer >= 0)
        close(run.writer);
    return 0;
}
