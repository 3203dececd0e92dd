/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nmap says of a series of initial sequence numbers, today and before its version 4.20. */
#ifndef STAT_ISN_NMAP_H
#define STAT_ISN_NMAP_H

#include <stddef.h>
#include <stdint.h>

/*
 * For comparison only: neither tells whether the next number can be guessed. Both take what nmap
 * takes, 4 … 6 numbers of six SYNs from six consecutive ports 100 ms apart; more are allowed here.
 */

enum {
    ISN_NMAP_PROBES = 6,          /* SYNs that nmap sends */
    ISN_NMAP_ANSWERS = 4,         /* fewer, and it says nothing */
    ISN_NMAP_INTERVAL = 100000000 /* ns between two of them */
};

/* The distance that nmap calls the difference: the shorter way round, without a sign. */
uint32_t isn_nmap_difference(uint32_t a, uint32_t b);

/* The test SEQ of nmap's second system of detection (osscan2.cc, makeTSeqFP, db4aefdd). */
struct isn_nmap {
    uint32_t gcd;      /* GCD: of the differences; 0 if all are 0 */
    unsigned isr;      /* ISR: 8 log2 of the mean rate a second, rounded */
    unsigned sp;       /* SP: 8 log2 of the rates' standard deviation, rounded */
    const char *words; /* its "Difficulty"; static storage */
};

/*
 * `times`: when each SYN was sent, ns, cut to microseconds as nmap has them. count >=
 * ISN_NMAP_ANSWERS. ISR is 0 where the mean rate is below one a second: nmap leaves what it prints
 * there to the compiler.
 */
struct isn_nmap isn_nmap_judge(const int64_t *times, const uint32_t *isns, size_t count);

/*
 * nmap's words for an SP. They begin at 3, 6, 11, 12 and 16: binary logarithms of the thresholds
 * that its predecessor had on the deviation itself, although SP is eight times the logarithm.
 */
const char *isn_nmap_words(unsigned sp);

/* The test TSeq of nmap's first system (osscan.cc, to 4.1x). */
enum isn_nmap_old_class {
    ISN_NMAP_OLD_CONSTANT, /* C */
    ISN_NMAP_OLD_64K,      /* 64K: every difference is a multiple of 64000 */
    ISN_NMAP_OLD_I800,     /* i800: of 800 */
    ISN_NMAP_OLD_TIME,     /* TD: "trivial time dependency" */
    ISN_NMAP_OLD_RANDOM,   /* RI: "random positive increments" */
    ISN_NMAP_OLD_TRULY,    /* TR: "truly random", for one difference above 50,000,000 */
    ISN_NMAP_OLD_COUNT
};

struct isn_nmap_old {
    enum isn_nmap_old_class class;
    uint32_t gcd;
    uint32_t index;    /* standard deviation of the differences divided by the gcd, or fixed */
    const char *words; /* static storage */
};

/* count >= ISN_NMAP_ANSWERS. */
struct isn_nmap_old isn_nmap_judge_old(const uint32_t *isns, size_t count);

/* The name in nmap-os-fingerprints: C, 64K, i800, TD, RI, TR. */
const char *isn_nmap_old_name(enum isn_nmap_old_class class);

#endif
