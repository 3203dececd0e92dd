/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a packet that was made and not sent. */
#include "report/packet_text.h"

#include <inttypes.h>
#include <string.h>

#include "report/records.h"

#define BYTES_A_LINE 16

/* Offset, then two groups of eight bytes. */
static void put_hex(FILE *stream, const char *hex)
{
    size_t count = strlen(hex) / 2;

    for (size_t at = 0; at < count; at += BYTES_A_LINE) {
        fprintf(stream, "    %04zx ", at);
        for (size_t i = at; i < at + BYTES_A_LINE && i < count; i++)
            fprintf(stream, "%s%.2s", (i - at) % 8 == 0 ? "  " : " ", hex + 2 * i);
        fputc('\n', stream);
    }
}

void packet_show(const void *record, const struct style *style, struct output *output)
{
    const struct packet_record *packet = record;
    FILE *stream = output->stream;
    const char *open = strcmp(packet->family, "IPv6") == 0 ? "[" : "", *close = *open ? "]" : "";

    fprintf(stream, "%s%s%s: not sent (dry run)\n", style_tone(style, TONE_BOLD), packet->target,
            style_tone(style, TONE_PLAIN));
    fprintf(stream,
            "  %s%s%s:%" PRId64 " to %s%s%s:%" PRId64 " via %s, %s %s %" PRId64 ", %" PRId64
            " bytes\n",
            open, packet->source, close, packet->source_port, open, packet->address, close,
            packet->port, packet->interface, packet->family, *open ? "hop limit" : "TTL",
            packet->ttl, packet->length);
    fprintf(stream, "  %s seq %" PRId64 " win %" PRId64 " <%s>\n", packet->flags, packet->seq,
            packet->window, packet->options);
    put_hex(stream, packet->bytes);
}
