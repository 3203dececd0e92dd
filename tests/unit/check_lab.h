/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A peer for the checks of the ladder: it answers as Linux does, but for what a test wants of it.
 */
#ifndef CHECK_LAB_H
#define CHECK_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LAB_FAIL(file, line, words) _assert_true(0, (words), (file), (line))
#include "probe/ladder/check.h"
#include "probe_lab.h"

#define PEER_TRIP   (10 * MS) /* one way */
#define PEER_RTO    (200 * MS)
#define PEER_QUEUE  64
#define PEER_FLIGHT 10 /* segments (RFC 6928) */

/* How the peer and the way to it depart from Linux on a good one. */
struct manner {
    bool ecn_not_asked;                     /* of it */
    const char *offered;                    /* options in place of Linux' set; NULL: that */
    bool no_ts, no_sack, no_wscale, no_ecn; /* never heard of */
    bool strip_ts, strip_sack, strip_wscale, strip_ecn; /* taken out of its SYN,ACK on the way */
    bool forgets_ts, forgets_sack, forgets_scale, no_dsack; /* agreed on, and then left out */
    bool plain_windows, no_ece, ece_for_ever, ece_always;
    bool oldest_first;     /* SACK blocks in the wrong order */
    uint32_t sack_shift;   /* added to its SACK blocks by a box */
    bool acks_hole;        /* it acknowledges what was never sent */
    uint8_t sees_shift;    /* it takes this for our shift, plus one; 0: ours */
    uint32_t window;       /* its own, bytes; 0: 65160 */
    uint16_t segment;      /* it sends so many bytes at most, whatever our MSS; 0: by our MSS */
    unsigned merged;       /* so many segments come as one; 0: each alone */
    uint32_t banner;       /* bytes that it sends when the connection stands */
    uint32_t answer;       /* bytes that it answers our data with */
    uint32_t lost;         /* bit n: our n-th segment with data is lost on the way */
    uint32_t answers_lost; /* bit n: its n-th segment behind the SYN,ACK is */
    bool tail_probe;       /* its first repeat is the end of what it sent (RFC 8985 7.3) */
    bool doubled;          /* all that it sends arrives twice */
    bool stray_rst;        /* an RST with a wrong number comes when the connection stands */
    bool syn_ack_again;
    bool ends;       /* a FIN is on its last data */
    uint32_t more;   /* bytes that it says when all before is acknowledged */
    bool wide_sack;  /* its SACK blocks hold a thousand bytes more than it has got */
    unsigned closed; /* window updates until its window opens: it begins closed; 0: it does not */
    bool silent, refuses, resets, closes, resets_data, deaf, ignores_window, byte_probes, go_by_syn;
};

struct peer {
    const struct manner *manner;
    struct check check;
    struct spec spec;
    struct address client, server;
    int64_t now;
    /* Its side of the connection. */
    bool open, shut, ts, sack, scaled, ecn, ece;
    unsigned updates;
    uint32_t rcv_nxt, ours, mss, ts_recent, ts_val;
    struct stream_block blocks[4];
    unsigned block_count;
    uint32_t wanted, sent, acked, snd_wnd; /* bytes of its own data */
    int64_t timer;
    unsigned backoff, data_in, out;
    /* On their way to us. */
    struct {
        int64_t at;
        struct segment segment;
    } queue[PEER_QUEUE];
    unsigned queued;
    unsigned resets;  /* of ours */
    bool reset_exact; /* one of them had the number that the peer expects (RFC 5961 3.2) */
    unsigned ce_sent, ect_sent, cwr_sent; /* seen of ours, by ECN field and flag */
};

static inline uint32_t peer_mss(const struct peer *peer)
{
    if (peer->manner->segment)
        return peer->manner->segment;
    return peer->mss - (peer->ts ? 12 : 0);
}

