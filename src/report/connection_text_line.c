/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection of a capture in one line, and the heading above such lines. */
#include <inttypes.h>

#include "report/connection_text.h"
#include "report/connection_text_parts.h"

/*
 * A line of its own for each connection, printed as it ends, so that nothing is known of the
 * lines to come: the columns have fixed widths that hold any IPv4 address, and a longer text moves
 * what stands behind it. The last one, what was odd, is never broken.
 */

/* From these widths of the page on there are columns for counts, and for the duration. */
#define COUNTS_FROM   100
#define DURATION_FROM 112
/* Below that there are no columns at all. */
#define COLUMNS_FROM 76

#define END_WIDTH      21 /* "255.255.255.255:65535" */
#define VERDICT_WIDTH  12 /* "inconclusive" */
#define RTT_WIDTH      7  /* "25.3 ms", and a "+" behind it */
#define SEGMENTS_WIDTH 6
#define BYTES_WIDTH    8
#define DURATION_WIDTH 7

static size_t number_width(const struct style *style)
{
    return style->width >= COUNTS_FROM ? 6 : style->width >= COLUMNS_FROM ? 4 : 0;
}

/* Writes a text, and blanks before or behind it up to a width, and one more behind. */
static void put_column(const struct style *style, FILE *stream, size_t width, bool right,
                       const char *text)
{
    const size_t columns = style_columns(text), blanks = width > columns ? width - columns : 0;

    if (right && blanks > 0)
        style_spaces(stream, blanks);
    style_put(style, stream, text, strlen(text));
    style_spaces(stream, 1 + (right ? 0 : blanks));
}

/* Bytes in at most 8 columns: "1460", "12345678", "1.23 GB". */
static void show_bytes(int64_t bytes, char text[24])
{
    static const char *const units[] = {"MB", "GB", "TB", "PB", "EB"};
    double value = (double)bytes / 1e6;
    size_t unit = 0;

    if (bytes == RECORD_UNKNOWN) {
        snprintf(text, 24, "-");
        return;
    }
    if (bytes < 100000000) {
        snprintf(text, 24, "%" PRId64, bytes);
        return;
    }
    for (; value >= 999.5 && unit < 4; unit++)
        value /= 1000;
    snprintf(text, 24, "%.3g %s", value, units[unit]);
}

/* Both halves; where only one is known, that one and a "+". */
static void put_rtt(const struct connection_record *record, const struct style *style, FILE *stream,
                    size_t width)
{
    const double rtt = isfinite(record->rtt_ms)          ? record->rtt_ms
                       : isfinite(record->server_rtt_ms) ? record->server_rtt_ms
                                                         : record->client_rtt_ms;
    char text[40] = "-";

    if (isfinite(rtt))
        page_show_duration(style, rtt, text, 32);
    if (width > 0 && style_columns(text) < width)
        style_spaces(stream, width - style_columns(text));
    style_put(style, stream, text, strlen(text));
    if (isfinite(rtt) && !isfinite(record->rtt_ms))
        fputs("+ ", stream);
    else
        fputs(width > 0 ? "  " : " ", stream);
}

