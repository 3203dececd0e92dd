/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where targets come from: arguments, files and standard input, one probe after the other. */
#include "probe/feed.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/lines.h"

/* After so many lines without a target the caller gets its turn, if it can be called again. */
#define FRUITLESS_LINES 4096

/* A list, in the order of reading. */
struct list {
    struct lines *lines; /* NULL when it has been read */
    const char *path;    /* NULL for standard input */
};

struct feed {
    struct feed_options options;
    size_t argument; /* the next of the arguments */
    struct list *list;
    size_t list_count;
    size_t list_next;     /* the first that has not been read to its end */
    bool reading;         /* list_next has its turn */
    bool waiting;         /* feed_next() said WAIT */
    struct target target; /* being given out */
    uint64_t index;       /* its next probe */
    uint64_t probes;      /* how many it has; 0 before the first target */
    uint64_t bad_lines, given;
    uint64_t total; /* of the arguments, and of the lines read so far */
};

static bool is_standard_input(const char *text)
{
    return strcmp(text, "-") == 0;
}

static void add_saturating(uint64_t *sum, uint64_t more)
{
    if (__builtin_add_overflow(*sum, more, sum))
        *sum = UINT64_MAX;
}

/* A target as written, with the consent that it needs. */
static int read_target(const struct feed *feed, const char *text, struct target *ret_target,
                       struct fault *fault)
{
    int error = target_read(text, ret_target, fault);

    return error ? error : target_check_consent(ret_target, text, feed->options.consent, fault);
}

/* ---- what can be known before the start
 * ---------------------------------------------------------- */

static int open_list(struct feed *feed, const char *path, struct fault *fault)
{
    struct list *list = &feed->list[feed->list_count];
    bool standard_input = is_standard_input(path);

    for (size_t i = 0; standard_input && i < feed->list_count; i++)
        if (!feed->list[i].path)
            return fault_set(fault, FAULT_USAGE, 0,
                             "standard input is named twice: it can be read only once");
    list->path = standard_input ? NULL : path;
    list->lines = standard_input ? lines_standard_input(fault) : lines_open(path, fault);
    if (!list->lines)
        return -(int)fault->code;
    feed->list_count++;
    return 0;
}

static int check_argument(struct feed *feed, const char *text, struct fault *fault)
{
    struct target target;
    int error;

    if (is_standard_input(text))
        return open_list(feed, text, fault);
    error = read_target(feed, text, &target, fault);
    if (!error)
        add_saturating(&feed->total, target_probes(&target));
    return error;
}

static int check_all(struct feed *feed, struct fault *fault)
{
    const struct feed_options *options = &feed->options;
    int error = 0;

    for (size_t i = 0; !error && i < options->argument_count; i++)
        error = check_argument(feed, options->arguments[i], fault);
    for (size_t i = 0; !error && i < options->file_count; i++)
        error = open_list(feed, options->files[i], fault);
    return error;
}

