/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of an audit: of every class and kind of server, of none to very many samples, and of
 * bad names and numbers. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "isn_streams.h"
#include "plot_check.h"
#include "report/isn_plot.h"

#ifndef HAVE_CAIRO
static void test_without(void **state)
{
    (void)state;
    struct fault fault = {0};
    struct isn_samples samples = {0};
    struct isn_audit audit = {.class = ISN_CLASS_INCONCLUSIVE};
    struct isn_plot plot = {.samples = &samples, .audit = &audit};
    assert_int_equal(isn_plot_write(in_folder("x.svg"), &plot, &fault), -FAULT_USAGE);
    assert_non_null(strstr(fault.what, "no cairo"));
}
#else

static const struct isn_price no_price = {.n50 = (double)NAN,
                                          .low = (double)NAN,
                                          .high = (double)NAN,
                                          .seconds = (double)NAN,
                                          .begun = (double)NAN};

/* An audit in which nothing was found. */
static struct isn_audit audit_of(enum isn_class class)
{
    return (struct isn_audit){.class = class,
                              .severity = isn_class_severity(class),
                              .log10_p = (double)NAN,
                              .duration = (double)NAN,
                              .cross = no_price,
                              .same = no_price,
                              .window = no_price,
                              .certified_bits = (double)NAN};
}

static struct isn_samples sample(const char *stream, size_t count)
{
    struct isn_options options = isn_options_make(count);
    struct isn_sample *rows = calloc(count + 1, sizeof *rows);
    struct isn_samples samples;
    assert_non_null(rows);
    size_t made = isn_stream_make(isn_stream_find(stream), 3, &options, rows);
    assert_int_equal(isn_samples_make(rows, made, true, &samples), 0);
    free(rows);
    return samples;
}

static void write_svg(const struct isn_plot *plot)
{
    struct fault fault = {0};
    if (isn_plot_write(in_folder("x.svg"), plot, &fault) != 0)
        fail_msg("%s", fault.what);
}

static void write_checked(const struct isn_plot *plot)
{
    write_svg(plot);
    check_picture(in_folder("x.svg"));
}

/* Each kind of file, twice: PNG takes its time, so this is not for every case. */
static void write_all(const struct isn_plot *plot)
{
    static const char *const names[] = {"x.svg", "x.png", "x.pdf"};
    static const char *const again[] = {"y.svg", "y.png", "y.pdf"};
    for (size_t i = 0; i < 3; i++) {
        struct fault fault = {0};
        if (isn_plot_write(in_folder(names[i]), plot, &fault) != 0)
            fail_msg("%s", fault.what);
        check_picture(in_folder(names[i]));
        assert_int_equal(isn_plot_write(in_folder(again[i]), plot, &fault), 0);
        assert_same_bytes(in_folder(names[i]), in_folder(again[i]));
    }
}

static void assert_words(const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!svg_has(in_folder("x.svg"), words[i]))
            fail_msg("the picture lacks '%s'", words[i]);
}
#define ASSERT_WORDS(words) assert_words((words), sizeof(words) / sizeof((words)[0]))

static void test_words(void **state)
{
    (void)state;
    static const char *const words[] = {
        "<title>initial sequence numbers of [2001:db8::17]:443: RFC6528</title>",
        "<desc>RFC6528 · severity good · n = 512\n",
        "\n[2001:db8::17]:443\n",
        "\ninitial sequence numbers: a keyed hash of addresses and ports plus a clock, as",
        "\nNumbers over time\n",
        "\ntime without pauses (s)\n",
        "\npause of ",
        "\ninitial sequence number (10⁹)\n",
        "\never new tuples\n",
        "\nfixed tuple\n",
        "\nThe fixed tuple, less the clock\n",
        "\nahead of the clock (",
        "\nF over the source port, less the clock\n",
        "\nsource port\n",
        "\nwhat is left (10⁹)\n",
        "\nfrom other addresses\n",
        "\nSize of the steps from number to number\n",
        "\nshare of the steps (%)\n",
        "\nlog₂ of the step to the next, modulo 2³² (−1: none)\n",
        "\nuniform\n",
        "\nPhase space: two steps\n",
        "\nx: the step (10⁹)\n",
        "\ny: the step before (10⁹)\n",
        "\nPhase space: three steps\n",
        "\nz: the step before y's; all from -2.1 to 2.1 (10⁹)\n",
        "\nBits of the numbers, one by one\n",
        "\nlinear\ncomplexity\n",
        "\nIn figures\n",
        "\n15,625,001/s ± 1.5, jitter 29.1 µs\n",
        "\n1 in 64 ns: Linux, gVisor, -15.0 ppm\n",
        "\n2.1·10⁹\n",
        "\n666 (553 … 767)\n",
        "\nat least 17.4 bits of collision entropy\n",
        "\n12.5 % (10.0 … 15.0) in 5000 guesses\n",
        "tcpprobe isn: ",
        "\na file · 2026-03-01\n",
    };
    struct isn_samples samples = sample("linux64ns", 512);
    struct isn_audit audit = audit_of(ISN_CLASS_RFC6528);
    struct isn_plot plot = {"[2001:db8::17]:443", "a file", "2026-03-01", &samples, &audit};

    audit.clock = (struct isn_clock){.found = true,
                                     .rate = 15625001.4,
                                     .low = 15624999.9,
                                     .high = 15625002.9,
                                     .name = "1 in 64 ns: Linux, gVisor",
                                     .ppm = -15.0,
                                     .residual = 29.1e-6};
    audit.cross.n50 = 2147483648.0;
    audit.same = (struct isn_price){.n50 = 666, .low = 553, .high = 767};
    audit.certified_bits = 17.4;
    audit.has_phase = true;
    audit.phase = (struct isn_phase){.feasibility = 0.125, .low = 0.1, .high = 0.15};
    write_all(&plot);
    ASSERT_WORDS(words);
    assert_false(svg_has(in_folder("x.svg"), "no clock was found"));
    assert_false(svg_has(in_folder("x.svg"), "drawn"));
    isn_samples_release(&samples);
    count_files(true);
}

