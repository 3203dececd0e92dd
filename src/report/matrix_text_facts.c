/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a climb saw beside the rows of its matrix, as facts of its page. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/isn_figures.h"
#include "report/matrix_text.h"
#include "report/matrix_text_parts.h"

/* Repeats of a SYN,ACK whose times are told, unless style->verbose. */
#define REPEATS_MOST 8

static void put(struct page *page, enum tone tone, const char *label,
                const struct matrix_text_line *line)
{
    if (line->at > 0)
        page_put_fact(page, tone, label, line->text);
}

/* ---- the SYN,ACKs ---- */

static void put_syn_ack(struct page *page)
{
    const struct matrix_record *record = page->record;
    struct matrix_text_line line = {.at = 0};

    if (record->layout)
        MATRIX_PART(&line, "%s, to Linux' set of options", record->layout);
    if (record->mss_bytes != RECORD_UNKNOWN)
        MATRIX_PART(&line, "MSS %" PRId64, record->mss_bytes);
    if (record->wscale_shift != RECORD_UNKNOWN)
        MATRIX_PART(&line, "window scale %" PRId64, record->wscale_shift);
    if (record->window != RECORD_UNKNOWN)
        MATRIX_PART(&line, "window %" PRId64, record->window);
    put(page, TONE_PLAIN, "SYN,ACK", &line);
}

static void add_ip_id(struct matrix_text_line *line, const struct header_record *header)
{
    char figure[ISN_FIGURE_SIZE];

    if (!header->ip_id)
        return;
    MATRIX_PART(line, "IP ID %s", header->ip_id);
    if (isfinite(header->ip_id_step)) {
        isn_show_number(header->ip_id_step, figure);
        MATRIX_ADD(line, ", %s apart", figure);
    }
    if (isfinite(header->ip_id_foreign_per_s)) {
        isn_show_number(header->ip_id_foreign_per_s, figure);
        MATRIX_ADD(line, ", %s packets a second to others", figure);
    }
}

static bool is_number(const char *text, int64_t number)
{
    char digits[32];

    snprintf(digits, sizeof digits, "%" PRId64, number);
    return matrix_text_is(text, digits);
}

static void put_header(struct page *page)
{
    const struct matrix_record *record = page->record;
    const struct header_record *header = record->header;
    struct matrix_text_line line = {.at = 0};
    bool odd;

    if (!header)
        return;
    odd = page_some(header->ttl_others) ||
          (header->reserved && !matrix_text_is(header->reserved, "none"));
    if (header->ttl != RECORD_UNKNOWN) {
        MATRIX_PART(&line, "%s %" PRId64,
                    matrix_text_is(record->family, "IPv6") ? "hop limit" : "TTL", header->ttl);
        if (page_some(header->ttl_others) && header->n != RECORD_UNKNOWN)
            MATRIX_ADD(&line, ", another in %" PRId64 " of %" PRId64, header->ttl_others,
                       header->n);
    }
    if (header->windows)
        MATRIX_PART(&line, "%s %s", strchr(header->windows, ',') ? "windows" : "window",
                    header->windows);
    if (header->window_bare != RECORD_UNKNOWN && !is_number(header->windows, header->window_bare))
        MATRIX_PART(&line, "%" PRId64 " without options", header->window_bare);
    if (header->df)
        MATRIX_PART(&line, "DF %s", header->df);
    add_ip_id(&line, header);
    if (header->flow_label)
        MATRIX_PART(&line, "flow label %s", header->flow_label);
    if (page_some(header->traffic_class))
        MATRIX_PART(&line, "%s 0x%02" PRIx64,
                    matrix_text_is(record->family, "IPv6") ? "traffic class" : "TOS",
                    (uint64_t)header->traffic_class);
    if (header->reserved)
        MATRIX_PART(&line, "reserved bits %s", header->reserved);
    put(page, odd ? TONE_WARN : TONE_PLAIN, "header", &line);
}

/* ---- the timestamps' clock ---- */

