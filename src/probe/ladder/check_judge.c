/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges what whole connections showed: timestamps, MSS, Fast Open; the rest is asked for here. */
#include <string.h>

#include "probe/ladder/check_parts.h"

/* NOP, NOP, Timestamps: what RFC 6691 2 takes off the MSS. */
#define TIMESTAMPS_ROOM 12

/* The peer's segments on all connections, by whether timestamps were agreed on there. */
static void judge_timestamps(const struct check *const checks[CHECK_SCRIPT_COUNT],
                             struct check_row *ret_row)
{
    unsigned opened = 0, agreed = 0, with[2] = {0, 0}, without[2] = {0, 0};

    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++) {
        const struct check *check = checks[i];

        if (check == NULL || !check->opened)
            continue;
        opened++;
        agreed += check->tcb.ts_on;
        with[check->tcb.ts_on] += check->with_timestamps;
        without[check->tcb.ts_on] += check->segments - check->with_timestamps;
    }
    if (opened == 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE, "no connection was opened");
    else if (without[true] > 0)
        check_say(ret_row, CHECK_OUTCOME_FAILS,
                  "%u of %u segments had none, and timestamps had been agreed on (connections: %u)",
                  without[true], without[true] + with[true], agreed);
    else if (with[false] > 0)
        check_say(ret_row, CHECK_OUTCOME_ONE_SIDED,
                  "%u of %u segments had them, on %u connections with none in the SYN,ACK",
                  with[false], with[false] + without[false], opened - agreed);
    else if (with[true] > 0)
        check_say(ret_row, CHECK_OUTCOME_WORKS, "all %u segments had them, on %u connection%s",
                  with[true], agreed, check_s(agreed));
    else if (without[false] > 0)
        check_say(ret_row, CHECK_OUTCOME_ABSENT,
                  "none of %u segments had them, on %u connections with none in the SYN,ACK",
                  without[false], opened);
    else
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "nothing came behind the SYN,ACK of %u connection%s", opened, check_s(opened));
}

/*
 * A capture shows segments that this machine has put together from several, so a large one proves
 * nothing. A repeat after a time-out is one segment (RFC 6298 5.4), and does.
 */
static void judge_mss(const struct check *check, struct check_row *ret_row)
{
    const struct check_data *data;
    struct option_summary ours;
    unsigned mss, room, repeat, largest;

    if (check_say_unopened(check, ret_row))
        return;
    data = &check->data;
    options_summarize(&check->tcb.parameters.syn_options, &ours);
    if (!ours.has_mss) {
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE, "our SYN had no MSS");
        return;
    }
    mss = ours.mss;
    room = mss - (check->tcb.ts_on ? TIMESTAMPS_ROOM : 0);
    repeat = data->repeat_largest;
    largest = data->largest > repeat ? data->largest : repeat;
    if (data->bytes == 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "the peer sent no data%s; --send makes it speak",
                  data->fin      ? " before it closed"
                  : check->reset ? " before it reset the connection"
                                 : "");
    else if (repeat > mss)
        check_say(ret_row, CHECK_OUTCOME_FAILS,
                  "a repeated segment had %u bytes of data, our MSS is %u", repeat, mss);
    else if (data->bytes <= room)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "the peer sent %u bytes only, which fit one segment of our MSS, %u; --send may "
                  "make it say more",
                  data->bytes, mss);
    else if (largest > mss && repeat < mss * 3 / 4)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "the capture shows %u bytes of data in one, perhaps put together by this "
                  "machine, our MSS is %u; %s",
                  largest, mss,
                  repeat ? "what came again was not as much as a full segment"
                         : "nothing came again");
    else if (data->full == 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "%u bytes came in segments of %u at most, none of which was full by our MSS, %u",
                  data->bytes, largest, mss);
    else if (largest > mss)
        check_say(ret_row, CHECK_OUTCOME_WORKS,
                  "repeated segments had %u bytes of data at most, our MSS is %u; up to %u in one "
                  "before, put together by this machine",
                  repeat, mss, largest);
    else
        check_say(ret_row, CHECK_OUTCOME_WORKS,
                  "%u bytes came in segments of %u at most, our MSS is %u%s", data->bytes, largest,
                  mss, largest > room ? ", and no room was left for the timestamps" : "");
}

/* What a SYN,ACK acknowledges of the data that its SYN had. */
static uint32_t acknowledged(const struct ladder_shot *shot)
{
    uint32_t beyond = shot->answer.segment.ack - shot->syn.seq - 1;

    return beyond <= shot->syn.payload_total ? beyond : 0;
}

static bool gave_cookie(const struct ladder_shot *shot)
{
    struct option_summary answer;

    options_summarize(&shot->answer.segment.options, &answer);
    return answer.has_fastopen && answer.fastopen_length > 0;
}

