/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a packet that was made and not sent: what it says, and its bytes. */
#ifndef REPORT_PACKET_TEXT_H
#define REPORT_PACKET_TEXT_H

#include "report/output.h"

/* schema_packet's `show`. `record` is a struct packet_record. */
void packet_show(const void *record, const struct style *style, struct output *output);

#endif
