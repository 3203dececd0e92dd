/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes TCP segments, whole and cut short, read and written again, and the text of flags. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire/tcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* What was read, written again, is what was captured. */
static void check_write(const struct segment *segment, const uint8_t *bytes, size_t length)
{
    uint8_t *written = malloc(length);

    if (!written)
        return;
    check(segment_write(segment, written, length) == (int)length);
    check(memcmp(written, bytes, length) == 0);
    check(segment_write(segment, written, length - 1) == -FAULT_RANGE);
    free(written);
}

static void check_segment(const struct segment *segment, const struct packet *packet)
{
    size_t header_length = TCP_HEADER_MIN + (size_t)segment->options.length;

    check(segment->options.length % 4 == 0 && header_length <= packet->payload_length);
    check(segment->payload == packet->payload + header_length);
    check(segment->payload_length == packet->payload_length - header_length);
    check(segment->payload_total == packet->payload_total - header_length);
    check((segment->flags & ~TCP_FLAGS_ALL) == 0);
    check(segment_length(segment) >= segment->payload_total);
    check(segment_length(segment) <= segment->payload_total + 2);
    check_write(segment, packet->payload, packet->payload_length);
}

static void check_flags_text(const char *typed)
{
    char text[TCP_FLAGS_TEXT_SIZE];
    struct fault fault = {0};
    uint16_t flags, again;
    int result = tcp_flags_read(typed, "fuzz", &flags, &fault);

    if (result != 0) {
        check(result == -FAULT_SYNTAX && fault.code == FAULT_SYNTAX && fault.what[0]);
        return;
    }
    check((flags & ~TCP_FLAGS_ALL) == 0);
    check(tcp_flags_read(tcp_flags_show(flags, text), "fuzz", &again, &fault) == 0);
    check(again == flags);
}

/* The first byte says how many bytes of the rest were captured; from 128 on all. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;

    size_t total = size - 1;
    size_t captured = data[0] < 128 && data[0] < total ? data[0] : total;
    uint8_t *bytes = malloc(captured ? captured : 1);
    char *typed = malloc(size);

    if (bytes && typed) {
        struct packet packet = {
            .family = IP_FAMILY_V4,
            .protocol = IP_PROTOCOL_TCP,
            .payload = bytes,
            .payload_length = captured,
            .payload_total = total,
        };
        struct segment segment;

        memcpy(bytes, data + 1, captured);

        int result = segment_read(&packet, &segment);

        if (result == 0)
            check_segment(&segment, &packet);
        else
            check(result == -FAULT_FORMAT || (result == -FAULT_TRUNCATED && captured < total));
        memcpy(typed, data + 1, total);
        typed[total] = '\0';
        check_flags_text(typed);
    }
    free(typed);
    free(bytes);
    return 0;
}
