/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit of a server's initial sequence numbers: which class of generator makes them, with the
 * evidence and the cost of guessing. */
#ifndef STAT_ISN_AUDIT_H
#define STAT_ISN_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stat/isn/battery.h"
#include "stat/isn/classes.h"
#include "stat/isn/cost.h"
#include "stat/isn/nmap.h"
#include "stat/isn/phase.h"
#include "stat/isn/recover.h"
#include "stat/isn/sample.h"
#include "stat/isn/sp800_90b.h"

/* Below so many samples nothing is said but what needs no statistics. */
#define ISN_AUDIT_LEAST 32
/* Of more samples, structure is looked for in the first so many: it shows there or nowhere.
 * Cookies, a generator's state, bits, collisions and the battery are looked for in all; what is
 * information only says itself how far it goes. */
#define ISN_AUDIT_STRUCTURE_MOST 65536
/* What is not known, in all doubles here, is NAN. */

/* Whether something is so. */
enum isn_answer { ISN_UNTESTED, ISN_NO, ISN_YES };

/* A fact that bears on the class, for or against it. Those that proved the class come first. */
#define ISN_EVIDENCE_MOST 48
struct isn_evidence {
    const char
        *test; /* static: "clock in the fixed tuple", "ports to numbers, linear over GF(2)" */
    double statistic; /* what the detail explains; NAN: none */
    double log10_p;   /* of a statistic at least as extreme by chance; NAN: not a test */
    bool supports;    /* it is what the class was concluded from */
    char detail[160]; /* a clause without a full stop, with its figures and their units */
};

/* M: the clock that the numbers follow. */
struct isn_clock {
    bool found;
    double rate, low, high; /* numbers a second, and the 95 % interval */
    double nominal;         /* of the well-known clock that is meant, numbers a second */
    const char *name; /* static, of that clock: "1/64 ns, Linux and gVisor"; NULL: none known */
    double ppm;       /* (rate / nominal - 1) * 10^6 */
    double residual;  /* s: standard deviation of the numbers about the clock */
    double wrap;      /* s: 2^32 / rate */
    double step;      /* numbers by which it goes up at once; 1 or more */
    double uptime;    /* s: number / rate, where the class says that the clock began at 0 */
    double log10_p;   /* of as good a clock in numbers without one */
};

/* What each connection adds to the numbers of all. */
struct isn_per_connection {
    bool found;
    bool exact;             /* one whole number; else a mean */
    double k, low, high;    /* numbers a connection, and the 95 % interval */
    double foreign;         /* connections of others a second */
    double foreign_log10_p; /* of no such connections */
};

/* F: how the number depends on addresses and ports. */
struct isn_tuple {
    double hash_bits;               /* width of F's values, 0 … 32 */
    enum isn_answer affine;         /* number = a * port + b modulo 2^32 */
    enum isn_answer linear;         /* linear over GF(2) in the bits of the port */
    enum isn_answer port_visible;   /* the port stands in the number */
    enum isn_answer source_matters; /* another source address, another number */
    uint32_t a, b;                  /* of affine; b also: what is added to linear */
    int shift;                      /* of port_visible: bits to the left */
    bool swapped;                   /* its bytes are swapped there, or in affine */
    unsigned rank;                  /* of linear: of the 17 columns (16 bits and 1) */
};

/* What SYN cookies say, of their fields that can be read. -1: not known. */
struct isn_cookie {
    bool found;
    bool proved;   /* the eight SYNs of the proof behaved as only cookies do */
    bool darwin;   /* FreeBSD's kind, in Darwin's layout */
    int mss_index; /* for the MSS of the last SYN */
    int wscale_index;
    int sack, ecn, parity; /* 0, 1 */
    size_t agree, pairs;   /* pairs of samples that behave so, of all that tell */
};

/* Servers behind one address, or keys one after the other. */
#define ISN_BACKENDS_MOST 16
struct isn_backend {
    double share;       /* of the samples of the fixed tuple */
    uint32_t offset;    /* level of its numbers, less the clock, at the first sample's time */
    double first, last; /* s since the first sample: when it was seen */
};

/* Increments, for the classes that go up. */
#define ISN_PERIOD_MOST 32
struct isn_increment {
    bool found;
    uint32_t step;                         /* COUNTER: the one increment; CONSTANT: 0 */
    uint32_t lattice;                      /* all are multiples of it */
    double q05, q50, q95, mean, deviation; /* of increments, less the clock's share */
    double arc50, arc98;                   /* numbers: the shortest arc with 50, 98 % of them */
    size_t period;                         /* PERIODIC: so many different ones */
    uint32_t cycle[ISN_PERIOD_MOST];       /* PERIODIC: in their order */
    double tick_rate, uptime;              /* TICK_ACCUMULATOR: ticks a second, s */
};

