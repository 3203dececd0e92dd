/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict of a feature that a SYN offers, by the SYN,ACKs to all SYNs with it and without. */
#include <math.h>
#include <string.h>

#include "probe/ladder/matrix_parts.h"

#define NOPS_TOO_MANY 4 /* nobody needs so many to align an option */
#define ALIKE         3 /* values that came back as they were sent: more than chance */

struct gathered {
    unsigned good[2], absent[2]; /* of SYNs: [1] with a whole system's set of options beside */
    unsigned good_ts[2], absent_ts[2]; /* the same: [1] with timestamps beside */
    unsigned own_good;
    unsigned other;                  /* good answers that are not our own bytes */
    unsigned marks;                  /* with our IP header's ECN bits changed */
    unsigned lacks, differs;         /* ICMP quotes */
    unsigned cookies, cookies_taken; /* SYNs with data and our cookie; data acknowledged */
    unsigned holes;                  /* absent, with as many NOP as would fill its place */
    uint32_t alike[ALIKE];           /* different values that came back as they were sent */
    size_t alike_count;
    unsigned rung_good[RUNG_COUNT], rung_absent[RUNG_COUNT];
};

enum ladder_offer matrix_offer(enum rung_feature feature)
{
    switch (feature) {
    case RUNG_FEATURE_MSS:
        return LADDER_OFFER_MSS;
    case RUNG_FEATURE_WSCALE:
        return LADDER_OFFER_WSCALE;
    case RUNG_FEATURE_SACK:
        return LADDER_OFFER_SACK;
    case RUNG_FEATURE_TIMESTAMPS:
        return LADDER_OFFER_TIMESTAMPS;
    case RUNG_FEATURE_FASTOPEN:
        return LADDER_OFFER_FASTOPEN;
    case RUNG_FEATURE_ECN:
        return LADDER_OFFER_ECN;
    case RUNG_FEATURE_ACCECN:
        return LADDER_OFFER_ACCECN;
    case RUNG_FEATURE_MPTCP:
        return LADDER_OFFER_MPTCP;
    case RUNG_FEATURE_MD5:
        return LADDER_OFFER_MD5;
    case RUNG_FEATURE_UTO:
        return LADDER_OFFER_UTO;
    case RUNG_FEATURE_EDO:
        return LADDER_OFFER_EDO;
    case RUNG_FEATURE_UNKNOWN:
        return LADDER_OFFER_UNKNOWN;
    case RUNG_FEATURE_RESERVED:
        return LADDER_OFFER_RESERVED;
    case RUNG_FEATURE_DATA:
        return LADDER_OFFER_DATA;
    case RUNG_FEATURE_BARE:
    case RUNG_FEATURE_SETS:
    case RUNG_FEATURE_ORDER:
    case RUNG_FEATURE_PADDING:
    case RUNG_FEATURE_FULL:
    case RUNG_FEATURE_MALFORMED:
    case RUNG_FEATURE_CHECKSUM:
    case RUNG_FEATURE_COUNT:
        break;
    }
    return LADDER_OFFER_COUNT;
}

bool matrix_asks(enum rung_id id, enum ladder_offer offer)
{
    const struct rung *rung = rung_of(id);
    const uint16_t all = TCP_AE | TCP_CWR | TCP_ECE;

    if (offer == LADDER_OFFER_FASTOPEN)
        return rung->data == NULL && id != RUNG_FASTOPEN_EXP;
    if (offer == LADDER_OFFER_ACCECN)
        return (rung->flags & all) == all;
    if (offer == LADDER_OFFER_ECN)
        return rung->feature == RUNG_FEATURE_ECN && rung->ecn == 0;
    if (offer == LADDER_OFFER_DATA)
        return rung->feature == RUNG_FEATURE_DATA;
    if (offer == LADDER_OFFER_MPTCP)
        return id != RUNG_MPTCP_V0;
    return true;
}

