/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/climber_strain: what counts as strain of a peer whose ladder is climbed, and what
 * is only what the ladder wants to know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "probe/climber_strain.h"

static void answer(struct climber_strain *strain, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        climber_strain_answered(strain, true);
}

static void has_words(struct climber_strain *strain, const char *words)
{
    const char *said = climber_strain_words(strain);

    if (!words) {
        assert_null(said);
        return;
    }
    assert_non_null(said);
    assert_non_null(strstr(said, words));
}

static void test_nothing_seen(void **state)
{
    struct climber_strain strain = {0};

    (void)state;
    has_words(&strain, NULL);
}

/* SYNs of kinds that were never answered say nothing, however many. */
static void test_unknown_losses(void **state)
{
    struct climber_strain strain = {0};

    (void)state;
    answer(&strain, 4);
    for (unsigned i = 0; i < 500; i++) {
        climber_strain_lost(&strain, false, false);
        climber_strain_refused(&strain, false);
        has_words(&strain, NULL);
    }
}

/* A control in nine SYNs: with the third that is not answered, the peer is gone. */
static void test_silence(void **state)
{
    struct climber_strain strain = {0};
    unsigned sent = 0;

    (void)state;
    answer(&strain, 20);
    while (!climber_strain_words(&strain) && sent < 100) {
        bool control = sent % 9 == 0;

        climber_strain_lost(&strain, control, control);
        sent++;
    }
    assert_int_equal(sent, 19);
    has_words(&strain, "fell silent: 19 SYNs");
}

/* A path on which only one of the two controls opens: every other one goes unanswered. */
static void test_one_control(void **state)
{
    struct climber_strain strain = {0};

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        climber_strain_answered(&strain, true);
        for (unsigned rung = 0; rung < 8; rung++)
            climber_strain_lost(&strain, false, false);
        climber_strain_lost(&strain, false, true);
        has_words(&strain, NULL);
    }
}

/* What is lost from the beginning is the path's. */
static void test_steady_loss(void **state)
{
    struct climber_strain strain = {0};

    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        climber_strain_lost(&strain, true, false);
        climber_strain_answered(&strain, true);
        has_words(&strain, NULL);
    }
}

/* The same where all kinds are new in the beginning: of these neither losses count nor answers. */
static void test_steady_loss_of_new_kinds(void **state)
{
    struct climber_strain strain = {0};

    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        climber_strain_lost(&strain, i >= 40, false);
        climber_strain_answered(&strain, i >= 40);
        has_words(&strain, NULL);
    }
}

/* What was answered 96 times and then every third time is strain. */
static void test_growing_loss(void **state)
{
    struct climber_strain strain = {0};
    unsigned more = 0;

    (void)state;
    answer(&strain, 96);
    while (!climber_strain_words(&strain) && more < 100) {
        climber_strain_lost(&strain, true, false);
        climber_strain_lost(&strain, true, false);
        climber_strain_answered(&strain, true);
        more++;
    }
    assert_int_equal(more, 9);
    has_words(&strain, "of the last 32 SYNs of kinds that it had answered, 18 had no answer");
}

/* An ICMP error for each SYN, and then its SYN,ACK: nothing is lost. */
static void test_found(void **state)
{
    struct climber_strain strain = {0};

    (void)state;
    answer(&strain, 96);
    for (unsigned i = 0; i < 200; i++) {
        climber_strain_lost(&strain, true, true);
        climber_strain_found(&strain);
        has_words(&strain, NULL);
    }
    for (unsigned i = 0; i < 3; i++)
        climber_strain_lost(&strain, true, true);
    has_words(&strain, NULL);
    climber_strain_found(&strain);
    assert_int_equal(strain.lost_ever, 2);
    /* What was counted so long ago that it no longer is. */
    answer(&strain, 32);
    climber_strain_found(&strain);
    assert_int_equal(strain.lost_ever, 2);
}

static void test_refusals(void **state)
{
    struct climber_strain strain = {0};

    (void)state;
    answer(&strain, 8);
    climber_strain_refused(&strain, true);
    climber_strain_refused(&strain, true);
    has_words(&strain, NULL);
    answer(&strain, 1);
    climber_strain_refused(&strain, true);
    climber_strain_refused(&strain, true);
    has_words(&strain, NULL);
    climber_strain_refused(&strain, true);
    has_words(&strain, "began to refuse");
}

/* An RST in between says that somebody is there. */
static void test_no_silence(void **state)
{
    struct climber_strain strain = {0};

    (void)state;
    answer(&strain, 8);
    for (unsigned i = 0; i < 2; i++)
        climber_strain_lost(&strain, true, true);
    for (unsigned i = 0; i < 10; i++)
        climber_strain_refused(&strain, false);
    for (unsigned i = 0; i < 2; i++)
        climber_strain_lost(&strain, true, true);
    has_words(&strain, NULL);
    climber_strain_lost(&strain, true, true);
    has_words(&strain, "fell silent");
}

static void test_repeats(void **state)
{
    struct climber_strain strain = {0};

    (void)state;
    answer(&strain, 30);
    for (unsigned i = 0; i < 23; i++)
        climber_strain_repeated(&strain);
    has_words(&strain, NULL);
    climber_strain_repeated(&strain);
    has_words(&strain, "repeat its SYN,ACKs (24 times lately)");
    answer(&strain, 32); /* that is long ago */
    has_words(&strain, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_seen), cmocka_unit_test(test_unknown_losses),
        cmocka_unit_test(test_silence),      cmocka_unit_test(test_one_control),
        cmocka_unit_test(test_steady_loss),  cmocka_unit_test(test_steady_loss_of_new_kinds),
        cmocka_unit_test(test_growing_loss), cmocka_unit_test(test_found),
        cmocka_unit_test(test_refusals),     cmocka_unit_test(test_no_silence),
        cmocka_unit_test(test_repeats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
