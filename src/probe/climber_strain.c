/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a peer whose ladder is climbed suffers from it, or is no longer there. */
#include "probe/climber_strain.h"

#include "base/text.h"

/* So many of the latest, and this many times as many as before them: a path that loses much, or
 * lets only so many SYNs through, does so from the beginning. On a path that loses as much all the
 * time this ends one climb in fifty, and none where it loses less than a quarter. */
#define LOST_MOST  18
#define LOST_TIMES 2.5
/* There has to be a before. */
#define LOST_SINCE (CLIMBER_STRAIN_RECENT * 3 / 2)
/* So many controls in a row, which are of two kinds and come once in seven SYNs. */
#define SILENT_MOST  3
#define SILENT_SINCE 8
/* So many SYNs in a row that were welcome before. */
#define REFUSED_MOST 3
/* SYN,ACKs that came again, lately. Where no RST arrives there are two of each SYN within the time
 * that it is listened for; a path that loses a quarter of them does not get there. */
#define REPEATED_MOST 24

static unsigned ones(uint32_t bits)
{
    unsigned count = 0;

    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

static void next(struct climber_strain *strain, bool lost)
{
    strain->lost = strain->lost << 1 | lost;
    strain->repeated <<= 1;
    strain->counted++;
    strain->lost_ever += lost;
}

static void heard(struct climber_strain *strain)
{
    strain->silent = 0;
    strain->since = 0;
    strain->refusals = 0;
}

void climber_strain_answered(struct climber_strain *strain, bool known)
{
    if (known)
        next(strain, false);
    else /* such are not counted where they are lost either */
        strain->repeated <<= 1;
    heard(strain);
}

void climber_strain_found(struct climber_strain *strain)
{
    heard(strain);
    if (strain->lost == 0) /* it was too long ago to count */
        return;
    strain->lost &= strain->lost - 1; /* the latest: which one does not matter */
    strain->lost_ever--;
}

void climber_strain_lost(struct climber_strain *strain, bool known, bool control)
{
    strain->since++;
    if (known)
        next(strain, true);
    strain->silent += known && control;
}

void climber_strain_refused(struct climber_strain *strain, bool known)
{
    strain->since++;
    strain->silent = 0; /* somebody is there */
    strain->refusals += known;
}

void climber_strain_repeated(struct climber_strain *strain)
{
    /* Of which SYN does not matter; each counts. */
    strain->repeated |= strain->repeated + 1;
}

static bool loses_more(const struct climber_strain *strain, unsigned lost)
{
    double before, lost_before;

    if (lost < LOST_MOST || strain->counted < LOST_SINCE)
        return false;
    before = (double)(strain->counted - CLIMBER_STRAIN_RECENT);
    lost_before = (double)(strain->lost_ever - lost);
    return lost * before >= LOST_TIMES * CLIMBER_STRAIN_RECENT * lost_before;
}

const char *climber_strain_words(struct climber_strain *strain)
{
    unsigned lost = ones(strain->lost), repeated = ones(strain->repeated);
    size_t at = 0;

    if (strain->silent >= SILENT_MOST && strain->since >= SILENT_SINCE)
        text_append(strain->words, sizeof strain->words, &at,
                    "the server fell silent: %u SYNs one after the other had no answer, among them "
                    "such as had one before",
                    strain->since);
    else if (strain->refusals >= REFUSED_MOST)
        text_append(strain->words, sizeof strain->words, &at,
                    "the server began to refuse: RSTs came in the place of SYN,ACKs");
    else if (loses_more(strain, lost))
        text_append(strain->words, sizeof strain->words, &at,
                    "the server showed strain: of the last %d SYNs of kinds that it had answered, "
                    "%u had no answer",
                    CLIMBER_STRAIN_RECENT, lost);
    else if (repeated >= REPEATED_MOST)
        text_append(strain->words, sizeof strain->words, &at,
                    "the server went on to repeat its SYN,ACKs (%u times lately): our RSTs do not "
                    "reach it, or it does not heed them",
                    repeated);
    return at > 0 ? strain->words : NULL;
}
