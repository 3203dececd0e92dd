/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures as people read them: against golden files, in every width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/connection_text.h"
#include "text_pages.h"

#define NONE RECORD_UNKNOWN

static const struct read_interface_record interfaces[] = {
    {.number = 0,
     .name = "eth0",
     .link_type = "EN10MB",
     .snaplen = 262144,
     .frames = 300,
     .dropped = 7},
    {.number = 1, .link_type = "RAW", .snaplen = NONE, .frames = 45, .dropped = NONE},
};
static const struct finding_record findings[] = {
    {"TP-CAP-DAMAGE", "medium", "the file ends in the middle of a packet or block, at byte 98304"},
    {"TP-CAP-BACKWARDS", "low", "time stamps go backwards twice, by 1.5 ms at most"},
};

/* All that can be told. */
static struct capture_record full(void)
{
    return (struct capture_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "read",
        .file = "lab.pcapng",
        .format = "pcapng",
        .byte_order = "little",
        .resolution_ns = 1000,
        .time = "2026-01-02T03:04:05.678901Z",
        .duration_ms = 12345.678,
        .frames = 345,
        .bytes = 98230,
        .left_out = 5,
        .packets = 330,
        .segments = 300,
        .icmp = 2,
        .other = 28,
        .not_ip = 9,
        .cut = 1,
        .malformed = 2,
        .sealed = 3,
        .unknown_link = 4,
        .unread = 5,
        .fragments = 6,
        .reassembled = 2,
        .incomplete = 1,
        .tagged = 12,
        .tunnelled = 14,
        .backwards = 2,
        .backwards_most_ms = 1.5,
        .dropped = 7,
        .connections = 12,
        .open = 6,
        .refused = 1,
        .unreachable = 1,
        .filtered = 2,
        .reset = 1,
        .inconclusive = 1,
        .half_open = 1,
        .began_late = 2,
        .given_up = 1,
        .late = 3,
        .open_most = 5,
        .damage = "cut",
        .damage_at = 98304,
        .interfaces = {interfaces, 2},
        .findings = {findings, 2},
    };
}

/* What most files are like. */
static struct capture_record plain(void)
{
    struct capture_record record = full();

    record.format = "pcap";
    record.byte_order = "big";
    record.resolution_ns = 1;
    record.left_out = record.icmp = record.other = record.not_ip = record.cut = record.malformed =
        record.sealed = record.unknown_link = record.unread = record.fragments =
            record.reassembled = record.incomplete = record.tagged = record.tunnelled =
                record.backwards = record.given_up = record.late = record.began_late = 0;
    record.packets = record.segments = record.frames = 345;
    record.connections = record.open = record.open_most = 1;
    record.refused = record.unreachable = record.filtered = record.reset = record.inconclusive = 0;
    record.half_open = 0;
    record.dropped = NONE;
    record.damage = "none";
    record.damage_at = NONE;
    record.interfaces.count = record.findings.count = 0;
    return record;
}

static char *show(const struct capture_record *record, struct style style)
{
    return text_of(&schema_capture, record, style);
}

static char *show_all(struct style style)
{
    const struct capture_record records[] = {full(), plain()};
    struct capture_record empty;
    struct capture capture;

    capture_record_init(&empty);
    capture_begin(&capture);
    for (size_t i = 0; i < 3; i++) {
        char *text = show(i < 2 ? &records[i] : &empty, style);

        fprintf(capture.stream, "=== %zu\n%s", i, text);
        free(text);
    }
    return capture_end(&capture);
}

static const struct text_page pages[] = {
    {"40", {.width = 40, .utf8 = true}},
    {"60", {.width = 60, .utf8 = true}},
    {"80", {.width = 80, .utf8 = true}},
    {"80-ascii", {.width = 80}},
    {"80-colour", {.width = 80, .utf8 = true, .colour = true}},
    {"120", {.width = 120, .utf8 = true}},
};

static void test_golden(void **state)
{
    (void)state;
    text_pages_check("read-capture", pages, sizeof pages / sizeof pages[0], show_all);
}

/* All but the line about damage keeps to the width; no line ends in blanks. */
static void test_width(void **state)
{
    (void)state;
    for (unsigned width = 60; width <= 140; width++) {
        char *text = show_all((struct style){.width = width}), *rest = text, *line;

        while ((line = strsep(&rest, "\n"))) {
            assert_true(*line == '\0' || line[strlen(line) - 1] != ' ');
            if (strncmp(line, "damaged: ", 9) != 0 && style_columns(line) > width)
                fail_msg("%u: %s", width, line);
        }
        free(text);
    }
}

/* Every count has a place in the text: another number shows. */
static void test_complete(void **state)
{
    (void)state;
    const struct capture_record record = full();
    const struct style style = {.width = 400};
    char *before = show(&record, style);

    for (size_t i = 0; i < schema_capture.count; i++) {
        const struct field *field = &schema_capture.fields[i];
        struct capture_record other = record;
        char *text;

        if (field->type != FIELD_INTEGER || strcmp(field->key, "schema") == 0)
            continue;
        memcpy((char *)&other + field->offset, &(int64_t){98765}, sizeof(int64_t));
        text = show(&other, style);
        if (strcmp(text, before) == 0)
            fail_msg("%s is not told", field->key);
        free(text);
    }
    free(before);
}

static void test_hostile(void **state)
{
    (void)state;
    /* An escape, a C1 control, no UTF-8, a mark that turns the text about, an end of line. */
    static const char evil[] = "a\033[31mb\nc\302\233d\377e\342\200\256f\342\200\250g";
    const struct read_interface_record odd = {.name = evil, .link_type = evil};
    struct capture_record record = full();

    record.file = record.format = record.byte_order = record.time = evil;
    record.interfaces = (struct record_list){&odd, 1};
    char *text = show(&record, (struct style){.width = 80, .utf8 = true});
    assert_null(strchr(text, '\033'));
    assert_null(strstr(text, "\302\233"));
    assert_null(strchr(text, '\377'));
    assert_null(strstr(text, "\342\200\256"));
    assert_null(strstr(text, "\342\200\250"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_width),
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
