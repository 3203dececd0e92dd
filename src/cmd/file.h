/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole file into memory. */
#ifndef CMD_FILE_H
#define CMD_FILE_H

#include <stdint.h>

#include "base/err.h"

/* The largest that is read: 64 MiB. */
#define FILE_READ_MAX ((size_t)64 << 20)

/* Reads `path` ("-": standard input) into memory that the caller frees. 0; -FAULT_IO; -FAULT_RANGE
 * when it is larger than FILE_READ_MAX. `what` names it in a message: "--send
 * '@FILE'". */
int file_read(const char *path, const char *what, uint8_t **ret_bytes, size_t *ret_length,
              struct fault *fault);

#endif
