/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verdict in one plain sentence. */
#include "probe/reason.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

static const char *duration(int64_t ns, char text[32])
{
    text_show_duration(ns, "µ", text, 32);
    return text;
}

static const char *ordinal(int n, char text[16])
{
    static const char *const words[] = {"", "first", "second", "third", "fourth", "fifth"};
    size_t at = 0;

    if (n > 0 && n < 6)
        return words[n];
    text_append(text, 16, &at, "%dth", n);
    return text;
}

const char *reason_closed(const struct probe *probe)
{
    if (probe->opened_at == 0)
        return NULL;
    switch (probe->tcb.outcome) {
    case EFFECT_DONE:
        return "both";
    case EFFECT_RESET:
        return "rst_received";
    case EFFECT_ABORTED:
        return "rst_sent";
    case EFFECT_TIMED_OUT:
        return "timeout";
    case EFFECT_LEFT:
        return "none";
    case EFFECT_LOST:
        return "lost";
    default: /* a set of bits, not an enumeration: refusals and ICMP cannot come after the opening
              */
        return "none";
    }
}

/* How the end of an open connection reads. */
static const char *closing_words(const struct probe *probe)
{
    switch (probe->tcb.outcome) {
    case EFFECT_DONE:
        return probe->peer_closed_first ? "the server closed first, and both sides are closed"
                                        : "closed by both sides";
    case EFFECT_RESET:
        return "the server then reset it";
    case EFFECT_ABORTED:
        if (probe->fin_unheard)
            return "the server never acknowledged our FIN and got an RST";
        if (probe->gave_up_closing)
            return "the server did not close in time and got an RST";
        return probe->stopped ? "reset by us when stopped" : "reset by us";
    case EFFECT_TIMED_OUT:
        return "then the server fell silent";
    case EFFECT_LEFT:
        return "left open";
    case EFFECT_LOST:
        return "then the interface was lost";
    default: /* a set of bits */
        return "its end was not seen";
    }
}

static void say_open(struct arena *memory, const struct probe *probe, const char *target,
                     const struct opening_verdict *opening)
{
    char took[32], number[16];
    bool many = probe->opening.copies_before > 1;

    if (!probe->opening.has_answer)
        arena_print(memory, "the SYN of %s crossed ours, and its ACK completed the handshake",
                    target);
    else if (opening->source == RTT_CROSSED)
        arena_print(memory, "%s answered our SYN,ACK with SYN,ACK", target);
    else if (opening->answered_copy == OPENING_UNKNOWN)
        arena_print(memory, "%s answered one of %u SYNs with SYN,ACK", target,
                    probe->opening.copies_before);
    else
        arena_print(memory, "%s answered the %s%sSYN with SYN,ACK", target,
                    many ? ordinal(opening->answered_copy, number) : "", many ? " " : "");
    if (opening->rtt != OPENING_UNKNOWN)
        arena_print(memory, " after %s", duration(opening->rtt, took));
    else
        arena_print(memory, ", %s after the first SYN",
                    duration(probe->opened_at - probe->opening.copies[0].at, took));
    if (opening->lost_forward > 0)
        arena_print(memory, "; %d SYN%s lost on the way there", opening->lost_forward,
                    opening->lost_forward == 1 ? " was" : "s were");
    /* A slow path can look the same: only what its own timestamps prove is said without "probably".
     */
    if (opening->lost_reverse > 0)
        arena_print(memory, "; %d SYN,ACK%s probably lost on the way back", opening->lost_reverse,
                    opening->lost_reverse == 1 ? " was" : "s were");
    arena_print(memory, "; %s", closing_words(probe));
}

static void say_refused(struct arena *memory, const struct probe *probe, const char *target,
                        const struct opening_verdict *opening)
{
    char took[32], flags[TCP_FLAGS_TEXT_SIZE];

    arena_print(memory, "%s refused the connection: %s", target,
                tcp_flags_show(probe->speaker_flags, flags));
    if (opening->rtt != OPENING_UNKNOWN)
        arena_print(memory, " after %s", duration(opening->rtt, took));
    arena_print(memory, ", TTL %u", probe->speaker_ttl);
}

static void say_reset(struct arena *memory, const struct probe *probe, const char *target)
{
    char after[32];

    arena_print(memory,
                "%s answered with SYN,ACK and reset the connection %s later, with TTL %u (the "
                "SYN,ACK had %u)",
                target, duration(probe->ended_at - probe->opened_at, after), probe->speaker_ttl,
                probe->syn_ack_ttl);
}

