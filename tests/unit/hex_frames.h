/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames written in hexadecimal, with packets at their end, for the tests that open frames. */
#ifndef HEX_FRAMES_H
#define HEX_FRAMES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* cmocka.h comes before this file. */

#define HEX_FRAME_MAX 512

/* A SYN from port 12345 to port 80; the checksum is left 0. */
#define HEX_SYN      "\x30\x39\x00\x50\x00\x00\x00\x01\x00\x00\x00\x00\x50\x02\xfa\xf0\x00\x00\x00\x00"
#define HEX_SYN_SIZE 20

static unsigned hex_digit(char digit)
{
    const char *digits = "0123456789abcdef", *at = strchr(digits, digit);
    assert_true(digit && at);
    return (unsigned)(at - digits);
}

/* An IPv4 (198.18.0.1 to .2) or IPv6 (2001:db8::1 to ::2) header without its length. */
static size_t hex_header(char family, uint8_t protocol, uint8_t *bytes)
{
    memset(bytes, 0, 40);
    if (family == '4') {
        memcpy(bytes, "\x45\0\0\0\x12\x34\0\0\x40\0\0\0\xc6\x12\0\x01\xc6\x12\0\x02", 20);
        bytes[9] = protocol;
        return 20;
    }
    assert_int_equal(family, '6');
    memcpy(bytes, "\x60\0\0\0\0\0\0\x40\x20\x01\x0d\xb8", 12);
    memcpy(bytes + 24, "\x20\x01\x0d\xb8", 4);
    bytes[6] = protocol;
    bytes[23] = 1;
    bytes[39] = 2;
    return 40;
}

static void hex_set_length(uint8_t *header, size_t length)
{
    size_t value = header[0] >> 4 == 4 ? length : length - 40;
    size_t at = header[0] >> 4 == 4 ? 2 : 4;
    header[at] = (uint8_t)(value >> 8);
    header[at + 1] = (uint8_t)value;
}

/*
 * Writes what `text` says, at most HEX_FRAME_MAX bytes, and returns the length: pairs of
 * hexadecimal digits; blanks; `#NN`, as many zero bytes (NN in hexadecimal); `@4`, `@6`: an IPv4 or
 * IPv6 packet with a SYN; `@4:NN`, `@6:NN`: a header with protocol NN around all that follows.
 */
static size_t hex_frame(const char *text, uint8_t *bytes)
{
    size_t length = 0, headers[8], count = 0;
    while (*text) {
        assert_true(length + 200 < HEX_FRAME_MAX && count < 8);
        if (*text == ' ') {
            text++;
        } else if (*text == '#') {
            size_t zeros = hex_digit(text[1]) << 4 | hex_digit(text[2]);
            assert_true(zeros < 200);
            memset(bytes + length, 0, zeros);
            length += zeros;
            text += 3;
        } else if (*text == '@') {
            bool is_outer = text[2] == ':';
            uint8_t protocol =
                is_outer ? (uint8_t)(hex_digit(text[3]) << 4 | hex_digit(text[4])) : 6;
            headers[count++] = length;
            length += hex_header(text[1], protocol, bytes + length);
            if (!is_outer) {
                memcpy(bytes + length, HEX_SYN, HEX_SYN_SIZE);
                length += HEX_SYN_SIZE;
                hex_set_length(bytes + headers[count - 1], length - headers[count - 1]);
                count--;
            }
            text += is_outer ? 5 : 2;
        } else {
            bytes[length++] = (uint8_t)(hex_digit(text[0]) << 4 | hex_digit(text[1]));
            text += 2;
        }
    }
    while (count-- > 0)
        hex_set_length(bytes + headers[count], length - headers[count]);
    return length;
}

/* A copy of exactly its size, so that the sanitizer sees a read past the end. To be freed. */
__attribute__((unused)) static uint8_t *hex_exact(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

#endif
