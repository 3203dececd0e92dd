/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/ports and probe/tuples with sockets on loopback; nothing is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/descriptors.h"
#include "probe/ports.h"
#include "probe/tuples.h"

#define MANY 20000

static struct ports_lease leases[MANY];

static struct address address_of(const char *text)
{
    struct address address;
    assert_int_equal(address_read(text, &address), 0);
    return address;
}

static struct ports *begin(enum ports_kind kind)
{
    struct fault fault;
    struct ports *ports = ports_new(kind, &fault);
    assert_non_null(ports);
    return ports;
}

/* The n-th of many destinations. */
static struct address destination_of(unsigned n)
{
    struct address address = address_of("198.18.0.0");
    address.bytes[2] = (uint8_t)(n >> 8);
    address.bytes[3] = (uint8_t)n;
    return address;
}

static void take(struct ports *ports, const struct address *source, unsigned n, uint16_t port,
                 struct ports_lease *lease)
{
    struct address destination = destination_of(n);
    struct fault fault;
    assert_int_equal(ports_take(ports, source, &destination, port, lease, &fault), 0);
    assert_int_not_equal(lease->port, 0);
}

static bool listens(int descriptor)
{
    int value = -1;
    socklen_t length = sizeof value;
    assert_int_equal(getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &value, &length), 0);
    return value != 0;
}

/* What the n-th port of ours is bound by, found through the process's descriptors. */
static int descriptor_of(uint16_t port)
{
    struct address here = address_of("127.0.0.1");
    struct guard guard;
    struct fault fault;
    for (int descriptor = 3; descriptor < 64; descriptor++) {
        uint8_t name[128];
        socklen_t length = sizeof name;
        if (getsockname(descriptor, (struct sockaddr *)name, &length) == 0 && length >= 4 &&
            (name[2] << 8 | name[3]) == port)
            return descriptor;
    }
    /* Then nobody has it. */
    assert_int_equal(guard_open(&here, port, &guard, &fault), 0);
    guard_close(&guard);
    return -1;
}

static void test_few(void **unused)
{
    (void)unused;
    struct address here = address_of("127.0.0.1");
    for (int kind = 0; kind < PORTS_KIND_COUNT; kind++) {
        struct ports *ports = begin((enum ports_kind)kind);
        struct ports_lease a, b;
        take(ports, &here, 1, 80, &a);
        take(ports, &here, 2, 80, &b);
        assert_int_not_equal(a.port, b.port);
        assert_int_equal(ports_count(ports).sockets, 2);
        assert_int_equal(listens(descriptor_of(a.port)), kind == PORTS_GUARDED);
        assert_int_equal(a.methods != 0, kind == PORTS_GUARDED);
        uint16_t port = a.port;
        ports_return(ports, &a);
        assert_null(a.socket);
        ports_return(ports, &a); /* none is fine */
        assert_int_equal(descriptor_of(port), -1);
        assert_int_equal(ports_count(ports).sockets, 1);
        ports_return(ports, &b);
        assert_int_equal(ports_count(ports).sockets, 0);
        assert_int_equal(ports_count(ports).leases, 0);
        ports_free(ports);
    }
}

/* Few at once, many in all: as long as it is remembered, a port meets a destination once. */
static void test_fresh(void **unused)
{
    (void)unused;
    struct address here = address_of("127.0.0.1");
    struct ports *ports = begin(PORTS_RESERVED);
    static uint8_t met[65536];
    memset(met, 0, sizeof met);
    for (int i = 0; i < 1000; i++) {
        struct ports_lease lease;
        take(ports, &here, 7, 80, &lease);
        assert_int_equal(met[lease.port], 0);
        met[lease.port] = 1;
        ports_return(ports, &lease);
    }
    assert_true(ports_count(ports).opened >= 1000);
    ports_free(ports);
}

static int by_port(const void *a, const void *b)
{
    const struct ports_lease *one = a, *other = b;
    return one->port - other->port;
}

/* Many different destinations share a few sockets, each of which serves so many and no more. */
static void test_many(void **unused)
{
    (void)unused;
    struct address here = address_of("127.0.0.1");
    struct ports *ports = begin(PORTS_GUARDED);
    for (unsigned i = 0; i < MANY; i++)
        take(ports, &here, i, 443, &leases[i]);
    assert_int_equal(ports_count(ports).leases, MANY);
    assert_in_range(ports_count(ports).sockets, PORTS_OWN_MAX + PORTS_SHARED, 100);
    qsort(leases, MANY, sizeof leases[0], by_port);
    unsigned most = 0, run = 0, ports_used = 0;
    for (unsigned i = 0; i < MANY; i++) {
        run = i > 0 && leases[i].port == leases[i - 1].port ? run + 1 : 1;
        ports_used += run == 1;
        most = run > most ? run : most;
    }
    assert_int_equal(ports_used, ports_count(ports).sockets);
    assert_in_range(most, (MANY - PORTS_OWN_MAX) / PORTS_SHARED, PORTS_SERVED_MAX);

    for (unsigned i = 0; i < MANY; i++)
        ports_return(ports, &leases[i]);
    assert_int_equal(ports_count(ports).sockets, 0);
    ports_free(ports);
}

