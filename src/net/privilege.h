/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this process may do: asked for clearly, and given up as soon as the sockets are open. */
#ifndef NET_PRIVILEGE_H
#define NET_PRIVILEGE_H

#include <stdbool.h>

#include "base/err.h"

/* Whether CAP_NET_RAW is in the effective set. */
bool privilege_has_raw(void);

/* The message for a missing CAP_NET_RAW with the setcap line for this very program file. Returns
 * -FAULT_PERMISSION. */
int privilege_missing(struct fault *fault);

/* Drops every capability from every set but those that later links and guards need, as far as they are
 * there: CAP_NET_RAW, CAP_NET_ADMIN (the guard's filter), CAP_NET_BIND_SERVICE (ports below 1024). 0 or
 * -FAULT_SYSTEM. */
int privilege_keep_sockets(struct fault *fault);
/* Drops them all, and forbids new ones (PR_SET_NO_NEW_PRIVS). 0 or -FAULT_SYSTEM. */
int privilege_drop(struct fault *fault);

#endif
