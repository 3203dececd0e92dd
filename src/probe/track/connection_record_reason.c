/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict on a captured connection in one sentence, and where its round trips are from. */
#include <assert.h>

#include "base/text.h"
#include "probe/track/connection_parts.h"

/* ---- where a round trip is from ---- */

/* The client's half is made of SYN,ACKs and their ACK. */
static const char *client_words(enum rtt_source source)
{
    static const char *const words[RTT_SOURCE_COUNT] = {
        [RTT_SINGLE_COPY] = "one SYN,ACK, one ACK",
        [RTT_ECHOED_COPY] = "the echoed timestamp names the last SYN,ACK",
        [RTT_CROSSED] = "the SYNs crossed",
        [RTT_NO_ANSWER] = "no ACK of a SYN,ACK",
        [RTT_AMBIGUOUS] = "several SYN,ACKs, and no timestamp tells which was acknowledged",
        [RTT_EARLIER_COPY] =
            "the echoed timestamp names a SYN,ACK before the last, so an ACK may have been lost",
        [RTT_LATE_ANSWER] = "later round trips were far shorter, so a first ACK was probably lost",
        [RTT_NOT_CAPTURED] = "the SYN,ACK is not in the capture",
    };

    return words[source];
}

/* Why there is none, whatever the pairs say. */
static const char *no_pair(const struct telling *telling)
{
    if (!telling_has_time(telling))
        return "the file has no time stamps";
    if (telling->verdict.began_late)
        return "the SYN is not in the capture";
    if (telling->follow->simultaneous)
        return "the SYNs crossed: neither answers the other";
    return NULL;
}

/* A refusal, or silence, gives the client nothing to acknowledge. */
static const char *client_source(const struct telling *telling)
{
    return telling->server->syn_seen ? client_words(telling->verdict.client_half.source)
                                     : "no SYN,ACK to acknowledge";
}

static const char *half_source(const struct telling *telling, const struct opening_verdict *half,
                               const char *words)
{
    const char *none = no_pair(telling);

    if (half->rtt == OPENING_UNKNOWN || !telling_has_time(telling))
        return none ? none : words;
    arena_print(telling->arena, "%s: %s",
                telling_stamps(telling->context->stamps_ns, telling->arena), words);
    return arena_finish(telling->arena);
}

void telling_sources(struct telling *telling)
{
    const struct follow_verdict *verdict = &telling->verdict;
    struct connection_record *record = telling->record;

    record->server_rtt_source =
        half_source(telling, &verdict->server_half, rtt_source_words(verdict->server_half.source));
    record->client_rtt_source = half_source(telling, &verdict->client_half, client_source(telling));
    if (verdict->server_half.rtt == OPENING_UNKNOWN || !telling_has_time(telling))
        record->rtt_source = record->server_rtt_source;
    else if (verdict->client_half.rtt == OPENING_UNKNOWN)
        record->rtt_source = record->client_rtt_source;
    else
        record->rtt_source = "the sum of both sides of the capture point";
}

/* ---- the verdict ---- */

static const char *ordinal(int n, char text[16])
{
    static const char *const words[] = {"", "first ", "second ", "third ", "fourth ", "fifth "};
    size_t at = 0;

    if (n > 0 && n < 6)
        return words[n];
    text_append(text, 16, &at, "%dth ", n);
    return text;
}

/* How the end of a connection that was open reads. */
static const char *ending_words(const struct telling *telling)
{
    switch (telling->verdict.ending) {
    case FOLLOW_ENDING_CLOSED:
        return telling->client->passive ? "the server closed first, and both ends are closed"
                                        : "closed by both ends";
    case FOLLOW_ENDING_HALF_CLOSED:
        return telling->context->early ? "one end has closed"
                                       : "one end has closed where the capture ends";
    case FOLLOW_ENDING_OPEN:
        return telling->context->early ? NULL : "still open where the capture ends";
    case FOLLOW_ENDING_RST_CLIENT:
        return "the client then reset it";
    case FOLLOW_ENDING_RST_SERVER:
        return "the server then reset it";
    case FOLLOW_ENDING_RST_FORGED:
        return "then reset, probably by somebody else";
    case FOLLOW_ENDING_TIMED_OUT:
        return "then one end fell silent";
    case FOLLOW_ENDING_ABANDONED:
        return "the client ended it with an RST";
    case FOLLOW_ENDING_UNANSWERED:
    case FOLLOW_ENDING_REFUSED:
    case FOLLOW_ENDING_HALF_OPEN:
    case FOLLOW_ENDING_UNREACHABLE:
    case FOLLOW_ENDING_COUNT:
        break;
    }
    return NULL;
}

static void say_ending(const struct telling *telling)
{
    const char *words = ending_words(telling);

    if (!words)
        return;
    arena_print(telling->arena, "; ");
    /* Other ends of being followed than the capture's. */
    if (telling->verdict.ending == FOLLOW_ENDING_OPEN && telling->context->why == TRACK_WHY_SILENT)
        arena_print(telling->arena, "open, and then silent");
    else if (telling->verdict.ending == FOLLOW_ENDING_OPEN &&
             telling->context->why == TRACK_WHY_ROOM)
        arena_print(telling->arena, "still open when it was given up for others");
    else
        arena_print(telling->arena, "%s", words);
}

