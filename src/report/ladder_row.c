/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows that a ladder is made of: columns, lifelines, arrows. */
#include "report/ladder_row.h"

#include <string.h>

/* ---- the characters it is drawn with ---- */

struct glyphs {
    const char *bar, *dash, *dot_dash, *right, *left, *lost, *third_party, *branch_left,
        *branch_right, *therefore;
};

static const struct glyphs *glyphs_of(const struct ladder *ladder)
{
    static const struct glyphs utf8 = {
        .bar = "│",
        .dash = "─",
        .dot_dash = "╌",
        .right = "►",
        .left = "◄",
        .lost = "×",
        .third_party = "◆",
        .branch_left = "├",
        .branch_right = "┤",
        .therefore = "↳",
    };
    static const struct glyphs ascii = {
        .bar = "|",
        .dash = "-",
        .dot_dash = ".",
        .right = ">",
        .left = "<",
        .lost = "X",
        .third_party = "*",
        .branch_left = "+",
        .branch_right = "+",
        .therefore = ">",
    };
    return ladder->style->utf8 ? &utf8 : &ascii;
}

static void repeat(FILE *stream, const char *glyph, size_t count)
{
    while (count-- > 0)
        fputs(glyph, stream);
}

static size_t put(const struct ladder *ladder, enum tone tone, const char *text, size_t length)
{
    if (tone == TONE_PLAIN)
        return style_put(ladder->style, ladder->stream, text, length);
    fputs(style_tone(ladder->style, tone), ladder->stream);
    size_t columns = style_put(ladder->style, ladder->stream, text, length);
    fputs(style_tone(ladder->style, TONE_PLAIN), ladder->stream);
    return columns;
}

/* ---- lines ---- */

/* A line up to and with the left lifeline. */
static void begin_line(const struct ladder *ladder, double t_ms, const char *state, const char *bar)
{
    char text[LADDER_TIME_SIZE] = "";
    if (!isnan(t_ms))
        ladder_show_time(ladder, t_ms, text);
    fprintf(ladder->stream, "%*s", (int)ladder->time_width, text);
    if (ladder->sides) {
        size_t length = state ? strlen(state) : 0;
        style_spaces(ladder->stream,
                     1 + (length < ladder->state_width ? ladder->state_width - length : 0));
        if (state)
            put(ladder, TONE_BOLD, state, length);
    }
    fputc(' ', ladder->stream);
    put(ladder, TONE_DIM, bar, strlen(bar));
}

struct ladder_detail *ladder_detail(struct ladder *ladder, const char *text, enum tone tone)
{
    struct ladder_detail *detail = ladder->details;
    /* The last place is kept free for what has no room on the arrow. */
    while (detail->text && detail < &ladder->details[LADDER_DETAILS - 1])
        detail++;
    *detail = (struct ladder_detail){.text = text ? text : "", .tone = tone};
    return detail;
}

/* The next detail that waits, or NULL. */
static struct ladder_detail *next_detail(struct ladder *ladder)
{
    for (size_t i = 0; i < LADDER_DETAILS; i++)
        if (ladder->details[i].text && *ladder->details[i].text)
            return &ladder->details[i];
    return NULL;
}

/* The rest of a line whose first `columns` columns between the lifelines are written. */
static void end_line(struct ladder *ladder, size_t columns, const char *bar)
{
    size_t next, length, right = 0;
    style_spaces(ladder->stream, ladder->span > columns ? ladder->span - columns : 0);
    put(ladder, TONE_DIM, bar, strlen(bar));
    if (ladder->sides && ladder->server_rest && *ladder->server_rest) {
        length = style_cut(ladder->server_rest, ladder->server_width, false, &next);
        fputc(' ', ladder->stream);
        right = 1 + put(ladder, TONE_BOLD, ladder->server_rest, length);
        ladder->server_rest += next;
    }
    struct ladder_detail *detail = ladder->beside > 0 ? next_detail(ladder) : NULL;
    if (detail) {
        size_t room =
            ladder->style->width > ladder->beside + 20 ? ladder->style->width - ladder->beside : 20;
        style_spaces(ladder->stream, 1 + ladder->server_width + 2 - right);
        length = style_cut(detail->text, room, detail->notation, &next);
        put(ladder, detail->tone, detail->text, length);
        detail->text += next;
    }
    fputc('\n', ladder->stream);
}

/* All that waits for a line of its own. */
static void flush_row(struct ladder *ladder)
{
    const char *bar = glyphs_of(ladder)->bar;
    struct ladder_detail *detail;
    while ((detail = next_detail(ladder)) ||
           (ladder->sides && ladder->server_rest && *ladder->server_rest)) {
        size_t columns = 0;
        begin_line(ladder, NAN, NULL, bar);
        if (detail && ladder->beside == 0) {
            size_t next,
                length = style_cut(detail->text, ladder->span - 2, detail->notation, &next);
            fputc(' ', ladder->stream);
            columns = 1 + put(ladder, detail->tone, detail->text, length);
            detail->text += next;
        }
        end_line(ladder, columns, bar);
    }
    memset(ladder->details, 0, sizeof ladder->details);
    ladder->server_rest = NULL;
}

