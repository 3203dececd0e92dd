/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What about a packet is worth telling: the rules behind the findings. */
#ifndef PROBE_NOTICE_H
#define PROBE_NOTICE_H

#include "probe/probe.h"

/* Any segment of the peer's: reserved bits, malformed options, missing timestamps, urgent data. */
void notice_segment(struct probe *probe, const struct segment *segment);

/* The SYN,ACK held against what was offered (RFC 7323 1.3, RFC 9293 3.7.1, …). */
void notice_syn_ack(struct probe *probe, const struct segment *segment);

void notice_rst(struct probe *probe, const struct segment *segment);

/* An event that the table calls ODD. */
void notice_odd(struct probe *probe, enum event event, const struct segment *segment);

void notice_duplicate(struct probe *probe, enum event event, const struct segment *segment);

void notice_icmp(struct probe *probe, enum finding finding, const struct packet *packet,
                 const struct icmp *icmp);

/* A segment that left this machine for our connection and is not ours: the kernel's RST, for
 * example. */
void notice_foreign(struct probe *probe, const struct packet *packet, const struct segment *segment,
                    int64_t at);

/* At the end: what was never seen leaving, what the stream and the way it closed show. */
void notice_end(struct probe *probe);

#endif
