/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `describe`: the program's own tables, from which man page, completions and diagram are made. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "cmd/cli.h"
#include "cmd/describe_read.h"
#include "probe/ladder/check.h"
#include "probe/ladder/matrix.h"
#include "report/finding.h"
#include "report/isn_words.h"
#include "report/json_schema.h"
#include "tcp/fsm.h"

static struct record_list list_of(const void *items, size_t count)
{
    return (struct record_list){.items = items, .count = count};
}

static struct record_list list_fsm(struct arena *memory)
{
    struct cell_record *rows = arena_take(memory, (size_t)EVENT_COUNT * STATE_COUNT, sizeof *rows);
    size_t count = 0;

    for (unsigned event = 0; event < EVENT_COUNT; event++)
        for (unsigned state = 0; state < STATE_COUNT; state++) {
            const struct fsm_cell *cell = fsm_cell((enum event)event, (enum state)state);
            char effects[FSM_EFFECTS_TEXT_SIZE];

            rows[count++] = (struct cell_record){
                .event = fsm_event_name((enum event)event),
                .words = fsm_event_words((enum event)event),
                .state = fsm_state_name((enum state)state),
                .action = fsm_action_name((enum fsm_action)cell->action),
                .next = fsm_state_name((enum state)(cell->action == FSM_GO ? cell->next : state)),
                .effects = arena_copy(memory, fsm_effects_show(cell->effects, effects)),
                .reference = fsm_event_reference((enum event)event),
            };
        }
    return list_of(rows, count);
}

static struct record_list list_states(struct arena *memory)
{
    struct state_record *rows = arena_take(memory, STATE_COUNT, sizeof *rows);

    for (unsigned i = 0; i < STATE_COUNT; i++)
        rows[i] = (struct state_record){.state = fsm_state_name((enum state)i),
                                        .server = fsm_server_state((enum state)i)};
    return list_of(rows, STATE_COUNT);
}

static struct record_list list_effects(struct arena *memory)
{
    struct effect_record *rows = arena_take(memory, EFFECT_COUNT, sizeof *rows);

    for (unsigned i = 0; i < EFFECT_COUNT; i++)
        rows[i] = (struct effect_record){.effect = fsm_effect_name((enum effect_index)i),
                                         .meaning = fsm_effect_words((enum effect_index)i)};
    return list_of(rows, EFFECT_COUNT);
}

static struct record_list list_kinds(struct arena *memory)
{
    size_t count;
    const struct option_row *kinds = option_rows(&count);
    struct option_record *rows = arena_take(memory, count, sizeof *rows);

    for (size_t i = 0; i < count; i++)
        rows[i] = (struct option_record){
            .kind = kinds[i].kind,
            .word = kinds[i].word,
            .name = kinds[i].name,
            .lengths = kinds[i].lengths,
            .reference = kinds[i].reference,
        };
    return list_of(rows, count);
}

static struct record_list list_fields(struct arena *memory)
{
    size_t schemas, room = 0, count = 0;
    const struct schema *const *all = schema_all(&schemas);
    struct field_record *rows;

    for (size_t i = 0; i < schemas; i++)
        room += all[i]->count;
    rows = arena_take(memory, room, sizeof *rows);
    for (size_t i = 0; i < schemas; i++)
        for (size_t f = 0; f < all[i]->count; f++) {
            const struct field *field = &all[i]->fields[f];

            rows[count++] = (struct field_record){
                .record = all[i]->name,
                .key = field->key,
                .type = field_type_name(field->type),
                .unit = field->unit,
                .values = field->values,
                .help = field->help,
            };
        }
    return list_of(rows, count);
}

static struct record_list list_exit(struct arena *memory)
{
    size_t count;
    const struct exit_status_row *statuses = exit_status_rows(&count);
    struct exit_record *rows = arena_take(memory, count, sizeof *rows);

