/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each end of a captured connection did, as a table. */
#include <inttypes.h>

#include "report/connection_text_parts.h"
#include "report/table.h"

#define INDENT 2

/* Rows that have a number of either end, in this order. */
enum row_when { ROW_ALWAYS, ROW_SOME, ROW_VERBOSE };
static const struct ends_row {
    const char *name;
    size_t offset;
    enum row_when when; /* ROW_SOME: where one of both is more than 0 */
} number_rows[] = {
#define ROW(name, member, when)                                                                    \
    {                                                                                              \
        name, offsetof(struct read_end_record, member), when                                       \
    }
    ROW("segments", segments, ROW_ALWAYS),
    ROW("with data", data_segments, ROW_SOME),
    ROW("bytes of data", bytes, ROW_SOME),
    ROW("bytes sent again", repeated_bytes, ROW_SOME),
    ROW("acknowledged", acked_bytes, ROW_SOME),
    ROW("not in the capture", missing_bytes, ROW_SOME),
    ROW("SYNs", syns, ROW_VERBOSE),
    ROW("retransmissions", retransmissions, ROW_SOME),
    ROW("  fast", fast, ROW_SOME),
    ROW("  spurious", spurious, ROW_SOME),
    ROW("captured twice", twins, ROW_SOME),
    ROW("out of order", out_of_order, ROW_SOME),
    ROW("gaps", gaps, ROW_SOME),
    ROW("duplicate ACKs", duplicate_acks, ROW_SOME),
    ROW("keep-alives", keep_alives, ROW_SOME),
    ROW("window probes", window_probes, ROW_SOME),
    ROW("window closed", zero_windows, ROW_SOME),
    ROW("other's window filled", window_full, ROW_SOME),
    ROW("window updates", window_updates, ROW_VERBOSE),
    ROW("RSTs", resets, ROW_SOME),
    ROW("challenge ACKs", challenges, ROW_SOME),
    ROW("bad segments", bad, ROW_SOME),
    ROW("last window", window_bytes, ROW_ALWAYS),
    ROW("TTL", ttl, ROW_ALWAYS),
#undef ROW
};
#define NUMBER_ROWS (sizeof number_rows / sizeof *number_rows)
/* Behind these the ones that are no numbers. */
enum { ROW_RTT = NUMBER_ROWS, ROW_STATE, ROWS };

struct ends_table {
    const struct read_end_record *ends[2];
    const struct style *style;
    size_t rows[ROWS];
};

static int64_t number_of(const struct read_end_record *end, size_t row)
{
    int64_t number;

    memcpy(&number, (const char *)end + number_rows[row].offset, sizeof number);
    return number;
}

static bool has_row(const struct ends_table *table, size_t row)
{
    const struct read_end_record *client = table->ends[0], *server = table->ends[1];

    if (row == ROW_RTT)
        return isfinite(client->rtt_min_ms) || isfinite(server->rtt_min_ms);
    if (row == ROW_STATE)
        return client->state || server->state;
    switch (number_rows[row].when) {
    case ROW_SOME:
        return page_some(number_of(client, row)) || page_some(number_of(server, row));
    case ROW_VERBOSE:
        if (table->style->verbose == 0)
            return false;
        break;
    case ROW_ALWAYS:
        break;
    }
    return number_of(client, row) != RECORD_UNKNOWN || number_of(server, row) != RECORD_UNKNOWN;
}

static const char *ends_heading(const void *context, size_t column)
{
    static const char *const headings[3] = {"seen from", "client", "server"};

    (void)context;
    return headings[column];
}

static const char *ends_cell(const void *context, size_t row, size_t column,
                             char text[FIELD_TEXT_SIZE])
{
    const struct ends_table *table = context;
    const size_t index = table->rows[row];

    if (column == 0)
        return index == ROW_RTT     ? "least RTT of data"
               : index == ROW_STATE ? "state at the end"
                                    : number_rows[index].name;
    const struct read_end_record *end = table->ends[column - 1];
    if (index == ROW_RTT) {
        if (!isfinite(end->rtt_min_ms))
            return NULL;
        page_show_duration(table->style, end->rtt_min_ms, text, FIELD_TEXT_SIZE);
        return text;
    }
    if (index == ROW_STATE) {
        if (!end->state || !end->doubt || read_is(end->state, "?"))
            return end->state;
        snprintf(text, FIELD_TEXT_SIZE, "%s?", end->state);
        return text;
    }
    if (number_of(end, index) == RECORD_UNKNOWN)
        return NULL;
    snprintf(text, FIELD_TEXT_SIZE, "%" PRId64, number_of(end, index));
    return text;
}

void connection_put_ends(const struct connection_record *record, const struct style *style,
                         FILE *stream)
{
    struct ends_table context = {.ends = {record->client, record->server}, .style = style};
    size_t rows = 0;

    if (!record->client || !record->server)
        return;
    for (size_t row = 0; row < ROWS; row++)
        if (has_row(&context, row))
            context.rows[rows++] = row;
    const struct table table = {
        .style = style,
        .stream = stream,
        .indent = INDENT,
        .rows = rows,
        .columns = 3,
        .heading = ends_heading,
        .cell = ends_cell,
        .context = &context,
    };
    if (rows > 0) {
        fputc('\n', stream);
        table_show(&table);
    }
}
