/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Series of round trips as records, filled by hand, one of every kind that text must show. */
#ifndef TESTS_UNIT_RTT_SAMPLES_H
#define TESTS_UNIT_RTT_SAMPLES_H

#include "report/records.h"

#define NONE RECORD_UNKNOWN
#define LIST(array) {(array), sizeof(array) / sizeof((array)[0])}
#define CAPTURE "capture: one SYN, one answer"

/* ---- probes: one of every outcome ---- */

#define PROBE(n) \
    .schema = RECORD_SCHEMA_VERSION, .command = "rtt", .time = "2026-01-02T03:04:05.678901Z", \
    .number = (n), .source_port = 40000 + (n), .t_ms = 1000.0 * (n)
#define TO_443 .target = "198.18.0.2:443", .address = "198.18.0.2", .port = 443
#define BY_SERVER(word, hops, ms) \
    .answer = (word), .from = "198.18.0.2", .ttl = (hops), .rtt_ms = (ms)
#define BY_NOBODY .ttl = NONE, .rtt_ms = NAN, .rtt_source = "no answer"

static const struct rtt_probe_record sample_probes[] = {
    {PROBE(1), TO_443, .outcome = "answered", BY_SERVER("SYN,ACK", 64, 0.0412), .copies = 1},
    {PROBE(2), TO_443, .outcome = "answered", BY_SERVER("SYN,ACK", 255, 1.03), .copies = 1, .duplicates = 2},
    {PROBE(3), TO_443, .outcome = "refused", BY_SERVER("RST,ACK", 64, 0.0211), .copies = 1},
    {PROBE(4), TO_443, .outcome = "refused", BY_SERVER("RST", 64, 123.4), .copies = 1, .duplicates = 1},
    {PROBE(5), TO_443, .outcome = "lost", .lost = "forward", BY_SERVER("SYN,ACK", 64, NAN), .copies = 2,
     .rtt_source = "the echoed timestamp names a later SYN"},
    {PROBE(6), TO_443, .outcome = "lost", .lost = "reverse", BY_SERVER("SYN,ACK", 64, NAN), .copies = 2,
     .rtt_source = "the echoed timestamp names the first SYN, whose answer was lost"},
    {PROBE(7), TO_443, .outcome = "lost", .lost = "unknown", BY_NOBODY, .copies = 3},
    {PROBE(8), TO_443, .outcome = "ambiguous", BY_SERVER("SYN,ACK", 64, NAN), .copies = 2,
     .rtt_source = "several SYNs, and no timestamp tells which was answered"},
    {PROBE(9), TO_443, .outcome = "late", BY_SERVER("SYN,ACK", 64, NAN), .copies = 1,
     .rtt_source = "the answer came after the time-out"},
    {PROBE(10), TO_443, .outcome = "unreachable", .answer = "communication administratively prohibited",
     .from = "198.18.0.9", .ttl = 63, .rtt_ms = NAN, .rtt_source = "no answer", .copies = 1},
    {PROBE(11), TO_443, .outcome = "unsent", .ttl = NONE, .rtt_ms = NAN,
     .rtt_source = "the run was interrupted"},
    {PROBE(1000), TO_443, .outcome = "answered", BY_SERVER("SYN,ACK", 64, 41), .copies = 1},
    {PROBE(1), .target = "db.example:5432", .address = "198.18.0.2", .port = 5432, .outcome = "answered", BY_SERVER("SYN,ACK", 61, 2003.7),
     .copies = 1},
    {PROBE(1), .target = "[2001:db8:1234:5678:9abc:def0:1234:5678]:443", .port = 443,
     .address = "2001:db8:1234:5678:9abc:def0:1234:5678", .outcome = "answered",
     .answer = "SYN,ACK", .from = "2001:db8:1234:5678:9abc:def0:1234:5678", .ttl = 57,
     .rtt_ms = 0.5, .copies = 1},
};
#define PROBE_COUNT (sizeof sample_probes / sizeof sample_probes[0])

/* ---- series ---- */

