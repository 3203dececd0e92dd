/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way of a captured frame to its connection. */
#include "probe/track/track.h"

#include <stdlib.h>

#include "probe/track/track_parts.h"

#define CONNECTIONS_MIN 16
/* What the upper bit of an item leaves. */
#define CONNECTIONS_MAX ((size_t)1 << 30)

const char *track_why_meaning(enum track_why why)
{
    static const char *const meanings[TRACK_WHY_COUNT] = {
#define X(id, meaning) [TRACK_WHY_##id] = meaning,
        TRACK_WHY_TABLE(X)
#undef X
    };
    return meanings[why];
}

static void note_loss(void *data, const struct fragments_loss *loss)
{
    struct track *track = data;

    if (track->counts.lost++ == 0)
        track->counts.first_loss = *loss;
}

int track_new(const struct track_options *options, struct track **ret_track, struct fault *fault)
{
    struct track *track = calloc(1, sizeof *track);
    if (!track)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory for connections");
    track->options = *options;
    if (options->connections == 0)
        track->options.connections = TRACK_CONNECTIONS;
    else if (options->connections < CONNECTIONS_MIN)
        track->options.connections = CONNECTIONS_MIN;
    else if (options->connections > CONNECTIONS_MAX)
        track->options.connections = CONNECTIONS_MAX;
    track_pool_init(&track->entries, sizeof(struct track_entry));
    track_pool_init(&track->stones, sizeof(struct track_stone));
    track->fragments = fragments_new(&(struct fragments_options){
        .lost = note_loss, .data = track, .seed = {options->seed[0], options->seed[1]}});
    if (!track->fragments) {
        track_free(track);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory for fragments");
    }
    *ret_track = track;
    return 0;
}

void track_free(struct track *track)
{
    if (!track)
        return;
    while (track->all.first)
        track_drop(track, track->all.first);
    fragments_free(track->fragments);
    track_pool_release(&track->entries);
    track_pool_release(&track->stones);
    free(track->table.slots);
    free(track);
}

const struct track_counts *track_counts(const struct track *track)
{
    return &track->counts;
}

static int take_whole(struct track_work *work)
{
    switch (work->packet->protocol) {
    case IP_PROTOCOL_TCP:
        return track_segment(work);
    case IP_PROTOCOL_ICMP:
    case IP_PROTOCOL_ICMPV6:
        return track_icmp(work);
    default:
        work->track->counts.other++;
        return 0;
    }
}

/* IANA protocol numbers of what is not put together: no TCP is in it, nor a tunnel. */
static bool is_wanted(const struct packet *packet)
{
    enum { PROTOCOL_UDP = 17 };

    return packet->protocol != PROTOCOL_UDP && packet->protocol != IP_PROTOCOL_ICMP &&
           packet->protocol != IP_PROTOCOL_ICMPV6;
}

/* Takes a fragment: true where `ret_whole` is the packet that it made whole. */
static int put(struct track_work *work, struct fragments_packet *ret_whole)
{
    struct track *track = work->track;
    int got;

    track->counts.fragments++;
    if (!is_wanted(work->packet)) {
        track->counts.other++;
        return 0;
    }
    got = fragments_put(track->fragments, work->packet, track_place(work), track->clock.reference,
                        ret_whole);
    if (got < 0)
        return fault_set(work->fault, FAULT_MEMORY, 0, "out of memory for fragments");
    if (got != FRAGMENT_WHOLE)
        return 0;
    track->counts.whole++;
    work->packet = &ret_whole->packet;
    work->notes |= TRACK_NOTE_FRAGMENTS;
    if (ret_whole->conflict)
        work->notes |= TRACK_NOTE_CONFLICT;
    return 1;
}

/* What a packet is read from once it has been put together: lives as long as the work on it. */
struct unwrapped {
    struct fragments_packet whole, whole_inner;
    struct tunnel tunnel;
    struct packet inner;
};

