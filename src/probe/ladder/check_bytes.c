/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script of bytes: the peer's data stay unacknowledged until it sends them again. */
#include "probe/ladder/check_parts.h"

/* What comes again sooner is a copy that the network or the capture made. */
#define COPY_TIME CHECK_MILLISECOND

int64_t check_data_limit(const struct check *check)
{
    int64_t rto = check->tcb.srtt + 4 * check->tcb.rttvar;

    if (rto < CHECK_SECOND / 5)
        rto = CHECK_SECOND / 5;
    return 4 * rto > 3 * CHECK_SECOND ? 4 * rto : 3 * CHECK_SECOND;
}

static uint16_t our_mss(const struct check *check)
{
    struct option_summary ours;

    options_summarize(&check->tcb.parameters.syn_options, &ours);
    return ours.mss;
}

bool check_data_take(struct check *check, const struct segment *segment, int64_t at,
                     uint32_t *ret_news)
{
    struct check_data *data = &check->data;
    struct stream *stream = &data->stream;
    uint32_t length = (uint32_t)segment->payload_total, offset = segment->seq - stream->first;
    uint64_t twice = stream->duplicate;
    uint32_t news;

    *ret_news = 0;
    if (length == 0 || seq_before(segment->seq, stream->first))
        return false;
    stream_put(stream, segment->seq, NULL, 0, length);
    twice = stream->duplicate - twice;
    news = twice < length ? length - (uint32_t)twice : 0;
    if (offset + length > data->bytes)
        data->bytes = offset + length;
    if (data->first_at == 0)
        data->first_at = at;
    if (twice > 0) {
        if (at - data->last_news < COPY_TIME)
            return false;
        if (length > data->repeat_largest)
            data->repeat_largest = length;
    } else {
        data->segments++;
        if (length > data->largest)
            data->largest = length;
    }
    if (length <= our_mss(check) && length >= our_mss(check) * 3u / 4)
        data->full++;
    if (news > 0)
        data->last_news = at;
    *ret_news = news;
    return twice > 0;
}

int64_t check_data_wait(const struct check *check)
{
    /* Where our ACK was lost, the SYN,ACK comes again after a second. */
    int64_t least = CHECK_SECOND * 3 / 2;

    return check_patience(check, check->spec->timeout > least ? check->spec->timeout : least, 3);
}

void check_bytes_opened(struct check *check, int64_t now)
{
    check->due = now + check_data_wait(check);
}

/* A loss probe repeats the last segment, which may be a small one (RFC 8985 7.3): where the capture
 * shows segments that were put together, a full one is waited for. */
static bool is_enough(const struct check *check)
{
    const struct check_data *data = &check->data;
    unsigned mss = our_mss(check);

    return data->largest <= mss || data->repeat_largest >= mss * 3 / 4;
}

void check_bytes_segment(struct check *check, const struct segment *segment, int64_t at,
                         int64_t now)
{
    bool first = check->data.first_at == 0;
    uint32_t news;

    if (segment->flags & TCP_FIN)
        check->data.fin = true;
    if (check_data_take(check, segment, at, &news) && is_enough(check)) {
        check_end(check, now);
        return;
    }
    if (first && check->data.first_at != 0)
        check->due = now + check_data_limit(check);
    else if (check->data.fin && check->data.first_at == 0)
        check_end(check, now); /* it closes without a word */
}

void check_bytes_timer(struct check *check, int64_t now)
{
    check_end(check, now);
}
