/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparison of output with the files of tests/golden; GOLDEN_UPDATE=1 in the environment writes
 * them anew. */
#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A stream into memory. capture_end() gives the text, to be freed. */
struct capture {
    char *text;
    size_t length;
    FILE *stream;
};

static inline void capture_begin(struct capture *capture)
{
    capture->stream = open_memstream(&capture->text, &capture->length);
    assert_non_null(capture->stream);
}

static inline char *capture_end(struct capture *capture)
{
    assert_int_equal(fclose(capture->stream), 0);
    return capture->text;
}

static inline void golden_check(const char *name, const char *text)
{
    const char *top = getenv("TOP_SRCDIR"), *update = getenv("GOLDEN_UPDATE");
    char path[512];
    snprintf(path, sizeof path, "%s/tests/golden/%s", top ? top : ".", name);
    if (update && strcmp(update, "1") == 0) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text, file);
        assert_int_equal(fclose(file), 0);
    }
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s is missing", path);
    static char expected[1 << 17];
    size_t length = fread(expected, 1, sizeof expected - 1, file);
    assert_int_equal(fclose(file), 0);
    expected[length] = '\0';
    size_t line = 1, at = 0;
    while (text[at] && text[at] == expected[at])
        line += text[at++] == '\n';
    if (text[at] != expected[at])
        fail_msg("differs from %s in line %zu:\n%s", path, line, text);
}

#endif
