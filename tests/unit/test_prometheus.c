/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file for node_exporter, read back by a strict parser of the text exposition format. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plot_check.h"
#include "report/prometheus.h"
#include "report/prometheus_parts.h"
#include "report_samples.h"

/* ---- the parser: format 0.0.4, and what node_exporter demands beyond it
 * -------------------------- */

struct line {
    char series[1024]; /* name{labels} as written */
    char name[160];
    char labels[8][2][512]; /* unescaped */
    size_t label_count;
    double value;
};
struct exposition {
    struct line *lines;
    size_t count;
    char names[512][160]; /* metrics in their order */
    size_t name_count;
};

static bool name_byte(char byte, bool first, bool colon)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           (colon && byte == ':') || (!first && byte >= '0' && byte <= '9');
}

static const char *read_name(const char *at, bool colon, char *name, size_t size)
{
    size_t length = 0;
    while (name_byte(*at, length == 0, colon)) {
        assert_true(length + 1 < size);
        name[length++] = *at++;
    }
    name[length] = '\0';
    assert_true(length > 0);
    return at;
}

static const char *expect(const char *at, const char *text)
{
    if (strncmp(at, text, strlen(text)) != 0)
        fail_msg("expected '%s', not '%.40s'", text, at);
    return at + strlen(text);
}

/* A label's value behind its opening quote. */
static const char *read_value(const char *at, char *value, size_t size)
{
    size_t length = 0;
    for (; *at != '"'; at++) {
        assert_true(*at != '\0' && *at != '\n' && length + 1 < size);
        if (*at == '\\') {
            at++;
            assert_true(*at == '\\' || *at == 'n' || *at == '"');
            value[length++] = *at == 'n' ? '\n' : *at;
        } else {
            value[length++] = *at;
        }
    }
    value[length] = '\0';
    return at + 1;
}

static const char *read_line(const char *at, struct line *line)
{
    const char *begin = at;
    *line = (struct line){0};
    at = read_name(at, true, line->name, sizeof line->name);
    at = expect(at, "{");
    while (*at != '}') {
        assert_true(line->label_count < 8);
        char(*label)[512] = line->labels[line->label_count++];
        at = read_name(at, false, label[0], sizeof label[0]);
        assert_true(strncmp(label[0], "__", 2) != 0);
        at = read_value(expect(at, "=\""), label[1], sizeof label[1]);
        for (size_t i = 0; i + 1 < line->label_count; i++)
            assert_string_not_equal(line->labels[i][0], label[0]);
        if (*at != '}')
            at = expect(at, ",");
    }
    at = expect(at, "}");
    snprintf(line->series, sizeof line->series, "%.*s", (int)(at - begin), begin);
    at = expect(at, " ");
    char *end;
    line->value = strtod(at, &end);
    assert_true(end > at);
    /* node_exporter refuses timestamps. */
    return expect(end, "\n");
}

/* Reads it all; HELP and TYPE stand before each metric once, its samples together, no series twice.
 */
static struct exposition parse(const char *text)
{
    struct exposition all = {.lines = calloc(20000, sizeof *all.lines)};
    assert_non_null(all.lines);
    const char *at = text;
    while (*at) {
        char *name = all.names[all.name_count], again[160];
        at = read_name(expect(at, "# HELP "), true, name, sizeof all.names[0]);
        for (size_t i = 0; i < all.name_count; i++)
            assert_string_not_equal(all.names[i], name);
        all.name_count++;
        assert_true(all.name_count < 512);
        at = expect(at, " ");
        assert_true(*at != '\n');
        for (; *at != '\n'; at++) {
            assert_int_not_equal(*at, '\0');
            if (*at == '\\')
                at++;
        }
        at = read_name(expect(at, "\n# TYPE "), true, again, sizeof again);
        assert_string_equal(again, name);
        at = expect(at, " gauge\n");
        assert_true(*at != '#' && *at != '\0');
        while (*at && *at != '#') {
            assert_true(all.count < 20000);
            at = read_line(at, &all.lines[all.count]);
            assert_string_equal(all.lines[all.count].name, name);
            for (size_t i = 0; i < all.count; i++)
                assert_string_not_equal(all.lines[i].series, all.lines[all.count].series);
            all.count++;
        }
    }
    return all;
}

static const char *label_of(const struct line *line, const char *name)
{
    for (size_t i = 0; i < line->label_count; i++)
        if (strcmp(line->labels[i][0], name) == 0)
            return line->labels[i][1];
    return "";
}

