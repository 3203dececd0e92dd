/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of probe/feed: arguments, files, pipes and standard input; bad lines and what is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "probe/feed.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* All complaints, a line each. */
static char said[4096];

static void complain(void *data, const char *where, const struct fault *fault)
{
    size_t length = strlen(said);

    assert_ptr_equal(data, said);
    snprintf(said + length, sizeof said - length, "%s: %s\n", where, fault->what);
}

/* A feed on arguments and files, each array ended by NULL; both may be NULL themselves. */
static int try_feed(const char *const *arguments, const char *const *files, bool consent,
                    struct feed **ret_feed, struct fault *fault)
{
    struct feed_options options = {
        .arguments = arguments,
        .files = files,
        .consent = consent,
        .complain = complain,
        .data = said,
    };

    while (arguments && arguments[options.argument_count])
        options.argument_count++;
    while (files && files[options.file_count])
        options.file_count++;
    said[0] = '\0';
    return feed_new(&options, ret_feed, fault);
}

static struct feed *make_feed(const char *const *arguments, const char *const *files)
{
    struct feed *feed = NULL;
    struct fault fault = {0};

    if (try_feed(arguments, files, false, &feed, &fault))
        fail_msg("%s", fault.what);
    return feed;
}

/* A file that holds `bytes`; the path is good for opening it as long as the descriptor is open. */
static int file_of(const void *bytes, size_t length, char path[64])
{
    int descriptor = memfd_create("feed", MFD_CLOEXEC);

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, length), length);
    snprintf(path, 64, "/proc/self/fd/%d", descriptor);
    return descriptor;
}

static void expect_item(struct feed *feed, const char *wanted)
{
    struct target_item item;
    char text[TARGET_TEXT_SIZE];

    memset(&item, 0xa5, sizeof item);
    assert_int_equal(feed_next(feed, &item), FEED_ITEM);
    assert_string_equal(target_item_show(&item, text), wanted);
    assert_int_equal(feed_descriptor(feed), -1);
}

static void expect(struct feed *feed, enum feed_state wanted)
{
    struct target_item item;

    assert_int_equal(feed_next(feed, &item), wanted);
}

static void expect_total(struct feed *feed, uint64_t wanted)
{
    uint64_t total = 0;

    assert_true(feed_total(feed, &total));
    assert_true(total == wanted);
}

static void test_arguments(void **state)
{
    static const char *const arguments[] = {"self", "h:80,90-91", "198.18.0.6/30:7,8", "[::1]:1",
                                            NULL};
    static const char *const items[] = {
        "self",         "h:80",         "h:90",         "h:91",         "198.18.0.4:7",
        "198.18.0.4:8", "198.18.0.5:7", "198.18.0.5:8", "198.18.0.6:7", "198.18.0.6:8",
        "198.18.0.7:7", "198.18.0.7:8", "[::1]:1"};
    struct feed *feed = make_feed(arguments, NULL);

    (void)state;
    expect_total(feed, COUNT_OF(items));
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        assert_int_equal(feed_given(feed), i);
        expect_item(feed, items[i]);
    }
    expect(feed, FEED_END);
    expect(feed, FEED_END);
    assert_int_equal(feed_given(feed), COUNT_OF(items));
    assert_int_equal(feed_bad_lines(feed), 0);
    assert_int_equal(feed_descriptor(feed), -1);
    feed_free(feed);
    feed_free(NULL);

    feed = make_feed(NULL, NULL);
    expect_total(feed, 0);
    expect(feed, FEED_END);
    feed_free(feed);
}

