/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many files and sockets this process may still open. */
#ifndef NET_DESCRIPTORS_H
#define NET_DESCRIPTORS_H

#define DESCRIPTORS_MAX 256

/*
 * How many of `wanted` (at most DESCRIPTORS_MAX) file descriptors can be opened now: tried, for
 * limits and full tables both can stand in the way. `ret_sys` gets the errno of the one that could
 * not, 0 if all could.
 */
unsigned descriptors_free(unsigned wanted, int *ret_sys);

#endif
