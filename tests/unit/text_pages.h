/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records as people read them: as text, and held against golden files in several styles. */
#ifndef TESTS_UNIT_TEXT_PAGES_H
#define TESTS_UNIT_TEXT_PAGES_H

#include "golden.h"
#include "report/output.h"

struct text_page {
    const char *name;
    struct style style;
};

/* The record's text, to be freed. */
static inline char *text_of(const struct schema *schema, const void *record, struct style style)
{
    struct capture capture;
    struct fault fault = {0};

    capture_begin(&capture);
    struct output output = {.stream = capture.stream, .format = FORMAT_TEXT, .style = style};
    assert_int_equal(output_record(&output, schema, record, &fault), 0);
    return capture_end(&capture);
}

/* What `show` gives in each style is the file "PREFIX-NAME.txt". */
static inline void text_pages_check(const char *prefix, const struct text_page *pages, size_t count,
                                    char *(*show)(struct style style))
{
    for (size_t i = 0; i < count; i++) {
        char name[64], *text = show(pages[i].style);

        snprintf(name, sizeof name, "%s-%s.txt", prefix, pages[i].name);
        golden_check(name, text);
        free(text);
    }
}

#endif
