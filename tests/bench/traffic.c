/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a capture of very many connections, the same one each time: what a web server's switch port
 * sees, with losses, delayed ACKs and a few hundred connections open at once. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN = 400, CLIENTS = 5000, SERVERS = 300, MSS = 1448, HEAD = 14 + 20 + 32, LARGEST = HEAD + MSS };

struct pending {
    uint64_t number; /* of the connection; 0: none */
    uint32_t seq[2], next[2];
    unsigned stage, left, since_ack;
    uint32_t lost; /* sequence number of a segment that is to come again; 0: none */
    unsigned duplicates;
};

static uint8_t record[16 + LARGEST + 20];
static uint64_t state = 0x9E3779B97F4A7C15u, written, frames, now_us = UINT64_C(1700000000000000);
static FILE *out;

static uint32_t any(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 32) * below >> 32);
}

static void put16(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value)
{
    put16(to, value >> 16);
    put16(to + 2, value & 0xffff);
}

static uint32_t sum(const uint8_t *bytes, size_t length, uint32_t total)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        total += (uint32_t)bytes[i] << 8 | bytes[i + 1];
    if (length & 1)
        total += (uint32_t)bytes[length - 1] << 8;
    return total;
}

static uint32_t folded(uint32_t total)
{
    while (total >> 16)
        total = (total & 0xffff) + (total >> 16);
    return ~total & 0xffff;
}

static void address(uint8_t *to, uint64_t number, unsigned server)
{
    uint32_t host = server ? (uint32_t)(number * 7919 % SERVERS) : (uint32_t)(number % CLIENTS);

    to[0] = 198;
    to[1] = server ? 19 : 18;
    put16(to + 2, host + 257);
}

/* A segment of this end: 0 the client, 1 the server. `sack`: the block above the hole, else 0. */
static void send_segment(const struct pending *one, unsigned from, unsigned flags, uint32_t seq,
                         uint32_t length, const uint32_t *sack)
{
    static const uint8_t syn_options[20] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 3, 7};
    uint8_t *frame = record + 16, *ip = frame + 14, *tcp = ip + 20;
    size_t options = flags & 2 ? 20 : sack ? 24 : 12;
    size_t head = 20 + options, total = 14 + 20 + head + length;
    uint32_t us, seconds;

    now_us += 2 + any(16);
    seconds = (uint32_t)(now_us / 1000000);
    us = (uint32_t)(now_us % 1000000);
    memcpy(record, &seconds, 4);
    memcpy(record + 4, &us, 4);
    memcpy(record + 8, &(uint32_t){(uint32_t)total}, 4);
    memcpy(record + 12, &(uint32_t){(uint32_t)total}, 4);
    memcpy(frame, from ? "\2\0\0\0\0\1\2\0\0\0\0\2\10\0" : "\2\0\0\0\0\2\2\0\0\0\0\1\10\0", 14);
    memset(ip, 0, 20);
    ip[0] = 0x45;
    put16(ip + 2, (uint32_t)(20 + head + length));
    put16(ip + 4, (uint32_t)(frames & 0xffff));
    ip[6] = 0x40;
    ip[8] = from ? 57 : 64;
    ip[9] = 6;
    address(ip + (from ? 16 : 12), one->number, 0);
    address(ip + (from ? 12 : 16), one->number, 1);
    put16(ip + 10, folded(sum(ip, 20, 0)));
    put16(tcp + (from ? 2 : 0), (uint32_t)(20000 + one->number / CLIENTS % 40000));
    put16(tcp + (from ? 0 : 2), 443);
    put32(tcp + 4, seq);
    put32(tcp + 8, flags & 16 ? one->next[1 - from] : 0);
    tcp[12] = (uint8_t)(head / 4 << 4);
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, 501);
    put32(tcp + 16, 0);
    if (flags & 2) {
        memcpy(tcp + 20, syn_options, 20);
        put32(tcp + 28, (uint32_t)(now_us / 1000));
    } else {
        memcpy(tcp + 20, "\1\1\10\12", 4);
        put32(tcp + 24, (uint32_t)(now_us / 1000));
        put32(tcp + 28, (uint32_t)(now_us / 1000 - 20));
        if (sack) {
            memcpy(tcp + 32, "\1\1\5\12", 4);
            put32(tcp + 36, sack[0]);
            put32(tcp + 40, sack[1]);
        }
    }
    for (uint32_t i = 0; i < length; i++)
        tcp[head + i] = (uint8_t)(seq + i);
    put16(tcp + 16, folded(sum(tcp, head + length, sum(ip + 12, 8, (uint32_t)(6 + head + length)))));
    if (fwrite(record, 16 + total, 1, out) != 1) {
        perror("traffic");
        exit(74);
    }
    written += 16 + total;
    frames++;
}

