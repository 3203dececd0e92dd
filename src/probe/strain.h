/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a server that is being sampled suffers from it: then it is to be left in peace. */
#ifndef PROBE_STRAIN_H
#define PROBE_STRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of so many SYNs, the latest ones, is judged how many went unanswered, and how many SYN,ACKs came
 * again. */
#define STRAIN_RECENT 32
/* So many round trips are compared with as many at the beginning; and so many pairs of neighbours
 * on the fixed tuple tell whether the server makes SYN cookies. */
#define STRAIN_TIMES 16
#define STRAIN_PAIRS 8

/* All zero: nothing seen yet. */
struct strain {
    uint32_t lost, repeated; /* a bit for each of the latest SYNs */
    size_t sent, lost_in_row;
    int64_t first[STRAIN_TIMES], latest[STRAIN_TIMES]; /* ns */
    size_t times;
    bool has_fixed;
    uint32_t isn, cseq; /* of the fixed tuple's last sample */
    size_t pairs;
    uint8_t cookies;    /* a bit for each of the latest pairs: it behaved as cookies do */
    bool began_without; /* cookies */
    char words[160];
};

/* A SYN has been answered with a SYN,ACK after `rtt` ns (0: not known); or not in time. */
void strain_answered(struct strain *strain, int64_t rtt);
void strain_lost(struct strain *strain);
/* A SYN,ACK came once more, though an RST had been sent. */
void strain_repeated(struct strain *strain);
/* A sample of the fixed tuple. True if it goes with the one before as SYN cookies do. */
bool strain_number(struct strain *strain, uint32_t isn, uint32_t cseq);
/* Whether the server began to make SYN cookies after it had not. */
bool strain_cookies(const struct strain *strain);
/* Losses in a burst say that bursts are not welcome, and nothing more. */
void strain_forgive(struct strain *strain);

/* Why to end it now, a clause that lives in `strain`; NULL: there is no reason to. */
const char *strain_words(struct strain *strain);

#endif
