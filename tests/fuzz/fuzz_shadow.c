/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes probe/track's shadow: any story of either end; the machine never asserts, and its steps
 * are one walk through the table. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "probe/track/shadow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

enum { SEGMENTS_MAX = 300 };

/* What the numbers of the next segment are near to. */
struct sender {
    uint32_t isn, next, acked;
};

static uint32_t place(struct reader *input, unsigned choice, const struct sender *sender)
{
    const uint32_t places[] = {sender->next, sender->acked, sender->isn + 1};

    if (choice < 4) /* as a rule it goes on where it was */
        return sender->next;
    if (choice == 7)
        return reader_u32(input);

    int32_t by = (int16_t)reader_u16(input);

    return places[choice - 4] + (uint32_t)by;
}

static void take_icmp(struct story_segment *entry, struct reader *input,
                      const struct sender *senders)
{
    uint8_t kind = reader_u8(input);

    entry->is_icmp = true;
    entry->quoted = kind & 1;
    entry->icmp_counted = kind & 2;
    entry->icmp_class = (enum icmp_class)(kind >> 3 & 3);
    entry->icmp_seq = place(input, kind >> 5, &senders[kind & 1]);
    entry->icmp_mtu = reader_u16(input);
    entry->from.family = kind & 0x80 ? IP_FAMILY_V6 : IP_FAMILY_V4;
}

static void take(struct story_segment *entry, struct reader *input, struct sender *senders,
                 int64_t *at)
{
    uint8_t marks = reader_u8(input), choice = reader_u8(input), lengths;
    struct segment *segment = &entry->segment;
    unsigned from = marks & 1;

    if (choice & 0x80)
        *at = (int64_t)((uint64_t)*at + ((uint64_t)reader_u32(input) << (choice >> 3 & 15) * 2));
    else
        *at = (int64_t)((uint64_t)*at + (uint64_t)(choice & 0x78) * 1000000);
    entry->input.at = *at;
    if ((marks & 0xe0) == 0xe0) {
        take_icmp(entry, input, senders);
        return;
    }
    lengths = reader_u8(input);
    entry->input.from = (uint8_t)from;
    entry->input.checksum_bad = (marks & 0xe0) == 0xc0;
    entry->input.has_ip_id = lengths & 1;
    entry->input.ip_id = lengths;
    segment->flags = reader_u8(input);
    segment->window = reader_u16(input);
    segment->ecn = marks >> 1 & 3;
    segment->seq = place(input, marks >> 2 & 7, &senders[from]);
    segment->ack = place(input, choice & 7, &senders[!from]);
    if (lengths & 0x80)
        segment->payload_total = reader_u16(input);
    if ((lengths & 0xc0) == 0xc0 && lengths & 2)
        segment->payload_total <<= lengths >> 2 & 15;
    if ((lengths & 0x60) == 0x60) {
        size_t length = reader_u8(input) % (OPTIONS_MAX + 1);
        const uint8_t *bytes = reader_take(input, length);

        if (bytes)
            options_parse(bytes, length, &segment->options);
    }
    if (segment->flags & TCP_SYN)
        senders[from].isn = segment->seq;
    senders[from].next = segment->seq + segment_length(segment);
    senders[!from].acked = segment->ack;
}

static void check(const struct story *story, uint8_t client)
{
    struct shadow shadow;
    enum state state = STATE_CLOSED;

    REQUIRE(shadow_run(story, client, &shadow) == 0);
    REQUIRE(shadow.end < SHADOW_END_COUNT && shadow_end_words(shadow.end));
    REQUIRE((shadow.end == SHADOW_END_WHOLE) == (shadow.end_at == TRACE_NONE));
    REQUIRE(shadow.end == SHADOW_END_WHOLE || shadow.end_at <= story->count);
    REQUIRE(shadow.count <= TCB_EVENTS_MAX * story->count + 2);
    for (size_t i = 0; i < shadow.count; i++) {
        const struct step *step = &shadow.steps[i].step;
        const struct fsm_cell *cell = fsm_cell(step->event, state);

        REQUIRE(step->from == state && (uint32_t)step->action == cell->action);
        REQUIRE((step->effects & ~cell->effects) == 0);
        REQUIRE(step->to == (cell->action == FSM_GO ? (enum state)cell->next : state));
        REQUIRE(i == 0 || step->at >= shadow.steps[i - 1].step.at);
        REQUIRE(shadow.steps[i].seen == TRACE_NONE || shadow.steps[i].seen < story->count);
        state = step->to;
    }
    shadow_release(&shadow);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct story_segment segments[SEGMENTS_MAX];
    struct reader input = reader_of(data, size);
    struct sender senders[2] = {{0, 0, 0}, {0, 0, 0}};
    struct story story = {.segments = segments, .room = SEGMENTS_MAX};
    int64_t at = 0;

    senders[0].isn = senders[0].next = senders[0].acked = 0xffffff00u;
    senders[1].isn = senders[1].next = senders[1].acked = reader_u32(&input);
    memset(segments, 0, sizeof segments);
    while (story.count < SEGMENTS_MAX && reader_left(&input) > 0)
        take(&segments[story.count++], &input, senders, &at);
    story.lost = size % 7 == 6;
    check(&story, 0);
    check(&story, 1);
    return 0;
}
