/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proof by trying: every kind of segment in every state gives events that the table allows, and
 * every cell is met. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tcb_lab.h"

static unsigned long hits[EVENT_COUNT][STATE_COUNT];

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Applies the events in order and gives all that is to be sent. */
static void apply(const struct lab *base, const struct segment *segment, const enum event *events,
                  unsigned count)
{
    struct lab lab;

    lab_copy(&lab, base);
    lab.effects = 0;
    for (unsigned i = 0; i < count; i++) {
        struct step step;

        REQUIRE(tcb_may(&lab.tcb, events[i]));
        hits[events[i]][lab.tcb.state]++;
        step = tcb_step(&lab.tcb, events[i], segment, lab.now);
        REQUIRE(step.to == lab.tcb.state);
        lab.effects |= step.effects;
    }
    if (segment->flags & TCP_RST) {
        REQUIRE(count == 1 && !(lab.effects & EFFECT_REPLY));
        lab_drain(&lab, segment);
        REQUIRE(lab.sent == (events[0] == EVENT_RX_RST_INEXACT));
        REQUIRE(lab.sent == 0 || lab.last.flags == TCP_ACK);
        return;
    }
    lab_drain(&lab, segment);
    /* A facts' order or a wrong foresight would show as another segment than an ACK of what was
     * taken. */
    if (lab.sent && lab.last.flags & TCP_ACK && !(lab.last.flags & TCP_RST))
        REQUIRE(lab.last.ack == lab.tcb.rcv_nxt);
}

static void try_flags(const struct lab *base, struct segment segment)
{
    static const uint16_t more[] = {TCP_AE, TCP_R9, TCP_R10, TCP_R11, TCP_ECE, TCP_CWR};
    enum event plain[TCB_EVENTS_MAX], events[TCB_EVENTS_MAX];

    for (uint16_t flags = 0; flags < 64; flags++) {
        unsigned count, plain_count;

        segment.flags = flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK);
        plain_count = tcb_classify(&base->tcb, &segment, plain);
        REQUIRE(plain_count >= 1 && plain_count <= TCB_EVENTS_MAX);
        segment.flags = flags;
        count = tcb_classify(&base->tcb, &segment, events);
        /* PSH and URG change nothing, nor does what lies beyond the six. */
        REQUIRE(count == plain_count && memcmp(events, plain, count * sizeof(events[0])) == 0);
        if (flags & (TCP_PSH | TCP_URG))
            continue;
        segment.flags = flags | more[flags % COUNT(more)];
        count = tcb_classify(&base->tcb, &segment, events);
        REQUIRE(count == plain_count && memcmp(events, plain, count * sizeof(events[0])) == 0);
        apply(base, &segment, events, count);
    }
}

static void try_positions(const struct lab *base)
{
    const struct tcb *tcb = &base->tcb;
    const uint32_t seqs[] = {
        LAB_IRS,
        LAB_IRS - 1,
        tcb->rcv_nxt - 2,
        tcb->rcv_nxt - 1,
        tcb->rcv_nxt,
        tcb->rcv_nxt + 1,
        tcb->rcv_nxt + 2,
        tcb->rcv_nxt + tcb->rcv_wnd - 1,
        tcb->rcv_nxt + tcb->rcv_wnd,
        tcb->rcv_nxt + tcb->rcv_wnd + 1,
        tcb->rcv_nxt + 0x7fffffffu,
        tcb->rcv_nxt + 0x80000000u,
    };
    const uint32_t acks[] = {
        tcb->iss,
        tcb->iss + 1,
        tcb->snd_una - 1,
        tcb->snd_una,
        tcb->snd_una + 1,
        tcb->snd_nxt,
        tcb->snd_nxt + 1,
        tcb->snd_max,
        tcb->snd_max + 1,
        tcb->snd_una - tcb->max_snd_wnd,
        tcb->snd_una - tcb->max_snd_wnd - 1,
        tcb->snd_una + 0x80000000u,
    };
    const uint32_t lengths[] = {0, 1, LAB_WINDOW, LAB_WINDOW + 1};
    const uint16_t windows[] = {0, 8000};

    for (unsigned s = 0; s < COUNT(seqs); s++)
        for (unsigned a = 0; a < COUNT(acks); a++)
            for (unsigned l = 0; l < COUNT(lengths); l++)
                for (unsigned w = 0; w < COUNT(windows); w++)
                    try_flags(base,
                              lab_with(lab_segment(seqs[s], acks[a], 0, windows[w]), lengths[l]));
}

