/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages of all commands have in common: a title, labelled facts, the verdict. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdint.h>
#include <stdio.h>

#include "report/output.h"
#include "report/records.h"

#define PAGE_INDENT 2
/* Columns of the labels that facts have. */
#define PAGE_LABEL 10

struct page {
    const struct style *style;
    FILE *stream;
    const void *record;
    bool facts; /* a fact has been written */
};

/* What a title tells; texts may be NULL, `addresses` unknown. */
struct page_title {
    const char *command;
    const char *target;
    const char *address;
    int64_t addresses; /* how many the name has */
    const char *interface;
    const char *mode; /* how it is measured, behind a comma */
    const char *time; /* shown with style->verbose only */
};

/* The title's line, broken to the page's width. */
void page_put_title(const struct page *page, const struct page_title *title);

/*
 * Appends " (198.18.0.2, 1 of 3 addresses)": the address unless the target's text has it already,
 * and how many there are where there are several. Nothing where neither is news.
 */
void page_append_address(char *text, size_t size, size_t *at, const char *target,
                         const char *address, int64_t addresses);

/* Appends "from 198.18.0.2, TTL 61, so about 3 hops away", as far as it is known. */
void page_append_answer(char *text, size_t size, size_t *at, const char *from, const char *family,
                        int64_t ttl, int64_t hops);

/* A label and a text beside it, broken to the width; the first one has an empty line above it. */
void page_put_fact(struct page *page, enum tone tone, const char *label, const char *text);

/*
 * "open: REASON" behind `indent` blanks, and where `unmet` is not NULL a line "not met: …" below.
 * Never broken: each is one line for whoever copies it, greps for it or takes the last line.
 */
void page_put_verdict(const struct page *page, size_t indent, const char *verdict,
                      const char *reason, const char *unmet);

/* The same for a verdict that is not one about a target. */
void page_put_judgement(const struct page *page, size_t indent, enum tone tone, const char *verdict,
                        const char *reason, const char *unmet);
/* What a verdict about a target is coloured for; NULL: not known. */
enum tone page_verdict_tone(const char *verdict);

/* Findings (struct finding_record), one a line or more; nothing above them. */
void page_put_findings(const struct page *page, struct record_list list);

/* "198.18.0.2:80", "[2001:db8::1]:80"; without the port where that is unknown, "?" for NULL. */
void page_show_end(const char *address, int64_t port, char *text, size_t size);

/* Milliseconds as a duration in three figures, its micro sign as the style can show it. */
void page_show_duration(const struct style *style, double ms, char *text, size_t size);

/* Whether a number is known and not 0. */
bool page_some(int64_t value);

#endif
