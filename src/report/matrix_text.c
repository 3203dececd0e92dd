/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a target and the way to it make of TCP options, as people read it: the page. */
#include "report/matrix_text.h"

#include "report/page.h"
#include "report/records_matrix.h"

void matrix_text(const void *record, const struct style *style, struct output *output)
{
    const struct matrix_record *matrix = record;
    struct page page = {.style = style, .stream = output->stream, .record = record};

    page_put_verdict(&page, 0, matrix->verdict, matrix->reason, matrix->unmet);
}

void matrix_row_text(const void *record, const struct style *style, struct output *output)
{
    const struct matrix_row_record *row = record;
    struct page page = {.style = style, .stream = output->stream, .record = record};

    page_put_verdict(&page, 0, row->feature, row->verdict, NULL);
}
