/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The target `self`: a kernel listener on loopback that echoes and closes when its peer does. */
#ifndef NET_ECHO_H
#define NET_ECHO_H

#include "wire/ip.h"

struct ev_loop;
struct echo;

/* Listens on 127.0.0.1 or ::1, on a port of the kernel's choice, on the caller's loop. 0 or a
 * fault. */
int echo_open(struct ev_loop *loop, enum ip_family family, struct echo **ret_echo,
              struct fault *fault);
void echo_close(struct echo *echo); /* NULL is fine; resets what is still open */
const struct address *echo_address(const struct echo *echo);
uint16_t echo_port(const struct echo *echo);

#endif
