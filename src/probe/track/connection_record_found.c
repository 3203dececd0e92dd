/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is out of the ordinary about a captured connection, in sentences. */
#include "probe/track/connection_found.h"

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- the capture's own doing ---- */

static void find_capture(const struct telling *telling, struct found *found)
{
    const struct follow_verdict *verdict = &telling->verdict;
    uint64_t notes = telling->connection->notes;
    const struct follow_counts *client = &telling->client->counts,
                               *server = &telling->server->counts;
    uint64_t unseen = client->unseen + server->unseen, twins = client->twins + server->twins;

    if (verdict->began_late)
        found_add(found, FINDING_CAP_LATE,
                  telling->follow->client_known
                      ? "the capture began behind the SYN: windows cannot be scaled"
                      : "the capture began when the connection was under way: its client is the "
                        "end with the larger port, and windows cannot be scaled");
    if (verdict->one_way)
        found_print(found, FINDING_CAP_ONE_WAY, "only what the %s sent is in the capture",
                    server->segments == 0 ? "client" : "server");
    if (unseen > 0 && !verdict->one_way)
        found_print(found, FINDING_CAP_MISSING,
                    "%llu byte%s acknowledged that %s not in the capture: it lost %s",
                    (unsigned long long)unseen, unseen == 1 ? " of data was" : "s of data were",
                    unseen == 1 ? "is" : "are", unseen == 1 ? "it" : "them");
    if (twins > 0)
        found_print(
            found, FINDING_CAP_TWINS,
            "%llu packet%s came twice: duplicated on the way, or captured on two interfaces",
            (unsigned long long)twins, plural(twins));
    if (notes & TRACK_NOTE_CONFLICT)
        found_add(found, FINDING_CAP_CONFLICT, "fragments of one packet contradicted each other");
    if (notes & TRACK_NOTE_BACKWARDS)
        found_add(found, FINDING_CAP_BACKWARDS,
                  "a time stamp is earlier than the one before: times may be wrong");
    if (notes & TRACK_NOTE_NO_TIME)
        found_add(found, FINDING_CAP_NO_TIME, "the file has no time stamp for its segments");
    if (notes & TRACK_NOTE_CUT)
        found_add(found, FINDING_CAP_CUT, "the snapshot length cut segments short");
    if (notes & TRACK_NOTE_LENGTH)
        found_add(found, FINDING_IP_LENGTH,
                  "an IP header claims more bytes than came with its frame: those that did count");
    if (notes & TRACK_NOTE_FRAGMENTS)
        found_add(found, FINDING_CAP_FRAGMENTS,
                  "segments came in IP fragments and were put together");
    if (notes & TRACK_NOTE_PARTIAL)
        found_add(
            found, FINDING_CAP_OFFLOAD,
            "checksums were not filled in yet: the capture was taken on the sender's machine");
    if (has_event(telling, FOLLOW(GIANT)))
        found_add(found, FINDING_CAP_GIANT,
                  "segments are larger than the MSS allows: cut or joined by the network card");
    if (telling->context->why == TRACK_WHY_ROOM)
        found_add(found, FINDING_CAP_ROOM,
                  "it was given up, as more connections were open than are followed at once");
    if (telling->context->story && telling->context->story->lost > 0)
        found_print(found, FINDING_CAP_LEFT_OUT,
                    "%zu segments are counted and not listed: there were too many",
                    telling->context->story->lost);
}

/* ---- resets ---- */

/* What speaks against the end whose address the reset has. */
static void find_forged(const struct telling *telling, struct found *found)
{
    const struct follow *follow = telling->follow;
    const struct follow_end *end = &follow->ends[follow->reset_from & 1];
    const char *name = name_of(telling, end);

    if (end->hop_limit != 0 && end->hop_limit != follow->reset_hop_limit)
        found_print(found, FINDING_RST_FORGED,
                    "an RST in the %s's name was probably somebody else's: it has TTL %u, the %s's "
                    "other segments have %u",
                    name, follow->reset_hop_limit, name, end->hop_limit);
    else
        found_print(found, FINDING_RST_FORGED,
                    "an RST in the %s's name was probably somebody else's: the %s went on as if "
                    "nothing was",
                    name, name);
}

