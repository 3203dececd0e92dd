/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record's fields by the names that people type, and numbers in a field's unit. */
#ifndef CMD_EXPECT_FIELD_H
#define CMD_EXPECT_FIELD_H

#include "report/output.h"

/* Room for the longest name of a field, and for what is typed in its place. */
#define EXPECT_NAME_SIZE 64

/*
 * The field that `name` means, tried in this order:
 *   its key ("rtt_ms"), or the key of an object's field as CSV has it ("in_effect_mss");
 *   a friendly name: "state" for verdict; "rtt" for p50_ms in the record `rtt`; "ts" for
 * timestamps; its key without the unit at its end (_ms, _percent, _bytes): "rtt", "loss", "p95",
 * "dns"; a key of the object `in_effect`, which is what holds on the connection: "mss", "wscale",
 * "sack". False: none of these.
 */
bool expect_field_find(const struct schema *schema, const char *name,
                       struct field_place *ret_place);

/* -FAULT_SYNTAX: "no field 'rrt' in '--expect': did you mean 'rtt'?" */
int expect_field_refuse(const struct schema *schema, const char *name, const char *option_name,
                        struct fault *fault);

/* Its key as CSV has it: "rtt_ms", "in_effect_mss". Returns `name`. */
const char *expect_field_key(const struct field_place *place, char name[EXPECT_NAME_SIZE]);
/* The same without the unit at its end: "rtt", "loss", "in_effect_mss". */
const char *expect_field_short(const struct field_place *place, char name[EXPECT_NAME_SIZE]);

/* The record that the field is in: `record` itself, or the object in it; NULL: the object is
 * unknown. */
const void *expect_field_holder(const struct field_place *place, const void *record);

/* An integer or number as a number, rounded as it is shown; NAN for unknown, also where the object
 * is. */
double expect_field_number(const struct field_place *place, const void *record);

/*
 * A number for a field, in the field's unit. Without a unit behind it, it is in the field's own:
 * "50" is 50 ms for rtt_ms. Else a duration for ms ("500us", "50ms", "2s"), a percentage for
 * percent ("5%"), a size for bytes ("1400B", "64KiB", "1kB" = 1000 bytes; also M, Mi). Numbers are
 * decimal, up to 18 digits, with an optional sign and fraction, and never the locale's. 0, or
 * -FAULT_SYNTAX: "not a duration for 'rtt' in '--expect': '5%' (such as 50ms)"; `name` is the field
 * as typed.
 */
int expect_number_read(const char *text, const struct field *field, const char *name,
                       const char *option_name, double *ret_value, struct fault *fault);

/* A plain decimal number as above, without a unit. False: it is none. */
bool expect_decimal_read(const char *text, double *ret_value);

#endif
