/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes a probe: whatever arrives and whenever, it ends in time and gives a record that keeps to
 * its rules. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/probe_lab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t take(const uint8_t **data, size_t *size)
{
    uint8_t value = 0;

    if (*size > 0) {
        value = **data;
        ++*data;
        --*size;
    }
    return value;
}

/* Mostly near the edges of what is expected, sometimes anywhere. */
static uint32_t near(uint8_t value, uint32_t edge)
{
    return value < 192 ? edge + (uint32_t)(value % 8) - 2 : edge + ((uint32_t)(value - 192) << 26);
}

static void configure(struct lab *lab, uint8_t a, uint8_t b)
{
    static const uint8_t text[] = "some data that is to be sent";

    lab->spec.profile = (enum profile)(a % PROFILE_COUNT);
    lab->spec.retries = a / 8 % 4;
    lab->spec.ecn = a & 64;
    lab->blind = (a & 128) != 0;
    lab->spec.close = (enum close_manner)(b % CLOSE_COUNT);
    lab->spec.half_close = b & 4 && lab->spec.close == CLOSE_FIN;
    lab->spec.wait = b & 8 ? 3 * SECOND : 0;
    lab->spec.time_wait = b & 16 ? SECOND : 0;
    if (b & 32) {
        lab->spec.data = text;
        lab->spec.data_length = sizeof text - 1;
        lab->spec.data_in_syn = b & 128;
    }
    lab->spec.window = b & 64 ? 0 : -1;
}

/* A segment of the peer's around the edges of both windows. */
static void peer_says(struct lab *lab, const uint8_t **data, size_t *size)
{
    const struct tcb *tcb = &lab->probe.tcb;
    uint8_t flags = take(data, size), how = take(data, size);
    uint8_t seq = take(data, size), ack = take(data, size);
    struct segment segment = lab_segment(lab, flags, 0, 0);
    uint8_t bytes[40], length;

    segment.seq = near(seq, tcb->has_irs ? tcb->rcv_nxt : LAB_IRS);
    segment.ack = near(ack, tcb->snd_max);
    segment.window = how & 1 ? 0 : 3000;
    segment.payload_length = segment.payload_total = how & 2 ? (size_t)(seq & 15) + 1 : 0;
    segment.payload = (const uint8_t *)"0123456789abcdef";
    if (how & 4) {
        length = take(data, size) % 41;
        for (unsigned i = 0; i < length; i++)
            bytes[i] = take(data, size);
        memset(&segment.options, 0, sizeof segment.options);
        options_parse(bytes, length, &segment.options);
        options_pad(&segment.options);
    }
    segment.flags = flags;
    if (how & 8)
        segment.flags |= (uint16_t)((take(data, size) & 15) << 8);
    lab->ttl = how & 16 ? 255 : 57;
    lab->damage = how & 32 ? (enum damage)(1 + how / 64) : DAMAGE_NONE;
    lab_take(lab, &segment);
    lab->damage = DAMAGE_NONE;
}

/* The rest of the input behind an IP header of the peer's, or of our own. */
static void garbage_comes(struct lab *lab, const uint8_t **data, size_t *size)
{
    uint8_t tcp[64] = {0}, bytes[LAB_PACKET_MAX], kind = take(data, size);
    size_t length = kind % sizeof tcp;
    bool out = kind & 128;

    for (size_t i = 0; i < length; i++)
        tcp[i] = take(data, size);
    lab_put16(tcp, out ? LAB_SOURCE_PORT : LAB_PORT);
    lab_put16(tcp + 2, out ? LAB_PORT : LAB_SOURCE_PORT);
    length = lab_ip(bytes, out ? &lab->client : &lab->server, out ? &lab->server : &lab->client,
                    IP_PROTOCOL_TCP, 9, tcp, length);
    lab->now += MS / 10;
    lab_raw(lab, bytes, length);
    lab_pump(lab);
}

static void icmp_comes(struct lab *lab, const uint8_t **data, size_t *size)
{
    static const uint8_t v4[] = {3, 4, 11, 12}, v6[] = {1, 2, 3, 4};
    uint8_t kind = take(data, size), code = take(data, size), seq = take(data, size);
    bool is_v4 = lab->client.family == IP_FAMILY_V4;

    lab_icmp(lab, is_v4 ? v4[kind & 3] : v6[kind & 3], code % 16, (uint32_t)kind * 16,
             near(seq, lab->probe.tcb.snd_max), is_v4 ? 28 + code : 48 + code,
             kind & 128 ? DAMAGE_CHECKSUM : DAMAGE_NONE);
}

static void turn(struct lab *lab, const uint8_t **data, size_t *size)
{
    uint8_t what = take(data, size);

    switch (what % 8) {
    case 0:
    case 1:
    case 2:
    case 3:
        peer_says(lab, data, size);
        break;
    case 4:
        lab_wait(lab, (int64_t)take(data, size) * 20 * MS);
        break;
    case 5:
        icmp_comes(lab, data, size);
        break;
    case 6:
        garbage_comes(lab, data, size);
        break;
    default:
        if (what < 224)
            lab_wait(lab, MS);
        else if (what < 240)
            probe_stop(&lab->probe, "stopped", lab->now);
        else
            probe_lost(&lab->probe, "lost", lab->now);
        lab_pump(lab);
    }
}

/* Where nothing comes any more, it ends: the bounds are those of its waits and repeats. */
static void until_over(struct lab *lab)
{
    for (unsigned i = 0; i < 400 && !probe_over(&lab->probe); i++)
        lab_wait(lab, SECOND);
    REQUIRE(probe_over(&lab->probe));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lab lab;
    uint8_t family = take(&data, &size), a = take(&data, &size), b = take(&data, &size);

    lab_open_with(&lab, family & 1 ? IP_FAMILY_V6 : IP_FAMILY_V4);
    configure(&lab, a, b);
    lab_start(&lab);
    for (unsigned turns = 0; turns < 60 && size > 0; turns++)
        turn(&lab, &data, &size);
    until_over(&lab);
    lab_finish(&lab);
    lab_close(&lab);
    return 0;
}