/* Each class with a server of its kind, with and without what an audit would have found. */
static void test_classes(void **state)
{
    (void)state;
    static const char *const streams[ISN_CLASS_COUNT] = {
        [ISN_CLASS_CONSTANT] = "const0",
        [ISN_CLASS_COUNTER] = "ctr64k",
        [ISN_CLASS_CLOCK] = "clk4us",
        [ISN_CLASS_CLOCK_COUNTER] = "bsd44",
        [ISN_CLASS_TICK_ACCUMULATOR] = "lwip",
        [ISN_CLASS_PERIODIC] = "honeyd5",
        [ISN_CLASS_TUPLE_FUNCTION] = "mongoose",
        [ISN_CLASS_STATIC_HASH] = "hash_only",
        [ISN_CLASS_WEAK_PRNG] = "lcg32",
        [ISN_CLASS_RANDOM_INCREMENT] = "ri15",
        [ISN_CLASS_REDUCED_ENTROPY] = "rand31",
        [ISN_CLASS_BIASED] = "bias60",
        [ISN_CLASS_RFC6528] = "rekey60",
        [ISN_CLASS_RFC6528_SHORT_HASH] = "linux26",
        [ISN_CLASS_RFC6528_COUNTER] = "openbsd",
        [ISN_CLASS_SYN_COOKIE_LINUX] = "cookie_linux",
        [ISN_CLASS_SYN_COOKIE_FREEBSD] = "cookie_bsd",
        [ISN_CLASS_SYN_COOKIE_BERNSTEIN] = "cookie_djb",
        [ISN_CLASS_MIXTURE] = "lb2",
        [ISN_CLASS_RANDOM] = "random32",
        [ISN_CLASS_INCONCLUSIVE] = "random32",
    };
    for (unsigned kind = 0; kind < ISN_CLASS_COUNT; kind++) {
        struct isn_samples samples = sample(streams[kind], kind % 2 ? 40 : 200);
        struct isn_audit audit = audit_of((enum isn_class)kind);
        struct isn_plot plot = {"a:1", NULL, NULL, &samples, &audit};
        char words[128];

        write_svg(&plot);
        snprintf(words, sizeof words, "<desc>%s · severity %s · n = %zu\n",
                 isn_class_name(audit.class), isn_severity_word(audit.severity), samples.count);
        assert_words(&(const char *){words}, 1);
        assert_true(svg_has(in_folder("x.svg"), "\nno clock was found\n"));
        audit.clock.found = audit.connection.found = audit.increment.found = true;
        audit.clock.rate = 250000;
        audit.connection.k = 64000;
        audit.increment.step = 64000;
        write_svg(&plot);
        if (kind % 4 == 0)
            check_picture(in_folder("x.svg"));
        assert_false(svg_has(in_folder("x.svg"), "no clock was found"));
        isn_samples_release(&samples);
    }
    count_files(true);
}

