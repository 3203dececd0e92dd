/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far a run has come, as one line. */
#include "report/progress_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/output.h"

/* Beyond it a time left is no information. */
#define LEFT_MAX (100.0 * 86400)

/* A number with a comma between thousands. */
static void append_number(char *text, size_t size, size_t *at, uint64_t number)
{
    char digits[24];
    size_t length = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, number);
    for (size_t i = 0; i < length; i++)
        text_append(text, size, at, "%s%c", i > 0 && (length - i) % 3 == 0 ? "," : "", digits[i]);
}

/* "0.4 s", "6.6 s", "2 min 5 s", "1 h 20 min", "3 d 2 h"; with `whole` no fraction of a second. */
static void append_time(char *text, size_t size, size_t *at, double seconds, bool whole)
{
    static const struct {
        uint64_t seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    if (!(seconds > 0))
        seconds = 0;
    if (!whole && seconds < 99.95) {
        uint64_t tenths = (uint64_t)llround(seconds * 10);
        text_append(text, size, at, "%" PRIu64 ".%" PRIu64 " s", tenths / 10, tenths % 10);
        return;
    }
    uint64_t left = seconds < LEFT_MAX ? (uint64_t)llround(seconds) : (uint64_t)LEFT_MAX;
    size_t i = 0;
    while (i < 3 && left < units[i].seconds)
        i++;
    text_append(text, size, at, "%" PRIu64 " %s", left / units[i].seconds, units[i].name);
    left %= units[i].seconds;
    if (i < 3 && left / units[i + 1].seconds > 0)
        text_append(text, size, at, " %" PRIu64 " %s", left / units[i + 1].seconds,
                    units[i + 1].name);
}

static void append_rate(char *text, size_t size, size_t *at, double rate)
{
    if (rate < 9.95) {
        uint64_t tenths = rate > 0 ? (uint64_t)llround(rate * 10) : 0;
        text_append(text, size, at, "%" PRIu64 ".%" PRIu64, tenths / 10, tenths % 10);
    } else {
        append_number(text, size, at, rate < 1e15 ? (uint64_t)llround(rate) : UINT64_MAX);
    }
    text_append(text, size, at, "/s");
}

static void append_done(char *text, size_t size, size_t *at, const struct progress *progress,
                        bool percent)
{
    append_number(text, size, at, progress->done);
    if (progress->total == RECORD_UNKNOWN || progress->total < 0) {
        text_append(text, size, at, " done");
        return;
    }
    uint64_t total = (uint64_t)progress->total;
    text_append(text, size, at, " of ");
    append_number(text, size, at, total);
    if (percent && total > 0) {
        /* Rounded down: 100 % is all of them. */
        double share = (double)progress->done / (double)total * 100;
        unsigned shown = progress->done >= total ? 100 : share < 99 ? (unsigned)share : 99;
        text_append(text, size, at, " (%u %%)", shown);
    }
}

static void append_verdicts(char *text, size_t size, size_t *at, const struct progress *progress)
{
    const char *between = "  ";
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        if (progress->verdicts[i] > 0) {
            text_append(text, size, at, "%s%s ", between, verdict_word((enum verdict)i));
            append_number(text, size, at, progress->verdicts[i]);
            between = ", ";
        }
}

/* What a line holds beside the count, from full to bare. */
static const struct parts {
    bool percent, rate, verdicts, time;
} levels[] = {
    {true, true, true, true},   {true, false, true, true},   {true, true, false, true},
    {true, false, false, true}, {true, false, false, false}, {false, false, false, false},
};
#define LEVEL_COUNT (sizeof levels / sizeof levels[0])

static size_t compose(const struct progress *progress, const struct parts *parts, char *text,
                      size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    append_done(text, size, &at, progress, parts->percent);
    if (parts->rate && isfinite(progress->rate)) {
        text_append(text, size, &at, "  ");
        append_rate(text, size, &at, progress->rate);
    }
    if (parts->verdicts)
        append_verdicts(text, size, &at, progress);
    if (parts->time && isfinite(progress->seconds_left) && progress->seconds_left < LEFT_MAX) {
        text_append(text, size, &at, "  ");
        append_time(text, size, &at, progress->seconds_left, true);
        text_append(text, size, &at, " left");
    } else if (parts->time && isfinite(progress->elapsed)) {
        text_append(text, size, &at, "  after ");
        append_time(text, size, &at, progress->elapsed, true);
    }
    return at;
}

size_t progress_line(const struct progress *progress, unsigned width, bool utf8, char *text,
                     size_t size)
{
    size_t length = 0;
    for (size_t level = 0; level < LEVEL_COUNT; level++) {
        length = compose(progress, &levels[level], text, size);
        if (length <= width)
            return length;
    }
    /* Where not even the count fits, its beginning, marked as such, says more than nothing. */
    const char *mark = utf8 ? "…" : "~";
    size_t kept = width > 0 ? width - 1 : 0;
    text[kept] = '\0';
    if (width > 0)
        text_append(text, size, &kept, "%s", mark);
    return width;
}

size_t progress_summary(const struct progress *progress, char *text, size_t size)
{
    size_t at = 0;
    bool all = progress->total == RECORD_UNKNOWN || progress->total < 0 ||
               progress->done >= (uint64_t)progress->total;
    uint64_t counted = all ? progress->done : (uint64_t)progress->total;
    text[0] = '\0';
    if (!all) {
        append_number(text, size, &at, progress->done);
        text_append(text, size, &at, " of ");
    }
    append_number(text, size, &at, counted);
    text_append(text, size, &at, " target%s: ", counted == 1 ? "" : "s");
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        if (i != VERDICT_INCONCLUSIVE && progress->verdicts[i] > 0) {
            append_number(text, size, &at, progress->verdicts[i]);
            text_append(text, size, &at, " %s, ", verdict_word((enum verdict)i));
        }
    append_number(text, size, &at, progress->verdicts[VERDICT_INCONCLUSIVE]);
    text_append(text, size, &at, " not measured in ");
    append_time(text, size, &at, progress->elapsed, false);
    return at;
}
