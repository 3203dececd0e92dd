/* SPDX-License-Identifier: GPL-3.0-or-later */
/* c-ares on an event loop: its sockets watched, its time-outs kept. */
#include "net/ares_loop.h"

#include <stdlib.h>
#include <sys/time.h>

/* One lost datagram must not cost the whole of a usual time limit. */
#define TRY_TIMEOUT_MS 1500
#define TRIES          4

/* Room for the answers to very many questions: a megabyte, or as much as the system allows. */
#define RECEIVE_BUFFER (1 << 20)

/* A socket of c-ares' that the loop watches for it. */
struct ares_watched {
    struct ares_watched *next;
    ev_io watcher;
    struct ares_loop *ares;
};

void ares_loop_rearm(struct ares_loop *ares)
{
    struct timeval left;

    ev_timer_stop(ares->loop, &ares->timer);
    if (!ares_timeout(ares->channel, NULL, &left))
        return;
    ev_timer_set(&ares->timer, (double)left.tv_sec + (double)left.tv_usec / 1e6, 0);
    ev_timer_start(ares->loop, &ares->timer);
}

static void socket_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
    const struct ares_watched *watched = watcher->data;
    struct ares_loop *ares = watched->ares;
    int descriptor = watcher->fd; /* the watcher may go while c-ares works */

    (void)loop;
    ares_process_fd(ares->channel, events & EV_READ ? descriptor : ARES_SOCKET_BAD,
                    events & EV_WRITE ? descriptor : ARES_SOCKET_BAD);
    ares_loop_rearm(ares);
}

static void timer_ready(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct ares_loop *ares = timer->data;

    (void)loop;
    (void)events;
    ares_process_fd(ares->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    ares_loop_rearm(ares);
}

/* c-ares says what it waits for at a socket; nothing any more before it closes it. */
static void socket_wanted(void *data, ares_socket_t descriptor, int readable, int writable)
{
    struct ares_loop *ares = data;
    struct ares_watched **at = &ares->watched, *watched;
    int events = (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0);

    while (*at && (*at)->watcher.fd != descriptor)
        at = &(*at)->next;
    watched = *at;
    if (watched)
        ev_io_stop(ares->loop, &watched->watcher);
    if (!events) {
        if (watched) {
            *at = watched->next;
            free(watched);
        }
        return;
    }
    if (!watched) {
        watched = calloc(1, sizeof(*watched));
        if (!watched)
            return; /* its time-outs go on: the query ends with one */
        watched->ares = ares;
        ev_io_init(&watched->watcher, socket_ready, descriptor, events);
        watched->watcher.data = watched;
        watched->next = ares->watched;
        ares->watched = watched;
    }
    ev_io_set(&watched->watcher, descriptor, events);
    ev_io_start(ares->loop, &watched->watcher);
}

int ares_loop_open(struct ares_loop *ares, struct ev_loop *loop, struct fault *fault)
{
    struct ares_options options = {
        .timeout = TRY_TIMEOUT_MS,
        .tries = TRIES,
        .socket_receive_buffer_size = RECEIVE_BUFFER,
        .sock_state_cb = socket_wanted,
        .sock_state_cb_data = ares,
    };

    *ares = (struct ares_loop){.loop = loop};
    ev_timer_init(&ares->timer, timer_ready, 0, 0);
    ares->timer.data = ares;
    int status = ares_library_init(ARES_LIB_INIT_ALL);
    if (status == ARES_SUCCESS) {
        status = ares_init_options(&ares->channel, &options,
                                   ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_RCVBUF |
                                       ARES_OPT_SOCK_STATE_CB);
        if (status == ARES_SUCCESS)
            return 0;
        ares_library_cleanup();
    }
    return fault_set(fault, FAULT_SYSTEM, 0, "cannot start the resolver: %s",
                     ares_strerror(status));
}

void ares_loop_close(struct ares_loop *ares)
{
    ares_destroy(ares->channel); /* calls back for its sockets, too */
    ares_library_cleanup();
    ev_timer_stop(ares->loop, &ares->timer);
    while (ares->watched) {
        struct ares_watched *watched = ares->watched;
        ares->watched = watched->next;
        ev_io_stop(ares->loop, &watched->watcher);
        free(watched);
    }
}
