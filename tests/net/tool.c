/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of net/ run inside their namespaces: each command uses the floor as a command of
 * the program would. */
#include <ev.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "net/clock.h"
#include "net/craft.h"
#include "net/guard.h"
#include "net/link.h"
#include "net/locals.h"
#include "net/privilege.h"
#include "net/resolve.h"
#include "probe/ports.h"

#define MS 1000000

static uint64_t number_of(const char *text)
{
    struct fault fault;
    uint64_t value = 0;

    if (text_number(text, "a number", 0, 1000000, &value, &fault) != 0) {
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

/* Prints the segment in a frame; the capture's stamp is compared with the clock around it. */
static bool show_frame(const struct frame *frame, int64_t before_ns, uint16_t port)
{
    struct packet packet;
    struct segment segment;
    char text[TCP_FLAGS_TEXT_SIZE];
    int at = link_ip_offset(frame->link_type, frame->bytes, frame->length);

    if (at < 0 || packet_read(frame->bytes + at, frame->length - (size_t)at, false, &packet) != 0 ||
        segment_read(&packet, &segment) != 0)
        return false;
    bool ours = segment.source_port == port;
    bool sane = frame->stamp_ns >= before_ns && frame->stamp_ns <= clock_realtime();
    printf("%s=%s checksum=%s label=%05x stamp=%s\n", ours ? "sent" : "got",
           tcp_flags_show(segment.flags, text), checksum_words(checksum_check(&packet, 16)),
           (unsigned)packet.flow_label, sane ? "sane" : "wrong");
    return !ours;
}

/* Reads frames until one is from the peer, or an error, for at most `limit_ns`. */
static int await_answer(struct link *link, int64_t before_ns, uint16_t port, int64_t limit_ns,
                        struct dump *dump, struct fault *fault)
{
    int64_t end = clock_monotonic() + limit_ns;
    bool answered = false;

    while (!answered && clock_monotonic() < end) {
        struct pollfd readable = {.fd = link_descriptor(link), .events = POLLIN};
        struct frame frame;
        int error;
        poll(&readable, 1, 10);
        while ((error = link_next(link, &frame, fault)) > 0) {
            if (dump && (error = dump_frame(dump, &frame, fault)) != 0)
                return error;
            answered |= show_frame(&frame, before_ns, port);
        }
        if (error < 0)
            return error;
    }
    printf("answered=%s\n", answered ? "yes" : "no");
    return 0;
}

static int send_syn(struct link *link, const struct route *route, const struct address *destination,
                    uint16_t source_port, uint16_t port, struct fault *fault)
{
    uint8_t packet[256];
    struct craft *craft = craft_new(destination->family, fault);
    struct craft_header header = {
        .source = route->source,
        .destination = *destination,
        .hop_limit = route->hop_limit,
        .identification = 1,
        .dont_fragment = true,
        .flow_label = 0xabcde,
    };
    struct segment segment = {.source_port = source_port,
                              .destination_port = port,
                              .seq = 1000,
                              .flags = TCP_SYN,
                              .window = 64240};

    if (!craft)
        return -(int)fault->code;
    options_add_timestamps(&segment.options, 1, 0);
    int length = craft_packet(craft, &header, &segment, packet, sizeof(packet), fault);
    craft_free(craft);
    return length < 0 ? length : link_send(link, packet, (size_t)length, fault);
}

static unsigned methods_of(const char *words)
{
    unsigned methods = 0;
    if (strstr(words, "filter"))
        methods |= GUARD_FILTER;
    if (strstr(words, "md5"))
        methods |= GUARD_MD5;
    if (strstr(words, "minttl"))
        methods |= GUARD_MIN_TTL;
    return methods;
}

/* syn ADDRESS PORT METHODS|reserve|none INTERFACE|- [FILE]: one SYN behind a guard, and what comes
 * back. */
static int command_syn(char **words)
{
    struct address destination;
    struct fault fault;
    struct route route;
    struct guard guard = {.descriptor = -1};
    struct link *link;
    struct dump *dump = NULL;
    char filter[128], text[32], address[ADDRESS_TEXT_SIZE];
    const char *interface = strcmp(words[3], "-") != 0 ? words[3] : NULL;
    uint16_t port = (uint16_t)number_of(words[1]);

    if (address_read(words[0], &destination) != 0)
        return 64;
    if (route_find(&destination, interface, NULL, &route, &fault) != 0)
        return refused(&fault);
    printf("source=%s interface=%s mtu=%u local=%d hops=%u\n", address_show(&route.source, address),
           route.interface, route.mtu, route.local, route.hop_limit);
    if (strcmp(words[2], "reserve") == 0) {
        if (guard_reserve(&route.source, 0, &guard, &fault) != 0)
            return refused(&fault);
    } else if (strcmp(words[2], "none") != 0) {
        if (guard_open_with(&route.source, 0, methods_of(words[2]), &guard, &fault) != 0)
            return refused(&fault);
        printf("guard=%s\n", guard_words(guard.methods, text));
    } else {
        guard.port = 39999;
    }
    printf("port=%u\n", guard.port);
    snprintf(filter, sizeof(filter), "tcp port %u", guard.port);
    if (link_open(route.interface, LINK_BUSY, LINK_CLOCK_HOST, filter, &link, &fault) != 0)
        return refused(&fault);
    int64_t before = clock_realtime();
    int error = words[4] ? dump_open(words[4], &dump, &fault) : 0;
    if (!error)
        error = send_syn(link, &route, &destination, guard.port, port, &fault);
    if (!error)
        error = await_answer(link, before, guard.port, 2000 * (int64_t)MS, dump, &fault);
    if (!error)
        usleep(200000); /* time for a RST that should not be */
    printf("stamps=%s dropped=%lld\n", link_stamp_words(link), (long long)link_dropped(link));
    if (error)
        refused(&fault);
    else
        error = dump_close(dump, &fault);
    link_close(link);
    guard_close(&guard);
    return error ? 1 : 0;
}

/* ports guarded|reserved PREFIX COUNT: a SYN to port 80 of each address from PREFIX with its last
 * byte 1 on, all from the pool's ports; half a second later the ports go back. */
static int command_ports(char **words)
{
    struct address destination;
    struct fault fault;
    struct route route;
    struct ports_lease leases[254];
    struct link *link;
    unsigned count = (unsigned)number_of(words[2]);
    struct ports *ports =
        ports_new(strcmp(words[0], "guarded") == 0 ? PORTS_GUARDED : PORTS_RESERVED, &fault);

    if (address_read(words[1], &destination) != 0 || count > 254 || !ports)
        return 64;
    uint8_t *last = &destination.bytes[destination.family == IP_FAMILY_V4 ? 3 : 15];
    int error = route_find(&destination, NULL, NULL, &route, &fault);
    if (error)
        return refused(&fault);
    error = link_open(route.interface, LINK_QUIET, LINK_CLOCK_HOST, "tcp", &link, &fault);
    if (error)
        return refused(&fault);
    for (unsigned i = 0; i < count && !error; i++) {
        *last = (uint8_t)(i + 1);
        error = ports_take(ports, &route.source, &destination, 80, &leases[i], &fault);
        if (!error)
            error = send_syn(link, &route, &destination, leases[i].port, 80, &fault);
    }
    if (error)
        return refused(&fault);
    usleep(500000);
    printf("sockets=%zu\n", ports_count(ports).sockets);
    for (unsigned i = 0; i < count; i++)
        ports_return(ports, &leases[i]);
    printf("left=%zu\n", ports_count(ports).sockets);
    link_close(link);
    ports_free(ports);
    return 0;
}

static void show_route(const struct address *destination, const char *interface,
                       const struct address *source)
{
    struct route route;
    struct fault fault;
    char from[ADDRESS_TEXT_SIZE], hop[ADDRESS_TEXT_SIZE];

    if (route_find(destination, interface, source, &route, &fault) != 0)
        printf("%s\n", fault.what);
    else
        printf("from %s through %s to %s mtu %u hops %u\n", address_show(&route.source, from),
               route.interface, address_show(&route.next_hop, hop), route.mtu, route.hop_limit);
    fflush(stdout);
}

/* route ADDRESS INTERFACE|- SOURCE|- COMMAND...: the route before the first and after each of these
 * commands of the shell. */
static int command_route(char **words)
{
    struct address destination, source;
    const char *interface = strcmp(words[1], "-") != 0 ? words[1] : NULL;
    bool has_source = strcmp(words[2], "-") != 0;

    if (address_read(words[0], &destination) != 0 ||
        (has_source && address_read(words[2], &source) != 0))
        return 64;
    show_route(&destination, interface, has_source ? &source : NULL);
    for (words += 3; *words; words++) {
        if (system(*words) != 0)
            return 70;
        usleep(20000); /* the same question has the same answer for 10 ms */
        show_route(&destination, interface, has_source ? &source : NULL);
    }
    return 0;
}

/* watch INTERFACE: reads until the interface goes, at most five seconds; then tries to send. */
static int command_watch(char **words)
{
    struct fault fault;
    struct link *link;
    struct frame frame;
    int error = 0;
    int64_t end = clock_monotonic() + 5000 * (int64_t)MS;
    static const uint8_t packet[40] = {0x45, 0, 0,   40, 0, 1, 0x40, 0,  64, 6,
                                       0,    0, 198, 18, 0, 1, 198,  18, 0,  2};

    if (link_open(words[0], LINK_BUSY, LINK_CLOCK_HOST, "tcp", &link, &fault) != 0)
        return refused(&fault);
    printf("watching\n");
    fflush(stdout);
    while (error >= 0 && clock_monotonic() < end) {
        struct pollfd readable = {.fd = link_descriptor(link), .events = POLLIN};
        poll(&readable, 1, 20);
        error = link_next(link, &frame, &fault);
    }
    if (error < 0)
        refused(&fault);
    fault_clear(&fault);
    printf("check=%d\n", link_check(link, &fault));
    if (link_send(link, packet, sizeof(packet), &fault) != 0)
        printf("send=%s: %s\n", fault_words(fault.code), fault.what);
    link_close(link);
    return 0;
}

/* The resolver of command_resolve(), and after how many answers it is freed; 0: after all. */
static struct resolver *resolver;
static uint64_t answers, stop_after;

static void resolved(void *data, int error, const struct resolve_answer *answer,
                     const struct fault *fault)
{
    const char *name = data;
    char text[ADDRESS_TEXT_SIZE];

    printf("%s took_ms=%lld", name, (long long)(answer->took_ns / MS));
    if (error)
        printf(" fault=%s what=%s", fault_words(fault->code), fault->what);
    for (size_t i = 0; i < answer->count; i++)
        printf(" %s", address_show(&answer->addresses[i], text));
    printf("\n");
    if (++answers == stop_after) {
        resolver_free(resolver);
        resolver = NULL;
    }
}

static unsigned descriptors_open(void)
{
    unsigned count = 0;
    for (int descriptor = 0; descriptor < 1024; descriptor++)
        count += fcntl(descriptor, F_GETFD) >= 0;
    return count;
}

/* resolve MILLISECONDS FAMILY [stop=N] NAME... [+ NAME...]: all at once, those behind a + when
 * those before it have been answered; the loop ends when all have called back. */
static int command_resolve(char **words)
{
    struct fault fault;
    struct ev_loop *loop = ev_default_loop(0);
    unsigned before = descriptors_open();
    int64_t limit = (int64_t)number_of(words[0]) * MS, began = clock_monotonic();
    enum ip_family family = (enum ip_family)number_of(words[1]);

    resolver = resolver_new(loop, &fault);
    if (!resolver)
        return refused(&fault);
    words += 2;
    if (strncmp(*words, "stop=", 5) == 0)
        stop_after = number_of(*words++ + 5);
    for (; *words; words++) {
        uint64_t already = answers;
        if (strcmp(*words, "+") == 0)
            ev_run(loop, 0);
        else if (resolver_start(resolver, *words, family, limit, resolved, *words, &fault) != 0)
            refused(&fault);
        else if (answers != already)
            printf("called back too early\n");
    }
    ev_run(loop, 0);
    resolver_free(resolver);
    printf("ms=%lld left=%d\nend\n", (long long)((clock_monotonic() - began) / MS),
           (int)descriptors_open() - (int)before);
    ev_loop_destroy(loop);
    return 0;
}

/* privilege keep|drop: the effective and permitted capabilities that are left, and whether links
 * can be opened. */
static int command_privilege(char **words)
{
    struct fault fault;
    struct link *link;

    printf("before=%d\n", privilege_has_raw());
    int error = strcmp(words[0], "keep") == 0 ? privilege_keep_sockets(false, &fault)
                                              : privilege_drop(false, &fault);
    if (error)
        return refused(&fault);
    printf("after=%d\n", privilege_has_raw());
    FILE *status = fopen("/proc/self/status", "re");
    char line[256];
    while (status && fgets(line, sizeof(line), status))
        if (strncmp(line, "Cap", 3) == 0 || strncmp(line, "NoNewPrivs", 10) == 0)
            fputs(line, stdout);
    if (status)
        fclose(status);
    if (link_open("lo", LINK_BUSY, LINK_CLOCK_HOST, "tcp", &link, &fault) != 0)
        return refused(&fault);
    printf("link=open\n");
    link_close(link);
    return 0;
}

static int show_own(const struct address *destination, const struct address *source)
{
    char second[ADDRESS_TEXT_SIZE] = "none";
    struct address address;
    uint16_t first, last;
    struct route route;
    struct fault fault;

    if (route_find(destination, NULL, source, &route, &fault) != 0) {
        printf("%s\n", fault.what);
        return 70;
    }
    if (locals_second_source(&route, &address))
        address_show(&address, second);
    locals_ports(&first, &last);
    printf("second %s ports %u-%u\n", second, first, last);
    fflush(stdout);
    return 0;
}

/* own ADDRESS SOURCE COMMAND...: the second source on the way there, and the ports of this
 * machine's own connections, before the first and after each of these commands of the shell. */
static int command_own(char **words)
{
    struct address destination, source;
    int status;

    if (address_read(words[0], &destination) != 0 || address_read(words[1], &source) != 0)
        return 64;
    status = show_own(&destination, &source);
    for (words += 2; *words && !status; words++) {
        if (system(*words) != 0)
            return 70;
        usleep(20000);
        status = show_own(&destination, &source);
    }
    return status;
}

int main(int count, char **words)
{
    if (count >= 6 && strcmp(words[1], "syn") == 0)
        return command_syn(words + 2);
    if (count >= 6 && strcmp(words[1], "route") == 0)
        return command_route(words + 2);
    if (count >= 4 && strcmp(words[1], "own") == 0)
        return command_own(words + 2);
    if (count == 5 && strcmp(words[1], "ports") == 0)
        return command_ports(words + 2);
    if (count == 3 && strcmp(words[1], "watch") == 0)
        return command_watch(words + 2);
    if (count >= 5 && strcmp(words[1], "resolve") == 0)
        return command_resolve(words + 2);
    if (count == 3 && strcmp(words[1], "privilege") == 0)
        return command_privilege(words + 2);
    fprintf(stderr, "usage: tool syn|route|own|ports|watch|resolve|privilege ...\n");
    return 64;
}