static void try_timestamps(const struct lab *base)
{
    const uint32_t values[] = {base->tcb.ts_recent - 1, base->tcb.ts_recent,
                               base->tcb.ts_recent + 1, base->tcb.ts_recent + 0x80000000u};
    const uint32_t seqs[] = {LAB_IRS, base->tcb.rcv_nxt - 1, base->tcb.rcv_nxt,
                             base->tcb.rcv_nxt + 1};

    for (unsigned v = 0; v < COUNT(values); v++)
        for (unsigned s = 0; s < COUNT(seqs); s++)
            for (uint32_t length = 0; length < 2; length++) {
                struct segment segment =
                    lab_with(lab_segment(seqs[s], base->tcb.snd_max, 0, 8000), length);

                REQUIRE(options_add_timestamps(&segment.options, values[v],
                                               base->tcb.ts_val_last) == 0);
                try_flags(base, segment);
            }
}

static void test_every_segment_in_every_state(void **state)
{
    static const unsigned variants[] = {
        0,
        LAB_TS,
        LAB_CLOSED,
        LAB_PEER_ZERO,
        LAB_DUPLICATES | LAB_TS,
        LAB_NO_DATA,
        LAB_HOLE,
        LAB_CLOSED | LAB_PEER_ZERO | LAB_TS,
        LAB_HOLE | LAB_PEER_ZERO,
        LAB_NO_DATA | LAB_PEER_ZERO,
    };

    (void)state;
    for (unsigned v = 0; v < COUNT(variants); v++)
        for (unsigned s = 0; s < STATE_COUNT; s++) {
            struct lab base;

            lab_reach(&base, (enum state)s, variants[v]);
            try_positions(&base);
            if (base.tcb.ts_on)
                try_timestamps(&base);
        }
}

/* Runs after the test above. */
static void test_every_cell_is_met(void **state)
{
    unsigned missed = 0;

    (void)state;
    for (unsigned e = EVENT_RX_SYN_ACK; e <= EVENT_RX_FIN; e++)
        for (unsigned s = 0; s < STATE_COUNT; s++) {
            bool never = fsm_cell((enum event)e, (enum state)s)->action == FSM_NEVER;

            if (never == (hits[e][s] == 0))
                continue;
            missed++;
            print_message("# %s in %s: %lu hits\n", fsm_event_name((enum event)e),
                          fsm_state_name((enum state)s), hits[e][s]);
        }
    assert_int_equal(missed, 0);
}

/* A block that was made for one ISS and moved to another takes every segment as one that was made
 * for that. */
static void test_rebase(void **state)
{
    static const uint32_t numbers[] = {0, 1, 0x7fffffffu, 0x80000000u, 0xfffffffeu, UINT32_MAX};
    static const int offsets[] = {-2, -1, 0, 1, 2, 70000};

    (void)state;
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct tcb_parameters parameters = lab_parameters();
        struct lab made, moved;

        lab_offer(&parameters.syn_options, true);
        lab_init(&moved, &parameters);
        lab_do(&moved, EVENT_USER_OPEN);
        parameters.iss = numbers[i];
        lab_init(&made, &parameters);
        lab_do(&made, EVENT_USER_OPEN);
        tcb_rebase(&moved.tcb, numbers[i]);
        moved.tcb.stream = made.tcb.stream;
        assert_memory_equal(&moved.tcb, &made.tcb, sizeof(made.tcb));
        for (uint16_t flags = 0; flags < 64; flags++)
            for (unsigned j = 0; j < sizeof(offsets) / sizeof(offsets[0]); j++) {
                struct segment segment =
                    lab_segment(LAB_IRS, numbers[i] + (uint32_t)offsets[j], flags, 8000);
                enum event one[TCB_EVENTS_MAX], other[TCB_EVENTS_MAX];
                unsigned count = tcb_classify(&made.tcb, &segment, one);

                assert_int_equal(tcb_classify(&moved.tcb, &segment, other), count);
                assert_memory_equal(one, other, count * sizeof(one[0]));
                /* The one number that a SYN,ACK may acknowledge. */
                if ((flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == (TCP_SYN | TCP_ACK))
                    assert_int_equal(one[0] == EVENT_RX_SYN_ACK, offsets[j] == 1);
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_segment_in_every_state),
        cmocka_unit_test(test_every_cell_is_met),
        cmocka_unit_test(test_rebase),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