static void note_value(struct matrix_row *row, uint32_t value)
{
    size_t at = 0;

    while (at < row->value_count && row->values[at] < value)
        at++;
    if ((at < row->value_count && row->values[at] == value) || row->value_count == MATRIX_VALUES)
        return;
    memmove(row->values + at + 1, row->values + at,
            (row->value_count - at) * sizeof row->values[0]);
    row->values[at] = value;
    row->value_count++;
}

static void note_alike(struct gathered *all, uint32_t value)
{
    for (size_t i = 0; i < all->alike_count; i++)
        if (all->alike[i] == value)
            return;
    if (all->alike_count < ALIKE)
        all->alike[all->alike_count++] = value;
}

/* Whether this many NOP may stand in the place of the answer. */
static bool fills(enum ladder_offer offer, unsigned nops)
{
    static const uint8_t length[LADDER_OFFER_COUNT][2] = {
        [LADDER_OFFER_MSS] = {4, 4},       [LADDER_OFFER_WSCALE] = {3, 3},
        [LADDER_OFFER_SACK] = {2, 2},      [LADDER_OFFER_TIMESTAMPS] = {10, 10},
        [LADDER_OFFER_FASTOPEN] = {6, 18}, [LADDER_OFFER_MPTCP] = {12, 12},
        [LADDER_OFFER_MD5] = {18, 18},     [LADDER_OFFER_UTO] = {4, 4},
    };

    return length[offer][0] > 0 && nops >= length[offer][0] && nops <= length[offer][1] + 3u;
}

/* Whether the offer alone, of those that are not answered, fits the row of NOP that came. */
static bool leaves_hole(const struct matrix_case *judged, const struct ladder_facts *facts,
                        enum ladder_offer offer)
{
    if (facts->nops < NOPS_TOO_MANY || facts->nops <= judged->control_nops ||
        !fills(offer, facts->nops))
        return false;
    for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++)
        if (i != offer && facts->facts[i].offered && facts->facts[i].answer == LADDER_ABSENT &&
            fills((enum ladder_offer)i, facts->nops))
            return false;
    return true;
}

static void gather_answer(struct matrix_case *judged, const struct matrix_seen *seen,
                          enum ladder_offer offer, struct gathered *all)
{
    const struct rung *rung = rung_of(seen->rung);
    const struct ladder_fact *fact = &seen->facts->facts[offer];
    bool beside = rung->like != PROFILE_BARE;
    bool timestamps = seen->facts->facts[LADDER_OFFER_TIMESTAMPS].offered;
    bool own = rung->feature == judged->row->feature;

    /* Data with a cookie are Fast Open's; and what is doubtful itself is no measure for others. */
    if ((offer == LADDER_OFFER_DATA && !own) ||
        (rung->role == RUNG_ROLE_DOUBTFUL && offer != LADDER_OFFER_MD5))
        return;
    if (offer == LADDER_OFFER_FASTOPEN && fact->offered &&
        seen->facts->facts[LADDER_OFFER_DATA].offered && rung_needs_cookie(seen->rung)) {
        all->cookies++;
        all->cookies_taken += seen->facts->facts[LADDER_OFFER_DATA].answer == LADDER_GOOD;
    }
    if (!fact->offered) {
        /* An MSS and a user timeout may be announced unasked. */
        judged->row->unasked += fact->answer == LADDER_BAD || fact->answer == LADDER_ECHO;
        if (offer == LADDER_OFFER_MSS && fact->answer != LADDER_ABSENT)
            note_value(judged->row, fact->number);
        return;
    }
    all->marks += offer == LADDER_OFFER_ACCECN && ladder_breaks(seen->facts, LADDER_RULE_ECN_MARK);
    if (fact->answer != LADDER_ABSENT && offer != LADDER_OFFER_TIMESTAMPS)
        note_value(judged->row, fact->number);
    if (fact->answer != LADDER_ABSENT && own && fact->same)
        note_alike(all, fact->number);
    switch (fact->answer) {
    case LADDER_ABSENT:
        if (!matrix_asks(seen->rung, offer))
            break;
        judged->row->absent++;
        all->absent[beside]++;
        all->absent_ts[timestamps]++;
        all->rung_absent[seen->rung]++;
        all->holes += leaves_hole(judged, seen->facts, offer);
        break;
    case LADDER_GOOD:
        judged->row->good++;
        all->own_good += own;
        all->other += !fact->same && own;
        if (!matrix_asks(seen->rung, offer))
            break;
        all->good[beside]++;
        all->good_ts[timestamps]++;
        all->rung_good[seen->rung]++;
        break;
    case LADDER_ECHO:
        judged->row->echoed++;
        break;
    case LADDER_BAD:
    case LADDER_ANSWER_COUNT:
        judged->row->bad++;
        all->other += !fact->same && own;
        break;
    }
}

