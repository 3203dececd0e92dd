/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit found in the numbers, as facts of its page. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/isn_text_parts.h"

/* A fact's text while it grows: parts behind semicolons. */
struct line {
    char text[ISN_TEXT_SIZE];
    size_t at;
};

#define ADD(line, ...)  text_append((line)->text, sizeof(line)->text, &(line)->at, __VA_ARGS__)
#define PART(line, ...) (ADD(line, "%s", (line)->at > 0 ? "; " : ""), ADD(line, __VA_ARGS__))

static void add_number(struct line *line, const char *before, double number, const char *behind)
{
    char figure[ISN_FIGURE_SIZE];
    isn_show_number(number, figure);
    if (figure[0])
        ADD(line, "%s%s%s", before, figure, behind);
}

static void add_count(struct line *line, const char *before, double count, const char *behind)
{
    double shown = fabs(count) >= 100 ? round(count) : fabs(count) < 1e-6 ? 0 : count;
    add_number(line, before, shown, behind);
}

static void put(struct page *page, enum tone tone, const char *label, const struct line *line)
{
    if (line->at > 0)
        page_put_fact(page, tone, label, line->text);
}

static void put_clock(struct page *page)
{
    const struct isn_clock_record *clock = ((const struct isn_record *)page->record)->clock;
    struct line line = {.at = 0};
    char figure[ISN_FIGURE_SIZE];
    if (!clock)
        return;
    isn_show_within(clock->rate, clock->low, clock->high, figure);
    ADD(&line, "%s a second", figure);
    if (isfinite(clock->low) && isfinite(clock->high) && clock->low < clock->high) {
        isn_show_within(clock->low, clock->low, clock->high, figure);
        ADD(&line, " (95 %%: %s", figure);
        isn_show_within(clock->high, clock->low, clock->high, figure);
        ADD(&line, " to %s)", figure);
    }
    if (clock->name) {
        PART(&line, "%s", clock->name);
        if (isfinite(clock->ppm) && fabs(clock->ppm) >= 999.5)
            PART(&line, "%+.2g %% off that", clock->ppm / 1e4);
        else if (isfinite(clock->ppm))
            PART(&line, "%+.3g ppm off that", clock->ppm);
    }
    if (isfinite(clock->residual_us)) {
        page_show_duration(page->style, clock->residual_us / 1e3, figure, sizeof figure);
        PART(&line, "the numbers keep to it within %s", figure);
    }
    if (isfinite(clock->step) && clock->step > 1)
        add_number(&line, "; in steps of ", clock->step, "");
    if (isfinite(clock->wrap_s)) {
        isn_show_time(clock->wrap_s, figure);
        PART(&line, "comes round every %s", figure);
    }
    if (isfinite(clock->uptime_s) && clock->uptime_s > 0) {
        isn_show_time(clock->uptime_s, figure);
        PART(&line, "began %s ago", figure);
    }
    put(page, TONE_PLAIN, "clock", &line);
}

static void put_connection(struct page *page)
{
    const struct isn_per_connection_record *each =
        ((const struct isn_record *)page->record)->per_connection;
    struct line line = {.at = 0};
    if (!each)
        return;
    add_count(&line, each->exact ? "each connection adds " : "each connection adds about ", each->k,
              "");
    if (!each->exact && isfinite(each->low) && isfinite(each->high)) {
        add_count(&line, " (95 %: ", each->low, "");
        add_count(&line, " to ", each->high, ")");
    }
    if (isfinite(each->foreign_per_s) && each->foreign_per_s > 0)
        add_number(&line, "; others open ", each->foreign_per_s, " connections a second");
    put(page, TONE_PLAIN, "counter", &line);
}

/* What was looked for and not found. */
static void add_passed(struct line *line, const struct isn_tuple_record *tuple)
{
    const struct {
        const char *answer, *words;
    } tests[] = {
        {tuple->port_visible, "no copy of the port"},
        {tuple->affine, "no multiple of the port"},
        {tuple->linear, "not linear in the port's bits"},
    };
    const char *between = line->at > 0 ? "; " : "";
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        if (isn_text_is(tests[i].answer, "yes"))
            return;
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        if (!isn_text_is(tests[i].answer, "no"))
            continue;
        ADD(line, "%s%s", between, tests[i].words);
        between = ", ";
    }
}

