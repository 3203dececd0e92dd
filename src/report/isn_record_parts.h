/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that turn an audit into its record share. */
#ifndef REPORT_ISN_RECORD_PARTS_H
#define REPORT_ISN_RECORD_PARTS_H

#include "report/isn_record.h"

/* The records of what was found; NULL for what was not. */
const void *isn_record_clock(const struct isn_audit *audit, struct arena *arena);
const void *isn_record_per_connection(const struct isn_audit *audit, struct arena *arena);
const void *isn_record_tuple(const struct isn_audit *audit, struct arena *arena);
const void *isn_record_prng(const struct isn_audit *audit, struct arena *arena);
const void *isn_record_cookie(const struct isn_audit *audit, struct arena *arena);
struct record_list isn_record_backends(const struct isn_audit *audit, struct arena *arena);
const void *isn_record_increment(const struct isn_audit *audit, struct arena *arena);
const void *isn_record_entropy(const struct isn_audit *audit, struct arena *arena);

/* The battery's, with the estimates of entropy. */
const void *isn_record_battery(const struct isn_audit *audit, struct arena *arena);

#endif
