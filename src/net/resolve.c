/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names to addresses with c-ares: who asks what, what is asked only once, what is remembered. */
#include "net/resolve.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <uthash.h>
#include <utlist.h>

#include "net/ares_answer.h"
#include "net/ares_loop.h"
#include "net/clock.h"

/* So many questions whose answers nobody waits for any more may be left with c-ares, which gives
 * them up after half a minute. */
#define ABANDONED_MAX 4096

/* What tells questions apart. All bytes count: cleared before it is filled. */
struct question_key {
    char name[256]; /* the longest that DNS can say */
    uint32_t family;
};

/* Somebody who wants to know. */
struct waiter {
    struct waiter *next, *previous; /* of the same question; or of those to be told */
    struct question *question;
    ev_timer timer; /* the time limit, once the question is out */
    int64_t timeout_ns, since_ns;
    bool timed_out;
    resolve_done *done;
    void *data;
};

enum question_state {
    QUESTION_QUEUED,
    QUESTION_ASKED,     /* c-ares has it */
    QUESTION_ABANDONED, /* c-ares has it still, but nobody waits any more */
    QUESTION_ANSWERED,  /* to be freed when the last has been told, or remembered */
};

struct question {
    struct question *next, *previous; /* of the queue; or of those that are remembered */
    struct question *later, *earlier; /* of all */
    struct resolver *resolver;
    enum question_state state;
    const char *name; /* in the key */
    struct question_key key;
    bool findable; /* stands in the hash table */
    bool remembered;
    struct waiter *waiters; /* who have not been told, nor are about to be */
    size_t told_soon;       /* how many are about to be */
    int64_t asked_ns, took_ns;
    int error;
    struct fault fault;
    struct address *addresses;
    size_t count;
    UT_hash_handle hh;
};

struct resolver {
    struct ev_loop *loop;
    struct ares_loop ares;
    ev_timer turn;              /* runs once there is something to tell or to ask */
    struct question *questions; /* all */
    struct question *by_key;    /* queued, asked, remembered */
    struct question *queue;     /* to be asked */
    struct question *memory;    /* remembered, the one longest unused first */
    struct waiter *ready;       /* to be told in the next turn */
    size_t remembered;          /* in memory */
    size_t waiting;             /* waiters that have not been told yet */
    size_t under_way;           /* questions that c-ares has and somebody waits for */
    size_t abandoned;           /* those that it has and nobody waits for */
    bool *gone;                 /* set when the resolver goes while it calls back */
    bool closing;
};

static void on_turn(struct ev_loop *loop, ev_timer *timer, int events);

struct resolver *resolver_new(struct ev_loop *loop, struct fault *fault)
{
    struct resolver *resolver = calloc(1, sizeof(*resolver));

    if (!resolver) {
        fault_set(fault, FAULT_MEMORY, 0, "out of memory");
        return NULL;
    }
    resolver->loop = loop;
    ev_timer_init(&resolver->turn, on_turn, 0, 0);
    resolver->turn.data = resolver;
    if (ares_loop_open(&resolver->ares, loop, fault) != 0) {
        free(resolver);
        return NULL;
    }
    return resolver;
}

/* The loop's next turn is ours. */
static void call_turn(struct resolver *resolver)
{
    if (ev_is_active(&resolver->turn))
        return;
    ev_timer_set(&resolver->turn, 0, 0);
    ev_timer_start(resolver->loop, &resolver->turn);
}

/* ---- one question
 * -------------------------------------------------------------------------------- */

static void hide(struct question *question)
{
    if (question->findable)
        HASH_DEL(question->resolver->by_key, question);
    question->findable = false;
}

static void question_free(struct question *question)
{
    struct resolver *resolver = question->resolver;

    hide(question);
    if (question->remembered) {
        DL_DELETE2(resolver->memory, question, previous, next);
        resolver->remembered--;
    }
    DL_DELETE2(resolver->questions, question, earlier, later);
    free(question->addresses);
    free(question);
}

/* Keeps an answer for those who ask later, in the place of the one longest unused. */
static void remember(struct question *question)
{
    struct resolver *resolver = question->resolver;

    if (question->remembered) {
        DL_DELETE2(resolver->memory, question, previous, next);
        resolver->remembered--;
    }
    DL_APPEND2(resolver->memory, question, previous, next);
    question->remembered = true;
    resolver->remembered++;
    if (resolver->remembered <= RESOLVE_REMEMBERED)
        return;
    struct question *oldest = resolver->memory;
    if (oldest->told_soon == 0) {
        question_free(oldest);
        return;
    }
    /* It goes when these have been told. */
    DL_DELETE2(resolver->memory, oldest, previous, next);
    oldest->remembered = false;
    resolver->remembered--;
    hide(oldest);
}