static void test_backends(void **state)
{
    (void)state;
    struct isn_sample rows[60];
    struct isn_samples samples;
    struct isn_audit audit = audit_of(ISN_CLASS_MIXTURE);
    struct isn_plot plot = {"a:1", NULL, NULL, &samples, &audit};
    static const char *const servers[] = {"\nserver 1\n", "\nserver 2\n", "\nserver 3\n",
                                          "\nnone of them\n", "\nservers\n3\n"};
    static const char *const keys[] = {"\nkey 1\n", "\nkey 2\n", "\nkey 3\n", "\nkeys\n3\n"};

    for (size_t i = 0; i < 60; i++)
        rows[i] = (struct isn_sample){.time = (int64_t)i * 1000000,
                                      .port = 7,
                                      .isn = (uint32_t)(i % 4 * 1000000000 + i * 1000)};
    assert_int_equal(isn_samples_make(rows, 60, true, &samples), 0);
    audit.clock = (struct isn_clock){.found = true, .rate = 1e6};
    audit.backend_count = 3;
    for (size_t i = 0; i < 3; i++)
        audit.backends[i] = (struct isn_backend){.share = 0.25, .offset = (uint32_t)i * 1000000000};
    write_checked(&plot);
    ASSERT_WORDS(servers);
    assert_true(svg_has(in_folder("x.svg"), "\nall samples are of one tuple\n"));
    audit.class = ISN_CLASS_RFC6528;
    write_svg(&plot);
    ASSERT_WORDS(keys);
    assert_false(svg_has(in_folder("x.svg"), "server 1"));
    /* As many as an audit can hold: more than there are shapes. */
    audit.backend_count = ISN_BACKENDS_MOST;
    for (size_t i = 0; i < ISN_BACKENDS_MOST; i++)
        audit.backends[i].offset = (uint32_t)i << 28;
    write_checked(&plot);
    isn_samples_release(&samples);
    count_files(true);
}

/* A function of the port that was found out is taken off: nothing is left. */
static void test_affine(void **state)
{
    (void)state;
    struct isn_samples samples = sample("portmul", 200);
    struct isn_audit audit = audit_of(ISN_CLASS_TUPLE_FUNCTION);
    struct isn_plot plot = {"a:1", NULL, NULL, &samples, &audit};

    write_checked(&plot);
    assert_true(svg_has(in_folder("x.svg"), "\nF over the source port\n"));
    audit.tuple.affine = ISN_YES;
    audit.tuple.a = 2654435761U;
    write_checked(&plot);
    assert_true(svg_has(in_folder("x.svg"), "\nF less 2654435761 · port\n"));
    assert_true(svg_has(in_folder("x.svg"), "\nwhat is left, from its median\n"));
    isn_samples_release(&samples);
    count_files(true);
}

static void test_few(void **state)
{
    (void)state;
    struct isn_audit audit = audit_of(ISN_CLASS_INCONCLUSIVE);
    audit.why = "1 sample is too few";
    for (size_t count = 0; count <= 6; count++) {
        struct isn_samples samples = sample("random32", count);
        struct isn_plot plot = {"a:1", NULL, NULL, &samples, &audit};

        if (count == 0)
            write_all(&plot);
        write_checked(&plot);
        assert_int_equal(svg_has(in_folder("x.svg"), "\nno samples\n"), count == 0);
        assert_int_equal(svg_has(in_folder("x.svg"), "\nfewer than two samples\n"), count < 2);
        assert_int_equal(svg_has(in_folder("x.svg"), "\nfewer than four samples\n"), count < 4);
        assert_true(svg_has(in_folder("x.svg"), "\nno tuple was used three times\n"));
        assert_true(svg_has(in_folder("x.svg"), "; 1 sample is too few\n"));
        isn_samples_release(&samples);
    }
    count_files(true);
}

/* Very many samples make no very large file, and the picture says that it does not show all. */
static void test_many(void **state)
{
    (void)state;
    enum { MANY = 200000 };
    struct isn_sample *rows = calloc(MANY, sizeof *rows);
    struct isn_samples samples;
    struct isn_audit audit = audit_of(ISN_CLASS_RFC6528);
    struct isn_plot plot = {"a:1", NULL, NULL, &samples, &audit};
    uint64_t number = 7;
    size_t length;
    static const char *const words[] = {
        "<desc>RFC6528 · severity good · n = 200,000\n",
        "\nother tuples (1 in ",
        "\nfixed tuple (1 in ",
        "\nthe first 4,096 other tuples; ",
    };

    assert_non_null(rows);
    for (size_t i = 0; i < MANY; i++) {
        number = number * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        rows[i] = (struct isn_sample){.time = (int64_t)i * 50000,
                                      .isn = (uint32_t)(number >> 32),
                                      .port = (uint16_t)(i % 2 ? 1 : number >> 52)};
    }
    assert_int_equal(isn_samples_make(rows, MANY, true, &samples), 0);
    free(rows);
    write_checked(&plot);
    ASSERT_WORDS(words);
    free(load(in_folder("x.svg"), &length));
    assert_true(length < 2000000);
    isn_samples_release(&samples);
    count_files(true);
}

