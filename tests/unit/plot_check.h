/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files in a folder of the test's own, and pictures looked at from outside: for the tests of
 * pictures. */
#ifndef TESTS_UNIT_PLOT_CHECK_H
#define TESTS_UNIT_PLOT_CHECK_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/tcpprobe-plot-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

/* The files in the folder; with `clear` they are removed. */
static size_t count_files(bool clear)
{
    size_t count = 0;
    char path[512];
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (clear)
            unlink(path);
    }
    closedir(listing);
    return count;
}

static int remove_folder(void **state)
{
    (void)state;
    count_files(true);
    return rmdir(folder);
}

/* A path in the folder: one of four buffers in turn. */
static const char *in_folder(const char *name)
{
    static char paths[4][512];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* A file's bytes and a NUL behind them, to be freed. */
static inline char *load(const char *path, size_t *ret_length)
{
    FILE *stream = fopen(path, "rb");
    if (!stream)
        fail_msg("%s is missing", path);
    char *bytes = malloc(1 << 24);
    assert_non_null(bytes);
    *ret_length = fread(bytes, 1, (1 << 24) - 1, stream);
    bytes[*ret_length] = '\0';
    assert_int_equal(fclose(stream), 0);
    return bytes;
}

/* The picture is whole in its form: SVG by a parser of XML, PNG and PDF by their frames. */
static inline void check_picture(const char *path)
{
    size_t length;
    char *bytes = load(path, &length);
    const char *ending = strrchr(path, '.');
    if (strcmp(ending, ".svg") == 0) {
        char command[1024];
        snprintf(
            command, sizeof command,
            "/usr/bin/python3 -c 'import sys, xml.etree.ElementTree as t; "
            "sys.exit(t.parse(sys.argv[1]).getroot().tag != \"{http://www.w3.org/2000/svg}svg\")"
            "' '%s'",
            path);
        assert_int_equal(system(command), 0);
        /* Numbers that are none would be no XML error. */
        assert_null(strstr(bytes, "nan"));
        assert_null(strstr(bytes, "inf "));
    } else if (strcmp(ending, ".png") == 0) {
        assert_memory_equal(bytes, "\211PNG\r\n\032\n\0\0\0\rIHDR", 16);
        assert_memory_equal(bytes + length - 8, "IEND\256\102\140\202", 8);
    } else {
        assert_memory_equal(bytes, "%PDF-1.", 7);
        assert_memory_equal(bytes + length - 6, "%%EOF\n", 6);
        const char *start = memmem(bytes, length, "startxref\n", 10);
        assert_non_null(start);
        unsigned long at = strtoul(start + 10, NULL, 10);
        assert_true(at > 0 && at < length);
        assert_null(memmem(bytes, length, "CreationDate", 12));
    }
    free(bytes);
}

/* The words in an SVG. */
static inline bool svg_has(const char *path, const char *words)
{
    size_t length;
    char *bytes = load(path, &length);
    bool found = strstr(bytes, words) != NULL;
    free(bytes);
    return found;
}

static inline void assert_same_bytes(const char *one, const char *other)
{
    size_t lengths[2];
    char *bytes[2] = {load(one, &lengths[0]), load(other, &lengths[1])};
    assert_int_equal(lengths[0], lengths[1]);
    assert_memory_equal(bytes[0], bytes[1], lengths[0]);
    free(bytes[0]);
    free(bytes[1]);
}

#endif
