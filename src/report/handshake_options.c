/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of the options that were offered, answered, and are in effect. */
#include "report/handshake_options.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "report/table.h"

#define INDENT 2

enum option_row_index {
    ROW_MSS,
    ROW_WSCALE,
    ROW_SACK,
    ROW_TIMESTAMPS,
    ROW_FASTOPEN,
    ROW_ECN,
    ROW_MPTCP,
    ROW_COUNT
};

struct options_table {
    const struct options_record *sides[3];
    const char *headings[3];
    enum option_row_index rows[ROW_COUNT];
    bool utf8;
};

/* Whether the side has it; a number's presence likewise. */
static bool has_option(const struct options_record *side, enum option_row_index row)
{
    if (!side)
        return false;
    switch (row) {
    case ROW_MSS:
        return side->mss != RECORD_UNKNOWN;
    case ROW_WSCALE:
        return side->wscale != RECORD_UNKNOWN;
    case ROW_SACK:
        return side->sack;
    case ROW_TIMESTAMPS:
        return side->timestamps;
    case ROW_FASTOPEN:
        return side->fastopen;
    case ROW_ECN:
        return side->ecn;
    case ROW_MPTCP:
        return side->mptcp;
    case ROW_COUNT:
        break;
    }
    return false;
}

static const char *table_heading(const void *context, size_t column)
{
    const struct options_table *table = context;
    return column == 0 ? "option" : table->headings[column - 1];
}

static const char *table_cell(const void *context, size_t row, size_t column,
                              char text[FIELD_TEXT_SIZE])
{
    static const char *const names[ROW_COUNT] = {
        [ROW_MSS] = "MSS",
        [ROW_WSCALE] = "window scale",
        [ROW_SACK] = "SACK",
        [ROW_TIMESTAMPS] = "timestamps",
        [ROW_FASTOPEN] = "Fast Open",
        [ROW_ECN] = "ECN",
        [ROW_MPTCP] = "MPTCP",
    };
    const struct options_table *table = context;
    enum option_row_index index = table->rows[row];
    if (column == 0)
        return names[index];
    const struct options_record *side = table->sides[column - 1];
    bool has = has_option(side, index);
    if (has && index == ROW_MSS) {
        snprintf(text, FIELD_TEXT_SIZE, "%" PRId64, side->mss);
        return text;
    }
    if (has && index == ROW_WSCALE) {
        if (side->wscale >= 0 && side->wscale <= 14)
            snprintf(text, FIELD_TEXT_SIZE, "%" PRId64 " (%s%d)", side->wscale,
                     table->utf8 ? "×" : "x", 1 << side->wscale);
        else
            snprintf(text, FIELD_TEXT_SIZE, "%" PRId64 " (above 14)", side->wscale);
        return text;
    }
    return has ? "yes" : "no";
}

/* Whether an entry of the notation is one that the table's rows speak of. */
static bool is_known(const char *entry, size_t length)
{
    static const char *const words[] = {"mss", "nop", "wscale", "sackOK",
                                        "TS",  "eol", "FO",     "mptcp"};
    size_t word = 0;
    while (word < length && entry[word] != ' ')
        word++;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == word && strncmp(words[i], entry, word) == 0)
            return true;
    return false;
}

/* The entries that the rows do not speak of; "" for none. */
static void show_others(const struct options_record *side, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    const char *entry = side && side->options ? side->options : "";
    while (*entry) {
        size_t length = strcspn(entry, ",");
        if (!is_known(entry, length))
            text_append(text, size, &at, "%s%.*s", at > 0 ? "," : "", (int)length, entry);
        entry += length + (entry[length] == ',');
    }
}

void handshake_show_options(const struct options_record *offered,
                            const struct options_record *answered,
                            const struct options_record *in_effect, const struct style *style,
                            FILE *stream)
{
    /* What was offered alone stands in the ladder already. */
    if (!answered && !in_effect && style->verbose == 0)
        return;
    static const char *const headings[3] = {"offered", "answered", "in effect"};
    const struct options_record *const all[3] = {offered, answered, in_effect};
    struct options_table context = {.utf8 = style->utf8};
    size_t columns = 1, rows = 0;
    for (size_t i = 0; i < 3; i++) {
        if (!all[i])
            continue;
        context.sides[columns - 1] = all[i];
        context.headings[columns - 1] = headings[i];
        columns++;
    }
    for (enum option_row_index row = 0; row < ROW_COUNT; row++)
        if (has_option(all[0], row) || has_option(all[1], row))
            context.rows[rows++] = row;
    const struct table table = {
        .style = style,
        .stream = stream,
        .indent = INDENT,
        .rows = rows,
        .columns = columns,
        .heading = table_heading,
        .cell = table_cell,
        .context = &context,
    };
    if (rows > 0) {
        fputc('\n', stream);
        table_show(&table);
    }
    for (size_t i = 0; i < 2; i++) {
        char others[320];
        show_others(all[i], others, sizeof others);
        if (*others) {
            size_t column = (size_t)fprintf(stream, "%*salso %-8s  ", INDENT, "", headings[i]);
            style_wrap(style, stream, column, column, others);
        }
    }
}
