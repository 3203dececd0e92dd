/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections of two captures as people read them: against golden files, in every width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/connection_text.h"
#include "text_pages.h"

#define NONE RECORD_UNKNOWN

static const struct difference_record rewritten_differences[] = {
    {"connection", "source", "10.0.0.5:40312", "198.18.0.1:1024",
     "an address translator between A and B changed the client's address and port"},
    {"SYN", "mss", "1460", "1380", "MSS clamped on the way from A to B"},
    {"SYN", "sack", "sackOK", NULL, "the option was taken out on the way from A to B"},
    {"SYN,ACK", "options", NULL, "sackOK", "the option was taken out on the way from B to A"},
    {"SYN", "ttl", "64", "61", "3 hops from A to B"},
    {"segment", "dscp", "46", "0", NULL},
};
static const struct finding_record rewritten_findings[] = {
    {"TP-CMP-STRIPPED", "medium", "the SYN's option sackOK was taken out between the two captures"},
    {"TP-CMP-LOST", "low", "2 segments were lost between the two captures"},
};

/* All that can be told. */
static struct compare_record rewritten(void)
{
    return (struct compare_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "read",
        .file_a = "inside.pcap",
        .file_b = "outside.pcapng",
        .connection_a = 3,
        .connection_b = 1,
        .target = "198.18.0.2:80",
        .client_a = "10.0.0.5:40312",
        .server_a = "198.18.0.2:80",
        .client_b = "198.18.0.1:1024",
        .server_b = "198.18.0.2:80",
        .matched_by = "timestamps",
        .verdict = "rewritten",
        .reason = "between A and B the address was translated, the MSS lowered and SACK taken out",
        .verdict_a = "open",
        .verdict_b = "open",
        .rtt_a_ms = 25.301,
        .rtt_b_ms = 20.1,
        .between_ms = 5.201,
        .hops_between = 3,
        .client_side = "a",
        .isn_client_shift = 4096,
        .isn_server_shift = 4000000000,
        .segments_a = 15,
        .segments_b = 14,
        .lost_forward = 2,
        .lost_reverse = 1,
        .added_forward = 0,
        .added_reverse = 1,
        .unmet = "isn_client_shift=0: 4096",
        .differences = {rewritten_differences, 6},
        .findings = {rewritten_findings, 2},
    };
}

static struct compare_record same(void)
{
    struct compare_record record = rewritten();

    record.client_b = record.client_a;
    record.matched_by = "ends";
    record.verdict = "same";
    record.reason = "what A and B have of it is the same";
    record.isn_client_shift = record.isn_server_shift = 0;
    record.lost_forward = record.lost_reverse = record.added_reverse = 0;
    record.differences.count = record.findings.count = 0;
    record.unmet = NULL;
    return record;
}

static struct compare_record alone(void)
{
    struct compare_record record;

    compare_record_init(&record);
    record.file_a = "inside.pcap";
    record.file_b = "outside.pcapng";
    record.connection_b = 2;
    record.client_b = "[2001:db8::1]:50000";
    record.target = record.server_b = "[2001:db8::2]:443";
    record.verdict = "only-b";
    record.reason = "A has no connection that it could be";
    record.verdict_b = "refused";
    return record;
}

static char *show(const struct compare_record *record, struct style style)
{
    return text_of(&schema_compare, record, style);
}

static char *show_all(struct style style)
{
    const struct compare_record records[] = {rewritten(), same(), alone()};
    struct capture capture;

    capture_begin(&capture);
    for (size_t i = 0; i < 3; i++) {
        char *text = show(&records[i], style);

        fprintf(capture.stream, "=== %s\n%s", records[i].verdict, text);
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
    {"120-verbose", {.width = 120, .utf8 = true, .verbose = 1}},
};

static void test_golden(void **state)
{
    (void)state;
    text_pages_check("read-compare", pages, sizeof pages / sizeof pages[0], show_all);
}

/* All but the verdict's lines keeps to the width; no line ends in blanks. */
static void test_width(void **state)
{
    (void)state;
    for (unsigned width = 60; width <= 140; width++) {
        char *text = show_all((struct style){.width = width, .verbose = 1}), *rest = text, *line;

        while ((line = strsep(&rest, "\n"))) {
            const bool whole =
                strncmp(line, "rewritten: ", 11) == 0 || strncmp(line, "not met: ", 9) == 0;

            assert_true(*line == '\0' || line[strlen(line) - 1] != ' ');
            if (!whole && style_columns(line) > width)
                fail_msg("%u: %s", width, line);
        }
        free(text);
    }
}

/* Every number and text of it has a place: another one shows. */
static void test_complete(void **state)
{
    (void)state;
    const struct compare_record record = rewritten();
    const struct style style = {.width = 400, .verbose = 1};
    char *before = show(&record, style);

    for (size_t i = 0; i < schema_compare.count; i++) {
        const struct field *field = &schema_compare.fields[i];
        struct compare_record other = record;
        char *text, *member = (char *)&other + field->offset;

        if (strcmp(field->key, "schema") == 0 || strcmp(field->key, "command") == 0)
            continue;
        if (field->type == FIELD_INTEGER)
            memcpy(member, &(int64_t){98765}, sizeof(int64_t));
        else if (field->type == FIELD_NUMBER)
            memcpy(member, &(double){98765}, sizeof(double));
        else if (field->type == FIELD_TEXT)
            memcpy(member, &(const char *){"another"}, sizeof(const char *));
        else
            continue;
        text = show(&other, style);
        if (strcmp(text, before) == 0)
            fail_msg("%s is not told", field->key);
        free(text);
    }
    free(before);
}

/* What only one has, and what is the same, takes two lines. */
static void test_short(void **state)
{
    const struct compare_record records[] = {same(), alone()};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char *text = show(&records[i], (struct style){.width = 200});
        const char *line = strchr(text, '\n');

        assert_non_null(line);
        assert_int_equal(strcspn(line + 1, "\n") + 1, strlen(line + 1));
        free(text);
    }
}