static inline void peer_say(struct peer *peer, uint16_t flags, uint32_t seq, uint32_t length,
                            bool dsack)
{
    const struct manner *manner = peer->manner;
    uint32_t window = manner->window ? manner->window : 65160;
    struct segment segment = {
        .source_port = LAB_PORT,
        .destination_port = LAB_SOURCE_PORT,
        .seq = LAB_IRS + seq,
        .ack = peer->rcv_nxt,
        .flags = flags,
        .payload_length = length,
        .payload_total = length,
    };
    uint32_t bit = peer->out < 32 ? 1u << peer->out : 0;
    bool syn = flags & TCP_SYN, rst = flags & TCP_RST;

    segment.window = (uint16_t)(window >> (peer->scaled && !syn && !manner->plain_windows ? 7 : 0));
    if (peer->updates < manner->closed)
        segment.window = 0;
    if (syn) {
        options_add(&segment.options, OPTION_MSS, "\x05\xb4", 2);
        if (peer->sack && !manner->strip_sack)
            options_add(&segment.options, OPTION_SACK_PERMITTED, NULL, 0);
        if (peer->ts && !manner->strip_ts)
            options_add_timestamps(&segment.options, peer->ts_val, peer->ts_recent);
        if (peer->scaled && !manner->strip_wscale)
            options_add(&segment.options, OPTION_WSCALE, "\x07", 1);
        if (peer->ecn && !manner->strip_ecn)
            segment.flags |= TCP_ECE;
    } else if (!rst) {
        if (peer->ts && !manner->forgets_ts)
            options_add_timestamps(&segment.options, peer->ts_val, peer->ts_recent);
        if (peer->sack && !manner->forgets_sack && peer->block_count > 0) {
            uint8_t bytes[32];
            unsigned count = 0;

            for (unsigned i = 0; i < peer->block_count + dsack && i < 3; i++) {
                unsigned from = dsack && i > 0 ? i - 1 : i;
                struct stream_block block = peer->blocks[from];

                if (manner->oldest_first && !dsack)
                    block = peer->blocks[peer->block_count - 1 - i];
                for (int b = 0; b < 4; b++) {
                    bytes[8 * i + (unsigned)b] =
                        (uint8_t)((block.left + manner->sack_shift) >> (24 - 8 * b));
                    bytes[8 * i + 4 + (unsigned)b] = (uint8_t)((block.right + manner->sack_shift +
                                                                (manner->wide_sack ? 1000 : 0)) >>
                                                               (24 - 8 * b));
                }
                count++;
            }
            options_add(&segment.options, OPTION_SACK, bytes, 8 * count);
        }
        if ((peer->ecn && peer->ece) || manner->ece_always)
            segment.flags |= TCP_ECE;
    }
    options_pad(&segment.options);
    peer->ts_val++;
    if (!syn) {
        peer->out++;
        if (manner->answers_lost & bit)
            return;
    }
    for (int copies = manner->doubled ? 2 : 1; copies > 0; copies--) {
        REQUIRE(peer->queued < PEER_QUEUE);
        peer->queue[peer->queued].at = peer->now + 2 * PEER_TRIP;
        peer->queue[peer->queued++].segment = segment;
    }
}

/* Data as the window allows; what does not fit a small window waits for the timer. */
static inline void peer_send(struct peer *peer, bool forced)
{
    uint32_t most = peer_mss(peer), begun = peer->sent;
    uint32_t flight = peer->acked + PEER_FLIGHT * most;
    uint32_t edge = peer->acked + peer->snd_wnd;
    uint32_t piece = most * (peer->manner->merged ? peer->manner->merged : 1);

    if (piece > LAB_PACKET_MAX - 200)
        piece = LAB_PACKET_MAX - 200;
    if (peer->backoff > 0 && peer->sent > peer->acked)
        return; /* first what was lost (RFC 5681 3.1) */
    if (peer->manner->ignores_window)
        edge = UINT32_MAX;
    if (edge - peer->acked < 36 && !forced)
        edge = peer->sent;
    while (peer->sent < peer->wanted && peer->sent < edge && peer->sent < flight) {
        uint32_t length = peer->wanted - peer->sent;

        length = length < piece ? length : piece;
        length = length < edge - peer->sent ? length : edge - peer->sent;
        bool last = peer->manner->ends && peer->sent + length == peer->wanted;
        peer_say(peer, TCP_ACK | TCP_PSH | (last ? TCP_FIN : 0), 1 + peer->sent, length, false);
        peer->sent += length;
    }
    if (peer->sent != begun || (peer->wanted > peer->acked && peer->timer == TCB_NEVER))
        peer->timer = peer->now + PEER_TRIP + PEER_RTO;
}