/* The sample of that metric and target, with that label if one is given; NULL for none. */
static const struct line *find(const struct exposition *all, const char *name, const char *target,
                               const char *label, const char *value)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->lines[i].name, name) == 0 &&
            strcmp(label_of(&all->lines[i], "target"), target) == 0 &&
            (!label || strcmp(label_of(&all->lines[i], label), value) == 0))
            return &all->lines[i];
    return NULL;
}

static double value_of(const struct exposition *all, const char *name, const char *target)
{
    const struct line *line = find(all, name, target, NULL, NULL);
    if (!line)
        fail_msg("no %s of %s", name, target);
    return line->value;
}

static double word_of(const struct exposition *all, const char *name, const char *target,
                      const char *label, const char *word)
{
    const struct line *line = find(all, name, target, label, word);
    if (!line)
        fail_msg("no %s of %s with %s", name, target, word);
    return line->value;
}

/* ---- writing
 * ------------------------------------------------------------------------------------- */

static const struct prometheus_run a_run = {
    .version = "0.1.0", .timestamp_s = 1767323045.25, .met = 1, .unmet = 2, .unmeasured = 3};

static struct prometheus *take(const struct schema *schema, const void *records, size_t count)
{
    struct prometheus *prometheus = prometheus_new(schema);
    struct fault fault = {0};
    assert_non_null(prometheus);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(
            prometheus_take(prometheus, (const char *)records + i * schema->size, &fault), 0);
    return prometheus;
}

/* The text that it writes, to be freed. */
static char *written(struct prometheus *prometheus)
{
    struct fault fault = {0};
    size_t length;
    const char *path = in_folder("handshake.prom");
    assert_int_equal(prometheus_write(prometheus, path, &a_run, &fault), 0);
    assert_int_equal(count_files(false), 1);
    char *text = load(path, &length);
    assert_int_equal(strlen(text), length);
    count_files(true);
    return text;
}

static struct handshake_record record_of(const char *target, double rtt_ms)
{
    struct handshake_record record = sample_open;
    record.target = target;
    record.rtt_ms = rtt_ms;
    record.closed = "both";
    return record;
}

static void test_units(void **state)
{
    (void)state;
    struct handshake_record record = record_of("a:1", 0.038214);
    record.bytes_sent = 5;
    struct prometheus *prometheus = take(&schema_handshake, &record, 1);
    char *text = written(prometheus);
    struct exposition all = parse(text);
    assert_true(value_of(&all, "tcpprobe_handshake_rtt_seconds", "a:1") == 0.000038214);
    assert_true(value_of(&all, "tcpprobe_handshake_duration_seconds", "a:1") == 1.0003);
    assert_true(value_of(&all, "tcpprobe_handshake_sent_bytes", "a:1") == 5);
    assert_true(value_of(&all, "tcpprobe_handshake_attempts", "a:1") == 1);
    assert_true(value_of(&all, "tcpprobe_handshake_in_effect_sack", "a:1") == 1);
    assert_true(value_of(&all, "tcpprobe_handshake_in_effect_ecn", "a:1") == 0);
    assert_true(value_of(&all, "tcpprobe_handshake_in_effect_mss_bytes", "a:1") == 1448);
    const struct line *line = find(&all, "tcpprobe_handshake_attempts", "a:1", NULL, NULL);
    assert_int_equal(line->label_count, 4);
    assert_string_equal(label_of(line, "address"), "198.18.0.2");
    assert_string_equal(label_of(line, "port"), "80");
    assert_string_equal(label_of(line, "family"), "IPv4");
    /* Every word of the vocabulary, one of them 1. */
    for (unsigned verdict = 0; verdict < VERDICT_COUNT; verdict++)
        assert_true(word_of(&all, "tcpprobe_handshake_verdict", "a:1", "verdict",
                            verdict_word((enum verdict)verdict)) == (verdict == VERDICT_OPEN));
    assert_true(word_of(&all, "tcpprobe_handshake_closed", "a:1", "closed", "both") == 1);
    assert_true(word_of(&all, "tcpprobe_handshake_closed", "a:1", "closed", "lost") == 0);
    /* The run's own figures. */
    assert_true(word_of(&all, "tcpprobe_targets", "", "result", "met") == 1);
    assert_true(word_of(&all, "tcpprobe_targets", "", "result", "unmet") == 2);
    assert_true(word_of(&all, "tcpprobe_targets", "", "result", "unmeasured") == 3);
    assert_true(value_of(&all, "tcpprobe_run_timestamp_seconds", "") == 1767323045.25);
    assert_true(word_of(&all, "tcpprobe_build_info", "", "version", "0.1.0") == 1);
    assert_true(word_of(&all, "tcpprobe_build_info", "", "run", "handshake") == 1);
    /* Nothing that measures nothing. */
    assert_null(strstr(text, "tcpprobe_handshake_isn"));
    assert_null(strstr(text, "tcpprobe_handshake_source_port"));
    assert_null(strstr(text, "tcpprobe_handshake_port"));
    assert_null(strstr(text, "tcpprobe_handshake_schema"));
    assert_null(strstr(text, "tcpprobe_handshake_family"));
    /* The line as it is written. */
    assert_non_null(strstr(text, "\n# HELP tcpprobe_handshake_in_effect_sack what holds for the "
                                 "connection: selective acknowledgments\n"
                                 "# TYPE tcpprobe_handshake_in_effect_sack gauge\n"
                                 "tcpprobe_handshake_in_effect_sack{target=\"a:1\",address=\"198.18"
                                 ".0.2\",port=\"80\",family=\"IPv4\"} 1\n"));
    free(all.lines);
    free(text);
    prometheus_free(prometheus);
}

