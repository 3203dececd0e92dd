/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/climb_record: whole climbs, made up, and the records that are made of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <math.h>

#include "climb_scene.h"
#include "golden.h"
#include "report/finding.h"
#include "report/output.h"

static struct arena arena;
static struct scene_run run;
static struct matrix_record record;

static bool is_word(const char *list, const char *word)
{
    size_t length = strlen(word);

    while (list != NULL && *list != '\0') {
        size_t part = strcspn(list, ",");

        if (part == length && strncmp(list, word, length) == 0)
            return true;
        list += part + (list[part] != '\0');
    }
    return false;
}

/* Each word is one of those that the schema has for it, and no text is empty by accident. */
static void check_fields(const struct schema *schema, const void *item)
{
    for (size_t i = 0; i < schema->count; i++) {
        const struct field *field = &schema->fields[i];
        struct record_list list;
        const char *text;

        switch (field->type) {
        case FIELD_TEXT:
            text = field_text(field, item);
            if (text != NULL && (strstr(text, "(null)") != NULL || strstr(text, " nan") != NULL))
                fail_msg("%s.%s: %s", schema->name, field->key, text);
            if (text != NULL && field->values != NULL && !is_word(field->values, text))
                fail_msg("%s.%s: %s is none of %s", schema->name, field->key, text, field->values);
            break;
        case FIELD_LIST:
            list = field_list(field, item);
            for (size_t j = 0; j < list.count; j++)
                check_fields(field->of, (const char *)list.items + j * field->of->size);
            break;
        case FIELD_OBJECT:
            if (field_object(field, item) != NULL)
                check_fields(field->of, field_object(field, item));
            break;
        case FIELD_BOOL:
        case FIELD_INTEGER:
        case FIELD_NUMBER:
        case FIELD_TYPE_COUNT:
            break;
        }
    }
}

/* What JSON makes of it can be read again. */
static void check_json(void)
{
    struct capture capture;
    struct fault fault = {0};
    json_error_t error;
    json_t *object;
    char *text;

    capture_begin(&capture);

    struct output output = {.stream = capture.stream, .format = FORMAT_JSON};

    assert_int_equal(output_record(&output, &schema_matrix, &record, &fault), 0);
    text = capture_end(&capture);
    object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL)
        fail_msg("%s in: %s", error.text, text);
    assert_string_equal(json_string_value(json_object_get(object, "verdict")), record.verdict);
    assert_int_equal(json_array_size(json_object_get(object, "matrix")), record.matrix.count);
    json_decref(object);
    free(text);
}

/* What holds for each record. */
static void check_whole(void)
{
    const struct finding_record *findings = record.findings.items;
    int last = SEVERITY_COUNT;

    check_fields(&schema_matrix, &record);
    check_json();
    assert_int_equal(record.sent, record.answered + record.refused + record.unreachable +
                                      record.lost + (int64_t)run.left);
    assert_int_not_equal(record.reason[strlen(record.reason) - 1], '.');
    assert_true(strlen(record.reason) < 400);
    for (size_t i = 0; i < record.findings.count; i++) {
        int severity = 0;

        while (strcmp(findings[i].severity, severity_word((enum severity)severity)) != 0)
            severity++;
        assert_true(severity <= last);
        last = severity;
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(findings[i].id, findings[j].id);
    }
    if (strcmp(record.verdict, "open") != 0) {
        assert_null(record.severity);
        assert_int_equal(record.matrix.count, 0);
        assert_null(record.header);
    } else {
        assert_string_equal(record.severity,
                            record.findings.count > 0 ? findings[0].severity : "none");
    }
    for (unsigned i = 0; i < RUNG_FEATURE_COUNT; i++) {
        const char *name = rung_feature_name((enum rung_feature)i);
        const struct matrix_row_record *rows = record.matrix.items;
        const char *word = field_text(schema_field_find(&schema_matrix, name), &record);
        size_t at = 0;

        while (at < record.matrix.count && strcmp(rows[at].feature, name) != 0)
            at++;
        assert_int_equal(at < record.matrix.count, word != NULL);
        if (word != NULL)
            assert_string_equal(rows[at].verdict, word);
    }
}

static void climb(const struct scene *scene)
{
    arena_clear(&arena);
    scene_climb(scene, &arena, &run);
    climb_record(&run.climb, &arena, &record);
    check_whole();
}