static void find_resets(const struct telling *telling, struct found *found)
{
    const struct follow *follow = telling->follow;
    const struct follow_end *end = &follow->ends[follow->reset_from & 1];
    uint32_t challenges = telling->client->counts.challenges + telling->server->counts.challenges;
    bool varies = end->hop_limit != 0 && end->hop_limit != follow->reset_hop_limit;

    if (follow->reset && follow->reset_who == FOLLOW_WHO_SOMEBODY)
        find_forged(telling, found);
    else if (follow->reset && varies)
        found_print(found, FINDING_RST_TTL,
                    "the RST came with TTL %u, the %s's other segments with %u: somebody else may "
                    "have sent it",
                    follow->reset_hop_limit, name_of(telling, end), end->hop_limit);
    if (follow->reset && follow->reset_after_fin)
        found_print(found, FINDING_CLOSE_RESET, "the %s answered the other end's FIN with an RST",
                    name_of(telling, end));
    if (has_event(telling, FOLLOW(RST_INEXACT)))
        found_print(found, FINDING_RST_INEXACT,
                    "an RST in the %s's name fell inside the window but not on its edge",
                    name_with(telling, FOLLOW(RST_INEXACT)));
    if (has_event(telling, FOLLOW(RST_IMPOSSIBLE)))
        found_print(found, FINDING_RST_BLIND,
                    "an RST in the %s's name proved nothing: no end would believe it",
                    name_with(telling, FOLLOW(RST_IMPOSSIBLE)));
    if (challenges > 0)
        found_print(found, FINDING_CHALLENGE, "%u ACK%s asked whether an RST or a SYN was meant",
                    challenges, plural(challenges));
}

/* ---- what each end sent ---- */

/* ", 12.5 % of its bytes; one of them 4 times, back-off: doubles from 400 ms" */
static void say_again(const struct telling *telling, const struct follow_end *end, char text[160])
{
    const struct follow_counts *counts = &end->counts;
    const struct repeated *most = &telling->most[end - telling->follow->ends];
    size_t at = 0;

    text[0] = '\0';
    if (counts->bytes > 0 && counts->repeated > 0) {
        unsigned tenths =
            (unsigned)((double)counts->repeated * 1000.0 / (double)counts->bytes + 0.5);

        if (tenths > 0)
            text_append(text, 160, &at, ", %u.%u %% of its bytes", tenths / 10, tenths % 10);
    }
    if (most->count > 2 && telling_has_time(telling))
        text_append(text, 160, &at, "; one of them %u times, back-off: %s", most->count,
                    backoff_words(most->copies, most->count, telling->arena));
}

static void find_again(const struct telling *telling, const struct follow_end *end,
                       struct found *found)
{
    const struct follow_counts *counts = &end->counts;
    const char *name = name_of(telling, end);
    /* Copies of a SYN are told of apart. */
    uint32_t syns = end->copy_count > 0 ? end->copy_count - 1 : 0;
    uint32_t again = counts->retransmissions > syns ? counts->retransmissions - syns : 0;
    char more[160];

    if (again > 0) {
        say_again(telling, end, more);
        found_print(found, FINDING_DATA_RESENT, "the %s sent %u segment%s again%s", name, again,
                    plural(again), more);
    }
    if (counts->spurious > 0)
        found_print(found, FINDING_DATA_SPURIOUS,
                    "the %s sent %u segment%s again that had been acknowledged", name,
                    counts->spurious, plural(counts->spurious));
    if (counts->out_of_order > 0)
        found_print(found, FINDING_DATA_DISORDER,
                    "%u segment%s of the %s came behind what was sent after %s",
                    counts->out_of_order, plural(counts->out_of_order), name,
                    counts->out_of_order == 1 ? "it" : "them");
    if (end->last_events & FOLLOW(KEEP_ALIVE) &&
        &telling->follow->ends[telling->follow->last_from & 1] == end && !telling->follow->reset)
        found_print(found, FINDING_KEEP_ALIVE, "the %s's last keep-alive was not answered", name);
}