static inline void peer_timer(struct peer *peer)
{
    uint32_t length = peer->sent - peer->acked;

    peer->timer = peer->now + (PEER_RTO << ++peer->backoff);
    if (peer->manner->byte_probes && peer->sent == peer->acked + peer->snd_wnd) {
        peer_say(peer, TCP_ACK, 1 + peer->sent, 1, false);
    } else if (peer->sent > peer->acked) { /* never more than one segment (RFC 6298 5.4) */
        uint32_t tail =
            peer->manner->tail_probe && peer->backoff == 1 && length > 100 ? length - 100 : 0;

        length = length - tail < peer_mss(peer) ? length - tail : peer_mss(peer);
        peer_say(peer, TCP_ACK | TCP_PSH, 1 + peer->acked + tail, length, false);
    } else {
        peer_send(peer, true);
    }
}

static inline void peer_syn(struct peer *peer, const struct segment *segment)
{
    const struct manner *manner = peer->manner;
    struct option_summary options;

    if (manner->silent)
        return;
    options_summarize(&segment->options, &options);
    REQUIRE(manner->offered || (options.has_mss && options.has_wscale && options.has_timestamps &&
                                options.has_sack_permitted && options.wscale == 7));
    REQUIRE(segment->payload_total == 0 && segment->ecn == 0);
    peer->ts = !manner->no_ts && options.has_timestamps;
    peer->sack = !manner->no_sack && options.has_sack_permitted;
    peer->scaled = !manner->no_wscale && options.has_wscale;
    peer->ecn = !manner->no_ecn && (segment->flags & (TCP_ECE | TCP_CWR)) == (TCP_ECE | TCP_CWR);
    peer->mss = options.has_mss ? options.mss : 536;
    peer->ts_recent = options.ts_val;
    peer->rcv_nxt = peer->ours = segment->seq + 1;
    peer->snd_wnd = segment->window;
    if (manner->refuses)
        peer_say(peer, TCP_RST | TCP_ACK, 0, 0, false);
    else
        peer_say(peer, TCP_SYN | TCP_ACK, 0, 0, false);
}

static inline void peer_opened(struct peer *peer)
{
    peer->open = true;
    peer->wanted = peer->manner->banner;
    if (peer->manner->closed > 0 && ++peer->updates == peer->manner->closed)
        peer_say(peer, TCP_ACK, 1, 0, false);
    if (peer->manner->stray_rst)
        peer_say(peer, TCP_RST, 100, 0, false);
    if (peer->manner->syn_ack_again)
        peer_say(peer, TCP_SYN | TCP_ACK, 0, 0, false);
    if (peer->manner->resets)
        peer_say(peer, TCP_RST, 1, 0, false);
    if (peer->manner->closes)
        peer_say(peer, TCP_FIN | TCP_ACK, 1, 0, false);
}

