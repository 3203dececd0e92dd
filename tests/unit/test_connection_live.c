/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests that a captured connection is told as `handshake` tells its own: the packets of a probe are
 * followed as if somebody else had captured them, and both records compared. */
#include "probe_cases.h"

#include "probe/track/connection_record.h"

/* The probe's packets as the tracker would hand them on. */
struct recording {
    struct connection connection;
    struct story story;
    struct arena arena;
    struct connection_record record;
};

static void put_end(struct recording *recording, unsigned end, const struct address *address,
                    uint16_t port)
{
    struct track_end *place = &recording->connection.key.ends[end];

    memcpy(place->address, address->bytes, sizeof place->address);
    place->port = port;
}

static void record_segment(struct recording *recording, const struct seen *seen, size_t index)
{
    struct replay_frame frame = {.number = index + 1, .at_ns = seen->at, .has_time = true};
    struct packet packet = {.family = seen->from.family};
    struct segment segment = seen->segment;
    struct tracked tracked = {
        .frame = &frame,
        .packet = &packet,
        .segment = &segment,
        .input =
            {
                .at = seen->at,
                .segment = &segment,
                .from = !seen->outgoing,
                .checksum_bad = seen->remarks & REMARK(CHECKSUM),
                .hop_limit = seen->hop_limit,
            },
    };

    segment.payload = seen->sample;
    segment.payload_length = seen->sample_length;
    follow_segment(&recording->connection.follow, &tracked.input, &tracked.step);
    assert_false(tracked.step.events & FOLLOW(PORT_REUSE));
    assert_int_equal(story_add(&recording->story, &tracked), 0);
}

static void record_icmp(struct recording *recording, const struct seen *seen, size_t index)
{
    struct connection *connection = &recording->connection;
    struct replay_frame frame = {.number = index + 1, .at_ns = seen->at, .has_time = true};
    struct packet packet = {.source = seen->from, .hop_limit = seen->hop_limit};
    struct icmp icmp = seen->icmp;
    struct tracked_icmp tracked = {.frame = &frame, .packet = &packet, .icmp = &icmp};

    /* The quote's bytes are gone by now. */
    icmp.has_quote = false;
    tracked.at = seen->at;
    tracked.seq = connection->follow.ends[0].isn;
    tracked.counted = follow_icmp(&connection->follow, 0, tracked.seq, icmp.kind);
    connection->icmp_errors++;
    if (tracked.counted) {
        connection->icmp_from = seen->from;
        connection->icmp_type = icmp.type;
        connection->icmp_code = icmp.code;
        connection->icmp_hop_limit = seen->hop_limit;
    }
    assert_int_equal(story_add_icmp(&recording->story, &tracked), 0);
}

static void record_probe(struct recording *recording, const struct lab *lab)
{
    const struct trace *trace = &lab->probe.trace;
    struct connection_context context = {
        .file = "x.pcap", .story = &recording->story, .why = TRACK_WHY_END, .stamps_ns = 1};

    memset(recording, 0, sizeof *recording);
    story_init(&recording->story);
    arena_init(&recording->arena);
    follow_init(&recording->connection.follow);
    recording->connection.key.family = (uint8_t)lab->client.family;
    put_end(recording, 0, &lab->client, LAB_SOURCE_PORT);
    put_end(recording, 1, &lab->server, LAB_PORT);
    for (size_t i = 0; i < trace->seen_count; i++)
        if (trace->seen[i].is_icmp)
            record_icmp(recording, &trace->seen[i], i);
        else
            record_segment(recording, &trace->seen[i], i);
    context.end_at = lab->now;
    assert_int_equal(
        connection_record(&recording->connection, &context, &recording->arena, &recording->record),
        0);
}

static void same_text(const char *what, const char *live, const char *read)
{
    if (!live != !read || (live && strcmp(live, read) != 0))
        fail_msg("%s: '%s' live, '%s' read", what, live ? live : "null", read ? read : "null");
}

static void same_integer(const char *what, int64_t live, int64_t read)
{
    if (live != read)
        fail_msg("%s: %lld live, %lld read", what, (long long)live, (long long)read);
}

static void same_number(const char *what, double live, double read)
{
    if (isnan(live) != isnan(read) || (!isnan(live) && fabs(live - read) > 1e-6))
        fail_msg("%s: %g live, %g read", what, live, read);
}

static void same_options(const char *what, const struct options_record *live,
                         const struct options_record *read)
{
    if (!live || !read) {
        same_integer(what, live != NULL, read != NULL);
        return;
    }
    same_text(what, live->options, read->options);
    same_integer("mss", live->mss, read->mss);
    same_integer("wscale", live->wscale, read->wscale);
    assert_true(live->sack == read->sack && live->timestamps == read->timestamps &&
                live->fastopen == read->fastopen && live->ecn == read->ecn &&
                live->mptcp == read->mptcp);
}

