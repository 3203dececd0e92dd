/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that appear whole or not at all. */
#include "report/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many names are tried where a file of that name was left behind by another. */
#define TEMPORARY_NAMES 100

/* The name's place in a path: behind the last slash. */
static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The folder of a path, to be freed; NULL: out of memory. */
static char *folder_of(const char *path)
{
    size_t length = (size_t)(name_in(path) - path);
    if (length == 0)
        return strdup(".");
    return strndup(path, length > 1 ? length - 1 : 1);
}

int replace_check(const char *path, struct fault *fault)
{
    struct stat found;
    if (*name_in(path) == '\0')
        return fault_set(fault, FAULT_IO, path[0] ? EISDIR : ENOENT, "'%s' cannot be written",
                         path);
    if (stat(path, &found) == 0 && !S_ISREG(found.st_mode)) {
        if (S_ISDIR(found.st_mode))
            return fault_set(fault, FAULT_IO, EISDIR, "'%s' cannot be written", path);
        if (access(path, W_OK) != 0)
            return fault_set(fault, FAULT_IO, errno, "'%s' cannot be written", path);
        return 0;
    }
    char *real = realpath(path, NULL);
    char *folder = folder_of(real ? real : path);
    free(real);
    if (!folder)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    int sys = 0;
    if (stat(folder, &found) != 0)
        sys = errno;
    else if (!S_ISDIR(found.st_mode))
        sys = ENOTDIR;
    else
        sys = access(folder, W_OK | X_OK) != 0 ? errno : 0;
    int error = 0;
    if (sys)
        error =
            fault_set(fault, FAULT_IO, sys, "'%s' cannot be written: folder '%s'", path, folder);
    free(folder);
    return error;
}

/* Creates the temporary file; its descriptor, or -1 with errno. */
static int create_temporary(struct replace *replace, const char *folder)
{
    for (unsigned attempt = 0; attempt < TEMPORARY_NAMES; attempt++) {
        char *name = NULL;
        if (asprintf(&name, "%s/.%s.%ld.%u.tmp", folder, name_in(replace->path), (long)getpid(),
                     attempt) < 0)
            return -1;
        int descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (descriptor >= 0) {
            replace->temporary = name;
            return descriptor;
        }
        /* What bears that name already is not ours. */
        int sys = errno;
        free(name);
        errno = sys;
        if (sys != EEXIST)
            return -1;
    }
    return -1;
}

/* Opens what is to be written to; NULL with errno. */
static FILE *open_stream(struct replace *replace)
{
    struct stat found;
    int descriptor = -1;
    if (stat(replace->path, &found) == 0 && !S_ISREG(found.st_mode)) {
        descriptor = open(replace->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    } else {
        char *folder = folder_of(replace->path);
        if (folder)
            descriptor = create_temporary(replace, folder);
        int sys = errno;
        free(folder);
        errno = sys;
    }
    if (descriptor < 0)
        return NULL;
    FILE *stream = fdopen(descriptor, "wb");
    if (!stream) {
        int sys = errno;
        close(descriptor);
        errno = sys;
    }
    return stream;
}

int replace_begin(struct replace *replace, const char *path, bool world_readable,
                  struct fault *fault)
{
    *replace = (struct replace){.world_readable = world_readable};
    int error = replace_check(path, fault);
    if (error)
        return error;
    replace->path = realpath(path, NULL);
    if (!replace->path)
        replace->path = strdup(path);
    if (!replace->path)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");

    replace->stream = open_stream(replace);
    if (!replace->stream) {
        int sys = errno;
        replace_drop(replace);
        return fault_set(fault, FAULT_IO, sys, "'%s' cannot be written", path);
    }
    return 0;
}

int replace_end(struct replace *replace, struct fault *fault)
{
    FILE *stream = replace->stream;
    int sys = 0, earlier = errno; /* of a write that failed, where one did */
    replace->stream = NULL;
    errno = 0;
    if (fflush(stream) != 0 || ferror(stream))
        sys = errno ? errno : earlier ? earlier : EIO;
    if (!sys && replace->temporary && replace->world_readable && fchmod(fileno(stream), 0644) != 0)
        sys = errno;
    /* A name that outlives a crash must not stand for an empty file. */
    if (!sys && replace->temporary && fsync(fileno(stream)) != 0)
        sys = errno;
    if (fclose(stream) != 0 && !sys)
        sys = errno;
    if (!sys && replace->temporary && rename(replace->temporary, replace->path) != 0)
        sys = errno;
    if (!sys) {
        free(replace->temporary);
        replace->temporary = NULL;
        replace_drop(replace);
        return 0;
    }
    int error = fault_set(fault, FAULT_IO, sys, "'%s' cannot be written", replace->path);
    replace_drop(replace);
    return error;
}

void replace_drop(struct replace *replace)
{
    if (replace->stream)
        fclose(replace->stream);
    if (replace->temporary)
        remove(replace->temporary);
    free(replace->temporary);
    free(replace->path);
    *replace = (struct replace){0};
}
