/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audits of initial sequence numbers as records, filled by hand, one of every kind that text must
 * show. */
#ifndef TESTS_UNIT_ISN_TEXT_SAMPLES_H
#define TESTS_UNIT_ISN_TEXT_SAMPLES_H

#include "report/records.h"
#include "report/records_isn.h"

#define NONE        RECORD_UNKNOWN
#define LIST(array) {(array), sizeof(array) / sizeof((array)[0])}

#define AUDIT \
    .schema = RECORD_SCHEMA_VERSION, .command = "isn", .dns_ms = NAN, \
    .capture_dropped = NONE, .took_ms = NAN, .attack_rate = 100000
#define OFFLINE(file) \
    AUDIT, .target = (file), .addresses = NONE, .port = NONE, .ttl = NONE, \
    .hops = NONE, .sent = NONE, .lost = NONE
#define LIVE(server) \
    AUDIT, .target = (server), .address = "198.18.0.2", .addresses = 1, .port = 443, \
    .family = "IPv4", .source = "198.18.0.1", .interface = "veth0", .verdict = "open", \
    .from = "198.18.0.2", .ttl = 61, .hops = 3, .time = "2026-01-02T03:04:05.678901Z", \
    .sent = 2061, .lost = 3, .rtt_us = &round_trips
#define MANY .n = 2048, .n_fixed = 724, .n_varying = 1324, .duration_s = 83.21
#define BY_FORMULA .lo = NAN, .hi = NAN, .begun = 1, .formula = true

static const struct isn_rtt_record round_trips = {.q05 = 180.2, .q50 = 204.1, .q95 = 320.7};

/* Prices: of nothing, of everything. */
static const struct isn_price_record price_one = {.n50 = 1, .seconds = 0.00001, BY_FORMULA};
static const struct isn_price_record price_half = {
    .n50 = 2147483648.0, .seconds = 21474.83648, .lo = NAN, .hi = NAN, .begun = 341, .formula = true};
static const struct isn_price_record price_jitter = {
    .n50 = 57, .seconds = 0.00057, .lo = 41, .hi = 83, .begun = 1};
static const struct isn_window_record window_one = {
    .window = 65535, .n50 = 1, .seconds = 0.00001, BY_FORMULA};
static const struct isn_window_record window_half = {
    .window = 65535, .n50 = 32769, .seconds = 0.32769, BY_FORMULA};
static const struct isn_cost_record cost_nothing = {&price_one, &price_one, &window_one};
static const struct isn_cost_record cost_sound = {&price_half, &price_jitter, &window_half};
static const struct isn_cost_record cost_random = {&price_half, &price_half, &window_half};
static const struct isn_cost_record cost_jitter = {&price_jitter, &price_jitter, &window_one};

static const struct isn_nmap_record good_luck = {
    .sp = 263, .gcd = 1, .isr = 256, .words = "Good luck!", .old_class = "TR",
    .old_words = "Good luck!", .old_index = 9999999};
static const struct isn_nmap_record trivial_joke = {
    .sp = 0, .gcd = 64000, .isr = 160, .words = "Trivial joke", .old_class = "64K",
    .old_words = "Trivial joke", .old_index = 1};
static const struct isn_phase_record phase_blind = {
    .budget = 5000, .feasibility = 0, .lo = 0, .hi = 0.0038, .targets = 1000, .hits = 0};
static const struct isn_phase_record phase_sure = {
    .budget = 5000, .feasibility = 1, .lo = 0.9962, .hi = 1, .targets = 1000, .hits = 1000};

static const struct isn_test_record worst_tests[] = {
    {"varying", "serial correlation, lag 7", 2.91, 0.0036, false},
    {"all", "bit 13", -2.62, 0.0088, false},
    {"fixed", "byte 2, chi-square", 311.2, 0.0092, false},
};
static const struct isn_test_record nist_tests[] = {
    {"varying", "SP 800-22 frequency", 0.4, 0.69, false},
    {"varying", "SP 800-22 rank", 1.2, 0.55, false},
};
static const struct isn_estimate_record estimates[] = {
    {"most common value", 0, 2048, 6.312}, {"Markov", NONE, 65536, 0.981}};
