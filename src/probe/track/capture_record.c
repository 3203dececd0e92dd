/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture as a record: what its reader and the tracker counted, and what that means. */
#include "net/clock.h"
#include "net/link_name.h"
#include "probe/record_parts.h"
#include "probe/track/connection_record.h"
#include "probe/track/found.h"

static int64_t count_of(uint64_t count)
{
    return count > INT64_MAX ? INT64_MAX : (int64_t)count;
}

static struct record_list interfaces(const struct replay_facts *facts, struct arena *arena)
{
    struct read_interface_record *rows;
    char name[LINK_NAME_SIZE];
    size_t count =
        facts->interface_count < REPLAY_INTERFACES ? facts->interface_count : REPLAY_INTERFACES;

    rows = arena_take(arena, count + 1, sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        const struct replay_interface *interface = &facts->interfaces[i];

        rows[i] = (struct read_interface_record){
            .number = (int64_t)i,
            .name = interface->name[0] ? arena_copy(arena, interface->name) : NULL,
            .link_type = arena_copy(arena, link_name(interface->link_type, name)),
            .snaplen = interface->snaplen > 0 ? interface->snaplen : RECORD_UNKNOWN,
            .frames = count_of(interface->frames),
            .dropped = interface->dropped >= 0 ? interface->dropped : RECORD_UNKNOWN,
        };
    }
    return (struct record_list){.items = rows, .count = count};
}

/* Frames that all interfaces together lost; unknown where none of them tells. */
static int64_t dropped(const struct replay_facts *facts)
{
    int64_t sum = RECORD_UNKNOWN;

    for (uint32_t i = 0; i < facts->interface_count && i < REPLAY_INTERFACES; i++)
        if (facts->interfaces[i].dropped >= 0)
            sum = (sum == RECORD_UNKNOWN ? 0 : sum) + facts->interfaces[i].dropped;
    return sum;
}

static void fill_file(const struct capture_context *context, struct arena *arena,
                      struct capture_record *record)
{
    const struct replay_facts *facts = context->facts;

    record->file = context->file;
    if (facts->format[0]) { /* else it was given up before that was known */
        record->format = facts->format;
        record->byte_order = facts->big_endian ? "big" : "little";
    }
    /* Of a file that describes no interface 0 does not mean what it means of one. */
    if (facts->interface_count > 0 || facts->resolution_ns > 0)
        record->resolution_ns = facts->resolution_ns;
    record->frames = count_of(facts->frames);
    record->bytes = count_of(facts->bytes);
    record->left_out = count_of(facts->left_out);
    record->dropped = dropped(facts);
    record->damage = replay_damage_word(facts->damage);
    if (facts->damage != REPLAY_DAMAGE_NONE)
        record->damage_at = count_of(facts->damage_at);
    record->interfaces = interfaces(facts, arena);
}

static void fill_frames(const struct track_counts *counts, struct arena *arena,
                        struct capture_record *record)
{
    const uint64_t *verdicts = counts->verdicts;
    char time[40];

    if (counts->frames > counts->no_time) {
        record->time = arena_copy(arena, clock_iso8601(counts->first_ns, time));
        record->duration_ms = record_ms(counts->last_ns - counts->first_ns);
    }
    record->packets = count_of(counts->packets);
    record->segments = count_of(counts->segments);
    record->icmp = count_of(counts->icmp);
    record->other = count_of(counts->other);
    record->not_ip = count_of(verdicts[ENVELOPE_OTHER]);
    record->cut = count_of(verdicts[ENVELOPE_CUT]);
    record->malformed = count_of(verdicts[ENVELOPE_MALFORMED] + verdicts[ENVELOPE_SHORT] +
                                 verdicts[ENVELOPE_PIECE] + verdicts[ENVELOPE_DEEP]);
    record->sealed = count_of(verdicts[ENVELOPE_SEALED]);
    record->unknown_link = count_of(verdicts[ENVELOPE_LINK]);
    record->unread = count_of(counts->unread);
    record->fragments = count_of(counts->fragments);
    record->reassembled = count_of(counts->whole);
    record->incomplete = count_of(counts->lost);
    record->tagged = count_of(counts->tagged);
    record->tunnelled = count_of(counts->tunnelled);
    record->backwards = count_of(counts->backwards);
    if (counts->backwards > 0)
        record->backwards_most_ms = record_ms(counts->backwards_most_ns);
}

