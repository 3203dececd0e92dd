/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/echo with kernel clients on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "net/clock.h"
#include "net/echo.h"

static struct ev_loop *loop;
static struct echo *echo;

static void start(enum ip_family family)
{
    struct fault fault;
    loop = ev_loop_new(0);
    assert_non_null(loop);
    assert_int_equal(echo_open(loop, family, &echo, &fault), 0);
    assert_int_equal(echo_address(echo)->family, family);
    assert_true(address_is_loopback(echo_address(echo)));
    assert_int_not_equal(echo_port(echo), 0);
}

static void end(void)
{
    echo_close(echo);
    ev_loop_destroy(loop);
}

/* A kernel client that waits at most two seconds for anything. */
static int client(void)
{
    bool v4 = echo_address(echo)->family == IP_FAMILY_V4;
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(echo_port(echo))};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(echo_port(echo))};
    struct timeval bound = {.tv_sec = 2};
    memcpy(&in.sin_addr, echo_address(echo)->bytes, 4);
    memcpy(&in6.sin6_addr, echo_address(echo)->bytes, 16);
    int descriptor = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
    assert_true(descriptor >= 0);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof(bound));
    assert_int_equal(connect(descriptor, v4 ? (struct sockaddr *)&in : (struct sockaddr *)&in6,
                             v4 ? sizeof(in) : sizeof(in6)),
                     0);
    return descriptor;
}

static void turn(int times)
{
    for (int i = 0; i < times; i++)
        ev_run(loop, EVRUN_NOWAIT);
}

static void test_echo(void **unused)
{
    (void)unused;
    for (enum ip_family family = IP_FAMILY_V4; family <= IP_FAMILY_V6; family++) {
        char text[16];
        start(family);
        int descriptor = client();
        assert_int_equal(send(descriptor, "hello", 5, 0), 5);
        turn(4);
        assert_int_equal(recv(descriptor, text, sizeof(text), 0), 5);
        assert_memory_equal(text, "hello", 5);

        /* Its FIN is answered with one at once. */
        shutdown(descriptor, SHUT_WR);
        turn(2);
        assert_int_equal(recv(descriptor, text, sizeof(text), MSG_DONTWAIT), 0);
        close(descriptor);
        end();
    }
}

/* More than all buffers hold: it must stop reading while it cannot write, and lose nothing. */
static void test_much(void **unused)
{
    (void)unused;
    enum { MUCH = 12 << 20 };
    uint8_t *sent = malloc(MUCH), *got = malloc(MUCH);
    size_t out = 0, in = 0;
    assert_non_null(sent);
    assert_non_null(got);
    for (size_t i = 0; i < MUCH; i++)
        sent[i] = (uint8_t)(i * 2654435761U >> 16);
    start(IP_FAMILY_V4);
    int descriptor = client();
    bool full = false;
    int64_t limit = clock_monotonic() + INT64_C(30000000000);
    while (in < MUCH && clock_monotonic() < limit) {
        if (out < MUCH) {
            ssize_t done = send(descriptor, sent + out, MUCH - out, MSG_DONTWAIT);
            out += done > 0 ? (size_t)done : 0;
            full |= done < 0;
        }
        turn(1);
        /* Read only once nothing more goes in. */
        if (full || out == MUCH) {
            ssize_t done = recv(descriptor, got + in, MUCH - in, MSG_DONTWAIT);
            in += done > 0 ? (size_t)done : 0;
        }
    }
    assert_int_equal(in, MUCH);
    assert_memory_equal(sent, got, MUCH);
    close(descriptor);
    end();
    free(sent);
    free(got);
}

/* What is above the bound waits until there is room, and gets its turn. */
static void test_bound(void **unused)
{
    (void)unused;
    enum { MANY = 80 };
    int descriptors[MANY];
    char text[4];
    size_t answered = 0;
    start(IP_FAMILY_V4);
    for (size_t i = 0; i < MANY; i++) {
        descriptors[i] = client();
        assert_int_equal(send(descriptors[i], "x", 1, 0), 1);
        turn(3);
    }
    for (size_t i = 0; i < MANY; i++)
        answered += recv(descriptors[i], text, sizeof(text), MSG_DONTWAIT) == 1;
    assert_int_equal(answered, 64);
    for (size_t i = 0; i < 64; i++)
        close(descriptors[i]);
    turn(200);
    for (size_t i = 64; i < MANY; i++) {
        assert_int_equal(recv(descriptors[i], text, sizeof(text), MSG_DONTWAIT), 1);
        close(descriptors[i]);
    }
    end();
}

static void test_close_resets(void **unused)
{
    (void)unused;
    char text[4];
    start(IP_FAMILY_V4);
    int descriptor = client();
    turn(2);
    end();
    assert_int_equal(recv(descriptor, text, sizeof(text), 0), -1);
    assert_int_equal(errno, ECONNRESET);
    close(descriptor);
    echo_close(NULL);
}

/* A peer's RST ends its connection and nothing else. */
static void test_reset(void **unused)
{
    (void)unused;
    struct linger now = {.l_onoff = 1};
    char text[4];
    start(IP_FAMILY_V4);
    int rude = client(), other = client();
    turn(2);
    setsockopt(rude, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(rude);
    turn(2);
    assert_int_equal(send(other, "y", 1, 0), 1);
    turn(2);
    assert_int_equal(recv(other, text, sizeof(text), MSG_DONTWAIT), 1);
    close(other);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo),  cmocka_unit_test(test_much),
        cmocka_unit_test(test_bound), cmocka_unit_test(test_close_resets),
        cmocka_unit_test(test_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
