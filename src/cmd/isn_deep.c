/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The expensive searches for a generator's state, split over all cores. */
#include "cmd/isn_deep.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "net/clock.h"

#define PART    (UINT64_C(1) << 22) /* candidates handed out at a time: some milliseconds */
#define THREADS 256
#define WINDOW  8 /* numbers of a run that are looked at */
#define LEAST   5
#define TICK    INT64_C(200000000)

/* A search that is under way. */
struct search {
    const uint32_t *isns;
    size_t count;
    atomic_ullong next; /* candidate */
    atomic_bool ended;  /* found */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t running;
    bool found;
    struct isn_recovery recovery;
};

/* The signal that ends the search, which all threads look at; 0: none. */
static atomic_int interrupted;
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a handler of signals may set it");

static void interrupt(int number)
{
    interrupted = number;
}

static void *work(void *data)
{
    struct search *search = data;
    struct isn_recovery recovery;

    while (!atomic_load(&search->ended) && !interrupted) {
        uint64_t first = atomic_fetch_add(&search->next, PART);

        if (first >= ISN_SMOLTCP_CANDIDATES)
            break;
        if (!isn_recover_smoltcp_range(search->isns, search->count, first, PART, &recovery))
            continue;
        pthread_mutex_lock(&search->lock);
        search->found = true;
        search->recovery = recovery;
        pthread_mutex_unlock(&search->lock);
        atomic_store(&search->ended, true);
    }
    pthread_mutex_lock(&search->lock);
    search->running--;
    pthread_cond_signal(&search->changed);
    pthread_mutex_unlock(&search->lock);
    return NULL;
}

static void show_progress(struct isn_run *isn, const struct search *search, size_t window,
                          size_t windows, int64_t began)
{
    double share = fmin(1, (double)atomic_load(&search->next) / (double)ISN_SMOLTCP_CANDIDATES);

    if (!isn->run.shows_progress)
        return;
    fprintf(stderr, "\rsearching smoltcp's 2^32 states: %zu of %zu, %.0f %%, %.0f s\033[K", window,
            windows, 100 * share, (double)(clock_monotonic() - began) / 1e9);
    isn->run.progress_shown = true;
}

/* Until all threads have ended. */
static void wait_for(struct isn_run *isn, struct search *search, size_t window, size_t windows,
                     int64_t began)
{
    pthread_mutex_lock(&search->lock);
    while (search->running > 0) {
        int64_t until = clock_realtime() + TICK;
        const struct timespec at = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};

        pthread_cond_timedwait(&search->changed, &search->lock, &at);
        show_progress(isn, search, window, windows, began);
    }
    pthread_mutex_unlock(&search->lock);
}

static size_t processors(void)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);

    return online < 1 ? 1 : online > THREADS ? THREADS : (size_t)online;
}

/* One run of numbers against all states. */
static void search_window(struct isn_run *isn, struct search *search, size_t window, size_t windows,
                          int64_t began)
{
    pthread_t threads[THREADS];
    size_t wanted = processors(), count = 0;

    atomic_store(&search->next, 0);
    pthread_mutex_lock(&search->lock); /* so that none counts itself out before it is counted in */
    while (count < wanted && pthread_create(&threads[count], NULL, work, search) == 0)
        count++;
    search->running = count > 0 ? count : 1;
    pthread_mutex_unlock(&search->lock);
    if (count == 0)
        work(search);
    wait_for(isn, search, window, windows, began);
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

/* A place where numbers follow each other without a gap. */
struct place {
    size_t first, count;
};

/* Up to ISN_DEEP_WINDOWS places, the first at the beginning, for there is the burst. */
static size_t choose_places(const struct isn_samples *samples, struct place *places)
{
    size_t count = 0, at = 0, first, length;
    size_t apart = samples->count / ISN_DEEP_WINDOWS;

    while (count < ISN_DEEP_WINDOWS &&
           (length = isn_samples_run(samples, LEAST, &at, &first)) > 0) {
        for (size_t i = 0; i + LEAST <= length && count < ISN_DEEP_WINDOWS;) {
            size_t next = count > 0 ? places[count - 1].first + apart : 0;

            if (count > 0 && first + i < next) {
                i = next - first;
                continue;
            }
            places[count++] = (struct place){first + i, length - i};
            i += WINDOW;
        }
    }
    return count;
}

/* Numbers of the rows from a place on. */
static uint32_t *numbers_from(const struct isn_samples *samples, size_t first, size_t *ret_count)
{
    size_t count = samples->count - first;
    uint32_t *isns = malloc(count * sizeof *isns);

    for (size_t i = 0; isns && i < count; i++)
        isns[i] = samples->rows[first + i].isn;
    *ret_count = count;
    return isns;
}

static int search_place(struct isn_run *isn, const struct isn_samples *samples,
                        struct search *search, const struct place *places, size_t at, size_t count,
                        int64_t began)
{
    size_t total, window = places[at].count < WINDOW ? places[at].count : WINDOW;
    uint32_t *isns = numbers_from(samples, places[at].first, &total);

    if (!isns)
        return -FAULT_MEMORY;
    search->isns = isns;
    search->count = window;
    search_window(isn, search, at + 1, count, began);
    if (search->found && total > window)
        isn_recovery_follow(&search->recovery, isns + window, NULL, total - window);
    free(isns);
    return 0;
}

static int run_search(struct isn_run *isn, const struct isn_samples *samples,
                      struct isn_audit *audit, struct search *search)
{
    struct place places[ISN_DEEP_WINDOWS];
    size_t count = choose_places(samples, places);
    int64_t began = clock_monotonic();
    int error = 0;

    for (size_t i = 0; i < count && !error && !search->found && !interrupted; i++)
        error = search_place(isn, samples, search, places, i, count, began);
    run_hide_progress(&isn->run);
    if (error)
        return error;
    if (search->found)
        return isn_audit_adopt(audit, samples, &isn->options, &search->recovery);
    isn_audit_note(audit, false, "smoltcp's generator, all 2^32 states", NAN, NAN,
                   interrupted ? "the search was interrupted"
                   : count > 0 ? "none of them gives the numbers of %zu runs"
                               : "no five numbers follow each other without a gap",
                   count);
    return 0;
}

/* What numbers without structure are called. */
static bool worth_it(enum isn_class class)
{
    return class == ISN_CLASS_RANDOM || class == ISN_CLASS_INCONCLUSIVE ||
           class == ISN_CLASS_BIASED || class == ISN_CLASS_REDUCED_ENTROPY;
}

int isn_deep(struct isn_run *isn, const struct isn_samples *samples, struct isn_audit *audit)
{
    struct search search = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    const struct sigaction ours = {.sa_handler = interrupt};
    struct sigaction before[2];
    int error;

    if (!worth_it(audit->class))
        return 0;
    interrupted = 0;
    sigaction(SIGINT, &ours, &before[0]);
    sigaction(SIGTERM, &ours, &before[1]);
    error = run_search(isn, samples, audit, &search);
    sigaction(SIGINT, &before[0], NULL);
    sigaction(SIGTERM, &before[1], NULL);
    pthread_mutex_destroy(&search.lock);
    pthread_cond_destroy(&search.changed);
    /* Somebody else's handler ends the run; the default would end it without a word. */
    if (interrupted && before[interrupted == SIGTERM].sa_handler != SIG_DFL &&
        before[interrupted == SIGTERM].sa_handler != SIG_IGN)
        raise(interrupted);
    return error;
}