static void say_answered(const struct telling *telling)
{
    const struct opening_verdict *half = &telling->verdict.server_half;
    bool many = telling->follow->copies_before > 1, timed = telling_has_time(telling);
    char took[32], number[16];

    if (telling->follow->split)
        arena_print(telling->arena, "the server answered the SYN with ACK and SYN apart");
    else if (telling->follow->simultaneous)
        arena_print(telling->arena, "the SYNs of both ends crossed, and each answered the other's");
    else if (half->answered_copy == OPENING_UNKNOWN)
        arena_print(telling->arena, "the server answered one of %u SYNs with SYN,ACK",
                    telling->follow->copies_before);
    else
        arena_print(telling->arena, "the server answered the %sSYN with SYN,ACK",
                    many ? ordinal(half->answered_copy, number) : "");
    if (timed && half->rtt != OPENING_UNKNOWN)
        arena_print(telling->arena, " after %s", telling_duration(half->rtt, took));
}

static void say_losses(const struct telling *telling)
{
    const struct opening_verdict *half = &telling->verdict.server_half;

    if (half->lost_forward > 0)
        arena_print(telling->arena, "; %d SYN%s lost on the way there", half->lost_forward,
                    half->lost_forward == 1 ? " was" : "s were");
    if (half->lost_reverse > 0)
        arena_print(telling->arena, "; %d SYN,ACK%s probably lost on the way back",
                    half->lost_reverse, half->lost_reverse == 1 ? " was" : "s were");
}

static void say_open(const struct telling *telling)
{
    char took[32];

    if (telling->verdict.began_late) {
        arena_print(telling->arena, "it was open when the capture began");
    } else {
        say_answered(telling);
        if (telling->follow->opened && telling->verdict.client_half.rtt != OPENING_UNKNOWN &&
            telling_has_time(telling))
            arena_print(telling->arena, ", and the client's ACK came %s later",
                        telling_duration(telling->verdict.client_half.rtt, took));
        say_losses(telling);
    }
    say_ending(telling);
}

static void say_refused(const struct telling *telling)
{
    char took[32];

    arena_print(telling->arena, "the server refused the connection: RST");
    if (telling->verdict.server_half.rtt != OPENING_UNKNOWN && telling_has_time(telling))
        arena_print(telling->arena, " after %s",
                    telling_duration(telling->verdict.server_half.rtt, took));
    arena_print(telling->arena, ", TTL %u", telling->follow->reset_hop_limit);
}

static void say_reset(const struct telling *telling)
{
    const struct follow *follow = telling->follow;
    bool forged = follow->reset_who == FOLLOW_WHO_SOMEBODY;

    arena_print(telling->arena, "%s, and then an RST came in the server's name%s, with TTL %u",
                telling->verdict.began_late ? "it was open when the capture began"
                                            : "the server answered with SYN,ACK",
                forged ? ", probably from somebody else" : "", follow->reset_hop_limit);
    if (follow->has_answer && !follow->refused)
        arena_print(telling->arena, " (the SYN,ACK had %u)", follow->answer_hop_limit);
}

static void say_unreachable(const struct telling *telling)
{
    const struct connection *connection = telling->connection;
    char words[64], from[ADDRESS_TEXT_SIZE];
    bool six = connection->icmp_from.family == IP_FAMILY_V6;

    if (connection->icmp_from.family == IP_FAMILY_NONE) {
        arena_print(telling->arena, "%s", telling->verdict.reason);
        return;
    }
    arena_print(telling->arena,
                "the server is unreachable: %s says '%s' (%s type %u code %u, TTL %u)",
                address_show(&connection->icmp_from, from),
                icmp_words(connection->icmp_from.family, connection->icmp_type,
                           connection->icmp_code, words),
                six ? "ICMPv6" : "ICMP", connection->icmp_type, connection->icmp_code,
                connection->icmp_hop_limit);
}

/* How long was waited for what did not come. */
static void say_waiting(const struct telling *telling, int64_t since)
{
    char took[32];

    if (telling_has_time(telling) && telling->context->end_at > since)
        arena_print(telling->arena, " in %s",
                    telling_duration(telling->context->end_at - since, took));
}

static void say_silent(const struct telling *telling)
{
    const struct follow_end *client = telling->client;
    char over[32];

    if (client->copy_count > 1 && telling_has_time(telling))
        arena_print(telling->arena, "the SYN was sent %u times over %s, and nothing came back",
                    client->copy_count,
                    telling_duration(telling->follow->last_at - telling->follow->first_at, over));
    else
        arena_print(telling->arena, "the SYN was sent %s, and nothing came back",
                    client->copy_count > 1 ? "several times" : "once");
    say_waiting(telling, telling->follow->first_at);
    if (telling->connection->icmp_errors > 0)
        arena_print(telling->arena, " but ICMP errors that do not count (see the findings)");
}

static void say_inconclusive(const struct telling *telling)
{
    const struct follow *follow = telling->follow;
    const struct follow_end *server = telling->server;
    char over[32];

    arena_print(telling->arena, "%s", telling->verdict.reason);
    if (telling->verdict.ending == FOLLOW_ENDING_HALF_OPEN && server->copy_count > 1 &&
        telling_has_time(telling))
        arena_print(telling->arena, "; the SYN,ACK was sent %u times over %s", server->copy_count,
                    telling_duration(follow->last_at - follow->answer_at, over));
    else if (telling->verdict.one_way)
        arena_print(telling->arena, ": that of the %s",
                    server->counts.segments == 0 ? "client" : "server");
}

void telling_reason(struct telling *telling)
{
    switch (telling->verdict.verdict) {
    case VERDICT_OPEN:
        say_open(telling);
        break;
    case VERDICT_REFUSED:
        say_refused(telling);
        break;
    case VERDICT_RESET:
        say_reset(telling);
        break;
    case VERDICT_UNREACHABLE:
        say_unreachable(telling);
        break;
    case VERDICT_FILTERED:
        say_silent(telling);
        break;
    case VERDICT_INCONCLUSIVE:
        say_inconclusive(telling);
        break;
    case VERDICT_COUNT:
        assert(false && "no such verdict");
    }
    telling->record->reason = arena_finish(telling->arena);
}
