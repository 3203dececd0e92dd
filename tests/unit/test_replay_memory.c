/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/replay when memory runs out at any of its allocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "replay_bytes.h"

#include "scarce_memory.h"

#include "net/replay.c"
#include "net/replay_filter.c"
#include "net/replay_section.c"
#include "net/replay_stream.c"

/* Nine interfaces, so that their table grows, and a frame that the window must grow for. */
#define LARGE 600000

static int make_file(char path[64])
{
    struct file_bytes file = {0};
    static uint8_t body[LARGE];
    int descriptor = path_of(body, 0, path);

    put_section(&file);
    for (unsigned i = 0; i < 9; i++)
        put_interface(&file, 1, 0, -1, "x");
    put_enhanced(&file, 0, 0, body, 60, 60);
    put32(&file, 6);
    put32(&file, LARGE + 32);
    put32(&file, 0);
    put32(&file, 0);
    put32(&file, 0);
    put32(&file, LARGE);
    put32(&file, LARGE);
    assert_int_equal(write(descriptor, file.bytes, file.length), file.length);
    assert_int_equal(write(descriptor, body, LARGE), LARGE);
    file.length = 0;
    put32(&file, LARGE + 32);
    assert_int_equal(write(descriptor, file.bytes, file.length), file.length);
    return descriptor;
}

static void test_scarce(void **state)
{
    unsigned outcomes[3] = {0};
    char path[64];
    int descriptor = make_file(path);

    (void)state;
    for (unsigned allowance = 0; allowance < 10; allowance++) {
        struct replay_options options = {.filter = "not tcp"};
        struct replay *replay = NULL;
        struct replay_frame frame;
        struct fault fault = {0};
        int error, frames = 0;

        allocations_left = allowance;
        error = replay_open(path, &options, &replay, &fault);
        if (error) {
            assert_int_equal(error, -FAULT_MEMORY);
            outcomes[0]++;
        } else {
            while ((error = replay_next(replay, &frame, &fault)) == 1)
                frames++;
            assert_true(error == 0 || error == -FAULT_MEMORY);
            assert_int_equal(replay_facts(replay)->damage, REPLAY_DAMAGE_NONE);
            /* All of it, or what came before. */
            assert_int_equal(error == 0, frames == 2);
            outcomes[error == 0 ? 2 : 1]++;
            assert_int_equal(replay_next(replay, &frame, &fault), 0);
            replay_close(replay);
        }
        if (error)
            assert_string_equal(fault.what, "out of memory");
        assert_int_equal(allocations_open, 0);
    }
    /* The replay, the filter, the window; the interfaces twice, the larger window; all that. */
    assert_int_equal(outcomes[0], 3);
    assert_int_equal(outcomes[1], 3);
    assert_int_equal(outcomes[2], 4);
    close(descriptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_scarce)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