static void same_segments(const struct record_list *live, const struct record_list *read)
{
    const struct segment_record *a = live->items;
    const struct read_segment_record *b = read->items;

    same_integer("segments", (int64_t)live->count, (int64_t)read->count);
    for (size_t i = 0; i < live->count; i++) {
        const struct segment_record *seen = &b[i].seen;
        char what[64];

        snprintf(what, sizeof what, "segment %zu, %s", i, a[i].flags ? a[i].flags : "ICMP");
        same_number(what, a[i].t_ms, seen->t_ms);
        same_text(what, a[i].direction, seen->direction);
        same_text(what, a[i].flags, seen->flags);
        same_integer(what, a[i].seq, seen->seq);
        same_integer(what, a[i].ack, seen->ack);
        same_integer(what, a[i].window, seen->window);
        same_integer(what, a[i].window_bytes, seen->window_bytes);
        same_integer(what, a[i].length, seen->length);
        same_integer(what, a[i].ttl, seen->ttl);
        same_integer(what, a[i].relative_seq, seen->relative_seq);
        same_integer(what, a[i].relative_ack, seen->relative_ack);
        same_text(what, a[i].options, seen->options);
        same_text(what, a[i].payload, seen->payload);
        same_text(what, a[i].icmp, seen->icmp);
        same_text(what, a[i].state, seen->state);
        same_text(what, a[i].server_state, seen->server_state);
    }
}

static void same_steps(const struct record_list *live, const struct record_list *read)
{
    const struct step_record *a = live->items, *b = read->items;

    for (size_t i = 0; i < live->count && i < read->count; i++) {
        char what[32];

        snprintf(what, sizeof what, "step %zu", i);
        same_text(what, a[i].from, b[i].from);
        same_text(what, a[i].event, b[i].event);
        same_text(what, a[i].to, b[i].to);
        same_text(what, a[i].effects, b[i].effects);
        same_integer(what, a[i].segment, b[i].segment);
    }
    same_integer("steps", (int64_t)live->count, (int64_t)read->count);
}

/* Finishes the probe, and tells its packets as a capture's. */
static void compare(struct lab *lab, const char *verdict)
{
    const struct handshake_record *live = lab_finish(lab);
    struct recording recording;
    const struct connection_record *read = &recording.record;

    record_probe(&recording, lab);
    assert_string_equal(live->verdict, verdict);
    same_text("verdict", live->verdict, read->verdict);
    same_text("address", live->address, read->address);
    same_text("source", live->source, read->source);
    same_integer("port", live->port, read->port);
    same_integer("source_port", live->source_port, read->source_port);
    same_text("family", live->family, read->family);
    same_text("from", live->from, read->from);
    same_integer("ttl", live->ttl, read->ttl);
    same_integer("hops", live->hops, read->hops);
    same_integer("icmp_type", live->icmp_type, read->icmp_type);
    same_integer("icmp_code", live->icmp_code, read->icmp_code);
    same_integer("attempts", live->attempts, read->attempts);
    same_integer("answered_attempt", live->answered_attempt, read->answered_attempt);
    same_number("rtt_ms", live->rtt_ms, read->server_rtt_ms);
    same_integer("lost_forward", live->lost_forward, read->lost_forward);
    same_integer("lost_reverse", live->lost_reverse, read->lost_reverse);
    same_number("connect_ms", live->connect_ms, read->connect_ms);
    same_integer("isn_client", live->isn_client, read->isn_client);
    same_integer("isn_server", live->isn_server, read->isn_server);
    same_options("offered", live->offered, read->offered);
    same_options("answered", live->answered, read->answered);
    same_options("in_effect", live->in_effect, read->in_effect);
    same_integer("bytes_sent", live->bytes_sent, read->bytes_sent);
    same_integer("bytes_acked", live->bytes_acked, read->bytes_acked);
    same_integer("bytes_received", live->bytes_received, read->bytes_received);
    same_text("closed", live->closed, read->closed);
    same_segments(&live->segments, &read->segments);
    same_steps(&live->steps, &read->steps);
    story_release(&recording.story);
    arena_release(&recording.arena);
}

static void test_polite(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    finish_politely(lab);
    compare(lab, "open");
}

static void test_data(void **state)
{
    struct lab *lab = *state;

    lab->timestamps = true;
    lab->spec.data = (const uint8_t *)"GET / HTTP/1.0\r\n\r\n";
    lab->spec.data_length = 18;
    establish(lab);
    lab->now += 5 * MS;
    lab_feed_data(lab, TCP_ACK | TCP_PSH, 1, 19, "HTTP/1.0 200 OK\r\n");
    lab_feed(lab, TCP_FIN | TCP_ACK, 18, 19);
    lab_reach(lab, PHASE_CLOSING);
    lab->now += 5 * MS;
    lab_feed(lab, TCP_ACK, 19, 20);
    lab_wait(lab, 60 * SECOND);
    compare(lab, "open");
}

