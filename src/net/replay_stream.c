/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of a capture from a file, a pipe or memory, a window of them at a time. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "net/replay_parts.h"

/* Large enough that a call of the kernel costs little by the packet, small enough to stay in the
 * processor's cache: the packets are read again at once. */
#define WINDOW       ((size_t)256 << 10)
#define IDLE_MS      50
#define NS_IN_SECOND INT64_C(1000000000)

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * NS_IN_SECOND + now.tv_nsec;
}

static void set_idle(struct stream *stream, const struct replay_options *options)
{
    stream->idle = options ? options->idle : NULL;
    stream->data = options ? options->data : NULL;
}

static int open_fault(const char *path, int sys, struct fault *fault)
{
    char safe[160];

    if (strcmp(path, "-") == 0)
        return fault_set(fault, FAULT_IO, sys, "cannot read standard input");
    text_safe(path, strlen(path), safe, sizeof safe);
    return fault_set(fault, FAULT_IO, sys, "cannot read '%s'", safe);
}

int stream_open(struct stream *stream, const char *path, const struct replay_options *options,
                struct fault *fault)
{
    struct stat status;

    *stream = (struct stream){.owned = strcmp(path, "-") != 0};
    set_idle(stream, options);
    /* A FIFO is to be opened without waiting for its writer, so that idle() is asked meanwhile. */
    stream->descriptor =
        stream->owned ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : STDIN_FILENO;
    if (stream->descriptor < 0 || fstat(stream->descriptor, &status) != 0) {
        int error = open_fault(path, errno, fault);
        stream_release(stream);
        return error;
    }
    if (S_ISDIR(status.st_mode)) {
        stream_release(stream);
        return open_fault(path, EISDIR, fault);
    }
    stream->waits = !(S_ISREG(status.st_mode) || S_ISBLK(status.st_mode));
    if (S_ISREG(status.st_mode)) {
        off_t from = lseek(stream->descriptor, 0, SEEK_CUR);
        if (from >= 0 && status.st_size > from)
            stream->size = (uint64_t)(status.st_size - from);
        (void)posix_fadvise(stream->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    stream->buffer = malloc(WINDOW);
    if (!stream->buffer) {
        stream_release(stream);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    stream->bytes = stream->buffer;
    stream->capacity = WINDOW;
    return 0;
}

void stream_of_bytes(struct stream *stream, const uint8_t *bytes, size_t length,
                     const struct replay_options *options)
{
    static const uint8_t nothing[1];

    *stream = (struct stream){.descriptor = -1,
                              .ended = true,
                              .bytes = length > 0 ? bytes : nothing,
                              .end = length,
                              .size = length};
    set_idle(stream, options);
}

void stream_release(struct stream *stream)
{
    if (stream->owned && stream->descriptor >= 0)
        close(stream->descriptor);
    free(stream->buffer);
    *stream = (struct stream){.descriptor = -1, .ended = true};
}

/* Waits until read() would not; false where idle() has had enough. */
static bool wait_readable(struct stream *stream)
{
    struct pollfd readable = {.fd = stream->descriptor, .events = POLLIN};
    int64_t began = 0;

    for (int timeout = 0;; timeout = IDLE_MS) {
        int count = poll(&readable, 1, timeout);

        /* An error or a hang-up is for read() to tell. */
        if (count > 0 || (count < 0 && errno != EINTR))
            return true;
        int64_t now = now_ns();
        if (began == 0)
            began = now;
        if (stream->idle && !stream->idle(stream->data, now - began)) {
            stream->stopped = stream->ended = true;
            return false;
        }
    }
}

/* Reads once behind what there is, of which there is room. */
static void read_once(struct stream *stream)
{
    for (;;) {
        if (stream->waits && !wait_readable(stream))
            return;
        ssize_t count =
            read(stream->descriptor, stream->buffer + stream->end, stream->capacity - stream->end);
        if (count > 0) {
            stream->end += (size_t)count;
            return;
        }
        if (count < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        stream->ended = true;
        stream->sys = count < 0 ? errno : 0;
        return;
    }
}

/* Moves the window so that there is room for `length` bytes from its beginning. */
static bool move_window(struct stream *stream, size_t length)
{
    size_t left = stream_left(stream);
    uint8_t *larger = NULL;

    if (length > stream->capacity) {
        size_t capacity = 2 * stream->capacity > length ? 2 * stream->capacity : length;

        larger = malloc(capacity);
        if (!larger) {
            stream->starved = stream->ended = true;
            return false;
        }
        stream->capacity = capacity;
    }
    memmove(larger ? larger : stream->buffer, stream->buffer + stream->at, left);
    if (larger) {
        free(stream->buffer);
        stream->buffer = larger;
        stream->bytes = larger;
    }
    stream->base += stream->at;
    stream->at = 0;
    stream->end = left;
    return true;
}

bool stream_read(struct stream *stream, size_t length)
{
    if (stream->ended)
        return false;
    /* Few large reads instead of many into what is left behind the window. */
    if ((stream->at > 0 || length > stream->capacity) && !move_window(stream, length))
        return false;
    while (stream_left(stream) < length && !stream->ended)
        read_once(stream);
    return stream_left(stream) >= length;
}

bool stream_pass(struct stream *stream, uint64_t length)
{
    for (;;) {
        size_t left = stream_left(stream);
        size_t part = length < left ? (size_t)length : left;

        stream->at += part;
        length -= part;
        if (length == 0)
            return true;
        if (!stream_read(stream, 1))
            return false;
    }
}
