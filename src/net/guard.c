/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guard: a listening kernel socket that swallows all that comes for the probe's port. */
#include "net/guard.h"

#include <assert.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

/* Drops every segment before TCP sees it. Needs CAP_NET_ADMIN on recent kernels. */
static bool set_filter(int descriptor)
{
    struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    struct sock_fprog program = {.len = 1, .filter = &drop};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0;
}

/* Demands a signature (RFC 2385) from everybody: segments without one vanish without an answer. */
static bool set_md5(int descriptor, int family)
{
    struct tcp_md5sig key = {
        .tcpm_flags = TCP_MD5SIG_FLAG_PREFIX, .tcpm_prefixlen = 0, .tcpm_keylen = 8};
    key.tcpm_addr.ss_family = (unsigned short)family;
    /* Its secrecy does not matter: nobody who guessed it would get more than a connection to a
     * socket that never accepts. */
    memcpy(key.tcpm_key, "tcpprobe", 8);
    return setsockopt(descriptor, IPPROTO_TCP, TCP_MD5SIG_EXT, &key, sizeof(key)) == 0;
}

/* Drops what has passed a router, or comes from a stack that starts below 255: the only TTL that is
 * let in. */
static bool set_min_ttl(int descriptor, int family)
{
    int most = 255;
    if (family == AF_INET)
        return setsockopt(descriptor, IPPROTO_IP, IP_MINTTL, &most, sizeof(most)) == 0;
    return setsockopt(descriptor, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &most, sizeof(most)) == 0;
}

static socklen_t guard_sockaddr(const struct address *source, uint16_t port,
                                struct sockaddr_storage *storage)
{
    memset(storage, 0, sizeof(*storage));
    if (source->family == IP_FAMILY_V4) {
        struct sockaddr_in *in = (struct sockaddr_in *)storage;
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        memcpy(&in->sin_addr, source->bytes, 4);
        return sizeof(*in);
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(port);
    in6->sin6_scope_id = address_is_link_local(source) ? source->scope : 0;
    memcpy(&in6->sin6_addr, source->bytes, 16);
    return sizeof(*in6);
}

/* What bind() and listen() refuse, in words. */
static int guard_refused(const struct address *source, uint16_t port, int sys, struct fault *fault)
{
    char text[ADDRESS_TEXT_SIZE];

    address_show(source, text);
    switch (sys) {
    case EADDRINUSE:
        if (port == 0)
            return fault_set(fault, FAULT_SYSTEM, sys, "no free source port at '%s'", text);
        return fault_set(fault, FAULT_SYSTEM, sys, "source port '%u' cannot be had at '%s'", port,
                         text);
    case EADDRNOTAVAIL:
    case ENODEV:
        return fault_set(fault, FAULT_ROUTE, 0, "'%s' is not an address of this machine", text);
    case EACCES:
        return fault_set(fault, FAULT_PERMISSION, 0,
                         "source port '%u' is for privileged users: choose one from 1024 on", port);
    default:
        return fault_set(fault, FAULT_SYSTEM, sys, "cannot bind to '%s' port %u", text, port);
    }
}

static int guard_bind(int descriptor, const struct address *source, uint16_t port,
                      struct fault *fault)
{
    struct sockaddr_storage storage;
    socklen_t length = guard_sockaddr(source, port, &storage);
    int yes = 1;

    if (storage.ss_family == AF_INET6)
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
    if (bind(descriptor, (struct sockaddr *)&storage, length) != 0)
        return guard_refused(source, port, errno, fault);
    return 0;
}

/* Keeps the kernel silent with what is allowed, then listens. */
static int guard_listen(int descriptor, const struct address *source, uint16_t port,
                        unsigned allowed, unsigned *ret_methods, struct fault *fault)
{
    int family = source->family == IP_FAMILY_V4 ? AF_INET : AF_INET6;
    unsigned methods = 0;

    /* All before listen(): there must be no moment in which it would answer. */
    if ((allowed & GUARD_FILTER) && set_filter(descriptor))
        methods |= GUARD_FILTER;
    if ((allowed & GUARD_MD5) && set_md5(descriptor, family))
        methods |= GUARD_MD5;
    if ((allowed & GUARD_MIN_TTL) && set_min_ttl(descriptor, family))
        methods |= GUARD_MIN_TTL;
    if (methods == 0)
        return fault_set(fault, FAULT_SYSTEM, errno,
                         "the kernel cannot be kept from answering: no filter, MD5 key or minimum "
                         "TTL can be set");
    if (listen(descriptor, 1) != 0)
        return guard_refused(source, port, errno, fault);
    *ret_methods = methods;
    return 0;
}

/* The port that it is bound to. */
static int guard_port(int descriptor, uint16_t *ret_port, struct fault *fault)
{
    struct sockaddr_storage storage;
    socklen_t length = sizeof(storage);

    memset(&storage, 0, sizeof(storage));
    if (getsockname(descriptor, (struct sockaddr *)&storage, &length) != 0)
        return fault_set(fault, FAULT_SYSTEM, errno, "cannot read the guard's port");
    *ret_port = ntohs(storage.ss_family == AF_INET ? ((struct sockaddr_in *)&storage)->sin_port
                                                   : ((struct sockaddr_in6 *)&storage)->sin6_port);
    return 0;
}

static int guard_make(const struct address *source, uint16_t port, bool listens, unsigned allowed,
                      struct guard *ret_guard, struct fault *fault)
{
    assert(source->family == IP_FAMILY_V4 || source->family == IP_FAMILY_V6);
    int family = source->family == IP_FAMILY_V4 ? AF_INET : AF_INET6;
    struct guard guard = {
        .descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP)};

    if (guard.descriptor < 0)
        return fault_set(fault, FAULT_SYSTEM, errno, "cannot open a TCP socket for the guard");
    int error = guard_bind(guard.descriptor, source, port, fault);
    if (!error && listens)
        error = guard_listen(guard.descriptor, source, port, allowed, &guard.methods, fault);
    if (!error)
        error = guard_port(guard.descriptor, &guard.port, fault);
    if (error)
        close(guard.descriptor);
    else
        *ret_guard = guard;
    return error;
}

int guard_open_with(const struct address *source, uint16_t port, unsigned allowed,
                    struct guard *ret_guard, struct fault *fault)
{
    return guard_make(source, port, true, allowed, ret_guard, fault);
}

int guard_reserve(const struct address *source, uint16_t port, struct guard *ret_guard,
                  struct fault *fault)
{
    return guard_make(source, port, false, 0, ret_guard, fault);
}

int guard_open(const struct address *source, uint16_t port, struct guard *ret_guard,
               struct fault *fault)
{
    return guard_open_with(source, port, GUARD_FILTER | GUARD_MD5 | GUARD_MIN_TTL, ret_guard,
                           fault);
}

void guard_close(struct guard *guard)
{
    if (guard->descriptor >= 0)
        close(guard->descriptor);
    *guard = (struct guard){.descriptor = -1};
}

const char *guard_words(unsigned methods, char text[32])
{
    static const struct {
        enum guard_method method;
        const char *word;
    } words[] = {{GUARD_FILTER, "filter"}, {GUARD_MD5, "md5"}, {GUARD_MIN_TTL, "minttl"}};
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (methods & words[i].method)
            text_append(text, 32, &at, "%s%s", at > 0 ? "," : "", words[i].word);
    if (at == 0)
        text_append(text, 32, &at, "none");
    return text;
}
