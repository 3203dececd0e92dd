/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records as a file for the textfile collector of Prometheus's node_exporter (text exposition
 * format 0.0.4). */
#ifndef REPORT_PROMETHEUS_H
#define REPORT_PROMETHEUS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "report/schema.h"

/*
 * What is written, all of it gauges, for these are the figures of one run that has ended, not
 * counters that go on:
 *
 *   tcpprobe_SCHEMA_KEY{target=…,address=…,port=…,family=…}, or {file=…} of a capture
 *
 * for every number and boolean of the schema, those of its objects as in CSV's header
 * (in_effect_sack), in base units: rtt_ms is …_rtt_seconds, loss_percent …_loss_ratio (0 to 1),
 * bytes_sent …_sent_bytes; true is 1. What is unknown is left out; so are lists, free text, and
 * numbers that measure nothing (ports, ISNs, the record's version).
 *
 *   tcpprobe_SCHEMA_VERDICT{…,verdict="open"} 1
 *
 * for every word that a text of a fixed vocabulary may be, 0 for all but the one that it is (the
 * StateSet of OpenMetrics): so an alert on a word needs no absent(), its average over time is the
 * share of time, and no series ends because the word has changed.
 *
 *   tcpprobe_run_timestamp_seconds, tcpprobe_build_info{version=…},
 * tcpprobe_targets{result="met"|"unmet"|"unmeasured"}
 *
 * with the labels command and run (the file's name without its ending): the collector refuses two
 * files that hold the same series. It is the user's to keep the same targets out of two files of
 * one command.
 */
struct prometheus;

/* For records of this schema. NULL: out of memory. */
struct prometheus *prometheus_new(const struct schema *schema);
/* NULL is allowed. */
void prometheus_free(struct prometheus *prometheus);

/*
 * Takes one record's values; the record may go afterwards. Of two records with the same labels the
 * later one counts. 0 or -FAULT_MEMORY.
 */
int prometheus_take(struct prometheus *prometheus, const void *record, struct fault *fault);

struct prometheus_run {
    const char *version;
    double timestamp_s;            /* when it ended, Unix time */
    size_t met, unmet, unmeasured; /* targets */
};

/*
 * Writes the file, whole or not at all (report/replace.h), readable for all; targets in the order
 * of their labels. May be called again after more records. 0, -FAULT_IO with the name,
 * -FAULT_MEMORY.
 */
int prometheus_write(struct prometheus *prometheus, const char *path,
                     const struct prometheus_run *run, struct fault *fault);

#endif
