/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of pictures that need no cairo: kinds of file, the palette, text made safe, SVG
 * finished. */
#include "report/plot_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "report/output.h"

enum plot_kind plot_kind_find(const char *path)
{
#define X(id, ending) [PLOT_KIND_##id] = ending,
    static const char *const endings[PLOT_KIND_COUNT] = {PLOT_KIND_TABLE(X)};
#undef X
    size_t length = strlen(path);
    for (unsigned kind = 0; kind < PLOT_KIND_COUNT; kind++) {
        size_t ending = strlen(endings[kind]);
        /* A name before the ending: ".svg" alone is a hidden file without one. */
        if (length > ending && path[length - ending - 1] != '/' &&
            strcasecmp(path + length - ending, endings[kind]) == 0)
            return (enum plot_kind)kind;
    }
    return PLOT_KIND_COUNT;
}

int plot_kind_check(const char *path, enum plot_kind *ret_kind, struct fault *fault)
{
    *ret_kind = plot_kind_find(path);
    if (*ret_kind == PLOT_KIND_COUNT)
        return fault_set(fault, FAULT_USAGE, 0,
                         "a picture's file must end in .svg, .png or .pdf, not '%s'", path);
    return 0;
}

struct plot_colour plot_series_colour(size_t index)
{
    static const struct plot_colour colours[PLOT_SERIES_COUNT] = {
        {0.000, 0.447, 0.698}, /* blue */
        {0.835, 0.369, 0.000}, /* vermillion */
        {0.000, 0.620, 0.451}, /* bluish green */
        {0.800, 0.475, 0.655}, /* reddish purple */
        {0.902, 0.624, 0.000}, /* orange */
        {0.337, 0.706, 0.914}, /* sky blue */
        {0.000, 0.000, 0.000}, /* black */
        {0.500, 0.500, 0.500}, /* in place of yellow */
    };
    return colours[index % PLOT_SERIES_COUNT];
}

enum plot_shape plot_series_shape(size_t index)
{
    return (enum plot_shape)(PLOT_SHAPE_CIRCLE + index % PLOT_SERIES_COUNT);
}

char *plot_clean(const char *text)
{
    char *clean = malloc(3 * strlen(text) + 1), *at = clean;
    while (clean && *text) {
        size_t taken = style_character(text);
        unsigned char first = (unsigned char)text[0];
        if (taken == 0 || strncmp(text, "\357\277\276", 3) == 0 ||
            strncmp(text, "\357\277\277", 3) == 0) {
            at = stpcpy(at, "\357\277\275");
        } else if (first < ' ' || first == 0x7f) {
            *at++ = '?';
        } else {
            memcpy(at, text, taken);
            at += taken;
        }
        text += taken == 0 ? 1 : taken;
    }
    if (clean)
        *at = '\0';
    return clean;
}

static void put_escaped(FILE *stream, const char *text)
{
    for (; *text; text++) {
        if (*text == '&')
            fputs("&amp;", stream);
        else if (*text == '<')
            fputs("&lt;", stream);
        else if (*text == '>')
            fputs("&gt;", stream);
        else
            fputc(*text, stream);
    }
}

char *plot_svg_finish(const char *svg, size_t length, const char *title, const char *words,
                      size_t *ret_length)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, ret_length);
    if (!stream)
        return NULL;
    const char *at = svg, *end = svg + length;
    const char *root = memmem(svg, length, "<svg ", 5);
    const char *behind = root ? memchr(root, '>', (size_t)(end - root)) : NULL;
    if (behind) {
        fwrite(at, 1, (size_t)(behind + 1 - at), stream);
        fputs("\n<title>", stream);
        put_escaped(stream, title);
        fputs("</title>\n<desc>", stream);
        put_escaped(stream, words);
        fputs("</desc>", stream);
        at = behind + 1;
    }
    static const char named[] = "\"surface";
    const char *found;
    while ((found = memmem(at, (size_t)(end - at), named, sizeof named - 1))) {
        found += sizeof named - 1;
        fwrite(at, 1, (size_t)(found - at), stream);
        for (at = found; at < end && *at >= '0' && *at <= '9'; at++)
            ;
    }
    fwrite(at, 1, (size_t)(end - at), stream);
    if (fclose(stream) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