/* "sack=declined timestamps=supported" */
static void expect_words(const char *words)
{
    char text[400], *rest = NULL;

    snprintf(text, sizeof text, "%s", words);
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        const char *is;

        *value++ = '\0';
        is = field_text(schema_field_find(&schema_matrix, word), &record);
        if (is == NULL || strcmp(is, value) != 0)
            fail_msg("%s is %s, not %s: %s", word, is == NULL ? "nothing" : is, value,
                     record.reason);
    }
}

/* The ids in any order, with a blank behind each. */
static void expect_findings(const char *ids)
{
    const struct finding_record *rows = record.findings.items;
    size_t expected = 0;

    for (const char *at = ids; *at != '\0'; at++)
        expected += *at == ' ';
    for (size_t i = 0; i < record.findings.count; i++) {
        char id[64];

        snprintf(id, sizeof id, "%s ", rows[i].id);
        if (strstr(ids, id) == NULL)
            fail_msg("%s: %s", rows[i].id, rows[i].text);
    }
    if (record.findings.count != expected)
        fail_msg("%zu findings, not %zu: %s", record.findings.count, expected, ids);
}

static const char *finding_text(enum finding finding)
{
    const struct finding_record *rows = record.findings.items;

    for (size_t i = 0; i < record.findings.count; i++)
        if (strcmp(rows[i].id, finding_row(finding)->id) == 0)
            return rows[i].text;
    fail_msg("no %s", finding_row(finding)->id);
    return NULL;
}

static const struct matrix_row_record *row_of(const char *feature)
{
    const struct matrix_row_record *rows = record.matrix.items;

    for (size_t i = 0; i < record.matrix.count; i++)
        if (strcmp(rows[i].feature, feature) == 0)
            return &rows[i];
    fail_msg("no row %s", feature);
    return NULL;
}

static void expect_in(const char *text, const char *part)
{
    if (text == NULL || strstr(text, part) == NULL)
        fail_msg("no \"%s\" in: %s", part, text == NULL ? "nothing" : text);
}

static void test_linux(void **state)
{
    struct scene scene = {.world = world_plain, .hops = 2, .box = 3, .repeats = 2};
    const struct ts_clock_record *clock;
    const struct header_record *header;
    const struct repeats_record *repeats;
    const struct quoted_record *quoted;

    (void)state;
    climb(&scene);
    assert_string_equal(record.reason,
                        "198.18.0.2:443 supports mss, wscale, sack, timestamps, ecn; declines "
                        "fastopen, accecn, mptcp");
    expect_words("verdict=open bare=supported mss=supported wscale=supported sack=supported "
                 "timestamps=supported sets=supported order=supported padding=supported "
                 "full=supported fastopen=declined ecn=supported accecn=declined mptcp=declined "
                 "md5=breaks uto=declined unknown=declined malformed=declined reserved=declined "
                 "data=declined checksum=declined severity=none cookies=no");
    expect_findings("");
    assert_int_equal(record.mss_bytes, 1460);
    assert_int_equal(record.wscale_shift, 10);
    assert_int_equal(record.window, 65160);
    assert_string_equal(record.layout, "mss,sackOK,TS,wscale");
    assert_int_equal(record.ttl, 62);
    assert_int_equal(record.hops, 2);
    assert_int_equal(record.expired, 4);
    assert_int_equal(record.connections, 0);
    assert_string_equal(record.from, record.address);
    assert_string_equal(row_of("mss")->values, "1460");
    assert_null(row_of("sack")->values);
    assert_null(row_of("sack")->otherwise);
    assert_null(row_of("sack")->in_effect);
    expect_in(row_of("sack")->evidence, "routers quote it whole up to hop 2, 198.18.2.2");
    expect_in(row_of("sack")->meaning, "selective acknowledgments (RFC 2018)");
    clock = record.clock;
    assert_string_equal(clock->kind, "runs");
    assert_string_equal(clock->offset, "each");
    assert_int_equal(clock->n, CLIMB_SAME);
    assert_true(fabs(clock->nominal_hz - 1000.0) < 0.001 && isnan(clock->uptime_s));
    assert_true(clock->rate_low_hz <= 1000.0 && clock->rate_high_hz >= 1000.0);
    assert_false(clock->low_bits_frozen);
    header = record.header;
    assert_string_equal(header->windows, "65160");
    assert_string_equal(header->df, "set");
    assert_string_equal(header->ip_id, "zero");
    assert_null(header->flow_label);
    assert_string_equal(header->reserved, "none");
    repeats = record.repeats;
    assert_true(repeats->answered && repeats->count == 2 && isnan(repeats->reset_ms));
    assert_true(fabs(((const struct repeat_record *)repeats->repeats.items)[1].t_ms - 3000.0) <
                0.001);
    quoted = record.quoted.items;
    assert_string_equal(quoted[0].offer, "mss");
    assert_string_equal(quoted[0].state, "whole");
    assert_int_equal(quoted[0].hop, 2);
    assert_string_equal(quoted[0].from, "198.18.2.2");
    assert_int_equal(record.rungs.count, RUNG_COUNT - 2); /* no cookie: two are left out */
    assert_int_equal(record.front.count, 7);

    scene.ipv6 = true;
    climb(&scene);
    expect_words("family=IPv6 severity=none sack=supported");
    header = record.header;
    assert_null(header->df);
    assert_null(header->ip_id);
    assert_string_equal(header->flow_label, "one");
}

