/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections as tables of segments, nearly in packetdrill's notation, with what is said of each.
 */
#ifndef TESTS_FOLLOW_SCRIPT_H
#define TESTS_FOLLOW_SCRIPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/follow/follow.h"

#define MS              INT64_C(1000000)
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/*
 * "> S. 0:0 ack 1 win 100 <mss 1460> ttl 60 id 7": direction, flags, first sequence number and the
 * one behind the data, relative to the sender's base; ack relative to the other's. "badsum",
 * "giant", "ce" may follow, "cut": of its options the capture lacks some. Without a window it is 1000, without a TTL 64.
 */
struct line {
    double ms;
    const char *segment;
    const char *events;          /* as follow_events_show() */
    const char *client, *server; /* "STATE" or "STATE/doubt"; NULL: not looked at */
};

struct script {
    struct follow follow;
    uint32_t base[2]; /* sequence number of relative 0, of ends 0 (">") and 1 */
    struct follow_step step;
    struct segment segment;
    int64_t now;
};

static inline void script_begin(struct script *script, uint32_t base0, uint32_t base1)
{
    memset(script, 0, sizeof *script);
    script->base[0] = base0;
    script->base[1] = base1;
    follow_init(&script->follow);
}

static inline void script_options(struct script *script, const char **at)
{
    const char *end = strchr(*at, '>');
    char text[OPTIONS_TEXT_SIZE];

    assert_non_null(end);
    assert_true((size_t)(end - *at) < sizeof text);
    memcpy(text, *at + 1, (size_t)(end - *at - 1));
    text[end - *at - 1] = '\0';
    assert_int_equal(options_read(text, "a script", &script->segment.options, NULL), 0);
    options_pad(&script->segment.options);
    *at = end + 1;
}

static inline void script_read(struct script *script, const char *text, struct follow_input *input)
{
    struct segment *segment = &script->segment;
    unsigned from = text[0] == '<';
    long long first, behind;
    char flags[16];
    int used = 0;

    memset(segment, 0, sizeof *segment);
    memset(input, 0, sizeof *input);
    input->segment = segment;
    input->from = (uint8_t)from;
    input->hop_limit = 64;
    assert_int_equal(sscanf(text + 1, " %15s %lld:%lld%n", flags, &first, &behind, &used), 3);
    assert_int_equal(
        tcp_flags_read(strcmp(flags, "-") == 0 ? "none" : flags, "a script", &segment->flags, NULL),
        0);
    segment->source_port = from ? 80 : 40000;
    segment->destination_port = from ? 40000 : 80;
    segment->seq = script->base[from] + (uint32_t)first;
    segment->payload_total = (size_t)(behind - first);
    segment->window = 1000;
    for (const char *at = text + 1 + used; *at;) {
        long long value = 0;
        char word[16];
        int moved = 0;

        if (*at == ' ') {
            at++;
            continue;
        }
        if (*at == '<') {
            script_options(script, &at);
            continue;
        }
        assert_int_equal(sscanf(at, "%15[a-z]%n", word, &moved), 1);
        at += moved;
        if (strcmp(word, "badsum") == 0) {
            input->checksum_bad = true;
            continue;
        }
        if (strcmp(word, "giant") == 0) {
            input->giant = true;
            continue;
        }
        if (strcmp(word, "cut") == 0) {
            segment->options_cut = true;
            continue;
        }
        if (strcmp(word, "ce") == 0) {
            segment->ecn = 3;
            continue;
        }
        assert_int_equal(sscanf(at, " %lld%n", &value, &moved), 1);
        at += moved;
        if (strcmp(word, "ack") == 0)
            segment->ack = script->base[!from] + (uint32_t)value;
        else if (strcmp(word, "win") == 0)
            segment->window = (uint16_t)value;
        else if (strcmp(word, "ttl") == 0)
            input->hop_limit = (uint8_t)value;
        else if (strcmp(word, "id") == 0) {
            input->has_ip_id = true;
            input->ip_id = (uint16_t)value;
        } else
            fail_msg("'%s' in '%s'", word, text);
    }
}

static inline void script_state(const struct follow_state *state, const char *wanted,
                                const char *whose, const struct line *line)
{
    char text[64];

    if (!wanted)
        return;
    snprintf(text, sizeof text, "%s%s%s", server_state_name(state->state),
             state->doubt == FOLLOW_DOUBT_NONE ? "" : "/",
             state->doubt == FOLLOW_DOUBT_NONE ? "" : follow_doubt_word(state->doubt));
    if (strcmp(text, wanted) != 0)
        fail_msg("%s: the %s is %s, not %s", line->segment, whose, text, wanted);
}

/* Feeds one line and compares. */
static inline void script_line(struct script *script, const struct line *line)
{
    char events[FOLLOW_EVENTS_TEXT_SIZE];
    struct follow_input input;

    script_read(script, line->segment, &input);
    script->now = input.at = (int64_t)(line->ms * 1e6);
    follow_segment(&script->follow, &input, &script->step);
    follow_events_show(script->step.events, events);
    if (line->events && strcmp(events, line->events) != 0)
        fail_msg("%s: '%s', not '%s'", line->segment, events, line->events);
    script_state(&script->step.client, line->client, "client", line);
    script_state(&script->step.server, line->server, "server", line);
}

static inline void script_run(struct script *script, const struct line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++)
        script_line(script, &lines[i]);
}

/* The whole of a table from its beginning; the numbers wrap early. */
#define script_play(script, lines)                                                                 \
    do {                                                                                           \
        script_begin(script, UINT32_C(0xfffffff0), UINT32_C(0xffffffff));                          \
        script_run(script, lines, COUNT_OF(lines));                                                \
    } while (0)

static inline struct follow_verdict script_judge(const struct script *script, int64_t later)
{
    struct follow_verdict verdict;

    follow_judge(&script->follow, script->now + later, &verdict);
    return verdict;
}

/* Opened: both at 1; windows are scaled by 2 and SACK may be used. */
#define SCRIPT_OPEN                                                                                \
    {0, "> S 0:0 win 1000 <mss 1000,sackOK,nop,wscale 1>", "syn", NULL, NULL},                     \
        {10, "< S. 0:0 ack 1 win 1000 <mss 1000,sackOK,nop,wscale 1>", "syn-ack", NULL, NULL},     \
    {                                                                                              \
        12, "> . 1:1 ack 1", "handshake-ack", "ESTABLISHED", "ESTABLISHED"                         \
    }

#endif
