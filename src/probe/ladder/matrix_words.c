/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the matrix's verdicts, and what an ICMP quote shows of a SYN on its way. */
#include <assert.h>
#include <string.h>

#include "probe/ladder/matrix.h"

static const struct matrix_verdict_row rows[MATRIX_VERDICT_COUNT] = {
#define X(id, word, seen, proves) [MATRIX_##id] = {word, seen, proves},
    MATRIX_VERDICT_TABLE(X)
#undef X
};

const struct matrix_verdict_row *matrix_verdict_row(enum matrix_verdict verdict)
{
    assert(verdict < MATRIX_VERDICT_COUNT);
    return &rows[verdict];
}

/* The offer that an option is; unassigned ones are UNKNOWN. COUNT: padding, or no offer. */
static enum ladder_offer offer_of(uint8_t kind)
{
    switch (kind) {
    case OPTION_EOL:
    case OPTION_NOP:
    case OPTION_SACK:
    case OPTION_AO:
        return LADDER_OFFER_COUNT;
    case OPTION_MSS:
        return LADDER_OFFER_MSS;
    case OPTION_WSCALE:
        return LADDER_OFFER_WSCALE;
    case OPTION_SACK_PERMITTED:
        return LADDER_OFFER_SACK;
    case OPTION_TIMESTAMPS:
        return LADDER_OFFER_TIMESTAMPS;
    case OPTION_MD5:
        return LADDER_OFFER_MD5;
    case OPTION_UTO:
        return LADDER_OFFER_UTO;
    case OPTION_MPTCP:
        return LADDER_OFFER_MPTCP;
    case OPTION_FASTOPEN:
        return LADDER_OFFER_FASTOPEN;
    case OPTION_ACCECN0:
    case OPTION_ACCECN1:
        return LADDER_OFFER_ACCECN;
    case OPTION_EDO:
        return LADDER_OFFER_EDO;
    }
    return LADDER_OFFER_UNKNOWN;
}

static void compare_option(const struct options *sent, const struct option *option,
                           const struct options *quoted, uint32_t *lacks, uint32_t *differs)
{
    enum ladder_offer offer = offer_of(option->kind);

    if (offer == LADDER_OFFER_COUNT || option->health != OPTION_HEALTH_GOOD)
        return;
    for (unsigned i = 0; i < quoted->count; i++) {
        const struct option *came = &quoted->list[i];

        if (came->kind != option->kind)
            continue;
        if (came->length != option->length ||
            memcmp(quoted->bytes + came->at, sent->bytes + option->at, option->length) != 0)
            *differs |= 1u << offer;
        return;
    }
    *lacks |= 1u << offer;
}

void ladder_quote(const struct segment *sent, const struct segment *quoted, uint32_t *ret_lacks,
                  uint32_t *ret_differs)
{
    const uint16_t classic = TCP_CWR | TCP_ECE;

    *ret_lacks = *ret_differs = 0;
    for (unsigned i = 0; i < sent->options.count; i++)
        compare_option(&sent->options, &sent->options.list[i], &quoted->options, ret_lacks,
                       ret_differs);
    if ((sent->flags & TCP_FLAGS_RESERVED) != (quoted->flags & TCP_FLAGS_RESERVED))
        *(quoted->flags & TCP_FLAGS_RESERVED ? ret_differs : ret_lacks) |= 1u
                                                                           << LADDER_OFFER_RESERVED;
    if ((sent->flags & classic) != (quoted->flags & classic))
        *(quoted->flags & classic ? ret_differs : ret_lacks) |= 1u << LADDER_OFFER_ECN;
    if ((sent->flags & TCP_AE) != (quoted->flags & TCP_AE))
        *(quoted->flags & TCP_AE ? ret_differs : ret_lacks) |= 1u << LADDER_OFFER_ACCECN;
    if (sent->ecn != quoted->ecn)
        *ret_differs |= 1u << LADDER_OFFER_ACCECN;
}