static void test_hosts(void **state)
{
    struct scene scene = {.world = {.mss = 1460}, .repeats = 1, .counts = true};

    (void)state;
    /* As the 4.4BSD stack of slirp: an MSS and no more. */
    climb(&scene);
    expect_words("severity=low wscale=declined sack=declined timestamps=declined ecn=declined");
    assert_string_equal(record.reason, "198.18.0.2:443 supports mss; declines wscale, sack, "
                                       "timestamps, fastopen, ecn, accecn, mptcp");
    expect_findings("TP-OPT-IP-ID ");
    assert_int_equal(record.wscale_shift, RECORD_UNKNOWN);
    assert_string_equal(((const struct ts_clock_record *)record.clock)->kind, "none");
    assert_string_equal(((const struct header_record *)record.header)->ip_id, "counter");

    /* A host that gives its uptime away, and takes Fast Open. */
    scene = (struct scene){.world = world_plain, .uptime = true, .repeats = 1};
    scene.world.fastopen = scene.world.mptcp = true;
    climb(&scene);
    expect_words("severity=low fastopen=supported mptcp=supported");
    expect_findings("TP-OPT-UPTIME ");
    /* 5000 s, and those of the climb. */
    expect_in(finding_text(FINDING_OPT_UPTIME), "84.5 minutes by");
    assert_string_equal(((const struct ts_clock_record *)record.clock)->offset, "shared");
    assert_string_equal(row_of("fastopen")->in_effect, "works");

    /* SYN cookies. */
    scene = (struct scene){.world = world_plain, .cookies = true};
    scene.world.cookies = true;
    climb(&scene);
    expect_words("cookies=yes sack=supported wscale=supported severity=info");
    expect_in(record.reason, "; SYN cookies answer");
    expect_findings("TP-OPT-COOKIES ");
    assert_true(((const struct ts_clock_record *)record.clock)->low_bits_frozen);

    /* Rules broken by the host itself. */
    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.wscale_wrong = true;
    climb(&scene);
    expect_words("wscale=rewritten severity=medium");
    expect_findings("TP-OPT-WSCALE-UNOFFERED ");
    expect_in(finding_text(FINDING_OPT_WSCALE_UNOFFERED), "SYN,ACKs; bare: mss 1460,wscale 10 to");
    expect_in(row_of("bare")->rules, "TP-OPT-WSCALE-UNOFFERED");

    scene = (struct scene){.world = world_plain, .two_hosts = true, .repeats = 1};
    climb(&scene);
    expect_words("severity=info");
    expect_findings("TP-OPT-SEVERAL ");
    expect_in(finding_text(FINDING_OPT_SEVERAL), "TTL 64, and 63 in");

    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.one_of_two = true;
    climb(&scene);
    expect_words("sack=inconclusive");
    expect_in(finding_text(FINDING_OPT_SEVERAL), "drew mss,");
    expect_in(record.reason, "; no verdict on sack");
}

