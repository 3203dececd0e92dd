/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sequence numbers of a segment say: new, again, out of order, behind a gap, a probe. */
#include "probe/follow/parts.h"

/* Without a round trip to go by, segments that lie farther apart than this were not only
 * reordered; tshark's value. */
#define REORDERING INT64_C(3000000)
/* A fast retransmission follows the duplicate ACK that asks for it within this, or a round trip. */
#define FAST_WITHIN INT64_C(20000000)

/* The peer's window is closed, as far as the sender can know. */
static bool is_shut(const struct follow_end *peer)
{
    return peer->has_window && peer->window == 0;
}

/* Segments that ask and bring nothing; true where there is nothing else to be said of it. */
static bool take_probe(struct follow_work *work)
{
    struct follow_end *end = work->end;
    uint32_t seq = work->segment->seq;
    uint64_t *events = &work->step->events;
    bool shut = is_shut(work->peer);

    if (!work->plain || work->length > 1)
        return false;
    if (work->length == 1 && shut && seq == end->next) {
        *events |= FOLLOW(WINDOW_PROBE);
        count_up(&end->counts.probes);
        end->has_probe = true;
        end->probe_end = work->seq_end;
        return true;
    }
    /* Linux probes a closed window with an empty segment one below what is unacknowledged. */
    if (work->length == 0 && shut && end->has_una && seq == end->una - 1) {
        *events |= FOLLOW(WINDOW_PROBE);
        count_up(&end->counts.probes);
        if (seq == end->next - 1)
            *events |= FOLLOW(KEEP_ALIVE); /* tshark calls it that */
        return true;
    }
    if (seq != end->next - 1)
        return false;
    /* A byte that is not acknowledged yet is sent again for its own sake; tshark takes that for a
     * keep-alive. */
    if (work->length == 1 && end->has_una && end->una == seq)
        return false;
    *events |= FOLLOW(KEEP_ALIVE);
    count_up(&end->counts.keep_alives);
    return true;
}

static bool is_fast(const struct follow_work *work)
{
    const struct follow_end *peer = work->peer;
    int64_t since = work->input->at - peer->last_ack_at;
    int64_t within = 2 * work->end->rtt_min; /* the sender may be far from the capture point */

    if (within < FAST_WITHIN)
        within = FAST_WITHIN;
    return peer->duplicates >= 2 && peer->last_ack == work->segment->seq && since >= 0 &&
           since < within;
}

bool follow_same_id(const struct follow_work *work)
{
    const struct follow_input *input = work->input;

    return input->has_ip_id && input->ip_id != 0 && work->end->has_ip_id &&
           input->ip_id == work->end->ip_id;
}

bool follow_is_twin(const struct follow_work *work)
{
    int64_t since = work->input->at - work->end->last_ack_at;

    return follow_same_id(work) && !(work->segment->flags & TCP_SYN) && since >= 0 &&
           since < FOLLOW_TWIN_WITHIN;
}

/* Was it only overtaken? Within a round trip nobody can know that it is missing. */
static bool is_late(const struct follow_work *work)
{
    int64_t since = work->input->at - work->end->next_at;
    int64_t within = work->follow->whole_rtt > 0 ? work->follow->whole_rtt : REORDERING;

    return since < within;
}

static void count_again(struct follow_work *work, uint64_t kind)
{
    struct follow_counts *counts = &work->end->counts;

    work->step->events |= kind;
    if (kind & FOLLOW(TWIN))
        count_up(&counts->twins);
    if (kind & FOLLOW(OUT_OF_ORDER))
        count_up(&counts->out_of_order);
    if (!(kind & FOLLOW(RETRANSMISSION)))
        return;
    count_up(&counts->retransmissions);
    count_up(&work->end->silent);
    if (kind & FOLLOW(FAST))
        count_up(&counts->fast);
    if (kind & FOLLOW(SPURIOUS))
        count_up(&counts->spurious);
    work->end->has_timed = false; /* Karn: which copy would the ACK be of? */
}

/*
 * Begins below the highest byte seen. tshark goes by the time alone: what comes soon is out of
 * order, even if those very bytes were seen before, and what was acknowledged before it came is
 * spurious, even if the capture merely holds the ACK first. Here bytes that were seen come again,
 * and bytes that were not are late, or the repeat of what was lost before the capture point.
 */
