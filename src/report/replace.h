/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that appears whole or not at all: written beside its place and renamed when complete. */
#ifndef REPORT_REPLACE_H
#define REPORT_REPLACE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"

/* A file on its way. Fill it with replace_begin(); it ends with replace_end() or replace_drop(). */
struct replace {
    FILE *stream;    /* to write to */
    char *path;      /* where it will be, symbolic links followed */
    char *temporary; /* where it is now; NULL where the path is no regular file and is written to
                        itself */
    bool world_readable;
};

/*
 * Whether `path` can be written, as far as can be told without writing: 0, or -FAULT_IO with the
 * name: its folder is missing or may not be written to, or it is a folder itself.
 */
int replace_check(const char *path, struct fault *fault);

/*
 * Opens a new file in the folder of `path`, named ".NAME.PID.tmp"; whoever follows a link to the
 * path follows it still. A path that exists and is no regular file (a pipe, /dev/stdout) is written
 * to as it is: a rename would put a file in its place. `world_readable`: mode 0644 whatever the
 * umask, for readers that run as somebody else; false: as the umask has it. 0, -FAULT_IO,
 * -FAULT_MEMORY.
 */
int replace_begin(struct replace *replace, const char *path, bool world_readable,
                  struct fault *fault);

/*
 * Flushes to the disk and renames. 0; or -FAULT_IO with nothing left behind and what was at `path`
 * untouched. Where a write has failed before, errno is still to be the write's: it names the cause.
 */
int replace_end(struct replace *replace, struct fault *fault);

/* Gives up: nothing is left behind. Also after a failed replace_begin(). */
void replace_drop(struct replace *replace);

#endif