static void gather(struct matrix_case *judged, enum ladder_offer offer, struct gathered *all)
{
    memset(all, 0, sizeof *all);
    for (size_t i = 0; i < judged->count; i++) {
        const struct matrix_seen *seen = &judged->seen[i];

        all->lacks += seen->quote_lacks >> offer & 1;
        all->differs += seen->quote_differs >> offer & 1;
        if (seen->facts != NULL)
            gather_answer(judged, seen, offer, all);
    }
}

/* Whether what looks like an answer is no more than what was sent. */
static bool only_echoes(const struct matrix_case *judged, enum ladder_offer offer,
                        const struct gathered *all)
{
    if (all->own_good == 0)
        return false;
    switch (offer) {
    case LADDER_OFFER_MSS:
    case LADDER_OFFER_WSCALE:
    case LADDER_OFFER_ACCECN:
        return all->other == 0 && all->alike_count >= ALIKE;
    /* Where what nobody knows comes back, so may these, whatever was changed in them. */
    case LADDER_OFFER_SACK:
    case LADDER_OFFER_UTO:
    case LADDER_OFFER_EDO:
    case LADDER_OFFER_MD5:
        return judged->matrix->echoing;
    case LADDER_OFFER_TIMESTAMPS:
    case LADDER_OFFER_FASTOPEN:
    case LADDER_OFFER_ECN:
    case LADDER_OFFER_MPTCP:
    case LADDER_OFFER_UNKNOWN:
    case LADDER_OFFER_RESERVED:
    case LADDER_OFFER_DATA:
    case LADDER_OFFER_COUNT:
        break;
    }
    return false;
}

static bool repeats_disagree(const struct gathered *all)
{
    for (unsigned i = 0; i < RUNG_COUNT; i++)
        if (all->rung_good[i] > 0 && all->rung_absent[i] > 0)
            return true;
    return false;
}

/* ln of the chance that all repeats of each SYN agree where the answer has nothing to do with it.
 */
static double ln_agreement(const struct gathered *all)
{
    double good = all->good[0] + all->good[1], absent = all->absent[0] + all->absent[1], sum = 0;

    for (unsigned i = 0; i < RUNG_COUNT; i++) {
        double repeats = all->rung_good[i] + all->rung_absent[i];

        if (repeats < 2)
            continue;
        sum += log(pow(good / (good + absent), repeats) + pow(absent / (good + absent), repeats));
    }
    return sum;
}

/* Some with it and some without: a rule behind it, or not. */
static enum matrix_verdict judge_mixed(struct matrix_case *judged, const struct gathered *all)
{
    if (repeats_disagree(all)) {
        matrix_say(judged, "; the same SYN was answered with it and without: several hosts, or "
                           "something that changes with time");
        return MATRIX_INCONCLUSIVE;
    }
    if (ln_agreement(all) >= judged->ln_alpha) {
        matrix_say(judged, "; too few repeats to tell a rule");
        return MATRIX_INCONCLUSIVE;
    }
    if (all->good_ts[0] == 0 && all->absent_ts[1] == 0) {
        matrix_say(judged, "; only beside timestamps; as SYN cookies do");
        return MATRIX_SUPPORTED;
    }
    if (all->good[0] > 0 && all->absent[0] == 0) {
        matrix_say(judged,
                   "; alone it is always answered, beside other options it is missing %u of %u "
                   "times",
                   all->absent[1], all->absent[1] + all->good[1]);
        return MATRIX_STRIPPED;
    }
    matrix_say(judged, "; always by some of the SYNs, never by others");
    return MATRIX_SUPPORTED;
}

