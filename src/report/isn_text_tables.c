/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An audit's evidence, cost and battery as tables. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/isn_text_parts.h"
#include "report/table.h"

/* Without style->verbose so much of the evidence is shown. */
#define EVIDENCE_MOST 6

/* ---- evidence ---- */

#define FACTS_MOST 64
struct facts {
    const struct isn_evidence_record *rows[FACTS_MOST];
    size_t count;
    const char *heading;
};

static const char *evidence_heading(const void *context, size_t column)
{
    const struct facts *facts = context;
    const char *const headings[] = {facts->heading, "by chance", "seen"};
    return headings[column];
}

static const char *evidence_cell(const void *context, size_t row, size_t column,
                                 char text[FIELD_TEXT_SIZE])
{
    const struct facts *facts = context;
    const struct isn_evidence_record *fact = facts->rows[row];
    if (column == 0)
        return fact->test ? fact->test : "";
    if (column == 2)
        return fact->detail ? fact->detail : "";
    isn_show_chance(fact->log10_p, text);
    return text;
}

/* The least likely first, facts that are no tests behind them; equal ones keep their order. */
static void facts_collect(struct facts *facts, struct record_list list, bool supports)
{
    const struct isn_evidence_record *evidence = list.items;
    facts->count = 0;
    for (size_t i = 0; i < list.count && facts->count < FACTS_MOST; i++) {
        if (evidence[i].supports != supports)
            continue;
        size_t at = facts->count++;
        double p = isnan(evidence[i].log10_p) ? 1 : evidence[i].log10_p;
        for (; at > 0; at--) {
            double before = facts->rows[at - 1]->log10_p;
            if ((isnan(before) ? 1 : before) <= p)
                break;
            facts->rows[at] = facts->rows[at - 1];
        }
        facts->rows[at] = &evidence[i];
    }
}

static void put_facts(const struct page *page, const struct facts *facts)
{
    const struct table table = {
        .style = page->style,
        .stream = page->stream,
        .indent = PAGE_INDENT,
        .rows = facts->count,
        .columns = 3,
        .heading = evidence_heading,
        .cell = evidence_cell,
        .context = facts,
    };
    if (facts->count == 0)
        return;
    fputc('\n', page->stream);
    table_show(&table);
}

void isn_text_put_evidence(struct page *page)
{
    const struct isn_record *record = page->record;
    bool all = page->style->verbose > 0;
    struct facts facts = {.heading = "evidence"}, others = {.heading = "also tested"};
    facts_collect(&facts, record->evidence, true);
    facts_collect(&others, record->evidence, false);
    size_t left_out = facts.count > EVIDENCE_MOST ? facts.count - EVIDENCE_MOST : 0;
    if (all)
        left_out = 0;
    facts.count -= left_out;
    put_facts(page, &facts);
    if (all) {
        put_facts(page, &others);
    } else if (left_out + others.count > 0) {
        if (facts.count == 0)
            fprintf(page->stream, "\n%*s%zu test%s that the class does not rest on (-v)\n",
                    PAGE_INDENT, "", others.count, others.count == 1 ? "" : "s");
        else
            fprintf(page->stream, "%*s%zu more%s (-v)\n", PAGE_INDENT, "", left_out + others.count,
                    left_out > 0 ? "" : ", which the class does not rest on");
    }
}

/* ---- cost ---- */

#define PRICES 3
struct prices {
    struct {
        const char *what;
        const struct isn_price_record *price;
    } rows[PRICES];
    size_t count;
    char time[ISN_FIGURE_SIZE];
};

static const char *cost_heading(const void *context, size_t column)
{
    const struct prices *prices = context;
    const char *const headings[] = {"a 50 % chance at", "packets", "95 % range", prices->time};
    return headings[column];
}

static const char *cost_cell(const void *context, size_t row, size_t column,
                             char text[FIELD_TEXT_SIZE])
{
    const struct prices *prices = context;
    const struct isn_price_record *price = prices->rows[row].price;
    size_t at = 0;
    text[0] = '\0';
    switch (column) {
    case 0:
        return prices->rows[row].what;
    case 1:
        isn_show_count(price->n50, text);
        return text;
    case 2:
        isn_show_range(price->lo, price->hi, text);
        if (text[0] == '\0' && price->formula)
            text_append(text, FIELD_TEXT_SIZE, &at, "by formula");
        return text;
    default:
        isn_show_time(price->seconds, text);
        at = strlen(text);
        if (isfinite(price->begun) && price->begun > 1)
            text_append(text, FIELD_TEXT_SIZE, &at, ", %.0f tries", ceil(price->begun));
        return text;
    }
}

static void add_price(struct prices *prices, const char *what, const struct isn_price_record *price)
{
    if (!price || isnan(price->n50))
        return;
    prices->rows[prices->count].what = what;
    prices->rows[prices->count++].price = price;
}

