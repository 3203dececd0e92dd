/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fault codes of the program, what they are called, and the exit statuses that they lead to. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>

/*
 * Every exit status that the program can end with: enumerator, number, its name, what it means.
 * The numbers from 64 on are those of sysexits.h.
 */
/* clang-format off */
#define EXIT_STATUS_TABLE(X) \
    X(MET,        0,  "met",        "every target was measured and met what was expected") \
    X(UNMET,      1,  "unmet",      "at least one target was measured and did not meet what was expected") \
    X(UNMEASURED, 2,  "unmeasured", "no target failed, but at least one could not be measured (name, route, inconclusive)") \
    X(USAGE,      64, "usage",      "the command line cannot be used") \
    X(INTERNAL,   70, "internal",   "an internal error: please report it") \
    X(SYSTEM,     71, "system",     "the system refused something (socket, interface, memory)") \
    X(IO,         74, "io",         "input or output failed (file, full disk)") \
    X(PERMISSION, 77, "permission", "a privilege is missing")

/*
 * Every kind of fault: enumerator, exit status, what it is in words.
 */
#define FAULT_TABLE(X) \
    X(USAGE,      USAGE,      "the command line cannot be used") \
    X(SYNTAX,     USAGE,      "a value cannot be read") \
    X(RANGE,      USAGE,      "a value is out of its range") \
    X(NAME,       UNMEASURED, "a name cannot be resolved") \
    X(ROUTE,      UNMEASURED, "there is no route") \
    X(LINK,       UNMEASURED, "the interface is gone or down") \
    X(FORMAT,     UNMEASURED, "bytes that are not what they should be") \
    X(TRUNCATED,  UNMEASURED, "bytes are missing") \
    X(SYSTEM,     SYSTEM,     "the system refused something") \
    X(MEMORY,     SYSTEM,     "out of memory") \
    X(IO,         IO,         "input or output failed") \
    X(PERMISSION, PERMISSION, "a privilege is missing") \
    X(INTERNAL,   INTERNAL,   "an internal error")
/* clang-format on */

enum exit_status {
#define X(id, number, name, meaning) EXIT_STATUS_##id = (number),
    EXIT_STATUS_TABLE(X)
#undef X
};

enum fault_code {
    FAULT_NONE,
#define X(id, status, words) FAULT_##id,
    FAULT_TABLE(X)
#undef X
    FAULT_COUNT
};

/* What went wrong, written down at the place that knows. */
struct fault {
    enum fault_code code; /* FAULT_NONE: nothing is wrong */
    int sys;              /* the errno behind it, 0 if there is none */
    char what[256];       /* lower case, subject in single quotes, no full stop; never empty for a fault */
};

/*
 * Fills `fault` (which may be NULL) from a printf format; the words of `sys_errno` are appended
 * after a colon unless it is 0. Text that does not fit is cut. Returns -code, so that a function
 * can end with `return fault_set(…)`.
 */
int fault_set(struct fault *fault, enum fault_code code, int sys_errno, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Makes `fault` say that nothing is wrong. */
void fault_clear(struct fault *fault);

/* The words of a code, from the table: "success" for FAULT_NONE. Never NULL. */
const char *fault_words(enum fault_code code);

/* The exit status that a fault of this code leads to; EXIT_STATUS_MET for FAULT_NONE. */
enum exit_status fault_exit_status(enum fault_code code);

/* One row of the table of exit statuses, for `describe exit` and the man page. */
struct exit_status_row {
    int number;
    const char *name;
    const char *meaning;
};

/* The rows in rising order; `ret_count` gets their number. Static storage. */
const struct exit_status_row *exit_status_rows(size_t *ret_count);

#endif
