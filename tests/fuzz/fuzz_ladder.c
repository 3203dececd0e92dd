/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the judges of a ladder of SYNs: any packets as answers to, or quotes of, every rung. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "probe/ladder/front.h"
#include "probe/ladder/header.h"
#include "probe/ladder/limited.h"
#include "probe/ladder/matrix.h"
#include "probe/ladder/repeats.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PACKETS_MAX = 12, LONGEST = 160 };

/* What was read out of the input, and all SYNs with what came of them. */
static struct {
    struct ladder_look looks[PACKETS_MAX];
    size_t look_count;
    struct ladder_shot shots[RUNG_COUNT];
    struct ladder_facts facts[RUNG_COUNT];
    struct matrix_seen seen[RUNG_COUNT];
    size_t count;
    struct ladder_hold hold;
} all;

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* The next packet of the input, a length byte first; false where it is none with TCP in it. */
static bool read_packet(struct reader *input, struct ladder_look *look)
{
    size_t length = reader_u8(input) % LONGEST;
    const uint8_t *bytes;
    uint8_t *copy;
    struct packet packet;
    bool good = false;

    if (length > reader_left(input))
        length = reader_left(input);
    bytes = reader_take(input, length);
    /* Of the exact size, so that an overrun is seen. */
    copy = malloc(length > 0 ? length : 1);
    if (!copy)
        return false;
    if (bytes && length > 0)
        memcpy(copy, bytes, length);
    if (packet_read(copy, length, look->at % 2 == 1, &packet) == 0 &&
        segment_read(&packet, &look->segment) == 0) {
        good = true;
        look->segment.payload = NULL;
        look->ttl = packet.hop_limit;
        look->has_ip_id = packet.family == IP_FAMILY_V4;
        look->ip_id = packet.identification;
        look->dont_fragment = packet.dont_fragment;
        look->flow_label = packet.flow_label;
        look->traffic_class = packet.traffic_class;
    }
    free(copy);
    return good;
}

static void read_packets(struct reader *input)
{
    int64_t at = 0;

    while (all.look_count < PACKETS_MAX && reader_left(input) > 0) {
        struct ladder_look *look = &all.looks[all.look_count];

        memset(look, 0, sizeof *look);
        at += (int64_t)reader_u8(input) * 9999999;
        look->at = at;
        all.look_count += read_packet(input, look);
    }
}

static void check_breaches(const struct ladder_syn *syn, const struct segment *answer,
                           const struct ladder_facts *facts)
{
    char text[LADDER_BREACH_SIZE];

    check(facts->breaches >> LADDER_RULE_COUNT == 0);
    check(memchr(facts->layout, '\0', sizeof facts->layout) != NULL);
    for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++) {
        check(facts->facts[i].answer < LADDER_ANSWER_COUNT);
        check(facts->facts[i].answer != LADDER_ABSENT || facts->facts[i].number == 0);
    }
    for (unsigned i = 0; i < LADDER_RULE_COUNT; i++) {
        memset(text, 'x', sizeof text);
        check(ladder_breach_show((enum ladder_rule)i, syn, answer, text) == text);
        check(memchr(text, '\0', sizeof text) != NULL && text[0] != '\0');
    }
}

/* The rung's SYN, and one of the packets as what came of it; `how` says what it is taken for. */
static void meet(enum rung_id id, uint8_t how, const struct rung_values *values)
{
    struct ladder_shot *shot = &all.shots[all.count];
    struct matrix_seen *seen = &all.seen[all.count];
    const struct ladder_look *look =
        all.look_count > 0 ? &all.looks[(how + id) % all.look_count] : NULL;
    struct spec spec;
    struct ladder_syn syn = {.segment = &shot->syn,
                             .cookie_valid = rung_needs_cookie(id),
                             .checksum_wrong = rung_of(id)->wrong_checksum};

    spec_init(&spec);
    *shot = (struct ladder_shot){.part = (enum ladder_part)((how + id / 3) % LADDER_PART_COUNT),
                                 .rung = id,
                                 .port = (uint16_t)(1 + id % 5),
                                 .hop_limit = (uint8_t)(id % 7),
                                 .sent_at = (int64_t)id * 200000000,
                                 .settled = how & 1,
                                 .came = MATRIX_NOTHING};
    if (shot->part == LADDER_PART_LIMITED)
        limited_spec(values, how, &spec);
    else
        rung_spec(id, values, &spec);
    shot->syn = (struct segment){.seq = spec.seq,
                                 .flags = spec.flags | TCP_SYN,
                                 .options = spec.options,
                                 .payload_length = spec.data_length,
                                 .payload_total = spec.data_length};
    *seen = (struct matrix_seen){
        .rung = id, .came = MATRIX_NOTHING, .limited = shot->part == LADDER_PART_LIMITED};
    if (look && (how ^ id) & 4) {
        shot->has_icmp = true;
        shot->icmp = (struct icmp){.family = IP_FAMILY_V4, .type = 11};
        shot->quote_whole = true;
        ladder_quote(&shot->syn, &look->segment, &shot->quote_lacks, &shot->quote_differs);
        check((shot->quote_lacks | shot->quote_differs) >> LADDER_OFFER_COUNT == 0);
        seen->quote_lacks = shot->quote_lacks;
        seen->quote_differs = shot->quote_differs;
        seen->came = shot->came = MATRIX_ICMP;
    }
    if (look && (how ^ id) & 3) {
        shot->has_answer = true;
        shot->answer = *look;
        shot->answer.segment.flags |= TCP_SYN | TCP_ACK;
        seen->came = shot->came = MATRIX_SYN_ACK;
        ladder_read(&syn, &shot->answer.segment, &all.facts[all.count]);
        check_breaches(&syn, &shot->answer.segment, &all.facts[all.count]);
        seen->facts = seen->limited ? NULL : &all.facts[all.count];
    }
    all.count++;
}

