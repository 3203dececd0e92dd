/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Round trips as people read them. */
#include "report/rtt_text.h"

#include <inttypes.h>

#include "report/records.h"

void rtt_probe_show(const void *record, const struct style *style, struct output *output)
{
    const struct rtt_probe_record *probe = record;

    (void)style;
    fprintf(output->stream, "%s: probe %" PRId64 " %s\n", probe->target, probe->number,
            probe->outcome);
}

void rtt_show(const void *record, const struct style *style, struct output *output)
{
    const struct rtt_record *rtt = record;

    (void)style;
    fprintf(output->stream, "%s: %s\n", rtt->verdict, rtt->reason);
}