static void test_paths(void **state)
{
    struct scene scene = {.world = world_plain, .hops = 2, .box = 2, .repeats = 1};

    (void)state;
    scene.world.takes = OPTION_SACK_PERMITTED;
    scene.world.takes_whole = true;
    climb(&scene);
    expect_words("sack=stripped timestamps=supported severity=medium");
    expect_findings("TP-OPT-STRIPPED ");
    expect_in(record.reason, "198.18.0.2:443: sack stripped; supports mss, wscale, timestamps");
    expect_in(row_of("sack")->evidence, "gone at hop 2, 198.18.2.2; whole at hop 1");
    assert_string_equal(finding_text(FINDING_OPT_STRIPPED),
                        "an option went missing between here and there, with a sign of who took "
                        "it: sack (gone at hop 2, 198.18.2.2; whole at hop 1)");
    for (size_t i = 0; i < record.quoted.count; i++) {
        const struct quoted_record *quoted =
            &((const struct quoted_record *)record.quoted.items)[i];

        if (strcmp(quoted->offer, "sack") == 0) {
            assert_string_equal(quoted->state, "missing");
            assert_int_equal(quoted->hop, 2);
            assert_string_equal(quoted->from, "198.18.2.2");
        } else {
            assert_string_equal(quoted->state, "whole");
        }
    }

    /* An MSS clamp. */
    scene = (struct scene){.world = world_plain, .hops = 2, .box = 1, .clamp = 1400, .repeats = 1};
    climb(&scene);
    expect_words("mss=rewritten sack=supported severity=low");
    expect_findings("TP-OPT-CLAMPED ");
    expect_in(record.reason, ": mss rewritten; supports wscale,");
    expect_in(row_of("mss")->evidence, "another value at hop 1, 198.18.1.2; nobody quoted it");
    assert_int_equal(record.mss_bytes, 1400);
    /* What no router shows, the value says at most. */
    scene.hops = 0;
    climb(&scene);
    expect_words("mss=supported severity=none");

    /* Taken on the way back: NOP are left. */
    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.takes_back = OPTION_TIMESTAMPS;
    climb(&scene);
    expect_words("timestamps=stripped");
    expect_findings("TP-OPT-STRIPPED ");
    expect_in(finding_text(FINDING_OPT_STRIPPED), "timestamps (NOP stand in its place");

    /* Lost SYNs: of those that are sent today, and of others. */
    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.drops = OPTION_TIMESTAMPS;
    climb(&scene);
    expect_words("timestamps=breaks sets=breaks severity=high sack=supported");
    expect_in(record.reason, "198.18.0.2:443: SYNs with timestamps, sets go unanswered; supports");
    expect_findings("TP-OPT-BREAKS ");
    expect_in(finding_text(FINDING_OPT_BREAKS), "ts 0 of 3 opened");
    assert_string_equal(row_of("timestamps")->otherwise, "inconclusive");

    scene.world.drops = OPTION_FASTOPEN;
    climb(&scene);
    expect_words("fastopen=breaks severity=low");
    expect_findings("TP-OPT-BREAKS-SELDOM ");
    expect_in(record.reason, ": SYNs with fastopen go unanswered; supports");

    scene.world.drops = 0;
    scene.world.drops_flags = TCP_ECE | TCP_CWR;
    climb(&scene);
    expect_words("ecn=breaks accecn=breaks severity=high");
    expect_findings("TP-OPT-BREAKS TP-OPT-BREAKS-SELDOM ");

    /* A box that mends checksums, or answers itself. */
    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.mends_checksums = true;
    climb(&scene);
    expect_words("checksum=rewritten severity=high");
    expect_findings("TP-OPT-CHECKSUM ");
}

static void test_echo(void **state)
{
    struct scene scene = {.world = {.echoes_all = true}, .repeats = 1};

    (void)state;
    climb(&scene);
    expect_words("mss=echoed wscale=echoed sack=echoed timestamps=echoed unknown=echoed "
                 "severity=high");
    expect_in(record.reason, " echoed");
    expect_in(finding_text(FINDING_OPT_ECHO), "SYN,ACKs; ");

    scene = (struct scene){.world = world_plain, .repeats = 1};
    scene.world.echoes_ecn = true;
    climb(&scene);
    expect_words("ecn=echoed severity=medium");
    expect_findings("TP-OPT-ECN-ECHO TP-OPT-ECN-UNOFFERED ");
}

