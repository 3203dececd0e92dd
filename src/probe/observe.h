/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a probe notices about the packets of its connection: the trace, the opening, and the
 * findings. */
#ifndef PROBE_OBSERVE_H
#define PROBE_OBSERVE_H

#include "probe/probe.h"

/* A segment of ours is about to leave. */
void observe_sent(struct probe *probe, const struct segment *segment, int64_t now);

/*
 * A captured TCP packet. Our own on its way out gets its stamp; the peer's goes into the trace and
 * becomes the cause of what follows. Returns whether the machine is to be fed with *ret_segment:
 * false for our own and for what a receiver discards unread (wrong checksum, fragment, impossible
 * header).
 */
bool observe_packet(struct probe *probe, const struct packet *packet, int64_t at,
                    struct segment *ret_segment);

/* A fact about the segment, before its step is taken. */
void observe_event(struct probe *probe, enum event event, const struct segment *segment);

/* All steps of one cause are taken: the trace learns the state that they led to. */
void observe_after(struct probe *probe);

/* An ICMP error: the event for the machine, or EVENT_COUNT where what it quotes is not ours. */
enum event observe_icmp(struct probe *probe, const struct packet *packet, const struct icmp *icmp,
                        int64_t at);

#endif
