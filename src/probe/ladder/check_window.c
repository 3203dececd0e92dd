/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script of the window: a small field in our ACK, and how much the peer sends into it. */
#include "probe/ladder/check_parts.h"

#define OPENS 3 /* times that it is said, as one may be lost */

/*
 * What may be all of a short answer, or as much as a smaller window took, is told apart by opening
 * the window: what comes then had been held back.
 */
#define ENOUGH (CHECK_WINDOW_SCALED / 2)

static int64_t quiet(const struct check *check)
{
    return check_patience(check, 300 * CHECK_MILLISECOND, 3);
}

void check_window_opened(struct check *check, int64_t now)
{
    check->due = now + check_data_wait(check);
}

/* RFC 9293 3.8.6.1: a byte behind a window that is full; the windows that we may be understood to
 * have announced are powers of two. */
static bool is_probe(const struct check_data *data, const struct segment *segment)
{
    uint32_t offset = segment->seq - data->stream.first;

    return segment->payload_total == 1 && offset >= CHECK_WINDOW_FIELD && offset == data->bytes &&
           (offset & (offset - 1)) == 0;
}

/* The peer has said all that it will say to this window. */
static void fell_silent(struct check *check, int64_t now)
{
    struct check_data *data = &check->data;

    if (data->bytes > ENOUGH || data->fin || data->probes > 0) {
        check_end(check, now);
        return;
    }
    data->field = UINT16_MAX;
    data->send = true;
}

bool check_window_next(struct check *check, int64_t now, struct segment *ret_segment)
{
    if (!check->data.send)
        return false;
    check_own(check, check->tcb.snd_max, 0, NULL, 0, now, ret_segment);
    /* What came is acknowledged now, or a peer that has sent it twice would send nothing else. */
    ret_segment->ack = check->data.stream.next;
    check->data.send = false;
    check->data.opens++;
    check->due = now + quiet(check);
    return true;
}

void check_window_segment(struct check *check, const struct segment *segment, int64_t at,
                          int64_t now)
{
    struct check_data *data = &check->data;
    uint32_t before = data->bytes, news;
    bool first = data->first_at == 0, repeat;

    if (segment->flags & TCP_FIN)
        data->fin = true;
    if (data->opens == 0 && is_probe(data, segment)) {
        data->probes++;
        return;
    }
    repeat = check_data_take(check, segment, at, &news);
    if (data->opens > 0) {
        if (data->bytes > before) {
            data->more = data->bytes - before;
            data->bytes = before; /* what the small window took */
            check_end(check, now);
        }
        return;
    }
    if (data->first_at == 0) {
        if (data->fin)
            check_end(check, now);
        return;
    }
    if (repeat) {
        fell_silent(check, now);
    } else if (news > 0 || first) {
        int64_t latest = data->first_at + check_data_limit(check);

        check->due = now + quiet(check) < latest ? now + quiet(check) : latest;
    }
}

void check_window_timer(struct check *check, int64_t now)
{
    if (check->data.opens == 0)
        fell_silent(check, now);
    else if (check->data.opens < OPENS)
        check->data.send = true;
    else
        check_end(check, now);
}
