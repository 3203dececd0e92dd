/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection of a capture in one line, and the heading above such lines. */
#include "report/connection_text.h"
#include "report/connection_text_parts.h"

/*
 * A line of its own for each connection, printed as it ends, so that nothing is known of the
 * lines to come: the columns have fixed widths that hold any IPv4 address, and a longer text moves
 * what stands behind it. The last one, what was odd, is never broken.
 */

/* From these widths of the page on there are columns for counts, for the duration, and for the
 * time of day when it began. */
#define COUNTS_FROM   100
#define DURATION_FROM 112
#define TIME_FROM     132
/* Below that there are no columns at all. */
#define COLUMNS_FROM 76

#define TIME_WIDTH     12 /* "03:04:05.678", UTC */
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

/*
 * A part of the line as it grows. There may be very many lines, and printf() takes most of the time
 * of one: texts and numbers are put in by hand.
 */
struct part {
    char text[1024];
    size_t at;
};

static void add(struct part *part, const char *text)
{
    size_t room = sizeof part->text - 1 - part->at, length = strlen(text);

    length = length < room ? length : room;
    memcpy(part->text + part->at, text, length);
    part->at += length;
    part->text[part->at] = '\0';
}

static void add_blanks(struct part *part, size_t count)
{
    const size_t room = sizeof part->text - 1 - part->at;

    count = count < room ? count : room;
    memset(part->text + part->at, ' ', count);
    part->at += count;
    part->text[part->at] = '\0';
}

/* "-" for what is unknown. */
static void add_number(struct part *part, int64_t number)
{
    char digits[24], *first = digits + sizeof digits - 1;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

    *first = '\0';
    if (number == RECORD_UNKNOWN) {
        add(part, "-");
        return;
    }
    do
        *--first = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0)
        *--first = '-';
    add(part, first);
}

/* The same as page_show_end() has it. */
static void add_end(struct part *part, const char *address, int64_t port)
{
    const bool brackets = address && strchr(address, ':');

    if (brackets)
        add(part, "[");
    add(part, address ? address : "?");
    if (brackets)
        add(part, "]");
    if (port != RECORD_UNKNOWN) {
        add(part, ":");
        add_number(part, port);
    }
}

/* What was added since `from` becomes a column, with a blank behind it; a width of 0 is its own. */
static void end_column(struct part *part, size_t from, size_t width, bool right)
{
    const size_t columns = style_columns(part->text + from);
    const size_t blanks = width > columns ? width - columns : 0;

    if (right && blanks > 0 && part->at + blanks < sizeof part->text) {
        memmove(part->text + from + blanks, part->text + from, part->at - from + 1);
        memset(part->text + from, ' ', blanks);
        part->at += blanks;
    }
    add_blanks(part, 1 + (right ? 0 : blanks));
}

static void put_part(const struct style *style, FILE *stream, struct part *part)
{
    style_put(style, stream, part->text, part->at);
    part->text[part->at = 0] = '\0';
}

/* Bytes in at most 8 columns: "1460", "12345678", "1.23 GB". */
static void add_bytes(struct part *part, int64_t bytes)
{
    static const char *const units[] = {"MB", "GB", "TB", "PB", "EB"};
    double value = (double)bytes / 1e6;
    size_t unit = 0;
    char text[32];

    if (bytes < 100000000) {
        add_number(part, bytes);
        return;
    }
    for (; value >= 999.5 && unit < 4; unit++)
        value /= 1000;
    snprintf(text, sizeof text, "%.3g %s", value, units[unit]);
    add(part, text);
}

static void add_duration(struct part *part, const struct style *style, double ms)
{
    char text[40] = "-";

    if (isfinite(ms))
        page_show_duration(style, ms, text, sizeof text);
    add(part, text);
}

/* Both halves; where only one is known, that one and a "+". */
static void add_rtt(struct part *part, const struct connection_record *record,
                    const struct style *style, bool columns)
{
    const double rtt = isfinite(record->rtt_ms)          ? record->rtt_ms
                       : isfinite(record->server_rtt_ms) ? record->server_rtt_ms
                                                         : record->client_rtt_ms;
    const size_t from = part->at;

    add_duration(part, style, rtt);
    end_column(part, from, columns ? RTT_WIDTH : 0, true);
    if (isfinite(rtt) && !isfinite(record->rtt_ms))
        part->text[part->at - 1] = '+';
    else if (!columns)
        return;
    add(part, " ");
}

