/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The clocks, and the system's entropy. */
#include "net/clock.h"

#include <assert.h>
#include <errno.h>
#include <sys/random.h>
#include <time.h>

#include "base/text.h"

#define NS_PER_S 1000000000

static int64_t clock_read(clockid_t which)
{
    struct timespec now;

    /* Cannot fail for these two clocks and a good pointer. */
    int result = clock_gettime(which, &now);
    assert(result == 0);
    (void)result;
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_monotonic(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

int64_t clock_realtime(void)
{
    return clock_read(CLOCK_REALTIME);
}

const char *clock_iso8601(int64_t realtime_ns, char text[40])
{
    /* Rounded down, also before 1970. */
    int64_t rest = realtime_ns % NS_PER_S;
    int64_t whole = realtime_ns / NS_PER_S;
    if (rest < 0) {
        rest += NS_PER_S;
        whole--;
    }
    time_t seconds = (time_t)whole;
    struct tm parts;

    /* 64 bits of nanoseconds end in the years 1677 and 2262: gmtime_r() knows them all. */
    struct tm *known = gmtime_r(&seconds, &parts);
    assert(known);
    (void)known;
    size_t at = strftime(text, 40, "%Y-%m-%dT%H:%M:%S", &parts);
    text_append(text, 40, &at, ".%06dZ", (int)(rest / 1000));
    return text;
}

int entropy_fill(void *bytes, size_t length, struct fault *fault)
{
    uint8_t *at = bytes;

    while (length > 0) {
        ssize_t got = getrandom(at, length, 0);
        if (got < 0) {
            if (errno == EINTR)
                continue;
            return fault_set(fault, FAULT_SYSTEM, errno, "cannot get random bytes from the system");
        }
        at += got;
        length -= (size_t)got;
    }
    return 0;
}
