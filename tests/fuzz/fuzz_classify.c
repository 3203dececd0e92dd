/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes the control block: any segments and events in any order; the table allows them, the
 * invariants hold, sending ends. */
#include "../unit/tcb_lab.h"
#include "base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OPERATIONS_MAX = 200 };

static uint32_t moved(uint32_t base, int32_t by)
{
    return base + (uint32_t)by;
}

static void setup(struct lab *lab, struct reader *input)
{
    struct tcb_parameters parameters = lab_parameters();
    uint8_t bits = reader_u8(input), more = reader_u8(input);

    lab_offer(&parameters.syn_options, bits & 1);
    if (more & 1)
        lab_option(&parameters.syn_options, OPTION_WSCALE, more & 2 ? "\17" : "\7", 1);
    if (bits & 2)
        parameters.receive_window = more & 4 ? 10 : 0;
    if (bits & 4)
        parameters.data_length = more & 8 ? 1 : 0;
    if (bits & 8)
        parameters.syn_flags |= TCP_ECE | TCP_CWR;
    parameters.data_in_syn = bits & 16;
    if (bits & 32)
        parameters.manners |= TCB_MANNER_NO_ACK;
    if (bits & 64)
        parameters.manners |= TCB_MANNER_NO_SACK;
    if (bits & 128)
        parameters.msl = 0;
    if (more & 16)
        parameters.syn_flags |= TCP_FIN;
    parameters.data_retries = more >> 6;
    parameters.mss_default = 536;
    parameters.mss_limit = (uint16_t)(48 + reader_u16(input) % 1413);
    lab_init(lab, &parameters);
    lab_do(lab, EVENT_USER_OPEN);
}

static void add_options(const struct lab *lab, struct reader *input, struct options *options)
{
    uint8_t kind = reader_u8(input);

    if (kind % 3 == 1) {
        size_t length = reader_u8(input) % (OPTIONS_MAX + 1);
        const uint8_t *bytes = reader_take(input, length);

        if (bytes)
            options_parse(bytes, length, options);
    } else if (kind % 3 == 2) {
        uint32_t value = moved(lab->tcb.ts_recent, (int8_t)reader_u8(input));

        REQUIRE(options_add_timestamps(options, value, lab->tcb.ts_val_last) == 0);
        if (kind & 16)
            lab_option(options, OPTION_MSS, kind & 32 ? "\0\1" : "\2\30", 2);
        if (kind & 64)
            lab_option(options, OPTION_SACK_PERMITTED, "", 0);
        if (kind & 128)
            lab_option(options, OPTION_WSCALE, "\16", 1);
    }
}

static void segment_comes(struct lab *lab, struct reader *input)
{
    const struct tcb *tcb = &lab->tcb;
    const uint32_t seqs[] = {tcb->rcv_nxt, tcb->irs, tcb->rcv_nxt + tcb->rcv_wnd,
                             tcb->peer_fin_seq};
    const uint32_t acks[] = {tcb->snd_max, tcb->snd_una, tcb->snd_nxt, tcb->iss};
    uint16_t flags = reader_u8(input);
    uint8_t marks = reader_u8(input), bases = reader_u8(input);
    uint32_t seq = moved(seqs[bases % 4], (int16_t)reader_u16(input));
    uint32_t ack = moved(acks[bases / 4 % 4], (int16_t)reader_u16(input));
    uint16_t window = reader_u16(input);
    struct segment segment;

    flags |= (uint16_t)((marks & 15) << 8);
    segment = lab_with(lab_segment(seq, ack, flags, window), reader_u16(input) % 3000);
    segment.ecn = marks >> 4 & 3;
    if (marks & 64) /* a capture that was cut short */
        segment.payload_length /= 2;
    add_options(lab, input, &segment.options);
    lab_feed(lab, &segment);
    for (unsigned i = 0; i < lab->count && flags & TCP_RST; i++)
        REQUIRE(!(lab->sent && lab->last.flags & TCP_RST));
}

static void user_asks(struct lab *lab, struct reader *input)
{
    enum event event = (enum event)(EVENT_USER_OPEN + reader_u8(input) % 5);

    /* A block is used once. */
    if (event != EVENT_USER_OPEN && tcb_may(&lab->tcb, event))
        lab_do(lab, event);
}

static void network_says(struct lab *lab, struct reader *input)
{
    enum event event = (enum event)(EVENT_ICMP_HARD + reader_u8(input) % 4);

    if (event == EVENT_ICMP_TOO_BIG)
        tcb_shrink(&lab->tcb, reader_u16(input));
    lab_do(lab, event);
}

static void time_passes(struct lab *lab, int64_t until)
{
    enum event event;
    unsigned count = 0;

    if (lab->now < until)
        lab->now = until;
    while ((event = tcb_due(&lab->tcb, lab->now)) != EVENT_COUNT) {
        lab_do(lab, event);
        REQUIRE(++count < 1000);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader input = reader_of(data, size);
    static struct lab lab;

    setup(&lab, &input);
    for (unsigned i = 0; i < OPERATIONS_MAX && reader_left(&input) > 0; i++)
        switch (reader_u8(&input) % 8) {
        case 4:
            user_asks(&lab, &input);
            break;
        case 5:
            if (tcb_deadline(&lab.tcb) != TCB_NEVER)
                time_passes(&lab, tcb_deadline(&lab.tcb));
            break;
        case 6:
            network_says(&lab, &input);
            break;
        case 7:
            time_passes(&lab, lab.now + reader_u16(&input) * MS);
            break;
        default:
            segment_comes(&lab, &input);
            break;
        }
    if (tcb_may(&lab.tcb, EVENT_USER_ABORT))
        lab_do(&lab, EVENT_USER_ABORT);
    REQUIRE(lab.tcb.state == STATE_CLOSED && tcb_deadline(&lab.tcb) == TCB_NEVER);
    return 0;
}
