/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of net/link run inside their namespaces. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/clock.h"
#include "net/craft.h"
#include "net/link.h"

#define MS 1000000

static uint64_t number_of(const char *text)
{
    struct fault fault;
    uint64_t value = 0;

    if (text_number(text, "a number", 0, 100000000, &value, &fault) != 0) {
        fprintf(stderr, "%s\n", fault.what);
        exit(64);
    }
    return value;
}

static int refused(const struct fault *fault)
{
    printf("fault=%s\nwhat=%s\n", fault_words(fault->code), fault->what);
    return 1;
}

/* What is sent: SYNs from one address to port 80 of another. */
struct probes {
    struct craft *craft;
    struct craft_header header;
    struct segment segment;
};

static int probes_begin(struct probes *probes, const char *source, const char *destination,
                        struct fault *fault)
{
    *probes = (struct probes){
        .header = {.hop_limit = 64, .identification = 1, .dont_fragment = true},
        .segment = {.destination_port = 80, .flags = TCP_SYN, .window = 64240},
    };
    if (address_read(source, &probes->header.source) != 0 ||
        address_read(destination, &probes->header.destination) != 0)
        return fault_set(fault, FAULT_SYNTAX, 0, "not an address");
    options_add_timestamps(&probes->segment.options, 1, 0);
    probes->craft = craft_new(probes->header.source.family, fault);
    return probes->craft ? 0 : -(int)fault->code;
}

/* Waits until the link can be read, `limit_ms` at most, and writes what waits to the file. Returns
 * the number of frames, or an error. */
static int drain(struct link *link, int limit_ms, struct dump *dump, struct fault *fault)
{
    struct pollfd readable = {.fd = link_descriptor(link), .events = POLLIN};
    struct frame frame;
    int error, count = 0;

    poll(&readable, 1, limit_ms);
    while ((error = link_next(link, &frame, fault)) > 0) {
        count++;
        error = dump_frame(dump, &frame, fault);
        if (error)
            return error;
    }
    return error ? error : count;
}

/* stamps INTERFACE SOURCE DESTINATION COUNT FILE: COUNT SYNs, one a millisecond, and all that is
 * captured meanwhile into FILE. */
static int command_stamps(char **words)
{
    struct fault fault;
    struct probes probes;
    struct link *link;
    struct dump *dump;
    uint8_t packet[256];
    uint64_t count = number_of(words[3]);

    if (link_open(words[0], true, "tcp", &link, &fault) != 0 ||
        dump_open(words[4], &dump, &fault) != 0 ||
        probes_begin(&probes, words[1], words[2], &fault) != 0)
        return refused(&fault);
    for (uint64_t i = 0; i < count; i++) {
        probes.segment.source_port = (uint16_t)(20000 + i % 40000);
        probes.segment.seq = (uint32_t)i;
        int length = craft_packet(probes.craft, &probes.header, &probes.segment, packet,
                                  sizeof(packet), &fault);
        if (length < 0 || link_send(link, packet, (size_t)length, &fault) != 0 ||
            drain(link, 1, dump, &fault) < 0)
            return refused(&fault);
    }
    for (int quiet = 0; quiet < 20; quiet++)
        if (drain(link, 10, dump, &fault) < 0)
            return refused(&fault);
    printf("stamps=%s dropped=%lld\n", link_stamp_words(link), (long long)link_dropped(link));
    if (dump_close(dump, &fault) != 0)
        return refused(&fault);
    craft_free(probes.craft);
    link_close(link);
    return 0;
}

int main(int count, char **words)
{
    if (count == 7 && strcmp(words[1], "stamps") == 0)
        return command_stamps(words + 2);
    fprintf(stderr, "usage: link_tool stamps ...\n");
    return 64;
}
