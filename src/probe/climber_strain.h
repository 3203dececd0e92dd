/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a peer whose ladder is climbed suffers from it, or is no longer there. */
#ifndef PROBE_CLIMBER_STRAIN_H
#define PROBE_CLIMBER_STRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of so many of the latest SYNs that count is judged how many went unanswered, beside all that were
 * before. */
#define CLIMBER_STRAIN_RECENT 32

/*
 * A ladder asks for much that need not be answered, so that silence by itself says nothing: a loss
 * or a refusal counts only where a SYN just like it was answered before. All zero: nothing seen
 * yet.
 */
struct climber_strain {
    uint32_t lost, repeated; /* a bit for each of the latest SYNs that count */
    size_t counted, lost_ever;
    unsigned silent;   /* controls without an answer since the last SYN,ACK */
    unsigned since;    /* SYNs of any kind since then */
    unsigned refusals; /* RSTs since the last SYN,ACK */
    char words[160];
};

/* A SYN has been answered with a SYN,ACK; `known`: one like it was before. */
void climber_strain_answered(struct climber_strain *strain, bool known);
/* It was not in time; `known`: one like it was answered before; `control`: it is a control. */
void climber_strain_lost(struct climber_strain *strain, bool known, bool control);
/* One that was lost and known has an answer after all: what came in its place, an ICMP error, was
 * not its end. */
void climber_strain_found(struct climber_strain *strain);
/* It was refused with an RST. */
void climber_strain_refused(struct climber_strain *strain, bool known);
/* A SYN,ACK came once more, though an RST had been sent. */
void climber_strain_repeated(struct climber_strain *strain);

/* Why to end it now, a clause that lives in `strain`; NULL: there is no reason to. */
const char *climber_strain_words(struct climber_strain *strain);

#endif
