/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audits of made-up servers, counted: what the tests of the whole tree share. */
#ifndef TESTS_UNIT_ISN_CORPUS_H
#define TESTS_UNIT_ISN_CORPUS_H

#include <stdlib.h>
#include <string.h>

#include "isn_streams.h"
#include "stat/isn/audit.h"

/* Sanitizers make an audit some ten times as long: every fifth seed then. */
#if defined(__SANITIZE_ADDRESS__)
#define ISN_CORPUS_EVERY 5
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ISN_CORPUS_EVERY 5
#endif
#endif
#ifndef ISN_CORPUS_EVERY
#define ISN_CORPUS_EVERY 1
#endif

/* How the samples come to be, and which streams are asked for: those that need no more samples. */
struct isn_corpus {
    struct isn_options options;
    bool plain; /* three columns: time, port and number */
    uint64_t first_seed;
    size_t seeds;
    size_t audits, right, severe; /* ret: all, with the right class, with the right severity */
};

static inline enum isn_class isn_corpus_class(const struct isn_stream *stream)
{
    for (enum isn_class class = 0; class < ISN_CLASS_COUNT; class ++)
        if (strcmp(isn_class_name(class), stream->class) == 0)
            return class;
    fail_msg("%s: there is no class %s", stream->name, stream->class);
    return ISN_CLASS_COUNT;
}

/* FreeBSD's cookie keeps only 24 bits secret. */
static inline enum isn_severity isn_corpus_severity(enum isn_class class)
{
    return class == ISN_CLASS_SYN_COOKIE_FREEBSD ? ISN_SEVERITY_MEDIUM : isn_class_severity(class);
}

/* The samples of one server; to be released. */
static inline struct isn_samples isn_corpus_samples(const struct isn_stream *stream, uint64_t seed,
                                                    const struct isn_options *options, bool plain)
{
    struct isn_sample *rows = calloc(options->count + 1, sizeof *rows);
    struct isn_samples samples;
    size_t count;

    assert_non_null(rows);
    count = isn_stream_make(stream, seed, options, rows);
    for (size_t i = 0; plain && i < count; i++) {
        rows[i].src = rows[i].cseq = 0;
        rows[i].mss = 0;
    }
    assert_int_equal(isn_samples_make(rows, count, !plain, &samples), 0);
    free(rows);
    return samples;
}

static inline void isn_corpus_run(const struct isn_samples *samples, bool brief,
                                  struct isn_audit *audit)
{
    struct isn_audit_options options = {
        .window = 65535, .packet_rate = 100000, .random = 1, .brief = brief};

    assert_int_equal(isn_audit_run(samples, &options, audit), 0);
}

static inline void isn_corpus_one(const struct isn_stream *stream, uint64_t seed,
                                  struct isn_corpus *corpus)
{
    static struct isn_audit audit;
    enum isn_class class = isn_corpus_class(stream);
    struct isn_samples samples = isn_corpus_samples(stream, seed, &corpus->options, corpus->plain);

    isn_corpus_run(&samples, true, &audit);
    corpus->audits++;
    corpus->right += audit.class == class;
    corpus->severe += audit.severity == isn_corpus_severity(class);
    if (audit.class != class)
        print_message("# %s, %zu samples, seed %llu: %s, not %s\n", stream->name, samples.count,
                      (unsigned long long)seed, isn_class_name(audit.class), stream->class);
    isn_audit_release(&audit);
    isn_samples_release(&samples);
}

/* All streams that so many samples must do for, but those whose names are in `but` (ends with NULL;
 * may be NULL). */
static inline void isn_corpus_all(struct isn_corpus *corpus, const char *const *but)
{
    for (size_t i = 0; i < ISN_STREAM_COUNT; i++) {
        const struct isn_stream *stream = &isn_streams[i];
        bool left_out = stream->minimum == 0 || stream->minimum > corpus->options.count;

        for (const char *const *name = but; name != NULL && *name != NULL; name++)
            left_out |= strcmp(stream->name, *name) == 0;
        for (size_t k = 0; !left_out && k < corpus->seeds; k += ISN_CORPUS_EVERY)
            isn_corpus_one(stream, corpus->first_seed + k, corpus);
    }
}

/* At least these shares in percent of the audits. */
static inline void isn_corpus_expect(const struct isn_corpus *corpus, double right, double severe)
{
    print_message("# %zu samples: class right in %zu of %zu, severity in %zu\n",
                  corpus->options.count, corpus->right, corpus->audits, corpus->severe);
    assert_true((double)corpus->right >= right / 100 * (double)corpus->audits);
    assert_true((double)corpus->severe >= severe / 100 * (double)corpus->audits);
}

#endif