static const struct isn_battery_record battery_quiet = {
    .tests = 291, .rejected = 0, .alpha = 1e-4, .worst = LIST(worst_tests),
    .sp800_22 = LIST(nist_tests), .sp800_90b = LIST(estimates)};
static const struct isn_test_record biased_tests[] = {
    {"all", "bit 31", 13.58, 5e-42, true}, {"varying", "bit 31", 10.9, 1e-27, true},
    {"all", "byte 3, chi-square", 466, 1e-14, true}};
static const struct isn_battery_record battery_loud = {
    .tests = 291, .rejected = 3, .alpha = 1e-4, .worst = LIST(biased_tests)};
static const struct isn_entropy_record no_bound = {
    .bits = NAN, .collisions = 0, .expected = 0.0005, .byte = NONE};

/* ---- one of each kind ---- */

static const struct isn_clock_record linux_clock = {
    .rate = 15624999.1, .low = 15624997.9, .high = 15625000.3, .nominal = 15625000,
    .name = "1 in 64 ns: Linux, gVisor", .ppm = -0.058, .residual_us = 20.4, .wrap_s = 274.9,
    .step = 1, .uptime_s = NAN, .log10_p = -3412};
static const struct isn_tuple_record sound_hash = {
    .hash_bits = 32, .affine = "no", .linear = "no", .port_visible = "no", .source_matters = "yes",
    .a = NONE, .b = NONE, .shift = NONE, .rank = NONE};
static const struct isn_evidence_record sound_evidence[] = {
    {"clock in the fixed tuple", 719, -3412, true, "719 of 723 steps keep to 15624999.1 a second within 20.4 us"},
    {"ever new ports", 0.49, NAN, true, "the numbers fill 32 bits"},
    {"ports to numbers, linear over GF(2)", NAN, NAN, false, "none of 41 dependent ports fits"},
    {"source address", 128, -30.1, false, "128 of 128 numbers differ with the second address"},
};
static const struct isn_foretold_record fixed_foretold[] = {
    {1734028811, 1734028954, true}, {1738122302, 1738122233, true}, {1741002118, 1741072190, false}};
static const struct isn_predicted_record predicted_fixed = {
    .of = 3, .hits = 2, .same_tuple = true, .numbers = LIST(fixed_foretold)};
static const struct isn_change_record rekeyed[] = {{"epochs", "1", "2"}, {"clock_rate", "15624998.2", "15624999.1"}};
static const struct isn_baseline_record baseline_same = {
    .time = "2025-12-24T12:00:00.000000Z", .class_before = "RFC6528", .severity_before = "good",
    .changed = LIST(rekeyed)};
static const struct isn_record audit_rfc6528 = {
    LIVE("198.18.0.2:443"), MANY, .class = "RFC6528", .severity = "good", .log10_p = -3412,
    .summary = "a keyed hash of addresses and ports plus a clock, as RFC 6528 asks",
    .clock = &linux_clock, .tuple = &sound_hash, .second_source = "198.18.0.3",
    .cost = &cost_sound, .certified_bits = 19.42, .evidence = LIST(sound_evidence),
    .battery = &battery_quiet, .nmap = &good_luck, .phase_space = &phase_blind, .epochs = 2,
    .predicted = &predicted_fixed, .entropy = &no_bound, .whose = "the server's own, as far as can be seen",
    .baseline = &baseline_same};

static const struct isn_evidence_record random_evidence[] = {
    {"battery", 0, NAN, true, "none of 291 tests rejects"},
    {"clock in the fixed tuple", 14, -0.4, false, "no rate fits more than chance does"}};