static void add_samples(struct matrix_text_line *line, const struct ts_clock_record *clock)
{
    char figure[ISN_FIGURE_SIZE];

    if (clock->n == RECORD_UNKNOWN)
        return;
    MATRIX_PART(line, "%" PRId64 " timestamp%s", clock->n, clock->n == 1 ? "" : "s");
    if (isfinite(clock->span_s)) {
        isn_show_number(clock->span_s, figure);
        MATRIX_ADD(line, " in %s s", figure);
    }
}

/* "+0.31", "-3220". */
static void show_ppm(double ppm, char text[ISN_FIGURE_SIZE])
{
    snprintf(text, ISN_FIGURE_SIZE, fabs(ppm) < 99.5 ? "%+.2g" : "%+.0f", ppm);
}

/* What may as well be none is not told as a figure. */
static void add_skew(struct matrix_text_line *line, const struct ts_clock_record *clock)
{
    double low = clock->skew_low_ppm, high = clock->skew_high_ppm;
    char skew[ISN_FIGURE_SIZE], from[ISN_FIGURE_SIZE], to[ISN_FIGURE_SIZE];

    if (!isfinite(clock->skew_ppm))
        return;
    show_ppm(clock->skew_ppm, skew);
    show_ppm(low, from);
    show_ppm(high, to);
    if (!isfinite(low) || !isfinite(high))
        MATRIX_ADD(line, ", skew %s ppm", skew);
    else if (low <= 0 && high >= 0)
        MATRIX_ADD(line, ", no skew to be seen (95 %%: %s to %s ppm)", from, to);
    else
        MATRIX_ADD(line, ", skew %s ppm (95 %%: %s to %s)", skew, from, to);
}

static void add_rate(struct matrix_text_line *line, const struct ts_clock_record *clock)
{
    char figure[ISN_FIGURE_SIZE];

    isn_show_within(clock->rate_hz, clock->rate_low_hz, clock->rate_high_hz, figure);
    if (!figure[0]) {
        MATRIX_PART(line, "runs");
        return;
    }
    MATRIX_PART(line, "%s Hz", figure);
    if (isfinite(clock->rate_low_hz) && isfinite(clock->rate_high_hz)) {
        isn_show_within(clock->rate_low_hz, clock->rate_low_hz, clock->rate_high_hz, figure);
        MATRIX_ADD(line, " (95 %%: %s", figure);
        isn_show_within(clock->rate_high_hz, clock->rate_low_hz, clock->rate_high_hz, figure);
        MATRIX_ADD(line, " to %s)", figure);
    }
    if (!isfinite(clock->nominal_hz))
        return;
    isn_show_number(clock->nominal_hz, figure);
    MATRIX_PART(line, "nominally %s", figure);
    if (clock->nominal_of)
        MATRIX_ADD(line, " (%s)", clock->nominal_of);
    add_skew(line, clock);
}

const char *matrix_uptime_show(double seconds, char text[MATRIX_UPTIME_SIZE])
{
    static const struct {
        double seconds;
        const char *unit;
    } units[] = {{86400, "days"}, {3600, "hours"}, {60, "minutes"}};
    size_t at = 0;

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (seconds >= 2 * units[i].seconds) {
            text_append(text, MATRIX_UPTIME_SIZE, &at, "%.1f %s", seconds / units[i].seconds,
                        units[i].unit);
            return text;
        }
    text_append(text, MATRIX_UPTIME_SIZE, &at, "%.0f s", seconds);
    return text;
}

