/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection of a capture as a record: verdict, times, both ends. */
#include "probe/track/connection_record.h"

#include "net/clock.h"
#include "probe/record_parts.h"
#include "probe/result.h"
#include "probe/track/connection_parts.h"

/* A time as a number of ms; NAN where it is not known. */
static double known_ms(int64_t ns)
{
    return ns == FOLLOW_UNKNOWN ? NAN : record_ms(ns);
}

static int64_t known(int value)
{
    return value == OPENING_UNKNOWN ? RECORD_UNKNOWN : value;
}

static void fill_where(struct telling *telling)
{
    const struct track_key *key = &telling->connection->key;
    struct connection_record *record = telling->record;
    unsigned client = telling->follow->client & 1;
    struct address address;
    char text[ADDRESS_TEXT_SIZE], time[40];

    record->file = telling->context->file;
    record->interface = telling->context->interface;
    record->connection = (int64_t)telling->connection->number;
    if (telling_has_time(telling))
        record->time = arena_copy(telling->arena, clock_iso8601(telling->follow->first_at, time));
    track_address(key, client, &address);
    record->source = arena_copy(telling->arena, address_show(&address, text));
    record->source_port = key->ends[client].port;
    track_address(key, !client, &address);
    record->address = arena_copy(telling->arena, address_show(&address, text));
    record->port = key->ends[!client].port;
    record->target = telling_place(key, !client, telling->arena);
    record->family = key->family == IP_FAMILY_V6 ? "IPv6" : "IPv4";
    record->vlan = telling_vlan(key, telling->arena);
    record->tunnel = telling_tunnel(&telling->connection->tunnel, telling->arena);
}

/* Whose word it is that the verdict rests on. */
static void fill_speaker(struct telling *telling)
{
    const struct follow *follow = telling->follow;
    const struct connection *connection = telling->connection;
    struct connection_record *record = telling->record;
    uint8_t ttl = follow->answer_hop_limit;
    char text[ADDRESS_TEXT_SIZE];

    switch (telling->verdict.verdict) {
    case VERDICT_UNREACHABLE:
        if (connection->icmp_from.family == IP_FAMILY_NONE)
            return;
        record->from = arena_copy(telling->arena, address_show(&connection->icmp_from, text));
        record->icmp_type = connection->icmp_type;
        record->icmp_code = connection->icmp_code;
        record->ttl = connection->icmp_hop_limit;
        record->hops = result_hops(connection->icmp_hop_limit);
        return;
    case VERDICT_REFUSED:
    case VERDICT_RESET:
        ttl = follow->reset_hop_limit;
        break;
    case VERDICT_OPEN:
    case VERDICT_INCONCLUSIVE:
        /* Without a SYN,ACK: what else came from the server. */
        if (!follow->has_answer)
            ttl = telling->server->hop_limit;
        if (telling->server->counts.segments == 0)
            return;
        break;
    case VERDICT_FILTERED:
    case VERDICT_COUNT:
        return;
    }
    record->from = record->address;
    if (ttl == 0)
        return; /* of resets alone that prove nothing it is not kept */
    record->ttl = ttl;
    record->hops = result_hops(ttl);
}

static void fill_opening(struct telling *telling)
{
    const struct follow *follow = telling->follow;
    const struct follow_verdict *verdict = &telling->verdict;
    struct connection_record *record = telling->record;

    record->attempts = telling->client->copy_count;
    record->answered_attempt = known(verdict->server_half.answered_copy);
    record->lost_forward = known(verdict->server_half.lost_forward);
    record->lost_reverse = known(verdict->server_half.lost_reverse);
    if (telling->client->has_isn)
        record->isn_client = telling->client->isn;
    if (telling->server->has_isn)
        record->isn_server = telling->server->isn;
    if (!telling_has_time(telling))
        return;
    record->server_rtt_ms = known_ms(verdict->server_half.rtt);
    record->client_rtt_ms = known_ms(verdict->client_half.rtt);
    record->rtt_ms = known_ms(verdict->rtt);
    /* connect() returns when the SYN,ACK is there. */
    if (follow->opened && telling->client->syn_seen && telling->server->syn_seen) {
        int64_t open_at = follow->has_answer ? follow->answer_at : follow->opened_at;
        int64_t took = open_at - telling->client->copies[0].at;

        record->connect_ms = took >= 0 ? record_ms(took) : NAN;
    }
}

