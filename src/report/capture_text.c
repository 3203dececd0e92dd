/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a capture file is and holds, for people. */
#include <inttypes.h>

#include "report/connection_text.h"
#include "report/connection_text_parts.h"
#include "report/table.h"

static void add_some(struct read_line *line, int64_t count, const char *words)
{
    if (page_some(count))
        READ_ITEM(line, "%" PRId64 " %s", count, words);
}

static void put(struct page *page, enum tone tone, const char *label, struct read_line *line)
{
    if (line->at > 0)
        page_put_fact(page, tone, label, line->text);
    read_clear(line);
}

static void add_resolution(struct read_line *line, int64_t ns)
{
    if (ns == RECORD_UNKNOWN)
        return;
    if (ns == 0)
        READ_ITEM(line, "stamps finer than 1 ns");
    else if (ns % 1000000 == 0)
        READ_ITEM(line, "stamps of %" PRId64 " ms", ns / 1000000);
    else if (ns % 1000 == 0)
        READ_ITEM(line, "stamps of %" PRId64 " microsecond%s", ns / 1000, ns == 1000 ? "" : "s");
    else
        READ_ITEM(line, "stamps of %" PRId64 " ns", ns);
}

static void put_file(const struct capture_record *record, struct page *page)
{
    struct read_line line = {.at = 0};
    char text[32];

    if (record->format)
        READ_ITEM(&line, "%s", record->format);
    if (record->byte_order)
        READ_ITEM(&line, "%s-endian", record->byte_order);
    add_resolution(&line, record->resolution_ns);
    put(page, TONE_PLAIN, "format", &line);
    if (record->time)
        READ_ITEM(&line, "from %s", record->time);
    if (isfinite(record->duration_ms)) {
        page_show_duration(page->style, record->duration_ms, text, sizeof text);
        READ_ADD(&line, "%sfor %s", line.at > 0 ? " " : "", text);
    }
    put(page, TONE_PLAIN, "time", &line);
    if (page_some(record->backwards)) {
        READ_ADD(&line, "run back %" PRId64 " time%s", record->backwards,
                 record->backwards == 1 ? "" : "s");
        if (isfinite(record->backwards_most_ms)) {
            page_show_duration(page->style, record->backwards_most_ms, text, sizeof text);
            READ_ADD(&line, ", by %s at most", text);
        }
        put(page, TONE_WARN, "stamps", &line);
    }
}

static void put_frames(const struct capture_record *record, struct page *page)
{
    struct read_line line = {.at = 0};

    if (record->frames != RECORD_UNKNOWN)
        read_add_count(&line, record->frames, "frame");
    if (record->bytes != RECORD_UNKNOWN)
        READ_ADD(&line, " with %" PRId64 " captured bytes", record->bytes);
    add_some(&line, record->left_out, "left out by the filter");
    add_some(&line, record->tagged, "with VLAN tags");
    put(page, TONE_PLAIN, "frames", &line);
    add_some(&line, record->dropped, "frames, as the file tells: the picture may have holes");
    put(page, TONE_WARN, "lost", &line);
    add_some(&line, record->packets, "IP packets");
    add_some(&line, record->segments, "TCP segments");
    add_some(&line, record->icmp, "ICMP errors about TCP");
    add_some(&line, record->other, "other IP packets");
    add_some(&line, record->tunnelled, "in a tunnel");
    put(page, TONE_PLAIN, "packets", &line);
    add_some(&line, record->fragments, "fragments");
    add_some(&line, record->reassembled, "packets made of them");
    add_some(&line, record->incomplete, "incomplete");
    put(page, TONE_PLAIN, "fragments", &line);
    add_some(&line, record->not_ip, "frames without IP");
    add_some(&line, record->cut, "cut off by the snapshot length");
    add_some(&line, record->malformed, "malformed");
    add_some(&line, record->sealed, "encrypted");
    add_some(&line, record->unknown_link, "of an unknown link type");
    add_some(&line, record->unread, "TCP segments with an unreadable header");
    put(page, TONE_WARN, "not read", &line);
}

