/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What does not fit together on the command line of `read`. */
#include <string.h>
#include <sys/stat.h>

#include "cmd/read_parts.h"

/* What is made in place of connections' records is one thing. */
static int check_ways(const struct settings *settings, struct fault *fault)
{
    const struct read_settings *read = &settings->read;
    const struct {
        bool set;
        const char *name;
    } ways[] = {{settings->each, "--each"},
                {read->capture, "--capture"},
                {read->isn, "--isn"},
                {read->compare, "--compare"},
                {read->early, "--early"}};
    const char *found = NULL;

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!ways[i].set)
            continue;
        if (found)
            return fault_set(fault, FAULT_USAGE, 0, "'%s' and '%s' do not go together", found,
                             ways[i].name);
        found = ways[i].name;
    }
    if (read->summary && read->ladder)
        return fault_set(fault, FAULT_USAGE, 0, "'--summary' and '--ladder' are opposites");
    if (((read->summary && !read->compare) || read->ladder) && found && !read->early)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'%s' is about records of connections: not with '%s'",
                         read->summary ? "--summary" : "--ladder", found);
    return 0;
}

static int check_scripts(const struct settings *settings, struct fault *fault)
{
    const struct read_settings *read = &settings->read;

    if ((settings->plugin || settings->prometheus_path) && !read->capture)
        return fault_set(fault, FAULT_USAGE, 0, "'%s' is about captures as a whole: with --capture",
                         settings->plugin ? "--plugin" : "--prometheus");
    if (read->capture && (read->connection_count > 0 || read->has_server) && !settings->write_path)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--capture' is about all packets: --filter may choose some");
    if (settings->write_path && !read->filter && !read->has_server && read->connection_count == 0)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--write' keeps what was chosen: with --connection, --server or "
                         "--filter");
    if (settings->write_path && read->compare)
        return fault_set(fault, FAULT_USAGE, 0, "'--write' and '--compare' do not go together");
    return 0;
}

static int check_files(const struct settings *settings, struct fault *fault)
{
    const struct read_settings *read = &settings->read;
    size_t inputs = 0;

    if (settings->argument_count == 0)
        return fault_set(fault, FAULT_USAGE, 0,
                         "a capture is missing: its file, or '-' for standard input");
    for (size_t i = 0; i < settings->argument_count; i++)
        inputs += strcmp(settings->arguments[i], "-") == 0;
    if (inputs > 1)
        return fault_set(fault, FAULT_USAGE, 0, "'-': standard input can be read once");
    if (!read->compare)
        return 0;
    if (settings->argument_count != 2)
        return fault_set(fault, FAULT_USAGE, 0, "'--compare' wants two captures");
    if (read->join)
        return fault_set(fault, FAULT_USAGE, 0, "'--compare' and '--join' do not go together");
    if (read->connection_count > 0 || read->has_server)
        return fault_set(fault, FAULT_USAGE, 0,
                         "'--compare' takes all connections: --filter chooses packets of both "
                         "captures, --only pairs");
    return 0;
}

/* The copy of some frames would put an end to all of them. */
static int check_write(const struct settings *settings, struct fault *fault)
{
    struct stat out, in;

    if (!settings->write_path || strcmp(settings->write_path, "-") == 0 ||
        stat(settings->write_path, &out) != 0)
        return 0;
    for (size_t i = 0; i < settings->argument_count; i++)
        if (stat(settings->arguments[i], &in) == 0 && S_ISREG(in.st_mode) &&
            in.st_dev == out.st_dev && in.st_ino == out.st_ino)
            return fault_set(fault, FAULT_USAGE, 0, "'--write=%s' is the capture that is read",
                             settings->write_path);
    return 0;
}

int read_check(const struct settings *settings, struct fault *fault)
{
    int error = check_ways(settings, fault);

    if (!error)
        error = check_scripts(settings, fault);
    if (!error)
        error = check_files(settings, fault);
    return error ? error : check_write(settings, fault);
}
