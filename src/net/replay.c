/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture that somebody else took: opened, read frame by frame, and what became known of it. */
#include "net/replay.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "net/replay_parts.h"

/* So many frames that the filter leaves out take a few milliseconds. */
#define UNHEARD_MAX 65536

const char *replay_damage_word(enum replay_damage damage)
{
    static const char *const words[] = {
#define X(id, word, meaning) word,
        REPLAY_DAMAGE_TABLE(X)
#undef X
    };
    return words[damage];
}

const char *replay_damage_meaning(enum replay_damage damage)
{
    static const char *const meanings[] = {
#define X(id, word, meaning) meaning,
        REPLAY_DAMAGE_TABLE(X)
#undef X
    };
    return meanings[damage];
}

int replay_damaged(struct replay *replay, enum replay_damage damage, struct fault *fault,
                   const char *format, ...)
{
    struct replay_facts *facts = &replay->facts;
    const struct stream *stream = &replay->stream;
    va_list arguments;

    if (stream->starved)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    if (stream->sys != 0) {
        struct fault words;
        fault_set(&words, FAULT_IO, stream->sys, "it could not be read on");
        snprintf(facts->damage_what, sizeof facts->damage_what, "%.159s", words.what);
        facts->damage = REPLAY_DAMAGE_READ;
        facts->damage_at = replay->record_at;
        return 0;
    }
    /* What ends here only because nobody wants more of it is not cut. */
    if (damage == REPLAY_DAMAGE_NONE || (damage == REPLAY_DAMAGE_CUT && stream->stopped))
        return 0;
    facts->damage_at = replay->record_at;
    va_start(arguments, format);
    vsnprintf(facts->damage_what, sizeof facts->damage_what, format, arguments);
    va_end(arguments);
    facts->damage = damage;
    return 0;
}

uint32_t replay_add_interface(struct replay *replay, const struct replay_interface *interface)
{
    struct replay_facts *facts = &replay->facts;

    if (facts->interface_count < REPLAY_INTERFACES)
        facts->interfaces[facts->interface_count] = *interface;
    if (facts->interface_count == 0)
        facts->resolution_ns = interface->resolution_ns;
    return facts->interface_count++;
}

/* Says why a file cannot be read; `hint` may be "". */
static int refuse(const char *name, const char *what, const char *hint, struct fault *fault)
{
    return fault_set(fault, FAULT_IO, 0, "cannot read %s: %s%s", name, what, hint);
}

/* How the user gets at what is packed. */
static void show_unpacking(const char *path, const char *program, char *text, size_t size)
{
    char safe[64];

    if (!path || strcmp(path, "-") == 0) {
        snprintf(text, size, " (put %s before it)", program);
        return;
    }
    if (text_safe(path, strlen(path), safe, sizeof safe) != strlen(path))
        snprintf(safe, sizeof safe, "FILE");
    snprintf(text, size, " (%s '%s' | tcpprobe read -)", program, safe);
}

/* Recognises the format. `path` is NULL for bytes in memory. */
static int begin(struct replay *replay, const char *path, struct fault *fault)
{
    struct stream *stream = &replay->stream;
    char name[128], safe[120], hint[128] = "", what[160];
    const char *unpack, *words;
    struct fault reason;

    if (path && strcmp(path, "-") != 0) {
        text_safe(path, strlen(path), safe, sizeof safe);
        snprintf(name, sizeof name, "'%s'", safe);
    } else {
        snprintf(name, sizeof name, "%s", path ? "standard input" : "it");
    }
    int got = replay_pcap_begin(replay, &reason);
    if (got == 0)
        got = replay_pcapng_begin(replay, &reason);
    if (stream->starved)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    if (got > 0)
        return 0;
    if (stream->stopped) {
        replay->facts.format = "";
        replay->over = true;
        return 0;
    }
    if (stream->sys != 0)
        return fault_set(fault, FAULT_IO, stream->sys, "cannot read %s", name);
    if (got < 0) {
        snprintf(what, sizeof what, "it is %.150s", reason.what);
        return refuse(name, what, "", fault);
    }
    if (stream_left(stream) == 0)
        return refuse(name, "it is empty", "", fault);
    words = replay_kind(stream_bytes(stream), stream_left(stream), &unpack);
    if (unpack)
        show_unpacking(path, unpack, hint, sizeof hint);
    snprintf(what, sizeof what, "it is %s", words);
    return refuse(name, what, hint, fault);
}

