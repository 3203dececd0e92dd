/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of a segment as words of its lesson. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "probe/track/lesson_parts.h"
#include "wire/icmp.h"

typedef bool word_function(const struct lesson_work *work, char *text, size_t size);

/* "64,256" */
static void show_count(uint64_t count, char text[32])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count), at = 0;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
}

static bool put_bytes(uint64_t count, char *text, size_t size)
{
    char shown[32];

    show_count(count, shown);
    snprintf(text, size, "%s byte%s", shown, count == 1 ? "" : "s");
    return true;
}

static bool put_duration(int64_t ns, char *text, size_t size)
{
    if (ns < 0)
        return false;
    text_show_duration(ns, "µ", text, size);
    return true;
}

static bool put_ordinal(uint32_t number, char *text, size_t size)
{
    static const char *const few[] = {"first", "second",  "third",  "fourth", "fifth",
                                      "sixth", "seventh", "eighth", "ninth",  "tenth"};
    static const char *const ends[] = {"th", "st", "nd", "rd"};
    bool teens = number / 10 % 10 == 1;

    if (number == 0)
        return false;
    if (number <= sizeof few / sizeof few[0])
        snprintf(text, size, "%s", few[number - 1]);
    else
        snprintf(text, size, "%" PRIu32 "%s", number,
                 teens || number % 10 > 3 ? ends[0] : ends[number % 10]);
    return true;
}

static const char *end_name(bool client)
{
    return client ? "the client" : "the server";
}

static bool word_sender(const struct lesson_work *work, char *text, size_t size)
{
    snprintf(text, size, "%s", end_name(work->from_client));
    return true;
}

static bool word_receiver(const struct lesson_work *work, char *text, size_t size)
{
    snprintf(text, size, "%s", end_name(!work->from_client));
    return true;
}

/* Where it may still send. */
static bool word_receiver_unfinished(const struct lesson_work *work, char *text, size_t size)
{
    return word_receiver(work, text, size) && !work->peer->has_fin;
}

static bool word_flags(const struct lesson_work *work, char *text, size_t size)
{
    char flags[TCP_FLAGS_TEXT_SIZE];

    snprintf(text, size, "%s", tcp_flags_show(work->segment->flags, flags));
    return true;
}

static bool word_seq_number(const struct lesson_work *work, char *text, size_t size)
{
    snprintf(text, size, "%" PRIu32, work->segment->seq);
    return true;
}

static bool word_seq_next(const struct lesson_work *work, char *text, size_t size)
{
    snprintf(text, size, "%" PRIu32, work->segment->seq + 1);
    return true;
}

static bool word_seq(const struct lesson_work *work, char *text, size_t size)
{
    if (work->what->step->relative_seq == FOLLOW_UNKNOWN)
        return word_seq_number(work, text, size);
    snprintf(text, size, "%" PRId64, work->what->step->relative_seq);
    return true;
}

static bool word_ack(const struct lesson_work *work, char *text, size_t size)
{
    int64_t relative = work->what->step->relative_ack;

    if (!(work->segment->flags & TCP_ACK))
        return false;
    snprintf(text, size, "%" PRId64,
             relative == FOLLOW_UNKNOWN ? (int64_t)work->segment->ack : relative);
    return true;
}

/* "ACK 1001 = ISN + 1" */
static bool word_ack_isn(const struct lesson_work *work, char *text, size_t size)
{
    int64_t relative = work->what->step->relative_ack;

    if (!(work->segment->flags & TCP_ACK) || relative < 1)
        return false;
    if (relative == 1)
        snprintf(text, size, "ACK %" PRIu32 " = ISN + 1", work->segment->ack);
    else
        snprintf(text, size, "ACK %" PRIu32 " = ISN + 1 + %" PRId64 " of data", work->segment->ack,
                 relative - 1);
    return true;
}

static bool word_bytes(const struct lesson_work *work, char *text, size_t size)
{
    return put_bytes(work->segment->payload_total, text, size);
}

