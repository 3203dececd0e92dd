/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The summary of a series of round trips as people read it. */
#include "report/rtt_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/page.h"
#include "report/records.h"
#include "report/rtt_parts.h"

/* From so many round trips on a picture says more than the figures. */
#define HISTOGRAM_LEAST 5

/* ---- counts ---- */

static void append_count(char *text, size_t size, size_t *at, int64_t count, const char *word)
{
    if (page_some(count))
        text_append(text, size, at, ", %" PRId64 " %s", count, word);
}

/* The ways on which probes were lost: "3 SYNs on the way there, 1 answer on the way back, 1
 * unknown", or in `brief` "3 there, 1 back, 1 unknown". */
static void append_lost(const struct rtt_record *record, bool brief, char *text, size_t size,
                        size_t *at)
{
    const struct {
        int64_t count;
        const char *brief, *one, *many;
    } ways[] = {
        {record->lost_forward, "there", "SYN on the way there", "SYNs on the way there"},
        {record->lost_reverse, "back", "answer on the way back", "answers on the way back"},
        {record->lost_unknown, "unknown", "unknown", "unknown"},
    };
    size_t begin = *at;
    if (page_some(record->lost) && record->lost_unknown == record->lost) {
        text_append(text, size, at, "direction unknown");
        return;
    }
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (page_some(ways[i].count))
            text_append(text, size, at, "%s%" PRId64 " %s", *at > begin ? ", " : "", ways[i].count,
                        brief                ? ways[i].brief
                        : ways[i].count == 1 ? ways[i].one
                                             : ways[i].many);
}

/* "10 sent: 8 answered, 1 late, 1 lost (10 %)"; in `brief` with the ways, "(10 %: 1 there)". */
static void append_counts(const struct rtt_record *record, bool brief, char *text, size_t size,
                          size_t *at)
{
    char percent[RTT_TEXT_SIZE];
    text_append(text, size, at, "%" PRId64 " sent", record->sent);
    if (page_some(record->sent)) {
        text_append(text, size, at, ": %" PRId64 " answered", record->answered);
        append_count(text, size, at, record->refused, outcome_word(OUTCOME_REFUSED));
        append_count(text, size, at, record->unreachable, outcome_word(OUTCOME_UNREACHABLE));
        append_count(text, size, at, record->ambiguous, outcome_word(OUTCOME_AMBIGUOUS));
        append_count(text, size, at, record->late, outcome_word(OUTCOME_LATE));
        text_append(text, size, at, ", %" PRId64 " lost", record->lost);
        rtt_show_percent(record->loss_percent, percent);
        if (page_some(record->lost)) {
            text_append(text, size, at, " (%s", percent);
            if (brief) {
                text_append(text, size, at, ": ");
                append_lost(record, true, text, size, at);
            }
            text_append(text, size, at, ")");
        }
    }
    append_count(text, size, at, record->unsent, outcome_word(OUTCOME_UNSENT));
}

/* Why there is not one round trip. */
static const char *why_none(const struct rtt_record *record)
{
    if (!page_some(record->sent)) /* what is interrupted is unsent, too, though its SYN is out */
        return page_some(record->unsent) ? "no probe came to its end" : "nothing was sent";
    if (record->rtt_source)
        return record->rtt_source;
    if (page_some(record->ambiguous))
        return "no answer could be told to belong to one SYN alone";
    if (page_some(record->late))
        return "no answer came in time";
    if (page_some(record->unreachable))
        return "no SYN reached the server";
    return page_some(record->answered) || page_some(record->refused)
               ? "no answer has a time from the capture"
               : "no SYN was answered";
}

/* ---- a whole page ---- */

static void put_times(struct page *page, const struct rtt_record *record)
{
    char text[512], duration[RTT_TEXT_SIZE];
    size_t at = 0;
    if (!page_some(record->n)) {
        text_append(text, sizeof text, &at, "none: %s", why_none(record));
        page_put_fact(page, TONE_WARN, "RTT", text);
    } else if (record->n == 1) {
        page_show_duration(page->style, record->min_ms, duration, sizeof duration);
        text_append(text, sizeof text, &at, "%s, a single round trip", duration);
        if (record->rtt_source)
            text_append(text, sizeof text, &at, ", %s", record->rtt_source);
        page_put_fact(page, TONE_PLAIN, "RTT", text);
    } else if (record->rtt_source) {
        page_put_fact(page, TONE_PLAIN, "RTT", record->rtt_source);
    }
    if (isfinite(record->dns_ms) && record->dns_ms > 0) {
        page_show_duration(page->style, record->dns_ms, duration, sizeof duration);
        page_put_fact(page, TONE_PLAIN, "DNS", duration);
    }
    if (page->style->verbose > 0 && isfinite(record->duration_ms)) {
        page_show_duration(page->style, record->duration_ms, duration, sizeof duration);
        page_put_fact(page, TONE_PLAIN, "duration", duration);
    }
}

