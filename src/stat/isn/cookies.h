/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SYN cookies: what they have in common, for their judge and for the proof. */
#ifndef STAT_ISN_COOKIES_H
#define STAT_ISN_COOKIES_H

#include "stat/isn/audit.h"

/*
 * Three layouts. Linux (syncookies.c) and Bernstein's own (cr.yp.to/syncookies.html) add our
 * sequence number to a hash of the tuple and to the index of our MSS: in the lowest bits, or in
 * bits 24 … 26. FreeBSD (syncache_cookie in tcp_syncache.h, of pf and Darwin as well) hides nothing
 * of the options: the lowest byte of number ^ number >> 24 is a field of flags.
 */
enum { ISN_COOKIE_SHIFT = 24, ISN_COOKIE_INDICES = 8 };

/* The byte of flags in FreeBSD's layout. */
static inline uint32_t isn_cookie_flags(uint32_t isn)
{
    return (isn ^ isn >> 24) & 0xff;
}

/*
 * The proof: eight SYNs of the fixed tuple one after the other, of which the first
 * four and the last have one MSS, the first two and the last four one sequence number. 1: the
 * answers in such a block of the samples are those of the class's cookies and of nothing else, with
 * the log10 of the probability by chance; 0: they are not; -1: no such block is in the samples.
 */
int isn_cookies_prove(const struct isn_samples *samples, enum isn_class class, double *ret_log10_p);

#endif
