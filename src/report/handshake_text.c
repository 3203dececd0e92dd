/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a handshake for people: around the ladder the options, what was measured, the
 * findings, the verdict. */
#include "report/handshake_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/handshake_options.h"
#include "report/ladder.h"
#include "report/page.h"

/* Received data is shown up to this many lines, or all with style->verbose. */
#define RECEIVED_LINES 12

static void show_duration(const struct page *page, double ms, char *text, size_t size)
{
    page_show_duration(page->style, ms, text, size);
}

/* ---- what was measured ---- */

static void put_isns(struct page *page)
{
    const struct handshake_record *record = page->record;
    char text[160];
    size_t at = 0;
    if (record->isn_client == RECORD_UNKNOWN)
        return;
    text_append(text, sizeof text, &at, "client %" PRId64 " (0x%08" PRIx64 ")", record->isn_client,
                (uint64_t)record->isn_client);
    if (record->isn_server != RECORD_UNKNOWN)
        text_append(text, sizeof text, &at, ", server %" PRId64 " (0x%08" PRIx64 ")",
                    record->isn_server, (uint64_t)record->isn_server);
    page_put_fact(page, TONE_PLAIN, "ISN", text);
}

static bool is_verdict(const struct handshake_record *record, enum verdict verdict)
{
    return record->verdict && strcmp(record->verdict, verdict_word(verdict)) == 0;
}

static void put_times(struct page *page)
{
    const struct handshake_record *record = page->record;
    char text[400], duration[32];
    size_t at = 0;
    const char *source = record->rtt_source ? record->rtt_source : "";
    if (isfinite(record->rtt_ms)) {
        show_duration(page, record->rtt_ms, duration, sizeof duration);
        text_append(text, sizeof text, &at, "%s%s%s", duration, *source ? ", " : "", source);
        page_put_fact(page, TONE_PLAIN, "RTT", text);
    } else if (*source && (record->answered || is_verdict(record, VERDICT_FILTERED))) {
        text_append(text, sizeof text, &at, "none: %s", source);
        page_put_fact(page, TONE_PLAIN, "RTT", text);
    }
    /* Without loss or a slow start it is the round trip over again. */
    if (isfinite(record->connect_ms) && !(fabs(record->connect_ms - record->rtt_ms) < 0.001)) {
        show_duration(page, record->connect_ms, duration, sizeof duration);
        at = 0;
        text_append(text, sizeof text, &at,
                    "%s from the first SYN to ESTABLISHED, what connect() would have taken",
                    duration);
        page_put_fact(page, TONE_PLAIN, "connect", text);
    }
    if (isfinite(record->dns_ms) && record->dns_ms > 0) {
        show_duration(page, record->dns_ms, duration, sizeof duration);
        page_put_fact(page, TONE_PLAIN, "DNS", duration);
    }
    if (page->style->verbose > 0 && isfinite(record->duration_ms)) {
        show_duration(page, record->duration_ms, duration, sizeof duration);
        page_put_fact(page, TONE_PLAIN, "duration", duration);
    }
}

static void put_copies(struct page *page)
{
    const struct handshake_record *record = page->record;
    if (record->attempts <= 1 && !page_some(record->lost_forward) &&
        !page_some(record->lost_reverse))
        return;
    char text[200];
    size_t at = 0;
    text_append(text, sizeof text, &at, "%" PRId64 " sent", record->attempts);
    if (record->answered_attempt != RECORD_UNKNOWN)
        text_append(text, sizeof text, &at, ", number %" PRId64 " answered",
                    record->answered_attempt);
    if (record->lost_forward != RECORD_UNKNOWN)
        text_append(text, sizeof text, &at, ", %" PRId64 " lost on the way there",
                    record->lost_forward);
    if (record->lost_reverse != RECORD_UNKNOWN)
        text_append(text, sizeof text, &at, ", %" PRId64 " answer%s lost on the way back",
                    record->lost_reverse, record->lost_reverse == 1 ? "" : "s");
    page_put_fact(page, TONE_PLAIN, "SYNs", text);
}

static void put_answer(struct page *page)
{
    const struct handshake_record *record = page->record;
    if (!record->from)
        return;
    char text[200];
    size_t at = 0;
    page_append_answer(text, sizeof text, &at, record->from, record->family, record->ttl,
                       record->hops);
    if (record->icmp_type != RECORD_UNKNOWN && record->icmp_code != RECORD_UNKNOWN)
        text_append(text, sizeof text, &at, ", ICMP%s type %" PRId64 " code %" PRId64,
                    record->family && strcmp(record->family, "IPv6") == 0 ? "v6" : "",
                    record->icmp_type, record->icmp_code);
    page_put_fact(page, TONE_PLAIN, "answer", text);
}

