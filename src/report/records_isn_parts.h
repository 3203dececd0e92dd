/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the classes and severities for the schemas of audits: for report/records_isn*.c
 * only. */
#ifndef REPORT_RECORDS_ISN_PARTS_H
#define REPORT_RECORDS_ISN_PARTS_H

#include "report/records_isn.h"
#include "report/records_parts.h"
#include "stat/isn/classes.h"

/* The names of the classes with commas, and of the severities. */
#define ISN_COMMA_CLASS(id, severity, summary) "," #id
#define ISN_CLASS_WORDS                        (&(ISN_CLASS_TABLE(ISN_COMMA_CLASS))[1])
#define ISN_SEVERITY_WORDS                     RECORDS_WORDS(ISN_SEVERITY_TABLE)

#endif
