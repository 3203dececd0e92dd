/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of all commands as a JSON Schema, made from the tables that the renderers walk. */
#ifndef REPORT_JSON_SCHEMA_H
#define REPORT_JSON_SCHEMA_H

#include "report/output.h"

/*
 * Writes one document (JSON Schema, draft 2020-12), indented, and flushes: a definition for each
 * record, and a line of output is one of those that are no part of another. 0; -FAULT_IO;
 * -FAULT_MEMORY; -FAULT_USAGE where the output wants another form (CSV, dot) or some fields only.
 */
int json_schema_write(struct output *output, struct fault *fault);

#endif
