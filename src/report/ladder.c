/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sequence diagram of a handshake: which rows there are, and what stands in them. */
#include "report/ladder.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/ladder_row.h"
#include "tcp/fsm.h"

/* Of more segments than this the middle is left out. */
#define SEGMENTS_SHOWN  60
#define SEGMENTS_AT_END 20

/* ---- what stands in a row ---- */

struct row_texts {
    char label[96], numbers[160], absolute[96], payload[160], icmp[32], note[160];
};

static bool has_flag(const char *flags, const char *flag)
{
    const char *found = flags ? strstr(flags, flag) : NULL;
    return found && (found == flags || found[-1] == ',') &&
           (found[strlen(flag)] == '\0' || found[strlen(flag)] == ',');
}

/* A blank that no line breaks at. */
#define TIED "\302\240"

static void show_numbers(const struct segment_record *segment, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    bool relative = segment->relative_seq != RECORD_UNKNOWN;
    int64_t seq = relative ? segment->relative_seq : segment->seq;
    if (seq != RECORD_UNKNOWN)
        text_append(text, size, &at, "seq" TIED "%" PRId64 " ", seq);
    if (segment->ack != RECORD_UNKNOWN)
        text_append(text, size, &at, "ack" TIED "%" PRId64 " ",
                    segment->relative_ack != RECORD_UNKNOWN ? segment->relative_ack : segment->ack);
    if (segment->window != RECORD_UNKNOWN)
        text_append(text, size, &at, "win" TIED "%" PRId64 " ", segment->window);
    if (segment->window_bytes != RECORD_UNKNOWN && segment->window_bytes != segment->window)
        text_append(text, size, &at, "(%" PRId64 ") ", segment->window_bytes);
    if (segment->ttl != RECORD_UNKNOWN && strcmp(segment->direction, "in") == 0)
        text_append(text, size, &at, "ttl" TIED "%" PRId64 " ", segment->ttl);
    if (at > 0)
        text[at - 1] = '\0';
}

static void show_absolute(const struct segment_record *segment, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    if (segment->seq == RECORD_UNKNOWN)
        return;
    text_append(text, size, &at, "absolute seq %" PRId64, segment->seq);
    if (segment->ack != RECORD_UNKNOWN)
        text_append(text, size, &at, " ack %" PRId64, segment->ack);
}

static void show_payload(const struct segment_record *segment, unsigned verbose, char *text,
                         size_t size)
{
    text[0] = '\0';
    if (!segment->payload || !*segment->payload)
        return;
    const int most = verbose > 0 ? (int)size - 8 : 32;
    size_t at = 0;
    int shown = 0;
    bool cut;
    while (shown < most && segment->payload[shown]) { /* an escape, at most "\xHH", is not torn */
        int length = segment->payload[shown] != '\\'      ? 1
                     : segment->payload[shown + 1] == 'x' ? 4
                                                          : 2;
        if (shown + length > most)
            break;
        shown += length;
    }
    cut = segment->payload[shown] != '\0';
    text_append(text, size, &at, "\"%.*s%s\"", shown, segment->payload, cut ? "..." : "");
}

/* An ICMP message that the server itself sent runs from its lifeline, others from a third party
 * between. */
static enum ladder_arrow icmp_arrow(const char *icmp, const char *address)
{
    size_t length = strlen(icmp), tail = address ? strlen(address) : 0;
    bool server = tail > 0 && length > tail && icmp[length - tail - 1] == ' ' &&
                  strcmp(icmp + length - tail, address) == 0;
    return server ? LADDER_ICMP_SERVER : LADDER_ICMP;
}

/*
 * What became of the SYN with this number, where the record knows, else NULL. *ret_lost: it did not
 * get there, as far as can be told.
 */
static const char *fate_of_syn(const struct handshake_record *record, int64_t number,
                               bool *ret_lost)
{
    bool silence = record->verdict && strcmp(record->verdict, verdict_word(VERDICT_FILTERED)) == 0;
    *ret_lost = silence;
    if (silence)
        return "no answer";
    if (record->answered_attempt == RECORD_UNKNOWN || number >= record->answered_attempt)
        return NULL;
    int64_t before = record->answered_attempt - 1;
    if (record->lost_reverse == before && record->lost_forward == 0)
        return "its answer was lost";
    *ret_lost = true;
    return record->lost_forward == before && record->lost_reverse == 0 ? "lost on the way"
                                                                       : "no answer";
}

/* The segment's note and what became of it. NULL for nothing. */
static const char *show_note(const struct segment_record *segment, const char *fate, char *text,
                             size_t size)
{
    if (!segment->note || !fate)
        return fate ? fate : segment->note;
    snprintf(text, size, "%s, %s", segment->note, fate);
    return text;
}

