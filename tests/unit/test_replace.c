/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that appear whole or not at all: what stands there before, on success, and after each
 * failure. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "plot_check.h"
#include "report/replace.h"

static void put_file(const char *path, const char *text)
{
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    fputs(text, stream);
    assert_int_equal(fclose(stream), 0);
}

static void assert_holds(const char *path, const char *text)
{
    size_t length;
    char *bytes = load(path, &length);
    assert_string_equal(bytes, text);
    free(bytes);
}

static void test_whole(void **state)
{
    (void)state;
    struct replace replace;
    struct fault fault = {0};
    struct stat found;
    const char *path = in_folder("new");
    assert_int_equal(replace_check(path, &fault), 0);
    assert_int_equal(count_files(false), 0);
    assert_int_equal(replace_begin(&replace, path, true, &fault), 0);
    fputs("one", replace.stream);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(count_files(false), 1);
    assert_int_equal(replace_end(&replace, &fault), 0);
    assert_holds(path, "one");
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0644);

    /* The umask is another's business where all must read it, and ours where not. */
    mode_t before = umask(077);
    assert_int_equal(replace_begin(&replace, path, true, &fault), 0);
    fputs("two", replace.stream);
    assert_holds(path, "one");
    assert_int_equal(replace_end(&replace, &fault), 0);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0644);
    assert_int_equal(replace_begin(&replace, path, false, &fault), 0);
    assert_int_equal(replace_end(&replace, &fault), 0);
    umask(before);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
    assert_holds(path, "");
    assert_int_equal(count_files(true), 1);
}

static void test_given_up(void **state)
{
    (void)state;
    struct replace replace;
    struct fault fault = {0};
    const char *path = in_folder("kept");
    put_file(path, "old");
    assert_int_equal(replace_begin(&replace, path, true, &fault), 0);
    fputs("new", replace.stream);
    replace_drop(&replace);
    assert_holds(path, "old");
    assert_int_equal(count_files(true), 1);
}

/* A name that another process of the same number left behind is not ours to write to. */
static void test_name_taken(void **state)
{
    (void)state;
    struct replace replace;
    struct fault fault = {0};
    char taken[64];
    snprintf(taken, sizeof taken, ".file.%ld.0.tmp", (long)getpid());
    const char *strange = in_folder(taken), *path = in_folder("file");
    put_file(strange, "strange");
    assert_int_equal(replace_begin(&replace, path, true, &fault), 0);
    fputs("ours", replace.stream);
    assert_int_equal(replace_end(&replace, &fault), 0);
    assert_holds(strange, "strange");
    assert_holds(path, "ours");
    assert_int_equal(count_files(true), 2);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct replace replace;
    struct fault fault = {0};
    const char *path = in_folder("full");
    put_file(path, "old");
    struct rlimit before, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){1024, before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(replace_begin(&replace, path, true, &fault), 0);
    for (size_t i = 0; i < 20000; i++)
        fputc('x', replace.stream);
    int error = replace_end(&replace, &fault);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_int_equal(error, -FAULT_IO);
    assert_int_equal(fault.sys, EFBIG);
    assert_non_null(strstr(fault.what, path));
    assert_holds(path, "old");
    assert_int_equal(count_files(true), 1);
}

/* What is no regular file stays what it is. */
static void test_special(void **state)
{
    (void)state;
    struct replace replace;
    struct fault fault = {0};
    struct stat found;
    assert_int_equal(replace_begin(&replace, "/dev/null", true, &fault), 0);
    fputs("text", replace.stream);
    assert_int_equal(replace_end(&replace, &fault), 0);
    assert_int_equal(stat("/dev/null", &found), 0);
    assert_true(S_ISCHR(found.st_mode));

    const char *full = in_folder("full-device");
    assert_int_equal(symlink("/dev/full", full), 0);
    assert_int_equal(replace_begin(&replace, full, true, &fault), 0);
    fputs("text", replace.stream);
    assert_int_equal(replace_end(&replace, &fault), -FAULT_IO);
    assert_int_equal(fault.sys, ENOSPC);

    /* Whoever follows a link finds the new file behind it. */
    const char *target = in_folder("target"), *link = in_folder("link");
    put_file(target, "old");
    assert_int_equal(symlink(target, link), 0);
    assert_int_equal(replace_begin(&replace, link, true, &fault), 0);
    fputs("new", replace.stream);
    assert_int_equal(replace_end(&replace, &fault), 0);
    assert_int_equal(lstat(link, &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    assert_holds(target, "new");
    assert_int_equal(count_files(true), 3);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int sys;
    } rows[] = {
        {"", ENOENT},
        {"/", EISDIR},
        {"/dev/", EISDIR},
        {"/dev", EISDIR},
        {"/no-such-folder/file", ENOENT},
        {"/dev/null/file", ENOTDIR},
    };
    struct replace replace;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fault fault = {0};
        assert_int_equal(replace_check(rows[i].path, &fault), -FAULT_IO);
        assert_int_equal(fault.sys, rows[i].sys);
        fault_clear(&fault);
        assert_int_equal(replace_begin(&replace, rows[i].path, true, &fault), -FAULT_IO);
        assert_int_equal(fault.code, FAULT_IO);
        replace_drop(&replace);
    }
    /* A folder that takes no files. */
    struct fault fault = {0};
    assert_int_equal(replace_begin(&replace, "/proc/file", true, &fault), -FAULT_IO);
    assert_non_null(strstr(fault.what, "'/proc/file'"));
    /* In the working folder: its name has no slash. */
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(replace_begin(&replace, "plain", true, &fault), 0);
    assert_int_equal(replace_end(&replace, &fault), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(count_files(true), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),      cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_name_taken), cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_special),    cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
