/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges whether windows are scaled: the peer's, by its fields; ours, by what it sends into them.
 */
#include "probe/ladder/check_parts.h"

#define SHIFT_MAX 14 /* RFC 7323 2.3 */

/* A match by chance is not likely with a field of at least this. */
#define FIELD_MIN 32

/* What a SYN,ACK's field may be cut to: a larger window behind it is likely then. */
#define FIELD_CAPPED 60000

/* A window's right edge is not to be moved back (RFC 9293 3.8.6), and nothing was in it yet; a
 * quarter for those who reckon with buffers that fill. */
static bool shrank(uint32_t window, uint32_t before)
{
    return window < before - before / 4;
}

/* The shift by which the second field may be the first one's window; 0: none. */
static unsigned shift_between(uint16_t before, uint16_t field)
{
    for (unsigned shift = 2; shift <= SHIFT_MAX && field >= FIELD_MIN; shift++)
        if (field == before >> shift || field == (before + (1u << shift) - 1) >> shift)
            return shift;
    return 0;
}

static void judge_agreed(uint16_t before, uint16_t field, unsigned shift, struct check_row *ret_row)
{
    uint32_t scaled = (uint32_t)field << shift;
    bool near = !shrank(field, before) && field <= before + before / 16;

    if (shift == 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "the peer's shift is 0: its windows are the same with scaling and without, %u "
                  "then %u",
                  before, field);
    else if (before == 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "the SYN,ACK's window was 0, the next field %u: nothing to compare with", field);
    else if (shrank(field, before) && !shrank(scaled + (1u << shift), before))
        check_say(ret_row, CHECK_OUTCOME_WORKS,
                  "the SYN,ACK's window was %u, the next field %u: with the shift of %u that is %u",
                  before, field, shift, scaled);
    else if (near && shift > 1 && before != UINT16_MAX &&
             (field == before || before < FIELD_CAPPED))
        check_say(ret_row, CHECK_OUTCOME_FAILS,
                  "the SYN,ACK's window was %u, the next field %u, as if there was no shift of %u: "
                  "with it that is %u",
                  before, field, shift, scaled);
    else
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "the SYN,ACK's window was %u, the next field %u: %u with the shift of %u, and "
                  "both may be",
                  before, field, scaled, shift);
}

static void judge_unagreed(uint16_t before, uint16_t field, struct check_row *ret_row)
{
    unsigned shift = shift_between(before, field);

    if (!shrank(field, before))
        check_say(ret_row, CHECK_OUTCOME_ABSENT,
                  "the SYN,ACK had no window scale and a window of %u, the next field %u", before,
                  field);
    else if (shift > 0)
        check_say(ret_row, CHECK_OUTCOME_ONE_SIDED,
                  "the SYN,ACK had no window scale and a window of %u, the next field %u: the same "
                  "with a shift of %u",
                  before, field, shift);
    else
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "the SYN,ACK had no window scale and a window of %u, the next field %u: smaller, "
                  "but by no power of two",
                  before, field);
}

void check_judge_wscale(const struct check *const checks[CHECK_SCRIPT_COUNT],
                        struct check_row *ret_row)
{
    unsigned opened = 0;
    bool judged = false;

    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++) {
        const struct check *check = checks[i];
        struct check_row row;
        uint16_t before, field;

        if (check == NULL || !check->opened)
            continue;
        opened++;
        if (check->look_count == 0)
            continue;
        before = check->syn_ack.segment.window;
        field = check->looks[0].segment.window;
        if (check->tcb.wscale_on)
            judge_agreed(before, field, check->tcb.snd_wscale, &row);
        else
            judge_unagreed(before, field, &row);
        if (!judged || (ret_row->outcome == CHECK_OUTCOME_INCONCLUSIVE &&
                        row.outcome != CHECK_OUTCOME_INCONCLUSIVE))
            *ret_row = row;
        judged = true;
    }
    if (opened == 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE, "no connection was opened");
    else if (!judged)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "nothing came behind the SYN,ACK of %u connection%s", opened, check_s(opened));
}