static void say_unreachable(struct arena *memory, const struct probe *probe, const char *target,
                            const struct result_context *context)
{
    char words[64], from[ADDRESS_TEXT_SIZE];

    if (!probe->icmp_decided) {
        arena_print(memory,
                    "%s is unreachable: nothing on %s answers %s for the next hop %s, so no SYN "
                    "could leave",
                    target, probe->route.interface,
                    probe->header.destination.family == IP_FAMILY_V6 ? "neighbour discovery"
                                                                     : "ARP",
                    context->next_hop);
        return;
    }
    arena_print(memory, "%s is unreachable: %s says '%s' (%s type %u code %u, TTL %u)", target,
                address_show(&probe->speaker, from),
                icmp_words(probe->icmp.family, probe->icmp.type, probe->icmp.code, words),
                probe->icmp.family == IP_FAMILY_V6 ? "ICMPv6" : "ICMP", probe->icmp.type,
                probe->icmp.code, probe->speaker_ttl);
}

static void say_silent(struct arena *memory, const struct probe *probe, const char *target)
{
    char took[32];
    unsigned copies = probe->opening.copy_count;
    bool icmp = trace_has_finding(&probe->trace, FINDING_ICMP_FOREIGN) ||
                trace_has_finding(&probe->trace, FINDING_ICMP_NOTE);

    arena_print(memory, "%s did not answer %u SYN%s in %s: nothing came back%s", target, copies,
                copies == 1 ? "" : "s", duration(probe->ended_at - probe->started_at, took),
                icmp ? " but ICMP errors that do not count (see the findings)"
                     : ", not even an ICMP error");
}

static void say_inconclusive(struct arena *memory, const struct probe *probe, const char *target)
{
    char took[32];

    if (probe->stopped && probe->tcb.outcome == EFFECT_ABORTED && probe->opening.copy_count > 0)
        arena_print(memory, "%s was not measured: %s after %s, with %u SYN%s unanswered", target,
                    probe->stopped, duration(probe->ended_at - probe->started_at, took),
                    probe->opening.copy_count, probe->opening.copy_count == 1 ? "" : "s");
    else if (probe->stopped)
        arena_print(memory, "%s was not measured: %s", target, probe->stopped);
    else if (trace_has_finding(&probe->trace, FINDING_LOCAL_UNSEEN) && probe->answers_odd == 0 &&
             probe->opening.copy_count > 0 && !probe->opening.copies[0].stamped)
        arena_print(memory, "%s was not measured: none of our SYNs was seen leaving %s", target,
                    probe->route.interface);
    else if (trace_has_finding(&probe->trace, FINDING_SYN_CROSSED))
        arena_print(memory, "the SYN of %s crossed ours, but it never acknowledged ours", target);
    else if (probe->answers_odd > 0)
        arena_print(memory,
                    "%u segment%s came from %s, but none that answers our SYN (see the findings)",
                    probe->answers_odd, probe->answers_odd == 1 ? "" : "s", target);
    else
        arena_print(memory, "%s sent only packets that no receiver accepts (see the findings)",
                    target);
}

/* The target as it was written, and of a name the address that was taken. */
static const char *subject(const struct probe *probe, const struct result_context *context,
                           struct arena *memory)
{
    char address[ADDRESS_TEXT_SIZE];

    address_show(&probe->header.destination, address);
    if (strcmp(context->target, "self") == 0 || strstr(context->target, address))
        return context->target;
    arena_print(memory, "%s (%s)", context->target, address);
    return arena_finish(memory);
}

const char *reason_sentence(const struct probe *probe, enum verdict verdict,
                            const struct result_context *context,
                            const struct opening_verdict *opening, struct arena *memory)
{
    const char *target = subject(probe, context, memory);

    switch (verdict) {
    case VERDICT_OPEN:
        say_open(memory, probe, target, opening);
        break;
    case VERDICT_REFUSED:
        say_refused(memory, probe, target, opening);
        break;
    case VERDICT_RESET:
        say_reset(memory, probe, target);
        break;
    case VERDICT_UNREACHABLE:
        say_unreachable(memory, probe, target, context);
        break;
    case VERDICT_FILTERED:
        say_silent(memory, probe, target);
        break;
    case VERDICT_INCONCLUSIVE:
        say_inconclusive(memory, probe, target);
        break;
    case VERDICT_COUNT:
        assert(false && "no such verdict");
    }
    return arena_finish(memory);
}
