/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes whole capture files, from memory and through a descriptor, with filters and without. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a reading came to; two readings of the same bytes must agree. */
struct outcome {
    int opened, last;
    uint64_t frames, digest;
    struct replay_facts facts;
    struct fault fault;
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_facts(const struct replay_facts *facts, const struct replay *replay)
{
    uint64_t frames = 0;

    check(facts == replay_facts(replay));
    check((unsigned)facts->damage < REPLAY_DAMAGE_COUNT && facts->damage != REPLAY_DAMAGE_READ);
    check((facts->damage == REPLAY_DAMAGE_NONE) == (facts->damage_what[0] == '\0'));
    check(facts->damage_at <= facts->size && facts->position <= facts->size);
    check(memchr(facts->damage_what, '\0', sizeof facts->damage_what) != NULL);
    check(facts->left_out <= facts->frames && facts->bytes <= facts->size);
    for (uint32_t i = 0; i < facts->interface_count && i < REPLAY_INTERFACES; i++) {
        const struct replay_interface *interface = &facts->interfaces[i];
        check(memchr(interface->name, '\0', sizeof interface->name) != NULL);
        check(interface->dropped >= -1 && interface->resolution_ns >= 0);
        frames += interface->frames;
    }
    check(frames <= facts->frames);
}

static void add(struct outcome *outcome, uint64_t value)
{
    outcome->digest = (outcome->digest ^ value) * UINT64_C(0x100000001b3);
}

static void read_all(struct replay *replay, struct outcome *outcome)
{
    const struct replay_facts *facts = replay_facts(replay);
    struct replay_frame frame;
    uint64_t number = 0;

    while ((outcome->last = replay_next(replay, &frame, &outcome->fault)) == 1) {
        check(frame.number > number && frame.number == facts->frames);
        check(frame.length <= REPLAY_FRAME_MAX && frame.wire_length >= frame.length);
        check(frame.has_time || frame.at_ns == 0);
        check(frame.at_ns <= REPLAY_TIME_MAX && frame.at_ns >= -REPLAY_TIME_MAX);
        check(frame.interface < facts->interface_count);
        number = frame.number;
        outcome->frames++;
        add(outcome, (uint64_t)frame.at_ns);
        add(outcome, (uint64_t)frame.link_type << 32 | frame.interface);
        add(outcome, frame.wire_length);
        for (size_t i = 0; i < frame.length; i++)
            add(outcome, frame.bytes[i]);
    }
    check(outcome->last == 0 || outcome->last == -FAULT_SYNTAX);
    check(outcome->frames == facts->frames - facts->left_out - (outcome->last == 0 ? 0 : 1));
    check(replay_next(replay, &frame, NULL) == 0);
    check_facts(facts, replay);
    outcome->facts = *facts;
}

static void read_memory(const uint8_t *data, size_t size, const struct replay_options *options,
                        struct outcome *outcome)
{
    struct replay *replay;

    *outcome = (struct outcome){.digest = 1};
    outcome->opened = replay_open_bytes(data, size, options, &replay, &outcome->fault);
    check(outcome->opened == 0 || (outcome->opened == -FAULT_IO && outcome->fault.what[0]));
    if (outcome->opened != 0)
        return;
    read_all(replay, outcome);
    replay_close(replay);
}

static void read_file(const uint8_t *data, size_t size, const struct replay_options *options,
                      struct outcome *outcome)
{
    char path[64];
    struct replay *replay;
    int descriptor = memfd_create("fuzz", MFD_CLOEXEC);

    *outcome = (struct outcome){.digest = 1};
    check(descriptor >= 0 && write(descriptor, data, size) == (ssize_t)size);
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    outcome->opened = replay_open(path, options, &replay, &outcome->fault);
    if (outcome->opened == 0) {
        read_all(replay, outcome);
        replay_close(replay);
    }
    close(descriptor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const filters[] = {NULL, "tcp port 80", "ether host 02:aa:aa:aa:aa:aa"};

    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        struct replay_options options = {.filter = filters[i]};
        struct outcome memory, file;

        read_memory(data, size, &options, &memory);
        read_file(data, size, &options, &file);
        check(memory.opened == file.opened && memory.last == file.last);
        check(memory.frames == file.frames && memory.digest == file.digest);
        check(memory.facts.damage == file.facts.damage);
        check(memory.facts.damage_at == file.facts.damage_at);
        check(memory.facts.position == file.facts.position);
        check(strcmp(memory.facts.damage_what, file.facts.damage_what) == 0);
        if (memory.opened != 0)
            break;
    }
    return 0;
}
