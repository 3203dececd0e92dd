/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes probe/follow: any segments from either end in any order; states and counts stay sound. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "probe/follow/follow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

enum { SEGMENTS_MAX = 300 };

static void check(const struct follow *follow, const struct follow_step *step)
{
    REQUIRE(step->client.state < SERVER_STATE_COUNT && step->server.state < SERVER_STATE_COUNT);
    REQUIRE(step->client.doubt < FOLLOW_DOUBT_COUNT && step->server.doubt < FOLLOW_DOUBT_COUNT);
    REQUIRE(step->who < FOLLOW_WHO_COUNT && step->events >> FOLLOW_EVENT_COUNT == 0);
    REQUIRE(step->have_count <= FOLLOW_RANGES && step->lacking_count <= FOLLOW_RANGES);
    REQUIRE(step->rtt >= FOLLOW_UNKNOWN && step->window >= FOLLOW_UNKNOWN);
    for (unsigned i = 0; i < 2; i++) {
        const struct follow_end *end = &follow->ends[i];

        REQUIRE(end->holes.count <= HOLES_MAX && end->counts.repeated <= end->counts.bytes);
        for (unsigned k = 0; k < end->holes.count; k++)
            REQUIRE(seq_before(end->holes.hole[k].left, end->holes.hole[k].right));
    }
}

/* Near something that the connection knows, or anywhere. */
static uint32_t place(struct reader *input, uint8_t choice, const struct follow_end *end)
{
    const uint32_t places[] = {end->next, end->una, end->isn, 0};

    if ((choice & 3) == 3)
        return reader_u32(input);

    int32_t by = (int16_t)reader_u16(input);

    return places[choice & 3] + (uint32_t)by;
}

static void take(struct follow *follow, struct reader *input, int64_t *at)
{
    uint8_t marks = reader_u8(input), choice = reader_u8(input), lengths = reader_u8(input);
    struct segment segment = {.flags = reader_u8(input), .window = reader_u16(input)};
    struct follow_input seen = {
        .segment = &segment,
        .from = marks & 1,
        .checksum_bad = (marks & 0x0e) == 0x0e,
        .giant = (marks & 0x70) == 0x70,
        .hop_limit = choice & 0x40 ? 63 : 64,
        .has_ip_id = marks & 0x80,
        .ip_id = lengths,
    };
    struct follow_step step;

    segment.source_port = seen.from ? 80 : 1080;
    segment.destination_port = seen.from ? 1080 : 80;
    segment.ecn = marks >> 1 & 3;
    segment.seq = place(input, choice, &follow->ends[seen.from]);
    segment.ack = place(input, choice >> 2, &follow->ends[!seen.from]);
    if (lengths & 0x80)
        segment.payload_total = reader_u16(input);
    if (lengths & 0x40) {
        size_t length = reader_u8(input) % (OPTIONS_MAX + 1);
        const uint8_t *bytes = reader_take(input, length);

        if (bytes)
            options_parse(bytes, length, &segment.options);
    }
    *at += (int64_t)reader_u16(input) * 100000 - (choice & 0x80 ? 2000000000 : 0);
    seen.at = *at;
    follow_segment(follow, &seen, &step);
    check(follow, &step);
    if (step.events & FOLLOW(PORT_REUSE)) {
        follow_init(follow);
        follow_segment(follow, &seen, &step);
        REQUIRE(!(step.events & FOLLOW(PORT_REUSE)));
        check(follow, &step);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader input = reader_of(data, size);
    struct follow_verdict verdict;
    struct follow follow;
    int64_t at = 0;
    uint8_t start = reader_u8(&input);

    follow_init_hint(&follow, (enum follow_hint)(start % FOLLOW_HINT_COUNT), start >> 4);
    for (unsigned i = 0; i < SEGMENTS_MAX && reader_left(&input) > 0; i++)
        take(&follow, &input, &at);
    (void)follow_icmp(&follow, start >> 2 & 1, follow.ends[start >> 2 & 1].isn, ICMP_CLASS_HARD);
    follow_judge(&follow, at, &verdict);
    REQUIRE(verdict.verdict < VERDICT_COUNT && verdict.ending < FOLLOW_ENDING_COUNT);
    REQUIRE(verdict.reason && verdict.rtt >= FOLLOW_UNKNOWN);
    return 0;
}
