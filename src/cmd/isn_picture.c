/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of `isn --plot`, a page for each target. */
#include "cmd/isn_picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "report/isn_plot.h"
#include "report/plot.h"

int isn_picture_check(const char *path, struct fault *fault)
{
    return plot_check_path(path, fault);
}

char *isn_picture_path(const char *path, size_t number)
{
    const char *ending = strrchr(path, '.'), *folder = strrchr(path, '/');
    size_t length = strlen(path), stem = length;
    char *name = malloc(length + 32);

    if (ending && (!folder || ending > folder))
        stem = (size_t)(ending - path);
    if (name && number <= 1)
        memcpy(name, path, length + 1);
    else if (name)
        snprintf(name, length + 32, "%.*s-%zu%s", (int)stem, path, number, path + stem);
    return name;
}

/* "2026-03-01 12:00:05 UTC"; NULL for a date that is not known or not to be written so. */
static const char *show_date(int64_t date, char text[64])
{
    time_t seconds = (time_t)(date / 1000000000);
    struct tm parts;

    if (date <= 0 || !gmtime_r(&seconds, &parts) ||
        strftime(text, 64, "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
        return NULL;
    return text;
}

int isn_picture_write(const struct isn_picture *picture, struct fault *fault)
{
    char date[64];
    char *path = isn_picture_path(picture->path, picture->number);
    struct isn_plot plot = {
        .target = picture->target,
        .source = picture->source,
        .date = show_date(picture->date, date),
        .samples = picture->samples,
        .audit = picture->audit,
    };
    int error;

    if (!path)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    error = isn_plot_write(path, &plot, fault);
    free(path);
    return error;
}
