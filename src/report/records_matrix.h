/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of a target's options, and the records in it. */
#ifndef REPORT_RECORDS_MATRIX_H
#define REPORT_RECORDS_MATRIX_H

#include "report/matrix_words.h"
#include "report/records.h"

/*
 * A row of the matrix. The first members are for a row that is printed alone, as a record of its
 * own (`option_row`: CSV, --each); within a target's record (`matrix_row`) they are left out.
 */
struct matrix_row_record {
    int64_t schema;
    const char *command, *time, *target, *address;
    int64_t port;

    const char *feature;   /* "sack" */
    const char *verdict;   /* "supported", …: MATRIX_VERDICT_TABLE */
    const char *otherwise; /* of a feature that breaks the handshake: the verdict by the SYNs that
                              opened; NULL: the same */
    const char
        *in_effect; /* CHECK_OUTCOME_TABLE's word for the open connection; NULL: not looked at */
    int64_t sent, opened, reset, icmp, silent;  /* the feature's own SYNs, and what came */
    int64_t offered, good, absent, echoed, bad; /* all SYNs that offered it and were opened */
    int64_t unasked;                            /* answers with it to SYNs that did not offer it */
    const char *values;                         /* values that came, "1400,1460"; NULL: none */
    const char *evidence;                       /* figures, then the reason */
    const char *rules;   /* ids of the rules that answers broke, comma-separated; NULL: none */
    const char *meaning; /* the feature in words, with its reference */
};

/* One rung: a SYN of the ladder. */
struct rung_record {
    const char *rung, *feature;
    const char *offered; /* its options as they were sent the last time */
    const char *flags;   /* of the SYN */
    int64_t sent, opened, reset, icmp, silent;
    const char *answered; /* the options of its last SYN,ACK; NULL: none came */
    const char *layout;   /* their kinds in order, and padding */
    int64_t window, ttl;  /* of that SYN,ACK */
    double log10_p;       /* that it opens as often as the controls, by chance; 0: as often */
    bool breaks;          /* it does not */
};

/* What was looked at on open connections. */
struct check_record {
    const char *check, *feature, *outcome, *detail, *meaning;
};

/* One test for SYN cookies and proxies. */
struct front_test_record {
    const char *test, *says, *detail, *meaning;
};

/* What routers on the way quoted of our SYNs, an offer each. */
struct quoted_record {
    const char *offer;
    const char *state; /* "whole", "missing", "changed" */
    int64_t hop;       /* where that was first seen; of "whole": the last hop that quoted */
    const char *from;  /* that router */
};

/* The headers of the SYN,ACKs. */
struct header_record {
    int64_t n;
    int64_t ttl, ttl_others;
    const char *windows; /* different window fields, the most frequent first */
    int64_t window_bare;
    const char *df;    /* "set", "clear", "mixed"; NULL: IPv6 */
    const char *ip_id; /* IPID_TABLE's word; NULL: IPv6 */
    double ip_id_step, ip_id_foreign_per_s;
    const char *flow_label; /* "zero", "one", "several"; NULL: IPv4 */
    const char *reserved;   /* reserved bits that were set, "none" */
    int64_t traffic_class;
};

/* The clock behind the timestamps. */
struct ts_clock_record {
    const char *kind; /* "runs", "still", "irregular", "few", "none": no timestamps came */
    int64_t n;        /* samples of the one 4-tuple */
    double span_s;
    double rate_hz, rate_low_hz, rate_high_hz; /* the 95 % interval */
    double nominal_hz;
    const char *nominal_of; /* where that clock is seen */
    double skew_ppm, skew_low_ppm, skew_high_ppm;
    const char *offset;  /* "shared", "groups", "each"; NULL: not known */
    int64_t connections; /* that were compared */
    double uptime_s;     /* only where the offset is shared */
    double wrap_s;       /* it may be longer by a multiple of this */
    bool low_bits_frozen;
};

