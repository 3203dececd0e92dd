/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict reading of numbers, durations and sizes from text, and peer bytes made safe to print; never the locale. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * All readers here take the whole string: no leading or trailing blanks, no sign where none is
 * meant, no rest. They return 0, or a negative fault code (SYNTAX, RANGE) with `fault` filled
 * (it may be NULL), its subject being `what` (such as "--ttl"). A result is written only on success.
 */

/* A whole number, decimal or 0x-hexadecimal, in min … max. */
int text_number(const char *text, const char *what, uint64_t min, uint64_t max, uint64_t *ret_value,
                struct fault *fault);

/*
 * A duration in nanoseconds: a decimal number with an optional fraction and a unit: ns, us (or µs),
 * ms, s, m, h, d. "0" needs no unit; any other number without a unit means seconds. In min … max (ns).
 */
int text_duration(const char *text, const char *what, int64_t min_ns, int64_t max_ns, int64_t *ret_ns,
                  struct fault *fault);

/* A range of whole numbers "A" or "A-B" with min <= A <= B <= max; for "A" both results are A. */
int text_range(const char *text, const char *what, uint64_t min, uint64_t max, uint64_t *ret_from,
               uint64_t *ret_to, struct fault *fault);

/* Hexadecimal digits, an even number of them, into bytes; RANGE when more than `size` bytes. */
int text_hex(const char *text, const char *what, uint8_t *bytes, size_t size, size_t *ret_length,
             struct fault *fault);

/*
 * Peer bytes made safe for a terminal: printable ASCII as it is, backslash and the C escapes as in
 * C (\\ \n \r \t \0), all else \xHH. Writes at most size bytes with the final NUL and never half
 * an escape; where it does not all fit, ends with "...". Returns the length written without the NUL.
 */
size_t text_safe(const void *bytes, size_t length, char *text, size_t size);

/* Lower-case hex of bytes, as text_safe() in its bounds. */
size_t text_show_hex(const void *bytes, size_t length, char *text, size_t size);

/*
 * The opposite of text_safe for what a person types: \n \r \t \0 \\ \xHH become bytes. Returns the
 * number of bytes (at most strlen(text)) or a negative fault code (SYNTAX). `bytes` holds `size`.
 */
int text_unescape(const char *text, const char *what, uint8_t *bytes, size_t size, size_t *ret_length,
                  struct fault *fault);

/* A duration for people in three significant figures: "38.2 µs", "1.03 ms", "3 s"; `micro` is "µ" or "u". */
size_t text_show_duration(int64_t ns, const char *micro, char *text, size_t size);

/*
 * Of `count` names the one nearest to `typed` by edit distance, if near enough to be a likely
 * misspelling; else NULL. For "did you mean".
 */
const char *text_nearest(const char *typed, const char *const *names, size_t count);

/* printf into text at *at, bounded by size; moves *at; a cut result stays NUL-terminated. */
void text_append(char *text, size_t size, size_t *at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
