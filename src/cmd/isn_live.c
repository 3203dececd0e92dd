/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `isn TARGET…`: initial sequence numbers sampled from servers. */
#include "cmd/isn_live.h"

int isn_live(struct isn_run *isn, struct fault *fault)
{
    (void)isn;
    return fault_set(fault, FAULT_USAGE, 0, "numbers come from a file for now: '--from'");
}
