/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of fragments, and of packets that were given up, in words. */
#include "probe/fragments.h"

#include <assert.h>
#include <stdio.h>

const char *fragment_words(enum fragment_verdict verdict)
{
    static const char *const words[FRAGMENT_COUNT] = {
#define X(id, text) [FRAGMENT_##id] = (text),
        FRAGMENT_TABLE(X)
#undef X
    };
    assert((unsigned)verdict < FRAGMENT_COUNT);
    return words[verdict];
}

const char *fragments_loss_words(enum fragments_reason reason)
{
    static const char *const words[FRAGMENTS_LOSS_COUNT] = {
#define X(id, text) [FRAGMENTS_LOSS_##id] = (text),
        FRAGMENTS_LOSS_TABLE(X)
#undef X
    };
    assert((unsigned)reason < FRAGMENTS_LOSS_COUNT);
    return words[reason];
}

const char *fragments_loss_show(const struct fragments_loss *loss, char text[FRAGMENTS_TEXT_SIZE])
{
    char source[ADDRESS_TEXT_SIZE], destination[ADDRESS_TEXT_SIZE];
    char ports[32] = "", missing[96] = "";
    if (loss->has_ports)
        snprintf(ports, sizeof ports, " (TCP %u > %u)", loss->source_port, loss->destination_port);
    if (loss->missing > 0 && loss->missing_length > 0)
        snprintf(missing, sizeof missing, "fragment %u is missing at offset %u (%u bytes), ",
                 loss->missing, loss->missing_at, loss->missing_length);
    else if (loss->missing > 0)
        snprintf(missing, sizeof missing, "fragment %u is missing at offset %u, ", loss->missing,
                 loss->missing_at);
    snprintf(text, FRAGMENTS_TEXT_SIZE, "packet 0x%04x from %s to %s%s: %s%u came; %s",
             loss->identification, address_show(&loss->source, source),
             address_show(&loss->destination, destination), ports, missing, loss->fragments,
             fragments_loss_words(loss->reason));
    return text;
}