/* Data that an end sent, each byte once, whether or not they are in the capture. */
static int64_t sent_once(const struct follow_end *end)
{
    return (int64_t)(end->counts.bytes - end->counts.repeated + end->counts.unseen);
}

static int64_t segments_of(const struct follow_end *end)
{
    return (int64_t)end->counts.segments + end->counts.ignored;
}

static void fill_life(struct telling *telling)
{
    const struct connection *connection = telling->connection;
    const struct follow *follow = telling->follow;
    const struct follow_verdict *verdict = &telling->verdict;
    struct connection_record *record = telling->record;

    if (follow->opened) {
        record->bytes_sent = sent_once(telling->client);
        record->bytes_acked = (int64_t)telling->client->counts.acked;
        record->bytes_received = sent_once(telling->server);
    }
    record->retransmissions =
        (int64_t)telling->client->counts.retransmissions + telling->server->counts.retransmissions;
    record->ending = follow_ending_word(verdict->ending);
    if (follow->begun)
        record->closed = follow_ending_closed(verdict->ending);
    if (follow->reset || follow->refused)
        record->reset_by = follow_who_word(verdict->reset_who);
    record->simultaneous = follow->simultaneous;
    record->split = follow->split;
    record->began_late = verdict->began_late;
    record->one_way = verdict->one_way;
    record->early = telling->context->early;
    if (telling_has_time(telling) && follow->last_at >= follow->first_at)
        record->duration_ms = record_ms(follow->last_at - follow->first_at);
    record->first_frame = (int64_t)connection->first_frame;
    record->last_frame = (int64_t)connection->last_frame;
    record->segment_count = segments_of(telling->client) + segments_of(telling->server);
}

static void fill_ends(struct telling *telling)
{
    struct follow_step step;

    follow_states(telling->follow, &step);
    /* RFC 1122 section 4.2.3.9: a hard error ends the attempt. */
    if (telling->verdict.ending == FOLLOW_ENDING_UNREACHABLE &&
        telling->follow->icmp_kind == ICMP_CLASS_HARD)
        step.client = (struct follow_state){.state = SERVER_CLOSED, .doubt = FOLLOW_DOUBT_NONE};
    telling->record->client = telling_end(telling, telling->client, &step.client);
    telling->record->server = telling_end(telling, telling->server, &step.server);
}

int connection_record(const struct connection *connection, const struct connection_context *context,
                      struct arena *arena, struct connection_record *ret_record)
{
    const struct follow *follow = &connection->follow;
    struct telling telling = {
        .connection = connection,
        .context = context,
        .follow = follow,
        .client = &follow->ends[follow->client & 1],
        .server = &follow->ends[!(follow->client & 1)],
        .arena = arena,
        .record = ret_record,
    };
    int error;

    connection_record_init(ret_record);
    follow_judge(follow, context->end_at, &telling.verdict);
    ret_record->verdict = verdict_word(telling.verdict.verdict);
    fill_where(&telling);
    fill_speaker(&telling);
    fill_opening(&telling);
    fill_life(&telling);
    fill_ends(&telling);
    if (!(context->without & CONNECTION_OPTIONS))
        telling_options(&telling);
    error = telling_rows(&telling);
    if (error)
        return error;
    if (!(context->without & CONNECTION_TEXTS)) {
        telling_sources(&telling);
        telling_reason(&telling);
    }
    if (!(context->without & CONNECTION_FINDINGS))
        ret_record->findings = telling_findings(&telling);
    return 0;
}

enum verdict connection_verdict(const struct connection *connection, int64_t end_at)
{
    struct follow_verdict verdict;

    follow_judge(&connection->follow, end_at, &verdict);
    return verdict.verdict;
}

void connection_count(const struct connection *connection, int64_t end_at,
                      struct connection_tally *tally)
{
    struct follow_verdict verdict;

    follow_judge(&connection->follow, end_at, &verdict);
    tally->verdicts[verdict.verdict]++;
    tally->half_open += verdict.ending == FOLLOW_ENDING_HALF_OPEN;
}