/* Whether an MSS is what is left of a usual link's MTU by the headers of IPv4 or IPv6. */
static bool mss_usual(uint32_t mss)
{
    static const uint32_t mtus[] = {576, 1280, 1500, 9000, 9001, 65535, 65536};

    for (size_t i = 0; i < sizeof(mtus) / sizeof(mtus[0]); i++)
        if (mss + 40 == mtus[i] || mss + 60 == mtus[i])
            return true;
    return false;
}

static void say_values(struct matrix_case *judged, enum ladder_offer offer,
                       const struct gathered *all)
{
    const struct matrix_row *row = judged->row;
    unsigned offered = row->good + row->absent + row->echoed + row->bad;

    if (offered + row->unasked > 0)
        matrix_say(judged, "; answered %u of %u", row->good, offered);
    if (row->echoed + row->bad + row->unasked > 0)
        matrix_say(judged, ", echoed %u, wrongly %u, unasked %u", row->echoed, row->bad,
                   row->unasked);
    if (offer == LADDER_OFFER_SACK || row->value_count == 0)
        return;
    for (size_t i = 0; i < row->value_count; i++)
        matrix_say(judged, "%s%u",
                   i > 0         ? " "
                   : offered > 0 ? ", values "
                                 : "; values ",
                   row->values[i]);
    if (offer == LADDER_OFFER_MSS && row->value_count == 1 && !mss_usual(row->values[0]))
        matrix_say(judged, "; no usual link's value; clamped on the way, or a tunnel's");
    if (offer == LADDER_OFFER_MSS && all->alike_count > 1 && all->other > 0)
        matrix_say(judged, "; it follows ours");
    if (all->cookies > 0)
        matrix_say(judged, "; data with the cookie: %u of %u taken", all->cookies_taken,
                   all->cookies);
}

enum matrix_verdict matrix_judge_offer(struct matrix_case *judged, enum ladder_offer offer)
{
    struct matrix_row *row = judged->row;
    struct gathered all;
    unsigned good;

    gather(judged, offer, &all);
    say_values(judged, offer, &all);
    /* Where the offer itself is left out each time, an older form of it that is answered does not
     * make it good. */
    good = all.good[0] + all.good[1];
    if (all.absent[0] + all.absent[1] == 0)
        good = row->good;
    else if (good == 0 && row->good > 0)
        matrix_say(judged, "; answered in another form alone");
    if (row->echoed > 0 || only_echoes(judged, offer, &all)) {
        matrix_say(judged, "; our own bytes came back");
        return MATRIX_ECHOED;
    }
    if (all.differs > 0) {
        matrix_say(judged, "; %u ICMP quotes show another value", all.differs);
        return MATRIX_REWRITTEN;
    }
    /* An answer shows that the offer came there; but an MSS is announced to any SYN. */
    if (all.lacks > 0 && (good == 0 || offer == LADDER_OFFER_MSS)) {
        matrix_say(judged, "; %u ICMP quotes lack it", all.lacks);
        return MATRIX_STRIPPED;
    }
    if (all.marks > 0) {
        matrix_say(judged, "; %u SYNs arrived with other ECN bits in the IP header", all.marks);
        return MATRIX_REWRITTEN;
    }
    /* Data acknowledged too early is against the rules, but it is taken. */
    if (offer == LADDER_OFFER_DATA && row->bad > 0)
        return MATRIX_SUPPORTED;
    if (row->bad + row->unasked > 0) {
        matrix_say(judged, "; against the rules: by something on the way, or a wrong stack");
        return MATRIX_REWRITTEN;
    }
    if (good == 0 && all.holes > 0 && 2 * all.holes >= row->absent) {
        matrix_say(judged, "; NOP stand in its place in %u answers", all.holes);
        return MATRIX_STRIPPED;
    }
    if (good == 0)
        return row->absent >= 2 ? MATRIX_DECLINED : MATRIX_INCONCLUSIVE;
    if (row->absent == 0)
        return MATRIX_SUPPORTED;
    return judge_mixed(judged, &all);
}
