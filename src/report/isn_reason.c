/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An audit in one sentence: target, class, the key figure, the cost. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "report/finding.h"
#include "report/isn_figures.h"
#include "report/isn_words.h"

struct sentence {
    const struct isn_record *record;
    char *text;
    size_t size, at;
};

#define SAY(sentence, ...)                                                                         \
    text_append((sentence)->text, (sentence)->size, &(sentence)->at, __VA_ARGS__)

static void say_number(struct sentence *sentence, const char *before, double number,
                       const char *behind)
{
    char figure[ISN_FIGURE_SIZE];
    isn_show_number(number, figure);
    if (figure[0])
        SAY(sentence, "%s%s%s", before, figure, behind);
}

static void say_uptime(struct sentence *sentence, double seconds)
{
    char figure[ISN_FIGURE_SIZE];
    isn_show_time(seconds, figure);
    if (figure[0] && seconds > 0)
        SAY(sentence, ", up for %s", figure);
}

static void say_count(struct sentence *sentence, const char *before, double number,
                      const char *behind)
{
    double shown = fabs(number) >= 100 ? round(number) : fabs(number) < 1e-6 ? 0 : number;
    say_number(sentence, before, shown, behind);
}

static void say_clock(struct sentence *sentence)
{
    const struct isn_clock_record *clock = sentence->record->clock;
    if (!clock)
        return;
    say_number(sentence, ", ", clock->rate, " a second");
    if (clock->name)
        SAY(sentence, " (%s)", clock->name);
    say_uptime(sentence, clock->uptime_s);
}

static void say_connection(struct sentence *sentence)
{
    const struct isn_per_connection_record *each = sentence->record->per_connection;
    if (each)
        say_count(sentence, each->exact ? ", each connection +" : ", each connection about +",
                  each->k, "");
}

/* The one figure that the class stands or falls with. */
static void say_key(struct sentence *sentence, enum isn_class class)
{
    const struct isn_record *record = sentence->record;
    const struct isn_increment_record *increment = record->increment;
    const struct isn_entropy_record *entropy = record->entropy;
    const struct isn_tuple_record *tuple = record->tuple;
    const struct isn_prng_record *prng = record->prng;
    const struct isn_cookie_record *cookie = record->cookie;
    const struct isn_battery_record *battery = record->battery;
    switch (class) {
    case ISN_CLASS_COUNTER:
        if (increment && increment->step != RECORD_UNKNOWN)
            SAY(sentence, ", each +%" PRId64, increment->step);
        break;
    case ISN_CLASS_CLOCK:
    case ISN_CLASS_RFC6528:
        say_clock(sentence);
        break;
    case ISN_CLASS_CLOCK_COUNTER:
    case ISN_CLASS_RFC6528_COUNTER:
        say_clock(sentence);
        say_connection(sentence);
        break;
    case ISN_CLASS_TICK_ACCUMULATOR:
        if (increment)
            say_uptime(sentence, increment->uptime_s);
        break;
    case ISN_CLASS_PERIODIC:
        if (increment && increment->period != RECORD_UNKNOWN)
            SAY(sentence, ", %" PRId64 " of them", increment->period);
        break;
    case ISN_CLASS_TUPLE_FUNCTION:
        if (!tuple)
            break;
        if (tuple->port_visible && strcmp(tuple->port_visible, "yes") == 0)
            SAY(sentence, ", the port stands in it");
        else if (tuple->affine && strcmp(tuple->affine, "yes") == 0)
            SAY(sentence, ", a multiple of the port");
        else if (tuple->linear && strcmp(tuple->linear, "yes") == 0)
            SAY(sentence, ", linear in the bits of the port as a CRC is");
        break;
    case ISN_CLASS_WEAK_PRNG:
        if (prng && prng->name)
            SAY(sentence, ", %s", prng->name);
        break;
    case ISN_CLASS_RANDOM_INCREMENT:
        if (increment && isfinite(increment->q05) && isfinite(increment->q95)) {
            say_count(sentence, ", mostly between ", increment->q05, "");
            say_count(sentence, " and ", increment->q95, "");
        }
        break;
    case ISN_CLASS_REDUCED_ENTROPY:
        if (entropy)
            say_number(sentence, ", ", entropy->bits, " bits in place of 32");
        break;
    case ISN_CLASS_RFC6528_SHORT_HASH:
        if (tuple)
            say_number(sentence, ", ", tuple->hash_bits, " bits");
        break;
    case ISN_CLASS_BIASED:
        if (battery && battery->rejected != RECORD_UNKNOWN)
            SAY(sentence, ", %" PRId64 " of %" PRId64 " tests reject it", battery->rejected,
                battery->tests);
        break;
    case ISN_CLASS_SYN_COOKIE_LINUX:
    case ISN_CLASS_SYN_COOKIE_FREEBSD:
    case ISN_CLASS_SYN_COOKIE_BERNSTEIN:
        if (cookie && cookie->proved)
            SAY(sentence, ", proved");
        break;
    case ISN_CLASS_MIXTURE:
        if (record->backends.count > 1)
            SAY(sentence, ", %zu of them", record->backends.count);
        break;
    case ISN_CLASS_CONSTANT: {
        /* The number itself stands in its proof alone. */
        const struct isn_evidence_record *proof = record->evidence.items;
        if (record->evidence.count > 0 && proof[0].supports && proof[0].detail)
            SAY(sentence, ": %s", proof[0].detail);
        break;
    }
    case ISN_CLASS_STATIC_HASH:
    case ISN_CLASS_RANDOM:
    case ISN_CLASS_INCONCLUSIVE:
    case ISN_CLASS_COUNT:
        break;
    }
}