static void put_connections(const struct capture_record *record, struct page *page)
{
    const struct {
        enum verdict verdict;
        int64_t count;
    } counts[] = {
        {VERDICT_OPEN, record->open},
        {VERDICT_REFUSED, record->refused},
        {VERDICT_UNREACHABLE, record->unreachable},
        {VERDICT_FILTERED, record->filtered},
        {VERDICT_RESET, record->reset},
        {VERDICT_INCONCLUSIVE, record->inconclusive},
    };
    struct read_line line = {.at = 0}, verdicts = {.at = 0};

    if (record->connections == RECORD_UNKNOWN)
        return;
    read_add_count(&line, record->connections, "connection");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        add_some(&verdicts, counts[i].count, verdict_word(counts[i].verdict));
    if (verdicts.at > 0)
        READ_ADD(&line, ": %s", verdicts.text);
    if (page_some(record->half_open))
        READ_PART(&line, "%" PRId64 " stayed half-open", record->half_open);
    if (record->open_most != RECORD_UNKNOWN && record->open_most > 1)
        READ_PART(&line, "%" PRId64 " at once at most", record->open_most);
    if (page_some(record->began_late))
        READ_PART(&line, "%" PRId64 " began before the capture", record->began_late);
    put(page, TONE_PLAIN, "TCP", &line);
    if (page_some(record->late)) {
        read_add_count(&line, record->late, "segment");
        READ_ADD(&line, " came after the connection was over");
    }
    if (page_some(record->given_up)) {
        READ_PART(&line, "%s", "");
        read_add_count(&line, record->given_up, "connection");
        READ_ADD(&line, " given up, as too many were open at once (--most)");
    }
    put(page, TONE_WARN, "besides", &line);
}

/* ---- interfaces ---- */

static const char *interfaces_heading(const void *context, size_t column)
{
    static const char *const headings[] = {"interface", "name",   "link type",
                                           "snaplen",   "frames", "lost"};

    (void)context;
    return headings[column];
}

static const char *interfaces_cell(const void *context, size_t row, size_t column,
                                   char text[FIELD_TEXT_SIZE])
{
    const struct read_interface_record *interface =
        (const struct read_interface_record *)context + row;
    const int64_t numbers[] = {interface->number, 0, 0, interface->snaplen, interface->frames,
                               interface->dropped};

    if (column == 1)
        return interface->name && *interface->name ? interface->name : NULL;
    if (column == 2)
        return interface->link_type;
    if (numbers[column] == RECORD_UNKNOWN)
        return NULL;
    snprintf(text, FIELD_TEXT_SIZE, "%" PRId64, numbers[column]);
    return text;
}

static bool interfaces_right(const void *context, size_t column)
{
    (void)context;
    return column >= 3;
}

static void put_interfaces(const struct capture_record *record, const struct page *page)
{
    const struct table table = {
        .style = page->style,
        .stream = page->stream,
        .indent = PAGE_INDENT,
        .rows = record->interfaces.count,
        .columns = 6,
        .heading = interfaces_heading,
        .cell = interfaces_cell,
        .right = interfaces_right,
        .context = record->interfaces.items,
    };

    if (record->interfaces.count == 0)
        return;
    fputc('\n', page->stream);
    table_show(&table);
}

static void put_damage(const struct capture_record *record, const struct page *page)
{
    static const struct {
        const char *word, *meaning;
    } damages[] = {
        {"cut", "it ends in the middle of a packet or block"},
        {"length", "a packet or block has an impossible length"},
        {"block", "a block contradicts itself or the blocks before it"},
        {"read", "it could not be read on"},
    };
    struct read_line line = {.at = 0};

    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
        if (read_is(record->damage, damages[i].word))
            READ_ADD(&line, "%s", damages[i].meaning);
    if (line.at == 0)
        return;
    if (record->damage_at != RECORD_UNKNOWN)
        READ_ADD(&line, ", at byte %" PRId64, record->damage_at);
    fputc('\n', page->stream);
    page_put_judgement(page, 0, TONE_BAD, "damaged", line.text, NULL);
}

void capture_show(const void *record, const struct style *style, struct output *output)
{
    const struct capture_record *capture = record;
    struct page page = {.style = style, .stream = output->stream, .record = record};
    struct read_line line = {.at = 0};

    READ_ADD(&line, "tcpprobe read --capture %s", capture->file ? capture->file : "");
    style_wrap_tone(style, output->stream, TONE_BOLD, 0, PAGE_INDENT, line.text);
    put_file(capture, &page);
    put_frames(capture, &page);
    put_connections(capture, &page);
    put_interfaces(capture, &page);
    if (capture->findings.count > 0)
        fprintf(page.stream, "\n%*sfindings\n", PAGE_INDENT, "");
    page_put_findings(&page, capture->findings);
    put_damage(capture, &page);
}
