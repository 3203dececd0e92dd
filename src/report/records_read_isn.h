/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of `read --isn`: an initial sequence number of a server, as `isn --from` reads it in
 * each format. */
#ifndef REPORT_RECORDS_READ_ISN_H
#define REPORT_RECORDS_READ_ISN_H

#include "report/records.h"

/* The first six that are told of the number are the columns of report/isn_lines.h. */
struct read_isn_record {
    int64_t schema;
    const char *command;
    int64_t time_ns; /* of the SYN,ACK, since 1970 */
    int64_t src_port, isn;
    int64_t src; /* the client's address as a number, in order of appearance */
    int64_t cseq, mss;
    const char *server;
    int64_t server_port;
    const char *client;
    int64_t connection, frame;
    const char *file;
};

/* Text is a line for each, below the names of the columns. */
extern const struct schema schema_read_isn;

#endif
