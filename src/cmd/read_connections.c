/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connections of a capture: chosen, kept, reported. */
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/read_parts.h"
#include "probe/track/compare.h"
#include "report/connection_text.h"
#include "wire/link_numbers.h"

/* The longest frame that other programs read. */
#define WRITE_LENGTH 262144

bool read_is_server(const struct read_run *read, const struct track_key *key, unsigned end)
{
    const struct read_settings *settings = &read->settings->read;
    struct address address;

    if (settings->server_port && settings->server_port != key->ends[end].port)
        return false;
    if (settings->server.family == IP_FAMILY_NONE)
        return true;
    track_address(key, end, &address);
    return address_equal(&address, &settings->server);
}

static bool has_number(const struct read_run *read, uint64_t number)
{
    const struct read_settings *settings = &read->settings->read;
    bool has = settings->connection_count == 0;

    for (size_t i = 0; i < settings->connection_count; i++)
        if (number >= settings->connections[i].from && number <= settings->connections[i].to) {
            read->found[i] = true;
            has = true;
        }
    return has;
}

/* By what is known of it now: who is the server may turn out later. */
static bool may_choose(const struct read_run *read, const struct connection *connection)
{
    if (read->settings->read.has_server && !read_is_server(read, &connection->key, 0) &&
        !read_is_server(read, &connection->key, 1))
        return false;
    return has_number(read, connection->number);
}

static bool chooses(const struct read_run *read, const struct connection *connection)
{
    if (read->settings->read.has_server &&
        !read_is_server(read, &connection->key, !connection->follow.client))
        return false;
    return has_number(read, connection->number);
}

static int no_memory(struct read_run *read)
{
    return fault_set(read->fault, FAULT_MEMORY, 0, "out of memory");
}

static struct story *story_of(struct read_run *read, struct connection *connection)
{
    if (!connection->data) {
        connection->data = malloc(sizeof(struct story));
        if (!connection->data)
            return NULL;
        story_init(connection->data);
        story_share(connection->data, &read->stories_room);
    }
    return connection->data;
}

/* There are three numbers for a bare IP packet, and libpcap writes files by the one of its own. */
static int own_link_type(int link_type)
{
    return link_type == LINK_RAW || link_type == LINK_RAW_OPENBSD ? LINK_RAW_BSD : link_type;
}

int read_write(struct read_run *read, const struct replay_frame *from)
{
    const struct frame frame = {
        .stamp_ns = from->at_ns,
        .bytes = from->bytes,
        .length = from->length < WRITE_LENGTH ? from->length : WRITE_LENGTH,
        .wire_length = from->wire_length,
        .link_type = own_link_type(from->link_type),
    };

    return dump_frame(read->dump, &frame, read->fault);
}

/* A heading above the lines of each file, and the file's name where there are several. */
static void head(struct read_run *read, void (*heading)(const struct style *style, FILE *stream))
{
    struct output *output = &read->run.output;

    if (read->headed == read->file || output->format != FORMAT_TEXT || output->no_header ||
        read->settings->quiet || read->run.plugin)
        return;
    run_hide_progress(&read->run);
    if (read->settings->argument_count > 1 && !read->settings->read.join) {
        fputs(read->headed ? "\n" : "", output->stream);
        style_put(&output->style, output->stream, read->file, strlen(read->file));
        fputc('\n', output->stream);
    }
    read->headed = read->file;
    heading(&output->style, output->stream);
}

/* A segment, or what ICMP says of one, as a record of its own. */
static int print_row(struct read_run *read, const struct connection *connection,
                     const struct read_row_record *row)
{
    int error = 0;

    if (run_chooses(&read->run, row)) {
        head(read, read_row_heading);
        error = run_print(&read->run, &schema_read_row, row, connection->number, read->fault);
    }
    arena_clear(&read->memory);
    return error;
}

static int on_segment(void *data, struct connection *connection, const struct tracked *tracked)
{
    struct read_run *read = data;
    struct read_row_record row;
    int error = 0;

    if (!may_choose(read, connection))
        return 0;
    /* It is told once where it is told while it passes. */
    bool told = tracked->before != 0 && has_number(read, tracked->before);
    if (read->dump && !read->writes_all && !told) {
        read->in_pieces += (tracked->notes & TRACK_NOTE_FRAGMENTS) != 0;
        error = read_write(read, tracked->frame);
    }
    if (!error && read->isn)
        error = read_isn_take(read, connection, tracked);
    if (!error && read->settings->each && !told && chooses(read, connection)) {
        connection_row(connection, tracked, read->file, &read->memory, &row);
        error = print_row(read, connection, &row);
    }
    if (!error && read->stories) {
        struct story *story = story_of(read, connection);

        if (!story || story_add(story, tracked))
            return no_memory(read);
    }
    return error;
}