/* How many values there are. */
struct isn_entropy_bound {
    double bits;           /* of the values seen; NAN: no bound below 32 */
    uint32_t stuck, value; /* bits that never change, and what they are */
    size_t collisions;     /* pairs of equal numbers, of different tuples */
    double expected;       /* such pairs by chance */
    int byte;              /* a byte whose increment can be told: 0 … 3; -1: none */
};

/* What guessing takes. */
struct isn_price {
    double n50, low, high; /* packets for a 50 % chance, and the 95 % interval (NAN where a formula
                            * gives the figure) */
    bool formula;          /* from the class's closed form, not from the errors of a prediction */
    double seconds;        /* at options.packet_rate */
    double begun;          /* attempts, where an attempt outlives the half-open connection */
};

struct isn_audit_options {
    double window;      /* numbers that a blind segment may miss by; 65535 is usual */
    double packet_rate; /* an attacker's, packets a second */
    uint64_t random;    /* starts the resampling: the same one, the same audit */
    bool brief;         /* the class alone: no cost, no battery as information, no comparisons */
};

struct isn_audit {
    enum isn_class class;
    enum isn_severity severity;
    double log10_p;  /* of the class's proof, after all that was tried; NAN: none */
    const char *why; /* static: INCONCLUSIVE, a severity other than the class's, what was not seen
                      * of RANDOM; or NULL */
    size_t n, n_fixed, n_varying;
    size_t gaps;     /* runs of probes without an answer */
    double duration; /* s from the first to the last sample */

    struct isn_clock clock;
    struct isn_per_connection connection;
    struct isn_tuple tuple;
    struct isn_cookie cookie;
    struct isn_backend backends[ISN_BACKENDS_MOST];
    size_t backend_count; /* 0: one server, as far as can be seen */
    size_t epochs;        /* keys one after the other; 0: not known */
    struct isn_increment increment;
    struct isn_entropy_bound entropy;
    bool recovered;
    struct isn_recovery prng; /* where recovered */

    struct isn_price cross, same; /* on the victim's tuple; on a tuple that was seen before */
    struct isn_price window;      /* cross, but the window need only be hit */
    double certified_bits;        /* of collision entropy, at 95 % */

    struct isn_evidence evidence[ISN_EVIDENCE_MOST];
    size_t evidence_count;
    struct isn_battery battery;
    size_t rejected; /* tests of the battery */
    bool has_nmap, has_phase, has_entropies;
    struct isn_nmap nmap;
    struct isn_nmap_old nmap_old;
    struct isn_phase phase;
    struct isn_entropy entropies[ISN_SP800_90B_ROWS];
    size_t entropy_count;
};

/*
 * Audits the samples by the decision tree of isn_judges, below. 0 or -FAULT_MEMORY. To be released
 * also after a fault.
 */
int isn_audit_run(const struct isn_samples *samples, const struct isn_audit_options *options,
                  struct isn_audit *ret_audit);
void isn_audit_release(struct isn_audit *audit);

/* Takes over the state of a generator that was found by a search of its own (--deep): the class is
 * WEAK_PRNG from now on. */
int isn_audit_adopt(struct isn_audit *audit, const struct isn_samples *samples,
                    const struct isn_audit_options *options, const struct isn_recovery *recovery);

/* For the judges: one more fact. Silently dropped when there is no room for it. */
void isn_audit_note(struct isn_audit *audit, bool supports, const char *test, double statistic,
                    double log10_p, const char *format, ...) __attribute__((format(printf, 6, 7)));

/*
 * A judge looks at the samples for one family of generators. 1: that is it, class (and severity,
 * where it is not the class's), log10_p, and its parts of the audit are filled in, the proof noted;
 * 0: it is not, what was found may be noted and filled in all the same; or -FAULT_MEMORY. In the
 * order in which they are asked; each may rely on the ones before it having said no.
 */
int isn_judge_constant(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_port_visible(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_cookies(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_counter(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_periodic(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_increments(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_neighbours(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_generator(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_static(const struct isn_samples *samples, struct isn_audit *audit);
/* A formula in the port alone, where no tuple came again that would show it to stand still. */
int isn_judge_formula(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_fixed_clock(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_entropy(const struct isn_samples *samples, struct isn_audit *audit);
int isn_judge_bias(const struct isn_samples *samples, struct isn_audit *audit);

#endif
