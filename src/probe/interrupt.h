/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signal that asks for an end, again and again. */
#ifndef PROBE_INTERRUPT_H
#define PROBE_INTERRUPT_H

#include <stdint.h>

/*
 * For the handler of such signals, at `now` of a clock that does not go back, ns: the first is for
 * the program to see to. Whoever asks again need not wait until it comes to that: the signal does
 * what it does by default when the handler returns. Some senders send each twice at once, which is
 * one asking. May change errno.
 */
void interrupt_again(int number, int64_t now);

#endif
