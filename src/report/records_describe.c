/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas of what `describe` lists. */
#include "report/matrix_words.h"
#include "report/read_words.h"
#include "report/records_parts.h"

/* clang-format off */
#define F(member, unit, help) FIELD(struct cell_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct cell_record, member, values, help)
static const struct field cell_fields[] = {
    F(event, "", "the event's name"),
    F(words, "", "the event in words"),
    W(state, STATE_WORDS, "the state that it meets"),
    W(action, "GO,ON,DROP,ODD,DENY,NEVER", "what kind of cell it is"),
    W(next, STATE_WORDS, "the state after"),
    F(effects, "", "what is done, by names, with | between them"),
    F(reference, "", "the section that it follows, of RFC 9293 where no RFC is named"),
};
#undef F
#undef W
SCHEMA(cell, struct cell_record, NULL, "One cell of the state machine's table");

#define F(member, unit, help) FIELD(struct state_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct state_record, member, values, help)
static const struct field state_fields[] = {
    W(state, STATE_WORDS, "our state"),
    F(server, "", "what the server's state must be then"),
};
#undef F
#undef W
SCHEMA(state, struct state_record, NULL, "One state of the state machine");

#define F(member, unit, help) FIELD(struct effect_record, member, unit, help)
static const struct field effect_fields[] = {
    F(effect, "", "its name"),
    F(meaning, "", "what is done, or how the connection ended"),
};
#undef F
SCHEMA(effect, struct effect_record, NULL, "One effect of the state machine");

#define F(member, unit, help) FIELD(struct option_record, member, unit, help)
static const struct field option_fields[] = {
    F(kind, "", "kind number in IANA's registry"),
    F(word, "", "the word for it in packetdrill's notation"),
    F(name, "", "its name in the registry"),
    F(lengths, "", "the lengths that it may have"),
    F(reference, "", "where it is defined"),
};
#undef F
SCHEMA(option, struct option_record, NULL, "One kind of TCP option");

#define F(member, unit, help) FIELD(struct field_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct field_record, member, values, help)
static const struct field field_fields[] = {
    F(record, "", "the record that it belongs to"),
    F(key, "", "its key"),
    W(type, "boolean,integer,number,string,array,object", "its type in JSON"),
    F(unit, "", "its unit, empty for none"),
    F(values, "", "the words that it may be, with commas"),
    F(help, "", "what it means"),
};
#undef F
#undef W
SCHEMA(field, struct field_record, NULL, "One field of a record");

#define F(member, unit, help) FIELD(struct verdict_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct verdict_record, member, values, help)
static const struct field verdict_fields[] = {
    W(verdict, RECORDS_WORDS(VERDICT_TABLE), "the word for it"),
    F(meaning, "", "what it says of the target"),
};
#undef F
#undef W
SCHEMA(verdict, struct verdict_record, NULL, "One verdict about a target");

#define F(member, unit, help) FIELD(struct event_kind_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct event_kind_record, member, values, help)
static const struct field event_kind_fields[] = {
    W(event, RECORDS_WORDS(FOLLOW_EVENT_TABLE), "the word for it in a segment's events"),
    F(meaning, "", "what the segment is or does"),
    F(reference, "", "the section that it follows, of RFC 9293 where no RFC is named"),
};
#undef F
#undef W
SCHEMA(event_kind, struct event_kind_record, NULL, "What a segment in a capture may be or do");

#define F(member, unit, help) FIELD(struct doubt_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct doubt_record, member, values, help)
static const struct field doubt_fields[] = {
    W(doubt, RECORDS_WORDS(FOLLOW_DOUBT_TABLE), "the word for it"),
    F(meaning, "", "why the state is only what it is at least"),
};
#undef F
#undef W
SCHEMA(doubt, struct doubt_record, NULL, "Why a capture may leave the state of an end in doubt");

#define F(member, unit, help) FIELD(struct ending_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct ending_record, member, values, help)
static const struct field ending_fields[] = {
    W(ending, RECORDS_WORDS(FOLLOW_ENDING_TABLE), "the word for it"),
    W(closed, CLOSED_WORDS, "the same in the words of `handshake`, seen from the client; null if it was never open"),
    F(meaning, "", "how the connection ended, as far as the capture goes"),
};
#undef F
#undef W
SCHEMA(ending, struct ending_record, NULL, "How a connection in a capture may end");

