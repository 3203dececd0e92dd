/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema of `read --isn`, and its lines. */
#include "report/records_read_isn.h"

#include <inttypes.h>

#include "report/output.h"
#include "report/records_parts.h"

/* The file is not among the columns: its name may have blanks. */
static void read_isn_show(const void *record, const struct style *style, struct output *output)
{
    const struct read_isn_record *row = record;

    (void)style;
    if (output->written == 0)
        fputs("# TCP initial sequence numbers, for 'tcpprobe isn --from'\n"
              "time_ns src_port isn src cseq mss server server_port client connection frame\n",
              output->stream);
    fprintf(output->stream,
            "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %s %" PRId64
            " %s %" PRId64 " %" PRId64 "\n",
            row->time_ns, row->src_port, row->isn, row->src, row->cseq, row->mss, row->server,
            row->server_port, row->client, row->connection, row->frame);
}

/* clang-format off */
#define F(member, unit, help) FIELD(struct read_isn_record, member, unit, help)
static const struct field read_isn_fields[] = {
    F(schema, "", "version of this record's form"),
    F(command, "", "the command that wrote it"),
    F(time_ns, "ns", "when the SYN,ACK was captured, since 1970"),
    F(src_port, "", "the client's port"),
    F(isn, "", "the server's initial sequence number"),
    F(src, "", "the client's address as a number, in order of appearance, from 0"),
    F(cseq, "", "the client's initial sequence number"),
    F(mss, "bytes", "the MSS that the client's SYN told; 0: none, or it is not in the capture"),
    F(server, "", "the server's address"),
    F(server_port, "", "the server's port"),
    F(client, "", "the client's address"),
    F(connection, "", "number of the connection in the file, from 1"),
    F(frame, "", "number of the frame in the file, from 1"),
    F(file, "", "the file as it was given"),
};
#undef F
SCHEMA_LINE(read_isn, struct read_isn_record, read_isn_show, "One initial sequence number of a server in a capture");
/* clang-format on */
