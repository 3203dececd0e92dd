/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sequence diagram of a connection: which rows there are, and what stands in them. */
#include "report/ladder.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/ladder_row.h"
#include "report/page.h"
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

static void show_numbers(const struct segment_record *segment, bool ttl, char *text, size_t size)
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
    if (segment->ttl != RECORD_UNKNOWN && ttl)
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
 * What became of the SYN with this number, where the case knows, else NULL. *ret_lost: it did not
 * get there, as far as can be told.
 */
static const char *fate_of_syn(const struct ladder_case *record, int64_t number, bool *ret_lost)
{
    *ret_lost = record->silence;
    if (record->silence)
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

static bool is_clients_syn(const struct segment_record *segment)
{
    return !segment->icmp && strcmp(segment->direction, "out") == 0 &&
           has_flag(segment->flags, "SYN") && !has_flag(segment->flags, "ACK");
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
    const struct ladder_case *told;
    size_t segment, step; /* the next ones */
    int64_t syns;         /* of the client's so far */
    double latest;        /* time of the segments so far */
    /* States with their marks, of the last row and of the one before, which it is compared with. */
    char states[2][LADDER_STATE_SIZE], server_states[2][LADDER_STATE_SIZE];
    unsigned turn;
};

static const struct segment_record *segment_at(const struct walk *walk, size_t index)
{
    return (const void *)((const char *)walk->told->segments + index * walk->told->stride);
}

/* A state that is only what it is at least, marked in `text`. */
static const char *mark_state(const char *state, bool doubtful, char text[LADDER_STATE_SIZE])
{
    if (!state || !doubtful || strcmp(state, "?") == 0)
        return state;
    snprintf(text, LADDER_STATE_SIZE, "%s?", state);
    return text;
}

static void tell_lesson(struct ladder *ladder, const struct ladder_more *more)
{
    char text[2048];
    size_t at = 0;
    text_append(text, sizeof text, &at, "%s", more->lesson);
    if (more->reference && *more->reference)
        append_reference(more->reference, text, sizeof text, &at);
    ladder_explain(ladder, NAN, NULL, text);
}

/* ---- the walk ---- */

static void tell_icmp(struct ladder *ladder, const struct segment_record *segment,
                      struct row_texts *texts)
{
    snprintf(texts->label, sizeof texts->label, "ICMP");
    ladder_detail(ladder, segment->icmp, TONE_PLAIN);
    texts->icmp[0] = '\0';
    if (segment->ttl != RECORD_UNKNOWN)
        snprintf(texts->icmp, sizeof texts->icmp, "ttl %" PRId64, segment->ttl);
    ladder_detail(ladder, texts->icmp, TONE_PLAIN);
}

static void tell_segment(struct ladder *ladder, const struct ladder_case *told,
                         const struct segment_record *segment, const struct ladder_more *more,
                         struct row_texts *texts)
{
    const struct style *style = ladder->style;
    size_t at = 0;
    text_append(texts->label, sizeof texts->label, &at, "%s",
                segment->flags ? segment->flags : "?");
    if (segment->length != RECORD_UNKNOWN && segment->length > 0)
        text_append(texts->label, sizeof texts->label, &at, "  %" PRId64 " byte%s", segment->length,
                    segment->length == 1 ? "" : "s");
    show_numbers(segment, told->more || strcmp(segment->direction, "in") == 0, texts->numbers,
                 sizeof texts->numbers);
    ladder_detail(ladder, texts->numbers, TONE_PLAIN);
    if (style->verbose > 0) {
        show_absolute(segment, texts->absolute, sizeof texts->absolute);
        ladder_detail(ladder, texts->absolute, TONE_DIM);
    }
    ladder_detail(ladder, segment->options, TONE_PLAIN)->notation = true;
    ladder_detail(ladder, more->ranges, TONE_WARN);
    ladder_detail(ladder, more->what, TONE_PLAIN);
    show_payload(segment, style->verbose, texts->payload, sizeof texts->payload);
    ladder_detail(ladder, texts->payload, TONE_PLAIN);
}

/* `number`: which of the client's SYNs it is, 0 for another segment. */
static void put_segment(struct walk *walk, const struct segment_record *segment, int64_t number)
{
    struct row_texts texts;
    struct ladder *ladder = walk->ladder;
    const struct ladder_case *told = walk->told;
    struct ladder_more more = {.lesson = NULL};
    bool out = strcmp(segment->direction, "out") == 0, lost = false;
    enum ladder_arrow arrow = out ? LADDER_OUT : LADDER_IN;
    enum tone tone = !segment->icmp && has_flag(segment->flags, "RST") ? TONE_BAD : TONE_BOLD;
    if (told->more)
        told->more(segment, ladder->style, &more);
    if (segment->icmp) {
        arrow = out ? LADDER_ICMP_OUT : icmp_arrow(segment->icmp, told->server);
        tell_icmp(ladder, segment, &texts);
    } else {
        tell_segment(ladder, told, segment, &more, &texts);
    }
    if (ladder->style->verbose > 0)
        ladder_detail(ladder, more.place, TONE_DIM);
    const char *fate = number > 0 ? fate_of_syn(told, number, &lost) : NULL;
    const char *note = show_note(segment, fate, texts.note, sizeof texts.note);
    walk->turn ^= 1;
    ladder_row(
        ladder, segment->t_ms,
        mark_state(segment->state, more.state_doubtful, walk->states[walk->turn]),
        mark_state(segment->server_state, more.server_doubtful, walk->server_states[walk->turn]),
        arrow, texts.label, tone, note, lost);
    if (ladder->style->explain && more.lesson)
        tell_lesson(ladder, &more);
}

/*
 * Shows the next step: explained if wanted; and where no segment brought it, the state that it
 * leads to, unless the segment about to follow shows that.
 */
static void show_step(struct walk *walk)
{
    const struct step_record *step = &walk->told->steps[walk->step++];
    struct ladder *ladder = walk->ladder;
    bool alone = step->segment == RECORD_UNKNOWN;
    const char *coming =
        walk->segment < walk->told->segment_count ? segment_at(walk, walk->segment)->state : NULL;
    bool shown = (ladder->state && strcmp(ladder->state, step->to) == 0) ||
                 (coming && strcmp(coming, step->to) == 0);
    bool explained =
        ladder->style->explain && (!walk->told->more || strncmp(step->event, "TIMER", 5) == 0);
    const char *new_state = alone && !shown ? step->to : NULL;
    if (explained)
        explain(ladder, step, alone ? step->t_ms : NAN, new_state);
    else if (new_state)
        ladder_state(ladder, step->t_ms, new_state, step->why);
}

/* The steps that come before the next segment. */
static void steps_before(struct walk *walk)
{
    while (walk->step < walk->told->step_count) {
        const struct step_record *step = &walk->told->steps[walk->step];
        bool before = step->segment == RECORD_UNKNOWN
                          ? step->t_ms <= segment_at(walk, walk->segment)->t_ms
                          : step->segment < (int64_t)walk->segment;
        if (!before)
            return;
        show_step(walk);
    }
}

/* Whether the next step is of a later time than all segments so far: in a capture what a segment
 * brought may be known only long after it. */
static bool is_later(const struct walk *walk)
{
    return walk->told->more && walk->told->steps[walk->step].t_ms > walk->latest;
}

/* The steps that segment `index` brought, and all in front of them. */
static void steps_of(struct walk *walk, size_t index)
{
    size_t end = walk->step;
    for (size_t i = walk->step; i < walk->told->step_count; i++)
        if (walk->told->steps[i].segment == (int64_t)index)
            end = i + 1;
    while (walk->step < end && !is_later(walk))
        show_step(walk);
}

/* Leaves segments out, with their steps, down to the last few. */
static void skip_middle(struct walk *walk)
{
    char text[64];
    size_t to = walk->told->segment_count - SEGMENTS_AT_END;
    snprintf(text, sizeof text, "… %zu segments (-v shows all) …", to - walk->segment);
    ladder_state(walk->ladder, NAN, NULL, text);
    while (walk->step < walk->told->step_count &&
           walk->told->steps[walk->step].t_ms < segment_at(walk, to)->t_ms)
        walk->step++;
    walk->segment = to;
}

/* The first and the last time that stands in the ladder, which its columns are made for. */
static void find_times(const struct walk *walk, double *ret_first, double *ret_last)
{
    *ret_first = *ret_last = 0;
    for (size_t i = 0; i < walk->told->segment_count; i++) {
        *ret_first = fmin(*ret_first, segment_at(walk, i)->t_ms);
        *ret_last = fmax(*ret_last, segment_at(walk, i)->t_ms);
    }
    for (size_t i = 0; i < walk->told->step_count; i++) {
        *ret_first = fmin(*ret_first, walk->told->steps[i].t_ms);
        *ret_last = fmax(*ret_last, walk->told->steps[i].t_ms);
    }
}

void ladder_show(const struct ladder_case *ladder_case, const struct style *style, FILE *stream)
{
    struct ladder ladder;
    struct walk walk = {.ladder = &ladder, .told = ladder_case, .latest = -INFINITY};
    const size_t segments = ladder_case->segment_count;
    double first, last;
    find_times(&walk, &first, &last);
    ladder_layout(&ladder, style, stream, first, last, ladder_case->more != NULL);
    char client[80], server[80];
    page_show_end(ladder_case->client, ladder_case->client_port, client, sizeof client);
    page_show_end(ladder_case->server, ladder_case->server_port, server, sizeof server);
    ladder_heading(&ladder, client, server);

    if (ladder_case->step_count > 0)
        ladder_state(&ladder, NAN, ladder_case->steps[0].from, NULL);
    bool shorten = style->verbose == 0 && segments > SEGMENTS_SHOWN;
    while (walk.segment < segments) {
        if (shorten && walk.segment == SEGMENTS_SHOWN - SEGMENTS_AT_END)
            skip_middle(&walk);
        steps_before(&walk);
        const struct segment_record *segment = segment_at(&walk, walk.segment);
        bool syn = is_clients_syn(segment);
        walk.syns += syn;
        walk.latest = fmax(walk.latest, segment->t_ms);
        put_segment(&walk, segment, syn ? walk.syns : 0);
        walk.segment++;
        steps_of(&walk, walk.segment - 1);
    }
    while (walk.step < ladder_case->step_count)
        show_step(&walk);
}