static void fill_connections(const struct capture_context *context, struct capture_record *record)
{
    const struct track_counts *counts = context->counts;
    const uint64_t *verdicts = context->tally->verdicts;

    record->connections = count_of(counts->connections);
    record->open = count_of(verdicts[VERDICT_OPEN]);
    record->refused = count_of(verdicts[VERDICT_REFUSED]);
    record->unreachable = count_of(verdicts[VERDICT_UNREACHABLE]);
    record->filtered = count_of(verdicts[VERDICT_FILTERED]);
    record->reset = count_of(verdicts[VERDICT_RESET]);
    record->inconclusive = count_of(verdicts[VERDICT_INCONCLUSIVE]);
    record->half_open = count_of(context->tally->half_open);
    record->began_late = count_of(counts->begun_late);
    record->given_up = count_of(counts->ended[TRACK_WHY_ROOM]);
    record->late = count_of(counts->late);
    record->open_most = count_of(counts->open_most);
}

static void find_count(struct found *found, enum finding finding, uint64_t count, const char *one,
                       const char *many)
{
    if (count > 0)
        found_print(found, finding, "%llu %s", (unsigned long long)count, count == 1 ? one : many);
}

static struct record_list findings(const struct capture_context *context,
                                   const struct capture_record *record, struct arena *arena)
{
    const struct replay_facts *facts = context->facts;
    const struct track_counts *counts = context->counts;
    char loss[FRAGMENTS_TEXT_SIZE];
    struct found found;

    found_begin(&found, arena);
    if (facts->damage != REPLAY_DAMAGE_NONE)
        found_print(&found, FINDING_CAP_DAMAGE, "%s, at byte %llu: %s",
                    replay_damage_meaning(facts->damage), (unsigned long long)facts->damage_at,
                    facts->damage_what);
    if (record->dropped > 0)
        found_print(&found, FINDING_CAP_DROPPED, "the capture lost %lld frames, as the file tells",
                    (long long)record->dropped);
    if (counts->lost > 0)
        found_print(&found, FINDING_CAP_INCOMPLETE,
                    "%llu packet%s came in part only; the first: %s",
                    (unsigned long long)counts->lost, counts->lost == 1 ? "" : "s",
                    fragments_loss_show(&counts->first_loss, loss));
    find_count(&found, FINDING_CAP_UNREAD, counts->unread,
               "TCP segment has a header that is cut off or impossible",
               "TCP segments have a header that is cut off or impossible");
    find_count(&found, FINDING_CAP_LINK, counts->verdicts[ENVELOPE_LINK],
               "frame has a link type that is not known",
               "frames have a link type that is not known");
    find_count(&found, FINDING_CAP_ROOM, counts->ended[TRACK_WHY_ROOM],
               "connection was given up, as more were open than are followed at once (--most)",
               "connections were given up, as more were open than are followed at once (--most)");
    find_count(&found, FINDING_CAP_BACKWARDS, counts->backwards,
               "time stamp is earlier than the one before", "time stamps go backwards");
    find_count(&found, FINDING_CAP_NO_TIME, counts->no_time, "frame has no time stamp",
               "frames have no time stamp");
    find_count(&found, FINDING_CAP_LATE, counts->begun_late,
               "connection was under way when the capture began",
               "connections were under way when the capture began");
    find_count(&found, FINDING_CAP_CUT, counts->verdicts[ENVELOPE_CUT],
               "frame is cut short before its IP header ends",
               "frames are cut short before their IP header ends");
    return found_list(&found);
}

void capture_record(const struct capture_context *context, struct arena *arena,
                    struct capture_record *ret_record)
{
    capture_record_init(ret_record);
    fill_file(context, arena, ret_record);
    fill_frames(context->counts, arena, ret_record);
    fill_connections(context, ret_record);
    ret_record->findings = findings(context, ret_record, arena);
}
