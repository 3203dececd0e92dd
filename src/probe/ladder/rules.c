/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules by which a SYN,ACK answers the offers of a SYN. */
#include "probe/ladder/rules.h"

#include <assert.h>
#include <string.h>

#define WSCALE_MOST 14 /* RFC 7323 2.3 */
#define MSS_USELESS 88 /* as in probe/notice.c */

static_assert(LADDER_RULE_COUNT <= 64, "breaches has a bit for each rule");

/* The question at hand: both segments, and what is found. */
struct reading {
    const struct ladder_syn *syn;
    const struct segment *offer, *answer;
    struct option_summary offered, answered;
    struct ladder_facts *facts;
};

static void breaks(struct reading *reading, enum ladder_rule rule)
{
    reading->facts->breaches |= UINT64_C(1) << rule;
}

static struct ladder_fact *fact(struct reading *reading, enum ladder_offer offer)
{
    return &reading->facts->facts[offer];
}

/* An option of the same kind and bytes is in the list, where it counts. */
static bool holds(const struct options *options, const uint8_t *bytes, const struct option *option)
{
    for (unsigned i = 0; i < options->count; i++) {
        const struct option *held = &options->list[i];

        if (held->health == OPTION_HEALTH_GOOD && held->kind == option->kind &&
            held->length == option->length &&
            memcmp(options->bytes + held->at, bytes + option->at, option->length) == 0)
            return true;
    }
    return false;
}

/* The first good option of a kind, or NULL. */
static const struct option *find(const struct options *options, uint8_t kind)
{
    for (unsigned i = 0; i < options->count; i++)
        if (options->list[i].kind == kind && options->list[i].health == OPTION_HEALTH_GOOD)
            return &options->list[i];
    return NULL;
}

/* What holds for all options: whether both sides have it, and to the byte. */
static void option_fact(struct reading *reading, enum ladder_offer offer, uint8_t kind,
                        uint32_t number, enum ladder_rule unoffered)
{
    const struct option *asked = find(&reading->offer->options, kind);
    const struct option *came = find(&reading->answer->options, kind);
    struct ladder_fact *found = fact(reading, offer);

    found->offered = asked != NULL;
    if (came == NULL)
        return;
    found->same = holds(&reading->offer->options, reading->answer->options.bytes, came);
    found->answer = LADDER_GOOD;
    found->number = number;
    /* COUNT: it may come without being asked for. */
    if (asked == NULL && unoffered != LADDER_RULE_COUNT) {
        found->answer = LADDER_BAD;
        breaks(reading, unoffered);
    }
}

static void bad(struct reading *reading, enum ladder_offer offer, enum ladder_answer answer,
                enum ladder_rule rule)
{
    fact(reading, offer)->answer = answer;
    breaks(reading, rule);
}

static void read_classic(struct reading *reading)
{
    const struct option_summary *answered = &reading->answered;

    option_fact(reading, LADDER_OFFER_MSS, OPTION_MSS, answered->mss, LADDER_RULE_COUNT);
    if (!answered->has_mss)
        breaks(reading, LADDER_RULE_MSS_NONE);
    else if (answered->mss < MSS_USELESS)
        bad(reading, LADDER_OFFER_MSS, LADDER_BAD, LADDER_RULE_MSS_TINY);

    option_fact(reading, LADDER_OFFER_WSCALE, OPTION_WSCALE, answered->wscale,
                LADDER_RULE_WSCALE_UNOFFERED);
    if (answered->has_wscale && answered->wscale > WSCALE_MOST)
        bad(reading, LADDER_OFFER_WSCALE, LADDER_BAD, LADDER_RULE_WSCALE_HIGH);

    option_fact(reading, LADDER_OFFER_SACK, OPTION_SACK_PERMITTED, 0, LADDER_RULE_SACK_UNOFFERED);
    if (answered->sack_count > 0)
        breaks(reading, LADDER_RULE_SACK_BLOCKS);

    option_fact(reading, LADDER_OFFER_TIMESTAMPS, OPTION_TIMESTAMPS, answered->ts_val,
                LADDER_RULE_TS_UNOFFERED);
    if (answered->has_timestamps && reading->offered.has_timestamps &&
        answered->ts_ecr != reading->offered.ts_val)
        bad(reading, LADDER_OFFER_TIMESTAMPS,
            fact(reading, LADDER_OFFER_TIMESTAMPS)->same ? LADDER_ECHO : LADDER_BAD,
            LADDER_RULE_TS_ECHO);

    option_fact(reading, LADDER_OFFER_MD5, OPTION_MD5, 0, LADDER_RULE_MD5_UNOFFERED);
    /* Two digests of different segments are not alike. */
    if (fact(reading, LADDER_OFFER_MD5)->same)
        bad(reading, LADDER_OFFER_MD5, LADDER_ECHO, LADDER_RULE_ECHO);
    option_fact(reading, LADDER_OFFER_UTO, OPTION_UTO, 0, LADDER_RULE_COUNT);
    option_fact(reading, LADDER_OFFER_EDO, OPTION_EDO, 0, LADDER_RULE_UNKNOWN);
}