/* The repeats of a SYN,ACK that was left unanswered. */
struct repeat_record {
    double gap_ms; /* since the one before */
    double t_ms;   /* since the first */
};
struct repeats_record {
    double patience_ms, held_ms;
    bool answered;
    const char *growth; /* REPEATS_TABLE */
    int64_t count;
    double ratio;
    double reset_ms; /* since the first; NAN: no RST came */
    bool finished;
    struct record_list repeats; /* struct repeat_record */
};

/* The record's member of each feature of RUNG_FEATURE_TABLE, with its name; one that is not here
 * does not compile. */
#define MATRIX_MEMBER_BARE       bare
#define MATRIX_MEMBER_MSS        mss
#define MATRIX_MEMBER_WSCALE     wscale
#define MATRIX_MEMBER_SACK       sack
#define MATRIX_MEMBER_TIMESTAMPS timestamps
#define MATRIX_MEMBER_SETS       sets
#define MATRIX_MEMBER_ORDER      order
#define MATRIX_MEMBER_PADDING    padding
#define MATRIX_MEMBER_FULL       full
#define MATRIX_MEMBER_FASTOPEN   fastopen
#define MATRIX_MEMBER_ECN        ecn
#define MATRIX_MEMBER_ACCECN     accecn
#define MATRIX_MEMBER_MPTCP      mptcp
#define MATRIX_MEMBER_MD5        md5
#define MATRIX_MEMBER_UTO        uto
#define MATRIX_MEMBER_EDO        edo
#define MATRIX_MEMBER_UNKNOWN    unknown
#define MATRIX_MEMBER_MALFORMED  malformed
#define MATRIX_MEMBER_RESERVED   reserved
#define MATRIX_MEMBER_DATA       data
#define MATRIX_MEMBER_CHECKSUM   checksum

/* The result of `options` for one target. */
struct matrix_record {
    int64_t schema;
    const char *command, *time, *target, *host;
    int64_t addresses;
    const char *address;
    int64_t port;
    const char *family, *source, *interface;
    const char *verdict; /* VERDICT_TABLE: open where any SYN was answered with a SYN,ACK */
    const char *reason;
    const char *from;
    int64_t ttl, hops;
    double dns_ms;

    /* The verdict of each feature; NULL: it was not asked. */
#define X(id, name, words, reference) const char *MATRIX_MEMBER_##id;
    RUNG_FEATURE_TABLE(X)
#undef X
    int64_t mss_bytes;                 /* that the peer announces to a SYN with the route's MSS */
    int64_t wscale_shift;              /* that it announces to Linux' set */
    int64_t window;                    /* the field, to Linux' set */
    const char *layout;                /* of the SYN,ACK to Linux' set */
    const char *cookies, *cookies_why; /* SYN cookies: "yes", "no", "inconclusive" */
    const char *proxy, *proxy_why;     /* a SYN proxy */
    const char *severity; /* of the worst finding: "none", "info", …; NULL: nothing was measured */

    int64_t sent, answered, refused, unreachable, lost; /* SYNs of the ladder */
    int64_t expired;     /* SYNs that were to expire on the way, not in `sent` */
    int64_t connections; /* that were opened whole */
    int64_t repeat;
    double duration_ms;
    int64_t capture_dropped;
    const char *ended; /* why it ended before its end; NULL: it did not */
    const char *unmet;
    const void *header;  /* struct header_record; NULL: no SYN,ACK came */
    const void *clock;   /* struct ts_clock_record */
    const void *repeats; /* struct repeats_record; NULL: --patience 0 */
    struct record_list matrix, checks, front, quoted, rungs, findings;
};

/* `matrix_row` is a row within a target's record, `option_row` one that stands alone. The target's
 * own is "option_matrix", for "options" are a part of other records. */
extern const struct schema schema_matrix, schema_matrix_row, schema_option_row, schema_rung,
    schema_check, schema_front_test, schema_quoted, schema_syn_ack_header, schema_ts_clock,
    schema_synack_repeats, schema_synack_repeat;

/* A record of which nothing is known but the command. */
void matrix_record_init(struct matrix_record *record);
/* A row of which nothing is known but whose it is. Texts stay the record's. */
void matrix_row_init(struct matrix_row_record *row, const struct matrix_record *record);

#endif
