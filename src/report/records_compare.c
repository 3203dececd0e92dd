/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas of two captures compared, and the beginnings of all records that are read from
 * captures. */
#include <string.h>

#include "report/connection_text.h"
#include "report/records_parts.h"
#include "report/records_read.h"

/* clang-format off */
#define F(member, unit, help) FIELD(struct difference_record, member, unit, help)
static const struct field difference_fields[] = {
    F(place, "", "where it differs: connection, SYN, SYN,ACK or segment"),
    F(what, "", "what differs: source, mss, isn, ttl, window, dscp, …"),
    F(a, "", "as the first capture has it; null: it is not there"),
    F(b, "", "as the second capture has it; null: it is not there"),
    F(meaning, "", "what that says of what lies between the two"),
};
#undef F
SCHEMA(difference, struct difference_record, NULL, "One thing that differs between two captures of a connection");

#define F(member, unit, help) FIELD(struct compare_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct compare_record, member, values, help)
#define O(member, of, help) FIELD_OF(struct compare_record, member, of, help)
static const struct field compare_fields[] = {
    F(schema, "", "version of this record's form"),
    F(command, "", "the command that wrote it"),
    F(file_a, "", "the first file as it was given"),
    F(file_b, "", "the second file as it was given"),
    F(connection_a, "", "number of the connection in the first file; null: it is not there"),
    F(connection_b, "", "number of the connection in the second file; null: it is not there"),
    F(target, "", "the server and its port, as the first file has it, else the second"),
    F(client_a, "", "the client and its port in the first file"),
    F(server_a, "", "the server and its port in the first file"),
    F(client_b, "", "the client and its port in the second file"),
    F(server_b, "", "the server and its port in the second file"),
    W(matched_by, COMPARE_MATCHED_WORDS, "how the two were found to be the same: by both ends, by initial sequence numbers, by timestamps, or by one end, the options of the SYN and the order in time; null: one capture has none"),
    W(verdict, RECORDS_WORDS(COMPARE_VERDICT_TABLE), "what lies between the two captures, as far as the differences tell" COMPARE_VERDICT_TABLE(RECORDS_MEANING)),
    F(reason, "", "the verdict in one sentence"),
    W(verdict_a, RECORDS_WORDS(VERDICT_TABLE), "the verdict about the connection itself in the first file"),
    W(verdict_b, RECORDS_WORDS(VERDICT_TABLE), "the verdict about the connection itself in the second file"),
    F(rtt_a_ms, "ms", "round trip, SYN to SYN,ACK, at the first capture point"),
    F(rtt_b_ms, "ms", "round trip, SYN to SYN,ACK, at the second capture point"),
    F(between_ms, "ms", "what of the round trip lies between the two capture points, there and back"),
    F(hops_between, "", "hops between the two capture points, by the TTL of the client's segments"),
    W(client_side, "a,b", "which capture point is nearer to the client; null: it is not known"),
    F(isn_client_shift, "", "the client's initial sequence number in the second file less that in the first, modulo 2^32; 0: they are the same"),
    F(isn_server_shift, "", "the same for the server's"),
    F(segments_a, "", "segments in the first file"),
    F(segments_b, "", "segments in the second file"),
    F(lost_forward, "", "the client's segments that were seen at the nearer capture point and not at the farther"),
    F(lost_reverse, "", "the server's segments that were seen at the nearer capture point and not at the farther"),
    F(added_forward, "", "segments towards the server that were put in between the two"),
    F(added_reverse, "", "segments towards the client that were put in between the two"),
    F(unmet, "", "the clauses of --expect that failed, with what was seen; null for none"),
    O(differences, &schema_difference, "what differs"),
    O(findings, &schema_finding, "what was out of the ordinary"),
};
#undef F
#undef W
#undef O
SCHEMA(compare, struct compare_record, compare_show, "One connection in two captures, compared");
/* clang-format on */

/* Every field is unknown, false, or empty. */
static void make_unknown(const struct schema *schema, void *record)
{
    memset(record, 0, schema->size);
    for (size_t i = 0; i < schema->count; i++) {
        const struct field *field = &schema->fields[i];
        char *member = (char *)record + field->offset;

        if (field->type == FIELD_INTEGER)
            memcpy(member, &(int64_t){RECORD_UNKNOWN}, sizeof(int64_t));
        else if (field->type == FIELD_NUMBER)
            memcpy(member, &(double){NAN}, sizeof(double));
    }
}

void connection_record_init(struct connection_record *record)
{
    make_unknown(&schema_read, record);
    record->schema = RECORD_SCHEMA_VERSION;
    record->command = "read";
}

void capture_record_init(struct capture_record *record)
{
    make_unknown(&schema_capture, record);
    record->schema = RECORD_SCHEMA_VERSION;
    record->command = "read";
}

void compare_record_init(struct compare_record *record)
{
    make_unknown(&schema_compare, record);
    record->schema = RECORD_SCHEMA_VERSION;
    record->command = "read";
}