    for (size_t i = 0; i < count; i++)
        rows[i] = (struct exit_record){
            .status = statuses[i].number, .name = statuses[i].name, .meaning = statuses[i].meaning};
    return list_of(rows, count);
}

static struct record_list list_verdicts(struct arena *memory)
{
    struct verdict_record *rows = arena_take(memory, VERDICT_COUNT, sizeof *rows);

    for (unsigned i = 0; i < VERDICT_COUNT; i++)
        rows[i] = (struct verdict_record){.verdict = verdict_word((enum verdict)i),
                                          .meaning = verdict_meaning((enum verdict)i)};
    return list_of(rows, VERDICT_COUNT);
}

static struct record_list list_outcomes(struct arena *memory)
{
    struct outcome_record *rows = arena_take(memory, OUTCOME_COUNT, sizeof *rows);

    for (unsigned i = 0; i < OUTCOME_COUNT; i++)
        rows[i] = (struct outcome_record){.outcome = outcome_word((enum outcome)i),
                                          .meaning = outcome_meaning((enum outcome)i)};
    return list_of(rows, OUTCOME_COUNT);
}

static struct record_list list_findings(struct arena *memory)
{
    struct finding_kind_record *rows = arena_take(memory, FINDING_COUNT, sizeof *rows);

    for (unsigned i = 0; i < FINDING_COUNT; i++) {
        const struct finding_row *row = finding_row((enum finding)i);

        rows[i] = (struct finding_kind_record){.id = row->id,
                                               .severity = severity_word(row->severity),
                                               .meaning = row->meaning,
                                               .reference = row->reference};
    }
    return list_of(rows, FINDING_COUNT);
}

static struct record_list list_classes(struct arena *memory)
{
    struct isn_class_record *rows = arena_take(memory, ISN_CLASS_COUNT, sizeof *rows);

    for (unsigned i = 0; i < ISN_CLASS_COUNT; i++) {
        enum isn_class class = (enum isn_class)i;
        const struct isn_words *words = isn_words(class);

        rows[i] = (struct isn_class_record){
            .class = isn_class_name(class),
            .severity = isn_severity_word(isn_class_severity(class)),
            .summary = isn_class_summary(class),
            .meaning = words->meaning,
            .mend = words->mend,
            .reference = words->reference,
        };
    }
    return list_of(rows, ISN_CLASS_COUNT);
}

static struct record_list list_severities(struct arena *memory)
{
    struct isn_severity_record *rows = arena_take(memory, ISN_SEVERITY_COUNT, sizeof *rows);

    for (unsigned i = 0; i < ISN_SEVERITY_COUNT; i++)
        rows[i] =
            (struct isn_severity_record){.severity = isn_severity_word((enum isn_severity)i),
                                         .meaning = isn_severity_meaning((enum isn_severity)i)};
    return list_of(rows, ISN_SEVERITY_COUNT);
}

static struct record_list list_matrix(struct arena *memory)
{
    struct matrix_verdict_record *rows = arena_take(memory, MATRIX_VERDICT_COUNT, sizeof *rows);

    for (unsigned i = 0; i < MATRIX_VERDICT_COUNT; i++) {
        const struct matrix_verdict_row *row = matrix_verdict_row((enum matrix_verdict)i);

        rows[i] = (struct matrix_verdict_record){
            .verdict = row->word, .seen = row->seen, .proves = row->proves};
    }
    return list_of(rows, MATRIX_VERDICT_COUNT);
}

static struct record_list list_features(struct arena *memory)
{
    struct feature_record *rows = arena_take(memory, RUNG_FEATURE_COUNT, sizeof *rows);

    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        enum rung_feature feature = (enum rung_feature)i;

        rows[i] = (struct feature_record){.feature = rung_feature_name(feature),
                                          .meaning = rung_feature_words(feature),
                                          .reference = rung_feature_reference(feature)};
    }
    return list_of(rows, RUNG_FEATURE_COUNT);
}

