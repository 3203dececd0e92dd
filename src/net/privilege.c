/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this process may do, with libcap-ng. */
#include "net/privilege.h"

#include <cap-ng.h>
#include <errno.h>
#include <limits.h>
#include <sys/prctl.h>
#include <unistd.h>

bool privilege_has_raw(void)
{
    capng_clear(CAPNG_SELECT_BOTH);
    return capng_get_caps_process() == 0 && capng_have_capability(CAPNG_EFFECTIVE, CAP_NET_RAW);
}

int privilege_missing(struct fault *fault)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (length <= 0)
        return fault_set(
            fault, FAULT_PERMISSION, 0,
            "CAP_NET_RAW is missing: run as root, or once: sudo setcap cap_net_raw+ep PROGRAM");
    program[length] = '\0';
    return fault_set(fault, FAULT_PERMISSION, 0,
                     "CAP_NET_RAW is missing: run as root, or once: sudo setcap cap_net_raw+ep %s",
                     program);
}

/* What later sockets need; the last, what a file in somebody else's folder needs. */
static const unsigned keepable[] = {CAP_NET_RAW, CAP_NET_ADMIN, CAP_NET_BIND_SERVICE,
                                    CAP_DAC_OVERRIDE};
#define KEEPABLE (sizeof keepable / sizeof *keepable)
#define SOCKETS  (KEEPABLE - 1)

/* Empties every set but for those from `first` up to `end` of the above, the bounding set where
 * that is allowed. */
static int privilege_reduce(size_t first, size_t end, struct fault *fault)
{
    bool had[KEEPABLE];

    capng_clear(CAPNG_SELECT_BOTH);
    if (capng_get_caps_process() != 0)
        return fault_set(fault, FAULT_SYSTEM, errno,
                         "cannot read the capabilities of this process");
    for (size_t i = first; i < end; i++)
        had[i] = capng_have_capability(CAPNG_PERMITTED, keepable[i]);
    /* The bounding and ambient sets can only be changed with CAP_SETPCAP, which setcap does not
     * give and nobody needs. */
    bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
    capng_select_t which = may_bound ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS;

    capng_clear(which);
    for (size_t i = first; i < end; i++)
        if (had[i])
            capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, keepable[i]);
    if (capng_apply(which) != 0)
        return fault_set(fault, FAULT_SYSTEM, errno,
                         "cannot drop the capabilities of this process");
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
        return fault_set(fault, FAULT_SYSTEM, errno, "cannot drop the ambient capabilities");
    return 0;
}

int privilege_keep_sockets(bool files, struct fault *fault)
{
    return privilege_reduce(0, files ? KEEPABLE : SOCKETS, fault);
}

int privilege_drop(bool but_files, struct fault *fault)
{
    int error = privilege_reduce(SOCKETS, but_files ? KEEPABLE : SOCKETS, fault);
    if (error)
        return error;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fault_set(fault, FAULT_SYSTEM, errno, "cannot forbid new privileges");
    return 0;
}
