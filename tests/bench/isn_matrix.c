/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audits made-up servers of each kind and prints which class is given to which: the confusion
 * matrices of the audit of initial sequence numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "isn_streams.h"
#include "stat/isn/audit.h"

/* One table: how the samples come to be. */
struct scene {
    const char *name;
    size_t samples, burst; /* burst 0: as usual */
    double loss, background, jitter_us;
    bool plain;
    uint64_t first_seed;
    unsigned seeds;
};

static const struct scene scenes[] = {
    {"2048 samples", 2048, 0, 0, 0, 30, false, 20001, 10},
    {"512 samples", 512, 0, 0, 0, 30, false, 21001, 20},
    {"128 samples", 128, 0, 0, 0, 30, false, 22001, 40},
    {"64 samples (not promised for all)", 64, 0, 0, 0, 30, false, 23001, 40},
    {"2048 samples, times late by 10 ms on average", 2048, 0, 0, 0, 10000, false, 24001, 5},
    {"2048 samples, burst 768, 2 % lost", 2048, 768, 0.02, 0, 30, false, 25001, 5},
    {"2048 samples, burst 768, 20 connections of others a second", 2048, 768, 0, 20, 30, false,
     26001, 5},
    {"2048 samples, time, port and number only", 2048, 0, 0, 0, 30, true, 27001, 5},
};

struct matrix {
    unsigned cells[ISN_CLASS_COUNT][ISN_CLASS_COUNT];
    unsigned audits, right, severe, undecided;
    double seconds;
};

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static enum isn_class class_of(const struct isn_stream *stream)
{
    for (enum isn_class class = 0; class < ISN_CLASS_COUNT; class ++)
        if (strcmp(isn_class_name(class), stream->class) == 0)
            return class;
    abort();
}

/* Only 24 bits of FreeBSD's cookie are secret. */
static enum isn_severity severity_of(enum isn_class class)
{
    return class == ISN_CLASS_SYN_COOKIE_FREEBSD ? ISN_SEVERITY_MEDIUM : isn_class_severity(class);
}

static void judge(const struct scene *scene, const struct isn_stream *stream, uint64_t seed,
                  unsigned given[ISN_CLASS_COUNT], struct matrix *matrix)
{
    static const struct isn_audit_options brief = {
        .window = 65535, .packet_rate = 100000, .random = 1, .brief = true};
    struct isn_options options = isn_options_make(scene->samples);
    struct isn_sample *rows = calloc(scene->samples, sizeof *rows);
    static struct isn_audit audit;
    struct isn_samples samples;
    enum isn_class class = class_of(stream);
    size_t count;
    double begun;

    options.burst = scene->burst > 0 ? scene->burst : options.burst;
    options.loss = scene->loss;
    options.background = scene->background;
    options.jitter_us = scene->jitter_us;
    if (rows == NULL)
        abort();
    count = isn_stream_make(stream, seed, &options, rows);
    for (size_t i = 0; scene->plain && i < count; i++) {
        rows[i].src = rows[i].cseq = 0;
        rows[i].mss = 0;
    }
    if (isn_samples_make(rows, count, !scene->plain, &samples) != 0)
        abort();
    begun = now();
    if (isn_audit_run(&samples, &brief, &audit) != 0)
        abort();
    matrix->seconds += now() - begun;
    matrix->audits++;
    matrix->cells[class][audit.class]++;
    matrix->right += audit.class == class;
    matrix->severe += audit.severity == severity_of(class);
    matrix->undecided += audit.class == ISN_CLASS_INCONCLUSIVE;
    given[audit.class]++;
    isn_audit_release(&audit);
    isn_samples_release(&samples);
    free(rows);
}

/* All audits of one server; names it where they are not all right. */
static void judge_all(const struct scene *scene, const struct isn_stream *stream, unsigned seeds,
                      struct matrix *matrix)
{
    unsigned given[ISN_CLASS_COUNT] = {0};

    for (unsigned k = 0; k < seeds; k++)
        judge(scene, stream, scene->first_seed + k, given, matrix);
    for (enum isn_class class = 0; class < ISN_CLASS_COUNT; class ++)
        if (given[class] > 0 && class != class_of(stream))
            printf("  %s: %u of %u %s\n", stream->name, given[class], seeds, isn_class_name(class));
}

static bool taken_part(const struct matrix *matrix, enum isn_class class)
{
    for (enum isn_class given = 0; given < ISN_CLASS_COUNT; given++)
        if (matrix->cells[class][given] > 0)
            return true;
    return false;
}

static void print_matrix(const struct matrix *matrix)
{
    printf("  %-24s", "true \\ given");
    for (int given = 1; given <= ISN_CLASS_COUNT; given++)
        printf("%4d", given);
    putchar('\n');
    for (enum isn_class class = 0; class < ISN_CLASS_COUNT; class ++) {
        if (!taken_part(matrix, class))
            continue;
        printf("  %2d %-21s", (int)class + 1, isn_class_name(class));
        for (enum isn_class given = 0; given < ISN_CLASS_COUNT; given++) {
            if (matrix->cells[class][given] > 0)
                printf("%4u", matrix->cells[class][given]);
            else
                printf("%4s", ".");
        }
        putchar('\n');
    }
}

static void show(const struct scene *scene, unsigned seeds)
{
    struct matrix matrix = {0};

    printf("%s, seeds %llu to %llu\n", scene->name, (unsigned long long)scene->first_seed,
           (unsigned long long)scene->first_seed + seeds - 1);
    for (size_t i = 0; i < ISN_STREAM_COUNT; i++) {
        const struct isn_stream *stream = &isn_streams[i];

        if (stream->minimum == 0 || stream->minimum > scene->samples)
            continue;
        judge_all(scene, stream, seeds, &matrix);
    }
    print_matrix(&matrix);
    printf("  class right in %u of %u (%.1f %%), INCONCLUSIVE in %u, severity right in %u; "
           "%.1f ms an audit\n\n",
           matrix.right, matrix.audits, 100.0 * matrix.right / matrix.audits, matrix.undecided,
           matrix.severe, 1e3 * matrix.seconds / matrix.audits);
}

/* One argument: so many seeds in each scene. */
int main(int count, char **arguments)
{
    unsigned long seeds = count > 1 ? strtoul(arguments[1], NULL, 10) : 0;

    if (count > 2 || (count == 2 && (seeds == 0 || seeds > 10000))) {
        fprintf(stderr, "usage: isn_matrix [SEEDS]\n");
        return 64;
    }
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++)
        show(&scenes[i], seeds > 0 ? (unsigned)seeds : scenes[i].seeds);
    return 0;
}
