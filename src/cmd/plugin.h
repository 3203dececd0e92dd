/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `--plugin`: the result as a line and a code for Nagios, Icinga, Naemon and their kin. */
#ifndef CMD_PLUGIN_H
#define CMD_PLUGIN_H

#include <stdio.h>

#include "base/err.h"
#include "cmd/expect.h"
#include "report/schema.h"

/*
 * After the Monitoring Plugins Development Guidelines (monitoring-plugins.org/doc/guidelines.html).
 *
 * One target, one line:
 *   TCP OK - 198.18.0.2:443 open, rtt 1.2 ms | rtt=0.0012s;0.05;0.1;0; connect=0.0012s;;;0;
 *
 * Several targets: the first line sums up; then a line for each, the worst first, at most
 * PLUGIN_LINES; their performance data, with the target in each label, follow the last of these:
 *   TCP CRITICAL - 1 of 3 critical: db:5432 refused: … | critical=1;;;0;3 warning=0;;;0;3 …
 *   [CRITICAL] db:5432 refused: …
 *   [OK] web:443 open, rtt 1.2 ms
 *   [OK] web:80 open, rtt 1.3 ms | db:5432_rtt=0.0021s;0.05;0.1;0; …
 *   web:443_rtt=0.0012s;0.05;0.1;0; …
 *   web:80_rtt=0.0013s;0.05;0.1;0; …
 *
 * A target is CRITICAL when it does not meet what is expected (--expect; default: open) or a range
 * of -c raises, WARNING when one of -w does, UNKNOWN when it could not be measured or a value that
 * a range asks for is unknown, else OK. Of several, the worst counts: CRITICAL before WARNING
 * before UNKNOWN before OK. The guidelines leave the order open; it is that of max_state_alt() in
 * the plugins' own library.
 *
 * Performance data are 'label'=value[UOM];[warn];[crit];[min];[max], in base units: seconds,
 * percent, bytes; numbers of things have no unit ("c" is for counters that go on from check to
 * check). An unknown value is left out. For `handshake`: rtt, connect, dns; for `rtt`: p50, p95,
 * max, loss; for `isn`: n, certified_bits, cost_cross_n50, cost_same_n50; for `options`: sent,
 * answered, lost, mss_bytes; for `read --capture`: connections, and how many of them have which
 * verdict; and any other field that -w or -c names. Texts have no "|" and no line
 * breaks in them.
 */
enum plugin_state {
    PLUGIN_OK,
    PLUGIN_WARNING,
    PLUGIN_CRITICAL,
    PLUGIN_UNKNOWN,
    PLUGIN_STATE_COUNT
};

/* The most lines for targets, and the most that are kept of each state: memory is bounded whatever
 * the targets. */
#define PLUGIN_LINES 1000

struct plugin_options {
    const char *const *warnings; /* what -w gave, as plugin_range_read() takes it */
    size_t warning_count;
    const char *const *criticals; /* what -c gave */
    size_t critical_count;
    bool addresses; /* --all-addresses: a name is followed by the address */
};

struct plugin;

/* 0 and *ret, to be freed with plugin_free(); -FAULT_SYNTAX for a range that cannot be read;
 * -FAULT_MEMORY. */
int plugin_new(const struct plugin_options *options, const struct schema *schema,
               struct plugin **ret, struct fault *fault);
void plugin_free(struct plugin *plugin); /* NULL is fine */

/* Takes a record of the schema, and what expect_check() said of it (`unmet` may be NULL). Nothing
 * of them is kept. */
void plugin_take(struct plugin *plugin, const void *record, enum expect_result result,
                 const char *unmet);

/* Counts targets that there is no record of, UNKNOWN all: the run was ended before their turn came,
 * a bad line in a list. */
void plugin_take_unprobed(struct plugin *plugin, size_t count);

/* Writes it all to a stream, whose error flag tells of failure, and returns the code to end with.
 * Without any target it is UNKNOWN. `stream` NULL: nothing is written. */
enum plugin_state plugin_finish(const struct plugin *plugin, FILE *stream);

/* "TCP UNKNOWN - MESSAGE": what a plugin says when it could not do its work (usage, privilege,
 * system). PLUGIN_UNKNOWN. */
enum plugin_state plugin_refuse(FILE *stream, const char *message);

#endif