/* Whether there is a function of addresses and ports to speak of. */
static bool tuple_matters(const struct isn_record *record)
{
    enum isn_class class = isn_words_class(record->class);
    enum isn_severity severity = isn_words_severity(record->severity);
    return class == ISN_CLASS_TUPLE_FUNCTION ||
           (severity != ISN_SEVERITY_HIGH && severity != ISN_SEVERITY_CRITICAL);
}

static void put_tuple(struct page *page)
{
    const struct isn_record *record = page->record;
    const struct isn_tuple_record *tuple = record->tuple;
    struct line line = {.at = 0};
    if (!tuple || !(tuple_matters(record) || page->style->verbose > 0))
        return;
    if (isfinite(tuple->hash_bits) && tuple->hash_bits >= 31.5)
        ADD(&line, "all 32 bits wide");
    else if (isfinite(tuple->hash_bits) && tuple->hash_bits >= 1)
        add_number(&line, "", round(tuple->hash_bits * 10) / 10, " bits wide");
    if (isn_text_is(tuple->port_visible, "yes")) {
        PART(&line, "the port stands in it%s", tuple->swapped ? ", its bytes swapped" : "");
        if (page_some(tuple->shift))
            ADD(&line, ", %" PRId64 " bits to the left", tuple->shift);
    }
    if (isn_text_is(tuple->affine, "yes"))
        PART(&line, "%" PRId64 " times the port%s plus %" PRId64 ", modulo 2^32", tuple->a,
             tuple->swapped ? ", its bytes swapped," : "", tuple->b);
    if (isn_text_is(tuple->linear, "yes"))
        PART(&line, "linear in the bits of the port, as a CRC is (rank %" PRId64 " of 17)",
             tuple->rank);
    add_passed(&line, tuple);
    if (isn_text_is(tuple->source_matters, "yes"))
        PART(&line, "another source address gets another number");
    else if (isn_text_is(tuple->source_matters, "no"))
        PART(&line, "the source address does not matter");
    put(page, TONE_PLAIN, "hash", &line);
}

/* "3735928559 (0xdeadbeef)", where only some bits are known those alone. */
static void add_isn(struct line *line, int64_t isn, int64_t mask)
{
    if (mask == RECORD_UNKNOWN || mask == INT64_C(0xffffffff))
        ADD(line, "%" PRId64 " (0x%08" PRIx64 ")", isn, (uint64_t)isn);
    else
        ADD(line, "0x%08" PRIx64 " in the bits 0x%08" PRIx64, (uint64_t)(isn & mask),
            (uint64_t)mask);
}

static void put_generator(struct page *page)
{
    const struct isn_prng_record *prng = ((const struct isn_record *)page->record)->prng;
    struct line line = {.at = 0};
    char figure[ISN_FIGURE_SIZE];
    if (!prng)
        return;
    ADD(&line, "%s", prng->name ? prng->name : "unnamed");
    if (prng->parameters)
        ADD(&line, ", %s", prng->parameters);
    PART(&line, "its state follows from %" PRId64 " number%s", prng->used,
         prng->used == 1 ? "" : "s");
    if (page_some(prng->verified)) {
        ADD(&line, ", and foretold %" PRId64 " more exactly", prng->verified);
        isn_show_chance(prng->log10_chance, figure);
        if (figure[0])
            ADD(&line, " (by chance %s)", figure);
    }
    if (page_some(prng->skipped))
        PART(&line, "%" PRId64 " of its numbers went to others", prng->skipped);
    put(page, TONE_PLAIN, "generator", &line);

    line.at = 0;
    if (prng->state && page->style->verbose == 0 && strlen(prng->state) > 64)
        ADD(&line, "%.64s... (%zu bytes, -v shows all)", prng->state, strlen(prng->state) / 2);
    else if (prng->state)
        ADD(&line, "%.900s", prng->state);
    put(page, TONE_PLAIN, "state", &line);

    const struct isn_number_record *next = prng->next.items;
    line.at = 0;
    for (size_t i = 0; i < prng->next.count; i++) {
        ADD(&line, "%s", i > 0 ? ", " : "");
        add_isn(&line, next[i].isn, prng->next_mask);
    }
    if (prng->next.count > 0 && prng->approximate)
        ADD(&line, ", or one more each");
    if (prng->next.count > 0 && prng->timed)
        ADD(&line, ", at the pace of the sample");
    put(page, TONE_BAD, "next", &line);
}

