/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/lines: files, pipes, FIFOs and what goes wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/lines.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* Opens what `descriptor` is open on, by a path of its own. */
static struct lines *open_again(int descriptor)
{
    char path[64];
    struct fault fault;
    struct lines *lines;

    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    lines = lines_open(path, &fault);
    if (!lines)
        fail_msg("%s", fault.what);
    return lines;
}

/* A regular file that holds `bytes`. */
static struct lines *file_of(const void *bytes, size_t length)
{
    int descriptor = memfd_create("lines", MFD_CLOEXEC);
    struct lines *lines;

    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, bytes, length), length);
    lines = open_again(descriptor);
    close(descriptor);
    return lines;
}

static void put(int descriptor, const char *text)
{
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
}

static void expect_line(struct lines *lines, const char *wanted)
{
    char *text = NULL;
    size_t length = 0;
    struct fault fault = {0};

    assert_int_equal(lines_next(lines, &text, &length, &fault), LINES_LINE);
    assert_int_equal(length, strlen(wanted));
    assert_string_equal(text, wanted);
}

static void expect(struct lines *lines, enum lines_state wanted)
{
    char *text;
    size_t length;
    struct fault fault = {0};

    assert_int_equal(lines_next(lines, &text, &length, &fault), wanted);
}

static void test_file(void **state)
{
    static const struct {
        const char *bytes;
        const char *line[4];
    } rows[] = {
        {"", {NULL}},
        {"\n", {""}},
        {"a", {"a"}},
        {"a\n", {"a"}},
        {"a\nb", {"a", "b"}},
        {"\n\na\r\n", {"", "", "a\r"}},
        {" a \n\n#\n\n", {" a ", "", "#", ""}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lines *lines = file_of(rows[i].bytes, strlen(rows[i].bytes));
        uint64_t number = 0;

        assert_int_equal(lines_number(lines), 0);
        assert_int_equal(lines_descriptor(lines), -1);
        while (number < COUNT_OF(rows[i].line) && rows[i].line[number]) {
            expect_line(lines, rows[i].line[number]);
            assert_int_equal(lines_number(lines), ++number);
        }
        expect(lines, LINES_END);
        expect(lines, LINES_END);
        assert_int_equal(lines_number(lines), number);
        lines_close(lines);
    }
}

static void test_nul(void **state)
{
    struct lines *lines = file_of("a\0b\nc", 5);
    char *text;
    size_t length;

    (void)state;
    assert_int_equal(lines_next(lines, &text, &length, NULL), LINES_LINE);
    assert_int_equal(length, 3);
    assert_memory_equal(text, "a\0b", 4);
    expect_line(lines, "c");
    expect(lines, LINES_END);
    lines_close(lines);
}

/* Lines of many lengths, across the ends of what is read at once. */
static void test_long(void **state)
{
    static const size_t lengths[] = {
        0,         1,         LINES_MAX - 1, LINES_MAX, LINES_MAX + 1, 3,
        LINES_MAX, 30000,     30000,         30000,     30000,         200000,
        7,         LINES_MAX, 3 * LINES_MAX};
    size_t size = 0, at = 0;
    char *bytes, *text;
    size_t length;
    struct lines *lines;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++)
        size += lengths[i] + 1;
    bytes = malloc(size);
    assert_non_null(bytes);
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        memset(bytes + at, 'a' + (int)i, lengths[i]);
        at += lengths[i];
        bytes[at++] = '\n';
    }
    /* With and without the last line's end. */
    for (size_t cut = 0; cut < 2; cut++) {
        lines = file_of(bytes, size - cut);
        for (size_t i = 0; i < COUNT_OF(lengths); i++) {
            if (lengths[i] > LINES_MAX) {
                expect(lines, LINES_TOO_LONG);
            } else {
                assert_int_equal(lines_next(lines, &text, &length, NULL), LINES_LINE);
                assert_int_equal(length, lengths[i]);
                for (size_t k = 0; k < length; k++)
                    assert_int_equal(text[k], 'a' + (int)i);
                assert_int_equal(text[length], '\0');
            }
            assert_int_equal(lines_number(lines), i + 1);
        }
        expect(lines, LINES_END);
        lines_close(lines);
    }
    lines = file_of(bytes, 1 + 2 + LINES_MAX - 1); /* the third line without its end */
    expect_line(lines, "");
    expect_line(lines, "b");
    assert_int_equal(lines_next(lines, &text, &length, NULL), LINES_LINE);
    assert_int_equal(length, LINES_MAX - 1);
    expect(lines, LINES_END);
    lines_close(lines);
    free(bytes);
}

