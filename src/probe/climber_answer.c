/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes back for a SYN of a ladder of options. */
#include <string.h>

#include "probe/climber.h"

/* What an incoming segment would do to the connection that the SYN asks for: EFFECT_…. */
static uint32_t judge(const struct climber_shot *shot, const struct segment *segment, int64_t at)
{
    enum event events[TCB_EVENTS_MAX];
    struct tcb tcb = shot->tcb;
    uint32_t effects = 0;
    unsigned count;

    stream_init(&shot->climber->stream, NULL, 0);
    count = tcb_classify(&tcb, segment, events);
    for (unsigned i = 0; i < count; i++)
        effects |= tcb_step(&tcb, events[i], segment, at).effects;
    return effects;
}

/* Whether one like it has been answered, and is to be: its silence or refusal then says something
 * of the peer. */
static bool is_known(const struct climber_shot *shot)
{
    const struct ladder_shot *row = climber_row(shot);
    enum rung_role role = rung_of(row->rung)->role;

    return shot->part == LADDER_PART_RUNGS && shot->climber->opened[row->rung] > 0 &&
           role != RUNG_ROLE_DOUBTFUL && role != RUNG_ROLE_FORBIDDEN;
}

static bool is_control(const struct climber_shot *shot)
{
    return shot->part == LADDER_PART_RUNGS &&
           rung_of(climber_row(shot)->rung)->role == RUNG_ROLE_CONTROL;
}

/* Neither an answer nor a refusal: in time, or an ICMP error in its place. */
static void go_without(struct climber_shot *shot)
{
    struct climber *climber = shot->climber;

    shot->over = true;
    climber_row(shot)->settled = true;
    if (shot->part == LADDER_PART_LIMITED)
        return;
    climber->lost++;
    shot->missed = is_known(shot);
    climber_strain_lost(&climber->strain, shot->missed, is_control(shot));
    if (shot->part == LADDER_PART_HOLD)
        climber_hold_missed(climber);
}

void climber_shot_lost(struct climber_shot *shot)
{
    go_without(shot);
}

/* ---- answers ---- */

/* The peer's cookie, where we asked for one: a box that echoes would give us back our own. */
static void keep_cookie(struct climber *climber, const struct ladder_shot *row)
{
    struct option_summary asked, given;

    if (climber->values.cookie_length > 0)
        return;
    options_summarize(&row->syn.options, &asked);
    options_summarize(&row->answer.segment.options, &given);
    if (!asked.has_fastopen || asked.fastopen_length > 0 || !given.has_fastopen ||
        given.fastopen_length < 4 || given.fastopen_length > RUNG_COOKIE_MAX ||
        given.fastopen_length % 2 != 0)
        return;
    memcpy(climber->values.cookie, given.fastopen_cookie, given.fastopen_length);
    climber->values.cookie_length = given.fastopen_length;
}

static void keep_answer(struct climber_shot *shot, const struct ladder_look *look,
                        enum matrix_came came)
{
    struct ladder_shot *row = climber_row(shot);

    row->settled = true;
    row->came = came;
    row->has_answer = true;
    row->answer = *look;
    if (shot->part == LADDER_PART_LIMITED)
        shot->climber->arrived = true;
}

static void take_answer(struct climber_shot *shot, const struct ladder_look *look)
{
    struct climber *climber = shot->climber;
    bool known = is_known(shot);

    keep_answer(shot, look, MATRIX_SYN_ACK);
    shot->answered = true;
    shot->answered_at = engine_now();
    if (climber->answers++ == 0)
        climber->ttl = look->ttl;
    if (shot->part == LADDER_PART_RUNGS) {
        climber->opened[climber_row(shot)->rung]++;
        keep_cookie(climber, climber_row(shot));
    }
    climber->lost -= shot->over && shot->part != LADDER_PART_LIMITED;
    if (shot->missed)
        climber_strain_found(&climber->strain);
    else
        climber_strain_answered(&climber->strain, known);
    if (shot->part == LADDER_PART_HOLD && !shot->settled)
        climber_hold_answered(shot, look);
    if (shot->settled) /* an ICMP error came first, and nobody waits for the kernel's RST */
        climber_shot_reset(shot);
}