void isn_text_put_cost(struct page *page)
{
    const struct isn_record *record = page->record;
    const struct isn_cost_record *cost = record->cost;
    struct prices prices = {.count = 0};
    struct isn_price_record within;
    size_t at = 0;
    if (!cost)
        return;
    const struct isn_window_record *window = cost->window;
    text_append(prices.time, sizeof prices.time, &at, "time");
    if (isfinite(record->attack_rate))
        text_append(prices.time, sizeof prices.time, &at, " at %.0f/s", record->attack_rate);
    add_price(&prices, "a stranger's number", cost->cross);
    add_price(&prices, "same address and port", cost->same);
    if (window) {
        within = (struct isn_price_record){
            .n50 = window->n50,
            .lo = window->lo,
            .hi = window->hi,
            .seconds = window->seconds,
            .begun = window->begun,
            .formula = window->formula,
        };
        add_price(&prices, "a stranger's window", &within);
    }
    const struct table table = {
        .style = page->style,
        .stream = page->stream,
        .indent = PAGE_INDENT,
        .rows = prices.count,
        .columns = 4,
        .heading = cost_heading,
        .cell = cost_cell,
        .context = &prices,
    };
    if (prices.count == 0)
        return;
    fputc('\n', page->stream);
    table_show(&table);
}

/* ---- the battery ---- */

static const char *test_heading(const void *context, size_t column)
{
    static const char *const headings[] = {"test", "numbers", "figure", "p", ""};
    (void)context;
    return headings[column];
}

static const char *test_cell(const void *context, size_t row, size_t column,
                             char text[FIELD_TEXT_SIZE])
{
    const struct isn_test_record *test =
        &((const struct isn_test_record *)((const struct record_list *)context)->items)[row];
    size_t at = 0;
    text[0] = '\0';
    switch (column) {
    case 0:
        return test->name ? test->name : "";
    case 1:
        return test->series ? test->series : "";
    case 2:
        isn_show_number(test->statistic, text);
        return text;
    case 3:
        text_append(text, FIELD_TEXT_SIZE, &at, "%.2g", test->p);
        return text;
    default:
        return test->rejected ? "rejects" : "";
    }
}

static bool test_right(const void *context, size_t column)
{
    (void)context;
    return column == 2 || column == 3;
}

static void put_tests(const struct page *page, const char *title, const struct record_list *tests)
{
    const struct table table = {
        .style = page->style,
        .stream = page->stream,
        .indent = PAGE_INDENT,
        .rows = tests->count,
        .columns = 5,
        .heading = test_heading,
        .cell = test_cell,
        .right = test_right,
        .context = tests,
    };
    if (tests->count == 0)
        return;
    fprintf(page->stream, "\n%*s", PAGE_INDENT, "");
    style_wrap(page->style, page->stream, PAGE_INDENT, PAGE_INDENT, title);
    table_show(&table);
}

static const char *estimate_heading(const void *context, size_t column)
{
    static const char *const headings[] = {"estimator of SP 800-90B", "of", "symbols",
                                           "min-entropy a symbol"};
    (void)context;
    return headings[column];
}

static const char *estimate_cell(const void *context, size_t row, size_t column,
                                 char text[FIELD_TEXT_SIZE])
{
    const struct record_list *list = context;
    const struct isn_estimate_record *estimate =
        &((const struct isn_estimate_record *)list->items)[row];
    size_t at = 0;
    text[0] = '\0';
    switch (column) {
    case 0:
        return estimate->estimator ? estimate->estimator : "";
    case 1:
        if (estimate->lane == RECORD_UNKNOWN)
            return "all bits";
        text_append(text, FIELD_TEXT_SIZE, &at, "byte %" PRId64, estimate->lane);
        return text;
    case 2:
        text_append(text, FIELD_TEXT_SIZE, &at, "%" PRId64, estimate->symbols);
        return text;
    default:
        if (isfinite(estimate->bits))
            text_append(text, FIELD_TEXT_SIZE, &at, "%.3f bits", estimate->bits);
        return text;
    }
}

void isn_text_put_battery(struct page *page)
{
    const struct isn_battery_record *battery = ((const struct isn_record *)page->record)->battery;
    if (!battery)
        return;
    enum isn_class class = isn_words_class(((const struct isn_record *)page->record)->class);
    char title[160];
    size_t at = 0;
    text_append(title, sizeof title, &at,
                "battery: %" PRId64 " tests, %" PRId64 " reject%s; the least likely of them",
                battery->tests, battery->rejected,
                page_some(battery->rejected) && class != ISN_CLASS_BIASED
                    ? ", as what the class tells makes them do"
                    : "");
    put_tests(page, title, &battery->worst);
    put_tests(page, "NIST SP 800-22, in the same family of tests", &battery->sp800_22);
    const struct table table = {
        .style = page->style,
        .stream = page->stream,
        .indent = PAGE_INDENT,
        .rows = battery->sp800_90b.count,
        .columns = 4,
        .heading = estimate_heading,
        .cell = estimate_cell,
        .context = &battery->sp800_90b,
    };
    if (battery->sp800_90b.count == 0)
        return;
    fputc('\n', page->stream);
    table_show(&table);
}
