/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a ladder's columns lie, for every width of the page; and the heading above them. */
#include <string.h>

#include "report/ladder_row.h"
#include "tcp/fsm.h"

/* From these widths on there are columns for the states, and one for details. */
#define SIDES_FROM  76
#define BESIDE_FROM 110
#define SPAN_MIN    20
#define SPAN_BESIDE 34
#define SPAN_MAX    52
/* Columns for the words about the server's state, which are broken where they are longer
 * ("FIN-WAIT-1 or CLOSING"). */
#define SERVER_WIDTH 13

int ladder_show_time(const struct ladder *ladder, double t_ms, char text[LADDER_TIME_SIZE])
{
    int length = snprintf(text, LADDER_TIME_SIZE, "%.*f", ladder->decimals, t_ms / ladder->divisor);
    return length < LADDER_TIME_SIZE ? length : LADDER_TIME_SIZE - 1;
}

void ladder_layout(struct ladder *ladder, const struct style *style, FILE *stream, double first_ms,
                   double last_ms, bool marks)
{
    bool seconds = last_ms >= 10000;
    *ladder = (struct ladder){
        .style = style,
        .stream = stream,
        .unit = seconds ? "s" : "ms",
        .divisor = seconds ? 1000 : 1,
        .decimals = seconds ? 6 : 3,
        .sides = style->width >= SIDES_FROM,
        .server_width = SERVER_WIDTH,
    };
    const double ends[] = {first_ms, last_ms, 1};
    for (size_t i = 0; i < 3; i++) {
        char text[LADDER_TIME_SIZE];
        size_t length = (size_t)ladder_show_time(ladder, ends[i], text);
        if (length > ladder->time_width)
            ladder->time_width = length;
    }
    for (enum state state = 0; state < STATE_COUNT; state++) {
        size_t length = strlen(fsm_state_name(state));
        if (length > ladder->state_width)
            ladder->state_width = length;
    }
    ladder->state_width += marks;
    size_t width = style->width > 40 ? style->width : 40;
    if (!ladder->sides) {
        ladder->left = ladder->time_width + 1;
        ladder->span = width > ladder->left + 2 + SPAN_MIN ? width - ladder->left - 2 : SPAN_MIN;
        return;
    }
    ladder->left = ladder->time_width + 1 + ladder->state_width + 1;
    size_t others = ladder->left + 2 + 1 + ladder->server_width;
    ladder->span = width > others + SPAN_MIN ? width - others : SPAN_MIN;
    if (width >= BESIDE_FROM) {
        size_t span = SPAN_BESIDE + (width > 120 ? (width - 120) / 2 : 0);
        ladder->span = span < SPAN_MAX ? span : SPAN_MAX;
        ladder->beside = ladder->left + 2 + ladder->span + 1 + ladder->server_width + 2;
    }
}

static void put_bold(const struct ladder *ladder, const char *text)
{
    fputs(style_tone(ladder->style, TONE_BOLD), ladder->stream);
    style_put(ladder->style, ladder->stream, text, strlen(text));
    fputs(style_tone(ladder->style, TONE_PLAIN), ladder->stream);
}

void ladder_heading(const struct ladder *ladder, const char *ours, const char *theirs)
{
    FILE *stream = ladder->stream;
    size_t our_length = style_columns(ours), their_length = style_columns(theirs);
    size_t margin = ladder->time_width + 1;
    size_t end = ladder->left + 2 + ladder->span + (ladder->sides ? 1 + ladder->server_width : 0);
    size_t right = ladder->left + 1 + ladder->span;
    /* Each centred on its lifeline as far as there is room. */
    size_t our_start =
        ladder->left > margin + our_length / 2 ? ladder->left - our_length / 2 : margin;
    size_t their_start = right > their_length / 2 ? right - their_length / 2 : 0;
    if (their_start + their_length > end)
        their_start = end > their_length ? end - their_length : 0;
    if (our_start + our_length + 2 > their_start)
        our_start = margin;

    fputs(style_tone(ladder->style, TONE_DIM), stream);
    fprintf(stream, "%*s", (int)ladder->time_width, ladder->unit);
    fputs(style_tone(ladder->style, TONE_PLAIN), stream);
    style_spaces(stream, our_start - ladder->time_width);
    put_bold(ladder, ours);
    if (our_start + our_length + 2 > their_start) {
        fputc('\n', stream);
        style_spaces(stream, their_start);
    } else {
        style_spaces(stream, their_start - our_start - our_length);
    }
    put_bold(ladder, theirs);
    fputc('\n', stream);
}
