/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of `read` share: a reading under way. */
#ifndef CMD_READ_PARTS_H
#define CMD_READ_PARTS_H

#include "base/arena.h"
#include "cmd/run.h"
#include "net/link.h"
#include "probe/track/connection_record.h"
#include "probe/track/story.h"

struct compare;
struct read_isn;

struct read_run {
    struct run run; /* first */
    const struct settings *settings;
    struct arena memory; /* of the record in hand */
    struct arena names;  /* that last as long as the reading */
    struct fault *fault; /* what the calls of the tracker fill */

    /* The file in hand, or several that are one. */
    struct track *track;
    struct replay *replay;
    const char *file;           /* as it is shown */
    struct replay_facts before; /* --join: of the files before this one */
    struct connection_tally tally;

    bool pages;   /* connections with their ladders; else a line each */
    bool stories; /* segments are kept */
    struct story_room stories_room;
    bool reports; /* somebody looks at the records of connections */
    unsigned without;
    const char *headed; /* whose lines have a heading */
    bool *found;        /* for each number or range of --connection: it is there */
    bool found_server;  /* --server's */

    struct read_isn *isn;
    struct compare *compare;
    unsigned side;          /* of the comparison: 0, 1 */
    uint64_t side_count[2]; /* connections of either capture */
    struct dump *dump;
    bool writes_all;    /* every frame that passes the filter */
    uint64_t in_pieces; /* packets whose first fragments were not written */

    uint64_t position_before; /* bytes of the files before this one */
    size_t files_read;        /* to their end */
    bool failed;              /* a file could not be opened */
    int64_t waited;           /* ns that a pipe has been dry */
    int idle_error;           /* that ended the waiting */
    int64_t told_at;          /* when progress was told last */
    uint64_t told_from;       /* frames since the last look at the clock */
};

/* read_check.c: whether what was asked for fits together. 0 or -FAULT_USAGE. */
int read_check(const struct settings *settings, struct fault *fault);

/* read_connections.c: what the tracker calls, with the reading. */
struct track_calls read_calls(const struct read_run *read);
/* A frame into the file of --write. 0 or a fault. */
int read_write(struct read_run *read, const struct replay_frame *from);
/* What of a connection's record nobody looks at. */
unsigned read_without(const struct read_run *read);

/* read_watch.c: signals, progress, pipes. */

/* From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT are noted. */
void read_watch(void);
/* Whether somebody wants an end. */
bool read_stopped(void);
/* Once a frame: looks at the signals and shows progress. False: it is to end. */
bool read_tick(struct read_run *read);
/* replay_options.idle, with the reading. */
bool read_idle(void *data, int64_t waited_ns);

/* read_tell.c: what is said of a capture. */

/* Begins a line on standard error: "tcpprobe: FILE: "; and one that is not about a file. */
void read_name(struct read_run *read);
void read_say(struct read_run *read, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The facts of the files that make the capture, by now. */
struct replay_facts read_facts(const struct read_run *read);
/* The capture's end: its record, or what there is to say of it. 0 or a fault. */
int read_tell(struct read_run *read, struct fault *fault);

/* read_isn.c */
int read_isn_open(struct read_run *read, struct fault *fault);
void read_isn_close(struct read_run *read);
int read_isn_take(struct read_run *read, struct connection *connection,
                  const struct tracked *tracked);
/* How many servers there are, where that matters. */
void read_isn_tell(struct read_run *read);

/* read_compare.c: once both captures have been read. */
int read_compare(struct read_run *read, struct fault *fault);

/* Whether --server means this end of the connection. */
bool read_is_server(const struct read_run *read, const struct track_key *key, unsigned end);

#endif