static void put_offset(struct page *page, const struct ts_clock_record *clock)
{
    struct matrix_text_line line = {.at = 0};
    char text[MATRIX_UPTIME_SIZE];

    if (matrix_text_is(clock->offset, "each"))
        MATRIX_PART(&line, "each connection has its own: no uptime is to be had from it");
    else if (matrix_text_is(clock->offset, "groups"))
        MATRIX_PART(&line, "several are shared: so many hosts answer, or clocks of one");
    else if (matrix_text_is(clock->offset, "shared"))
        MATRIX_PART(&line, "all connections share one");
    else
        return;
    if (page_some(clock->connections))
        MATRIX_ADD(&line, " (%" PRId64 " compared)", clock->connections);
    put(page, TONE_PLAIN, "offset", &line);
    if (!matrix_text_is(clock->offset, "shared") || !isfinite(clock->uptime_s))
        return;
    line.at = 0;
    MATRIX_ADD(&line, "%s, if the clock began at 0", matrix_uptime_show(clock->uptime_s, text));
    if (isfinite(clock->wrap_s)) {
        MATRIX_PART(&line, "or longer by a multiple of %s",
                    matrix_uptime_show(clock->wrap_s, text));
    }
    put(page, TONE_PLAIN, "uptime", &line);
}

static void put_clock(struct page *page)
{
    const struct ts_clock_record *clock = ((const struct matrix_record *)page->record)->clock;
    struct matrix_text_line line = {.at = 0};
    char figure[ISN_FIGURE_SIZE];

    if (!clock || !clock->kind || matrix_text_is(clock->kind, "none"))
        return;
    if (matrix_text_is(clock->kind, "runs")) {
        add_rate(&line, clock);
    } else if (matrix_text_is(clock->kind, "still")) {
        MATRIX_PART(&line, "stands still: timestamps are always the same");
        isn_show_number(clock->rate_high_hz, figure);
        if (figure[0])
            MATRIX_ADD(&line, ", or slower than %s Hz", figure);
    } else if (matrix_text_is(clock->kind, "irregular")) {
        MATRIX_PART(&line, "no clock explains the timestamps");
    } else {
        MATRIX_PART(&line, "too few timestamps to tell");
    }
    add_samples(&line, clock);
    if (clock->low_bits_frozen)
        MATRIX_PART(&line, "the lowest bits stand still");
    put(page, clock->low_bits_frozen ? TONE_WARN : TONE_PLAIN, "clock", &line);
    put_offset(page, clock);
}

/* ---- who answers ---- */

static void put_says(struct page *page, const char *label, const char *says, const char *why)
{
    struct matrix_text_line line = {.at = 0};

    if (!says)
        return;
    MATRIX_ADD(&line, "%s", says);
    if (why && *why)
        MATRIX_ADD(&line, ": %s", why);
    put(page, matrix_text_is(says, "yes") ? TONE_WARN : TONE_PLAIN, label, &line);
}

/* ---- the SYN,ACK again ---- */

static void put_repeats(struct page *page)
{
    const struct repeats_record *repeats = ((const struct matrix_record *)page->record)->repeats;
    const struct repeat_record *list;
    struct matrix_text_line line = {.at = 0};
    size_t most = page->style->verbose > 0 ? SIZE_MAX : REPEATS_MOST;

    if (!repeats)
        return;
    list = repeats->repeats.items;
    if (!repeats->answered) {
        page_put_fact(page, TONE_WARN, "repeats", "the SYN that was to show them had no answer");
        return;
    }
    if (page_some(repeats->count))
        MATRIX_ADD(&line, "the SYN,ACK came again %" PRId64 " time%s", repeats->count,
                   repeats->count == 1 ? "" : "s");
    else
        MATRIX_ADD(&line, "the SYN,ACK did not come again");
    if (isfinite(repeats->held_ms))
        MATRIX_ADD(&line, " in %.0f ms", repeats->held_ms);
    for (size_t i = 0; i < repeats->repeats.count && i < most; i++)
        MATRIX_ADD(&line, "%s%.0f", i == 0 ? "; gaps in ms: " : ", ", list[i].gap_ms);
    if (repeats->repeats.count > most)
        MATRIX_ADD(&line, ", %zu more (-v)", repeats->repeats.count - most);
    if (isfinite(repeats->ratio))
        MATRIX_PART(&line, "%s%sratio %.2f", repeats->growth ? repeats->growth : "",
                    repeats->growth ? ", " : "", repeats->ratio);
    if (isfinite(repeats->reset_ms))
        MATRIX_PART(&line, "RST after %.0f ms", repeats->reset_ms);
    else
        MATRIX_PART(&line, "no RST");
    if (!repeats->finished)
        MATRIX_PART(&line, "more may follow (--patience)");
    put(page, TONE_PLAIN, "repeats", &line);
}