int feed_new(const struct feed_options *options, struct feed **ret_feed, struct fault *fault)
{
    struct feed *feed = calloc(1, sizeof *feed);
    struct fault own;
    int error;

    if (!fault)
        fault = &own;
    if (feed) /* one more for standard input, which can stand among the arguments only once */
        feed->list = calloc(options->file_count + 1, sizeof *feed->list);
    if (!feed || !feed->list) {
        feed_free(feed);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    feed->options = *options;
    error = check_all(feed, fault);
    if (error) {
        feed_free(feed);
        return error;
    }
    *ret_feed = feed;
    return 0;
}

void feed_free(struct feed *feed)
{
    if (!feed)
        return;
    for (size_t i = 0; i < feed->list_count; i++)
        lines_close(feed->list[i].lines);
    free(feed->list);
    free(feed);
}

/* ---- lists
 * --------------------------------------------------------------------------------------- */

/* Something is wrong with the list that is being read, at its line `number` unless it is 0. */
static void complain(struct feed *feed, uint64_t number, const struct fault *fault)
{
    const char *path = feed->list[feed->list_next].path;
    char where[256] = "standard input";
    size_t length = strlen(where);

    feed->bad_lines++;
    if (!feed->options.complain)
        return;
    if (path)
        length = text_safe(path, strlen(path), where, sizeof where - 32);
    if (number > 0)
        snprintf(where + length, sizeof where - length, ":%" PRIu64, number);
    feed->options.complain(feed->options.data, where, fault);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* What is left of a line without blanks, comment, '\r' and the file's byte order mark. */
static char *trim(char *text, size_t length, bool first)
{
    static const char mark[] = "\xef\xbb\xbf";
    char *end = text + length;

    if (first && strncmp(text, mark, strlen(mark)) == 0)
        text += strlen(mark);
    while (is_blank(*text))
        text++;
    if (end > text && end[-1] == '\r')
        end--;
    for (char *at = text; at < end; at++)
        if (*at == '#' && (at == text || is_blank(at[-1])))
            end = at;
    while (end > text && is_blank(end[-1]))
        end--;
    *end = '\0';
    return text;
}

/* 0; 1 where the line holds no target; or what is wrong with it. */
static int read_line(const struct feed *feed, char *text, size_t length, bool first,
                     struct target *ret_target, struct fault *fault)
{
    if (memchr(text, '\0', length))
        return fault_set(fault, FAULT_SYNTAX, 0, "a NUL byte: a list of targets is plain text");
    text = trim(text, length, first);
    if (!*text)
        return 1;
    if (strpbrk(text, " \t"))
        return fault_set(fault, FAULT_SYNTAX, 0,
                         "one target a line: there is more behind a blank, and no '#' before it");
    if (is_standard_input(text))
        return fault_set(fault, FAULT_SYNTAX, 0,
                         "'-' is standard input on the command line, and no target in a list");
    return read_target(feed, text, ret_target, fault);
}

/* Takes what lines_next() gave: whether it was a target. */
static bool take_line(struct feed *feed, enum lines_state state, char *text, size_t length,
                      struct fault *fault)
{
    uint64_t number = lines_number(feed->list[feed->list_next].lines);
    int result;

    if (state == LINES_TOO_LONG)
        result = fault_set(fault, FAULT_SYNTAX, 0, "the line is longer than %d bytes", LINES_MAX);
    else
        result = read_line(feed, text, length, number == 1, &feed->target, fault);
    if (result < 0)
        complain(feed, number, fault);
    return result == 0;
}

/* ITEM: feed->target has been read. END: this list is done with. */
static enum feed_state read_list(struct feed *feed)
{
    struct list *list = &feed->list[feed->list_next];

    for (unsigned fruitless = 0;; fruitless++) {
        char *text = NULL;
        size_t length = 0;
        struct fault fault;
        enum lines_state state;

        if (fruitless >= FRUITLESS_LINES && lines_descriptor(list->lines) >= 0 &&
            !lines_ready(list->lines))
            return FEED_WAIT;
        state = lines_next(list->lines, &text, &length, &fault);
        switch (state) {
        case LINES_LINE:
        case LINES_TOO_LONG:
            if (!take_line(feed, state, text, length, &fault))
                continue;
            add_saturating(&feed->total, target_probes(&feed->target));
            return FEED_ITEM;
        case LINES_WAIT:
            return FEED_WAIT;
        case LINES_FAILED:
            complain(feed, 0, &fault);
            break;
        case LINES_END:
        case LINES_STATE_COUNT:
            break;
        }
        lines_close(list->lines);
        list->lines = NULL;
        feed->list_next++;
        return FEED_END;
    }
}

/* ---- one after the other
 * ------------------------------------------------------------------------- */

/* The next argument's target; false where a list has its turn. */
static bool next_argument(struct feed *feed)
{
    const char *text = feed->options.arguments[feed->argument++];

    if (is_standard_input(text))
        return false;
    /* It was checked before. Keeping all of them would need far more memory than their text. */
    if (target_read(text, &feed->target, NULL))
        assert(false && "an argument was changed under way");
    return true;
}

static enum feed_state next_target(struct feed *feed)
{
    for (;;) {
        enum feed_state state = FEED_ITEM;

        if (!feed->reading) {
            if (feed->argument < feed->options.argument_count)
                feed->reading = !next_argument(feed);
            else if (feed->list_next < feed->list_count)
                feed->reading = true;
            else
                return FEED_END;
        }
        if (feed->reading)
            state = read_list(feed);
        if (state == FEED_END) {
            feed->reading = false;
            continue;
        }
        if (state == FEED_ITEM) {
            feed->index = 0;
            feed->probes = target_probes(&feed->target);
        }
        return state;
    }
}

enum feed_state feed_next(struct feed *feed, struct target_item *ret_item)
{
    enum feed_state state = feed->index < feed->probes ? FEED_ITEM : next_target(feed);

    feed->waiting = state == FEED_WAIT;
    if (state == FEED_ITEM) {
        target_nth(&feed->target, feed->index++, ret_item);
        feed->given++;
    }
    return state;
}

bool feed_ended(struct feed *feed)
{
    return feed->index >= feed->probes && next_target(feed) == FEED_END;
}

int feed_descriptor(const struct feed *feed)
{
    return feed->waiting ? lines_descriptor(feed->list[feed->list_next].lines) : -1;
}

uint64_t feed_bad_lines(const struct feed *feed)
{
    return feed->bad_lines;
}

uint64_t feed_given(const struct feed *feed)
{
    return feed->given;
}

bool feed_total(const struct feed *feed, uint64_t *ret_total)
{
    if (feed->list_next < feed->list_count)
        return false;
    *ret_total = feed->total;
    return true;
}