static void data(struct pending *one, unsigned from, uint32_t length, unsigned flags)
{
    send_segment(one, from, flags, one->next[from], length, NULL);
    one->next[from] += length;
}

/* The server's data: one segment, or what follows from one that was lost. */
static void answer(struct pending *one)
{
    uint32_t block[2];

    if (one->lost != 0 && one->duplicates == 3) {
        send_segment(one, 1, 16, one->lost, MSS, NULL);
        one->lost = 0;
        one->duplicates = one->since_ack = 0;
        send_segment(one, 0, 16, one->next[0], 0, NULL);
        return;
    }
    if (one->lost == 0 && one->left > 4 && any(100) == 0) {
        one->lost = one->next[1];
        one->next[1] += MSS; /* lost before the capture */
    }
    data(one, 1, MSS, 16);
    one->left--;
    if (one->lost != 0) {
        struct pending seen = *one;

        seen.next[1] = one->lost;
        block[0] = one->lost + MSS;
        block[1] = one->next[1];
        send_segment(&seen, 0, 16, one->next[0], 0, block);
        one->duplicates++;
    } else if (++one->since_ack == 2 || one->left == 0) {
        send_segment(one, 0, 16, one->next[0], 0, NULL);
        one->since_ack = 0;
    }
}

/* The next that happens on it; false at its end. */
static int go_on(struct pending *one)
{
    switch (one->stage++) {
    case 0:
        send_segment(one, 0, 2, one->seq[0], 0, NULL);
        one->next[0]++;
        return any(200) != 0; /* some are never answered */
    case 1:
        send_segment(one, 1, 18, one->seq[1], 0, NULL);
        one->next[1]++;
        return 1;
    case 2:
        data(one, 0, 0, 16);
        return 1;
    case 3:
        data(one, 0, 200 + any(400), 24);
        return 1;
    case 4:
        if (one->left > 0) {
            one->stage = 4;
            answer(one);
        }
        return 1;
    case 5:
        if (one->lost != 0) {
            one->stage = 5;
            one->duplicates = 3;
            answer(one);
            return 1;
        }
        data(one, 1, 0, 17);
        one->next[1]++;
        return 1;
    case 6:
        data(one, 0, 0, 17);
        one->next[0]++;
        return 1;
    default:
        data(one, 1, 0, 16);
        return 0;
    }
}

int main(int argc, char **argv)
{
    static struct pending open_ones[OPEN];
    uint64_t most, wanted, begun = 0;
    uint32_t header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262144, 1};
    unsigned running = OPEN;

    if (argc != 4) {
        fprintf(stderr, "usage: traffic FILE MEGABYTES CONNECTIONS\n");
        return 64;
    }
    most = strtoull(argv[2], NULL, 10) << 20;
    wanted = strtoull(argv[3], NULL, 10);
    out = fopen(argv[1], "wb");
    if (!out || wanted == 0 || fwrite(header, sizeof(header), 1, out) != 1) {
        perror(argv[1]);
        return 74;
    }
    while (running > 0) {
        struct pending *one = &open_ones[any(OPEN)];

        if (one->stage == 0 && one->number == 0) {
            /* Segments so that the file ends up as large as it is to be. */
            double share, segments;

            if (begun == wanted) {
                running = 0;
                for (unsigned i = 0; i < OPEN; i++)
                    running += open_ones[i].number != 0;
                continue;
            }
            share = ((double)most - (double)written) / (double)(wanted - begun);
            segments = (share - 1300) / (MSS + HEAD + 16 + 41) * 2;
            memset(one, 0, sizeof(*one));
            one->number = ++begun;
            one->seq[0] = one->next[0] = any(UINT32_MAX);
            one->seq[1] = one->next[1] = any(UINT32_MAX);
            one->left = segments < 1 ? 1 : 1 + any((uint32_t)segments);
        }
        if (!go_on(one))
            memset(one, 0, sizeof(*one));
    }
    if (fclose(out) != 0) {
        perror(argv[1]);
        return 74;
    }
    printf("{\"bytes\": %llu, \"frames\": %llu, \"connections\": %llu}\n",
           (unsigned long long)written + sizeof(header), (unsigned long long)frames,
           (unsigned long long)begun);
    return 0;
}
