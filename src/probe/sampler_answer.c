/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes back for a SYN that asked for an initial sequence number. */
#include <stdlib.h>

#include "probe/sampler.h"

/* So many refusals one after the other say that the port has been closed. */
#define REFUSED_MOST 4

/* Segments after the handshake that are looked at, and for how long they are waited for. */
#define LATER_MOST 4
#define LATER_WAIT INT64_C(600000000)

static void fail_memory(struct engine *engine)
{
    struct fault fault;

    engine_fail(engine, fault_set(&fault, FAULT_MEMORY, 0, "out of memory"), &fault);
}

/* Room for one more of `size` bytes. */
static bool grow(struct engine *engine, void **items, size_t count, size_t *room, size_t size)
{
    size_t wanted = count < 64 ? 64 : count * 2;
    void *grown;

    if (count < *room)
        return true;
    grown = realloc(*items, wanted * size);
    if (!grown) {
        fail_memory(engine);
        return false;
    }
    *items = grown;
    *room = wanted;
    return true;
}

static bool make_room(struct sampler *sampler)
{
    size_t room = sampler->room;

    return grow(sampler->engine, (void **)&sampler->rows, sampler->count, &room,
                sizeof *sampler->rows) &&
           grow(sampler->engine, (void **)&sampler->numbers, sampler->count, &sampler->room,
                sizeof *sampler->numbers);
}

static void note_look(struct shot *shot, const struct packet *packet, const struct segment *segment,
                      int64_t at, bool later)
{
    struct sampler *sampler = shot->sampler;
    struct option_summary summary;

    if (!grow(sampler->engine, (void **)&sampler->looks, sampler->look_count, &sampler->look_room,
              sizeof *sampler->looks))
        return;
    options_summarize(&segment->options, &summary);
    sampler->looks[sampler->look_count++] = (struct isn_look){
        .time = at,
        .src = shot->step.src,
        .port = shot->step.port,
        .fixed = shot->step.fixed,
        .later = later,
        .asked = shot->step.mss,
        .ttl = packet->hop_limit,
        .has_ip_id = packet->family == IP_FAMILY_V4,
        .ip_id = packet->identification,
        .window = segment->window,
        .has_timestamps = summary.has_timestamps,
        .ts_val = summary.ts_val,
        .layout = isn_look_layout(&segment->options),
        .linux_order = isn_look_linux(&segment->options),
    };
}

static void note_speaker(struct sampler *sampler, const struct packet *packet, uint16_t flags)
{
    bool open = (flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);

    if (sampler->count > 0 && !open)
        return;
    sampler->has_answer = true;
    sampler->from = packet->source;
    sampler->ttl = packet->hop_limit;
    sampler->flags = flags;
}

/* ---- samples ---- */

static void keep_sample(struct shot *shot, const struct isn_sample *sample)
{
    struct sampler *sampler = shot->sampler;

    if (!make_room(sampler))
        return;
    shot->row = sampler->count;
    sampler->numbers[sampler->count] = shot->number;
    sampler->rows[sampler->count++] = *sample;
    if (shot->step.fixed) {
        /* The last one that is none goes before it. */
        if (!strain_number(&sampler->strain, sample->isn, sample->cseq))
            sampler->plain = sampler->last_fixed;
        sampler->last_fixed = sampler->count;
    }
    if (shot->step.stage == ISN_STAGE_COOKIES && sampler->block_answers < ISN_PLAN_BLOCK) {
        sampler->block_isn[sampler->block_answers] = sample->isn;
        sampler->block_cseq[sampler->block_answers++] = sample->cseq;
    }
}

/* SYN number `number` gave no sample: the next one that did begins anew. Its answer may be here
 * already. */
static void note_gap(struct sampler *sampler, uint64_t number)
{
    size_t row = sampler->count;

    while (row > 0 && sampler->numbers[row - 1] > number)
        row--;
    if (row < sampler->count)
        sampler->rows[row].gap = true;
    else if (number > sampler->gap_after)
        sampler->gap_after = number;
}

static bool after_gap(struct sampler *sampler, uint64_t number)
{
    bool gap = sampler->gap_after > 0 && number > sampler->gap_after;

    if (gap)
        sampler->gap_after = 0;
    return gap;
}