static void put_facts(struct page *page)
{
    const struct handshake_record *record = page->record;
    char text[200];
    put_isns(page);
    put_times(page);
    put_copies(page);
    put_answer(page);
    if (page_some(record->bytes_sent) || page_some(record->bytes_received)) {
        size_t at = 0;
        if (page_some(record->bytes_sent))
            text_append(
                text, sizeof text, &at, "sent %" PRId64 " bytes, %" PRId64 " of them acknowledged",
                record->bytes_sent, page_some(record->bytes_acked) ? record->bytes_acked : 0);
        if (page_some(record->bytes_received))
            text_append(text, sizeof text, &at, "%sreceived %" PRId64 " bytes", at > 0 ? "; " : "",
                        record->bytes_received);
        page_put_fact(page, TONE_PLAIN, "data", text);
    }
    if (page->style->verbose > 0 && record->guard)
        page_put_fact(page, TONE_PLAIN, "guard", record->guard);
    if (page_some(record->capture_dropped)) {
        snprintf(text, sizeof text, "lost %" PRId64 " packets: the picture may have holes",
                 record->capture_dropped);
        page_put_fact(page, TONE_WARN, "capture", text);
    }
}

/* ---- received data ---- */

/* Bytes of the escaped text up to and with its first line end ("\n" as two characters), or all. */
static size_t line_of(const char *text)
{
    size_t at = 0;
    while (text[at]) {
        if (text[at] == '\\' && text[at + 1]) {
            at += 2;
            if (text[at - 1] == 'n')
                return at;
        } else {
            at++;
        }
    }
    return at;
}

static void put_received(const struct page *page)
{
    const struct handshake_record *record = page->record;
    const char *text = record->received;
    if (!text || !*text)
        return;
    const char *bar = page->style->utf8 ? "│" : "|";
    size_t room = page->style->width > 24 ? page->style->width - PAGE_INDENT - 2 : 20, lines = 0,
           left_out = 0;
    fprintf(page->stream, "\n%*sreceived\n", PAGE_INDENT, "");
    while (*text) {
        size_t line = line_of(text);
        while (line > 0) {
            size_t length = 0;
            /* An escape is not torn: at most four characters, "\xHH". */
            for (size_t columns = 0; length < line && columns < room; columns++)
                length += style_character(text + length) > 0 ? style_character(text + length) : 1;
            for (size_t back = 1; length < line && back < 4 && back < length; back++)
                if (text[length - back] == '\\' && text[length - back - 1] != '\\')
                    length -= back;
            if (page->style->verbose > 0 || lines < RECEIVED_LINES) {
                fprintf(page->stream, "%*s%s%s%s ", PAGE_INDENT, "",
                        style_tone(page->style, TONE_DIM), bar,
                        style_tone(page->style, TONE_PLAIN));
                style_put(page->style, page->stream, text, length);
                fputc('\n', page->stream);
            } else {
                left_out++;
            }
            lines++;
            text += length;
            line -= length;
        }
    }
    if (left_out > 0)
        fprintf(page->stream, "%*s%zu more line%s (-v shows all)\n", PAGE_INDENT, "", left_out,
                left_out == 1 ? "" : "s");
}

static void show_ladder(const struct handshake_record *record, const struct style *style,
                        FILE *stream)
{
    const struct ladder_case ladder = {
        .segments = record->segments.items,
        .segment_count = record->segments.count,
        .stride = sizeof(struct segment_record),
        .steps = record->steps.items,
        .step_count = record->steps.count,
        .client = record->source,
        .client_port = record->source_port,
        .server = record->address,
        .server_port = record->port,
        .silence = is_verdict(record, VERDICT_FILTERED),
        .answered_attempt = record->answered_attempt,
        .lost_forward = record->lost_forward,
        .lost_reverse = record->lost_reverse,
    };
    ladder_show(&ladder, style, stream);
}

void handshake_show(const void *record, const struct style *style, struct output *output)
{
    const struct handshake_record *handshake = record;
    struct page page = {.style = style, .stream = output->stream, .record = record};
    if (handshake->brief) {
        page_put_verdict(&page, 0, handshake->verdict, handshake->reason, handshake->unmet);
        page_put_findings(&page, handshake->findings);
        return;
    }
    const struct page_title title = {
        .command = handshake->command ? handshake->command : "handshake",
        .target = handshake->target,
        .address = handshake->address,
        .addresses = handshake->addresses,
        .interface = handshake->interface,
        .time = handshake->time,
    };
    page_put_title(&page, &title);
    if (handshake->segments.count > 0) {
        fputc('\n', output->stream);
        show_ladder(handshake, style, output->stream);
    }
    handshake_show_options(handshake->offered, handshake->answered, handshake->in_effect, style,
                           output->stream);
    put_facts(&page);
    put_received(&page);
    if (handshake->findings.count > 0)
        fprintf(page.stream, "\n%*sfindings\n", PAGE_INDENT, "");
    page_put_findings(&page, handshake->findings);
    fputc('\n', output->stream);
    page_put_verdict(&page, 0, handshake->verdict, handshake->reason, handshake->unmet);
}
