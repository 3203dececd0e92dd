/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit of initial sequence numbers as people read it: the page, from verdict to advice. */
#include "report/isn_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/isn_text_parts.h"

bool isn_text_is(const char *answer, const char *word)
{
    return answer && strcmp(answer, word) == 0;
}

static enum tone severity_tone(enum isn_severity severity)
{
    switch (severity) {
    case ISN_SEVERITY_GOOD:
        return TONE_GOOD;
    case ISN_SEVERITY_HIGH:
    case ISN_SEVERITY_CRITICAL:
        return TONE_BAD;
    case ISN_SEVERITY_UNKNOWN:
    case ISN_SEVERITY_MEDIUM:
        return TONE_WARN;
    case ISN_SEVERITY_INFO:
    case ISN_SEVERITY_COUNT:
        break;
    }
    return TONE_BOLD;
}

static void put_verdict(const struct page *page)
{
    const struct isn_record *record = page->record;
    char reason[ISN_REASON_SIZE];
    isn_reason(record, reason, sizeof reason);
    if (reason[0] == '\0') {
        page_put_verdict(page, 0, record->verdict, record->reason, record->unmet);
        return;
    }
    enum isn_severity severity = isn_words_severity(record->severity);
    fprintf(page->stream, "%s%s:%s ", style_tone(page->style, severity_tone(severity)),
            isn_severity_word(severity), style_tone(page->style, TONE_PLAIN));
    style_put(page->style, page->stream, reason, strlen(reason));
    fputc('\n', page->stream);
    if (record->unmet) {
        fprintf(page->stream, "%snot met:%s ", style_tone(page->style, TONE_BAD),
                style_tone(page->style, TONE_PLAIN));
        style_put(page->style, page->stream, record->unmet, strlen(record->unmet));
        fputc('\n', page->stream);
    }
}

/* ---- what was sampled ---- */

static void put_target(struct page *page)
{
    const struct isn_record *record = page->record;
    char text[ISN_TEXT_SIZE];
    size_t at = 0;
    if (!record->address && !record->from && !record->interface)
        return;
    text_append(text, sizeof text, &at, "%s", record->target ? record->target : record->address);
    page_append_address(text, sizeof text, &at, record->target, record->address, record->addresses);
    if (record->interface)
        text_append(text, sizeof text, &at, " via %s", record->interface);
    if (record->second_source)
        text_append(text, sizeof text, &at, ", also asked from %s", record->second_source);
    if (record->from) {
        text_append(text, sizeof text, &at, ", answers ");
        page_append_answer(text, sizeof text, &at, record->from, record->family, record->ttl,
                           record->hops);
    }
    if (record->time && page->style->verbose > 0)
        text_append(text, sizeof text, &at, ", at %s", record->time);
    page_put_fact(page, TONE_PLAIN, "target", text);
}

static void put_samples(struct page *page)
{
    const struct isn_record *record = page->record;
    const struct isn_rtt_record *rtt = record->rtt_us;
    char text[ISN_TEXT_SIZE], figure[ISN_FIGURE_SIZE];
    size_t at = 0;
    text_append(text, sizeof text, &at, "%" PRId64 " number%s", record->n,
                record->n == 1 ? "" : "s");
    if (isfinite(record->duration_s) && record->n > 1) {
        page_show_duration(page->style, record->duration_s * 1e3, figure, sizeof figure);
        text_append(text, sizeof text, &at, " in %s", figure);
    }
    if (record->n > 1 && record->n_varying == record->n)
        text_append(text, sizeof text, &at, ", each of another port");
    else if (record->n > 1 && record->n_fixed == record->n)
        text_append(text, sizeof text, &at, ", all of one address and port");
    else if (page_some(record->n_fixed) || page_some(record->n_varying))
        text_append(text, sizeof text, &at,
                    ": %" PRId64 " of one address and port again and again, %" PRId64
                    " of ever new ones",
                    record->n_fixed, record->n_varying);
    if (record->n_fixed != RECORD_UNKNOWN && record->n_varying != RECORD_UNKNOWN &&
        record->n > record->n_fixed + record->n_varying)
        text_append(text, sizeof text, &at, ", %" PRId64 " of others that came again",
                    record->n - record->n_fixed - record->n_varying);
    if (record->lost != RECORD_UNKNOWN && page_some(record->sent))
        text_append(text, sizeof text, &at, "; %" PRId64 " of %" PRId64 " SYNs lost", record->lost,
                    record->sent);
    else if (page_some(record->gaps))
        text_append(text, sizeof text, &at, "; %" PRId64 " gap%s", record->gaps,
                    record->gaps == 1 ? "" : "s");
    if (rtt && isfinite(rtt->q50)) {
        page_show_duration(page->style, rtt->q50 / 1e3, figure, sizeof figure);
        text_append(text, sizeof text, &at, "; median RTT %s", figure);
    }
    page_put_fact(page, TONE_PLAIN, "samples", text);
}

