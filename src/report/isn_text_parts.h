/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that show an audit as text share: for report/isn_text*.c only. */
#ifndef REPORT_ISN_TEXT_PARTS_H
#define REPORT_ISN_TEXT_PARTS_H

#include "report/isn_figures.h"
#include "report/isn_words.h"
#include "report/page.h"
#include "report/records.h"
#include "report/records_isn.h"

#define ISN_TEXT_SIZE 1024

/* What supports the class, most telling first; with style->verbose also what else was tested. */
void isn_text_put_evidence(struct page *page);

/* Clock, counter, hash, generator, cookies, servers, increments, values, predictions: a fact each.
 */
void isn_text_put_found(struct page *page);

/* What guessing takes, as a table. */
void isn_text_put_cost(struct page *page);

/* What the sample could have found, and what it certifies. */
void isn_text_put_power(struct page *page);

/* The battery's tests, and with the sizes that they need those of NIST. */
void isn_text_put_battery(struct page *page);

/* What nmap and the phase space say, and what an earlier audit said. */
void isn_text_put_besides(struct page *page);

/* Whether an answer of struct isn_tuple_record is this word. */
bool isn_text_is(const char *answer, const char *word);

#endif
