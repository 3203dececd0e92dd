/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two captures of a connection for people. */
#include "report/connection_text.h"

void compare_show(const void *record, const struct style *style, struct output *output)
{
    const struct compare_record *compare = record;

    (void)style;
    fprintf(output->stream, "%s: %s\n", compare->verdict ? compare->verdict : "-",
            compare->reason ? compare->reason : "");
}
