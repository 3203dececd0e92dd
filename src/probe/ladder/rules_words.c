/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the rules for SYN,ACKs: names, rows, what was seen, the layout of options. */
#include <assert.h>

#include "base/text.h"
#include "probe/ladder/rules.h"

static const struct {
    const char *word, *name;
} offers[LADDER_OFFER_COUNT] = {
#define X(id, word, name, number) [LADDER_OFFER_##id] = {word, name},
    LADDER_OFFER_TABLE(X)
#undef X
};

static const enum finding findings[LADDER_RULE_COUNT] = {
#define X(name, finding) [LADDER_RULE_##name] = FINDING_##finding,
    LADDER_RULE_TABLE(X)
#undef X
};

const char *ladder_offer_word(enum ladder_offer offer)
{
    assert(offer < LADDER_OFFER_COUNT);
    return offers[offer].word;
}

const char *ladder_offer_name(enum ladder_offer offer)
{
    assert(offer < LADDER_OFFER_COUNT);
    return offers[offer].name;
}

enum finding ladder_rule_finding(enum ladder_rule rule)
{
    assert(rule < LADDER_RULE_COUNT);
    return findings[rule];
}

static const char *list(const struct options *options, char text[OPTIONS_TEXT_SIZE])
{
    return options->length == 0 ? "no options" : options_show(options, text);
}

const char *ladder_breach_show(enum ladder_rule rule, const struct ladder_syn *syn,
                               const struct segment *syn_ack, char text[LADDER_BREACH_SIZE])
{
    char came[OPTIONS_TEXT_SIZE], went[OPTIONS_TEXT_SIZE];
    char came_flags[TCP_FLAGS_TEXT_SIZE], went_flags[TCP_FLAGS_TEXT_SIZE];
    size_t at = 0;

    switch (rule) {
    case LADDER_RULE_ACK:
    case LADDER_RULE_DATA_TAKEN:
        text_append(text, LADDER_BREACH_SIZE, &at,
                    "acknowledged %u beyond the SYN, which had %zu bytes of data",
                    syn_ack->ack - syn->segment->seq - 1, syn->segment->payload_total);
        return text;
    case LADDER_RULE_DATA_SENT:
        text_append(text, LADDER_BREACH_SIZE, &at, "%zu bytes of data came",
                    syn_ack->payload_total);
        return text;
    case LADDER_RULE_FLAGS:
    case LADDER_RULE_ECN_UNOFFERED:
    case LADDER_RULE_ECN_ECHO:
    case LADDER_RULE_ECN_FLAGS:
    case LADDER_RULE_RESERVED:
        text_append(text, LADDER_BREACH_SIZE, &at, "%s to %s",
                    tcp_flags_show(syn_ack->flags, came_flags),
                    tcp_flags_show(syn->segment->flags, went_flags));
        return text;
    case LADDER_RULE_ECN_MARK:
        text_append(text, LADDER_BREACH_SIZE, &at, "%s to %s with ECN bits %u",
                    tcp_flags_show(syn_ack->flags, came_flags),
                    tcp_flags_show(syn->segment->flags, went_flags), syn->segment->ecn);
        return text;
    case LADDER_RULE_MALFORMED:
    case LADDER_RULE_MSS_NONE:
    case LADDER_RULE_MSS_TINY:
    case LADDER_RULE_WSCALE_UNOFFERED:
    case LADDER_RULE_WSCALE_HIGH:
    case LADDER_RULE_TS_UNOFFERED:
    case LADDER_RULE_TS_ECHO:
    case LADDER_RULE_SACK_UNOFFERED:
    case LADDER_RULE_SACK_BLOCKS:
    case LADDER_RULE_COOKIE_UNASKED:
    case LADDER_RULE_COOKIE_EMPTY:
    case LADDER_RULE_COOKIE_OURS:
    case LADDER_RULE_ACCECN_UNOFFERED:
    case LADDER_RULE_MPTCP_UNOFFERED:
    case LADDER_RULE_MPTCP_OURS:
    case LADDER_RULE_MPTCP_FORM:
    case LADDER_RULE_MD5_UNOFFERED:
    case LADDER_RULE_ECHO:
    case LADDER_RULE_UNKNOWN:
    case LADDER_RULE_CHECKSUM:
    case LADDER_RULE_COUNT:
        break;
    }
    text_append(text, LADDER_BREACH_SIZE, &at, "%s to %s", list(&syn_ack->options, came),
                list(&syn->segment->options, went));
    return text;
}

/* The notation's word of a kind, or NULL. */
static const char *word_of(uint8_t kind)
{
    size_t count;
    const struct option_row *known = option_rows(&count);

    for (size_t i = 0; i < count; i++)
        if (known[i].kind == kind)
            return known[i].word;
    return NULL;
}

const char *ladder_answer_layout(const struct options *options, char text[OPTIONS_TEXT_SIZE])
{
    size_t at = 0;

    text_append(text, OPTIONS_TEXT_SIZE, &at, "%s", options->length == 0 ? "none" : "");
    for (unsigned i = 0; i < options->count; i++) {
        const struct option *option = &options->list[i];
        const char *word = word_of(option->kind), *comma = i > 0 ? "," : "";

        if (option->health == OPTION_HEALTH_AFTER_EOL) {
            text_append(text, OPTIONS_TEXT_SIZE, &at, "%sbehind-eol?", comma);
        } else if (option->kind == OPTION_EOL) {
            /* All that follows is padding. */
            unsigned rest = 0;

            while (i + 1 < options->count && options->list[i + 1].kind == OPTION_EOL &&
                   options->list[i + 1].health == OPTION_HEALTH_GOOD) {
                rest++;
                i++;
            }
            text_append(text, OPTIONS_TEXT_SIZE, &at, "%seol", comma);
            if (rest > 0)
                text_append(text, OPTIONS_TEXT_SIZE, &at, "+%u", rest);
        } else {
            if (word != NULL)
                text_append(text, OPTIONS_TEXT_SIZE, &at, "%s%s", comma, word);
            else
                text_append(text, OPTIONS_TEXT_SIZE, &at, "%skind %u", comma, option->kind);
            if (option->health != OPTION_HEALTH_GOOD)
                text_append(text, OPTIONS_TEXT_SIZE, &at, "?");
        }
    }
    return text;
}
