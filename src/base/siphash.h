/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A hash with a key, for tables whose keys strangers choose. */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* SipHash-2-4 (Aumasson and Bernstein, INDOCRYPT 2012): who does not know the key finds no bytes
 * that fall into one place. */
uint64_t siphash(const uint64_t key[2], const void *bytes, size_t length);

#endif