/* The same destination needs as many ports as connections; another one none in addition. */
static void test_same(void **unused)
{
    (void)unused;
    struct address here = address_of("127.0.0.1");
    struct ports *ports = begin(PORTS_RESERVED);
    static uint8_t used[65536];
    memset(used, 0, sizeof used);
    for (unsigned i = 0; i < 400; i++) {
        take(ports, &here, 1, 80, &leases[i]);
        assert_int_equal(used[leases[i].port], 0);
        used[leases[i].port] = 1;
    }
    assert_int_equal(ports_count(ports).sockets, 400);
    size_t opened = ports_count(ports).opened;
    take(ports, &here, 1, 81, &leases[400]);
    take(ports, &here, 2, 80, &leases[401]);
    assert_int_equal(ports_count(ports).opened, opened);
    /* What has been returned is remembered: the same pair does not come again. */
    ports_return(ports, &leases[400]);
    take(ports, &here, 1, 81, &leases[400]);
    assert_int_equal(used[leases[400].port], 1);
    ports_free(ports); /* closes what is out, too */
}

/* A socket goes out of use when it has served its share, and closes with its last lease. */
static void test_retired(void **unused)
{
    (void)unused;
    struct address here = address_of("127.0.0.1");
    struct ports *ports = begin(PORTS_RESERVED);
    static struct ports_lease held[PORTS_OWN_MAX];
    for (unsigned i = 0; i < PORTS_OWN_MAX; i++)
        take(ports, &here, i, 1, &held[i]);
    unsigned total = (PORTS_SHARED + 2) * PORTS_SERVED_MAX;
    struct ports_lease lease;
    for (unsigned i = 0; i < total; i++) {
        struct address destination = destination_of(i % 65536);
        struct fault fault;
        assert_int_equal(
            ports_take(ports, &here, &destination, (uint16_t)(2 + i / 65536), &lease, &fault), 0);
        ports_return(ports, &lease);
    }
    assert_in_range(ports_count(ports).opened, PORTS_OWN_MAX + PORTS_SHARED + 2,
                    PORTS_OWN_MAX + 2 * PORTS_SHARED + 2);
    assert_in_range(ports_count(ports).sockets, PORTS_OWN_MAX, PORTS_OWN_MAX + PORTS_SHARED);
    for (unsigned i = 0; i < PORTS_OWN_MAX; i++)
        ports_return(ports, &held[i]);
    assert_int_equal(ports_count(ports).sockets, 0);
    ports_free(ports);
}

static void test_sources(void **unused)
{
    (void)unused;
    struct address here = address_of("127.0.0.1"), there = address_of("127.0.0.2"),
                   six = address_of("::1"), to_six = address_of("2001:db8::1");
    struct ports *ports = begin(PORTS_GUARDED);
    struct ports_lease a[3];
    struct fault fault;
    take(ports, &here, 1, 80, &a[0]);
    take(ports, &there, 1, 80, &a[1]);
    assert_int_equal(ports_take(ports, &six, &to_six, 80, &a[2], &fault), 0);
    assert_int_equal(ports_count(ports).sockets, 3);
    for (int i = 0; i < 3; i++)
        ports_return(ports, &a[i]);

    struct address foreign = address_of("192.0.2.1");
    assert_int_equal(ports_take(ports, &foreign, &here, 80, &a[0], &fault), -FAULT_ROUTE);
    assert_string_equal(fault.what, "'192.0.2.1' is not an address of this machine");
    assert_int_equal(ports_count(ports).sockets, 0);
    ports_free(ports);
}

static void test_fixed(void **unused)
{
    (void)unused;
    struct address here = address_of("127.0.0.1"), to = destination_of(1),
                   other = destination_of(2);
    struct ports *ports = begin(PORTS_GUARDED);
    struct ports_lease a, b;
    struct fault fault;
    struct guard guard;
    /* A port that is free now. */
    assert_int_equal(guard_reserve(&here, 0, &guard, &fault), 0);
    uint16_t port = guard.port;
    assert_int_equal(guard.methods, 0);

    /* As long as somebody else has it: */
    assert_int_equal(ports_take_fixed(ports, &here, port, &to, 80, &a, &fault), -FAULT_SYSTEM);
    assert_non_null(strstr(fault.what, "cannot be had at '127.0.0.1'"));
    guard_close(&guard);

    assert_int_equal(ports_take_fixed(ports, &here, port, &to, 80, &a, &fault), 0);
    assert_int_equal(a.port, port);
    assert_int_equal(ports_take_fixed(ports, &here, port, &to, 80, &b, &fault), PORTS_BUSY);
    assert_int_equal(ports_take_fixed(ports, &here, port, &other, 80, &b, &fault), 0);
    assert_int_equal(b.port, port);
    assert_int_equal(ports_count(ports).sockets, 1);
    /* It may meet the same again once the connection is over. */
    ports_return(ports, &a);
    assert_int_equal(ports_take_fixed(ports, &here, port, &to, 80, &a, &fault), 0);
    ports_return(ports, &a);
    assert_int_equal(ports_count(ports).sockets, 1);
    ports_return(ports, &b);
    assert_int_equal(ports_count(ports).sockets, 0);
    ports_free(ports);
}