static void take_refusal(struct climber_shot *shot, const struct ladder_look *look)
{
    if (shot->answered || shot->over)
        return;
    shot->over = true;
    climber_strain_refused(&shot->climber->strain, is_known(shot));
    keep_answer(shot, look, MATRIX_RST);
    if (shot->part == LADDER_PART_HOLD)
        climber_hold_missed(shot->climber);
    climber_shot_settle(shot);
}

static void take_repeat(struct climber_shot *shot, int64_t at)
{
    const struct ladder_shot *row = climber_row(shot);
    int64_t trip = row->answer.at - row->sent_at, since = at - row->answer.at;

    if (shot->reset && since > trip + CLIMBER_COPY) /* else it did not know yet */
        climber_strain_repeated(&shot->climber->strain);
}

/* ---- packets ---- */

/* Our own: the SYN gives the time of its leaving, and the IP ID that it left with; an RST is the
 * kernel's. */
static void take_own(struct climber_shot *shot, const struct packet *packet,
                     const struct segment *segment, int64_t at)
{
    struct ladder_shot *row = climber_row(shot);
    uint32_t behind = segment->seq - row->syn.seq;

    if (segment->flags & TCP_SYN) {
        if (behind != 0 || shot->left)
            return;
        row->sent_at = at;
        row->ip_id = packet->identification;
        shot->left = true;
        return;
    }
    if (!(segment->flags & TCP_RST) || behind == 0 || behind > 1 + shot->data_length ||
        shot->settled || !shot->answered || shot->part == LADDER_PART_HOLD)
        return;
    shot->climber->resets_wanted = 0;
    shot->reset = true;
    climber_shot_settle(shot);
}

void climber_shot_packet(struct climber_shot *shot, const struct packet *packet, int64_t at)
{
    struct climber *climber = shot->climber;
    struct ladder_look look;
    struct segment segment;
    uint32_t effects;

    if (shot->forgotten || packet->is_fragment || segment_read(packet, &segment))
        return;
    /* On loopback both ends may have one address: the ports tell the direction. */
    if (segment.source_port == shot->port &&
        address_equal(&packet->source, &climber->subject.route.source) &&
        address_equal(&packet->destination, &climber->subject.address)) {
        take_own(shot, packet, &segment, at);
        return;
    }
    if (packet->checksum == CHECKSUM_BAD ||
        checksum_check(packet, TCP_CHECKSUM_AT) == CHECKSUM_BAD || climber->over)
        return;
    if (shot->part == LADDER_PART_HOLD && shot->answered) {
        climber_hold_packet(shot, packet, &segment, at);
        return;
    }
    effects = judge(shot, &segment, at);
    look = ladder_look_of(packet, &segment, at);
    if (effects & EFFECT_REFUSED)
        take_refusal(shot, &look);
    if (!(effects & EFFECT_OPENED))
        return;
    if (shot->answered)
        take_repeat(shot, at);
    else if (!shot->over || climber_row(shot)->came == MATRIX_ICMP) /* else it was lost: too late */
        take_answer(shot, &look);
}

/* ---- ICMP errors ---- */

/* What became of the SYN on its way to whoever quotes it. */
static void read_quote(struct ladder_shot *row, const struct icmp *icmp)
{
    struct segment quoted;

    if (segment_read(&icmp->quote, &quoted))
        return; /* the quote is too short */
    row->quote_whole = true;
    ladder_quote(&row->syn, &quoted, &row->quote_lacks, &row->quote_differs);
}

void climber_shot_icmp(struct climber_shot *shot, const struct packet *packet,
                       const struct icmp *icmp)
{
    struct ladder_shot *row;
    uint16_t source_port, destination_port;
    uint32_t seq;

    if (shot->forgotten || shot->climber->over || icmp->checksum == CHECKSUM_BAD)
        return;
    row = climber_row(shot);
    if (row->has_icmp || icmp_quoted_tcp(icmp, &source_port, &destination_port, &seq) ||
        seq != row->syn.seq || (icmp->kind != ICMP_CLASS_SOFT && icmp->kind != ICMP_CLASS_HARD))
        return;
    row->has_icmp = true;
    row->icmp = *icmp;
    row->icmp_from = packet->source;
    read_quote(row, icmp);
    if (shot->answered || shot->over)
        return;
    row->came = MATRIX_ICMP;
    go_without(shot);
    climber_shot_settle(shot);
}
