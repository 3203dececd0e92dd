/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fault codes in words, the exit statuses they lead to, and how a fault is written down. */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct fault_row {
    enum exit_status status;
    const char *words;
};

static const struct fault_row fault_rows[FAULT_COUNT] = {
    [FAULT_NONE] = {EXIT_STATUS_MET, "success"},
#define X(id, exit_id, text) [FAULT_##id] = {EXIT_STATUS_##exit_id, text},
    FAULT_TABLE(X)
#undef X
};

static const struct exit_status_row status_rows[] = {
#define X(id, value, title, text) {.number = (value), .name = (title), .meaning = (text)},
    EXIT_STATUS_TABLE(X)
#undef X
};

/* The length to cut `text` to so that it does not end within a UTF-8 character. */
static size_t whole_characters(const char *text, size_t length)
{
    size_t start = length;
    while (start > 0 && length - start < 4) {
        uint8_t byte = (uint8_t)text[start - 1];
        start--;
        if (byte < 0x80)
            return length;
        if (byte >= 0xc0) {
            size_t need = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
            return length - start < need ? start : length;
        }
    }
    return length;
}

/* Appends ": permission denied": the C library's words, without their capital. */
static void append_errno(char *text, size_t size, size_t length, int number)
{
    const char *words = strerrordesc_np(number); /* unlike strerror() never translated */
    if (!words) {
        snprintf(text + length, size - length, ": error %d", number);
        return;
    }
    char first = words[0];
    if (first >= 'A' && first <= 'Z' && !(words[1] >= 'A' && words[1] <= 'Z'))
        first = (char)(first - 'A' + 'a');
    snprintf(text + length, size - length, ": %c%s", first, first ? words + 1 : "");
}

int fault_set(struct fault *fault, enum fault_code code, int sys_errno, const char *format, ...)
{
    assert(code > FAULT_NONE && code < FAULT_COUNT);
    if (!fault)
        return -(int)code;

    /* Not into the fault itself: its old text may be among the arguments. */
    char text[2 * sizeof fault->what];
    va_list arguments;
    va_start(arguments, format);
    int printed = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (printed <= 0)
        snprintf(text, sizeof text, "%s", fault_words(code));

    size_t length = strlen(text);
    if (sys_errno != 0)
        append_errno(text, sizeof text, length, sys_errno);

    length = strlen(text);
    if (length >= sizeof fault->what)
        length = whole_characters(text, sizeof fault->what - 1);
    fault->code = code;
    fault->sys = sys_errno;
    memcpy(fault->what, text, length);
    memset(fault->what + length, 0, sizeof fault->what - length);
    return -(int)code;
}

void fault_clear(struct fault *fault)
{
    if (fault)
        *fault = (struct fault){.code = FAULT_NONE};
}

const char *fault_words(enum fault_code code)
{
    assert(code >= FAULT_NONE && code < FAULT_COUNT);
    return fault_rows[code].words;
}

enum exit_status fault_exit_status(enum fault_code code)
{
    assert(code >= FAULT_NONE && code < FAULT_COUNT);
    return fault_rows[code].status;
}

const struct exit_status_row *exit_status_rows(size_t *ret_count)
{
    *ret_count = sizeof status_rows / sizeof status_rows[0];
    return status_rows;
}
