/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole file into memory. */
#include "cmd/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_stream(FILE *stream, const char *what, uint8_t **ret_bytes, size_t *ret_length,
                       struct fault *fault)
{
    size_t length = 0, room = 0;
    uint8_t *bytes = NULL;

    for (;;) {
        if (length == room) {
            uint8_t *grown;

            room = room ? room * 2 : 65536;
            grown = room <= FILE_READ_MAX * 2 ? realloc(bytes, room) : NULL;
            if (!grown) {
                free(bytes);
                return fault_set(fault, FAULT_RANGE, 0, "%s: larger than 64 MiB", what);
            }
            bytes = grown;
        }
        length += fread(bytes + length, 1, room - length, stream);
        if (length > FILE_READ_MAX) {
            free(bytes);
            return fault_set(fault, FAULT_RANGE, 0, "%s: larger than 64 MiB", what);
        }
        if (feof(stream))
            break;
        if (ferror(stream)) {
            int sys = errno;

            free(bytes);
            return fault_set(fault, FAULT_IO, sys, "%s cannot be read", what);
        }
    }
    *ret_bytes = bytes;
    *ret_length = length;
    return 0;
}

int file_read(const char *path, const char *what, uint8_t **ret_bytes, size_t *ret_length,
              struct fault *fault)
{
    FILE *stream = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    int error;

    if (!stream)
        return fault_set(fault, FAULT_IO, errno, "%s cannot be opened", what);
    error = read_stream(stream, what, ret_bytes, ret_length, fault);
    if (stream != stdin)
        fclose(stream);
    return error;
}
