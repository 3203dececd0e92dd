/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a captured segment means for its connection: for the ladder, and for a line of its own. */
#include <inttypes.h>
#include <stdlib.h>

#include "report/connection_text.h"
#include "report/connection_text_parts.h"
#include "report/ladder.h"

/* ---- in the ladder ---- */

static void tell_rtt(const struct read_segment_record *segment, const struct style *style,
                     struct read_line *line)
{
    const bool opening = read_list_has(segment->events, "syn-ack") ||
                         read_list_has(segment->events, "handshake-ack");
    char text[32];

    /* Those of data are many, and their least is in the table. */
    if (!isfinite(segment->rtt_ms) || (!opening && style->verbose == 0))
        return;
    page_show_duration(style, segment->rtt_ms, text, sizeof text);
    READ_PART(line, "RTT to the %s %s",
              read_is(segment->seen.direction, "out") ? "client" : "server", text);
}

/* What its note does not say. */
static void tell_what(const struct read_segment_record *segment, const struct style *style,
                      struct read_line *line)
{
    read_clear(line);
    if (page_some(segment->answers) && segment->answers > 1)
        READ_PART(line, "answers copy %" PRId64, segment->answers);
    /* That all of it had been seen is what its note says. */
    if (page_some(segment->repeated_bytes) && segment->repeated_bytes < segment->seen.length) {
        READ_PART(line, "%s", "");
        read_add_count(line, segment->repeated_bytes, "byte");
        READ_ADD(line, " of it seen before");
    }
    tell_rtt(segment, style, line);
}

/* "has bytes 1461-2920, 4381-5840": the record's ranges end behind their last byte. */
static void add_ranges(struct read_line *line, const char *verb, const char *ranges)
{
    if (!ranges || !*ranges)
        return;
    READ_PART(line, "%s", verb);
    for (const char *at = ranges; *at;) {
        const size_t length = strcspn(at, ",");
        char *end;
        const unsigned long long from = strtoull(at, &end, 10);
        const unsigned long long behind = *end == '-' ? strtoull(end + 1, &end, 10) : 0;

        READ_ADD(line, "%s", at == ranges ? " " : ", ");
        if (end == at + length && behind > from + 1)
            READ_ADD(line, "%llu-%llu", from, behind - 1);
        else if (end == at + length && behind == from + 1)
            READ_ADD(line, "%llu", from);
        else
            READ_ADD(line, "%.*s", (int)length, at);
        at += length + (at[length] == ',');
    }
}

static void tell_ranges(const struct read_segment_record *segment, struct read_line *line)
{
    read_clear(line);
    add_ranges(line, "has bytes", segment->has);
    add_ranges(line, "lacks", segment->lacks);
    add_ranges(line, "twice", segment->twice);
}

static void copy_text(const struct read_line *line, char *text, size_t size)
{
    size_t at = 0;

    text[0] = '\0';
    text_append(text, size, &at, "%s", line->text);
}

void connection_tell_segment(const void *record, const struct style *style,
                             struct ladder_more *ret_more)
{
    const struct read_segment_record *segment = record;
    struct read_line line;

    tell_what(segment, style, &line);
    copy_text(&line, ret_more->what, sizeof ret_more->what);
    tell_ranges(segment, &line);
    copy_text(&line, ret_more->ranges, sizeof ret_more->ranges);
    read_clear(&line);
    if (segment->frame != RECORD_UNKNOWN)
        READ_ITEM(&line, "frame %" PRId64, segment->frame);
    if (segment->ip_id != RECORD_UNKNOWN)
        READ_ITEM(&line, "IP ID %" PRId64, segment->ip_id);
    if (segment->checksum && !read_is(segment->checksum, "good"))
        READ_ITEM(&line, "checksum %s", segment->checksum);
    copy_text(&line, ret_more->place, sizeof ret_more->place);
    ret_more->state_doubtful = segment->state_doubt != NULL;
    ret_more->server_doubtful = segment->server_state_doubt != NULL;
    ret_more->lesson = segment->why;
    ret_more->reference = segment->reference;
}

/* ---- a line of its own ---- */

