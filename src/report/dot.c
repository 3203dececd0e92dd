/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graphs for Graphviz: the state machine from its cells, and the way that one connection took
 * through it. */
#include <string.h>

#include "report/output.h"
#include "tcp/fsm.h"

/* Records that are edges: a text for each end, the event between, and what it leads to. */
struct edges {
    const struct schema *schema;
    struct record_list list;
    const struct field *from, *to, *event, *effects;
    bool numbered; /* the order of the records is worth telling */
};

static bool edges_of(const struct schema *schema, struct record_list list, struct edges *ret_edges)
{
    *ret_edges = (struct edges){.schema = schema, .list = list};
    ret_edges->from = schema_field_find(schema, "from");
    ret_edges->to = schema_field_find(schema, "to");
    ret_edges->numbered = ret_edges->from && ret_edges->to;
    if (!ret_edges->numbered) {
        ret_edges->from = schema_field_find(schema, "state");
        ret_edges->to = schema_field_find(schema, "next");
    }
    ret_edges->event = schema_field_find(schema, "event");
    ret_edges->effects = schema_field_find(schema, "effects");
    return ret_edges->from && ret_edges->to && ret_edges->event && ret_edges->effects;
}

static const char *text_at(const struct edges *edges, size_t index, const struct field *field)
{
    return field_text(field, (const char *)edges->list.items + index * edges->schema->size);
}

/* Whether the record leads from one state to another. */
static bool is_edge(const struct edges *edges, size_t index)
{
    const char *from = text_at(edges, index, edges->from), *to = text_at(edges, index, edges->to);
    return from && to && strcmp(from, to) != 0;
}

static bool same_ends(const struct edges *edges, size_t a, size_t b)
{
    return is_edge(edges, a) && is_edge(edges, b) &&
           strcmp(text_at(edges, a, edges->from), text_at(edges, b, edges->from)) == 0 &&
           strcmp(text_at(edges, a, edges->to), text_at(edges, b, edges->to)) == 0;
}

/* In a quoted string of the language only the quote and the backslash are special. */
static void put_escaped(FILE *stream, const char *text)
{
    for (; text && *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', stream);
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, stream);
    }
}

/* How it ended, in words, where the effects ("RST|ABORTED") hold an outcome; else NULL. */
static const char *outcome_of(const char *effects)
{
    while (effects && *effects) {
        size_t length = strcspn(effects, "|");
        for (enum effect_index i = 0; i < EFFECT_COUNT; i++) {
            const char *name = fsm_effect_name(i);
            if ((1u << i & (unsigned)EFFECTS_OUTCOME) && strlen(name) == length &&
                strncmp(name, effects, length) == 0)
                return fsm_effect_words(i);
        }
        effects += length + (effects[length] == '|');
    }
    return NULL;
}

/* One edge with a line for each event that takes it. `\l` ends a line, aligned to the left. */
static void put_edge(FILE *stream, const struct edges *edges, size_t first)
{
    const char *to = text_at(edges, first, edges->to);
    bool ends = strcmp(to, fsm_state_name(STATE_CLOSED)) == 0;
    fputs("    \"", stream);
    put_escaped(stream, text_at(edges, first, edges->from));
    fputs("\" -> \"", stream);
    put_escaped(stream, ends && !edges->numbered ? "end" : to);
    fputs("\" [label=\"", stream);
    for (size_t i = first; i < edges->list.count; i++) {
        if (!same_ends(edges, first, i))
            continue;
        fputc(' ', stream); /* keeps the label off its line */
        if (edges->numbered)
            fprintf(stream, "%zu. ", i + 1);
        put_escaped(stream, text_at(edges, i, edges->event));
        const char *outcome = ends ? outcome_of(text_at(edges, i, edges->effects)) : NULL;
        if (outcome)
            fprintf(stream, ": %s", outcome);
        fputs("\\l", stream);
    }
    fprintf(stream, "\"%s];\n", ends ? ", color=gray50, fontcolor=gray30" : "");
}

static void put_graph(struct output *output, const struct edges *edges, const char *name,
                      const char *label)
{
    FILE *stream = output->stream;
    fputs("digraph \"", stream);
    put_escaped(stream, name);
    fputs(
        "\" {\n    rankdir=TB;\n    nodesep=0.5;\n    ranksep=0.6;\n    fontname=\"Helvetica\";\n",
        stream);
    if (label) {
        fputs("    labelloc=t;\n    label=\"", stream);
        put_escaped(stream, label);
        fputs("\";\n", stream);
    }
    fputs("    node [shape=box, style=rounded, fontname=\"Helvetica\", fontsize=12];\n"
          "    edge [fontname=\"Helvetica\", fontsize=9, arrowsize=0.7];\n",
          stream);
    /* The end is drawn apart from the beginning: with one node for both, all edges would run back
     * across the graph. */
    if (!edges->numbered)
        fprintf(stream, "    \"end\" [label=\"%s\", peripheries=2];\n    { rank=sink; \"end\"; }\n",
                fsm_state_name(STATE_CLOSED));
    for (size_t i = 0; i < edges->list.count; i++) {
        if (!is_edge(edges, i))
            continue;
        bool drawn = false;
        for (size_t before = 0; before < i && !drawn; before++)
            drawn = same_ends(edges, before, i);
        if (!drawn)
            put_edge(stream, edges, i);
    }
    fputs("}\n", stream);
}

bool dot_list(struct output *output, const struct schema *schema, struct record_list list)
{
    struct edges edges;
    if (!edges_of(schema, list, &edges))
        return false;
    put_graph(output, &edges, schema->name, NULL);
    return true;
}

bool dot_record(struct output *output, const struct schema *schema, const void *record)
{
    const struct field *target = schema_field_find(schema, "target"),
                       *reason = schema_field_find(schema, "reason");
    for (size_t i = 0; i < schema->count; i++) {
        const struct field *field = &schema->fields[i];
        struct edges edges;
        if (field->type != FIELD_LIST || !edges_of(field->of, field_list(field, record), &edges))
            continue;
        put_graph(output, &edges, target ? field_text(target, record) : schema->name,
                  reason ? field_text(reason, record) : NULL);
        return true;
    }
    return false;
}