static bool word_window(const struct lesson_work *work, char *text, size_t size)
{
    int64_t bytes = work->what->step->window;
    uint16_t field = work->segment->window;
    char shown[32];

    if (bytes == FOLLOW_UNKNOWN) {
        snprintf(text, size, "window field is %u, and its scale is not known without both SYNs",
                 field);
        return true;
    }
    show_count((uint64_t)bytes, shown);
    if (field > 0 && bytes > field) {
        unsigned shift = 0;

        while (shift < 14 && (int64_t)field << shift < bytes)
            shift++;
        snprintf(text, size, "window is %u × 2^%u = %s bytes", field, shift, shown);
    } else {
        snprintf(text, size, "window is %s byte%s", shown, bytes == 1 ? "" : "s");
    }
    return true;
}

static bool word_missing(const struct lesson_work *work, char *text, size_t size)
{
    return put_bytes(work->what->step->missing, text, size);
}

static bool word_nth(const struct lesson_work *work, char *text, size_t size)
{
    return put_ordinal(work->what->step->duplicates, text, size);
}

static bool word_dup_third(const struct lesson_work *work, char *text, size_t size)
{
    uint32_t number = work->what->step->duplicates;

    if (number == 3)
        snprintf(text, size,
                 "A sender that follows RFC 5681 sends the missing segment now, without "
                 "waiting for its timer");
    else if (number > 3)
        snprintf(text, size, "Each one more says that another segment has got through");
    else
        snprintf(text, size, "Fewer than three may come of mere reordering");
    return number > 0;
}

/* How long after the copy before it; of data only where nothing newer was sent since. */
static bool word_since(const struct lesson_work *work, char *text, size_t size)
{
    const struct follow_end *end = work->end;
    uint32_t copy = work->what->step->copy, end_seq;
    int64_t before, at = work->entry->input.at;

    if (work->segment->flags & TCP_SYN) {
        if (copy < 2 || copy > FOLLOW_COPIES)
            return false;
        before = end->copies[copy - 2].at;
    } else {
        end_seq = work->segment->seq + segment_length(work->segment);
        if (!end->has_next || end->next != end_seq)
            return false;
        before = end->next_at;
    }
    return at > before && (before >= 0 || at <= INT64_MAX + before) &&
           put_duration(at - before, text, size);
}

static bool word_timeouts(const struct lesson_work *work, char *text, size_t size)
{
    return work->what->step->copy > 1 && put_ordinal(work->what->step->copy - 1, text, size);
}

static bool word_rtt(const struct lesson_work *work, char *text, size_t size)
{
    return put_duration(work->what->step->rtt, text, size);
}

static bool word_offers(const struct lesson_work *work, char *text, size_t size)
{
    const struct option_summary *options = &work->options;
    const char *sep = "";
    size_t at = 0;

    text[0] = '\0';
    if (options->has_mss) {
        text_append(text, size, &at, "segments of up to %u bytes (MSS)", options->mss);
        sep = ", ";
    }
    if (options->has_wscale) {
        text_append(text, size, &at, "%swindows in units of 2^%u bytes", sep,
                    options->wscale < 14U ? options->wscale : 14U);
        sep = ", ";
    }
    if (options->has_sack_permitted) {
        text_append(text, size, &at, "%sSACK", sep);
        sep = ", ";
    }
    if (options->has_timestamps) {
        text_append(text, size, &at, "%stimestamps", sep);
        sep = ", ";
    }
    if (options->has_mptcp) {
        text_append(text, size, &at, "%sMultipath TCP", sep);
        sep = ", ";
    }
    if (options->has_fastopen)
        text_append(text, size, &at, "%sFast Open", sep);
    return at > 0;
}

static bool word_peer_mss(const struct lesson_work *work, char *text, size_t size)
{
    snprintf(text, size, "%u", work->peer->mss);
    return work->peer->mss > 0;
}

static bool word_push(const struct lesson_work *work, char *text, size_t size)
{
    snprintf(text, size, "PSH: for now nothing waits behind them");
    return work->segment->flags & TCP_PSH;
}

static bool word_ip_id(const struct lesson_work *work, char *text, size_t size)
{
    snprintf(text, size, "%u", work->entry->input.ip_id);
    return work->entry->input.has_ip_id;
}