static void put_cookie(struct page *page)
{
    const struct isn_cookie_record *cookie = ((const struct isn_record *)page->record)->cookie;
    struct line line = {.at = 0};
    if (!cookie)
        return;
    if (cookie->kind)
        ADD(&line, "kind %s", cookie->kind);
    if (cookie->proved)
        PART(&line, "proved by eight SYNs that only cookies answer like this");
    if (page_some(cookie->pairs))
        PART(&line, "%" PRId64 " of %" PRId64 " pairs of numbers agree", cookie->agree,
             cookie->pairs);
    const struct {
        const char *name;
        int64_t value;
    } fields[] = {
        {"MSS index", cookie->mss_index}, {"window scale index", cookie->wscale_index},
        {"SACK", cookie->sack},           {"ECN", cookie->ecn},
        {"secret", cookie->parity},
    };
    bool first = true;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].value == RECORD_UNKNOWN)
            continue;
        ADD(&line, "%s%s %" PRId64, first ? "; they hold " : ", ", fields[i].name, fields[i].value);
        first = false;
    }
    put(page, TONE_PLAIN, "cookie", &line);
}

static void put_backends(struct page *page)
{
    const struct isn_record *record = page->record;
    const struct isn_backend_record *backends = record->backends.items;
    struct line line = {.at = 0};
    bool mixture = isn_words_class(record->class) == ISN_CLASS_MIXTURE;
    if (record->backends.count > 1 && mixture) {
        ADD(&line, "%zu, with ", record->backends.count);
        for (size_t i = 0; i < record->backends.count; i++)
            ADD(&line, "%s%.0f %%", i > 0 ? ", " : "", backends[i].share * 100);
        ADD(&line, " of the numbers");
        put(page, TONE_PLAIN, "servers", &line);
    } else if (page_some(record->epochs) && record->epochs > 1) {
        if (record->epochs == 2)
            ADD(&line, "the secret changed once while we looked");
        else
            ADD(&line, "the secret changed %" PRId64 " times while we looked", record->epochs - 1);
        put(page, TONE_PLAIN, "keys", &line);
    }
}

/* Whether the steps say something that the clock and the counter do not. */
static bool steps_matter(const struct isn_record *record)
{
    enum isn_class class = isn_words_class(record->class);
    return class == ISN_CLASS_TICK_ACCUMULATOR || class == ISN_CLASS_PERIODIC ||
           class == ISN_CLASS_RANDOM_INCREMENT ||
           (class == ISN_CLASS_COUNTER && !record->per_connection);
}

static void put_cycle(struct line *line, const struct isn_increment_record *increment)
{
    const struct isn_number_record *cycle = increment->cycle.items;
    PART(line, "in turn ");
    for (size_t i = 0; i < increment->cycle.count; i++)
        ADD(line, "%s%" PRId64, i > 0 ? ", " : "", cycle[i].isn);
}

static void put_spread(struct line *line, const struct isn_increment_record *increment,
                       bool verbose)
{
    add_count(line, "median ", increment->q50, "");
    if (isfinite(increment->q05) && isfinite(increment->q95)) {
        add_count(line, ", 90 % between ", increment->q05, "");
        add_count(line, " and ", increment->q95, "");
    }
    if (isfinite(increment->mean) && verbose) {
        add_count(line, "; mean ", increment->mean, "");
        add_count(line, ", deviation ", increment->deviation, "");
    }
    if (isfinite(increment->arc50) && increment->arc50 > 0)
        add_count(line, "; half of them within ", increment->arc50, "");
}

