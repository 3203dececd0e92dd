/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where targets come from: arguments, files and standard input, one probe after the other. */
#ifndef PROBE_FEED_H
#define PROBE_FEED_H

#include "probe/target.h"

/*
 * Takes what is wrong with a line of a list; `where` is "FILE:LINE" or "standard input:LINE", and
 * without the line where the file itself cannot be read. Made safe to print.
 */
typedef void feed_complain(void *data, const char *where, const struct fault *fault);

struct feed_options {
    const char *const *arguments; /* targets, and "-" for standard input */
    size_t argument_count;
    const char *const *files; /* lists of targets by their paths, "-" for standard input */
    size_t file_count;
    bool consent;            /* one written target may mean more than TARGET_CONSENT probes */
    feed_complain *complain; /* may be NULL */
    void *data;              /* for it */
};

struct feed;

enum feed_state {
    FEED_ITEM, /* here is one */
    FEED_WAIT, /* nothing there now: ask again when feed_descriptor() is readable */
    FEED_END,  /* there was no more, and there will not be */
    FEED_STATE_COUNT
};

/*
 * Checks all arguments and opens all files; without any, there is nothing to give. `options` is
 * copied, the strings behind it are not, and must stay. 0, or for the first that is wrong
 * -FAULT_SYNTAX, -FAULT_RANGE, or -FAULT_USAGE (no consent, standard input named twice), -FAULT_IO
 * (a file cannot be opened) or -FAULT_MEMORY.
 */
int feed_new(const struct feed_options *options, struct feed **ret_feed, struct fault *fault);

/* NULL is allowed. */
void feed_free(struct feed *feed);

/*
 * The next probe: those of the arguments in their order, standard input in the place of "-", then
 * those of the files in theirs. Never waits for a pipe, a FIFO, a terminal or a socket, and returns
 * in bounded time however much of no use comes out of them. `ret_item->host` is valid until the
 * next call.
 *
 * In a list stands one target a line. Blanks around it, a '\r' at the end, a byte order mark at the
 * start and empty lines are left out, and what stands behind a '#' at the start of a line or behind
 * a blank. A bad line is complained about and counted, and so is a file that cannot be read on; the
 * rest goes on.
 */
enum feed_state feed_next(struct feed *feed, struct target_item *ret_item);

/* Whether nothing more will come, as far as that can be known without waiting; reads ahead for it,
 * and is not for those who watch the descriptor. */
bool feed_ended(struct feed *feed);

/* What to watch when the last feed_next() said WAIT; else -1. Watch it no longer when feed_next()
 * is called again, for it may close it. */
int feed_descriptor(const struct feed *feed);

/* How many lines were bad, each file that could not be read to its end counted as one. */
uint64_t feed_bad_lines(const struct feed *feed);

/* How many probes were given so far. */
uint64_t feed_given(const struct feed *feed);

/* Whether it is known by now how many there are in all, those given included: no list is left that
 * has not been read to its end. UINT64_MAX stands for that many and more. */
bool feed_total(const struct feed *feed, uint64_t *ret_total);

#endif
