/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One TCP connection of somebody else's, followed segment by segment. */
#include "probe/follow/follow.h"

#include <stddef.h>
#include <string.h>

#include "probe/follow/parts.h"

/* More than any network card joins (Linux' limit for IPv6 jumbograms is 512 KiB); what claims more
 * is cut. */
#define LENGTH_MAX (UINT32_C(1) << 20)

void follow_init(struct follow *follow)
{
    follow_init_hint(follow, FOLLOW_HINT_NONE, 0);
}

void follow_init_hint(struct follow *follow, enum follow_hint hint, uint32_t copy)
{
    memset(follow, 0, sizeof *follow);
    follow->hint = (uint8_t)hint;
    follow->hint_copy = copy;
    for (unsigned i = 0; i < 2; i++)
        follow->ends[i].window_bytes = FOLLOW_UNKNOWN;
}

/* Who opened it: the SYN tells, or else the larger port, as clients take theirs from above. */
static void begin(struct follow *follow, const struct follow_input *input)
{
    const struct segment *segment = input->segment;
    uint16_t flags = segment->flags;
    bool larger = segment->source_port >= segment->destination_port;

    follow->begun = true;
    follow->client = input->from;
    if (flags & TCP_SYN && !(flags & TCP_RST)) {
        follow->client_known = true;
        if (flags & TCP_ACK)
            follow->client = !input->from;
        return;
    }
    if (!larger)
        follow->client = !input->from;
    for (unsigned i = 0; i < 2; i++) {
        struct follow_end *end = &follow->ends[i];

        end->joined = true;
        end->syn_sent = true;
        end->syn_acked = true;
    }
}

/* Flags that no end sends (RFC 9293 sections 3.5, 3.10.7.4). */
static bool odd_flags(uint16_t flags)
{
    return (flags & TCP_SYN && flags & (TCP_FIN | TCP_RST)) ||
           !(flags & (TCP_SYN | TCP_RST | TCP_ACK)) || (flags & TCP_RST && flags & TCP_FIN);
}

static uint64_t of_itself(const struct follow_work *work)
{
    const struct segment *segment = work->segment;
    uint64_t events = 0;

    if (odd_flags(segment->flags) || options_unhealthy(&segment->options) > 0)
        events |= FOLLOW(MALFORMED);
    if (segment->flags & TCP_URG)
        events |= FOLLOW(URGENT);
    if (segment->ecn == 3)
        events |= FOLLOW(CONGESTION);
    if (work->input->giant || (work->peer->mss > 0 && work->length > work->peer->mss))
        events |= FOLLOW(GIANT);
    if (work->length > 0 && !(segment->flags & TCP_RST))
        events |= FOLLOW(DATA);
    return events;
}

/* What later resets are compared with: a reset itself proves nothing of its sender. */
static void note_ip(struct follow_end *end, const struct follow_input *input)
{
    if (end->hop_limit != 0 && end->hop_limit != input->hop_limit)
        end->hop_limit_varies = true;
    end->hop_limit = input->hop_limit;
    if (!input->has_ip_id || input->ip_id == 0)
        return;
    if (end->has_ip_id) {
        uint8_t *steps = (uint16_t)(input->ip_id - end->ip_id) <= FOLLOW_ID_STEP ? &end->ids_near
                                                                                 : &end->ids_far;

        if (*steps < UINT8_MAX)
            ++*steps;
    }
    end->has_ip_id = true;
    end->ip_id = input->ip_id;
}

int follow_window_shift(const struct follow_end *end, const struct follow_end *peer)
{
    bool told = end->syn_seen && (end->has_wscale || !end->syn_cut);
    bool peer_told = peer->syn_seen && (peer->has_wscale || !peer->syn_cut);

    if ((told && !end->has_wscale) || (peer_told && !peer->has_wscale))
        return 0;
    return told && (peer_told || end->sent_syn_ack) ? end->wscale : FOLLOW_UNKNOWN;
}

static void set_window(struct follow_work *work)
{
    struct follow_end *end = work->end;
    const struct follow_end *peer = work->peer;
    uint16_t window = work->segment->window;

    end->window = window;
    end->has_window = true;
    if (work->segment->flags & TCP_SYN && window == 0)
        end->shut_syn = true;
    /* A SYN's is never scaled (RFC 7323 section 2.2). */
    int shift = work->segment->flags & TCP_SYN ? 0 : follow_window_shift(end, peer);
    end->window_bytes = shift == FOLLOW_UNKNOWN ? FOLLOW_UNKNOWN : (int64_t)window << shift;
}