/* When it began: of "2026-01-02T03:04:05.678901Z" the time of day, to milliseconds. */
static void add_time(struct part *part, const char *time)
{
    const char *day = time ? strchr(time, 'T') : NULL;
    const size_t from = part->at;

    add(part, day ? day + 1 : "-");
    if (part->at > from + TIME_WIDTH)
        part->text[part->at = from + TIME_WIDTH] = '\0';
    end_column(part, from, TIME_WIDTH, false);
}

/* The separator between what was odd. */
static void add_item(struct part *part, const char *text)
{
    if (part->at > 0)
        add(part, ", ");
    add(part, text);
}

static void add_count(struct part *part, const char *name, int64_t count)
{
    add_item(part, name);
    add(part, " ");
    add_number(part, count);
}

/* How it ended, where the verdict leaves that open. */
static void tell_ending(const struct connection_record *record, struct part *part, size_t from)
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
        if (record->icmp_type != RECORD_UNKNOWN && record->icmp_code != RECORD_UNKNOWN) {
            add(part, "ICMP ");
            add_number(part, record->icmp_type);
            add(part, "/");
            add_number(part, record->icmp_code);
        }
        if (record->from) {
            add(part, part->at > from ? " from " : "from ");
            add(part, record->from);
        }
    } else if (read_is(verdict, verdict_word(VERDICT_INCONCLUSIVE)) && record->reason) {
        add(part, record->reason);
    } else if (ending && !read_is(verdict, verdict_word(VERDICT_REFUSED)) &&
               !read_is(verdict, verdict_word(VERDICT_FILTERED))) {
        add(part, record->early && read_is(record->ending, "open") ? "so far" : ending);
    }
    if (read_is_foreign(record->reset_by) && !read_is(record->ending, "rst-forged"))
        add(part, part->at > from ? ", reset by somebody else?" : "reset by somebody else?");
}

static int64_t sum(int64_t a, int64_t b)
{
    return (a == RECORD_UNKNOWN ? 0 : a) + (b == RECORD_UNKNOWN ? 0 : b);
}

static void tell_oddities(const struct connection_record *record, struct part *part)
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

    if (record->vlan && *record->vlan) {
        add_item(part, "VLAN ");
        add(part, record->vlan);
    }
    if (record->tunnel && *record->tunnel) {
        add_item(part, "tunnel ");
        add(part, record->tunnel);
    }
    if (page_some(record->attempts) &&
        (record->attempts > 1 || read_is(record->verdict, verdict_word(VERDICT_FILTERED))))
        add_count(part, "SYNs", record->attempts);
    if (server && page_some(server->syns) && server->syns > 1)
        add_count(part, "SYN,ACKs", server->syns);
    for (size_t i = 0; client && server && i < sizeof counts / sizeof *counts; i++) {
        int64_t both[2];

        memcpy(&both[0], (const char *)client + counts[i].offset, sizeof both[0]);
        memcpy(&both[1], (const char *)server + counts[i].offset, sizeof both[1]);
        if (sum(both[0], both[1]) > 0)
            add_count(part, counts[i].name, sum(both[0], both[1]));
    }
    if (record->simultaneous)
        add_item(part, "simultaneous open");
    if (record->split)
        add_item(part, "split handshake");
    if (record->began_late)
        add_item(part, "began before the capture");
    if (record->one_way && !read_is(record->verdict, verdict_word(VERDICT_INCONCLUSIVE)))
        add_item(part, "one direction only");
}

/* What is medium or worse, by its id: `describe findings` has the rest. */
static void tell_findings(const struct connection_record *record, struct part *part)
{
    const struct finding_record *findings = record->findings.items;

    for (size_t i = 0; i < record->findings.count; i++)
        if (read_is(findings[i].severity, severity_word(SEVERITY_MEDIUM)) ||
            read_is(findings[i].severity, severity_word(SEVERITY_HIGH)))
            add_item(part, findings[i].id ? findings[i].id : "?");
}

