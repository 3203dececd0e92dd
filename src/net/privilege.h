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

/* Drops every capability from every set but CAP_NET_RAW (for links that are opened later). 0 or
 * -FAULT_SYSTEM. */
int privilege_keep_raw(struct fault *fault);
/* Drops them all, and forbids new ones (PR_SET_NO_NEW_PRIVS). 0 or -FAULT_SYSTEM. */
int privilege_drop(struct fault *fault);

#endif
