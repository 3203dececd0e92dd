/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Output put into the order of the targets, whichever ends first. */
#ifndef CMD_ORDER_H
#define CMD_ORDER_H

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

struct order;

/* Writes to `stream`, with `separator` between the texts of two targets. NULL: out of memory. */
struct order *order_new(FILE *stream, const char *separator);
void order_free(struct order *order); /* NULL is fine; what was held back is lost */

/* Adds to what is to be written for a target. 0 or -FAULT_MEMORY. */
int order_add(struct order *order, uint64_t index, const char *text, size_t length,
              struct fault *fault);
/* All of it is there: written, with those behind it that waited, as soon as those before it are. 0,
 * -FAULT_MEMORY or -FAULT_IO. */
int order_done(struct order *order, uint64_t index, struct fault *fault);

/* Writes whatever is there, in its order, though some before it never came; the stream's error flag
 * tells what became of it. */
void order_finish(struct order *order);

#endif