/* Series: the loss is a ratio, percentiles are seconds. */
static void test_rtt(void **state)
{
    (void)state;
    struct rtt_record record = {
        .target = "t",
        .address = "198.18.0.2",
        .port = 443,
        .family = "IPv4",
        .mode = "half-open",
        .verdict = "open",
        .sent = 200,
        .lost = 3,
        .loss_percent = 1.5,
        .p99_ms = 12.5,
        .p50_low_ms = (double)NAN,
        .flows_bad = RECORD_UNKNOWN,
        .n = 197,
    };
    struct prometheus *prometheus = take(&schema_rtt, &record, 1);
    char *text = written(prometheus);
    struct exposition all = parse(text);
    assert_true(value_of(&all, "tcpprobe_rtt_loss_ratio", "t") == 0.015);
    assert_true(value_of(&all, "tcpprobe_rtt_p99_seconds", "t") == 0.0125);
    assert_true(value_of(&all, "tcpprobe_rtt_lost", "t") == 3);
    assert_true(word_of(&all, "tcpprobe_rtt_mode", "t", "mode", "half-open") == 1);
    assert_true(word_of(&all, "tcpprobe_rtt_mode", "t", "mode", "full") == 0);
    assert_null(strstr(text, "p50_low"));
    assert_null(strstr(text, "flows_bad"));
    free(all.lines);
    free(text);
    prometheus_free(prometheus);
}

/* All samples of all kinds: what is unknown is left out. */
static void test_samples(void **state)
{
    (void)state;
    struct handshake_record records[SAMPLE_COUNT];
    char names[SAMPLE_COUNT][32];
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        records[i] = *samples[i].record;
        snprintf(names[i], sizeof names[i], "target%zu", i);
        records[i].target = names[i];
    }
    struct prometheus *prometheus = take(&schema_handshake, records, SAMPLE_COUNT);
    char *text = written(prometheus);
    struct exposition all = parse(text);
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        const struct line *rtt = find(&all, "tcpprobe_handshake_rtt_seconds", names[i], NULL, NULL);
        assert_int_equal(rtt != NULL, !isnan(records[i].rtt_ms));
        assert_int_equal(find(&all, "tcpprobe_handshake_in_effect_sack", names[i], NULL, NULL) !=
                             NULL,
                         records[i].in_effect != NULL);
        assert_true(word_of(&all, "tcpprobe_handshake_verdict", names[i], "verdict",
                            records[i].verdict) == 1);
        assert_int_equal(find(&all, "tcpprobe_handshake_closed", names[i], NULL, NULL) != NULL,
                         records[i].closed != NULL);
    }
    free(all.lines);
    free(text);
    prometheus_free(prometheus);
}

static void test_escapes(void **state)
{
    (void)state;
    struct handshake_record records[2] = {record_of("a\"b\\c\nd\xffö{},=", 1), record_of("b", 1)};
    records[1].address = NULL;
    records[1].port = RECORD_UNKNOWN;
    struct prometheus *prometheus = take(&schema_handshake, records, 2);
    char *text = written(prometheus);
    struct exposition all = parse(text);
    value_of(&all, "tcpprobe_handshake_attempts", "a\"b\\c\nd\357\277\275ö{},=");
    const struct line *line = find(&all, "tcpprobe_handshake_attempts", "b", NULL, NULL);
    assert_non_null(line);
    assert_int_equal(line->label_count, 2);
    free(all.lines);
    free(text);
    prometheus_free(prometheus);

    char *help = NULL;
    size_t length;
    FILE *stream = open_memstream(&help, &length);
    assert_non_null(stream);
    metric_put_head(stream, "a", "\"o\"", "b\\c\nd");
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(help, "# HELP a \"o\": b\\\\c\\nd\n# TYPE a gauge\n");
    free(help);
}

