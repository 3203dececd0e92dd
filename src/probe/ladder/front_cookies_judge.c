/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict on SYN cookies, out of the tests for them. */
#include "probe/ladder/front_parts.h"
#include "stat/isn/cookies.h"

/* 4.4BSD's SYN,ACK comes again after 6 s: nothing until here is as good as nothing ever, ns. */
#define REPEAT_SURE INT64_C(7000000000)
/* Different ISNs whose flags must agree in seven bits, to be FreeBSD's cookies; as many are held
 * against each other. */
#define FLAGS_LEAST 5
#define FLAGS_MOST  64
/* Answers on different ports that show whether the tuple is in the ISN. */
#define ECHO_LEAST 3

/* The ISN is ours and a constant, for whatever port: nothing secret is in it, so it is no cookie.
 */
static bool only_ours(const struct front_case *judged)
{
    const struct ladder_shot *before = NULL;
    unsigned pairs = 0, alike = 0;

    for (size_t i = 0; i < judged->count; i++) {
        const struct ladder_shot *shot = &judged->shots[i];

        if (shot->part != LADDER_PART_RUNGS || !front_answered(shot))
            continue;
        if (before != NULL && before->port != shot->port && before->syn.seq != shot->syn.seq) {
            pairs++;
            alike += shot->answer.segment.seq - before->answer.segment.seq ==
                     shot->syn.seq - before->syn.seq;
        }
        before = shot;
    }
    return pairs >= ECHO_LEAST && 2 * alike > pairs;
}

/* FreeBSD's layout, of pf as well: the options in clear, in seven bits that are the same for the
 * same options (the lowest is the secret's), while the highest byte is a hash. */
static bool options_in_clear(const struct front_case *judged)
{
    uint32_t seen[FLAGS_MOST];
    size_t count = 0, tops = 0;

    for (size_t i = 0; i < judged->count && count < FLAGS_MOST; i++) {
        uint32_t isn = judged->shots[i].answer.segment.seq;
        bool new = true, new_top = true;

        if (judged->shots[i].rung != RUNG_LINUX || judged->shots[i].part == LADDER_PART_LIMITED ||
            !front_answered(&judged->shots[i]))
            continue;
        for (size_t j = 0; j < count; j++) {
            new = new &&seen[j] != isn;
            new_top = new_top && seen[j] >> 24 != isn >> 24;
        }
        if (!new)
            continue;
        if (count > 0 && isn_cookie_flags(isn) >> 1 != isn_cookie_flags(seen[0]) >> 1)
            return false;
        seen[count++] = isn;
        tops += new_top;
    }
    return count >= FLAGS_LEAST && 2 * tops > count;
}

/* The same SYN has the same ISN, and another of ours another. */
static enum front_says judge_hash(struct front_case *judged, char *why)
{
    bool silent = front_is(judged, FRONT_REPEATS, FRONT_SAYS_YES);

    if (options_in_clear(judged)) {
        front_why(why, "the ISN is a function of the SYN with its options in clear, as FreeBSD and "
                       "pf make their cookies; state may be kept beside them");
        return FRONT_SAYS_YES;
    }
    if (front_is(judged, FRONT_LOW_BITS, FRONT_SAYS_YES)) {
        front_why(why, "the ISN is a function of the SYN, and the low bits of TSval stand still");
        return FRONT_SAYS_YES;
    }
    if (silent && judged->hold->held >= REPEAT_SURE) {
        front_why(why, "the ISN is a function of the SYN, ours in it too, and the SYN,ACK does not "
                       "come again: who answers keeps no state");
        return FRONT_SAYS_YES;
    }
    front_why(why, "the ISN is a function of the SYN, ours in it too, as of some stacks' cookies; "
                   "a hash without a clock looks the same");
    return FRONT_SAYS_INCONCLUSIVE;
}

static enum front_says judge_sum(struct front_case *judged, char *why)
{
    if (only_ours(judged)) {
        front_why(why, "the ISN is ours plus a constant, whatever the port: nothing secret is in "
                       "it, so it is no cookie");
        return FRONT_SAYS_NO;
    }
    /* Linux with a short queue: the one that is held fills it, and all others get cookies. */
    if (front_is(judged, FRONT_REPEATS, FRONT_SAYS_NO) &&
        front_is(judged, FRONT_LOW_BITS, FRONT_SAYS_YES)) {
        front_why(why, "the ISN is ours plus a hash that time does not move, and the low bits of "
                       "TSval stand still, as in Linux' cookies; of the one that was held there is "
                       "state, so they are made when its queue is full");
        return FRONT_SAYS_YES;
    }
    if (front_is(judged, FRONT_REPEATS, FRONT_SAYS_NO)) {
        front_why(why, "the ISN goes with ours as that of cookies does, and yet the SYN,ACK came "
                       "again, which takes state");
        return FRONT_SAYS_INCONCLUSIVE;
    }
    front_why(
        why,
        "the ISN is ours plus a hash that time does not move, as Linux makes its "
        "cookies%s%s",
        front_is(judged, FRONT_LOW_BITS, FRONT_SAYS_YES) ? "; the low bits of TSval stand still"
                                                         : "",
        front_is(judged, FRONT_REPEATS, FRONT_SAYS_YES) ? "; the SYN,ACK does not come again" : "");
    return FRONT_SAYS_YES;
}

enum front_says front_judge_cookies(struct front_case *judged)
{
    char *why = judged->front->cookies_why;

    /* Were ours in it, this would not happen once in 2^32 times. */
    if (judged->still > 0 && front_is(judged, FRONT_SHIFTED, FRONT_SAYS_NO)) {
        front_why(why, "the ISN was the same though ours was another: a static one, or of a slow "
                       "clock, and no cookie");
        return FRONT_SAYS_NO;
    }
    if (front_is(judged, FRONT_IDENTICAL, FRONT_SAYS_YES)) {
        if (front_is(judged, FRONT_SHIFTED, FRONT_SAYS_YES))
            return judge_sum(judged, why);
        if (front_is(judged, FRONT_SHIFTED, FRONT_SAYS_NO))
            return judge_hash(judged, why);
    } else if (judged->changed > 1) {
        /* No cookie changes from one second to the next, twice. */
        if (front_is(judged, FRONT_LOW_BITS, FRONT_SAYS_YES)) {
            front_why(why, "the low bits of TSval stand still as in Linux' cookies, but the same "
                           "SYN has another ISN each time: a firewall may rewrite it");
            return FRONT_SAYS_INCONCLUSIVE;
        }
        if (front_is(judged, FRONT_SHIFTED, FRONT_SAYS_NO)) {
            front_why(why, "the same SYN has another ISN a moment later");
            return FRONT_SAYS_NO;
        }
    }
    if (judged->parts_of_time)
        front_why(why, "some of the ISNs are as those of cookies, some are not: they may be sent "
                       "for a part of the time only");
    else
        front_why(why, "too few of the SYNs of one 4-tuple were answered");
    return FRONT_SAYS_INCONCLUSIVE;
}
