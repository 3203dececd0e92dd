/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of net/replay: pipes that are being written, that dry up, and that nobody waits for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <termios.h>

#include "replay_bytes.h"

#define MS INT64_C(1000000)

/* A pipe, what idle() does with it, and what it saw. */
struct scene {
    int reader, writer;
    struct file_bytes file;
    size_t written;
    size_t piece;     /* bytes that each call writes; 0: none */
    unsigned calls;   /* of idle() */
    unsigned give_up; /* ends the reading at this call; 0: never */
    unsigned firsts;  /* of the calls, those with 0 */
    int64_t last_ns;
    struct replay_options options;
    struct replay *replay;
};

static void put_more(struct scene *scene, size_t length)
{
    size_t left = scene->file.length - scene->written;

    if (length > left)
        length = left;
    assert_int_equal(write(scene->writer, scene->file.bytes + scene->written, length), length);
    scene->written += length;
    if (scene->written == scene->file.length && scene->writer >= 0) {
        close(scene->writer);
        scene->writer = -1;
    }
}

static bool when_idle(void *data, int64_t waited_ns)
{
    struct scene *scene = data;

    scene->calls++;
    scene->firsts += waited_ns == 0;
    scene->last_ns = waited_ns;
    if (scene->piece > 0 && scene->writer >= 0)
        put_more(scene, scene->piece);
    return scene->calls != scene->give_up;
}

static void scene_begin(struct scene *scene, bool is_pcapng)
{
    int ends[2];

    *scene = (struct scene){.options = {.idle = when_idle}};
    scene->options.data = scene;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    scene->reader = ends[0];
    scene->writer = ends[1];
    if (is_pcapng) {
        put_section(&scene->file);
        put_interface(&scene->file, 1, 0, -1, "x");
        for (unsigned i = 0; i < 3; i++)
            put_enhanced(&scene->file, 0, i, "abcde", 5, 5);
    } else {
        put_pcap(&scene->file, 0xa1b2c3d4, 4, 0, 1);
        for (uint32_t i = 0; i < 3; i++) {
            put_packet(&scene->file, 0, i, 5, 5);
            put_bytes(&scene->file, "abcde", 5);
        }
    }
}

static int scene_open(struct scene *scene, struct fault *fault)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/self/fd/%d", scene->reader);
    return replay_open(path, &scene->options, &scene->replay, fault);
}

static void scene_end(struct scene *scene)
{
    replay_close(scene->replay);
    close(scene->reader);
    if (scene->writer >= 0)
        close(scene->writer);
}

static void expect_three(struct scene *scene)
{
    for (uint32_t i = 0; i < 3; i++) {
        struct replay_frame frame = next_frame(scene->replay);
        assert_int_equal(frame.number, i + 1);
        assert_int_equal(frame.at_ns, i * 1000);
        assert_int_equal(frame.length, 5);
        assert_memory_equal(frame.bytes, "abcde", 5);
    }
    expect_end(scene->replay, REPLAY_DAMAGE_NONE, 0, "");
    assert_int_equal(replay_facts(scene->replay)->position, scene->file.length);
    assert_int_equal(replay_facts(scene->replay)->size, 0);
}

/* In pieces of every size, each written when the one before is used up. */
static void test_trickle(void **state)
{
    (void)state;
    for (int is_pcapng = 0; is_pcapng < 2; is_pcapng++)
        for (size_t piece = 1; piece < 200; piece++) {
            struct scene scene;
            struct fault fault = {0};

            scene_begin(&scene, is_pcapng);
            scene.piece = piece;
            if (scene_open(&scene, &fault) != 0)
                fail_msg("%s", fault.what);
            expect_three(&scene);
            /* It is asked at once, each time that the pipe is dry. */
            assert_int_equal(scene.firsts, (scene.file.length + piece - 1) / piece);
            assert_int_equal(scene.calls, scene.firsts);
            scene_end(&scene);
        }
}