/* The smallest shift with which so many bytes fit our field. */
static unsigned shift_for(uint32_t bytes)
{
    unsigned shift = 0;

    while (shift < 32 && (uint64_t)CHECK_WINDOW_FIELD << shift < bytes)
        shift++;
    return shift;
}

void check_judge_our_wscale(const struct check *check, struct check_row *ret_row)
{
    const struct check_data *data;
    uint32_t bytes;
    unsigned shift;
    bool stopped, to_the_byte, agreed;

    if (check_say_unopened(check, ret_row))
        return;
    data = &check->data;
    bytes = data->bytes;
    shift = shift_for(bytes);
    agreed = check->tcb.wscale_on;
    stopped = data->more > 0 || data->probes > 0; /* it had more to say */
    to_the_byte = bytes == (uint32_t)CHECK_WINDOW_FIELD << shift || bytes == 1;
    if (bytes == 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "the peer sent no data into a window field of %u%s", CHECK_WINDOW_FIELD,
                  data->more  ? ", but did when it was opened wide"
                  : data->fin ? " before it closed"
                              : "; --send makes it speak");
    else if (bytes == CHECK_WINDOW_SYN)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "%u bytes came, as many as the window of our SYN, which no ACK's field of %u "
                  "replaced",
                  bytes, CHECK_WINDOW_FIELD);
    else if (bytes > CHECK_WINDOW_SCALED)
        check_say(ret_row, agreed ? CHECK_OUTCOME_FAILS : CHECK_OUTCOME_INCONCLUSIVE,
                  "%u bytes came into a window field of %u, %u with our shift of %u: the peer "
                  "uses a shift of at least %u, or does not keep to the window",
                  bytes, CHECK_WINDOW_FIELD, CHECK_WINDOW_SCALED, CHECK_WINDOW_SHIFT, shift);
    else if (agreed && shift == CHECK_WINDOW_SHIFT)
        check_say(ret_row, CHECK_OUTCOME_WORKS,
                  "%u bytes came into a window field of %u: our shift of %u, or %u bytes", bytes,
                  CHECK_WINDOW_FIELD, CHECK_WINDOW_SHIFT, CHECK_WINDOW_SCALED);
    else if (!agreed && shift > 0)
        check_say(
            ret_row, CHECK_OUTCOME_ONE_SIDED,
            "%u bytes came into a window field of %u, a shift of %s%u, and the SYN,ACK had no "
            "window scale",
            bytes, CHECK_WINDOW_FIELD, stopped && to_the_byte ? "" : "at least ", shift);
    else if (stopped && to_the_byte && agreed)
        check_say(ret_row, CHECK_OUTCOME_FAILS,
                  "%u bytes came into a window field of %u, and more only when it was opened (%u) "
                  "or by probes (%u): that is a shift of %u, ours is %u",
                  bytes, CHECK_WINDOW_FIELD, data->more, data->probes, shift, CHECK_WINDOW_SHIFT);
    else if (stopped && to_the_byte)
        check_say(
            ret_row, CHECK_OUTCOME_ABSENT,
            "%u bytes came into a window of %u that nothing scales, and more only when it was "
            "opened (%u) or by probes (%u)",
            bytes, CHECK_WINDOW_FIELD, data->more, data->probes);
    else if (shift > 0 && !stopped)
        check_say(ret_row, CHECK_OUTCOME_WORKS,
                  "%u bytes came into a window field of %u and no more: a shift of at least %u, "
                  "ours is %u",
                  bytes, CHECK_WINDOW_FIELD, shift, CHECK_WINDOW_SHIFT);
    else
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "%u bytes came into a window field of %u%s: a shift of at least %u", bytes,
                  CHECK_WINDOW_FIELD,
                  data->more ? ", and more when they were acknowledged" : " and no more", shift);
}
