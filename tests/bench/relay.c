/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A long cable: passes frames between two Ethernet interfaces, each so much later, in order. They
 * are received into the ring that they are sent from. Larger frames than a slot are dropped; the
 * counts stand on stdout at the end (SIGTERM, or the time is up, or the parent is gone).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLOTS      (1U << 18) /* in each direction; a power of two */
#define SLOT_BYTES 256U       /* a scan's frames are a third of that */
#define BATCH      256U
#define PAUSE_NS   200000 /* while frames wait: what a frame may come late by */
#define BUFFER     (64 << 20)

struct direction {
    int from, to;
    uint8_t *bytes;
    uint16_t *length;
    int64_t *due_ns;
    uint32_t head, tail; /* free-running: the oldest frame, one behind the newest */
    uint64_t passed, full, large, unsent;
};

static volatile sig_atomic_t ended;

static void on_end(int number)
{
    (void)number;
    ended = 1;
}

static void fail(const char *what)
{
    perror(what);
    exit(71);
}

static int64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int open_interface(const char *name)
{
    struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    int one = 1, size = BUFFER, descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);

    address.sll_ifindex = (int)if_nametoindex(name);
    if (descriptor < 0 || address.sll_ifindex == 0 ||
        setsockopt(descriptor, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) != 0 ||
        setsockopt(descriptor, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) != 0 ||
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) != 0 ||
        bind(descriptor, (struct sockaddr *)&address, sizeof(address)) != 0)
        fail(name);
    return descriptor;
}

static void direction_init(struct direction *way, int from, int to)
{
    size_t bytes = (size_t)SLOTS * SLOT_BYTES;

    *way = (struct direction){.from = from, .to = to};
    way->bytes = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    way->length = calloc(SLOTS, sizeof(*way->length));
    way->due_ns = calloc(SLOTS, sizeof(*way->due_ns));
    if (way->bytes == MAP_FAILED || !way->length || !way->due_ns)
        fail("memory");
}

static uint8_t *slot(const struct direction *way, uint32_t at)
{
    return way->bytes + (size_t)(at % SLOTS) * SLOT_BYTES;
}

/* Takes what waits at the interface; a frame's time begins here. */
static void take(struct direction *way, int64_t delay_ns)
{
    static uint8_t thrown_away[SLOT_BYTES];
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    int got;

    do {
        uint32_t room = SLOTS - (way->tail - way->head);
        memset(messages, 0, sizeof(messages));
        for (uint32_t i = 0; i < BATCH; i++) {
            vectors[i].iov_base = i < room ? slot(way, way->tail + i) : thrown_away;
            vectors[i].iov_len = SLOT_BYTES;
            messages[i].msg_hdr.msg_iov = &vectors[i];
            messages[i].msg_hdr.msg_iovlen = 1;
        }
        got = recvmmsg(way->from, messages, BATCH, MSG_TRUNC, NULL);
        int64_t due = now() + delay_ns;
        for (uint32_t i = 0; got > 0 && i < (uint32_t)got; i++) {
            if (i >= room) {
                way->full++;
                continue;
            }
            /* A frame too large keeps its slot, with nothing in it. */
            bool fits = messages[i].msg_len <= SLOT_BYTES;
            way->large += !fits;
            way->length[way->tail % SLOTS] = fits ? (uint16_t)messages[i].msg_len : 0;
            way->due_ns[way->tail % SLOTS] = due;
            way->tail++;
        }
    } while (got == (int)BATCH);
}

/* Sends what is due; what the other interface does not take is lost, as on a real wire. */
static void give(struct direction *way)
{
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    int64_t time = now();

    while (way->head != way->tail && way->due_ns[way->head % SLOTS] <= time) {
        uint32_t taken = 0, count = 0;

        memset(messages, 0, sizeof(messages));
        for (uint32_t at = way->head; at != way->tail && taken < BATCH; at++, taken++) {
            if (way->due_ns[at % SLOTS] > time)
                break;
            if (way->length[at % SLOTS] == 0)
                continue;
            vectors[count].iov_base = slot(way, at);
            vectors[count].iov_len = way->length[at % SLOTS];
            messages[count].msg_hdr.msg_iov = &vectors[count];
            messages[count].msg_hdr.msg_iovlen = 1;
            count++;
        }
        for (uint32_t done = 0; done < count;) {
            int sent = sendmmsg(way->to, messages + done, count - done, 0);
            if (sent <= 0) {
                way->unsent++;
                done++;
                continue;
            }
            way->passed += (uint64_t)sent;
            done += (uint32_t)sent;
        }
        way->head += taken;
    }
}

/* Sleeps until a frame is due or comes; while some wait, new ones are gathered into batches. */
static void rest(const struct direction ways[2])
{
    int64_t wait = INT64_MAX;

    for (int i = 0; i < 2; i++)
        if (ways[i].head != ways[i].tail) {
            int64_t until = ways[i].due_ns[ways[i].head % SLOTS] - now();
            wait = until < wait ? until : wait;
        }
    if (wait == INT64_MAX) {
        struct pollfd descriptors[] = {{.fd = ways[0].from, .events = POLLIN},
                                       {.fd = ways[1].from, .events = POLLIN}};
        poll(descriptors, 2, 1000);
    } else if (wait > 0) {
        struct timespec pause = {.tv_nsec = wait < PAUSE_NS ? wait : PAUSE_NS};
        nanosleep(&pause, NULL);
    }
}

static void report(const char *name, const struct direction *way)
{
    struct tpacket_stats kernel = {0};
    socklen_t length = sizeof(kernel);

    getsockopt(way->from, SOL_PACKET, PACKET_STATISTICS, &kernel, &length);
    printf("%s passed %" PRIu64 " lost %" PRIu64 "\n", name, way->passed,
           way->full + way->large + way->unsent + kernel.tp_drops);
}

int main(int argc, char **argv)
{
    struct direction ways[2];
    struct sigaction action = {.sa_handler = on_end};

    if (argc != 5) {
        fprintf(stderr, "usage: relay SECONDS DELAY-MS LEFT RIGHT\n");
        return 64;
    }
    int64_t delay_ns = (int64_t)(strtod(argv[2], NULL) * 1e6);
    int left = open_interface(argv[3]), right = open_interface(argv[4]);
    direction_init(&ways[0], left, right);
    direction_init(&ways[1], right, left);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGALRM, &action, NULL);
    alarm((unsigned)strtoul(argv[1], NULL, 10));
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_TIMERSLACK, 1);

    printf("READY\n");
    fflush(stdout);
    while (!ended) {
        for (int i = 0; i < 2; i++)
            take(&ways[i], delay_ns);
        for (int i = 0; i < 2; i++)
            give(&ways[i]);
        rest(ways);
    }
    report("right", &ways[0]);
    report("left", &ways[1]);
    return 0;
}
