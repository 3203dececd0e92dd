/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a captured segment is and does, in sentences. */
#include "probe/track/lesson.h"

#include <string.h>

#include "base/text.h"
#include "probe/track/lesson_parts.h"

/* Events that are told of one segment at most: those that say most come first. */
#define EVENTS_TOLD 4

struct writer {
    char text[2560], reference[320];
    size_t at, reference_at;
};

static bool is_capital(char letter)
{
    return letter >= 'A' && letter <= 'Z';
}

static char capital(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

/* A word between braces at `*at`, which is moved behind it; a name with a capital asks for one. */
static bool put_word(const struct lesson_work *work, const char **at, struct writer *writer)
{
    const char *name = *at + 1;
    size_t length = strcspn(name, "}");
    char plain[32] = "", text[LESSON_WORD_SIZE];

    *at = name + length + 1;
    if (length >= sizeof plain)
        return false;
    memcpy(plain, name, length);
    if (is_capital(*plain))
        *plain = (char)(*plain - 'A' + 'a');
    if (!lesson_word(work, plain, length, text))
        return false;
    if (is_capital(*name))
        *text = capital(*text);
    text_append(writer->text, sizeof writer->text, &writer->at, "%s", text);
    return true;
}

/* From `*at` to the end of the text or of the brackets. False where a word is not known. */
static bool put_text(const struct lesson_work *work, const char **at, struct writer *writer)
{
    bool known = true;

    while (**at != '\0' && **at != ']') {
        size_t length = strcspn(*at, "[]{");

        text_append(writer->text, sizeof writer->text, &writer->at, "%.*s", (int)length, *at);
        *at += length;
        if (**at == '{') {
            known = put_word(work, at, writer) && known;
        } else if (**at == '[') {
            size_t before = writer->at;

            (*at)++;
            if (!put_text(work, at, writer)) {
                writer->at = before;
                writer->text[before] = '\0';
            }
            *at += **at == ']';
        }
    }
    return known;
}

/* Whether `reference` is one of those that are here. */
static bool has_reference(const struct writer *writer, const char *reference, size_t length)
{
    const char *at = writer->reference;

    while ((at = strstr(at, "RFC "))) {
        const char *next = strstr(at, ", RFC ");
        size_t here = next ? (size_t)(next - at) : strlen(at);

        if (here == length && memcmp(at, reference, length) == 0)
            return true;
        at += here;
    }
    return false;
}

/* A section without the number of an RFC is one of RFC 9293. */
static void add_reference(struct writer *writer, const char *reference)
{
    char whole[160];
    size_t at = 0;
    bool bare = *reference >= '0' && *reference <= '9';

    text_append(whole, sizeof whole, &at, "%s%s", bare ? "RFC 9293 " : "", reference);
    for (const char *one = whole; *one;) {
        const char *next = strstr(one, ", RFC ");
        size_t length = next ? (size_t)(next - one) : strlen(one);

        if (!has_reference(writer, one, length))
            text_append(writer->reference, sizeof writer->reference, &writer->reference_at,
                        "%s%.*s", writer->reference_at > 0 ? ", " : "", (int)length, one);
        one = next ? next + 2 : one + length;
    }
}

/* Begins a sentence; returns where it starts. */
static size_t begin(struct writer *writer)
{
    if (writer->at > 0)
        text_append(writer->text, sizeof writer->text, &writer->at, ". ");
    return writer->at;
}

static void put_row(const struct lesson_work *work, const struct lesson_row *row,
                    const char *reference, struct writer *writer)
{
    size_t before = writer->at, start = begin(writer);
    const char *at = row->text;

    put_text(work, &at, writer);
    if (writer->at == start) { /* all of it depends on what is not known */
        writer->at = before;
        writer->text[before] = '\0';
        return;
    }
    writer->text[start] = capital(writer->text[start]);
    add_reference(writer, row->reference ? row->reference : reference);
}

static void put_special(const struct lesson_work *work, enum lesson_special special,
                        struct writer *writer)
{
    put_row(work, lesson_special(special), "", writer);
}

/* An RST that ends the opening has a tale of its own. */
static bool put_opening_reset(const struct lesson_work *work, struct writer *writer)
{
    const struct lesson_case *what = work->what;
    uint64_t events = what->step->events;

    if (!(events & FOLLOW(RST_EXACT)) || events & FOLLOW(CHECKSUM))
        return false;
    if (!work->from_client && what->client_before.state == SERVER_SYN_SENT && !work->end->syn_sent)
        put_special(work, LESSON_REFUSED, writer);
    else if (work->from_client && work->peer->sent_syn_ack && !what->follow->has_ack)
        put_special(work, LESSON_ABANDONED, writer);
    else
        return false;
    return true;
}

static void put_events(const struct lesson_work *work, struct writer *writer)
{
    uint64_t events = work->what->step->events, told = 0;
    unsigned count = 0;

    if (put_opening_reset(work, writer)) {
        events &= ~(FOLLOW(RST) | FOLLOW(RST_EXACT));
        count++;
    }
    for (unsigned i = 0; i < FOLLOW_EVENT_COUNT && count < EVENTS_TOLD; i++) {
        enum follow_event event = lesson_order(i);
        const struct lesson_row *row = lesson_event(event);

        if (!(events & UINT64_C(1) << event) || events & row->unless)
            continue;
        put_row(work, row, follow_event_reference(event), writer);
        told |= UINT64_C(1) << event;
        count++;
        if (told & FOLLOW(CHECKSUM))
            return; /* no end takes it: nothing else of it counts */
    }
}

static bool changes(const struct follow_state *before, const struct follow_state *after)
{
    return before->state != after->state && after->state != SERVER_UNKNOWN &&
           after->state < SERVER_STATE_COUNT;
}

/* Whether this is the ACK that the receiver's FIN waited for. */
static bool acknowledges_fin(const struct lesson_work *work)
{
    const struct lesson_case *what = work->what;
    const struct follow_state *before =
        work->from_client ? &what->server_before : &what->client_before;
    const struct follow_state *after =
        work->from_client ? &what->step->server : &what->step->client;
    bool waited = before->state == SERVER_FIN_WAIT_1 || before->state == SERVER_CLOSING ||
                  before->state == SERVER_LAST_ACK;

    return waited && changes(before, after) && work->peer->fin_acked &&
           (work->segment->flags & (TCP_ACK | TCP_RST)) == TCP_ACK;
}

/* What became of a SYN can be known from what follows it: then the server's state tells that. */
static bool put_fate(const struct lesson_work *work, bool client, struct writer *writer)
{
    const struct follow_step *step = work->what->step;
    const char *fate;

    if (client || !work->from_client || !(work->segment->flags & TCP_SYN) || work->end->syn_acked ||
        step->events & FOLLOW(RST))
        return false;
    if (step->server.state == SERVER_LISTEN)
        fate =
            "The server stays in LISTEN: this copy does not reach it, as far as the capture shows";
    else if (step->server.state == SERVER_CLOSED)
        fate = "At the server the port is CLOSED, as its answer will show";
    else
        return false;
    begin(writer);
    text_append(writer->text, sizeof writer->text, &writer->at, "%s", fate);
    return true;
}

static void put_state(const struct lesson_work *work, bool client, struct writer *writer)
{
    const struct lesson_case *what = work->what;
    const struct follow_state *before = client ? &what->client_before : &what->server_before;
    const struct follow_state *after = client ? &what->step->client : &what->step->server;
    bool sender = client == work->from_client, sure = after->doubt == FOLLOW_DOUBT_NONE;

    if (!changes(before, after) || put_fate(work, client, writer))
        return;
    begin(writer);
    text_append(writer->text, sizeof writer->text, &writer->at, "%s the %s is in %s%s",
                sender ? "Now" : "Once it has arrived,", client ? "client" : "server",
                server_state_name((enum server_state)after->state), sure ? "" : " at least");
    if (!sure && after->doubt < FOLLOW_DOUBT_COUNT)
        text_append(writer->text, sizeof writer->text, &writer->at,
                    ", as far as the capture shows (%s)",
                    follow_doubt_meaning((enum follow_doubt)after->doubt));
    text_append(writer->text, sizeof writer->text, &writer->at, ": %s",
                lesson_waits((enum server_state)after->state));
}

static void put_segment(const struct lesson_work *work, struct writer *writer)
{
    put_events(work, writer);
    if (acknowledges_fin(work))
        put_special(work, LESSON_ACK_FIN, writer);
    if (writer->at == 0)
        put_special(work, work->segment->flags & TCP_ACK ? LESSON_ACK : LESSON_NOTHING, writer);
    put_state(work, work->from_client, writer);
    put_state(work, !work->from_client, writer);
}

static enum lesson_special icmp_lesson(enum icmp_class kind)
{
    switch (kind) {
    case ICMP_CLASS_HARD:
        return LESSON_ICMP_HARD;
    case ICMP_CLASS_SOFT:
        return LESSON_ICMP_SOFT;
    case ICMP_CLASS_MTU:
        return LESSON_ICMP_MTU;
    case ICMP_CLASS_NONE:
    case ICMP_CLASS_COUNT:
        break;
    }
    return LESSON_ICMP_OTHER;
}

struct lesson lesson_tell(const struct lesson_case *lesson_case, struct arena *arena)
{
    const struct story_segment *entry = lesson_case->segment;
    const struct follow *follow = lesson_case->follow;
    struct lesson_work work = {.what = lesson_case, .entry = entry, .segment = &entry->segment};
    struct writer writer = {.at = 0};
    struct lesson lesson;

    work.from = entry->input.from & 1;
    work.from_client = work.from == follow->client;
    work.end = &follow->ends[work.from];
    work.peer = &follow->ends[!work.from];
    if (entry->is_icmp || !lesson_case->step) {
        put_special(&work, icmp_lesson(entry->icmp_class), &writer);
    } else {
        options_summarize(&entry->segment.options, &work.options);
        put_segment(&work, &writer);
    }
    lesson.why = arena_copy(arena, writer.text);
    lesson.reference = arena_copy(arena, writer.reference);
    return lesson;
}
