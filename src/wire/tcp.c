/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading and writing of TCP segments, and of their flags as text. */
#include "wire/tcp.h"

#include <limits.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"

struct flag_row {
    uint16_t bit;
    char letter;
    const char *name;
};

static const struct flag_row flag_rows[] = {
#define X(id, bit, name, letter, meaning) {TCP_##id, letter, name},
    TCP_FLAG_TABLE(X)
#undef X
};

#define FLAG_COUNT (sizeof(flag_rows) / sizeof(flag_rows[0]))

uint32_t segment_length(const struct segment *segment)
{
    return (uint32_t)segment->payload_total + !!(segment->flags & TCP_SYN) +
           !!(segment->flags & TCP_FIN);
}

/* How many of these bytes are whole options. */
static size_t whole_options(const uint8_t *bytes, size_t length)
{
    size_t at = 0;

    while (at < length) {
        size_t size = 1;

        if (bytes[at] == OPTION_EOL)
            return length;
        if (bytes[at] != OPTION_NOP) {
            if (at + 1 == length || bytes[at + 1] < 2)
                break;
            size = bytes[at + 1];
        }
        if (size > length - at)
            break;
        at += size;
    }
    return at;
}

static int read_segment(const struct packet *packet, bool may_be_cut, struct segment *ret_segment)
{
    struct reader reader = reader_of(packet->payload, packet->payload_length);
    struct segment segment = {0};

    if (packet->protocol != IP_PROTOCOL_TCP || packet->is_fragment ||
        packet->payload_total < TCP_HEADER_MIN)
        return -FAULT_FORMAT;
    segment.ecn = packet->traffic_class & 3;
    segment.source_port = reader_u16(&reader);
    segment.destination_port = reader_u16(&reader);
    segment.seq = reader_u32(&reader);
    segment.ack = reader_u32(&reader);

    unsigned offset_and_flags = reader_u16(&reader);
    size_t header_length = (size_t)(offset_and_flags >> 12) * 4;

    if (reader.bad)
        return -FAULT_TRUNCATED;
    if (header_length < TCP_HEADER_MIN || header_length > packet->payload_total)
        return -FAULT_FORMAT;
    segment.flags = offset_and_flags & TCP_FLAGS_ALL;
    segment.window = reader_u16(&reader);
    segment.checksum = reader_u16(&reader);
    segment.urgent = reader_u16(&reader);
    if (reader.bad)
        return -FAULT_TRUNCATED;

    size_t options_length = header_length - TCP_HEADER_MIN, captured = header_length;

    if (packet->payload_length < header_length) {
        if (!may_be_cut || packet->payload_length < TCP_HEADER_MIN)
            return -FAULT_TRUNCATED;
        captured = packet->payload_length;
        options_length = whole_options(packet->payload + TCP_HEADER_MIN, captured - TCP_HEADER_MIN);
        segment.options_cut = true;
    }
    options_parse(packet->payload + TCP_HEADER_MIN, options_length, &segment.options);
    segment.payload = packet->payload + captured;
    segment.payload_length = packet->payload_length - captured;
    segment.payload_total = packet->payload_total - header_length;
    *ret_segment = segment;
    return 0;
}

int segment_read(const struct packet *packet, struct segment *ret_segment)
{
    return read_segment(packet, false, ret_segment);
}

int segment_read_cut(const struct packet *packet, struct segment *ret_segment)
{
    return read_segment(packet, true, ret_segment);
}

int segment_write(const struct segment *segment, uint8_t *bytes, size_t size)
{
    size_t options_length = (segment->options.length + 3u) & ~(size_t)3;
    size_t header_length = TCP_HEADER_MIN + options_length;

    if (size < header_length || size - header_length < segment->payload_length ||
        segment->payload_length > INT_MAX - header_length)
        return -FAULT_RANGE;

    struct writer writer = writer_of(bytes, size);

    writer_u16(&writer, segment->source_port);
    writer_u16(&writer, segment->destination_port);
    writer_u32(&writer, segment->seq);
    writer_u32(&writer, segment->ack);
    writer_u16(&writer, (uint16_t)(header_length / 4 << 12 | (segment->flags & TCP_FLAGS_ALL)));
    writer_u16(&writer, segment->window);
    writer_u16(&writer, segment->checksum);
    writer_u16(&writer, segment->urgent);
    writer_put(&writer, segment->options.bytes, segment->options.length);
    writer_fill(&writer, OPTION_EOL, options_length - segment->options.length);
    if (segment->payload_length)
        writer_put(&writer, segment->payload, segment->payload_length);
    return (int)writer.length;
}