static int take_packet(struct track_work *work, struct unwrapped *room)
{
    work->track->counts.packets++;
    if (work->packet->is_fragment) {
        int got = put(work, &room->whole);
        if (got <= 0)
            return got;
        /* Of a tunnel's packet only the whole one tells. */
        if (work->tunnel->kind == TUNNEL_NONE &&
            tunnel_open(work->packet, &room->tunnel, &room->inner)) {
            work->tunnel = &room->tunnel;
            work->packet = &room->inner;
            work->giant = room->tunnel.giant;
            work->track->counts.tunnelled++;
        }
    }
    if (work->packet->is_fragment) {
        int got = put(work, &room->whole_inner);
        if (got <= 0)
            return got;
    }
    if (work->packet->payload_length < work->packet->payload_total)
        work->notes |= TRACK_NOTE_CUT;
    return take_whole(work);
}

/* Ends what is due, if anything may be. */
static int go_on(struct track *track)
{
    return track->clock.elapsed < track->check_at ? 0 : track_expire(track);
}

static void take_stamp(struct track *track, const struct replay_frame *frame)
{
    struct track_counts *counts = &track->counts;
    int64_t at = frame->at_ns < 0 ? 0 : frame->at_ns;

    if (!frame->has_time) {
        counts->no_time++;
        return;
    }
    if (at > TRACK_STAMP_MAX)
        at = TRACK_STAMP_MAX;
    if (track->has_at && at < track->at) {
        counts->backwards++;
        if (track->at - at > counts->backwards_most_ns)
            counts->backwards_most_ns = track->at - at;
    }
    if (counts->frames == counts->no_time + 1 || at < counts->first_ns)
        counts->first_ns = at;
    if (at > counts->last_ns)
        counts->last_ns = at;
    if (at > track->newest)
        track->newest = at;
    track->at = at;
    track->has_at = true;
    if (track_clock_stamp(&track->clock, at, counts->frames))
        track_revive(track, track->clock.leap_from);
}

static int take_frame(struct track *track, const struct replay_frame *frame,
                      struct envelope *envelope, struct fault *fault)
{
    struct track_counts *counts = &track->counts;
    struct unwrapped room;
    enum envelope_verdict verdict =
        envelope_open(frame->link_type, frame->bytes, frame->length, frame->wire_length, envelope);

    counts->verdicts[verdict]++;
    counts->tagged += envelope->tags > 0;
    for (;;) {
        struct track_work work = {
            .track = track,
            .frame = frame,
            .envelope = envelope,
            .tunnel = &envelope->tunnel,
            .packet = &envelope->packet,
            .giant = envelope->giant,
            .notes = frame->has_time ? 0 : TRACK_NOTE_NO_TIME,
            .fault = fault,
        };

        counts->tunnelled += envelope->tunnel.kind != TUNNEL_NONE;
        int got = verdict == ENVELOPE_IP ? take_packet(&work, &room) : 0;
        if (got != 0 || envelope->next == 0)
            return got;
        verdict = envelope_next(frame->bytes, frame->length, frame->wire_length, envelope);
    }
}

int track_frame(struct track *track, const struct replay_frame *frame, struct fault *fault)
{
    struct envelope envelope;

    track->counts.frames++;
    track->counts.bytes += frame->wire_length;
    take_stamp(track, frame);
    int got = go_on(track);
    return got != 0 ? got : take_frame(track, frame, &envelope, fault);
}

int track_wait(struct track *track, int64_t ns, struct fault *fault)
{
    (void)fault;
    track_clock_wait(&track->clock, ns);
    return go_on(track);
}

int track_end(struct track *track, struct fault *fault)
{
    (void)fault;
    fragments_end(track->fragments);
    while (track->all.first) {
        int got = track_finish(track, track->all.first, TRACK_WHY_END, track->newest);
        if (got != 0)
            return got;
    }
    track_stones_clear(track);
    track_strays_clear(track);
    track->clock = (struct track_clock){0};
    track->check_at = 0;
    track->at = track->newest = 0;
    track->has_at = false;
    return 0;
}
