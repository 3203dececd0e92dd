/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection of a capture as a page: the ladder, the options, what was measured, the findings,
 * the verdict. */
#include <inttypes.h>

#include "report/connection_text_parts.h"
#include "report/handshake_options.h"
#include "report/ladder.h"

static void put_title(const struct connection_record *record, const struct page *page)
{
    struct read_line line = {.at = 0};
    char end[96];

    READ_ADD(&line, "tcpprobe read %s connection ", record->file ? record->file : "");
    if (record->connection != RECORD_UNKNOWN)
        READ_ADD(&line, "%" PRId64 ": ", record->connection);
    page_show_end(record->source, record->source_port, end, sizeof end);
    READ_ADD(&line, "%s > ", end);
    page_show_end(record->address, record->port, end, sizeof end);
    READ_ADD(&line, "%s", end);
    if (record->interface && *record->interface)
        READ_ADD(&line, " via %s", record->interface);
    if (record->vlan && *record->vlan)
        READ_ADD(&line, ", VLAN %s", record->vlan);
    if (record->tunnel && *record->tunnel)
        READ_ADD(&line, ", tunnel %s", record->tunnel);
    if (record->time)
        READ_ADD(&line, ", %s", record->time);
    style_wrap_tone(page->style, page->stream, TONE_BOLD, 0, PAGE_INDENT, line.text);
}

/* ---- the ladder ---- */

/* Steps, less the last where that is TIME-WAIT's end: no capture shows 2 MSL pass. */
static size_t seen_steps(const struct connection_record *record)
{
    const struct step_record *steps = record->steps.items;
    const size_t count = record->steps.count;

    return count > 0 && read_is(steps[count - 1].event, "TIMER_2MSL") ? count - 1 : count;
}

/* Why states are marked, or not known at all. */
struct doubts {
    struct read_line marked, unknown;
};

static void add_doubt(struct doubts *doubts, const char *state, const char *doubt)
{
    const bool unknown = !state || strcmp(state, "?") == 0;
    struct read_line *line = unknown ? &doubts->unknown : &doubts->marked;
    const char *meaning = read_doubt_meaning(doubt);

    if (meaning && !strstr(line->text, meaning))
        READ_ADD(line, "%s%s",
                 line->at > 0 ? "; "
                 : unknown    ? "?: not known: "
                              : "STATE?: that state at least: ",
                 meaning);
}

/* Below the ladder, and empty again. */
static void put_remark(const struct page *page, struct read_line *line)
{
    if (line->at > 0) {
        style_spaces(page->stream, PAGE_INDENT);
        style_wrap_tone(page->style, page->stream, TONE_DIM, PAGE_INDENT, PAGE_INDENT, line->text);
    }
    read_clear(line);
}

static void put_ladder(const struct connection_record *record, const struct page *page)
{
    const struct read_segment_record *segments = record->segments.items;
    const struct ladder_case told = {
        .segments = segments,
        .segment_count = record->segments.count,
        .stride = sizeof *segments,
        .steps = record->steps.items,
        .step_count = seen_steps(record),
        .client = record->source,
        .client_port = record->source_port,
        .server = record->address,
        .server_port = record->port,
        .silence = read_is(record->verdict, verdict_word(VERDICT_FILTERED)),
        .answered_attempt = record->answered_attempt,
        .lost_forward = record->lost_forward,
        .lost_reverse = record->lost_reverse,
        .more = connection_tell_segment,
    };
    struct doubts doubts = {.marked = {.at = 0}};
    struct read_line line = {.at = 0};

    if (record->segments.count == 0)
        return;
    fputc('\n', page->stream);
    ladder_show(&told, page->style, page->stream);
    for (size_t i = 0; i < record->segments.count; i++) {
        add_doubt(&doubts, segments[i].seen.state, segments[i].state_doubt);
        add_doubt(&doubts, segments[i].seen.server_state, segments[i].server_state_doubt);
    }
    put_remark(page, &doubts.marked);
    put_remark(page, &doubts.unknown);
    if (record->segments_left_out > 0)
        READ_ADD(&line, "%" PRId64 " more segments were counted, and not kept",
                 record->segments_left_out);
    put_remark(page, &line);
    if (record->steps_end && (page->style->explain || page->style->verbose > 0))
        READ_ADD(&line, "the client's steps are not told to the end: %s", record->steps_end);
    put_remark(page, &line);
}

/* ---- what was measured ---- */