static struct replay *replay_new(const struct replay_options *options, struct fault *fault,
                                 int *ret_error)
{
    struct replay *replay = calloc(1, sizeof *replay);

    if (!replay) {
        *ret_error = fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        return NULL;
    }
    replay->stream.descriptor = -1;
    replay->options = options ? *options : (struct replay_options){0};
    *ret_error =
        options && options->filter ? filter_new(options->filter, &replay->filter, fault) : 0;
    if (*ret_error) {
        replay_close(replay);
        return NULL;
    }
    return replay;
}

/* Goes on where the stream is open. */
static int finish_open(struct replay *replay, const char *path, struct replay **ret_replay,
                       struct fault *fault)
{
    replay->facts.size = replay->stream.size;
    int error = begin(replay, path, fault);
    if (error) {
        replay_close(replay);
        return error;
    }
    replay->facts.position = stream_position(&replay->stream);
    *ret_replay = replay;
    return 0;
}

int replay_open(const char *path, const struct replay_options *options, struct replay **ret_replay,
                struct fault *fault)
{
    int error;
    struct replay *replay = replay_new(options, fault, &error);

    if (!replay)
        return error;
    error = stream_open(&replay->stream, path, options, fault);
    if (error) {
        replay_close(replay);
        return error;
    }
    return finish_open(replay, path, ret_replay, fault);
}

int replay_open_bytes(const uint8_t *bytes, size_t length, const struct replay_options *options,
                      struct replay **ret_replay, struct fault *fault)
{
    int error;
    struct replay *replay = replay_new(options, fault, &error);

    if (!replay)
        return error;
    stream_of_bytes(&replay->stream, bytes, length, options);
    return finish_open(replay, NULL, ret_replay, fault);
}

void replay_close(struct replay *replay)
{
    if (!replay)
        return;
    stream_release(&replay->stream);
    filter_free(replay->filter);
    replay_pcapng_release(replay);
    free(replay);
}

/* Whether the filter wants the frame; idle() is asked now and then, for nobody else is. */
static int take(struct replay *replay, const struct replay_frame *frame, struct fault *fault)
{
    int taken = filter_takes(replay->filter, frame, fault);

    if (taken != 0) {
        replay->unheard = 0;
        return taken;
    }
    replay->facts.left_out++;
    if (++replay->unheard == UNHEARD_MAX) {
        const struct replay_options *options = &replay->options;

        replay->unheard = 0;
        replay->over = options->idle && !options->idle(options->data, 0);
    }
    return 0;
}

int replay_next(struct replay *replay, struct replay_frame *ret_frame, struct fault *fault)
{
    struct replay_facts *facts = &replay->facts;

    while (!replay->over) {
        int got = replay->next(replay, ret_frame, fault);

        facts->position = stream_position(&replay->stream);
        if (got != 1) {
            replay->over = true;
            return got;
        }
        ret_frame->number = ++facts->frames;
        facts->bytes += ret_frame->length;
        if (ret_frame->interface < REPLAY_INTERFACES)
            facts->interfaces[ret_frame->interface].frames++;
        got = replay->filter ? take(replay, ret_frame, fault) : 1;
        if (got != 0) {
            replay->over = replay->over || got < 0;
            return got;
        }
    }
    return 0;
}

const struct replay_facts *replay_facts(const struct replay *replay)
{
    return &replay->facts;
}