/* Bytes that come one after the other are a line when its end has come. */
static void slow(struct lines *lines, int writer)
{
    int descriptor = lines_descriptor(lines);
    struct pollfd readable = {.fd = descriptor, .events = POLLIN};

    assert_true(descriptor >= 0);
    expect(lines, LINES_WAIT);
    expect(lines, LINES_WAIT);
    assert_int_equal(poll(&readable, 1, 0), 0);
    put(writer, "one");
    assert_int_equal(poll(&readable, 1, 0), 1);
    expect(lines, LINES_WAIT);
    assert_int_equal(poll(&readable, 1, 0), 0);
    put(writer, "\ntwo\nth");
    assert_false(lines_ready(lines));
    expect_line(lines, "one");
    assert_true(lines_ready(lines));
    expect_line(lines, "two");
    assert_false(lines_ready(lines));
    expect(lines, LINES_WAIT);
    put(writer, "ree\n");
    expect_line(lines, "three");
    put(writer, "four");
    expect(lines, LINES_WAIT);
    close(writer);
    assert_int_equal(poll(&readable, 1, 0), 1);
    expect_line(lines, "four");
    assert_int_equal(lines_number(lines), 4);
    expect(lines, LINES_END);
    expect(lines, LINES_END);
}

static void test_pipe(void **state)
{
    int ends[2];
    struct lines *lines;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    lines = open_again(ends[0]);
    close(ends[0]);
    slow(lines, ends[1]);
    lines_close(lines);
}

/* A long line comes in pieces and is skipped in pieces, and what follows is there at once. */
static void test_long_pipe(void **state)
{
    int ends[2];
    char piece[4096];
    struct lines *lines;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    lines = open_again(ends[0]);
    memset(piece, 'x', sizeof piece);
    for (size_t sent = 0; sent < LINES_MAX; sent += sizeof piece) {
        assert_int_equal(write(ends[1], piece, sizeof piece), sizeof piece);
        expect(lines, LINES_WAIT);
    }
    put(ends[1], "x");
    expect(lines, LINES_TOO_LONG);
    assert_int_equal(lines_number(lines), 1);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(write(ends[1], piece, sizeof piece), sizeof piece);
        expect(lines, LINES_WAIT);
    }
    put(ends[1], "x\nnext\n");
    expect_line(lines, "next");
    assert_int_equal(lines_number(lines), 2);
    put(ends[1], "last");
    close(ends[1]);
    expect(lines, LINES_WAIT);
    expect_line(lines, "last");
    expect(lines, LINES_END);
    close(ends[0]);
    lines_close(lines);
}

/* A FIFO is opened and asked before its writer is there, and that is not its end. */
static void test_fifo(void **state)
{
    char folder[] = "lines-XXXXXX", path[64];
    struct lines *lines;
    int writer;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/fifo", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    lines = lines_open(path, NULL);
    assert_non_null(lines);
    expect(lines, LINES_WAIT);
    writer = open(path, O_WRONLY | O_NONBLOCK);
    assert_true(writer >= 0);
    slow(lines, writer);
    lines_close(lines);
    unlink(path);
    rmdir(folder);
}

/* Standard input: its flags stay as they are, and it stays open. */
static void test_standard_input(void **state)
{
    int saved = dup(STDIN_FILENO), ends[2];
    struct fault fault;
    struct lines *lines;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    close(ends[0]);
    lines = lines_standard_input(&fault);
    assert_non_null(lines);
    assert_int_equal(lines_descriptor(lines), STDIN_FILENO);
    slow(lines, ends[1]);
    assert_int_equal(fcntl(STDIN_FILENO, F_GETFL) & O_NONBLOCK, 0);
    lines_close(lines);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);

    close(STDIN_FILENO);
    assert_null(lines_standard_input(&fault));
    assert_int_equal(fault.code, FAULT_IO);
    assert_string_equal(fault.what, "standard input cannot be read: bad file descriptor");
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
}

static void test_bad(void **state)
{
    struct fault fault = {0};
    struct lines *lines;
    char *text;
    size_t length;

    (void)state;
    assert_null(lines_open("/nowhere/\x1b/all", &fault));
    assert_int_equal(fault.code, FAULT_IO);
    assert_int_equal(fault.sys, ENOENT);
    assert_string_equal(fault.what,
                        "'/nowhere/\\x1b/all' cannot be opened: no such file or directory");

    lines = lines_open("/", &fault);
    assert_non_null(lines);
    assert_int_equal(lines_descriptor(lines), -1);
    assert_int_equal(lines_next(lines, &text, &length, &fault), LINES_FAILED);
    assert_int_equal(fault.code, FAULT_IO);
    assert_int_equal(fault.sys, EISDIR);
    assert_string_equal(fault.what, "cannot be read: is a directory");
    expect(lines, LINES_END);
    lines_close(lines);

    lines = lines_open("/dev/null", &fault);
    assert_non_null(lines);
    expect(lines, LINES_END);
    lines_close(lines);

    lines = lines_open("/dev/zero", &fault);
    assert_non_null(lines);
    expect(lines, LINES_TOO_LONG);
    for (unsigned i = 0; i < 100; i++)
        expect(lines, LINES_WAIT);
    lines_close(lines);
    lines_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),           cmocka_unit_test(test_nul),
        cmocka_unit_test(test_long),           cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_long_pipe),      cmocka_unit_test(test_fifo),
        cmocka_unit_test(test_standard_input), cmocka_unit_test(test_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
