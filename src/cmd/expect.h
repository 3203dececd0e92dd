/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is expected of a record: `--expect` and `--only`, over the fields of any schema. */
#ifndef CMD_EXPECT_H
#define CMD_EXPECT_H

#include "base/arena.h"
#include "base/err.h"
#include "report/schema.h"

/*
 * The grammar. Blanks may stand around each part.
 *
 *   expression = clause *( "," clause )                all must hold
 *   clause     = name                                  see below
 *              | "!" name                              the opposite
 *              | name operator value *( "|" value )    alternatives: with = != ~ only
 *              | word *( "|" word )                    words of the verdict: "open|refused"
 *   operator   = "=" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "~"
 *   value      = characters without "," and "|", or any between '…' or "…"
 *
 * "=" and "==" are the same; "~": contains, upper and lower case being different.
 *
 * name: a field as expect_field_find() knows it: "rtt_ms", "rtt", "loss", "state", "in_effect_mss",
 * "mss", "sack".
 *
 * A name alone. A word of the field `verdict` (for targets: open, refused, unreachable, filtered,
 * reset, inconclusive; also closed = refused, silent = filtered, answer = open, refused or reset)
 * means that verdict, even where a field has this name too (`closed` of the handshake, `refused` of
 * a series: write those with an operator). Otherwise a yes-or-no field must be true, one of whose
 * words "supported" or "yes" is one must be that ("sack" of `options`), a list must have entries,
 * and anything else must be known; 0 is known.
 *
 * Values. Numbers as expect_number_read() takes them: in the field's unit where none is written,
 * durations, percentages and sizes converted. Yes-or-no: true, false, yes, no. Fields with fixed
 * words: these, in upper or lower case (family: also 4 and 6). Lists: a number is compared with the
 * count of entries ("segments<10"); a word with their ids
 * ("findings=TP-SEG-PAWS", "findings~PAWS": any of them; != none of them).
 *
 * Refused, as -FAULT_SYNTAX with the word or the place: unknown fields and words (naming the
 * nearest), values of another unit ("ttl<5ms"), an order asked of text, a ~ of numbers, an empty
 * clause.
 */

/* What an expression is for. */
enum expect_use {
    /* Judging a target: unless a clause concerns the verdict, "verdict=open" is expected too, where
       the schema has that. */
    EXPECT_TARGET,
    /* Choosing records: nothing is added, and a record that is inconclusive is as good as any. */
    EXPECT_FILTER,
    EXPECT_USE_COUNT
};

enum expect_result {
    EXPECT_MET,
    EXPECT_UNMET,
    EXPECT_UNKNOWN, /* it could not be measured */
    EXPECT_RESULT_COUNT
};

/* The clause that is added. */
#define EXPECT_DEFAULT "verdict=open"

struct expect;

/*
 * Reads an expression for records of `schema`, which must outlive it. `text` NULL: none, only what
 * is added. `option_name` is the option that errors speak of. 0 and *ret, to be freed with
 * expect_free(); or -FAULT_SYNTAX.
 */
int expect_parse(const char *text, const char *option_name, const struct schema *schema,
                 enum expect_use use, struct expect **ret, struct fault *fault);
void expect_free(struct expect *expect); /* NULL is fine */

/* Whether a clause is about this field of the record. */
bool expect_concerns(const struct expect *expect, const char *key);

/*
 * What a record of the schema is against it:
 *
 *   a target whose verdict is inconclusive, unless a clause expects just that: UNKNOWN;
 *   a target whose record has a severity, and there is none, unless a clause concerns the verdict:
 * UNKNOWN;
 *   else, where a clause is false: UNMET;
 *   else, where a clause is in doubt: UNMET if there is a verdict and it is not open, for then
 * there is nothing that could have been measured; UNKNOWN otherwise; else MET.
 *
 * In doubt is a comparison with a value that is unknown (null), and of a target one with a text
 * that is "inconclusive" and was not asked for. A name alone is false then, and true with "!". What
 * an object that is there does not have ("wscale" in the options in effect) is absent, not unknown:
 * any comparison with it but "!=" is false.
 *
 * *ret_unmet, in `memory` (which must not be growing a text): each clause that is false or in doubt
 * with what was seen, "rtt<50ms: rtt_ms is 61.2; sack: false"; NULL when MET, never NULL otherwise.
 * Whoever does not want the words gives NULL for both.
 */
enum expect_result expect_check(const struct expect *expect, const void *record,
                                struct arena *memory, const char **ret_unmet);

#endif