static const struct isn_record audit_random = {
    OFFLINE("random32.txt"), MANY, .gaps = 2, .class = "RANDOM", .severity = "good", .log10_p = NAN,
    .summary = "no structure was found", .cost = &cost_random, .certified_bits = 19.42,
    .evidence = LIST(random_evidence), .battery = &battery_quiet, .nmap = &good_luck,
    .phase_space = &phase_blind, .entropy = &no_bound, .epochs = NONE, .verdict = "open"};

static const struct isn_increment_record step_64000 = {
    .step = 64000, .lattice = 64000, .q05 = NAN, .q50 = NAN, .q95 = NAN, .mean = NAN,
    .deviation = NAN, .arc50 = NAN, .arc98 = NAN, .period = NONE, .tick_rate = NAN, .uptime_s = NAN};
static const struct isn_evidence_record counter_evidence[] = {
    {"one increment", 2047, NAN, true, "2047 of 2047 increments are 64000"}};
static const struct isn_evidence_record constant_evidence[] = {
    {"one number for all", 1000000, -9999, true, "000f4240 in all 2048 samples, of any tuple and at any time"}};
static const struct isn_record audit_constant = {
    OFFLINE("const1e6.txt"), MANY, .class = "CONSTANT", .severity = "critical", .log10_p = -9999,
    .summary = "always the same number", .cost = &cost_nothing, .certified_bits = NAN,
    .evidence = LIST(constant_evidence), .nmap = &trivial_joke, .epochs = NONE, .verdict = "open"};
static const struct isn_foretold_record sure_foretold[] = {
    {2801217536, 2801217536, true}, {2801281536, 2801281536, true}, {2801345536, NONE, false}};
static const struct isn_predicted_record predicted_sure = {
    .of = 3, .hits = 2, .numbers = LIST(sure_foretold)};
static const struct isn_change_record now_counter[] = {
    {"class", "RFC6528", "COUNTER"}, {"severity", "good", "critical"}, {"clock_rate", "15624998.2", NULL}};
static const struct isn_baseline_record baseline_worse = {
    .time = "2025-12-24T12:00:00.000000Z", .class_before = "RFC6528", .severity_before = "good", .changed = LIST(now_counter)};
static const struct finding_record worse[] = {
    {"TP-ISN-WORSE", "high", "class was RFC6528 and is COUNTER; severity was good and is critical; clock_rate was 15624998.2"}};
static const struct isn_record audit_counter = {
    LIVE("camera.example:443"), MANY, .class = "COUNTER", .severity = "critical", .log10_p = -9000,
    .summary = "a counter of connections", .increment = &step_64000, .cost = &cost_nothing,
    .certified_bits = 19.42, .evidence = LIST(counter_evidence), .nmap = &trivial_joke,
    .phase_space = &phase_sure, .predicted = &predicted_sure, .baseline = &baseline_worse, .findings = LIST(worse),
    .unmet = "severity<=medium: critical", .epochs = NONE};

static const struct isn_clock_record ms_clock = {
    .rate = 999.98, .low = 999.97, .high = 999.99, .nominal = 1000,
    .name = "1 kHz: milliseconds, early Windows, CycloneTCP, Nut/Net", .ppm = -2010, .residual_us = 300,
    .wrap_s = 4294967.3, .step = 1, .uptime_s = 277200, .log10_p = -9999.5};
static const struct isn_evidence_record clock_evidence[] = {
    {"level about a straight line", 0.011, -9999.5, true, "all 2048 numbers lie within 0.3 ms of a clock of 999.98 a second"}};
static const struct isn_record audit_clock = {
    OFFLINE("clkms.txt"), MANY, .class = "CLOCK", .severity = "critical", .log10_p = -9999.5,
    .summary = "a clock that anybody can read", .clock = &ms_clock, .cost = &cost_jitter,
    .certified_bits = 3.1, .evidence = LIST(clock_evidence), .nmap = &good_luck,
    .phase_space = &phase_sure, .epochs = NONE, .verdict = "open"};

