/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is out of the ordinary about the SYNs of a captured connection. */
#include "probe/track/connection_found.h"

/* RFC 6298 section 2.1. */
#define SYN_TIMER INT64_C(1000000000)
/* Below this an MSS is of no use, see probe/notice.c. */
#define MSS_USELESS 88

static bool is_known(uint8_t kind)
{
    size_t count;
    const struct option_row *rows = option_rows(&count);

    for (size_t i = 0; i < count; i++)
        if (rows[i].kind == kind)
            return true;
    return false;
}

static void find_copies(const struct telling *telling, const struct follow_end *end,
                        enum finding finding, const char *what, struct found *found)
{
    const char *words = NULL;

    if (end->copy_count < 2)
        return;
    if (telling_has_time(telling))
        words = backoff_words(end->copies, end->copy_count, telling->arena);
    found_print(found, finding, "the %s was sent %u times%s%s", what, end->copy_count,
                words ? "; back-off: " : "", words ? words : "");
}

/* Options of a SYN that are malformed, of no known kind, or useless. */
static void find_options(const struct telling *telling, const struct follow_end *end,
                         const char *what, struct found *found)
{
    struct options options;
    struct option_summary summary;
    char name[16];
    bool strange = false, malformed = false;

    if (!end->syn_seen)
        return;
    follow_options(end, &options);
    options_summarize(&options, &summary);
    for (unsigned i = 0; i < options.count; i++) {
        const struct option *option = &options.list[i];

        if (option->health != OPTION_HEALTH_GOOD && !malformed)
            found_print(found, FINDING_OPT_MALFORMED, "option kind %u of the %s: %s", option->kind,
                        what, option_health_words((enum option_health)option->health));
        else if (option->health == OPTION_HEALTH_GOOD && !strange && !is_known(option->kind))
            found_print(found, FINDING_OPT_STRANGE, "the %s had option %s, which is not known",
                        what, option_name(option->kind, name));
        malformed |= option->health != OPTION_HEALTH_GOOD;
        strange |= !is_known(option->kind);
    }
    if (summary.has_wscale && summary.wscale > 14)
        found_print(found, FINDING_OPT_WSCALE, "the %s had a window scale of %u; 14 is used", what,
                    summary.wscale);
    if (!summary.has_mss)
        found_print(found, FINDING_OPT_NO_MSS,
                    "the %s had no MSS option: %u bytes are taken for granted", what,
                    telling->connection->key.family == IP_FAMILY_V6 ? 1220 : 536);
    else if (summary.mss < MSS_USELESS)
        found_print(found, FINDING_OPT_MSS, "the %s announced a maximum segment size of %u", what,
                    summary.mss);
    if (!malformed && end->all_events & FOLLOW(MALFORMED) && !end->odd_flags)
        found_print(found, FINDING_OPT_MALFORMED, "a later segment of the %s had malformed options",
                    name_of(telling, end));
}

static void find_unoffered(const struct telling *telling, struct found *found)
{
    const struct follow_end *client = telling->client, *server = telling->server;
    const char *what = NULL;

    if (!client->syn_seen || !server->sent_syn_ack || !server->syn_seen)
        return;
    if (server->has_wscale && !client->has_wscale)
        what = "a window scale";
    else if (server->has_timestamps && !client->has_timestamps)
        what = "timestamps";
    else if (server->has_sack && !client->has_sack)
        what = "SACK-permitted";
    else if (server->has_mptcp && !client->has_mptcp)
        what = "Multipath TCP";
    if (what)
        found_print(found, FINDING_OPT_UNOFFERED,
                    "the SYN,ACK answered with %s, which was not offered", what);
    if (telling->verdict.server_half.foreign_echo)
        found_add(found, FINDING_OPT_TSECR,
                  "the SYN,ACK echoed a timestamp that no SYN of the client had");
    if (telling->verdict.server_half.source == RTT_LATE_ANSWER)
        found_add(found, FINDING_SYN_LATE, finding_row(FINDING_SYN_LATE)->meaning);
}

static void find_early_data(const struct telling *telling, struct found *found)
{
    if (telling->client->all_events & FOLLOW(EARLY_DATA))
        found_print(found, FINDING_SYN_EARLY, "the SYN carried data%s",
                    telling->client->took_early     ? ", and the server took them (Fast Open)"
                    : telling->server->sent_syn_ack ? ", which the SYN,ACK did not acknowledge"
                                                    : "");
    if (telling->server->all_events & FOLLOW(EARLY_DATA))
        found_add(found, FINDING_SYN_DATA, "the SYN,ACK carried data");
}

/* A SYN in the middle: the same end's again with another number, or somebody's. */
static void find_stray(const struct telling *telling, const struct follow_end *end,
                       struct found *found)
{
    if (!(end->all_events & FOLLOW(STRAY_SYN)))
        return;
    if (end == telling->server && end->sent_syn_ack && end->stray_seq != end->isn)
        found_print(found, FINDING_ISN_CHANGED,
                    "the server's SYN came again with initial sequence number %u, at first it was "
                    "%u",
                    end->stray_seq, end->isn);
    else
        found_print(found, FINDING_SYN_BAD,
                    "a SYN in the %s's name that is not the connection's own came, with sequence "
                    "number %u",
                    name_of(telling, end), end->stray_seq);
}

/* Before the SYN,ACK was repeated, or should have been, the client may only be slow. */
static bool is_half_open(const struct telling *telling)
{
    int64_t since = telling->context->end_at - telling->follow->answer_at;

    return telling->verdict.ending == FOLLOW_ENDING_HALF_OPEN && !telling->context->early &&
           (telling->server->copy_count > 1 || since >= SYN_TIMER);
}

void find_opening(const struct telling *telling, struct found *found)
{
    const struct follow_end *client = telling->client, *server = telling->server;

    find_copies(telling, client, FINDING_SYN_REPEATED, "SYN", found);
    find_copies(telling, server, FINDING_SYN_ACK_REPEATED,
                telling->follow->simultaneous ? "server's SYN" : "SYN,ACK", found);
    if (telling->follow->simultaneous)
        found_add(found, FINDING_SYN_CROSSED,
                  server->sent_syn_ack || telling->follow->split
                      ? "the SYNs of both ends crossed: a simultaneous open"
                      : "the SYNs of both ends crossed: a simultaneous open, or a server that "
                        "answers a SYN with a SYN alone");
    if (telling->follow->split)
        found_add(found, FINDING_SYN_SPLIT,
                  "the server sent its ACK and its SYN apart: a split handshake");
    if (is_half_open(telling))
        found_add(found, FINDING_SYN_HALF_OPEN,
                  "the SYN,ACK was never acknowledged: the connection stayed half-open");
    if (server->shut_syn && server->sent_syn_ack)
        found_add(found, FINDING_SYN_WINDOW, finding_row(FINDING_SYN_WINDOW)->meaning);
    find_early_data(telling, found);
    find_stray(telling, client, found);
    find_stray(telling, server, found);
    find_unoffered(telling, found);
    find_options(telling, client, "SYN", found);
    find_options(telling, server, telling->follow->simultaneous ? "server's SYN" : "SYN,ACK",
                 found);
}
