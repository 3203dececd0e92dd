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

/* Drops every capability from every set but those that later links and guards need, as far as they
 * are there: CAP_NET_RAW, CAP_NET_ADMIN (the guard's filter), CAP_NET_BIND_SERVICE (ports below
 * 1024). `files`: and CAP_DAC_OVERRIDE, for a file that is yet to be written may be meant for a
 * folder that another user owns, as node_exporter's. 0 or -FAULT_SYSTEM. */
int privilege_keep_sockets(bool files, struct fault *fault);
/* Drops them all, with `but_files` all but CAP_DAC_OVERRIDE, and forbids new ones
 * (PR_SET_NO_NEW_PRIVS). 0 or -FAULT_SYSTEM. */
int privilege_drop(bool but_files, struct fault *fault);

#endif
