/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signal that asks for an end, again and again. */
#include "probe/interrupt.h"

#include <signal.h>

/* What comes so much later than the first is the sender's second thought, ns. */
#define SECOND_THOUGHT INT64_C(1000000000)

void interrupt_again(int number, int64_t now)
{
    static int64_t first_at;

    if (first_at == 0)
        first_at = now;
    if (now - first_at < SECOND_THOUGHT)
        return;
    signal(number, SIG_DFL);
    raise(number); /* when the handler returns: it is blocked until then */
}
