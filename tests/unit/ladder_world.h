/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up hosts and paths for tests of the ladder of options: what they make of each SYN. */
#ifndef LADDER_WORLD_H
#define LADDER_WORLD_H

#include <cmocka.h>
#include <string.h>

#include "probe/ladder/matrix.h"

/* A host that supports what is said, behind a path that does what is said. Kinds: 0 for none. */
struct world {
    uint16_t mss; /* 0: announces none */
    bool wscale, sack, ts, ecn, accecn, fastopen, mptcp, md5, data;
    bool fastopen_old; /* the experiment's option, whether the other is known or not */
    bool cookies;      /* SYN cookies: window scale, SACK and ECN only beside timestamps */
    bool bare_silent;  /* answers no SYN without options */
    bool closed;       /* answers RST */
    bool one_of_two;   /* every second SYN goes to a host without SACK */
    bool wscale_wrong; /* a window scale to everybody */
    uint8_t takes, takes_beside, takes_back,
        drops;                /* kinds: out of the SYN; only from SYNs with four
                               * options; out of the SYN,ACK; whole SYNs */
    unsigned pads;            /* NOP behind the options of each SYN,ACK */
    uint8_t takes_disordered; /* a kind, out of SYNs whose first option is no MSS */
    bool takes_whole;         /* without leaving NOP */
    uint16_t drops_flags;     /* SYNs with any of these */
    uint8_t longest;          /* options in SYNs that are let through, bytes; 0: all */
    bool echoes_unknown, echoes_all, echoes_ecn, echoes_reserved;
    bool twists_timeouts; /* what is echoed of these has another last bit */
    bool new_echo;        /* the timestamp that is echoed is another */
    bool quotes;          /* ICMP errors quote the SYN as it is behind the box */
    bool bleaches;        /* IP's ECN bits */
    bool mends_checksums;
    uint16_t follows; /* announces our MSS up to this */
    double loss;
};

static inline void world_take(struct options *options, uint8_t kind, bool whole)
{
    uint8_t bytes[OPTIONS_MAX];
    size_t length = 0;

    for (unsigned i = 0; i < options->count; i++) {
        const struct option *option = &options->list[i];

        if (option->kind == kind && kind != 0) {
            memset(bytes + length, OPTION_NOP, option->length);
            length += whole ? 0 : option->length;
        } else {
            memcpy(bytes + length, options->bytes + option->at, option->length);
            length += option->length;
        }
    }
    options_parse(bytes, length, options);
}

static inline bool world_has(const struct options *options, uint8_t kind)
{
    for (unsigned i = 0; i < options->count; i++)
        if (options->list[i].kind == kind && kind != 0)
            return true;
    return false;
}

static inline void world_answer_ecn(const struct world *world, const struct segment *syn,
                                    uint8_t mark, struct segment *answer)
{
    static const uint16_t codes[] = {TCP_CWR, TCP_CWR | TCP_ECE, TCP_AE, TCP_AE | TCP_CWR};
    uint16_t asked = syn->flags & (TCP_AE | TCP_CWR | TCP_ECE);

    if (world->echoes_ecn)
        answer->flags |= asked;
    else if (world->accecn && asked != 0 && asked != (TCP_CWR | TCP_ECE))
        answer->flags |= codes[mark];
    else if (world->ecn && (asked & (TCP_CWR | TCP_ECE)) == (TCP_CWR | TCP_ECE) &&
             (mark == 0 || asked & TCP_AE))
        answer->flags |= TCP_ECE;
}

/* The SYN,ACK of the host. */
static inline void world_answer_syn(const struct world *world, const struct segment *syn,
                                    uint8_t mark, unsigned turn, bool cookie_valid,
                                    struct segment *answer)
{
    struct option_summary offered;
    struct options *options = &answer->options;
    uint8_t key[10] = {0x01, 0x01, 9, 8, 7, 6, 5, 4, 3, 2};
    bool room;