static void put_increment(struct page *page)
{
    const struct isn_record *record = page->record;
    const struct isn_increment_record *increment = record->increment;
    bool verbose = page->style->verbose > 0;
    struct line line = {.at = 0};
    char figure[ISN_FIGURE_SIZE];
    if (!increment || !(steps_matter(record) || verbose))
        return;
    if (increment->step != RECORD_UNKNOWN)
        ADD(&line, "always %+" PRId64,
            increment->step > INT32_MAX ? increment->step - (INT64_C(1) << 32) : increment->step);
    else if (page_some(increment->period) && increment->cycle.count > 0)
        put_cycle(&line, increment);
    else if (isfinite(increment->q50))
        put_spread(&line, increment, verbose);
    if (increment->step == RECORD_UNKNOWN && page_some(increment->lattice) &&
        increment->lattice > 1)
        PART(&line, "all multiples of %" PRId64, increment->lattice);
    if (isfinite(increment->tick_rate)) {
        PART(&line, "they are the uptime");
        add_number(&line, " in ticks, ", increment->tick_rate, " a second");
    }
    if (isfinite(increment->uptime_s)) {
        isn_show_time(increment->uptime_s, figure);
        PART(&line, "up for %s", figure);
    }
    put(page, TONE_PLAIN, "steps", &line);
}

static void put_values(struct page *page)
{
    const struct isn_entropy_record *entropy = ((const struct isn_record *)page->record)->entropy;
    struct line line = {.at = 0};
    if (!entropy)
        return;
    if (isfinite(entropy->bits))
        add_number(&line, "about ", entropy->bits, " bits of randomness");
    if (entropy->stuck)
        PART(&line, "the bits 0x%s never change%s%s", entropy->stuck,
             entropy->value ? ", they are 0x" : "", entropy->value ? entropy->value : "");
    if (entropy->byte != RECORD_UNKNOWN)
        PART(&line, "byte %" PRId64 " can be told (0 is the lowest)", entropy->byte);
    if (page_some(entropy->collisions)) {
        PART(&line, "%" PRId64 " pair%s of equal numbers", entropy->collisions,
             entropy->collisions == 1 ? "" : "s");
        if (isfinite(entropy->expected))
            ADD(&line, " where %.2g %s due by chance", entropy->expected,
                entropy->expected == 1 ? "is" : "are");
    }
    put(page, TONE_PLAIN, "values", &line);
}

static void put_predicted(struct page *page)
{
    const struct isn_predicted_record *predicted =
        ((const struct isn_record *)page->record)->predicted;
    struct line line = {.at = 0};
    if (!predicted || !page_some(predicted->of))
        return;
    const struct isn_foretold_record *numbers = predicted->numbers.items;
    ADD(&line, "%" PRId64 " of %" PRId64 " numbers came as predicted%s", predicted->hits,
        predicted->of,
        predicted->same_tuple ? ", of an address and port that was seen before" : "");
    /* Those of a clock in a hash differ by its jitter: of no interest while they hit. */
    bool list =
        !predicted->same_tuple || predicted->hits < predicted->of || page->style->verbose > 0;
    for (size_t i = 0; list && i < predicted->numbers.count; i++) {
        ADD(&line, "%s", i > 0 ? ", " : ": ");
        ADD(&line, "0x%08" PRIx64, (uint64_t)numbers[i].foretold);
        if (numbers[i].isn == RECORD_UNKNOWN)
            ADD(&line, " (no answer)");
        else if (numbers[i].isn != numbers[i].foretold)
            ADD(&line, " (came 0x%08" PRIx64 "%s)", (uint64_t)numbers[i].isn,
                numbers[i].hit ? "" : ", missed");
    }
    put(page, page_some(predicted->hits) && !predicted->same_tuple ? TONE_BAD : TONE_PLAIN,
        "foretold", &line);
}

void isn_text_put_found(struct page *page)
{
    put_predicted(page);
    put_clock(page);
    put_connection(page);
    put_increment(page);
    put_generator(page);
    put_tuple(page);
    put_backends(page);
    put_cookie(page);
    put_values(page);
}