/* How it ended, where the verdict leaves that open. */
static void tell_ending(const struct connection_record *record, struct read_line *line)
{
    static const char *const endings[READ_ENDING_COUNT + 1] = {
        [READ_ENDING_UNANSWERED] = "no answer",
        [READ_ENDING_REFUSED] = "refused",
        [READ_ENDING_HALF_OPEN] = "half-open",
        [READ_ENDING_ABANDONED] = "given up by client's RST",
        [READ_ENDING_UNREACHABLE] = "unreachable",
        [READ_ENDING_OPEN] = "still open",
        [READ_ENDING_HALF_CLOSED] = "half-closed",
        [READ_ENDING_CLOSED] = "closed",
        [READ_ENDING_RST_CLIENT] = "reset by client",
        [READ_ENDING_RST_SERVER] = "reset by server",
        [READ_ENDING_RST_FORGED] = "reset by somebody else?",
        [READ_ENDING_TIMED_OUT] = "timed out",
    };
    const char *verdict = record->verdict;
    const char *ending = endings[read_ending_find(record->ending)];

    if (read_is(verdict, verdict_word(VERDICT_UNREACHABLE))) {
        if (record->icmp_type != RECORD_UNKNOWN && record->icmp_code != RECORD_UNKNOWN)
            READ_ADD(line, "ICMP %" PRId64 "/%" PRId64, record->icmp_type, record->icmp_code);
        if (record->from)
            READ_ADD(line, "%sfrom %s", line->at > 0 ? " " : "", record->from);
    } else if (read_is(verdict, verdict_word(VERDICT_INCONCLUSIVE)) && record->reason) {
        READ_ADD(line, "%s", record->reason);
    } else if (ending && !read_is(verdict, verdict_word(VERDICT_REFUSED)) &&
               !read_is(verdict, verdict_word(VERDICT_FILTERED))) {
        READ_ADD(line, "%s", record->early && read_is(record->ending, "open") ? "so far" : ending);
    }
    if (record->reset_by && read_is_foreign(record->reset_by) &&
        !read_is(record->ending, "rst-forged"))
        READ_ITEM(line, "reset by somebody else?");
}

static int64_t sum(int64_t a, int64_t b)
{
    return (a == RECORD_UNKNOWN ? 0 : a) + (b == RECORD_UNKNOWN ? 0 : b);
}

static void tell_oddities(const struct connection_record *record, struct read_line *line)
{
    static const struct {
        const char *name;
        size_t offset;
    } counts[] = {
        {"retransmissions", offsetof(struct read_end_record, retransmissions)},
        {"captured twice", offsetof(struct read_end_record, twins)},
        {"out of order", offsetof(struct read_end_record, out_of_order)},
        {"gaps", offsetof(struct read_end_record, gaps)},
        {"zero window", offsetof(struct read_end_record, zero_windows)},
        {"challenge ACKs", offsetof(struct read_end_record, challenges)},
        {"bad segments", offsetof(struct read_end_record, bad)},
    };
    const struct read_end_record *client = record->client, *server = record->server;

    if (page_some(record->attempts) &&
        (record->attempts > 1 || read_is(record->verdict, verdict_word(VERDICT_FILTERED))))
        READ_ITEM(line, "SYNs %" PRId64, record->attempts);
    if (server && page_some(server->syns) && server->syns > 1)
        READ_ITEM(line, "SYN,ACKs %" PRId64, server->syns);
    for (size_t i = 0; client && server && i < sizeof counts / sizeof *counts; i++) {
        int64_t both[2];

        memcpy(&both[0], (const char *)client + counts[i].offset, sizeof both[0]);
        memcpy(&both[1], (const char *)server + counts[i].offset, sizeof both[1]);
        if (sum(both[0], both[1]) > 0)
            READ_ITEM(line, "%s %" PRId64, counts[i].name, sum(both[0], both[1]));
    }
    if (record->simultaneous)
        READ_ITEM(line, "simultaneous open");
    if (record->split)
        READ_ITEM(line, "split handshake");
    if (record->began_late)
        READ_ITEM(line, "began before the capture");
    if (record->one_way && !read_is(record->verdict, verdict_word(VERDICT_INCONCLUSIVE)))
        READ_ITEM(line, "one direction only");
}

/* What is medium or worse, by its id: `describe findings` has the rest. */
static void tell_findings(const struct connection_record *record, struct read_line *line)
{
    const struct finding_record *findings = record->findings.items;

    for (size_t i = 0; i < record->findings.count; i++)
        if (read_is(findings[i].severity, severity_word(SEVERITY_MEDIUM)) ||
            read_is(findings[i].severity, severity_word(SEVERITY_HIGH)))
            READ_ITEM(line, "%s", findings[i].id ? findings[i].id : "?");
}