/* What is told of the host itself stands beside what stands in front of it. */
static bool is_of_host(const struct isn_front_record *front)
{
    return isn_text_is(front->kind, "timestamps") || isn_text_is(front->kind, "ip-id");
}

static void put_whose(struct page *page)
{
    const struct isn_record *record = page->record;
    const struct isn_front_record *front = record->front.items;
    char text[ISN_TEXT_SIZE];
    bool between = false;
    for (size_t i = 0; i < record->front.count; i++)
        between = between || !is_of_host(&front[i]);
    if (record->whose)
        page_put_fact(page, between ? TONE_WARN : TONE_PLAIN, "whose", record->whose);
    for (size_t i = 0; i < record->front.count; i++) {
        size_t at = 0;
        if (is_of_host(&front[i]) && page->style->verbose == 0)
            continue;
        text_append(text, sizeof text, &at, "%s: %s", front[i].kind ? front[i].kind : "?",
                    front[i].detail ? front[i].detail : "?");
        page_put_fact(page, TONE_PLAIN, is_of_host(&front[i]) ? "host" : "in front", text);
    }
    if (page_some(record->capture_dropped)) {
        size_t at = 0;
        text_append(text, sizeof text, &at, "missed %" PRId64 " packet%s", record->capture_dropped,
                    record->capture_dropped == 1 ? "" : "s");
        page_put_fact(page, TONE_WARN, "capture", text);
    }
}

/* ---- advice, findings ---- */

static void put_advice(struct page *page, const struct isn_words *words)
{
    const struct isn_record *record = page->record;
    enum isn_severity severity = isn_words_severity(record->severity);
    page->facts = false;
    page_put_fact(page, TONE_PLAIN, "advice", words->mend);
    if (severity == ISN_SEVERITY_HIGH || severity == ISN_SEVERITY_CRITICAL)
        page_put_fact(page, TONE_PLAIN, "meanwhile", isn_words_shield);
    page_put_fact(page, TONE_PLAIN, "see", words->reference);
}

static void put_findings(const struct page *page)
{
    const struct isn_record *record = page->record;
    const struct finding_record *findings = record->findings.items;
    if (record->findings.count > 0)
        fprintf(page->stream, "\n%*sfindings\n", PAGE_INDENT, "");
    for (size_t i = 0; i < record->findings.count; i++) {
        char text[ISN_TEXT_SIZE];
        size_t at = 0;
        text_append(text, sizeof text, &at, "%s %s: %s", findings[i].severity, findings[i].id,
                    findings[i].text ? findings[i].text : "");
        style_spaces(page->stream, PAGE_INDENT);
        style_wrap(page->style, page->stream, PAGE_INDENT, PAGE_INDENT + 2, text);
    }
}

static void put_reading(struct page *page)
{
    page->facts = false;
    page_put_fact(
        page, TONE_DIM, "reading",
        "RFC 6528 3: number = M + F(addresses, ports, secret); M is a clock, F a hash. Of "
        "one address and port F stays and M shows; of ever new ones F shows.");
    page_put_fact(
        page, TONE_DIM, "",
        "\"by chance\": how likely numbers without any structure look like that, all that "
        "was tried taken into account. A class needs 1 in 10^8.");
    page_put_fact(
        page, TONE_DIM, "",
        "cost: spoofed packets until the chance of a hit is 50 %, the SYN included, judged "
        "on numbers that the prediction had not seen.");
    page_put_fact(page, TONE_DIM, "",
                  "certified: collision entropy, at 95 %, from how often numbers repeat: more "
                  "numbers certify more bits; it is no estimate of the server's.");
}

void isn_text(const void *record, const struct style *style, struct output *output)
{
    const struct isn_record *isn = record;
    struct page page = {.style = style, .stream = output->stream, .record = record};
    enum isn_class class = isn_words_class(isn->class);
    put_verdict(&page);
    if (class == ISN_CLASS_COUNT) {
        put_findings(&page);
        return;
    }
    const struct isn_words *words = isn_words(class);
    put_target(&page);
    put_samples(&page);
    put_whose(&page);
    page_put_fact(&page, TONE_PLAIN, "means", words->meaning);
    if (isn->why && class != ISN_CLASS_INCONCLUSIVE) /* else it is in the verdict */
        page_put_fact(&page, TONE_WARN, "why", isn->why);
    isn_text_put_evidence(&page);
    page.facts = false;
    isn_text_put_found(&page);
    isn_text_put_cost(&page);
    page.facts = false;
    isn_text_put_power(&page);
    isn_text_put_besides(&page);
    if (style->verbose > 0 || style->explain)
        isn_text_put_battery(&page);
    put_findings(&page);
    put_advice(&page, words);
    if (style->explain)
        put_reading(&page);
}
