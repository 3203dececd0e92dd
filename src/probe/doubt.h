/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Round trips of a series that may turn out to be the repeat of a lost answer. Private to the
 * engine. */
#ifndef PROBE_DOUBT_H
#define PROBE_DOUBT_H

#include "probe/pinger.h"

/* A round trip that was measured is so long that it is in doubt as long as there is no shorter one
 * to hold it against: it is remembered, up to a few of a series. */
void doubt_note(struct pinger *pinger, const struct pinger_probe *probe);
/* The series' usual round trip has become shorter: those that are repeats beside it are taken back,
 * their answers were lost. */
void doubt_settle(struct pinger *pinger);
void doubt_free(struct pinger *pinger);

#endif