static bool is_our_syn(const struct segment_record *segment)
{
    return !segment->icmp && strcmp(segment->direction, "out") == 0 &&
           has_flag(segment->flags, "SYN") && !has_flag(segment->flags, "ACK");
}

/* `number`: which of our SYNs it is, 0 for another segment. */
static void put_segment(struct ladder *ladder, const struct handshake_record *record,
                        const struct segment_record *segment, int64_t number)
{
    struct row_texts texts;
    const struct style *style = ladder->style;
    struct ladder_detail *detail = ladder->details;
    enum ladder_arrow arrow;
    enum tone tone = TONE_BOLD;
    if (segment->icmp) {
        arrow = icmp_arrow(segment->icmp, record->address);
        snprintf(texts.label, sizeof texts.label, "ICMP");
        *detail++ = (struct ladder_detail){.text = segment->icmp, .tone = TONE_PLAIN};
        if (segment->ttl != RECORD_UNKNOWN) {
            snprintf(texts.icmp, sizeof texts.icmp, "ttl %" PRId64, segment->ttl);
            *detail++ = (struct ladder_detail){.text = texts.icmp, .tone = TONE_PLAIN};
        }
    } else {
        size_t at = 0;
        arrow = strcmp(segment->direction, "out") == 0 ? LADDER_OUT : LADDER_IN;
        text_append(texts.label, sizeof texts.label, &at, "%s",
                    segment->flags ? segment->flags : "?");
        if (segment->length != RECORD_UNKNOWN && segment->length > 0)
            text_append(texts.label, sizeof texts.label, &at, "  %" PRId64 " byte%s",
                        segment->length, segment->length == 1 ? "" : "s");
        if (has_flag(segment->flags, "RST"))
            tone = TONE_BAD;
        show_numbers(segment, texts.numbers, sizeof texts.numbers);
        *detail++ = (struct ladder_detail){.text = texts.numbers, .tone = TONE_PLAIN};
        if (style->verbose > 0) {
            show_absolute(segment, texts.absolute, sizeof texts.absolute);
            *detail++ = (struct ladder_detail){.text = texts.absolute, .tone = TONE_DIM};
        }
        *detail++ =
            (struct ladder_detail){.text = segment->options, .tone = TONE_PLAIN, .notation = true};
        show_payload(segment, style->verbose, texts.payload, sizeof texts.payload);
        *detail++ = (struct ladder_detail){.text = texts.payload, .tone = TONE_PLAIN};
    }
    bool lost = false;
    const char *fate = number > 0 ? fate_of_syn(record, number, &lost) : NULL;
    const char *note = show_note(segment, fate, texts.note, sizeof texts.note);
    ladder_row(ladder, segment->t_ms, segment->state, segment->server_state, arrow, texts.label,
               tone, note, lost);
}

/* ---- steps ---- */

/* The effects in words: "ACK|SEND" is "acknowledge, send what the window allows". */
static void append_effects(const char *effects, char *text, size_t size, size_t *at)
{
    const char *separator = "; ";
    while (effects && *effects) {
        size_t length = strcspn(effects, "|");
        const char *words = effects;
        int words_length = (int)length;
        for (enum effect_index i = 0; i < EFFECT_COUNT; i++) {
            const char *name = fsm_effect_name(i);
            if (strlen(name) == length && strncmp(name, effects, length) == 0) {
                words = fsm_effect_words(i);
                words_length = (int)strlen(words);
            }
        }
        text_append(text, size, at, "%s%.*s", separator, words_length, words);
        separator = ", ";
        effects += length + (effects[length] == '|');
    }
}

/* Sections, with blanks that no line breaks at. */
static void append_reference(const char *reference, char *text, size_t size, size_t *at)
{
    text_append(text, size, at, " [%s",
                *reference >= '0' && *reference <= '9' ? "RFC" TIED "9293" TIED : "");
    for (; *reference; reference++) {
        bool inside = *reference == ' ' && reference[1] != '\0' && reference[-1] != ',';
        if (inside)
            text_append(text, size, at, TIED);
        else
            text_append(text, size, at, "%c", *reference);
    }
    text_append(text, size, at, "]");
}

static void explain(struct ladder *ladder, const struct step_record *step, double t_ms,
                    const char *new_state)
{
    char text[768];
    size_t at = 0;
    if (strcmp(step->from, step->to) == 0)
        text_append(text, sizeof text, &at, "%s  ", step->from);
    else
        text_append(text, sizeof text, &at, "%s → %s  ", step->from, step->to);
    text_append(text, sizeof text, &at, "%s", step->event);
    if (step->why)
        text_append(text, sizeof text, &at, ": %s", step->why);
    if (step->reference && *step->reference)
        append_reference(step->reference, text, sizeof text, &at);
    append_effects(step->effects, text, sizeof text, &at);
    ladder_explain(ladder, t_ms, new_state, text);
}

