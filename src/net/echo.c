/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The target `self`: a kernel listener on loopback that echoes and closes when its peer does. */
#include "net/echo.h"

#include <assert.h>
#include <errno.h>
#include <ev.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ECHO_CONNECTIONS_MAX 64
#define ECHO_BACKLOG         64
#define ECHO_BUFFER          16384

/* One accepted connection: reads while its buffer is empty, writes while it is not. */
struct echo_connection {
    ev_io watcher;
    struct echo *echo;
    bool open;
    size_t at, length; /* what the buffer holds of received bytes that are not sent yet */
    uint8_t *buffer;
};

struct echo {
    struct ev_loop *loop;
    ev_io listener;
    struct address address;
    uint16_t port;
    size_t open;
    struct echo_connection connections[ECHO_CONNECTIONS_MAX];
};

/* `reset`: the peer gets a RST, whatever is on its way. */
static void connection_close(struct echo_connection *connection, bool reset)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    struct echo *echo = connection->echo;

    ev_io_stop(echo->loop, &connection->watcher);
    if (reset)
        setsockopt(connection->watcher.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(connection->watcher.fd);
    free(connection->buffer);
    connection->buffer = NULL;
    connection->open = false;
    echo->open--;
    ev_io_start(echo->loop, &echo->listener); /* there is room again */
}

static void connection_wait(struct echo_connection *connection)
{
    struct ev_loop *loop = connection->echo->loop;
    int descriptor = connection->watcher.fd;
    int events = connection->length > 0 ? EV_WRITE : EV_READ;

    ev_io_stop(loop, &connection->watcher);
    ev_io_set(&connection->watcher, descriptor, events);
    ev_io_start(loop, &connection->watcher);
}

/* Sends what the buffer holds. False: the connection is closed. */
static bool connection_send(struct echo_connection *connection)
{
    while (connection->length > 0) {
        ssize_t sent = send(connection->watcher.fd, connection->buffer + connection->at,
                            connection->length, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            return true;
        if (sent < 0) {
            connection_close(connection, true);
            return false;
        }
        connection->at += (size_t)sent;
        connection->length -= (size_t)sent;
    }
    connection->at = 0;
    return true;
}

static void connection_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct echo_connection *connection = watcher->data;

    (void)loop;
    if (events & EV_READ) {
        ssize_t got = recv(watcher->fd, connection->buffer, ECHO_BUFFER, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        /* At the end, a FIN for a FIN: nothing is left to send, or it would not read. */
        if (got <= 0) {
            connection_close(connection, got < 0);
            return;
        }
        connection->length = (size_t)got;
    }
    if (connection_send(connection))
        connection_wait(connection);
}

static void echo_accept(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct echo *echo = watcher->data;
    struct echo_connection *connection = NULL;

    (void)events;
    for (size_t i = 0; i < ECHO_CONNECTIONS_MAX && !connection; i++)
        if (!echo->connections[i].open)
            connection = &echo->connections[i];
    if (!connection) {
        ev_io_stop(loop, watcher); /* until one closes: the others wait in the backlog */
        return;
    }
    int descriptor = accept4(watcher->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
        /* No descriptors left: it would be ready for ever. One that closes starts it again. */
        if (errno == EMFILE || errno == ENFILE)
            ev_io_stop(loop, watcher);
        return;
    }
    connection->buffer = malloc(ECHO_BUFFER);
    if (!connection->buffer) {
        close(descriptor);
        return;
    }
    connection->echo = echo;
    connection->open = true;
    connection->at = connection->length = 0;
    echo->open++;
    ev_io_init(&connection->watcher, connection_ready, descriptor, EV_READ);
    connection->watcher.data = connection;
    ev_io_start(loop, &connection->watcher);
}

/* A listening socket on loopback; `port` gets the kernel's choice. The descriptor or -1 with errno
 * set. */
static int echo_listen(const struct address *address, uint16_t *port)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    bool v4 = address->family == IP_FAMILY_V4;
    struct sockaddr *name = v4 ? (struct sockaddr *)&in : (struct sockaddr *)&in6;
    socklen_t length = v4 ? sizeof(in) : sizeof(in6);

    memcpy(&in.sin_addr, address->bytes, 4);
    memcpy(&in6.sin6_addr, address->bytes, 16);
    int descriptor = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return -1;
    if (bind(descriptor, name, length) != 0 || listen(descriptor, ECHO_BACKLOG) != 0 ||
        getsockname(descriptor, name, &length) != 0) {
        int sys = errno;
        close(descriptor);
        errno = sys;
        return -1;
    }
    *port = ntohs(v4 ? in.sin_port : in6.sin6_port);
    return descriptor;
}

int echo_open(struct ev_loop *loop, enum ip_family family, struct echo **ret_echo,
              struct fault *fault)
{
    assert(family == IP_FAMILY_V4 || family == IP_FAMILY_V6);
    struct echo *echo = calloc(1, sizeof(*echo));

    if (!echo)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    echo->loop = loop;
    int error = address_read(family == IP_FAMILY_V4 ? "127.0.0.1" : "::1", &echo->address);
    assert(!error);
    (void)error;
    int descriptor = echo_listen(&echo->address, &echo->port);
    if (descriptor < 0) {
        int sys = errno;
        free(echo);
        return fault_set(fault, FAULT_SYSTEM, sys,
                         "cannot listen on loopback for the target 'self'");
    }
    ev_io_init(&echo->listener, echo_accept, descriptor, EV_READ);
    echo->listener.data = echo;
    ev_io_start(loop, &echo->listener);
    *ret_echo = echo;
    return 0;
}

void echo_close(struct echo *echo)
{
    if (!echo)
        return;
    for (size_t i = 0; i < ECHO_CONNECTIONS_MAX; i++)
        if (echo->connections[i].open)
            connection_close(&echo->connections[i], true);
    ev_io_stop(echo->loop, &echo->listener);
    close(echo->listener.fd);
    free(echo);
}

const struct address *echo_address(const struct echo *echo)
{
    return &echo->address;
}

uint16_t echo_port(const struct echo *echo)
{
    return echo->port;
}