/* A frame is told when it is there, not when the next one is. */
static void test_keeps_pace(void **state)
{
    (void)state;
    for (int is_pcapng = 0; is_pcapng < 2; is_pcapng++) {
        struct scene scene;
        struct fault fault = {0};
        struct replay_frame frame;

        scene_begin(&scene, is_pcapng);
        size_t rest = is_pcapng ? 40 : 21;
        put_more(&scene, scene.file.length - 2 * rest - 1);
        /* The first frame lacks a byte: the pipe has something, and then nothing. */
        assert_int_equal(scene_open(&scene, &fault), 0);
        put_more(&scene, 1);
        frame = next_frame(scene.replay);
        assert_int_equal(frame.number, 1);
        assert_int_equal(scene.calls, 0);
        put_more(&scene, 2 * rest);
        frame = next_frame(scene.replay);
        frame = next_frame(scene.replay);
        assert_int_equal(frame.number, 3);
        expect_end(scene.replay, REPLAY_DAMAGE_NONE, 0, "");
        assert_int_equal(scene.calls, 0);
        scene_end(&scene);
    }
}

/* Nobody writes: asked at once, then each 50 ms, until it is enough. */
static void test_stop(void **state)
{
    (void)state;
    for (int is_pcapng = 0; is_pcapng < 2; is_pcapng++)
        for (size_t part = 0; part < 2; part++) {
            struct scene scene;
            struct fault fault = {0};

            scene_begin(&scene, is_pcapng);
            scene.give_up = 4;
            /* Also in the middle of a frame, which is no damage of the file's. */
            put_more(&scene, scene.file.length - 10 * part - (is_pcapng ? 40 : 21));
            assert_int_equal(scene_open(&scene, &fault), 0);
            unsigned whole = part ? 1 : 2;
            for (unsigned i = 0; i < whole; i++)
                next_frame(scene.replay);
            expect_end(scene.replay, REPLAY_DAMAGE_NONE, 0, "");
            assert_int_equal(scene.calls, 4);
            assert_int_equal(scene.firsts, 1);
            assert_in_range(scene.last_ns, 140 * MS, 5000 * MS);
            assert_int_equal(replay_facts(scene.replay)->frames, whole);
            scene_end(&scene);
        }
}

/* Before there is as much as shows what it is. */
static void test_stop_early(void **state)
{
    static const size_t lengths[] = {0, 3, 11, 13, 23};

    (void)state;
    for (int is_pcapng = 0; is_pcapng < 2; is_pcapng++)
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            struct scene scene;
            struct fault fault = {0};

            /* Sixteen bytes of a section are enough. */
            if (is_pcapng && lengths[i] > 15)
                continue;
            scene_begin(&scene, is_pcapng);
            put_more(&scene, lengths[i]);
            scene.give_up = 1;
            assert_int_equal(scene_open(&scene, &fault), 0);
            assert_string_equal(replay_facts(scene.replay)->format, "");
            expect_end(scene.replay, REPLAY_DAMAGE_NONE, 0, "");
            scene_end(&scene);
        }
}

/* A pipe whose writer ends in the middle is cut all the same. */
static void test_hang_up(void **state)
{
    struct scene scene;
    struct fault fault = {0};

    (void)state;
    scene_begin(&scene, false);
    scene.file.length -= 1;
    scene.piece = 7;
    assert_int_equal(scene_open(&scene, &fault), 0);
    next_frame(scene.replay);
    next_frame(scene.replay);
    expect_end(scene.replay, REPLAY_DAMAGE_CUT, 24 + 2 * 21,
               "the file ends in packet 3, which has 4 of 5 bytes");
    scene_end(&scene);
    scene_begin(&scene, false);
    scene.file.length = 0;
    put_more(&scene, 0);
    assert_int_equal(scene_open(&scene, &fault), -FAULT_IO);
    assert_non_null(strstr(fault.what, "it is empty"));
    scene_end(&scene);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
    (void)number;
    alarms = alarms + 1;
}

static bool until_alarm(void *data, int64_t waited_ns)
{
    struct scene *scene = data;

    scene->last_ns = waited_ns;
    return alarms == 0;
}

/* A signal is heeded when it comes, not up to 50 ms later. */
static void test_signal(void **state)
{
    struct sigaction action = {.sa_handler = on_alarm}, before;
    struct itimerval soon = {.it_value = {.tv_usec = 20000}};
    struct scene scene;
    struct fault fault = {0};

    (void)state;
    scene_begin(&scene, false);
    scene.options.idle = until_alarm;
    put_more(&scene, 24);
    assert_int_equal(scene_open(&scene, &fault), 0);
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &soon, NULL);
    expect_end(scene.replay, REPLAY_DAMAGE_NONE, 0, "");
    sigaction(SIGALRM, &before, NULL);
    assert_int_equal(alarms, 1);
    assert_in_range(scene.last_ns, 10 * MS, 5000 * MS);
    scene_end(&scene);
}

