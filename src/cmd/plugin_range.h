/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges for warnings and alarms as the Monitoring Plugins guidelines write them. */
#ifndef CMD_PLUGIN_RANGE_H
#define CMD_PLUGIN_RANGE_H

#include "base/arena.h"
#include "cmd/expect_field.h"

/*
 * [FIELD=]RANGE, RANGE = [@][start:]end, after the guidelines' "Threshold and Ranges":
 *   10      raises outside 0 … 10
 *   10:     raises below 10
 *   ~:10    raises above 10
 *   10:20   raises outside 10 … 20
 *   @10:20  raises inside 10 … 20, both ends included
 * Values may carry units ("10ms:50ms", "5%"); a plain number is in the field's own unit, so "50" is
 * 50 ms for the round trip, not 50 s as in check_tcp.
 */
struct plugin_range {
    struct field_place place;
    const char *text;  /* the range as it was written */
    double start, end; /* in the field's unit; -INFINITY, INFINITY: none */
    bool inside;       /* raises inside */
    struct plugin_range *next;
};

/*
 * Appends the ranges of `text`, with commas between them, to the list at *list, in `memory`. FIELD
 * is a name as expect_field_find() knows it, of a number; without it the round trip is meant:
 * rtt_ms in `handshake`, p50_ms in `rtt`. 0, or -FAULT_SYNTAX; `option_name` is the option that
 * errors speak of.
 */
int plugin_range_read(const char *text, const char *option_name, const struct schema *schema,
                      struct arena *memory, struct plugin_range **list, struct fault *fault);

/* Whether the value raises the alarm. NAN never does. */
bool plugin_range_raises(const struct plugin_range *range, double value);

#endif
