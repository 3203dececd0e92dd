/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Link types by name. */
#include "net/link_name.h"

#include <pcap/pcap.h>

#include "base/text.h"
#include "wire/link_numbers.h"

const char *link_name(int link_type, char text[LINK_NAME_SIZE])
{
    /* The one number of all systems in files is none of libpcap's own. */
    const char *name = pcap_datalink_val_to_name(link_type == LINK_RAW ? DLT_RAW : link_type);
    size_t at = 0;

    if (name)
        return name;
    text_append(text, LINK_NAME_SIZE, &at, "%d", link_type);
    return text;
}
