/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The classes of generators that an audit of initial sequence numbers tells apart. */
#ifndef STAT_ISN_CLASSES_H
#define STAT_ISN_CLASSES_H

/* How bad a class is, in rising order; UNKNOWN is not on the scale. */
/* clang-format off */
#define ISN_SEVERITY_TABLE(X) \
    X(UNKNOWN,  "unknown",  "too little was seen to say anything") \
    X(GOOD,     "good",     "nothing to mend in what was tested") \
    X(INFO,     "info",     "worth knowing; harmless by itself") \
    X(MEDIUM,   "medium",   "weaker than the standards ask for") \
    X(HIGH,     "high",     "guessing takes few enough packets for an attack") \
    X(CRITICAL, "critical", "the next number can be told, or nearly so")

/* Enumerator (its name is the word that is reported), severity unless the audit says otherwise, in a
 * few words what the server does. */
#define ISN_CLASS_TABLE(X) \
    X(CONSTANT,             CRITICAL, "always the same number") \
    X(COUNTER,              CRITICAL, "a counter of connections") \
    X(CLOCK,                CRITICAL, "a clock that anybody can read") \
    X(CLOCK_COUNTER,        CRITICAL, "a clock and a counter of connections") \
    X(TICK_ACCUMULATOR,     CRITICAL, "the uptime added up with each connection") \
    X(PERIODIC,             CRITICAL, "the same few increments over and over") \
    X(TUPLE_FUNCTION,       CRITICAL, "a function of addresses and ports that can be computed") \
    X(STATIC_HASH,          MEDIUM,   "a keyed hash of addresses and ports, without a clock") \
    X(WEAK_PRNG,            CRITICAL, "a random number generator whose state was recovered") \
    X(RANDOM_INCREMENT,     HIGH,     "the previous number plus a random increment") \
    X(REDUCED_ENTROPY,      HIGH,     "random, but of too few values") \
    X(BIASED,               MEDIUM,   "random, but not uniform") \
    X(RFC6528,              GOOD,     "a keyed hash of addresses and ports plus a clock, as RFC 6528 asks") \
    X(RFC6528_SHORT_HASH,   MEDIUM,   "as RFC 6528 asks, but the hash is narrower than 32 bits") \
    X(RFC6528_COUNTER,      GOOD,     "as RFC 6528 asks, with a counter of connections in it") \
    X(SYN_COOKIE_LINUX,     INFO,     "SYN cookies as Linux makes them") \
    X(SYN_COOKIE_FREEBSD,   INFO,     "SYN cookies as FreeBSD, pf and Darwin make them") \
    X(SYN_COOKIE_BERNSTEIN, INFO,     "SYN cookies in Bernstein's own layout") \
    X(MIXTURE,              INFO,     "several servers behind one address") \
    X(RANDOM,               GOOD,     "no structure was found") \
    X(INCONCLUSIVE,         UNKNOWN,  "too few numbers, or contradictory ones")
/* clang-format on */

enum isn_severity {
#define X(id, word, meaning) ISN_SEVERITY_##id,
    ISN_SEVERITY_TABLE(X)
#undef X
        ISN_SEVERITY_COUNT
};

enum isn_class {
#define X(id, severity, summary) ISN_CLASS_##id,
    ISN_CLASS_TABLE(X)
#undef X
        ISN_CLASS_COUNT
};

const char *isn_class_name(enum isn_class class);    /* "RFC6528" */
const char *isn_class_summary(enum isn_class class); /* a few words */
enum isn_severity isn_class_severity(enum isn_class class);

const char *isn_severity_word(enum isn_severity severity);
const char *isn_severity_meaning(enum isn_severity severity);

#endif