/* "a 50 % chance at a stranger's connection takes 1 packet". */
static void say_cost(struct sentence *sentence, enum isn_class class)
{
    const struct isn_cost_record *cost = sentence->record->cost;
    const struct isn_price_record *cross = cost ? cost->cross : NULL;
    const struct isn_price_record *same = cost ? cost->same : NULL;
    bool own = class == ISN_CLASS_STATIC_HASH && same && isfinite(same->n50);
    const struct isn_price_record *price = own ? same : cross;
    char figure[ISN_FIGURE_SIZE];
    if (!price || isnan(price->n50))
        return;
    isn_show_count(price->n50, figure);
    SAY(sentence, "; a 50 %% chance at %s takes %s packet%s",
        own ? "a connection whose address and port were seen before" : "a stranger's connection",
        figure, strcmp(figure, "1") == 0 ? "" : "s");
    /* What is done at once needs no rate either. */
    if (isfinite(price->seconds) && price->seconds >= 0.1) {
        isn_show_time(price->seconds, figure);
        SAY(sentence, ", %s", figure);
        if (isfinite(sentence->record->attack_rate))
            SAY(sentence, " at %.0f/s", sentence->record->attack_rate);
    }
}

/* What was tested, and with which power: the most that is ever said in favour of a server. */
static void say_power(struct sentence *sentence)
{
    const struct isn_record *record = sentence->record;
    if (isfinite(record->certified_bits))
        SAY(sentence,
            "; at least %.1f bits are certified by this sample; 32 bits is not contradicted",
            record->certified_bits);
}

static void say_verdict(struct sentence *sentence, enum isn_class class)
{
    const struct isn_record *record = sentence->record;
    if (class == ISN_CLASS_RANDOM) {
        SAY(sentence, ", no structure found in %" PRId64 " numbers", record->n);
        say_power(sentence);
        say_cost(sentence, class);
        return;
    }
    SAY(sentence, ", %s", record->summary ? record->summary : isn_class_summary(class));
    if (class == ISN_CLASS_INCONCLUSIVE) {
        if (record->why)
            SAY(sentence, ": %s", record->why);
        return;
    }
    say_key(sentence, class);
    say_cost(sentence, class);
    if (isn_words_severity(record->severity) == ISN_SEVERITY_GOOD)
        say_power(sentence);
}

/* Who quotes the sentence alone should know that it rests on less than was planned. */
static void say_ended(struct sentence *sentence)
{
    const struct isn_record *record = sentence->record;
    const struct finding_record *findings = record->findings.items;
    for (size_t i = 0; i < record->findings.count; i++) {
        if (findings[i].id && strcmp(findings[i].id, finding_row(FINDING_AUDIT_ENDED)->id) == 0)
            SAY(sentence, "; sampling was ended early, after %" PRId64 " numbers", record->n);
    }
}

void isn_reason(const struct isn_record *record, char *text, size_t size)
{
    struct sentence sentence = {.record = record, .text = text, .size = size};
    enum isn_class class = isn_words_class(record->class);
    text[0] = '\0';
    if (class == ISN_CLASS_COUNT)
        return;
    if (record->target)
        SAY(&sentence, "%s: ", record->target);
    SAY(&sentence, "%s", record->class);
    say_verdict(&sentence, class);
    say_ended(&sentence);
}
