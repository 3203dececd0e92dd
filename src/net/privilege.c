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

static const unsigned for_sockets[] = {CAP_NET_RAW, CAP_NET_ADMIN, CAP_NET_BIND_SERVICE};

/* Empties every set but for `kept` of these, the bounding set where that is allowed. */
static int privilege_reduce(const unsigned *wanted, size_t kept, struct fault *fault)
{
    bool had[sizeof(for_sockets) / sizeof(*for_sockets)];

    capng_clear(CAPNG_SELECT_BOTH);
    if (capng_get_caps_process() != 0)
        return fault_set(fault, FAULT_SYSTEM, errno,
                         "cannot read the capabilities of this process");
    for (size_t i = 0; i < kept; i++)
        had[i] = capng_have_capability(CAPNG_PERMITTED, wanted[i]);
    /* The bounding and ambient sets can only be changed with CAP_SETPCAP, which setcap does not
     * give and nobody needs. */
    bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
    capng_select_t which = may_bound ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS;

    capng_clear(which);
    for (size_t i = 0; i < kept; i++)
        if (had[i])
            capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, wanted[i]);
    if (capng_apply(which) != 0)
        return fault_set(fault, FAULT_SYSTEM, errno,
                         "cannot drop the capabilities of this process");
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
        return fault_set(fault, FAULT_SYSTEM, errno, "cannot drop the ambient capabilities");
    return 0;
}

int privilege_keep_sockets(struct fault *fault)
{
    return privilege_reduce(for_sockets, sizeof(for_sockets) / sizeof(*for_sockets), fault);
}

int privilege_drop(struct fault *fault)
{
    int error = privilege_reduce(NULL, 0, fault);
    if (error)
        return error;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fault_set(fault, FAULT_SYSTEM, errno, "cannot forbid new privileges");
    return 0;
}