static void test_bad_arguments(void **state)
{
    static const struct {
        const char *arguments[4], *files[4];
        int error;
        const char *why;
    } rows[] = {
        {{"h:1", "h", "g"}, {NULL}, -FAULT_SYNTAX, "target 'h': the port is missing"},
        {{"h:1", "h:65536"}, {NULL}, -FAULT_RANGE, "target 'h:65536'"},
        {{"h:1", "10.0.0.0/8:443"},
         {NULL},
         -FAULT_USAGE,
         "'10.0.0.0/8:443' means 16777216 probes: --yes is wanted"},
        {{"-", "h:1", "-"}, {NULL}, -FAULT_USAGE, "standard input is named twice"},
        {{"h:1", "-"}, {"/dev/null", "-"}, -FAULT_USAGE, "standard input is named twice"},
        {{NULL}, {"-", "-"}, -FAULT_USAGE, "standard input is named twice"},
        {{"h:1"},
         {"/dev/null", "/nowhere"},
         -FAULT_IO,
         "'/nowhere' cannot be opened: no such file or directory"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct feed *feed = NULL;
        struct fault fault = {0};

        assert_int_equal(try_feed(rows[i].arguments, rows[i].files, false, &feed, &fault),
                         rows[i].error);
        if (!strstr(fault.what, rows[i].why))
            fail_msg("%s", fault.what);
        assert_null(feed);
        assert_int_equal(try_feed(rows[i].arguments, rows[i].files, false, &feed, NULL),
                         rows[i].error);
        assert_string_equal(said, "");
    }
}

static void test_consent(void **state)
{
    static const char *const arguments[] = {"10.0.0.0/8:443", "h:80", NULL};
    static const char *const huge[] = {"[2001:db8::/96]:443", "h:80", NULL};
    static const char *const endless[] = {"h:80", "[2001:db8::/64]:443", NULL};
    struct feed *feed = NULL;

    (void)state;
    assert_int_equal(try_feed(arguments, NULL, true, &feed, NULL), 0);
    expect_total(feed, 16777217);
    for (uint32_t i = 0; i < 16777216; i++) {
        struct target_item item;

        if (feed_next(feed, &item) != FEED_ITEM || item.port != 443 ||
            item.address.bytes[0] != 10 || item.address.bytes[1] != i >> 16 ||
            item.address.bytes[2] != (i >> 8 & 0xff) || item.address.bytes[3] != (i & 0xff))
            fail_msg("item %u", i);
    }
    expect_item(feed, "h:80");
    expect(feed, FEED_END);
    feed_free(feed);

    assert_int_equal(try_feed(huge, NULL, true, &feed, NULL), 0);
    expect_total(feed, ((uint64_t)1 << 32) + 1);
    expect_item(feed, "[2001:db8::]:443");
    expect_item(feed, "[2001:db8::1]:443");
    feed_free(feed);
    assert_int_equal(try_feed(endless, NULL, true, &feed, NULL), -FAULT_USAGE);
}

/* Every kind of line, and what is said about the bad ones. */
static void test_list(void **state)
{
    static const char list[] = "\xef\xbb\xbf# targets\r\n"
                               "\n"
                               " \t \r\n"
                               "  h:80\t \r\n"
                               "g:1,2 # with a comment # of its own\n"
                               "\t#h:80\n"
                               "h:80#no\n"
                               "h\n"
                               "h:80 g:80\n"
                               "h:80\0\n"
                               "-\n"
                               "198.18.0.0/15:80\n"
                               "\xef\xbb\xbfh:80\n"
                               "h:\x1b[31m\n"
                               "198.18.0.0/31:80\n"
                               "self #\n"
                               "h:0\n"
                               "[fe80::1%eth0]:22";
    /* clang-format off */
    static const char *const complaints[] = {
        "7: target 'h:80#no': not a whole number or a range of them for 'port': '80#no'",
        "8: target 'h': the port is missing: write host:port, as in example.net:443",
        "9: one target a line: there is more behind a blank, and no '#' before it",
        "10: a NUL byte: a list of targets is plain text",
        "11: '-' is standard input on the command line, and no target in a list",
        "12: '198.18.0.0/15:80' means 131072 probes: --yes is wanted",
        "13: target '\\xef\\xbb\\xbfh:80': this is neither an address nor a host name",
        "14: target 'h:\\x1b[31m': not a whole number or a range of them for 'port': '\\x1b[31m'",
        "17: target 'h:0': out of range for 'port': '0' is not in 1 to 65535",
    };
    /* clang-format on */
    char path[64], wanted[4096];
    int descriptor = file_of(list, sizeof list - 1, path);
    const char *const arguments[] = {"first:1", NULL}, *const files[] = {path, "/dev/null", NULL};
    struct feed *feed = make_feed(arguments, files);
    uint64_t total;

    (void)state;
    expect_item(feed, "first:1");
    expect_item(feed, "h:80");
    expect_item(feed, "g:1");
    assert_string_equal(said, "");
    expect_item(feed, "g:2");
    expect_item(feed, "198.18.0.0:80");
    expect_item(feed, "198.18.0.1:80");
    expect_item(feed, "self");
    expect_item(feed, "[fe80::1%eth0]:22");
    assert_false(feed_total(feed, &total));
    expect(feed, FEED_END);
    expect_total(feed, 8);
    assert_int_equal(feed_given(feed), 8);
    assert_int_equal(feed_bad_lines(feed), COUNT_OF(complaints));
    for (size_t i = 0, at = 0; i < COUNT_OF(complaints); i++)
        at += (size_t)snprintf(wanted + at, sizeof wanted - at, "%s:%s\n", path, complaints[i]);
    assert_string_equal(said, wanted);
    for (const char *at = said; *at; at++)
        assert_true(*at == '\n' || (*at >= ' ' && *at < 0x7f));
    feed_free(feed);
    close(descriptor);
}

/* Names one after the other in one file, and a line too long to keep. */
static void test_long_line(void **state)
{
    static char list[200000];
    char path[64], wanted[128];
    int descriptor;

    (void)state;
    memset(list, 'x', sizeof list);
    memcpy(list, "a:1\n", 4);
    memcpy(list + sizeof list - 5, "\nb:1\n", 5);
    descriptor = file_of(list, sizeof list, path);
    const char *const files[] = {path, NULL};
    struct feed *feed = make_feed(NULL, files);
    expect_item(feed, "a:1");
    expect_item(feed, "b:1");
    expect(feed, FEED_END);
    snprintf(wanted, sizeof wanted, "%s:2: the line is longer than 65536 bytes\n", path);
    assert_string_equal(said, wanted);
    assert_int_equal(feed_bad_lines(feed), 1);
    feed_free(feed);
    close(descriptor);
}

/* A list that cannot be read is complained about, and the next one is read. */
static void test_directory(void **state)
{
    char path[64];
    int descriptor = file_of("h:1\n", 4, path);
    const char *const files[] = {path, "/", path, NULL};
    struct feed *feed = make_feed(NULL, files);

    (void)state;
    expect_item(feed, "h:1");
    expect_item(feed, "h:1");
    expect(feed, FEED_END);
    assert_string_equal(said, "/: cannot be read: is a directory\n");
    assert_int_equal(feed_bad_lines(feed), 1);
    expect_total(feed, 2);
    feed_free(feed);
    close(descriptor);
}

/* Puts a pipe in the place of standard input; returns what to put back, and the writing end. */
static int replace_input(int *ret_writer)
{
    int saved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), ends[2];

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    *ret_writer = ends[1];
    return saved;
}

