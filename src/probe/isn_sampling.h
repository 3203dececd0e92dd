/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of sampling one target's initial sequence numbers, as it is handed to a command. */
#ifndef PROBE_ISN_SAMPLING_H
#define PROBE_ISN_SAMPLING_H

#include "probe/isn_front.h"
#include "probe/isn_plan.h"
#include "report/records.h"
#include "stat/isn/sample.h"
#include "wire/ip.h"

/* A number that was foretold, and the one that came. */
#define ISN_FORETOLD 3
struct isn_foretold {
    uint32_t foretold, isn;
    bool answered; /* else nothing came in time */
    bool hit;
};

struct isn_sampling {
    /* Who was asked, and from where. */
    const char *target; /* as the user wrote it */
    const char *host;
    const char *time; /* when it began, ISO 8601 */
    uint16_t port;
    unsigned addresses;                     /* how many the name has; 0: not known */
    int64_t dns_ns;                         /* -1: no name was resolved */
    struct address address, source, second; /* family NONE: none */
    const char *interface;                  /* NULL: not known */
    const char *stamp_words;                /* of the capture; NULL: there was none */

    /* What is or was to be sent. */
    size_t most;   /* SYNs at most, in all */
    int64_t takes; /* ns: about how long */
    enum isn_stage stage;
    size_t to_come; /* SYNs of the plan that have not left */

    /* What answered. VERDICT_OPEN: with SYN,ACKs. */
    enum verdict verdict;
    const char *reason;  /* one sentence */
    struct address from; /* family NONE: nobody */
    uint8_t ttl;         /* of that */
    size_t sent, lost;   /* SYNs, and those without any answer in time */
    size_t repeats;      /* SYN,ACKs that came again though our RST had left */
    int64_t dropped;     /* frames that the capture lost; RECORD_UNKNOWN */
    int64_t lasted;      /* ns, until now */
    const char *ended;   /* why sampling ended before its end, a clause; NULL: it did not */

    /* In the server's order. `looks` has one for each row, and then those of the one connection
     * that was completed, its SYN,ACK first. Times are ns of a clock that only goes forward. */
    const struct isn_sample *rows;
    size_t count;
    const struct isn_look *looks;
    size_t look_count;

    /* The next numbers, foretold while it went on. */
    size_t foretold_count; /* 0: the class does not allow it, or there was no time */
    bool same_tuple;       /* for the fixed tuple only */
    struct isn_foretold foretold[ISN_FORETOLD];
};

#endif
