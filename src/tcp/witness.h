/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A control block whose segments somebody else sent: they are booked as they were seen, in the
 * place of tcb_send(). */
#ifndef TCP_WITNESS_H
#define TCP_WITNESS_H

#include "tcp/tcb.h"

/*
 * The sender has data up to this sequence number, one past the last byte. Before that is known the
 * block takes it that nothing more waits. false where it cannot be: behind a FIN, or more than
 * TCB_DATA_MAX. A number that is not ahead changes nothing.
 */
bool tcb_witness_data(struct tcb *tcb, uint32_t end);

/*
 * Books a segment that was sent for this block: SND.NXT, SND.MAX, the retransmission timer, what is
 * timed and what it acknowledges. Its data must be known to the block (tcb_witness_data()), and its
 * FIN asked for (EVENT_USER_CLOSE). Never reads parameters.data. The congestion window is not
 * looked at: others have another one.
 */
void tcb_witness(struct tcb *tcb, const struct segment *segment, int64_t now);

/* RCV.WND is now so many bytes: other receivers change theirs. */
void tcb_witness_window(struct tcb *tcb, uint32_t window);

/* Nothing more was sent for the effects of a step: starts the persist timer, where data waits for
 * the window and no timer watches it. */
void tcb_witness_rest(struct tcb *tcb, int64_t now);

#endif