static void put_facts(struct page *page)
{
    const struct rtt_record *record = page->record;
    char text[512];
    size_t at = 0;
    append_counts(record, false, text, sizeof text, &at);
    page_put_fact(page, TONE_PLAIN, "probes", text);
    at = 0;
    append_lost(record, false, text, sizeof text, &at);
    if (at > 0)
        page_put_fact(page, TONE_BAD, "lost", text);
    if (page_some(record->duplicates)) {
        at = 0;
        text_append(text, sizeof text, &at, "%" PRId64 " duplicate answer%s", record->duplicates,
                    record->duplicates == 1 ? "" : "s");
        page_put_fact(page, TONE_WARN, "besides", text);
    }
    if (record->from) {
        at = 0;
        page_append_answer(text, sizeof text, &at, record->from, record->family, record->ttl,
                           record->hops);
        page_put_fact(page, TONE_PLAIN, "answer", text);
    }
    put_times(page, record);
    if (page_some(record->capture_dropped)) {
        at = 0;
        text_append(text, sizeof text, &at,
                    "missed %" PRId64 " packet%s: probes counted as lost may have been answered",
                    record->capture_dropped, record->capture_dropped == 1 ? "" : "s");
        page_put_fact(page, TONE_WARN, "capture", text);
    }
}

static void put_page(struct page *page)
{
    const struct rtt_record *record = page->record;
    const struct page_title title = {
        .command = record->command ? record->command : "rtt",
        .target = record->target,
        .address = record->address,
        .addresses = record->addresses,
        .interface = record->interface,
        .mode = record->mode,
        .time = record->time,
    };
    page_put_title(page, &title);
    put_facts(page);
    if (page_some(record->n) && record->n > 1)
        rtt_put_figures(record, page->style, page->stream);
    if (page_some(record->n) && record->n >= HISTOGRAM_LEAST)
        rtt_put_histogram(record, page->style, page->stream);
    rtt_put_flows(record, page->style, page->stream);
    fputc('\n', page->stream);
    page_put_verdict(page, 0, record->verdict, record->reason, record->unmet);
}

/* ---- a few lines ---- */

static void append_figure(const struct page *page, char *text, size_t size, size_t *at,
                          const char *name, double ms, unsigned figures)
{
    char value[RTT_TEXT_SIZE];
    rtt_show_time(page->style, ms, figures, true, value);
    /* A no-break space: value and unit stay together. */
    char *blank = strchr(value, ' ');
    if (!blank)
        return;
    *blank = '\0';
    text_append(text, size, at, "%s%s\u00a0%s\u00a0%s", *at > 0 ? ", " : "", name, value,
                blank + 1);
}

static void append_figures(const struct page *page, char *text, size_t size, size_t *at)
{
    const struct rtt_record *record = page->record;
    unsigned figures = rtt_figures(record->min_ms, record->max_ms);
    if (record->n == 1) {
        append_figure(page, text, size, at, "RTT", record->min_ms, 3);
        return;
    }
    const struct {
        const char *name;
        double ms;
        unsigned figures;
    } all[] = {
        {"min", record->min_ms, figures}, {"p50", record->p50_ms, figures},
        {"p95", record->p95_ms, figures}, {"max", record->max_ms, figures},
        {"mdev", record->mdev_ms, 3},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        append_figure(page, text, size, at, all[i].name, all[i].ms, all[i].figures);
    text_append(text, size, at, ", n\u00a0%" PRId64, record->n);
}

static void put_line(const struct page *page, enum tone tone, const char *text)
{
    style_spaces(page->stream, PAGE_INDENT);
    style_wrap_tone(page->style, page->stream, tone, PAGE_INDENT, 2 * PAGE_INDENT, text);
}

static void put_short(const struct page *page)
{
    const struct rtt_record *record = page->record;
    char text[1024];
    size_t at = 0;
    text_append(text, sizeof text, &at, "%s", record->target ? record->target : "");
    page_append_address(text, sizeof text, &at, record->target, record->address, record->addresses);
    /* Tones end with each line: only the target is bold. */
    fputs(style_tone(page->style, TONE_BOLD), page->stream);
    size_t column = style_put(page->style, page->stream, text, at);
    fputs(style_tone(page->style, TONE_PLAIN), page->stream);
    at = 0;
    append_counts(record, true, text, sizeof text, &at);
    append_count(text, sizeof text, &at, record->duplicates,
                 record->duplicates == 1 ? "duplicate" : "duplicates");
    append_count(text, sizeof text, &at, record->capture_dropped, "missed by the capture");
    /* Below a long target where little room is left beside it. */
    if (column + 30 > page->style->width) {
        fputc('\n', page->stream);
        put_line(page, TONE_PLAIN, text);
    } else {
        style_spaces(page->stream, 2);
        style_wrap(page->style, page->stream, column + 2, 2 * PAGE_INDENT, text);
    }
    at = 0;
    if (page_some(record->n)) {
        append_figures(page, text, sizeof text, &at);
        put_line(page, TONE_PLAIN, text);
    } else if (page_some(record->sent)) {
        text_append(text, sizeof text, &at, "no round trip: %s", why_none(record));
        put_line(page, TONE_WARN, text);
    }
    page_put_verdict(page, PAGE_INDENT, record->verdict, record->reason, record->unmet);
}

void rtt_show(const void *record, const struct style *style, struct output *output)
{
    struct page page = {.style = style, .stream = output->stream, .record = record};
    const struct rtt_record *rtt = record;
    if (rtt->alone || style->verbose > 0)
        put_page(&page);
    else
        put_short(&page);
}