static void put_isns(const struct connection_record *record, struct page *page)
{
    struct read_line line = {.at = 0};

    if (record->isn_client != RECORD_UNKNOWN)
        READ_ITEM(&line, "client %" PRId64 " (0x%08" PRIx64 ")", record->isn_client,
                  (uint64_t)record->isn_client);
    if (record->isn_server != RECORD_UNKNOWN)
        READ_ITEM(&line, "server %" PRId64 " (0x%08" PRIx64 ")", record->isn_server,
                  (uint64_t)record->isn_server);
    if (line.at > 0)
        page_put_fact(page, TONE_PLAIN, "ISN", line.text);
}

static void show_half(const struct page *page, double ms, char text[32])
{
    snprintf(text, 32, "?");
    if (isfinite(ms))
        page_show_duration(page->style, ms, text, 32);
}

static void put_source(struct page *page, const char *end, const char *source, bool known)
{
    struct read_line line = {.at = 0};

    if (!source || !*source)
        return;
    READ_ADD(&line, "%s: %s%s", end, known ? "" : "none, ", source);
    page_put_fact(page, TONE_PLAIN, "", line.text);
}

/* Both halves, and where each comes from. */
static void put_rtt(const struct connection_record *record, struct page *page)
{
    const bool server = isfinite(record->server_rtt_ms), client = isfinite(record->client_rtt_ms);
    struct read_line line = {.at = 0};
    char whole[32], to_server[32], to_client[32];

    show_half(page, record->rtt_ms, whole);
    show_half(page, record->server_rtt_ms, to_server);
    show_half(page, record->client_rtt_ms, to_client);
    if (server && client && isfinite(record->rtt_ms))
        READ_ADD(&line, "%s = %s to the server and back + %s to the client and back", whole,
                 to_server, to_client);
    else if (server || client)
        READ_ADD(&line, "%s to the %s and back, as seen at the capture point",
                 server ? to_server : to_client, server ? "server" : "client");
    else if (record->rtt_source && record->answered)
        READ_ADD(&line, "none: %s", record->rtt_source);
    if (line.at == 0)
        return;
    page_put_fact(page, TONE_PLAIN, "RTT", line.text);
    if (!server && !client)
        return;
    put_source(page, "server", record->server_rtt_source, server);
    put_source(page, "client", record->client_rtt_source, client);
}

static void put_connect(const struct connection_record *record, struct page *page)
{
    struct read_line line = {.at = 0};
    char text[32];

    /* Without loss or a slow start it is the round trip over again. */
    if (!isfinite(record->connect_ms) || fabs(record->connect_ms - record->rtt_ms) < 0.001 ||
        fabs(record->connect_ms - record->server_rtt_ms) < 0.001)
        return;
    page_show_duration(page->style, record->connect_ms, text, sizeof text);
    READ_ADD(&line, "%s from the first SYN to ESTABLISHED, as seen at the capture point", text);
    page_put_fact(page, TONE_PLAIN, "connect", line.text);
}

/* ", 1003.2, 2015.1 ms apart; doubles from 1 s". */
static void add_copies(struct read_line *line, const struct read_end_record *end)
{
    const bool one = end->syn_gaps_ms && !strchr(end->syn_gaps_ms, ',');

    for (const char *at = end->syn_gaps_ms; at && *at;) {
        const size_t length = strcspn(at, ",");

        READ_ADD(line, ", %.*s%s", (int)length, at, at[length] == ',' ? "" : " ms apart");
        at += length + (at[length] == ',');
    }
    if (end->backoff && !one)
        READ_ADD(line, "; %s", end->backoff);
}

static void put_copies(const struct connection_record *record, struct page *page)
{
    const struct read_end_record *client = record->client, *server = record->server;
    struct read_line line = {.at = 0};

    if (page_some(record->attempts) && record->attempts > 1) {
        READ_ADD(&line, "%" PRId64 " sent", record->attempts);
        if (client)
            add_copies(&line, client);
        if (record->answered_attempt != RECORD_UNKNOWN)
            READ_ADD(&line, "; number %" PRId64 " answered", record->answered_attempt);
        if (page_some(record->lost_forward))
            READ_ADD(&line, "; %" PRId64 " lost on the way to the server", record->lost_forward);
        page_put_fact(page, TONE_PLAIN, "SYNs", line.text);
    }
    line = (struct read_line){.at = 0};
    if (server && page_some(server->syns) && server->syns > 1) {
        READ_ADD(&line, "%" PRId64 " sent", server->syns);
        add_copies(&line, server);
        if (page_some(record->lost_reverse))
            READ_ADD(&line, "; %" PRId64 " lost on the way to the client", record->lost_reverse);
        page_put_fact(page, TONE_PLAIN, "SYN,ACKs", line.text);
    }
}