static void test_order(void **state)
{
    (void)state;
    struct handshake_record records[4] = {record_of("c", 1), record_of("a", 2), record_of("b", 3),
                                          record_of("a", 4)};
    struct prometheus *prometheus = take(&schema_handshake, records, 4);
    char *text = written(prometheus);
    struct exposition all = parse(text);
    /* The last word counts; the order is that of the labels. */
    assert_true(value_of(&all, "tcpprobe_handshake_rtt_seconds", "a") == 0.004);
    const char *a = strstr(text, "{target=\"a\""), *b = strstr(text, "{target=\"b\"");
    assert_true(a && b && a < b && b < strstr(text, "{target=\"c\""));
    free(all.lines);
    free(text);

    /* The same targets over and over take no more room than once, and the last word still counts.
     */
    struct fault fault = {0};
    for (size_t i = 0; i < 1000; i++) {
        records[0].rtt_ms = (double)i;
        assert_int_equal(prometheus_take(prometheus, &records[0], &fault), 0);
    }
    text = written(prometheus);
    all = parse(text);
    assert_true(value_of(&all, "tcpprobe_handshake_rtt_seconds", "c") == 0.999);
    assert_true(value_of(&all, "tcpprobe_handshake_rtt_seconds", "a") == 0.004);
    free(all.lines);
    char *again = written(prometheus);
    assert_string_equal(text, again);
    free(again);
    free(text);
    prometheus_free(prometheus);
}

/* A comma in the locale would make every number invalid. */
static void test_locale(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length;
    static const double numbers[] = {0.000038214, 1767323045.25, -0.5, 1e300, 3};
    setlocale(LC_ALL, "de_DE.UTF-8");
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        metric_put_number(stream, numbers[i]);
        fputc(' ', stream);
    }
    assert_int_equal(fclose(stream), 0);
    setlocale(LC_ALL, "C");
    assert_string_equal(text, "3.8214e-05 1767323045.25 -0.5 1e+300 3 ");
    free(text);
}

/* Every schema makes valid names, each once, and none of its numbers lacks a base unit. */
static void test_every_schema(void **state)
{
    (void)state;
    size_t count;
    const struct schema *const *all = schema_all(&count);
    for (size_t i = 0; i < count; i++) {
        size_t metrics;
        struct metric *list = metrics_of(all[i], &metrics);
        assert_non_null(list);
        for (size_t j = 0; j < metrics; j++) {
            char name[METRIC_NAME];
            assert_int_equal(*read_name(list[j].name, false, name, sizeof name), '\0');
            assert_string_not_equal(name + strlen(name) - 3, "_ms");
            assert_null(strstr(name, "_ms_"));
            assert_null(strstr(name, "percent"));
            for (size_t k = 0; k < j; k++)
                assert_string_not_equal(list[k].name, list[j].name);
        }
        free(list);
    }
}

static void test_errors(void **state)
{
    (void)state;
    struct handshake_record record = record_of("a", 1);
    struct prometheus *prometheus = take(&schema_handshake, &record, 1);
    struct fault fault = {0};
    assert_int_equal(prometheus_write(prometheus, "/no-such-folder/x.prom", &a_run, &fault),
                     -FAULT_IO);
    assert_non_null(strstr(fault.what, "/no-such-folder/x.prom"));
    const char *full = in_folder("full.prom");
    assert_int_equal(symlink("/dev/full", full), 0);
    assert_int_equal(prometheus_write(prometheus, full, &a_run, &fault), -FAULT_IO);
    assert_int_equal(count_files(true), 1);
    prometheus_free(prometheus);
    prometheus_free(NULL);

    /* No target at all: the run's own figures alone. */
    prometheus = take(&schema_rtt, NULL, 0);
    char *text = written(prometheus);
    struct exposition all = parse(text);
    assert_int_equal(all.name_count, 3);
    assert_int_equal(all.count, 5);
    free(all.lines);
    free(text);
    prometheus_free(prometheus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units),   cmocka_unit_test(test_rtt),
        cmocka_unit_test(test_samples), cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_order),   cmocka_unit_test(test_locale),
        cmocka_unit_test(test_errors),  cmocka_unit_test(test_every_schema),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
