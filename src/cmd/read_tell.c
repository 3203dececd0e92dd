/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of a capture as a whole: its record, or lines on standard error. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/read_parts.h"
#include "report/page.h"

static void put_safe(struct read_run *read, const char *text)
{
    style_put(&read->run.output.style, stderr, text, strlen(text));
}

void read_name(struct read_run *read)
{
    run_hide_progress(&read->run);
    fputs("tcpprobe: ", stderr);
    put_safe(read, read->file);
    fputs(": ", stderr);
}

void read_say(struct read_run *read, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    run_hide_progress(&read->run);
    fputs("tcpprobe: ", stderr);
    put_safe(read, text ? text : "out of memory");
    fputc('\n', stderr);
    free(text);
}

/* Files that are one capture are told of as one: what they hold is added up. */
struct replay_facts read_facts(const struct read_run *read)
{
    struct replay_facts facts = *replay_facts(read->replay);
    const struct replay_facts *before = &read->before;

    if (before->frames == 0 && before->damage == REPLAY_DAMAGE_NONE)
        return facts;
    facts.frames += before->frames;
    facts.bytes += before->bytes;
    facts.left_out += before->left_out;
    if (facts.damage == REPLAY_DAMAGE_NONE) {
        facts.damage = before->damage;
        facts.damage_at = before->damage_at;
        memcpy(facts.damage_what, before->damage_what, sizeof facts.damage_what);
    }
    for (uint32_t i = 0;
         i < facts.interface_count && i < before->interface_count && i < REPLAY_INTERFACES; i++) {
        facts.interfaces[i].frames += before->interfaces[i].frames;
        if (before->interfaces[i].dropped > 0 && facts.interfaces[i].dropped >= 0)
            facts.interfaces[i].dropped += before->interfaces[i].dropped;
        else if (before->interfaces[i].dropped > 0)
            facts.interfaces[i].dropped = before->interfaces[i].dropped;
    }
    return facts;
}

static void put_count(uint64_t count, const char *thing)
{
    fprintf(stderr, "%llu %s%s", (unsigned long long)count, thing, count == 1 ? "" : "s");
}

/* "x.pcap: 345 frames, 12 connections: 10 open, 2 refused". */
static void tell_counts(struct read_run *read, const struct replay_facts *facts)
{
    uint64_t connections = track_counts(read->track)->connections;
    const char *separator = ": ";

    read_name(read);
    put_count(facts->frames, "frame");
    if (facts->left_out > 0)
        fprintf(stderr, ", %llu of them left out by the filter",
                (unsigned long long)facts->left_out);
    fputs(", ", stderr);
    put_count(connections, "connection");
    for (unsigned i = 0; i < VERDICT_COUNT; i++)
        if (read->tally.verdicts[i] > 0) {
            fprintf(stderr, "%s%llu %s", separator, (unsigned long long)read->tally.verdicts[i],
                    verdict_word((enum verdict)i));
            separator = ", ";
        }
    if (read->tally.half_open > 0)
        fprintf(stderr, " (%llu half-open)", (unsigned long long)read->tally.half_open);
    fputc('\n', stderr);
}

/* Why nothing is reported, where that may surprise. */
static void tell_none(struct read_run *read, const struct replay_facts *facts)
{
    read_name(read);
    if (facts->frames == 0)
        fputs("there is no packet in it\n", stderr);
    else if (facts->left_out == facts->frames)
        fprintf(stderr, "none of its %llu frames passes the filter\n",
                (unsigned long long)facts->frames);
    else {
        fputs("there is no TCP connection in ", stderr);
        if (facts->left_out > 0)
            fprintf(stderr, "the %llu of ", (unsigned long long)(facts->frames - facts->left_out));
        fputs("its ", stderr);
        put_count(facts->frames, "frame");
        fputs(facts->left_out > 0 ? " that the filter lets through\n" : "\n", stderr);
    }
}

static void tell_missing(struct read_run *read)
{
    const struct read_settings *settings = &read->settings->read;

    for (size_t i = 0; i < settings->connection_count; i++) {
        if (read->found[i])
            continue;
        read->run.unmeasured++;
        if (read->settings->quiet || read->run.plugin)
            continue;
        read_name(read);
        fprintf(stderr, "there is no connection %llu: it has %llu\n",
                (unsigned long long)settings->connections[i].from,
                (unsigned long long)track_counts(read->track)->connections);
    }
}

/* That a server is in another file of several, or in none, is no failure. */
static void tell_no_server(struct read_run *read)
{
    const struct read_settings *settings = &read->settings->read;
    const uint64_t connections = track_counts(read->track)->connections;
    char address[ADDRESS_TEXT_SIZE], server[ADDRESS_TEXT_SIZE + 16];

    if (!settings->has_server || read->found_server || connections == 0)
        return;
    if (settings->server.family != IP_FAMILY_NONE)
        page_show_end(address_show(&settings->server, address),
                      settings->server_port ? settings->server_port : RECORD_UNKNOWN, server,
                      sizeof server);
    else
        snprintf(server, sizeof server, "a server at port %u", settings->server_port);
    read_name(read);
    fprintf(stderr, "none of its %llu connections is to %s\n", (unsigned long long)connections,
            server);
}

static bool is_about_damage(const struct finding_record *finding, const struct replay_facts *facts)
{
    return facts->damage != REPLAY_DAMAGE_NONE && strstr(finding->id, "DAMAGE");
}

static void tell_findings(struct read_run *read, const struct capture_record *record,
                          const struct replay_facts *facts)
{
    const struct finding_record *findings = record->findings.items;

    for (size_t i = 0; i < record->findings.count; i++) {
        if (is_about_damage(&findings[i], facts)) /* is said in any case */
            continue;
        read_name(read);
        put_safe(read, findings[i].text);
        fputc('\n', stderr);
    }
}

static void tell_damage(struct read_run *read, const struct replay_facts *facts)
{
    read_name(read);
    fprintf(stderr, "damaged at byte %llu: ", (unsigned long long)facts->damage_at);
    put_safe(read,
             facts->damage_what[0] ? facts->damage_what : replay_damage_meaning(facts->damage));
    fputs("; what stands before that was read\n", stderr);
}

int read_tell(struct read_run *read, struct fault *fault)
{
    const struct settings *settings = read->settings;
    bool silent = settings->quiet || read->run.plugin;
    const struct replay_facts facts = read_facts(read);
    const struct capture_context context = {
        .file = read->file,
        .facts = &facts,
        .counts = track_counts(read->track),
        .tally = &read->tally,
    };
    struct engine_result result = {.index = read->files_read, .verdict = VERDICT_OPEN};
    struct capture_record record;
    int error = 0;

    capture_record(&context, &read->memory, &record);
    if (settings->read.capture) {
        const char *unmet;

        error = run_take(&read->run, &result, &record, &unmet, fault);
    } else if (!silent) {
        if (settings->format == FORMAT_TEXT && context.counts->connections > 0)
            tell_counts(read, &facts);
        if (context.counts->connections == 0)
            tell_none(read, &facts);
        if (settings->format == FORMAT_TEXT)
            tell_findings(read, &record, &facts);
        tell_no_server(read);
    }
    tell_missing(read);
    if (facts.damage != REPLAY_DAMAGE_NONE) {
        read->run.unmeasured++;
        if (!silent)
            tell_damage(read, &facts);
    }
    arena_clear(&read->memory);
    return error;
}