static struct record_list list_checks(struct arena *memory)
{
    struct check_kind_record *rows = arena_take(memory, CHECK_KIND_COUNT, sizeof *rows);

    for (unsigned i = 0; i < CHECK_KIND_COUNT; i++) {
        const struct check_kind_row *row = check_kind_row((enum check_kind)i);

        rows[i] = (struct check_kind_record){.check = row->word,
                                             .feature = rung_feature_name(row->feature),
                                             .meaning = row->words,
                                             .reference = row->reference};
    }
    return list_of(rows, CHECK_KIND_COUNT);
}

static struct record_list list_rungs(struct arena *memory)
{
    struct rung_kind_record *rows = arena_take(memory, RUNG_COUNT, sizeof *rows);

    for (unsigned i = 0; i < RUNG_COUNT; i++) {
        const struct rung *rung = rung_of((enum rung_id)i);

        rows[i] = (struct rung_kind_record){
            .rung = rung->name,
            .feature = rung_feature_name(rung->feature),
            .role = rung_role_name(rung->role),
            .beside = rung_of(rung->beside)->name,
            .options = rung->options,
            .purpose = rung->purpose,
            .reference = rung->reference,
        };
    }
    return list_of(rows, RUNG_COUNT);
}

static struct record_list list_commands(struct arena *memory)
{
    size_t count;
    const struct command *const *commands = cli_commands(&count);
    struct command_record *rows = arena_take(memory, count, sizeof *rows);

    for (size_t i = 0; i < count; i++)
        rows[i] = (struct command_record){.command = commands[i]->name,
                                          .arguments = commands[i]->arguments,
                                          .values = commands[i]->values,
                                          .summary = commands[i]->summary};
    return list_of(rows, count);
}

static size_t options_of(const struct command *command, struct arena *memory,
                         struct argument_record *rows)
{
    size_t count = 0;

    for (size_t g = 0; command->groups[g]; g++)
        for (const struct cli_option *option = command->groups[g]->options; option->name;
             option++, count++) {
            if (!rows)
                continue;
            if (option->key < 256)
                arena_print(memory, "%c", option->key);
            rows[count] = (struct argument_record){
                .command = command->name,
                .group = command->groups[g]->title,
                .name = option->name,
                .key = option->key < 256 ? arena_finish(memory) : NULL,
                .argument = option->argument,
                .help = option->help,
                .values = option->values,
            };
        }
    return count;
}

static struct record_list list_options(struct arena *memory)
{
    size_t commands, room = 0, count = 0;
    const struct command *const *all = cli_commands(&commands);
    struct argument_record *rows;

    for (size_t i = 0; i < commands; i++)
        room += options_of(all[i], memory, NULL);
    rows = arena_take(memory, room, sizeof *rows);
    for (size_t i = 0; i < commands; i++)
        count += options_of(all[i], memory, rows + count);
    return list_of(rows, count);
}

/* Name, schema, what makes the list; the first is apart because no comma stands before it. */
/* clang-format off */
#define TOPIC_TABLE(FIRST, X) \
    FIRST("checks",   &schema_check_kind,   list_checks) \
    X("classes",      &schema_isn_class,    list_classes) \
    X("commands",     &schema_command,      list_commands) \
    X("doubts",       &schema_doubt,        describe_doubts) \
    X("effects",      &schema_effect,       list_effects) \
    X("endings",      &schema_ending,       describe_endings) \
    X("events",       &schema_event_kind,   describe_events) \
    X("exit",         &schema_exit,         list_exit) \
    X("features",     &schema_feature,      list_features) \
    X("fields",       &schema_field,        list_fields) \
    X("findings",     &schema_finding_kind, list_findings) \
    X("fsm",          &schema_cell,         list_fsm) \
    X("kinds",        &schema_option,       list_kinds) \
    X("matrix",       &schema_matrix_verdict, list_matrix) \
    X("options",      &schema_argument,     list_options) \
    X("outcomes",     &schema_outcome,      list_outcomes) \
    X("rungs",        &schema_rung_kind,    list_rungs) \
    X("schema",       NULL,                 NULL) \
    X("severities",   &schema_isn_severity, list_severities) \
    X("states",       &schema_state,        list_states) \
    X("verdicts",     &schema_verdict,      list_verdicts)