static void add_counts(struct part *part, const struct connection_record *record,
                       const struct style *style)
{
    size_t from = part->at;

    add_number(part, record->segment_count);
    end_column(part, from, SEGMENTS_WIDTH, true);
    from = part->at;
    add_bytes(part, record->bytes_sent);
    end_column(part, from, BYTES_WIDTH, true);
    from = part->at;
    add_bytes(part, record->bytes_received);
    end_column(part, from, BYTES_WIDTH, true);
    if (style->width < DURATION_FROM)
        return;
    from = part->at;
    add_duration(part, style, record->duration_ms);
    end_column(part, from, DURATION_WIDTH, true);
}

/* What follows a connection's line: what was not met, and with -v its findings. */
static void put_below(const struct connection_record *record, const struct style *style,
                      FILE *stream)
{
    const size_t number = number_width(style);

    if (record->unmet) {
        style_spaces(stream, number > 0 ? number + 1 : PAGE_INDENT);
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

void connection_line(const struct connection_record *record, const struct style *style,
                     FILE *stream)
{
    const bool columns = style->width >= COLUMNS_FROM;
    const char *verdict = record->verdict ? record->verdict : "-";
    const size_t verdict_columns = style_columns(verdict);
    struct part line, odd;
    size_t from;

    line.text[line.at = 0] = odd.text[odd.at = 0] = '\0';
    add_number(&line, record->connection);
    end_column(&line, 0, number_width(style), true);
    if (style->width >= TIME_FROM)
        add_time(&line, record->time);
    from = line.at;
    add_end(&line, record->source, record->source_port);
    end_column(&line, from, columns ? END_WIDTH : 0, false);
    if (!columns)
        add(&line, "> ");
    from = line.at;
    add_end(&line, record->address, record->port);
    end_column(&line, from, columns ? END_WIDTH : 0, false);
    put_part(style, stream, &line);
    fputs(style_tone(style, page_verdict_tone(record->verdict)), stream);
    style_put(style, stream, verdict, strlen(verdict));
    fputs(style_tone(style, TONE_PLAIN), stream);
    add_blanks(
        &line,
        1 + (columns && verdict_columns < VERDICT_WIDTH ? VERDICT_WIDTH - verdict_columns : 0));
    add_rtt(&line, record, style, columns);
    if (style->width >= COUNTS_FROM)
        add_counts(&line, record, style);
    from = line.at;
    tell_ending(record, &line, from);
    tell_oddities(record, &odd);
    tell_findings(record, &odd);
    if (odd.at > 0) {
        add(&line, line.at > from ? "; " : "");
        add(&line, odd.text);
    }
    if (line.at == from)
        add(&line, "-"); /* no line ends in blanks, and all have as many columns */
    put_part(style, stream, &line);
    fputc('\n', stream);
    put_below(record, style, stream);
}

static void add_heading(struct part *part, size_t width, bool right, const char *text)
{
    const size_t from = part->at;

    add(part, text);
    end_column(part, from, width, right);
}

void connection_heading(const struct style *style, FILE *stream)
{
    const bool columns = style->width >= COLUMNS_FROM;
    struct part line;

    line.text[line.at = 0] = '\0';
    add_heading(&line, number_width(style), true, "#");
    if (style->width >= TIME_FROM)
        add_heading(&line, TIME_WIDTH, false, "began (UTC)");
    add_heading(&line, columns ? END_WIDTH : 0, false, "client");
    add(&line, columns ? "" : "> ");
    add_heading(&line, columns ? END_WIDTH : 0, false, "server");
    add_heading(&line, columns ? VERDICT_WIDTH : 0, false, "verdict");
    add_heading(&line, columns ? RTT_WIDTH : 0, true, "RTT");
    add(&line, columns ? " " : "");
    if (style->width >= COUNTS_FROM) {
        add_heading(&line, SEGMENTS_WIDTH, true, "segs");
        add_heading(&line, BYTES_WIDTH, true, "sent");
        add_heading(&line, BYTES_WIDTH, true, "received");
    }
    if (style->width >= DURATION_FROM)
        add_heading(&line, DURATION_WIDTH, true, "lasted");
    fprintf(stream, "%s%send, and what was odd%s\n", style_tone(style, TONE_DIM), line.text,
            style_tone(style, TONE_PLAIN));
}