    options_summarize(&syn->options, &offered);
    *answer = (struct segment){.flags = TCP_SYN | TCP_ACK, .seq = 5, .ack = syn->seq + 1};
    room = !world->cookies || offered.has_timestamps;
    if (world->mss != 0) {
        uint16_t mss = world->mss;

        if (world->follows != 0)
            mss = offered.has_mss && offered.mss < world->follows ? offered.mss : world->follows;

        uint8_t value[2] = {(uint8_t)(mss >> 8), (uint8_t)mss};

        assert_int_equal(options_add(options, OPTION_MSS, value, 2), 0);
    }
    if (world->sack && room && offered.has_sack_permitted && !(world->one_of_two && turn % 2))
        assert_int_equal(options_add(options, OPTION_SACK_PERMITTED, NULL, 0), 0);
    if (world->ts && offered.has_timestamps)
        assert_int_equal(options_add_timestamps(options, 777 + turn,
                                                offered.ts_val + (world->new_echo ? 5u : 0u)),
                         0);
    if (world->wscale_wrong || (world->wscale && room && offered.has_wscale))
        assert_int_equal(options_add(options, OPTION_WSCALE, &(uint8_t){10}, 1), 0);
    if (world->fastopen && offered.has_fastopen && !offered.fastopen_experimental) {
        if (cookie_valid)
            answer->ack += (uint32_t)syn->payload_total;
        else
            assert_int_equal(options_add(options, OPTION_FASTOPEN, "\1\2\3\4\5\6\7\x8", 8), 0);
    }
    if (world->fastopen_old && offered.has_fastopen && offered.fastopen_experimental)
        assert_int_equal(options_add(options, OPTION_EXP2, "\xf9\x89\1\2\3\4\5\6\7\x8", 10), 0);
    if (world->data && !offered.has_fastopen)
        answer->ack += (uint32_t)syn->payload_total;
    if (world->mptcp && offered.has_mptcp && offered.mptcp_version == 1)
        assert_int_equal(options_add(options, OPTION_MPTCP, key, 10), 0);
    for (unsigned i = 0; i < syn->options.count; i++) {
        const struct option *option = &syn->options.list[i];
        bool unknown = (option->kind > 78 && option->kind < 172) || option->kind > 252;

        uint8_t value[OPTIONS_MAX];

        if (option->health != OPTION_HEALTH_GOOD || option->length < 2 ||
            !(world->echoes_all || (world->echoes_unknown && unknown)))
            continue;
        memcpy(value, syn->options.bytes + option->at + 2, option->length - 2u);
        if (option->kind == OPTION_UTO && world->twists_timeouts)
            value[option->length - 3u] ^= 1;
        (void)options_add(options, option->kind, value, option->length - 2u);
    }
    for (unsigned i = 0; i < world->pads; i++)
        if (options->length < OPTIONS_MAX) {
            struct options padded = *options;

            padded.bytes[padded.length] = OPTION_NOP;
            options_parse(padded.bytes, padded.length + 1u, options);
        }
    if (world->echoes_reserved)
        answer->flags |= syn->flags & TCP_FLAGS_RESERVED;
    if (room)
        world_answer_ecn(world, syn, mark, answer);
}

/* The SYN of a rung, as it leaves. */
static inline void world_syn(enum rung_id id, const struct rung_values *values,
                             struct segment *ret_syn)
{
    const struct rung *rung = rung_of(id);

    *ret_syn = (struct segment){.flags = rung->flags, .ecn = rung->ecn, .seq = values->seq};
    rung_options(id, values, &ret_syn->options);
    ret_syn->payload_total = ret_syn->payload_length = rung->data == NULL ? 0 : strlen(rung->data);
}

/* The SYN behind the boxes on the way. */
static inline void world_forward(const struct world *world, const struct segment *syn,
                                 struct segment *ret_there)
{
    *ret_there = *syn;
    if (world->takes_beside == 0 || ret_there->options.length >= 20)
        world_take(&ret_there->options, world->takes_beside, true);
    world_take(&ret_there->options, world->takes, world->takes_whole);
    if (ret_there->options.length > 0 && ret_there->options.list[0].kind != OPTION_MSS)
        world_take(&ret_there->options, world->takes_disordered, false);
    if (world->bleaches)
        ret_there->ecn = 0;
}

/* What comes back for it, loss apart. `turn` counts the SYNs. */
static inline enum matrix_came world_answer(const struct world *world, enum rung_id id,
                                            const struct segment *there, unsigned turn,
                                            struct segment *ret_answer)
{
    if (world_has(&there->options, world->drops) || (there->flags & world->drops_flags) != 0 ||
        (world->longest != 0 && there->options.length > world->longest) ||
        (rung_of(id)->wrong_checksum && !world->mends_checksums) ||
        (world->bare_silent && there->options.length == 0) ||
        (!world->md5 && world_has(&there->options, OPTION_MD5)))
        return MATRIX_NOTHING;
    if (world->closed)
        return MATRIX_RST;
    world_answer_syn(world, there, there->ecn, turn, rung_needs_cookie(id), ret_answer);
    world_take(&ret_answer->options, world->takes_back, world->takes_whole);
    return MATRIX_SYN_ACK;
}

static const struct world world_plain = {
    .mss = 1460, .wscale = true, .sack = true, .ts = true, .ecn = true};

#endif