void shot_lost(struct shot *shot)
{
    struct sampler *sampler = shot->sampler;

    shot->over = true;
    sampler->lost++;
    strain_lost(&sampler->strain);
    sampler->burst_lost += shot->step.stage == ISN_STAGE_BURST;
    sampler->second_lost += shot->step.src;
    if (shot->step.stage == ISN_STAGE_FORETOLD)
        sampler_foretold(sampler, NULL);
    else if (shot->step.stage != ISN_STAGE_WHOLE)
        note_gap(sampler, shot->number);
}

static void take_answer(struct shot *shot, const struct packet *packet,
                        const struct segment *segment, int64_t at)
{
    struct sampler *sampler = shot->sampler;
    int64_t rtt = shot->left_at && at > shot->left_at ? at - shot->left_at : 0;
    struct isn_sample sample = {
        .time = at,
        .isn = segment->seq,
        .port = shot->step.port,
        .mss = shot->step.mss,
        .cseq = shot->step.cseq,
        .src = shot->step.src,
        .rtt = rtt,
    };

    shot->answered = true;
    shot->isn = segment->seq;
    shot->answered_at = engine_now();
    sampler->refused = 0;
    note_speaker(sampler, packet, segment->flags);
    strain_answered(&sampler->strain, rtt);
    if (rtt > 0 && (sampler->usual_rtt == 0 || rtt < sampler->usual_rtt))
        sampler->usual_rtt = rtt;
    sampler->second_answers += shot->step.src;
    switch (shot->step.stage) {
    case ISN_STAGE_FORETOLD:
        sampler_foretold(sampler, &sample);
        break;
    case ISN_STAGE_WHOLE:
        note_look(shot, packet, segment, at, false);
        break;
    case ISN_STAGE_FIRST:
    case ISN_STAGE_BURST:
    case ISN_STAGE_MIXED:
    case ISN_STAGE_COOKIES:
    case ISN_STAGE_SLOW:
    case ISN_STAGE_LONG:
    case ISN_STAGE_COUNT:
        /* Cookies that were on their way are left out as well. */
        if (sampler->part == SAMPLER_DONE && strain_cookies(&sampler->strain))
            break;
        sample.gap = after_gap(sampler, shot->number);
        keep_sample(shot, &sample);
        note_look(shot, packet, segment, at, false);
        break;
    }
}

/* ---- one whole handshake ---- */

static void add_timestamps(const struct shot *shot, uint32_t echo, struct segment *segment)
{
    uint8_t nop[2] = {OPTION_NOP, OPTION_NOP};

    options_parse(nop, sizeof nop, &segment->options);
    options_add_timestamps(&segment->options, shot->ts_val + 1, echo);
}

/* Our segment that acknowledges the peer's, SYN, data and FIN. */
static struct segment acknowledge(const struct shot *shot, const struct segment *theirs)
{
    struct option_summary summary;
    struct segment segment = {
        .source_port = shot->step.port,
        .destination_port = shot->sampler->subject.port,
        .seq = shot->step.cseq + (shot->established ? 2 : 1),
        .ack = theirs->seq + segment_length(theirs),
        .flags = TCP_ACK,
        .window = 65535,
    };

    options_summarize(&theirs->options, &summary);
    if (summary.has_timestamps)
        add_timestamps(shot, summary.ts_val, &segment);
    return segment;
}

/* Opens it and closes it again: with an ACK, and a FIN right behind. */
static void complete(struct shot *shot, const struct segment *syn_ack)
{
    struct segment segment = acknowledge(shot, syn_ack);

    shot_transmit(shot, &segment);
    segment.flags = TCP_ACK | TCP_FIN;
    shot_transmit(shot, &segment);
    shot->established = true;
    shot->until = engine_now() + LATER_WAIT;
}

static void take_later(struct shot *shot, const struct packet *packet,
                       const struct segment *segment, int64_t at)
{
    struct sampler *sampler = shot->sampler;
    size_t later = sampler->look_count - sampler->count - 1; /* without its SYN,ACK */
    struct segment last;

    if (segment->flags & TCP_RST) {
        shot->reset = true;
        shot_settle(shot);
        return;
    }
    if ((segment->flags & TCP_SYN) || later >= LATER_MOST)
        return;
    note_look(shot, packet, segment, at, true);
    if (segment->flags & TCP_FIN) { /* closed by both; should our ACK be lost, the kernel's RST ends
                                       it */
        last = acknowledge(shot, segment);
        shot_transmit(shot, &last);
        shot_settle(shot);
    }
}

/* ---- packets ---- */

