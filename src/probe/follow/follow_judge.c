/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict on a connection that was followed. */
#include "probe/follow/parts.h"

/* RFC 9293 section 3.7.1: what an end takes that says nothing; the value for IPv4. */
#define MSS_DEFAULT 536
/* RFC 6298 section 2: before the first SYN's timer has run out, silence means nothing, unless the
 * client itself gave up. */
#define SILENCE INT64_C(1000000000)
/* As many repeats without any answer are a time-out. */
#define REPEATS_TIMED_OUT 3

static void find_effect(const struct follow *follow, struct follow_effect *effect)
{
    const struct follow_end *ends = follow->ends;
    const struct follow_end *client = &ends[follow->client], *server = &ends[!follow->client];
    const uint16_t asks = TCP_ECE | TCP_CWR;

    *effect = (struct follow_effect){.wscale = {FOLLOW_UNKNOWN, FOLLOW_UNKNOWN}};
    if (!ends[0].syn_seen || !ends[1].syn_seen || ends[0].syn_cut || ends[1].syn_cut)
        return;
    effect->known = true;
    for (unsigned i = 0; i < 2; i++) {
        effect->mss[i] = ends[!i].mss > 0 ? ends[!i].mss : MSS_DEFAULT;
        if (ends[0].has_wscale && ends[1].has_wscale)
            effect->wscale[i] = ends[i].wscale;
    }
    effect->sack = ends[0].has_sack && ends[1].has_sack;
    effect->timestamps = ends[0].has_timestamps && ends[1].has_timestamps;
    /* RFC 3168 section 6.1.1: asked with both bits, granted with ECE alone. */
    effect->ecn =
        (client->syn_flags & asks) == asks && (server->syn_flags & (asks | TCP_AE)) == TCP_ECE;
    effect->mptcp = ends[0].has_mptcp && ends[1].has_mptcp && follow->ack_has_mptcp;
    effect->fastopen = client->took_early;
}

static enum follow_ending find_ending(const struct follow *follow)
{
    const struct follow_end *client = &follow->ends[follow->client];
    const struct follow_end *server = &follow->ends[!follow->client];

    if (follow->refused)
        return FOLLOW_ENDING_REFUSED;
    if (client->has_fin && server->has_fin)
        return FOLLOW_ENDING_CLOSED;
    if (follow->reset) {
        bool by_client = follow->reset_from == follow->client;

        if (follow->reset_who == FOLLOW_WHO_SOMEBODY)
            return FOLLOW_ENDING_RST_FORGED;
        if (!follow->opened && by_client)
            return client->joined     ? FOLLOW_ENDING_RST_CLIENT
                   : server->syn_sent ? FOLLOW_ENDING_ABANDONED
                                      : FOLLOW_ENDING_UNANSWERED;
        return by_client ? FOLLOW_ENDING_RST_CLIENT : FOLLOW_ENDING_RST_SERVER;
    }
    if (!follow->begun)
        return FOLLOW_ENDING_OPEN; /* all that came was broken: nothing is known of an end */
    if (!follow->opened) {
        if (follow->icmp_kind != ICMP_CLASS_NONE && !server->syn_sent)
            return FOLLOW_ENDING_UNREACHABLE;
        return server->syn_sent ? FOLLOW_ENDING_HALF_OPEN : FOLLOW_ENDING_UNANSWERED;
    }
    /* With one direction alone in the capture every silence is the capture's. */
    bool both = client->counts.segments > 0 && server->counts.segments > 0;
    if (both && (client->silent >= REPEATS_TIMED_OUT || server->silent >= REPEATS_TIMED_OUT))
        return FOLLOW_ENDING_TIMED_OUT;
    return client->has_fin || server->has_fin ? FOLLOW_ENDING_HALF_CLOSED : FOLLOW_ENDING_OPEN;
}

static void decide(struct follow_verdict *verdict, enum verdict word, const char *reason)
{
    verdict->verdict = word;
    verdict->reason = reason;
}

static void decide_unopened(const struct follow *follow, int64_t end_at,
                            struct follow_verdict *verdict)
{
    const struct follow_end *server = &follow->ends[!follow->client];

    if (!server->syn_sent && (server->counts.segments > 0 || server->counts.bad > 0)) {
        decide(verdict, VERDICT_INCONCLUSIVE, "nothing that came back answers the SYN");
    } else if (!server->syn_sent) {
        if (end_at - follow->first_at >= SILENCE || follow->reset)
            decide(verdict, VERDICT_FILTERED, "nothing came back");
        else
            decide(verdict, VERDICT_INCONCLUSIVE,
                   "the capture ended before an answer could have come");
    } else if (follow->reset) {
        if (follow->reset_from == follow->client)
            decide(verdict, VERDICT_OPEN, "the SYN was answered; the client ended it with an RST");
        else
            decide(verdict, VERDICT_RESET, "an RST came after the SYN,ACK");
    } else {
        decide(verdict, VERDICT_INCONCLUSIVE,
               "half-open: the SYN was answered, and the client said no more");
    }
}

static void decide_opened(const struct follow *follow, struct follow_verdict *verdict)
{
    bool by_client = follow->reset_from == follow->client;

    if (follow->reset && !follow->reset_after_fin && !by_client)
        decide(verdict, VERDICT_RESET,
               follow->reset_who == FOLLOW_WHO_SOMEBODY
                   ? "an RST came in the server's name, probably from somebody else"
                   : "an RST came from the server's side");
    else if (verdict->one_way)
        decide(verdict, VERDICT_INCONCLUSIVE, "only one direction is in the capture");
    else if (verdict->began_late)
        decide(verdict, VERDICT_OPEN, "it was open when the capture began");
    else
        decide(verdict, VERDICT_OPEN, "the handshake was completed");
}

void follow_judge(const struct follow *follow, int64_t end_at, struct follow_verdict *ret_verdict)
{
    const struct follow_end *client = &follow->ends[follow->client];
    const struct follow_end *server = &follow->ends[!follow->client];
    struct opening opening;

    *ret_verdict = (struct follow_verdict){
        .ending = find_ending(follow),
        .reset_who = (enum follow_who)follow->reset_who,
        .began_late = client->joined || !client->syn_seen,
        .one_way = follow->opened && (client->counts.segments == 0 || server->counts.segments == 0),
    };
    follow_server_half(follow, &opening);
    ret_verdict->server_half = follow_half(&opening);
    follow_client_half(follow, &opening);
    ret_verdict->client_half = follow_half(&opening);
    ret_verdict->rtt = FOLLOW_UNKNOWN;
    if (ret_verdict->server_half.rtt >= 0 && ret_verdict->client_half.rtt >= 0)
        ret_verdict->rtt = ret_verdict->server_half.rtt + ret_verdict->client_half.rtt;
    find_effect(follow, &ret_verdict->effect);

    if (!follow->begun || (client->joined && !follow->opened))
        decide(ret_verdict, VERDICT_INCONCLUSIVE, "the capture holds only the end of it");
    else if (follow->refused)
        decide(ret_verdict, VERDICT_REFUSED, "the SYN was answered with an RST");
    else if (ret_verdict->ending == FOLLOW_ENDING_UNREACHABLE)
        decide(ret_verdict, VERDICT_UNREACHABLE, "an ICMP error answered the SYN");
    else if (follow->opened)
        decide_opened(follow, ret_verdict);
    else
        decide_unopened(follow, end_at, ret_verdict);
}