#define SERIES \
    .schema = RECORD_SCHEMA_VERSION, .command = "rtt", .time = "2026-01-02T03:04:05.678901Z", \
    .family = "IPv4", .source = "198.18.0.1", .interface = "veth0", .mode = "half-open", \
    .alone = true
#define AN_ADDRESS .host = "198.18.0.2", .addresses = 1, .dns_ms = NAN
#define NO_FLOWS .flows_bad = NONE
#define SERVER(hops_away) \
    .from = "198.18.0.2", .ttl = 64 - (hops_away), .hops = (hops_away), .rtt_source = CAPTURE
#define SILENCE .from = NULL, .ttl = NONE, .hops = NONE
#define NO_FIGURES \
    .min_ms = NAN, .mean_ms = NAN, .p50_ms = NAN, .p50_low_ms = NAN, .p50_high_ms = NAN, \
    .p90_ms = NAN, .p95_ms = NAN, .p99_ms = NAN, .max_ms = NAN, .mdev_ms = NAN, .jitter_ms = NAN

static const struct bin_record thousand_bins[] = {
    {0.034, 0.036, 2},   {0.036, 0.038, 61},   {0.038, 0.04, 288}, {0.04, 0.042, 341},
    {0.042, 0.044, 151}, {0.044, 0.046, 62},   {0.046, 0.048, 33}, {0.048, 0.05, 11},
    {0.05, 0.1, 5},      {0.1, 0.2, 0},        {0.2, 0.5, 0},      {0.5, 1, 0},
    {1, 2, 0},           {2, 5, 1},
};
static const struct rtt_record series_thousand = {
    SERIES, TO_443, AN_ADDRESS, NO_FLOWS, SERVER(0), .verdict = "open",
    .reason = "198.18.0.2:443 answered 955 of 1000 SYNs, the median round trip is 40.6 µs",
    .sent = 1000, .answered = 955, .ambiguous = 2, .late = 1, .lost = 42, .lost_forward = 31,
    .lost_reverse = 10, .lost_unknown = 1, .loss_percent = 4.2, .duplicates = 3, .n = 955,
    .min_ms = 0.034812, .mean_ms = 0.043998, .p50_ms = 0.0406, .p50_low_ms = 0.040421,
    .p50_high_ms = 0.040911, .p90_ms = 0.045, .p95_ms = 0.047233, .p99_ms = 0.0502,
    .max_ms = 3.204881, .mdev_ms = 0.1023, .jitter_ms = 0.003412, .jitter_n = 954,
    .duration_ms = 10012.2, .capture_dropped = 12, .histogram = LIST(thousand_bins),
};

/* A long way with little variation: three figures would all be the same. */
static const struct bin_record five_bins[] = {{180.1, 180.2, 3}, {180.2, 180.3, 1}, {180.3, 180.4, 1}};
static const struct rtt_record series_five = {
    SERIES, NO_FLOWS, SERVER(11), .target = "db.example:5432", .host = "db.example", .address = "198.18.0.2",
    .port = 5432, .addresses = 3, .dns_ms = 12.3, .verdict = "open",
    .reason = "db.example:5432 answered all 5 SYNs, the median round trip is 180 ms", .sent = 5,
    .answered = 5, .n = 5, .min_ms = 180.1102, .mean_ms = 180.2, .p50_ms = 180.18,
    .p50_low_ms = NAN, .p50_high_ms = NAN, .p90_ms = 180.31, .p95_ms = 180.345, .p99_ms = 180.37,
    .max_ms = 180.38, .mdev_ms = 0.1, .jitter_ms = 0.0214, .jitter_n = 4, .duration_ms = 4180.2,
    .histogram = LIST(five_bins), .unmet = "rtt<50ms: 180.18 ms",
};

