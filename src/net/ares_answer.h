/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What c-ares answers, in our addresses and words. Private to the resolver. */
#ifndef NET_ARES_ANSWER_H
#define NET_ARES_ANSWER_H

#include <ares.h>

#include "wire/ip.h"

/* The addresses in their order, each once, as many as there is room for. Returns how many. */
size_t ares_answer_addresses(const struct ares_addrinfo *info, struct address *ret_addresses,
                             size_t room);
/* Why there are none. Returns -FAULT_NAME. */
int ares_answer_fault(int status, const char *name, struct fault *fault);

#endif