/* Its waiter is told in the next turn of the loop. */
static void tell_soon(struct waiter *waiter)
{
    struct question *question = waiter->question;
    struct resolver *resolver = question->resolver;

    ev_timer_stop(resolver->loop, &waiter->timer);
    question->told_soon++;
    DL_APPEND2(resolver->ready, waiter, previous, next);
    call_turn(resolver);
}

/* The time limit of one who waits. */
static void on_limit(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct waiter *waiter = timer->data;
    struct question *question = waiter->question;

    (void)loop;
    (void)events;
    waiter->timed_out = true;
    DL_DELETE2(question->waiters, waiter, previous, next);
    tell_soon(waiter);
    if (question->waiters)
        return;
    /* c-ares can only give up all at once: its answer, if there will be one, goes unheard. Who asks
     * from now on, asks anew. */
    question->state = QUESTION_ABANDONED;
    hide(question);
    question->resolver->under_way--;
    question->resolver->abandoned++;
}

static void start_limit(struct waiter *waiter)
{
    struct ev_loop *loop = waiter->question->resolver->loop;

    waiter->since_ns = clock_monotonic();
    ev_now_update(loop); /* the limit runs from now, not from the loop's last turn */
    ev_timer_init(&waiter->timer, on_limit, (double)waiter->timeout_ns / 1e9, 0);
    waiter->timer.data = waiter;
    ev_timer_start(loop, &waiter->timer);
}

static int keep_addresses(struct question *question, const struct ares_addrinfo *info)
{
    struct address addresses[RESOLVE_MAX];
    size_t count = ares_answer_addresses(info, addresses, RESOLVE_MAX);

    if (count == 0)
        return ARES_ENODATA;
    question->addresses = malloc(count * sizeof(addresses[0]));
    if (!question->addresses)
        return ARES_ENOMEM;
    memcpy(question->addresses, addresses, count * sizeof(addresses[0]));
    question->count = count;
    return ARES_SUCCESS;
}

/* c-ares' answer, perhaps from within ask(): told in the next turn of the loop. */
static void on_answer(void *data, int status, int timeouts, struct ares_addrinfo *info)
{
    struct question *question = data;
    struct resolver *resolver = question->resolver;

    (void)timeouts;
    if (!resolver->closing && question->state == QUESTION_ASKED && status == ARES_SUCCESS)
        status = keep_addresses(question, info);
    if (info)
        ares_freeaddrinfo(info);
    if (question->state == QUESTION_ABANDONED) {
        resolver->abandoned--;
        if (resolver->queue && !resolver->closing)
            call_turn(resolver);
        question->state = QUESTION_ANSWERED;
        if (question->told_soon == 0)
            question_free(question);
        return;
    }
    if (resolver->closing)
        return;
    question->took_ns = clock_monotonic() - question->asked_ns;
    question->state = QUESTION_ANSWERED;
    resolver->under_way--;
    if (status != ARES_SUCCESS)
        question->error = ares_answer_fault(status, question->name, &question->fault);
    while (question->waiters) {
        struct waiter *waiter = question->waiters;

        DL_DELETE2(question->waiters, waiter, previous, next);
        tell_soon(waiter);
    }
    /* Failures may be over when the next one asks. */
    if (status == ARES_SUCCESS || status == ARES_ENOTFOUND || status == ARES_ENODATA)
        remember(question);
    else
        hide(question);
}

static void ask(struct question *question)
{
    struct ares_addrinfo_hints hints = {
        .ai_family = question->key.family == IP_FAMILY_V4   ? AF_INET
                     : question->key.family == IP_FAMILY_V6 ? AF_INET6
                                                            : AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
    };
    struct resolver *resolver = question->resolver;
    struct waiter *waiter;

    question->state = QUESTION_ASKED;
    question->asked_ns = clock_monotonic();
    resolver->under_way++;
    DL_FOREACH2 (question->waiters, waiter, next)
        start_limit(waiter);
    ares_getaddrinfo(resolver->ares.channel, question->name, NULL, &hints, on_answer, question);
}

static bool may_ask(const struct resolver *resolver)
{
    return resolver->queue && resolver->under_way < RESOLVE_AT_ONCE &&
           resolver->abandoned < ABANDONED_MAX;
}

/* Asks what waits in the queue, no more at once than is decent. */
static void ask_queued(struct resolver *resolver)
{
    if (!may_ask(resolver))
        return;
    /* What stands in the hosts file is answered at once: that must not go on and on either. */
    for (unsigned i = 0; i < RESOLVE_AT_ONCE && may_ask(resolver); i++) {
        struct question *question = resolver->queue;

        DL_DELETE2(resolver->queue, question, previous, next);
        ask(question);
    }
    ares_loop_rearm(&resolver->ares);
    if (may_ask(resolver))
        call_turn(resolver);
}