static void read_data(struct reading *reading)
{
    const struct segment *offer = reading->offer, *answer = reading->answer;
    uint32_t taken = answer->ack - offer->seq - 1;
    struct ladder_fact *found = fact(reading, LADDER_OFFER_DATA);

    found->offered = offer->payload_total > 0;
    if (taken > offer->payload_total) {
        breaks(reading, LADDER_RULE_ACK);
    } else if (taken > 0) {
        found->answer = LADDER_GOOD;
        found->number = taken;
        if (!reading->syn->cookie_valid)
            bad(reading, LADDER_OFFER_DATA, LADDER_BAD, LADDER_RULE_DATA_TAKEN);
    }
    /* Fast Open lets the server's data go with its SYN, as far as it accepted the client's. */
    if (answer->payload_total > 0 && !(reading->syn->cookie_valid && reading->offered.has_fastopen))
        breaks(reading, LADDER_RULE_DATA_SENT);
    if (answer->flags & (TCP_FIN | TCP_URG))
        breaks(reading, LADDER_RULE_FLAGS);
    if (reading->syn->checksum_wrong)
        breaks(reading, LADDER_RULE_CHECKSUM);
}

static void read_fastopen(struct reading *reading)
{
    const struct option_summary *offered = &reading->offered, *answered = &reading->answered;
    struct ladder_fact *found = fact(reading, LADDER_OFFER_FASTOPEN);

    found->offered = offered->has_fastopen;
    if (!answered->has_fastopen)
        return;
    found->answer = LADDER_GOOD;
    found->number = answered->fastopen_length;
    found->same =
        offered->has_fastopen &&
        offered->fastopen_experimental == answered->fastopen_experimental &&
        offered->fastopen_length == answered->fastopen_length &&
        memcmp(offered->fastopen_cookie, answered->fastopen_cookie, offered->fastopen_length) == 0;
    if (!offered->has_fastopen)
        bad(reading, LADDER_OFFER_FASTOPEN, LADDER_BAD, LADDER_RULE_COOKIE_UNASKED);
    else if (answered->fastopen_length == 0)
        bad(reading, LADDER_OFFER_FASTOPEN, found->same ? LADDER_ECHO : LADDER_BAD,
            LADDER_RULE_COOKIE_EMPTY);
    else if (found->same && !reading->syn->cookie_valid)
        bad(reading, LADDER_OFFER_FASTOPEN, LADDER_ECHO, LADDER_RULE_COOKIE_OURS);
}

/* AE, CWR, ECE as one number. */
static unsigned ecn_bits(uint16_t flags)
{
    return (flags & TCP_AE ? 4u : 0) | (flags & TCP_CWR ? 2u : 0) | (flags & TCP_ECE ? 1u : 0);
}

/* The IP header's ECN bits that RFC 9768 table 2 reports with these flags; -1: no AccECN answer. */
static int accecn_mark(unsigned bits)
{
    switch (bits) {
    case 2:
        return 0; /* Not-ECT */
    case 3:
        return 1; /* ECT(1) */
    case 4:
        return 2; /* ECT(0) */
    case 6:
        return 3; /* CE */
    }
    return -1;
}

static void read_ecn(struct reading *reading)
{
    unsigned asked = ecn_bits(reading->offer->flags), came = ecn_bits(reading->answer->flags);
    bool accurate = asked != 0 && asked != 3;
    int mark = accecn_mark(came);
    struct ladder_fact *classic = fact(reading, LADDER_OFFER_ECN);
    struct ladder_fact *exact = fact(reading, LADDER_OFFER_ACCECN);

    classic->offered = asked == 3 || asked == 7;
    exact->offered = accurate;
    if (reading->answered.has_accecn && !(accurate && mark >= 0))
        breaks(reading, LADDER_RULE_ACCECN_UNOFFERED);
    if (came == 0)
        return;
    if (accurate && mark >= 0) {
        exact->answer = LADDER_GOOD;
        exact->number = (uint32_t)mark;
        exact->same = came == asked;
        if (mark != reading->offer->ecn)
            breaks(reading, LADDER_RULE_ECN_MARK);
        return;
    }
    classic->number = came;
    classic->same = came == asked;
    if (asked == came && classic->offered) {
        bad(reading, LADDER_OFFER_ECN, LADDER_ECHO, LADDER_RULE_ECN_ECHO);
        if (accurate) {
            exact->answer = LADDER_ECHO;
            exact->same = true;
        }
    } else if (came == 1 || came == 5) { /* 5: with the nonce sum of RFC 3540 */
        classic->answer = LADDER_GOOD;
        if (!classic->offered)
            bad(reading, LADDER_OFFER_ECN, LADDER_BAD, LADDER_RULE_ECN_UNOFFERED);
    } else {
        bad(reading, LADDER_OFFER_ECN, LADDER_BAD, LADDER_RULE_ECN_FLAGS);
    }
}