/* ---- open connections ---- */

static void put_checks(struct page *page)
{
    const struct record_list list = ((const struct matrix_record *)page->record)->checks;
    const struct check_record *checks = list.items;
    struct matrix_text_line line = {.at = 0};

    for (unsigned outcome = 0; outcome < MATRIX_TEXT_CHECK_COUNT; outcome++) {
        bool first = true, mute = false;

        for (size_t i = 0; i < list.count; i++) {
            if (matrix_text_outcome(checks[i].outcome) != (enum matrix_text_outcome)outcome)
                continue;
            if (first)
                MATRIX_PART(&line, "%s: ", matrix_text_outcomes[outcome].word);
            MATRIX_ADD(&line, "%s%s", first ? "" : ", ", checks[i].check ? checks[i].check : "?");
            mute |= checks[i].detail && strstr(checks[i].detail, "--send");
            first = false;
        }
        if (mute)
            MATRIX_ADD(&line, " (--send makes the peer speak)");
    }
    put(page, TONE_PLAIN, "checks", &line);
    for (size_t i = 0; i < list.count; i++) {
        enum matrix_text_outcome outcome = matrix_text_outcome(checks[i].outcome);

        if (outcome != MATRIX_TEXT_CHECK_FAILS && outcome != MATRIX_TEXT_CHECK_ONE_SIDED)
            continue;
        line.at = 0;
        MATRIX_ADD(&line, "%s %s%s%s", checks[i].check ? checks[i].check : "?", checks[i].outcome,
                   checks[i].detail ? ": " : "", checks[i].detail ? checks[i].detail : "");
        put(page, matrix_text_outcome_tone(checks[i].outcome), "", &line);
    }
}

/* ---- what routers quoted ---- */

/* Whether two say the same of another offer. */
static bool same_place(const struct quoted_record *a, const struct quoted_record *b)
{
    return a->hop == b->hop && matrix_text_is(a->state, b->state ? b->state : "") &&
           (a->from == b->from || (a->from && matrix_text_is(b->from, a->from)));
}

static void put_quoted(struct page *page)
{
    const struct record_list list = ((const struct matrix_record *)page->record)->quoted;
    const struct quoted_record *quoted = list.items;
    const char *label = "routers";

    for (size_t i = 0; i < list.count; i++) {
        struct matrix_text_line line = {.at = 0};
        bool whole = matrix_text_is(quoted[i].state, "whole"), told = false;

        for (size_t j = 0; j < i; j++)
            told = told || same_place(&quoted[j], &quoted[i]);
        if (told)
            continue;
        MATRIX_ADD(&line, "%s", quoted[i].state ? quoted[i].state : "?");
        if (quoted[i].hop != RECORD_UNKNOWN)
            MATRIX_ADD(&line, " %s hop %" PRId64, whole ? "up to" : "from", quoted[i].hop);
        if (quoted[i].from)
            MATRIX_ADD(&line, " (%s)", quoted[i].from);
        for (size_t j = i; j < list.count; j++)
            if (j == i || same_place(&quoted[j], &quoted[i]))
                MATRIX_ADD(&line, "%s%s", j == i ? ": " : ", ",
                           quoted[j].offer ? quoted[j].offer : "?");
        put(page, whole ? TONE_PLAIN : TONE_WARN, label, &line);
        label = "";
    }
}

void matrix_text_put_facts(struct page *page)
{
    const struct matrix_record *record = page->record;

    put_syn_ack(page);
    put_header(page);
    put_clock(page);
    put_says(page, "cookies", record->cookies, record->cookies_why);
    put_says(page, "proxy", record->proxy, record->proxy_why);
    put_repeats(page);
    put_checks(page);
    put_quoted(page);
}
