/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The floor: libpcap opened with a filter, immediate mode and nanosecond stamps, one SYN, one
 * answer, closed. What any program needs that captures its answer with libpcap, and nothing else.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define IP_BYTES  20
#define TCP_BYTES 20
#define WAIT_MS   2000

struct addresses {
    struct sockaddr_in source, peer;
};

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static unsigned sum(const uint8_t *bytes, size_t length, unsigned before)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        before += (unsigned)bytes[i] << 8 | bytes[i + 1];
    return before;
}

static unsigned fold(unsigned sum)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static void fail(const char *what)
{
    fprintf(stderr, "floor: %s\n", what);
    exit(1);
}

static int open_capture(const char *interface, const char *filter, pcap_t **ret_pcap)
{
    char words[PCAP_ERRBUF_SIZE];
    struct bpf_program program;
    pcap_t *pcap = pcap_create(interface, words);

    if (!pcap || pcap_set_snaplen(pcap, 256) || pcap_set_promisc(pcap, 0) ||
        pcap_set_immediate_mode(pcap, 1) ||
        pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO) || pcap_activate(pcap) < 0 ||
        pcap_setnonblock(pcap, 1, words) || pcap_datalink(pcap) != DLT_EN10MB ||
        pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) ||
        pcap_setfilter(pcap, &program))
        fail("cannot capture");
    pcap_freecode(&program);
    *ret_pcap = pcap;
    return pcap_get_selectable_fd(pcap);
}

static void build_syn(const struct addresses *addresses, uint8_t packet[IP_BYTES + TCP_BYTES])
{
    static const uint8_t ip[] = {0x45, 0, 0, IP_BYTES + TCP_BYTES, 0, 0, 0x40, 0, 64, IPPROTO_TCP};
    uint8_t *tcp = packet + IP_BYTES;

    memset(packet, 0, IP_BYTES + TCP_BYTES);
    memcpy(packet, ip, sizeof(ip));
    memcpy(packet + 12, &addresses->source.sin_addr, 4);
    memcpy(packet + 16, &addresses->peer.sin_addr, 4);
    memcpy(tcp, &addresses->source.sin_port, 2);
    memcpy(tcp + 2, &addresses->peer.sin_port, 2);
    put16(tcp + 4, (unsigned)rand() & 0xffff);
    tcp[12] = TCP_BYTES / 4 << 4;
    tcp[13] = 0x02;
    put16(tcp + 14, 64240);
    put16(tcp + 16, fold(sum(tcp, TCP_BYTES, sum(packet + 12, 8, IPPROTO_TCP + TCP_BYTES))));
}

static void wait_for_answer(pcap_t *pcap, int descriptor)
{
    struct pollfd poll_for = {.fd = descriptor, .events = POLLIN};
    struct pcap_pkthdr *head;
    const u_char *bytes;
    struct timespec sent = {0};

    while (poll(&poll_for, 1, WAIT_MS) > 0)
        while (pcap_next_ex(pcap, &head, &bytes) == 1) {
            unsigned flags = bytes[14 + IP_BYTES + 13] & 0x3f;
            if (flags == 0x02)
                sent = (struct timespec){head->ts.tv_sec, head->ts.tv_usec};
            if (flags != 0x12)
                continue;
            printf("open %.3f ms\n", (double)(head->ts.tv_sec - sent.tv_sec) * 1e3 +
                                         (double)(head->ts.tv_usec - sent.tv_nsec) / 1e6);
            fflush(stdout);
            return;
        }
    fail("no answer");
}

int main(int argc, char **argv)
{
    struct addresses addresses = {.peer = {.sin_family = AF_INET}};
    socklen_t length = sizeof(addresses.source);
    uint8_t packet[IP_BYTES + TCP_BYTES];
    char filter[128];
    pcap_t *pcap;

    if (argc != 4 || inet_pton(AF_INET, argv[2], &addresses.peer.sin_addr) != 1)
        return 64;
    srand((unsigned)getpid());
    addresses.peer.sin_port = htons((uint16_t)strtoul(argv[3], NULL, 10));

    int route = socket(AF_INET, SOCK_DGRAM, 0);
    int raw = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    if (connect(route, (struct sockaddr *)&addresses.peer, sizeof(addresses.peer)) != 0 ||
        getsockname(route, (struct sockaddr *)&addresses.source, &length) != 0 || raw < 0)
        fail("no route, or no raw socket");

    snprintf(filter, sizeof(filter), "tcp port %u and host %s", ntohs(addresses.source.sin_port),
             argv[2]);
    int descriptor = open_capture(argv[1], filter, &pcap);
    build_syn(&addresses, packet);
    if (sendto(raw, packet, sizeof(packet), 0, (struct sockaddr *)&addresses.peer,
               sizeof(addresses.peer)) != (ssize_t)sizeof(packet))
        fail("cannot send");
    wait_for_answer(pcap, descriptor);
    pcap_close(pcap);
    return 0;
}
