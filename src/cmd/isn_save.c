/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps the numbers of an audit in a file. */
#include "cmd/isn_save.h"

#include "base/text.h"
#include "report/isn_lines.h"
#include "report/replace.h"

int isn_save(const char *path, const struct isn_record *record, const struct isn_samples *samples,
             struct fault *fault)
{
    struct replace file;
    char about[512];
    size_t at = 0;
    int error = replace_begin(&file, path, false, fault);

    if (error) {
        replace_drop(&file);
        return error;
    }
    text_append(about, sizeof about, &at, "of %s", record->target ? record->target : "a target");
    if (record->time)
        text_append(about, sizeof about, &at, ", %s", record->time);
    if (record->source)
        text_append(about, sizeof about, &at, ", src 0 is %s", record->source);
    if (record->second_source)
        text_append(about, sizeof about, &at, ", src 1 is %s", record->second_source);
    isn_lines_write(file.stream, about, samples);
    return replace_end(&file, fault);
}