static const struct rtt_record series_one = {
    SERIES, TO_443, AN_ADDRESS, NO_FLOWS, SERVER(1), .verdict = "open",
    .reason = "198.18.0.2:443 answered the only SYN after 41.2 µs", .sent = 1, .answered = 1, .n = 1,
    .min_ms = 0.0412, .mean_ms = 0.0412, .p50_ms = 0.0412, .p50_low_ms = NAN, .p50_high_ms = NAN,
    .p90_ms = 0.0412, .p95_ms = 0.0412, .p99_ms = 0.0412, .max_ms = 0.0412, .mdev_ms = 0,
    .jitter_ms = NAN, .duration_ms = 0.0412,
};

static const struct rtt_record series_two = {
    SERIES, TO_443, AN_ADDRESS, NO_FLOWS, SERVER(0), .verdict = "refused", .reason = "198.18.0.2 refuses connections to port 443",
    .sent = 3, .refused = 2, .lost = 1, .lost_reverse = 1, .loss_percent = 100.0 / 3, .unsent = 7, .n = 2,
    .min_ms = 0.02, .mean_ms = 0.021, .p50_ms = 0.021, .p50_low_ms = NAN, .p50_high_ms = NAN,
    .p90_ms = 0.0218, .p95_ms = 0.0219, .p99_ms = 0.022, .max_ms = 0.022, .mdev_ms = 0.001,
    .jitter_ms = 0.000125, .jitter_n = 1, .duration_ms = 2004,
};

static const struct rtt_record series_lost = {
    SERIES, TO_443, AN_ADDRESS, NO_FLOWS, SILENCE, NO_FIGURES, .verdict = "filtered",
    .reason = "198.18.0.2:443 answered none of 10 SYNs", .sent = 10, .lost = 10, .lost_unknown = 10,
    .loss_percent = 100, .duration_ms = 19000,
};

static const struct rtt_record series_unreachable = {
    SERIES, TO_443, AN_ADDRESS, NO_FLOWS, NO_FIGURES, .verdict = "unreachable", .from = "198.18.0.9", .ttl = 63, .hops = 1,
    .reason = "router 198.18.0.9 says that communication with 198.18.0.2:443 is administratively prohibited",
    .sent = 10, .unreachable = 9, .lost = 1, .lost_unknown = 1, .loss_percent = 10, .duration_ms = 9000.4,
};

static const struct rtt_record series_ambiguous = {
    SERIES, TO_443, AN_ADDRESS, NO_FLOWS, NO_FIGURES, .from = "198.18.0.2", .ttl = 64, .hops = 0, .verdict = "open",
    .reason = "198.18.0.2:443 answered, each time after a second SYN", .sent = 4, .ambiguous = 3, .late = 1,
    .duration_ms = 9000,
};

/* Nothing could be sent: no name, no interface. */
static const struct rtt_record series_unsent = {
    .schema = RECORD_SCHEMA_VERSION, .command = "rtt", .time = "2026-01-02T03:04:05.678901Z",
    .target = "nowhere.example:80", .host = "nowhere.example", .port = 80, .addresses = NONE,
    .mode = "half-open", .dns_ms = NAN, SILENCE, NO_FIGURES, .verdict = "inconclusive",
    .reason = "the name 'nowhere.example' does not exist", .loss_percent = NAN, .jitter_n = NONE,
    .duration_ms = NAN, .capture_dropped = NONE, .flows_bad = NONE, .alone = true,
};

/* ---- sweeps of source ports ---- */

#define GOOD_FLOW(port, p50) \
    {.source_port = (port), .sent = 20, .answered = 20, .n = 20, .min_ms = (p50) * 0.9, .p50_ms = (p50), \
     .max_ms = (p50) * 1.4, .verdict = "good", .confirm_sent = NONE, .confirm_lost = NONE}