static const struct isn_clock_record bsd_clock = {
    .rate = 128000.2, .low = 127999.8, .high = 128000.6, .nominal = 128000,
    .name = "128000/s: 4.2BSD to 4.4BSD", .ppm = 1.6, .residual_us = 144000, .wrap_s = 33554.4,
    .step = 64000, .uptime_s = NAN, .log10_p = -2000};
static const struct isn_per_connection_record bsd_each = {
    .k = 64000, .low = NAN, .high = NAN, .exact = true, .foreign_per_s = 1.25, .foreign_log10_p = -12};
static const struct isn_record audit_clock_counter = {
    OFFLINE("bsd44.txt"), MANY, .class = "CLOCK_COUNTER", .severity = "critical", .log10_p = -2000,
    .summary = "a clock and a counter of connections", .clock = &bsd_clock, .per_connection = &bsd_each,
    .cost = &cost_jitter, .certified_bits = 19.42, .evidence = LIST(clock_evidence), .nmap = &good_luck, .epochs = NONE, .verdict = "open"};

static const struct isn_increment_record lwip_steps = {
    .step = NONE, .lattice = 1, .q05 = 503411, .q50 = 503495, .q95 = 503577, .mean = 503494.2,
    .deviation = 48.1, .arc50 = 84, .arc98 = 166, .period = NONE, .tick_rate = 2, .uptime_s = 251747};
static const struct isn_record audit_lwip = {
    OFFLINE("lwip.txt"), MANY, .class = "TICK_ACCUMULATOR", .severity = "critical", .log10_p = -812,
    .summary = "the uptime added up with each connection", .increment = &lwip_steps,
    .cost = &cost_nothing, .certified_bits = 19.42, .nmap = &good_luck, .epochs = NONE, .verdict = "open"};

static const struct isn_number_record cycle[] = {{800}, {2400}, {4000}, {5600}, {7200}};
static const struct isn_increment_record honeyd_steps = {
    .step = NONE, .lattice = 800, .q05 = 800, .q50 = 4000, .q95 = 7200, .mean = 4000,
    .deviation = 2263, .arc50 = 3200, .arc98 = 6400, .period = 5, .cycle = LIST(cycle),
    .tick_rate = NAN, .uptime_s = NAN};
static const struct isn_record audit_periodic = {
    OFFLINE("honeyd5.txt"), MANY, .class = "PERIODIC", .severity = "critical", .log10_p = -5000,
    .summary = "the same few increments over and over", .increment = &honeyd_steps,
    .cost = &cost_nothing, .certified_bits = 19.42, .nmap = &good_luck, .epochs = NONE, .verdict = "open"};

static const struct isn_number_record lcg_next[] = {{3735928559}, {12}, {4294967295}};
static const struct isn_prng_record lcg = {
    .name = "LCG modulo 2^32, whole state on the wire", .state = "deadbeef",
    .parameters = "a=1664525, c=1013904223", .used = 4, .verified = 2044, .skipped = 17,
    .log10_chance = -18000, .next_mask = 0xffffffff, .next = LIST(lcg_next)};
static const struct isn_record audit_lcg = {
    LIVE("198.18.0.2:443"), MANY, .class = "WEAK_PRNG", .severity = "critical", .log10_p = -18000,
    .summary = "a random number generator whose state was recovered", .prng = &lcg,
    .cost = &cost_nothing, .certified_bits = 19.42, .evidence = LIST(counter_evidence),
    .nmap = &good_luck, .phase_space = &phase_blind, .battery = &battery_quiet, .epochs = NONE};

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
static const struct isn_number_record lane_next[] = {{0x12340000}};
static const struct isn_prng_record lanes = {
    .name = "each bit a linear recurrence over GF(2)", .state = HEX64 HEX64 HEX64, .used = 112,
    .verified = 1, .log10_chance = NAN, .timed = true, .approximate = true,
    .next_mask = 0xffff0000, .next = LIST(lane_next)};
