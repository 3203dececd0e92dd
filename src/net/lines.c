/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of a file, a pipe or a terminal as they come, in bounded memory and without waiting. */
#include "net/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

struct lines {
    int descriptor;
    bool owned;    /* to be closed by us */
    bool waits;    /* a pipe, terminal, socket: its bytes come when they come */
    bool ended;    /* nothing more can be read */
    bool skipping; /* within a line that was too long, whose end has not come yet */
    uint64_t number;
    size_t at;      /* the first byte not given out yet */
    size_t end;     /* behind the last byte read */
    size_t scanned; /* at … scanned hold no '\n' */
    char *buffer;   /* a line and its '\n', or its NUL; made when reading begins */
};

#define BUFFER_SIZE (LINES_MAX + 1)

/* Takes the descriptor over: closes it on failure if it is owned. */
static struct lines *lines_of(int descriptor, bool owned, struct fault *fault)
{
    struct lines *lines = calloc(1, sizeof *lines);
    struct stat status;

    if (!lines) {
        fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        if (owned)
            close(descriptor);
        return NULL;
    }
    lines->descriptor = descriptor;
    lines->owned = owned;
    lines->waits = fstat(descriptor, &status) != 0 ||
                   !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode));
    return lines;
}

struct lines *lines_open(const char *path, struct fault *fault)
{
    char safe[160];
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (descriptor < 0) {
        int sys = errno;

        text_safe(path, strlen(path), safe, sizeof safe);
        fault_set(fault, FAULT_IO, sys, "'%s' cannot be opened", safe);
        return NULL;
    }
    return lines_of(descriptor, true, fault);
}

struct lines *lines_standard_input(struct fault *fault)
{
    if (fcntl(STDIN_FILENO, F_GETFD) < 0) {
        fault_set(fault, FAULT_IO, errno, "standard input cannot be read");
        return NULL;
    }
    return lines_of(STDIN_FILENO, false, fault);
}

void lines_close(struct lines *lines)
{
    if (!lines)
        return;
    if (lines->owned)
        close(lines->descriptor);
    free(lines->buffer);
    free(lines);
}

uint64_t lines_number(const struct lines *lines)
{
    return lines->number;
}

int lines_descriptor(const struct lines *lines)
{
    return lines->waits ? lines->descriptor : -1;
}

bool lines_ready(const struct lines *lines)
{
    if (lines->ended)
        return true;
    return !lines->skipping && lines->end > lines->scanned &&
           memchr(lines->buffer + lines->scanned, '\n', lines->end - lines->scanned);
}

/* Gives out what is in the buffer up to `end`, where its NUL goes. */
static enum lines_state give(struct lines *lines, size_t end, char **ret_text, size_t *ret_length)
{
    lines->buffer[end] = '\0';
    *ret_text = lines->buffer + lines->at;
    *ret_length = end - lines->at;
    lines->at = lines->scanned = end < lines->end ? end + 1 : end;
    lines->number++;
    return LINES_LINE;
}

/* A line out of the buffer, or that it is too long; WAIT where its end is not there yet. */
static enum lines_state take(struct lines *lines, char **ret_text, size_t *ret_length)
{
    while (lines->end > lines->scanned) {
        const char *found =
            memchr(lines->buffer + lines->scanned, '\n', lines->end - lines->scanned);
        bool skipped = lines->skipping;

        if (!found) {
            lines->scanned = lines->end;
            break;
        }
        if (!skipped)
            return give(lines, (size_t)(found - lines->buffer), ret_text, ret_length);
        lines->skipping = false;
        lines->at = lines->scanned = (size_t)(found - lines->buffer) + 1;
    }
    if (lines->skipping) {
        lines->at = lines->end = lines->scanned = 0;
    } else if (lines->end - lines->at > LINES_MAX) {
        lines->at = lines->end = lines->scanned = 0;
        lines->skipping = true;
        lines->number++;
        return LINES_TOO_LONG;
    }
    return LINES_WAIT;
}

/* Reads once behind what is in the buffer: LINE if something came, else WAIT, END or FAILED. */
static enum lines_state fill(struct lines *lines, struct fault *fault)
{
    struct pollfd readable = {.fd = lines->descriptor, .events = POLLIN};
    ssize_t count;

    if (!lines->buffer) {
        lines->buffer = malloc(BUFFER_SIZE);
        if (!lines->buffer) {
            fault_set(fault, FAULT_MEMORY, 0, "out of memory");
            return LINES_FAILED;
        }
    }
    /* Also where reads do not block: a FIFO without a writer yet looks like an ended one to read(),
     * not to poll(). */
    if (lines->waits && poll(&readable, 1, 0) <= 0)
        return LINES_WAIT;
    if (lines->at > 0) {
        memmove(lines->buffer, lines->buffer + lines->at, lines->end - lines->at);
        lines->end -= lines->at;
        lines->scanned -= lines->at;
        lines->at = 0;
    }
    do
        count = read(lines->descriptor, lines->buffer + lines->end, BUFFER_SIZE - lines->end);
    while (count < 0 && errno == EINTR && !lines->waits);
    if (count > 0) {
        lines->end += (size_t)count;
        return LINES_LINE;
    }
    if (count == 0)
        return LINES_END;
    if (lines->waits && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return LINES_WAIT;
    fault_set(fault, FAULT_IO, errno, "cannot be read");
    return LINES_FAILED;
}

enum lines_state lines_next(struct lines *lines, char **ret_text, size_t *ret_length,
                            struct fault *fault)
{
    for (bool has_read = false;; has_read = true) {
        enum lines_state state = take(lines, ret_text, ret_length);

        if (state != LINES_WAIT)
            return state;
        if (lines->ended)
            return LINES_END;
        if (has_read && lines->waits)
            return LINES_WAIT;
        state = fill(lines, fault);
        lines->ended = state == LINES_END || state == LINES_FAILED;
        if (state == LINES_END && lines->end > lines->at)
            return give(lines, lines->end, ret_text, ret_length);
        if (state != LINES_LINE)
            return state;
    }
}
