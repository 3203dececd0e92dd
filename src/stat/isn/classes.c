/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The classes of generators: their names, severities and summaries. */
#include "stat/isn/classes.h"

#include <assert.h>

static const struct {
    const char *name, *summary;
    enum isn_severity severity;
} classes[] = {
#define X(id, severity, summary) [ISN_CLASS_##id] = {#id, summary, ISN_SEVERITY_##severity},
    ISN_CLASS_TABLE(X)
#undef X
};

static const struct {
    const char *word, *meaning;
} severities[] = {
#define X(id, word, meaning) [ISN_SEVERITY_##id] = {word, meaning},
    ISN_SEVERITY_TABLE(X)
#undef X
};

const char *isn_class_name(enum isn_class class)
{
    assert(class < ISN_CLASS_COUNT);
    return classes[class].name;
}

const char *isn_class_summary(enum isn_class class)
{
    assert(class < ISN_CLASS_COUNT);
    return classes[class].summary;
}

enum isn_severity isn_class_severity(enum isn_class class)
{
    assert(class < ISN_CLASS_COUNT);
    return classes[class].severity;
}

const char *isn_severity_word(enum isn_severity severity)
{
    assert(severity < ISN_SEVERITY_COUNT);
    return severities[severity].word;
}

const char *isn_severity_meaning(enum isn_severity severity)
{
    assert(severity < ISN_SEVERITY_COUNT);
    return severities[severity].meaning;
}