static void hold(uint8_t how)
{
    all.hold = (struct ladder_hold){
        .asked = true, .answered = all.look_count > 0, .held = (int64_t)how * 100000000};
    if (all.look_count == 0)
        return;
    all.hold.first = all.looks[0];
    all.hold.repeat_count = all.look_count - 1;
    memcpy(all.hold.repeats, all.looks + 1, (all.look_count - 1) * sizeof all.looks[0]);
    all.hold.reset = how & 1;
    all.hold.rst = all.looks[all.look_count - 1];
}

static void judge_matrix(void)
{
    static struct matrix matrix;

    matrix_judge(all.seen, all.count, &matrix);
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        const struct matrix_row *row = &matrix.rows[i];

        check(row->verdict < MATRIX_VERDICT_COUNT && row->otherwise < MATRIX_VERDICT_COUNT);
        check(row->verdict == row->otherwise || row->verdict == MATRIX_BREAKS);
        check(row->sent == row->opened + row->reset + row->icmp + row->silent);
        check(row->sent > 0 || row->verdict == MATRIX_INCONCLUSIVE);
        check(row->value_count <= MATRIX_VALUES);
        check(memchr(row->evidence, '\0', sizeof row->evidence) != NULL && row->evidence[0]);
    }
}

static void judge_rest(void)
{
    static const struct check *const none[CHECK_SCRIPT_COUNT];
    struct ladder_header header;
    struct ladder_repeats repeats;
    struct limited limited;
    struct ladder_front front;

    header_judge(all.shots, all.count, &header);
    check(header.n <= all.count && header.window_count <= HEADER_WINDOWS);
    check(header.ipid.class < IPID_COUNT && header.ttl_others <= header.n);
    repeats_judge(&all.hold, &repeats);
    check(repeats.growth < REPEATS_COUNT && repeats.gap_count <= LADDER_HOLD_REPEATS);
    limited_judge(all.shots, all.count, &limited);
    for (unsigned i = 0; i < LADDER_OFFER_COUNT; i++)
        check(limited.rows[i].whole <= limited.hops &&
              (limited.rows[i].hop == 0 || limited.rows[i].before < limited.rows[i].hop));
    front_judge(all.shots, all.count, &all.hold, none, NULL, &front);
    for (unsigned i = 0; i < FRONT_TEST_COUNT; i++)
        check(front.tests[i].says < FRONT_SAYS_COUNT && front.tests[i].detail[0]);
    check(front.cookies < FRONT_SAYS_COUNT && front.cookies_why[0]);
    check(front.proxy < FRONT_SAYS_COUNT && front.proxy_why[0]);
}

/*
 * Three bytes: seed, what is made of the packets, which packet is whose. Then packets, each behind
 * the time since the one before (some 10 ms, odd: read as what an ICMP error quotes) and its
 * length.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader input = reader_of(data, size);
    struct rung_values values = {.mss = 1460, .cookie_length = 8};
    uint8_t seed, how, turn;

    memset(&all, 0, sizeof all);
    seed = reader_u8(&input);
    how = reader_u8(&input);
    turn = reader_u8(&input);
    read_packets(&input);
    for (unsigned i = 0; i < RUNG_COUNT; i++) {
        rung_values_draw(seed, i, &values);
        meet((enum rung_id)i, (uint8_t)(how + (turn * i >> 3)), &values);
    }
    hold(how);
    judge_matrix();
    judge_rest();
    return 0;
}