static void relate(const struct follow_work *work)
{
    struct follow_step *step = work->step;

    if (work->end->has_isn)
        step->relative_seq = (int64_t)(work->segment->seq - work->end->isn);
    if (work->has_ack && work->peer->has_isn)
        step->relative_ack = (int64_t)(work->segment->ack - work->peer->isn);
}

/* What the other end takes: RFC 9293 section 3.10.7.4 drops what has no ACK. */
static void take(struct follow_work *work)
{
    struct follow_end *end = work->end;
    uint64_t *events = &work->step->events;

    follow_reset_doubt(work);
    follow_opening(work);
    if (!(*events & FOLLOW(STRAY_SYN)))
        follow_acks(work);
    if (!(*events & (FOLLOW(STRAY_SYN) | FOLLOW(OUTSIDE))))
        follow_data(work);
    if (!(*events & (FOLLOW(STRAY_SYN) | FOLLOW(OUTSIDE))))
        follow_close(work);
    end->reset_open = false;
    end->challenged = false;
    if (end->has_timestamps && work->peer->has_timestamps && !work->options.has_timestamps &&
        !work->segment->options_cut)
        end->lacks_timestamps = true;
    if (!(*events & (FOLLOW(STRAY_SYN) | FOLLOW(OUTSIDE)))) {
        if (work->has_ack) {
            end->last_ack = work->segment->ack;
            end->last_ack_at = work->input->at;
            end->has_ack = true;
        }
        set_window(work);
        work->step->window = end->window_bytes;
    }
    work->peer->silent = 0;
    end->last_events = *events;
    note_ip(end, work->input);
}

void follow_segment(struct follow *follow, const struct follow_input *input,
                    struct follow_step *ret_step)
{
    const struct segment *segment = input->segment;
    unsigned from = input->from & 1;
    struct follow_work work = {
        .follow = follow,
        .input = input,
        .segment = segment,
        .end = &follow->ends[from],
        .peer = &follow->ends[!from],
        .step = ret_step,
        .length =
            segment->payload_total < LENGTH_MAX ? (uint32_t)segment->payload_total : LENGTH_MAX,
        .plain = !(segment->flags & (TCP_SYN | TCP_FIN | TCP_RST)),
        .has_ack = segment->flags & TCP_ACK,
    };
    uint16_t flags = segment->flags;

    memset(ret_step, 0, offsetof(struct follow_step, have)); /* the rest is behind its counts */
    ret_step->rtt = ret_step->window = FOLLOW_UNKNOWN;
    ret_step->relative_seq = ret_step->relative_ack = FOLLOW_UNKNOWN;
    work.seq_end = segment->seq + work.length + !!(flags & TCP_SYN) + !!(flags & TCP_FIN);
    if (segment->options.length > 0)
        options_summarize(&segment->options, &work.options);
    ret_step->events = of_itself(&work);

    if (!follow->stamped) {
        follow->stamped = true;
        follow->first_at = input->at;
    }
    bool nothing = !(flags & (TCP_SYN | TCP_RST | TCP_ACK));
    if (input->checksum_bad)
        ret_step->events |= FOLLOW(CHECKSUM);
    if (!input->checksum_bad && !nothing) {
        if (follow->begun && follow_is_reuse(&work)) {
            ret_step->events |= FOLLOW(PORT_REUSE);
            return;
        }
        if (!follow->begun)
            begin(follow, input);
        if (flags & TCP_RST)
            follow_reset(&work);
        else
            take(&work);
        count_up(&work.end->counts.segments);
        if (input->at > follow->last_at || work.follow->last_at == 0)
            follow->last_at = input->at;
        follow->last_from = (uint8_t)from;
    } else {
        count_up(&work.end->counts.ignored);
    }
    if (ret_step->events & (FOLLOW(CHECKSUM) | FOLLOW(MALFORMED)))
        count_up(&work.end->counts.bad);
    work.end->all_events |= ret_step->events;
    if (!input->checksum_bad) {
        work.end->odd_flags |= odd_flags(flags);
        work.end->reserved_bits |= (flags & TCP_FLAGS_RESERVED) != 0;
    }
    relate(&work);
    ret_step->from_client = from == follow->client;
    follow_states(follow, ret_step);
}

bool follow_icmp(struct follow *follow, uint8_t quoted, uint32_t seq, enum icmp_class kind)
{
    struct follow_end *end = &follow->ends[quoted & 1];

    if (!end->syn_seen || seq != end->isn || follow->has_answer || follow->opened ||
        (kind != ICMP_CLASS_SOFT && kind != ICMP_CLASS_HARD))
        return false;
    follow->icmp_kind = (uint8_t)kind;
    return true;
}

void follow_options(const struct follow_end *end, struct options *ret_options)
{
    options_parse(end->options, end->options_length, ret_options);
}