static void put_counts(const struct connection_record *record, const struct style *style,
                       FILE *stream)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRId64, record->segment_count);
    put_column(style, stream, SEGMENTS_WIDTH, true,
               record->segment_count != RECORD_UNKNOWN ? text : "-");
    show_bytes(record->bytes_sent, text);
    put_column(style, stream, BYTES_WIDTH, true, text);
    show_bytes(record->bytes_received, text);
    put_column(style, stream, BYTES_WIDTH, true, text);
    if (style->width < DURATION_FROM)
        return;
    snprintf(text, sizeof text, "-");
    if (isfinite(record->duration_ms))
        page_show_duration(style, record->duration_ms, text, sizeof text);
    put_column(style, stream, DURATION_WIDTH, true, text);
}

void connection_line(const struct connection_record *record, const struct style *style,
                     FILE *stream)
{
    const bool columns = style->width >= COLUMNS_FROM;
    const char *verdict = record->verdict ? record->verdict : "-";
    const size_t length = style_columns(verdict);
    struct read_line what = {.at = 0}, odd = {.at = 0};
    char end[96];

    snprintf(end, sizeof end, "%" PRId64, record->connection);
    put_column(style, stream, number_width(style), true,
               record->connection != RECORD_UNKNOWN ? end : "-");
    page_show_end(record->source, record->source_port, end, sizeof end);
    put_column(style, stream, columns ? END_WIDTH : 0, false, end);
    if (!columns)
        fputs("> ", stream);
    page_show_end(record->address, record->port, end, sizeof end);
    put_column(style, stream, columns ? END_WIDTH : 0, false, end);
    fputs(style_tone(style, page_verdict_tone(record->verdict)), stream);
    style_put(style, stream, verdict, strlen(verdict));
    fputs(style_tone(style, TONE_PLAIN), stream);
    style_spaces(stream, 1 + (columns && length < VERDICT_WIDTH ? VERDICT_WIDTH - length : 0));
    put_rtt(record, style, stream, columns ? RTT_WIDTH : 0);
    if (style->width >= COUNTS_FROM)
        put_counts(record, style, stream);
    tell_ending(record, &what);
    tell_oddities(record, &odd);
    tell_findings(record, &odd);
    if (odd.at > 0)
        READ_PART(&what, "%s", odd.text);
    if (what.at == 0)
        READ_ADD(&what, "-"); /* no line ends in blanks, and all have as many columns */
    style_put(style, stream, what.text, what.at);
    fputc('\n', stream);
    if (record->unmet) {
        style_spaces(stream, columns ? number_width(style) + 1 : PAGE_INDENT);
        fprintf(stream, "%snot met:%s ", style_tone(style, TONE_BAD),
                style_tone(style, TONE_PLAIN));
        style_put(style, stream, record->unmet, strlen(record->unmet));
        fputc('\n', stream);
    }
    if (style->verbose > 0) {
        const struct page page = {.style = style, .stream = stream, .record = record};

        page_put_findings(&page, record->findings);
    }
}

void connection_heading(const struct style *style, FILE *stream)
{
    const bool columns = style->width >= COLUMNS_FROM;

    fputs(style_tone(style, TONE_DIM), stream);
    put_column(style, stream, number_width(style), true, "#");
    put_column(style, stream, columns ? END_WIDTH : 0, false, "client");
    if (!columns)
        fputs("> ", stream);
    put_column(style, stream, columns ? END_WIDTH : 0, false, "server");
    put_column(style, stream, columns ? VERDICT_WIDTH : 0, false, "verdict");
    put_column(style, stream, columns ? RTT_WIDTH : 0, true, "RTT");
    if (columns)
        fputc(' ', stream);
    if (style->width >= COUNTS_FROM) {
        put_column(style, stream, SEGMENTS_WIDTH, true, "segs");
        put_column(style, stream, BYTES_WIDTH, true, "sent");
        put_column(style, stream, BYTES_WIDTH, true, "received");
    }
    if (style->width >= DURATION_FROM)
        put_column(style, stream, DURATION_WIDTH, true, "lasted");
    fprintf(stream, "%s%s\n", "end, and what was odd", style_tone(style, TONE_PLAIN));
}