static void put_answer(const struct connection_record *record, struct page *page)
{
    struct read_line line = {.at = 0};

    if (!record->from)
        return;
    READ_ADD(&line, "%s %s",
             read_is(record->ending, "rst-forged") ? "an RST in the name of" : "from",
             record->from);
    if (record->ttl != RECORD_UNKNOWN)
        READ_ADD(&line, ", %s %" PRId64, read_is(record->family, "IPv6") ? "hop limit" : "TTL",
                 record->ttl);
    if (page_some(record->hops)) {
        READ_ADD(&line, ", so about ");
        read_add_count(&line, record->hops, "hop");
        READ_ADD(&line, " from the capture point");
    }
    if (record->icmp_type != RECORD_UNKNOWN && record->icmp_code != RECORD_UNKNOWN)
        READ_ADD(&line, ", ICMP%s type %" PRId64 " code %" PRId64,
                 read_is(record->family, "IPv6") ? "v6" : "", record->icmp_type, record->icmp_code);
    page_put_fact(page, TONE_PLAIN, "answer", line.text);
}

static void put_data(const struct connection_record *record, struct page *page)
{
    struct read_line line = {.at = 0};

    if (record->client && record->server) /* the table has it */
        return;
    if (page_some(record->bytes_sent)) {
        READ_PART(&line, "client sent ");
        read_add_count(&line, record->bytes_sent, "byte");
        if (record->bytes_acked != RECORD_UNKNOWN)
            READ_ADD(&line, ", %" PRId64 " of them acknowledged", record->bytes_acked);
    }
    if (page_some(record->bytes_received)) {
        READ_PART(&line, "server sent ");
        read_add_count(&line, record->bytes_received, "byte");
    }
    if (line.at > 0)
        page_put_fact(page, TONE_PLAIN, "data", line.text);
}

/* Whether the verdict leaves open how it ended. */
static bool tells_ending(const struct connection_record *record)
{
    return !read_is(record->verdict, verdict_word(VERDICT_REFUSED)) &&
           !read_is(record->verdict, verdict_word(VERDICT_UNREACHABLE)) &&
           !read_is(record->verdict, verdict_word(VERDICT_FILTERED));
}

static void put_ending(const struct connection_record *record, struct page *page)
{
    const char *meaning = read_ending_meaning(read_ending_find(record->ending));
    struct read_line line = {.at = 0};
    char text[32];

    if (record->early)
        READ_PART(&line, "this is told early: the connection goes on");
    else if (meaning && tells_ending(record))
        READ_PART(&line, "%s: %s", record->ending, meaning);
    if (record->simultaneous)
        READ_PART(&line, "opened simultaneously");
    if (record->split)
        READ_PART(&line, "opened by a split handshake");
    if (record->began_late)
        READ_PART(&line, "the capture began later than the connection");
    if (record->one_way)
        READ_PART(&line, "one direction only is in the capture");
    if (line.at > 0)
        page_put_fact(page, TONE_PLAIN, "ending", line.text);
    line = (struct read_line){.at = 0};
    if (page_some(record->segment_count))
        read_add_count(&line, record->segment_count, "segment");
    if (isfinite(record->duration_ms) && record->duration_ms > 0) {
        page_show_duration(page->style, record->duration_ms, text, sizeof text);
        READ_ADD(&line, "%s%s", line.at > 0 ? " in " : "", text);
    }
    if (page_some(record->first_frame) && record->last_frame == record->first_frame)
        READ_ITEM(&line, "frame %" PRId64 " of the file", record->first_frame);
    else if (page_some(record->first_frame) && page_some(record->last_frame))
        READ_ITEM(&line, "frames %" PRId64 " to %" PRId64 " of the file", record->first_frame,
                  record->last_frame);
    if (line.at > 0)
        page_put_fact(page, TONE_PLAIN, "capture", line.text);
}

void connection_page(const struct connection_record *record, const struct style *style,
                     FILE *stream)
{
    struct page page = {.style = style, .stream = stream, .record = record};

    put_title(record, &page);
    put_ladder(record, &page);
    handshake_show_options(record->offered, record->answered, record->in_effect, style, stream);
    connection_put_ends(record, style, stream);
    put_isns(record, &page);
    put_rtt(record, &page);
    put_connect(record, &page);
    put_copies(record, &page);
    put_answer(record, &page);
    put_data(record, &page);
    put_ending(record, &page);
    if (record->findings.count > 0)
        fprintf(stream, "\n%*sfindings\n", PAGE_INDENT, "");
    page_put_findings(&page, record->findings);
    fputc('\n', stream);
    page_put_verdict(&page, 0, record->verdict, record->reason, record->unmet);
}