static void add_state(struct read_line *line, const char *state, const char *doubt)
{
    READ_ADD(line, "%s%s", state ? state : "?",
             doubt && state && strcmp(state, "?") != 0 ? "?" : "");
}

/* Numbers as tcpdump has them: relative where the beginning was seen, else as they are. */
static void add_numbers(const struct read_row_record *row, struct read_line *line)
{
    const struct segment_record *seen = &row->segment.seen;
    const int64_t seq = row->relative_seq != RECORD_UNKNOWN ? row->relative_seq : seen->seq;
    const int64_t ack = row->relative_ack != RECORD_UNKNOWN ? row->relative_ack : seen->ack;

    if (seq != RECORD_UNKNOWN)
        READ_ADD(line, " seq %" PRId64, seq);
    if (seq != RECORD_UNKNOWN && page_some(seen->length))
        READ_ADD(line, "-%" PRId64, seq + seen->length);
    if (seen->ack != RECORD_UNKNOWN)
        READ_ADD(line, " ack %" PRId64, ack);
    if (seen->window_bytes != RECORD_UNKNOWN || seen->window != RECORD_UNKNOWN)
        READ_ADD(line, " win %" PRId64,
                 seen->window_bytes != RECORD_UNKNOWN ? seen->window_bytes : seen->window);
}

/* One line, never broken: frame, time of day, connection, ends, segment, states, what is special.
 */
void read_row_show(const void *record, const struct style *style, struct output *output)
{
    const struct read_row_record *row = record;
    const struct segment_record *seen = &row->segment.seen;
    const bool reset = seen->flags && strstr(seen->flags, "RST");
    struct read_line line = {.at = 0}, what = {.at = 0};
    FILE *stream = output->stream;
    char end[96];

    if (row->segment.frame != RECORD_UNKNOWN)
        READ_ADD(&line, "%5" PRId64 " ", row->segment.frame);
    if (row->time && strlen(row->time) > 26)
        READ_ADD(&line, "%.15s ", row->time + 11); /* behind the date, to microseconds */
    else
        READ_ADD(&line, "%s ", row->time ? row->time : "-");
    if (row->connection != RECORD_UNKNOWN)
        READ_ADD(&line, "#%" PRId64 " ", row->connection);
    page_show_end(row->source, row->source_port, end, sizeof end);
    READ_ADD(&line, "%s > ", end);
    page_show_end(row->destination, row->destination_port, end, sizeof end);
    READ_ADD(&line, "%s ", end);
    style_put(style, stream, line.text, line.at);

    const char *label = seen->icmp ? "ICMP" : seen->flags ? seen->flags : "?";
    fputs(style_tone(style, seen->icmp ? TONE_WARN : reset ? TONE_BAD : TONE_BOLD), stream);
    style_put(style, stream, label, strlen(label));
    fputs(style_tone(style, TONE_PLAIN), stream);

    read_clear(&line);
    if (seen->icmp)
        READ_ADD(&line, " %s", seen->icmp);
    else
        add_numbers(row, &line);
    if (style->verbose > 0 && seen->options && *seen->options)
        READ_ADD(&line, " <%s>", seen->options);
    if (seen->state || seen->server_state) {
        READ_ADD(&line, "  ");
        add_state(&line, seen->state, row->segment.state_doubt);
        READ_ADD(&line, " ");
        add_state(&line, seen->server_state, row->segment.server_state_doubt);
    }
    style_put(style, stream, line.text, line.at);

    if (seen->note)
        READ_PART(&what, "%s", seen->note);
    tell_ranges(&row->segment, &line);
    if (line.at > 0)
        READ_PART(&what, "%s", line.text);
    tell_what(&row->segment, style, &line);
    if (line.at > 0)
        READ_PART(&what, "%s", line.text);
    if (what.at > 0) {
        fprintf(stream, "  %s", style_tone(style, TONE_WARN));
        style_put(style, stream, what.text, what.at);
        fputs(style_tone(style, TONE_PLAIN), stream);
    }
    fputc('\n', stream);
}

void read_row_heading(const struct style *style, FILE *stream)
{
    fprintf(stream,
            "%sframe time (UTC)      # from > to segment  client's state, server's  "
            "what was odd%s\n",
            style_tone(style, TONE_DIM), style_tone(style, TONE_PLAIN));
}