static void restore_input(int saved)
{
    if (saved < 0) {
        close(STDIN_FILENO);
    } else {
        assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
        close(saved);
    }
}

static void put(int descriptor, const char *text)
{
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
}

/* Standard input among the arguments, in its place, and before the files, as it comes. */
static void test_standard_input(void **state)
{
    char path[64];
    int writer, saved = replace_input(&writer), descriptor = file_of("file:1\n", 7, path);
    const char *const arguments[] = {"a:1", "-", "b:1", NULL}, *const files[] = {path, NULL};
    struct feed *feed = make_feed(arguments, files);
    struct pollfd readable = {.fd = STDIN_FILENO, .events = POLLIN};
    uint64_t total;

    (void)state;
    assert_int_equal(feed_descriptor(feed), -1);
    expect_item(feed, "a:1");
    expect(feed, FEED_WAIT);
    assert_int_equal(feed_descriptor(feed), STDIN_FILENO);
    expect(feed, FEED_WAIT);
    put(writer, "x:1,2\n# no\ny:1");
    expect_item(feed, "x:1");
    expect_item(feed, "x:2");
    expect(feed, FEED_WAIT);
    assert_int_equal(poll(&readable, 1, 0), 0);
    put(writer, "\nbad\n");
    expect_item(feed, "y:1");
    assert_string_equal(said, "");
    expect(feed, FEED_WAIT);
    assert_string_equal(said, "standard input:4: target 'bad': the port is missing: write "
                              "host:port, as in example.net:443\n");
    assert_false(feed_total(feed, &total));
    put(writer, "z:1");
    close(writer);
    expect(feed, FEED_WAIT);
    expect_item(feed, "z:1");
    expect_item(feed, "b:1");
    expect_item(feed, "file:1");
    expect(feed, FEED_END);
    expect_total(feed, 7);
    assert_int_equal(feed_descriptor(feed), -1);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
    feed_free(feed);
    close(descriptor);
    restore_input(saved);
}

