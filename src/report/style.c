/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How text looks: tones, columns of UTF-8 text, lines broken to a width. */
#include <string.h>

#include "report/output.h"

const char *style_tone(const struct style *style, enum tone tone)
{
    static const char *const sequences[TONE_COUNT] = {
        [TONE_PLAIN] = "\033[0m", [TONE_GOOD] = "\033[32m", [TONE_BAD] = "\033[31m",
        [TONE_WARN] = "\033[33m", [TONE_DIM] = "\033[2m",   [TONE_BOLD] = "\033[1m",
        [TONE_OUT] = "\033[36m",  [TONE_IN] = "\033[35m",
    };
    return style->colour ? sequences[tone] : "";
}

size_t style_character(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    if (c[0] == 0)
        return 0;
    if (c[0] < 0x80)
        return 1;
    /* The table of well-formed sequences in Unicode's chapter 3: no overlong form, no surrogate,
     * none above 10FFFF. */
    size_t length = c[0] >= 0xc2 && c[0] <= 0xdf   ? 2
                    : (c[0] & 0xf0) == 0xe0        ? 3
                    : c[0] >= 0xf0 && c[0] <= 0xf4 ? 4
                                                   : 0;
    for (size_t i = 1; i < length; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
        (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
        return 0;
    return length;
}

/* The same, but an invalid byte counts as a character. 0 at the end only. */
static size_t step(const char *text)
{
    size_t length = style_character(text);
    return length > 0 ? length : *text != '\0';
}

/* Length of the SGR sequence that text begins with, or 0. */
static size_t sgr(const char *text)
{
    if (text[0] != '\033' || text[1] != '[')
        return 0;
    size_t length = 2 + strspn(text + 2, "0123456789;");
    return text[length] == 'm' ? length + 1 : 0;
}

size_t style_columns(const char *text)
{
    size_t columns = 0;
    while (*text) {
        size_t skipped = sgr(text);
        columns += skipped == 0;
        text += skipped > 0 ? skipped : step(text);
    }
    return columns;
}

size_t style_cut(const char *text, size_t columns, bool notation, size_t *ret_next)
{
    size_t at = 0, blank = 0, comma = 0, hyphen = 0;
    for (size_t column = 0; text[at]; column++) {
        if (text[at] == ' ')
            blank = at;
        if (column == columns)
            break;
        size_t length = step(text + at);
        if (text[at] == ',' || text[at] == '|')
            comma = at + length;
        if (text[at] == '-' || text[at] == '_')
            hyphen = at + length;
        at += length;
    }
    if (text[at]) {
        if (blank > 0 && !(notation && comma > 0))
            at = blank;
        else if (comma > 0 || hyphen > 0)
            at = comma > 0 ? comma : hyphen;
        if (at == 0)
            at = step(text);
    }
    *ret_next = at + strspn(text + at, " ");
    while (at > 1 && text[at - 1] == ' ')
        at--;
    return at;
}

/* What stands for a character where there is only ASCII: as many columns or more. */
static const struct {
    const char *character, *ascii;
} nearest[] = {
    {"\302\240", " "},      {"\302\265", "u"},       {"\316\274", "u"},      {"\303\227", "x"},
    {"\302\267", "-"},      {"\342\200\246", "..."}, {"\342\200\223", "-"},  {"\342\200\224", "-"},
    {"\342\206\222", "->"}, {"\342\211\245", ">="},  {"\342\211\244", "<="},
};

static const char *in_ascii(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof nearest / sizeof nearest[0]; i++)
        if (strlen(nearest[i].character) == length &&
            memcmp(nearest[i].character, text, length) == 0)
            return nearest[i].ascii;
    return "?";
}

/* Printable ASCII that the text begins with. */
static size_t plain_run(const char *text, size_t length)
{
    size_t run = 0;
    while (run < length && text[run] >= ' ' && text[run] <= '~')
        run++;
    return run;
}

/* What a terminal obeys rather than shows: control characters, U+0080 to U+009F among them; ends of
 * lines and paragraphs (U+2028, U+2029); marks that turn the direction of the text about, so that
 * it reads as another (U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069). */
static bool is_obeyed(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;

    if (bytes[0] < 0x20 || bytes[0] == 0x7f)
        return true;
    if (bytes[0] == 0xc2)
        return bytes[1] < 0xa0;
    if (bytes[0] != 0xe2)
        return false;
    if (bytes[1] == 0x80)
        return bytes[2] == 0x8e || bytes[2] == 0x8f || (bytes[2] >= 0xa8 && bytes[2] <= 0xae);
    return bytes[1] == 0x81 && bytes[2] >= 0xa6 && bytes[2] <= 0xa9;
}

size_t style_put(const struct style *style, FILE *stream, const char *text, size_t length)
{
    size_t columns = 0;
    for (size_t at = 0; at < length && text[at];) {
        size_t run = plain_run(text + at, length - at);
        if (run > 0) {
            fwrite(text + at, 1, run, stream);
            columns += run;
            at += run;
            continue;
        }
        size_t taken = style_character(text + at);
        if (taken == 0 || is_obeyed(text + at)) {
            fputc('?', stream);
            columns++;
        } else if (taken == 1 || (style->utf8 && memcmp(text + at, "\302\240", 2) != 0)) {
            fwrite(text + at, 1, taken, stream);
            columns++;
        } else {
            const char *ascii = in_ascii(text + at, taken);
            fputs(ascii, stream);
            columns += strlen(ascii);
        }
        at += taken > 0 ? taken : 1;
    }
    return columns;
}

void style_spaces(FILE *stream, size_t count)
{
    fprintf(stream, "%*s", (int)count, "");
}

void style_wrap_tone(const struct style *style, FILE *stream, enum tone tone, size_t column,
                     size_t indent, const char *text)
{
    /* Where hardly any room is left, a line of twenty columns is better than a letter a line. */
    size_t room = style->width > column + 20 ? style->width - column : 20;
    for (;;) {
        size_t next, length = style_cut(text, room, false, &next);
        if (tone != TONE_PLAIN)
            fputs(style_tone(style, tone), stream);
        style_put(style, stream, text, length);
        if (tone != TONE_PLAIN)
            fputs(style_tone(style, TONE_PLAIN), stream);
        fputc('\n', stream);
        text += next;
        if (*text == '\0')
            return;
        style_spaces(stream, indent);
        room = style->width > indent + 20 ? style->width - indent : 20;
    }
}

void style_wrap(const struct style *style, FILE *stream, size_t column, size_t indent,
                const char *text)
{
    style_wrap_tone(style, stream, TONE_PLAIN, column, indent, text);
}
