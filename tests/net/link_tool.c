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
#include "net/link_clock.h"
#include "net/template.h"

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

static enum link_load load_of(const char *word)
{
    static const char *const words[LINK_LOAD_COUNT] = {"quiet", "busy", "many"};

    for (enum link_load load = 0; load < LINK_LOAD_COUNT; load++)
        if (strcmp(word, words[load]) == 0)
            return load;
    exit(64);
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

/* stamps LOAD[,sent] INTERFACE SOURCE DESTINATION COUNT FILE: COUNT SYNs, one a millisecond, and
 * all that is captured meanwhile into FILE. With "sent", what is sent is stamped by the way of an
 * adapter's clock. */
static int command_stamps(char **words)
{
    struct fault fault;
    struct probes probes;
    struct link *link;
    struct dump *dump;
    uint8_t packet[256];
    uint64_t count = number_of(words[4]);

    char *sent = strchr(words[0], ',');
    if (sent)
        *sent = '\0';
    if (link_open(words[1], load_of(words[0]), LINK_CLOCK_HOST, "tcp", &link, &fault) != 0 ||
        dump_open(words[5], &dump, &fault) != 0 ||
        probes_begin(&probes, words[2], words[3], &fault) != 0)
        return refused(&fault);
    if (sent && link_clock_begin(link, false) != 0)
        return 71;
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

/* Sends one SYN of 1000 bytes and waits until its copy is read. */
static int one_arrives(struct link *link, struct probes *probes, int64_t *ret_late_ns,
                       struct frame *ret_frame, struct fault *fault)
{
    static uint8_t data[1000];
    uint8_t packet[1200];
    struct pollfd readable = {.fd = link_descriptor(link), .events = POLLIN};

    probes->segment.payload = data;
    probes->segment.payload_length = probes->segment.payload_total = sizeof(data);
    int length = craft_packet(probes->craft, &probes->header, &probes->segment, packet,
                              sizeof(packet), fault);
    int error = length < 0 ? length : link_send(link, packet, (size_t)length, fault);
    int64_t start = clock_monotonic();
    if (error)
        return error;
    do {
        if (poll(&readable, 1, 1000) != 1)
            return fault_set(fault, FAULT_SYSTEM, 0, "not readable within a second");
        error = link_next(link, ret_frame, fault);
    } while (error == 0 && clock_monotonic() < start + 1000 * (int64_t)MS);
    *ret_late_ns = clock_monotonic() - start;
    return error == 1 ? 0 : fault_set(fault, FAULT_SYSTEM, 0, "no frame within a second");
}

/* arrives LOAD INTERFACE SOURCE DESTINATION: one SYN after the other, each awaited by poll() alone;
 * how late its copy was, and whether the descriptor is quiet when nothing waits. */
static int command_arrives(char **words)
{
    struct fault fault;
    struct probes probes;
    struct link *link;
    struct frame frame = {0};
    int64_t late = 0, most = 0;
    bool quiet = true;
    enum link_load load = load_of(words[0]);

    if (link_open(words[1], load, LINK_CLOCK_HOST, "src port 20000 and greater 1000", &link,
                  &fault) != 0 ||
        probes_begin(&probes, words[2], words[3], &fault) != 0)
        return refused(&fault);
    probes.segment.source_port = 20000;
    for (int i = 0; i < 50; i++) {
        struct pollfd readable = {.fd = link_descriptor(link), .events = POLLIN};
        probes.segment.seq = (uint32_t)i << 16;
        if (one_arrives(link, &probes, &late, &frame, &fault) != 0)
            return refused(&fault);
        most = late > most ? late : most;
        struct frame other;
        quiet = quiet && link_next(link, &other, &fault) == 0 && poll(&readable, 1, 10) == 0;
    }
    printf("most_late_ms=%lld length=%zu of %zu quiet=%d\n", (long long)most / MS, frame.length,
           frame.wire_length, quiet);
    craft_free(probes.craft);
    link_close(link);
    return 0;
}

/* watch LOAD INTERFACE: until the interface is gone or down, five seconds at most. */
static int command_watch(char **words)
{
    struct fault fault;
    struct link *link;
    struct frame frame;
    int error;
    int64_t end = clock_monotonic() + 5000 * (int64_t)MS;

    if (link_open(words[1], load_of(words[0]), LINK_CLOCK_HOST, "tcp", &link, &fault) != 0)
        return refused(&fault);
    printf("watching\n");
    fflush(stdout);
    do {
        struct pollfd readable = {.fd = link_descriptor(link), .events = POLLIN};
        poll(&readable, 1, 20);
        error = link_next(link, &frame, &fault);
    } while (error >= 0 && clock_monotonic() < end);
    if (error < 0)
        refused(&fault);
    link_close(link);
    return 0;
}

/* Sends packet number `i` in the manner of the word, by itself or in a batch. Returns how many
 * could not be sent. */
static unsigned send_one(struct link *link, struct probes *probes,
                         const struct craft_template *template, bool batch, uint32_t i, bool last)
{
    struct craft_values values = {
        .destination = probes->header.destination,
        .source_port = (uint16_t)(20000 + i % 40000),
        .destination_port = 81,
        .identification = 1,
        .seq = i,
        .ts_val = i,
    };
    struct link_failure failures[LINK_BATCH];
    uint8_t packet[CRAFT_TEMPLATE_SIZE];
    struct fault fault;

    if (!batch) {
        probes->segment.source_port = values.source_port;
        probes->segment.destination_port = 81;
        probes->segment.seq = i;
        options_set_timestamps(&probes->segment.options, i, 0);
        int length = craft_packet(probes->craft, &probes->header, &probes->segment, packet,
                                  sizeof(packet), &fault);
        return length < 0 || link_send(link, packet, (size_t)length, &fault) != 0;
    }
    size_t length = craft_template_fill(template, &values, packet);
    return link_queue(link, packet, length) || last ? link_flush(link, failures) : 0;
}

/* Reads all that waits: SYNs have options here, answers (RST) have none. */
static void count_frames(struct link *link, size_t bare, unsigned *out, unsigned *in)
{
    struct fault fault;
    struct frame frame;

    while (link_next(link, &frame, &fault) > 0) {
        *out += frame.wire_length > bare;
        *in += frame.wire_length <= bare;
    }
}

/* flood alone|batch LOAD INTERFACE SOURCE DESTINATION COUNT: as many SYNs as fast as they go, what
 * is captured of them and of the answers read after each 64. */
static int command_flood(char **words)
{
    struct fault fault;
    struct probes probes;
    struct link *link;
    struct craft_template template;
    bool batch = strcmp(words[0], "batch") == 0;
    size_t bare = strchr(words[3], ':') ? 14 + 40 + 20 : 14 + 20 + 20;
    uint32_t count = (uint32_t)number_of(words[5]);
    unsigned failed = 0, out = 0, in = 0;

    if (link_open(words[2], load_of(words[1]), LINK_CLOCK_HOST, "tcp", &link, &fault) != 0 ||
        probes_begin(&probes, words[3], words[4], &fault) != 0 ||
        craft_template_make(probes.craft, &probes.header, &probes.segment, &template, &fault) != 0)
        return refused(&fault);
    int64_t start = clock_monotonic();
    for (uint32_t i = 0; i < count; i++) {
        failed += send_one(link, &probes, &template, batch, i, i + 1 == count);
        if (i % 64 == 63)
            count_frames(link, bare, &out, &in);
    }
    int64_t sent = clock_monotonic();
    while (clock_monotonic() < sent + 300 * (int64_t)MS) {
        struct pollfd readable = {.fd = link_descriptor(link), .events = POLLIN};
        poll(&readable, 1, 10);
        count_frames(link, bare, &out, &in);
    }
    fprintf(stderr, "%lld ms\n", (long long)(sent - start) / MS);
    printf("failed=%u out=%u in=%u dropped=%lld\n", failed, out, in, (long long)link_dropped(link));
    craft_free(probes.craft);
    link_close(link);
    return 0;
}

/* batch INTERFACE SOURCE4 SOURCE6 DESTINATION/PORT...: one batch of a SYN to each; which failed,
 * and the ports of those that were captured as sent. */
static int command_batch(char **words)
{
    struct fault fault;
    struct probes probes;
    struct link *link;
    struct frame frame;
    struct link_failure failures[LINK_BATCH];

    if (link_open(words[0], LINK_BUSY, LINK_CLOCK_HOST, "src port 20000", &link, &fault) != 0)
        return refused(&fault);
    for (char **word = words + 3; *word; word++) {
        uint8_t packet[CRAFT_TEMPLATE_SIZE];
        char *port = strchr(*word, '/');
        *port++ = '\0';
        if (probes_begin(&probes, words[strchr(*word, ':') ? 2 : 1], *word, &fault) != 0)
            return refused(&fault);
        probes.segment.source_port = 20000;
        probes.segment.destination_port = (uint16_t)number_of(port);
        int length = craft_packet(probes.craft, &probes.header, &probes.segment, packet,
                                  sizeof(packet), &fault);
        craft_free(probes.craft);
        if (length < 0)
            return refused(&fault);
        link_queue(link, packet, (size_t)length);
    }
    unsigned failed = link_flush(link, failures);
    for (unsigned i = 0; i < failed; i++)
        printf("%u %s: %s\n", failures[i].number, fault_words(failures[i].fault.code),
               failures[i].fault.what);
    printf("again=%u\n", link_flush(link, failures));
    printf("sent");
    for (int quiet = 0; quiet < 40; quiet++) {
        struct pollfd readable = {.fd = link_descriptor(link), .events = POLLIN};
        poll(&readable, 1, 10);
        while (link_next(link, &frame, &fault) > 0) {
            size_t at = frame.bytes[12] == 0x08 ? 14 + 20 : 14 + 40;
            printf(" %d", frame.bytes[at + 2] << 8 | frame.bytes[at + 3]);
        }
    }
    printf("\n");
    link_close(link);
    return 0;
}

/* clock INTERFACE: what the stamps are when the adapter's are asked for. */
static int command_clock(char **words)
{
    struct fault fault;
    struct link *link;

    if (link_open(words[0], LINK_QUIET, LINK_CLOCK_ADAPTER, "tcp", &link, &fault) != 0)
        return refused(&fault);
    printf("%s\n", link_stamp_words(link));
    link_close(link);
    return 0;
}

int main(int count, char **words)
{
    if (count == 8 && strcmp(words[1], "stamps") == 0)
        return command_stamps(words + 2);
    if (count == 6 && strcmp(words[1], "arrives") == 0)
        return command_arrives(words + 2);
    if (count == 4 && strcmp(words[1], "watch") == 0)
        return command_watch(words + 2);
    if (count == 8 && strcmp(words[1], "flood") == 0)
        return command_flood(words + 2);
    if (count > 5 && count < 6 + LINK_BATCH && strcmp(words[1], "batch") == 0)
        return command_batch(words + 2);
    if (count == 3 && strcmp(words[1], "clock") == 0)
        return command_clock(words + 2);
    fprintf(stderr, "usage: link_tool arrives|batch|clock|flood|stamps|watch ...\n");
    return 64;
}