static const struct isn_record audit_lanes = {
    OFFLINE("lanes.txt"), MANY, .class = "WEAK_PRNG", .severity = "critical", .log10_p = NAN,
    .summary = "a random number generator whose state was recovered", .prng = &lanes,
    .cost = &cost_nothing, .certified_bits = 19.42, .epochs = NONE, .verdict = "open"};

static const struct isn_tuple_record crc = {
    .hash_bits = 32, .affine = "no", .linear = "yes", .port_visible = "no", .source_matters = "no",
    .a = NONE, .b = NONE, .shift = NONE, .rank = 17};
static const struct isn_tuple_record knuth = {
    .hash_bits = NAN, .affine = "yes", .port_visible = "no", .a = 2654435761, .b = 99, .shift = NONE, .rank = NONE};
static const struct isn_tuple_record visible = {
    .hash_bits = 0, .port_visible = "yes", .swapped = true, .a = NONE, .b = NONE, .shift = 16, .rank = NONE};
static const struct isn_record audit_crc = {
    OFFLINE("crc_tuple.txt"), MANY, .class = "TUPLE_FUNCTION", .severity = "critical",
    .log10_p = -385, .summary = "a function of addresses and ports that can be computed",
    .tuple = &crc, .cost = &cost_nothing, .certified_bits = 19.42, .nmap = &good_luck, .epochs = NONE, .verdict = "open"};
static const struct isn_record audit_knuth = {
    OFFLINE("portmul_clk.txt"), MANY, .class = "TUPLE_FUNCTION", .severity = "critical",
    .log10_p = -385, .summary = "a function of addresses and ports that can be computed",
    .tuple = &knuth, .clock = &linux_clock, .cost = &cost_jitter, .certified_bits = 19.42, .epochs = NONE, .verdict = "open"};
static const struct isn_record audit_visible = {
    OFFLINE("mongoose.txt"), MANY, .class = "TUPLE_FUNCTION", .severity = "critical",
    .log10_p = -385, .summary = "a function of addresses and ports that can be computed",
    .tuple = &visible, .cost = &cost_nothing, .certified_bits = 19.42, .epochs = NONE, .verdict = "open"};

static const struct isn_price_record price_arc = {
    .n50 = 8192, .seconds = 0.08192, .lo = 7801, .hi = 8610, .begun = 1};
static const struct isn_cost_record cost_arc = {&price_arc, &price_arc, &window_one};
static const struct isn_increment_record random_steps = {
    .step = NONE, .lattice = 1, .q05 = 1650, .q50 = 16411, .q95 = 31102, .mean = 16390,
    .deviation = 9461, .arc50 = 16384, .arc98 = 32113, .period = NONE, .tick_rate = NAN, .uptime_s = NAN};
static const struct isn_record audit_increment = {
    OFFLINE("ri15.txt"), MANY, .class = "RANDOM_INCREMENT", .severity = "high", .log10_p = -9000,
    .summary = "the previous number plus a random increment", .increment = &random_steps,
    .cost = &cost_arc, .certified_bits = 19.42, .nmap = &good_luck, .phase_space = &phase_sure, .epochs = NONE, .verdict = "open"};

static const struct isn_entropy_record stuck_bits = {
    .bits = 16, .stuck = "0000ffff", .value = "00000000", .collisions = 32, .expected = 0.0005, .byte = 0};
static const struct isn_price_record price_16 = {.n50 = 32768, .seconds = 0.32768, BY_FORMULA};
static const struct isn_cost_record cost_16 = {&price_16, &price_16, &window_one};
static const struct isn_record audit_stuck = {
    OFFLINE("stuck16.txt"), MANY, .class = "REDUCED_ENTROPY", .severity = "high", .log10_p = -9000,
    .summary = "random, but of too few values", .entropy = &stuck_bits, .cost = &cost_16,
    .certified_bits = 15.6, .battery = &battery_loud, .nmap = &good_luck, .epochs = NONE, .verdict = "open"};