#define F(member, unit, help) FIELD(struct outcome_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct outcome_record, member, values, help)
static const struct field outcome_fields[] = {
    W(outcome, RECORDS_WORDS(OUTCOME_TABLE), "the word for it"),
    F(meaning, "", "what became of the probe"),
};
#undef F
#undef W
SCHEMA(outcome, struct outcome_record, NULL, "What may become of one probe of a series");

#define F(member, unit, help) FIELD(struct finding_kind_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct finding_kind_record, member, values, help)
static const struct field finding_kind_fields[] = {
    F(id, "", "its stable name"),
    W(severity, RECORDS_WORDS(SEVERITY_TABLE), "how bad it is"),
    F(meaning, "", "what it says"),
    F(reference, "", "where the rule that it breaks is written"),
};
#undef F
#undef W
SCHEMA(finding_kind, struct finding_kind_record, NULL, "One kind of finding");

#define F(member, unit, help) FIELD(struct exit_record, member, unit, help)
static const struct field exit_fields[] = {
    F(status, "", "the number"),
    F(name, "", "its name"),
    F(meaning, "", "when the program ends with it"),
};
#undef F
SCHEMA(exit, struct exit_record, NULL, "One exit status");

#define F(member, unit, help) FIELD(struct command_record, member, unit, help)
static const struct field command_fields[] = {
    F(command, "", "its name"),
    F(arguments, "", "what stands behind it"),
    F(values, "", "the words that this may be, with commas"),
    F(summary, "", "what it is for"),
};
#undef F
SCHEMA(command, struct command_record, NULL, "One command");

#define F(member, unit, help) FIELD(struct argument_record, member, unit, help)
static const struct field argument_fields[] = {
    F(command, "", "the command"),
    F(group, "", "the group that it belongs to"),
    F(name, "", "the long option"),
    F(key, "", "the short option"),
    F(argument, "", "what it takes"),
    F(help, "", "what it does"),
    F(values, "", "the words that it may take, with commas"),
};
#undef F
SCHEMA(argument, struct argument_record, NULL, "One option of a command line");

#define F(member, unit, help) FIELD(struct matrix_verdict_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct matrix_verdict_record, member, values, help)
static const struct field matrix_verdict_fields[] = {
    W(verdict, RECORDS_WORDS(MATRIX_VERDICT_TABLE), "the word for it"),
    F(seen, "", "what was seen"),
    F(proves, "", "what that proves, and what it cannot"),
};
#undef F
#undef W
SCHEMA(matrix_verdict, struct matrix_verdict_record, NULL, "What may become of a TCP option");

#define F(member, unit, help) FIELD(struct feature_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct feature_record, member, values, help)
static const struct field feature_fields[] = {
    W(feature, RECORDS_WORDS(RUNG_FEATURE_TABLE), "its name"),
    F(meaning, "", "what it is"),
    F(reference, "", "where it is defined"),
};
#undef F
#undef W
SCHEMA(feature, struct feature_record, NULL, "What a row of a matrix of options is about");

#define F(member, unit, help) FIELD(struct check_kind_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct check_kind_record, member, values, help)
static const struct field check_kind_fields[] = {
    W(check, RECORDS_WORDS(CHECK_TABLE), "its name"),
    W(feature, RECORDS_WORDS(RUNG_FEATURE_TABLE), "the row of the matrix that it belongs to"),
    F(meaning, "", "what is to be seen where it works"),
    F(reference, "", "where that is defined"),
};
#undef F
#undef W
SCHEMA(check_kind, struct check_kind_record, NULL, "What may be looked at on an open connection");

#define F(member, unit, help) FIELD(struct rung_kind_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct rung_kind_record, member, values, help)
static const struct field rung_kind_fields[] = {
    F(rung, "", "its name"),
    W(feature, RECORDS_WORDS(RUNG_FEATURE_TABLE), "what it asks about"),
    W(role, RECORDS_WORDS(RUNG_ROLE_TABLE), "what a conforming host does with it, behind a path that touches nothing: answers it (control, asking), answers it as if its last option were not there (echo), answers it or not (doubtful), does not answer it (forbidden)"),
    F(beside, "", "the rung that it is held against"),
    F(options, "", "its options in packetdrill's notation; what differs from SYN to SYN stands in braces"),
    F(purpose, "", "what it is for"),
    F(reference, "", "where the rule that it tries is written"),
};
#undef F
#undef W
SCHEMA(rung_kind, struct rung_kind_record, NULL, "One rung of the ladder of options");
/* clang-format on */