/* Bytes beyond a hole. */
static inline void peer_beyond(struct peer *peer, const struct segment *segment)
{
    struct stream_block block = {segment->seq, segment->seq + (uint32_t)segment->payload_total};
    bool again = false;

    for (unsigned i = 0; i < peer->block_count; i++)
        if (peer->blocks[i].left == block.left) {
            again = true;
            memmove(peer->blocks + 1, peer->blocks, i * sizeof block);
            peer->blocks[0] = block;
        }
    if (!again) {
        REQUIRE(peer->block_count < 4);
        memmove(peer->blocks + 1, peer->blocks, peer->block_count * sizeof block);
        peer->blocks[0] = block;
        peer->block_count++;
    }
    if (segment->flags & TCP_CWR && !peer->manner->ece_for_ever)
        peer->ece = false;
    if (segment->ecn == 3 && !peer->manner->no_ece)
        peer->ece = true;
    if (peer->manner->resets_data)
        peer_say(peer, TCP_RST, 1 + peer->sent, 0, false);
    else if (peer->manner->acks_hole)
        peer->rcv_nxt = block.right;
    if (!peer->manner->deaf && !peer->manner->resets_data)
        peer_say(peer, TCP_ACK, 1 + peer->sent, 0, again && !peer->manner->no_dsack);
}

/* A segment of ours arrives. */
static inline void peer_take(struct peer *peer, const struct segment *segment)
{
    const struct manner *manner = peer->manner;
    uint8_t shift = manner->sees_shift ? (uint8_t)(manner->sees_shift - 1) : 7;
    struct option_summary options;
    uint32_t acked;

    peer->ect_sent += segment->ecn == 2;
    peer->ce_sent += segment->ecn == 3;
    if (segment->flags & TCP_SYN) {
        peer_syn(peer, segment);
        return;
    }
    peer->cwr_sent += (segment->flags & TCP_CWR) != 0;
    if (segment->flags & TCP_RST) {
        peer->resets++;
        peer->reset_exact = peer->reset_exact || segment->seq == peer->rcv_nxt;
        peer->open = false;
        peer->shut = true;
        peer->timer = TCB_NEVER;
        return;
    }
    REQUIRE(segment->flags & TCP_ACK);
    options_summarize(&segment->options, &options);
    if (segment->payload_total > 0 && peer->data_in < 32 && manner->lost & (1u << peer->data_in++))
        return;
    if (peer->shut)
        return;
    /* Who has timestamps expects them; stripped from the SYN,ACK, they are missed. */
    if (options.has_timestamps && seq_before(peer->ts_recent, options.ts_val))
        peer->ts_recent = options.ts_val;
    if (!manner->go_by_syn)
        peer->snd_wnd = (uint32_t)segment->window << (peer->scaled ? shift : 0);
    acked = segment->ack - LAB_IRS - 1;
    if (acked > peer->acked && acked <= peer->sent + (peer->manner->ends ? 1 : 0)) {
        peer->acked = acked;
        peer->timer = TCB_NEVER;
        peer->backoff = 0;
        if (acked == peer->manner->banner)
            peer->wanted += peer->manner->more;
    }
    if (!peer->open)
        peer_opened(peer);
    if (segment->payload_total > 0 && segment->seq == peer->rcv_nxt) {
        peer->rcv_nxt += (uint32_t)segment->payload_total;
        peer->wanted += manner->answer;
        peer_say(peer, TCP_ACK, 1 + peer->sent, 0, false);
    } else if (segment->payload_total > 0) {
        peer_beyond(peer, segment);
    }
    if (peer->open)
        peer_send(peer, false);
}

/* All that ours wants to say. */
static inline void peer_pump(struct peer *peer)
{
    struct craft_header header;
    struct segment segment;

    for (unsigned turns = 0; check_next(&peer->check, peer->now, &segment, &header); turns++) {
        REQUIRE(turns < 64 && header.identification != 0);
        REQUIRE(address_equal(&header.destination, &peer->server));
        peer_take(peer, &segment);
    }
}