static const struct isn_record audit_biased = {
    OFFLINE("bias60.txt"), MANY, .class = "BIASED", .severity = "medium", .log10_p = -41.3,
    .summary = "random, but not uniform", .cost = &cost_random, .certified_bits = 19.42,
    .battery = &battery_loud, .nmap = &good_luck, .epochs = NONE, .verdict = "open"};

static const struct isn_cost_record cost_static = {&price_half, &price_one, NULL};
static const struct isn_record audit_static = {
    OFFLINE("hash_only.txt"), MANY, .class = "STATIC_HASH", .severity = "medium", .log10_p = -6000,
    .summary = "a keyed hash of addresses and ports, without a clock", .tuple = &sound_hash,
    .cost = &cost_static, .certified_bits = 19.42, .battery = &battery_quiet, .epochs = NONE, .verdict = "open"};

static const struct isn_tuple_record short_hash = {
    .hash_bits = 24, .affine = "no", .linear = "no", .port_visible = "no", .a = NONE, .b = NONE, .shift = NONE,
    .rank = NONE};
static const struct isn_price_record price_24 = {
    .n50 = 8388608, .seconds = 83.886, .lo = 8.1e6, .hi = 8.7e6, .begun = 2};
static const struct isn_window_record window_24 = {
    .window = 65535, .n50 = 129, .seconds = 0.00129, .lo = 124, .hi = 133, .begun = 1};
static const struct isn_cost_record cost_24 = {&price_24, &price_jitter, &window_24};
static const struct isn_record audit_short = {
    OFFLINE("linux26.txt"), MANY, .class = "RFC6528_SHORT_HASH", .severity = "medium", .log10_p = -3000,
    .summary = "as RFC 6528 asks, but the hash is narrower than 32 bits", .tuple = &short_hash,
    .clock = &linux_clock, .cost = &cost_24, .certified_bits = 19.42, .epochs = 1, .verdict = "open"};

static const struct isn_per_connection_record bsd_mean = {
    .k = 6143.7, .low = 6101.2, .high = 6186.2, .foreign_per_s = 0, .foreign_log10_p = NAN};
static const struct isn_record audit_rfc6528_counter = {
    OFFLINE("freebsd_isn.txt"), MANY, .class = "RFC6528_COUNTER", .severity = "good", .log10_p = -800,
    .summary = "as RFC 6528 asks, with a counter of connections in it", .tuple = &sound_hash,
    .clock = &linux_clock, .per_connection = &bsd_mean, .cost = &cost_sound, .certified_bits = 19.42,
    .battery = &battery_quiet, .epochs = NONE, .verdict = "open"};

static const struct isn_cookie_record linux_cookie = {
    .kind = "linux", .proved = true, .mss_index = 3, .wscale_index = NONE, .sack = NONE,
    .ecn = NONE, .parity = NONE, .agree = 723, .pairs = 723};
static const struct isn_price_record price_cookie = {
    .n50 = 3.6e8, .seconds = 3600, .lo = NAN, .hi = NAN, .begun = 58, .formula = true};
static const struct isn_cost_record cost_cookie = {&price_cookie, NULL, NULL};
static const struct isn_front_record cookie_front[] = {
    {"syn-cookies", "the SYN,ACKs of the proof moved with our sequence number"},
    {"syn-proxy", "TTL 64 in the SYN,ACK, 61 in what follows"},
    {"timestamps", "a clock of 1000 Hz, with an offset of its own for each port"}};
