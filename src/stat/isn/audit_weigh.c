/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Severities other than the class's: what the findings make of it. */
#include <stddef.h>

#include "stat/isn/audit_parts.h"

/* Packets for half a chance: so few are no hindrance at all; so many of a counter are one. */
#define HANDFUL 16
#define CROWD   4096
/* So few are sent within a second. */
#define INSTANT 65536
/* Ports that it takes to see whether a hash is one. */
#define PORTS_LEAST 28

static bool is_counter(enum isn_class class)
{
    return class == ISN_CLASS_COUNTER || class == ISN_CLASS_CLOCK_COUNTER;
}

static bool is_hash(enum isn_class class)
{
    return class == ISN_CLASS_STATIC_HASH || class == ISN_CLASS_RFC6528 ||
           class == ISN_CLASS_RFC6528_SHORT_HASH || class == ISN_CLASS_RFC6528_COUNTER;
}

static bool may_be_narrow(enum isn_class class)
{
    return class == ISN_CLASS_RFC6528_SHORT_HASH || class == ISN_CLASS_STATIC_HASH;
}

bool isn_audit_leaves_address_out(const struct isn_audit *audit)
{
    return is_hash(audit->class) && audit->tuple.source_matters == ISN_NO;
}

static void set(struct isn_audit *audit, enum isn_severity severity, const char *why)
{
    audit->severity = severity;
    audit->why = why;
}

void isn_audit_weigh(struct isn_audit *audit)
{
    double n50 = audit->cross.n50;

    if (audit->severity == ISN_SEVERITY_UNKNOWN)
        audit->severity = isn_class_severity(audit->class);
    if (isn_audit_leaves_address_out(audit))
        set(audit, ISN_SEVERITY_CRITICAL,
            "the hash leaves our address out: who asks from the same port gets a victim's number");
    else if (is_hash(audit->class) && audit->n_varying < PORTS_LEAST)
        set(audit, ISN_SEVERITY_UNKNOWN,
            "too few ports were asked to tell a keyed hash from a formula");
    else if (may_be_narrow(audit->class) && n50 <= HANDFUL)
        set(audit, ISN_SEVERITY_CRITICAL, "the hash leaves a handful of guesses");
    else if (may_be_narrow(audit->class) && n50 <= INSTANT)
        set(audit, ISN_SEVERITY_HIGH, "the hash leaves so few guesses that they take a second");
    else if (audit->class == ISN_CLASS_SYN_COOKIE_FREEBSD)
        set(audit, ISN_SEVERITY_MEDIUM,
            "only 24 bits of the cookie are secret, as of a hash that is too narrow");
    else if (audit->class == ISN_CLASS_RANDOM_INCREMENT && n50 <= HANDFUL)
        set(audit, ISN_SEVERITY_CRITICAL, "the increments leave a handful of guesses");
    else if (is_counter(audit->class) && audit->connection.foreign > 0 && n50 > CROWD)
        set(audit, ISN_SEVERITY_HIGH,
            "others' connections in between leave thousands of guesses for the moment");
}
