/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each class of generators means for who runs the server, and what to do about it. */
#ifndef REPORT_ISN_WORDS_H
#define REPORT_ISN_WORDS_H

#include "stat/isn/classes.h"

/* All static, whole sentences. */
struct isn_words {
    const char *meaning;   /* for the reader, who need not know the standards */
    const char *mend;      /* what the owner of the device does; what the standards ask for */
    const char *reference; /* RFC sections, advisories, papers; without a full stop */
};

const struct isn_words *isn_words(enum isn_class class);

/* What protects a server whose numbers can be guessed and that cannot be mended at once. */
extern const char isn_words_shield[];

/* The class of that name; ISN_CLASS_COUNT: there is none. */
enum isn_class isn_words_class(const char *name);
/* The severity of that word; ISN_SEVERITY_UNKNOWN also where there is none. */
enum isn_severity isn_words_severity(const char *word);

#endif
