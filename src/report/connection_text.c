/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection of a capture for people: its line. */
#include "report/connection_text.h"

#include <inttypes.h>

void connection_show(const void *record, const struct style *style, struct output *output)
{
    const struct connection_record *connection = record;

    (void)style;
    fprintf(output->stream, "%" PRId64 "  %s  %s\n", connection->connection,
            connection->target ? connection->target : "-",
            connection->verdict ? connection->verdict : "-");
}

void connection_heading(const struct style *style, FILE *stream)
{
    (void)style;
    fputs("#  server  verdict\n", stream);
}

void read_row_show(const void *record, const struct style *style, struct output *output)
{
    const struct read_row_record *row = record;

    (void)style;
    fprintf(output->stream, "%" PRId64 "  %s\n", row->connection,
            row->segment.seen.flags ? row->segment.seen.flags : "-");
}
