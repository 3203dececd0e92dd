/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames to those whose connections they belong to. */
#include "probe/frames.h"

#include "base/bytes.h"
#include "probe/exchange.h"
#include "probe/job.h"

/* Frames read from a link before signals and timers have their turn again: no ring of small frames
 * has more slots. */
#define FRAMES_AT_ONCE 4096

static void keep_frame(struct engine *engine, const struct frame *frame)
{
    struct fault fault;
    int error;

    if (!engine->dump)
        return;
    error = dump_frame(engine->dump, frame, &fault);
    if (error)
        engine_fail(engine, error, &fault);
}

/* The ports stand in the first four bytes, whatever else is wrong with the segment. */
static struct contact *find_by_packet(struct engine *engine, const struct packet *packet)
{
    struct reader reader = reader_of(packet->payload, packet->payload_length);
    uint16_t source = reader_u16(&reader), destination = reader_u16(&reader);
    struct contact *contact =
        contact_find(engine->contacts, &packet->destination, destination, &packet->source, source);

    return contact ? contact
                   : contact_find(engine->contacts, &packet->source, source, &packet->destination,
                                  destination);
}

static void take_tcp(struct engine *engine, const struct frame *frame, const struct packet *packet)
{
    int64_t at = frame->stamp_ns - engine->clock_shift;
    struct contact *contact = packet->payload_length >= 4 && packet->fragment_offset == 0
                                  ? find_by_packet(engine, packet)
                                  : NULL;

    if (!contact)
        return;
    keep_frame(engine, frame);
    switch (contact->kind) {
    case CONTACT_JOB:
        job_packet((struct job *)contact, packet, at);
        break;
    case CONTACT_EXCHANGE:
        exchange_packet((struct exchange *)contact, packet, at);
        break;
    case CONTACT_SHOT:
        shot_packet((struct shot *)contact, packet, at);
        break;
    case CONTACT_CLIMB:
        climber_shot_packet((struct climber_shot *)contact, packet, at);
        break;
    case CONTACT_CHECK:
        climber_check_packet((struct climber_check *)contact, packet, at);
        break;
    }
}

static void take_icmp(struct engine *engine, const struct frame *frame, const struct packet *packet)
{
    int64_t at = frame->stamp_ns - engine->clock_shift;
    uint16_t source_port, destination_port;
    struct contact *contact;
    struct icmp icmp;
    uint32_t seq;

    if (icmp_read(packet, &icmp) || !icmp.has_quote ||
        icmp_quoted_tcp(&icmp, &source_port, &destination_port, &seq))
        return;
    contact = contact_find(engine->contacts, &icmp.quote.source, source_port,
                           &icmp.quote.destination, destination_port);
    if (!contact)
        return;
    keep_frame(engine, frame);
    switch (contact->kind) {
    case CONTACT_JOB:
        job_icmp((struct job *)contact, packet, &icmp, at);
        break;
    case CONTACT_EXCHANGE:
        exchange_icmp((struct exchange *)contact, packet, &icmp, at);
        break;
    case CONTACT_SHOT:
        shot_icmp((struct shot *)contact, packet, &icmp);
        break;
    case CONTACT_CLIMB:
        climber_shot_icmp((struct climber_shot *)contact, packet, &icmp);
        break;
    case CONTACT_CHECK: /* they hear of nothing but segments */
        break;
    }
}

void contact_unsent(struct contact *contact, const struct fault *fault)
{
    switch (contact->kind) {
    case CONTACT_JOB:
        job_unsent((struct job *)contact, fault);
        break;
    case CONTACT_EXCHANGE:
        exchange_unsent((struct exchange *)contact, fault);
        break;
    case CONTACT_SHOT:
        shot_unsent((struct shot *)contact, fault);
        break;
    case CONTACT_CLIMB:
        climber_shot_unsent((struct climber_shot *)contact, fault);
        break;
    case CONTACT_CHECK: /* sends at once, and sees for itself */
        break;
    }
}

static void take_frame(struct engine *engine, const struct frame *frame)
{
    int offset = link_ip_offset(frame->link_type, frame->bytes, frame->length);
    struct packet packet;

    if (offset < 0 ||
        packet_read(frame->bytes + offset, frame->length - (size_t)offset, false, &packet))
        return;
    if (packet.protocol == IP_PROTOCOL_TCP)
        take_tcp(engine, frame, &packet);
    else if (packet.protocol == IP_PROTOCOL_ICMP || packet.protocol == IP_PROTOCOL_ICMPV6)
        take_icmp(engine, frame, &packet);
}

static void read_link(struct engine *engine, struct links_entry *entry)
{
    struct frame frame;
    int got = 0;

    if (entry->failed)
        return;
    engine_follow_clock(engine);
    for (unsigned read = 0; read < FRAMES_AT_ONCE && !engine->error; read++) {
        got = link_next(entry->link, &frame, &entry->fault);
        if (got <= 0)
            break;
        take_frame(engine, &frame);
    }
    if (got < 0) {
        entry->failed = true;
        engine_unwatch(engine, entry);
    }
}

void engine_read_links(struct engine *engine)
{
    for (unsigned i = 0; i < engine->links.count; i++)
        read_link(engine, engine->links.entry[i]);
}

static void on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct links_entry *entry = watcher->data;

    (void)loop;
    (void)events;
    read_link(entry->engine, entry);
}

void engine_watch(struct engine *engine, struct links_entry *entry)
{
    if (entry->engine)
        return;
    entry->engine = engine;
    ev_io_init(&entry->readable, on_readable, link_descriptor(entry->link), EV_READ);
    entry->readable.data = entry;
    ev_io_start(engine->loop, &entry->readable);
}

void engine_unwatch(struct engine *engine, struct links_entry *entry)
{
    if (entry->engine)
        ev_io_stop(engine->loop, &entry->readable);
}
