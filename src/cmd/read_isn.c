/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `read --isn`: the servers' initial sequence numbers, in the order of the capture. */
#include <stdlib.h>
#include <string.h>

/* What does not fit into memory is told, and ends nothing by itself. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/siphash.h"
#include "cmd/read_parts.h"
#include "net/clock.h"
#include "report/records_read_isn.h"

/* Client addresses that are numbered; those of still more are told apart by a hash. */
#define CLIENTS 65536
/* Servers that are counted, and those that are named. */
#define SERVERS       65536
#define SERVERS_NAMED 3

struct client {
    struct address address;
    uint32_t number;
    UT_hash_handle hh;
};

struct isn_server_key {
    struct address address;
    uint16_t port;
};
struct isn_server {
    struct isn_server_key key;
    uint64_t count;
    UT_hash_handle hh;
};

struct read_isn {
    uint64_t seed[2]; /* nobody may write a capture whose addresses all fall into one place */
    struct client *clients;
    struct isn_server *servers;
};

int read_isn_open(struct read_run *read, struct fault *fault)
{
    read->isn = calloc(1, sizeof *read->isn);
    if (!read->isn)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    return entropy_fill(read->isn->seed, sizeof read->isn->seed, fault);
}

void read_isn_close(struct read_run *read)
{
    struct client *client;
    struct isn_server *server;

    if (!read->isn)
        return;
    client = read->isn->clients;
    HASH_CLEAR(hh, read->isn->clients);
    while (client) { /* the items are still a list of their own */
        struct client *next = client->hh.next;

        free(client);
        client = next;
    }
    server = read->isn->servers;
    HASH_CLEAR(hh, read->isn->servers);
    while (server) {
        struct isn_server *next = server->hh.next;

        free(server);
        server = next;
    }
    free(read->isn);
    read->isn = NULL;
}

static uint32_t hash_of(const struct address *address)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (size_t i = 0; i < sizeof address->bytes; i++)
        hash = (hash ^ address->bytes[i]) * 16777619U;
    return hash;
}

static unsigned place_of(const struct read_isn *isn, const void *key, size_t length)
{
    return (unsigned)siphash(isn->seed, key, length);
}

static bool number_client(struct read_isn *isn, const struct address *address, uint32_t *ret_number)
{
    unsigned hash = place_of(isn, address, sizeof *address);
    struct client *client;

    HASH_FIND_BYHASHVALUE(hh, isn->clients, address, sizeof *address, hash, client);
    if (!client && HASH_COUNT(isn->clients) >= CLIENTS) {
        *ret_number = hash_of(address) | CLIENTS;
        return true;
    }
    if (!client) {
        client = malloc(sizeof *client);
        if (!client)
            return false;
        client->address = *address;
        client->number = HASH_COUNT(isn->clients);
        HASH_ADD_BYHASHVALUE(hh, isn->clients, address, sizeof client->address, hash, client);
        if (!client->hh.tbl) {
            free(client);
            return false;
        }
    }
    *ret_number = client->number;
    return true;
}

static bool count_server(struct read_isn *isn, const struct address *address, uint16_t port)
{
    struct isn_server_key key;
    struct isn_server *server;
    unsigned hash;

    memset(&key, 0, sizeof key);
    key.address = *address;
    key.port = port;
    hash = place_of(isn, &key, sizeof key);
    HASH_FIND_BYHASHVALUE(hh, isn->servers, &key, sizeof key, hash, server);
    if (!server && HASH_COUNT(isn->servers) >= SERVERS)
        return true;
    if (!server) {
        server = malloc(sizeof *server);
        if (!server)
            return false;
        server->key = key;
        server->count = 0;
        HASH_ADD_BYHASHVALUE(hh, isn->servers, key, sizeof server->key, hash, server);
        if (!server->hh.tbl) {
            free(server);
            return false;
        }
    }
    server->count++;
    return true;
}

/*
 * Whether this segment brings a number that was not there before: the server's SYN,ACK, not its
 * repetition; or one that answers the same SYN with another number, as stateless servers do. Of
 * those the last is remembered behind connection->data.
 */
