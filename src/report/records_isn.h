/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of an audit of initial sequence numbers, and the records in it. */
#ifndef REPORT_RECORDS_ISN_H
#define REPORT_RECORDS_ISN_H

#include "report/schema.h"

/* The words for what may not have been tested: null then. */
#define ISN_ANSWER_WORDS "yes,no"
/* Whose cookies they are. */
#define ISN_COOKIE_WORDS "linux,freebsd,darwin,bernstein"

/* Round trips of the samples. */
struct isn_rtt_record {
    double q05, q50, q95; /* us */
};

/* M: the clock that the numbers follow. */
struct isn_clock_record {
    double rate, low, high; /* numbers a second, and the 95 % interval */
    double nominal;         /* numbers a second, of the well-known clock that is meant */
    const char *name;       /* of that clock */
    double ppm, residual_us, wrap_s, step, uptime_s;
    double log10_p;
};

struct isn_per_connection_record {
    double k, low, high;
    bool exact;
    double foreign_per_s, foreign_log10_p;
};

/* F. */
struct isn_tuple_record {
    double hash_bits;
    const char *affine, *linear, *port_visible, *source_matters; /* "yes", "no", NULL: untested */
    int64_t a, b;                                                /* where affine */
    int64_t shift;                                               /* where port_visible */
    bool swapped;
    int64_t rank; /* where linear */
};

/* One number of a list of them. */
struct isn_number_record {
    int64_t isn;
};

struct isn_prng_record {
    const char *name;
    const char *state;      /* hex, %08x a word */
    const char *parameters; /* "a=1664525, c=1013904223"; NULL: none */
    int64_t used, verified, skipped;
    double log10_chance;
    bool timed, approximate;
    int64_t next_mask;
    struct record_list next; /* struct isn_number_record */
};

struct isn_cookie_record {
    const char *kind;
    bool proved;
    int64_t mss_index, wscale_index, sack, ecn, parity;
    int64_t agree, pairs;
};

struct isn_backend_record {
    double share;
    int64_t offset;
    double first_s, last_s;
};

struct isn_increment_record {
    int64_t step, lattice;
    double q05, q50, q95, mean, deviation, arc50, arc98;
    int64_t period;
    struct record_list cycle; /* struct isn_number_record */
    double tick_rate, uptime_s;
};

struct isn_entropy_record {
    double bits;
    const char *stuck; /* hex mask; NULL: none */
    const char *value; /* hex, of those bits */
    int64_t collisions;
    double expected;
    int64_t byte;
};

/* One price of guessing. */
struct isn_price_record {
    double n50, lo, hi, seconds, begun;
    bool formula;
};
struct isn_window_record {
    double window, n50, lo, hi, seconds, begun;
    bool formula;
};
struct isn_cost_record {
    const void *cross, *same; /* struct isn_price_record */
    const void *window;       /* struct isn_window_record */
};

struct isn_evidence_record {
    const char *test;
    double statistic, log10_p;
    bool supports;
    const char *detail;
};

/* One test of the battery. */
struct isn_test_record {
    const char *series, *name;
    double statistic, p;
    bool rejected;
};

/* One estimate of SP 800-90B. */
struct isn_estimate_record {
    const char *estimator;
    int64_t lane; /* unknown: all bits */
    int64_t symbols;
    double bits;
};

/* So many of the battery's tests are in `worst`, the lowest p first. */
#define ISN_WORST_TESTS 8

struct isn_battery_record {
    int64_t tests, rejected;
    double alpha;
    struct record_list worst, sp800_22; /* struct isn_test_record */
    struct record_list sp800_90b;       /* struct isn_estimate_record */
};

struct isn_nmap_record {
    int64_t sp, gcd, isr;
    const char *words;
    const char *old_class, *old_words;
    int64_t old_index;
};

struct isn_phase_record {
    int64_t budget;
    double feasibility, lo, hi;
    int64_t targets, hits;
};

/* One number that was foretold and then asked for. */
struct isn_foretold_record {
    int64_t foretold, isn; /* isn unknown: no answer */
    bool hit;
};
struct isn_predicted_record {
    int64_t of, hits;
    bool same_tuple;
    struct record_list numbers; /* struct isn_foretold_record */
};

/* Something in front of the server. */
struct isn_front_record {
    const char *kind, *detail;
};

struct isn_change_record {
    const char *what;           /* the field: "class", "clock_rate" */
    const char *before, *after; /* NULL: not known */
};
struct isn_baseline_record {
    const char *time; /* of the earlier record; NULL: it has none */
    const char *class_before, *severity_before;
    struct record_list changed; /* struct isn_change_record */
};

/* The result of `isn` for one target. */
struct isn_record {
    int64_t schema;
    const char *command;
    const char *time;   /* when it began, ISO 8601 UTC with microseconds; NULL offline */
    const char *target; /* as the user wrote it; offline the file's name */
    const char *host;
    int64_t addresses;
    const char *address;
    int64_t port;
    const char *family;
    const char *source, *second_source, *interface;
    /* Of the port; offline open, for numbers come from SYN,ACKs. Inconclusive where the class is.
     */
    const char *verdict;
    const char *reason; /* one sentence without a full stop: the result for a report */
    const char *from;   /* address of who answered */
    int64_t ttl, hops;
    double dns_ms;

    const char *class;    /* NULL: no audit */
    const char *severity; /* NULL: no audit */
    const char *summary;  /* of the class, in a few words */
    const char *why;      /* why INCONCLUSIVE, or a severity other than the class's */
    double log10_p;
    int64_t n, n_fixed, n_varying;
    int64_t sent, lost, gaps;
    double duration_s;
    const void *rtt_us;          /* struct isn_rtt_record */
    const void *clock;           /* struct isn_clock_record; this and those below NULL: not found */
    const void *per_connection;  /* struct isn_per_connection_record */
    const void *tuple;           /* struct isn_tuple_record */
    const void *prng;            /* struct isn_prng_record */
    const void *cookie;          /* struct isn_cookie_record */
    struct record_list backends; /* struct isn_backend_record */
    int64_t epochs;
    const void *increment; /* struct isn_increment_record */
    const void *entropy;   /* struct isn_entropy_record */
    const void *cost;      /* struct isn_cost_record */
    double attack_rate;
    double certified_bits;
    struct record_list evidence; /* struct isn_evidence_record */
    const void *battery;         /* struct isn_battery_record */
    const void *nmap;            /* struct isn_nmap_record */
    const void *phase_space;     /* struct isn_phase_record */
    const void *predicted;       /* struct isn_predicted_record; NULL: nothing was predicted */
    struct record_list front;    /* struct isn_front_record */
    const char *whose;           /* whose numbers these are, in words */
    const void *baseline;        /* struct isn_baseline_record; NULL: without --baseline, or new */
    int64_t capture_dropped;
    double took_ms; /* the whole audit, analysis included */
    const char *unmet;
    struct record_list findings; /* struct finding_record */
};

extern const struct schema schema_isn, schema_isn_rtt, schema_isn_clock, schema_isn_per_connection,
    schema_isn_tuple, schema_isn_number, schema_isn_prng, schema_isn_cookie, schema_isn_backend,
    schema_isn_increment, schema_isn_entropy, schema_isn_price, schema_isn_window, schema_isn_cost,
    schema_isn_evidence, schema_isn_test, schema_isn_estimate, schema_isn_battery, schema_isn_nmap,
    schema_isn_phase, schema_isn_foretold, schema_isn_predicted, schema_isn_front,
    schema_isn_change, schema_isn_baseline;

#endif