static const struct isn_record audit_cookie = {
    LIVE("198.18.0.2:443"), MANY, .class = "SYN_COOKIE_LINUX", .severity = "info", .log10_p = -200,
    .summary = "SYN cookies as Linux makes them", .cookie = &linux_cookie, .cost = &cost_cookie,
    .certified_bits = 19.42, .front = LIST(cookie_front), .battery = &battery_quiet,
    .whose = "those of a proxy in front, not the server's", .epochs = NONE};
static const struct isn_cookie_record bsd_cookie = {
    .kind = "freebsd", .mss_index = 6, .wscale_index = 2, .sack = 1, .ecn = NONE, .parity = 0,
    .agree = 700, .pairs = 723};
static const struct isn_record audit_bsd_cookie = {
    OFFLINE("cookie_bsd.txt"), MANY, .class = "SYN_COOKIE_FREEBSD", .severity = "medium",
    .log10_p = -900, .summary = "SYN cookies as FreeBSD, pf and Darwin make them",
    .why = "24 bits are secret, for 15 to 30 s", .cookie = &bsd_cookie, .cost = &cost_cookie,
    .certified_bits = 19.42, .epochs = NONE, .verdict = "open"};

static const struct isn_backend_record two_servers[] = {{0.625, 11, 0, 83}, {0.375, 99, 0.1, 83.1}};
static const struct isn_record audit_mixture = {
    OFFLINE("lb2.txt"), MANY, .class = "MIXTURE", .severity = "info", .log10_p = -3000,
    .summary = "several servers behind one address", .clock = &linux_clock,
    .backends = LIST(two_servers), .cost = &cost_random, .certified_bits = 19.42,
    .battery = &battery_quiet, .epochs = NONE, .verdict = "open"};

static const struct isn_record audit_inconclusive = {
    OFFLINE("-"), .n = 12, .n_fixed = 0, .n_varying = 12, .gaps = NONE, .duration_s = 1.2,
    .class = "INCONCLUSIVE", .severity = "unknown", .log10_p = NAN, .certified_bits = 4.5,
    .summary = "too few numbers, or contradictory ones", .why = "12 numbers are fewer than 32",
    .verdict = "inconclusive", .epochs = NONE};

/* The port was closed: there was nothing to audit. */
static const struct isn_record audit_refused = {
    AUDIT, .target = "198.18.0.2:1", .address = "198.18.0.2", .addresses = 1, .port = 1,
    .verdict = "refused", .reason = "198.18.0.2:1 refused the connection", .from = "198.18.0.2",
    .ttl = 64, .hops = 0, .log10_p = NAN, .n = NONE, .n_fixed = NONE, .n_varying = NONE,
    .sent = 1, .lost = 0, .gaps = NONE, .duration_s = NAN, .certified_bits = NAN, .epochs = NONE};

static const struct audit_sample {
    const char *name;
    const struct isn_record *record;
} audit_samples[] = {
    {"RFC 6528, live", &audit_rfc6528},
    {"random", &audit_random},
    {"constant", &audit_constant},
    {"counter, live", &audit_counter},
    {"clock", &audit_clock},
    {"clock and counter", &audit_clock_counter},
    {"lwIP", &audit_lwip},
    {"periodic", &audit_periodic},
    {"LCG, live", &audit_lcg},
    {"lanes", &audit_lanes},
    {"CRC", &audit_crc},
    {"multiplied port", &audit_knuth},
    {"visible port", &audit_visible},
    {"random increment", &audit_increment},
    {"stuck bits", &audit_stuck},
    {"biased", &audit_biased},
    {"static hash", &audit_static},
    {"short hash", &audit_short},
    {"RFC 6528 with a counter", &audit_rfc6528_counter},
    {"Linux's cookies, live", &audit_cookie},
    {"FreeBSD's cookies", &audit_bsd_cookie},
    {"mixture", &audit_mixture},
    {"inconclusive", &audit_inconclusive},
    {"refused", &audit_refused},
};
#define AUDIT_COUNT (sizeof audit_samples / sizeof audit_samples[0])

#endif
