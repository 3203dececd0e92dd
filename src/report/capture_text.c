/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture for people. */
#include "report/connection_text.h"

#include <inttypes.h>

void capture_show(const void *record, const struct style *style, struct output *output)
{
    const struct capture_record *capture = record;

    (void)style;
    fprintf(output->stream, "%s: %" PRId64 " connections\n", capture->file ? capture->file : "-",
            capture->connections);
}
