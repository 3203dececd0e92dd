/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A server on lwIP's TCP, for the lab: 80 echoes, 9 discards, 13 greets and closes. */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <lwip/api.h>
#include <lwip/ethip6.h>
#include <lwip/init.h>
#include <lwip/ip_addr.h>
#include <lwip/netif.h>
#include <lwip/tcpip.h>
#include <netif/tapif.h>

enum { ECHO_PORT = 80, DISCARD_PORT = 9, GREET_PORT = 13, LIFETIME_SECONDS = 60 };

static const char greeting[] = "220 hello\r\n";

static void initialised(void *semaphore)
{
    sys_sem_signal(semaphore);
}

/* One connection to its end. */
static void serve(void *argument)
{
    struct netconn *connection = argument;
    struct netbuf *buffer;
    ip_addr_t address;
    u16_t port = 0;
    netconn_getaddr(connection, &address, &port, 1);
    if (port == GREET_PORT) {
        netconn_write(connection, greeting, sizeof(greeting) - 1, NETCONN_COPY);
        netconn_shutdown(connection, 0, 1);
    }
    while (netconn_recv(connection, &buffer) == ERR_OK) {
        do {
            void *data;
            u16_t length;
            netbuf_data(buffer, &data, &length);
            if (port == ECHO_PORT) {
                netconn_write(connection, data, length, NETCONN_COPY);
            }
        } while (netbuf_next(buffer) >= 0);
        netbuf_delete(buffer);
    }
    netconn_close(connection);
    netconn_delete(connection);
}

/* A listener's whole life. */
static void accept_all(void *argument)
{
    struct netconn *listener = argument;
    for (;;) {
        struct netconn *connection;
        if (netconn_accept(listener, &connection) == ERR_OK) {
            sys_thread_new("serve", serve, connection, 0, 0);
        }
    }
}

static void listen_on(u16_t port)
{
    struct netconn *listener = netconn_new(NETCONN_TCP_IPV6);
    if (listener == NULL || netconn_bind(listener, IP6_ADDR_ANY, port) != ERR_OK ||
        netconn_listen(listener) != ERR_OK) {
        exit(1);
    }
    sys_thread_new("accept", accept_all, listener, 0, 0);
}

/* PRECONFIGURED_TAPIF names its TAP. */
int main(void)
{
    alarm(LIFETIME_SECONDS);
    sys_sem_t semaphore;
    if (sys_sem_new(&semaphore, 0) != ERR_OK) {
        return 1;
    }
    tcpip_init(initialised, &semaphore);
    sys_sem_wait(&semaphore);

    static struct netif interface;
    ip4_addr_t address, mask, gateway;
    IP4_ADDR(&address, 198, 18, 0, 2);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    IP4_ADDR(&gateway, 198, 18, 0, 1);
    LOCK_TCPIP_CORE();
    if (netif_add(&interface, &address, &mask, &gateway, NULL, tapif_init, tcpip_input) == NULL) {
        return 1;
    }
    interface.output_ip6 = ethip6_output; /* tapif.c leaves these two out */
    interface.flags |= NETIF_FLAG_MLD6;
    ip_addr_t address6;
    s8_t index = 1;
    netif_create_ip6_linklocal_address(&interface, 1);
    if (!ipaddr_aton("2001:db8::2", &address6) ||
        netif_add_ip6_address(&interface, ip_2_ip6(&address6), &index) != ERR_OK) {
        return 1;
    }
    netif_ip6_addr_set_state(&interface, 0, IP6_ADDR_PREFERRED);
    netif_ip6_addr_set_state(&interface, index, IP6_ADDR_PREFERRED);
    netif_set_default(&interface);
    netif_set_up(&interface);
    netif_set_link_up(&interface);
    UNLOCK_TCPIP_CORE();

    listen_on(ECHO_PORT);
    listen_on(DISCARD_PORT);
    listen_on(GREET_PORT);
    puts("READY");
    fflush(stdout);

    for (;;) {
        pause();
    }
}