static bool changed(const char *shown, const char *now)
{
    return now && (!shown || strcmp(shown, now) != 0);
}

/* New states between the lifelines, ours to the left and the server's to the right. */
static void put_states_inside(struct ladder *ladder, double t_ms, const char *state,
                              const char *words, const char *server_state)
{
    const struct glyphs *glyphs = glyphs_of(ladder);
    size_t length = state ? strlen(state) : 0,
           server_length = server_state ? strlen(server_state) : 0;
    if (length + server_length + 4 > ladder->span && state && server_state) {
        put_states_inside(ladder, t_ms, state, words, NULL);
        put_states_inside(ladder, NAN, NULL, NULL, server_state);
        return;
    }
    begin_line(ladder, t_ms, NULL, state ? glyphs->branch_left : glyphs->bar);
    size_t columns = 0;
    if (state) {
        fputc(' ', ladder->stream);
        columns = 1 + put(ladder, TONE_BOLD, state, length);
    }
    if (words && columns + 2 + style_columns(words) + 1 <= ladder->span) {
        fputs("  ", ladder->stream);
        columns += 2 + put(ladder, TONE_DIM, words, strlen(words));
        words = NULL;
    }
    const char *rest = server_state ? server_state : "";
    while (*rest) {
        size_t next, length_here = style_cut(rest, ladder->span - columns - 2, false, &next);
        style_spaces(ladder->stream, ladder->span - columns - length_here - 1);
        put(ladder, TONE_BOLD, rest, length_here);
        fputc(' ', ladder->stream);
        rest += next;
        columns = ladder->span;
        if (*rest == '\0')
            break;
        end_line(ladder, columns, glyphs->bar);
        begin_line(ladder, NAN, NULL, glyphs->bar);
        columns = 0;
    }
    end_line(ladder, columns, server_state ? glyphs->branch_right : glyphs->bar);
    if (words)
        ladder_state(ladder, NAN, NULL, words);
}

/* ---- arrows ---- */

struct arrow {
    const char *dash;
    enum tone tone, label_tone;
    const char *label, *note;
    size_t label_length; /* bytes of the label that fit */
    size_t tail;         /* dashes before the label */
    size_t length;       /* columns from its end at the left lifeline, or to it */
    bool head;           /* false: it does not arrive */
};

#define TAIL       3
#define TAIL_SHORT 1 /* where the label has hardly room */

static size_t put_out(const struct ladder *ladder, const struct arrow *arrow, size_t label_columns)
{
    const struct glyphs *glyphs = glyphs_of(ladder);
    FILE *stream = ladder->stream;
    fputs(style_tone(ladder->style, arrow->tone), stream);
    repeat(stream, arrow->dash, arrow->tail);
    fputc(' ', stream);
    put(ladder, arrow->label_tone, arrow->label, arrow->label_length);
    if (arrow->note && arrow->head) {
        fputs("  ", stream);
        put(ladder, TONE_WARN, arrow->note, strlen(arrow->note));
    }
    fputc(' ', stream);
    fputs(style_tone(ladder->style, arrow->tone), stream);
    size_t used = arrow->tail + 2 + label_columns + 1;
    repeat(stream, arrow->dash, arrow->length > used ? arrow->length - used : 0);
    fputs(style_tone(ladder->style, arrow->head ? arrow->tone : TONE_BAD), stream);
    fputs(arrow->head ? glyphs->right : glyphs->lost, stream);
    fputs(style_tone(ladder->style, TONE_PLAIN), stream);
    if (!arrow->note || arrow->head)
        return arrow->length;
    fputc(' ', stream);
    return arrow->length + 1 + put(ladder, TONE_WARN, arrow->note, strlen(arrow->note));
}

static size_t put_in(const struct ladder *ladder, const struct arrow *arrow, size_t label_columns,
                     const char *origin)
{
    const struct glyphs *glyphs = glyphs_of(ladder);
    FILE *stream = ladder->stream;
    size_t used = arrow->tail + 2 + label_columns + 1 + (origin ? 1 : 0);
    fputs(style_tone(ladder->style, arrow->tone), stream);
    fputs(glyphs->left, stream);
    repeat(stream, arrow->dash, arrow->length > used ? arrow->length - used : 0);
    fputc(' ', stream);
    if (arrow->note) {
        put(ladder, TONE_WARN, arrow->note, strlen(arrow->note));
        fputs("  ", stream);
    }
    put(ladder, arrow->label_tone, arrow->label, arrow->label_length);
    fputc(' ', stream);
    fputs(style_tone(ladder->style, arrow->tone), stream);
    repeat(stream, arrow->dash, arrow->tail);
    if (origin)
        fputs(origin, stream);
    fputs(style_tone(ladder->style, TONE_PLAIN), stream);
    return arrow->length;
}