/* A line of its own, in the columns of its heading. */
static void test_line(void **state)
{
    struct compare_record records[] = {rewritten(), same(), alone()};
    static const char *const lines[] = {
        "     3      1 10.0.0.5:40312        198.18.0.2:80         rewritten  between A and B the "
        "address was translated, the MSS lowered and SACK taken out\n"
        "  not met: isn_client_shift=0: 4096\n",
        "     3      1 10.0.0.5:40312        198.18.0.2:80         same       what A and B have of "
        "it is the same\n",
        "     -      2 [2001:db8::1]:50000   [2001:db8::2]:443     only-b     A has no connection "
        "that it could be\n",
    };
    const struct style style = {.width = 80};
    struct capture capture;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        records[i].brief = true;
        char *text = show(&records[i], style);
        assert_string_equal(text, lines[i]);
        free(text);
    }
    capture_begin(&capture);
    compare_heading(&style, capture.stream);
    char *heading = capture_end(&capture);
    assert_int_equal(strstr(heading, "server") - heading, strstr(lines[0], "198.") - lines[0]);
    assert_int_equal(strstr(heading, "why") - heading, strstr(lines[0], "between") - lines[0]);
    free(heading);
    /* Narrow, and with what was found. */
    char *text = show(&records[2], (struct style){.width = 60});
    assert_string_equal(text, "- 2 [2001:db8::1]:50000 [2001:db8::2]:443 only-b A has no "
                              "connection that it could be\n");
    free(text);
    text = show(&records[0], (struct style){.width = 120, .verbose = 1});
    assert_non_null(strstr(text, rewritten_findings[0].id));
    free(text);
}

/* What the table tells is not told again below it. */
static void test_once(void **state)
{
    static const struct difference_record differences[] = {
        {"SYN", "isn", "1", "4097", "shifted by 4096"},
        {"segment", "lost", "2 segments", NULL, "lost on the way"},
        {"segment", "added", NULL, "1 segment", "put in"},
    };
    struct compare_record record = rewritten();

    (void)state;
    record.differences = (struct record_list){differences, 3};
    char *text = show(&record, (struct style){.width = 120});
    assert_null(strstr(text, "\n  sequence"));
    assert_null(strstr(text, "\n  lost"));
    assert_null(strstr(text, "\n  put in"));
    assert_non_null(strstr(text, "A is nearer to the client; 3 hops and 5.2 ms of the round trip "
                                 "between them\n"));
    free(text);
    record.hops_between = 0;
    text = show(&record, (struct style){.width = 120});
    assert_non_null(strstr(text, "; no router and 5.2 ms of the round trip between them\n"));
    free(text);
}

static void test_hostile(void **state)
{
    (void)state;
    static const char evil[] = "a\033[31mb\nc\302\233d\377";
    const struct difference_record odd = {evil, evil, evil, evil, evil};
    struct compare_record record = rewritten();

    record.file_a = record.file_b = record.client_a = record.client_b = record.target =
        record.reason = record.verdict = record.verdict_a = record.unmet = evil;
    record.differences = (struct record_list){&odd, 1};
    for (unsigned brief = 0; brief < 2; brief++) {
        record.brief = brief > 0;
        char *text = show(&record, (struct style){.width = 80, .utf8 = true});
        assert_null(strchr(text, '\033'));
        assert_null(strstr(text, "\302\233"));
        assert_null(strchr(text, '\377'));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),   cmocka_unit_test(test_width),
        cmocka_unit_test(test_complete), cmocka_unit_test(test_short),
        cmocka_unit_test(test_line),     cmocka_unit_test(test_once),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
