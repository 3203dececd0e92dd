/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows that a ladder is made of: columns, lifelines, arrows. Only ladder.c uses it. */
#ifndef REPORT_LADDER_ROW_H
#define REPORT_LADDER_ROW_H

#include <stdio.h>

#include "report/output.h"

/* A text that belongs to a row and stands under its arrow, or beside it where there is room. */
struct ladder_detail {
    const char *text; /* NULL: none */
    enum tone tone;
    bool notation; /* a list with commas rather than words */
};
#define LADDER_DETAILS 10

struct ladder {
    const struct style *style;
    FILE *stream;
    const char *unit; /* of the times */
    double divisor;   /* from milliseconds to the unit */
    int decimals;
    size_t time_width;
    bool sides; /* the states have columns of their own; else they stand between the lifelines */
    size_t state_width;  /* columns of our state */
    size_t server_width; /* and of the server's */
    size_t left;         /* column of the left lifeline */
    size_t span;         /* columns between the lifelines */
    size_t beside;       /* column where details begin beside the arrow; 0: they stand under it */
    const char *state, *server_state; /* as shown last, NULL at first */
    /* What still has to be written beside the lines that follow. */
    const char *server_rest;
    struct ladder_detail details[LADDER_DETAILS];
};

/* Room for a state that is marked as doubtful. */
#define LADDER_STATE_SIZE 32

enum ladder_arrow { LADDER_OUT, LADDER_IN, LADDER_ICMP, LADDER_ICMP_SERVER, LADDER_ICMP_OUT };

/* Lays the columns out; `last_ms` is the largest time, `first_ms` the smallest; `marks`: states may
 * be marked as doubtful. */
void ladder_layout(struct ladder *ladder, const struct style *style, FILE *stream, double first_ms,
                   double last_ms, bool marks);

/* Adds a detail of the row that comes; NULL or "": none. Returns it. */
struct ladder_detail *ladder_detail(struct ladder *ladder, const char *text, enum tone tone);

/* Room for any time as text. */
#define LADDER_TIME_SIZE 48
/* A time in the ladder's unit, cut if it is absurd. Returns its length. */
int ladder_show_time(const struct ladder *ladder, double t_ms, char text[LADDER_TIME_SIZE]);

/* The line above: the times' unit and who stands at each lifeline. */
void ladder_heading(const struct ladder *ladder, const char *ours, const char *theirs);

/*
 * A row with an arrow: time, new states (NULL or as before: not shown), label, a note that stands
 * on the line if it fits, and ladder->details. `lost`: the arrow ends on the way.
 */
void ladder_row(struct ladder *ladder, double t_ms, const char *state, const char *server_state,
                enum ladder_arrow kind, const char *label, enum tone label_tone, const char *note,
                bool lost);

/* A row without an arrow: a new state (or NULL) and words between the lifelines (or NULL). NAN: no
 * time. */
void ladder_state(struct ladder *ladder, double t_ms, const char *state, const char *words);

/* An explanation across the whole width, with a time unless it is NAN, and a new state unless it is
 * NULL. */
void ladder_explain(struct ladder *ladder, double t_ms, const char *state, const char *text);

#endif
