/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The blocks of a pcapng file that describe: sections, interfaces and what these lost. */
#include <stdlib.h>

#include "base/text.h"
#include "net/replay_parts.h"

#define OPTION_END       0
#define OPTION_NAME      2  /* if_name */
#define OPTION_TSRESOL   9  /* if_tsresol */
#define OPTION_TSOFFSET  14 /* if_tsoffset */
#define OPTION_IFDROP    5  /* isb_ifdrop */
#define OPTION_OSDROP    7  /* isb_osdrop */
#define RESOLUTION_MICRO 6
#define SOURCES_MAX      65536U

struct option {
    uint16_t code, length;
    const uint8_t *value;
};

/* The next option of those from *at on. 1; 0: no more; -1: it goes beyond its block. */
static int option_next(const struct replay_body *body, size_t *at, struct option *ret_option)
{
    size_t left = body->length - *at;

    if (left == 0)
        return 0;
    if (left < 4)
        return -1;
    *ret_option = (struct option){.code = number16(body->big, body->bytes + *at),
                                  .length = number16(body->big, body->bytes + *at + 2),
                                  .value = body->bytes + *at + 4};
    if (ret_option->code == OPTION_END)
        return 0;
    size_t padded = ((size_t)ret_option->length + 3) & ~(size_t)3;
    if (padded > left - 4)
        return -1;
    *at += 4 + padded;
    return 1;
}

/* Notes damage of the block in the window. */
static int broken(struct replay *replay, struct fault *fault, const char *what)
{
    return replay_damaged(replay, REPLAY_DAMAGE_BLOCK, fault, "%s", what);
}

int replay_read_section(struct replay *replay, const struct replay_body *body, struct fault *fault)
{
    struct replay_pcapng *pcapng = &replay->pcapng;
    unsigned major = number16(body->big, body->bytes + 4);
    unsigned minor = number16(body->big, body->bytes + 6);

    /* Version 1.2 differs from 1.0 in nothing (draft, section 4.1). */
    if (major != 1 || (minor != 0 && minor != 2))
        return replay_damaged(replay, REPLAY_DAMAGE_BLOCK, fault, "a section of version %u.%u",
                              major, minor);
    pcapng->first += pcapng->count;
    pcapng->count = 0;
    return 1;
}

/* Makes room for another interface; false without memory. */
static bool make_room(struct replay_pcapng *pcapng)
{
    if (pcapng->count < pcapng->room)
        return true;
    uint32_t room = pcapng->room ? 2 * pcapng->room : 8;
    struct replay_source *sources = realloc(pcapng->sources, room * sizeof *sources);
    if (!sources)
        return false;
    pcapng->sources = sources;
    pcapng->room = room;
    return true;
}

int replay_read_interface(struct replay *replay, const struct replay_body *body,
                          struct fault *fault)
{
    struct replay_pcapng *pcapng = &replay->pcapng;
    struct replay_interface interface = {.link_type = number16(body->big, body->bytes),
                                         .snaplen = number32(body->big, body->bytes + 4),
                                         .dropped = -1};
    uint8_t resolution = RESOLUTION_MICRO;
    int64_t offset_s = 0;
    struct option option;
    size_t at = 8;
    int got;

    while ((got = option_next(body, &at, &option)) > 0) {
        if (option.code == OPTION_NAME)
            text_safe(option.value, strnlen((const char *)option.value, option.length),
                      interface.name, sizeof interface.name);
        else if (option.code == OPTION_TSRESOL && option.length == 1)
            resolution = option.value[0];
        else if (option.code == OPTION_TSOFFSET && option.length == 8)
            offset_s = (int64_t)number64(body->big, option.value);
    }
    if (got < 0)
        return broken(replay, fault, "an option of an interface goes beyond its block");
    if (pcapng->count == SOURCES_MAX)
        return broken(replay, fault, "a section of more than 65536 interfaces");
    if (!make_room(pcapng))
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    struct replay_source *source = &pcapng->sources[pcapng->count++];
    *source = (struct replay_source){.link_type = interface.link_type,
                                     .snaplen = interface.snaplen,
                                     .unit = stamp_unit_of(resolution, offset_s)};
    interface.resolution_ns = stamp_unit_ns(&source->unit);
    replay_add_interface(replay, &interface);
    return 1;
}

/* What an interface lost. Of several such blocks the last one stands: they count on. */
int replay_read_statistics(struct replay *replay, const struct replay_body *body)
{
    uint32_t number = number32(body->big, body->bytes);
    struct option option;
    uint64_t dropped = 0, count;
    bool is_told = false;
    size_t at = 12;

    /* Nothing is lost with what is told of nobody. */
    if (number >= replay->pcapng.count)
        return 1;
    while (option_next(body, &at, &option) > 0) {
        if ((option.code != OPTION_IFDROP && option.code != OPTION_OSDROP) || option.length != 8)
            continue;
        count = number64(body->big, option.value);
        /* All ones: not known. */
        if (count == UINT64_MAX)
            continue;
        is_told = true;
        if (__builtin_add_overflow(dropped, count, &dropped) || dropped > INT64_MAX)
            dropped = INT64_MAX;
    }
    number += replay->pcapng.first;
    if (is_told && number < REPLAY_INTERFACES)
        replay->facts.interfaces[number].dropped = (int64_t)dropped;
    return 1;
}

void replay_pcapng_release(struct replay *replay)
{
    free(replay->pcapng.sources);
}