static void judge_fastopen(const struct ladder_shot *shots, size_t count, struct check_row *ret_row)
{
    unsigned sent = 0, answered = 0, whole = 0, part = 0, asked = 0, opened = 0, cookies = 0;

    for (size_t i = 0; i < count; i++) {
        const struct ladder_shot *shot = &shots[i];
        bool came = shot->came == MATRIX_SYN_ACK && shot->settled && shot->has_answer;

        if (shot->part != LADDER_PART_RUNGS)
            continue;
        if (shot->rung == RUNG_FASTOPEN || shot->rung == RUNG_FASTOPEN_LINUX) {
            asked++;
            opened += came;
            cookies += came && gave_cookie(shot);
        } else if ((shot->rung == RUNG_FASTOPEN_COOKIE ||
                    shot->rung == RUNG_FASTOPEN_COOKIE_LINUX) &&
                   shot->syn.payload_total > 0) {
            uint32_t taken = came ? acknowledged(shot) : 0;

            sent++;
            answered += came;
            whole += came && taken == shot->syn.payload_total;
            part += taken > 0 && taken < shot->syn.payload_total;
        }
    }
    if (whole + part > 0)
        check_say(ret_row, CHECK_OUTCOME_WORKS,
                  "%u of %u SYN,ACKs acknowledged the data that came with the cookie%s",
                  whole + part, answered, part ? ", some of them only a part" : "");
    else if (answered > 0)
        check_say(ret_row, CHECK_OUTCOME_FAILS,
                  "none of %u SYN,ACKs acknowledged the data that came with the cookie that the "
                  "peer gave; RFC 7413 4.2.2 lets a server fall back so when it is busy",
                  answered);
    else if (sent > 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "none of %u SYNs with data and the peer's cookie was answered by a SYN,ACK",
                  sent);
    else if (cookies > 0)
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "%u of %u SYN,ACKs gave a cookie, but no SYN went out with it", cookies, opened);
    else if (opened > 1)
        check_say(ret_row, CHECK_OUTCOME_ABSENT, "none of %u SYN,ACKs to a request gave a cookie",
                  opened);
    else
        check_say(ret_row, CHECK_OUTCOME_INCONCLUSIVE,
                  "SYNs that asked for a cookie: %u, SYN,ACKs that came: %u", asked, opened);
}

/* Whether a connection that was opened asked for it. */
static bool was_offered(const struct check *const checks[CHECK_SCRIPT_COUNT], enum check_kind kind)
{
    bool sack = kind == CHECK_KIND_SACK || kind == CHECK_KIND_DSACK;

    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++) {
        struct option_summary ours;

        if (checks[i] == NULL || !checks[i]->opened)
            continue;
        options_summarize(&checks[i]->tcb.parameters.syn_options, &ours);
        if (sack                            ? ours.has_sack_permitted
            : kind == CHECK_KIND_TIMESTAMPS ? ours.has_timestamps
                                            : ours.has_wscale)
            return true;
    }
    return false;
}

/* Where SYNs with it go unanswered, the connections did not ask for it: nothing is absent then. */
static void judge_unoffered(const struct check *const checks[CHECK_SCRIPT_COUNT],
                            struct check_row *rows)
{
    static const enum check_kind kinds[] = {CHECK_KIND_WSCALE, CHECK_KIND_OUR_WSCALE,
                                            CHECK_KIND_TIMESTAMPS, CHECK_KIND_SACK,
                                            CHECK_KIND_DSACK};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (rows[kinds[i]].outcome == CHECK_OUTCOME_ABSENT && !was_offered(checks, kinds[i]))
            check_say(&rows[kinds[i]], CHECK_OUTCOME_INCONCLUSIVE,
                      "not asked for: SYNs that do went unanswered");
}

void check_judge(const struct check *const checks[CHECK_SCRIPT_COUNT],
                 const struct ladder_shot *shots, size_t count, struct check_rows *ret_rows)
{
    const struct check *holes = checks[CHECK_SCRIPT_HOLES];
    struct check_row *rows = ret_rows->rows;

    memset(ret_rows, 0, sizeof *ret_rows);
    check_judge_wscale(checks, &rows[CHECK_KIND_WSCALE]);
    check_judge_our_wscale(checks[CHECK_SCRIPT_WINDOW], &rows[CHECK_KIND_OUR_WSCALE]);
    judge_timestamps(checks, &rows[CHECK_KIND_TIMESTAMPS]);
    check_judge_sack(holes, &rows[CHECK_KIND_SACK]);
    check_judge_dsack(holes, &rows[CHECK_KIND_DSACK]);
    judge_mss(checks[CHECK_SCRIPT_BYTES], &rows[CHECK_KIND_MSS]);
    judge_fastopen(shots, count, &rows[CHECK_KIND_FASTOPEN]);
    check_judge_ecn(holes, &rows[CHECK_KIND_ECN]);
    judge_unoffered(checks, rows);
}