static void test_refused(void **state)
{
    struct lab *lab = *state;

    lab_start(lab);
    lab->now += 5 * MS;
    lab_feed(lab, TCP_RST | TCP_ACK, -LAB_IRS, 1);
    compare(lab, "refused");
}

static void test_silence(void **state)
{
    struct lab *lab = *state;

    lab->spec.retries = 3;
    lab_start(lab);
    lab_wait(lab, 120 * SECOND);
    compare(lab, "filtered");
}

/* The second copy is answered, and the echo says so. */
static void test_second(void **state)
{
    struct lab *lab = *state;

    lab->timestamps = true;
    lab_start(lab);
    lab_wait(lab, 1500 * MS);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    assert_int_equal(lab->probe.tcb.state, STATE_ESTABLISHED);
    finish_politely(lab);
    compare(lab, "open");
}

static void test_reset(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    lab_feed(lab, TCP_RST, 1, 0);
    compare(lab, "reset");
}

static void test_unreachable(void **state)
{
    struct lab *lab = *state;
    bool v4 = lab->client.family == IP_FAMILY_V4;

    lab_start(lab);
    lab_icmp(lab, v4 ? 3 : 1, v4 ? 3 : 4, 0, LAB_ISS, 64, DAMAGE_NONE);
    compare(lab, "unreachable");
}

static void test_duplicates(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    lab->now += 300 * MS;
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    finish_politely(lab);
    compare(lab, "open");
}

static void test_wrong_checksum(void **state)
{
    struct lab *lab = *state;

    lab_start(lab);
    lab->damage = DAMAGE_CHECKSUM;
    lab_feed(lab, TCP_RST | TCP_ACK, 0, 1);
    lab->damage = DAMAGE_NONE;
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    finish_politely(lab);
    compare(lab, "open");
}

/* An earlier answer was lost, as the echo says; the server may repeat its SYN,ACK besides. */
static void answer_lost(struct lab *lab, bool twice)
{
    struct segment answer, again;

    lab->timestamps = true;
    lab_start(lab);
    answer = again = lab_segment(lab, TCP_SYN | TCP_ACK, 0, 1);
    lab_wait(lab, SECOND + MS);
    lab_take(lab, &answer);
    lab_wait(lab, MS);
    if (twice)
        lab_take(lab, &again);
    finish_politely(lab);
    compare(lab, "open");
}

static void test_answer_lost(void **state)
{
    answer_lost(*state, false);
}

static void test_answer_lost_two_come(void **state)
{
    answer_lost(*state, true);
}

static void test_late_answer(void **state)
{
    struct lab *lab = *state;

    lab->spec.timeout = 3 * SECOND;
    lab_start(lab);
    lab_wait(lab, SECOND);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    finish_politely(lab);
    compare(lab, "open");
}

static void test_no_timestamps(void **state)
{
    struct lab *lab = *state;

    lab->timestamps = false;
    lab_start(lab);
    lab_wait(lab, SECOND + 10 * MS);
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    finish_politely(lab);
    compare(lab, "open");
}

static void test_peer_first(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    lab_feed(lab, TCP_FIN | TCP_ACK, 1, 1);
    lab_reach(lab, PHASE_CLOSING);
    lab->now += 5 * MS;
    lab_feed(lab, TCP_ACK, 2, 2);
    lab_wait(lab, 60 * SECOND);
    compare(lab, "open");
}

/* The peer never answers the FIN: the probe ends it with an RST. */
static void test_never_closed(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    lab_reach(lab, PHASE_CLOSING);
    lab_wait(lab, 300 * SECOND);
    compare(lab, "open");
}

static void test_isn_changed(void **state)
{
    struct lab *lab = *state;

    establish(lab);
    lab_feed(lab, TCP_SYN | TCP_ACK, 5000, 1);
    finish_politely(lab);
    compare(lab, "open");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(test_polite),
        BOTH(test_data),
        BOTH(test_refused),
        BOTH(test_silence),
        BOTH(test_second),
        BOTH(test_reset),
        BOTH(test_unreachable),
        BOTH(test_duplicates),
        BOTH(test_wrong_checksum),
        BOTH(test_answer_lost),
        BOTH(test_answer_lost_two_come),
        BOTH(test_late_answer),
        BOTH(test_no_timestamps),
        BOTH(test_peer_first),
        BOTH(test_never_closed),
        BOTH(test_isn_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