/* clang-format on */
static const struct topic {
    const char *name;
    const struct schema *schema; /* NULL: the JSON Schema, which is no list */
    struct record_list (*list)(struct arena *memory);
} topics[] = {
#define X(name, schema, list) {name, schema, list},
    TOPIC_TABLE(X, X)
#undef X
};
#define TOPICS                               (sizeof topics / sizeof *topics)
#define NAME(name, schema, list)             name
#define COMMA_NAME(name, schema, list)       "," name
#define COMMA_SPACE_NAME(name, schema, list) ", " name
#define TOPIC_VALUES                         TOPIC_TABLE(NAME, COMMA_NAME)
#define TOPIC_WORDS                          TOPIC_TABLE(NAME, COMMA_SPACE_NAME)

/* The topic that was asked for, or NULL with `fault` filled. */
static const struct topic *find_topic(const struct settings *settings, struct fault *fault)
{
    const char *names[TOPICS], *nearest, *typed;

    if (settings->argument_count != 1) {
        fault_set(fault, FAULT_USAGE, 0, "one topic is wanted: " TOPIC_WORDS);
        return NULL;
    }
    typed = settings->arguments[0];
    for (size_t i = 0; i < TOPICS; i++) {
        names[i] = topics[i].name;
        if (strcmp(typed, names[i]) == 0)
            return &topics[i];
    }
    nearest = text_nearest(typed, names, TOPICS);
    if (nearest)
        fault_set(fault, FAULT_USAGE, 0, "there is no topic '%s'; did you mean '%s'?", typed,
                  nearest);
    else
        fault_set(fault, FAULT_USAGE, 0, "there is no topic '%s'; there are " TOPIC_WORDS, typed);
    return NULL;
}

/* A pipe has no width, and what is searched there should not be broken into lines. */
#define WIDTH_OF_A_PIPE 250

static int describe(struct settings *settings, struct fault *fault)
{
    struct output output = settings_output(settings);
    const struct topic *topic = find_topic(settings, fault);
    struct arena memory;
    int error;

    if (!topic)
        return -(int)fault->code;
    if (!isatty(STDOUT_FILENO) && !getenv("COLUMNS"))
        output.style.width = WIDTH_OF_A_PIPE;
    if (topic->schema) {
        error = output_check_fields(&output, topic->schema, fault);
        if (error || settings->quiet)
            return error;
        arena_init(&memory);
        error = output_list(&output, topic->schema, topic->list(&memory), fault);
        arena_release(&memory);
    } else {
        error = settings->quiet ? 0 : json_schema_write(&output, fault);
    }
    return error == -FAULT_IO && cli_reader_gone(fault) ? EXIT_STATUS_MET : error;
}

const struct command command_describe = {
    .name = "describe",
    .arguments = "TOPIC",
    .values = TOPIC_VALUES,
    .summary = "Print the program's own tables",
    .description =
        "A TOPIC is one of " TOPIC_WORDS ".\n\n"
        "fsm is the state machine, event by event and state by state (with --format=dot its "
        "diagram); states and effects are its words; fields are the keys of every record; options "
        "those of every command line; kinds the TCP options that are known by name; verdicts what "
        "a target can be, outcomes what a probe of rtt can come to; events are what read says of a "
        "segment, doubts why it is not certain of a state, endings how it says that a connection "
        "ended; classes are the generators that isn tells apart, severities how bad it may find "
        "them; features are what options asks about, rungs the SYNs that it sends for that, checks "
        "what it looks at on open connections, matrix the verdicts that it comes to; schema is the "
        "JSON Schema of what --json writes.",
    .groups = {&cli_group_output, &cli_group_common},
    .run = describe,
};