static bool word_fin_seq(const struct lesson_work *work, char *text, size_t size)
{
    int64_t relative = work->what->step->relative_seq;

    if (relative == FOLLOW_UNKNOWN)
        return false;
    snprintf(text, size, "%" PRId64, relative + (int64_t)work->segment->payload_total);
    return true;
}

static bool word_urgent(const struct lesson_work *work, char *text, size_t size)
{
    snprintf(text, size, "%u", work->segment->urgent);
    return true;
}

/* Who probably sent a reset, and what speaks for it. */
static bool word_who(const struct lesson_work *work, char *text, size_t size)
{
    unsigned here = work->entry->input.hop_limit, there = work->end->hop_limit;

    switch ((enum follow_who)work->what->step->who) {
    case FOLLOW_WHO_END:
        snprintf(text, size, "Its TTL, %u, is that of the other segments of this end", here);
        return there > 0 && here == there;
    case FOLLOW_WHO_SOMEBODY:
        if (here != there && there > 0)
            snprintf(text, size,
                     "Its TTL is %u where the other segments of this end have %u: it was probably "
                     "sent by somebody %s",
                     here, there, here > there ? "nearer" : "else");
        else
            snprintf(text, size,
                     "It was probably sent by somebody else: that end went on as if "
                     "nothing was");
        return true;
    case FOLLOW_WHO_UNKNOWN:
    case FOLLOW_WHO_COUNT:
        break;
    }
    return false;
}

static bool word_from(const struct lesson_work *work, char *text, size_t size)
{
    char address[ADDRESS_TEXT_SIZE];

    snprintf(text, size, "%s",
             work->entry->from.family == IP_FAMILY_NONE
                 ? "somebody"
                 : address_show(&work->entry->from, address));
    return true;
}

static bool word_quoted(const struct lesson_work *work, char *text, size_t size)
{
    bool client = work->entry->quoted == work->what->follow->client;

    snprintf(text, size, "%s", end_name(client));
    return true;
}

static bool word_icmp(const struct lesson_work *work, char *text, size_t size)
{
    char words[64];

    snprintf(text, size, "%s",
             icmp_words(work->entry->from.family, work->entry->icmp_type, work->entry->icmp_code,
                        words));
    return true;
}

static bool word_mtu(const struct lesson_work *work, char *text, size_t size)
{
    return put_bytes(work->entry->icmp_mtu, text, size) && work->entry->icmp_mtu > 0;
}

static const struct {
    const char *name;
    word_function *put;
} words[] = {
    {"sender", word_sender},
    {"receiver", word_receiver},
    {"receiver_unfinished", word_receiver_unfinished},
    {"flags", word_flags},
    {"seq_number", word_seq_number},
    {"seq_number+1", word_seq_next},
    {"seq", word_seq},
    {"ack", word_ack},
    {"ack_isn", word_ack_isn},
    {"bytes", word_bytes},
    {"range", lesson_word_range},
    {"upto", lesson_word_upto},
    {"window", word_window},
    {"missing", word_missing},
    {"nth", word_nth},
    {"dup_third", word_dup_third},
    {"since", word_since},
    {"timeouts", word_timeouts},
    {"rtt", word_rtt},
    {"offers", word_offers},
    {"peer_mss", word_peer_mss},
    {"push", word_push},
    {"ip_id", word_ip_id},
    {"fin_seq", word_fin_seq},
    {"urgent", word_urgent},
    {"have", lesson_word_have},
    {"lacking", lesson_word_lacking},
    {"twice", lesson_word_twice},
    {"who", word_who},
    {"from", word_from},
    {"quoted", word_quoted},
    {"icmp", word_icmp},
    {"mtu", word_mtu},
};

bool lesson_word(const struct lesson_work *work, const char *name, size_t length,
                 char text[LESSON_WORD_SIZE])
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].name) == length && memcmp(words[i].name, name, length) == 0)
            return words[i].put(work, text, LESSON_WORD_SIZE);
    assert(false && "no such word");
    return false;
}
