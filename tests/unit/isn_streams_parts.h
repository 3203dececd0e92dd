/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the made-up servers are built from: noise, hashes, clocks, and their generators. */
#ifndef TESTS_UNIT_ISN_STREAMS_PARTS_H
#define TESTS_UNIT_ISN_STREAMS_PARTS_H

#include "isn_streams.h"

#define NS_PER_US 1000
#define NS_PER_MS 1000000
#define NS_PER_S  INT64_C(1000000000)

/* ---- isn_streams_noise.c ---- */

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): for what happens by chance. */
struct isn_noise {
    uint64_t state;
};
uint64_t isn_noise_next(struct isn_noise *noise);
double isn_noise_uniform(struct isn_noise *noise); /* 0 <= u < 1 */
/* One of low … high, both included. */
uint64_t isn_noise_between(struct isn_noise *noise, uint64_t low, uint64_t high);
double isn_noise_exponential(struct isn_noise *noise, double mean);

/* SipHash-2-4 (Aumasson, Bernstein, INDOCRYPT 2012): the secret hash of every server. */
uint64_t isn_siphash(const uint64_t key[2], const uint8_t *bytes, size_t length);
/* CRC-32 of IEEE 802.3. */
uint32_t isn_crc32(const uint8_t *bytes, size_t length);

/* ---- the server ---- */

/* One SYN. */
struct isn_contact {
    int64_t time; /* ns since the audit began, when it comes to the server */
    uint32_t src; /* 0, 1: ours; above: others' */
    uint16_t port;
    uint16_t mss;
    uint32_t cseq;
};

struct isn_server {
    uint64_t key[2];
    int64_t uptime;   /* ns when the audit begins: 1 h … 10 d */
    int64_t realtime; /* ns since 1970, likewise */
    double skew;      /* of its clock, ±50e-6 */
    uint64_t connections;
    uint64_t drawn; /* numbers taken from its cryptographic generator */

    uint64_t state; /* of its weak generator, counter, … */
    uint64_t more[2];
    size_t place;
    uint32_t words[4096];
};

int64_t isn_server_uptime(const struct isn_server *server, const struct isn_contact *contact);
int64_t isn_server_realtime(const struct isn_server *server, const struct isn_contact *contact);

/* The next number of the server's cryptographic generator: SipHash of a counter. */
uint64_t isn_server_draw(struct isn_server *server);
/* One of low … high, both included, by it. */
uint64_t isn_server_between(struct isn_server *server, uint64_t low, uint64_t high);

/* The server's secret hash of tuple and `more`, in place of MD5, SHA-512 and whatever it uses. */
uint64_t isn_server_hash(const struct isn_server *server, const struct isn_contact *contact,
                         uint64_t more);

/* ---- weak generators with a seed of their own: isn_streams_weak.c, isn_streams_linear.c ---- */

void isn_glibc_seed(struct isn_server *server, uint32_t seed); /* srandom() */
uint32_t isn_glibc_random(struct isn_server *server);          /* random() */
uint32_t isn_minstd(struct isn_server *server);                /* state: 1 … 2^31 - 2 */
void isn_microchip_seed(struct isn_server *server, uint32_t seed);
void isn_twister_seed(struct isn_server *server, uint32_t seed);

/* ---- the streams' functions ---- */

#define ISN_START(name) void isn_start_##name(struct isn_server *server)
#define ISN_NEXT(name)                                                                             \
    uint32_t isn_next_##name(struct isn_server *server, const struct isn_contact *contact)

/* isn_streams_clock.c */
ISN_NEXT(const0);
ISN_NEXT(const1e6);
ISN_NEXT(ctr1);
ISN_START(ctr64k);
ISN_NEXT(ctr64k);
ISN_START(ctr65527);
ISN_NEXT(ctr65527);
ISN_NEXT(clk4us);
ISN_NEXT(clkms);
ISN_NEXT(clkus_day);
ISN_NEXT(uip);
ISN_NEXT(clk1g);
ISN_NEXT(bsd44);
ISN_NEXT(solaris0);
ISN_NEXT(ndk);
ISN_NEXT(edk2);
ISN_START(lwip);
ISN_NEXT(lwip);
ISN_START(fnet);
ISN_NEXT(fnet);
ISN_START(random_word);
ISN_NEXT(ri15);
ISN_NEXT(ri_gauss);
ISN_NEXT(solaris1);
ISN_NEXT(ri_wide);
ISN_START(honeyd5);
ISN_NEXT(honeyd5);

/* isn_streams_tuple.c */
ISN_NEXT(mongoose);
ISN_NEXT(portmul);
ISN_NEXT(portmul_clk);
ISN_NEXT(crc_tuple);
ISN_NEXT(hash_only);
ISN_NEXT(linux64ns);
ISN_NEXT(passt32ns);
ISN_NEXT(lwip_hook);
ISN_NEXT(cyclone2);
ISN_NEXT(linux26);
ISN_NEXT(openbsd);
ISN_NEXT(freebsd_isn);
ISN_NEXT(cookie_linux);
ISN_NEXT(cookie_bsd);
ISN_NEXT(cookie_djb);
ISN_NEXT(lb2);
ISN_NEXT(lb3_bsd);
ISN_NEXT(rekey60);

/* isn_streams_weak.c */
ISN_NEXT(lcg32);
ISN_NEXT(lcg31);
ISN_START(minstd);
ISN_NEXT(minstd);
ISN_NEXT(picotcp);
ISN_NEXT(rand_r);
ISN_NEXT(msvc);
ISN_START(drand48);
ISN_NEXT(drand48);
ISN_START(glibc);
ISN_NEXT(glibc);
ISN_NEXT(timerand);
ISN_START(smoltcp0);
ISN_START(smoltcp);
ISN_NEXT(smoltcp);
ISN_NEXT(stuck16);
ISN_NEXT(netbsd24);
ISN_START(pool4096);
ISN_NEXT(pool4096);
ISN_NEXT(rand31);
ISN_NEXT(bias60);
ISN_NEXT(random32);

/* isn_streams_linear.c */
ISN_START(xorshift32);
ISN_NEXT(xorshift32);
ISN_START(mchp_lfsr);
ISN_NEXT(mchp_lfsr);
ISN_START(mt19937);
ISN_NEXT(mt19937);
ISN_START(xorshift128);
ISN_NEXT(xorshift128);

#endif