static void take_below(struct follow_work *work, uint32_t filled)
{
    const struct follow_end *end = work->end;
    bool seen = work->step->repeated > 0;
    /* Of a SYN or FIN alone tshark does not say it, and it would say nothing of congestion. */
    bool acked = work->length > 0 && end->has_una && seq_upto(work->seq_end, end->una);

    if (seen && follow_is_twin(work))
        count_again(work, FOLLOW(TWIN));
    else if (seen && acked)
        count_again(work, FOLLOW(RETRANSMISSION) | FOLLOW(SPURIOUS));
    else if (is_fast(work))
        count_again(work, FOLLOW(RETRANSMISSION) | FOLLOW(FAST));
    else if (!seen && filled > 0 && (acked || is_late(work)))
        count_again(work, FOLLOW(OUT_OF_ORDER));
    else
        count_again(work, FOLLOW(RETRANSMISSION));
}

/* What had been acknowledged unseen is in the capture after all. */
static void see_at_last(struct follow_end *end, uint32_t bytes)
{
    end->counts.unseen -= bytes < end->counts.unseen ? bytes : end->counts.unseen;
}

/* New, but the capture holds its acknowledgment first; tshark takes it for spurious. */
static void take_late(struct follow_work *work)
{
    struct follow_end *end = work->end;
    uint32_t seq = work->segment->seq;
    uint32_t from = seq_before(seq, end->next) ? end->next : seq;
    uint32_t to = end->has_una && seq_before(end->una, work->seq_end) ? end->una : work->seq_end;

    if (!end->has_una || !seq_before(from, to))
        return;
    see_at_last(end, to - from);
    if (to == work->seq_end && work->step->repeated == 0)
        count_again(work, FOLLOW(OUT_OF_ORDER));
}

static void take_gap(struct follow_work *work)
{
    struct follow_end *end = work->end;

    work->step->events |= FOLLOW(GAP);
    work->step->missing = work->segment->seq - end->next;
    holes_add(&end->holes, end->next, work->segment->seq);
    count_up(&end->counts.gaps);
}

static void fills_window(struct follow_work *work)
{
    const struct follow_end *peer = work->peer;

    if (!work->plain || work->length == 0 || !peer->has_ack ||
        peer->window_bytes == FOLLOW_UNKNOWN ||
        work->seq_end != peer->last_ack + (uint32_t)peer->window_bytes)
        return;
    work->step->events |= FOLLOW(WINDOW_FULL);
    count_up(&work->end->counts.window_full);
}

static void count_data(struct follow_work *work)
{
    struct follow_counts *counts = &work->end->counts;
    uint32_t repeated = work->step->repeated;

    if (work->length == 0)
        return;
    count_up(&counts->data_segments);
    count_bytes(&counts->bytes, work->length);
    /* Of the sequence numbers one may be a SYN's or FIN's. */
    count_bytes(&counts->repeated, repeated > work->length ? work->length : repeated);
}

static void move_edge(struct follow_work *work)
{
    struct follow_end *end = work->end;

    if (end->has_next && !seq_before(end->next, work->seq_end))
        return;
    if (!end->has_timed && work->seq_end != work->segment->seq &&
        !(work->segment->flags & TCP_SYN) && work->step->repeated == 0) {
        end->has_timed = true;
        end->timed_end = work->seq_end;
        end->timed_at = work->input->at;
    }
    end->next = work->seq_end;
    end->has_next = true;
    end->next_at = work->input->at;
    holes_trim(&end->holes, end->next, FOLLOW_FAR);
}

/* New, though it begins below the edge: data behind a probe's byte, as tshark says too; and the
 * SYN,ACK that answers a crossing SYN (figure 7), which tshark takes for a repeat. */
static bool is_news(const struct follow_work *work)
{
    uint64_t events = work->step->events;

    return (work->length > 1 && work->segment->seq == work->end->next - 1) ||
           events & (FOLLOW(OUT_OF_ORDER) | FOLLOW(TWIN)) || /* a SYN: that was judged already */
           (events & FOLLOW(SYN_ACK) && !(events & FOLLOW(SYN_ACK_REPEATED)));
}

void follow_data(struct follow_work *work)
{
    struct follow_end *end = work->end;
    uint32_t seq = work->segment->seq, size = work->seq_end - seq;

    if (end->has_next) {
        if (seq_distance(seq, end->next) > FOLLOW_FAR) {
            work->step->events |= FOLLOW(OUTSIDE);
            return;
        }
        fills_window(work);
        if (take_probe(work)) {
            count_data(work);
            return;
        }
        if (seq_before(end->next, seq))
            take_gap(work);
        if (size > 0 && seq_before(seq, end->next)) {
            uint32_t below = seq_before(end->next, work->seq_end) ? end->next - seq : size;
            uint32_t known = holes_within(&end->holes, seq, end->has_una ? end->una : seq);
            uint32_t filled = holes_fill(&end->holes, seq, seq + below);

            see_at_last(end, known < filled ? known : filled);

            work->step->repeated = below - filled;
            if (!is_news(work))
                take_below(work, filled);
        }
        take_late(work);
    }
    count_data(work);
    move_edge(work);
}
