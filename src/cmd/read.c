/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `read`: the connections of captures that somebody else took. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/read_parts.h"
#include "net/clock.h"
#include "net/privilege.h"
#include "probe/track/compare.h"
#include "report/records_read_isn.h"

/* What the segments that are kept for pages may take, of all connections that are open. */
#define STORIES_ROOM ((size_t)1 << 30)

/* ---- one file ---- */

static const char *name_of(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static int new_track(struct read_run *read, struct fault *fault)
{
    const struct read_settings *settings = &read->settings->read;
    struct track_options options = {
        .connections = settings->most,
        .by_interface = settings->by_interface,
        .calls = read_calls(read),
        .data = read,
    };

    if (entropy_fill(options.seed, sizeof options.seed, fault))
        return -(int)fault->code;
    read->found_server = false;
    read->tally = (struct connection_tally){.half_open = 0};
    memset(&read->before, 0, sizeof read->before);
    if (read->found)
        memset(read->found, 0, settings->connection_count * sizeof *read->found);
    return track_new(&options, &read->track, fault);
}

/* Frames of several files that are one have the numbers that they would have in it. */
static int read_frames(struct read_run *read, struct fault *fault)
{
    uint64_t before = read->before.frames;
    struct replay_frame frame;
    int more = 0, error = 0;

    while (!error && read_tick(read) && (more = replay_next(read->replay, &frame, fault)) > 0) {
        frame.number += before;
        if (read->writes_all)
            error = read_write(read, &frame);
        if (!error)
            error = track_frame(read->track, &frame, fault);
    }
    if (!error && read->idle_error)
        error = read->idle_error;
    return error ? error : more < 0 ? more : 0;
}

/* The end of a capture: what is open is told, then what there is to say of it. */
static int end_capture(struct read_run *read, struct fault *fault)
{
    int error = track_end(read->track, fault);

    if (!error)
        error = output_flush(&read->run.output, fault);
    run_hide_progress(&read->run);
    return error ? error : read_tell(read, fault);
}

static void close_replay(struct read_run *read)
{
    if (read->replay)
        read->position_before += replay_facts(read->replay)->position;
    replay_close(read->replay);
    read->replay = NULL;
}

static void close_capture(struct read_run *read)
{
    track_free(read->track);
    read->track = NULL;
    close_replay(read);
}

/* A file of several that cannot be read does not keep the others from being read. */
static int tell_refused(struct read_run *read, struct fault *fault)
{
    bool alone = read->settings->argument_count == 1 || read->compare;

    if (fault->code != FAULT_IO || alone)
        return -(int)fault->code;
    read_say(read, "%s", fault->what);
    if (read->run.plugin)
        plugin_take_unprobed(read->run.plugin, 1);
    read->failed = true;
    return 0;
}

/* *ret_replay NULL: it could not be opened, and the others are to be read all the same. */
static int open_file(struct read_run *read, size_t number, struct replay **ret_replay,
                     struct fault *fault)
{
    const struct settings *settings = read->settings;
    const struct replay_options options = {
        .filter = settings->read.filter, .idle = read_idle, .data = read};
    struct replay *replay;
    int error = output_flush(&read->run.output, fault); /* a pipe may keep us waiting */

    *ret_replay = NULL;
    if (error)
        return error;
    read->waited = 0;
    error = replay_open(settings->arguments[number], &options, &replay, fault);
    if (error)
        return read_stopped() ? 0 : tell_refused(read, fault);
    *ret_replay = replay;
    return 0;
}

static int read_file(struct read_run *read, size_t number, struct fault *fault)
{
    const struct settings *settings = read->settings;
    const char *path = settings->arguments[number];
    struct replay *replay;
    int error = open_file(read, number, &replay, fault);

    if (error || !replay)
        return error;
    if (read->replay) /* and this goes on where that one ends */
        read->before = read_facts(read);
    else if (!settings->read.join)
        read->file = name_of(path);
    close_replay(read);
    read->replay = replay;
    if (number + 1 == settings->argument_count && !settings->prometheus_path)
        error = privilege_drop(false, fault); /* no file is to be opened any more */
    if (!error && !read->track)
        error = new_track(read, fault);
    return error ? error : read_frames(read, fault);
}

/* What somebody wanted and did not get, because somebody else wanted an end. */
static void tell_stopped(struct read_run *read)
{
    size_t left = read->settings->argument_count - read->files_read;

    read->run.stopped = true;
    read->run.unmeasured += left;
    if (left == 0 || read->settings->quiet || read->run.plugin)
        return;
    read_say(read, "the reading was ended before %zu of %zu files had been read to their end", left,
             read->settings->argument_count);
}

/* A pipe has no end but the one that it is given. */
static bool is_read(const struct read_run *read)
{
    const struct replay_facts *facts = read->replay ? replay_facts(read->replay) : NULL;

    return facts && (!read_stopped() || facts->size == 0 || facts->position >= facts->size);
}

static int read_files(struct read_run *read, struct fault *fault)
{
    const struct settings *settings = read->settings;
    int error = 0;

    for (size_t i = 0; i < settings->argument_count && !error && !read_stopped(); i++) {
        bool last = i + 1 == settings->argument_count;

        read->side = (unsigned)i;
        error = read_file(read, i, fault);
        read->files_read += read_stopped() ? is_read(read) : 1;
        if (settings->read.join && !last && !read_stopped())
            continue;
        if (!error && read->track)
            error = end_capture(read, fault);
        close_capture(read);
    }
    run_hide_progress(&read->run);
    if (!error && read_stopped())
        tell_stopped(read);
    return error;
}

/* ---- all of it ---- */

static const struct schema *judged(const struct settings *settings)
{
    if (settings->read.capture)
        return &schema_capture;
    return settings->read.compare ? &schema_compare : &schema_read;
}

static const struct schema *printed(const struct settings *settings)
{
    if (settings->each)
        return &schema_read_row;
    return settings->read.isn ? &schema_read_isn : judged(settings);
}

/* What is to be kept, and what for. */
static int plan(struct read_run *read, struct fault *fault)
{
    const struct settings *settings = read->settings;
    const struct read_settings *asked = &settings->read;
    bool prints = !settings->quiet && !read->run.plugin;
    bool connections = read->run.schema == &schema_read;

    read->pages = !asked->summary && (asked->ladder || asked->connection_count > 0 ||
                                      asked->filter || settings->explain);
    read->reports =
        connections && (settings->expect || (prints && read->run.printed == &schema_read));
    read->stories_room.most = STORIES_ROOM;
    read->stories =
        asked->compare || (read->reports && read->pages && !settings->each && !asked->isn);
    read->run.output.one_line = connections && !read->pages;
    if (connections)
        read->without = read_without(read);
    if (asked->connection_count > 0) {
        read->found = calloc(asked->connection_count, sizeof *read->found);
        if (!read->found)
            return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    read->file = name_of(settings->arguments[0]);
    if (asked->join && settings->argument_count > 1) {
        arena_print(&read->names, "%s and %zu more", read->file, settings->argument_count - 1);
        read->file = arena_finish(&read->names);
    }
    if (asked->compare) {
        read->compare =
            compare_new(name_of(settings->arguments[0]), name_of(settings->arguments[1]));
        if (!read->compare)
            return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    if (asked->isn && read_isn_open(read, fault))
        return -(int)fault->code;
    read->writes_all = !asked->has_server && asked->connection_count == 0 && settings->write_path;
    return settings->write_path ? dump_open(settings->write_path, &read->dump, fault) : 0;
}

static int finish(struct read_run *read, int error, struct fault *fault)
{
    struct fault other;
    int more = dump_close(read->dump, error ? &other : fault), status;

    read->dump = NULL;
    if (error && cli_reader_gone(fault))
        read->run.reader_gone = true;
    else if (error || more)
        return error ? error : more;
    if (read->isn && !read->run.reader_gone)
        read_isn_tell(read);
    if (read->in_pieces > 0 && !read->settings->quiet)
        read_say(read, "%llu packets came in fragments, of which --write kept the last",
                 (unsigned long long)read->in_pieces);
    if (read->settings->expect && read->run.met + read->run.unmet + read->run.unmeasured == 0 &&
        !read->run.reader_gone)
        read->run.unmeasured++; /* nothing measured is nothing met */
    status = run_finish(&read->run, fault);
    return status >= 0 && read->failed && !read->run.plugin ? EXIT_STATUS_IO : status;
}

static int read_all(struct read_run *read, struct fault *fault)
{
    int error = plan(read, fault);

    read->fault = fault;
    read->told_at = read->run.began;
    read_watch();
    if (error)
        return error;
    error = read_files(read, fault);
    if (!error && read->compare && !read_stopped())
        error = read_compare(read, fault);
    return finish(read, error, fault);
}

/* Whose files these are may take a capability; all others go at once, and this one with the last
 * file that is opened: for one file, before the first frame of it is looked at. */
static int read_captures(struct settings *settings, struct fault *fault)
{
    struct read_run read = {.settings = settings};
    int status = read_check(settings, fault);

    if (!status)
        status = privilege_drop(true, fault);
    if (status)
        return status;
    settings->no_targets = true;
    arena_init(&read.memory);
    arena_init(&read.names);
    status = run_open(&read.run, settings, judged(settings), printed(settings), fault);
    if (!status)
        status = read_all(&read, fault);
    dump_close(read.dump, NULL);
    read_isn_close(&read);
    compare_free(read.compare);
    free(read.found);
    run_close(&read.run);
    arena_release(&read.memory);
    arena_release(&read.names);
    return status;
}

const struct command command_read = {
    .name = "read",
    .arguments = "FILE...",
    .values = "FILE",
    .summary = "Read captures: every TCP connection in them, both ends' states, what went wrong",
    .description =
        "A FILE is a capture in pcap or pcapng format, or - for standard input, as in 'tcpdump -w "
        "- | tcpprobe read -', which is followed line by line. No privilege is needed, and nothing "
        "is sent.\n\n"
        "Each TCP connection is reported when it is over, in a line: its verdict, both halves of "
        "the round trip as the capture point splits it, how it ended and what was out of the "
        "ordinary. With --connection, --filter, --ladder or --explain each has a page with every "
        "segment and the states of both ends, as far as the packets tell ('describe doubts' says "
        "why one is not certain).\n\n"
        "Exit status: 0 every file was read, and every connection met what was expected "
        "(--expect; without it nothing is), 1 at least one did not, 2 none failed but at least one "
        "is inconclusive, or a file is damaged, or what was asked for is not in it; 64 usage, 70 "
        "internal, 71 system, 74 a file cannot be opened or is no capture (the others are read), "
        "or output failed.",
    .groups = {&cli_group_reading, &cli_group_scripts, &cli_group_output, &cli_group_common},
    .run = read_captures,
};