static void find_window(const struct telling *telling, const struct follow_end *end,
                        struct found *found)
{
    const struct follow_counts *counts = &end->counts;
    const char *name = name_of(telling, end);
    int64_t shut = telling->shut_for[end - telling->follow->ends];
    char took[32], how_long[64] = "";
    size_t at = 0;

    if (shut > 0)
        text_append(how_long, sizeof how_long, &at, ", %s in all", telling_duration(shut, took));
    if (counts->zero_windows > 0)
        found_print(found, FINDING_WINDOW_ZERO, "the %s closed its window (%u segment%s)%s", name,
                    counts->zero_windows, plural(counts->zero_windows), how_long);
    if (counts->window_full > 0)
        found_print(found, FINDING_WINDOW_FULL, "the %s filled the other end's window %u time%s",
                    name, counts->window_full, plural(counts->window_full));
}

static void find_oddities(const struct telling *telling, const struct follow_end *end,
                          struct found *found)
{
    const char *name = name_of(telling, end);
    uint64_t events = end->all_events;

    if (events & FOLLOW(CHECKSUM))
        found_print(found, FINDING_CHECKSUM,
                    "segments of the %s have a wrong checksum: no end takes them", name);
    if (end->odd_flags)
        found_print(found, FINDING_FLAGS, "the %s set flags together that no end sends together",
                    name);
    if (end->reserved_bits)
        found_print(found, FINDING_RESERVED, "the %s set reserved header bits", name);
    if (events & FOLLOW(OUTSIDE))
        found_print(found, FINDING_OUTSIDE,
                    "a sequence or acknowledgment number of the %s lay far from all others", name);
    if (events & FOLLOW(URGENT))
        found_print(found, FINDING_URGENT, "urgent data came from the %s", name);
    if (events & FOLLOW(CONGESTION))
        found_print(found, FINDING_CONGESTION,
                    "routers marked packets of the %s, as they are congested", name);
    if (end->lacks_timestamps)
        found_print(found, FINDING_OPT_TS_MISSING,
                    "timestamps were agreed on, but a segment of the %s had none", name);
}

static void find_end(const struct telling *telling, const struct follow_end *end,
                     struct found *found)
{
    find_again(telling, end, found);
    find_window(telling, end, found);
    find_oddities(telling, end, found);
}

struct record_list telling_findings(struct telling *telling)
{
    struct found found;

    found_begin(&found, telling->arena);
    find_opening(telling, &found);
    find_resets(telling, &found);
    find_end(telling, telling->client, &found);
    find_end(telling, telling->server, &found);
    if (telling->verdict.ending == FOLLOW_ENDING_TIMED_OUT)
        found_print(&found, FINDING_DATA_TIMED_OUT,
                    "the %s sent again and again, and nothing came back",
                    telling->client->silent >= telling->server->silent ? "client" : "server");
    if (telling->connection->icmp_errors > 0 &&
        telling->verdict.ending != FOLLOW_ENDING_UNREACHABLE)
        found_print(&found, FINDING_ICMP_NOTE,
                    "%u ICMP error%s about the connection did not end it",
                    telling->connection->icmp_errors, plural(telling->connection->icmp_errors));
    if (telling->context->why == TRACK_WHY_REUSED)
        found_add(&found, FINDING_SYN_REUSED,
                  "the same addresses and ports served a new connection afterwards");
    find_capture(telling, &found);
    return found_list(&found);
}