static void read_mptcp(struct reading *reading)
{
    const struct options *answer = &reading->answer->options, *offer = &reading->offer->options;
    const struct option *came = find(answer, OPTION_MPTCP), *asked = find(offer, OPTION_MPTCP);
    struct ladder_fact *found = fact(reading, LADDER_OFFER_MPTCP);

    option_fact(reading, LADDER_OFFER_MPTCP, OPTION_MPTCP, reading->answered.mptcp_version,
                LADDER_RULE_MPTCP_UNOFFERED);
    if (came == NULL || asked == NULL)
        return;
    /* Subtype and version, flags, key: RFC 8684 3.1 figure 4. The reply is 12 bytes long. */
    if (found->same || (came->length == 12 && asked->length == 12 &&
                        memcmp(answer->bytes + came->at + 4, offer->bytes + asked->at + 4, 8) == 0))
        bad(reading, LADDER_OFFER_MPTCP, LADDER_ECHO, LADDER_RULE_MPTCP_OURS);
    else if (reading->answered.mptcp_subtype != 0 || came->length != 12 ||
             reading->answered.mptcp_version > reading->offered.mptcp_version)
        bad(reading, LADDER_OFFER_MPTCP, LADDER_BAD, LADDER_RULE_MPTCP_FORM);
}

/* A kind with a meaning of its own; an experiment with any ExID but Fast Open's has none. */
static bool known(const struct options *options, const struct option *option)
{
    size_t count;
    const struct option_row *rows = option_rows(&count);

    if (option->kind == OPTION_EXP1 || option->kind == OPTION_EXP2)
        return option->length >= 4 && option->kind == OPTION_EXP2 &&
               options->bytes[option->at + 2] == 0xf9 && options->bytes[option->at + 3] == 0x89;
    for (size_t i = 0; i < count; i++)
        if (rows[i].kind == option->kind)
            return true;
    return false;
}

static void read_unknown(struct reading *reading)
{
    const struct options *offer = &reading->offer->options, *answer = &reading->answer->options;
    struct ladder_fact *found = fact(reading, LADDER_OFFER_UNKNOWN);

    for (unsigned i = 0; i < offer->count; i++)
        found->offered = found->offered || (offer->list[i].health == OPTION_HEALTH_GOOD &&
                                            !known(offer, &offer->list[i]));
    for (unsigned i = 0; i < answer->count; i++) {
        const struct option *option = &answer->list[i];

        if (option->health == OPTION_HEALTH_CUT || option->health == OPTION_HEALTH_AFTER_EOL ||
            known(answer, option))
            continue;
        found->number++;
        if (holds(offer, answer->bytes, option)) {
            found->same = true;
            bad(reading, LADDER_OFFER_UNKNOWN, LADDER_ECHO, LADDER_RULE_ECHO);
        } else {
            breaks(reading, LADDER_RULE_UNKNOWN);
            if (found->answer == LADDER_ABSENT)
                found->answer = LADDER_BAD;
        }
    }
}

static void read_reserved(struct reading *reading)
{
    uint16_t asked = reading->offer->flags & TCP_FLAGS_RESERVED;
    uint16_t came = reading->answer->flags & TCP_FLAGS_RESERVED;
    struct ladder_fact *found = fact(reading, LADDER_OFFER_RESERVED);

    found->offered = asked != 0;
    found->number = (uint32_t)came / TCP_R9;
    found->same = came != 0 && came == asked;
    if (came != 0)
        bad(reading, LADDER_OFFER_RESERVED, found->same ? LADDER_ECHO : LADDER_BAD,
            LADDER_RULE_RESERVED);
}

static uint8_t longest_row(const struct options *options)
{
    uint8_t longest = 0, row = 0;

    for (unsigned i = 0; i < options->count; i++) {
        row = options->list[i].kind == OPTION_NOP ? (uint8_t)(row + 1) : 0;
        if (row > longest)
            longest = row;
    }
    return longest;
}

void ladder_read(const struct ladder_syn *syn, const struct segment *syn_ack,
                 struct ladder_facts *ret_facts)
{
    struct reading reading = {
        .syn = syn, .offer = syn->segment, .answer = syn_ack, .facts = ret_facts};

    assert((syn_ack->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK));
    *ret_facts = (struct ladder_facts){0};
    options_summarize(&syn->segment->options, &reading.offered);
    options_summarize(&syn_ack->options, &reading.answered);
    ladder_answer_layout(&syn_ack->options, ret_facts->layout);
    ret_facts->nops = longest_row(&syn_ack->options);
    if (options_unhealthy(&syn_ack->options) > 0)
        breaks(&reading, LADDER_RULE_MALFORMED);
    read_classic(&reading);
    read_data(&reading);
    read_fastopen(&reading);
    read_ecn(&reading);
    read_mptcp(&reading);
    read_unknown(&reading);
    read_reserved(&reading);
}
