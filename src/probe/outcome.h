/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of one probe of a series: answered, late, lost and on which side. */
#ifndef PROBE_OUTCOME_H
#define PROBE_OUTCOME_H

#include "probe/opening.h"
#include "report/records.h"

/* What answered a SYN. */
enum answer { ANSWER_NONE, ANSWER_SYN_ACK, ANSWER_RST, ANSWER_ICMP, ANSWER_COUNT };

enum loss { LOSS_NONE, LOSS_FORWARD, LOSS_REVERSE, LOSS_UNKNOWN, LOSS_COUNT };
const char *loss_word(enum loss loss); /* NULL for none */

struct outcome_verdict {
    enum outcome outcome;
    enum loss loss;
    int64_t rtt;         /* ns: a sample, or OPENING_UNKNOWN */
    const char *because; /* why there is a round trip, or none */
};

/*
 * A probe is its first SYN. Copies are sent only after that had no answer in time, and serve to
 * tell where it was lost; an exchange with copies gives no round trip (Karn). `timeout` (ns) is
 * that of the first SYN; `usual` a round trip of the same series, 0 where there is none yet (one of
 * the same connection serves too: opening->later_rtt): an answer that took more than 200 ms and
 * five times as long is the repeat of a lost one (RFC 6298 lets no server repeat a SYN,ACK
 * earlier). Pure.
 */
struct outcome_verdict outcome_judge(const struct opening *opening, enum answer answer,
                                     int64_t timeout, int64_t usual);

/* Whether an answer after `rtt` is such a repeat beside a usual round trip; ns, 0: none is known.
 */
bool outcome_is_repeat(int64_t rtt, int64_t usual);
/* The verdict on a probe whose answer is found to be one. */
struct outcome_verdict outcome_repeat(void);

#endif
