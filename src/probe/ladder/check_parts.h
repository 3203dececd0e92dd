/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the scripts of the checks and their judges share with each other and with nobody else. */
#ifndef PROBE_LADDER_CHECK_PARTS_H
#define PROBE_LADDER_CHECK_PARTS_H

#include "probe/ladder/check.h"

#define CHECK_MILLISECOND INT64_C(1000000)
#define CHECK_SECOND      INT64_C(1000000000)

/* check.c: for the scripts. */

/* Ends it with an RST. */
void check_end(struct check *check, int64_t now);
/* A segment of the connection as the control block would send it, with these numbers and bytes. */
void check_own(const struct check *check, uint32_t seq, uint16_t flags, const uint8_t *payload,
               size_t length, int64_t now, struct segment *ret_segment);
/* `least` nanoseconds, or `trips` round trips where that is longer. */
int64_t check_patience(const struct check *check, int64_t least, unsigned trips);

/* The scripts: the connection stands; a segment of the peer's came (no SYN, no RST; the control
 * block has it already); `due` is over; what wants to be sent. */
void check_holes_opened(struct check *check, int64_t now);
void check_holes_segment(struct check *check, const struct segment *segment, int64_t at,
                         int64_t now);
void check_holes_timer(struct check *check, int64_t now);
bool check_holes_next(struct check *check, int64_t now, struct segment *ret_segment);

void check_bytes_opened(struct check *check, int64_t now);
void check_bytes_segment(struct check *check, const struct segment *segment, int64_t at,
                         int64_t now);
void check_bytes_timer(struct check *check, int64_t now);

void check_window_opened(struct check *check, int64_t now);
void check_window_segment(struct check *check, const struct segment *segment, int64_t at,
                          int64_t now);
void check_window_timer(struct check *check, int64_t now);
bool check_window_next(struct check *check, int64_t now, struct segment *ret_segment);

/* check_bytes.c: counts the segment's data, and returns whether it is a repeat; `ret_news` how many
 * bytes had not come before. WINDOW takes its own window probes out first. */
bool check_data_take(struct check *check, const struct segment *segment, int64_t at,
                     uint32_t *ret_news);
/* How long the peer may take to begin, and to go on sending once it has begun. */
int64_t check_data_wait(const struct check *check);
int64_t check_data_limit(const struct check *check);

/* The judges: a row each. `check` is over, or NULL. */
void check_judge_wscale(const struct check *const checks[CHECK_SCRIPT_COUNT],
                        struct check_row *ret_row);
void check_judge_our_wscale(const struct check *check, struct check_row *ret_row);
void check_judge_sack(const struct check *check, struct check_row *ret_row);
void check_judge_dsack(const struct check *check, struct check_row *ret_row);
void check_judge_ecn(const struct check *check, struct check_row *ret_row);

/* Fills in a row; the detail is cut to its room. */
void check_say(struct check_row *row, enum check_outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The end of a word that so many follow. */
static inline const char *check_s(unsigned count)
{
    return count == 1 ? "" : "s";
}
/* Where there is no connection to judge, says so and returns true. */
bool check_say_unopened(const struct check *check, struct check_row *row);

#endif
