/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server's states, followed from the packets of one connection. */
#include "probe/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OURS 1000U
#define ITS  7000U

/* After a packet of ours or of the server's. */
static enum server_state after(struct server *server, bool outgoing, uint16_t flags, uint32_t seq,
                               uint32_t ack, uint32_t length)
{
    struct seen seen = {
        .outgoing = outgoing,
        .copy = 1,
        .segment = {.flags = flags, .seq = seq, .ack = ack, .payload_total = length},
    };

    return server_follow(server, &seen);
}

static void test_whole_connection(void **state)
{
    struct server server;

    (void)state;
    server_begin(&server, true, false, 1);
    assert_int_equal(after(&server, true, TCP_SYN, OURS, 0, 0), SERVER_SYN_RECEIVED);
    assert_int_equal(after(&server, false, TCP_SYN | TCP_ACK, ITS, OURS + 1, 0),
                     SERVER_SYN_RECEIVED);
    assert_int_equal(after(&server, true, TCP_ACK, OURS + 1, ITS + 1, 0), SERVER_ESTABLISHED);
    assert_int_equal(after(&server, true, TCP_FIN | TCP_ACK, OURS + 1, ITS + 1, 0),
                     SERVER_CLOSE_WAIT);
    assert_int_equal(after(&server, false, TCP_FIN | TCP_ACK, ITS + 1, OURS + 2, 0),
                     SERVER_LAST_ACK);
    assert_int_equal(after(&server, true, TCP_ACK, OURS + 2, ITS + 2, 0), SERVER_CLOSED);
}

/* Data before our ACK was seen to leave: it must have arrived, for it has to come first. */
static void test_data_tell_of_the_ack(void **state)
{
    struct server server;

    (void)state;
    server_begin(&server, true, false, 1);
    after(&server, true, TCP_SYN, OURS, 0, 0);
    after(&server, false, TCP_SYN | TCP_ACK, ITS, OURS + 1, 0);
    assert_int_equal(after(&server, false, TCP_ACK, ITS + 1, OURS + 1, 5), SERVER_ESTABLISHED);
}

/* But who took data from our SYN may answer them at once (RFC 7413 section 4.2.2). */
static void test_fast_open_answers_early(void **state)
{
    struct server server;

    (void)state;
    server_begin(&server, true, false, 1);
    after(&server, true, TCP_SYN, OURS, 0, 5);
    after(&server, false, TCP_SYN | TCP_ACK, ITS, OURS + 6, 0);
    assert_int_equal(after(&server, false, TCP_ACK, ITS + 1, OURS + 6, 5), SERVER_SYN_RECEIVED);
    assert_int_equal(after(&server, true, TCP_ACK, OURS + 6, ITS + 6, 0), SERVER_ESTABLISHED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_connection),
        cmocka_unit_test(test_data_tell_of_the_ack),
        cmocka_unit_test(test_fast_open_answers_early),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