/* The walk through segments and steps, both in the order of time. */
struct walk {
    struct ladder *ladder;
    const struct segment_record *segments;
    const struct step_record *steps;
    size_t segment_count, step_count;
    size_t segment, step; /* the next ones */
    int64_t syns;         /* of ours so far */
};

/*
 * Shows the next step: explained if wanted; and where no segment brought it, the state that it
 * leads to, unless the segment about to follow shows that.
 */
static void show_step(struct walk *walk)
{
    const struct step_record *step = &walk->steps[walk->step++];
    struct ladder *ladder = walk->ladder;
    bool alone = step->segment == RECORD_UNKNOWN;
    const char *coming =
        walk->segment < walk->segment_count ? walk->segments[walk->segment].state : NULL;
    bool shown = (ladder->state && strcmp(ladder->state, step->to) == 0) ||
                 (coming && strcmp(coming, step->to) == 0);
    const char *new_state = alone && !shown ? step->to : NULL;
    if (ladder->style->explain)
        explain(ladder, step, alone ? step->t_ms : NAN, new_state);
    else if (new_state)
        ladder_state(ladder, step->t_ms, new_state, step->why);
}

/* The steps that come before the next segment. */
static void steps_before(struct walk *walk)
{
    while (walk->step < walk->step_count) {
        const struct step_record *step = &walk->steps[walk->step];
        bool before = step->segment == RECORD_UNKNOWN
                          ? step->t_ms <= walk->segments[walk->segment].t_ms
                          : step->segment < (int64_t)walk->segment;
        if (!before)
            return;
        show_step(walk);
    }
}

/* The steps that segment `index` brought, and all in front of them. */
static void steps_of(struct walk *walk, size_t index)
{
    size_t end = walk->step;
    for (size_t i = walk->step; i < walk->step_count; i++)
        if (walk->steps[i].segment == (int64_t)index)
            end = i + 1;
    while (walk->step < end)
        show_step(walk);
}

/* Leaves segments out, with their steps, down to the last few. */
static void skip_middle(struct walk *walk)
{
    char text[64];
    size_t to = walk->segment_count - SEGMENTS_AT_END;
    snprintf(text, sizeof text, "… %zu segments (-v shows all) …", to - walk->segment);
    ladder_state(walk->ladder, NAN, NULL, text);
    while (walk->step < walk->step_count && walk->steps[walk->step].t_ms < walk->segments[to].t_ms)
        walk->step++;
    walk->segment = to;
}

static void show_endpoint(const char *address, int64_t port, char *text, size_t size)
{
    size_t at = 0;
    bool brackets = address && strchr(address, ':');
    if (brackets)
        text_append(text, size, &at, "[%s]", address);
    else
        text_append(text, size, &at, "%s", address ? address : "?");
    if (port != RECORD_UNKNOWN)
        text_append(text, size, &at, ":%" PRId64, port);
}

void ladder_show(const struct handshake_record *record, const struct style *style, FILE *stream)
{
    struct ladder ladder;
    struct walk walk = {
        .ladder = &ladder,
        .segments = record->segments.items,
        .segment_count = record->segments.count,
        .steps = record->steps.items,
        .step_count = record->steps.count,
    };
    double first = 0, last = 0;
    for (size_t i = 0; i < walk.segment_count; i++) {
        first = fmin(first, walk.segments[i].t_ms);
        last = fmax(last, walk.segments[i].t_ms);
    }
    for (size_t i = 0; i < walk.step_count; i++) {
        first = fmin(first, walk.steps[i].t_ms);
        last = fmax(last, walk.steps[i].t_ms);
    }
    ladder_layout(&ladder, style, stream, first, last);
    char ours[80], theirs[80];
    show_endpoint(record->source, record->source_port, ours, sizeof ours);
    show_endpoint(record->address, record->port, theirs, sizeof theirs);
    ladder_heading(&ladder, ours, theirs);

    if (walk.step_count > 0)
        ladder_state(&ladder, NAN, walk.steps[0].from, NULL);
    bool shorten = style->verbose == 0 && walk.segment_count > SEGMENTS_SHOWN;
    while (walk.segment < walk.segment_count) {
        if (shorten && walk.segment == SEGMENTS_SHOWN - SEGMENTS_AT_END)
            skip_middle(&walk);
        steps_before(&walk);
        const struct segment_record *segment = &walk.segments[walk.segment];
        bool syn = is_our_syn(segment);
        walk.syns += syn;
        put_segment(&ladder, record, segment, syn ? walk.syns : 0);
        walk.segment++;
        steps_of(&walk, walk.segment - 1);
    }
    while (walk.step < walk.step_count)
        show_step(&walk);
}