/* A FIFO is opened before anybody writes to it, and idle() is asked meanwhile. */
struct fifo {
    char path[64];
    int writer;
    struct file_bytes file;
};

static bool open_writer(void *data, int64_t waited_ns)
{
    struct fifo *fifo = data;

    if (waited_ns > 0 && fifo->writer < 0) {
        fifo->writer = open(fifo->path, O_WRONLY | O_CLOEXEC);
        assert_true(fifo->writer >= 0);
        assert_int_equal(write(fifo->writer, fifo->file.bytes, fifo->file.length),
                         fifo->file.length);
        close(fifo->writer);
    }
    return true;
}

static void test_fifo(void **state)
{
    struct fifo fifo = {.writer = -1};
    struct replay_options options = {.idle = open_writer, .data = &fifo};
    struct replay *replay;
    struct fault fault = {0};
    char folder[] = "/tmp/tcpprobe-replay.XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(fifo.path, sizeof fifo.path, "%s/fifo", folder);
    assert_int_equal(mkfifo(fifo.path, 0600), 0);
    put_pcap(&fifo.file, 0xa1b2c3d4, 4, 0, 1);
    put_packet(&fifo.file, 1, 0, 0, 0);
    int error = replay_open(fifo.path, &options, &replay, &fault);
    unlink(fifo.path);
    rmdir(folder);
    assert_int_equal(error, 0);
    assert_int_equal(next_frame(replay).at_ns, 1000 * MS);
    expect_end(replay, REPLAY_DAMAGE_NONE, 0, "");
    replay_close(replay);
}

/* A block of 300 kB that says nothing goes by without being held. */
static void test_large_block(void **state)
{
    static uint8_t filler[300000];
    struct file_bytes head = {0}, tail = {0};
    char path[64];
    struct replay *replay;
    struct fault fault = {0};
    int descriptor = path_of(filler, 0, path);

    (void)state;
    put_section(&head);
    put32(&head, 10);
    put32(&head, sizeof filler + 12);
    put32(&tail, sizeof filler + 12);
    put_interface(&tail, 1, 0, -1, NULL);
    put_enhanced(&tail, 0, 7, "abc", 3, 3);
    assert_int_equal(write(descriptor, head.bytes, head.length), head.length);
    assert_int_equal(write(descriptor, filler, sizeof filler), sizeof filler);
    assert_int_equal(write(descriptor, tail.bytes, tail.length), tail.length);
    assert_int_equal(replay_open(path, NULL, &replay, &fault), 0);
    assert_int_equal(next_frame(replay).at_ns, 7000);
    expect_end(replay, REPLAY_DAMAGE_NONE, 0, "");
    assert_int_equal(replay_facts(replay)->position, head.length + sizeof filler + tail.length);
    replay_close(replay);
    close(descriptor);
}

/* A terminal whose other side is gone fails to be read: what came before stands. */
static void test_read_error(void **state)
{
    struct file_bytes file = {0};
    struct termios raw;
    struct replay *replay;
    struct fault fault = {0};
    int saved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    int master = posix_openpt(O_RDWR | O_NOCTTY);

    (void)state;
    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    tcgetattr(slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    put_pcap(&file, 0xa1b2c3d4, 4, 0, 1);
    for (uint32_t i = 0; i < 2; i++) {
        put_packet(&file, 1, 0, 3, 3);
        put_bytes(&file, "abc", 3);
    }
    assert_int_equal(write(slave, file.bytes, file.length - 1), file.length - 1);
    close(slave);
    assert_int_equal(dup2(master, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(replay_open("-", NULL, &replay, &fault), 0);
    next_frame(replay);
    expect_end(replay, REPLAY_DAMAGE_READ, 43, "it could not be read on: input/output error");
    replay_close(replay);
    assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
    close(saved);
    close(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trickle),    cmocka_unit_test(test_keeps_pace),
        cmocka_unit_test(test_stop),       cmocka_unit_test(test_stop_early),
        cmocka_unit_test(test_hang_up),    cmocka_unit_test(test_signal),
        cmocka_unit_test(test_fifo),       cmocka_unit_test(test_large_block),
        cmocka_unit_test(test_read_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