/* The open connection shows what the SYN,ACK did not. */
static void test_checks(void **state)
{
    struct check *holes = calloc(1, sizeof *holes);
    struct scene scene = {.world = world_plain, .repeats = 1, .check = holes};

    (void)state;
    assert_non_null(holes);
    scene.world.takes_back = OPTION_TIMESTAMPS;
    scene.world.takes_whole = true;
    holes->opened = holes->over = true;
    holes->segments = holes->with_timestamps = 5;
    climb(&scene);
    expect_words("timestamps=stripped severity=high");
    expect_findings("TP-OPT-STRIPPED TP-OPT-ONE-SIDED ");
    expect_in(row_of("timestamps")->evidence, "taken out of the SYN,ACK");
    assert_string_equal(row_of("timestamps")->in_effect, "one-sided");
    assert_int_equal(record.connections, 1);
    assert_int_equal(record.checks.count, 8);

    scene.world.takes_back = 0;
    holes->tcb.ts_on = true;
    holes->with_timestamps = 1;
    climb(&scene);
    expect_words("timestamps=supported severity=medium");
    expect_findings("TP-OPT-NOT-IN-EFFECT ");
    assert_string_equal(row_of("timestamps")->in_effect, "fails");
    free(holes);
}

static void test_closed(void **state)
{
    struct scene scene = {.world = world_plain, .hops = 2, .silent = true, .stops = 6};
    struct fault fault = {.what = "name does not resolve: 'example'"};

    (void)state;
    arena_clear(&arena);
    scene_climb(&scene, &arena, &run);
    run.climb.ended = NULL;
    climb_record(&run.climb, &arena, &record);
    check_whole();
    expect_words("verdict=filtered");
    assert_string_equal(record.reason, "198.18.0.2:443 did not answer 6 SYNs");
    assert_null(record.from);
    expect_findings("");

    scene.silent = false;
    scene.world.closed = true;
    climb(&scene);
    expect_words("verdict=refused from=198.18.99.2");
    assert_string_equal(record.reason,
                        "198.18.0.2:443 refused 6 of 6 SYNs with an RST; interrupted");
    assert_int_equal(record.hops, 2);
    expect_findings("TP-OPT-ENDED ");

    scene.unreachable = true;
    climb(&scene);
    expect_words("verdict=unreachable from=198.18.1.2");
    assert_string_equal(
        record.reason,
        "198.18.0.2:443 is unreachable: 198.18.1.2 says 'host unreachable'; interrupted");

    scene = (struct scene){.world = world_plain, .silent = true, .stops = 2};
    climb(&scene);
    expect_words("verdict=inconclusive");
    assert_string_equal(record.reason, "198.18.0.2:443 was not measured: interrupted");

    climb_unmeasured(&run.climb.context, &fault, &arena, &record);
    run.left = 0;
    record.sent = 0;
    check_whole();
    expect_words("verdict=inconclusive");
    expect_in(record.reason, "was not measured: name does not resolve");
}

static void test_interrupted(void **state)
{
    struct scene scene = {.world = world_plain, .stops = 5, .left = 2};

    (void)state;
    climb(&scene);
    expect_words("verdict=open severity=low");
    expect_findings("TP-OPT-ENDED ");
    expect_in(finding_text(FINDING_OPT_ENDED), ": interrupted; ");
    expect_in(record.reason, "; interrupted");
    assert_int_equal(record.sent, 5);
    assert_int_equal(record.answered, 3);
    assert_null(record.repeats);
    for (size_t stops = 6; stops < 290; stops += 7) {
        scene.stops = stops;
        climb(&scene);
    }
}

/* Only some of the features: the others have no word. */
static void test_some(void **state)
{
    struct scene scene = {.world = world_plain, .repeats = 1};

    (void)state;
    scene.features = 1u << RUNG_FEATURE_SACK;
    climb(&scene);
    expect_words("sack=supported");
    assert_string_equal(record.reason, "198.18.0.2:443 supports sack");
    assert_null(record.mss);
    assert_null(record.timestamps);
    assert_int_equal(record.matrix.count, 1);
    assert_null(record.md5);
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linux),       cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_paths),       cmocka_unit_test(test_echo),
        cmocka_unit_test(test_checks),      cmocka_unit_test(test_closed),
        cmocka_unit_test(test_interrupted), cmocka_unit_test(test_some),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
