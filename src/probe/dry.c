/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first packet of a probe, made and not sent. */
#include "probe/dry.h"

#include "base/text.h"
#include "probe/pattern.h"

#define DYNAMIC_PORT_FIRST 49152

static void fill(const struct dry_run *dry, const struct segment *segment,
                 const struct craft_header *header, struct arena *memory,
                 struct packet_record *record)
{
    char address[ADDRESS_TEXT_SIZE], source[ADDRESS_TEXT_SIZE], flags[TCP_FLAGS_TEXT_SIZE],
        options[OPTIONS_TEXT_SIZE];

    *record = (struct packet_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = dry->command,
        .address = arena_copy(memory, address_show(dry->destination, address)),
        .port = dry->port,
        .family = header->destination.family == IP_FAMILY_V6 ? "IPv6" : "IPv4",
        .source = arena_copy(memory, address_show(&header->source, source)),
        .source_port = segment->source_port,
        .interface = arena_copy(memory, dry->route->interface),
        .ttl = header->hop_limit,
        .tos = header->traffic_class,
        .flags = arena_copy(memory, tcp_flags_show(segment->flags, flags)),
        .seq = segment->seq,
        .window = segment->window,
        .options = arena_copy(memory, options_show(&segment->options, options)),
    };
}

int dry_run_packet(const struct dry_run *dry, struct craft *craft, const char *target,
                   struct arena *memory, struct packet_record *ret_record, struct fault *fault)
{
    uint16_t source_port =
        (uint16_t)(DYNAMIC_PORT_FIRST + dry->random.iss % (65536 - DYNAMIC_PORT_FIRST));
    uint8_t *packet = arena_take(memory, 1, CRAFT_PACKET_MAX);
    struct tcb_parameters parameters;
    struct craft_header header;
    struct segment segment;
    struct stream stream;
    struct step step;
    struct tcb tcb;
    char *hex;
    int length;

    if (dry->spec->source_port)
        source_port = dry->spec->source_port;
    spec_apply(dry->spec, dry->route, dry->destination, source_port, dry->port, &dry->random,
               &parameters, &header);
    if (dry->mss)
        pattern_offer_mss(&parameters.syn_options, dry->mss);
    stream_init(&stream, NULL, 0);
    tcb_init(&tcb, &parameters, &stream);
    step = tcb_step(&tcb, EVENT_USER_OPEN, NULL, 0);
    if (!tcb_send(&tcb, &step.effects, NULL, 0, &segment))
        return fault_set(fault, FAULT_INTERNAL, 0, "the state machine opens without a SYN");
    if (dry->on_ladder)
        rung_mark(dry->rung, &segment);
    length = craft_packet(craft, &header, &segment, packet, CRAFT_PACKET_MAX, fault);
    if (length < 0)
        return length;
    if (dry->on_ladder)
        rung_spoil(dry->rung, packet, (size_t)length);

    fill(dry, &segment, &header, memory, ret_record);
    ret_record->target = arena_copy(memory, target);
    ret_record->length = length;
    hex = arena_take(memory, (size_t)length * 2 + 1, 1);
    text_show_hex(packet, (size_t)length, hex, (size_t)length * 2 + 1);
    ret_record->bytes = hex;
    return 0;
}