static int on_icmp(void *data, struct connection *connection, const struct tracked_icmp *icmp)
{
    struct read_run *read = data;
    struct read_row_record row;
    struct story *story;
    int error = 0;

    if (!may_choose(read, connection))
        return 0;
    if (read->dump && !read->writes_all)
        error = read_write(read, icmp->frame);
    if (!error && read->settings->each && chooses(read, connection)) {
        connection_row_icmp(connection, icmp, read->file, &read->memory, &row);
        error = print_row(read, connection, &row);
    }
    if (!error && read->stories) {
        story = story_of(read, connection);
        if (!story || story_add_icmp(story, icmp))
            return no_memory(read);
    }
    return error;
}

static void head_lines(struct read_run *read, const struct connection_record *record)
{
    if (!read->pages && read->run.printed == &schema_read && run_chooses(&read->run, record))
        head(read, connection_heading);
}

static void fill_context(const struct read_run *read, const struct connection *connection,
                         struct connection_context *context)
{
    const struct replay_facts *facts = replay_facts(read->replay);
    const struct replay_interface *interface =
        connection->interface < REPLAY_INTERFACES && connection->interface < facts->interface_count
            ? &facts->interfaces[connection->interface]
            : NULL;

    *context = (struct connection_context){
        .file = read->file,
        .interface = interface && interface->name[0] ? interface->name : NULL,
        .story = read->stories ? connection->data : NULL,
        .stamps_ns = interface ? interface->resolution_ns : facts->resolution_ns,
        .without = read->without,
    };
}

static int report(struct read_run *read, struct connection *connection,
                  struct connection_context *context)
{
    struct connection_record record;
    struct engine_result result = {
        .index = connection->number,
        .verdict = connection_verdict(connection, context->end_at),
    };
    int error;

    if (connection_record(connection, context, &read->memory, &record))
        return no_memory(read);
    record.brief = !read->pages;
    head_lines(read, &record);
    error = run_take(&read->run, &result, &record, &record.unmet, read->fault);
    arena_clear(&read->memory);
    return error;
}

static int on_decided(void *data, struct connection *connection)
{
    struct read_run *read = data;
    struct connection_context context;

    if (!read->reports || !chooses(read, connection))
        return 0;
    fill_context(read, connection, &context);
    context.early = true;
    context.end_at = track_counts(read->track)->last_ns;
    return report(read, connection, &context);
}

static int compare_side(struct read_run *read, const struct connection *connection, int64_t end_at)
{
    struct story none = {.count = 0};
    const struct compare_side side = {
        .connection = connection,
        .story = connection->data ? connection->data : &none,
        .end_at = end_at,
    };
    int error;

    story_init(&none);
    read->side_count[read->side]++;
    error = compare_add(read->compare, read->side, &side);
    if (error == -FAULT_RANGE)
        return fault_set(read->fault, FAULT_RANGE, 0,
                         "more than %d connections in '%s': --filter chooses some of them",
                         COMPARE_MAX, read->file);
    return error ? no_memory(read) : 0;
}

static int on_ended(void *data, struct connection *connection, enum track_why why, int64_t end_at)
{
    struct read_run *read = data;
    struct connection_context context;

    connection_count(connection, end_at, &read->tally);
    has_number(read, connection->number);
    if (read_is_server(read, &connection->key, !connection->follow.client))
        read->found_server = true;
    if (read->compare)
        return compare_side(read, connection, end_at);
    if (!read->reports || read->settings->read.early || !chooses(read, connection))
        return 0;
    fill_context(read, connection, &context);
    context.why = why;
    context.end_at = end_at;
    return report(read, connection, &context);
}

static void on_freed(void *data, struct connection *connection)
{
    struct read_run *read = data;

    if (read->stories && connection->data)
        story_release(connection->data);
    free(connection->data);
    connection->data = NULL;
}

struct track_calls read_calls(const struct read_run *read)
{
    const struct settings *settings = read->settings;
    bool writes = read->dump && !read->writes_all;
    bool looks = writes || read->isn || settings->each || read->stories;

    return (struct track_calls){
        .segment = looks ? on_segment : NULL,
        .icmp = writes || settings->each || read->stories ? on_icmp : NULL,
        .decided = settings->read.early ? on_decided : NULL,
        .ended = on_ended,
        .freed = read->stories || read->isn ? on_freed : NULL,
    };
}

unsigned read_without(const struct read_run *read)
{
    const struct run *run = &read->run;
    bool text = read->settings->format == FORMAT_TEXT && !read->settings->quiet;
    /* Of a clause that is not met it is said why. */
    bool says_why = read->settings->expect && !read->settings->quiet;
    bool lines = text && !read->pages && !read->settings->expect && !read->settings->only;
    unsigned without = 0;

    if (!says_why && !run_wants(run, "reason") && !run_wants(run, "rtt_source") &&
        !run_wants(run, "server_rtt_source") && !run_wants(run, "client_rtt_source"))
        without |= CONNECTION_TEXTS;
    /* A line has no room for options. */
    if (lines ||
        (!run_wants(run, "offered") && !run_wants(run, "answered") && !run_wants(run, "in_effect")))
        without |= CONNECTION_OPTIONS;
    if (!run_wants(run, "findings"))
        without |= CONNECTION_FINDINGS;
    if (!read->pages || !read->settings->explain || (!text && !run_wants(run, "segments")))
        without |= CONNECTION_LESSONS;
    return without;
}
