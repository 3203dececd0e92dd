/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the test programs of a probe share: each case runs over IPv4 and over IPv6. */
#ifndef PROBE_CASES_H
#define PROBE_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define LAB_FAIL(file, line, words) _assert_true(0, (words), (file), (line))
#include "probe_lab.h"

static enum ip_family families[] = {IP_FAMILY_V4, IP_FAMILY_V6};

static int setup(void **state)
{
    struct lab *lab = malloc(sizeof *lab);

    if (!lab)
        return -1;
    lab_open_with(lab, *(enum ip_family *)*state);
    *state = lab;
    return 0;
}

static int teardown(void **state)
{
    struct lab *lab = *state;

    lab_close(lab);
    free(lab);
    return 0;
}

/* clang-format off */
#define BOTH(test) \
    {#test "_v4", test, setup, teardown, &families[0]}, \
    {#test "_v6", test, setup, teardown, &families[1]}
/* clang-format on */

/* Verdict, how it was closed ("" for never open), and a part of the reason. */
static inline void expect(struct lab *lab, enum verdict verdict, const char *closed,
                          const char *reason)
{
    const struct handshake_record *record = lab_finish(lab);

    assert_string_equal(record->verdict, verdict_word(verdict));
    assert_string_equal(record->closed ? record->closed : "", closed);
    assert_non_null(record->reason);
    assert_non_null(strstr(record->reason, reason));
}

/* Exactly these findings, in this order, separated by blanks. */
static inline void expect_findings(const struct lab *lab, const char *ids)
{
    const struct finding_record *rows = lab->record.findings.items;
    char text[1024] = "";
    size_t at = 0;

    for (size_t i = 0; i < lab->record.findings.count; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", at ? " " : "", rows[i].id);
    assert_string_equal(text, ids);
}

/* The next segment of ours has these flags, and sequence numbers that count from the two ISNs. */
static inline const struct segment *expect_sent(struct lab *lab, uint16_t flags, uint32_t seq,
                                                uint32_t ack)
{
    const struct lab_sent *sent = lab_next(lab);

    assert_non_null(sent);
    assert_int_equal(sent->segment.flags, flags);
    assert_int_equal(sent->segment.seq, (uint32_t)(LAB_ISS + seq));
    assert_int_equal(sent->segment.ack, flags & TCP_ACK ? (uint32_t)(LAB_IRS + ack) : 0);
    return &sent->segment;
}

static inline void expect_silence(struct lab *lab)
{
    assert_null(lab_next(lab));
}

/* SYN, SYN,ACK, ACK: the connection stands. */
static inline void establish(struct lab *lab)
{
    lab_start(lab);
    expect_sent(lab, TCP_SYN, 0, 0);
    lab->now += 5 * MS;
    lab_feed(lab, TCP_SYN | TCP_ACK, 0, 1);
    assert_int_equal(lab->probe.tcb.state, STATE_ESTABLISHED);
    assert_int_equal(lab->probe.phase, PHASE_EXCHANGE);
}

/* Our FIN goes out, and nothing else. */
static inline void until_fin(struct lab *lab, uint32_t seq, uint32_t ack)
{
    lab_reach(lab, PHASE_CLOSING);
    expect_sent(lab, TCP_FIN | TCP_ACK, seq, ack);
    expect_silence(lab);
}

/* The probe closes, and so does the peer, at once. */
static inline void finish_politely(struct lab *lab)
{
    lab_reach(lab, PHASE_CLOSING);
    lab_feed(lab, TCP_FIN | TCP_ACK, 1, 2);
    assert_int_equal(lab->probe.tcb.state, STATE_TIME_WAIT);
    lab_wait(lab, 0);
    assert_true(probe_over(&lab->probe));
}

#endif
