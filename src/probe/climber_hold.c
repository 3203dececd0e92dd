/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one connection that is held half-open, to see its SYN,ACK come again. */
#include "probe/climber.h"

void climber_hold_answered(struct climber_shot *shot, const struct ladder_look *look)
{
    struct climber *climber = shot->climber;

    climber->hold_state = CLIMBER_HOLD_HELD;
    climber->hold.answered = true;
    climber->hold.first = *look;
}

void climber_hold_missed(struct climber *climber)
{
    climber->hold_state = CLIMBER_HOLD_NONE; /* perhaps another one is answered */
}

/* The peer's last word: an RST that one in SYN-RECEIVED sends when it gives up. */
static bool is_last(const struct ladder_hold *hold, const struct segment *segment)
{
    const struct segment *first = &hold->first.segment;

    if (!(segment->flags & TCP_RST))
        return false;
    return segment->seq == first->seq || segment->seq == first->seq + 1 ||
           (segment->flags & TCP_ACK && segment->ack == first->ack);
}

/* The SYN,ACK that was kept last, but for copies of it. */
static const struct ladder_look *last_of(const struct ladder_hold *hold)
{
    size_t kept =
        hold->repeat_count < LADDER_HOLD_REPEATS ? hold->repeat_count : LADDER_HOLD_REPEATS;

    return kept > 0 ? &hold->repeats[kept - 1] : &hold->first;
}

/* Whether it answers the SYN that is held once more; with another ISN it is no copy of what came.
 */
static bool is_repeat(const struct ladder_hold *hold, const struct segment *segment, int64_t at)
{
    const struct ladder_look *last = last_of(hold);

    if ((segment->flags & (TCP_SYN | TCP_ACK)) != (TCP_SYN | TCP_ACK) ||
        segment->ack != hold->first.segment.ack)
        return false;
    return at - last->at > CLIMBER_COPY || segment->seq != last->segment.seq;
}

void climber_hold_packet(struct climber_shot *shot, const struct packet *packet,
                         const struct segment *segment, int64_t at)
{
    struct climber *climber = shot->climber;
    struct ladder_hold *hold = &climber->hold;

    if (climber->hold_state != CLIMBER_HOLD_HELD || climber->held != shot)
        return;
    if (is_last(hold, segment)) {
        hold->reset = true;
        hold->rst = ladder_look_of(packet, segment, at);
        hold->held = at - hold->first.at;
        climber->hold_state = CLIMBER_HOLD_OVER;
        climber_shot_settle(shot);
        return;
    }
    if (!is_repeat(hold, segment, at))
        return;
    if (hold->repeat_count < LADDER_HOLD_REPEATS)
        hold->repeats[hold->repeat_count] = ladder_look_of(packet, segment, at);
    hold->repeat_count++;
}

void climber_hold_end(struct climber *climber, bool cut_short)
{
    struct climber_shot *shot = climber->held;

    if (climber->hold_state != CLIMBER_HOLD_HELD || !shot)
        return;
    climber->hold.held = engine_now() - climber->hold.first.at;
    climber->hold.cut_short = cut_short;
    climber->hold_state = CLIMBER_HOLD_OVER;
    climber_shot_reset(shot);
    climber_shot_settle(shot);
}