/* No number, however bad, spoils the file. */
static void test_bad_numbers(void **state)
{
    (void)state;
    static const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -1,    0,
                                 1e300,       DBL_MAX,          -DBL_MAX,          5e-324};
    struct isn_samples samples = sample("linux64ns", 100);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct isn_audit audit = audit_of(i % 2 ? ISN_CLASS_CLOCK_COUNTER : ISN_CLASS_RFC6528);
        struct isn_plot plot = {"a:1", NULL, NULL, &samples, &audit};

        audit.duration = audit.certified_bits = bad[i];
        audit.clock = (struct isn_clock){true,   bad[i], bad[i], bad[i], bad[i], "x",
                                         bad[i], bad[i], bad[i], bad[i], bad[i], bad[i]};
        audit.connection =
            (struct isn_per_connection){.found = true, .k = bad[i], .low = bad[i], .high = bad[i]};
        audit.cross = (struct isn_price){bad[i], bad[i], bad[i], false, bad[i], bad[i]};
        audit.same = (struct isn_price){3, bad[i], 1e99, false, bad[i], bad[i]};
        audit.has_phase = true;
        audit.phase = (struct isn_phase){0, 0, bad[i], bad[i], bad[i]};
        write_checked(&plot);
    }
    isn_samples_release(&samples);
    /* Times that go backwards, and numbers at both ends. */
    struct isn_sample rows[40];
    for (size_t i = 0; i < 40; i++)
        rows[i] = (struct isn_sample){.time = INT64_MAX / 2 - (int64_t)(i % 7) * 100000000,
                                      .isn = i % 2 ? UINT32_MAX : 0,
                                      .port = (uint16_t)(i % 3 ? 65535 : i),
                                      .src = i % 5 ? 0 : UINT32_MAX};
    assert_int_equal(isn_samples_make(rows, 40, true, &samples), 0);
    struct isn_audit audit = audit_of(ISN_CLASS_RFC6528);
    struct isn_plot plot = {"a:1", NULL, NULL, &samples, &audit};
    audit.clock = (struct isn_clock){.found = true, .rate = 4.3e9};
    write_checked(&plot);
    isn_samples_release(&samples);
    count_files(true);
}

static void test_names(void **state)
{
    (void)state;
    char name[2000];
    struct isn_samples samples = sample("clk4us", 50);
    struct isn_audit audit = audit_of(ISN_CLASS_CLOCK);
    struct isn_plot plot = {"\xff\x1b[31m<b>&\"'", "\xc3", "\x01", &samples, &audit};

    memset(name, 'w', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    write_checked(&plot);
    plot = (struct isn_plot){name, name, name, &samples, &audit};
    audit.why = name;
    write_checked(&plot);
    /* The verdict is there however long the name. */
    assert_true(svg_has(in_folder("x.svg"), "<desc>CLOCK · severity critical · n = 50\n"));
    plot = (struct isn_plot){NULL, NULL, NULL, &samples, &audit};
    write_checked(&plot);
    assert_true(svg_has(in_folder("x.svg"), "<title>initial sequence numbers: CLOCK</title>"));
    isn_samples_release(&samples);
    count_files(true);
}

static void test_errors(void **state)
{
    (void)state;
    struct isn_samples samples = sample("clk4us", 50);
    struct isn_audit audit = audit_of(ISN_CLASS_CLOCK);
    struct isn_plot plot = {"a:1", NULL, NULL, &samples, &audit};
    struct fault fault = {0};

    assert_int_equal(isn_plot_write("x.jpeg", &plot, &fault), -FAULT_USAGE);
    assert_int_equal(isn_plot_write("/no-such-folder/x.svg", &plot, &fault), -FAULT_IO);
    assert_int_equal(symlink("/dev/full", in_folder("full.svg")), 0);
    assert_int_equal(isn_plot_write(in_folder("full.svg"), &plot, &fault), -FAULT_IO);
    assert_int_equal(isn_plot_write(in_folder("full.svg"), &plot, NULL), -FAULT_IO);
    assert_int_equal(isn_plot_write("/no-such-folder/x.svg", &plot, NULL), -FAULT_IO);
    assert_int_equal(count_files(true), 1);
    isn_samples_release(&samples);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef HAVE_CAIRO
        cmocka_unit_test(test_without),
#else
        cmocka_unit_test(test_words),       cmocka_unit_test(test_classes),
        cmocka_unit_test(test_backends),    cmocka_unit_test(test_affine),
        cmocka_unit_test(test_few),         cmocka_unit_test(test_many),
        cmocka_unit_test(test_bad_numbers), cmocka_unit_test(test_names),
        cmocka_unit_test(test_errors),
#endif
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
