/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replays a fuzz target's corpus, and mutations of it that are the same in every run, as TAP. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    INPUT_MAX = 1 << 20,       /* bytes of a corpus file that are read */
    GROWTH_MAX = 64,           /* bytes that mutations may add to an input */
    MUTATIONS = 200,           /* of each file, unless FUZZ_MUTATIONS says otherwise */
    SECONDS_PER_FILE = 20,     /* for a file and all its mutations */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    uint8_t bytes[INPUT_MAX + GROWTH_MAX];
    size_t size;
};

/* Which mutation is being tried; shared with the child that tries it. 0 is the file itself. */
static volatile unsigned *progress;

/* xorshift64*: the inputs must be the same wherever the tests run. */
static uint64_t random_next(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static size_t random_below(uint64_t *state, size_t limit)
{
    return (size_t)(random_next(state) >> 16) % limit;
}

static void remove_bytes(struct input *input, size_t at, size_t count)
{
    memmove(input->bytes + at, input->bytes + at + count, input->size - at - count);
    input->size -= count;
}

static void insert_byte(struct input *input, size_t at, uint8_t byte)
{
    memmove(input->bytes + at + 1, input->bytes + at, input->size - at);
    input->bytes[at] = byte;
    input->size++;
}

static void mutate_once(struct input *input, uint64_t *state)
{
    static const uint8_t edges[] = {0, 1, 2, 3, 4, 0x7f, 0x80, 0xfe, 0xff};
    uint8_t byte = (uint8_t)random_next(state);

    if (input->size == 0) {
        insert_byte(input, 0, byte);
        return;
    }
    size_t at = random_below(state, input->size);
    switch (random_below(state, 6)) {
    case 0:
        input->bytes[at] = (uint8_t)(input->bytes[at] ^ 1U << (byte & 7));
        break;
    case 1:
        input->bytes[at] = byte;
        break;
    case 2:
        input->bytes[at] = edges[byte % sizeof(edges)];
        break;
    case 3:
        remove_bytes(input, at, 1 + random_below(state, input->size - at));
        break;
    case 4:
        if (input->size < INPUT_MAX + GROWTH_MAX)
            insert_byte(input, at, byte);
        break;
    default:
        input->bytes[at] = input->bytes[random_below(state, input->size)];
        break;
    }
}

static void mutate(struct input *to, const struct input *from, unsigned number)
{
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15) * (number + 1);

    memcpy(to->bytes, from->bytes, from->size);
    to->size = from->size;
    for (size_t left = 1 + random_below(&state, 8); number > 0 && left > 0; left--)
        mutate_once(to, &state);
}

/* Runs in a child. The copy on the heap has the exact size, so that the sanitizer sees an overrun. */
static void try_all(const struct input *input, unsigned mutations)
{
    static struct input work;

    alarm(SECONDS_PER_FILE);
    for (unsigned number = 0; number <= mutations; number++) {
        *progress = number;
        mutate(&work, input, number);
        uint8_t *copy = malloc(work.size > 0 ? work.size : 1);
        if (copy == NULL)
            abort();
        memcpy(copy, work.bytes, work.size);
        LLVMFuzzerTestOneInput(copy, work.size);
        free(copy);
    }
}

static void save_failing(const char *target, const struct input *input)
{
    static struct input work;
    char path[256];

    snprintf(path, sizeof(path), "tests/fuzz/crash-%s-%u", target, *progress);
    mutate(&work, input, *progress);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return;
    fwrite(work.bytes, 1, work.size, file);
    if (fclose(file) == 0)
        printf("# the input is in %s\n", path);
}

static bool read_input(const char *path, struct input *ret_input)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL)
        return false;
    ret_input->size = fread(ret_input->bytes, 1, INPUT_MAX, file);
    bool good = ferror(file) == 0;
    fclose(file);
    return good;
}

/* Returns true where the file and all its mutations went through without a crash or a report. */
static bool replay(const char *target, const char *path, unsigned mutations)
{
    static struct input input;
    int status = 0;

    if (!read_input(path, &input)) {
        printf("# cannot read %s: %s\n", path, strerror(errno));
        return false;
    }
    *progress = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) {
        printf("# cannot fork: %s\n", strerror(errno));
        return false;
    }
    if (child == 0) {
        /* What the target prints is no TAP. */
        dup2(STDERR_FILENO, STDOUT_FILENO);
        try_all(&input, mutations);
        exit(EXIT_SUCCESS);
    }
    if (waitpid(child, &status, 0) != child)
        return false;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        printf("# %s, mutation %u: signal %d\n", path, *progress, WTERMSIG(status));
    else
        printf("# %s, mutation %u: exit status %d\n", path, *progress, WEXITSTATUS(status));
    save_failing(target, &input);
    return false;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    const char *slash = strrchr(argv[0], '/');
    const char *name = slash != NULL ? slash + 1 : argv[0];
    const char *target = strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name;
    const char *top = getenv("TOP_SRCDIR");
    const char *wanted = getenv("FUZZ_MUTATIONS");
    unsigned mutations = wanted != NULL ? (unsigned)strtoul(wanted, NULL, 10) : MUTATIONS;
    struct dirent **entries = NULL;
    char folder[2048];
    char path[4096];
    int failures = 0;

    progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                    0);
    if (progress == MAP_FAILED) {
        printf("Bail out! no shared memory: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/%s", top != NULL ? top : ".", target);
    if (argc > 1)
        snprintf(folder, sizeof(folder), "%s", argv[1]);
    int count = scandir(folder, &entries, is_visible, alphasort);
    if (count <= 0) {
        printf("1..1\nnot ok 1 - %s has a corpus\n", folder);
        return EXIT_FAILURE;
    }
    printf("1..%d\n", count);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        bool passed = replay(target, path, mutations);
        printf("%s %d - %s: %s and %u mutations\n", passed ? "ok" : "not ok", i + 1, target,
               entries[i]->d_name, mutations);
        failures += !passed;
        free(entries[i]);
    }
    free(entries);
    return failures > 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
