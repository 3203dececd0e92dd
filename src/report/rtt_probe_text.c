/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One probe of a series as a line. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/page.h"
#include "report/rtt_parts.h"
#include "report/rtt_text.h"

/* The target's column is so wide at least, and grows by steps, so that targets of similar length
 * stand in line though no line knows of the others. */
#define TARGET_MIN  16
#define TARGET_STEP 4
/* "#1000", "RST,ACK", "ttl 255" and "41.2 µs" fit into these. */
#define NUMBER 5
#define ANSWER 7
#define TTL    7
#define TIME   7

static bool is(const struct rtt_probe_record *probe, enum outcome outcome)
{
    return probe->outcome && strcmp(probe->outcome, outcome_word(outcome)) == 0;
}

/* A text in a column, and how much of it is still to be filled before something else follows. */
struct line {
    const struct style *style;
    FILE *stream;
    size_t waiting;
};

static void put_cell(struct line *line, enum tone tone, const char *text, size_t width, bool right)
{
    size_t columns = style_columns(text), fill = width > columns ? width - columns : 0;
    if (columns == 0) {
        line->waiting += width + 2;
        return;
    }
    style_spaces(line->stream, line->waiting + (right ? fill : 0));
    if (tone != TONE_PLAIN)
        fputs(style_tone(line->style, tone), line->stream);
    style_put(line->style, line->stream, text, strlen(text));
    if (tone != TONE_PLAIN)
        fputs(style_tone(line->style, TONE_PLAIN), line->stream);
    line->waiting = 2 + (right ? 0 : fill);
}

static void put_target(struct line *line, const struct rtt_probe_record *probe)
{
    char text[512];
    size_t at = 0, width = TARGET_MIN;
    text_append(text, sizeof text, &at, "%s", probe->target ? probe->target : "");
    page_append_address(text, sizeof text, &at, probe->target, probe->address, RECORD_UNKNOWN);
    while (width < style_columns(text))
        width += TARGET_STEP;
    put_cell(line, TONE_PLAIN, text, width, false);
}

/* An answer that counts: its flags, TTL and time, each in its column. */
static void put_answered(struct line *line, const struct rtt_probe_record *probe)
{
    char ttl[32] = "", time[RTT_TEXT_SIZE];
    size_t at = 0;
    if (probe->ttl != RECORD_UNKNOWN)
        text_append(ttl, sizeof ttl, &at, "ttl %" PRId64, probe->ttl);
    rtt_show_time(line->style, probe->rtt_ms, 3, false, time);
    bool refused = is(probe, OUTCOME_REFUSED);
    put_cell(line, refused ? TONE_BAD : TONE_GOOD, probe->answer ? probe->answer : "answer", ANSWER,
             false);
    put_cell(line, TONE_DIM, ttl, TTL, false);
    put_cell(line, TONE_BOLD, time, TIME, true);
    if (refused)
        put_cell(line, TONE_BAD, probe->outcome, 0, false);
}

static const char *lost_where(const char *lost)
{
    static const struct {
        const char *lost, *where;
    } words[] = {
        {"forward", "SYN, on the way there"},
        {"reverse", "SYN,ACK, on the way back"},
    };
    for (size_t i = 0; lost && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(lost, words[i].lost) == 0)
            return words[i].where;
    return "direction unknown";
}

/* What else came of it: the outcome, then in brackets or behind a colon what is known of it. */
static void put_other(struct line *line, const struct rtt_probe_record *probe)
{
    char text[512];
    size_t at = 0;
    bool lost = is(probe, OUTCOME_LOST), unreachable = is(probe, OUTCOME_UNREACHABLE);
    text_append(text, sizeof text, &at, "%s", probe->outcome ? probe->outcome : "unknown");
    if (lost) {
        text_append(text, sizeof text, &at, " (%s)", lost_where(probe->lost));
    } else if (unreachable) {
        text_append(text, sizeof text, &at, ": %s", probe->answer ? probe->answer : "ICMP error");
        if (probe->from && !strstr(text, probe->from))
            text_append(text, sizeof text, &at, " from %s", probe->from);
    } else {
        if (probe->answer)
            text_append(text, sizeof text, &at, " %s", probe->answer);
        if (probe->rtt_source)
            text_append(text, sizeof text, &at, ": %s", probe->rtt_source);
    }
    put_cell(line, lost || unreachable ? TONE_BAD : TONE_WARN, text, 0, false);
}

static void put_notes(struct line *line, const struct rtt_probe_record *probe)
{
    char text[160];
    size_t at = 0;
    if (page_some(probe->duplicates))
        text_append(text, sizeof text, &at, "%" PRId64 " duplicate%s", probe->duplicates,
                    probe->duplicates == 1 ? "" : "s");
    if (probe->copies != RECORD_UNKNOWN && probe->copies > 1)
        text_append(text, sizeof text, &at, "%s%" PRId64 " SYNs", at > 0 ? ", " : "",
                    probe->copies);
    /* A loss may be that of one flow among others, which its port tells apart. */
    if ((line->style->verbose > 0 || is(probe, OUTCOME_LOST)) &&
        probe->source_port != RECORD_UNKNOWN)
        text_append(text, sizeof text, &at, "%sport %" PRId64, at > 0 ? ", " : "",
                    probe->source_port);
    if (at > 0)
        put_cell(line, page_some(probe->duplicates) ? TONE_WARN : TONE_DIM, text, 0, false);
}

void rtt_probe_show(const void *record, const struct style *style, struct output *output)
{
    const struct rtt_probe_record *probe = record;
    struct line line = {.style = style, .stream = output->stream};
    char number[32];
    size_t at = 0;
    text_append(number, sizeof number, &at, "#%" PRId64, probe->number);
    put_target(&line, probe);
    put_cell(&line, TONE_DIM, number, NUMBER, false);
    if (is(probe, OUTCOME_ANSWERED) || is(probe, OUTCOME_REFUSED))
        put_answered(&line, probe);
    else
        put_other(&line, probe);
    put_notes(&line, probe);
    fputc('\n', output->stream);
}