/* Puts what has no room on the arrow in front of the details. */
static void to_details(struct ladder *ladder, const char *text, enum tone tone)
{
    memmove(&ladder->details[1], &ladder->details[0],
            (LADDER_DETAILS - 1) * sizeof ladder->details[0]);
    ladder->details[0] = (struct ladder_detail){.text = text, .tone = tone};
}

void ladder_row(struct ladder *ladder, double t_ms, const char *state, const char *server_state,
                enum ladder_arrow kind, const char *label, enum tone label_tone, const char *note,
                bool lost)
{
    const struct glyphs *glyphs = glyphs_of(ladder);
    bool out = kind == LADDER_OUT || kind == LADDER_ICMP_OUT,
         icmp = kind == LADDER_ICMP || kind == LADDER_ICMP_SERVER || kind == LADDER_ICMP_OUT;
    struct arrow arrow = {
        .dash = icmp ? glyphs->dot_dash : glyphs->dash,
        .tone = icmp  ? TONE_WARN
                : out ? TONE_OUT
                      : TONE_IN,
        .label = label,
        .label_tone = label_tone,
        .note = note,
        .label_length = strlen(label),
        .tail = TAIL,
        .length = ladder->span,
        .head = !lost,
    };
    size_t label_columns = style_columns(label), note_columns = note ? style_columns(note) : 0;
    const char *label_rest = "";
    if (TAIL + 2 + label_columns + 3 > ladder->span) {
        arrow.tail = TAIL_SHORT;
        size_t next;
        arrow.label_length = style_cut(label, ladder->span - TAIL_SHORT - 3 - 1, true, &next);
        label_rest = label + next;
        label_columns = arrow.label_length;
    }
    const size_t shortest = arrow.tail + 2 + label_columns + (arrow.tail == TAIL ? 3 : 2);
    if (lost && out) {
        /* Two thirds of the way, less for the note behind it. */
        size_t room = ladder->span > note_columns + 2 ? ladder->span - note_columns - 2 : 0;
        if (note && room < shortest)
            arrow.note = NULL;
        arrow.length = ladder->span * 2 / 3;
        if (arrow.note && arrow.length > room)
            arrow.length = room;
        if (arrow.length < shortest)
            arrow.length = shortest;
    } else {
        if (kind == LADDER_ICMP && ladder->span * 2 / 3 > shortest)
            arrow.length = ladder->span * 2 / 3;
        if (note && shortest + 2 + note_columns <= arrow.length)
            label_columns += 2 + note_columns;
        else
            arrow.note = NULL;
    }
    if (*label_rest)
        to_details(ladder, label_rest, label_tone);
    if (note && !arrow.note)
        to_details(ladder, note, TONE_WARN);

    const char *new_state = changed(ladder->state, state) ? state : NULL;
    const char *new_server = changed(ladder->server_state, server_state) ? server_state : NULL;
    ladder->server_rest = new_server;
    begin_line(ladder, t_ms, new_state, glyphs->bar);
    size_t columns = out ? put_out(ladder, &arrow, label_columns)
                         : put_in(ladder, &arrow, label_columns,
                                  kind == LADDER_ICMP ? glyphs->third_party : NULL);
    end_line(ladder, columns, glyphs->bar);
    flush_row(ladder);
    if (!ladder->sides && (new_state || new_server))
        put_states_inside(ladder, NAN, new_state, NULL, new_server);
    ladder->state = state ? state : ladder->state;
    ladder->server_state = server_state ? server_state : ladder->server_state;
}

void ladder_state(struct ladder *ladder, double t_ms, const char *state, const char *words)
{
    const char *bar = glyphs_of(ladder)->bar;
    ladder->state = state ? state : ladder->state;
    if (!ladder->sides && state) {
        put_states_inside(ladder, t_ms, state, words, NULL);
    } else {
        do {
            size_t columns = 0, next = 0;
            begin_line(ladder, t_ms, state, bar);
            if (words) {
                size_t length = style_cut(words, ladder->span - 2, false, &next);
                fputc(' ', ladder->stream);
                columns = 1 + put(ladder, TONE_DIM, words, length);
                words += next;
            }
            end_line(ladder, columns, bar);
            t_ms = NAN;
            state = NULL;
        } while (words && *words);
    }
}

void ladder_explain(struct ladder *ladder, double t_ms, const char *state, const char *text)
{
    ladder->state = state ? state : ladder->state;
    const struct glyphs *glyphs = glyphs_of(ladder);
    size_t room =
        ladder->style->width > ladder->left + 5 + 20 ? ladder->style->width - ladder->left - 5 : 20;
    const char *mark = glyphs->therefore;
    while (*text) {
        size_t next, length = style_cut(text, room, false, &next);
        begin_line(ladder, t_ms, state, glyphs->bar);
        fputc(' ', ladder->stream);
        fputs(mark, ladder->stream);
        fputc(' ', ladder->stream);
        put(ladder, TONE_PLAIN, text, length);
        fputc('\n', ladder->stream);
        text += next;
        mark = " ";
        t_ms = NAN;
        state = NULL;
    }
}