const char *tcp_flags_show(uint16_t flags, char text[TCP_FLAGS_TEXT_SIZE])
{
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (flags & flag_rows[i].bit)
            text_append(text, TCP_FLAGS_TEXT_SIZE, &at, "%s%s", at ? "," : "", flag_rows[i].name);
    if (at == 0)
        text_append(text, TCP_FLAGS_TEXT_SIZE, &at, "none");
    return text;
}

/* ASCII, whatever the locale. */
static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* The bit of a name that ends after `length` characters, or 0. */
static uint16_t flag_of_name(const char *name, size_t length)
{
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        size_t at = 0;

        while (at < length && upper(name[at]) == flag_rows[i].name[at] && flag_rows[i].name[at])
            at++;
        if (at == length && flag_rows[i].name[at] == '\0')
            return flag_rows[i].bit;
    }
    return 0;
}

/* packetdrill's letters, such as "S." and "FP.": all of the text, or 0. */
static uint16_t flags_of_letters(const char *text)
{
    uint16_t flags = 0;

    for (; *text; text++) {
        uint16_t bit = 0;

        for (size_t i = 0; i < FLAG_COUNT; i++)
            if (upper(*text) == flag_rows[i].letter)
                bit = flag_rows[i].bit;
        if (!bit)
            return 0;
        flags |= bit;
    }
    return flags;
}

static int flag_unknown(const char *name, size_t length, const char *what, struct fault *fault)
{
    const char *names[FLAG_COUNT + 1];
    char typed[32], safe[64];
    size_t at;

    if (length == 0)
        return fault_set(fault, FAULT_SYNTAX, 0, "a flag is missing in %s", what);
    for (at = 0; at < length && at + 1 < sizeof(typed); at++)
        typed[at] = upper(name[at]);
    typed[at] = '\0';
    for (size_t i = 0; i < FLAG_COUNT; i++)
        names[i] = flag_rows[i].name;
    names[FLAG_COUNT] = "none";

    const char *near = text_nearest(typed, names, FLAG_COUNT + 1);

    text_safe(name, length, safe, sizeof(safe));
    if (near)
        return fault_set(fault, FAULT_SYNTAX, 0, "unknown flag '%s' in %s; did you mean '%s'?", safe,
                         what, near);
    return fault_set(fault, FAULT_SYNTAX, 0,
                     "unknown flag '%s' in %s: write names such as SYN,ACK, 0x012 or none", safe,
                     what);
}

int tcp_flags_read(const char *text, const char *what, uint16_t *ret_flags, struct fault *fault)
{
    uint16_t flags = 0;
    uint64_t number;
    char safe[64];

    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        if (text_number(text, what, 0, TCP_FLAGS_ALL, &number, NULL) < 0) {
            text_safe(text, strlen(text), safe, sizeof(safe));
            return fault_set(fault, FAULT_SYNTAX, 0, "flags '%s' of %s are not in 0x0 to 0xfff",
                             safe, what);
        }
        *ret_flags = (uint16_t)number;
        return 0;
    }
    if (strlen(text) == 4 && upper(text[0]) == 'N' && upper(text[1]) == 'O' &&
        upper(text[2]) == 'N' && upper(text[3]) == 'E') {
        *ret_flags = 0;
        return 0;
    }
    /* A name wins over letters: "AE" is accurate ECN, "R9" the reserved bit. */
    if (flag_of_name(text, strlen(text)) == 0 && (flags = flags_of_letters(text)) != 0) {
        *ret_flags = flags;
        return 0;
    }
    for (;;) {
        size_t length = strcspn(text, ",+");
        uint16_t bit = flag_of_name(text, length);

        if (!bit)
            return flag_unknown(text, length, what, fault);
        flags |= bit;
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    *ret_flags = flags;
    return 0;
}