/* ---- who waits
 * ----------------------------------------------------------------------------------- */

/* Tells the first of those that are to be told. The resolver may be gone after that. */
static void tell(struct resolver *resolver)
{
    struct waiter *waiter = resolver->ready;
    assert(waiter);
    struct question *question = waiter->question;
    struct waiter told = *waiter;
    struct resolve_answer answer = {.took_ns = question->took_ns};
    struct fault fault = question->fault;
    int error = question->error;

    if (told.timed_out) {
        answer.took_ns = clock_monotonic() - told.since_ns;
        error = fault_set(&fault, FAULT_NAME, 0, "no answer from the name servers for '%s' in time",
                          question->name);
    } else if (!error) {
        memcpy(answer.addresses, question->addresses,
               question->count * sizeof(answer.addresses[0]));
        answer.count = question->count;
    }
    DL_DELETE2(resolver->ready, waiter, previous, next);
    free(waiter);
    resolver->waiting--;
    question->told_soon--;
    if (question->state == QUESTION_ANSWERED && question->told_soon == 0 && !question->remembered)
        question_free(question);
    told.done(told.data, error, &answer, &fault);
}

static void on_turn(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct resolver *resolver = timer->data;
    struct waiter *waiter;
    size_t count;
    bool gone = false;

    (void)loop;
    (void)events;
    /* Those who are called may ask again: that is for the next turn. */
    DL_COUNT2(resolver->ready, waiter, count, next);
    resolver->gone = &gone;
    for (; count > 0 && !gone; count--)
        tell(resolver);
    if (gone)
        return;
    resolver->gone = NULL;
    if (resolver->ready)
        call_turn(resolver);
    ask_queued(resolver);
    /* Nothing goes on for those that nobody waits for any more. */
    if (resolver->waiting == 0 && resolver->abandoned > 0) {
        ares_cancel(resolver->ares.channel);
        ares_loop_rearm(&resolver->ares);
    }
}

/* Finds the question, or puts it into the queue. NULL: out of memory. */
static struct question *find_question(struct resolver *resolver, const char *name,
                                      enum ip_family family)
{
    struct question_key key;
    struct question *question;

    memset(&key, 0, sizeof(key));
    memcpy(key.name, name, strlen(name) + 1);
    key.family = (uint32_t)family;
    HASH_FIND(hh, resolver->by_key, &key, sizeof(key), question);
    if (question)
        return question;
    question = calloc(1, sizeof(*question));
    if (!question)
        return NULL;
    question->resolver = resolver;
    question->key = key;
    question->name = question->key.name;
    question->findable = true;
    HASH_ADD(hh, resolver->by_key, key, sizeof(question->key), question);
    DL_APPEND2(resolver->queue, question, previous, next);
    DL_APPEND2(resolver->questions, question, earlier, later);
    return question;
}

int resolver_start(struct resolver *resolver, const char *name, enum ip_family family,
                   int64_t timeout_ns, resolve_done *done, void *data, struct fault *fault)
{
    if (strlen(name) >= sizeof(((struct question_key *)NULL)->name))
        return fault_set(fault, FAULT_NAME, 0, "'%.64s…' is too long for a name", name);
    struct waiter *waiter = calloc(1, sizeof(*waiter));
    struct question *question = waiter ? find_question(resolver, name, family) : NULL;
    if (!question) {
        free(waiter);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    waiter->question = question;
    waiter->timeout_ns = timeout_ns;
    waiter->done = done;
    waiter->data = data;
    resolver->waiting++;
    if (question->state == QUESTION_ANSWERED) {
        tell_soon(waiter);
        remember(question);
        return 0;
    }
    DL_APPEND2(question->waiters, waiter, previous, next);
    if (question->state == QUESTION_ASKED)
        start_limit(waiter);
    ask_queued(resolver);
    return 0;
}

static void free_waiters(struct resolver *resolver, struct waiter *waiter)
{
    while (waiter) {
        struct waiter *next = waiter->next;

        ev_timer_stop(resolver->loop, &waiter->timer);
        free(waiter);
        waiter = next;
    }
}

void resolver_free(struct resolver *resolver)
{
    struct question *question, *next;

    if (!resolver)
        return;
    resolver->closing = true;
    if (resolver->gone)
        *resolver->gone = true;
    ares_loop_close(&resolver->ares);
    ev_timer_stop(resolver->loop, &resolver->turn);
    free_waiters(resolver, resolver->ready);
    HASH_CLEAR(hh, resolver->by_key);
    for (question = resolver->questions; question; question = next) {
        next = question->later;
        free_waiters(resolver, question->waiters);
        free(question->addresses);
        free(question);
    }
    free(resolver);
}