static void test_file_order(void **state)
{
    char path[64];
    int writer, saved = replace_input(&writer), descriptor = file_of("file:1\n", 7, path);
    const char *const arguments[] = {"a:1", NULL}, *const files[] = {path, "-", path, NULL};
    struct feed *feed = make_feed(arguments, files);

    (void)state;
    put(writer, "input:1\n");
    close(writer);
    expect_item(feed, "a:1");
    expect_item(feed, "file:1");
    expect_item(feed, "input:1");
    expect_item(feed, "file:1");
    expect(feed, FEED_END);
    feed_free(feed);
    close(descriptor);
    restore_input(saved);
}

static void test_closed_input(void **state)
{
    int saved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    static const char *const arguments[] = {"-", NULL}, *const files[] = {"/dev/null", NULL};
    struct feed *feed = NULL;
    struct fault fault = {0};

    (void)state;
    close(STDIN_FILENO);
    assert_int_equal(try_feed(arguments, files, false, &feed, &fault), -FAULT_IO);
    assert_string_equal(fault.what, "standard input cannot be read: bad file descriptor");
    restore_input(saved);
}

/* Something that writes only comments, and more whenever it was read, does not keep the caller. */
static void test_fruitless(void **state)
{
    int ends[2];
    char path[64], comments[4096];
    struct pollfd readable = {.events = POLLIN};

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
    for (size_t i = 0; i < sizeof comments; i++)
        comments[i] = i % 2 ? '\n' : '#';
    snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
    const char *const files[] = {path, NULL};
    struct feed *feed = make_feed(NULL, files);
    int before = fcntl(ends[1], F_GETPIPE_SZ), left = 0;
    assert_true(before > 0 && fcntl(ends[1], F_SETPIPE_SZ, 4 * before) >= 4 * before);
    while (write(ends[1], comments, sizeof comments) == sizeof comments)
        left++;
    assert_true((size_t)left * sizeof comments >= 4 * 65536);
    /* It came back with something left to read, and says so to whoever watches. */
    expect(feed, FEED_WAIT);
    readable.fd = feed_descriptor(feed);
    assert_int_equal(poll(&readable, 1, 0), 1);
    for (unsigned calls = 0; poll(&readable, 1, 0) == 1; calls++) {
        assert_true(calls < 100);
        expect(feed, FEED_WAIT);
    }
    put(ends[1], "h:1\n");
    close(ends[1]);
    expect_item(feed, "h:1");
    expect(feed, FEED_END);
    feed_free(feed);
    close(ends[0]);
}

static long peak_kilobytes(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/* A million lines take no more memory than a thousand. */
static void test_million(void **state)
{
    enum { LINES = 1000, TIMES = 1000 };
    static char some[LINES * 16];
    const char *const files[] = {"-", NULL};
    int writer, saved = replace_input(&writer);
    struct feed *feed = make_feed(NULL, files);
    size_t length = 0;
    long first = 0;

    (void)state;
    assert_true(fcntl(writer, F_SETFL, O_NONBLOCK) == 0);
    for (unsigned i = 0; i < LINES; i++)
        length += (size_t)snprintf(some + length, sizeof some - length, "10.0.%u.%u:80\n", i >> 8,
                                   i & 0xff);
    for (unsigned time = 0; time < TIMES; time++) {
        assert_int_equal(write(writer, some, length), length);
        for (unsigned i = 0; i < LINES; i++) {
            struct target_item item;

            assert_int_equal(feed_next(feed, &item), FEED_ITEM);
            assert_int_equal(item.address.bytes[2] << 8 | item.address.bytes[3], i);
        }
        expect(feed, FEED_WAIT);
        if (time == 0)
            first = peak_kilobytes();
    }
    assert_in_range(peak_kilobytes() - first, 0, 1024);
    close(writer);
    expect(feed, FEED_END);
    expect_total(feed, (uint64_t)LINES * TIMES);
    feed_free(feed);
    restore_input(saved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arguments),  cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_list),       cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_directory),  cmocka_unit_test(test_standard_input),
        cmocka_unit_test(test_file_order), cmocka_unit_test(test_closed_input),
        cmocka_unit_test(test_fruitless),  cmocka_unit_test(test_million),
        cmocka_unit_test(test_consent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