static bool is_new(struct connection *connection, const struct tracked *tracked, bool *ret_memory)
{
    const struct segment *segment = tracked->segment;
    const struct follow_end *client = &connection->follow.ends[connection->follow.client];
    uint64_t events = tracked->step.events;
    uint32_t *last = connection->data;

    *ret_memory = true;
    if (tracked->step.from_client || (segment->flags & TCP_ACK) == 0 ||
        (segment->flags & (TCP_SYN | TCP_RST)) != TCP_SYN ||
        events & (FOLLOW(CHECKSUM) | FOLLOW(MALFORMED) | FOLLOW(TWIN)))
        return false;
    if (events & FOLLOW(SYN_ACK))
        return (events & FOLLOW(SYN_ACK_REPEATED)) == 0;
    if ((events & FOLLOW(STRAY_SYN)) == 0 || !client->has_isn || segment->ack != client->isn + 1 ||
        (last && *last == segment->seq))
        return false;
    if (!last)
        last = connection->data = malloc(sizeof *last);
    *ret_memory = last != NULL;
    if (last)
        *last = segment->seq;
    return true;
}

static void fill_row(const struct read_run *read, const struct connection *connection,
                     const struct tracked *tracked, struct read_isn_record *ret_row)
{
    const struct segment *segment = tracked->segment;

    *ret_row = (struct read_isn_record){
        .schema = RECORD_SCHEMA_VERSION,
        .command = "read",
        .time_ns = tracked->frame->at_ns,
        .src_port = segment->destination_port,
        .isn = segment->seq,
        .cseq = segment->ack - 1,
        .mss = connection->follow.ends[connection->follow.client].mss,
        .server_port = segment->source_port,
        .connection = (int64_t)connection->number,
        .frame = (int64_t)tracked->frame->number,
        .file = read->file,
    };
}

int read_isn_take(struct read_run *read, struct connection *connection,
                  const struct tracked *tracked)
{
    const unsigned client = connection->follow.client;
    char server_text[ADDRESS_TEXT_SIZE], client_text[ADDRESS_TEXT_SIZE];
    struct address server_address, client_address;
    struct read_isn_record row;
    uint32_t number;
    bool memory;

    if (!is_new(connection, tracked, &memory))
        return 0;
    if (read->settings->read.has_server && !read_is_server(read, &connection->key, !client))
        return 0;
    fill_row(read, connection, tracked, &row);
    memset(&server_address, 0, sizeof server_address); /* they are keys, padding and all */
    memset(&client_address, 0, sizeof client_address);
    track_address(&connection->key, !client, &server_address);
    track_address(&connection->key, client, &client_address);
    if (!memory || !number_client(read->isn, &client_address, &number) ||
        !count_server(read->isn, &server_address, tracked->segment->source_port))
        return fault_set(read->fault, FAULT_MEMORY, 0, "out of memory");
    row.src = number;
    row.server = address_show(&server_address, server_text);
    row.client = address_show(&client_address, client_text);
    if (!run_chooses(&read->run, &row))
        return 0;
    return run_print(&read->run, &schema_read_isn, &row, connection->number, read->fault);
}

static int by_count(const void *a, const void *b)
{
    const struct isn_server *const *x = a, *const *y = b;

    if ((*x)->count != (*y)->count)
        return (*x)->count < (*y)->count ? 1 : -1;
    if ((*x)->key.port != (*y)->key.port)
        return (*x)->key.port < (*y)->key.port ? -1 : 1;
    return memcmp((*x)->key.address.bytes, (*y)->key.address.bytes, sizeof(*x)->key.address.bytes);
}

static void name_server(const struct isn_server *server, const char *separator)
{
    char text[ADDRESS_TEXT_SIZE];
    bool v6 = server->key.address.family == IP_FAMILY_V6;

    fprintf(stderr, "%s%s%s%s:%u (%llu)", separator, v6 ? "[" : "",
            address_show(&server->key.address, text), v6 ? "]" : "", server->key.port,
            (unsigned long long)server->count);
}

void read_isn_tell(struct read_run *read)
{
    size_t count = HASH_COUNT(read->isn->servers), at = 0;
    struct isn_server **servers, *server, *next;

    if (count < 2 || read->settings->quiet)
        return;
    servers = malloc(count * sizeof *servers);
    if (!servers)
        return;
    HASH_ITER (hh, read->isn->servers, server, next)
        servers[at++] = server;
    qsort(servers, count, sizeof *servers, by_count);
    run_hide_progress(&read->run);
    fprintf(
        stderr,
        "tcpprobe: these are the numbers of %zu servers, and an audit is of one: choose it with "
        "--server: ",
        count);
    for (size_t i = 0; i < count && i < SERVERS_NAMED; i++)
        name_server(servers[i], i > 0 ? ", " : "");
    fputs(count > SERVERS_NAMED ? ", ...\n" : "\n", stderr);
    free(servers);
}