static const struct flow_record eight_flows[] = {
    GOOD_FLOW(40000, 0.0412), GOOD_FLOW(40001, 0.0409),
    {.source_port = 40002, .sent = 20, .answered = 8, .lost = 12, .loss_percent = 60, .n = 8,
     .min_ms = 0.0388, .p50_ms = 0.0415, .max_ms = 0.0502, .verdict = "bad",
     .why = "lost 12 of 20, the others 0 of 140, p = 2e-12", .confirm_sent = 20, .confirm_lost = 11},
    GOOD_FLOW(40003, 0.0411), GOOD_FLOW(40004, 0.0421),
    {.source_port = 40005, .sent = 20, .answered = 18, .lost = 2, .loss_percent = 10, .n = 18,
     .min_ms = 0.0379, .p50_ms = 0.0411, .max_ms = 0.0512, .verdict = "suspect",
     .why = "lost 2 of 20, the others 0 of 120, p = 0.02", .confirm_sent = 20, .confirm_lost = 1},
    GOOD_FLOW(40006, 0.0407),
    {.source_port = 40007, .sent = 20, .lost = 20, .loss_percent = 100, .min_ms = NAN, .p50_ms = NAN,
     .max_ms = NAN, .verdict = "bad", .why = "lost 20 of 20, the others 0 of 140, p = 1e-22",
     .confirm_sent = 20, .confirm_lost = 20},
};
#define SWEEP \
    SERIES, TO_443, AN_ADDRESS, SERVER(0), .verdict = "open", .n = 126, .min_ms = 0.0368, .mean_ms = 0.0419, \
    .p50_ms = 0.0411, .p50_low_ms = 0.0408, .p50_high_ms = 0.0413, .p90_ms = 0.05, .p95_ms = 0.054, \
    .p99_ms = 0.0575, .max_ms = 0.0589, .mdev_ms = 0.0031, .jitter_ms = 0.0022, .jitter_n = 125, \
    .duration_ms = 20011
static const struct rtt_record series_eight_flows = {
    SWEEP,
    .reason = "198.18.0.2:443 answered 126 of 160 SYNs; 2 of 8 flows are bad: source ports 40002, "
              "40007",
    .sent = 160,
    .answered = 126, .lost = 34, .lost_forward = 34, .loss_percent = 21.25, .flows_bad = 2,
    .flows = LIST(eight_flows),
};

#define MANY_FLOWS     300
#define MANY_BAD_FLOWS 40
/* 300 flows, 40 of them bad; filled by series_many_flows(). */
static struct flow_record many_flows[MANY_FLOWS];
static struct rtt_record series_many_flows(void)
{
    int64_t bad = 0, lost = 0;
    for (int64_t i = 0; i < MANY_FLOWS; i++) {
        struct flow_record flow = GOOD_FLOW(40000 + i, 0.04 + 0.00001 * (double)(i % 40));
        if (i * 7 % MANY_FLOWS < MANY_BAD_FLOWS) {
            flow.verdict = "bad";
            flow.answered = flow.n = 0;
            flow.lost = 20;
            flow.loss_percent = 100;
            flow.min_ms = flow.p50_ms = flow.max_ms = NAN;
            flow.why = "lost 20 of 20, the others 1 of 5200";
            flow.confirm_sent = flow.confirm_lost = 20;
            bad++;
        } else if (i % 200 == 1) {
            flow.lost = 1;
            flow.answered = flow.n = 19;
            flow.loss_percent = 5;
        }
        lost += flow.lost;
        many_flows[i] = flow;
    }
    return (struct rtt_record){
        SWEEP, .reason = "198.18.0.2:443 answered 5199 of 6000 SYNs; 40 of 300 flows are bad",
        .sent = 6000, .answered = 6000 - lost, .lost = lost, .lost_forward = lost,
        .loss_percent = (double)lost / 60, .flows_bad = bad, .flows = LIST(many_flows),
    };
}

static const struct series_sample {
    const char *name;
    const struct rtt_record *record;
} series_samples[] = {
    {"thousand", &series_thousand},       {"five", &series_five},
    {"one", &series_one},                 {"two, refused", &series_two},
    {"all lost", &series_lost},           {"unreachable", &series_unreachable},
    {"ambiguous", &series_ambiguous},     {"unsent", &series_unsent},
    {"eight flows", &series_eight_flows},
};
#define SERIES_COUNT (sizeof series_samples / sizeof series_samples[0])

#endif