/* No more descriptors: what is open is shared; then pairs come again; then one has to wait. */
static void test_exhausted(void **unused)
{
    (void)unused;
    struct address here = address_of("127.0.0.1"), to = destination_of(1);
    struct rlimit usual, small;
    struct ports_lease lease;
    struct fault fault;
    int sys;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    struct ports *ports = begin(PORTS_GUARDED);
    int last = dup(0);
    close(last);
    small = usual;
    small.rlim_cur = (rlim_t)last + 10;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
    unsigned room = descriptors_free(DESCRIPTORS_MAX, &sys);
    assert_in_range(room, 1, 10);

    for (unsigned i = 0; i < 1000; i++)
        take(ports, &here, i, 80, &leases[i]);
    assert_int_equal(ports_count(ports).sockets, room);
    /* The same destination: each socket once, less the one that has met it. */
    for (unsigned i = 0; i + 1 < room; i++)
        take(ports, &here, 1, 80, &leases[1000 + i]);
    assert_int_equal(ports_take(ports, &here, &to, 80, &lease, &fault), PORTS_BUSY);
    ports_return(ports, &leases[1000]);
    take(ports, &here, 1, 80, &leases[1000]);
    assert_int_equal(ports_take(ports, &here, &to, 80, &lease, &fault), PORTS_BUSY);
    /* Nor are there any at another address, but it is worth waiting. */
    struct address there = address_of("127.0.0.2");
    assert_int_equal(ports_take(ports, &there, &to, 80, &lease, &fault), PORTS_BUSY);
    assert_int_equal(ports_take_fixed(ports, &there, 40000, &to, 80, &lease, &fault), PORTS_BUSY);

    for (unsigned i = 0; i < 1000 + room - 1; i++)
        ports_return(ports, &leases[i]);
    assert_int_equal(ports_count(ports).sockets, 0);
    take(ports, &there, 1, 80, &lease);
    ports_return(ports, &lease);

    /* Not a single one. */
    small.rlim_cur = (rlim_t)last;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
    assert_int_equal(ports_take(ports, &here, &to, 80, &lease, &fault), -FAULT_SYSTEM);
    assert_int_equal(strncmp(fault.what, "cannot open a TCP socket", 24), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    take(ports, &here, 1, 80, &lease);
    ports_free(ports);
}

static uint64_t key_of(uint64_t n)
{
    return (n + 1) * UINT64_C(0x9e3779b97f4a7c15) & ~UINT64_C(3);
}

static void test_tuples(void **unused)
{
    (void)unused;
    struct tuples tuples = {0};
    struct fault fault;
    uint64_t total = 4 * TUPLES_REMEMBERED;
    assert_int_equal(tuples_find(&tuples, key_of(1)), TUPLE_NEW);
    assert_int_equal(tuples_take(&tuples, 0, &fault), 0); /* as good as any other */
    assert_int_equal(tuples_find(&tuples, 0), TUPLE_LIVE);
    for (uint64_t i = 0; i < total; i++) {
        assert_int_equal(tuples_find(&tuples, key_of(i)), TUPLE_NEW);
        assert_int_equal(tuples_take(&tuples, key_of(i), &fault), 0);
        assert_int_equal(tuples_find(&tuples, key_of(i)), TUPLE_LIVE);
        if (i % 100 != 0) /* one of a hundred lives on */
            tuples_return(&tuples, key_of(i));
    }
    uint64_t remembered = 0;
    for (uint64_t i = 0; i < total; i++) {
        enum tuple_state state = tuples_find(&tuples, key_of(i));
        if (i % 100 == 0)
            assert_int_equal(state, TUPLE_LIVE);
        else if (i + TUPLES_REMEMBERED >= total)
            assert_int_equal(state, TUPLE_USED);
        remembered += state == TUPLE_USED;
    }
    assert_in_range(remembered, TUPLES_REMEMBERED * 98 / 100, 2 * TUPLES_REMEMBERED);
    assert_true(tuples.size <= 8 * TUPLES_REMEMBERED);
    assert_int_equal(tuples_find(&tuples, 0), TUPLE_LIVE);
    tuples_return(&tuples, 0);
    assert_int_equal(tuples_find(&tuples, 0), TUPLE_USED);
    tuples_release(&tuples);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few),     cmocka_unit_test(test_fresh),
        cmocka_unit_test(test_many),    cmocka_unit_test(test_same),
        cmocka_unit_test(test_retired), cmocka_unit_test(test_sources),
        cmocka_unit_test(test_fixed),   cmocka_unit_test(test_exhausted),
        cmocka_unit_test(test_tuples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