static void take_departure(struct shot *shot, int64_t at)
{
    struct sampler *sampler = shot->sampler;
    struct isn_sample *sample;

    shot->left_at = at;
    if (!shot->answered || shot->row >= sampler->count ||
        sampler->numbers[shot->row] != shot->number)
        return;
    sample =
        &sampler->rows[shot->row]; /* an adapter's stamp of the SYN may come behind the answer */
    if (sample->time > at)
        sample->rtt = sample->time - at;
}

/* Our own: the SYN gives the round trip its beginning, an RST is the kernel's. */
static void take_own(struct shot *shot, const struct segment *segment, int64_t at)
{
    struct sampler *sampler = shot->sampler;

    if (segment->flags & TCP_SYN) {
        if (segment->seq == shot->step.cseq && !shot->left_at)
            take_departure(shot, at);
        return;
    }
    if (!(segment->flags & TCP_RST) || segment->seq != shot->step.cseq + 1 || shot->settled ||
        !shot->answered || shot->step.stage == ISN_STAGE_WHOLE)
        return;
    sampler->resets_wanted = 0;
    shot->reset = true;
    shot_settle(shot);
}

static void take_refusal(struct shot *shot, const struct packet *packet,
                         const struct segment *segment)
{
    struct sampler *sampler = shot->sampler;

    if (shot->answered || shot->over)
        return;
    shot->over = true;
    note_speaker(sampler, packet, segment->flags);
    if (shot->step.stage == ISN_STAGE_FORETOLD)
        sampler_foretold(sampler, NULL);
    else if (shot->step.stage != ISN_STAGE_WHOLE)
        note_gap(sampler, shot->number);
    shot_settle(shot);
    if (++sampler->refused >= REFUSED_MOST && sampler->count > 0)
        sampler_end(sampler, "the server began to refuse: RSTs came in the place of SYN,ACKs");
}

static void take_repeat(struct shot *shot)
{
    struct sampler *sampler = shot->sampler;

    if (!shot->reset)
        return; /* it did not know yet */
    sampler->repeats++;
    sampler->first_repeats += shot->step.stage == ISN_STAGE_FIRST;
    strain_repeated(&sampler->strain);
}

void shot_packet(struct shot *shot, const struct packet *packet, int64_t at)
{
    struct sampler *sampler = shot->sampler;
    struct pattern *pattern = sampler->patterns[shot->step.src][0];
    struct segment segment;
    uint32_t effects;

    if (packet->is_fragment || segment_read(packet, &segment))
        return;
    /* On loopback both ends may have one address: the ports tell the direction. */
    if (segment.source_port == shot->step.port &&
        address_equal(&packet->source, &sampler->routes[shot->step.src].source) &&
        address_equal(&packet->destination, &sampler->subject.address)) {
        take_own(shot, &segment, at);
        return;
    }
    if (packet->checksum == CHECKSUM_BAD ||
        checksum_check(packet, TCP_CHECKSUM_AT) == CHECKSUM_BAD || sampler->over)
        return;
    if (shot->established) {
        take_later(shot, packet, &segment, at);
        return;
    }
    effects = pattern_answer(pattern, shot->step.cseq, &segment, at);
    if (effects & EFFECT_REFUSED)
        take_refusal(shot, packet, &segment);
    if (!(effects & EFFECT_OPENED))
        return;
    if (shot->answered) {
        take_repeat(shot);
        return;
    }
    if (shot->over) /* it was lost: too late */
        return;
    take_answer(shot, packet, &segment, at);
    if (shot->step.stage == ISN_STAGE_WHOLE)
        complete(shot, &segment);
}

void shot_icmp(struct shot *shot, const struct packet *packet, const struct icmp *icmp)
{
    struct sampler *sampler = shot->sampler;
    uint16_t source_port, destination_port;
    uint32_t seq;

    if (shot->answered || shot->over || icmp->checksum == CHECKSUM_BAD ||
        icmp_quoted_tcp(icmp, &source_port, &destination_port, &seq) || seq != shot->step.cseq ||
        (icmp->kind != ICMP_CLASS_SOFT && icmp->kind != ICMP_CLASS_HARD))
        return;
    sampler->unreachable++;
    if (!sampler->has_answer) {
        sampler->has_icmp = true;
        sampler->icmp = *icmp;
        sampler->from = packet->source;
        sampler->ttl = packet->hop_limit;
    }
    shot_lost(shot);
    shot_settle(shot);
}