static inline void peer_packet(struct peer *peer, const struct segment *segment)
{
    static const uint8_t zeros[LAB_PACKET_MAX];
    uint8_t bytes[LAB_PACKET_MAX];
    struct segment filled = *segment;
    struct packet packet;
    size_t length;

    filled.payload = zeros;
    length = lab_tcp(bytes, &peer->server, &peer->client, 57, &filled, DAMAGE_NONE);
    REQUIRE(packet_read(bytes, length, false, &packet) == 0);
    check_packet(&peer->check, &packet, peer->now, peer->now);
}

static inline void peer_begin(struct peer *peer, const struct manner *manner,
                              enum check_script script, enum ip_family family, const char *data)
{
    bool v4 = family == IP_FAMILY_V4;
    struct spec_random random = {.iss = LAB_ISS, .ts_offset = 0xfff00000u, .identification = 65535};
    struct route route;

    memset(peer, 0, sizeof *peer);
    peer->manner = manner;
    peer->client = lab_address(v4 ? "198.18.0.1" : "2001:db8::1");
    peer->server = lab_address(v4 ? "198.18.0.2" : "2001:db8::2");
    peer->now = 1000 * SECOND;
    peer->timer = TCB_NEVER;
    peer->ts_val = 0xfffffff0u;
    spec_init(&peer->spec);
    peer->spec.data = (const uint8_t *)data;
    peer->spec.data_length = data ? strlen(data) : 0;
    route = (struct route){.source = peer->client, .index = 1, .mtu = 1500, .hop_limit = 64};
    check_init(&peer->check, script, &peer->spec, &route, &peer->server, LAB_PORT, LAB_SOURCE_PORT,
               &random);
    if (manner->offered) {
        struct options options;

        REQUIRE(options_read(manner->offered, "--options", &options, NULL) == 0);
        check_offer(&peer->check, &options);
    }
    if (manner->ecn_not_asked)
        check_without_ecn(&peer->check);
    check_start(&peer->check, peer->now);
    peer_pump(peer);
}

/* Until it is over; returns how long that took. */
static inline int64_t peer_run(struct peer *peer)
{
    int64_t began = peer->now;

    for (unsigned turns = 0; !check_over(&peer->check); turns++) {
        int64_t next = check_deadline(&peer->check);
        unsigned first = 0;

        REQUIRE(turns < 1000 && next != TCB_NEVER);
        for (unsigned i = 1; i < peer->queued; i++)
            if (peer->queue[i].at < peer->queue[first].at)
                first = i;
        if (peer->timer < next)
            next = peer->timer;
        if (peer->queued > 0 && peer->queue[first].at <= next) {
            struct segment segment = peer->queue[first].segment;

            peer->now = peer->queue[first].at;
            memmove(peer->queue + first, peer->queue + first + 1,
                    (peer->queued - first - 1) * sizeof peer->queue[0]);
            peer->queued--;
            peer_packet(peer, &segment);
        } else if (peer->timer <= next) {
            peer->now = peer->timer;
            peer_timer(peer);
        } else {
            if (next > peer->now)
                peer->now = next;
            check_timer(&peer->check, peer->now);
        }
        peer_pump(peer);
    }
    REQUIRE(check_deadline(&peer->check) == TCB_NEVER);
    return peer->now - began;
}

/* The peer at the other end of each script. */
static struct peer ends[CHECK_SCRIPT_COUNT];

/* A connection of each script with such a peer, and what is found out. */
static inline void peer_judge(const struct manner *manner, enum ip_family family, const char *data,
                              struct check_rows *ret_rows)
{
    const struct check *checks[CHECK_SCRIPT_COUNT];

    for (unsigned i = 0; i < CHECK_SCRIPT_COUNT; i++) {
        struct peer *peer = &ends[i];
        int64_t lasted;

        peer_begin(peer, manner, (enum check_script)i, family, data);
        lasted = peer_run(peer);
        REQUIRE(lasted < 12 * SECOND);
        checks[i] = &peer->check;
    }
    check_judge(checks, NULL, 0, ret_rows);
}

#endif
