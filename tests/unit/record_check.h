/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every record of a probe that is over must keep to, whatever the probe met. */
#ifndef RECORD_CHECK_H
#define RECORD_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/records.h"

/* What to do when a requirement does not hold: tests let cmocka know, a fuzz target crashes. */
#ifndef LAB_FAIL
#define LAB_FAIL(file, line, words)                                                                \
    (fprintf(stderr, "# %s:%d: %s\n", (file), (line), (words)), abort())
#endif
#define REQUIRE(condition) ((condition) ? (void)0 : LAB_FAIL(__FILE__, __LINE__, #condition))

/* The SYNs that we sent, as the segments tell. */
static inline int64_t record_copies(const struct record_list *list)
{
    const struct segment_record *rows = list->items;
    int64_t copies = 0;

    for (size_t i = 0; i < list->count; i++) {
        bool foreign = rows[i].note && strstr(rows[i].note, "not sent by us");

        if (strcmp(rows[i].direction, "out") == 0 && !foreign && strstr(rows[i].flags, "SYN") &&
            !strstr(rows[i].flags, "ACK"))
            copies++;
    }
    return copies;
}

static inline void record_check_segments(const struct handshake_record *record)
{
    const struct segment_record *rows = record->segments.items;

    for (size_t i = 0; i < record->segments.count; i++) {
        const struct segment_record *row = &rows[i];

        REQUIRE(strcmp(row->direction, "in") == 0 || strcmp(row->direction, "out") == 0);
        REQUIRE(row->state && row->server_state && row->ttl >= 0 && row->ttl <= 255);
        REQUIRE(!isnan(row->t_ms) && (i == 0 || row->t_ms >= rows[i - 1].t_ms));
        REQUIRE((row->icmp != NULL) != (row->flags != NULL));
        if (row->icmp)
            continue;
        REQUIRE(row->options && row->seq >= 0 && row->seq <= UINT32_MAX && row->length >= 0);
        REQUIRE(row->window >= 0 && row->window_bytes >= row->window);
        REQUIRE((row->ack == RECORD_UNKNOWN) == !strstr(row->flags, "ACK"));
    }
}

static inline void record_check_steps(const struct handshake_record *record)
{
    const struct step_record *rows = record->steps.items;
    const struct segment_record *segments = record->segments.items;
    size_t count = record->steps.count;

    for (size_t i = 0; i < count; i++) {
        REQUIRE(rows[i].from && rows[i].event && rows[i].to && rows[i].effects && rows[i].why &&
                rows[i].reference);
        REQUIRE(strcmp(rows[i].from, i == 0 ? "CLOSED" : rows[i - 1].to) == 0);
        if (rows[i].segment == RECORD_UNKNOWN)
            continue;
        REQUIRE(rows[i].segment >= 0 && (size_t)rows[i].segment < record->segments.count);
        REQUIRE(strcmp(segments[rows[i].segment].direction, "in") == 0);
    }
    if (count > 0)
        REQUIRE(strcmp(rows[count - 1].to, "CLOSED") == 0);
}

static inline void record_check_findings(const struct handshake_record *record)
{
    const struct finding_record *rows = record->findings.items;
    int last = SEVERITY_COUNT;

    for (size_t i = 0; i < record->findings.count; i++) {
        int severity = 0;

        while (severity < SEVERITY_COUNT &&
               strcmp(rows[i].severity, severity_word((enum severity)severity)) != 0)
            severity++;
        REQUIRE(severity < SEVERITY_COUNT && severity <= last);
        last = severity;
        REQUIRE(rows[i].text && rows[i].text[0] && strncmp(rows[i].id, "TP-", 3) == 0);
        for (size_t j = 0; j < i; j++)
            REQUIRE(strcmp(rows[i].id, rows[j].id) != 0);
    }
}

static inline bool verdict_is(const char *word, enum verdict verdict)
{
    return strcmp(word, verdict_word(verdict)) == 0;
}

/* What holds for the record of any probe that is over, whatever it met. */
static inline void record_check(const struct handshake_record *record)
{
    bool opened =
        verdict_is(record->verdict, VERDICT_OPEN) || verdict_is(record->verdict, VERDICT_RESET);
    bool unreachable = verdict_is(record->verdict, VERDICT_UNREACHABLE);
    unsigned verdict = 0;

    while (verdict < VERDICT_COUNT && !verdict_is(record->verdict, (enum verdict)verdict))
        verdict++;
    REQUIRE(verdict < VERDICT_COUNT);
    REQUIRE(record->reason && record->reason[0] &&
            record->reason[strlen(record->reason) - 1] != '.');
    REQUIRE(!strchr(record->reason, '\n') && strstr(record->reason, "(null)") == NULL);
    REQUIRE(record->rtt_source && record->rtt_source[0]);
    REQUIRE(isnan(record->rtt_ms) != (strncmp(record->rtt_source, "capture: test: ", 15) == 0));
    REQUIRE(isnan(record->rtt_ms) || record->rtt_ms >= 0.0);
    REQUIRE(record->duration_ms >= 0.0 && record->duration_ms < 1e7);
    REQUIRE(opened == (record->in_effect != NULL) && opened == (record->closed != NULL));
    REQUIRE(opened == !isnan(record->connect_ms));
    REQUIRE(record->offered != NULL);
    REQUIRE(unreachable == (record->icmp_type != RECORD_UNKNOWN));
    if (opened || unreachable || verdict_is(record->verdict, VERDICT_REFUSED))
        REQUIRE(record->from && record->ttl != RECORD_UNKNOWN && record->hops >= 0);
    if (opened)
        REQUIRE(record->bytes_acked <= record->bytes_sent && record->isn_server != RECORD_UNKNOWN);
    if (record->answered_attempt != RECORD_UNKNOWN)
        REQUIRE(record->answered_attempt >= 1 && record->answered_attempt <= record->attempts);
    if (record->lost_forward != RECORD_UNKNOWN)
        REQUIRE(record->lost_forward >= 0 && record->lost_forward < record->attempts);
    if (record->lost_reverse != RECORD_UNKNOWN)
        REQUIRE(record->lost_reverse >= 0 && record->lost_reverse <= record->attempts);
    record_check_segments(record);
    record_check_steps(record);
    record_check_findings(record);
    REQUIRE(record->attempts == record_copies(&record->segments));
}

#endif
