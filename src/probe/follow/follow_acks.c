/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What acknowledgments, windows and SACK blocks say of a connection that is followed. */
#include "probe/follow/parts.h"

/*
 * Repeats of the last ACK, changes of its window, answers to probes. As tshark reads them, which
 * asks neither whether data are outstanding (RFC 5681 section 2 does): what a sender counts depends
 * on what is under way to it, and a capture in the middle does not show that.
 */
static void compare_with_last(struct follow_work *work)
{
    struct follow_end *end = work->end;
    uint16_t window = work->segment->window;
    uint64_t *events = &work->step->events, asked = work->peer->last_events;
    bool same = end->has_ack && end->has_next && work->length == 0 && work->plain &&
                work->segment->seq == end->next && work->segment->ack == end->last_ack;

    /* Where the handshake is split, an ACK behind the end's SYN is of that SYN, not a repeat. */
    if (work->follow->split && end->last_events & FOLLOW(SYN))
        same = false;
    if (work->segment->ack != end->last_ack)
        end->duplicates = 0;
    if (!same)
        return;
    if (end->challenged) {
        *events |= FOLLOW(CHALLENGE_ACK);
        count_up(&end->counts.challenges);
    }
    if (window != end->window) {
        if (window > 0) {
            *events |= FOLLOW(WINDOW_UPDATE);
            count_up(&end->counts.window_updates);
        }
    } else if (asked & FOLLOW(WINDOW_PROBE) && window == 0) {
        *events |= FOLLOW(WINDOW_PROBE_ACK);
    } else if (asked & FOLLOW(KEEP_ALIVE)) {
        *events |= FOLLOW(KEEP_ALIVE_ACK);
    } else if (window > 0) {
        *events |= FOLLOW(DUPLICATE_ACK);
        count_up(&end->duplicates);
        count_up(&end->counts.duplicate_acks);
        work->step->duplicates = end->duplicates;
        if (follow_is_twin(work)) {
            *events |= FOLLOW(TWIN);
            count_up(&end->counts.twins);
        }
    }
}

/* How much of what is acknowledged now for the first time was never seen. */
static uint32_t unseen(const struct follow_end *peer, uint32_t ack)
{
    uint32_t missing = holes_within(&peer->holes, peer->una, ack);
    uint32_t from = seq_before(peer->next, peer->una) ? peer->una : peer->next;

    if (seq_before(from, ack))
        missing += ack - from;
    return missing;
}

static void advance(struct follow_work *work, uint32_t ack)
{
    struct follow_end *peer = work->peer;
    uint32_t missing;

    if (!peer->has_una) {
        peer->has_una = true;
        peer->una = peer->has_isn ? peer->isn + 1 : ack;
        if (seq_before(ack, peer->una))
            peer->una = ack;
    }
    if (!seq_before(peer->una, ack))
        return;
    /* The byte of a window probe does not count as sent until it is taken. */
    if (peer->has_probe && ack == peer->probe_end && peer->next + 1 == ack)
        peer->next = ack;
    missing = peer->has_next ? unseen(peer, ack) : 0;
    if (missing > 0) {
        work->step->events |= FOLLOW(ACKED_UNSEEN);
        work->step->missing = missing;
        count_bytes(&peer->counts.unseen, missing);
    }
    count_bytes(&peer->counts.acked, ack - peer->una);
    peer->una = ack;
    if (peer->has_timed && seq_upto(peer->timed_end, ack)) {
        int64_t rtt = work->input->at - peer->timed_at;

        peer->has_timed = false;
        if (rtt > 0 && (peer->rtt_min == 0 || rtt < peer->rtt_min))
            peer->rtt_min = rtt;
    }
}

static void sort(struct hole *holes, unsigned count)
{
    for (unsigned i = 1; i < count; i++)
        for (unsigned j = i; j > 0 && seq_before(holes[j].left, holes[j - 1].left); j--) {
            struct hole other = holes[j];

            holes[j] = holes[j - 1];
            holes[j - 1] = other;
        }
}

/* RFC 2883 section 4: the first block lies below the acknowledgment, or within the second. */
static bool is_dsack(const struct option_summary *options, uint32_t ack)
{
    if (seq_upto(options->sack[0].right, ack))
        return true;
    return options->sack_count > 1 && seq_upto(options->sack[1].left, options->sack[0].left) &&
           seq_upto(options->sack[0].right, options->sack[1].right);
}

static void explain_sack(struct follow_work *work)
{
    const struct option_summary *options = &work->options;
    struct follow_step *step = work->step;
    uint32_t edge = work->segment->ack;
    unsigned i = 0;

    if (options->sack_count == 0)
        return;
    step->events |= FOLLOW(SACK);
    if (is_dsack(options, edge)) {
        step->events |= FOLLOW(DSACK);
        step->twice = (struct hole){options->sack[0].left, options->sack[0].right};
        i = 1;
    }
    for (; i < options->sack_count && step->have_count < FOLLOW_RANGES; i++)
        if (seq_before(options->sack[i].left, options->sack[i].right))
            step->have[step->have_count++] =
                (struct hole){options->sack[i].left, options->sack[i].right};
    sort(step->have, step->have_count);
    for (i = 0; i < step->have_count; i++) {
        const struct hole *have = &step->have[i];

        if (seq_before(edge, have->left))
            step->lacking[step->lacking_count++] = (struct hole){edge, have->left};
        if (seq_before(edge, have->right))
            edge = have->right;
    }
}

void follow_acks(struct follow_work *work)
{
    struct follow_end *end = work->end, *peer = work->peer;
    uint32_t ack = work->segment->ack;

    if (!work->has_ack)
        return;
    if ((peer->has_next && seq_distance(ack, peer->next) > FOLLOW_FAR) ||
        (peer->has_una && seq_distance(ack, peer->una) > FOLLOW_FAR)) {
        work->step->events |= FOLLOW(OUTSIDE);
        return;
    }
    if (work->plain && work->segment->window == 0) {
        work->step->events |= FOLLOW(ZERO_WINDOW);
        count_up(&end->counts.zero_windows);
    }
    compare_with_last(work);
    advance(work, ack);
    explain_sack(work);
}
